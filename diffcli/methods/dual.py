"""Dual numbers: forward mode, one pass for each variable."""

from diffcli.engine.bounds import partial_bounds
from diffcli.engine.tape import Tape, Undefined
from diffcli.problem import Estimate, MethodResult, Problem, certain

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
        return MethodResult("dual", _with_more_digits(problem), 1, None)
    bounds = partial_bounds(problem.tape.sweep())
    partials = {
        name: Estimate(slope(problem.tape, name), bounds.get(name, 0.0))
        for name in problem.variables
    }
    return MethodResult("dual", partials, len(partials), None)


def slope(tape: Tape, name: str) -> float:
    """Return the slope of the output when one variable moves with slope 1."""
    program, values = tape
    slopes = [0.0] * len(values)
    start = program.inputs.get(name)
    if start is None:
        return 0.0
    slopes[start] = 1.0
    for row, a, b, _, _ in reversed(program.backward):
        if slopes[a] or (b >= 0 and slopes[b]):
            slopes[row] = sum(
                local * slopes[argument]
                for argument, local in tape.locals(row).items()
                if slopes[argument]
            )
    return slopes[program.outputs[0]]


def _with_more_digits(problem: Problem) -> dict[str, Estimate]:
    from diffcli.engine.settling import Unsettled, forward_slope

    digits = problem.settings.digits
    found: dict[str, Estimate] = {}
    for name in problem.variables:
        try:
            value = forward_slope(problem.program, problem.point, name, digits)
        except (Undefined, Unsettled):
            found[name] = Estimate(None, 0.0)
        else:
            found[name] = certain(value, digits)
    return found
