"""The gradients at many points as lines of text, made here or in other processes."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice, tee

from diffcli.api.streams import Entry, Stretch, at_points
from diffcli.cli.request import numbered
from diffcli.errors import DiffcliError, RowsFailed
from diffcli.inputs.rows import Chunk, Row
from diffcli.language.parser import Parsed
from diffcli.output import formats
from diffcli.output.bulk import Bulk
from diffcli.output.document import Document, Documents, Result, Screen
from diffcli.output.views import batch
from diffcli.problem import Settings
from diffcli.records import Record

SHARED = ("csv", "tsv", "plain", "jsonl")
"""Formats in which every row stands for itself, so that many can write them."""
_TOGETHER = (*SHARED, "json")
"""Formats in which one can write many rows at once."""
_FEW = 256  # rows that a process gets at once where they come one by one

Pieces = Iterable[Chunk | Row]


class Failures:
    """What to do about rows without a gradient, and the first of them."""

    def __init__(self, *, keep_going: bool) -> None:
        self.keep_going = keep_going
        self.first: DiffcliError | None = None

    def note(self, error: DiffcliError) -> None:
        """Remember an error. Raises it if it ends the run."""
        if not self.keep_going:
            raise error
        self.first = self.first or error

    def ending(self) -> DiffcliError | None:
        """Return the error that is known when the last row is written."""
        return RowsFailed(self.first) if self.first else None


def documents(
    entries: Iterable[Entry | Stretch], failures: Failures, *, formulas: bool = False
) -> Iterator[Result]:
    """Yield a document for each entry; end at a bad one, or note it."""
    for entry in entries:
        if isinstance(entry, Stretch):
            yield batch.bulk(entry)
            continue
        if entry.error is not None:
            failures.note(entry.error)
        yield (batch.formula_document if formulas else batch.document)(entry)


class Text(Record):
    """What some rows have become."""

    #: Their lines.
    lines: tuple[str, ...]
    #: The first error among them.
    error: DiffcliError | None


class Batch(Record):
    """All that has to be known to answer for some points, wherever that is done."""

    parsed: Parsed
    names: tuple[str, ...]
    settings: Settings
    methods: tuple[str, ...]
    form: str
    #: Only the numbers of one method are asked for.
    alone: bool
    keep_going: bool
    #: 1: the gradient; 2: the second derivatives.
    order: int = 1

    def documents(self, pieces: Pieces, failures: Failures) -> Iterator[Result]:
        """Yield a document for each row, or one for many."""
        parsed, names, settings, methods, *_ = self
        entries = at_points(
            parsed, pieces, names, settings, methods, self.order,
            alone=self.alone, apart=self.form not in _TOGETHER,
        )  # fmt: skip
        return documents(entries, failures)

    def row_by_row(
        self, pieces: Pieces, failures: Failures
    ) -> Iterator[Document | str]:
        """Yield for each row its document or line, with the output's number.

        There is one line for each row, for derivatives of first order.
        """
        form = formats.load("jsonl" if self.form == "json" else self.form)
        for result in self.documents(pieces, failures):
            if isinstance(result, Bulk):
                begun = f"{self.parsed.output}{result.separator}"
                texts = [begun + text for text in result.texts]
                series = Documents([result._replace(texts=texts)], many=True)
                for lines in form.lines(series, Screen()):
                    yield from lines.split("\n")
            else:
                assert isinstance(result, Document)
                yield numbered(self.parsed, result)

    def text(self, pieces: list[Chunk | Row]) -> Text:
        """Return the lines for some rows, up to the one that ends the run."""
        failures = Failures(keep_going=self.keep_going)
        found: list[str] = []
        series = Documents(self.documents(pieces, failures), many=True)
        try:
            found.extend(formats.load(self.form).lines(series, Screen()))
        except DiffcliError as error:
            return Text(tuple(found), error)
        return Text(tuple(found), failures.first)

    def shared(self, pieces: Pieces, failures: Failures, jobs: int) -> Iterator[str]:
        """Yield the lines of all rows, which so many processes make."""
        from diffcli.cli.workers import Workers

        with Workers(self.text, jobs) as workers:
            for lines, error in workers.answers(_portions(pieces)):
                yield from lines
                if error is not None:
                    failures.note(error)


def each_output(
    parts: Sequence[Batch], pieces: Pieces, failures: Failures
) -> Iterator[Result]:
    """Yield for each row what there is of each of several outputs."""
    copies = tee(pieces, len(parts))
    found = [
        part.row_by_row(copy, failures)
        for part, copy in zip(parts, copies, strict=True)
    ]
    return chain.from_iterable(zip(*found, strict=True))


def _portions(pieces: Pieces) -> Iterator[list[Chunk | Row]]:
    """Yield pieces in lists that are worth sending."""
    rest = iter(pieces)
    for piece in rest:
        if isinstance(piece, Chunk):
            yield [piece]
        else:
            yield [piece, *islice(rest, _FEW - 1)]
