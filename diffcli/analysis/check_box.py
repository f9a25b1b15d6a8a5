"""Check the gradient of a black box, or any gradient along one direction."""

import math
from collections.abc import Callable, Mapping, Sequence
from random import Random

from diffcli.analysis.check import Check, Remainder, evaluated
from diffcli.analysis.grad import smooth
from diffcli.analysis.measure import measure
from diffcli.analysis.verdicts import KINK, UNKNOWN, Tolerance, Verdict, judged
from diffcli.blackbox.boxes import Boxes
from diffcli.engine.noise import Remembering, Slope, best_slope
from diffcli.engine.stencils import EPSILON, NoDifference
from diffcli.engine.tape import ROUNDING
from diffcli.errors import UsageError
from diffcli.language.parser import Parsed
from diffcli.problem import NO_ESTIMATE, Estimate, Problem, Settings
from diffcli.records import Record
from diffcli.remarks import Remark

_SOLVED = 1e-7  # relative; nobody finds out how exactly a program solves what it does
_SINGLE = 24  # bits of a number in single precision
_FEW = 12  # bits of a number that says nothing of its precision
_STEPS = 40  # of Taylor remainders, at most
_SHOWN = 8  # of them are shown
_WIDEST = 1000.0  # the widest step that is worth a try, in sizes of the point
_STANDS_OUT = 500.0  # times the noise: a difference in which 1 % shows

AUTO = Settings(h="auto")
"""The best steps that can be found."""


def claimed(
    boxes: Boxes, point: Mapping[str, float], claims: Mapping[str, Parsed]
) -> dict[str, Estimate]:
    """Return the claimed partials, or those that the box itself gives.

    Raises UsageError if there are neither, DomainError where the box has no value, or
    a claim has none.
    """
    if claims:
        return {name: evaluated(name, claim, point) for name, claim in claims.items()}
    gradient = boxes.at(point).gradient
    if gradient is None:
        raise UsageError(
            f"{boxes.name} gives no gradient, and none is claimed",
            hint='claims, or an answer with "grad": [...]',
            parameter="claims",
        )
    rounding = _precision(gradient)
    return {
        name: Estimate(partial, rounding * abs(partial))
        for name, partial in zip(point, gradient, strict=True)
    }


def _precision(numbers: Sequence[float]) -> float:
    """Return the relative rounding of numbers: single precision if all of them fit."""
    lengths = [_bits(number) for number in numbers]
    single = any(n > _FEW for n in lengths) and all(n <= _SINGLE for n in lengths)
    return 2.0**-_SINGLE if single else ROUNDING


def _bits(number: float) -> int:
    """Return how many binary digits a number has."""
    top, _ = abs(number).as_integer_ratio()
    return (top // (top & -top)).bit_length() if top else 0


def check_box(
    boxes: Boxes,
    point: Mapping[str, float],
    gradient: Mapping[str, Estimate],
    tolerance: Tolerance,
    settings: Settings,
    tick: Callable[[], object],
) -> Check:
    """Return verdicts on what is claimed of a black box.

    Differences of the box's values judge, with their own error estimates.

    Raises UsageError if it breaks down, DomainError where it has no value.
    """
    found = measure(boxes, point, tuple(gradient), settings, tick)
    verdicts = [
        _measured(name, claim, found.slopes.get(name), tolerance, point[name], settings)
        for name, claim in gradient.items()
    ]
    return Check(
        None, boxes.name, point, tuple(verdicts), settings.digits,
        warnings=found.warnings,
    )  # fmt: skip


def _measured(
    name: str,
    claim: Estimate,
    slope: Slope | None,
    tolerance: Tolerance,
    x: float = 0.0,
    settings: Settings = AUTO,
) -> Verdict:
    """Return the verdict on a claim about a slope of which differences tell."""
    if slope is None:
        nothing = Verdict(name, claim, NO_ESTIMATE, None, False)
        return nothing._replace(doubt=UNKNOWN, advice=_advice(claim, None, x, settings))
    found, error, *_ = slope.difference
    # Half of it, as it has its own safety already.
    true = Estimate(found, error / 2 + _SOLVED / 8 * abs(found))
    verdict = judged(name, claim, true, tolerance, slope.wide)
    verdict = verdict._replace(true=Estimate(found, error))
    if not verdict.passed and 0 < abs(claim.number) <= slope.hidden:
        verdict = verdict._replace(doubt=UNKNOWN)  # solved to a tolerance as large as f
    if slope.sides:
        return verdict._replace(
            true=NO_ESTIMATE, relative=None, passed=False, doubt=KINK,
            advice={}, sides=slope.sides,
        )  # fmt: skip
    if verdict.doubt:
        advice = _advice(claim, slope, x, settings) | dict(verdict.advice)
        return verdict._replace(advice=advice)
    return verdict


def _advice(
    claim: Estimate, slope: Slope | None, x: float, settings: Settings
) -> dict[str, float | str]:
    """Return the step with which the verdict could be told, if there is one."""
    if settings.h != "auto":
        return {"h": "auto"}
    size = abs(claim.number)
    if slope is None or not size:
        return {"h": 1e-2}
    needed = _STANDS_OUT * slope.noise / size or 1e-2
    if not needed <= _WIDEST * max(abs(x), 1.0):
        return {}
    h = 10.0 ** math.ceil(math.log10(needed))
    wider = slope.difference.h < h <= _WIDEST * max(abs(x), 1.0)
    return {"h": h} if wider else {}


# ---- one direction for all variables -----------------------------------------------


def direction(names: Sequence[str], seed: int) -> dict[str, float]:
    """Return a random direction of length 1, always the same for a seed."""
    random = Random(seed)
    parts = [random.gauss() for _ in names]
    length = math.hypot(*parts) or 1.0
    return {name: part / length for name, part in zip(names, parts, strict=True)}


def claimed_gradient(
    problem: Problem, claims: Mapping[str, Parsed]
) -> dict[str, Estimate]:
    """Return the partials that are claimed, or all of backprop's.

    Raises DomainError where a claim has no value, KinkError where there is no gradient.
    """
    if claims:
        return {n: evaluated(n, c, problem.point) for n, c in claims.items()}
    result = smooth(problem)
    return {name: result.partial(name) for name in problem.variables}


class Curve(Record):
    """A function along one direction, and what a gradient says of it."""

    value: Callable[[dict[str, float]], float]
    point: Mapping[str, float]
    gradient: Mapping[str, Estimate]
    direction: Mapping[str, float]

    def moved(self, t: float) -> dict[str, float]:
        """Return the point a distance away."""
        there = {name: self.point[name] + t * d for name, d in self.direction.items()}
        return {**self.point, **there}

    def line(self, t: float) -> float:
        """Return the function's value there."""
        return self.value(self.moved(t))

    @property
    def size(self) -> float:
        """How far the point is from 0."""
        return math.hypot(*(self.point[name] for name in self.direction)) or 1.0

    @property
    def slope(self) -> Estimate:
        """The slope along the direction, as the gradient has it."""
        parts = [self.gradient[n].number * d for n, d in self.direction.items()]
        error = sum(self.gradient[n].error * abs(d) for n, d in self.direction.items())
        return Estimate(math.fsum(parts), error + ROUNDING * sum(map(abs, parts)))

    def rise(self, there: Mapping[str, float]) -> float:
        """Return what the gradient says of the way to a point, as it was rounded."""
        return math.fsum(
            float(self.gradient[name].number) * (there[name] - self.point[name])
            for name in self.direction
        )


def with_direction(
    made: Check,
    value: Callable[[dict[str, float]], float],
    point: Mapping[str, float],
    gradient: Mapping[str, Estimate],
    tolerance: Tolerance,
    seed: int | None,
    *,
    taylor: bool,
) -> Check:
    """Return a check along one random direction of the variables in the gradient.

    With a seed the only verdict is that on the slope along the direction: the sum of
    the partials times the direction's parts, which costs no more for many variables.
    """
    curve = Curve(value, point, gradient, direction(tuple(gradient), seed or 0))
    line = Remembering(curve.line)
    try:
        slope = best_slope(line, 0.0)
    except NoDifference:
        slope = None
    if seed is not None:
        verdict = _measured(f"direction {seed}", curve.slope, slope, tolerance)
        made = made._replace(verdicts=(verdict,), error=None)
    if taylor:
        found = remainders(curve, slope.noise if slope else 0.0)
        nothing = () if found else (Remark("there is no remainder beyond rounding"),)
        made = made._replace(remainders=found, warnings=(*made.warnings, *nothing))
    return made


def remainders(curve: Curve, noise: float = 0.0) -> tuple[Remainder, ...]:
    """Return how the first Taylor remainder shrinks with the step, without a width.

    abs(f(x+h*d) - f(x) - h*slope) goes with h² if the slope is right, with h if it is
    wrong, whatever f is, as soon as h is small. The last steps before rounding are
    returned. Source: Griewank & Walther, "Evaluating Derivatives", 2008.
    """
    start = curve.line(0.0)
    found: list[Remainder] = []
    for place in range(1, _STEPS):
        h = curve.size * 4.0**-place
        there = curve.moved(h)
        try:
            value = curve.value(there)
        except ArithmeticError:
            continue
        rise = curve.rise(there)
        size = abs(value - start - rise)
        if not size < math.inf:
            continue
        lost = 8 * max(noise, EPSILON * (abs(value) + abs(start)), EPSILON * abs(rise))
        if size <= lost:
            break  # the rest is rounding
        order = None
        if found:
            growth = math.log(found[-1].size) - math.log(size)
            order = growth / (math.log(found[-1].h) - math.log(h))
        found.append(Remainder(h, size, order))
    return tuple(found[-_SHOWN:])
