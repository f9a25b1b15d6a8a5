"""The derivatives of order 2 and more, for ``diffcli grad --order``."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from diffcli.cli.command import Answer
from diffcli.cli.gradients import Question
from diffcli.errors import UsageError
from diffcli.inputs import points
from diffcli.language.expression import Expression
from diffcli.output.document import Document
from diffcli.problem import Problem

#: A problem, and its point as formulas where exact values are asked for.
Make = Callable[[Problem, Mapping[str, Expression] | None], Document]


def answer(question: Question, *, exact: bool) -> Answer:
    """Return the derivatives at every point.

    Raises UsageError for options of no use to them.
    """
    request = question.request
    if exact and request.points_file:
        raise UsageError("--exact takes its points from --at")
    parsed = request.parsed(several=True)
    make, header = (_second if question.order == 2 else _higher)(question, exact=exact)
    texts = _each(request.points, len(parsed.parts()))

    def at(problem: Problem) -> Document:
        point = points.expressions(next(texts), parsed.variables) if exact else None
        return make(problem, point)

    return request.at_points(
        question.form, parsed, question.wrt, at, header, question.settings
    )


def _second(question: Question, *, exact: bool) -> tuple[Make, Sequence[str]]:
    """Return what makes a document of second derivatives, and its columns."""
    from diffcli.api.hessians import hessian, with_exact_values
    from diffcli.output.views import hessian as view

    names = question.methods_of_second_order()

    def make(problem: Problem, point: Mapping[str, Expression] | None) -> Document:
        found = hessian(problem, methods=names)
        if point is not None:
            found = with_exact_values(found, point)
        return view.document(found)

    return make, view.header(names, exact=exact)


def _higher(question: Question, *, exact: bool) -> tuple[Make, Sequence[str]]:
    """Return what makes a document of all derivatives up to an order, its columns."""
    from diffcli.api.expansions import taylor, with_exact_values
    from diffcli.output.views import taylor as view

    names = question.methods_of_higher_order()

    def make(problem: Problem, point: Mapping[str, Expression] | None) -> Document:
        found = taylor(problem, order=question.order, methods=names)
        if point is not None:
            found = with_exact_values(found, point)
        return view.document(found)

    return make, view.header(names, exact=exact)


def _each(texts: Sequence[str], count: int) -> Iterator[str]:
    """Yield each --at once for each output."""
    for text in texts:
        yield from [text] * count
