"""Many results at once, which csv, tsv and plain write as columns."""

from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import Any

from diffcli.records import Record

Cells = Sequence[Sequence[Iterable[str]]]
"""For each line of a result its cells, as columns; what all have repeats for ever."""


class Bulk(Record):
    """Many results for csv, tsv, plain and jsonl."""

    #: What each row brings along, as it was written, and what parts the cells there.
    texts: Sequence[str]
    separator: str
    #: Makes for each line of a result the cells, as columns.
    cells: Callable[[], Cells]
    #: Makes the numbers of a result that plain shows, as columns.
    words: Callable[[], Iterable[Iterable[str]]]
    #: Makes the record of a block's rows, with Each for what differs among them.
    record: Callable[[], dict[str, Any]] = dict
    #: Which of them these are.
    places: slice = slice(None)

    def lines(self, separator: str) -> str:
        """Return the results as lines of csv or tsv, with a sign between cells."""
        return Bundle(self.texts, self.separator, self.cells()).lines(separator)

    def brief(self) -> str:
        """Return the numbers alone, a line for each result."""
        return "\n".join(map(" ".join, zip(*self.words(), strict=True)))


class Bundle(Record):
    """Many results for csv and tsv, each with the same number of lines."""

    #: What each result brings along, as it was written, and what parts the cells there.
    texts: Sequence[str]
    separator: str
    cells: Cells

    def lines(self, separator: str) -> str:
        """Return the results as lines, which separate cells by a sign."""
        texts = self.texts
        if separator != self.separator:
            texts = [text.replace(self.separator, separator) for text in texts]
        lines = [
            map(separator.join, zip(texts, *cells, strict=False))  # some repeat
            for cells in self.cells
        ]
        if len(lines) == 1:
            return "\n".join(lines[0])
        return "\n".join(chain.from_iterable(zip(*lines, strict=True)))
