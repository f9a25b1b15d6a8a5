"""Points as JSON: one object or array a line, or an array of them."""

import re
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from diffcli import tables
from diffcli.errors import DiffcliError, ParseError, listing
from diffcli.inputs import points
from diffcli.inputs.rows import Row, Rows, placed
from diffcli.language.lexer import spelling
from diffcli.tables import Fault

_NUMBER = re.compile(r"\s*[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?\s*")
_DECIMAL_COMMA = re.compile(r"\s*[-+−]?[0-9]*,[0-9]+\s*")
_THOUSANDS = re.compile(r"\s*-?\d{1,3}(,\d{3})+\s*")

_ONE_A_LINE = "one point a line, which jq -c . makes, or one array of points"

Numbered = Iterator[tuple[int, Any]]


def cell_number(cell: str) -> float:
    """Return a cell's value.

    Raises ParseError, DomainError.
    """
    if _NUMBER.fullmatch(cell):
        value = float(cell)
        if value - value == 0.0:  # finite
            return value
    try:
        return points.number(cell)
    except DiffcliError as error:
        if _DECIMAL_COMMA.fullmatch(cell):
            error.hint = f"decimals use a point: {cell.strip().replace(',', '.')}"
            if _THOUSANDS.fullmatch(cell):
                whole = cell.strip().replace(",", "")
                error.hint += f"; thousands stand together: {whole}"
        raise


def of_objects(
    numbered: Numbered, name: str, variables: Sequence[str], *, fixed: bool
) -> Rows:
    """Return a row for every object; ``fixed`` columns are those of the first.

    Raises as reading does, and the first row's error where it would name the columns.
    """
    if not fixed:
        rows = (object_row(n, value, name, variables) for n, value in numbered)
        return Rows(tuple(variables), rows)
    number, first = next(numbered, (0, None))
    if not number:  # an array of no points
        return Rows(tuple(variables), iter(()))
    row = object_row(number, first, name, variables)
    if not row.carried and row.error:  # it would have named the columns
        raise row.error
    columns = tuple(row.carried)
    rows = (object_row(n, value, name, variables) for n, value in numbered)
    return Rows(columns, (_fitted(r, columns) for r in chain([row], rows)))


def object_row(number: int, value: Any, name: str, variables: Sequence[str]) -> Row:
    """Return the row of an object; an array has the variables' values in order."""
    where = f"{name}:{number}"
    fits = isinstance(value, list) and len(value) == len(variables)
    if fits and not any(isinstance(part, dict) for part in value):
        value = dict(zip(variables, value, strict=True))
    if not isinstance(value, dict):
        wrong = f"a line has to be an object such as {{{_example(variables)}}}"
        hint = _ONE_A_LINE if isinstance(value, list) else ""
        if type(value) is Fault:
            wrong = value
            hint = _ONE_A_LINE if number == 1 else ""
        return Row(where, {}, {}, ParseError(f"{where}: {wrong}", hint=hint))
    spelled = {spelling(key): key for key in value}
    missing = [variable for variable in variables if variable not in spelled]
    try:
        if missing:
            raise ParseError(f"there is no value for {listing(missing)}")
        if len(spelled) < len(value):
            twice = next(key for key in value if spelled[spelling(key)] != key)
            raise ParseError(f"there are two values for {spelling(twice)}")
        point = {
            variable: _json_number(value[spelled[variable]]) for variable in variables
        }
    except DiffcliError as error:
        return Row(where, value, {}, placed(error, where))
    return Row(where, value, point)


def _fitted(row: Row, columns: Sequence[str]) -> Row:
    """Return a row of an object under the columns of the first line, as text."""
    cells = {column: cell(row.carried.get(column, "")) for column in columns}
    surplus = next((key for key in row.carried if key not in cells), None)
    if surplus is None or row.error:
        return row._replace(carried=cells)
    error = ParseError(
        f"{row.where}: '{surplus}' is no column: the first line has none of that name",
        hint="-f jsonl carries other keys in each line",
    )
    return Row(row.where, cells, {}, error)


def _json_number(value: Any) -> float:
    """Return a value of JSON as a number; text may be a formula.

    Raises ParseError, DomainError.
    """
    text = cell(value)
    if isinstance(value, list | dict):
        raise ParseError(f"{text[:40]} is not a number")
    return cell_number(text)


def cell(value: Any) -> str:
    """Return a value of a row, which may be one of JSON, as a table has it."""
    return value if isinstance(value, str) else tables.load("jsonl").line(value)


def _example(variables: Sequence[str]) -> str:
    return ", ".join(f'"{name}": 1' for name in variables[:4])
