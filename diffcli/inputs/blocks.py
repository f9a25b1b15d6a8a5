"""Many plain rows of a table at once: their cells as columns of doubles.

A block is plain where every row has as many cells as there are columns, no cell needs
quotes, and every variable has a numeral in it. Everything else is read row by row, by
who says what is wrong with a row.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import islice

from diffcli import tables
from diffcli.inputs.rows import Chunk, Row, Shape
from diffcli.records import Record


@cache
def _unlike() -> str:
    """Return what formats write in different ways, but for their own separator."""
    kinds = map(tables.load, tables.names())
    return '"\r' + "".join(kind.SEPARATOR for kind in kinds)


class Block(Record):
    """Neighbouring rows of a table, read."""

    shape: Shape
    #: The line of the first one.
    number: int
    #: Each row as it stands in the file.
    texts: Sequence[str]
    #: What parts its cells there.
    separator: str
    #: The values of each variable.
    points: Mapping[str, Sequence[float]]

    def row(self, place: int) -> Row:
        """Return one of the rows."""
        cells = self.texts[place].split(self.separator)
        return Row(
            f"{self.shape.name}:{self.number + place}",
            dict(zip(self.shape.header, cells, strict=True)),
            {name: column[place] for name, column in self.points.items()},
        )


def plain(chunk: Chunk) -> Block | None:
    """Return lines as a block; None: they have to be read one by one."""
    shape, number, lines = chunk
    separator = shape.separator
    text = "".join(lines)
    if any(sign in text for sign in _unlike() if sign != separator):
        return None
    body = text.removesuffix("\n")
    texts = body.split("\n")
    # All cells in one list, with a mark between rows: a row that has not as many as
    # there are columns puts a mark in another place.
    width = len(shape.header) + 1
    cells = body.replace("\n", f"{separator}\n{separator}").split(separator)
    if cells[width - 1 :: width].count("\n") != len(texts) - 1:
        return None
    if len(cells) != width * len(texts) - 1:
        return None
    columns = {name: cells[place::width] for name, place in shape.places.items()}
    try:
        points = {name: list(map(float, cells)) for name, cells in columns.items()}
    except ValueError:
        return None
    if not all(map(math.isfinite, map(sum, points.values()))):
        return None
    if "_" in text or not text.isascii():  # float takes 1_000 and ١, and we do not
        numerals = "".join(map("".join, columns.values()))
        if "_" in numerals or not numerals.isascii():
            return None
    return Block(shape, number, texts, separator, points)


def chunks(lines: Iterator[str], size: int) -> Iterator[list[str]]:
    """Yield lines in lists; what was read before an error comes before the error."""
    while True:
        chunk: list[str] = []
        try:
            chunk.extend(islice(lines, size))
        except BaseException:
            if chunk:
                yield chunk
            raise
        if not chunk:
            return
        yield chunk


class Taken(Iterator[str]):
    """Lines, and how many of them were taken."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self.count = 0

    def __next__(self) -> str:
        line = next(self._lines)
        self.count += 1
        return line
