"""``diffcli grad``: the gradient by all methods, side by side."""

import os
from itertools import product
from typing import Any

import click

from diffcli import methods
from diffcli.api.partials import compare, evaluate, with_exact_values
from diffcli.cli import gradients, options
from diffcli.cli.command import Answer, Command, refuse
from diffcli.cli.gradients import Question, refuse_unused
from diffcli.cli.help import Listed
from diffcli.cli.request import OUTPUT, Request, numbered
from diffcli.errors import UsageError
from diffcli.inputs import points
from diffcli.inputs.arguments import MOST_ORDER
from diffcli.inputs.rows import Row, Rows, poser
from diffcli.output.views.grad import columns, document
from diffcli.problem import Settings
from diffcli.tables import frame_kind

SECTION, PLACE = "Differentiate", 1
ALSO = {
    "derivative": "", "diff": "", "differentiate": "", "jacobian": "",
    "hessian": "--order 2", "taylor": "--order 5", "value": "--order 0",
    "implicit": "--implicit y", "prove": "--prove", "budget": '--at "x=2.0±0.1"',
}  # fmt: skip
HAS = gradients.PARTS
_NOWHERE = Row("", {}, {})  # the point of a formula without variables
EPILOG = """\
\b
Examples:
  diffcli grad "(2*x1+3*x2)**2+3" --at 1,3
  diffcli grad "sin(x)*exp(x)" --at pi/2 --h 1e-3 --scheme forward
  diffcli grad "w*x+b" --at w=2,x=3,b=1 --wrt w,b -f plain
  diffcli grad -x^2+b --at x=3,b=1 -f plain
  diffcli grad "x**2*y**3" --at 1,2 --order 2
  diffcli grad "sqrt(x)*sin(y)" --at 2,pi/6 --exact --method symbolic
  diffcli grad "exp(x)-exp(-x)" --at 1e-9 --digits 30 --method backprop
  diffcli grad "x^2*y" --at 1,2 --at 3,4 -f csv
"""


def _methods() -> list[tuple[str, str]]:
    return [(name, methods.summary(name)) for name in methods.names()]


@click.command(cls=Command, epilog=EPILOG)
@options.formula_or_none
@options.at
@options.wrt("Only these partials.")
@click.option(
    "--method", "wanted", metavar="M", multiple=True,
    shell_complete=options.among(lambda: [*methods.names(), "all"]),
    cls=Listed, title="Methods", rows=_methods,
    help="One of the methods below, or all (default: finite, symbolic, backprop).",
)  # fmt: skip
@options.steps("1e-5")
@click.option(
    "--subgradient", is_flag=True,
    help="At kinks use the deep-learning convention: relu'(0) = 0.",
)  # fmt: skip
@click.option(
    "--order", type=click.IntRange(0, MOST_ORDER), default=1, metavar="N",
    help="1: the gradient; 2: the Hessian, all second derivatives (of 100 variables and"
    f" more those that are not 0 everywhere, and the diagonal); 3 to {MOST_ORDER}: all"
    " derivatives of one variable up to that, and the Taylor polynomial, by finite,"
    " symbolic and taylor; 0: the value alone.",
)  # fmt: skip
@options.implicit
@click.option(
    "--exact", is_flag=True, help="Exact values too, where they exist: sqrt(2)/4."
)
@click.option(
    "--arithmetic", is_flag=True,
    help="The arithmetic of the differences too: samples, difference, quotient.",
)  # fmt: skip
@click.option(
    "--prove", is_flag=True,
    help="Each number with the digits that are proved (balls; extra proof).",
)  # fmt: skip
@options.proved_range
@options.black_box
@click.option(
    "--exprs", metavar="FILE", default="",
    help="Many formulas, one a line, in place of EXPR; - is stdin.",
)  # fmt: skip
@options.data
@options.keep_going
@click.option(
    "--engine", type=click.Choice(("columns", "polars")), default="columns",
    show_default=True,
    help="What computes --points; polars (extra fast) reads .parquet and .arrow too.",
)  # fmt: skip
@click.option(
    "--progress", type=click.Choice(("line", "json")), default="line",
    show_default=True,
    help="How far --points 'in/*.csv' -o DIR/ is: one line, or JSON lines.",
)  # fmt: skip
@options.float_format
@options.digits
@options.output(*HAS)
def command(
    expr: str | None,
    wrt: str,
    wanted: tuple[str, ...],
    h: str,
    scheme: str,
    subgradient: bool,
    order: int,
    implicit: str,
    exact: bool,
    arithmetic: bool,
    prove: bool,
    x_range: str,
    exprs: str,
    keep_going: bool,
    engine: str,
    progress: str,
    float_name: str | None,
    **shared: Any,
) -> Answer:
    """Gradient at a point by all three methods, side by side.

    The point goes by order or by name. A negative number, or a formula that begins with
    a minus sign, needs no special care.

    The column digits counts the digits of the difference that backprop confirms; in
    colour, the others are marked. Above 17 digits all methods compute with that many.
    With --exact the point is taken as it was written.

    Where there is no derivative, an error says so: at a kink with both slopes, at a gap
    with the limit. It is asked of the whole function: relu(x)-relu(-x) is x, and has
    derivative 1 at 0.

    A table of points is read as it comes and answered in order, and its other columns
    are carried through. A bad point ends the run and is named with its line; with
    --keep-going it gets a row with its status. Notes on uncertain digits stand in the
    records of -f jsonl; csv, tsv and plain go without.

    Where -o is a folder, one that ends in / or is there, each file of --points gets a
    file of its own in it. The same call again does only what is missing or has changed.

    The extras: pip install 'diffcli[proof]' is for --prove, 'diffcli[fast]' for
    --engine polars, 'diffcli[dask]' for --jobs dask.
    """
    request = Request(expr or "", **shared)
    if expr is None and not exprs and not request.is_box:
        raise click.UsageError("Missing argument 'EXPR'.")
    if prove:
        from diffcli.cli import proofs

        return proofs.answer(request, HAS, wrt, order, x_range)
    refuse("on a range something is proved: --prove", "x_range")
    width = h or ("auto" if order > 2 else "")
    settings = request.settings(width, scheme, subgradient)
    question = Question(request, wrt, wanted, settings, order, keep_going, exprs)
    whole = _of_another_kind(question, implicit, h, float_name)
    whole = whole or _by_files(question, engine, progress)
    if whole is not None:
        return whole
    request.refuse_rounding(question.form)
    if request.is_box:
        from diffcli.cli.gradients import boxes

        return boxes.answer(question, h, scheme, exact=exact)
    refuse_unused(question.methods_of_order(), settings, question.form)
    if exprs or keep_going or (request.points_file and order <= 2):
        if exact:
            raise UsageError("--exact takes points from --at, up to the first bad one")
        refuse("the arithmetic is shown of points from --at", "arithmetic")
        from diffcli.cli.gradients import streams

        return streams.answer(question)
    if order > 1:
        from diffcli.cli.gradients import orders

        return orders.answer(question, exact=exact)
    return _at(question, exact=exact, arithmetic=arithmetic)


def _of_another_kind(
    question: Question, implicit: str, h: str, float_name: str | None
) -> Answer | None:
    """Return the answer to another question than what the gradient of EXPR is.

    None: that is the question.
    """
    request = question.request
    if not implicit and any("±" in text or "+/" in text for text in request.points):
        from diffcli.cli.gradients import budgets

        if (budget := budgets.answer(request, HAS)) is not None:
            return budget
    if implicit:
        from diffcli.cli import implicits

        return implicits.answer(question, implicit)
    if float_name is not None:
        from diffcli.cli.gradients import floats

        return floats.answer(question, float_name, h)
    if request.data_file:
        from diffcli.cli.gradients import losses

        return losses.answer(question)
    request.refuse_data_options()
    return None


def _by_files(question: Question, engine: str, progress: str) -> Answer | None:
    """Return an answer that is made file by file; None: it is one of lines."""
    request = question.request
    if request.points_file and _is_folder(request.output):
        from diffcli.cli import parts

        return parts.answer(request, progress)
    refuse("it is for parts: --points 'parts/*.csv' -o DIR/", "progress")
    if engine != "polars" and not frame_kind(request.output):
        return None
    from diffcli.cli.gradients import streams

    found = streams.by_polars(question)
    if found is not None:
        return found
    if request.output == "-":  # our own columns write what polars would
        request = request._replace(form_name=request.form_name or "csv")
    return streams.answer(
        question._replace(request=request, settings=Settings(), exprs="")
    )


def _is_folder(output: str) -> bool:
    return output.endswith(("/", os.sep)) or os.path.isdir(output)


def _at(question: Question, *, exact: bool, arithmetic: bool) -> Answer:
    """Return the gradient or value at every --at, up to the first that has none."""
    request, form, order = question.request, question.form, question.order
    parsed = request.parsed(several=True)
    several = bool(parsed.outputs)
    toward = request.variables_for(parsed, question.wrt) if order else ()
    names = question.methods(many=request.many or several) if order else ()
    alone = order == 0 and not (parsed.variables or request.has_points)
    rows = Rows((), iter([_NOWHERE])) if alone else request.rows_for(parsed, form)
    parts = [(part, poser(part, toward, question.settings)) for part in parsed.parts()]
    notes, documents, error = request.reading_notes(parsed), [], None
    for (text, row), (part, problem_at) in product(
        zip(request.points or [""], rows.rows, strict=True), parts
    ):
        problem = problem_at(row)
        comparison = compare(problem, methods=names) if names else evaluate(problem)
        if exact:
            point = points.expressions(text, parsed.variables) if text else {}
            comparison = with_exact_values(comparison, point)
        found = document(comparison, arithmetic=arithmetic)
        documents.append(numbered(part, found._replace(carried=row.carried)))
        notes += comparison.warnings
        error = comparison.error()
        if error:
            break
    own = columns(toward, names, exact=exact)
    header = ((*OUTPUT[: len(parsed.outputs)], *rows.columns), own)
    return request.answer(form, documents, notes, error, columns=header, exprs=several)
