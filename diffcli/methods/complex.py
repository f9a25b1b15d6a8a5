"""The complex step: the imaginary part of f a tiny way off the real axis."""

import math
from functools import partial

from diffcli.arithmetics import Primitives, Unavailable, complex_columns, complex_values
from diffcli.calculus.functions import CONSTANTS, NAMED
from diffcli.engine.bounds import partial_bounds
from diffcli.engine.fold import evaluate
from diffcli.engine.tape import Program, Undefined
from diffcli.language.expression import Call, Expression, call, number, postorder
from diffcli.problem import Estimate, MethodResult, Problem, Problems, many

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
    nodes = postorder([problem.parsed.expression])
    partials: dict[str, Estimate] = {}
    for name in problem.variables:
        try:
            slope = _slope(nodes, problem, name)
        except Unavailable as reason:
            why = f"the complex step cannot be used: {reason.message}"
            return MethodResult("complex", {}, 0, None, failure=why)
        except (ValueError, ArithmeticError):
            slope = None
        partials[name] = Estimate(slope, math.inf)
    bounds = _bounds(nodes, problem)
    partials = {
        name: Estimate(slope, 4 * bounds.get(name, 0.0) if bounds else math.inf)
        for name, (slope, _) in partials.items()
    }
    return MethodResult("complex", partials, len(partials), None)


def gradients(problems: Problems) -> MethodResult:
    """Return the same at many points, where the first step is good.

    Raises ValueError or ArithmeticError where a function refuses one of the points, or
    has no complex form.
    """
    from diffcli.arithmetics.columns import spread
    from diffcli.engine.columns import not_finite

    nodes = postorder([problems.parsed.expression])
    program = _written_out(nodes, problems.program)
    if program is None:
        raise ArithmeticError
    written = problems
    if program is not problems.program:
        written = problems.of(program)
    point = {name: spread(complex_values.of, x) for name, x in problems.points.items()}
    partials: dict[str, Estimate] = {}
    for name in problems.variables:
        x = problems.points[name]
        h = spread(_first_step, x)
        try:
            *_, value = evaluate(
                nodes, complex_columns, {**point, name: spread(complex_values.of, x, h)}
            )
        except Unavailable:
            raise ArithmeticError from None
        slope = spread(_slope_of, x, h, value, problems.passes.value)
        problems.bad |= not_finite([slope])
        bound = written.bounds.get(name, 0.0)
        partials[name] = many(slope, spread(lambda bound: 4 * bound, bound))
    return MethodResult("complex", partials, len(partials), None)


def _first_step(x: float) -> float:
    return _STEPS[0] * (abs(x) or 1.0)


def _slope_of(x: float, h: float, value: complex, real: float) -> float:
    """Return Im f(x + ih) / h; no number where that is not all there is to say."""
    if abs(value.real - real) > _SAME * abs(real) or not _is_seen(value.imag, x, h):
        return math.nan
    return value.imag / h


class _WrittenOut:
    """Formulas in which every function is one that complex numbers have."""

    TITLE = "formulas"
    CHOOSES = False
    PRIMITIVES: Primitives = {
        name: partial(number, name) if name in CONSTANTS else partial(call, NAMED[name])
        for name in (*complex_values.PRIMITIVES, "when")
    }

    def number(self, text: str, value: float) -> Expression:
        return number(text)


def _bounds(nodes: list[Expression], problem: Problem) -> dict[str, float]:
    """Return bounds for the rounding; none where there is no telling.

    What has no complex form of its own is computed as it is defined, and may cancel
    there: 1 and abs(u) in u/(1+abs(u)). So the bounds are those of the definitions.
    """
    program = _written_out(nodes, problem.program)
    if program is None:
        return {}
    if program is problem.program:
        return partial_bounds(problem.tape.backward(bounded=True))
    try:
        return partial_bounds(program.run(problem.point).backward(bounded=True))
    except Undefined:
        return {}


def _written_out(nodes: list[Expression], program: Program) -> Program | None:
    """Return a program of functions that have a complex form; None: there is none."""
    own = complex_values.PRIMITIVES
    if all(not isinstance(n, Call) or n.function.name in own for n in nodes):
        return program
    letters = {name: program.nodes[row] for name, row in program.inputs.items()}
    try:
        *_, written = evaluate(nodes, _WRITTEN_OUT, letters)
    except Unavailable:
        return None
    return Program([written])


_WRITTEN_OUT = _WrittenOut()


def _is_seen(imaginary: float, x: float, h: float) -> bool:
    """Tell whether there is a slope: one of 0 leaves an imaginary part of h*h."""
    return abs(imaginary) >= max(_LEAST, h * h * abs(x or 1.0))


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
        if _is_seen(value.imag, x, h):
            return float(value.imag / h)
    # With a wide step what underflow took comes back, and a slope of 0 does not.
    slopes = []
    for h in (_WIDE, 2 * _WIDE):
        point[name] = complex(x, h)
        *_, value = evaluate(nodes, complex_values, point)
        slopes.append(value.imag / h)
    narrow, wide = slopes
    return 0.0 if abs(4 * narrow - wide) <= _SAME * abs(wide) else None
