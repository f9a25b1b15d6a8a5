"""Points from a file or a pipe, one a row of a table."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import chain
from typing import Any

from diffcli import tables
from diffcli.calculus.functions import CONSTANTS
from diffcli.errors import DiffcliError, ParseError, PointError, listing
from diffcli.inputs import points
from diffcli.inputs.blocks import Block, Taken, chunks, plain
from diffcli.inputs.objects import Numbered, cell_number, object_row, of_objects
from diffcli.inputs.rows import Chunk, Row, Rows, Shape, placed
from diffcli.language.lexer import spelling
from diffcli.tables import PLAIN, Dialect, Fault


def table(
    lines: Iterable[str],
    name: str,
    variables: Sequence[str],
    *,
    fixed: bool = False,
    dialect: Dialect = PLAIN,
) -> Rows:
    """Return a row for every row of a table; values may be formulas, as in --at.

    The first line names the columns if every variable is among them. Otherwise it has
    to be a point itself: as many values as there are variables, in their order. A line
    of nothing but names, such as pi,e, is none. Without a head the first line is a
    point always.

    JSON lines and the values of an array may each have other keys. If the columns are
    ``fixed``, those of the first line are the columns: one that is missing later is
    empty, one that is new is that row's error.

    Raises PointError if a variable has no column.
    """
    source, ahead = iter(lines), deque[str]()
    rest = chain(iter(lambda: ahead.popleft() if ahead else "", ""), source)
    skipped: list[str] = []
    for first in source:
        skipped.append(first if skipped else first.removeprefix("\ufeff"))
        begun = skipped[-1] and not skipped[-1].isspace()
        if begun and not dialect.skips(skipped[-1]):
            break
    else:
        return Rows(tuple(variables), iter(()))
    kind = tables.kind(skipped[-1], name, dialect)
    numbered = _read(kind, chain(skipped, rest), name, dialect)
    if not tables.load(kind).SEPARATOR:
        if not dialect.headed:
            raise PointError(f"{name} is JSON, which has no line of names to leave out")
        rows = of_objects(numbered, name, variables, fixed=fixed)
        again = partial(_read, kind, [skipped[-1]], name, PLAIN)
        return rows._replace(
            peek=lambda: _has_errors(
                object_row(number, value, name, variables) for number, value in again()
            )
        )

    def look() -> str:
        """Return the next line with a row, which is still to be read."""
        for line in source:
            ahead.append(line)
            if line.strip() and not dialect.skips(line):
                return line
        return ""

    return _of_cells(numbered, rest, name, kind, variables, dialect, look)


def _read(
    kind: str, lines: Iterable[str], name: str, dialect: Dialect, first: int = 1
) -> Numbered:
    try:
        yield from tables.load(kind).read(lines, first, dialect)
    except ParseError as error:
        message = f"{name}:{error.message}"
        raise ParseError(message, hint=error.hint) from None


# ---- cells ------------------------------------------------------------------------


def _of_cells(
    numbered: Numbered,
    rest: Iterator[str],
    name: str,
    kind: str,
    variables: Sequence[str],
    dialect: Dialect,
    look: Callable[[], str],
) -> Rows:
    number, first = next(numbered)
    where = f"{name}:{number}"
    if type(first) is Fault:
        raise ParseError(f"{where}: {first}")
    header = [cell.strip() for cell in first]
    spelled = [spelling(cell) for cell in header]
    known = {*spelled}
    missing = [variable for variable in variables if variable not in known]
    begins: list[tuple[int, Any]] = []
    named = all(cell in CONSTANTS for cell in spelled)
    bare = missing and not named and all(map(_is_value, header))
    if not dialect.headed or bare:
        missing = []
        _refuse_count(header, variables, where)
        begins = [(number, first)]
        header = spelled = list(variables)
    if missing:
        raise _no_column(missing, first, variables, where, dialect)
    if len({*spelled}) < len(spelled):
        twice = next(column for column in spelled if spelled.count(column) > 1)
        raise PointError(f"{where}: two columns are named '{twice}'")
    by_name = {column: place for place, column in enumerate(spelled)}
    places = {variable: by_name[variable] for variable in variables}
    shape = Shape(name, kind, tuple(header), places, dialect)
    breaks = "".join(first).count("\n")
    begun = iter(begins)

    def peek() -> bool:
        """Tell whether the first row has values with errors."""
        seen = iter(begins) if begins else _read(kind, [look()], name, dialect)
        try:
            return bool(begins or not breaks) and _has_errors(_pointed(seen, shape))
        except ParseError:  # its row goes on in the next line, or is told of in turn
            return False

    return Rows(
        shape.header,
        _pointed(chain(begun, numbered), shape),
        lambda size: chain(
            _pointed(begun, shape), _chunks(rest, number + 1 + breaks, shape, size)
        ),
        peek,
    )


def _chunks(
    lines: Iterator[str], number: int, shape: Shape, size: int
) -> Iterator[Chunk | Row]:
    """Yield lines in chunks, from the one that has a number; rows with quotes alone."""
    quotes = tables.load(shape.kind).QUOTES
    for chunk in chunks(lines, size):
        if not quotes or '"' not in "".join(chunk):
            yield from _uncommented(Chunk(shape, number, chunk))
            number += len(chunk)
            continue
        taken = Taken(chain(chunk, lines))
        numbered = _read(shape.kind, taken, shape.name, shape.dialect, number)
        for row in _pointed(numbered, shape):
            yield row
            if taken.count >= len(chunk):  # a cell in quotes may go on behind it
                break
        number += taken.count


def _uncommented(chunk: Chunk) -> Iterator[Chunk]:
    """Yield a chunk, or what is left of it between comments."""
    shape, number, lines = chunk
    skips = shape.dialect.skips
    if not shape.dialect.comment or not any(map(skips, lines)):
        yield chunk
        return
    ends = [*(place for place, line in enumerate(lines) if skips(line)), len(lines)]
    for start, end in zip([0, *(place + 1 for place in ends)], ends, strict=False):
        if end > start:
            yield Chunk(shape, number + start, lines[start:end])


def read(chunk: Chunk) -> Iterator[Block | Row]:
    """Yield a chunk as one block, or else its rows one by one."""
    block = plain(chunk)
    if block is not None:
        yield block
    else:
        shape, number, lines = chunk
        numbered = _read(shape.kind, lines, shape.name, shape.dialect, number)
        yield from _pointed(numbered, shape)


def _pointed(numbered: Numbered, shape: Shape) -> Iterator[Row]:
    name, _, header, places, _ = shape
    width = len(header)
    for number, cells in numbered:
        where = f"{name}:{number}"
        if type(cells) is Fault:
            nothing = dict.fromkeys(header, "")
            yield Row(where, nothing, {}, ParseError(f"{where}: {cells}"))
            continue
        if len(cells) != width:
            padded = dict(zip(header, cells + [""] * width, strict=False))
            error = _ragged(where, cells, header, shape.dialect)
            yield Row(where, padded, {}, error)
            continue
        carried = dict(zip(header, cells, strict=True))
        try:
            point = {variable: cell_number(cells[i]) for variable, i in places.items()}
        except DiffcliError as error:
            yield Row(where, carried, {}, placed(error, where))
        else:
            yield Row(where, carried, point)


def _has_errors(rows: Iterator[Row]) -> bool:
    """Tell whether a value of the first row is given with its error."""
    first = next(rows, None)
    return first is not None and isinstance(first.error, points.GivenError)


def _is_value(cell: str) -> bool:
    """Tell whether a cell of the first line is a value and not a column's name."""
    try:
        cell_number(cell)
    except points.GivenError:
        return True
    except DiffcliError:
        return False
    return True


# ---- what is wrong ----------------------------------------------------------------


def _refuse_count(cells: Sequence[str], variables: Sequence[str], where: str) -> None:
    if len(cells) != len(variables):
        raise PointError(
            f"{where}: the line has {len(cells)} values, but the formula has"
            f" {len(variables)} variables: {listing(variables)}",
            hint="a first line with names says which column is what",
        )


def _no_column(
    missing: Sequence[str],
    cells: Sequence[str],
    variables: Sequence[str],
    where: str,
    dialect: Dialect,
) -> PointError:
    hint = _said_by(cells, dialect, variables) or (
        f"the first line has to name them: {listing(variables, ',')};"
        f" it names {listing(map(str.strip, cells), ',')}"
    )
    return PointError(f"{where}: there is no column for {listing(missing)}", hint=hint)


def _said_by(
    cells: Sequence[str], dialect: Dialect, variables: Sequence[str] = ()
) -> str:
    """Return a hint to what a line looks like; empty: to nothing.

    ``variables`` are those that it was to name.
    """
    line = ",".join(cells)
    if line.startswith("#") and not dialect.comment:
        return "--comment '#' leaves out lines that begin with it"
    if dialect.separator:
        return ""
    for mark in "| ":
        if variables and {*variables}.issubset(map(str.strip, line.split(mark))):
            return f"--separator '{mark}' parts cells there"
    return "--separator ';' parts cells there; decimals use a point" * (";" in line)


def _ragged(
    where: str, cells: list[str], header: Sequence[str], dialect: Dialect
) -> ParseError:
    s = "" if len(cells) == 1 else "s"
    hint = _said_by(cells, dialect)
    if not hint and not dialect.separator and len(cells) == 2 * len(header):
        hint = "decimals use a point, for a comma separates cells: 1.5,2.5"
    return ParseError(
        f"{where}: the line has {len(cells)} value{s}, but there are {len(header)}"
        " columns",
        hint=hint,
    )
