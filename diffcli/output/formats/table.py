"""For people: rich tables and colours, or stacked records where it is narrow."""

from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from typing import TextIO

from rich import box
from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.segment import Segment
from rich.table import Table as RichTable
from rich.text import Text

from diffcli.output.breaking import broken_formula
from diffcli.output.document import (
    Block,
    Column,
    Document,
    Facts,
    Formula,
    Line,
    Lines,
    Picture,
    Prose,
    Run,
    Screen,
    Table,
)

SUMMARY = "tables for people"
SUFFIXES = (".txt",)
NEEDS = "blocks"

# One legend everywhere: green is a value, cyan a gradient, red is not to be trusted.
_STYLES = {
    "value": "green",
    "gradient": "cyan",
    "adjoint": "cyan",
    "doubtful": "bold red underline",
    "name": "bold",
    "muted": "",  # said by the way; not dimmed, as projectors lose dim grey
    "ground": "dim",
    "title": "bold",
    "rule": "magenta",
    # Curves: functions and their derivatives take turns.
    "first": "green",
    "second": "cyan",
    "third": "magenta",
    "fourth": "yellow",
    "fifth": "blue",
    "sixth": "white",
}
_NARROW = 72  # below this many columns numbers stand under each other
_GAP = "    "
_PROSE = 80  # cells of a line of prose: longer ones are hard to read
_SHORTEST_WORDS = 12  # cells of a column whose text may wrap
_ASCII = str.maketrans({
    "∂": "d", "·": "*", "×": "x", "…": "...", "→": "->", "≤": "<=", "≥": ">=",
    "±": "+-", "−": "-", "∞": "inf", "η": "eta", "✓": "ok", "█": "#", "²": "^2",
    "←": "<-", "≈": "~", "³": "^3", "⁴": "^4", "⁵": "^5", "⁶": "^6", "⁷": "^7",
    "⁸": "^8", "⁹": "^9", "├": "|", "└": "`", "│": "|", "─": "-",
})  # fmt: skip


def lines(documents: Iterable[Document], screen: Screen) -> Iterator[str]:
    """Yield the lines of every document, an empty one between two."""
    for number, document in enumerate(documents):
        if number:
            yield ""
        for block in document.safe_blocks(screen.notation):
            yield from _block_lines(block, screen)


def console(file: TextIO, screen: Screen, *, record: bool = False) -> Console:
    """Return a console that shows text as it is: no markup, no guessing."""
    return Console(
        file=file,
        width=screen.width,
        force_terminal=screen.color,
        color_system="standard" if screen.color else None,
        markup=False,
        highlight=False,
        emoji=False,
        legacy_windows=False,
        record=record,
    )


def print_block(block: Block, screen: Screen, to: Console) -> None:
    """Print one block."""
    for part in _draw(block, screen):
        to.print(part, soft_wrap=False, crop=False, overflow="fold")


def segments(
    documents: Iterable[Document], screen: Screen
) -> Iterator[Sequence[Segment]]:
    """Yield the same lines as pieces of text with their styles."""
    to = console(StringIO(), screen)
    options = to.options.update(overflow="fold")
    for number, document in enumerate(documents):
        if number:
            yield ()
        for block in document.safe_blocks(screen.notation):
            for part in _draw(block, screen):
                yield from Segment.split_lines(to.render(part, options))


def _block_lines(block: Block, screen: Screen) -> Iterator[str]:
    drawn = StringIO()
    print_block(block, screen, console(drawn, screen))
    for line in drawn.getvalue().split("\n")[:-1]:
        yield line.rstrip()


def _draw(block: Block, screen: Screen) -> Iterator[RenderableType]:
    if isinstance(block, Formula):
        rows = broken_formula(block.text, screen.width)
        yield from (_text((Run(row),), screen) for row in rows)
    elif isinstance(block, Prose):
        text = _text((Run(block.text, block.style),), screen)
        yield from text.wrap(console(StringIO(), screen), min(screen.width, _PROSE))
    elif isinstance(block, Facts):
        yield from _facts(block, screen)
    elif isinstance(block, Lines):
        for line in block.lines:
            yield from _line(line, screen)
    elif isinstance(block, Picture):
        yield from (_text(line, screen) for line in block.draw(screen))
    else:
        cells = [[_text(cell, screen) for cell in row] for row in block.rows]
        words = any(column.wraps for column in block.columns)
        narrow = screen.width < _NARROW and not words
        for narrower in (_essential,) if narrow else (_transposed, _essential):
            if _natural_width(block, cells) > screen.width:
                block, cells = narrower(block, cells, screen.width)
        if narrow or _natural_width(block, cells) > screen.width:
            yield from _stacked(block, cells, screen)
        else:
            yield _grid(block, cells, screen)


_Cells = list[list[Text]]


def _transposed(block: Table, cells: _Cells, width: int) -> tuple[Table, _Cells]:
    """Return rows as columns, if nothing less makes the table narrow enough."""
    if _natural_width(*_essential(block, cells, width)) <= width:
        return block, cells
    columns = (Column("", "left"), *(Column(row[0].plain) for row in cells))
    turned = [
        [Text(column.title), *(row[place] for row in cells)]
        for place, column in enumerate(block.columns)
        if place
    ]
    table = Table(columns, ())
    return (table, turned) if _natural_width(table, turned) <= width else (block, cells)


def _essential(block: Table, cells: _Cells, _: int) -> tuple[Table, _Cells]:
    """Return the table without the columns that can be left out."""
    kept = [place for place, column in enumerate(block.columns) if column.essential]
    columns = tuple(block.columns[place] for place in kept)
    return block._replace(columns=columns), [[row[k] for k in kept] for row in cells]


def _text(line: Line, screen: Screen) -> Text:
    """Return runs as rich text; a user's text is never read as markup."""
    text = Text()
    for run in line:
        content = run.text.translate(_ASCII) if screen.ascii else run.text
        text.append(content, _STYLES.get(run.style, ""))
    return text


def _line(line: Line, screen: Screen) -> Iterator[Text]:
    """Yield a line; if it is too long, the remarks at its end stand below it."""
    text = _text(line, screen)
    if text.cell_len > screen.width:  # closer together it may fit
        line = tuple(
            run._replace(text=run.text.rstrip()) if run.style == "remark" else run
            for run in line
        )
        text = _text(line, screen)
    remarks: list[Run] = []
    while text.cell_len > screen.width and len(line) > 1 and line[-1].style == "remark":
        remarks.insert(0, line[-1])
        line = line[:-1]
        text = _text(line, screen)
    yield from _hanging(text, screen)
    if remarks:
        below = "".join(remark.text for remark in remarks).lstrip()
        yield from _line((Run(2 * _GAP + below),), screen)


def _hanging(text: Text, screen: Screen) -> Iterator[Text]:
    """Yield a line, or if it is too long its parts, all but the first indented."""
    if text.cell_len <= screen.width:
        yield text
        return
    to, width = console(StringIO(), screen), max(screen.width - len(_GAP), 8)
    first = text.wrap(to, screen.width, overflow="fold")[0]
    first.rstrip()
    yield first
    rest = text[len(first) :]
    rest = rest[len(rest) - len(rest.plain.lstrip()) :]
    for part in rest.wrap(to, width, overflow="fold"):
        yield Text(_GAP) + part


def _facts(block: Facts, screen: Screen) -> Iterator[Text]:
    """Yield lines with as many facts as fit."""
    line = Text()
    for fact in block.facts:
        text = _text(fact, screen)
        if line and line.cell_len + len(_GAP) + text.cell_len > screen.width:
            yield from _hanging(line, screen)
            line = Text()
        if line:
            line.append(_GAP)
        line.append_text(text)
    yield from _hanging(line, screen)


def _natural_width(block: Table, cells: list[list[Text]]) -> int:
    widths = [
        _SHORTEST_WORDS
        if column.wraps
        else max([cell_len(column.title), *(row[place].cell_len for row in cells)])
        for place, column in enumerate(block.columns)
    ]
    return sum(widths) + 3 * len(widths) + 1


def _grid(block: Table, cells: list[list[Text]], screen: Screen) -> RichTable:
    grid = RichTable(box=box.ASCII if screen.ascii else box.ROUNDED)
    for column in block.columns:
        right = column.align == "right"
        grid.add_column(
            Text(column.title),
            justify="right" if right else "left",
            no_wrap=not column.wraps,
            overflow="fold",
        )
    for row in cells:
        grid.add_row(*row)
    return grid


def _stacked(block: Table, cells: list[list[Text]], screen: Screen) -> Iterator[Text]:
    """Yield each row as a record: its name, then a line for each column."""
    places = range(1, len(block.columns))
    titles = max((cell_len(block.columns[place].title) for place in places), default=0)
    widest = max((row[place].cell_len for row in cells for place in places), default=0)
    for row in cells:
        yield row[0]
        for place in places:
            if not row[place]:
                continue
            title = Text(f"  {block.columns[place].title}")
            if titles + widest + 6 > screen.width:
                yield title
                yield from _hanging(Text(_GAP) + row[place], screen)
            else:
                gap = titles + widest + 6 - title.cell_len - row[place].cell_len
                yield title + Text(" " * gap) + row[place]
