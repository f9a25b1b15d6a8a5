"""Differences of a function whose noise nobody knows: float32, rounded, iterated.

A function of which only values are known may be off by far more than a rounding of
doubles. How far is measured on the samples that its differences are made of: where
the quotients have settled, what still moves them is noise. It grows as 1/h where the
step gets smaller, and truncation shrinks at least as h**4, so that they are told apart.

Source: the idea, Moré & Wild, "Estimating computational noise", 2011.
"""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

from diffcli.engine.best_steps import best_difference
from diffcli.engine.stencils import (
    EPSILON,
    Difference,
    NoDifference,
    Univariate,
    difference,
    quotient_at,
)
from diffcli.records import Record

_RATIO = 4.0  # from one step to the next
_LEVELS = 20  # steps at most
_RESOLVED = 0.02  # relative error from which on truncation has to shrink
_SHRINKS = 32.0  # by how much it does from one step to the next, at least
_ROUNDS = 60  # guesses of the noise
_SPARE = 2.0  # what the largest noise seen is multiplied with
_SHORT = 5e-6  # relative noise of a value that may have been rounded to 6 digits
_SIMILAR = 0.8  # how little a gap between two slopes shrinks at a kink
_LASTS = 5  # steps over which it does not shrink
_LONG = 9  # digits of a value that nobody has rounded
_SMALL = 1e-2  # the error of a slope beside the slopes over a wide distance
_CLEAR = 0.1  # the error of a slope beside its distance from another one

UNSEEN = "differences cannot see it: no digit is certain at any step"


class Level(Record):
    """The samples at one distance from the point."""

    h: float
    below: float
    above: float

    @property
    def slope(self) -> float:
        """The symmetric quotient."""
        return (self.above - self.below) / (2 * self.h)


class Sampled(Record):
    """A function around a point, at ever smaller distances, the widest first."""

    value: float
    levels: tuple[Level, ...]

    @property
    def wide(self) -> float:
        """The largest slope over a wide distance; small beside it is next to 0."""
        slopes = [
            abs(end - self.value) / level.h
            for level in self.levels[:3]
            for end in (level.below, level.above)
        ]
        return max(slopes, default=0.0)

    @property
    def range(self) -> float:
        """How far the values are apart."""
        values = [self.value, *(v for level in self.levels for v in level[1:])]
        return max(values) - min(values)

    @property
    def quantum(self) -> float:
        """The smallest change seen, where smaller steps change nothing at all."""
        changes = [abs(end - self.value) for level in self.levels for end in level[1:]]
        return min(filter(None, changes), default=0.0) if 0.0 in changes else 0.0

    @property
    def flat(self) -> bool:
        """Tell whether all values are the same."""
        return all(v == self.value for level in self.levels for v in level[1:])


class Remembering:
    """A line that is asked once for each place."""

    def __init__(self, line: Univariate) -> None:
        self.line = line
        self.known: dict[float, float | ArithmeticError] = {}

    def __call__(self, x: float) -> float:
        """Return the value. Raises ArithmeticError where there is none."""
        if x not in self.known:
            try:
                self.known[x] = self.line(x)
            except ArithmeticError as error:
                self.known[x] = error
        found = self.known[x]
        if isinstance(found, ArithmeticError):
            raise found
        return found


def sampled(line: Univariate, x: float, widest: float | None = None) -> Sampled:
    """Return samples around a point, those of ``best_difference``, or from h down."""
    h = widest or 2.0 ** math.floor(math.log2(max(abs(x), 1.0) / 4))
    levels = []
    for _ in range(_LEVELS if widest is None else 6):
        if h < 2e-12 * abs(x):
            break
        try:
            quotient = quotient_at(line, x, 2 * h, "symmetric")
        except NoDifference:
            break
        if quotient is not None:
            levels.append(Level(h, quotient.below, quotient.above))
        h /= _RATIO
    return Sampled(line(x), tuple(levels))


class Slope(Record):
    """What samples say of a derivative."""

    difference: Difference
    #: How far the values are off from a smooth function.
    noise: float
    #: The slopes over a wide distance: what is small beside them is next to nothing.
    wide: float
    #: The slopes on the left and on the right, if they stay apart; None: they meet.
    sides: tuple[float, float] | None = None
    #: Of a function that never changed: the largest slope that its values may hide, if
    #: they are no better than by themselves; 0 if it did change.
    hidden: float = 0.0


def best_slope(line: Univariate, x: float) -> Slope:
    """Return the derivative by differences with the best steps, noise measured.

    Raises NoDifference where no digit is certain, and the slope is not next to 0.
    """
    around = sampled(line, x)
    if around.levels and around.flat:
        h, noise = around.levels[0].h, _hidden(around.value)
        found = Difference(0.0, noise / h, h, "symmetric", (), 0)
        return Slope(found, noise, 0.0, hidden=_largest_hidden(line, x, around) / h)
    try:
        found, noise = _believed(line, x, around)
    except NoDifference:
        found, noise = _next_to_zero(around)
    return Slope(found, noise, around.wide, _sides(around, noise))


def slope_with(line: Univariate, x: float, h: float, scheme: str) -> Slope:
    """Return the difference with one step width, noise measured up to that distance.

    Raises NoDifference where it cannot be made.
    """
    around = sampled(line, x, h)
    found = difference(line, x, h, scheme)
    noise = max(around.quantum, noise_seen(around.levels, found.slope))
    if around.flat:  # what hides a slope shows further away
        noise = max(_hidden(around.value), sampled(line, x).quantum)
    found = difference(line, x, h, scheme, noise)
    return Slope(found, noise, around.wide, _sides(around, noise))


def _believed(line: Univariate, x: float, around: Sampled) -> tuple[Difference, float]:
    """Return the derivative with the smallest noise at which all samples fit one.

    Raises NoDifference where no digit is certain, and where the samples fit another
    one if there is more noise in them.
    """
    found, noise = _consistent(line, x, around, around.quantum)
    more = max(noise, around.quantum, EPSILON * abs(around.value))
    while more < around.range:
        more = max(64 * more, 5e-324)
        try:
            other, _ = _consistent(line, x, around, more)
        except NoDifference:
            continue
        apart = abs(other.slope - found.slope)
        if other.error < _CLEAR * apart and found.error < apart:
            raise NoDifference(UNSEEN)
    return found, noise


def _next_to_zero(around: Sampled) -> tuple[Difference, float]:
    """Return a quotient of which no digit is certain because it is next to 0.

    Next to 0 means: its error is small beside the slopes over a wide distance.

    Raises NoDifference if it is not: then f is noise, and any number would do.
    """
    rows = list(_extrapolated(around.levels))
    best: tuple[Difference, float] | None = None
    for before, (level, row) in pairwise(rows):
        slope = row[-1]
        noise = max(
            around.quantum,
            EPSILON * abs(around.value),
            _SPARE * noise_seen(around.levels, slope, around.wide),
        )
        error = 2 * noise / level.h + abs(slope - before[1][-1])
        if best is None or error < best[0].error:
            h = 2 * level.h
            best = Difference(slope, error, h, "symmetric", (), 0), noise
    if best is None or best[0].error > _SMALL * around.wide:
        raise NoDifference(UNSEEN)
    return best


def _sides(around: Sampled, noise: float) -> tuple[float, float] | None:
    """Return the slopes on both sides, if they stay apart however small the step.

    Where f is smooth their distance shrinks with the step; at a kink it does not.
    """
    noise = 8 * max(noise, EPSILON * abs(around.value))
    gaps = [
        (level, abs(level.above + level.below - 2 * around.value) / level.h)
        for level in around.levels
        if abs(level.above + level.below - 2 * around.value) > noise
    ]
    last = gaps[-_LASTS:]
    if len(last) < _LASTS or any(
        after < _SIMILAR * before for (_, before), (_, after) in pairwise(last)
    ):
        return None
    level = last[-1][0]
    left, right = around.value - level.below, level.above - around.value
    return left / level.h, right / level.h


def _consistent(
    line: Univariate, x: float, around: Sampled, noise: float
) -> tuple[Difference, float]:
    """Return a derivative that all samples fit, with the noise that it takes."""
    floor = EPSILON * abs(around.value) or 5e-324
    for _ in range(_ROUNDS):
        try:
            found = best_difference(line, x, noise)
        except NoDifference:
            if noise > around.range:
                raise
            noise = max(4 * noise, floor)
            continue
        seen = noise_seen(around.levels, found.slope)
        if seen <= max(noise, floor):
            return found, noise
        noise = _SPARE * seen
    raise NoDifference(UNSEEN)


def _largest_hidden(line: Univariate, x: float, around: Sampled) -> float:
    """Return how far values may be off that are the same near x, at worst.

    Solved to an absolute tolerance they may be off by as much as they are, or by as
    much as they change further away.
    """
    if not _is_long(around.value):
        return 0.0
    h, found = around.levels[0].h, abs(around.value)
    for place in (x + side * h * _RATIO**k for k in range(1, 5) for side in (-1, 1)):
        try:
            changed = abs(line(place) - around.value)
        except ArithmeticError:
            continue
        if changed:
            return max(found, changed)
    return found


def _digits(value: float) -> tuple[int, int]:
    """Return how many digits a value is written with, and the decimals among them."""
    mantissa, _, exponent = repr(abs(value)).partition("e")
    whole, _, decimals = mantissa.partition(".")
    count = len(f"{whole}{decimals}".strip("0"))
    return count, max(len(decimals.rstrip("0")) - int(exponent or 0), 0)


def _is_long(value: float) -> bool:
    """Tell whether a value has more digits than anybody rounds to."""
    return _digits(value)[0] > _LONG


def _hidden(value: float) -> float:
    """Return how far a function may be off whose values are all the same.

    Behind few digits a slope may hide that they do not show.
    """
    if _is_long(value):
        return EPSILON * abs(value)
    _, decimals = _digits(value)
    unit = 10.0**-decimals if decimals > 2 else 0.0
    return max(unit, _SHORT * max(abs(value), 1.0))


def noise_seen(levels: Sequence[Level], slope: float, size: float = 0.0) -> float:
    """Return the largest part of the samples that no smooth function of this slope has.

    Once the extrapolated quotients are near the slope, beside its size or another one,
    their distance has to shrink from step to step as truncation does. What does not is
    noise.
    """
    noise, before = 0.0, math.inf
    for level, row in _extrapolated(levels):
        missed = min(abs(entry - slope) for entry in row)
        moved = missed * level.h
        if moved > before / _SHRINKS:
            noise = max(noise, moved)
        if missed <= _RESOLVED * max(abs(slope), size) or before < math.inf:
            before = moved
    return noise


def _extrapolated(levels: Sequence[Level]) -> Iterator[tuple[Level, list[float]]]:
    """Yield each quotient with its extrapolations (Richardson's, two of them)."""
    above: list[float] = []
    for level in levels:
        row = [level.slope]
        for column, entry in enumerate(above[:2], 1):
            factor = _RATIO ** (2 * column)
            row.append(row[-1] + (row[-1] - entry) / (factor - 1))
        yield level, row
        above = row
