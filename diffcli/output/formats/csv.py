"""Comma-separated values with a header."""

from collections.abc import Iterator

from diffcli.output.document import Documents, Screen
from diffcli.tables import csv

SUMMARY = "comma-separated values with a header"
SUFFIXES = (".csv",)
NEEDS = "sheet"


def lines(documents: Documents, screen: Screen) -> Iterator[str]:
    """Yield the header and the rows: of one result, or one row for each of many."""
    return documents.lines(csv.line, ",")
