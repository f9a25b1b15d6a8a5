"""The error of finite differences against their step width h."""

import math
import sys
from collections.abc import Iterator, Sequence
from itertools import pairwise
from operator import itemgetter

from diffcli.analysis.grad import smooth
from diffcli.analysis.truncation import rounding_bound, truncation, truncation_bounds
from diffcli.engine.coarse import forward, nearest
from diffcli.engine.coarse_quotients import Coarse, Doubles, RoundedQuotient
from diffcli.engine.stencils import NoDifference
from diffcli.engine.tape import Undefined
from diffcli.problem import Estimate, Problem, located, pose
from diffcli.records import Record

SCHEMES = ("forward", "symmetric")
_CLEAR = 5  # how many times larger one part of an error is where it alone is seen
_ONE_POWER = 0.1  # how much the power of h may vary where truncation follows one
_LUCK = 0.1  # the share of the predicted error below which an error is luck


class WidthSample(Record):
    """One difference quotient and how far it is from the derivative."""

    h: float
    #: None: f has no value on one side, or x + h is x.
    value: float | None
    absolute: float | None
    #: absolute / abs(derivative); None where the derivative is 0.
    relative: float | None
    #: The absolute error that theory predicts; None: f bends too sharply for one.
    predicted: float | None
    #: A bound of it: truncation proved by balls, and what rounding may do; None: it is
    #: not asked for, or not proved.
    bound: float | None = None

    @property
    def digits(self) -> int | None:
        """How many significant digits are right, 0 to 16."""
        if self.relative is None:
            return None
        if self.relative == 0.0:
            return 16
        return min(16, max(0, math.floor(-math.log10(self.relative))))


class Series(Record):
    """The errors of one scheme, for all step widths from the widest down."""

    scheme: str
    samples: tuple[WidthSample, ...]
    #: The sample with the smallest error, that of its neighbours counted too: one
    #: quotient that is right by luck does not make a good h.
    best: WidthSample | None
    #: The h at which theory expects the smallest error; None: there is none.
    predicted_best: float | None
    #: True: there is no truncation, however wide the step.
    straight: bool
    #: The measured slopes, error against h in the log-log picture, left (rounding)
    #: and right (truncation) of the best h; None: too few samples tell.
    left: float | None
    right: float | None


class Sweep(Record):
    """How the error of difference quotients toward one variable depends on h."""

    problem: Problem
    name: str
    #: The derivative, right to a double's last digit.
    true: float
    series: tuple[Series, ...]
    #: What every operation was rounded to; empty: to doubles.
    format: str = ""


def widths(first: float, last: float, per_decade: int) -> list[float]:
    """Return step widths from the widest down, powers of ten exactly.

    Where none of them lies between the ends, these are all there is.

    >>> widths(0.01, 1, 2)
    [1.0, 0.31622776601683794, 0.1, 0.03162277660168379, 0.01]
    """
    low, high = sorted((first, last))
    top = math.floor(math.log10(high) * per_decade + 1e-9)
    bottom = math.ceil(math.log10(low) * per_decade - 1e-9)
    found = [_power(place, per_decade) for place in range(top, bottom - 1, -1)]
    return found or sorted({low, high}, reverse=True)


def _power(place: int, per_decade: int) -> float:
    whole, rest = divmod(place, per_decade)
    return float(f"1e{whole}") if not rest else 10.0 ** (place / per_decade)


def sweep(
    problem: Problem,
    name: str,
    steps: Sequence[float],
    schemes: Sequence[str] = SCHEMES,
    *,
    prove: bool = False,
    format: str = "",
) -> Sweep:
    """Return the error of the difference quotients for many step widths.

    The derivative is known to many digits, so that what is shown is the error of the
    quotient alone. Theory expects it to be
    forward    abs(f'')*h/2    + (r1 + r2)/h
    symmetric  abs(f''')*h²/24 + (r1 + r2)/h
    where r1 and r2 bound the rounding of the two values, and what x + h loses comes on
    top; of truncation not only this first term is taken, but all of it. With a
    ``format`` the point, and then every operation, is rounded to it.

    Raises KinkError where there is no derivative, RangeError where the point is too
    large for the format. Source: the lecture; Press et al., "Numerical Recipes", 2007,
    sec. 5.7.
    """
    numbers = Doubles(problem.program)
    if format:
        numbers = Coarse(problem.program, format)
        problem = _rounded(problem, format)
    true = _derivative(problem, name)
    series = []
    for scheme in schemes:
        found = [_quotient(numbers, problem, name, h, scheme) for h in steps]
        places = [
            numbers.places(problem.point[name], h, scheme, rounded)
            for h, rounded in zip(steps, found, strict=True)
        ]
        lost = truncation(problem, name, places)
        one = _series(scheme, list(zip(steps, found, strict=True)), true, lost)
        if prove:
            proved = truncation_bounds(problem, name, scheme, places)
            moved = [_moved(problem, name, format, each) for each in found]
            one = _bounded(one, moved, proved)
        series.append(one)
    return Sweep(problem, name, float(true.number), tuple(series), format)


def _rounded(problem: Problem, format: str) -> Problem:
    """Return a problem at the nearest point of a format, where f has a value in it."""
    point = nearest(format, problem.point)
    try:
        forward(problem.program, format, point)
    except Undefined as undefined:
        raise located(undefined, problem.parsed, point) from None
    return pose(problem.parsed, point, problem.variables, problem.settings)


def _moved(
    problem: Problem, name: str, format: str, found: RoundedQuotient | None
) -> float | None:
    """Return a bound of what rounding does to a quotient; in a format it is proved."""
    if found is None:
        return None
    if not format:
        return found.rounding + found.held
    proved = rounding_bound(problem, name, format, found.quotient)
    return None if proved is None else proved + found.held


def _bounded(
    series: Series, moved: Sequence[float | None], lost: Sequence[float | None]
) -> Series:
    """Return a series with what truncation and rounding can do to each quotient."""
    samples = tuple(
        sample._replace(bound=None if one is None or other is None else one + other)
        for sample, one, other in zip(series.samples, moved, lost, strict=True)
    )
    place = series.samples.index(series.best) if series.best else None
    best = None if place is None else samples[place]
    return series._replace(samples=samples, best=best)


def _derivative(problem: Problem, name: str) -> Estimate:
    """Return the derivative with 30 digits; at a corner with those both sides share."""
    from diffcli.engine.adaptive import Unsettled, gradient

    comparison = smooth(problem)
    if name not in comparison.corners:
        try:
            partials = gradient(problem.program, problem.point, 30).partials
            return Estimate(partials.get(name, 0.0), 0.0)
        except (Undefined, Unsettled):
            pass
    return comparison.partial(name)


def _series(
    scheme: str,
    found: Sequence[tuple[float, RoundedQuotient | None]],
    true: Estimate,
    lost: Sequence[float | None],
) -> Series:
    samples = tuple(
        _sample(h, quotient, true, truncation)
        for (h, quotient), truncation in zip(found, lost, strict=True)
    )
    parts = [
        _Part(sample.h, sample.absolute, truncation, quotient.rounding)
        for sample, (_, quotient), truncation in zip(samples, found, lost, strict=True)
        if quotient and sample.absolute is not None and truncation is not None
    ]
    rising = [p for p in parts if p.truncation > _CLEAR * p.rounding]
    falling = [p for p in parts if p.rounding > _CLEAR * p.truncation]
    return Series(
        scheme,
        samples,
        _best([sample for sample in samples if sample.absolute is not None]),
        _expected(parts),
        bool(parts) and not any(part.truncation for part in parts),
        _slope([(p.h, p.error) for p in falling if p.error]),
        _slope([(p.h, p.error) for p in _alike(rising) if p.error]),
    )


class _Part(Record):
    """What the error of one quotient is made of."""

    h: float
    error: float
    truncation: float
    #: A bound.
    rounding: float


def _expected(parts: Sequence[_Part]) -> float | None:
    """Return the h at which theory expects the smallest error, between the others.

    With truncation c*h^p and rounding r/h it is (r/(p*c))^(1/(p+1)).
    """
    if not parts:
        return None
    sums = [part.truncation + part.rounding for part in parts]
    place = sums.index(min(sums))
    if not 0 < place < len(parts) - 1:
        return None
    wide, here, narrow = parts[place - 1 : place + 2]
    if not (narrow.truncation and here.truncation < wide.truncation):
        return None
    power = _growth(wide, narrow)
    if power <= 0 or not here.rounding or not here.truncation:
        return None
    # By logarithms: no number on the way is beyond doubles.
    h = math.log(here.h)
    rounding, scale = math.log(here.rounding) + h, math.log(here.truncation) - power * h
    best = (rounding - math.log(power) - scale) / (power + 1)
    return math.exp(best) if abs(best) < math.log(sys.float_info.max) else None


def _growth(wide: _Part, narrow: _Part) -> float:
    """Return the power of h with which the truncation grows from one to the other."""
    growth = math.log(wide.truncation) - math.log(narrow.truncation)
    return growth / (math.log(wide.h) - math.log(narrow.h))


def _alike(rising: Sequence[_Part]) -> list[_Part]:
    """Return the parts of smallest h whose truncation follows one power of h."""
    alike: list[_Part] = []
    first = None
    for narrow, wide in pairwise(rising[::-1]):
        power = _growth(wide, narrow)
        first = power if first is None else first
        if abs(power - first) > _ONE_POWER:
            break
        alike += [wide] if alike else [narrow, wide]
    return alike


def _best(samples: Sequence[WidthSample]) -> WidthSample | None:
    """Return the sample with the smallest error that is no luck.

    The neighbours of one of many are counted too, and a share of what theory allows; of
    equal ones the widest is taken.
    """
    if not samples:
        return None
    errors = [sample.absolute or 0.0 for sample in samples]
    near = 1 if len(errors) > 2 else 0
    around = [max(errors[max(n - near, 0) : n + near + 1]) for n in range(len(errors))]
    around = [
        max(error, _LUCK * (sample.predicted or 0.0))
        for error, sample in zip(around, samples, strict=True)
    ]
    least = min(around) * (1 + 1e-3)
    return next(s for s, error in zip(samples, around, strict=True) if error <= least)


def _quotient(
    numbers: Doubles, problem: Problem, name: str, h: float, scheme: str
) -> RoundedQuotient | None:
    """Return a quotient; None: f has no value on one side, or x + h is x."""
    try:
        return numbers.quotient(problem.point, name, h, scheme)
    except NoDifference:
        return None


def _sample(
    h: float, found: RoundedQuotient | None, true: Estimate, truncation: float | None
) -> WidthSample:
    """Return a quotient and its error."""
    if found is None or not math.isfinite(found.slope):
        return WidthSample(h, None, None, None, None)
    predicted = None if truncation is None else truncation + found.rounding + found.held
    if predicted is not None and not math.isfinite(predicted):
        predicted = None
    absolute = float(abs(found.slope - true.number))
    if not math.isfinite(absolute):
        return WidthSample(h, found.slope, None, None, predicted)
    relative = float(absolute / abs(true.value)) if true.value else None
    if relative is not None and not math.isfinite(relative):
        relative = None
    return WidthSample(h, found.slope, absolute, relative, predicted)


def _slope(points: Sequence[tuple[float, float]]) -> float | None:
    """Return the slope of the line that fits best in the log-log picture.

    It follows the largest errors: between them some are small by luck.
    """
    if len(points) < 4:
        return None
    points = [
        max(points[max(n - 2, 0) : n + 3], key=itemgetter(1))
        for n in range(len(points))
    ]
    across = [math.log10(h) for h, _ in points]
    up = [math.log10(error) for _, error in points]
    x = sum(across) / len(across)
    spread = sum((a - x) ** 2 for a in across)
    over = sum((a - x) * b for a, b in zip(across, up, strict=True))
    return over / spread if spread else None


def errors(series: Series, relative: bool) -> Iterator[tuple[float, float]]:
    """Yield h and the error there, where it is known and not 0."""
    for sample in series.samples:
        error = sample.relative if relative else sample.absolute
        if error and error < math.inf:
            yield sample.h, error
