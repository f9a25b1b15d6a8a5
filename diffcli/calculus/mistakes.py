"""What people write in the place of a rule's right side, and what is wrong about it.

Letters as in the rules; where a mistake differentiates what does not depend on the
variable, D(c) is its slope toward the variables in it. What stands in {...} is put into
the sentence: {D(u)} is the derivative of this formula's u.

A mistake is a row: it needs no more to be found, named and tested.
"""

from diffcli.records import Record


class Mistake(Record):
    """One way in which a rule goes wrong."""

    #: What is written in the place of the rule's right side.
    written: str
    #: What is said about it.
    said: str
    #: How many things went wrong; one that explains a claim goes before two.
    faults: int = 1


def rows(*texts: tuple[str, str] | tuple[str, str, int]) -> tuple[Mistake, ...]:
    """Return a mistake for each row of texts."""
    return tuple(Mistake(*row) for row in texts)


NO_INNER = "the inside {u} was not differentiated: its derivative {D(u)} is missing"
TWICE = "the inner derivative {D(u)} was multiplied in twice"
ADDED = "the inner derivative {D(u)} was added; the chain rule multiplies by it"
AT_INNER = (
    "the outer derivative was taken at {D(u)}, the inner derivative; it belongs at {u}"
)
NO_LINK = (
    "a link of the chain is missing: the derivative of {f} toward {u} was left out"
)
NO_MINUS = "the minus sign is missing in the derivative of {f}"
INSIDE_IN_PLACE = "the inside {u} was differentiated in its place in {f}; the outer function is differentiated first"
KEPT_CONSTANT = "the constant {c} was kept; its derivative is 0"
ONE_CONSTANT = "the derivative of the constant {c} was taken for 1; it is 0"
NOT_FIXED = "{c} was not held fixed, but differentiated too"
ADDED_FACTOR = "the constant factor {c} was added; it stays a factor"
TURNED = "the sign of the derivative of {v} was turned"
KEPT_FUNCTION = "the outer function was kept and not differentiated in {f}"

AT_X = "the outer derivative was taken at {x}; the inside {u} has to be put back"
AT_X_ALONE = "the outer derivative was taken at {x} in the place of {u}, and its derivative {D(u)} is missing"
AT_INNER_TIMES = "the outer derivative was taken at {D(u)}, the inner derivative; only the factor is {D(u)}, and it belongs at {u}"
TIMES_INSIDE = (
    "it was multiplied by the inside {u} itself, not by its derivative {D(u)}"
)
DIVIDED = (
    "it was divided by the inner derivative {D(u)}; the chain rule multiplies by it"
)
NO_PRODUCT = "the product rule was used for {f}; one function stands inside the other, and the chain rule is needed"

OF_INSIDE = frozenset({
    NO_INNER, TWICE, ADDED, AT_INNER, NO_LINK, KEPT_FUNCTION, INSIDE_IN_PLACE,
    ADDED_FACTOR, AT_INNER_TIMES, TIMES_INSIDE, DIVIDED, NO_PRODUCT,
})  # fmt: skip
"""What is said of an inside u only if D(u) is not 1."""


def loses_a_minus(mistake: Mistake) -> bool:
    """Tell whether a minus sign gets lost, which happens sooner than one too many."""
    said = mistake.said
    return said is NO_INNER or (said.startswith("the minus sign") and "{D(" not in said)


# fmt: off
SUM = rows(
    ("D(u)",        "the term {v} of the sum was lost: its derivative {D(v)} is missing"),
    ("D(v)",        "the term {u} of the sum was lost: its derivative {D(u)} is missing"),
    ("D(u) - D(v)", TURNED),
    ("D(u)*D(v)",   "the derivatives of the terms were multiplied; those of a sum are added"),
)
DIFFERENCE = rows(
    ("D(u)",        "the term {v} of the difference was lost: its derivative {D(v)} is missing"),
    ("-D(v)",       "the term {u} of the difference was lost: its derivative {D(u)} is missing"),
    ("D(u) + D(v)", "the minus sign before {v} was lost"),
    ("D(v) - D(u)", "the difference was turned round"),
)
NEGATIVE = rows(
    ("D(u)", "the minus sign before {u} was lost"),
)
CONSTANT_FACTOR = rows(
    ("D(u)",             "the constant factor {c} was lost"),
    ("c",                "{u} was not differentiated: its derivative {D(u)} is missing"),
    ("c**2*D(u)",        "the constant factor {c} was taken twice"),
    ("c + D(u)",         ADDED_FACTOR),
    ("D(c)*D(u)",        "{c} was not held fixed, and the derivatives were multiplied"),
    ("D(c)*u + c*D(u)",  NOT_FIXED),
    ("D(u) + D(c)",      "the derivatives of the factors {c} and {u} were added"),
    ("sign(c)*D(u)",     "the factor {abs(c)} was lost"),
    ("abs(c)*D(u)",      "the minus sign of the factor {c} was lost"),
)
CONSTANT_DIVISOR = rows(
    ("D(u)",      "the constant divisor {c} was lost"),
    ("c*D(u)",    "{c} was multiplied in; it is a divisor"),
    ("D(u)/c**2", "the constant divisor {c} was squared; that is for divisors that change"),
    ("1/c",       "{u} was not differentiated: its derivative {D(u)} is missing"),
    ("sign(c)*D(u)", "the divisor {abs(c)} was lost"),
)
PRODUCT = rows(
    ("D(u)*D(v)",       "the derivatives of the factors were multiplied; the product rule adds two terms: (uv)' = u'v + uv'"),
    ("D(u)*v",          "the second term of the product rule, {u*D(v)}, is missing"),
    ("u*D(v)",          "the first term of the product rule, {D(u)*v}, is missing"),
    ("D(u)*v - u*D(v)", "the two terms of the product rule were subtracted; they are added"),
    ("u*D(v) - D(u)*v", "the two terms of the product rule were subtracted; they are added"),
    ("D(u) + D(v)",     "the derivatives of the factors were added; each is multiplied by the other factor"),
    ("D(u)*v + u",      "the second factor {v} was not differentiated: its derivative {D(v)} is missing"),
    ("v + u*D(v)",      "the first factor {u} was not differentiated: its derivative {D(u)} is missing"),
    ("D(u)*u + v*D(v)", "each derivative was multiplied by its own factor; it belongs to the other one"),
    ("D(u)*D(v) + u*v", "the derivatives and the factors were multiplied; each derivative belongs to the other factor"),
    ("D(u)*v + D(v)",   "in the second term of the product rule the factor {u} is missing"),
    ("D(u) + u*D(v)",   "in the first term of the product rule the factor {v} is missing"),
    ("(D(u)*v + u*D(v))/v**2", "the product rule was divided by {v**2}; that belongs to the quotient rule"),
)
QUOTIENT = rows(
    ("D(u)/D(v)",                   "the derivatives of numerator and denominator were divided; the quotient rule is (u'v - uv')/v²"),
    ("(u*D(v) - D(u)*v)/v**2",      "the difference in the quotient rule was turned round: it is u'v - uv'"),
    ("(D(u)*v + u*D(v))/v**2",      "there is a plus in the quotient rule; it is u'v - uv'"),
    ("(D(u)*v - u*D(v))/v",         "the denominator {v} was not squared"),
    ("D(u)*v - u*D(v)",             "the denominator {v**2} of the quotient rule is missing"),
    ("D(u)/v",                      "the second term of the quotient rule, {-u*D(v)/v**2}, is missing"),
    ("-u*D(v)/v**2",                "the first term of the quotient rule, {D(u)/v}, is missing"),
    ("u*D(v)/v**2",                 "the first term of the quotient rule, {D(u)/v}, and the minus sign are missing", 2),
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
    ("(D(u) - D(v))/v**2",          "in the numerator of the quotient rule the factors {v} and {u} are missing: it is u'v - uv'"),
    ("(D(u) - u*D(v))/v",           "{v} was cancelled against one term of the numerator only; it has to be a factor of both"),
    ("D(u) - u*D(v)/v**2",          "in the first term of the quotient rule {v} was cancelled twice; {D(u)/v} is left of it"),
    ("D(u) - u*D(v)",               "{v**2} was cancelled; it has to be a factor of both terms of the numerator"),
    ("(D(u)*v - u*D(v))/(2*v)",     "the denominator {v} was doubled; it is squared"),
    ("(D(u)*v - u*D(v))/(u*v)",     "the denominator is {v**2}, not the product of both parts"),
    ("(u*D(v) - D(u)*v)/v",         "the difference in the quotient rule was turned round, and the denominator not squared", 2),
    ("(D(u)*v + u*D(v))/v",         "there is a plus in the quotient rule, and the denominator was not squared", 2),
    ("D(u) - D(v)",                 "the derivatives of numerator and denominator were subtracted; the quotient rule is (u'v - uv')/v²"),
)
RECIPROCAL = rows(
    ("-c/u**2",          NO_INNER),
    ("c*D(u)/u**2",      "the minus sign of the reciprocal is missing: (1/v)' = -v'/v²"),
    ("c/u**2",           "the minus sign and the inner derivative {D(u)} are missing: (1/v)' = -v'/v²", 2),
    ("-c*D(u)/u",        "the denominator {u} was not squared"),
    ("c*D(u)/u",         "the denominator {u} was not squared, and the minus sign is missing", 2),
    ("c/D(u)",           "the denominator alone was differentiated, in its place: (1/v)' = -v'/v²"),
    ("-c/D(u)",          "the denominator alone was differentiated, in its place: (1/v)' = -v'/v²"),
    ("-D(u)/u**2",       "the numerator {c} was lost"),
    ("-c*D(u)**2/u**2",  TWICE),
    ("-c/u**2 + D(u)",   ADDED),
    ("-c/D(u)**2",       AT_INNER),
    ("c*log(u)",         "{f} was integrated, not differentiated"),
    ("c*log(abs(u))",    "{f} was integrated, not differentiated"),
    ("(D(c)*u - c*D(u))/u**2", NOT_FIXED),
    ("c*log(u)*D(u)",    "{f} was integrated, not differentiated"),
    ("D(u)/u**2",        "the numerator {c} and the minus sign were lost", 2),
    ("-c*u/u**2",        TIMES_INSIDE),
    ("-c/(D(u)*u**2)",   DIVIDED),
    ("-c*D(u)/x**2",     AT_X),
    ("-c/x**2",          AT_X_ALONE, 2),
    ("-c*D(u)/u**3",     "the exponent -1 goes down to -2, not to -3: the denominator is {u**2}"),
    ("c*D(u)",           "{u} in the denominator was differentiated as if it stood above"),
)
POWER = rows(
    ("n*u**(n-1)",           NO_INNER),
    ("n*u**n*D(u)",          "the exponent {n} was kept; it goes down by one"),
    ("u**(n-1)*D(u)",        "the exponent {n} was not brought down as a factor"),
    ("n*u**(n+1)*D(u)",      "the exponent went up by one; it goes down"),
    ("(n-1)*u**(n-1)*D(u)",  "the exponent was lowered before it was brought down: the factor is {n}"),
    ("n*u**(n-1)*D(u)**2",   TWICE),
    ("n*u**(n-1) + D(u)",    ADDED),
    ("n*D(u)**(n-1)",        AT_INNER),
    ("D(u)**n",              INSIDE_IN_PLACE),
    ("n*u*D(u)",             "the exponent {n-1} of {u} was lost"),
    ("n*D(u)",               "the power {u**(n-1)} was lost"),
    ("u**n*D(u)",            KEPT_FUNCTION),
    ("D(u)",                 NO_LINK),
    ("u**(n+1)/(n+1)*D(u)",  "{f} was integrated, not differentiated"),
    ("u**(n+1)/(n+1)",       "{f} was integrated, not differentiated"),
    ("n*u**(n-2)*D(u)",      "the exponent went down by two; it goes down by one"),
    ("u**n*log(u)*D(u)",     "the rule for an exponential was used for a power"),
    ("u**n*log(n)*D(u)",     "the rule for an exponential was used for a power"),
    ("(n + u**(n-1))*D(u)",  "the exponent was added as a term; it is a factor"),
    ("n*x**(n-1)*D(u)",      AT_X),
    ("n*x**(n-1)",           AT_X_ALONE, 2),
    ("n*D(u)**(n-1)*D(u)",   AT_INNER_TIMES),
    ("n*u**(n-1)*u",         TIMES_INSIDE),
    ("n*u**(n-1)/D(u)",      DIVIDED),
    ("n*x**(n-1)*u + x**n*D(u)", NO_PRODUCT),
    ("n*u**(1-n)*D(u)",      "the sign of the new exponent {n-1} was turned"),
    ("abs(n)*u**(n-1)*D(u)", "the minus sign of the exponent {n} was lost; it is brought down with its sign"),
    ("(n+1)*u**n*D(u)",      "the exponent was raised and brought down; it is brought down and lowered"),
    ("u**(n-1)*D(u)/n",      "it was divided by the exponent {n}; that is a factor"),
    ("u**(n-1)",             "the exponent {n} was not brought down, and the inner derivative {D(u)} is missing", 2),
    ("n*u**n",               "the exponent {n} was kept, and the inner derivative {D(u)} is missing", 2),
)
E_POWER = rows(
    ("e**u",             NO_INNER),
    ("u*e**(u-1)*D(u)",  "the power rule was used for an exponential: it stays {e**u}"),
    ("u*e**(u-1)",       "the power rule was used for an exponential: it stays {e**u}"),
    ("e**(u-1)*D(u)",    "the exponent of an exponential was lowered; it stays {e**u}"),
    ("e**D(u)",          AT_INNER),
    ("e**u*D(u)**2",     TWICE),
    ("e**u + D(u)",      ADDED),
    ("e**u*u",           "{e**u} was multiplied by the exponent {u}, not by its derivative {D(u)}"),
    ("e**x*D(u)",        AT_X),
    ("e**x",             AT_X_ALONE, 2),
    ("e**D(u)*D(u)",     AT_INNER_TIMES),
    ("e**u/D(u)",        DIVIDED),
    ("e**x*(u + D(u))",  NO_PRODUCT),
    ("e**u*log(u)*D(u)", "the logarithm of the exponent was taken; an exponential to the base e needs none"),
    ("D(u)",             NO_LINK),
)
EXPONENTIAL = rows(
    ("c**u*log(c)",          NO_INNER),
    ("c**u*D(u)",            "the factor {log(c)}, the logarithm of the base, is missing"),
    ("u*c**(u-1)*D(u)",      "the power rule was used for an exponential; the exponent changes, not the base"),
    ("u*c**(u-1)",           "the power rule was used for an exponential; the exponent changes, not the base"),
    ("c**(u-1)*log(c)*D(u)", "the exponent of an exponential was lowered; it stays {c**u}"),
    ("c**u/log(c)*D(u)",     "it was divided by {log(c)}, the logarithm of the base; that is a factor"),
    ("c**u*log(u)*D(u)",     "the logarithm of the exponent was taken; it is that of the base, {log(c)}"),
    ("c**u*log(c)*D(u)**2",  TWICE),
    ("c**u*log(c) + D(u)",   ADDED),
    ("c**D(u)*log(c)",       AT_INNER),
    ("c**D(u)",              INSIDE_IN_PLACE),
    ("c**x*log(c)*D(u)",     AT_X),
    ("c**x*log(c)",          AT_X_ALONE, 2),
    ("c**D(u)*log(c)*D(u)",  AT_INNER_TIMES),
    ("c**u*log(c)*u",        TIMES_INSIDE),
    ("c**u*log(c)/D(u)",     DIVIDED),
    ("c*u*D(u)",             "the power {c**u} was taken for a product"),
    ("c*c**u*D(u)",          "the base {c} stands in the place of its logarithm {log(c)}"),
    ("c**u",                 "the logarithm of the base and the inner derivative {D(u)} are missing", 2),
    ("D(u)",                 NO_LINK),
)
GENERAL_POWER = rows(
    ("v*u**(v-1)*D(u)",         "the power rule was used where the exponent {v} changes too: its part {u**v*log(u)*D(v)} is missing"),
    ("D(v)*u**(v-1)*D(u)",      "the power rule was used where the exponent {v} changes too"),
    ("v*u**(v-1)*D(u) + u**v*D(v)", "the factor {log(u)}, the logarithm of the base, is missing in the part for the exponent"),
    ("v*u**(v-1)*u**v*log(u)*D(u)*D(v)", "both rules were multiplied; their parts are added"),
    ("v*u**(v-1)*D(u) - u**v*log(u)*D(v)", "the parts for base and exponent were subtracted; they are added"),
    ("v*u**(v-1) + u**v*log(u)*D(v)", "the base {u} was not differentiated: its derivative {D(u)} is missing"),
    ("v*u**(v-1)*D(u) + u**v*log(u)", "the exponent {v} was not differentiated: its derivative {D(v)} is missing"),
    ("D(u)**D(v)",              "base and exponent were differentiated in their places"),
    ("v*u**(v-1)",              "the power rule was used where the exponent {v} changes too"),
    ("v*u**(v-1)*D(u)*D(v)",    "the power rule was used where the exponent {v} changes too"),
    ("v*u**(v-1)*D(v)",         "the power rule was used where the exponent {v} changes too"),
    ("u**v*log(u)*D(v)",        "the rule for an exponential was used where the base {u} changes too: its part {v*u**(v-1)*D(u)} is missing"),
    ("u**v*log(u)",             "the rule for an exponential was used where the base {u} changes too"),
    ("u**v*log(v)",             "the rule for an exponential was used where the base {u} changes too"),
    ("log(u)*D(v) + v*D(u)/u",  "the factor {f} is missing: only its logarithm was differentiated"),
)
#: What may happen to any part of a formula, if no row of its rule explains it.
ANYWHERE = rows(
    ("f",      "{f} was kept as it is and not differentiated"),
    ("-D(f)",  "the sign of the derivative of {f} was turned"),
    ("0",      "{f} was taken for a constant"),
)
# fmt: on
