"""What people write in the place of a rule's right side, and what is wrong about it.

Letters as in the rules; where a mistake differentiates what does not depend on the
variable, D(c) is its slope toward the variables in it. What stands in {...} is put into
the sentence: {D(u)} is the derivative of this formula's u.

A mistake is a row: it needs no more to be found, named and tested.
"""

import re

from diffcli.records import Record


class Mistake(Record):
    """One way in which a rule goes wrong."""

    #: What is written in the place of the rule's right side.
    written: str
    #: What is said about it.
    said: str


class Special(Record):
    """A form of formula with mistakes of its own, besides those of its rule."""

    #: The pattern that it fits.
    before: str
    mistakes: tuple[Mistake, ...]


def _rows(*pairs: tuple[str, str]) -> tuple[Mistake, ...]:
    return tuple(Mistake(*pair) for pair in pairs)


_NO_INNER = "the inside {u} was not differentiated: its derivative {D(u)} is missing"
_TWICE = "the inner derivative {D(u)} was multiplied in twice"
_ADDED = "the inner derivative {D(u)} was added; the chain rule multiplies by it"
_AT_INNER = (
    "the outer derivative was taken at {D(u)}, the inner derivative; it belongs at {u}"
)
_NO_LINK = (
    "a link of the chain is missing: the derivative of {f} toward {u} was left out"
)
_NO_MINUS = "the minus sign is missing in the derivative of {f}"
_INSIDE_IN_PLACE = "the inside {u} was differentiated in its place in {f}; the outer function is differentiated first"
_KEPT_CONSTANT = "the constant {c} was kept; its derivative is 0"
_ONE_CONSTANT = "the derivative of the constant {c} was taken for 1; it is 0"
_NOT_FIXED = "{c} was not held fixed, but differentiated too"
_ADDED_FACTOR = "the constant factor {c} was added; it stays a factor"
_KEPT_FUNCTION = "the outer function was kept and not differentiated in {f}"

OF_INSIDE = frozenset({
    _NO_INNER, _TWICE, _ADDED, _AT_INNER, _NO_LINK, _KEPT_FUNCTION, _INSIDE_IN_PLACE,
    _ADDED_FACTOR,
})  # fmt: skip
"""What is said of an inside u only if D(u) is not 1."""

# fmt: off
SUM = _rows(
    ("D(u)",        "the term {v} of the sum was lost: its derivative {D(v)} is missing"),
    ("D(v)",        "the term {u} of the sum was lost: its derivative {D(u)} is missing"),
    ("D(u) - D(v)", "the sign of the derivative of {v} was turned"),
    ("D(u)*D(v)",   "the derivatives of the terms were multiplied; those of a sum are added"),
)
DIFFERENCE = _rows(
    ("D(u)",        "the term {v} of the difference was lost: its derivative {D(v)} is missing"),
    ("-D(v)",       "the term {u} of the difference was lost: its derivative {D(u)} is missing"),
    ("D(u) + D(v)", "the minus sign before {v} was lost"),
    ("D(v) - D(u)", "the difference was turned round"),
)
NEGATIVE = _rows(
    ("D(u)", "the minus sign before {u} was lost"),
)
CONSTANT_FACTOR = _rows(
    ("D(u)",             "the constant factor {c} was lost"),
    ("c",                "{u} was not differentiated: its derivative {D(u)} is missing"),
    ("c**2*D(u)",        "the constant factor {c} was taken twice"),
    ("c + D(u)",         _ADDED_FACTOR),
    ("D(c)*D(u)",        "{c} was not held fixed, and the derivatives were multiplied"),
    ("D(c)*u + c*D(u)",  _NOT_FIXED),
    ("D(u) + D(c)",      "the derivatives of the factors {c} and {u} were added"),
)
CONSTANT_DIVISOR = _rows(
    ("D(u)",      "the constant divisor {c} was lost"),
    ("c*D(u)",    "{c} was multiplied in; it is a divisor"),
    ("D(u)/c**2", "the constant divisor {c} was squared; that is for divisors that change"),
    ("1/c",       "{u} was not differentiated: its derivative {D(u)} is missing"),
)
PRODUCT = _rows(
    ("D(u)*D(v)",       "the derivatives of the factors were multiplied; the product rule adds two terms: (uv)' = u'v + uv'"),
    ("D(u)*v",          "the second term of the product rule, {u*D(v)}, is missing"),
    ("u*D(v)",          "the first term of the product rule, {D(u)*v}, is missing"),
    ("D(u)*v - u*D(v)", "the two terms of the product rule were subtracted; they are added"),
    ("u*D(v) - D(u)*v", "the two terms of the product rule were subtracted; they are added"),
    ("D(u) + D(v)",     "the derivatives of the factors were added; each is multiplied by the other factor"),
    ("D(u)*v + u",      "the second factor {v} was not differentiated: its derivative {D(v)} is missing"),
    ("v + u*D(v)",      "the first factor {u} was not differentiated: its derivative {D(u)} is missing"),
    ("D(u)*u + v*D(v)", "each derivative was multiplied by its own factor; it belongs to the other one"),
)
QUOTIENT = _rows(
    ("D(u)/D(v)",                   "the derivatives of numerator and denominator were divided; the quotient rule is (u'v - uv')/v²"),
    ("(u*D(v) - D(u)*v)/v**2",      "the difference in the quotient rule was turned round: it is u'v - uv'"),
    ("(D(u)*v + u*D(v))/v**2",      "there is a plus in the quotient rule; it is u'v - uv'"),
    ("(D(u)*v - u*D(v))/v",         "the denominator {v} was not squared"),
    ("D(u)*v - u*D(v)",             "the denominator {v**2} of the quotient rule is missing"),
    ("D(u)/v",                      "the second term of the quotient rule, {-u*D(v)/v**2}, is missing"),
    ("-u*D(v)/v**2",                "the first term of the quotient rule, {D(u)/v}, is missing"),
    ("u*D(v)/v**2",                 "the first term of the quotient rule, {D(u)/v}, and the minus sign are missing"),
    ("D(u)*D(v)/v**2",              "the derivatives were multiplied in the numerator; it is u'v - uv'"),
    ("(D(u)*v - u*D(v))/u**2",      "the numerator was squared; it is the denominator {v} that is"),
    ("(D(u)*v - u*D(v))/D(v)**2",   "the derivative of the denominator was squared; it is the denominator {v} that is"),
    ("(D(u)*v - u*D(v))/v**4",      "the denominator {v} was raised to the fourth; it is squared"),
    ("(D(u)*u - v*D(v))/v**2",      "each derivative was multiplied by its own part; it belongs to the other one"),
    ("(v - u*D(v))/v**2",           "the numerator {u} was not differentiated: its derivative {D(u)} is missing"),
    ("(D(u)*v - u)/v**2",           "the denominator {v} was not differentiated: its derivative {D(v)} is missing"),
    ("(D(u) - u*D(v))/v**2",        "in the first term of the quotient rule the factor {v} is missing"),
    ("(D(u)*v - D(v))/v**2",        "in the second term of the quotient rule the factor {u} is missing"),
    ("D(u)*v + u*D(v)",             "the product rule was used for a quotient"),
    ("D(u) - D(v)",                 "the derivatives of numerator and denominator were subtracted; the quotient rule is (u'v - uv')/v²"),
)
RECIPROCAL = _rows(
    ("-c/u**2",          _NO_INNER),
    ("c*D(u)/u**2",      "the minus sign of the reciprocal is missing: (1/v)' = -v'/v²"),
    ("c/u**2",           "the minus sign and the inner derivative {D(u)} are missing: (1/v)' = -v'/v²"),
    ("-c*D(u)/u",        "the denominator {u} was not squared"),
    ("c*D(u)/u",         "the denominator {u} was not squared, and the minus sign is missing"),
    ("c/D(u)",           "the denominator alone was differentiated, in its place: (1/v)' = -v'/v²"),
    ("-c/D(u)",          "the denominator alone was differentiated, in its place: (1/v)' = -v'/v²"),
    ("-D(u)/u**2",       "the numerator {c} was lost"),
    ("-c*D(u)**2/u**2",  _TWICE),
    ("-c/u**2 + D(u)",   _ADDED),
    ("-c/D(u)**2",       _AT_INNER),
    ("c*log(u)",         "{f} was integrated, not differentiated"),
    ("c*log(abs(u))",    "{f} was integrated, not differentiated"),
    ("(D(c)*u - c*D(u))/u**2", _NOT_FIXED),
)
POWER = _rows(
    ("n*u**(n-1)",           _NO_INNER),
    ("n*u**n*D(u)",          "the exponent {n} was kept; it goes down by one"),
    ("u**(n-1)*D(u)",        "the exponent {n} was not brought down as a factor"),
    ("n*u**(n+1)*D(u)",      "the exponent went up by one; it goes down"),
    ("(n-1)*u**(n-1)*D(u)",  "the exponent was lowered before it was brought down: the factor is {n}"),
    ("n*u**(n-1)*D(u)**2",   _TWICE),
    ("n*u**(n-1) + D(u)",    _ADDED),
    ("n*D(u)**(n-1)",        _AT_INNER),
    ("D(u)**n",              _INSIDE_IN_PLACE),
    ("n*u*D(u)",             "the exponent {n-1} of {u} was lost"),
    ("n*D(u)",               "the power {u**(n-1)} was lost"),
    ("u**n*D(u)",            _KEPT_FUNCTION),
    ("D(u)",                 _NO_LINK),
    ("u**(n+1)/(n+1)*D(u)",  "{f} was integrated, not differentiated"),
    ("u**(n+1)/(n+1)",       "{f} was integrated, not differentiated"),
    ("n*u**(n-2)*D(u)",      "the exponent went down by two; it goes down by one"),
    ("u**n*log(u)*D(u)",     "the rule for an exponential was used for a power"),
    ("u**n*log(n)*D(u)",     "the rule for an exponential was used for a power"),
    ("(n + u**(n-1))*D(u)",  "the exponent was added as a term; it is a factor"),
)
E_POWER = _rows(
    ("e**u",             _NO_INNER),
    ("u*e**(u-1)*D(u)",  "the power rule was used for an exponential: it stays {e**u}"),
    ("u*e**(u-1)",       "the power rule was used for an exponential: it stays {e**u}"),
    ("e**(u-1)*D(u)",    "the exponent of an exponential was lowered; it stays {e**u}"),
    ("e**D(u)",          _AT_INNER),
    ("e**u*D(u)**2",     _TWICE),
    ("e**u + D(u)",      _ADDED),
    ("e**u*u",           "{e**u} was multiplied by the exponent {u}, not by its derivative {D(u)}"),
    ("D(u)",             _NO_LINK),
)
EXPONENTIAL = _rows(
    ("c**u*log(c)",          _NO_INNER),
    ("c**u*D(u)",            "the factor {log(c)}, the logarithm of the base, is missing"),
    ("u*c**(u-1)*D(u)",      "the power rule was used for an exponential; the exponent changes, not the base"),
    ("u*c**(u-1)",           "the power rule was used for an exponential; the exponent changes, not the base"),
    ("c**(u-1)*log(c)*D(u)", "the exponent of an exponential was lowered; it stays {c**u}"),
    ("c**u/log(c)*D(u)",     "it was divided by {log(c)}, the logarithm of the base; that is a factor"),
    ("c**u*log(u)*D(u)",     "the logarithm of the exponent was taken; it is that of the base, {log(c)}"),
    ("c**u*log(c)*D(u)**2",  _TWICE),
    ("c**u*log(c) + D(u)",   _ADDED),
    ("c**D(u)*log(c)",       _AT_INNER),
    ("D(u)",                 _NO_LINK),
)
GENERAL_POWER = _rows(
    ("v*u**(v-1)*D(u)",         "the power rule was used where the exponent {v} changes too: its part {u**v*log(u)*D(v)} is missing"),
    ("v*u**(v-1)",              "the power rule was used where the exponent {v} changes too"),
    ("v*u**(v-1)*D(u)*D(v)",    "the power rule was used where the exponent {v} changes too"),
    ("v*u**(v-1)*D(v)",         "the power rule was used where the exponent {v} changes too"),
    ("u**v*log(u)*D(v)",        "the rule for an exponential was used where the base {u} changes too: its part {v*u**(v-1)*D(u)} is missing"),
    ("u**v*log(u)",             "the rule for an exponential was used where the base {u} changes too"),
    ("u**v*log(v)",             "the rule for an exponential was used where the base {u} changes too"),
    ("log(u)*D(v) + v*D(u)/u",  "the factor {f} is missing: only its logarithm was differentiated"),
)
#: What may happen to any part of a formula, if no row of its rule explains it.
ANYWHERE = _rows(
    ("f",      "{f} was kept as it is and not differentiated"),
    ("-D(f)",  "the sign of the derivative of {f} was turned"),
    ("0",      "{f} was taken for a constant"),
)
#: What may be given in the place of the whole derivative.
WHOLE = _rows(
    ("f", "{f} itself was given, not its derivative"),
)
#: In a sum a constant goes.
SPECIAL = (
    Special("u + c", _rows(
        ("D(u) + c",    _KEPT_CONSTANT),
        ("D(u) + 1",    _ONE_CONSTANT),
        ("D(u) + D(c)", _NOT_FIXED),
        ("D(u)*c",      "the constant {c} was multiplied in; as a term of a sum it goes"),
    )),
    Special("c + u", _rows(
        ("c + D(u)",    _KEPT_CONSTANT),
        ("1 + D(u)",    _ONE_CONSTANT),
        ("D(c) + D(u)", _NOT_FIXED),
        ("c*D(u)",      "the constant {c} was multiplied in; as a term of a sum it goes"),
    )),
    Special("u - c", _rows(
        ("D(u) - c",    _KEPT_CONSTANT),
        ("D(u) - 1",    _ONE_CONSTANT),
        ("D(u) - D(c)", _NOT_FIXED),
    )),
    Special("c - u", _rows(
        ("c - D(u)",    _KEPT_CONSTANT),
        ("1 - D(u)",    _ONE_CONSTANT),
        ("D(c) - D(u)", _NOT_FIXED),
    )),
    Special("(u + v)**n", _rows(
        ("n*u**(n-1)*D(u) + n*v**(n-1)*D(v)", "the power of the sum {u + v} was taken term by term: (a + b)² is not a² + b²"),
    )),
    Special("(u - v)**n", _rows(
        ("n*u**(n-1)*D(u) - n*v**(n-1)*D(v)", "the power of the difference {u - v} was taken term by term: (a - b)² is not a² - b²"),
        ("n*u**(n-1)*D(u) + n*v**(n-1)*D(v)", "the power of the difference {u - v} was taken term by term: (a - b)² is not a² + b²"),
    )),
    Special("sqrt(u + v)", _rows(
        ("D(u)/(2*sqrt(u)) + D(v)/(2*sqrt(v))", "the root of the sum {u + v} was taken term by term"),
    )),
    Special("log(u + v)", _rows(
        ("D(u)/u + D(v)/v", "the logarithm of the sum {u + v} was taken term by term"),
    )),
    Special("sin(u + v)", _rows(
        ("cos(u)*D(u) + cos(v)*D(v)", "the sine of the sum {u + v} was taken term by term"),
    )),
    Special("cos(u + v)", _rows(
        ("-sin(u)*D(u) - sin(v)*D(v)", "the cosine of the sum {u + v} was taken term by term"),
    )),
    Special("exp(u + v)", _rows(
        ("exp(u)*D(u) + exp(v)*D(v)", "the exponential of the sum {u + v} was taken term by term"),
    )),
    Special("c/(u + v)", _rows(
        ("-c*D(u)/u**2 - c*D(v)/v**2", "the reciprocal of the sum {u + v} was taken term by term"),
    )),
    Special("c/u**n", _rows(
        ("-n*c*u**(-n+1)*D(u)", "the exponent {-n} went up by one; it goes down"),
        ("n*c*u**(-n+1)*D(u)",  "the exponent {-n} went up by one, and its sign is missing; it goes down"),
        ("-n*c*u**-n*D(u)",     "the exponent {-n} was kept; it goes down by one"),
        ("n*c*u**(n-1)*D(u)",   "the power in the denominator was differentiated as if it stood above"),
        ("c*u**(-n-1)*D(u)",    "the exponent {-n} was not brought down as a factor"),
    )),
)
#: By function: what is said of no other.
_OWN = {
    "sin": (
        ("-cos(u)*D(u)",          "the derivative of the sine is the cosine, without a minus sign"),
        ("-sin(u)*D(u)",          "the derivative of the sine is the cosine"),
    ),
    "cos": (
        ("cos(u)*D(u)",           "the derivative of the cosine is minus the sine"),
        ("-cos(u)*D(u)",          "the derivative of the cosine is minus the sine"),
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
    ),
    "acos": (
        ("D(u)/(1 - u**2)",       "the root and the minus sign are missing; the arccosine has {-1/sqrt(1 - u**2)}"),
        ("-D(u)/(1 - u**2)",      "the root is missing in the derivative of the arccosine, {-1/sqrt(1 - u**2)}"),
    ),
    "atan": (
        ("D(u)/sqrt(1 + u**2)",   "there is no root in the derivative of the arctangent, {1/(1 + u**2)}"),
        ("D(u)/sqrt(1 - u**2)",   "that is the derivative of the arcsine; the arctangent's is {1/(1 + u**2)}"),
        ("D(u)/(1 - u**2)",       "there is a minus in the denominator; the arctangent has {1/(1 + u**2)}"),
        ("-D(u)/(1 + u**2)",      "the derivative of the arctangent is {1/(1 + u**2)}, without a minus sign"),
        ("D(u)/(1 + u)",          "{u} was not squared in the derivative of the arctangent, {1/(1 + u**2)}"),
        ("D(u)/cos(u)**2",        "that is the derivative of the tangent; the arctangent's is {1/(1 + u**2)}"),
        ("cos(u)**2*D(u)",        "the derivative of the inverse is not one over the derivative at the same place"),
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
    ),
    "log2": (
        ("D(u)/u",                "the logarithm of the base, {log(2)}, is missing in the denominator"),
        ("log(2)*D(u)/u",         "it was multiplied by {log(2)}; one divides by it"),
    ),
    "sqrt": (
        ("D(u)/sqrt(u)",          "the factor 1/2 of the root is missing: its derivative is {1/(2*sqrt(u))}"),
        ("2*D(u)/sqrt(u)",        "the 2 stands in the denominator: the derivative of the root is {1/(2*sqrt(u))}"),
        ("sqrt(u)*D(u)/2",        "the root belongs in the denominator: {1/(2*sqrt(u))}"),
        ("2*sqrt(u)*D(u)",        "the root belongs in the denominator: {1/(2*sqrt(u))}"),
        ("-D(u)/(2*sqrt(u))",     "the derivative of the root is {1/(2*sqrt(u))}, without a minus sign"),
        ("1/sqrt(u)",             "the factor 1/2 of the root and the inner derivative {D(u)} are missing"),
        ("D(u)/(2*u)",            "the root is missing in the denominator: {1/(2*sqrt(u))}"),
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
        return _rows(
            (one, "the part for {v}, " + f"{{{other}}}" + ", is missing"),
            (other, "the part for {u}, " + f"{{{one}}}" + ", is missing"),
        )
    (slope,) = derivatives
    at_inner = re.sub(r"\bu\b", "D(u)", slope)
    no_minus = [(f"({slope[1:]})*D(u)", _NO_MINUS), ("-D(u)", _NO_LINK)]
    own = _OWN.get(name, ())
    kept = [(f"{name}(u)*D(u)", _KEPT_FUNCTION)]
    kept = [row for row in kept if row[0] not in dict(own)]
    return _rows(
        (slope, _NO_INNER),
        *(no_minus if slope[0] == "-" else ()),
        *own,
        *kept,
        ("D(u)", _NO_LINK),
        (f"({slope})*D(u)**2", _TWICE),
        (f"({slope}) + D(u)", _ADDED),
        (at_inner, _AT_INNER),
        (f"{name}(D(u))", _INSIDE_IN_PLACE),
    )


class Move(Record):
    """A wrong move from one line of algebra to the next."""

    before: str
    after: str
    said: str


# fmt: off
#: What is written for a formula that is only put into another form.
ALGEBRA = (
    Move("D(u)",          "1",                   "the inner derivative {D(u)} of {u} was lost"),
    Move("D(u)",          "0",                   "the derivative {D(u)} of {u} was taken for 0"),
    Move("D(u)",          "-D(u)",               "the sign of the derivative {D(u)} of {u} was turned"),
    Move("D(u)",          "u",                   "{u} was kept and not differentiated"),
    Move("(u + v)**n",    "u**n + v**n",         "the power of the sum {u + v} was taken term by term: (a + b)² is not a² + b²"),
    Move("(u - v)**n",    "u**n - v**n",         "the power of the difference {u - v} was taken term by term"),
    Move("(u - v)**n",    "u**n + v**n",         "the power of the difference {u - v} was taken term by term"),
    Move("(u*v)**n",      "u*v**n",              "the power {n} goes to every factor of {u*v}"),
    Move("u**n",          "u*n",                 "{u**n} was taken for a product"),
    Move("u**n",          "u",                   "the exponent {n} of {u} was lost"),
    Move("u + v",         "u",                   "the term {v} was lost"),
    Move("u + v",         "v",                   "the term {u} was lost"),
    Move("u + v",         "u - v",               "the sign of {v} was turned"),
    Move("u + v",         "u*v",                 "a product was made of the sum {u + v}"),
    Move("u - v",         "u",                   "the term {v} was lost"),
    Move("u - v",         "-v",                  "the term {u} was lost"),
    Move("u - v",         "u + v",               "the minus sign before {v} was lost"),
    Move("u - v",         "v - u",               "the difference {u - v} was turned round"),
    Move("u*(v + c)",     "u*v + c",             "the factor {u} goes to every term of {v + c}"),
    Move("u*(v - c)",     "u*v - c",             "the factor {u} goes to every term of {v - c}"),
    Move("(v + c)*u",     "v + c*u",             "the factor {u} goes to every term of {v + c}"),
    Move("u - (v + c)",   "u - v + c",           "the minus sign goes to every term of {v + c}"),
    Move("u - (v - c)",   "u - v - c",           "the minus sign goes to every term of {v - c}"),
    Move("u*v",           "u",                   "the factor {v} was lost"),
    Move("u*v",           "v",                   "the factor {u} was lost"),
    Move("u*v",           "u + v",               "a sum was made of the product {u*v}"),
    Move("u/v",           "u",                   "the divisor {v} was lost"),
    Move("u/v",           "v/u",                 "the fraction {u/v} was turned over"),
    Move("u/v",           "u*v",                 "{v} was multiplied in; it is a divisor"),
    Move("u/(v + c)",     "u/v + u/c",           "a fraction is not split at its denominator"),
    Move("(v + c)/u",     "v/u + c",             "the divisor {u} goes to every term of {v + c}"),
    Move("-u",            "u",                   "the minus sign before {u} was lost"),
    Move("sqrt(u + v)",   "sqrt(u) + sqrt(v)",   "the root of the sum {u + v} was taken term by term"),
    Move("log(u + v)",    "log(u) + log(v)",     "the logarithm of the sum {u + v} was taken term by term"),
    Move("exp(u + v)",    "exp(u) + exp(v)",     "the exponential of the sum {u + v} was taken term by term"),
    Move("sin(u + v)",    "sin(u) + sin(v)",     "the sine of the sum {u + v} was taken term by term"),
)
# fmt: on
