"""One file per format; ``Format`` says what it offers.

A language of code, a file in ``targets``, is a format too: it writes a document's code.
So is a file in ``tables`` that separates cells: it writes a document's sheet.
"""

from collections.abc import Collection, Iterator
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from diffcli import plugins, tables

DEFAULT = "table"
"""The format for people at a terminal, which every command has."""


if TYPE_CHECKING:  # a call builds no protocols
    from typing import Protocol

    from diffcli.output.document import Documents, Screen

    class Format(Protocol):
        """What a file in ``formats`` offers."""

        SUMMARY: str
        #: The ends of file names that mean this format.
        SUFFIXES: tuple[str, ...]
        #: The part of a Document that it writes; "maths": blocks that can be typeset.
        NEEDS: str

        def lines(self, documents: Documents, screen: Screen) -> Iterator[str]:
            """Yield the output line by line."""
            ...


def names() -> list[str]:
    """Return the names of all formats: the files of three folders."""
    from diffcli import targets

    return [*sorted({*_own(), *tables.names()}), *plugins.names(targets)]


def _own() -> list[str]:
    import diffcli.output.formats as package

    return plugins.names(package)


@cache
def load(name: str) -> "Format":
    """Return a format by its name."""
    if name in _own():
        module: Any = import_module(f"diffcli.output.formats.{name}")
        form: Format = module
        return form
    if name in tables.names():
        from diffcli.output.formats._cells import Cells

        return Cells(name)
    from diffcli.output.formats._code import Code

    return Code(name)


def part(name: str) -> str:
    """Return the part of a Document that a format writes."""
    return load(name).NEEDS


def fits(name: str, parts: Collection[str]) -> bool:
    """Tell whether there is such a format, and it writes one of these parts."""
    known = name in _own() or name in names()  # most need not look at other folders
    return name == DEFAULT or (known and part(name) in parts)


def offered(parts: Collection[str]) -> list[str]:
    """Return the formats that can write documents which have these parts.

    The table is everybody's, and the first.
    """
    fitting = (name for name in names() if _fact(name, "NEEDS") in parts)
    return list(dict.fromkeys((DEFAULT, *fitting)))


def summary(name: str) -> str:
    """Return what a format is, in a few words."""
    return _fact(name, "SUMMARY")


def _fact(name: str, word: str) -> str:
    import diffcli.output.formats as package

    if name in plugins.names(package):
        return plugins.fact(package, name, word)
    from diffcli import targets

    is_table = name in tables.names()
    if word == "NEEDS":
        return "sheet" if is_table else "code"
    return plugins.fact(tables if is_table else targets, name, word)
