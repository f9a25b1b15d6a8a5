"""Many results at once, which csv, tsv and plain write as columns."""

from collections.abc import Callable, Iterable, Sequence
from itertools import chain, repeat
from typing import Any

from diffcli.output.numbers import plain_numbers
from diffcli.records import Record


class Bulk(Record):
    """Many results for csv, tsv and plain, as columns of numbers."""

    #: What each row brings along, as it was written, and what parts the cells there.
    texts: Sequence[str]
    separator: str
    #: The columns; the value first.
    numbers: Sequence[Sequence[float]]
    #: What all of them end with.
    status: str
    #: Makes the record of a block's rows, with Each for what differs among them.
    record: Callable[[], dict[str, Any]] = dict
    #: Which of them these are.
    places: slice = slice(None)

    def lines(self, separator: str) -> str:
        """Return the rows as lines of csv or tsv, which separate cells by a sign."""
        cells = (*map(plain_numbers, self.numbers), repeat(self.status))
        return Bundle(self.texts, self.separator, (cells,)).lines(separator)

    def brief(self) -> str:
        """Return the partials alone, a line each; the values where there are none."""
        partials = map(plain_numbers, self.numbers[1:] or self.numbers)
        return "\n".join(map(" ".join, zip(*partials, strict=True)))


class Bundle(Record):
    """Many results for csv and tsv, each with the same number of lines."""

    #: What each result brings along, as it was written, and what parts the cells there.
    texts: Sequence[str]
    separator: str
    #: For each of its lines the cells, as columns.
    cells: Sequence[Sequence[Iterable[str]]]

    def lines(self, separator: str) -> str:
        """Return the results as lines, which separate cells by a sign."""
        texts = self.texts
        if separator != self.separator:
            texts = [text.replace(self.separator, separator) for text in texts]
        lines = (
            map(separator.join, zip(texts, *cells, strict=False))  # some repeat
            for cells in self.cells
        )
        return "\n".join(chain.from_iterable(zip(*lines, strict=True)))
