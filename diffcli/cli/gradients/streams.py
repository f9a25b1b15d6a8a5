"""The gradients at many points or of many formulas, for ``diffcli grad --points``."""

from collections.abc import Iterator

from diffcli import methods
from diffcli.api.streams import BLOCK, of_formulas
from diffcli.cli import terminal
from diffcli.cli.batches import SHARED, Batch, Failures, documents, each_output
from diffcli.cli.command import Answer, refuse
from diffcli.cli.gradients import PARTS, Question, has_room_for_one, refuse_other_orders
from diffcli.cli.request import DIALECT, OUTPUT, Request
from diffcli.errors import UsageError
from diffcli.inputs import points
from diffcli.output.document import Result
from diffcli.output.views import batch
from diffcli.output.views.grad import columns
from diffcli.output.views.hessian import header as second_columns
from diffcli.tables import frame_kind


def answer(question: Question) -> Answer:
    """Return the gradients at many points, or of many formulas, as they are read."""
    names = question.methods(many=question.many)
    if question.order != 1:
        names = question.methods_of_second_order() if question.order else ()
    if question.exprs:
        return _of_formulas(question, names)
    return _at_rows(question, names)


def _of_formulas(question: Question, names: tuple[str, ...]) -> Answer:
    """Return the gradients of many formulas at one point."""
    request, exprs, order = question.request, question.exprs, question.order
    if order > 2:
        raise UsageError(
            "--exprs has no derivatives of order 3 and more",
            hint="ask each formula alone, or --order 2",
        )
    lines, name = terminal.opened(exprs, request.output)
    at = _the_point(request)
    entries = of_formulas(
        lines, name, at, question.settings, names, question.wrt, order
    )
    failures = Failures(keep_going=question.keep_going)
    header = ((), batch.long_header(names, order))
    found = documents(entries, failures, formulas=True)
    made = request.answer(question.form, found, columns=header, exprs=True)
    flush = made.flush or terminal.is_interactive([exprs])
    return made._replace(ending=failures.ending, flush=flush)


def _the_point(request: Request) -> str:
    """Return the only point, for many formulas.

    Raises UsageError if there is not exactly one, or there is a formula too.
    """
    request.refuse_syntax()
    request.refuse_dialect()
    if request.expr or request.points_file or request.variables:
        raise UsageError("--exprs takes the place of EXPR, --points and --vars")
    if len(request.points) != 1:
        raise points.missing_point(["x"])
    return request.points[0]


def _at_rows(question: Question, names: tuple[str, ...]) -> Answer:
    """Return the gradients at the rows of a table, or at every --at."""
    request, form, order = question.request, question.form, question.order
    parsed = request.parsed(several=True)
    rows = request.rows_for(parsed, form, named=True)
    if request.points_file and rows.peek():
        from diffcli.cli.gradients import budgets

        return budgets.of_rows(request, PARTS, parsed, rows)
    toward = request.variables_for(parsed, question.wrt) if names else ()
    alone = has_room_for_one(form, many=request.many)
    alike = frame_kind(request.points_file) and form in ("csv", "tsv")
    if alike and order < 2 and request.is_one_file:
        whole_table = by_polars(question._replace(method_words=names))
        if whole_table is not None:
            return whole_table
    parts = [
        Batch(
            part,
            toward,
            question.settings,
            names,
            form,
            alone,
            question.keep_going,
            order,
        )
        for part in parsed.parts()
    ]
    failures = Failures(keep_going=question.keep_going)
    found: Iterator[Result]
    own = columns(toward, names) if order < 2 else second_columns(names)
    watched = request.is_watched()
    apart = watched or (parsed.outputs and order > 1)
    pieces = rows.rows if apart or rows.chunks is None else rows.chunks(BLOCK)
    if parsed.outputs:
        found = each_output(parts, pieces, failures)
        header = (*OUTPUT, *rows.columns), own
        made = request.answer(form, found, columns=header, exprs=True)
        return made._replace(ending=failures.ending)
    (whole,) = parts
    jobs = request.processes if request.points_file else 1
    if jobs > 1 and form in SHARED and not watched:
        found = whole.shared(pieces, failures, jobs)
    else:
        found = whole.documents(pieces, failures)
    made = request.answer(form, found, columns=(rows.columns, own))
    return made._replace(ending=failures.ending)


def by_polars(question: Question) -> Answer | None:
    """Return the gradients at the rows of a table, computed by polars.

    None: our own columns have to. Raises UsageError for what neither can do.
    """
    from diffcli.cli import frames

    request, order = question.request, question.order
    why = "--engine polars computes the numbers of backprop at --points"
    refuse(why, "points", "h", "scheme", "subgradient", "exact", "exprs")
    refuse(why, "digits", "program", "module", *(["order"] if order > 1 else []))
    refuse(why, *DIALECT)
    refuse_other_orders(order)
    names = methods.select(question.method_words or ("backprop",))
    if names != ["backprop"] or not request.points_file:
        raise UsageError(why, hint="--points FILE names a table")
    if not request.is_one_file:
        raise UsageError(
            "--engine polars reads one file",
            hint="-o DIR/ goes file by file, and --engine columns reads several as one",
        )
    return frames.answer(request, question.wrt, order, keep_going=question.keep_going)
