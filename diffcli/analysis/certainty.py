"""What a reader of the numbers should know: kinks, uncertain digits, contradictions."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from diffcli import methods
from diffcli.calculus.functions import CONDITIONS, Function
from diffcli.engine.bounds import value_errors
from diffcli.engine.tape import ROUNDING, BackwardPass, Program, Tape, Undefined
from diffcli.errors import KinkError
from diffcli.language.expression import Call, Expression
from diffcli.problem import (
    DOUBLE,
    MORE_DIGITS,
    Estimate,
    MethodResult,
    Problem,
    point_text,
)
from diffcli.remarks import WARNING, Remark

if TYPE_CHECKING:
    from diffcli.engine.one_sided import Slopes

_CERTAIN = 1e-9  # relative; a number with a larger error is said to be uncertain
AT_A_CORNER = 12  # digits of a double slope on which both sides agree
_PLACES = 12  # decimals of where a kink is
_NOTHING = 1e-300  # an error that no reader takes for one
_REMEDY = f"; {MORE_DIGITS}"
_LARGEST = 20_000  # rows of a program that is run again with more digits


def uncertain(estimate: Estimate) -> bool:
    """Tell whether a number is off by more than a reader would expect."""
    value, error = estimate
    return value is not None and far_off(value, error)


def far_off(value: float, error: float) -> bool:
    """Tell whether a number is there, and off by more than a reader would expect."""
    return bool(error > max(_CERTAIN * abs(value), _NOTHING))


def _in_doubt(
    problem: Problem,
    value: Estimate,
    results: Sequence[MethodResult],
    corners: "Mapping[str, Slopes]",
) -> bool:
    """Tell whether a number by doubles is uncertain, and more digits can be asked."""
    if problem.precise or len(problem.program.nodes) > _LARGEST:
        return False
    return uncertain(value) or any(
        uncertain(estimate)
        for result in methods.exact(results)
        for name, estimate in result.partials.items()
        if name not in corners
    )


def look_closer(problem: Problem) -> None:
    """Let the tape know of kinks that rounding hides: those of abs(0.3 - 0.1*x)."""
    if problem.program.rough:
        from diffcli.engine.adaptive import rough_rows

        there = rough_rows(problem.program, problem.point)
        problem.tape.hidden = frozenset(there).difference(problem.tape.rough_rows())


def may_hide_kinks(tape: Tape) -> bool:
    """Tell whether a row may be where it is not smooth, for all that rounding tells."""
    if not tape.program.rough or len(tape.program.nodes) > _LARGEST:
        return False
    from diffcli.engine.columns import hidden_places

    try:
        hidden_places(tape.program, [*tape.values], lambda: value_errors(tape))
    except (ValueError, ArithmeticError):
        return True
    return False


def certified(
    problem: Problem,
    value: Estimate,
    results: Sequence[MethodResult],
    corners: "dict[str, Slopes]",
) -> tuple[Estimate, list[MethodResult]]:
    """Return the value and the exact results with their true errors, where in doubt.

    A rounding bound may be much too large. Where one is poor, everything is computed
    again with more digits, and the error becomes the difference to that.
    """
    exact = methods.exact(results)
    if not _in_doubt(problem, value, results, corners):
        return value, list(results)
    from diffcli.engine.adaptive import Unsettled, gradient, values

    try:
        truth = gradient(problem.program, problem.point, DOUBLE)
    except (Undefined, Unsettled):
        try:
            (exact,) = values(problem.program, problem.point, DOUBLE)
        except (Undefined, Unsettled):
            return value, list(results)
        return measured_against(exact, value), list(results)

    def measured(estimate: Estimate, name: str) -> Estimate:
        if estimate.value is None or name in corners or name not in truth.partials:
            return estimate
        return measured_against(truth.partials[name], estimate)

    checked = [
        result._replace(
            partials={n: measured(e, n) for n, e in result.partials.items()}
        )
        if result in exact
        else result
        for result in results
    ]
    return measured_against(truth.value, value), checked


def measured_against(truth: Any, estimate: Estimate) -> Estimate:
    """Return a number with its difference to the truth, and one rounding, as error."""
    error = float(abs(estimate.number - truth))
    return Estimate(estimate.value, error + ROUNDING * abs(estimate.number))


def measured(formula: Expression, point: Mapping[str, float]) -> Estimate:
    """Return the value of a formula with its bound; its true error, where in doubt.

    Raises Undefined.
    """
    program = Program([formula])
    tape, row = program.run(point), program.outputs[0]
    estimate = Estimate(tape.values[row], value_errors(tape)[row])
    if not uncertain(estimate) or len(program.nodes) > _LARGEST:
        return estimate
    from diffcli.engine.adaptive import Unsettled, values

    try:
        (truth,) = values(program, point, DOUBLE)
    except (Undefined, Unsettled):
        return estimate
    return measured_against(truth, estimate)


def doubt(what: str, estimate: Estimate) -> list[Remark]:
    """Say where a number is uncertain."""
    return [Remark(certainty(what, estimate))] if uncertain(estimate) else []


def apart(*known: Estimate) -> bool:
    """Tell whether numbers for the same differ by more than they may be off."""
    values = [estimate.number for estimate in known]
    return max(values) - min(values) > sum(estimate.error for estimate in known)


def doubts(
    problem: Problem, value: Estimate, results: Iterable[MethodResult]
) -> list[Remark]:
    """Say where exact numbers are uncertain, or contradict each other."""
    notes = [Remark(certainty("f", value) + _REMEDY)] if uncertain(value) else []
    lacking = value.error > 10.0**-problem.settings.digits * abs(value.number)
    if problem.precise and lacking and not notes:
        notes = [Remark(certainty("f", value))]
    exact = methods.exact(results)
    for name in problem.variables:
        known = [r.partials[name] for r in exact if r.partials[name].value is not None]
        if not known:
            continue
        if apart(*known):
            beyond = f"differ in {problem.partial(name)} by more than rounding allows"
            said = f"the exact methods {beyond}; please report this"
            notes.append(Remark(said, WARNING))
        worst = max(known, key=lambda estimate: estimate.error)
        if uncertain(worst):
            notes.append(Remark(certainty(problem.partial(name), worst) + _REMEDY))
    return notes


def certainty(what: str, estimate: Estimate) -> str:
    """Say how many digits of a number are certain."""
    digits = 0
    if 0 < estimate.error < abs(estimate.number):
        digits = math.floor(-math.log10(estimate.error / abs(estimate.number)))
    plural = "" if digits == 1 else "s"
    how_many = f"only about {digits} digit{plural}" if digits else "no digit"
    verb = "is" if digits < 2 else "are"
    return f"{how_many} of {what} {verb} certain here"


def near_kinks(
    problem: Problem, results: Iterable[MethodResult], corners: "dict[str, Slopes]"
) -> list[Remark]:
    """Say where a kink or jump lies between two samples of a difference."""
    finite = next((r for r in results if r.differences), None)
    if finite is None:
        return []
    from diffcli.engine.one_sided import has_branches, switched

    if not has_branches(problem.program):
        return []
    notes: list[Remark] = []
    for name, difference in finite.differences.items():
        if name in corners:
            continue
        runs = []
        for x, _ in difference.samples:
            try:
                runs.append(problem.program.run(problem.point | {name: x}))
            except ArithmeticError:
                break
        if len(runs) < 2:
            continue
        culprit = switched(*runs)
        if culprit:
            near = f"a kink of {spelling(culprit)} lies within h of the point"
            wrong = f"finite diff {difference.slope:.10g} is not a derivative"
            notes.append(Remark(f"{near}; {wrong}", WARNING))
    return notes


def spelling(function: Function) -> str:
    """Return how a function is written: its name, or an operator's sign."""
    return function.notation.symbol if function.notation else function.name


def kink_error(problem: Problem, name: str, sides: "Slopes") -> KinkError:
    """Return the error for a variable toward which there is no derivative."""
    function, node = _blame(problem, name)
    kind = function.rough.kind if function.rough else "kink"
    known = [side for side in sides if side is not None]
    if len(known) == 2 and all(map(math.isfinite, known)):
        kind = "kink"
    elif kind == "kink":
        kind = "vertical tangent"
    argument = problem.tape.values[problem.program.index[node.args[0]]]
    if problem.tape.hidden:  # rounding moved it
        argument = round(argument, _PLACES) + 0.0
    hint = ""
    convention = function.rough.convention if function.rough else None
    if convention is not None and len(node.args) == 1:
        hint = (
            f"subgradient uses {function.name}'({argument:.10g}) = {convention:.10g},"
            " as deep-learning libraries do"
        )
    elif convention is not None:
        hint = "subgradient shares the slope between equal arguments"
    has = f"{spelling(function)} has a {kind}"
    if function in CONDITIONS:
        has = f"the two sides of '{spelling(function)}' meet in a {kind}"
    if not known or (None in sides and all(map(math.isfinite, known))):
        has = f"the domain of {spelling(function)} ends there"
    elif not sides.are_known:
        has = "the difference quotients settle on no number"
    return KinkError(
        f"not differentiable at {point_text(problem.point)}: {has}",
        source=problem.parsed.source,
        span=problem.parsed.spans().get(node),
        # Set apart from the carets: it speaks of the whole function, not of the part.
        note=f"     {sides}",
        hint=hint,
        parameter="subgradient" if hint else "",
        facts={"variable": name},
    )


def measured_kink(
    point: Mapping[str, float], sides: Mapping[str, tuple[float, float]]
) -> KinkError | None:
    """Return the error for what differences take for kinks; None: there are none.

    ``sides`` are the slopes on the left and on the right, by what it goes toward.
    """
    if not sides:
        return None
    slopes = "; ".join(
        f"toward {name}, slope {left:.6g} on the left, {right:.6g} on the right"
        for name, (left, right) in sides.items()
    )
    return KinkError(
        f"a kink lies at or near {point_text(point)}: {slopes}",
        facts={"variable": next(iter(sides))},
    )


def slopes_or_kink(problem: Problem, digits: int = DOUBLE) -> dict[str, float]:
    """Return the whole function's slopes toward variables that meet a rough place.

    Raises KinkError toward the first variable in which there is no derivative.
    """
    certain: dict[str, float] = {}
    if problem.precise or may_hide_kinks(problem.tape):
        look_closer(problem)
    for name, sides in corners(problem, digits).items():
        slope = sides.slope
        if slope is None:
            raise kink_error(problem, name, sides)
        certain[name] = slope
    return certain


def corners(problem: Problem, digits: int) -> "dict[str, Slopes]":
    """Return the one-sided slopes toward variables that meet a rough place.

    What only digits take for one may be 0 all around, as sin(x)^2 + cos(x)^2 - 1 is: it
    is none where the quotients do not settle.
    """
    if not problem.tape.rough_rows():
        return {}
    from diffcli.engine.one_sided import slopes

    found = slopes(problem.tape, problem.point, digits=digits)
    seen = not problem.tape.hidden
    return {
        name: found[name]
        for name in problem.variables
        if name in found and (seen or found[name].are_known)
    }


def require_nodes_hold(
    problem: Problem, corners: "Mapping[str, Slopes]", backward: BackwardPass
) -> None:
    """Refuse to tell node by node what only the whole function knows.

    relu(x)-relu(-x) has the slope 1 at 0, but no slopes of its nodes make it so.

    Raises KinkError where the product of the nodes' slopes is not the function's.
    """
    for name, sides in corners.items():
        slope = sides.slope
        assert slope is not None
        if not math.isclose(backward.partial(name), slope, rel_tol=_CERTAIN):
            function, node = _blame(problem, name)
            raise KinkError(
                f"at {point_text(problem.point)} the whole function has the slope"
                f" {slope:.10g} toward {name}, but {spelling(function)} has none",
                source=problem.parsed.source,
                span=problem.parsed.spans().get(node),
                hint="grad shows the slope of the whole function",
                facts={"variable": name},
            )


def _blame(problem: Problem, name: str) -> tuple[Function, Call]:
    """Return the first rough function that a variable meets."""
    tape = problem.tape
    rough = set(tape.rough_rows())
    users = {problem.program.inputs[name]}
    for row, node in enumerate(problem.program.nodes):
        if users.intersection(problem.program.arguments(row)):
            users.add(row)
            if row in rough and isinstance(node, Call):
                return node.function, node
    for row in reversed(problem.program.calls):  # a partial that does not exist
        if not all(map(math.isfinite, tape.locals(row).values())):
            node = problem.program.nodes[row]
            assert isinstance(node, Call)
            return node.function, node
    assert isinstance(problem.parsed.expression, Call)
    return problem.parsed.expression.function, problem.parsed.expression
