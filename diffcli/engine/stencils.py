"""Difference quotients: step sizes, samples, extrapolation, error estimate.

They know a function by its values only, so they work for any callable, and are
the judge of all the methods that look inside.

    forward     (f(x+h) - f(x)) / h
    symmetric   (f(x+h/2) - f(x-h/2)) / h

Source: the lecture; Press et al., "Numerical Recipes", 2007, sec. 5.7.
"""

import math
from collections.abc import Callable, Mapping
from itertools import pairwise, takewhile

from diffcli.engine.tape import ROUNDING
from diffcli.records import Record

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


_SAME = 1e-9  # how well x + h must hold h, so that h itself is divided by


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
        distance = self.high - self.low
        return self.h if abs(distance - self.h) <= _SAME * self.h else distance

    @property
    def slope(self) -> float:
        """The slope from one sample to the other."""
        return (self.above - self.below) / self.width

    def noise(self, value_error: float) -> float:
        """How far rounding in the two values may have moved the slope."""
        size = EPSILON * (abs(self.above) + abs(self.below))
        held = abs(self.high - self.low - self.width) / self.width * abs(self.slope)
        return 2 * max(size, value_error) / self.width + held


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
    flat: bool | None = None,
) -> Difference:
    """Return the difference quotient with step h, and an estimate of its error.

    With "auto" for h it is ``best_difference``, with "relative" that of ``step_width``.

    Where one sample is outside the domain, the other side is used alone. The error
    is rounding, from the size of the values, plus truncation, from a second quotient
    with twice the step.

    Raises NoDifference where neither side can be used, or h is lost in x.
    """
    if h == "auto":
        return best_difference(function, x, value_error, flat)
    h = step_width(h, x, scheme)
    tried = [scheme]
    tried += [other for other in ("forward", "backward") if other != scheme]
    for used in tried:
        quotient = quotient_at(function, x, h, used)
        if quotient is not None:
            break
    else:
        raise NoDifference(f"f is undefined at a distance of h = {h:g} on both sides")
    order = 2 if used == "symmetric" else 1
    wide = quotient_at(function, x, 2 * h, used)
    if wide is not None:
        truncation = abs(wide.slope - quotient.slope) / (2**order - 1)
    else:
        narrow = quotient_at(function, x, h / 2, used)
        truncation = math.inf
        if narrow is not None:
            truncation = abs(narrow.slope - quotient.slope) * 2**order
    error = 2 * truncation + quotient.noise(value_error)
    samples = ((quotient.low, quotient.below), (quotient.high, quotient.above))
    return Difference(quotient.slope, error, h, used, samples, order)


def quotient_at(
    function: Univariate, x: float, h: float, scheme: str
) -> Quotient | None:
    """Return the quotient, or None where a sample is not in the domain."""
    back, ahead = {
        "symmetric": (h / 2, h / 2), "forward": (0.0, h), "backward": (h, 0.0),
    }[scheme]  # fmt: skip
    low, high = x - back, x + ahead
    if low == high:
        raise NoDifference(f"h = {h:g} is lost in rounding: x + h is x")
    try:
        quotient = Quotient(low, high, function(low), function(high), h)
    except ArithmeticError:
        return None
    return quotient if math.isfinite(quotient.slope) else None


# ---- the best step --------------------------------------------------------------

_FEWEST = 2.0  # bits from one level's step to the next: a ratio of 4
_MOST_LEVELS = 19  # so that a variable costs 40 evaluations at most
_WITNESSES = 2  # quotients of smaller step that have to agree
_SAFETY = 3.0  # what an error estimate is multiplied with
_DUST = 1e-9  # of the largest quotient: next to that a quotient is as good as 0
_ONE_DIGIT = 0.05  # the relative error up to which there is something to show
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
    function: Univariate, x: float, value_error: float = 0.0, flat: bool | None = None
) -> Difference:
    """Return the derivative by differences with the best steps found.

    Symmetric quotients with steps from about abs(x)/4 down, by factors of 4 or more,
    are extrapolated (Richardson); the entry with the least estimated error is taken
    that agrees with all quotients of smaller step. Where x is on the edge of the
    domain, one-sided quotients take their place. ``flat`` tells whether f is known to
    have the derivative 0, as samples cannot tell 1 from 1 + 1e-30*x; None: unknown.

    Raises NoDifference where no entry is good for a single digit.
    """
    calls = 0

    def counted(place: float) -> float:
        nonlocal calls
        calls += 1
        return function(place)

    ratio = _ratio(x)
    for scheme in ("symmetric", "forward", "backward"):
        runs = _levels(counted, x, scheme, ratio, value_error)
        if runs:
            break
    else:
        raise NoDifference("f is undefined on both sides of the point")
    order = 2 if scheme == "symmetric" else 1
    value, error, level = believed(runs, ratio, order, flat)
    return Difference(value, error, level.h, scheme, level.samples, calls)


def believed(
    runs: list[list[Level]], ratio: float, order: int, flat: bool | None
) -> tuple[float, float, Level]:
    """Return the derivative that quotients tell, its error, and the smallest step used.

    Each run is without a gap, widest first, with a ``ratio`` between two steps; a
    quotient is off by the power ``order`` of its step.

    Raises NoDifference where no digit is certain.
    """
    levels = [level for run in runs for level in run]
    start = 0
    entries: list[_Entry] = []
    for run in runs:
        wild = _wild(run)
        entries += _tableau(run[wild:], ratio, order, start + wild)
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
        if error < _ONE_DIGIT * abs(entry.value) and _agrees(entry, levels):
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
    function: Univariate, x: float, scheme: str, ratio: float, value_error: float
) -> list[list[Level]]:
    """Return the quotients, widest first, in runs without a gap."""
    h, smallest = ends(x)
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


def _tableau(run: list[Level], ratio: float, order: int, start: int) -> list[_Entry]:
    """Return the entries of Richardson's extrapolation with their error estimates."""
    entries: list[_Entry] = []
    above: list[_Entry] = []
    for index, level in enumerate(run):
        row = [_Entry(level.slope, math.inf, start + index)]
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
            error = max(change, last) + level.noise
            row.append(_Entry(value, error, start + index))
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
