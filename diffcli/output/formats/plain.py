"""The numbers alone: one line per result, for ``read`` and ``cut``."""

from collections.abc import Iterator

from diffcli.output.document import Documents, Screen

SUMMARY = "the numbers alone, one line per result"
SUFFIXES: tuple[str, ...] = ()
NEEDS = "brief"


def lines(documents: Documents, screen: Screen) -> Iterator[str]:
    """Yield one line per result that has one, several where they are plain."""
    for document in documents.documents:
        if not isinstance(document, str):
            # No Bundle comes here, which is for cells.
            document = document.brief()  # type: ignore[union-attr]
        if document:
            yield document
