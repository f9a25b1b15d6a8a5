"""The complex step: the imaginary part of f a tiny way off the real axis."""

import math

from diffcli.arithmetics import Unavailable, complex_values
from diffcli.engine.bounds import partial_bounds
from diffcli.engine.fold import evaluate
from diffcli.language.expression import Expression, postorder
from diffcli.problem import Estimate, MethodResult, Problem

TITLE = "complex"
SUMMARY = "complex step: exact differences, for functions that allow it"
SYNONYMS = ("complex-step",)
EXACT = True

_STEPS = (1e-30, 1e-20, 1e-12)  # relative to x; nothing is subtracted: they may be tiny
_LEAST = 1e-305  # below that an imaginary part has lost digits
_WIDE = 1e-3
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
        try:
            slope = _slope(nodes, problem, name)
        except Unavailable as reason:
            why = f"the complex step cannot be used: {reason}"
            return MethodResult("complex", {}, 0, None, failure=why)
        except (ValueError, ArithmeticError):
            slope = None
        error = math.inf if slope is None else 4 * bounds.get(name, 0.0)
        partials[name] = Estimate(slope, error)
    return MethodResult("complex", partials, len(partials), None)


def _slope(nodes: list[Expression], problem: Problem, name: str) -> float | None:
    """Return the quotient with the smallest step that underflow leaves alone.

    None where there is none, or where f is not the real part: it is not analytic there.
    Raises Unavailable, ValueError, ArithmeticError.
    """
    x = problem.point[name]
    point = {other: complex(at) for other, at in problem.point.items()}
    for step in _STEPS:
        h = step * (abs(x) or 1.0)
        point[name] = complex(x, h)
        *_, value = evaluate(nodes, complex_values, point)
        if abs(value.real - problem.value) > _SAME * abs(problem.value):
            return None
        # An imaginary part as small as h*h is what is left beside a slope of 0.
        if abs(value.imag) >= max(_LEAST, h * h * abs(x or 1.0)):
            return float(value.imag / h)
    # With a wide step what underflow took comes back, and a slope of 0 does not.
    slopes = []
    for h in (_WIDE, 2 * _WIDE):
        point[name] = complex(x, h)
        *_, value = evaluate(nodes, complex_values, point)
        slopes.append(value.imag / h)
    narrow, wide = slopes
    return 0.0 if abs(4 * narrow - wide) <= _SAME * abs(wide) else None
