"""A pile of claims from a file: one row for each answer of somebody."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from diffcli import tables
from diffcli.errors import DiffcliError, ParseError, PointError
from diffcli.inputs import points
from diffcli.inputs.rows import placed
from diffcli.language.parser import Parsed, parse
from diffcli.tables import Fault

NEEDED = ("formula", "claim")
"""Columns that a file of claims must have; name, at and wrt may be there too."""


class Claimed(NamedTuple):
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


def table(lines: Iterable[str], name: str) -> tuple[tuple[str, ...], Iterator[Claimed]]:
    """Return the columns of CSV, TSV or JSON lines, and a claim for every row.

    Raises PointError if a column that is needed is missing.
    """
    text = [line for line in lines if line.strip()]
    if not text:
        raise PointError(f"{name} is empty", hint=f"columns: name,{','.join(NEEDED)}")
    text[0] = text[0].removeprefix("\ufeff")
    kind = tables.kind(text[0], name)
    rows = tables.load(kind).read(text)
    columns: tuple[str, ...]
    if kind == "jsonl":
        found = list(rows)
        first = found[0][1]
        columns = tuple(first) if isinstance(first, dict) else ()
        rows = iter(found)
    else:
        columns = tuple(cell.strip() for cell in next(rows)[1])
    missing = [column for column in NEEDED if column not in columns]
    if missing:
        raise PointError(
            f"{name} has no column '{missing[0]}'",
            hint=f"the first line names the columns: name,{','.join(NEEDED)}",
        )
    return columns, (_claimed(n, row, columns, name) for n, row in rows)


def _claimed(number: int, row: Any, columns: tuple[str, ...], name: str) -> Claimed:
    where = f"{name}:{number}"
    if isinstance(row, Fault):
        return Claimed({}, error=ParseError(f"{where}: {row}"))
    carried = row if isinstance(row, dict) else dict(zip(columns, row, strict=False))
    try:
        if not isinstance(row, dict) and len(row) != len(columns):
            raise ParseError(
                f"{len(row)} cells under {len(columns)} columns",
                hint='a cell with a comma in it stands in quotes: "x=2*x,y=1"',
            )
        return _understood({key: str(value) for key, value in carried.items()}, carried)
    except DiffcliError as error:
        return Claimed(carried, error=placed(error, where))


def _understood(cells: Mapping[str, str], carried: Mapping[str, Any]) -> Claimed:
    at, wrt = cells.get("at", "").strip(), cells.get("wrt", "").strip()
    parsed = parse(cells["formula"], names=points.names(at) if at else ())
    if not parsed.variables:
        raise points.no_variables()
    points.select(wrt, parsed.variables)
    text = cells["claim"]
    if wrt and not points.names(text):
        text = f"{wrt}={text}"
    claims = points.claims([text], parsed.variables)
    point = points.point(at, parsed.variables) if at else None
    return Claimed(carried, parsed, claims, point)
