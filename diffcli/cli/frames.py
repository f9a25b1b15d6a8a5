"""A table read, computed and written by polars; rows with care are done by ours.

A text table is taken line by line, as we take it: a cell is text that is cast, never a
type that was guessed, and it is written as it was. Where a number is not finite, a
function not smooth or a cell no numeral, the row goes the careful path, so that every
status is what it is without polars.
"""

import os
from collections.abc import Iterator, Sequence
from itertools import repeat
from typing import TYPE_CHECKING, Any

from diffcli import tables
from diffcli.api.streams import Stretch, at_points
from diffcli.cli import files
from diffcli.cli.batches import Batch
from diffcli.cli.command import Answer
from diffcli.cli.request import renamed
from diffcli.errors import DiffcliError, RowsFailed, UsageError
from diffcli.inputs import frames
from diffcli.inputs.frames import (
    GOOD,
    PLACE,
    TEXT,
    TEXTS,
    Source,
    binary_source,
    text_source,
)
from diffcli.inputs.rows import Chunk, Rows
from diffcli.output.document import header
from diffcli.output.views import batch as view
from diffcli.output.views.grad import columns
from diffcli.records import Record

if TYPE_CHECKING:
    import polars

    from diffcli.cli.request import Request

_STATUS = "diffcli status"
_NUMBER = "diffcli number "  # and the place among value and partials


class Work(Record):
    """A table to be done, and what was met in it."""

    batch: Batch
    source: Source
    #: Each bad row's place and error.
    errors: dict[int, DiffcliError]

    def sink(self, target: str, form: str, own: Sequence[str]) -> None:
        """Write the table with our columns, under the names ``own``, to a file.

        Raises UsageError where polars cannot do it.
        """
        import polars

        try:
            frame = self._computed()
            schema = frame.collect_schema()
            finished = self._with_care
            if form in TEXTS:
                finished = self._as_text
                schema.update(dict.fromkeys(self._numbers(), polars.String()))
            frame = frame.map_batches(finished, schema=schema, streamable=True)
            frame = self._selected(frame, form, own)
            if form == "parquet":
                frame.sink_parquet(target)
            elif form == "arrow":
                frame.sink_ipc(target)
            else:
                frame.sink_csv(
                    target,
                    separator=TEXTS[form],
                    quote_style="never" if self.source.shape else "necessary",
                )
        except polars.exceptions.PolarsError as error:
            if not self.source.even:
                raise UsageError(f"polars: {error}") from None
            self.errors.clear()
            work = self._replace(source=self.source._replace(even=False))
            work.sink(target, form, own)

    def ending(self) -> int | None:
        """Return the place of the row that ends the run; None: none does."""
        if self.batch.keep_going or not self.errors:
            return None
        return min(self.errors)

    def _computed(self) -> "polars.LazyFrame":
        import polars

        from diffcli.api.frames import gradient

        source, names = self.source, self.batch.names
        frame = source.cells()
        numbers = {name: polars.col(f"diffcli value {name}") for name in source.columns}
        frame = frame.with_columns(
            polars.col(cell)
            .cast(polars.Float64, strict=False)
            .alias(f"diffcli value {n}")
            for n, cell in source.columns.items()
        )
        found = gradient(self.batch.parsed, numbers, names)
        if found is None:  # our own columns compute all rows
            nothing = polars.lit(None, dtype=polars.Float64)
            columns, good = [nothing] * (1 + len(names)), polars.lit(value=False)
        else:
            frame = found.stages.added(frame)
            columns = [found.value, *found.partials]
            finite = (number.is_finite() for number in numbers.values())
            good = polars.all_horizontal(polars.col(GOOD), found.good, *finite)
        return frame.select(
            *map(polars.col, source.carried()),
            polars.col(PLACE),
            *(column.alias(f"{_NUMBER}{i}") for i, column in enumerate(columns)),
            good.fill_null(value=False).alias(GOOD),
            polars.lit("ok").alias(_STATUS),
        )

    def _selected(
        self, frame: "polars.LazyFrame", form: str, own: Sequence[str]
    ) -> "polars.LazyFrame":
        """Return the columns that are written, under their names."""
        import polars

        source = self.source
        added = [*map(polars.col, self._numbers()), polars.col(_STATUS)]
        named = [column.alias(name) for column, name in zip(added, own, strict=True)]
        if not source.lines:
            pairs = zip(source.carried(), source.header, strict=True)
            carried = (polars.col(cell).alias(name) for cell, name in pairs)
            if source.even:  # no cell is empty, and not unknown
                carried = (cell.fill_null("") for cell in carried)
            return frame.select(*carried, *named)
        if form in TEXTS:
            header = tables.load(form).line(source.header)
            return frame.select(polars.col(TEXT).alias(header), *named)
        cells = polars.col(TEXT).str.split_exact(
            source.separator, len(source.header) - 1
        )
        carried = (
            cells.struct.field(f"field_{place}").fill_null("").alias(name)
            for place, name in enumerate(source.header)
        )
        return frame.select(*carried, *named)

    def _numbers(self) -> list[str]:
        """Return the names of the columns for value and partials."""
        return [f"{_NUMBER}{place}" for place in range(1 + len(self.batch.names))]

    def _as_text(self, frame: "polars.DataFrame") -> "polars.DataFrame":
        """Return a part of the table with texts for numbers."""
        from diffcli.output.frame_numbers import texts

        frame = self._with_care(frame)
        return frame.with_columns(texts(frame[name]) for name in self._numbers())

    def _with_care(self, frame: "polars.DataFrame") -> "polars.DataFrame":
        """Return a part of the table in which the doubtful rows are done again."""
        import polars

        if self.source.uneven(frame):
            raise polars.exceptions.ShapeError("a line has not all its cells")
        if frame[GOOD].all():
            return frame
        doubtful = (~frame[GOOD]).arg_true()
        rows = frame[doubtful].to_dicts()
        carried, numbers, statuses = [], [], []
        for row, found in zip(rows, self._again(rows), strict=True):
            line, values, status, error = found
            if error is not None:
                self.errors[row[PLACE]] = error
            carried.append(self.source.replaced(row, line))
            numbers.append(values)
            statuses.append(status)
        changed = {_STATUS: statuses}
        if self.batch.form in TEXTS and self.source.shape is not None:
            changed |= {name: [row[name] for row in carried] for name in carried[0]}
        series = [frame[n].scatter(doubtful, new) for n, new in changed.items()]
        for place, column in enumerate(zip(*numbers, strict=True)):
            name = f"{_NUMBER}{place}"
            new = polars.Series(column, dtype=polars.Float64)
            series.append(frame[name].scatter(doubtful, new))
        return frame.with_columns(series)

    def _again(self, rows: list[dict[str, Any]]) -> Iterator["_CarefulRow"]:
        parsed, names, settings, methods, *_ = self.batch
        given = (parsed, self.source.pieces(rows), names, settings, methods)
        writer = tables.load(self.source.kind) if self.source.shape else None
        for entry in at_points(*given, alone=True, apart=True):
            if isinstance(entry, Stretch):
                for text, *values in zip(entry.texts, *entry.numbers, strict=True):
                    yield _CarefulRow(text, values, "ok", None)
                continue
            document = view.document(entry)
            assert document.wide is not None
            ((*cells, status),) = document.wide().rows
            line = writer.line(tuple(entry.row.carried.values())) if writer else ""
            numbers = [float(cell) if cell else None for cell in cells]
            yield _CarefulRow(line, numbers, status, entry.error)


class _CarefulRow(Record):
    """What the careful path says of a row."""

    line: str
    values: Sequence[float | None]
    status: str
    error: DiffcliError | None


def failure(errors: dict[int, DiffcliError]) -> DiffcliError | None:
    """Return the error of the first bad row."""
    return RowsFailed(errors[min(errors)]) if errors else None


def streamed(work: Work, form: str, own: Sequence[str]) -> Iterator[str]:
    """Yield the table's lines, up to the row that ends the run.

    It is written aside first: polars is done with no row before it is with all. Raises
    UsageError, and the error of the row that ends the run.
    """
    from itertools import islice
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        path = f"{folder}/table"
        work.sink(path, form, own)
        last = work.ending()
        with open(path, encoding="utf-8", newline="") as file:
            if last != 0:
                lines = file if last is None else islice(file, last + 1)
                yield from map(str.rstrip, lines, repeat("\r\n"))
    if last is not None:
        raise work.errors[last]


def answer(
    request: "Request", wrt: str, order: int = 1, *, keep_going: bool
) -> Answer | None:
    """Return the gradients at the rows of a table; with ``order`` 0 the values alone.

    None: it is for our own columns, a stream or a text that polars does not take line
    by line. Raises UsageError for a format it does not write, and what reading raises.
    """
    frames.need()
    form = tables.frame_kind(request.output) or request.form(("sheet",), "csv")
    if form not in ("csv", "tsv", "parquet", "arrow"):
        raise UsageError("polars writes csv, tsv, parquet and arrow")
    parsed = request.parsed()
    signs = _signs_in(request.points_file)
    if form in TEXTS and signs is None:
        return None
    rows = request.rows_for(parsed, "csv", named=True)
    names, methods = (
        (request.variables_for(parsed, wrt), ("backprop",)) if order else ((), ())
    )
    settings = request.settings("", "symmetric", subgradient=False)
    batch = Batch(parsed, names, settings, methods, form, True, keep_going)
    source = _source(request, rows, parsed.variables, form, signs)
    if source is None:
        return None
    own = columns(names, methods)
    shown = header(rows.columns, own)
    work = Work(batch, source, {})
    if request.output == "-":
        lines: Iterator[str] = streamed(work, form, shown[len(rows.columns) :])
    else:
        lines = _filed(work, request.output, form, shown[len(rows.columns) :])
    return Answer(
        lines,
        list(renamed(shown, rows.columns, own)),
        ending=lambda: failure(work.errors),
    )


def _signs_in(path: str) -> set[bytes] | None:
    """Return the signs of a text that may be taken line by line; None: it may not.

    It is a file without quotes, or for polars alone and no text.
    """
    if tables.frame_kind(path):
        return set()
    if not os.path.isfile(path) or path.endswith(tables.COMPRESSED):
        return None
    signs = frames.signs_in(path)
    return None if b'"' in signs else signs


def _source(
    request: "Request",
    rows: Rows,
    variables: Sequence[str],
    form: str,
    signs: set[bytes] | None,
) -> Source | None:
    """Return what polars can read of a table; None: our own columns can."""
    if tables.frame_kind(request.points_file):
        return binary_source(request.points_file, variables)
    if signs is not None and rows.chunks is not None:
        chunk = next(rows.chunks(1), None)
        binary = form not in TEXTS
        if isinstance(chunk, Chunk) and (binary or form == chunk.shape.kind):
            return text_source(request.points_file, chunk, signs)
    if form in TEXTS:
        return None
    raise UsageError(
        f"{form} is made from parquet and arrow, and from csv and tsv without quotes"
    )


def _filed(work: Work, output: str, form: str, own: Sequence[str]) -> Iterator[str]:
    """Write the table to a file that appears when it is complete; yield nothing."""
    with files.aside(os.path.realpath(output)) as (unfinished, descriptor):
        os.close(descriptor)
        work.sink(unfinished, form, own)
        last = work.ending()
        if last is not None:
            raise work.errors[last]
    yield from ()
