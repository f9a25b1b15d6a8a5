"""The numbers alone: one line per result, for ``read`` and ``cut``."""

from collections.abc import Iterator

from diffcli.output.document import Bundle, Documents, Screen

SUMMARY = "the numbers alone, one line per result"
SUFFIXES: tuple[str, ...] = ()
NEEDS = "brief"


def lines(documents: Documents, screen: Screen) -> Iterator[str]:
    """Yield one line per result that has one, several where they are plain."""
    for document in documents.documents:
        assert not isinstance(document, Bundle)  # it is for cells
        line = document if isinstance(document, str) else document.brief()
        if line:
            yield line
