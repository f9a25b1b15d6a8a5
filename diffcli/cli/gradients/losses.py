"""The gradient of a loss over rows of data, for ``diffcli grad --data``."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from diffcli.cli import terminal
from diffcli.cli.command import Answer, refuse
from diffcli.cli.examples import examples
from diffcli.cli.gradients import Question, refuse_unused
from diffcli.errors import UsageError
from diffcli.output import formats
from diffcli.output.document import Document
from diffcli.output.views.grad import document
from diffcli.remarks import Remark

if TYPE_CHECKING:
    from diffcli.api.losses import Examples
    from diffcli.inputs.data import Data


def answer(question: Question) -> Answer:
    """Return the gradient or the second derivatives of the mean over the rows.

    Raises UsageError for options of no use to it.
    """
    request, form = question.request, question.form
    if request.is_box or request.expr == "":
        raise UsageError("--data needs a formula, the loss of one example")
    request.refuse_rounding(form)
    if question.order not in (1, 2):
        refuse("with --data there are orders 1 and 2", "order")
    refuse("the cells of --data are decimals, and exact values need more", "exact")
    refuse("with --data each row has an arithmetic of its own", "arithmetic")
    why = "with --data it is the gradient of one loss, the mean over its rows"
    refuse(why, "exprs", "engine", "progress")
    names = question.methods(many=False)
    asked = names if question.order == 1 else question.method_words or ("finite",)
    refuse_unused(asked, question.settings, form)
    parsed = request.parsed()
    found = examples(
        request, parsed, question.wrt, question.settings,
        keep_going=question.keep_going,
    )  # fmt: skip
    with terminal.Progress(found.data.used, "rows") as progress:
        if question.order == 2:
            return _second(question, found, progress)
        shown = formats.part(form) in ("blocks", "maths")
        comparison = found.compare(names, progress, bounds=shown)
    return _answer(question, document(comparison), comparison.data, comparison.warnings)


def _second(
    question: Question, found: "Examples", progress: terminal.Progress
) -> Answer:
    """Return the second derivatives of the mean over the rows of --data."""
    from diffcli.api.hessians import hessian
    from diffcli.output.views import hessian as view

    names = question.methods_of_second_order()
    made = hessian(found, methods=names, progress=progress)
    return _answer(question, view.document(made), made.data, made.warnings)


def _answer(
    question: Question, made: Document, data: "Data | None", warnings: Sequence[Remark]
) -> Answer:
    """Return an answer about a loss; plain numbers leave what it is to a note."""
    request, form = question.request, question.form
    notes = [*request.reading_notes(request.parsed()), *warnings]
    if formats.part(form) == "brief":
        notes.append(Remark(str(data)))
    return request.answer(form, [made], notes)
