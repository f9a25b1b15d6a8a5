"""One JSON document: an object for one result, an array for many."""

import json
from collections.abc import Iterator

from diffcli.output.document import Documents, Screen

SUMMARY = "one JSON document; an array for several points"
SUFFIXES = (".json",)


def lines(documents: Documents, screen: Screen) -> Iterator[str]:
    """Yield the document, result by result."""
    texts = (
        json.dumps(document.record(), indent=1, ensure_ascii=False, allow_nan=False)
        for document in documents
    )
    if not documents.many:
        yield from texts
        return
    before = "["
    for text in texts:  # each as soon as it is known
        yield f"{before}{text}"
        before = ","
    yield "[]" if before == "[" else "]"
