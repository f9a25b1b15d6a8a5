"""One JSON document: an object for one result, an array for many."""

import json
from collections.abc import Iterable, Iterator

from diffcli.output.document import Document, Screen

SUMMARY = "one JSON document; an array for several points"
SUFFIXES = (".json",)


def lines(documents: Iterable[Document], screen: Screen) -> Iterator[str]:
    """Yield the document, result by result."""
    texts = (
        json.dumps(document.record(), indent=1, ensure_ascii=False, allow_nan=False)
        for document in documents
    )
    first = next(texts, None)
    second = next(texts, None)
    if first is None:
        return
    if second is None:
        yield first
        return
    yield f"[{first},"
    for text in texts:
        yield f"{second},"
        second = text
    yield f"{second}]"
