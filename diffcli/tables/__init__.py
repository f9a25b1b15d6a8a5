"""One file per table format: its reader and its writer."""

from collections.abc import Iterable, Iterator
from importlib import import_module
from itertools import chain
from typing import TYPE_CHECKING, Any, cast

from diffcli import plugins
from diffcli.records import Record

COMPRESSED = ".gz"
"""How the name of a file ends that gzip has compressed."""


class Dialect(Record):
    """What the reader of a table is told about it."""

    #: What parts cells; empty: a tab or a comma, as the first line tells.
    separator: str = ""
    #: How lines begin that are no rows; empty: every line is one.
    comment: str = ""
    #: The first line names the columns, where it can; else it is a row.
    headed: bool = True

    def skips(self, line: str) -> bool:
        """Tell whether a line is a comment."""
        return bool(self.comment) and line.startswith(self.comment)


PLAIN = Dialect()


class Fault(str):
    """What is wrong with a row that cannot be read; the next one may be good."""

    __slots__ = ()


if TYPE_CHECKING:  # a call builds no protocols
    from typing import Protocol

    class TableFormat(Protocol):
        """What a file in ``tables`` offers.

        Where cells are separated it is a format for output too.
        """

        #: What it is as a format, for help.
        SUMMARY: str

        #: The ends of the names of its files.
        SUFFIXES: tuple[str, ...]
        #: What separates cells; empty: rows are values of JSON.
        SEPARATOR: str
        #: A cell in quotes may go on in the next line.
        QUOTES: bool

        def begins(self, line: str) -> bool:
            """Tell whether only such a table begins with a line."""
            ...

        def read(
            self, lines: Iterable[str], first: int = 1, dialect: Dialect = PLAIN
        ) -> Iterator[tuple[int, Any]]:
            """Yield for every row the line it begins in, and what stands there.

            ``first`` is the number of the first line. What stands there is a list of
            cells, in JSON whatever value it is, or a Fault. Lines with nothing in them
            and comments are no rows.

            Raises ParseError, with the line's number first, where no row can follow.
            """
            ...

        def line(self, cells: Any) -> str:
            """Return a row as it stands in the file, without the end of the line.

            Raises UsageError if the format has no way to write it.
            """
            ...


def load(name: str) -> "TableFormat":
    """Return a table format by its name."""
    return cast("TableFormat", import_module(f"diffcli.tables.{name}"))


def kind(first: str, path: str, dialect: Dialect = PLAIN) -> str:
    r"""Return the format of a table, by the first line that has something in it.

    Each tells what only it begins with; else the name's end decides, for cells do not
    tell of themselves what separates them. Everything else is CSV.

    >>> kind('{"x": 1}', "stdin"), kind("x,y", "stdin"), kind('"a\tb",c', "stdin")
    ('jsonl', 'csv', 'csv')
    """
    kinds = {name: load(name) for name in names()}
    if dialect.separator:
        like = (n for n, k in kinds.items() if dialect.separator == k.SEPARATOR)
        return next(like, "csv")
    path = path.removesuffix(COMPRESSED)
    by_look = (n for n, k in kinds.items() if k.begins(first))
    by_name = (n for n, k in kinds.items() if k.SEPARATOR and path.endswith(k.SUFFIXES))
    return next(chain(by_look, by_name), "csv")


def names() -> list[str]:
    """Return the names of the table formats: the files of this folder."""
    import diffcli.tables as package

    return plugins.names(package)


#: Files that only polars reads and writes.
_FRAMES = {"parquet": "parquet", "arrow": "arrow", "feather": "arrow", "ipc": "arrow"}


def frame_kind(path: str) -> str:
    """Return the format of a file that only polars reads and writes, by its name.

    >>> frame_kind("points.parquet"), frame_kind("points.csv")
    ('parquet', '')
    """
    return _FRAMES.get(path.rpartition(".")[2].lower(), "")
