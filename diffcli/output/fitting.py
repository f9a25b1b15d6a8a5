"""Text that fits a width: broken lines, hanging lines, and tables."""

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from rich.cells import cell_len
from rich.text import Text

from diffcli.output.document import Column, Screen

GAP = "    "
"""Stands between two things on a line, and before what belongs to the line above."""
_NARROW = 72  # below this many columns numbers stand under each other
_SHORTEST_WORDS = 12  # cells of a column whose text may wrap
_LEAST = 8  # cells that are left for the rest of a line
#: Beside a table and between its columns; along its edges; the corners of the edge
#: above it, below its head, and below it.
_RULES = "│", "─", (("╭", "┬", "╮"), ("├", "┼", "┤"), ("╰", "┴", "╯"))
_ASCII_RULES = "|", "-", (("+", "-", "+"), ("|", "+", "|"), ("+", "-", "+"))

_Columns = Sequence[Column]
_Cells = Sequence[Sequence[Text]]


def fitting(text: Text, width: int) -> list[Text]:
    """Return a text as lines of so many cells."""
    if text.cell_len <= width:
        return [text]
    from rich.console import Console

    return [*text.wrap(Console(), width, overflow="fold")]


def hanging(text: Text, width: int) -> Iterator[Text]:
    """Yield a line, or if it is too long its parts, all but the first indented."""
    if text.cell_len <= width:
        yield text
        return
    first = fitting(text, width)[0]
    first.rstrip()
    yield first
    rest = text[len(first) :]
    rest = rest[len(rest) - len(rest.plain.lstrip()) :]
    for part in fitting(rest, max(width - len(GAP), _LEAST)):
        yield Text(GAP) + part


def table(columns: _Columns, rows: _Cells, screen: Screen) -> Iterator[Text]:
    """Yield the lines of a table.

    Where it is too wide, its words are broken; a few numbers stand as rows instead of
    columns; columns that are not essential are left out; or each row is a record.
    """
    words = any(column.wraps for column in columns)
    narrow = screen.width < _NARROW and not words
    for narrower in (_essential,) if narrow else (_transposed, _essential):
        if _least_width(columns, rows) > screen.width:
            columns, rows = narrower(columns, rows, screen.width)
    if narrow or _least_width(columns, rows) > screen.width:
        yield from _stacked(columns, rows, screen.width)
    else:
        yield from _ruled(columns, rows, screen)


def _transposed(columns: _Columns, rows: _Cells, width: int) -> tuple[_Columns, _Cells]:
    """Return rows as columns, if nothing less makes the table narrow enough."""
    if _least_width(*_essential(columns, rows, width)) <= width:
        return columns, rows
    named = (Column("", "left"), *(Column(row[0].plain) for row in rows))
    turned = [
        [Text(column.title), *(row[place] for row in rows)]
        for place, column in enumerate(columns)
        if place
    ]
    return (named, turned) if _least_width(named, turned) <= width else (columns, rows)


def _essential(columns: _Columns, rows: _Cells, _: int) -> tuple[_Columns, _Cells]:
    """Return the table without the columns that can be left out."""
    kept = [place for place, column in enumerate(columns) if column.essential]
    return [columns[k] for k in kept], [[row[k] for k in kept] for row in rows]


def _least_width(columns: _Columns, rows: _Cells) -> int:
    """Return the cells that a table takes at the least, its rules too."""
    pairs = zip(columns, _widths(columns, rows), strict=True)
    return _whole([_SHORTEST_WORDS if c.wraps else width for c, width in pairs])


def _widths(columns: _Columns, rows: _Cells) -> list[int]:
    """Return the cells that each column takes if nothing is broken."""
    return [
        max([cell_len(column.title), *(row[place].cell_len for row in rows)])
        for place, column in enumerate(columns)
    ]


def _whole(widths: Sequence[int]) -> int:
    return sum(widths) + 3 * len(widths) + 1


def _ruled(columns: _Columns, rows: _Cells, screen: Screen) -> Iterator[Text]:
    """Yield the lines of a table with rules; the widest words are broken first."""
    widths = _widths(columns, rows)
    words = [place for place, column in enumerate(columns) if column.wraps]
    while _whole(widths) > screen.width:
        widths[max(words, key=widths.__getitem__)] -= 1
    side, along, corners = _ASCII_RULES if screen.ascii else _RULES
    edges = [along * (width + 2) for width in widths]
    above, between, below = (
        Text(left + middle.join(edges) + right) for left, middle, right in corners
    )
    head = [Text(column.title, "bold") for column in columns]
    for rule, below_it in ((above, [head]), (between, rows)):
        yield rule
        for row in below_it:
            yield from _ruled_row(columns, widths, row, side)
    yield below


def _ruled_row(
    columns: _Columns, widths: Sequence[int], row: Sequence[Text], side: str
) -> Iterator[Text]:
    """Yield the lines of a row: as many as its longest cell has."""
    for parts in zip_longest(*map(fitting, row, widths), fillvalue=Text()):
        line = Text(side)
        for column, width, part in zip(columns, widths, parts, strict=True):
            gap = " " * (width - part.cell_len)
            left, right = ("", gap) if column.align == "left" else (gap, "")
            line.append(f" {left}").append_text(part).append(f"{right} {side}")
        yield line


def _stacked(columns: _Columns, rows: _Cells, width: int) -> Iterator[Text]:
    """Yield each row as a record: its name, then a line for each column."""
    _, *titles = (Text(f"  {column.title}") for column in columns)
    longest = max((title.cell_len for title in titles), default=0)
    widest = max((cell.cell_len for _, *row in rows for cell in row), default=0)
    whole = longest + len(GAP) + widest
    for name, *row in rows:
        yield name
        for title, cell in zip(titles, row, strict=True):
            if not cell:
                continue
            if whole > width:
                yield title
                yield from hanging(Text(GAP) + cell, width)
            else:
                gap = whole - title.cell_len - cell.cell_len
                yield title + Text(" " * gap) + cell
