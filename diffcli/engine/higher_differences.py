"""Differences of higher order: the k-th derivative from k + 1 values, nothing else.

    symmetric   sum((-1)**j * binomial(k, j) * f(x + (k/2 - j)*h), j = 0..k) / h**k
    forward     the same with f(x + (k - j)*h)

The values cancel in k steps, and what rounding leaves is divided by h**k: each order
costs doubles a digit or two, and where none is left none is shown.

Source: Abramowitz & Stegun, "Handbook of Mathematical Functions", 1964, sec. 25.1.
"""

import math
import sys
from contextlib import suppress

from diffcli.engine.best_steps import ONE_DIGIT, Level, ends, extrapolate
from diffcli.engine.stencils import EPSILON, NoDifference, Univariate, step_width
from diffcli.records import Record

_RATIOS = {"symmetric": 2.0, "forward": 4.0, "backward": 4.0}  # of neighbouring steps
_WIDER = 8.0  # than for a first derivative is the first step tried
_WITNESSES = 3
_SAFETY = 12.0  # what an error estimate is multiplied with, for values agree by chance


class HigherDifference(Record):
    """A difference of higher order, divided by a power of its step."""

    #: What it says of the derivative.
    slope: float
    #: An estimate of how far it is from it; infinite: unknown.
    error: float
    #: The step width.
    h: float


class Values(Record):
    """A quotient and the size of the values that it is made of."""

    slope: float
    #: How far rounding may have moved each value.
    error: float
    h: float
    order: int

    def noise(self, value_error: float) -> float:
        """How far rounding in the values may have moved the quotient."""
        errors = 2.0**self.order * max(self.error, value_error)
        return 2 * errors / self.h**self.order


def higher_difference(
    function: Univariate,
    x: float,
    h: float | str,
    scheme: str,
    order: int,
    value_error: float,
    *,
    flat: bool,
) -> HigherDifference:
    """Return the difference with step h, its error from one with twice the step.

    With "auto" for h it is ``best_higher_difference``, with "relative" that of
    ``step_width``.

    Raises NoDifference where a value is missing, or no digit is certain.
    """
    if h == "auto":
        return best_higher_difference(function, x, order, value_error, flat=flat)
    h = step_width(h, x, scheme, order)
    near, wide = (_values(function, x, step, scheme, order) for step in (h, 2 * h))
    if near is None or wide is None:
        raise NoDifference(f"f is undefined within {order} steps of h = {h:g}")
    truncation = abs(wide.slope - near.slope) / (3 if scheme == "symmetric" else 1)
    error = 2 * truncation + near.noise(value_error)
    if error > ONE_DIGIT * abs(near.slope):
        raise NoDifference(f"no digit is certain with h = {h:g}")
    return HigherDifference(near.slope, error, h)


def best_higher_difference(
    function: Univariate, x: float, order: int, value_error: float, *, flat: bool
) -> HigherDifference:
    """Return the derivative by differences with the best steps found.

    As ``stencils.best_difference`` does it. ``flat`` tells that the derivative is
    known to be 0, which samples cannot tell from 1e-30.

    Raises NoDifference where no digit is certain.
    """
    for scheme in ("symmetric", "forward", "backward"):
        runs = _levels(function, x, scheme, order, value_error)
        if runs:
            break
    else:
        raise NoDifference("f is undefined on both sides of the point")
    given = _RATIOS[scheme], (2 if scheme == "symmetric" else 1), flat
    value, error, level = extrapolate(runs, *given)
    error *= _SAFETY
    for first in (1, 2, 3):  # two values may agree by chance, seldom four
        with suppress(NoDifference):
            fewer = [run[first:] for run in runs if len(run) > first]
            if not fewer:
                raise NoDifference("one step alone")
            again, *_ = extrapolate(fewer, *given)
            error = max(error, _SAFETY * abs(again - value))
    if error > ONE_DIGIT * abs(value) and not flat:
        raise NoDifference("no digit is certain at any step")
    return HigherDifference(value, error, level.h)


def _levels(
    function: Univariate, x: float, scheme: str, order: int, value_error: float
) -> list[list[Level]]:
    """Return the quotients, widest first, in runs without a gap."""
    h, smallest = ends(x)
    h = min(_WIDER * h, sys.float_info.max)  # an infinite one never becomes smaller
    runs: list[list[Level]] = [[]]
    drowned = 0  # levels of which rounding leaves nothing; smaller steps are no better
    while h >= smallest and drowned < _WITNESSES:
        values = _values(function, x, h, scheme, order)
        if values is None:
            runs.append([])
        else:
            noise = values.noise(value_error)
            runs[-1].append(Level(h, values.slope, noise, ()))
            drowned += noise > max(abs(level.slope) for level in runs[-1])
        h /= _RATIOS[scheme]
    return [run for run in runs if run]


def _values(
    function: Univariate, x: float, h: float, scheme: str, order: int
) -> Values | None:
    """Return the quotient, or None where a value is missing.

    Raises NoDifference where h is lost in x.
    """
    first = {"symmetric": -order / 2, "forward": 0.0, "backward": -float(order)}[scheme]
    if x + h == x:
        raise NoDifference(f"h = {h:g} is lost in rounding: x + h is x")
    try:
        found = [function(x + (first + j) * h) for j in range(order + 1)]
        terms = [
            (-1.0) ** (order - j) * math.comb(order, j) * value
            for j, value in enumerate(found)
        ]
        slope = math.fsum(terms) / h**order
        spread = (max(found) - min(found)) / (order * h)  # what a place moved by 1 does
        error = EPSILON * (max(map(abs, found)) + abs(x) * spread)
    except (ArithmeticError, ValueError):
        return None
    if not (math.isfinite(slope) and math.isfinite(error)):
        return None
    return Values(slope, error, h, order)
