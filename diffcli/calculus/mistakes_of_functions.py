"""Mistakes made in the chain rule: those of every function, and of each its own.

Letters as in ``mistakes``.
"""

import re

from diffcli.calculus.mistakes import (
    ADDED,
    AT_INNER,
    AT_INNER_TIMES,
    AT_X,
    AT_X_ALONE,
    DIVIDED,
    INSIDE_IN_PLACE,
    KEPT_FUNCTION,
    NO_INNER,
    NO_LINK,
    NO_MINUS,
    NO_PRODUCT,
    TIMES_INSIDE,
    TWICE,
    Mistake,
    rows,
)

_DEGREES = "the angle was taken in degrees; {f} is differentiated in radians"
# fmt: off
#: By function: what is said of no other.
_OWN = {
    "sin": (
        ("-cos(u)*D(u)",          "the derivative of the sine is the cosine, without a minus sign"),
        ("-sin(u)*D(u)",          "the derivative of the sine is the cosine"),
        ("cos(pi/180*u)*D(u)",    _DEGREES),
        ("pi/180*cos(u)*D(u)",    _DEGREES),
        ("cos(u)/sin(u)*D(u)",    "that is the derivative of log(sin(u)); the sine's is the cosine"),
    ),
    "cos": (
        ("cos(u)*D(u)",           "the derivative of the cosine is minus the sine"),
        ("-cos(u)*D(u)",          "the derivative of the cosine is minus the sine"),
        ("-sin(pi/180*u)*D(u)",   _DEGREES),
        ("-pi/180*sin(u)*D(u)",   _DEGREES),
    ),
    "tan": (
        ("D(u)/cos(u)",           "the derivative of the tangent is {sec(u)**2}, one over the square of the cosine"),
        ("D(u)/sin(u)**2",        "the square of the sine was taken; the derivative of the tangent is {1/cos(u)**2}"),
        ("-D(u)/sin(u)**2",       "that is the derivative of the cotangent; the tangent's is {1/cos(u)**2}"),
        ("-D(u)/cos(u)**2",       "the derivative of the tangent is {1/cos(u)**2}, without a minus sign"),
        ("sec(u)*tan(u)*D(u)",    "that is the derivative of the secant; the tangent's is {1/cos(u)**2}"),
        ("cot(u)*D(u)",           "the derivative of the tangent is {1/cos(u)**2}, not the cotangent"),
        ("(1 - tan(u)**2)*D(u)",  "there is a minus in the derivative of the tangent; it is {1 + tan(u)**2}"),
        ("tan(u)**2*D(u)",        "the derivative of the tangent is {1 + tan(u)**2}: the 1 is missing"),
        ("D(u)/(1 + u**2)",       "that is the derivative of the arctangent; the tangent's is {1 + tan(u)**2}"),
        ("cos(u)**2*D(u)",        "it was multiplied by the square of the cosine; one divides by it"),
        ("-cos(u)*D(u)/sin(u)",   "sine and cosine were differentiated one by one; the tangent is a quotient"),
        ("(1 + tan(u))*D(u)",     "the tangent was not squared; its derivative is {1 + tan(u)**2}"),
        ("D(u)/cos(u**2)",        "the cosine is squared, not its inside: the derivative of the tangent is {1/cos(u)**2}"),
        ("2*tan(u)*D(u)",         "{tan(u)} was squared and differentiated as a power; the derivative is {1 + tan(u)**2}"),
        ("D(u)/cos(pi/180*u)**2", _DEGREES),
    ),
    "cot": (
        ("D(u)/sin(u)**2",        "the minus sign is missing in the derivative of the cotangent"),
        ("D(u)/cos(u)**2",        "that is the derivative of the tangent; the cotangent's is {-1/sin(u)**2}"),
    ),
    "sec": (
        ("sec(u)**2*D(u)",        "that is the derivative of the tangent; the secant's is {sec(u)*tan(u)}"),
        ("tan(u)*D(u)",           "the factor {sec(u)} is missing"),
        ("-sec(u)*tan(u)*D(u)",   "the derivative of the secant is {sec(u)*tan(u)}, without a minus sign"),
    ),
    "asin": (
        ("D(u)/(1 + u**2)",       "that is the derivative of the arctangent; the arcsine's is {1/sqrt(1 - u**2)}"),
        ("-D(u)/sqrt(1 - u**2)",  "that is the derivative of the arccosine; the arcsine's has no minus sign"),
        ("D(u)/(1 - u**2)",       "the root is missing in the derivative of the arcsine, {1/sqrt(1 - u**2)}"),
        ("D(u)/sqrt(1 + u**2)",   "there is a plus under the root; the arcsine has {1/sqrt(1 - u**2)}"),
        ("cos(u)**-1*D(u)",       "the derivative of the inverse is not one over the derivative at the same place"),
        ("cos(u)*D(u)",           "that is the derivative of the sine; the arcsine's is {1/sqrt(1 - u**2)}"),
        ("-cos(u)/sin(u)**2*D(u)", "the arcsine was taken for {1/sin(u)}; it is the inverse function"),
        ("D(u)/sqrt(u**2 - 1)",   "the difference under the root was turned round; the arcsine has {1/sqrt(1 - u**2)}"),
        ("D(u)/sqrt(1 - u)",      "{u} was not squared under the root, {1/sqrt(1 - u**2)}"),
        ("sqrt(1 - u**2)*D(u)",   "the root belongs in the denominator: {1/sqrt(1 - u**2)}"),
    ),
    "acos": (
        ("-sin(u)*D(u)",          "that is the derivative of the cosine; the arccosine's is {-1/sqrt(1 - u**2)}"),
        ("D(u)/(1 - u**2)",       "the root and the minus sign are missing; the arccosine has {-1/sqrt(1 - u**2)}"),
        ("-D(u)/(1 - u**2)",      "the root is missing in the derivative of the arccosine, {-1/sqrt(1 - u**2)}"),
        ("sin(u)/cos(u)**2*D(u)", "the arccosine was taken for {1/cos(u)}; it is the inverse function"),
        ("-D(u)/(1 + u**2)",      "that is minus the derivative of the arctangent; the arccosine's is {-1/sqrt(1 - u**2)}"),
    ),
    "atan": (
        ("D(u)/sqrt(1 + u**2)",   "there is no root in the derivative of the arctangent, {1/(1 + u**2)}"),
        ("D(u)/sqrt(1 - u**2)",   "that is the derivative of the arcsine; the arctangent's is {1/(1 + u**2)}"),
        ("D(u)/(1 - u**2)",       "there is a minus in the denominator; the arctangent has {1/(1 + u**2)}"),
        ("-D(u)/(1 + u**2)",      "the derivative of the arctangent is {1/(1 + u**2)}, without a minus sign"),
        ("D(u)/(1 + u)",          "{u} was not squared in the derivative of the arctangent, {1/(1 + u**2)}"),
        ("D(u)/cos(u)**2",        "that is the derivative of the tangent; the arctangent's is {1/(1 + u**2)}"),
        ("cos(u)**2*D(u)",        "the derivative of the inverse is not one over the derivative at the same place"),
        ("-D(u)/sin(u)**2",       "the arctangent was taken for {1/tan(u)}; it is the inverse function"),
        ("2*u*D(u)/(1 + u**2)",   "that is the derivative of {log(1 + u**2)}; the arctangent's is {1/(1 + u**2)}"),
        ("D(u)/u**2",             "the 1 is missing in the denominator: {1/(1 + u**2)}"),
        ("(1 + u**2)*D(u)",       "it was multiplied by {1 + u**2}; one divides by it"),
    ),
    "exp": (
        ("u*exp(u-1)*D(u)",       "the power rule was used for an exponential: it stays {exp(u)}"),
        ("u*exp(u-1)",            "the power rule was used for an exponential: it stays {exp(u)}"),
        ("exp(u-1)*D(u)",         "the exponent of an exponential was lowered; it stays {exp(u)}"),
        ("u*exp(u)",              "{exp(u)} was multiplied by the exponent {u}, not by its derivative {D(u)}"),
    ),
    "exp2": (
        ("exp2(u)*D(u)",          "the factor {log(2)}, the logarithm of the base, is missing"),
    ),
    "log": (
        ("D(u)/u**2",             "the derivative of the logarithm is {1/u}; there is no square"),
        ("-D(u)/u**2",            "that is the second derivative of the logarithm; the first is {1/u}"),
        ("-D(u)/u",               "the derivative of the logarithm is {1/u}, without a minus sign"),
        ("u*D(u)",                "it was multiplied by {u}; the derivative of the logarithm is {1/u}"),
        ("D(u)/log(u)",           "the derivative of the logarithm is {1/u}, one over its inside"),
        ("1/log(u)*D(u)/u",       "the derivative of the logarithm is {1/u}; the factor {1/log(u)} is too much"),
        ("exp(u)*D(u)",           "the exponential is the inverse of the logarithm; its derivative is {1/u}"),
    ),
    "log10": (
        ("D(u)/u",                "the logarithm of the base, {log(10)}, is missing in the denominator"),
        ("log(10)*D(u)/u",        "it was multiplied by {log(10)}; one divides by it"),
        ("D(u)/(10*u)",           "the base 10 stands in the place of its logarithm {log(10)}"),
    ),
    "log2": (
        ("D(u)/u",                "the logarithm of the base, {log(2)}, is missing in the denominator"),
        ("log(2)*D(u)/u",         "it was multiplied by {log(2)}; one divides by it"),
        ("D(u)/(2*u)",            "the base 2 stands in the place of its logarithm {log(2)}"),
    ),
    "sqrt": (
        ("D(u)/sqrt(u)",          "the factor 1/2 of the root is missing: its derivative is {1/(2*sqrt(u))}"),
        ("2*D(u)/sqrt(u)",        "the 2 stands in the denominator: the derivative of the root is {1/(2*sqrt(u))}"),
        ("sqrt(u)*D(u)/2",        "the root belongs in the denominator: {1/(2*sqrt(u))}"),
        ("2*sqrt(u)*D(u)",        "the root belongs in the denominator: {1/(2*sqrt(u))}"),
        ("-D(u)/(2*sqrt(u))",     "the derivative of the root is {1/(2*sqrt(u))}, without a minus sign"),
        ("1/sqrt(u)",             "the factor 1/2 of the root and the inner derivative {D(u)} are missing", 2),
        ("D(u)/2",                "the factor {1/sqrt(u)} was lost: the derivative of the root is {1/(2*sqrt(u))}"),
        ("D(u)/(2*u)",            "the root is missing in the denominator: {1/(2*sqrt(u))}"),
        ("D(u)/(2*u**(3/2))",     "the exponent goes down by one, from 1/2 to -1/2: the derivative of the root is {1/(2*sqrt(u))}"),
        ("u**(3/2)*D(u)/2",       "the exponent went up by one; it goes down: the derivative of the root is {1/(2*sqrt(u))}"),
        ("-sqrt(u)*D(u)/2",       "the exponent is -1/2: the root belongs in the denominator, {1/(2*sqrt(u))}"),
        ("u**2*D(u)",             "the square is the inverse of the root; its derivative is {1/(2*sqrt(u))}"),
        ("2*u**(3/2)/3",          "{f} was integrated, not differentiated"),
        ("2*u**(3/2)/3*D(u)",     "{f} was integrated, not differentiated"),
    ),
    "sigmoid": (
        ("(1 - sigmoid(u))*D(u)", "the factor {sigmoid(u)} is missing: σ' = σ·(1 - σ)"),
        ("sigmoid(u)*D(u)",       "the factor {1 - sigmoid(u)} is missing: σ' = σ·(1 - σ)"),
        ("sigmoid(u)*(1 + sigmoid(u))*D(u)", "there is a plus; σ' = σ·(1 - σ)"),
        ("sigmoid(u)**2*D(u)",    "σ was squared; σ' = σ·(1 - σ)"),
        ("u*(1 - u)*D(u)",        "{u} stands in the place of {sigmoid(u)}: σ' = σ·(1 - σ)"),
        ("(1 - sigmoid(u)**2)*D(u)", "that is the derivative of tanh; σ' = σ·(1 - σ)"),
    ),
    "tanh": (
        ("(1 - tanh(u))*D(u)",    "{tanh(u)} was not squared: tanh' = 1 - tanh²"),
        ("(1 + tanh(u)**2)*D(u)", "there is a plus; tanh' = 1 - tanh²"),
        ("(1 - u**2)*D(u)",       "{u} stands in the place of {tanh(u)}: tanh' = 1 - tanh²"),
        ("tanh(u)*(1 - tanh(u))*D(u)", "that is the rule for the sigmoid; tanh' = 1 - tanh²"),
        ("D(u)/cosh(u)",          "one over the square of cosh is the derivative of tanh"),
        ("-tanh(u)**2*D(u)",      "the 1 is missing; tanh' = 1 - tanh²"),
        ("(tanh(u)**2 - 1)*D(u)", "the difference was turned round; tanh' = 1 - tanh²"),
    ),
    "sinh": (
        ("-cosh(u)*D(u)",         "the derivative of sinh is cosh, without a minus sign"),
    ),
    "cosh": (
        ("-sinh(u)*D(u)",         "the derivative of cosh is sinh, without a minus sign"),
    ),
    "softplus": (
        ("sigmoid(-u)*D(u)",      "the derivative of softplus is {sigmoid(u)}, that is 1/(1 + e^-z) and not 1/(1 + e^z)"),
        ("sigmoid(u)*(1 - sigmoid(u))*D(u)", "that is the second derivative of softplus; the first is {sigmoid(u)}"),
        ("exp(u)*D(u)",           "the logarithm of softplus was lost; its derivative is {sigmoid(u)}"),
    ),
}
# fmt: on


def of_chain(name: str, derivatives: tuple[str, ...]) -> tuple[Mistake, ...]:
    """Return what people write for the derivative of a function in the table."""
    if len(derivatives) > 1:
        one, other = (
            f"({text})*D({letter})"
            for text, letter in zip(derivatives, "uv", strict=True)
        )
        return rows(
            (one, "the part for {v}, " + f"{{{other}}}" + ", is missing"),
            (other, "the part for {u}, " + f"{{{one}}}" + ", is missing"),
        )
    (slope,) = derivatives

    def at(inside: str) -> str:
        return re.sub(r"\bu\b", inside, slope)

    no_minus = [(f"({slope[1:]})*D(u)", NO_MINUS), ("-D(u)", NO_LINK)]
    own = _OWN.get(name, ())
    kept = [(f"{name}(u)*D(u)", KEPT_FUNCTION)]
    kept = [row for row in kept if row[0] not in [written for written, *_ in own]]
    return rows(
        (slope, NO_INNER),
        *(no_minus if slope[0] == "-" else ()),
        *own,
        *kept,
        ("D(u)", NO_LINK),
        (f"({slope})*D(u)**2", TWICE),
        (f"({slope}) + D(u)", ADDED),
        (at("D(u)"), AT_INNER),
        (f"{name}(D(u))", INSIDE_IN_PLACE),
        (f"({at('x')})*D(u)", AT_X),
        (at("x"), AT_X_ALONE, 2),
        (f"({at('D(u)')})*D(u)", AT_INNER_TIMES),
        (f"({slope})*u", TIMES_INSIDE),
        (f"({slope})/D(u)", DIVIDED),
        (f"({at('x')})*u + {name}(x)*D(u)", NO_PRODUCT),
    )
