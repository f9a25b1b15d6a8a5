"""A pile of claims from a file: one row for each answer of somebody."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from diffcli import tables
from diffcli.errors import DiffcliError, ParseError, PointError, listing
from diffcli.inputs import claims, points
from diffcli.inputs.objects import Numbered, cell
from diffcli.inputs.rows import placed
from diffcli.language.parser import Parsed, parse
from diffcli.records import Record
from diffcli.tables import PLAIN, Dialect, Fault

_NOTHING: Mapping[str, str] = {}

NEEDED = ("formula", "claim")
"""Columns that a file of claims must have; name, at and wrt may be there too."""


class Claimed(Record):
    """One row: a formula, and what somebody says its partials are."""

    #: Every column of the input, as it was written.
    carried: Mapping[str, Any]
    formula: Parsed | None = None
    #: By variable.
    claims: Mapping[str, Parsed] = {}
    #: Where it is to be right; None: everywhere.
    point: Mapping[str, float] | None = None
    #: Why the row cannot be understood.
    error: DiffcliError | None = None


def table(
    lines: Iterable[str],
    name: str,
    dialect: Dialect = PLAIN,
    shared: Mapping[str, str] = _NOTHING,
) -> tuple[tuple[str, ...], Iterator[Claimed]]:
    """Return the columns of CSV, TSV or JSON, and a claim for every row.

    What is the same for all rows, the formula or the point, may be ``shared``.

    Raises PointError if a column that is needed is missing, or shared as well.
    """
    needed = tuple(column for column in NEEDED if column not in shared)
    columns, rows = _rows([*lines], name, dialect, needed)
    if missing := [column for column in needed if column not in columns]:
        raise PointError(
            f"{name} has no column '{missing[0]}'",
            hint=f"its columns are {listing(columns)}: they have to be named, such as"
            f" name,{','.join(needed)}",
        )
    if twice := [column for column in shared if column in columns]:
        raise PointError(
            f"{name} has a column '{twice[0]}', and the call says it for all rows",
            hint="leave out one of them",
        )
    return columns, (_claimed(n, row, columns, name, shared) for n, row in rows)


def answers(
    lines: Iterable[str], name: str, formulas: Sequence[str]
) -> tuple[tuple[str, ...], Iterator[Claimed]]:
    """Return columns and rows of answers to a sheet with these formulas.

    It is a table with the columns number and answer, or one answer in each line.

    Raises PointError where there is none.
    """
    text = _written(lines)
    if not "".join(text).strip():
        hint = "a line for each exercise, or columns: number,answer"
        raise PointError(f"{name} is empty", hint=hint)
    columns, rows = _rows(text, name, PLAIN, NEEDED)
    if "answer" not in columns:
        columns = ("number", "answer")
        rows = ((n, [str(n), line.strip()]) for n, line in enumerate(text, 1))
    elif "number" not in columns:
        columns = ("number", *columns)
        rows = ((n, _numbered(place, row)) for place, (n, row) in enumerate(rows, 1))
    return columns, (_answered(n, row, columns, name, formulas) for n, row in rows)


def _numbered(place: int, row: Any) -> Any:
    """Return a row of a table whose rows stand in the order of the exercises."""
    if isinstance(row, dict):
        return {"number": place, **row}
    return row if isinstance(row, Fault) else [str(place), *row]


def _answered(
    number: int, row: Any, columns: tuple[str, ...], name: str, formulas: Sequence[str]
) -> Claimed:
    where = f"{name}:{number}"
    try:
        carried = _cells(row, columns)
        which = str(carried.get("number", "")).strip()
        if not which.isdecimal() or not 1 <= int(which) <= len(formulas):
            raise PointError(f"there is no exercise '{which}' of {len(formulas)}")
        found = {
            "formula": formulas[int(which) - 1],
            "claim": carried.get("answer", ""),
        }
        return Claimed({**carried, **found})
    except DiffcliError as error:
        return Claimed({}, error=placed(error, where))


def _written(lines: Iterable[str]) -> list[str]:
    """Return the lines in which something stands."""
    text = [line for line in lines if line.strip()]
    if text:
        text[0] = text[0].removeprefix("\ufeff")
    return text


def _rows(
    text: list[str], name: str, dialect: Dialect, needed: tuple[str, ...]
) -> tuple[tuple[str, ...], Numbered]:
    """Return the columns of a table, and its rows with their lines.

    Without a line of names there are those that are needed, or a name and those.
    """
    text[:1] = [line.removeprefix("\ufeff") for line in text[:1]]
    begun = (line for line in text if line.strip() and not dialect.skips(line))
    line = next(begun, None)
    if line is None:
        raise PointError(f"{name} is empty", hint=f"columns: name,{','.join(needed)}")
    kind = tables.kind(line, name, dialect)
    rows = _placed(tables.load(kind).read(text, 1, dialect), name)
    first = next(rows, None)
    if not tables.load(kind).SEPARATOR:
        if not dialect.headed:
            raise PointError(f"{name} is JSON, which has no line of names to leave out")
        keys = tuple(first[1]) if first and isinstance(first[1], dict) else ()
        return keys, chain([first] if first else (), rows)
    assert first is not None
    cells = first[1]
    if isinstance(cells, Fault):
        raise ParseError(f"{name}:{first[0]}: {cells}")
    if dialect.headed:
        return tuple(cell.strip() for cell in cells), rows
    named = ("name", *needed)
    if not len(needed) <= len(cells) <= len(named):
        raise PointError(
            f"{name}:{first[0]}: without a line of names, columns are"
            f" {' and '.join(needed)}, or name first; here are {len(cells)}"
        )
    return named[-len(cells) :], chain([first], rows)


def _placed(rows: Numbered, name: str) -> Numbered:
    """Yield rows; what ends them says in which file."""
    try:
        yield from rows
    except ParseError as error:
        message = f"{name}:{error.message}"
        raise ParseError(message, hint=error.hint) from None


def _claimed(
    number: int,
    row: Any,
    columns: tuple[str, ...],
    name: str,
    shared: Mapping[str, str],
) -> Claimed:
    carried: Mapping[str, Any] = {}
    try:
        carried = {**shared, **_cells(row, columns)}
        return _understood(
            {key: cell(value) for key, value in carried.items()}, carried
        )
    except DiffcliError as error:
        return Claimed(carried, error=placed(error, f"{name}:{number}"))


def _cells(row: Any, columns: tuple[str, ...]) -> Mapping[str, Any]:
    """Return a row by column. Raises ParseError where it does not fit them."""
    if isinstance(row, Fault):
        raise ParseError(str(row))
    if isinstance(row, dict):
        return row
    if not isinstance(row, list):
        raise ParseError("a row has to be an object with formula and claim")
    if len(row) != len(columns):
        raise ParseError(
            f"{len(row)} cells under {len(columns)} columns",
            hint='a cell with a comma in it stands in quotes: "x=2*x,y=1"',
        )
    return dict(zip(columns, row, strict=True))


def problem(cells: Mapping[str, str]) -> tuple[Parsed, dict[str, float] | None]:
    """Return the formula of a row, and its point; None: it has none.

    Raises ParseError, PointError, DomainError.
    """
    at = cells.get("at", "").strip()
    parsed = parse(cells.get("formula", ""), names=points.names(at) if at else ())
    if not parsed.variables:
        raise points.no_variables()
    return parsed, points.point(at, parsed.variables) if at else None


def _understood(cells: Mapping[str, str], carried: Mapping[str, Any]) -> Claimed:
    wrt = cells.get("wrt", "").strip()
    parsed, point = problem(cells)
    points.select(wrt, parsed.variables)
    text = cells.get("claim", "")
    if wrt and not points.names(text):
        text = f"{wrt}={text}"
    claimed = claims.by_variable([text], parsed.variables)
    return Claimed(carried, parsed, claimed, point)
