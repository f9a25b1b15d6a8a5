"""The error of finite differences against their step width h."""

import math
from collections.abc import Iterator, Mapping, Sequence
from operator import itemgetter
from typing import NamedTuple

from diffcli.analysis.grad import compare
from diffcli.engine.stencils import NoDifference, quotient_at
from diffcli.engine.tape import ROUNDING, TINY, Program, Undefined
from diffcli.problem import Estimate, Problem

SCHEMES = ("forward", "symmetric")
#: The power of h that truncation grows with.
ORDERS = {"forward": 1, "symmetric": 2}


class Sample(NamedTuple):
    """One difference quotient and how far it is from the derivative."""

    h: float
    #: None: f has no value on one side, or x + h is x.
    value: float | None
    absolute: float | None
    #: absolute / abs(derivative); None where the derivative is 0.
    relative: float | None
    #: The absolute error that theory predicts; None: f bends too sharply for one.
    predicted: float | None

    @property
    def digits(self) -> int | None:
        """How many significant digits are right, 0 to 16."""
        if self.relative is None:
            return None
        if self.relative == 0.0:
            return 16
        return min(16, max(0, math.floor(-math.log10(self.relative))))


class Series(NamedTuple):
    """All step widths of one scheme, the widest first."""

    scheme: str
    samples: tuple[Sample, ...]
    #: The sample with the smallest error, that of its neighbours counted too: one
    #: quotient that is right by luck does not make a good h.
    best: Sample | None
    #: The h at which theory expects the smallest error; None: there is none.
    predicted_best: float | None
    #: True: the derivative that truncation is made of is 0 here.
    straight: bool
    #: The measured slopes, error against h in the log-log picture, left (rounding)
    #: and right (truncation) of the best h; None: too few samples tell.
    left: float | None
    right: float | None


class Sweep(NamedTuple):
    """The error against h toward one variable."""

    problem: Problem
    name: str
    #: The derivative, right to a double's last digit.
    true: float
    series: tuple[Series, ...]


def widths(first: float, last: float, per_decade: int) -> list[float]:
    """Return step widths from the widest down, powers of ten exactly.

    >>> widths(0.01, 1, 2)
    [1.0, 0.31622776601683794, 0.1, 0.03162277660168379, 0.01]
    """
    low, high = sorted((first, last))
    top = math.floor(math.log10(high) * per_decade + 1e-9)
    bottom = math.ceil(math.log10(low) * per_decade - 1e-9)
    return [_power(place, per_decade) for place in range(top, bottom - 1, -1)]


def _power(place: int, per_decade: int) -> float:
    whole, rest = divmod(place, per_decade)
    return float(f"1e{whole}") if not rest else 10.0 ** (place / per_decade)


def sweep(
    problem: Problem,
    name: str,
    steps: Sequence[float],
    schemes: Sequence[str] = SCHEMES,
) -> Sweep:
    """Return the error of the difference quotients for many step widths.

    The derivative is known to 30 digits, so that what is shown is the error of the
    quotient alone. Theory expects it to be
    forward    abs(f'')*h/2    + 2*r/h
    symmetric  abs(f''')*h²/24 + 2*r/h    where r bounds the rounding of f.

    Raises KinkError where there is no derivative. Source: the lecture; Press et al.,
    "Numerical Recipes", 2007, sec. 5.7.
    """
    true = _derivative(problem, name)
    bends = _bends(problem.program, problem.point, name)
    bound = problem.tape.sweep().value_bound()
    rounding = max(
        bound if math.isfinite(bound) else 0.0, ROUNDING * abs(problem.value), TINY
    )
    found = [
        _series(problem, name, scheme, steps, true, bends, rounding)
        for scheme in schemes
    ]
    return Sweep(problem, name, float(true.number), tuple(found))


def _derivative(problem: Problem, name: str) -> Estimate:
    """Return the derivative with 30 digits; at a corner with those both sides share."""
    from diffcli.engine.adaptive import Unsettled, gradient

    comparison = compare(problem, ("backprop",))
    error = comparison.error()
    if error:
        raise error
    if name not in comparison.corners:
        try:
            found = gradient(problem.program, problem.point, 30).partials
            return Estimate(found.get(name, 0.0), 0.0)
        except (Undefined, Unsettled):
            pass
    return comparison.partial(name)


def _bends(
    program: Program, point: Mapping[str, float], name: str
) -> dict[str, float] | None:
    """Return abs(f'')/2 and abs(f''')/24, what truncation is made of.

    By differences with a step so small, and so many digits, that neither truncation
    nor rounding is left. None where f is not smooth enough for that.
    """
    from mpmath import mp

    from diffcli.arithmetics.multiprecision import run

    with mp.workdps(150):
        x = mp.mpf(point[name])
        step = mp.mpf(10) ** -30 * max(1, abs(x))
        try:
            far, low, here, high, beyond = (
                run(program, {**point, name: x + n * step})[program.outputs[0]]
                for n in (-2, -1, 0, 1, 2)
            )
        except Undefined:
            return None
        second = (high - 2 * here + low) / step**2
        third = (beyond - 2 * high + 2 * low - far) / (2 * step**3)
        if max(abs(second), abs(third)) > mp.mpf(10) ** 25:
            return None  # a corner, not a bend
        dust = mp.mpf(10) ** -25
        sizes = (
            float(abs(bend)) if abs(bend) > dust else 0.0 for bend in (second, third)
        )
        return dict(
            zip(SCHEMES, map(float.__truediv__, sizes, (2.0, 24.0)), strict=True)
        )


def _series(
    problem: Problem,
    name: str,
    scheme: str,
    steps: Sequence[float],
    true: Estimate,
    bends: dict[str, float] | None,
    rounding: float,
) -> Series:
    order = ORDERS[scheme]
    samples = tuple(
        _sample(
            problem, name, scheme, h, true,
            None if bends is None else bends[scheme] * h**order + 2 * rounding / h,
        )
        for h in steps
    )  # fmt: skip
    known = [sample for sample in samples if sample.absolute is not None]
    best = _best(known)
    expected = None
    if bends is not None and bends[scheme]:
        expected = (2 * rounding / (order * bends[scheme])) ** (1 / (order + 1))
    middle = expected or (best.h if best else 0.0)
    left = [(s.h, s.absolute) for s in known if s.absolute and s.h < middle / 5]
    right = [
        (s.h, s.absolute)
        for s in known
        if expected and s.absolute and 5 * middle < s.h < math.sqrt(middle)
    ]
    straight = bends is not None and not bends[scheme]
    return Series(
        scheme, samples, best, expected, straight, _slope(left), _slope(right)
    )


def _best(samples: Sequence[Sample]) -> Sample | None:
    if not samples:
        return None
    errors = [sample.absolute or 0.0 for sample in samples]
    around = [max(errors[max(n - 1, 0) : n + 2]) for n in range(len(errors))]
    return samples[around.index(min(around))]


def _sample(
    problem: Problem,
    name: str,
    scheme: str,
    h: float,
    true: Estimate,
    predicted: float | None,
) -> Sample:
    point = problem.point.copy()

    def line(x: float) -> float:
        point[name] = x
        return problem.program.value(point)

    try:
        found = quotient_at(line, problem.point[name], h, scheme)
    except NoDifference:
        found = None
    if found is None:
        return Sample(h, None, None, None, predicted)
    absolute = abs(found.slope - true.number)
    relative = float(absolute / abs(true.value)) if true.value else None
    return Sample(h, found.slope, float(absolute), relative, predicted)


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
    x, y = sum(across) / len(across), sum(up) / len(up)
    spread = sum((a - x) ** 2 for a in across)
    over = sum((a - x) * (b - y) for a, b in zip(across, up, strict=True))
    return over / spread if spread else None


def errors(series: Series, relative: bool) -> Iterator[tuple[float, float]]:
    """Yield h and the error there, where it is known and not 0."""
    for sample in series.samples:
        error = sample.relative if relative else sample.absolute
        if error:
            yield sample.h, error
