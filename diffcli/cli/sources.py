"""The files that --points names: one, several, or those that a pattern fits."""

import os
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from glob import glob
from typing import Any

from diffcli.cli import terminal
from diffcli.errors import UsageError
from diffcli.inputs.files import table
from diffcli.inputs.rows import Rows
from diffcli.tables import Dialect, frame_kind


def found_files(patterns: Sequence[str]) -> list[str]:
    """Return the files with these names, or that the patterns fit, in their order.

    Raises UsageError for a pattern that no file fits, and a file that is named twice.
    """
    found: list[str] = []
    for pattern in patterns:
        plain = pattern == "-" or os.path.exists(pattern)
        files = [pattern] if plain else sorted(filter(os.path.isfile, glob(pattern)))
        if not files:
            raise UsageError(f"no file is named '{pattern}'")
        for file in files:
            if file in found:
                raise UsageError(f"'{file}' would be read twice")
            found.append(file)
    return found


def joined(
    patterns: Sequence[str],
    output: str,
    dialect: Callable[[str], Dialect],
    variables: Sequence[str],
    *,
    fixed: bool,
) -> Rows:
    """Return the rows of all files with points, one file after the other.

    ``dialect`` tells how a file is to be read.

    Raises UsageError if one cannot be read, or has other columns than the first;
    PointError if a variable has no column.
    """
    paths = found_files(patterns)
    read = partial(_table, output, dialect, variables, fixed)
    if len(paths) == 1:
        return read(paths[0])
    tables = [_Table(path, read) for path in paths]
    columns = tables[0].columns
    free = () if fixed else (tuple(variables),)  # JSON may have others in each row
    for other in tables:
        if other.columns not in (columns, *free):
            raise UsageError(
                f"'{paths[0]}' has the columns {', '.join(columns)},"
                f" but '{other.path}' {', '.join(other.columns)}"
            )
    rows = (row for each in tables for row in each.rows().rows)
    if any(frame_kind(path) for path in paths):
        return Rows(columns, rows)
    return Rows(
        columns, rows, lambda size: _pieces(tables, size), lambda: tables[0].peek()
    )


class _Table:
    """A file with points: it is closed again until its rows are wanted."""

    def __init__(self, path: str, read: Callable[[str], Rows]) -> None:
        self.path = path
        self._read = read
        rows = read(path)
        self.columns = rows.columns
        self.peek = rows.peek
        #: What can be read only once, such as a pipe, stays open.
        self._open = None if os.path.isfile(path) else rows

    def rows(self) -> Rows:
        """Return the rows. Raises as reading does."""
        return self._open or self._read(self.path)


def _pieces(tables: Sequence[_Table], size: int) -> Iterator[Any]:
    for each in tables:
        rows = each.rows()
        yield from rows.rows if rows.chunks is None else rows.chunks(size)


def _table(
    output: str,
    dialect: Callable[[str], Dialect],
    variables: Sequence[str],
    fixed: bool,
    path: str,
) -> Rows:
    how = dialect(path)
    if frame_kind(path):
        from diffcli.inputs import frames

        frames.need()
        return frames.table(path, variables)
    lines, name = terminal.opened(path, output)
    return table(lines, name, variables, fixed=fixed, dialect=how)
