"""Difference quotients: step sizes, samples, extrapolation, error estimate.

They know a function by its values only, so they work for any callable, and are
the judge of all the methods that look inside.

    forward     (f(x+h) - f(x)) / h
    symmetric   (f(x+h/2) - f(x-h/2)) / h

Source: the lecture; Press et al., "Numerical Recipes", 2007, sec. 5.7.
"""

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from diffcli.engine.tape import ROUNDING
from diffcli.records import Record

if TYPE_CHECKING:
    from diffcli.arithmetics.multiprecision import Real
else:
    Real = float

Univariate = Callable[[float], float]
"""A function of one variable. Raises ArithmeticError where it has no value."""


def along(
    function: Callable[[dict[str, float]], float], point: Mapping[str, float], name: str
) -> Univariate:
    """Return a function of many variables along one; the others stay at the point."""
    moving = dict(point)

    def univariate(x: float) -> float:
        moving[name] = x
        return function(moving)

    return univariate


EPSILON = 2 * ROUNDING


class Difference(Record):
    """A difference quotient and what it was made of."""

    #: The quotient.
    slope: float
    #: An estimate of how far it is from the derivative; infinite: unknown.
    error: float
    #: The step width that was used.
    h: float
    #: "forward", "backward" or "symmetric", as it was in the end.
    scheme: str
    #: The places and values it is made of.
    samples: tuple[tuple[float, float], ...]
    #: How often the function was called for it, beside once at x itself.
    evaluations: int


class NoDifference(ArithmeticError):
    """No difference quotient can be made here."""


_SLOWEST = 1.02  # 2**p, by which quotients come closer that hardly do
_NEXT_TERM = 1.01  # times an error c*h**p, of which there may be a little more
_SAME = 1e-9  # how well x + h must hold h, so that h itself is divided by


def width(low: float, high: float, h: float) -> float:
    """Return the step as chosen; where x + h cannot hold it, the distance as it is."""
    distance = high - low
    return h if abs(distance - h) <= _SAME * h else distance


def lost_share(low: float, high: float, width: float) -> float:
    """Return how much of a step as chosen the places do not hold."""
    return abs(high - low - width) / width


def noise(
    below: float, above: float, width: float, lost: float, value_error: float
) -> float:
    """Return how far rounding in two values and places may have moved their slope."""
    size, slope = EPSILON * (abs(above) + abs(below)), (above - below) / width
    return 2 * max(size, value_error) / width + lost * abs(slope)


class Quotient(Record):
    """Two samples and the slope between them."""

    low: float
    high: float
    below: float
    above: float
    #: The step that was asked for.
    h: float

    @property
    def width(self) -> float:
        """The step as chosen; where x + h cannot hold it, the distance as it is.

        So the numbers are those of the formula as it is taught, until rounding in
        x + h would count.
        """
        return width(self.low, self.high, self.h)

    @property
    def slope(self) -> float:
        """The slope from one sample to the other."""
        return (self.above - self.below) / self.width

    def noise(self, value_error: float) -> float:
        """How far rounding in the two values may have moved the slope."""
        width = self.width
        lost = lost_share(self.low, self.high, width)
        return noise(self.below, self.above, width, lost, value_error)


def step_width(h: float | str, x: float, scheme: str, order: int = 1) -> float:
    """Return a step width as it was asked for, in numbers: h itself, or "relative".

    That one balances truncation and rounding for a scale of x. For a first derivative
    it is cbrt(eps)*abs(x) for the symmetric scheme and sqrt(eps)*abs(x) for forward; 1
    stands for abs(x) at 0. Source: "Numerical Recipes", sec. 5.7.
    """
    if not isinstance(h, str):
        return h
    power = order + (1 if scheme == "forward" else 2)
    root = math.cbrt(EPSILON) if power == 3 else EPSILON ** (1 / power)
    return float(root * (abs(x) or 1.0))


def difference(
    function: Univariate,
    x: float,
    h: float | str,
    scheme: str,
    value_error: float = 0.0,
    *,
    smooth: bool = True,
) -> Difference:
    """Return the difference quotient with step h, and an estimate of its error.

    With "relative" for h it is that of ``step_width``; for "auto" see ``best_steps``.

    Where one sample is outside the domain, the other side is used alone. The error
    is rounding, from the size of the values, plus truncation, from a second quotient
    with twice the step; and a third, where a derivative of f is not ``smooth``.

    Raises NoDifference where neither side can be used, or h is lost in x.
    """
    h = step_width(h, x, scheme)
    tried = [scheme]
    tried += [other for other in ("forward", "backward") if other != scheme]
    for used in tried:
        quotient = quotient_at(function, x, h, used)
        if quotient is not None:
            break
    else:
        raise NoDifference(f"f is undefined at a distance of h = {h:g} on both sides")
    order = order_of(used)
    wide = quotient_at(function, x, 2 * h, used)
    wider = None if smooth else quotient_at(function, x, 4 * h, used)
    if wide is not None and wider is not None:
        slopes = quotient.slope, wide.slope, wider.slope
        truncation = truncated_anywhere(order, *slopes)
    elif wide is not None:
        truncation = truncated(quotient.slope, wide.slope, order)
    else:
        narrow = quotient_at(function, x, h / 2, used)
        truncation = math.inf
        if narrow is not None:
            truncation = abs(narrow.slope - quotient.slope) * 2**order
    error = 2 * truncation + quotient.noise(value_error)
    samples = ((quotient.low, quotient.below), (quotient.high, quotient.above))
    return Difference(quotient.slope, error, h, used, samples, order)


def order_of(scheme: str) -> int:
    """Return the power of h that a scheme is wrong by; it samples f as often."""
    return 2 if scheme == "symmetric" else 1


def truncated(slope: float, wide: float, order: int) -> float:
    """Return how far a quotient is off, by one with twice the step."""
    return abs(wide - slope) / (3 if order == 2 else 1)


def truncated_anywhere(order: int, near: Real, wide: Real, wider: Real) -> Real:
    """Return how far a quotient is off, by those with twice and four times the step.

    They are off by c*h**p. Where the function is smooth p is ``order``; at a corner of
    one of its derivatives it is less, and the quotients tell: they differ by
    c*(2**p - 1)*h**p, and by 2**p times that.
    """
    first, second = abs(wide - near), abs(wider - wide)
    if not first:
        return second
    ratio = min(max(second / first, _SLOWEST), 2**order)
    return _NEXT_TERM * first / (ratio - 1)


def estimated(
    order: int,
    width: float,
    wider: float,
    lost: float,
    value_error: float,
    below: float,
    above: float,
    lower: float,
    upper: float,
) -> tuple[float, float]:
    """Return the slope of a quotient and its error, by another that is twice as wide.

    It is what ``difference`` does with numbers alone; ``lost`` is what ``lost_share``
    says of the narrow one.
    """
    slope = (above - below) / width
    truncation = truncated(slope, (upper - lower) / wider, order)
    return slope, 2 * truncation + noise(below, above, width, lost, value_error)


def ends(x: float, h: float, scheme: str) -> tuple[float, float]:
    """Return the two places that a scheme samples."""
    if scheme == "symmetric":
        return x - h / 2, x + h / 2
    return (x - 0.0, x + h) if scheme == "forward" else (x - h, x + 0.0)


def quotient_at(
    function: Univariate,
    x: float,
    h: float,
    scheme: str,
    rounding: Callable[[float], float] = float,
) -> Quotient | None:
    """Return the quotient, or None where a sample is not in the domain.

    ``rounding`` makes a place one of the numbers that are used. Raises NoDifference
    where x + h is x.
    """
    low, high = map(rounding, ends(x, h, scheme))
    if low == high:
        raise NoDifference(f"h = {h:g} is lost in rounding: x + h is x")
    try:
        quotient = Quotient(low, high, function(low), function(high), h)
    except ArithmeticError:
        return None
    return quotient if math.isfinite(quotient.slope) else None
