"""Who answers for what is checked: a formula, the mean over examples, or a program."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from diffcli.api.checks import BLOCK, Claims, Passed, at_rows
from diffcli.api.claims import Check, check
from diffcli.api.tolerances import tolerance
from diffcli.cli import implicits, terminal
from diffcli.cli.examples import examples
from diffcli.cli.request import OUTPUT, Request, numbered
from diffcli.errors import DiffcliError, UsageError
from diffcli.inputs.claims import by_output, by_variable
from diffcli.inputs.rows import Row, Rows, placed, poser
from diffcli.language.parser import Parsed
from diffcli.output import formats
from diffcli.output.document import Document, Result
from diffcli.output.views.check import bulk, document
from diffcli.problem import Settings
from diffcli.records import Record

Found = tuple[Sequence[str], Iterator[tuple[Row, Check] | Passed]]


class Question(Record):
    """What the options ask."""

    claims: tuple[str, ...]
    settings: Settings
    #: The variable whose slope on a curve is claimed; empty: it is no curve.
    implicit: str
    #: Bad rows of --data are left out.
    keep_going: bool
    rtol: float | None
    atol: float | None
    seed: int | None
    taylor: bool
    #: Something is printed, and in which format.
    prints: bool
    form: str
    #: Of the derivatives that are claimed: first or second ones.
    order: int = 1

    @property
    def proving(self) -> bool:
        """Whether it is of use to ask if a claim is right everywhere, if one can."""
        return self.prints and formats.part(self.form) not in ("sheet", "cases")

    @property
    def ask(self) -> "partial[Check]":
        """What is asked of the library for each function, point and claims."""
        return partial(
            check, rtol=self.rtol, atol=self.atol, seed=self.seed, taylor=self.taylor,
            prove=None if self.proving else False, order=self.order,
        )  # fmt: skip


def of_row(request: Request, row: Row, made: Check) -> Document:
    """Return a check as a document that tells from which row it is."""
    return numbered(made.parsed, request.of_row(row, document(made)))


def passed(request: Request, question: Question, found: Passed) -> Iterator[Result]:
    """Yield the documents of rows at which every claim passes."""
    if not question.prints:
        return
    if formats.part(question.form) == "sheet":
        yield bulk(found)
        return
    for row, made in found.each():
        yield of_row(request, row, made)


def of_data(request: Request, question: Question) -> Found:
    """Return the check of the mean over the rows of --data."""
    if request.is_box:
        raise UsageError("--data needs a formula, the loss of one example")
    parsed = request.parsed()
    found = examples(
        request, parsed, "", question.settings, keep_going=question.keep_going
    )
    weights, columns = tuple(found.weights), tuple(found.data.columns)
    claimed = by_variable(question.claims, weights, request.forced_syntax, columns)
    with terminal.Progress(found.data.used, "rows") as progress:
        result = question.ask(found, claims=claimed, progress=progress)
    return (), iter([(Row("", {}, {}), result)])


def of_formula(request: Request, question: Question) -> Found:
    """Return the columns of the points, and the check at each."""
    name = question.implicit
    parsed = request.parsed(several=not name)
    rows = request.rows_for(parsed, question.form)
    toward, syntax = request.variables_for(parsed, ""), request.forced_syntax
    if name:
        implicits.curve(parsed, name, toward)  # refuses a name that is not there
    texts = by_output(question.claims, len(parsed.outputs))
    free = [n for n in parsed.variables if n != name]
    posers = [poser(part, toward, question.settings) for part in parsed.parts()]
    if question.order == 2:
        from diffcli.inputs.second_claims import by_pair

        claims = [by_pair(each, free, syntax) for each in texts]
    else:
        tied = [name] if name else []
        claims = [by_variable(each, free, syntax, tied) for each in texts]
    parts = list(zip(posers, claims, strict=True))

    def checks() -> Iterator[tuple[Row, Check] | Passed]:
        for row in _pieces(request, question, parsed, claims[0], rows):
            if isinstance(row, Passed):
                yield row
                continue
            for problem_at, claimed in parts:
                problem = problem_at(row)
                try:
                    yield row, question.ask(problem, claims=claimed, implicit=name)
                except DiffcliError as error:
                    raise placed(error, row.where) from None

    return (*OUTPUT[: len(parsed.outputs)], *rows.columns), checks()


def _pieces(
    request: Request,
    question: Question,
    parsed: Parsed,
    claims: Mapping[str, Parsed],
    rows: Rows,
) -> Iterator[Row | Passed]:
    """Return the rows, and those together that are plain enough for it."""
    alone = question.implicit or question.taylor or question.seed is not None
    if not claims or parsed.outputs or alone:
        return rows.rows
    if rows.chunks is None or request.is_watched():
        return rows.rows
    try:
        asked = Claims(
            parsed, claims, tolerance(question.rtol, question.atol),
            prove=question.proving, digits=question.settings.digits,
            order=question.order,
        )  # fmt: skip
    except DiffcliError:  # it is told of the first row
        return rows.rows
    return at_rows(asked, rows.chunks(BLOCK))


def of_box(request: Request, question: Question) -> Found:
    """Return the columns of the points, and the check at each."""
    from diffcli.cli import programs

    rows, settings = programs.rows(request, question.form), question.settings

    def checks() -> Iterator[tuple[Row, Check]]:
        with programs.boxes(request) as boxes:
            ask = partial(
                question.ask, boxes, h=settings.h, scheme=settings.scheme,
                digits=settings.digits,
            )  # fmt: skip
            for row in rows.rows:
                if row.error:
                    raise row.error
                claimed = by_variable(question.claims, tuple(row.point))
                count = len(claimed) or len(row.point)
                with terminal.Progress(count, "partials") as progress:
                    try:
                        yield row, ask(row.point, claimed, progress=progress)
                    except DiffcliError as error:
                        raise placed(error, row.where) from None

    return rows.columns, checks()
