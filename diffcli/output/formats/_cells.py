"""A table with a header, in one of the formats of ``tables`` that separate cells."""

from collections.abc import Iterator
from itertools import islice

from diffcli import tables
from diffcli.output.document import Documents, Screen


class Cells:
    """A table format as a format."""

    NEEDS = "sheet"

    def __init__(self, name: str) -> None:
        self.table = tables.load(name)
        self.SUMMARY: str = self.table.SUMMARY
        self.SUFFIXES: tuple[str, ...] = self.table.SUFFIXES

    def lines(self, documents: Documents, screen: Screen) -> Iterator[str]:
        """Yield the header and the rows: of one result, or one row for each of many."""
        rows = documents.lines(self.table.line, self.table.SEPARATOR)
        # No header where the first row cannot be held; a part of many rows has none.
        headed = bool(documents.header) or not documents.many
        yield from list(islice(rows, 1 + headed))
        yield from rows
