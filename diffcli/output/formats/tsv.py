"""Tab-separated values with a header."""

from collections.abc import Iterable, Iterator

from diffcli.output.document import Document, Screen
from diffcli.output.formats import csv

SUMMARY = "tab-separated values with a header"
SUFFIXES = (".tsv",)


def lines(documents: Iterable[Document], screen: Screen) -> Iterator[str]:
    """Yield the header and the rows: of one result, or one row for each of many."""
    return csv.lines(documents, screen, "\t")
