"""The Taylor polynomial as a formula: its coefficients as a book writes them."""

import math
from fractions import Fraction
from typing import Any

from diffcli.analysis.taylor import Expansion
from diffcli.calculus.functions import DIVIDE, INFIX, MULTIPLY, NEGATE, POWER
from diffcli.language.expression import Expression, call, number, variable
from diffcli.problem import DOUBLE

_SPARE = 5  # digits beyond those that are shown
_LARGEST = 10**6  # a derivative that is a whole number up to this makes a fraction


def polynomial(found: Expansion, digits: int = DOUBLE) -> Expression:
    """Return the Taylor polynomial around the point.

    A coefficient is a fraction where the derivative is a whole number, else a decimal
    with so many digits.

    >>> from diffcli.analysis.taylor import taylor
    >>> from diffcli.api.formulas import pose
    >>> from diffcli.language.printer import text
    >>> text(polynomial(taylor(pose("exp(x)", {"x": 0}), 3)))
    '1 + x + x**2/2 + x**3/6'
    """
    if all(isinstance(coefficient, float) for coefficient in found.coefficients):
        return _polynomial(found, digits)
    from mpmath import mp

    with mp.workdps(digits + _SPARE):  # even abs(u) rounds to the present precision
        return _polynomial(found, digits)


def _polynomial(found: Expansion, digits: int) -> Expression:
    base = _from_the_point(found, digits)
    total: Expression | None = None
    for order, coefficient in enumerate(found.coefficients):
        if not coefficient:
            continue
        term = _term(coefficient, order, base, digits)
        if total is not None:
            total = call(INFIX["+" if coefficient > 0 else "-"], total, term)
        else:
            total = term if coefficient > 0 else call(NEGATE, term)
    return total or number("0")


def _from_the_point(found: Expansion, digits: int) -> Expression:
    """Return x - a."""
    x = variable(found.variable)
    place = found.problem.point[found.variable]
    if not place:
        return x
    sign = INFIX["-" if place > 0 else "+"]
    return call(sign, x, number(_decimal(abs(place), digits)))


def _term(coefficient: Any, order: int, base: Expression, digits: int) -> Expression:
    """Return a coefficient's size times a power."""
    power = base if order == 1 else call(POWER, base, number(str(order)))
    fraction = _fraction(abs(coefficient), order, digits)
    if fraction is None:
        size: Expression = number(_decimal(abs(coefficient), digits))
        return call(MULTIPLY, size, power) if order else size
    above, below = (number(str(n)) for n in fraction.as_integer_ratio())
    part: Expression = above
    if order:
        part = power if above is number("1") else call(MULTIPLY, above, power)
    return part if below is number("1") else call(DIVIDE, part, below)


def _fraction(coefficient: Any, order: int, digits: int) -> Fraction | None:
    """Return a coefficient as a fraction; None: the derivative is no whole number."""
    derivative = coefficient * math.factorial(order)
    near = round(float(derivative)) if derivative < _LARGEST else 0
    close = 1e-15 if isinstance(coefficient, float) else 10.0 ** (1 - digits)
    if not near or abs(derivative - near) > close * near:
        return None
    return Fraction(near, math.factorial(order))


def _decimal(value: Any, digits: int) -> str:
    """Return a positive number with so many significant digits."""
    if isinstance(value, float):
        text = repr(value) if digits >= DOUBLE else f"{value:.{digits}g}"
        return text.removesuffix(".0")
    from mpmath import mp

    return str(mp.nstr(value, digits))
