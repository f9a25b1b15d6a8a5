"""Points from a parquet or arrow file, read by polars."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from diffcli import tables
from diffcli.errors import PointError, UsageError
from diffcli.inputs.files import object_row
from diffcli.inputs.rows import Row, Rows
from diffcli.language.lexer import spelling

if TYPE_CHECKING:
    import polars


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
