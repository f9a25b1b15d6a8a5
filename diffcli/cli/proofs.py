"""Proofs, for ``diffcli grad --prove``."""

from collections.abc import Iterator, Sequence

from diffcli.cli.command import Answer, refuse
from diffcli.cli.request import Request
from diffcli.errors import CannotTell
from diffcli.inputs import points
from diffcli.language.expression import Expression
from diffcli.language.parser import Parsed
from diffcli.output import formats
from diffcli.output.document import Document
from diffcli.problem import DOUBLE, Problem, Settings, pose

_WHY = "--prove has one way, balls, and what they prove"


def answer(request: Request, parts: Sequence[str], wrt: str, order: int) -> Answer:
    """Return what is proved at every --at.

    Raises UsageError for options of no use to it.
    """
    refuse(_WHY, "wanted", "h", "scheme", "subgradient", "exact", "arithmetic")
    refuse(_WHY, "exprs", "keep_going", "engine", "progress", "implicit")
    refuse(_WHY, "program", "module", "data_file", "init", "reduction", "float_name")
    refuse("--prove takes the points from --at, which it reads exactly", "point_files")
    if not order:
        refuse("--order 0 is the value alone", "wrt")
    from diffcli.api.proofs import at, need
    from diffcli.output.views import proof as view

    need()
    form = request.form(parts)
    request.refuse_rounding(form)
    rounds = formats.part(form) in ("blocks", "maths")
    digits = request.digits if rounds else max(DOUBLE, request.digits)
    parsed = request.parsed(several=True)
    exact = _points(request, parsed)
    still_open: list[str] = []

    def document(problem: Problem) -> Document:
        found = at(problem, next(exact), order=order, digits=digits)
        still_open.extend(view.reasons(found))
        return view.document(found)

    def ending() -> CannotTell | None:
        return CannotTell(f"not proved: {still_open[0]}") if still_open else None

    if not (order or parsed.variables or parsed.outputs or request.has_points):
        alone = document(pose(parsed, {}, settings=Settings(digits=digits)))
        made = request.answer(form, [alone], request.reading_notes(parsed))
        return made._replace(ending=ending)
    made = request.at_points(
        form, parsed, wrt if order else "", document, view.HEADER,
        Settings(digits=digits), request.reading_notes(parsed),
    )  # fmt: skip

    return made._replace(ending=ending)


def _points(request: Request, parsed: Parsed) -> Iterator[dict[str, Expression]]:
    """Yield each --at as it is written, once for each output."""
    for text in request.points or [""]:
        for part in parsed.parts():
            yield points.expressions(text, part.variables) if text else {}
