"""For people: tables and colours, or stacked records where it is narrow.

Everything is drawn as lines of rich text. Only what has colours, or has to be broken,
needs rich's console, whose import takes half as long as all that is drawn.
"""

from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from typing import TYPE_CHECKING, TextIO

from rich.text import Text

from diffcli.output.breaking import broken_formula
from diffcli.output.document import (
    Block,
    Document,
    Facts,
    Formula,
    Line,
    Lines,
    Picture,
    Prose,
    Run,
    Screen,
)
from diffcli.output.fitting import GAP, fitting, hanging, table

if TYPE_CHECKING:
    from rich.console import Console
    from rich.segment import Segment

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
_PROSE = 80  # cells of a line of prose: longer ones are hard to read
_ASCII = str.maketrans({
    "∂": "d", "·": "*", "×": "x", "…": "...", "→": "->", "≤": "<=", "≥": ">=",
    "±": "+-", "−": "-", "∞": "inf", "η": "eta", "✓": "ok", "█": "#", "²": "^2",
    "←": "<-", "≈": "~", "³": "^3", "⁴": "^4", "⁵": "^5", "⁶": "^6", "⁷": "^7",
    "⁸": "^8", "⁹": "^9", "├": "|", "└": "`", "│": "|", "─": "-",
})  # fmt: skip


def lines(documents: Iterable[Document], screen: Screen) -> Iterator[str]:
    """Yield the lines of every document, an empty one between two."""
    for text in texts(documents, screen):
        if screen.color:
            drawn = StringIO()
            print_text(text, console(drawn, screen))
            rows = drawn.getvalue().split("\n")[:-1]
        else:
            rows = [row.plain for row in fitting(text, screen.width)]
        yield from map(str.rstrip, rows)


def texts(documents: Iterable[Document], screen: Screen) -> Iterator[Text]:
    """Yield the same lines as rich text."""
    for number, document in enumerate(documents):
        if number:
            yield Text()
        for block in document.safe_blocks(screen.notation):
            yield from _draw(block, screen)


def console(file: TextIO, screen: Screen, *, record: bool = False) -> "Console":
    """Return a console that shows text as it is: no markup, no guessing."""
    from rich.console import Console

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


def print_text(text: Text, to: "Console") -> None:
    """Print one text."""
    to.print(text, soft_wrap=False, crop=False, overflow="fold")


def segments(
    documents: Iterable[Document], screen: Screen
) -> Iterator[Sequence["Segment"]]:
    """Yield the same lines as pieces of text with their styles."""
    from rich.segment import Segment

    to = console(StringIO(), screen)
    options = to.options.update(overflow="fold")
    for text in texts(documents, screen):
        yield from Segment.split_lines(to.render(text, options))


def _draw(block: Block, screen: Screen) -> Iterator[Text]:
    """Yield the lines of a block."""
    if isinstance(block, Formula):
        rows = broken_formula(block.text, screen.width)
        yield from (_text((Run(row),), screen) for row in rows)
    elif isinstance(block, Prose):
        text = _text((Run(block.text, block.style),), screen)
        yield from fitting(text, min(screen.width, _PROSE))
    elif isinstance(block, Facts):
        yield from _facts(block, screen)
    elif isinstance(block, Lines):
        for line in block.lines:
            yield from _line(line, screen)
    elif isinstance(block, Picture):
        yield from (_text(line, screen) for line in block.draw(screen))
    else:
        cells = [[_text(cell, screen) for cell in row] for row in block.rows]
        yield from table(block.columns, cells, screen)


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
    yield from hanging(text, screen.width)
    if remarks:
        below = "".join(remark.text for remark in remarks).lstrip()
        yield from _line((Run(2 * GAP + below),), screen)


def _facts(block: Facts, screen: Screen) -> Iterator[Text]:
    """Yield lines with as many facts as fit."""
    line = Text()
    for fact in block.facts:
        text = _text(fact, screen)
        if line and line.cell_len + len(GAP) + text.cell_len > screen.width:
            yield from hanging(line, screen.width)
            line = Text()
        if line:
            line.append(GAP)
        line.append_text(text)
    yield from hanging(line, screen.width)
