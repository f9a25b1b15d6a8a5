"""The steps with which difference quotients tell most, found by trying.

Quotients with many steps are extrapolated, and of all that comes out the entry is
believed whose error estimate is the smallest and which no smaller step contradicts.

Source: C. J. F. Ridders, "Accurate computation of F'(x) and F'(x) F''(x)", 1982; Press
et al., "Numerical Recipes", 2007, sec. 5.7.
"""

import math
from itertools import pairwise, takewhile

from diffcli.engine.stencils import (
    Difference,
    NoDifference,
    Univariate,
    difference,
    quotient_at,
)
from diffcli.records import Record

_FEWEST = 2.0  # bits from one level's step to the next: a ratio of 4
_MOST_LEVELS = 19  # so that the first look costs 40 evaluations at most
_WITNESSES = 2  # quotients of smaller step that have to agree
_SAFETY = 3.0  # what an error estimate is multiplied with
_DUST = 1e-9  # of the largest quotient: next to that a quotient is as good as 0
ONE_DIGIT = 0.05  # the relative error up to which there is something to show
_CLEAR = 1e-7  # a relative error beyond which a second look is taken
_CHOSEN = 5.0  # times an estimate that is the smallest of many
_WIDER = 4.0  # times the widest step of the first look
_ABOVE = 1024.0  # times the step found first: where the second look begins
_COLUMNS = 5  # the quotient itself and four extrapolations


class _Entry(Record):
    """One value of the extrapolation tableau."""

    value: float
    error: float
    #: The level of its smallest step.
    level: int


class Level(Record):
    """A quotient with one step width."""

    h: float
    slope: float
    #: How far rounding may have moved it.
    noise: float
    #: The places and values it is made of.
    samples: tuple[tuple[float, float], ...]


def best_difference(
    function: Univariate,
    x: float,
    value_error: float = 0.0,
    flat: bool | None = None,
    reach: float = math.inf,
    *,
    strict: bool = False,
) -> Difference:
    """Return the derivative by differences with the best steps found.

    Symmetric quotients with steps from about abs(x)/4 down, by factors of 4 or more,
    are extrapolated (Richardson); the entry with the least estimated error is taken
    that agrees with all quotients of smaller step. Where x is on the edge of the
    domain, one-sided quotients take their place. ``flat`` tells whether f is known to
    have the derivative 0, as samples cannot tell 1 from 1 + 1e-30*x; None: unknown.
    No step is wider than ``reach``; ``strict`` is for ``extrapolate``.

    Raises NoDifference where no entry is good for a single digit.
    """
    calls = 0

    def counted(place: float) -> float:
        nonlocal calls
        calls += 1
        return function(place)

    ratio = _ratio(x)
    span = min(ends(x)[0], reach), ends(x)[1]
    for scheme in ("symmetric", "forward", "backward"):
        runs = _levels(counted, x, scheme, ratio, value_error, span)
        if runs:
            break
    else:
        raise NoDifference("f is undefined on both sides of the point")
    order = 2 if scheme == "symmetric" else 1
    value, error, level = extrapolate(runs, ratio, order, flat, strict=strict)
    return Difference(value, error, level.h, scheme, level.samples, calls)


def difference_with(
    function: Univariate,
    x: float,
    h: float | str,
    scheme: str,
    value_error: float = 0.0,
) -> Difference:
    """Return the difference quotient with step h, with "auto" that of the best steps.

    Raises NoDifference where there is none.
    """
    if h == "auto":
        return after_a_second_look(function, x, value_error, None)
    return difference(function, x, h, scheme, value_error)


def after_a_second_look(
    function: Univariate,
    x: float,
    value_error: float,
    flat: bool | None,
    reach: float = math.inf,
) -> Difference:
    """Return the best difference; where it is poor, that of steps which lie closer.

    Raises NoDifference where no entry is good for a single digit.
    """
    known: dict[float, float] = {}

    def remembered(place: float) -> float:
        if place not in known:
            known[place] = function(place)
        return known[place]

    first = best_difference(remembered, x, value_error, flat, reach, strict=True)
    first = first._replace(error=_CHOSEN * first.error)
    if first.error <= _CLEAR * abs(first.slope) or first.scheme != "symmetric":
        return first
    widest = min(_WIDER * ends(x)[0], _ABOVE * first.h, reach)
    runs = _levels(remembered, x, "symmetric", 2.0, value_error, (widest, first.h / 16))
    try:
        value, error, level = extrapolate(runs, 2.0, 2, flat, strict=True)
    except NoDifference:
        return first
    calls, error = len(known), _CHOSEN * error
    if error < first.error and abs(value - first.slope) <= first.error + error:
        return Difference(value, error, level.h, "symmetric", level.samples, calls)
    return first._replace(evaluations=calls)


def extrapolate(
    runs: list[list[Level]],
    ratio: float,
    order: int,
    flat: bool | None,
    *,
    strict: bool = False,
) -> tuple[float, float, Level]:
    """Return the derivative that quotients tell, its error, and the smallest step used.

    Each run is without a gap, widest first, with a ``ratio`` between two steps; a
    quotient is off by the power ``order`` of its step. With ``strict`` the first entry
    of a column is as good as the step before it, as it has no other to differ from.

    Raises NoDifference where no digit is certain.
    """
    levels = [level for run in runs for level in run]
    start = 0
    entries: list[_Entry] = []
    for run in runs:
        wild = _wild(run)
        entries += _tableau(run[wild:], ratio, order, start + wild, strict=strict)
        start += len(run)
    entry = _zero(levels, flat) or _best(entries, levels)
    return entry.value, entry.error, levels[entry.level]


def _zero(levels: list[Level], flat: bool | None) -> _Entry | None:
    """Return the entry of a function that does not change, None if it does.

    Raises NoDifference where no sample tells a change from none, and there is one.
    """
    if flat is False and all(level.slope == 0.0 for level in levels):
        raise NoDifference("differences cannot see it: f is the same at every step")
    sizes = [abs(level.slope) for level in levels]
    place = min(range(len(levels)), key=lambda n: sizes[n] + levels[n].noise)
    near = max(8 * levels[place].noise, _DUST * max(sizes))
    known = flat or (flat is None and not any(sizes))
    if known and sizes[place] <= near:
        return _Entry(0.0, sizes[place] + levels[place].noise, place)
    return None


def _best(entries: list[_Entry], levels: list[Level]) -> _Entry:
    """Return the entry to believe.

    Raises NoDifference where none has a digit.
    """
    entries.sort(key=lambda entry: entry.error / (abs(entry.value) or 5e-324))
    for entry in entries:
        error = _SAFETY * entry.error
        if error < ONE_DIGIT * abs(entry.value) and _agrees(entry, levels):
            return entry._replace(error=error)
    raise NoDifference("differences cannot see it: no digit is certain at any step")


def _wild(run: list[Level]) -> int:
    """Return how many levels at the start are too wide to be near the derivative.

    From each of them to the next the quotient changes by a quarter and more.
    """
    slopes = [level.slope for level in run]
    changes = (4 * abs(a - b) > abs(b) for a, b in pairwise(slopes))
    wild = sum(takewhile(bool, changes))
    return wild if wild < len(run) - _WITNESSES else 0


def ends(x: float) -> tuple[float, float]:
    """Return the widest and the smallest step."""
    widest = 2.0 ** math.floor(math.log2(max(abs(x), 1.0) / 4))
    return widest, 2e-12 * abs(x) if x else 1e-12


def _ratio(x: float) -> float:
    """Return the factor between steps: 4, or more where the steps span much."""
    widest, smallest = ends(x)
    bits = math.log2(widest / smallest) if smallest else math.inf
    return float(2.0 ** max(_FEWEST, math.ceil(min(bits, 1000) / _MOST_LEVELS)))


def _levels(
    function: Univariate,
    x: float,
    scheme: str,
    ratio: float,
    value_error: float,
    span: tuple[float, float],
) -> list[list[Level]]:
    """Return the quotients, widest first, in runs without a gap."""
    h, smallest = span
    runs: list[list[Level]] = [[]]
    while h >= smallest:
        try:
            width = 2 * h if scheme == "symmetric" else h
            quotient = quotient_at(function, x, width, scheme)
        except NoDifference:
            break
        if quotient is None:
            runs.append([])
        else:
            q = quotient
            samples = ((q.low, q.below), (q.high, q.above))
            runs[-1].append(Level(h, q.slope, q.noise(value_error), samples))
        h /= ratio
    return [run for run in runs if run]


def _tableau(
    run: list[Level], ratio: float, order: int, start: int, *, strict: bool = False
) -> list[_Entry]:
    """Return the entries of Richardson's extrapolation with their error estimates."""
    entries: list[_Entry] = []
    above: list[_Entry] = []
    for index, level in enumerate(run):
        place = start + index
        row = [_Entry(level.slope, math.inf, place)]
        for column in range(1, min(index + 1, _COLUMNS)):
            factor = ratio ** (order * column)
            before, higher = row[-1].value, above[column - 1].value
            value = before + (before - higher) / (factor - 1)
            change = abs(value - before)
            last = 0.0
            if column < len(above):
                change = max(change, abs(value - above[column].value))
                if math.isfinite(above[column].error):
                    last = above[column].error / ratio
            elif strict and column > 1:
                change = abs(value - higher)
            error = max(change, last) + level.noise
            row.append(_Entry(value, error, place))
        if _contracts(run[: index + 1]):
            entries += row[1:]
        above = row
    return entries


def _contracts(run: list[Level]) -> bool:
    """Tell whether the last quotients come closer, as they do once f is resolved.

    A function that oscillates faster than the steps gives quotients without order,
    and two of them may agree by chance.
    """
    if len(run) < 3:
        return False
    first, second, third = (level.slope for level in run[-3:])
    noise = 4 * (run[-1].noise + run[-2].noise)
    return abs(third - second) <= 0.5 * abs(second - first) + noise


def _agrees(entry: _Entry, levels: list[Level]) -> bool:
    """Tell whether all quotients of smaller step lie where the entry says.

    A quotient is off by a third or less of what it has changed by since the last one:
    one third with a one-sided quotient and a ratio of 4.
    """
    smaller = levels[entry.level :]
    return len(smaller) > _WITNESSES and all(
        abs(level.slope - entry.value)
        <= 8 * level.noise + 8 * entry.error + 0.35 * abs(level.slope - before.slope)
        for before, level in pairwise(smaller)
    )
