"""A function and its derivative over a range, with the places where they break."""

import math
from collections.abc import Callable, Mapping, Sequence

from diffcli.analysis.features import Feature, Slice, features, minimum
from diffcli.analysis.spacing import rounded, spaced
from diffcli.engine.bounds import partial_bounds
from diffcli.engine.tape import Program, Undefined
from diffcli.language.expression import postorder
from diffcli.language.parser import Parsed
from diffcli.records import Record

_LEAST = 1200  # gaps between the samples, also where few are shown
_MOST_WORK = 10_000_000  # nodes of a formula, times samples, that take seconds
_DUST = 4e-15  # share of its size that a constant may vary by rounding
_HIGHEST = 1.79e308  # the largest end of a picture
_VISIBLE = 0.02  # share of the picture's height that a reader sees
_LOOKED_AT = 60  # samples whose rounding is estimated
_PROVED = 20  # of those that jump, the ones whose rounding is estimated
_SATURATED = 0.2  # share of the greatest slope below which a function is called flat


class Sample(Record):
    """The function at one place; None: it has no value, or no derivative, there."""

    x: float
    value: float | None
    slope: float | None


class Steepest(Record):
    """The largest derivative in size, of those in the range."""

    slope: float
    #: Where; None: on a whole stretch.
    x: float | None


class Plot(Record):
    """Samples of a function and its derivative over a range, and where they break."""

    parsed: Parsed
    variable: str
    samples: tuple[Sample, ...]
    features: tuple[Feature, ...]
    #: False: there may be more of them than those.
    complete: bool
    steepest: Steepest | None
    #: Left of the first and right of the second place the slope is below a fifth of
    #: the steepest; None: it is not.
    saturated: tuple[float | None, float | None]
    #: From where to where rounding is seen in a picture of both curves.
    noise: tuple[float, float] | None = None
    #: The same for a picture of the function alone.
    noise_alone: tuple[float, float] | None = None


def plot(
    parsed: Parsed,
    variable: str,
    others: Mapping[str, float],
    low: float,
    high: float,
    count: int,
) -> Plot:
    """Return ``count`` samples of a function from low to high, and what they show."""
    line = Slice(Program([parsed.expression]), variable, others)
    places = spaced(low, high, count)
    samples = [_sample(line, x) for x in places]
    breaks, complete = features(line, places)
    steepest = _steepest(line, samples, breaks) if complete else None
    saturated = _saturated(line, samples, steepest)
    found = Plot(
        parsed, variable, tuple(samples), breaks, complete, steepest, saturated
    )
    known = [sample for sample in samples if sample.slope is not None]
    looked = max(1, min(_LOOKED_AT, _MOST_WORK // len(line.program.nodes)))
    chosen = known[:: max(1, len(known) // looked)]
    bounds = [(sample, _bounds(line, sample.x)) for sample in chosen]
    both, alone = (_noise(line, found, bounds, curves) for curves in (2, 1))
    return found._replace(noise=both, noise_alone=alone)


def finer_by(formulas: Sequence[Parsed], count: int) -> int:
    """Return how many gaps to look at for each one between ``count`` samples."""
    nodes = len(postorder([parsed.expression for parsed in formulas]))
    return max(1, min(-(-_LEAST // (count - 1)), _MOST_WORK // (count * nodes)))


def _sample(line: Slice, x: float) -> Sample:
    """Return value and derivative by one forward and one backward pass."""
    try:
        tape = line.program.run({**line.others, line.variable: x})
    except Undefined:
        return Sample(x, None, None)
    slope = tape.backward().partial(line.variable)
    smooth = math.isfinite(slope) and not tape.rough_rows()
    value = tape.values[line.program.outputs[0]]
    return Sample(x, value, slope if smooth else None)


def _size(line: Slice, x: float) -> float:
    """Return how steep it is at a place; 0 where there is no derivative."""
    return abs(_sample(line, x).slope or 0.0)


# ---- slopes ---------------------------------------------------------------------


def _steepest(
    line: Slice, samples: Sequence[Sample], features: Sequence[Feature]
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
    known = {feature.x for feature in features}
    around = samples[max(row - 1, 0) : row + 2]
    if any(s.slope is None and s.x not in known for s in around):
        return None  # who knows what it is beyond
    if 0 < abs(best.slope) <= _rounding(line, best.x):
        return None
    if sum(size >= sizes[place] * (1 - 1e-12) for size in sizes) > len(sizes) // 20:
        return Steepest(best.slope, None)
    near = smooth[max(place - 1, 0)].x, smooth[min(place + 1, len(smooth) - 1)].x
    x = minimum(lambda x: -_size(line, x), *near)
    slope = _sample(line, x).slope
    if slope is None or abs(slope) <= sizes[place] * (1 + 1e-12):
        return Steepest(best.slope, best.x)
    return Steepest(slope, x)


def _rounding(line: Slice, x: float) -> float:
    """Return how far rounding may have moved the slope at a place."""
    return _bounds(line, x)[1]


def _bounds(line: Slice, x: float) -> tuple[float, float]:
    """Return how far rounding may have moved value and slope at a place."""
    backward = line.program.run({**line.others, line.variable: x}).backward()
    slope = partial_bounds(backward).get(line.variable, 0.0)
    return backward.value_bound(), slope


def _noise(
    line: Slice,
    plot: Plot,
    bounds: Sequence[tuple[Sample, tuple[float, float]]],
    curves: int,
) -> tuple[float, float] | None:
    """Return from where to where rounding is seen in a picture; None: nowhere.

    There the curve jumps, and bounds say that rounding may make it. Of two ``curves``
    the derivative is the second.
    """
    low, high = window([plot], curves > 1)
    limit = (high / 2 - low / 2) * _VISIBLE

    def off(sample: Sample, errors: tuple[float, float]) -> bool:
        """Tell whether an error is seen: not of what is far above the picture."""
        numbers = (sample.value or 0.0, sample.slope or 0.0)
        pairs = list(zip(numbers, errors, strict=True))[:curves]
        return any(low <= number <= high and e > limit for number, e in pairs)

    places = zip(plot.samples, plot.samples[1:], plot.samples[2:], strict=False)
    rough = [three[1] for three in places if off(three[1], _jumps(*three))]
    rough = rough[:: max(1, len(rough) // _PROVED)]
    sure = [sample.x for sample in rough if off(sample, _bounds(line, sample.x))]
    if not sure:
        return None
    sure += [sample.x for sample, errors in bounds if off(sample, errors)]
    return min(sure), max(sure)


def _jumps(low: Sample, middle: Sample, high: Sample) -> tuple[float, float]:
    """Return how far value and slope are off the mean of their neighbours."""
    values = low.value, middle.value, high.value
    return _jump(*values), _jump(low.slope, middle.slope, high.slope)


def _jump(low: float | None, middle: float | None, high: float | None) -> float:
    """Return how far a number is off the mean of its neighbours; 0: who knows."""
    if low is None or middle is None or high is None:
        return 0.0
    return abs(low / 2 - middle + high / 2)


def _narrowed(
    function: Callable[[float], float],
    low: float,
    high: float,
    below: float,
    above: float,
) -> tuple[float, float, float]:
    """Return where most of a change happens, and the numbers on both sides of it."""
    for _ in range(60):
        middle = low / 2 + high / 2
        if not low < middle < high:
            break
        value = function(middle)
        if abs(value - below) > abs(above - value):
            high, above = middle, value
        else:
            low, below = middle, value
    return low / 2 + high / 2, below, above


def _tidy(x: float, step: float) -> float:
    """Return a place without the dust of halving."""
    return rounded(x, abs(step)) + 0.0


def _saturated(
    line: Slice, samples: Sequence[Sample], steepest: Steepest | None
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
        return float(_size(line, x) > limit)

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


def window(plots: Sequence[Plot], derivatives: bool) -> tuple[float, float]:
    """Return a range of values that shows the plots without their far ends.

    So 1/x stays readable beside its pole.
    """
    ranges = []
    for plot in plots:
        ranges += extent([s.value for s in plot.samples], 0.05)
        if derivatives:
            ranges += extent([s.slope for s in plot.samples], 0.1)
    low, high = min(ranges, default=-1.0), max(ranges, default=1.0)
    room = 0.08 * (high / 2 - low / 2) or 0.5 * (abs(low) or 2.0)
    return max(low - room, -_HIGHEST), min(high + room, _HIGHEST)


def extent(numbers: Sequence[float | None], cut: float) -> list[float]:
    """Return the two ends of the numbers; of most of them if the rest is far away."""
    known = [number for number in numbers if number is not None]
    if not known:
        return []
    low, high = min(known), max(known)
    if high / 2 - low / 2 <= _DUST * max(abs(low), abs(high)):
        return [low]
    inner_low, inner_high = _quantile(known, cut), _quantile(known, 1 - cut)
    far = high / 5 - low / 5 > inner_high - inner_low > 0
    return [inner_low, inner_high] if far else [low, high]
