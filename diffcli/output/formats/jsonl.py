"""JSON lines: one object per result and line."""

import json
from collections.abc import Iterable, Iterator

from diffcli.output.document import Document, Screen

SUMMARY = "one JSON object per result and line"
SUFFIXES = (".jsonl",)


def lines(documents: Iterable[Document], screen: Screen) -> Iterator[str]:
    """Yield one object per result."""
    for document in documents:
        yield json.dumps(document.record(), ensure_ascii=False, allow_nan=False)
