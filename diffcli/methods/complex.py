"""The complex step: the imaginary part of f a tiny way off the real axis."""

import math

from diffcli.arithmetics import Unavailable, complex_values
from diffcli.engine.bounds import partial_bounds
from diffcli.engine.fold import evaluate
from diffcli.language.expression import postorder
from diffcli.problem import Estimate, MethodResult, Problem

TITLE = "complex"
SUMMARY = "complex step: exact differences, for functions that allow it"
SYNONYMS = ("complex-step",)
EXACT = True

_STEP = 1e-30  # relative to x; nothing is subtracted, so it may be tiny
_SAME = 1e-9  # how well the real part has to be f, relatively


def gradient(problem: Problem) -> MethodResult:
    """Return Im f(x + ih) / h for each variable.

    No difference is taken, so no digits cancel and h can be tiny; the function has to
    be analytic near the point. Source: Squire & Trapp, SIAM Review 40, 1998.
    """
    if problem.precise:
        why = "the complex step knows doubles only, which have 17 digits"
        return MethodResult("complex", {}, 0, None, failure=why)
    bounds = partial_bounds(problem.tape.backward())
    nodes = postorder([problem.parsed.expression])
    partials: dict[str, Estimate] = {}
    for name in problem.variables:
        h = _STEP * (abs(problem.point[name]) or 1.0)
        point = {n: complex(x) for n, x in problem.point.items()}
        point[name] += complex(0.0, h)
        try:
            *_, value = evaluate(nodes, complex_values, point)
        except Unavailable as reason:
            why = f"the complex step cannot be used: {reason}"
            return MethodResult("complex", {}, 0, None, failure=why)
        except (ValueError, ArithmeticError):
            partials[name] = Estimate(None, math.inf)
            continue
        held = abs(value.real - problem.value) <= _SAME * abs(problem.value)
        error = 4 * bounds.get(name, 0.0)
        partials[name] = Estimate(value.imag / h if held else None, error)
    return MethodResult("complex", partials, len(partials), None)
