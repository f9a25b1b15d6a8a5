"""Check the gradient of a black box, or any gradient along one direction."""

import math
from collections.abc import Callable, Mapping, Sequence
from random import Random

from diffcli.analysis.check import (
    ESTIMATES,
    KINK,
    Check,
    Remainder,
    Tolerance,
    evaluated,
    judged,
)
from diffcli.analysis.grad import compare
from diffcli.analysis.measure import measure
from diffcli.blackbox.boxes import Boxes
from diffcli.engine.stencils import EPSILON, NoDifference, Slice, best_difference
from diffcli.engine.tape import ROUNDING
from diffcli.errors import UsageError
from diffcli.language.parser import Parsed
from diffcli.problem import Estimate, Problem, Settings

AUTO = Settings(h="auto")
"""The best steps that can be found."""


def claimed(
    boxes: Boxes, point: Mapping[str, float], claims: Mapping[str, Parsed]
) -> dict[str, Estimate]:
    """Return the claimed partials, or those that the box itself gives.

    Raises UsageError if there are neither, DomainError where the box has no value,
    Undefined where a claim has none.
    """
    if claims:
        return {
            name: evaluated(claim.expression, point) for name, claim in claims.items()
        }
    gradient = boxes.at(point).gradient
    if gradient is None:
        raise UsageError(
            f"{boxes.name} gives no gradient, and none is claimed",
            hint='claims, or an answer with "grad": [...]',
            parameter="claims",
        )
    return {
        name: Estimate(partial, ROUNDING * abs(partial))
        for name, partial in zip(point, gradient, strict=True)
    }


def check_box(
    boxes: Boxes,
    point: Mapping[str, float],
    gradient: Mapping[str, Estimate],
    tolerance: Tolerance = ESTIMATES,
    settings: Settings = AUTO,
    tick: Callable[[], object] = lambda: None,
) -> Check:
    """Return verdicts on what is claimed of a black box.

    Differences of the box's values judge, with their own error estimates.

    Raises UsageError if it breaks down, DomainError where it has no value.
    """
    found = measure(boxes, point, tuple(gradient), settings, tick)
    verdicts = []
    for name, claim in gradient.items():
        verdict = judged(name, claim, found.partials[name], tolerance)
        if name in found.kinks:
            verdict = verdict._replace(passed=False, doubt=KINK)
        verdicts.append(verdict)
    return Check(
        None, boxes.name, point, tuple(verdicts), settings.digits,
        warnings=found.warnings,
    )  # fmt: skip


# ---- one direction for all variables -----------------------------------------------


def direction(names: Sequence[str], seed: int) -> dict[str, float]:
    """Return a random direction of length 1, always the same for a seed."""
    random = Random(seed)
    parts = [random.gauss(0, 1) for _ in names]
    length = math.hypot(*parts) or 1.0
    return {name: part / length for name, part in zip(names, parts, strict=True)}


def claimed_gradient(
    problem: Problem, claims: Mapping[str, Parsed]
) -> dict[str, Estimate]:
    """Return the partials that are claimed, or all of backprop's.

    Raises Undefined where a claim has no value.
    """
    if claims:
        return {n: evaluated(c.expression, problem.point) for n, c in claims.items()}
    result = compare(problem, ("backprop",))
    return {name: result.partial(name) for name in problem.variables}


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
    along = direction(tuple(gradient), seed or 0)

    def line(t: float) -> float:
        moved = {name: point[name] + t * part for name, part in along.items()}
        return value({**point, **moved})

    size = math.hypot(*(point[name] for name in along)) or 1.0
    slope = _slope(gradient, along)
    if seed is not None:
        made = _along(made, line, slope, tolerance, seed)
    if taylor:
        found = remainders(line, float(slope.number), size)
        nothing = () if found else ("Note: there is no remainder beyond rounding",)
        made = made._replace(remainders=found, warnings=(*made.warnings, *nothing))
    return made


def _slope(gradient: Mapping[str, Estimate], along: Mapping[str, float]) -> Estimate:
    parts = [gradient[name].number * part for name, part in along.items()]
    error = sum(gradient[name].error * abs(part) for name, part in along.items())
    return Estimate(math.fsum(parts), error + ROUNDING * sum(map(abs, parts)))


def _along(
    made: Check, line: Slice, slope: Estimate, tolerance: Tolerance, seed: int
) -> Check:
    try:
        found = best_difference(line, 0.0)
        true = Estimate(found.slope, found.error)
    except NoDifference:
        true = Estimate(None, math.inf)
    verdict = judged(f"direction {seed}", slope, true, tolerance)
    return made._replace(verdicts=(verdict,), error=None)


def remainders(line: Slice, slope: float, scale: float) -> tuple[Remainder, ...]:
    """Return how the first Taylor remainder shrinks with the step, without a width.

    abs(f(x+h*d) - f(x) - h*slope) goes with h² if the slope is right, with h if it is
    wrong, whatever f is. Source: Griewank & Walther, "Evaluating Derivatives", 2008.
    """
    start = line(0.0)
    found: list[Remainder] = []
    for place in range(1, 8):
        h = scale * 4.0**-place
        try:
            value = line(h)
        except ArithmeticError:
            continue
        size = abs(value - start - h * slope)
        if size <= 8 * EPSILON * (abs(value) + abs(start)):
            break  # the rest is rounding
        order = None
        if found:
            order = math.log(found[-1].size / size) / math.log(found[-1].h / h)
        found.append(Remainder(h, size, order))
    return tuple(found)
