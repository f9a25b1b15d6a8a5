"""A function's derivatives with the steps that lead to them, values at a point too."""

from collections.abc import Iterable, Iterator, Sequence

from diffcli.analysis.certainty import doubt, measured
from diffcli.analysis.judgement import corners, judged_by_nodes
from diffcli.engine.derivation import Derivation, derive
from diffcli.engine.tape import Undefined
from diffcli.errors import KinkError, UsageError
from diffcli.language.expression import Expression
from diffcli.language.parser import Parsed
from diffcli.problem import Estimate, Problem, located, point_text
from diffcli.records import Record
from diffcli.remarks import Remark

_SAME = 1e-9  # relative; numbers that are nearer to each other mean the same


class Derivative(Record):
    """A derivative of any order, and how it was found."""

    #: The variables that f was differentiated toward before, and now.
    variables: tuple[str, ...]
    #: What is differentiated now: f, or the derivative before.
    of: Expression
    derivation: Derivation
    #: Its value at the point; None: there is no point.
    value: float | None = None
    #: A shorter form of the result; None: there is none, or none was asked for.
    simplified: Expression | None = None
    #: True: sympy did not tell whether there is a shorter form.
    unanswered: bool = False

    def __str__(self) -> str:
        """Return the shortest form that there is, as text."""
        from diffcli.language.printer import text

        return text(self.simplified or self.derivation.result)


def steps(
    parsed: Parsed, names: Sequence[str], order: int = 1, *, simplify: bool = False
) -> Iterator[Derivative]:
    """Yield the derivative toward each variable, then those of each, up to an order.

    Raises UsageError for order 3 and more toward several variables.
    """
    if order > 2 and len(names) > 1:
        raise UsageError(
            "derivatives of order 3 and more are of one variable",
            hint=f"choose one, such as {names[0]}",
        )
    todo: list[tuple[tuple[str, ...], Expression]] = [((), parsed.expression)]
    while todo:
        before, of = todo.pop(0)
        places = names[names.index(before[-1]) :] if before else names
        for derivation in derive(of, places):
            path = (*before, derivation.variable)
            found = Derivative(path, of, derivation)
            yield _with_shorter(found) if simplify else found
            if len(path) < order:
                todo.append((path, derivation.result))


def _with_shorter(found: Derivative) -> Derivative:
    from diffcli.engine.waiting import NoAnswer, ask

    try:
        return found._replace(simplified=ask("simplified", found.derivation.result))
    except NoAnswer:
        return found._replace(unanswered=True)


class Valued(Record):
    """Derivatives with their values at a point."""

    derivatives: tuple[Derivative, ...]
    #: What a reader of the numbers should know, a sentence each.
    warnings: tuple[Remark, ...]


def valued(derivatives: Iterable[Derivative], problem: Problem) -> Valued:
    """Return derivatives with their values at a point.

    Raises DomainError where one has none, and KinkError where the rules do not hold.
    """
    warnings = [*judged_by_nodes(problem)]
    found = []
    for each in derivatives:
        try:
            estimate = measured(each.derivation.result, problem.point)
        except Undefined as undefined:
            raise located(undefined, problem.parsed, problem.point) from None
        if len(each.variables) > 1:
            _require_rules_hold(each, estimate, problem)
            warnings += doubt(problem.partial(*each.variables), estimate)
        found.append(each._replace(value=estimate.value))
    return Valued(tuple(found), tuple(warnings))


def _require_rules_hold(
    found: Derivative, estimate: Estimate, problem: Problem
) -> None:
    """Refuse a derivative of higher order that only has a convention for its value.

    Raises KinkError.
    """
    *path, name = found.variables
    sides = corners(problem, found.of, path, (name,)).get(name)
    if sides is None or sides.slope is None:
        return
    if abs(sides.slope - estimate.number) > _SAME * abs(sides.slope):
        raise KinkError(
            f"at {point_text(problem.point)} {problem.partial(*found.variables)} is"
            f" {sides.slope:.10g}, but the rules give {estimate.value:.10g} at a kink",
            hint="grad shows the derivatives of the whole function",
            facts={"variable": name},
        )
