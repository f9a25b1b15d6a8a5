"""A function and its derivative over a range, with the places where they break."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from diffcli.engine.tape import Program, Tape, Undefined
from diffcli.language.parser import Parsed

_SUDDEN = 0.02  # share of the range of values that two neighbours may differ by
_HIGHEST = 4e307  # so that a range of values is a number too
_STILL = 0.4  # share of a change that is left between neighbouring doubles, if it jumps
_SAME = 1e-9  # how close two places are that count as one, relative to the range
_SATURATED = 0.2  # share of the greatest slope below which a function is called flat


class Sample(NamedTuple):
    """The function at one place; None: it has no value, or no derivative, there."""

    x: float
    value: float | None
    slope: float | None


class Feature(NamedTuple):
    """A place where the function is not smooth."""

    #: "kink", "jump", "pole", "asymptote" (such as that of log) or "vertical tangent".
    kind: str
    x: float


class Steepest(NamedTuple):
    """The largest derivative in size, of those in the range."""

    slope: float
    #: Where; None: on a whole stretch.
    x: float | None


class Graph(NamedTuple):
    """A function of one variable over a range."""

    parsed: Parsed
    variable: str
    samples: tuple[Sample, ...]
    features: tuple[Feature, ...]
    steepest: Steepest | None
    #: Left of the first and right of the second place the slope is below a fifth of
    #: the steepest; None: it is not.
    saturated: tuple[float | None, float | None]


def graph(
    parsed: Parsed,
    variable: str,
    others: Mapping[str, float],
    low: float,
    high: float,
    count: int,
) -> Graph:
    """Return ``count`` samples of a function from low to high, and what they show."""
    curve = _Curve(parsed, variable, others)
    step = (high - low) / (count - 1)
    samples = [curve.sample(_round(low + n * step, step)) for n in range(count)]
    features = tuple(_features(curve, samples))
    steepest = _steepest(curve, samples, features)
    saturated = _saturated(curve, samples, steepest)
    return Graph(parsed, variable, tuple(samples), features, steepest, saturated)


def _round(x: float, step: float) -> float:
    """Return x without the dust of adding steps: -6 + 60*0.1 is 0."""
    return round(x, 12 - math.floor(math.log10(step)))


class _Curve:
    """A function of one variable, the others held fixed."""

    def __init__(
        self, parsed: Parsed, variable: str, others: Mapping[str, float]
    ) -> None:
        self.program = Program([parsed.expression])
        self.variable = variable
        self.others = dict(others)

    def tape(self, x: float) -> Tape | None:
        """Return the forward pass, if the function is defined there."""
        try:
            return self.program.run({**self.others, self.variable: x})
        except Undefined:
            return None

    def value(self, x: float) -> float | None:
        """Return the value, if there is one."""
        tape = self.tape(x)
        return None if tape is None else tape.values[self.program.outputs[0]]

    def slope(self, x: float) -> float | None:
        """Return the derivative, if there is one."""
        return self.sample(x).slope

    def sample(self, x: float) -> Sample:
        """Return value and derivative by one forward and one backward pass."""
        tape = self.tape(x)
        if tape is None:
            return Sample(x, None, None)
        slope = tape.sweep().partial(self.variable)
        smooth = math.isfinite(slope) and not tape.rough_rows()
        value = tape.values[self.program.outputs[0]]
        return Sample(x, value, slope if smooth else None)


# ---- kinks, jumps, poles --------------------------------------------------------


def _features(curve: _Curve, samples: Sequence[Sample]) -> Iterator[Feature]:
    """Yield the places between samples where value or slope changes at once."""
    same = (samples[-1].x - samples[0].x) * _SAME
    found: list[Feature] = []
    for kind in (_break, _even_pole, _vertical, _kink):
        found += kind(curve, samples)
    seen: list[float] = []
    for feature in found:
        if all(abs(feature.x - x) > same for x in seen):
            seen.append(feature.x)
            yield feature


def _break(curve: _Curve, samples: Sequence[Sample]) -> Iterator[Feature]:
    """Yield jumps and poles: the value still differs when two places nearly meet."""
    values = [s.value for s in samples if s.value is not None]
    if not values:
        return
    span = _quantile(values, 0.98) - _quantile(values, 0.02)
    for a, b in pairwise(samples):
        if a.value is None or b.value is None:
            yield from _edge(curve, a, b)
        elif abs(b.value - a.value) > _SUDDEN * span:
            x, left, right = _narrowed(curve.value, a.x, b.x, a.value, b.value)
            still = abs(right - left)
            if still > 1e3 * span:
                yield Feature("pole", _tidy(x, b.x - a.x))
            elif still > _STILL * abs(b.value - a.value):
                yield Feature("jump", _tidy(x, b.x - a.x))


def _even_pole(curve: _Curve, samples: Sequence[Sample]) -> Iterator[Feature]:
    """Yield poles with the same sign on both sides: peaks that have no top."""
    values = [s.value for s in samples if s.value is not None]
    if not values:
        return
    span = _quantile(values, 0.98) - _quantile(values, 0.02)
    for a, b, c in zip(samples, samples[1:], samples[2:], strict=False):
        if a.value is None or b.value is None or c.value is None:
            continue
        if abs(b.value) < max(abs(a.value), abs(c.value), span):
            continue
        x = _maximum(lambda x: _size(curve.value(x)), a.x, c.x)
        if _size(curve.value(x)) > 1e3 * span > 0:
            yield Feature("pole", _tidy(x, c.x - a.x))


def _size(value: float | None) -> float:
    return math.inf if value is None else abs(value)


def _edge(curve: _Curve, a: Sample, b: Sample) -> Iterator[Feature]:
    """Yield what happens where the function ends: its value may explode."""
    inside, outside = (a, b) if b.value is None else (b, a)
    if inside.value is None:
        return
    x, step = outside.x, outside.x - inside.x
    near = [curve.sample(x - step * 10.0**-n) for n in (3, 6, 9)]
    values = [sample.value for sample in near if sample.value is not None]
    if len(values) == 3 and _explodes(values):
        power = abs(values[2]) > 8 * abs(values[0])
        yield Feature("pole" if power else "asymptote", _tidy(x, step))


def _kink(curve: _Curve, samples: Sequence[Sample]) -> Iterator[Feature]:
    """Yield kinks: the slope still differs when two places nearly meet."""
    smooth = [s for s in samples if s.slope is not None]
    slopes = [s.slope for s in smooth if s.slope is not None]
    if not slopes:
        return
    sudden = _SUDDEN * (_quantile(slopes, 0.98) - _quantile(slopes, 0.02))
    for a, b in pairwise(smooth):
        assert a.slope is not None
        assert b.slope is not None
        if abs(b.slope - a.slope) > sudden:
            x, left, right = _narrowed(curve.slope, a.x, b.x, a.slope, b.slope)
            if _STILL < abs(right - left) / abs(b.slope - a.slope) < 1e3:
                yield Feature("kink", _tidy(x, b.x - a.x))


def _vertical(curve: _Curve, samples: Sequence[Sample]) -> Iterator[Feature]:
    """Yield the places where there is a value, but the slope explodes."""
    for a, b in pairwise(samples):
        if (a.slope is None) == (b.slope is None):
            continue
        rough, smooth = (a, b) if a.slope is None else (b, a)
        step = rough.x - smooth.x
        near = [curve.slope(rough.x - step * 10.0**-n) for n in (3, 6, 9)]
        slopes = [slope for slope in near if slope is not None]
        if rough.value is not None and len(slopes) == 3 and _explodes(slopes):
            yield Feature("vertical tangent", _tidy(rough.x, step))


def _explodes(numbers: Sequence[float]) -> bool:
    """Tell whether numbers ever nearer to a place go on growing there."""
    first, second, third = map(abs, numbers)
    return third > second > first and third - second > 0.5 * (second - first)


def _narrowed(
    function: Callable[[float], float | None],
    low: float,
    high: float,
    below: float,
    above: float,
) -> tuple[float, float, float]:
    """Return where most of a change happens, and the numbers on both sides of it."""
    for _ in range(60):
        middle = (low + high) / 2
        if not low < middle < high:
            break
        value = function(middle)
        if value is None:
            return middle, below, above
        if abs(value - below) > abs(above - value):
            high, above = middle, value
        else:
            low, below = middle, value
    return (low + high) / 2, below, above


def _tidy(x: float, step: float) -> float:
    """Return a place without the dust of halving."""
    return _round(x, abs(step)) + 0.0


# ---- slopes ---------------------------------------------------------------------


def _steepest(
    curve: _Curve, samples: Sequence[Sample], features: Sequence[Feature]
) -> Steepest | None:
    """Return the largest slope, by golden section between the samples."""
    smooth = [s for s in samples if s.slope is not None]
    if not smooth or any(f.kind not in ("kink", "jump") for f in features):
        return None
    sizes = [abs(s.slope or 0.0) for s in smooth]
    place = sizes.index(max(sizes))
    best = smooth[place]
    assert best.slope is not None
    row = samples.index(best)
    if any(s.value is None for s in samples[max(row - 1, 0) : row + 2]):
        return None  # who knows what it is beyond
    if sum(size >= sizes[place] * (1 - 1e-12) for size in sizes) > len(sizes) // 20:
        return Steepest(best.slope, None)
    around = smooth[max(place - 1, 0)].x, smooth[min(place + 1, len(smooth) - 1)].x
    x = _maximum(lambda x: abs(curve.slope(x) or 0.0), *around)
    slope = curve.slope(x)
    if slope is None or abs(slope) <= sizes[place] * (1 + 1e-12):
        return Steepest(best.slope, best.x)
    return Steepest(slope, x)


def _maximum(function: Callable[[float], float], low: float, high: float) -> float:
    """Return about where a function is largest. Source: Kiefer 1953."""
    golden = (math.sqrt(5) - 1) / 2
    for _ in range(60):
        inner = high - golden * (high - low), low + golden * (high - low)
        if function(inner[0]) < function(inner[1]):
            low = inner[0]
        else:
            high = inner[1]
    return (low + high) / 2


def _saturated(
    curve: _Curve, samples: Sequence[Sample], steepest: Steepest | None
) -> tuple[float | None, float | None]:
    """Return from where on to the left and to the right the slope stays small.

    Nothing is said of functions such as exp, whose slope is largest at an edge.
    """
    if steepest is None or not steepest.slope:
        return None, None
    if steepest.x in (samples[0].x, samples[-1].x):
        return None, None
    limit = _SATURATED * abs(steepest.slope)

    def steep(x: float) -> float:
        return float(abs(curve.slope(x) or 0.0) > limit)

    places = [n for n, s in enumerate(samples) if s.slope and abs(s.slope) > limit]
    if not places:  # it is steep between two samples only
        return None, None
    sides: list[float | None] = []
    for inner, step in ((places[0], -1), (places[-1], 1)):
        outer = inner + step
        if not 0 <= outer < len(samples):
            sides.append(None)
            continue
        low, high = sorted((samples[outer].x, samples[inner].x))
        edge, *_ = _narrowed(steep, low, high, steep(low), steep(high))
        sides.append(_tidy(edge, high - low))
    return sides[0], sides[1]


def _quantile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[round(share * (len(ordered) - 1))]


def window(graphs: Sequence[Graph], derivatives: bool) -> tuple[float, float]:
    """Return a range of values that shows the graphs without their far ends.

    So 1/x stays readable beside its pole.
    """
    ranges = []
    for graph in graphs:
        ranges += _range([s.value for s in graph.samples], 0.05)
        if derivatives:
            ranges += _range([s.slope for s in graph.samples], 0.1)
    low = max(min(ranges, default=-1.0), -_HIGHEST)
    high = min(max(ranges, default=1.0), _HIGHEST)
    room = 0.04 * (high - low) or 0.5 * (abs(low) or 2.0)
    return low - room, high + room


def _range(numbers: Sequence[float | None], cut: float) -> list[float]:
    """Return the two ends of the numbers; of most of them if the rest is far away."""
    known = [number for number in numbers if number is not None]
    if not known:
        return []
    low, high = min(known), max(known)
    inner_low, inner_high = _quantile(known, cut), _quantile(known, 1 - cut)
    far = high - low > 5 * (inner_high - inner_low) > 0
    return [inner_low, inner_high] if far else [low, high]
