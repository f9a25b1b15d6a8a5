"""Tab-separated values with a header."""

from collections.abc import Iterator
from itertools import islice

from diffcli.output.document import Documents, Screen
from diffcli.tables import tsv

SUMMARY = "tab-separated values with a header"
SUFFIXES = (".tsv",)
NEEDS = "sheet"


def lines(documents: Documents, screen: Screen) -> Iterator[str]:
    """Yield the header and the rows: of one result, or one row for each of many."""
    rows = documents.lines(tsv.line, "\t")
    yield from list(islice(rows, 2))  # no header where TSV cannot hold the first row
    yield from rows
