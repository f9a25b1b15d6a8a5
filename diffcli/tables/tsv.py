"""Tab-separated values: no quotes, so that a cell is what stands between two tabs.

Source: the registration of text/tab-separated-values with IANA, 1993.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from diffcli.errors import UsageError
from diffcli.tables import PLAIN, Dialect

SUMMARY = "tab-separated values with a header"
SUFFIXES, SEPARATOR, QUOTES = (".tsv",), "\t", False
_CELL_OF_CSV = r'(?:^|(?<=,))"(?:[^"]|"")*"(?=,|\s*$)'
_SEPARATES = frozenset("\t\n\r")


def begins(line: str) -> bool:
    """Tell whether a tab stands outside of the cells in quotes that CSV has."""
    return "\t" in line and "\t" in re.sub(_CELL_OF_CSV, "", line)


def read(
    lines: Iterable[str], first: int = 1, dialect: Dialect = PLAIN
) -> Iterator[tuple[int, list[str]]]:
    """Yield every row's line and cells; a quote is a character like any other."""
    for number, text in enumerate(lines, first):
        text = text.rstrip("\r\n")
        if dialect.comment and dialect.skips(text):
            continue
        if "\t" in text or (text and not text.isspace()):
            yield number, text.split("\t")


def line(cells: Sequence[object]) -> str:
    """Return a row.

    Raises UsageError for a cell with a tab or the end of a line in it.
    """
    texts = [str(cell) for cell in cells]
    for text in texts:
        if not _SEPARATES.isdisjoint(text):
            raise UsageError(
                f"TSV cannot hold a tab or the end of a line in a cell: {text[:60]!r}",
                hint="-f csv or -f jsonl can",
            )
    return "\t".join(texts)
