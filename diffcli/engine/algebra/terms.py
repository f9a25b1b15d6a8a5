"""Products, their factors, and what can be told of a node by itself."""

from collections.abc import Sequence
from fractions import Fraction
from math import gcd, lcm

from diffcli.calculus.functions import (
    ADD,
    BY_NAME,
    DIVIDE,
    MULTIPLY,
    NEGATE,
    POWER,
    SUBTRACT,
)
from diffcli.engine.numbers import rational
from diffcli.language.expression import (
    Call,
    Expression,
    Number,
    Variable,
    number,
    postorder,
)
from diffcli.records import Record

SQRT, EXP, LOG = BY_NAME["sqrt"], BY_NAME["exp"], BY_NAME["log"]
CBRT = BY_NAME["cbrt"]
OPEN = (ADD, SUBTRACT, MULTIPLY, NEGATE)
"""Operators through which one sees that there is a bar inside."""
_OPERATORS = (*OPEN, DIVIDE)
ZERO, ONE, EULER = number("0"), number("1"), number("e")
HALF = Fraction(1, 2)

Factor = tuple[Expression, Fraction]
Key = tuple[Fraction, int]
"""The ratio to the first base of its kind, and the serial number of the kind."""


class Product(Record):
    """A number and factors: base to the power of a rational exponent, not 0."""

    coefficient: Fraction
    factors: tuple[Factor, ...] = ()


Terms = Sequence[Product]
"""The terms of a sum."""


def is_sum(node: Expression) -> bool:
    """Tell whether a node is a sum or a difference."""
    return isinstance(node, Call) and node.function in (ADD, SUBTRACT)


def is_exponential(node: Expression) -> bool:
    """Tell whether a node is a power whose exponent is no number."""
    return (
        isinstance(node, Call)
        and node.function is POWER
        and rational(node.args[1]) is None
    )


def is_polynomial(node: Expression) -> bool:
    """Tell whether a node is made of letters and numbers by + - * / and powers."""
    return all(
        not isinstance(part, Call)
        or part.function in _OPERATORS
        or (part.function is POWER and rational(part.args[1]) is not None)
        for part in postorder([node])
    )


def powers_of(terms: Sequence[Product]) -> list[Fraction] | None:
    """Return the powers of a polynomial in one letter, or in tanh(x); None: none."""
    powers: list[Fraction] = []
    letters: set[Expression] = set()
    for _, factors in terms:
        if len(factors) > 1 or any(map(_is_no_letter, (b for b, _ in factors))):
            return None
        letters.update(base for base, _ in factors)
        powers.append(factors[0][1] if factors else Fraction(0))
    if len(terms) < 3 and not all(isinstance(base, Variable) for base in letters):
        return None
    return powers if len(letters) == 1 else None


def _is_no_letter(base: Expression) -> bool:
    """Tell whether a base is no letter of a polynomial; tanh(x) may be one."""
    return is_sum(base) or is_exponential(base) or isinstance(base, Number)


def content(terms: Sequence[Product]) -> Fraction:
    """Return the greatest number that divides all coefficients."""
    above, below = 0, 1
    for c, _ in terms:
        above, below = gcd(above, c.numerator), lcm(below, c.denominator)
    return Fraction(above, below)


def rank(factor: Factor) -> int:
    """Return where a factor stands.

    Numbers, letters, powers of numbers, powers of sums, polynomials, roots, functions,
    e**, and other sums.
    """
    base, exponent = factor
    if isinstance(base, Number):
        return 0
    if is_exponential(base):
        assert isinstance(base, Call)
        return 7 if base.args[0] is EULER else 2
    if exponent.denominator != 1:
        return 5
    if isinstance(base, Variable):
        return 1
    if is_sum(base) and exponent == 1:
        return 4 if is_polynomial(base) else 8
    return 3 if is_sum(base) else 6
