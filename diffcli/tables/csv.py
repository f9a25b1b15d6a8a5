"""Comma-separated values: a cell in quotes may hold commas, quotes and lines.

Source: RFC 4180, held to strictly where a lenient reader would lose or join cells.
"""

from collections.abc import Iterable, Iterator, Sequence

from diffcli.errors import ParseError
from diffcli.tables import PLAIN, Dialect, Fault

SUMMARY = "comma-separated values with a header"
SUFFIXES, SEPARATOR, QUOTES = (".csv",), ",", True
_TO_QUOTE = frozenset(',\t"\n\r')
_LONGEST = 1_000_000  # characters of a cell in quotes; an open one would take the rest

Numbered = Iterator[tuple[int, str]]


def begins(line: str) -> bool:
    """Tell that nothing begins as CSV alone does: what is nothing else is CSV."""
    return False


def read(
    lines: Iterable[str], first: int = 1, dialect: Dialect = PLAIN
) -> Iterator[tuple[int, list[str] | Fault]]:
    """Yield every row's line and cells, or what is wrong with the row.

    Raises ParseError for a quote that does not close, at the line where it opened.
    """
    separator = dialect.separator or ","
    numbered = enumerate(lines, first)
    for number, text in numbered:
        if dialect.comment and dialect.skips(text):
            continue
        if '"' in text:
            yield number, _quoted(text, number, numbered, separator)
        elif not text.isspace() and text:
            yield number, text.rstrip("\r\n").split(separator)


def _quoted(
    text: str, number: int, numbered: Numbered, separator: str
) -> list[str] | Fault:
    """Return the cells of a row with quotes, which may go on in the next lines."""
    cells: list[str] = []
    fault = ""
    place = 0
    while True:
        if text.startswith('"', place):
            text, end, number = _closed(text, place, number, numbered)
            cells.append(text[place + 1 : end].replace('""', '"'))
            end += 1
            if text[end : end + 1] not in (separator, "\n", "\r", ""):
                fault = fault or "text follows a closing quote; inside, write it twice"
                end = _end(text, end, separator)
        else:
            end = _end(text, place, separator)
            cells.append(text[place:end])
            if cells[-1].lstrip().startswith('"'):
                fault = fault or "a blank stands before a quote that opens"
        if text[end : end + 1] != separator:
            return Fault(fault) if fault else cells
        place = end + 1


def _end(text: str, place: int, separator: str) -> int:
    """Return where a cell without quotes ends."""
    end = text.find(separator, place)
    return end if end >= 0 else len(text.rstrip("\r\n"))


def _closed(
    text: str, place: int, number: int, numbered: Numbered
) -> tuple[str, int, int]:
    """Return the text with all lines of a cell, its closing quote, its last line."""
    opened, start = number, place + 1
    while True:
        end = text.find('"', start)
        if end >= 0 and text[end + 1 : end + 2] != '"':
            return text, end, number
        if end >= 0:
            start = end + 2
            continue
        start = len(text)
        number, more = next(numbered, (number, ""))
        if not more or start - place > _LONGEST:
            raise ParseError(
                f"{opened}: a quote opens here and does not close",
                hint="write a quote inside a cell twice, and the cell in quotes",
            )
        text += more


def line(cells: Sequence[object]) -> str:
    """Return a row; what would be read otherwise stands in quotes."""
    text = ",".join(map(_cell, cells))
    # A row of one empty cell would else be an empty line, which is no row.
    return text if text.strip() else f'"{text}"'


def _cell(cell: object) -> str:
    text = str(cell)
    if not _TO_QUOTE.isdisjoint(text):
        return '"' + text.replace('"', '""') + '"'
    return text
