"""A function's derivatives with the steps that lead to them, values at a point too."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from diffcli.engine.derivation import Derivation, derive
from diffcli.engine.tape import Program, Undefined
from diffcli.language.expression import Expression
from diffcli.language.parser import Parsed
from diffcli.problem import Problem, located


class Derivative(NamedTuple):
    """A derivative of first or second order, and how it was found."""

    #: The variables that f was differentiated toward before, and now.
    variables: tuple[str, ...]
    derivation: Derivation
    #: Its value at the point; None: there is no point.
    value: float | None = None
    #: A shorter form of the result; None: there is none, or none was asked for.
    simplified: Expression | None = None

    def __str__(self) -> str:
        """Return the shortest form that there is, as text."""
        from diffcli.language.printer import text

        return text(self.simplified or self.derivation.result)


def steps(
    parsed: Parsed, names: Sequence[str], order: int = 1, *, simplify: bool = False
) -> Iterator[Derivative]:
    """Yield the derivative toward each variable, and with order 2 those of each."""
    for place, first in enumerate(derive(parsed.expression, names)):
        yield _with_shorter(Derivative((first.variable,), first), simplify)
        for second in derive(first.result, names[place:] if order > 1 else ()):
            both = Derivative((first.variable, second.variable), second)
            yield _with_shorter(both, simplify)


def _with_shorter(found: Derivative, simplify: bool) -> Derivative:
    if not simplify:
        return found
    from diffcli.engine.exact import simplified

    return found._replace(simplified=simplified(found.derivation.result))


def valued(found: Iterable[Derivative], problem: Problem) -> list[Derivative]:
    """Return derivatives with their values at a point.

    Raises DomainError where one has none.
    """
    try:
        return [
            each._replace(value=Program([each.derivation.result]).value(problem.point))
            for each in found
        ]
    except Undefined as undefined:
        raise located(undefined, problem.parsed, problem.point) from None
