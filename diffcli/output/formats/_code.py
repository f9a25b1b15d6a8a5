"""Code in one of the languages of ``targets``."""

from collections.abc import Iterable, Iterator
from importlib import import_module

from diffcli.output.document import Document, Screen


class Code:
    """A language as a format."""

    NEEDS = "code"

    def __init__(self, name: str) -> None:
        target = import_module(f"diffcli.targets.{name}")
        self.name = name
        self.SUMMARY: str = target.SUMMARY
        self.SUFFIXES: tuple[str, ...] = target.SUFFIXES

    def lines(self, documents: Iterable[Document], screen: Screen) -> Iterator[str]:
        """Yield the code of each document, as it is made for this language."""
        for document in documents:
            yield from document.code(self.name)
