"""Rational numbers: their roots, and how they are written."""

from fractions import Fraction

from diffcli.calculus.functions import DIVIDE, NEGATE
from diffcli.engine.numbers import decimal_text, rational
from diffcli.language.expression import Expression, call, number

_LARGEST_ROOT = 10**12  # numerators beyond this are no power that anybody sees
_LARGEST_POWER = 10**15  # numbers beyond this stay a power


def root(c: Fraction, r: Fraction) -> Fraction | None:
    """Return c**r if that is rational and short, else None."""
    if c == 1:
        return c
    if r.denominator == 1:
        if not c and r < 0:
            return None
        size = max(abs(c.numerator), c.denominator)
        if size > 1 and abs(r) * size.bit_length() > _LARGEST_POWER.bit_length() + 14:
            return None
        return c ** int(r)
    if c <= 0 or max(c.numerator, c.denominator) > _LARGEST_ROOT:
        return None
    above = _whole_root(c.numerator, r.denominator)
    below = _whole_root(c.denominator, r.denominator)
    if above is None or below is None:
        return None
    return root(Fraction(above, below), Fraction(r.numerator))


def _whole_root(n: int, degree: int) -> int | None:
    if degree >= n.bit_length() > 1:  # even 2**degree is beyond it
        return None
    near = round(n ** (1 / degree))
    return next(
        (k for k in (near - 1, near, near + 1) if k >= 0 and k**degree == n), None
    )


def spelled(c: Fraction) -> Expression:
    """Return a rational number as a node: 3, -2, 1/2, -4/3."""
    node: Expression = number(str(abs(c.numerator)))
    if c < 0:
        node = call(NEGATE, node)
    if c.denominator != 1:
        node = call(DIVIDE, node, number(str(c.denominator)))
    return node


def decimal_number(c: Fraction) -> Expression | None:
    """Return a positive number as a decimal, if it is a short one."""
    if c.denominator == 1 and c < _LARGEST_POWER:
        return None
    text = decimal_text(c)
    return None if text is None else number(text)


def power_of_number(base: Expression, exponent: Fraction) -> Fraction | None:
    """Return what a power of a number comes to; None: it stays a power."""
    value = rational(base)
    return None if value is None else root(value, exponent)
