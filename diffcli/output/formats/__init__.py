"""One file per format; ``Format`` says what it offers."""

from collections.abc import Iterator
from importlib import import_module
from typing import Any, Protocol

from diffcli import plugins
from diffcli.output.document import Documents, Screen


class Format(Protocol):
    """What a file in ``formats`` offers."""

    SUMMARY: str
    #: The ends of file names that mean this format.
    SUFFIXES: tuple[str, ...]

    def lines(self, documents: Documents, screen: Screen) -> Iterator[str]:
        """Yield the output line by line."""
        ...


def names() -> list[str]:
    """Return the names of all formats: the files in the folder."""
    import diffcli.output.formats as package

    return plugins.names(package)


def load(name: str) -> Format:
    """Return a format by its name."""
    module: Any = import_module(f"diffcli.output.formats.{name}")
    found: Format = module
    return found
