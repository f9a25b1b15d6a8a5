"""Dual numbers: forward mode, one pass for each variable."""

from diffcli.engine.bounds import partial_bounds
from diffcli.engine.tape import Undefined
from diffcli.problem import (
    NO_ESTIMATE,
    Estimate,
    MethodResult,
    Problem,
    Problems,
    certain,
    many,
)

TITLE = "dual"
SUMMARY = "dual numbers: values and slopes pushed forward together"
SYNONYMS = ("forward-mode",)
EXACT = True


def gradient(problem: Problem) -> MethodResult:
    """Return the slopes that reach the output, with bounds for their rounding.

    Every row's slope is the sum of its local partials times its arguments' slopes;
    the variable's own slope is 1. Source: Clifford 1873; Wengert 1964.
    """
    if problem.precise:
        found = _with_more_digits(problem)
        return MethodResult("dual", found, len(found), None)
    bounds = partial_bounds(problem.tape.backward(bounded=True))
    output = problem.program.outputs[0]
    partials = {
        name: Estimate(problem.tape.slopes(name)[output], bounds.get(name, 0.0))
        for name in problem.variables
    }
    return MethodResult("dual", partials, len(partials), None)


def gradients(problems: Problems) -> MethodResult:
    """Return the same at many points."""
    from diffcli.arithmetics.columns import total
    from diffcli.engine.columns import slopes

    output = problems.program.outputs[0]
    partials = {
        name: many(
            total(0.0, slopes(problems.passes, name)[output]),  # never -0.0
            problems.bounds.get(name, 0.0),
        )
        for name in problems.variables
    }
    return MethodResult("dual", partials, len(partials), None)


def _with_more_digits(problem: Problem) -> dict[str, Estimate]:
    from diffcli.engine.adaptive import Unsettled, forward_slope

    digits = problem.settings.digits
    partials: dict[str, Estimate] = {}
    for name in problem.variables:
        try:
            value = forward_slope(problem.program, problem.point, name, digits)
        except (Undefined, Unsettled):
            partials[name] = NO_ESTIMATE
        else:
            partials[name] = certain(value, digits)
    return partials
