"""Points from a file or a pipe, one a line: CSV, TSV, or JSON lines."""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

from diffcli.engine.tape import Program
from diffcli.errors import DiffcliError, ParseError, PointError
from diffcli.inputs import points
from diffcli.language.parser import Parsed
from diffcli.problem import Problem, Settings, pose

_NUMBER = re.compile(r"\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*")


class Row(NamedTuple):
    """One line of the input."""

    #: The file and the line: points.csv:7
    where: str
    #: Every column of the input, as it was written.
    carried: Mapping[str, str]
    #: The value of every variable; empty if there is an error.
    point: Mapping[str, float]
    #: What is wrong with the line.
    error: DiffcliError | None = None


def rows(lines: Iterable[str], name: str, variables: Sequence[str]) -> Iterator[Row]:
    """Yield a row for every line that is not empty, reading no further than asked for.

    The first line may name the columns; without names they are the variables in
    order. Values may be formulas, as in --at. The kind is seen by the first line:
    JSON begins with a bracket, a tab separates TSV.

    Raises PointError if a variable has no column.
    """
    numbered = enumerate(lines, 1)
    first = next(((n, line) for n, line in numbered if line.strip()), None)
    if first is None:
        return
    number, line = first
    line = line.removeprefix("\ufeff")
    everything = chain([(number, line)], numbered)
    if line.lstrip()[0] in "{[":
        yield from _json_rows(everything, name, variables)
    else:
        separator = "\t" if "\t" in line else ","
        yield from _cell_rows(everything, name, variables, separator)


Numbered = Iterator[tuple[int, str]]


class _Cells:
    """Lines split into cells, and the place of the last one."""

    def __init__(self, lines: Numbered, name: str, separator: str) -> None:
        self.lines, self.name, self.number = lines, name, 0
        self.reader = csv.reader(self._texts(), delimiter=separator)

    def _texts(self) -> Iterator[str]:
        for number, line in self.lines:
            self.number = number
            yield line

    def __iter__(self) -> Iterator[list[str]]:
        try:
            for cells in self.reader:
                if len(cells) > 1 or (cells and cells[0].strip()):
                    yield cells
        except csv.Error as error:
            raise ParseError(f"{self.where}: {error}") from None

    @property
    def where(self) -> str:
        """The file and the line, as errors name it."""
        return f"{self.name}:{self.number}"


def _cell_rows(
    lines: Numbered, name: str, variables: Sequence[str], separator: str
) -> Iterator[Row]:
    source = _Cells(lines, name, separator)
    table = iter(source)
    first = next(table)
    header = [cell.strip() for cell in first]
    if any(_is_value(cell) for cell in header):
        _refuse_count(header, variables, source.where)
        header, table = list(variables), chain([first], table)
    _refuse_header(header, variables, source.where)
    wanted = [(variable, header.index(variable)) for variable in variables]
    for cells in table:
        if len(cells) != len(header):
            padded = dict(zip(header, cells + [""] * len(header), strict=False))
            yield Row(source.where, padded, {}, _ragged(source.where, cells, header))
            continue
        carried = dict(zip(header, cells, strict=True))
        try:
            point = {variable: _number(cells[place]) for variable, place in wanted}
        except DiffcliError as error:
            yield Row(source.where, carried, {}, placed(error, source.where))
        else:
            yield Row(source.where, carried, point)


def _refuse_count(cells: Sequence[str], variables: Sequence[str], where: str) -> None:
    if len(cells) != len(variables):
        raise PointError(
            f"{where}: the line has {len(cells)} values, but the formula has"
            f" {len(variables)} variables: {', '.join(variables)}",
            hint="a first line with names says which column is what",
        )


def rows_of(texts: Iterable[str], variables: Sequence[str]) -> Iterator[Row]:
    """Yield a row for every point that was given on the command line."""
    for text in texts:
        where = f"--at {text}"
        try:
            point = points.point(text, variables)
        except DiffcliError as error:
            yield Row(where, dict.fromkeys(variables, ""), {}, placed(error, where))
        else:
            yield Row(where, {n: f"{x:.17g}" for n, x in point.items()}, point)


def _ragged(where: str, cells: list[str], header: list[str]) -> ParseError:
    s = "" if len(cells) == 1 else "s"
    return ParseError(
        f"{where}: the line has {len(cells)} value{s}, but there are {len(header)}"
        " columns"
    )


def _refuse_header(header: Sequence[str], variables: Sequence[str], where: str) -> None:
    for column in header:
        if header.count(column) > 1:
            raise PointError(f"{where}: two columns are named '{column}'")
    missing = [variable for variable in variables if variable not in header]
    if missing:
        raise PointError(
            f"{where}: there is no column for {', '.join(missing)}",
            hint=f"the first line has to name them: {','.join(variables)}",
        )


def _json_rows(lines: Numbered, name: str, variables: Sequence[str]) -> Iterator[Row]:
    for number, line in lines:
        if not line.strip():
            continue
        where = f"{name}:{number}"
        try:
            found = _object(line, variables)
            carried = {key: _text(value) for key, value in found.items()}
        except ValueError as error:
            yield Row(where, {}, {}, ParseError(f"{where}: {error}"))
            continue
        missing = [variable for variable in variables if variable not in found]
        if missing:
            problem = ParseError(f"{where}: there is no value for {', '.join(missing)}")
            yield Row(where, carried, {}, problem)
            continue
        try:
            point = {variable: _number(carried[variable]) for variable in variables}
        except DiffcliError as error:
            yield Row(where, carried, {}, placed(error, where))
        else:
            yield Row(where, carried, point)


def _object(line: str, variables: Sequence[str]) -> dict[str, Any]:
    """Return a line's object; an array has the variables' values in order.

    Raises ValueError with a sentence.
    """
    try:
        found = json.loads(line)
    except ValueError as error:
        raise ValueError(f"this is not JSON: {error}") from None
    if isinstance(found, list) and len(found) == len(variables):
        found = dict(zip(variables, found, strict=True))
    if not isinstance(found, dict):
        raise ValueError("a line has to be an object such as {" + _example(variables))
    return found


def _example(variables: Sequence[str]) -> str:
    return ", ".join(f'"{name}": 1' for name in variables[:4]) + "}"


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _is_value(cell: str) -> bool:
    """Tell whether a cell of the first line is a value and not a column's name."""
    if _NUMBER.fullmatch(cell):
        return True
    try:
        points.number(cell)
    except DiffcliError:
        return False
    return True


def _number(cell: str) -> float:
    """Return a cell's value.

    Raises ParseError, DomainError.
    """
    if _NUMBER.fullmatch(cell):
        value = float(cell)
        if value - value == 0.0:  # finite
            return value
    return points.number(cell)


def placed(error: DiffcliError, where: str) -> DiffcliError:
    """Return an error that says in which line of a file it was met."""
    return type(error)(
        f"{where}: {error.message}",
        source=error.source,
        span=error.span,
        note=error.note,
        hint=error.hint,
        facts=error.facts,
    )


def posed(
    rows: Iterable[Row],
    parsed: Parsed,
    names: Sequence[str],
    settings: Settings,
    program: Program,
) -> Iterator[Problem]:
    """Yield the problem at every row's point.

    Raises the first row's error, with the line it is in.
    """
    for row in rows:
        if row.error:
            raise row.error
        try:
            yield pose(parsed, row.point, names, settings, program)
        except DiffcliError as error:
            raise placed(error, row.where) from None
