"""Backpropagation: forward pass, backward pass, products of local partials."""

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

TITLE = "backprop"
SUMMARY = "one forward and one backward pass over the tree"
SYNONYMS = ("autodiff",)
EXACT = True


def gradient(problem: Problem) -> MethodResult:
    """Return the adjoints of the variables, with bounds for their rounding."""
    backward = problem.tape.backward(bounded=not problem.precise)
    if problem.precise:
        return MethodResult("backprop", _with_more_digits(problem), 1, backward)
    bounds = partial_bounds(backward)
    partials = {
        name: Estimate(backward.partial(name), bounds.get(name, 0.0))
        for name in problem.variables
    }
    return MethodResult("backprop", partials, 1, backward)


def gradients(problems: Problems) -> MethodResult:
    """Return the same at many points."""
    partials = {
        name: many(problems.passes.partial(name), problems.bounds.get(name, 0.0))
        for name in problems.variables
    }
    return MethodResult("backprop", partials, 1, None)


def _with_more_digits(problem: Problem) -> dict[str, Estimate]:
    from diffcli.engine.adaptive import Unsettled, gradient

    digits = problem.settings.digits
    try:
        partials = gradient(problem.program, problem.point, digits).partials
    except (Undefined, Unsettled):
        return dict.fromkeys(problem.variables, NO_ESTIMATE)
    return {
        name: certain(partials.get(name, 0.0), digits) for name in problem.variables
    }
