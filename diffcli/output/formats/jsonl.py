"""JSON lines: one object per result and line."""

from collections.abc import Iterator

from diffcli.output.document import Documents, Screen
from diffcli.tables import jsonl

SUMMARY = "one JSON object per result and line"
SUFFIXES = (".jsonl",)


def lines(documents: Documents, screen: Screen) -> Iterator[str]:
    """Yield one object per result."""
    return (jsonl.line(document.record()) for document in documents)
