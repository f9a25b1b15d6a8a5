"""THE RULES: differentiation and tidying, one row each, in diffcli's own language.

Letters:
    x      the variable of the derivative
    c, n   anything that does not depend on x; in tidying rows: a number
    m      a negative number
    u, v   anything
    D(u)   the derivative of u toward x, already found

The first row that fits is used, so the special stands before the general. The last
column is what people write in place of the right side, and what is wrong about it.
"""

from diffcli.calculus import mistakes
from diffcli.calculus.mistakes import Mistake
from diffcli.records import Record


class Rule(Record):
    """One row: what it fits and what it makes of it."""

    #: The rule's name on the screen; the lecture has constant, linearity, power, chain.
    name: str
    #: The pattern, one operation deep.
    before: str
    #: What takes its place.
    after: str
    #: The rule in one sentence.
    sentence: str
    #: What people write in its place, each with what is wrong about it.
    mistakes: tuple[Mistake, ...] = ()

    def __repr__(self) -> str:
        """Return the name and the pattern, not the whole row."""
        return f"<Rule {self.name}: {self.before}>"


# Columns are aligned so that a row reads as an equation.
# fmt: off
DIFFERENTIATION: tuple[Rule, ...] = (
    Rule("constant",    "c",     "0",                      "what does not depend on x does not change"),
    Rule("power",       "x",     "1",                      "x changes as fast as itself"),
    Rule("linearity",   "u + v", "D(u) + D(v)",            "a sum changes by the sum of the changes", mistakes.SUM),
    Rule("linearity",   "u - v", "D(u) - D(v)",            "a difference changes by the difference of the changes", mistakes.DIFFERENCE),
    Rule("linearity",   "-u",    "-D(u)",                  "the sign stays outside", mistakes.NEGATIVE),
    Rule("linearity",   "c*u",   "c*D(u)",                 "a constant factor stays outside", mistakes.CONSTANT_FACTOR),
    Rule("linearity",   "u*c",   "c*D(u)",                 "a constant factor stays outside", mistakes.CONSTANT_FACTOR),
    Rule("linearity",   "u/c",   "D(u)/c",                 "a constant divisor stays outside", mistakes.CONSTANT_DIVISOR),
    Rule("product",     "u*v",   "D(u)*v + u*D(v)",        "each factor changes once while the other is held", mistakes.PRODUCT),
    Rule("quotient",    "c/u",   "-c*D(u)/u**2",           "a reciprocal changes against its divisor", mistakes.RECIPROCAL),
    Rule("quotient",    "u/v",   "(D(u)*v - u*D(v))/v**2", "low d-high less high d-low, over low squared", mistakes.QUOTIENT),
    Rule("power",       "u**n",  "n*u**(n-1)*D(u)",        "the exponent comes down and loses one, times the inner derivative", mistakes.POWER),
    Rule("cases",       "when(u, v)", "when(u, D(v))",     "each case is differentiated where it holds"),
    Rule("exponential", "e**u",  "e**u*D(u)",              "the exponential is its own derivative, times the inner derivative", mistakes.E_POWER),
    Rule("exponential", "c**u",  "c**u*log(c)*D(u)",       "a power grows with the logarithm of its base, times the inner derivative", mistakes.EXPONENTIAL),
    Rule("power",       "u**v",  "v*u**(v-1)*D(u) + u**v*log(u)*D(v)", "base and exponent each change once while the other is held", mistakes.GENERAL_POWER),
)

TIDYING: tuple[Rule, ...] = (
    Rule("add nothing",       "0 + u",       "u",           "zero changes no sum"),
    Rule("add nothing",       "u + 0",       "u",           "zero changes no sum"),
    Rule("take nothing",      "u - 0",       "u",           "zero changes no difference"),
    Rule("take from nothing", "0 - u",       "-u",          "what is taken from zero is negative"),
    Rule("cancel",            "u - u",       "0",           "equals cancel"),
    Rule("collect",           "u + u",       "2*u",         "equal terms are counted"),
    Rule("collect",           "c*u + u",     "(c+1)*u",     "equal terms are counted"),
    Rule("collect",           "u + c*u",     "(c+1)*u",     "equal terms are counted"),
    Rule("collect",           "c*u + n*u",   "(c+n)*u",     "equal terms are counted"),
    Rule("collect",           "c*u - n*u",   "(c-n)*u",     "equal terms are counted"),
    Rule("add a negative",    "u + -v",      "u - v",       "adding a negative is taking away"),
    Rule("add a negative",    "u + m",       "u - (-m)",    "adding a negative is taking away"),
    Rule("take a negative",   "u - -v",      "u + v",       "taking a negative away is adding"),
    Rule("take a negative",   "u - m",       "u + (-m)",    "taking a negative away is adding"),
    Rule("minus minus",       "-(-u)",       "u",           "two signs cancel"),
    Rule("turn a difference", "-(u - v)",    "v - u",       "the negative of a difference is the difference turned round"),
    Rule("times nothing",     "0*u",         "0",           "a factor zero makes the product zero"),
    Rule("times nothing",     "u*0",         "0",           "a factor zero makes the product zero"),
    Rule("times one",         "1*u",         "u",           "a factor one changes nothing"),
    Rule("times one",         "u*1",         "u",           "a factor one changes nothing"),
    Rule("sign outside",      "m*u",         "-((-m)*u)",   "a sign moves to the front"),
    Rule("sign outside",      "u*m",         "-((-m)*u)",   "a sign moves to the front"),
    Rule("sign outside",      "-u*v",        "-(u*v)",      "a sign moves to the front"),
    Rule("sign outside",      "u*-v",        "-(u*v)",      "a sign moves to the front"),
    Rule("number first",      "u*c",         "c*u",         "numbers stand in front"),
    Rule("collect numbers",   "c*(n*u)",     "(c*n)*u",     "numbers are multiplied first"),
    Rule("collect numbers",   "c*(u/n)",     "(c/n)*u",     "numbers are divided first"),
    Rule("collect numbers",   "c*(n/u)",     "(c*n)/u",     "numbers are multiplied first"),
    Rule("collect numbers",   "(c*u)*(n*v)", "(c*n)*(u*v)", "numbers are multiplied first"),
    Rule("number first",      "(c*u)*v",     "c*(u*v)",     "numbers stand in front"),
    Rule("number first",      "u*(c*v)",     "c*(u*v)",     "numbers stand in front"),
    Rule("one fraction",      "u*(1/v)",     "u/v",         "a factor one over v is a divisor v"),
    Rule("one fraction",      "(1/u)*v",     "v/u",         "a factor one over u is a divisor u"),
    Rule("square",            "u*u",         "u**2",        "equal factors make a power"),
    Rule("cancel",            "u/u",         "1",           "equals cancel"),
    Rule("nothing divided",   "0/u",         "0",           "zero parts are zero"),
    Rule("divided by one",    "u/1",         "u",           "a divisor one changes nothing"),
    Rule("sign outside",      "m/u",         "-((-m)/u)",   "a sign moves to the front"),
    Rule("sign outside",      "u/m",         "-(u/(-m))",   "a sign moves to the front"),
    Rule("sign outside",      "-u/v",        "-(u/v)",      "a sign moves to the front"),
    Rule("sign outside",      "u/-v",        "-(u/v)",      "a sign moves to the front"),
    Rule("collect numbers",   "(c*u)/(n*v)", "(c/n)*(u/v)", "numbers are divided first"),
    Rule("collect numbers",   "(c*u)/n",     "(c/n)*u",     "numbers are divided first"),
    Rule("nothing chosen",    "when(u, 0)",  "0",           "zero is zero wherever it is chosen"),
    Rule("power one",         "u**1",        "u",           "a power one changes nothing"),
    Rule("power zero",        "u**0",        "1",           "a power zero is one"),
    Rule("logarithm of e",    "log(e)",      "1",           "e to the power one is e"),
)
# fmt: on
