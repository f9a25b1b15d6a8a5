"""The gradient of a program or a callable, for ``diffcli grad --program``."""

from collections.abc import Iterator

from diffcli import methods
from diffcli.api.boxes import measure
from diffcli.cli import programs, terminal
from diffcli.cli.command import Answer, refuse
from diffcli.cli.gradients import Question
from diffcli.errors import KinkError, UsageError
from diffcli.inputs import arguments, points
from diffcli.output.document import Document
from diffcli.output.views.grad import columns
from diffcli.output.views.measure import document
from diffcli.problem import DOUBLE
from diffcli.remarks import Remark


def answer(question: Question, h: str, scheme: str, *, exact: bool) -> Answer:
    """Return the gradient of a program or callable at every point, by differences.

    Raises UsageError for options of no use to it.
    """
    request, wrt = question.request, question.wrt
    wanted = question.method_words and methods.select(question.method_words)
    if exact or question.order != 1 or wanted not in ((), ["finite"]):
        raise UsageError("a black box has finite differences only")
    refuse("a program is asked in place of formulas", "exprs")
    refuse("the arithmetic is shown of formulas", "arithmetic")
    refuse("a program ends at the first bad point", "keep_going")
    refuse("the kinks of a program have no convention", "subgradient")
    if h in ("", "auto"):
        refuse("--h auto takes what is best at each step", "scheme")
    settings = request.settings(h or "auto", scheme, subgradient=False)
    if request.digits > DOUBLE:
        raise UsageError("a black box computes in doubles: --digits 17 at most")
    form = question.form
    rows = programs.rows(request, form)
    notes: list[Remark] = []
    kinks: list[KinkError] = []

    def documents() -> Iterator[Document]:
        with programs.boxes(request) as boxes:
            for row in rows.rows:
                if row.error:
                    raise row.error
                names = points.select(wrt, tuple(row.point))
                with terminal.Progress(len(names), "partials") as progress:
                    found = measure(
                        boxes, row.point, wrt=names,
                        h=arguments.step(settings.h),
                        scheme=arguments.one_scheme(settings.scheme),
                        digits=settings.digits, progress=progress,
                    )  # fmt: skip
                notes.extend(() if request.points_file else found.warnings)
                kinks.extend(filter(None, [found.error()]))
                yield request.of_row(row, document(found))

    own = columns(points.select(wrt, rows.columns), ("finite",))
    made = request.answer(form, documents(), notes, columns=(rows.columns, own))
    return made._replace(ending=lambda: kinks[0] if kinks else None)
