"""``diffcli grad``: the gradient by all methods, side by side."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import click

from diffcli import methods
from diffcli.analysis.grad import compare, with_exact_values
from diffcli.cli import completion, options, terminal
from diffcli.cli.call import Call, chosen_names
from diffcli.cli.command import Answer, Command
from diffcli.errors import DiffcliError, RowsFailed, UsageError
from diffcli.inputs.points import expressions
from diffcli.output.document import Document
from diffcli.output.views.grad import document
from diffcli.problem import DOUBLE, Settings

if TYPE_CHECKING:
    from diffcli.analysis.batch import Entry

SECTION, PLACE = "Differentiate", 1
FORMATS = (
    "table", "plain", "tsv", "csv", "json", "jsonl", "md", "latex", "svg", "html",
)  # fmt: skip
EPILOG = """\
\b
Examples:
  diffcli grad "(2*x1+3*x2)**2+3" --at 1,3
  diffcli grad "sin(x)*exp(x)" --at pi/2 --h 1e-3 --scheme forward
  diffcli grad "w*x+b" --at w=2,x=3,b=1 --wrt w,b -f plain
  diffcli grad "x**2*y**3" --at 1,2 --order 2
"""


@click.command(cls=Command, epilog=EPILOG)
@options.formula_or_none
@options.at
@options.wrt("Only these partials.")
@click.option(
    "--method", "wanted", metavar="M", multiple=True,
    shell_complete=completion.among(lambda: [*methods.names(), "all"]),
    help="finite, symbolic, backprop (these by default), dual, complex, all.",
)  # fmt: skip
@options.steps
@click.option(
    "--subgradient", is_flag=True,
    help="At kinks use the deep-learning convention: relu'(0) = 0.",
)  # fmt: skip
@click.option(
    "--order", type=click.IntRange(1, 2), default=1, metavar="N",
    help="1: the gradient; 2: the Hessian, all second derivatives.",
)  # fmt: skip
@click.option(
    "--exact", is_flag=True, help="Exact values too, where they exist: sqrt(2)/4."
)
@options.black_box
@click.option(
    "--exprs", metavar="FILE", default="",
    help="Many formulas, one a line, in place of EXPR; - is stdin.",
)  # fmt: skip
@click.option(
    "--keep-going", is_flag=True,
    help="Go on after a bad point: its row has a status other than ok.",
)  # fmt: skip
@options.output(*FORMATS)
def command(
    expr: str | None,
    wrt: str,
    wanted: tuple[str, ...],
    h: str,
    scheme: str,
    subgradient: bool,
    order: int,
    exact: bool,
    exprs: str,
    keep_going: bool,
    **shared: Any,
) -> Answer:
    """Gradient at a point by all three methods, side by side."""
    call = Call(expr or "", **shared)
    if expr is None and not exprs and not call.is_box:
        raise click.UsageError("Missing argument 'EXPR'.")
    form = call.form(FORMATS)
    if call.is_box:
        if exact or order > 1 or (wanted and methods.chosen(wanted) != ["finite"]):
            raise UsageError("a black box has finite differences only")
        return _of_box(call, wrt, call.settings(h or "auto", scheme, subgradient))
    settings = call.settings(h, scheme, subgradient)
    if exprs or ((call.points_file or keep_going) and order == 1):
        if exact:
            raise UsageError("--exact takes its points from --at")
        return _many(call, exprs, wrt, wanted, settings, keep_going=keep_going)
    parsed = call.parsed()
    notes = call.order_note(parsed)
    problems = call.problems(parsed, wrt, settings)
    if order == 2:
        from diffcli.analysis.hessian import hessian
        from diffcli.output.views.hessian import document as second_document

        matrices = [hessian(problem) for problem in problems]
        notes += [warning for matrix in matrices for warning in matrix.warnings]
        return call.answer(form, map(second_document, matrices), notes)
    one_row_each = form == "plain" or (form in ("csv", "tsv") and len(call.points) > 1)
    usual = ("backprop",) if one_row_each else methods.THREE
    names = methods.chosen(wanted or usual)
    results = []
    for text, problem in zip(call.points, problems, strict=True):
        results.append(compare(problem, names))
        if exact:
            point = expressions(text, parsed.variables)
            results[-1] = with_exact_values(results[-1], point)
        if results[-1].error():
            break
    notes += [warning for result in results for warning in result.warnings]
    return call.answer(form, map(document, results), notes, results[-1].error())


def _many(
    call: Call,
    exprs: str,
    wrt: str,
    wanted: tuple[str, ...],
    settings: Settings,
    *,
    keep_going: bool,
) -> Answer:
    """Return the gradients at many points, or of many formulas, as they are read."""
    from diffcli.analysis.batch import at_points, of_formulas

    form = call.form(FORMATS)
    alone = form in ("plain", "csv", "tsv")
    usual = ("backprop",) if alone else methods.THREE
    names = tuple(methods.chosen(wanted or usual))
    if exprs:
        lines, name = terminal.opened(exprs)
        entries = of_formulas(lines, name, call.the_point(exprs), settings, names)
    else:
        parsed = call.parsed()
        rows, toward = call.rows(parsed.variables), call.wanted(parsed, wrt)
        entries = at_points(parsed, rows, toward, settings, names, alone=alone)
    failed: list[DiffcliError] = []
    documents = _documents(entries, failed, bool(exprs), keep_going=keep_going)
    answer = call.answer(form, documents)
    return answer._replace(
        ending=lambda: RowsFailed(failed[0]) if failed else None,
        flush=form == "jsonl" or terminal.is_interactive(exprs or call.points_file),
    )


def _documents(
    entries: "Iterable[Entry]",
    failed: list[DiffcliError],
    of_formulas: bool,
    *,
    keep_going: bool,
) -> Iterator[Document]:
    """Yield a document for each entry; end at a bad one, or remember the first."""
    from diffcli.output.views import batch

    for place, entry in enumerate(entries):
        if entry.error is not None and not keep_going:
            raise entry.error
        if entry.error is not None and not failed:
            failed.append(entry.error)
        if of_formulas:
            yield batch.formula_document(entry)
        else:
            if place == 0:
                batch.refuse_clash(entry)
            yield batch.document(entry)


def _of_box(call: Call, wrt: str, settings: Settings) -> Answer:
    """Return the gradient of a program or callable, by differences."""
    from diffcli.analysis.measure import measure
    from diffcli.output.views.blackbox import document

    if call.digits > DOUBLE:
        raise UsageError("a black box computes in doubles: --digits 17 at most")
    found = []
    with call.boxes() as boxes:
        for point in call.box_points():
            names = chosen_names(wrt, tuple(point))
            progress = terminal.Progress(len(names), "partials")
            try:
                found.append(measure(boxes, point, names, settings, progress))
            finally:
                progress.close()
    notes = [warning for measured in found for warning in measured.warnings]
    return call.answer(call.form(FORMATS), map(document, found), notes)
