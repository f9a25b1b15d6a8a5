"""Backpropagation: forward pass, backward pass, products of local partials."""

from diffcli.engine.bounds import partial_bounds
from diffcli.problem import Estimate, MethodResult, Problem

TITLE = "backprop"
SUMMARY = "one forward and one backward pass over the tree"
SYNONYMS = ("autodiff",)
EXACT = True


def gradient(problem: Problem) -> MethodResult:
    """Return the adjoints of the variables, with bounds for their rounding."""
    sweep = problem.tape.sweep()
    bounds = partial_bounds(sweep)
    partials = {
        name: Estimate(sweep.partial(name), bounds.get(name, 0.0))
        for name in problem.variables
    }
    return MethodResult("backprop", partials, 1, sweep)
