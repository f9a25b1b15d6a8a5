"""Run the chosen methods on one problem and judge how they agree."""

import math
from collections.abc import Iterable, Sequence
from importlib import import_module
from typing import NamedTuple, cast

from diffcli import folders, methods
from diffcli.calculus.functions import Function
from diffcli.engine.corners import Slopes, one_sided, slopes
from diffcli.engine.tape import Tape
from diffcli.errors import KinkError, UsageError
from diffcli.language.expression import Call
from diffcli.problem import Estimate, Method, MethodResult, Problem, point_text

ALL = ("finite", "symbolic", "backprop")
"""The methods of a comparison, in the order of their columns."""


class Agreement(NamedTuple):
    """How one partial by differences compares with the exact one."""

    #: abs(finite - exact) / abs(exact); None: there is no such ratio.
    relative: float | None
    #: The relative error that the estimates allow.
    expected: float | None
    #: How many significant digits agree, 0 to 16.
    digits: int | None
    #: "agree", "noise" (the estimates are as large as the number), "differ" or
    #: "undecided" (one of them is missing).
    verdict: str


class Comparison(NamedTuple):
    """What all chosen methods found, and whether to believe it."""

    problem: Problem
    results: tuple[MethodResult, ...]
    #: By variable, if finite differences and an exact method were both asked.
    agreements: dict[str, Agreement]
    #: One-sided slopes toward the variables that meet a rough place.
    corners: dict[str, Slopes]
    #: The variables toward which there is no derivative.
    kinks: tuple[str, ...]
    #: What the user should know, a sentence each.
    warnings: tuple[str, ...]

    @property
    def status(self) -> str:
        """What a program reads first: "ok" or "kink"."""
        return "kink" if self.kinks else "ok"

    def partial(self, name: str) -> Estimate:
        """Return the most trustworthy partial: backprop, else symbolic, else finite."""
        for result in reversed(self.results):
            estimate: Estimate | None = result.partials.get(name)
            if estimate and estimate.value is not None:
                return estimate
        return Estimate(None, math.inf)

    def error(self) -> KinkError | None:
        """Return the error to report if there is no derivative, else None."""
        return _kink(self) if self.kinks else None


def available() -> list[str]:
    """Return the names of all methods: the files in the folder."""
    return folders.names(methods)


def method(name: str) -> Method:
    """Return a method by its name."""
    return cast("Method", import_module(f"{methods.__name__}.{name}"))


def chosen(names: Iterable[str]) -> list[str]:
    """Return methods by their names or synonyms, each once; "all" is all three.

    Raises UsageError for a name that no method has.
    """
    known = available()
    found: dict[str, None] = {}
    for name in names:
        if name == "all":
            found |= dict.fromkeys(ALL)
            continue
        fitting = [name] if name in known else _synonyms(known, name)
        if not fitting:
            raise UsageError(
                f"Invalid value for '--method': '{name}' is not one of"
                f" {', '.join(sorted(known))}, all."
            )
        found[fitting[0]] = None
    return sorted(found, key=lambda name: (*ALL, name).index(name))


def _synonyms(known: Iterable[str], name: str) -> list[str]:
    """Return the methods that have another name, which takes importing them all."""
    return [other for other in known if name in method(other).SYNONYMS]


def compare(problem: Problem, names: Sequence[str] = ALL) -> Comparison:
    """Return the partials by each method, and how they agree."""
    corners = slopes(problem.tape, problem.point)
    corners = {name: corners[name] for name in problem.variables if name in corners}
    results = [_finite_only(method(name).gradient(problem)) for name in names]
    for name in _without_value(problem, results):
        if name not in corners:
            corners[name] = one_sided(problem.program, problem.point, name)
    kinks = tuple(name for name, sides in corners.items() if sides.slope is None)
    if problem.settings.subgradient:
        agreed = _conventions(problem, results)
        kinks = tuple(name for name in kinks if name not in agreed)
    else:
        results = [_settle(result, corners) for result in results]
    agreements = {} if kinks else _agreements(problem, results)
    warnings = [
        # At a kink there is one thing to say, and the error says it.
        *(
            f"Note: {remark}"
            for result in results
            for remark in result.remarks
            if not kinks
        ),
        *(f"Note: {result.failure}" for result in results if result.failure),
        *_near_kinks(problem, results, corners),
        *_doubts(problem, results),
    ]
    return Comparison(
        problem, tuple(results), agreements, corners, kinks, tuple(warnings)
    )


def _without_value(problem: Problem, results: Iterable[MethodResult]) -> list[str]:
    """Return the variables for which the exact methods found no number."""
    exact = _exact(results)
    return [
        name
        for name in problem.variables
        if exact and all(result.partials[name].value is None for result in exact)
    ]


def _exact(results: Iterable[MethodResult]) -> list[MethodResult]:
    """Return the results of methods that are exact but for rounding."""
    return [r for r in results if method(r.method).EXACT and not r.failure]


def _finite_only(result: MethodResult) -> MethodResult:
    """Replace a value that is no number by none, and such an error by infinity."""
    partials = {
        name: estimate._replace(error=_number_or_infinity(estimate.error))
        if estimate.value is not None and math.isfinite(estimate.value)
        else Estimate(None, math.inf)
        for name, estimate in result.partials.items()
    }
    return result._replace(partials=partials)


def _number_or_infinity(error: float) -> float:
    return math.inf if math.isnan(error) else error


def _settle(result: MethodResult, corners: dict[str, Slopes]) -> MethodResult:
    """Put what the whole function says in place of what its nodes say."""
    if result not in _exact([result]):
        return result
    settled = {
        name: Estimate(sides.slope, 1e-12 * abs(sides.slope or 0.0))
        for name, sides in corners.items()
    }
    return result._replace(partials=result.partials | settled)


def _conventions(problem: Problem, results: Iterable[MethodResult]) -> set[str]:
    """Return the variables for which the rows' conventions give a number."""
    return {
        name
        for result in _exact(results)
        for name in problem.variables
        if result.partials[name].value is not None
    }


# ---- agreement ------------------------------------------------------------------


def _agreements(
    problem: Problem, results: Sequence[MethodResult]
) -> dict[str, Agreement]:
    """Compare the differences with the last exact result, variable by variable."""
    measured = [result for result in results if not method(result.method).EXACT]
    exact = _exact(results)
    if not measured or not exact:
        return {}
    return {
        name: judge(measured[0].partials[name], exact[-1].partials[name])
        for name in problem.variables
    }


def judge(measured: Estimate, exact: Estimate) -> Agreement:
    """Return how a measured number agrees with an exact one.

    Both may be off by their own estimates, and only by these: there is no absolute
    tolerance, so that a small derivative is judged as strictly as a large one.
    """
    if measured.value is None or exact.value is None:
        return Agreement(None, None, None, "undecided")
    difference = abs(measured.value - exact.value)
    allowed = measured.error + exact.error
    size = abs(exact.value)
    if not math.isfinite(allowed):
        verdict = "undecided"
    elif difference > allowed:
        verdict = "differ"
    else:
        verdict = "agree" if difference == 0 or allowed < size else "noise"
    expected = allowed / size if size and math.isfinite(allowed / size) else None
    if difference == 0:
        return Agreement(0.0, expected, 16, verdict)
    relative = difference / size if size else math.inf
    if not math.isfinite(relative):
        return Agreement(None, expected, None, verdict)
    digits = min(16, max(0, math.floor(-math.log10(relative)))) if relative else 16
    return Agreement(relative, expected, digits, verdict)


# ---- what the user should know ----------------------------------------------------

_CERTAIN = 1e-9  # relative; a partial with a larger bound is said to be uncertain
_NOTHING = 1e-300  # an error that no reader takes for one


def _doubts(problem: Problem, results: Iterable[MethodResult]) -> list[str]:
    """Say where exact results are uncertain, or contradict each other."""
    exact = _exact(results)
    doubts: list[str] = []
    for name in problem.variables:
        found = [result.partials[name] for result in exact]
        values = [estimate.value for estimate in found if estimate.value is not None]
        if not values:
            continue
        best = found[-1] if found[-1].value is not None else found[0]
        assert best.value is not None
        allowed = sum(estimate.error for estimate in found)
        if max(values) - min(values) > allowed:
            doubts.append(
                f"Warning: the exact methods differ in ∂f/∂{name} by more than rounding"
                " allows; please report this"
            )
        if best.error > max(_CERTAIN * abs(best.value), _NOTHING):
            doubts.append(f"Note: {_certainty(name, best.value, best.error)}")
    return doubts


def _certainty(name: str, value: float, error: float) -> str:
    digits = 0
    if 0 < error < abs(value):
        digits = math.floor(-math.log10(error / abs(value)))
    plural = "" if digits == 1 else "s"
    how_many = f"only about {digits} digit{plural}" if digits else "no digit"
    verb = "is" if digits < 2 else "are"
    return f"{how_many} of ∂f/∂{name} {verb} certain here (rounding up to {error:.1g})"


def _near_kinks(
    problem: Problem, results: Iterable[MethodResult], corners: dict[str, Slopes]
) -> list[str]:
    """Say where a kink or jump lies between two samples of a difference."""
    finite = next((r for r in results if r.method == "finite" and r.evidence), None)
    if finite is None or not _has_rough_rows(problem):
        return []
    found: list[str] = []
    for name, difference in finite.evidence.items():
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
        culprit = _switched(*runs)
        if culprit:
            found.append(
                f"Warning: a kink of {culprit} lies within h of the point; finite diff"
                f" {difference.slope:.10g} is not a derivative"
            )
    return found


def _has_rough_rows(problem: Problem) -> bool:
    return any(
        isinstance(node, Call) and node.function.rough is not None
        for node in problem.program.nodes
    )


def _switched(low: Tape, high: Tape) -> str:
    """Return the name of a function that is on different branches in two runs."""
    program = low.program
    for row, *_ in program.backward:
        function = program.function(row)
        rough = function.rough
        if rough is None or rough.kind == "vertical tangent":
            continue
        if rough.kind == "jump" and low.values[row] != high.values[row]:
            return spelling(function)
        before, after = low.locals(row), high.locals(row)
        if any(abs(after[argument] - before[argument]) > 1e-3 for argument in before):
            return spelling(function)
    return ""


def spelling(function: Function) -> str:
    """Return how a function is written: its name, or an operator's sign."""
    return function.notation.symbol if function.notation else function.name


def _kink(comparison: Comparison) -> KinkError:
    """Return the error for the first variable toward which there is no derivative."""
    problem = comparison.problem
    name = comparison.kinks[0]
    sides = comparison.corners[name]
    function, node = _blame(problem, name)
    kind = function.rough.kind if function.rough else "kink"
    known = [side for side in sides if side is not None]
    if len(known) == 2 and all(map(math.isfinite, known)):
        kind = "kink"
    elif kind == "kink":
        kind = "vertical tangent"
    argument = problem.tape.values[problem.program.index[node.args[0]]]
    hint = ""
    convention = function.rough.convention if function.rough else None
    if convention is not None and len(node.args) == 1:
        hint = (
            f"--subgradient uses {function.name}'({argument:.10g}) = {convention:.10g},"
            " as deep-learning libraries do"
        )
    elif convention is not None:
        hint = "--subgradient shares the slope between equal arguments"
    has = f"{spelling(function)} has a {kind}"
    if not known or (None in sides and all(map(math.isfinite, known))):
        has = f"the domain of {spelling(function)} ends there"
    return KinkError(
        f"not differentiable at {point_text(problem.point)}: {has}",
        source=problem.parsed.source,
        span=problem.parsed.spans().get(node),
        # Set apart from the carets: it speaks of the whole function, not of the part.
        note=f"     {sides}",
        hint=hint,
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
    for row, *_ in reversed(problem.program.backward):  # a partial that does not exist
        if not all(map(math.isfinite, tape.locals(row).values())):
            node = problem.program.nodes[row]
            assert isinstance(node, Call)
            return node.function, node
    assert isinstance(problem.parsed.expression, Call)
    return problem.parsed.expression.function, problem.parsed.expression
