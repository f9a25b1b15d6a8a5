"""JSON lines: one object per line and result, or per part of a long one."""

from collections.abc import Iterator

from diffcli.output.bulk import Bulk
from diffcli.output.document import Document, Documents, Screen
from diffcli.tables import jsonl

SUMMARY = "one JSON object per result and line"
SUFFIXES = (".jsonl",)
NEEDS = "record"


def lines(documents: Documents, screen: Screen) -> Iterator[str]:
    """Yield one object per result, or the parts of one that is long."""
    for document in documents.documents:
        if isinstance(document, str):
            yield document
            continue
        if isinstance(document, Bulk):
            yield from jsonl.lines(document.record(), document.places)
            continue
        assert isinstance(document, Document)
        for record in document.records() if document.records else [document.record()]:
            yield jsonl.line(record)
