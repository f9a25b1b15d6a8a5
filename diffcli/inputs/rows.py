"""The rows of an input: points with the columns that they bring along."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from diffcli import tables
from diffcli.engine.tape import Program
from diffcli.errors import DiffcliError
from diffcli.inputs import points
from diffcli.language import expression
from diffcli.language.parser import Parsed
from diffcli.problem import Problem, Settings, pose
from diffcli.records import Record
from diffcli.tables import PLAIN, Dialect

_MOST_NODES = 20_000  # nodes that rows may leave behind


class Row(Record):
    """One row of the input."""

    #: The file and the line: points.csv:7
    where: str
    #: Every column of the input, as it was written.
    carried: Mapping[str, Any]
    #: The value of every variable; empty if there is an error.
    point: Mapping[str, float]
    #: What is wrong with the row.
    error: DiffcliError | None = None


class Shape(Record):
    """What all rows of a table have in common."""

    #: The file's name.
    name: str
    #: A table format whose rows are cells.
    kind: str
    header: tuple[str, ...]
    #: For each variable the place of its column.
    places: Mapping[str, int]
    dialect: Dialect = PLAIN

    @property
    def separator(self) -> str:
        """What parts its cells."""
        return self.dialect.separator or tables.load(self.kind).SEPARATOR


class Chunk(Record):
    """Neighbouring lines of a table that hold whole rows, not read yet."""

    shape: Shape
    #: The number of the first one.
    number: int
    lines: Sequence[str]


class Rows(Record):
    """The rows of an input, read no further than asked for, and its columns."""

    columns: tuple[str, ...]
    rows: Iterator[Row]
    #: The same with neighbouring lines together, so many at most, for who reads them;
    #: None: rows can only be had one by one.
    chunks: Callable[[int], Iterator[Chunk | Row]] | None = None
    #: Tells whether the first row has values with errors; asked before any is read.
    peek: Callable[[], bool] = bool


def of_texts(
    texts: Iterable[str], variables: Sequence[str], *, named: bool = False
) -> Rows:
    """Return a row for every point that was given on the command line.

    Their errors stand as they are, or ``named`` with the point that they are about.
    """
    return Rows(tuple(variables), _of_texts(texts, variables, named=named))


def _of_texts(
    texts: Iterable[str], variables: Sequence[str], *, named: bool
) -> Iterator[Row]:
    for text in texts:
        where = f"--at {text}" if named else ""
        try:
            point = points.point(text, variables)
        except DiffcliError as error:
            yield Row(where, dict.fromkeys(variables, ""), {}, placed(error, where))
        else:
            yield Row(where, spelled(point), point)


def spelled(point: Mapping[str, float]) -> dict[str, str]:
    """Return a point as the columns that it would be in a file."""
    return {name: repr(x).removesuffix(".0") for name, x in point.items()}


def placed(error: DiffcliError, where: str) -> DiffcliError:
    """Return an error that says where it was met, if that has to be said."""
    if not where:
        return error
    return type(error)(
        f"{where}: {error.message}",
        source=error.source,
        span=error.span,
        note=error.note,
        hint=error.hint,
        parameter=error.parameter,
        facts=error.facts,
    )


def poser(
    parsed: Parsed, names: Sequence[str], settings: Settings
) -> Callable[[Row], Problem]:
    """Return what poses the problem at a row's point; the formula is compiled once.

    It raises the row's error, with the line it is in. What rows leave behind in the
    table of nodes, such as the formula with their numbers, is forgotten at times; then
    the formula is read again.
    """
    current, program = parsed, Program([parsed.expression])
    most = _MOST_NODES + 4 * len(program.nodes)

    def problem_at(row: Row) -> Problem:
        nonlocal current, program
        expression.forget(most)
        if not expression.is_current(current.expression):
            from diffcli.inputs import arguments

            current = arguments.formula(current)
            program = Program([current.expression])
        return _posed(row, current, names, settings, program)

    return problem_at


def _posed(
    row: Row, parsed: Parsed, names: Sequence[str], settings: Settings, program: Program
) -> Problem:
    if row.error:
        raise row.error
    try:
        return pose(parsed, row.point, names, settings, program)
    except DiffcliError as error:
        raise placed(error, row.where) from None
