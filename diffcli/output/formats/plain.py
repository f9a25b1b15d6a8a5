"""The numbers alone: one line per result, for ``read`` and ``cut``."""

from collections.abc import Iterable, Iterator

from diffcli.output.document import Document, Screen

SUMMARY = "the numbers alone, one line per result"
SUFFIXES: tuple[str, ...] = ()


def lines(documents: Iterable[Document], screen: Screen) -> Iterator[str]:
    """Yield one line per result that has one."""
    for document in documents:
        line = document.brief()
        if line:
            yield line
