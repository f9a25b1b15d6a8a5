"""The error budget of ``diffcli grad``: --at x=2.0±0.1."""

from collections.abc import Iterator, Sequence

from diffcli.cli.command import Answer, refuse
from diffcli.cli.request import Request
from diffcli.errors import UsageError
from diffcli.inputs import spreads
from diffcli.output.document import Document
from diffcli.problem import DOUBLE, Problem, Settings


def answer(request: Request, parts: Sequence[str]) -> Answer | None:
    """Return the error budget at every --at; None: no value has an error.

    Raises UsageError for options of no use to it.
    """
    if not any(map(spreads.has_errors, request.points)):
        return None
    why = "with ± it is the error budget, which has one way and all inputs"
    refuse(why, "wrt", "wanted", "h", "scheme", "subgradient", "order", "exact")
    refuse(why, "arithmetic", "exprs", "keep_going", "engine", "progress")
    refuse(why, "program", "module", "data_file", "init", "reduction", "float_name")
    if request.digits > DOUBLE:
        raise UsageError("an error budget is computed in doubles: --digits 17 at most")
    from diffcli.api.budgets import budget
    from diffcli.output.views import budget as view

    form = request.form(parts)
    request.refuse_rounding(form)
    given = [spreads.split(text) for text in request.points]
    plain = request._replace(points=tuple(spread.point for spread in given))
    parsed = plain.parsed(several=True)
    texts = _each(given, len(parsed.parts()))

    def at(problem: Problem) -> Document:
        errors = next(texts).named(parsed.variables)
        return view.document(budget(problem, errors=errors))

    return plain.at_points(
        form, parsed, "", at, view.HEADER, Settings(digits=request.digits),
        plain.reading_notes(parsed),
    )  # fmt: skip


def _each(given: list[spreads.Spread], count: int) -> Iterator[spreads.Spread]:
    """Yield each point's errors once for each output."""
    for spread in given:
        yield from [spread] * count
