"""A picture of what the terminal would show, as SVG.

Every sign stands in its column, whatever font there is: text has a place for each of
its letters, and what boxes, bars and curves are made of is drawn. Renderers that know
one place for a text only (librsvg) put every word into its column.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from rich.cells import cell_len, get_character_cell_size
from rich.style import Style
from rich.terminal_theme import SVG_EXPORT_THEME as THEME

from diffcli.output import signs
from diffcli.output.document import Document, Screen
from diffcli.output.formats import table
from diffcli.output.signs import HEIGHT, WIDTH
from diffcli.records import Record

if TYPE_CHECKING:
    from rich.segment import Segment

SUMMARY = "a picture of the terminal"
SUFFIXES = (".svg",)
NEEDS = "blocks"

_MARGIN, _TOP = 12, 44  # around the screen, and above it
_SIZE = 20  # of the font: its letters are 0.6 as wide as high
_BELOW = 4  # how far below them a line is drawn
_BASE = 18  # where in a line its letters stand
_FONTS = (
    "ui-monospace,'SF Mono',Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',"
    "monospace"
)
_BUTTONS = ("#ff5f57", "#febc2e", "#28c840")
_NO_LINE = Style(underline=False)
_PAPER, _INK = THEME.background_color.hex, THEME.foreground_color.hex
#: Nothing is loaded from elsewhere, not even a font.
_LOOK = (
    f"svg{{color:{_INK}}}"
    f"text{{font:{_SIZE}px {_FONTS};font-variant-ligatures:none;fill:currentColor}}"
    "text.title{font:bold 16px sans-serif;text-anchor:middle}text.shape{fill:none}"
    "path{fill:currentColor}"
    f".{signs.LINES},.{signs.DOTS}{{fill:none;stroke:currentColor;stroke-width:1.5}}"
    f".{signs.DOTS}{{stroke-width:4;stroke-linecap:round}}"
    + "".join(f".{name}{{opacity:{ink:g}}}" for name, ink in signs.SHADES.items())
)


class _Word(Record):
    """Letters beside each other, all one column wide, or one that is not."""

    text: str
    #: The column of each letter.
    columns: Sequence[int]
    #: How it looks, as CSS.
    look: str
    #: Its signs are drawn as shapes: the text is there to be copied.
    is_drawn: bool


def lines(documents: Iterable[Document], screen: Screen) -> Iterator[str]:
    """Yield the lines of an SVG file; the same input gives the same file."""
    drawn = [*table.segments(documents, screen._replace(color=True))]
    rows = [[*_words(row)] for row in drawn]
    styles = {"": ""}  # what a style asks for, by its class
    body = [part for y, row in enumerate(rows) for part in _row(row, y, styles)]
    body += [
        part for y, row in enumerate(drawn) for part in _underlines(row, y, styles)
    ]
    ends = (word.columns[-1] + 1 for row in rows for word in row)
    width = WIDTH * max(screen.width, *ends, 0) + 2 * _MARGIN
    height = HEIGHT * len(rows) + _TOP + _MARGIN
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    yield f'<svg xmlns="http://www.w3.org/2000/svg" {size}>'
    yield f"<style>{_LOOK}"
    yield from (f".{name}{{{rules}}}" for name, rules in styles.items() if name)
    yield "</style>"
    yield f'<rect width="{width}" height="{height}" rx="8" fill="{_PAPER}"/>'
    for place, color in enumerate(_BUTTONS):
        yield f'<circle cx="{22 + 22 * place}" cy="22" r="7" fill="{color}"/>'
    yield f'<text class="title" x="{width // 2}" y="28">diffcli</text>'
    yield f'<g transform="translate({_MARGIN},{_TOP})">'
    yield from body
    yield "</g>"
    yield "</svg>"


def _words(row: Iterable["Segment"]) -> Iterator[_Word]:
    """Yield the words of a line with the columns where they stand."""
    column = 0
    for text, style, _ in row:
        look = _look(style)
        letters, columns, last = "", list[int](), ""
        for letter in text:
            size = get_character_cell_size(letter)
            kind = _kind(letter, size)
            if letters and kind not in ("mark", last):
                yield _Word(letters, columns, look, last == "shape")
                letters, columns = "", []
            if kind != "blank":
                letters += letter
                columns.append(max(0, column - (kind == "mark")))
                last = last if kind == "mark" else kind
            column += size
        if letters:
            yield _Word(letters, columns, look, last == "shape")


def _look(style: Style | None) -> str:
    """Return how text of a style looks, as CSS; lines below it are drawn."""
    return (style + _NO_LINE).get_html_style(THEME) if style else ""


def _class(look: str, styles: dict[str, str]) -> str:
    """Return the name of a look, which gets one when it is first met."""
    name = next((name for name, known in styles.items() if known == look), "")
    if look and not name:
        name = f"s{len(styles)}"
        styles[name] = look
    return name


def _underlines(
    row: Sequence["Segment"], y: int, styles: dict[str, str]
) -> Iterator[str]:
    """Yield lines below text, below the blanks in it too."""
    column = 0
    for text, style, _ in row:
        if style and style.underline and text.strip():
            start = column + cell_len(text) - cell_len(text.lstrip())
            across = cell_len(text.strip())
            kind = f"{signs.LINES} {_class(_look(style), styles)}".rstrip()
            yield (
                f'<path class="{kind}" d="M{WIDTH * start}'
                f' {HEIGHT * y + _BASE + _BELOW}h{WIDTH * across}"/>'
            )
        column += cell_len(text)


def _kind(letter: str, size: int) -> str:
    """Tell what stands beside a sign: what is like it; only marks stand on others."""
    if letter == " ":
        return "blank"
    if size == 0:
        return "mark"
    if size > 1 or letter > "\uffff":
        return f"wide {letter}"
    return "shape" if signs.drawn(letter, 0, 0) else "letter"


def _row(row: Sequence[_Word], y: int, styles: dict[str, str]) -> Iterator[str]:
    """Yield what is drawn of a line, its shapes and then its words."""
    paths: dict[str, str] = {}
    texts = []
    for word in row:
        name = _class(word.look, styles)
        for letter, column in zip(word.text, word.columns, strict=True):
            shape = signs.drawn(letter, WIDTH * column, HEIGHT * y)
            if shape:
                kind = f"{shape[0]} {name}".rstrip()
                paths[kind] = paths.get(kind, "") + shape[1]
        kind = (
            f' class="{"shape" if word.is_drawn else name}"'
            if name or word.is_drawn
            else ""
        )
        places = " ".join(str(WIDTH * column) for column in word.columns)
        texts.append(
            f'<text{kind} y="{HEIGHT * y + _BASE}" x="{places}">{escape(word.text)}'
            "</text>"
        )
    yield from (f'<path class="{kind}" d="{path}"/>' for kind, path in paths.items())
    yield from texts
