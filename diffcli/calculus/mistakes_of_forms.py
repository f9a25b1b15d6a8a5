"""Mistakes made with formulas of a certain form, and wrong moves of algebra.

Letters as in ``mistakes``, and k for a number.
"""

import re

from diffcli.calculus.functions import NAMED
from diffcli.calculus.mistakes import (
    KEPT_CONSTANT,
    NOT_FIXED,
    ONE_CONSTANT,
    Mistake,
    rows,
)
from diffcli.records import Record


class Special(Record):
    """A form of formula with mistakes of its own, besides those of its rule."""

    #: The pattern that it fits.
    before: str
    mistakes: tuple[Mistake, ...]


_POWERED = (
    "sin",
    "cos",
    "tan",
    "log",
    "exp",
    "sqrt",
    "tanh",
    "sinh",
    "cosh",
    "sigmoid",
)
_LIKE_X = "a constant was differentiated as if it were {x}; its derivative is 0"
_FACTOR_LIKE_X = (
    "a constant factor was differentiated as if it were {x}; it stays as it is"
)
_LOWERED = "the factor {n} in the exponent was lowered by one; an exponential stays {f}"
_ALL_SQUARED = "the whole inside is squared: the factor {c} too"

# fmt: off
#: In a sum a constant goes.
_FORMS = (
    Special("u + c", rows(
        ("D(u) + c",    KEPT_CONSTANT),
        ("D(u) + 1",    ONE_CONSTANT),
        ("D(u) + D(c)", NOT_FIXED),
        ("D(u)*c",      "the constant {c} was multiplied in; as a term of a sum it goes"),
    )),
    Special("c + u", rows(
        ("c + D(u)",    KEPT_CONSTANT),
        ("1 + D(u)",    ONE_CONSTANT),
        ("D(c) + D(u)", NOT_FIXED),
        ("c*D(u)",      "the constant {c} was multiplied in; as a term of a sum it goes"),
    )),
    Special("u - c", rows(
        ("D(u) - c",    KEPT_CONSTANT),
        ("D(u) - 1",    ONE_CONSTANT),
        ("D(u) - D(c)", NOT_FIXED),
    )),
    Special("c - u", rows(
        ("D(u)",        "the minus sign before {u} was lost"),
        ("c - D(u)",    KEPT_CONSTANT),
        ("1 - D(u)",    ONE_CONSTANT),
        ("D(c) - D(u)", NOT_FIXED),
    )),
    Special("u + k**n", rows(("D(u) + n*k**(n-1)", _LIKE_X))),
    Special("k**n + u", rows(("n*k**(n-1) + D(u)", _LIKE_X))),
    Special("u - k**n", rows(("D(u) - n*k**(n-1)", _LIKE_X))),
    Special("u + exp(k)", rows(("D(u) + k*exp(k-1)", _LIKE_X))),
    Special("u + log(k)", rows(("D(u) + 1/k", _LIKE_X))),
    Special("log(k) + u", rows(("1/k + D(u)", _LIKE_X))),
    Special("u + sqrt(k)", rows(("D(u) + 1/(2*sqrt(k))", _LIKE_X))),
    Special("u + sin(k)", rows(("D(u) + cos(k)", _LIKE_X))),
    Special("u + cos(k)", rows(("D(u) - sin(k)", _LIKE_X))),
    Special("k**n*u", rows(
        ("n*k**(n-1)*D(u)",   _FACTOR_LIKE_X),
        ("n*k**(n-1)*u",      _FACTOR_LIKE_X),
        ("n*k**(n-1)*u + k**n*D(u)", _FACTOR_LIKE_X),
    )),
    Special("sqrt(k)*u", rows(("D(u)/(2*sqrt(k))", _FACTOR_LIKE_X))),
    Special("log(k)*u", rows(("D(u)/k", _FACTOR_LIKE_X), ("u/k", _FACTOR_LIKE_X))),
    Special("exp(k)*u", rows(("k*exp(k-1)*D(u)", _FACTOR_LIKE_X))),
    Special("exp(n*u)", rows(("n*exp((n-1)*u)*D(u)", _LOWERED))),
    Special("e**(n*u)", rows(("n*e**((n-1)*u)*D(u)", _LOWERED))),
    Special("c*(u + v)", rows(
        ("c*D(u) + D(v)",   "the factor {c} goes to every term of {u + v}"),
    )),
    Special("c*(u - v)", rows(
        ("c*D(u) - D(v)",   "the factor {c} goes to every term of {u - v}"),
    )),
    Special("u - (v + w)", rows(
        ("D(u) - D(v) + D(w)", "the minus sign goes to every term of {v + w}"),
    )),
    Special("u - (v - w)", rows(
        ("D(u) - D(v) - D(w)", "the minus sign goes to every term of {v - w}"),
    )),
    Special("c*u**n", rows(
        ("(c+n)*u**(n-1)*D(u)", "the exponent {n} was added to the factor {c}; they are multiplied"),
        ("n*(c*u)**(n-1)*D(u)", "the power was taken of {c*u}; the factor {c} stands outside of it"),
        ("c**n*u**(n-1)*D(u)",  "the factor {c} was raised to the power {n}; they are multiplied"),
        ("c*n*D(u)",            "the power {u**(n-1)} was lost"),
    )),
    Special("(c*u)**n", rows(
        ("c*n*u**(n-1)*D(u)",   "the power {n} goes to the factor {c} too: {(c*u)**n} is {c**n*u**n}"),
    )),
    Special("u*v*w", rows(
        ("D(u)*D(v)*D(w)", "the derivatives of the factors were multiplied; the product rule adds a term for each factor"),
        ("D(u)+D(v)+D(w)", "the derivatives of the factors were added; each is multiplied by the other factors"),
    )),
    Special("(u + w)*v", rows(
        ("(D(u)+D(w))*v + u + w*D(v)", "brackets are missing: {D(v)} multiplies all of {u + w}"),
        ("D(u) + D(w)*v + (u+w)*D(v)", "brackets are missing: {v} multiplies all of {D(u) + D(w)}"),
    )),
    Special("(u - w)*v", rows(
        ("(D(u)-D(w))*v + u - w*D(v)", "brackets are missing: {D(v)} multiplies all of {u - w}"),
    )),
    Special("v*(u + w)", rows(
        ("D(v)*u + w + v*(D(u)+D(w))", "brackets are missing: {D(v)} multiplies all of {u + w}"),
        ("D(v)*(u+w) + v*D(u) + D(w)", "brackets are missing: {v} multiplies all of {D(u) + D(w)}"),
    )),
    Special("v*(u - w)", rows(
        ("D(v)*u - w + v*(D(u)-D(w))", "brackets are missing: {D(v)} multiplies all of {u - w}"),
    )),
    Special("(u + w)/v", rows(
        ("((D(u)+D(w))*v - u*D(v) + w*D(v))/v**2", "brackets are missing: the minus sign of the quotient rule goes to every term of {u + w}"),
        ("((D(u)+D(w))*v - u - w*D(v))/v**2", "brackets are missing: {D(v)} multiplies all of {u + w}"),
        ("((D(u)+D(w))*v - u + w*D(v))/v**2", "brackets are missing: {-D(v)} multiplies all of {u + w}"),
    )),
    Special("(u - w)/v", rows(
        ("((D(u)-D(w))*v - u*D(v) - w*D(v))/v**2", "brackets are missing: the minus sign of the quotient rule goes to every term of {u - w}"),
        ("((D(u)-D(w))*v - u + w*D(v))/v**2", "brackets are missing: {D(v)} multiplies all of {u - w}"),
        ("((D(u)-D(w))*v - u - w*D(v))/v**2", "brackets are missing: {-D(v)} multiplies all of {u - w}"),
    )),
    Special("asin(c*u)", rows(("c*D(u)/sqrt(1 - c*u**2)", _ALL_SQUARED))),
    Special("acos(c*u)", rows(("-c*D(u)/sqrt(1 - c*u**2)", _ALL_SQUARED))),
    Special("atan(c*u)", rows(("c*D(u)/(1 + c*u**2)", _ALL_SQUARED))),
    Special("asin(u/c)", rows(("D(u)/c/sqrt(1 - u**2/c)", _ALL_SQUARED))),
    Special("atan(u/c)", rows(("D(u)/c/(1 + u**2/c)", _ALL_SQUARED))),
    Special("log(u*v)", rows(
        ("log(v)*D(u)/u + log(u)*D(v)/v", "the logarithm of the product {u*v} is the sum of the logarithms, not their product"),
    )),
    Special("(u + v)**n", rows(
        ("n*u + v", "brackets are missing: the factor {n} multiplies all of {u + v}"),
        ("n*u**(n-1)*D(u) + n*v**(n-1)*D(v)", "the power of the sum {u + v} was taken term by term: (a + b)² is not a² + b²"),
    )),
    Special("(u - v)**n", rows(
        ("n*u - v", "brackets are missing: the factor {n} multiplies all of {u - v}"),
        ("n*u**(n-1)*D(u) - n*v**(n-1)*D(v)", "the power of the difference {u - v} was taken term by term: (a - b)² is not a² - b²"),
        ("n*u**(n-1)*D(u) + n*v**(n-1)*D(v)", "the power of the difference {u - v} was taken term by term: (a - b)² is not a² + b²"),
    )),
    Special("sqrt(u + v)", rows(
        ("D(u)/(2*sqrt(u)) + D(v)/(2*sqrt(v))", "the root of the sum {u + v} was taken term by term"),
    )),
    Special("log(u + v)", rows(
        ("D(u)/u + D(v)/v", "the logarithm of the sum {u + v} was taken term by term"),
    )),
    Special("sin(u + v)", rows(
        ("cos(u)*D(u) + cos(v)*D(v)", "the sine of the sum {u + v} was taken term by term"),
    )),
    Special("cos(u + v)", rows(
        ("-sin(u)*D(u) - sin(v)*D(v)", "the cosine of the sum {u + v} was taken term by term"),
    )),
    Special("exp(u + v)", rows(
        ("exp(u)*D(u) + exp(v)*D(v)", "the exponential of the sum {u + v} was taken term by term"),
    )),
    Special("c/(u + v)", rows(
        ("-c*D(u)/u**2 - c*D(v)/v**2", "the reciprocal of the sum {u + v} was taken term by term"),
    )),
    Special("c/u**n", rows(
        ("-n*c*u**(-n+1)*D(u)", "the exponent {-n} went up by one; it goes down"),
        ("n*c*u**(-n+1)*D(u)",  "the exponent {-n} went up by one, and its sign is missing; it goes down"),
        ("-n*c*u**-n*D(u)",     "the exponent {-n} was kept; it goes down by one"),
        ("n*c*u**(n-1)*D(u)",   "the power in the denominator was differentiated as if it stood above"),
        ("c*u**(-n-1)*D(u)",    "the exponent {-n} was not brought down as a factor"),
    )),
)


def _powers_and_factors(name: str) -> tuple[Special, ...]:
    """Return what is mixed up where a power or a factor stands beside a function."""
    (slope,) = NAMED[name].derivatives

    def at(inside: str) -> str:
        found = re.sub(r"\bu\b", f"({inside})", slope)
        return f"({found})"

    return (
        Special(f"{name}(u)**n", rows(
            (f"n*u**(n-1)*D(u)*{at('u**n')}", f"{{f}} was taken for {{{name}(u**n)}}: the power stands outside"),
        )),
        Special(f"{name}(u**n)", rows(
            (f"n*{name}(u)**(n-1)*{at('u')}*D(u)", f"{{f}} was taken for {{{name}(u)**n}}: the power stands inside"),
        )),
        Special(f"{name}(c*u)", rows(
            (f"c*{at('u')}*D(u)", f"{{f}} was taken for {{c*{name}(u)}}: the factor stands inside"),
        )),
    )


#: Every form that has mistakes of its own.
SPECIAL = (
    *_FORMS,
    *(form for name in _POWERED for form in _powers_and_factors(name)),
)
# fmt: on


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
    Move("abs(u)",        "u",                   "{abs(u)} is {u} only where that is not negative"),
    Move("abs(u)",        "-u",                  "{abs(u)} is {-u} only where {u} is not positive"),
    Move("sqrt(u**2)",    "u",                   "{sqrt(u**2)} is {abs(u)}: a root is not negative"),
    Move("sqrt(u**2)",    "-u",                  "{sqrt(u**2)} is {abs(u)}: a root is not negative"),
    Move("(u**2)**(1/2)", "u",                   "{(u**2)**(1/2)} is {abs(u)}: a root is not negative"),
    Move("sqrt(u + v)",   "sqrt(u) + sqrt(v)",   "the root of the sum {u + v} was taken term by term"),
    Move("log(u + v)",    "log(u) + log(v)",     "the logarithm of the sum {u + v} was taken term by term"),
    Move("exp(u + v)",    "exp(u) + exp(v)",     "the exponential of the sum {u + v} was taken term by term"),
    Move("sin(u + v)",    "sin(u) + sin(v)",     "the sine of the sum {u + v} was taken term by term"),
    *(
        Move(f"{name}(u**n)", f"{name}(u)**n", f"the power {{n}} stands inside: {{{name}(u**n)}} is not {{{name}(u)**n}}")
        for name in ("sin", "cos", "tan", "log")
    ),
    *(
        Move(f"{name}(u)**n", f"{name}(u**n)", f"the power {{n}} stands outside: {{{name}(u)**n}} is not {{{name}(u**n)}}")
        for name in ("sin", "cos", "tan", "log")
    ),
)
# fmt: on
