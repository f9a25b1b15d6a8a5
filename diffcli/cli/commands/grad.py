"""``diffcli grad``: the gradient by all methods, side by side."""

import os
from collections.abc import Iterator, Sequence
from itertools import product
from typing import TYPE_CHECKING, Any

import click

from diffcli import methods
from diffcli.api.partials import compare, evaluate, with_exact_values
from diffcli.cli import completion, options, orders, terminal
from diffcli.cli.command import Answer, Command, refuse
from diffcli.cli.examples import examples, refuse_without
from diffcli.cli.help import Listed
from diffcli.cli.request import OUTPUT, Request, numbered
from diffcli.errors import KinkError, UsageError
from diffcli.inputs import arguments, points
from diffcli.inputs.rows import Row, Rows, poser
from diffcli.output import formats
from diffcli.output.document import Document, Result
from diffcli.output.views.grad import columns, document
from diffcli.problem import DOUBLE, Problem, Settings
from diffcli.remarks import Remark
from diffcli.tables import frame_kind

if TYPE_CHECKING:
    from diffcli.api.losses import Examples
    from diffcli.inputs.data import Data

Columns = tuple[Sequence[str], Sequence[str]]

SECTION, PLACE = "Differentiate", 1
HAS = ("blocks", "record", "sheet", "brief", "maths")
_ONE_EACH = ("brief", "sheet")  # for these one method is asked, if none is named
_FOR_PROGRAMS = (*_ONE_EACH, "record")
_NOWHERE = Row("", {}, {})  # the point of a formula without variables
_DIFFERENCES = ("h", "scheme", "arithmetic")  # options of differences
EPILOG = """\
\b
Examples:
  diffcli grad "(2*x1+3*x2)**2+3" --at 1,3
  diffcli grad "sin(x)*exp(x)" --at pi/2 --h 1e-3 --scheme forward
  diffcli grad "w*x+b" --at w=2,x=3,b=1 --wrt w,b -f plain
  diffcli grad "x**2*y**3" --at 1,2 --order 2
"""


def _methods() -> list[tuple[str, str]]:
    return [(name, methods.summary(name)) for name in methods.names()]


@click.command(cls=Command, epilog=EPILOG)
@options.formula_or_none
@options.at
@options.wrt("Only these partials.")
@click.option(
    "--method", "wanted", metavar="M", multiple=True,
    shell_complete=completion.among(lambda: [*methods.names(), "all"]),
    cls=Listed, title="Methods", rows=_methods,
    help="One of the methods below, or all (default: finite, symbolic, backprop).",
)  # fmt: skip
@options.steps("1e-5")
@click.option(
    "--subgradient", is_flag=True,
    help="At kinks use the deep-learning convention: relu'(0) = 0.",
)  # fmt: skip
@click.option(
    "--order", type=click.IntRange(0, 20), default=1, metavar="N",
    help="1: the gradient; 2: the Hessian, all second derivatives (of 100 variables and"
    " more those that are not 0 everywhere, and the diagonal); 3 to 20: all"
    " derivatives of one variable up to that, and the Taylor polynomial, by finite,"
    " symbolic and taylor; 0: the value alone.",
)  # fmt: skip
@click.option(
    "--implicit", metavar="Y", default="", shell_complete=completion.names,
    help="EXPR is an equation, as x^2+y^2=25: the slope dY/dx of its curve.",
)  # fmt: skip
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
    """Gradient at a point by all three methods, side by side."""
    request = Request(expr or "", **shared)
    if expr is None and not exprs and not request.is_box:
        raise click.UsageError("Missing argument 'EXPR'.")
    settings = request.settings(orders.width(h, order), scheme, subgradient)
    whole = (
        _with_proof(request, wrt, order, x_range, prove=prove)
        or _of_errors(request, implicit)
        or _of_equation(request, implicit, wrt, wanted, settings)
        or _in_format(request, wrt, h, float_name)
        or _of_data(request, wrt, wanted, settings, order, keep_going=keep_going)
        or _by_files(
            request, wrt, wanted, engine, progress, order, keep_going=keep_going
        )
    )
    if whole is not None:
        return whole
    form = request.form(HAS)
    request.refuse_rounding(form)
    if request.is_box:
        if exact or order != 1 or (wanted and methods.select(wanted) != ["finite"]):
            raise UsageError("a black box has finite differences only")
        refuse("a program is asked in place of formulas", "exprs")
        refuse("the arithmetic is shown of formulas", "arithmetic")
        refuse("a program ends at the first bad point", "keep_going")
        refuse("the kinks of a program have no convention", "subgradient")
        if h in ("", "auto"):
            refuse("--h auto takes what is best at each step", "scheme")
        return _of_box(request, wrt, request.settings(h or "auto", scheme, subgradient))
    names = _names_of(order, wanted, form, many=request.many or bool(exprs))
    _refuse_unused(names, settings, form)
    if exprs or keep_going or (request.points_file and order < 2):
        if exact:
            raise UsageError("--exact takes points from --at, up to the first bad one")
        refuse("the arithmetic is shown of points from --at", "arithmetic")
        return _many(
            request, exprs, wrt, wanted, settings, order, keep_going=keep_going
        )
    if order == 2:
        return orders.second(request, form, wrt, wanted, settings, exact=exact)
    if order > 2:
        given = (request, form, wrt, names, settings, order)
        return orders.higher(*given, exact=exact)
    return _at(
        request, form, wrt, wanted, settings, order,
        exact=exact, arithmetic=arithmetic,
    )  # fmt: skip


def _with_proof(
    request: Request, wrt: str, order: int, x_range: str, *, prove: bool
) -> Answer | None:
    """Return numbers with the digits that are proved; None: no proof is asked for."""
    if not prove:
        refuse("on a range something is proved: --prove", "x_range")
        return None
    from diffcli.cli import proofs

    return proofs.answer(request, HAS, wrt, order, x_range)


def _of_equation(
    request: Request,
    name: str,
    wrt: str,
    wanted: tuple[str, ...],
    settings: Settings,
) -> Answer | None:
    """Return the slope of the curve of an equation; None: none is asked for."""
    if not name:
        return None
    from diffcli.cli import implicits

    return implicits.answer(request, HAS, name, wrt, wanted, settings)


def _of_errors(request: Request, implicit: str) -> Answer | None:
    """Return the error budget at points with errors; None: there are none."""
    if implicit or not any("±" in text or "+/" in text for text in request.points):
        return None
    from diffcli.cli import budgets

    return budgets.answer(request, HAS)


def _in_format(request: Request, wrt: str, h: str, name: str | None) -> Answer | None:
    """Return the gradient in a format with fewer bits; None: in doubles."""
    if name is None:
        return None
    why = "--float compares backprop and differences in that format with the truth"
    refuse(why, "wanted", "scheme", "subgradient", "order", "exact", "arithmetic")
    refuse(why, "exprs", "keep_going", "engine", "progress", "digits")
    refuse(why, "program", "module", "data_file", "init", "reduction")
    if h in ("auto", "relative"):
        raise UsageError("with --float h is a number, or the best that it looks for")
    from diffcli.api.floats import coarse_gradient
    from diffcli.output.views import coarse

    form = request.form(HAS)
    parsed = request.parsed()
    width = None if not h else float(h)

    def at(problem: Problem) -> Document:
        return coarse.document(coarse_gradient(problem, format=name, h=width))

    notes = request.reading_notes(parsed)
    return request.at_points(form, parsed, wrt, at, coarse.HEADER, notes=notes)


def _of_data(
    request: Request,
    wrt: str,
    wanted: tuple[str, ...],
    settings: Settings,
    order: int,
    *,
    keep_going: bool,
) -> Answer | None:
    """Return the gradient of the mean over the rows of --data; None: there are none."""
    if not request.data_file:
        refuse_without(request)
        return None
    if request.is_box or request.expr == "":
        raise UsageError("--data needs a formula, the loss of one example")
    form = request.form(HAS)
    request.refuse_rounding(form)
    orders.refuse_of_data(order)
    refuse("the cells of --data are decimals, and exact values need more", "exact")
    refuse("with --data each row has an arithmetic of its own", "arithmetic")
    why = "with --data it is the gradient of one loss, the mean over its rows"
    refuse(why, "exprs", "engine", "progress")
    names = _names(wanted, form, many=False)
    _refuse_unused(names if order == 1 else wanted or ("finite",), settings, form)
    parsed = request.parsed()
    found = examples(request, parsed, wrt, settings, keep_going=keep_going)
    progress = terminal.Progress(found.data.used, "rows")
    try:
        if order == 2:
            return _second_of_data(request, form, found, wanted, progress)
        shown = formats.part(form) in ("blocks", "maths")
        comparison = found.compare(names, progress, bounds=shown)
    finally:
        progress.close()
    answer = document(comparison), comparison.data
    return _of_loss(request, form, *answer, comparison.warnings)


def _second_of_data(
    request: Request,
    form: str,
    found: "Examples",
    wanted: Sequence[str],
    progress: terminal.Progress,
) -> Answer:
    """Return the second derivatives of the mean over the rows of --data."""
    from diffcli.api.hessians import hessian
    from diffcli.output.views import hessian as view

    made = hessian(found, methods=tuple(wanted), progress=progress)
    return _of_loss(request, form, view.document(made), made.data, made.warnings)


def _of_loss(
    request: Request,
    form: str,
    made: Document,
    data: "Data | None",
    warnings: Sequence[Remark],
) -> Answer:
    """Return an answer about a loss; plain numbers leave what it is to a note."""
    notes = [*request.reading_notes(request.parsed()), *warnings]
    if formats.part(form) == "brief":
        notes.append(Remark(str(data)))
    return request.answer(form, [made], notes)


def _by_files(
    request: Request,
    wrt: str,
    wanted: tuple[str, ...],
    engine: str,
    progress: str,
    order: int,
    *,
    keep_going: bool,
) -> Answer | None:
    """Return an answer that is made file by file; None: it is one of lines."""
    if request.points_file and _is_folder(request.output):
        from diffcli.cli import parts

        return parts.answer(request, progress)
    refuse("it is for parts: --points 'parts/*.csv' -o DIR/", "progress")
    if engine != "polars" and not frame_kind(request.output):
        return None
    found = _by_polars(request, wrt, wanted, order, keep_going=keep_going)
    if found is not None:
        return found
    if request.output == "-":  # our own columns write what polars would
        request = request._replace(form_name=request.form_name or "csv")
    return _many(request, "", wrt, wanted, Settings(), order, keep_going=keep_going)


def _is_folder(output: str) -> bool:
    return output.endswith(("/", os.sep)) or os.path.isdir(output)


def _refuse_unused(names: Sequence[str], settings: Settings, form: str) -> None:
    """Refuse options that these methods and this format have no use for."""
    if names and "finite" not in names:
        why = f"-f {form} asks no differences here; --method finite does"
        why = why if formats.part(form) in _ONE_EACH else "there are no differences"
        refuse(why, *_DIFFERENCES)
    if settings.digits > DOUBLE:
        refuse("it is that of doubles: 17 digits at most", "arithmetic")
    if formats.part(form) in _FOR_PROGRAMS:
        refuse(f"-f {form} has numbers alone", "arithmetic")
    if settings.h == "auto" and settings.digits <= DOUBLE:
        refuse("--h auto takes what is best at each step", "scheme")
    if settings.h == "relative" and settings.digits > DOUBLE:
        refuse("above 17 digits h is as small as they need", "h")
    if formats.part(form) == "brief":
        refuse("-f plain has numbers alone", "exact")


def _names(wanted: tuple[str, ...], form: str, *, many: bool) -> tuple[str, ...]:
    """Return the methods: as asked for, or where there is room for one, backprop."""
    usual = ("backprop",) if _is_alone(form, many=many) else methods.THREE
    return tuple(methods.select(wanted or usual))


def _names_of(
    order: int, wanted: tuple[str, ...], form: str, *, many: bool
) -> tuple[str, ...]:
    """Return an order's methods. Raises UsageError for options of no use to it."""
    orders.refuse_others(order)
    if order == 0:
        return ()
    if order > 2:
        return orders.methods_of(wanted, form)
    return _names(wanted, form, many=many and order == 1)


def _is_alone(form: str, *, many: bool) -> bool:
    """Tell whether a row has room for one method only."""
    part = formats.part(form)
    return part == "brief" or (part == "sheet" and many)


def _at(
    request: Request,
    form: str,
    wrt: str,
    wanted: tuple[str, ...],
    settings: Settings,
    order: int,
    *,
    exact: bool,
    arithmetic: bool,
) -> Answer:
    """Return the gradient or value at every --at, up to the first that has none."""
    parsed = request.parsed(several=True)
    several = bool(parsed.outputs)
    toward = request.wanted(parsed, wrt) if order else ()
    names = _names(wanted, form, many=request.many or several) if order else ()
    alone = order == 0 and not (parsed.variables or request.has_points)
    rows = Rows((), iter([_NOWHERE])) if alone else request.rows_for(parsed, form)
    parts = [(part, poser(part, toward, settings)) for part in parsed.parts()]
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


def _many(
    request: Request,
    exprs: str,
    wrt: str,
    wanted: tuple[str, ...],
    settings: Settings,
    order: int,
    *,
    keep_going: bool,
) -> Answer:
    """Return the gradients at many points, or of many formulas, as they are read."""
    from diffcli.api.hessians import ways
    from diffcli.api.streams import of_formulas
    from diffcli.cli.batches import Failures, documents
    from diffcli.output.views import batch

    form = request.form(HAS)
    names = _names(wanted, form, many=request.many or bool(exprs))
    names = names if order == 1 else ways(wanted) if order else ()
    if not exprs:
        return _at_rows(
            request, form, wrt, names, settings, order, keep_going=keep_going
        )
    orders.refuse_of_formulas(order)
    lines, name = terminal.opened(exprs, request.output)
    at = request.the_point(exprs)
    entries = of_formulas(lines, name, at, settings, names, wrt, order)
    failures = Failures(keep_going=keep_going)
    columns = ((), batch.long_header(names, order))
    found = documents(entries, failures, formulas=True)
    answer = request.answer(form, found, columns=columns, exprs=True)
    return answer._replace(
        ending=failures.ending, flush=answer.flush or terminal.is_interactive([exprs])
    )


def _at_rows(
    request: Request,
    form: str,
    wrt: str,
    names: tuple[str, ...],
    settings: Settings,
    order: int,
    *,
    keep_going: bool,
) -> Answer:
    """Return the gradients at the rows of a table, or at every --at."""
    from diffcli.api.streams import BLOCK
    from diffcli.cli.batches import SHARED, Batch, Failures, each_output
    from diffcli.output.views.hessian import header as second_columns

    parsed = request.parsed(several=True)
    rows = request.rows_for(parsed, form, named=True)
    toward = request.wanted(parsed, wrt) if names else ()
    alone = _is_alone(form, many=request.many)
    alike = frame_kind(request.points_file) and form in ("csv", "tsv")
    if alike and order < 2 and request.is_one_file:
        by_polars = _by_polars(request, wrt, names, order, keep_going=keep_going)
        if by_polars is not None:
            return by_polars
    parts = [
        Batch(part, toward, settings, names, form, alone, keep_going, order)
        for part in parsed.parts()
    ]
    failures = Failures(keep_going=keep_going)
    own = columns(toward, names) if order < 2 else second_columns(names)
    if parsed.outputs:
        made = each_output(parts, rows.rows, failures)
        header = (*OUTPUT, *rows.columns), own
        answer = request.answer(form, made, columns=header, exprs=True)
        return answer._replace(ending=failures.ending)
    (batch,) = parts
    watched = request.is_watched()
    pieces = rows.rows if watched or rows.chunks is None else rows.chunks(BLOCK)
    found: Iterator[Result]
    jobs = request.processes if request.points_file else 1
    if jobs > 1 and form in SHARED and not watched:
        found = batch.shared(pieces, failures, jobs)
    else:
        found = batch.documents(pieces, failures)
    answer = request.answer(form, found, columns=(rows.columns, own))
    return answer._replace(ending=failures.ending)


def _by_polars(
    request: Request,
    wrt: str,
    wanted: Sequence[str],
    order: int,
    *,
    keep_going: bool,
) -> Answer | None:
    """Return the gradients at the rows of a table, computed by polars.

    None: our own columns have to. Raises UsageError for what neither can do.
    """
    from diffcli.cli import frames

    why = "--engine polars computes the numbers of backprop at --points"
    refuse(why, "points", "h", "scheme", "subgradient", "exact", "exprs")
    refuse(why, "digits", "program", "module", *(["order"] if order > 1 else []))
    refuse(why, "separator", "comment", "headless")
    orders.refuse_others(order)
    names = methods.select(wanted or ("backprop",))
    if names != ["backprop"] or not request.points_file:
        raise UsageError(why, hint="--points FILE names a table")
    if not request.is_one_file:
        raise UsageError(
            "--engine polars reads one file",
            hint="-o DIR/ goes file by file, and --engine columns reads several as one",
        )
    return frames.answer(request, wrt, order, keep_going=keep_going)


def _of_box(request: Request, wrt: str, settings: Settings) -> Answer:
    """Return the gradient of a program or callable, by differences."""
    from diffcli.api.boxes import measure
    from diffcli.output.views.blackbox import document

    if request.digits > DOUBLE:
        raise UsageError("a black box computes in doubles: --digits 17 at most")
    form = request.form(HAS)
    rows = request.box_rows(form)
    notes: list[Remark] = []
    kinks: list[KinkError] = []

    def documents() -> Iterator[Document]:
        with request.boxes() as boxes:
            for row in rows.rows:
                if row.error:
                    raise row.error
                names = points.select(wrt, tuple(row.point))
                progress = terminal.Progress(len(names), "partials")
                try:
                    found = measure(
                        boxes, row.point, wrt=names,
                        h=arguments.step(settings.h),
                        scheme=arguments.one_scheme(settings.scheme),
                        digits=settings.digits, progress=progress,
                    )  # fmt: skip
                finally:
                    progress.close()
                notes.extend(() if request.points_file else found.warnings)
                kinks.extend(filter(None, [found.error()]))
                yield request.of_row(row, document(found))

    own = columns(points.select(wrt, rows.columns), ("finite",))
    answer = request.answer(form, documents(), notes, columns=(rows.columns, own))
    return answer._replace(ending=lambda: kinks[0] if kinks else None)
