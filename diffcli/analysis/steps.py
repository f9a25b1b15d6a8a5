"""A function's derivatives with the steps that lead to them, values at a point too."""

from collections.abc import Iterable, Iterator, Sequence

from diffcli.analysis.certainty import require_rows_hold
from diffcli.engine.derivation import Derivation, derive
from diffcli.engine.tape import Program, Undefined
from diffcli.errors import UsageError
from diffcli.language.expression import Expression
from diffcli.language.parser import Parsed
from diffcli.problem import Problem, located
from diffcli.records import Record


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


def valued(derivatives: Iterable[Derivative], problem: Problem) -> list[Derivative]:
    """Return derivatives with their values at a point.

    Raises DomainError where one has none, and KinkError where the rules do not hold.
    """
    require_rows_hold(problem)
    try:
        return [
            each._replace(value=Program([each.derivation.result]).value(problem.point))
            for each in derivatives
        ]
    except Undefined as undefined:
        raise located(undefined, problem.parsed, problem.point) from None
