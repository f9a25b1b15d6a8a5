"""One JSON document: an object for one result, an array for many."""

from collections.abc import Iterator

from diffcli.output.bulk import Bulk
from diffcli.output.document import Document, Documents, Result, Screen
from diffcli.tables import jsonl

SUMMARY = "one JSON document; an array for several points"
SUFFIXES = (".json",)
NEEDS = "record"


def lines(documents: Documents, screen: Screen) -> Iterator[str]:
    """Yield the document; many results stand on a line each, as they are known.

    Indented JSON comes from closures that know each other, a few kilobytes each time
    that nobody collects: that is for one.
    """
    if not documents.many:
        for document in documents:
            yield jsonl.line(document.record(), indent=1)
        return
    before = "["
    for result in documents.documents:
        for line in _lines(result):
            yield before + line
            before = ","
    yield "[]" if before == "[" else "]"


def _lines(result: Result) -> Iterator[str]:
    """Return a line for each of the results."""
    if isinstance(result, Bulk):
        return jsonl.lines(result.record(), result.places)
    if isinstance(result, str):  # which has become one already
        return iter((result,))
    assert isinstance(result, Document)
    return iter((jsonl.line(result.record()),))
