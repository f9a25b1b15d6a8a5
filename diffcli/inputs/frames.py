"""Tables that polars reads: parquet, arrow, and text line by line."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from diffcli import tables
from diffcli.errors import PointError, UsageError, listing
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
_CELL = "diffcli cell "  # and the place of its column
_BLOCK = 1 << 17  # bytes that are read at once: what a processor keeps beside it


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

    Raises UsageError if it cannot be read, PointError if a variable has no column, or
    one that holds no numbers.
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
                hint=f"its columns are {listing(schema.names())}",
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
    #: Whether each line of a text is taken to be one row with all its cells.
    even: bool = False

    @property
    def lines(self) -> bool:
        """Whether rows are lines of text that stay as they are."""
        return self.shape is not None and not self.even

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
        if self.even:
            return self._cells_of_even_lines()
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

    def _cells_of_even_lines(self) -> "polars.LazyFrame":
        """Return the rows of a text all of whose lines have all cells.

        Its cells are texts, as they are in lines; polars finds them much faster. It
        refuses a line with more cells. One with less lacks the last, as one does whose
        last cell is empty: see ``uneven``.
        """
        import polars

        frame = polars.scan_csv(
            self.path,
            separator=self.separator,
            has_header=False,
            skip_lines=self.first - 1,
            schema=dict.fromkeys(self.carried(), polars.String()),
            quote_char=None,
            row_index_name=PLACE,
        )
        return frame.with_columns(polars.lit(value=True).alias(GOOD))

    def uneven(self, frame: "polars.DataFrame") -> bool:
        """Tell whether a part of a text may have lines without all their cells."""
        return self.even and frame[self.carried()[-1]].null_count() > 0

    def carried(self) -> list[str]:
        """Return the columns of a frame that stand for what the table brings along."""
        if self.even:
            return [f"{_CELL}{place}" for place in range(len(self.header))]
        return [TEXT, LINE] if self.shape else list(self.header)

    def replaced(self, row: dict[str, Any], line: str) -> dict[str, Any]:
        """Return what a row brings along when its line is written as this one."""
        if not self.shape:
            return {name: row[name] for name in self.carried()}
        if not self.even:
            return {TEXT: line, LINE: row[LINE]}
        return dict(zip(self.carried(), line.split(self.separator), strict=True))

    def pieces(self, rows: list[dict[str, Any]]) -> Iterator[Chunk | Row]:
        """Yield doubtful rows as they would be read, neighbours together."""
        if self.shape is None:
            variables = tuple(self.columns)
            for row in rows:
                carried = {name: row[name] for name in self.header}
                yield object_row(row[PLACE] + 1, carried, self.path, variables)
            return
        found = [self._line(row) for row in rows]
        start = 0
        for stop in range(1, len(rows) + 1):
            if stop == len(rows) or found[stop][0] != found[stop - 1][0] + 1:
                lines = [f"{text}\n" for _, text in found[start:stop]]
                yield Chunk(self.shape, found[start][0], lines)
                start = stop

    def _line(self, row: dict[str, Any]) -> tuple[int, str]:
        """Return the number and the text of a row's line."""
        if self.even:
            cells = (row[cell] or "" for cell in self.carried())
            return self.first + row[PLACE], self.separator.join(cells)
        return row[LINE], row[TEXT]


def text_source(path: str, chunk: Chunk, signs: set[bytes]) -> Source:
    """Return a text table, of which one chunk and the ``signs_in`` it are known.

    A cell in quotes, which may go on in the next line, is for others to read.
    """
    shape = chunk.shape
    columns = {name: f"{_CELL}{place}" for name, place in shape.places.items()}
    # Below a header, in which a byte order mark may be. A row of one empty cell is an
    # empty line, and a cell that is written in quotes is for others.
    even = chunk.number > 1 and len(shape.header) > 1
    even = even and signs <= {TEXTS[shape.kind].encode()}
    return Source(path, shape.kind, shape.header, columns, shape, chunk.number, even)


def signs_in(path: str) -> set[bytes]:
    """Return which signs stand in a text that part cells, end lines or quote."""
    left = {b'"', b"\r", *(separator.encode() for separator in TEXTS.values())}
    found = set[bytes]()
    with open(path, "rb", buffering=0) as file:
        while block := file.read(_BLOCK):
            found |= {sign for sign in left if sign in block}
            left -= found
    return found


def binary_source(path: str, variables: Sequence[str]) -> Source:
    """Return a parquet or arrow file.

    Raises PointError if a variable has no column, or one that holds no numbers.
    """
    names, columns = header(path, variables)
    return Source(path, tables.frame_kind(path), names, columns)
