"""THE TABLE: one row per function and operator, all that anyone may ask of it.

Letters, in the lambdas and in the texts:
    u, v   the arguments
    y      the function's value, already computed, for the partials to use

A row holds the numeric partials (stable, for backprop) and the derivatives as
text (as in a textbook, for the symbolic rules) apart on purpose: if one were made
from the other, one wrong row would let two methods agree on a wrong answer. The
tests hold both against each other, against differences and against mpmath.

A function of many arguments is a row of two: max(a, b, c) is max(a, max(b, c)).
"""

import math
import operator
from collections.abc import Callable

from diffcli.calculus.numeric import (
    LN_2,
    LN_10,
    SQRT_2,
    acoth,
    asech,
    atan2,
    bell,
    clip,
    csch,
    gelu_slope,
    has_polygamma,
    lgamma,
    mish_slope,
    polygamma,
    power_by_base,
    power_by_exponent,
    sech,
    sigmoid,
    silu_slope,
    softmax,
    softplus,
)
from diffcli.records import Record

Number = Callable[..., float]
Refusal = tuple[str, int, str]
"""Why an argument is refused: the sentence, which argument, a hint."""


class Domain(Record):
    """Where a function is defined."""

    #: The condition as a student writes it; empty: all real numbers.
    sentence: str = ""
    #: The condition as a test of the arguments.
    holds: Callable[..., bool] = lambda *_: True
    #: For each argument a range inside the domain, away from its edges.
    samples: tuple[tuple[float, float], ...] = ((-2.0, 2.0), (-2.0, 2.0))
    #: A text in the letters u and v that is 0 where the domain ends or has a hole.
    edge: str = ""


class Rough(Record):
    """Where a function is defined but not smooth."""

    #: "kink", "jump" or "vertical tangent".
    kind: str
    #: True for the arguments where it happens.
    at: Callable[..., bool]
    #: The value that deep-learning libraries use there, if they agree on one.
    convention: float | None = None
    #: A text in the letters u and v that is 0 where it happens, and seldom elsewhere.
    edge: str = "u"


class Operator(Record):
    """How an operator is written. The higher power binds; parser and printer read it."""

    #: What stands between the arguments (or before the only one).
    symbol: str
    #: How strongly it holds its left argument; 0: it has none.
    left: int
    #: How strongly it holds its right argument.
    right: int
    #: What one does with the right argument, for messages.
    verb: str


class Function(Record):
    """A function or operator of the language: a row of the table."""

    #: The word in the language; for an operator a word for help and JSON.
    name: str
    #: How many arguments one node has: 1 or 2.
    arity: int
    #: The value: ``value(u)`` or ``value(u, v)``. Raises where it is undefined.
    value: Number
    #: For each argument the partial ``partial(y, u)`` or ``partial(y, u, v)``.
    partials: tuple[Number, ...]
    #: For each argument the partial as text in the letters u and v.
    derivatives: tuple[str, ...]
    #: Where it is defined.
    domain: Domain = Domain()
    #: Where it is not smooth; None: smooth on its whole domain.
    rough: Rough | None = None
    #: The meaning as text in the language; empty: a primitive.
    definition: str = ""
    #: LaTeX with {u} and {v}; empty: the name, upright.
    latex: str = ""
    #: Other names that mean the same.
    aliases: tuple[str, ...] = ()
    #: How it is written, if it is an operator.
    notation: Operator | None = None
    #: How it takes any number of arguments: "fold", two by two, or "average".
    many: str = ""
    #: Said in place of "NAME is not defined for U".
    refusal: Callable[..., Refusal] | None = None
    #: One line for people.
    remark: str = ""
    #: The sign that stands for the name on paper, with or without brackets: √, σ.
    sign: str = ""
    #: The derivative as a book writes it, where ``derivatives`` keeps more digits.
    textbook: str = ""
    #: The meaning again, written so that it neither overflows nor loses digits; empty:
    #: the definition does not.
    stable: str = ""

    @property
    def taught(self) -> tuple[str, ...]:
        """The derivatives as a book writes them."""
        return (self.textbook,) if self.textbook else self.derivatives

    def __repr__(self) -> str:
        """Return the name, not the whole row."""
        return f"<Function {self.name}>"


# ---- domains ------------------------------------------------------------------
# Columns are aligned, here and below, so that a wrong sign is visible.
# fmt: off
REALS         = Domain()
POSITIVE      = Domain("u > 0",        lambda u: u > 0,        ((0.1, 4.0),), "u")
NOT_NEGATIVE  = Domain("u >= 0",       lambda u: u >= 0,       ((0.1, 4.0),), "u")
NOT_ZERO      = Domain("u != 0",       lambda u: u != 0,       ((0.2, 2.5),), "u")
OVER_MINUS_1  = Domain("u > -1",       lambda u: u > -1,       ((-0.9, 4.0),), "u+1")
UNIT          = Domain("-1 <= u <= 1", lambda u: -1 <= u <= 1, ((-0.9, 0.9),), "abs(u)-1")
OPEN_UNIT     = Domain("-1 < u < 1",   lambda u: -1 < u < 1,   ((-0.9, 0.9),), "abs(u)-1")
OUTSIDE_UNIT  = Domain("abs(u) >= 1",  lambda u: abs(u) >= 1,  ((1.1, 4.0),), "abs(u)-1")
BEYOND_UNIT   = Domain("abs(u) > 1",   lambda u: abs(u) > 1,   ((1.1, 4.0),), "abs(u)-1")
FROM_1        = Domain("u >= 1",       lambda u: u >= 1,       ((1.1, 4.0),), "u-1")
TO_1          = Domain("0 < u <= 1",   lambda u: 0 < u <= 1,   ((0.1, 0.9),), "u*(1-u)")
DIVISOR       = Domain("v != 0",       lambda u, v: v != 0,    ((-2.0, 2.0), (0.3, 2.0)), "v")
ANY_TWO       = Domain("",             lambda u, v: True,      ((-2.0, 2.0), (0.3, 2.0)))
NOT_ORIGIN    = Domain("not u = v = 0", lambda u, v: u != 0 or v != 0, ((0.2, 2.0), (0.2, 2.0)), "u")
NO_POLE       = Domain("u is not 0, -1, -2, ...", lambda u: u > 0 or u != math.floor(u), ((0.2, 4.0),), "sin(pi*min(u, 1/2))")
ORDER         = Domain("u = 0, 1, ..., 99 and v is not 0, -1, -2, ...",
                       has_polygamma, ((0.0, 0.0), (0.2, 4.0)), "sin(pi*min(v, 1/2))")
POWERS        = Domain("u > 0, or u < 0 and v whole, or u = 0 and v >= 0",
                       lambda u, v: u > 0 or (u < 0 and v == math.floor(v)) or (u == 0 and v >= 0),
                       ((0.2, 3.0), (-2.0, 2.0)), "u")

AT_0          = lambda u: u == 0  # noqa: E731
KINK          = Rough("kink", AT_0, 0.0)
JUMP          = Rough("jump", AT_0, 0.0)
UPRIGHT       = Rough("vertical tangent", AT_0)
UPRIGHT_AT_1  = Rough("vertical tangent", lambda u: abs(u) == 1, edge="abs(u)-1")
AT_INTEGERS   = Rough("jump", lambda u: u == math.floor(u), 0.0, "sin(pi*u)")
AT_BORDER     = Rough("jump", lambda u, v: u == v, edge="u-v")
AT_TIES       = Rough("kink", lambda u, v: u == v, 0.5, "u-v")

# ---- partials that are known without a call, whatever the numbers ---------------
ONE           = lambda y, u, v=0.0: 1.0  # noqa: E731
MINUS_ONE     = lambda y, u, v=0.0: -1.0  # noqa: E731
ZERO          = lambda y, u, v=0.0: 0.0  # noqa: E731
FIXED         = {ONE: 1.0, MINUS_ONE: -1.0, ZERO: 0.0}
FIRST         = lambda y, u, v: u  # noqa: E731
SECOND        = lambda y, u, v: v  # noqa: E731
# fmt: on

# Klambauer et al., "Self-normalizing neural networks", 2017.
SELU_SCALE = "1.0507009873554804934"
SELU_ALPHA = "1.6732632423543772848"
SELU_L, SELU_LA = float(SELU_SCALE), float(SELU_SCALE) * float(SELU_ALPHA)


def power_is_rough(u: float, v: float) -> bool:
    """Tell where u**v has a vertical tangent, or only one side."""
    return u == 0 and v != 1 and (v < 1 or v != math.floor(v))


def refuse_division(_u: float, _v: float) -> Refusal:
    """Return why u/v is undefined."""
    return "division by zero", 1, ""


def refuse_power(u: float, v: float) -> Refusal:
    """Return why u**v is not a real number."""
    if u == 0:
        return f"division by zero: 0 to the power {v:.10g}", 0, ""
    sentence = f"{u:.10g} to the power {v:.10g} is not a real number"
    is_third = abs(3 * v - round(3 * v)) <= 1e-9 * abs(v)
    return sentence, 0, "for the real cube root, write cbrt(x)" * is_third


class Constant(Record):
    """One row of the other table: a name for a number."""

    #: The word in the language: letters only.
    name: str
    #: The double nearest to it.
    value: float
    latex: str
    #: The meaning as text in the language; empty: a primitive, which every arithmetic
    #: has under this name.
    definition: str = ""
    #: The sign on paper, which is read too; empty: the name.
    sign: str = ""
    #: One line for people.
    remark: str = ""


def unary(
    name: str,
    value: Number,
    partial: Number,
    derivative: str,
    domain: Domain = REALS,
    rough: Rough | None = None,
    *,
    definition: str = "",
    latex: str = "",
    aliases: tuple[str, ...] = (),
    remark: str = "",
    sign: str = "",
    textbook: str = "",
    stable: str = "",
) -> Function:
    """Return the row of a function of one argument."""
    # By place: given by name, the fields of the whole table take twice as long.
    notation, many, refusal = None, "", None
    return Function(
        name, 1, value, (partial,), (derivative,), domain, rough, definition, latex,
        aliases, notation, many, refusal, remark, sign, textbook, stable,
    )  # fmt: skip


def binary(
    name: str,
    value: Number,
    partials: tuple[Number, Number],
    derivatives: tuple[str, str],
    domain: Domain = REALS,
    rough: Rough | None = None,
    definition: str = "",
    *,
    latex: str = "",
    aliases: tuple[str, ...] = (),
    notation: Operator | None = None,
    many: str = "",
    refusal: Callable[..., Refusal] | None = None,
    remark: str = "",
    stable: str = "",
) -> Function:
    """Return the row of a function or operator of two arguments."""
    return Function(
        name, 2, value, partials, derivatives, domain, rough, definition, latex,
        aliases, notation, many, refusal, remark, "", "", stable,
    )  # fmt: skip


NO_DERIVATIVE = "log(-1)"
"""The text of a derivative that there is nowhere: it has no value at any point."""

# ---- the rows -----------------------------------------------------------------
# fmt: off
OPERATORS: tuple[Function, ...] = (
    binary("add", operator.add, (ONE, ONE),
             ("1", "1"), latex="{u} + {v}", notation=Operator("+", 10, 11, "add")),
    binary("subtract", operator.sub, (ONE, MINUS_ONE),
             ("1", "-1"), latex="{u} - {v}", notation=Operator("-", 10, 11, "subtract")),
    binary("multiply", operator.mul, (SECOND, FIRST),
             ("v", "u"), latex=r"{u} \cdot {v}", notation=Operator("*", 20, 21, "multiply with")),
    binary("divide", operator.truediv, (lambda y, u, v: 1 / v, lambda y, u, v: -y / v),
             ("1/v", "-u/v**2"), DIVISOR, latex=r"\frac{{{u}}}{{{v}}}", notation=Operator("/", 20, 21, "divide by"), refusal=refuse_division),
    Function("negate", 1, operator.neg, (MINUS_ONE,),
             ("-1",), latex="-{u}", notation=Operator("-", 0, 25, "negate")),
    binary("power", math.pow, (power_by_base, power_by_exponent),
             ("v*u**(v-1)", "u**v*log(u)"), POWERS, Rough("vertical tangent", power_is_rough), latex="{u}^{{{v}}}", notation=Operator("**", 31, 30, "raise to"), refusal=refuse_power),
)

CONDITIONS: tuple[Function, ...] = (
    binary("less", lambda u, v: float(u < v), (ZERO, ZERO),
             ("0", "0"), ANY_TWO, AT_BORDER, "step(v-u)", latex="{u} < {v}", notation=Operator("<", 7, 8, "compare with")),
    binary("less_equal", lambda u, v: float(u <= v), (ZERO, ZERO),
             ("0", "0"), ANY_TWO, AT_BORDER, "1-step(u-v)", latex=r"{u} \le {v}", notation=Operator("<=", 7, 8, "compare with")),
    binary("greater", lambda u, v: float(u > v), (ZERO, ZERO),
             ("0", "0"), ANY_TWO, AT_BORDER, "step(u-v)", latex="{u} > {v}", notation=Operator(">", 7, 8, "compare with")),
    binary("greater_equal", lambda u, v: float(u >= v), (ZERO, ZERO),
             ("0", "0"), ANY_TWO, AT_BORDER, "1-step(v-u)", latex=r"{u} \ge {v}", notation=Operator(">=", 7, 8, "compare with")),
    binary("equal", lambda u, v: float(u == v), (ZERO, ZERO),
             ("0", "0"), ANY_TWO, AT_BORDER, "1-sign(u-v)**2", latex="{u} = {v}", notation=Operator("==", 7, 8, "compare with")),
    binary("not_equal", lambda u, v: float(u != v), (ZERO, ZERO),
             ("0", "0"), ANY_TWO, AT_BORDER, "sign(u-v)**2", latex=r"{u} \ne {v}", notation=Operator("!=", 7, 8, "compare with")),
    binary("and", lambda u, v: float(u != 0 and v != 0), (ZERO, ZERO),
             ("0", "0"), ANY_TWO, definition="sign(u)**2*sign(v)**2", latex=r"{u} \land {v}", notation=Operator(" and ", 4, 5, "join with")),
    binary("or", lambda u, v: float(u != 0 or v != 0), (ZERO, ZERO),
             ("0", "0"), ANY_TWO, definition="max(sign(u)**2, sign(v)**2)", latex=r"{u} \lor {v}", notation=Operator(" or ", 2, 3, "join with")),
    Function("not", 1, lambda u: float(u == 0), (ZERO,),
             ("0",), definition="1-sign(u)**2", latex=r"\lnot {u}", notation=Operator("not ", 0, 6, "negate")),
    binary("when", lambda u, v: v if u else 0.0, (ZERO, FIRST),
             ("0", "u"), Domain(samples=((1.0, 1.0), (-2.0, 2.0))), latex=r"\left[{u}\right] \cdot {v}", remark="v where the condition u holds (is 1), else 0: where(u, v, 0)"),
    binary("mod", lambda u, v: u % v, (ONE, lambda y, u, v: -float(math.floor(u / v))),
             ("1", "-floor(u/v)"), DIVISOR, Rough("jump", lambda u, v: v != 0 and u % v == 0, edge="sin(pi*u/v)"), definition="u-v*floor(u/v)", latex=r"{u} \bmod {v}", notation=Operator("%", 20, 21, "divide by"), refusal=refuse_division),
)
"""Conditions and the remainder, which only a reader of other notations reads.

A condition is a number, 1 where it holds and 0 elsewhere. ``when`` asks for its second
argument only where the first is 1: elsewhere that may have no value.
"""

SECTIONS: dict[str, tuple[Function, ...]] = {
    "operators": OPERATORS,
    "roots, exponentials, logarithms": (
    unary("sqrt",        math.sqrt,                      lambda y, u: 0.5 / y,              "1/(2*sqrt(u))", NOT_NEGATIVE, UPRIGHT, latex=r"\sqrt{{{u}}}", sign="√"),
    unary("cbrt",        math.cbrt,                      lambda y, u: 1 / (3 * y * y),      "1/(3*cbrt(u)**2)", REALS, UPRIGHT, latex=r"\sqrt[3]{{{u}}}",
          remark="the real cube root, also of a negative number", sign="∛"),
    unary("exp",         math.exp,                       lambda y, u: y,                    "exp(u)", latex="e^{{{u}}}"),
    unary("exp2",        lambda u: math.pow(2, u),       lambda y, u: y * LN_2,             "exp2(u)*log(2)", definition="2**u", latex="2^{{{u}}}"),
    unary("expm1",       math.expm1,                     lambda y, u: math.exp(u),          "exp(u)", definition="exp(u)-1", remark="exp(u)-1 with all digits near 0"),
    unary("log",         math.log,                       lambda y, u: 1 / u,                "1/u", POSITIVE, latex=r"\ln {u}", aliases=("ln",),
          remark="the natural logarithm"),
    unary("log10",       math.log10,                     lambda y, u: 1 / (u * LN_10),      "1/(u*log(10))", POSITIVE,
          definition="log(u)/log(10)", latex=r"\log_{{10}} {u}"),
    unary("log2",        math.log2,                      lambda y, u: 1 / (u * LN_2),       "1/(u*log(2))", POSITIVE,
          definition="log(u)/log(2)", latex=r"\log_2 {u}", aliases=("lb",)),
    unary("log1p",       math.log1p,                     lambda y, u: 1 / (1 + u),          "1/(1+u)", OVER_MINUS_1,
          definition="log(1+u)", remark="log(1+u) with all digits near 0"),
    ),
    "trigonometry": (
    unary("sin",         math.sin,                       lambda y, u: math.cos(u),          "cos(u)", latex=r"\sin {u}"),
    unary("cos",         math.cos,                       lambda y, u: -math.sin(u),         "-sin(u)", latex=r"\cos {u}"),
    unary("tan",         math.tan,                       lambda y, u: 1 + y * y,            "1+tan(u)**2", Domain("cos(u) != 0", samples=((-1.2, 1.2),), edge="cos(u)"), latex=r"\tan {u}"),
    unary("sec",         lambda u: 1 / math.cos(u),      lambda y, u: y * math.tan(u),      "sec(u)*tan(u)", Domain("cos(u) != 0", samples=((-1.2, 1.2),), edge="cos(u)"),
          definition="1/cos(u)", latex=r"\sec {u}"),
    unary("csc",         lambda u: 1 / math.sin(u),      lambda y, u: -y / math.tan(u),     "-csc(u)*cot(u)", Domain("sin(u) != 0", lambda u: u != 0, ((0.2, 2.9),), "sin(u)"),
          definition="1/sin(u)", latex=r"\csc {u}"),
    unary("cot",         lambda u: 1 / math.tan(u),      lambda y, u: -1 - y * y,           "-1-cot(u)**2", Domain("sin(u) != 0", lambda u: u != 0, ((0.2, 2.9),), "sin(u)"),
          definition="cos(u)/sin(u)", latex=r"\cot {u}"),
    unary("asin",        math.asin,                      lambda y, u: 1 / math.sqrt((1 - u) * (1 + u)), "1/sqrt(1-u**2)", UNIT, UPRIGHT_AT_1, latex=r"\arcsin {u}", aliases=("arcsin",)),
    unary("acos",        math.acos,                      lambda y, u: -1 / math.sqrt((1 - u) * (1 + u)), "-1/sqrt(1-u**2)", UNIT, UPRIGHT_AT_1, latex=r"\arccos {u}", aliases=("arccos",)),
    unary("atan",        math.atan,                      lambda y, u: 1 / (1 + u * u),      "1/(1+u**2)", latex=r"\arctan {u}", aliases=("arctan",)),
    unary("asec",        lambda u: math.acos(1 / u),     lambda y, u: 1 / (abs(u) * math.sqrt((u - 1) * (u + 1))), "1/(abs(u)*sqrt(u**2-1))", OUTSIDE_UNIT, UPRIGHT_AT_1,
          definition="acos(1/u)", aliases=("arcsec",)),
    unary("acsc",        lambda u: math.asin(1 / u),     lambda y, u: -1 / (abs(u) * math.sqrt((u - 1) * (u + 1))), "-1/(abs(u)*sqrt(u**2-1))", OUTSIDE_UNIT, UPRIGHT_AT_1,
          definition="asin(1/u)", aliases=("arccsc",)),
    unary("acot",        lambda u: math.atan(1 / u),     lambda y, u: -1 / (1 + u * u),     "-1/(1+u**2)", NOT_ZERO,
          definition="atan(1/u)", aliases=("arccot",), remark="atan(1/u): jumps at 0, where it is undefined"),
    binary("atan2", atan2, (lambda y, u, v: v / math.hypot(u, v) / math.hypot(u, v), lambda y, u, v: -u / math.hypot(u, v) / math.hypot(u, v)),
             ("v/(u**2+v**2)", "-u/(u**2+v**2)"), NOT_ORIGIN, Rough("jump", lambda u, v: u == 0 and v < 0), aliases=("arctan2",), remark="the angle of the point (v, u)"),
    ),
    "hyperbolic functions": (
    unary("sinh",        math.sinh,                      lambda y, u: math.cosh(u),         "cosh(u)", latex=r"\sinh {u}"),
    unary("cosh",        math.cosh,                      lambda y, u: math.sinh(u),         "sinh(u)", latex=r"\cosh {u}"),
    unary("tanh",        math.tanh,                      lambda y, u: sech(u) ** 2,         "sech(u)**2", latex=r"\tanh {u}",
          remark="slope 1-tanh(u)**2, computed as sech(u)**2, which keeps its digits", textbook="1-tanh(u)**2"),
    unary("sech",        sech,                           lambda y, u: -y * math.tanh(u),    "-sech(u)*tanh(u)", definition="1/cosh(u)", stable="2*exp(-abs(u))/(1+exp(-2*abs(u)))"),
    unary("csch",        csch,                           lambda y, u: -y / math.tanh(u),    "-csch(u)*coth(u)", NOT_ZERO, definition="1/sinh(u)", stable="-2*sign(u)*exp(-abs(u))/expm1(-2*abs(u))"),
    unary("coth",        lambda u: 1 / math.tanh(u),     lambda y, u: -(csch(u) ** 2),      "-csch(u)**2", NOT_ZERO, definition="1/tanh(u)", latex=r"\coth {u}"),
    unary("asinh",       math.asinh,                     lambda y, u: 1 / math.hypot(1, u), "1/sqrt(1+u**2)", aliases=("arcsinh", "arsinh")),
    unary("acosh",       math.acosh,                     lambda y, u: 1 / (math.sqrt(u - 1) * math.sqrt(u + 1)), "1/sqrt(u**2-1)", FROM_1, UPRIGHT_AT_1, aliases=("arccosh", "arcosh")),
    unary("atanh",       math.atanh,                     lambda y, u: 1 / ((1 - u) * (1 + u)), "1/(1-u**2)", OPEN_UNIT, aliases=("arctanh", "artanh")),
    unary("asech",       asech,                          lambda y, u: -1 / (u * math.sqrt((1 - u) * (1 + u))), "-1/(u*sqrt(1-u**2))", TO_1, UPRIGHT_AT_1,
          definition="acosh(1/u)", stable="log1p((1-u+sqrt((1-u)*(1+u)))/u)", aliases=("arcsech", "arsech")),
    unary("acsch",       lambda u: math.asinh(1 / u),    lambda y, u: -1 / (abs(u) * math.hypot(1, u)), "-1/(abs(u)*sqrt(1+u**2))", NOT_ZERO,
          definition="asinh(1/u)", aliases=("arccsch", "arcsch")),
    unary("acoth",       acoth,                          lambda y, u: 1 / ((1 - u) * (1 + u)), "1/(1-u**2)", BEYOND_UNIT,
          definition="atanh(1/u)", stable="sign(u)*log1p(2/(abs(u)-1))/2", aliases=("arccoth", "arcoth")),
    ),
    "size, steps, choices": (
    unary("abs",         abs,                            lambda y, u: float((u > 0) - (u < 0)), "sign(u)", REALS, KINK, latex=r"\left|{u}\right|"),
    unary("sign",        lambda u: float((u > 0) - (u < 0)), ZERO,                              "0", REALS, JUMP, aliases=("sgn",),
          remark="derivative 0 everywhere, infinite at 0: no use for descent"),
    unary("step",        lambda u: float(u > 0),         ZERO,                              "0", REALS, JUMP,
          definition="max(sign(u), 0)", aliases=("heaviside",), remark="1 for u > 0, else 0"),
    unary("floor",       lambda u: float(math.floor(u)), ZERO,                              "0", Domain(samples=((0.1, 0.9),)), AT_INTEGERS, latex=r"\lfloor {u} \rfloor"),
    unary("ceil",        lambda u: float(math.ceil(u)),  ZERO,                              "0", Domain(samples=((0.1, 0.9),)), AT_INTEGERS, latex=r"\lceil {u} \rceil"),
    binary("max", max, (lambda y, u, v: (1.0 + (u > v) - (u < v)) / 2, lambda y, u, v: (1.0 - (u > v) + (u < v)) / 2),
             ("(1+sign(u-v))/2", "(1-sign(u-v))/2"), ANY_TWO, AT_TIES, many="fold", remark="passes the gradient to the larger argument"),
    binary("min", min, (lambda y, u, v: (1.0 - (u > v) + (u < v)) / 2, lambda y, u, v: (1.0 + (u > v) - (u < v)) / 2),
             ("(1-sign(u-v))/2", "(1+sign(u-v))/2"), ANY_TWO, AT_TIES, many="fold", remark="passes the gradient to the smaller argument"),
    binary("hypot", math.hypot, (lambda y, u, v: u / y, lambda y, u, v: v / y),
             ("u/hypot(u, v)", "v/hypot(u, v)"), ANY_TWO, Rough("kink", lambda u, v: u == v == 0, edge="hypot(u, v)"), definition="sqrt(u**2+v**2)", many="fold"),
    binary("sum", operator.add, (ONE, ONE),
             ("1", "1"), ANY_TWO, definition="u+v", many="fold"),
    binary("mean", lambda u, v: u / 2 + v / 2, (lambda y, u, v: 0.5, lambda y, u, v: 0.5),
             ("1/2", "1/2"), ANY_TWO, definition="(u+v)/2", many="average"),
    binary("logsumexp", lambda u, v: max(u, v) + math.log1p(math.exp(-abs(u - v))), (lambda y, u, v: softmax(u, v), lambda y, u, v: softmax(v, u)),
             ("sigmoid(u-v)", "sigmoid(v-u)"), ANY_TWO, definition="log(exp(u)+exp(v))", stable="max(u, v)+log1p(exp(-abs(u-v)))", many="fold"),
    binary("pow", math.pow, (power_by_base, power_by_exponent),
             ("v*u**(v-1)", "u**v*log(u)"), POWERS, Rough("vertical tangent", power_is_rough), definition="u**v", latex="{u}^{{{v}}}", refusal=refuse_power),
    ),
    "activations": (
    unary("relu",        lambda u: max(u, 0.0),          lambda y, u: float(u > 0),         "step(u)", REALS, KINK, definition="max(u, 0)"),
    unary("leakyrelu",   lambda u: max(u, 0.01 * u),     lambda y, u: 1.0 if u > 0 else 0.01, "0.01+0.99*step(u)", REALS, Rough("kink", AT_0, 0.01),
          definition="max(u, 0.01*u)"),
    unary("elu",         lambda u: u if u > 0 else math.expm1(u), lambda y, u: math.exp(min(u, 0.0)), "exp(min(u, 0))", definition="max(u, 0)+expm1(min(u, 0))"),
    unary("selu",        lambda u: SELU_L * u if u > 0 else SELU_LA * math.expm1(u), lambda y, u: SELU_L if u > 0 else SELU_LA * math.exp(u), f"{SELU_SCALE}*(step(u)+(1-step(u))*{SELU_ALPHA}*exp(min(u, 0)))", REALS, Rough("kink", AT_0, SELU_LA),
          definition=f"{SELU_SCALE}*(max(u, 0)+{SELU_ALPHA}*expm1(min(u, 0)))"),
    unary("gelu",        lambda u: u * math.erfc(-u / SQRT_2) / 2, gelu_slope,                        "erfc(-u/sqrt(2))/2+u*exp(-u**2/2)/sqrt(2*pi)",
          definition="u*erfc(-u/sqrt(2))/2"),
    unary("silu",        lambda u: u * sigmoid(u),       silu_slope, "sigmoid(u)*(1+u*sigmoid(-u))",
          definition="u*sigmoid(u)", aliases=("swish",)),
    unary("mish",        lambda u: u * math.tanh(softplus(u)), mish_slope,                        "tanh(softplus(u))+u*sech(softplus(u))**2*sigmoid(u)",
          definition="u*tanh(softplus(u))"),
    unary("softplus",    softplus,                       lambda y, u: sigmoid(u),           "sigmoid(u)",
          definition="log1p(exp(u))", stable="max(u, 0)+log1p(exp(-abs(u)))", remark="log(1+exp(u)) that does not overflow"),
    unary("sigmoid",     sigmoid,                        lambda y, u: sigmoid(u) * sigmoid(-u), "sigmoid(u)*sigmoid(-u)",
          definition="1/(1+exp(-u))", stable="exp(min(u, 0))/(1+exp(-abs(u)))", latex=r"\sigma\left({u}\right)", aliases=("logistic", "expit"), remark="slope s*(1-s), where 1-s = sigmoid(-u) keeps its digits; at most 0.25", sign="σ", textbook="sigmoid(u)*(1-sigmoid(u))"),
    unary("hardsigmoid", lambda u: clip(u / 6 + 0.5, 0.0, 1.0), lambda y, u: (-3 < u < 3) / 6,     "step(u+3)*step(3-u)/6", REALS, Rough("kink", lambda u: abs(u) == 3, 0.0, "abs(u)-3"),
          definition="max(min(u/6+1/2, 1), 0)"),
    unary("hardtanh",    lambda u: clip(u, -1.0, 1.0),   lambda y, u: float(-1 < u < 1),    "step(u+1)*step(1-u)", Domain(samples=((-0.9, 0.9),)), Rough("kink", lambda u: abs(u) == 1, 0.0, "abs(u)-1"),
          definition="max(min(u, 1), -1)"),
    unary("softsign",    lambda u: u / (1 + abs(u)),     lambda y, u: 1 / (1 + abs(u)) ** 2, "1/(1+abs(u))**2", definition="u/(1+abs(u))"),
    ),
    "special functions": (
    unary("erf",         math.erf,                       lambda y, u: 2 / math.sqrt(math.pi) * bell(u), "2*exp(-u**2)/sqrt(pi)"),
    unary("erfc",        math.erfc,                      lambda y, u: -2 / math.sqrt(math.pi) * bell(u), "-2*exp(-u**2)/sqrt(pi)"),
    unary("gamma",       math.gamma,                     lambda y, u: y * polygamma(0, u),  "gamma(u)*digamma(u)", NO_POLE, latex=r"\Gamma\left({u}\right)"),
    unary("lgamma",      lgamma,                         lambda y, u: polygamma(0, u),      "digamma(u)", NO_POLE,
          definition="log(abs(gamma(u)))", aliases=("loggamma",), latex=r"\ln\left|\Gamma\left({u}\right)\right|"),
    unary("digamma",     lambda u: polygamma(0, u),      lambda y, u: polygamma(1, u),      "polygamma(1, u)", NO_POLE,
          definition="polygamma(0, u)", latex=r"\psi\left({u}\right)"),
    binary("polygamma", polygamma, (lambda y, u, v: math.nan, lambda y, u, v: polygamma(u + 1, v)),
             (NO_DERIVATIVE, "polygamma(u+1, v)"), ORDER, remark="the u-th derivative of digamma(v); no derivative toward the order"),
    ),
    "conditions and remainders": CONDITIONS,
}
"""The rows by subject, as people look for them."""
# fmt: on

TABLE: tuple[Function, ...] = tuple(row for rows in SECTIONS.values() for row in rows)
ROWS: tuple[Function, ...] = TABLE[: -len(CONDITIONS)]
"""The rows that stand for themselves in a formula, as conditions do not."""
FUNCTIONS: tuple[Function, ...] = ROWS[len(OPERATORS) :]

# fmt: off
_CONSTANTS = (
    Constant("pi",  math.pi,  latex=r"\pi", sign="π", remark="a circle's circumference over its diameter"),
    Constant("e",   math.e,   latex="e", remark="the base of the natural logarithm"),
    Constant("tau", math.tau, latex=r"\tau", definition="2*pi", remark="a full turn"),
)
# fmt: on
CONSTANTS: dict[str, Constant] = {row.name: row for row in _CONSTANTS}
"""Names that stand for a number unless the user gives them a value."""

BY_NAME: dict[str, Function] = {
    name: row for row in FUNCTIONS for name in (row.name, *row.aliases)
}
"""Every word that calls a function."""

BY_SIGN: dict[str, Function] = {row.sign: row for row in FUNCTIONS if row.sign}
"""The signs that are read as functions: √, ∛, and σ before a bracket."""

INFIX: dict[str, Function] = {
    row.notation.symbol.strip(): row
    for row in (*CONDITIONS, *OPERATORS)
    if row.notation and row.notation.left
}
PREFIX: dict[str, Function] = {
    row.notation.symbol.strip(): row
    for row in (*CONDITIONS, *OPERATORS)
    if row.notation and not row.notation.left
}
ADD, SUBTRACT, MULTIPLY, DIVIDE = (INFIX[sign] for sign in "+-*/")
POWER, NEGATE = INFIX["**"], PREFIX["-"]
WHEN = CONDITIONS[-2]
"""The choice: its second argument, or 0."""
D = Function("D", 1, lambda u: u, (), ())
"""In a rule's text D(u) is the derivative of u, already found; nobody else calls it."""
NAMED: dict[str, Function] = {row.name: row for row in TABLE}
"""Every row, operators too, by its name."""
ARITHMETIC: dict[str, Number] = {
    row.name: row.value for row in OPERATORS if row.name != "power"
}
"""The operators whose value function takes numbers of any kind, not doubles only."""
