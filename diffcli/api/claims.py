"""Is a gradient right?"""

from collections.abc import Callable, Mapping
from typing import SupportsFloat

from diffcli.analysis import check as _analysis
from diffcli.analysis.check import Check
from diffcli.analysis.verdicts import UNKNOWN, Tolerance
from diffcli.api.losses import Examples
from diffcli.api.tolerances import tolerance
from diffcli.blackbox.boxes import Boxes
from diffcli.blackbox.callable import BlackBox
from diffcli.engine.tape import Undefined
from diffcli.errors import UsageError
from diffcli.inputs import arguments, equations
from diffcli.inputs.arguments import Claim, Formula, Point, Scheme, StepWidth
from diffcli.language.parser import Parsed
from diffcli.problem import Estimate, Problem, Settings

__all__ = ["UNKNOWN", "Check", "check"]


def check(
    function: Formula | Problem | Examples | BlackBox | Boxes,
    point: Point | None = None,
    claims: Mapping[str, Claim] | None = None,
    *,
    rtol: SupportsFloat | None = None,
    atol: SupportsFloat | None = None,
    h: StepWidth | None = None,
    scheme: Scheme = "symmetric",
    digits: int = 10,
    seed: int | None = None,
    taylor: bool = False,
    prove: bool | None = None,
    progress: Callable[[], object] | None = None,
    implicit: str = "",
    order: int = 1,
) -> Check:
    """Return a verdict for each claimed partial, a formula or a number by variable.

    Without claims a formula's methods are held against each other, and a callable or
    program is held to the gradient that it gives itself; ``h``, ``scheme`` and
    ``digits`` are for these. Without ``rtol`` and ``atol`` the error estimates decide.
    ``seed`` checks along one random direction, as quick for a thousand variables;
    ``taylor`` shows how the remainder shrinks. It is said whether a claim is right
    everywhere, where algebra can tell; with ``prove`` False it is not asked, and True
    is refused where there is no formula, or a curve. ``progress`` is called after each
    partial of a callable or program. With ``implicit`` the function is an equation, and
    the claims are the slopes of that variable on its curve. With ``order`` 2 claims are
    about second derivatives of a formula: by mark ("f''", "d2f/dxdy") or by two
    variables ("x,y").

    >>> result = check("sin(2*x+9)", {"x": 1}, {"x": "cos(2*x+9)"})
    >>> result.passed, result.verdicts[0].slip
    (False, 'the inside 2*x + 9 was not differentiated: its derivative 2 is missing')
    >>> check("x**2*y", {"x": 1, "y": 2}, {"x,y": "2*x"}, order=2).passed
    True

    Raises UsageError, ParseError, PointError, DomainError where the function or a
    claim is undefined, and KinkError where there is nothing to claim.
    """
    limits = tolerance(rtol, atol)
    asked = prove is not False
    tick = arguments.callback(progress)
    if seed is not None:
        arguments.whole(seed, "seed", -(2**63), 2**63)
    _refuse_order(order, function, seed=seed, taylor=taylor, implicit=implicit)
    try:
        if isinstance(function, str | Parsed | Problem):
            if implicit and isinstance(function, str):
                function = equations.difference(function)
            problem = arguments.problem(
                function, point, h=h, scheme=scheme, digits=digits, usual="auto"
            )
            if implicit:
                along = seed is not None or taylor
                return _of_curve(problem, implicit, claims or {}, limits, along, prove)
            found = (
                _of_second(problem, claims or {}, limits, asked)
                if order == 2
                else _of_formula(problem, claims or {}, limits, seed, taylor, asked)
            )
        elif isinstance(function, Examples):
            found = _of_mean(function, claims or {}, limits, seed, taylor, asked, tick)
        else:
            if prove:
                message = "without a formula nothing proves that a claim is right"
                raise UsageError(message, parameter="prove")
            from diffcli.api.boxes import boxes_of, values_of

            settings = arguments.settings("auto" if h is None else h, scheme, digits)
            found = _of_box(
                boxes_of(function), values_of(point), claims or {}, limits,
                settings, seed, taylor, tick,
            )  # fmt: skip
    except Undefined as undefined:
        raise undefined.error() from None
    if found.error:
        raise found.error
    return found


def _refuse_order(
    order: int, function: object, *, seed: int | None, taylor: bool, implicit: str
) -> None:
    """Refuse an order, and with 2 what has no meaning for second derivatives."""
    if arguments.whole(order, "order", 1, 2) == 1:
        return
    if not isinstance(function, str | Parsed | Problem):
        message = "second derivatives are checked of a formula at a point"
        raise UsageError(message, parameter="order")
    if seed is not None or taylor or implicit:
        message = "seed, taylor and implicit are for first derivatives"
        raise UsageError(message, parameter="order")


def _of_second(
    problem: Problem, claims: Mapping[str, Claim], tolerance: Tolerance, prove: bool
) -> Check:
    from diffcli.analysis.check_second import check_second
    from diffcli.inputs.second_claims import of_mapping

    claimed = of_mapping(claims, problem.parsed.variables)
    return check_second(problem, claimed, tolerance, prove=prove)


def _of_curve(
    problem: Problem,
    implicit: str,
    claims: Mapping[str, Claim],
    tolerance: Tolerance,
    along: bool,
    prove: bool | None,
) -> Check:
    if along:
        message = "seed and taylor are not for slopes of a curve"
        raise UsageError(message, parameter="implicit")
    if prove:
        message = "it is not proved that a slope is right on all of a curve"
        raise UsageError(message, parameter="prove")
    from diffcli.analysis.check_curve import check_curve

    claimed = arguments.claims(claims, problem.parsed.variables)
    return check_curve(problem, implicit, claimed, tolerance)


def _of_formula(
    problem: Problem,
    claims: Mapping[str, Claim],
    tolerance: Tolerance,
    seed: int | None,
    taylor: bool,
    prove: bool,
) -> Check:
    claimed = arguments.claims(claims, problem.parsed.variables)
    result = _analysis.check(problem, claimed, tolerance, prove=prove)
    if seed is None and not taylor:
        return result
    from diffcli.analysis.check_box import claimed_gradient

    def value(there: dict[str, float]) -> float:
        return float(problem.program.value(there))

    gradient = claimed_gradient(problem, claimed)
    return _along(result, value, gradient, tolerance, seed, taylor)


def _of_mean(
    examples: Examples,
    claims: Mapping[str, Claim],
    tolerance: Tolerance,
    seed: int | None,
    taylor: bool,
    prove: bool,
    tick: Callable[[], object],
) -> Check:
    from diffcli.analysis.check_data import check_data, claimed_means

    variables = (*examples.weights, *examples.data.columns)
    claimed = arguments.claims(claims, variables)
    if seed is None:
        result = check_data(examples, claimed, tolerance, tick, prove=prove)
        if not taylor:
            return result
    else:
        problem, digits = examples.problem, examples.settings.digits
        result = Check(
            problem.parsed, "", examples.weights, (), digits, data=examples.data
        )

    def value(there: dict[str, float]) -> float:
        return examples.mean.slope(there).loss

    gradient = claimed_means(examples, claimed)
    return _along(result, value, gradient, tolerance, seed, taylor)


def _of_box(
    boxes: Boxes,
    point: dict[str, float],
    claims: Mapping[str, Claim],
    tolerance: Tolerance,
    settings: Settings,
    seed: int | None,
    taylor: bool,
    tick: Callable[[], object],
) -> Check:
    from diffcli.analysis.check_box import check_box, claimed

    gradient = claimed(boxes, point, arguments.claims(claims, tuple(point)))
    if seed is None:
        result = check_box(boxes, point, gradient, tolerance, settings, tick)
    else:
        result = Check(None, boxes.name, point, (), settings.digits)
    if seed is None and not taylor:
        return result

    def value(there: dict[str, float]) -> float:
        return boxes.ask(tuple(there.values())).value

    return _along(result, value, gradient, tolerance, seed, taylor)


def _along(
    result: Check,
    value: Callable[[dict[str, float]], float],
    gradient: Mapping[str, Estimate],
    tolerance: Tolerance,
    seed: int | None,
    taylor: bool,
) -> Check:
    """Return a check with what one direction says of it."""
    from diffcli.analysis.check_box import with_direction

    return with_direction(
        result, value, result.point, gradient, tolerance, seed, taylor=taylor
    )
