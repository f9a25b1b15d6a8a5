"""Finite differences: the function's values a small step apart, nothing else."""

import math
from typing import TYPE_CHECKING, cast

from diffcli.engine.stencils import (
    Difference,
    NoDifference,
    along,
    difference,
    order_of,
)
from diffcli.engine.tape import Undefined
from diffcli.problem import (
    DOUBLE,
    NO_ESTIMATE,
    Estimate,
    MethodResult,
    Problem,
    Problems,
    Settings,
    many,
)
from diffcli.remarks import Remark

if TYPE_CHECKING:
    from mpmath import mpf


TITLE = "finite diff"
SUMMARY = "difference quotients with step h, forward or symmetric"
SYNONYMS = ("numeric",)
EXACT = False

_NEARER = (
    "differences cannot see it: a kink or jump is nearer than any step that would do"
)


def gradient(problem: Problem) -> MethodResult:
    """Return the difference quotients, each with an estimate of its error."""
    if problem.precise:
        return _with_more_digits(problem)
    value_error = problem.tape.backward().value_bound()
    if math.isnan(value_error):  # at a kink, or of a side that has no value
        value_error = 0.0
    partials: dict[str, Estimate] = {}
    evidence: dict[str, Difference] = {}
    remarks: list[Remark] = []
    missing: dict[str, str] = {}
    evaluations = 0
    for name in problem.variables:
        try:
            quotient = _difference(problem, name, value_error)
        except NoDifference as reason:
            partials[name] = NO_ESTIMATE
            missing[name] = str(reason)
            remarks.append(_without(name, reason))
            continue
        evidence[name] = quotient
        partials[name] = Estimate(quotient.slope, quotient.error)
        evaluations += quotient.evaluations
        if quotient.scheme not in (problem.settings.scheme, "symmetric"):
            side = "-" if quotient.scheme == "forward" else "+"
            used = f"used a {quotient.scheme} difference"
            remarks.append(Remark(f"{name}{side}h leaves the domain; {used}"))
    if any(quotient.scheme != "symmetric" for quotient in evidence.values()):
        evaluations += 1  # f at the point itself, once for all variables
    return MethodResult(
        "finite", partials, evaluations, evidence, tuple(remarks), missing
    )


def gradients(problems: Problems) -> MethodResult:
    """Return the same at many points; one with a kink nearby is bad.

    Raises ValueError or ArithmeticError if a function refuses one of the samples.
    """
    from diffcli.engine.bends import bent_places
    from diffcli.engine.column_differences import Steps, switched
    from diffcli.engine.columns import filled, not_finite

    problems.bad |= bent_places(problems.program, problems.passes.values)
    points, (asked, scheme, *_) = problems.points, problems.settings
    size, order = problems.size, order_of(scheme)
    off = filled(problems.value_bound, size)
    partials: dict[str, Estimate] = {}
    evidence: dict[str, Difference] = {}
    for name in problems.variables:
        steps = Steps(filled(points[name], size), asked, scheme)
        runs = [
            problems.values(problems.program, {**points, name: place})
            for place in steps.places
        ]
        problems.bad |= switched(problems.program, *runs[:2])
        samples = [filled(run[problems.program.outputs[0]], size) for run in runs]
        slope, error = steps.quotients(samples, off)
        problems.bad |= not_finite([error])
        partials[name] = many(slope, error)
        evidence[name] = Difference(
            cast("float", slope), 0.0, cast("float", steps.h), scheme, (), order
        )
    calls = order * len(evidence) + (order == 1 and bool(evidence))
    return MethodResult("finite", partials, calls, evidence)


def _without(name: str, reason: ArithmeticError) -> Remark:
    return Remark(f"no difference quotient toward {name}: {reason}")


def _with_more_digits(problem: Problem) -> MethodResult:
    """Return quotients in as many digits as they need; h is free to be tiny."""
    from diffcli.engine.adaptive import Unsettled
    from diffcli.engine.precise_differences import difference

    settings = problem.settings
    partials: dict[str, Estimate] = {}
    remarks: list[Remark] = []
    missing: dict[str, str] = {}
    order = 1 if settings.scheme == "forward" else 2
    line = (problem.program, problem.point)
    width = tiny_step(settings)
    for name in problem.variables:
        try:
            estimate = difference(*line, name, settings.scheme, width, settings.digits)
        except (Undefined, Unsettled) as reason:
            partials[name] = NO_ESTIMATE
            missing[name] = str(reason)
            remarks.append(_without(name, reason))
            continue
        partials[name] = Estimate(*estimate)
    evaluations = 2 * len(partials) if order == 2 else 1 + len(partials)
    return MethodResult("finite", partials, evaluations, {}, tuple(remarks), missing)


def tiny_step(settings: Settings) -> "mpf":
    """Return the step of differences with more digits than a double has."""
    from mpmath import mpf

    if isinstance(settings.h, float):
        return mpf(settings.h)
    order = 1 if settings.scheme == "forward" else 2
    return mpf(10) ** -(settings.digits // order + 3)


def _difference(problem: Problem, name: str, value_error: float) -> Difference:
    from diffcli.engine.bends import is_bent

    settings, x = problem.settings, problem.point[name]
    line = along(problem.program.value, problem.point, name)
    if settings.h != "auto":
        smooth = not (problem.tape.rough_rows() or is_bent(problem.tape))
        asked = settings.h, settings.scheme, value_error
        return difference(line, x, *asked, smooth=smooth)
    from diffcli.engine.best_steps import after_a_second_look
    from diffcli.engine.one_sided import has_branches

    flat, hidden = _is_flat(problem, name)
    given = line, x, max(value_error, hidden), flat
    found = after_a_second_look(*given)
    if has_branches(problem.program):
        while _is_across_a_kink(problem, name, found):
            try:
                found = after_a_second_look(*given, found.h / 8)
            except NoDifference:
                raise NoDifference(_NEARER) from None
    return found


def _is_across_a_kink(problem: Problem, name: str, found: Difference) -> bool:
    """Tell whether a kink lies between the samples, but none at the point itself."""
    from diffcli.engine.one_sided import switched

    here = problem.tape
    if here.rough_rows():
        return False
    moved = [{**problem.point, name: x} for x, _ in found.samples]
    return any(switched(here, problem.program.run(place)) for place in moved)


def _is_flat(problem: Problem, name: str) -> tuple[bool | None, float]:
    """Tell whether the slope is 0, and how far rounding moves values along it.

    None: nobody knows. Where the slope is no larger than rounding could make it, mpmath
    is asked; constants are rounded too, so that values may lie on a slope that is none.
    """
    from diffcli.engine.bounds import partial_bounds

    backward = problem.tape.backward()
    slope = backward.partial(name)
    if slope == 0.0:
        return True, 0.0
    bound = partial_bounds(backward)[name]
    if abs(slope) > bound:
        return False, 0.0
    from diffcli.engine.adaptive import Unsettled, gradient

    try:
        found = gradient(problem.program, problem.point, DOUBLE).partials[name]
    except (Undefined, Unsettled):
        return None, 0.0
    if found:
        return False, 0.0
    return True, bound * max(abs(problem.point[name]), 1.0)
