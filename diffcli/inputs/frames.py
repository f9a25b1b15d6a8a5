"""Tables that polars reads: parquet, arrow, and text line by line."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from diffcli import tables
from diffcli.errors import PointError, UsageError
from diffcli.inputs.objects import object_row
from diffcli.inputs.rows import Chunk, Row, Rows, Shape
from diffcli.language.lexer import spelling
from diffcli.records import Record

if TYPE_CHECKING:
    import polars

TEXTS = {"csv": ",", "tsv": "\t"}
"""Tables of text that polars reads, and what parts their cells."""
PLACE, LINE, TEXT = "diffcli place", "diffcli line", "diffcli text"
GOOD = "diffcli good"
"""Columns of a frame: a row's number, its line and text, and whether it was read."""


def need() -> None:
    """Raise UsageError if polars is not installed."""
    from importlib.util import find_spec

    if find_spec("polars") is None:
        raise UsageError(
            "parquet, arrow and --engine polars need polars",
            hint="pip install 'diffcli[fast]'",
        )


def table(path: str, variables: Sequence[str]) -> Rows:
    """Return a row for every row of a file.

    Raises UsageError if it cannot be read, PointError if a variable has no column.
    """
    columns, _ = header(path, variables)
    return Rows(columns, _rows(path, variables))


def _rows(path: str, variables: Sequence[str]) -> Iterator[Row]:
    number = 0
    for frame in scan(path).collect_batches(maintain_order=True):
        for cells in frame.iter_rows(named=True):
            number += 1
            yield object_row(number, cells, path, variables)


def header(
    path: str, variables: Sequence[str]
) -> tuple[tuple[str, ...], dict[str, str]]:
    """Return the columns of a file, and for each variable its column.

    Raises PointError if a variable has no column, or one that holds no numbers.
    """
    import polars

    try:
        schema = scan(path).collect_schema()
    except (OSError, polars.exceptions.PolarsError) as error:
        raise UsageError(f"cannot read '{path}': {error}") from None
    spelled = {spelling(name.strip()): name for name in schema.names()}
    for name in variables:
        if name not in spelled:
            raise PointError(
                f"{path}: there is no column for {name}",
                hint=f"its columns are {', '.join(schema.names())}",
            )
        form = schema[spelled[name]]
        if not (form.is_numeric() or form == polars.String):
            raise PointError(f"{path}: the column {name} holds {form}, not numbers")
    return tuple(schema.names()), {name: spelled[name] for name in variables}


def scan(path: str) -> "polars.LazyFrame":
    """Return a file as a frame, of which nothing is read yet."""
    import polars

    parquet = tables.frame_kind(path) == "parquet"
    return (polars.scan_parquet if parquet else polars.scan_ipc)(path)


class Source(Record):
    """A table that polars can read."""

    path: str
    kind: str
    #: Its columns.
    header: tuple[str, ...]
    #: For each variable its column.
    columns: dict[str, str]
    #: For text: what its rows have in common, and the line of the first.
    shape: Shape | None = None
    first: int = 1

    @property
    def separator(self) -> str:
        """What parts the cells of a text; empty for other files."""
        return TEXTS.get(self.kind, "")

    def cells(self) -> "polars.LazyFrame":
        """Return the rows of a table with the cells of the variables."""
        import polars

        if self.shape is None:
            frame = scan(self.path).with_row_index(PLACE)
            return frame.with_columns(polars.lit(value=True).alias(GOOD))
        text, separator = polars.col(TEXT), self.separator
        lines = polars.scan_lines(self.path, name=TEXT)
        lines = lines.with_row_index(LINE, offset=1).slice(self.first - 1)
        lines = lines.with_columns(text.str.strip_suffix("\r"))
        lines = lines.filter(text.str.strip_chars() != "").with_row_index(PLACE)
        last = len(self.header) - 1
        places = self.shape.places
        parts = text.str.split_exact(separator, last)
        unlike = "[\r\t]" if separator == "," else "[\r,]"
        whole = text.str.count_matches(separator, literal=True) == last
        return lines.with_columns(
            *(
                parts.struct.field(f"field_{places[name]}").alias(cell)
                for name, cell in self.columns.items()
            ),
            (whole & ~text.str.contains(unlike)).alias(GOOD),
        )

    def carried(self) -> list[str]:
        """Return the columns of a frame that stand for what the table brings along."""
        return [TEXT, LINE] if self.shape else list(self.header)

    def pieces(self, rows: list[dict[str, Any]]) -> Iterator[Chunk | Row]:
        """Yield doubtful rows as they would be read, neighbours together."""
        if self.shape is None:
            variables = tuple(self.columns)
            for row in rows:
                carried = {name: row[name] for name in self.header}
                yield object_row(row[PLACE] + 1, carried, self.path, variables)
            return
        start = 0
        for stop in range(1, len(rows) + 1):
            if stop == len(rows) or rows[stop][LINE] != rows[stop - 1][LINE] + 1:
                lines = [f"{row[TEXT]}\n" for row in rows[start:stop]]
                yield Chunk(self.shape, rows[start][LINE], lines)
                start = stop


def text_source(path: str, chunk: Chunk) -> Source:
    """Return a text table, of which one chunk is known.

    A cell in quotes, which may go on in the next line, is for others to read.
    """
    shape = chunk.shape
    columns = {name: f"diffcli cell {place}" for name, place in shape.places.items()}
    return Source(path, shape.kind, shape.header, columns, shape, chunk.number)


def binary_source(path: str, variables: Sequence[str]) -> Source:
    """Return a parquet or arrow file.

    Raises PointError if a variable has no column, or one that holds no numbers.
    """
    names, columns = header(path, variables)
    return Source(path, tables.frame_kind(path), names, columns)
