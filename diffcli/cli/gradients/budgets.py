"""The error budget of ``diffcli grad``: --at x=2.0±0.1, or cells of --points."""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence

from diffcli.cli.command import Answer, refuse
from diffcli.cli.request import Request
from diffcli.errors import UsageError
from diffcli.inputs import spreads
from diffcli.inputs.rows import Row, Rows
from diffcli.language.parser import Parsed
from diffcli.output.document import Document
from diffcli.problem import DOUBLE, Problem, Settings


def answer(request: Request, parts: Sequence[str]) -> Answer | None:
    """Return the error budget at every --at; None: no value has an error.

    Raises UsageError for options of no use to it.
    """
    if not any(map(spreads.has_errors, request.points)):
        return None
    form = _form(request, parts)
    given = [spreads.split(text) for text in request.points]
    plain = request._replace(points=tuple(spread.point for spread in given))
    parsed = plain.parsed(several=True)
    texts = _each(given, len(parsed.parts()))
    errors = (spread.named(parsed.variables) for spread in texts)
    return _answer(plain, form, parsed, errors)


def of_rows(
    request: Request, parts: Sequence[str], parsed: Parsed, rows: Rows
) -> Answer:
    """Return the error budget at every row of a table with cells such as 2.0±0.1.

    Raises UsageError for options of no use to it.
    """
    form = _form(request, parts)
    pending: deque[dict[str, float]] = deque()

    def points() -> Iterator[Row]:
        for row in rows.rows:
            found, errors = spreads.of_cells(row, parsed.variables)
            pending.extend([errors] * len(parsed.parts()))
            yield found

    errors = iter(pending.popleft, None)
    return _answer(request, form, parsed, errors, rows._replace(rows=points()))


def _form(request: Request, parts: Sequence[str]) -> str:
    """Return the format. Raises UsageError for options of no use to it."""
    why = "with ± it is the error budget, which has one way and all inputs"
    refuse(why, "wrt", "wanted", "h", "scheme", "subgradient", "order", "exact")
    refuse(why, "arithmetic", "exprs", "keep_going", "engine", "progress")
    refuse(why, "program", "module", "data_file", "init", "reduction", "float_name")
    if request.digits > DOUBLE:
        raise UsageError("an error budget is computed in doubles: --digits 17 at most")
    form = request.form(parts)
    request.refuse_rounding(form)
    return form


def _answer(
    request: Request,
    form: str,
    parsed: Parsed,
    errors: Iterator[Mapping[str, float]],
    rows: Rows | None = None,
) -> Answer:
    """Return the budget at every point; ``errors`` come in the order of the points."""
    from diffcli.api.budgets import budget
    from diffcli.output.views import budget as view

    def at(problem: Problem) -> Document:
        return view.document(budget(problem, errors=next(errors)))

    return request.at_points(
        form, parsed, "", at, view.HEADER, Settings(digits=request.digits), rows
    )


def _each(given: list[spreads.Spread], count: int) -> Iterator[spreads.Spread]:
    """Yield each point's errors once for each output."""
    for spread in given:
        yield from [spread] * count
