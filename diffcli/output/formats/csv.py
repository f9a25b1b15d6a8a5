"""Comma-separated values with a header."""

from collections.abc import Iterable, Iterator

from diffcli.output.document import Document, Screen, sheet

SUMMARY = "comma-separated values with a header"
SUFFIXES = (".csv",)

_TO_QUOTE = frozenset(',\t"\n\r')


def lines(
    documents: Iterable[Document], screen: Screen, separator: str = ","
) -> Iterator[str]:
    """Yield the header and the rows: of one result, or one row for each of many."""
    for cells in sheet(documents):
        yield separator.join(map(_quoted, cells))


def _quoted(cell: object) -> str:
    text = str(cell)
    if not _TO_QUOTE.isdisjoint(text):
        return '"' + text.replace('"', '""') + '"'
    return text
