"""Graphviz: ``diffcli tree E -f dot | dot -Tsvg``."""

from collections.abc import Iterable, Iterator

from diffcli.output.document import Document, Screen

SUMMARY = "a graph for Graphviz"
SUFFIXES = (".dot",)
NEEDS = "graph"


def lines(documents: Iterable[Document], screen: Screen) -> Iterator[str]:
    """Yield one digraph for every document, its nodes as records."""
    for document in documents:
        yield "digraph diffcli {"
        yield "  rankdir=BT;"
        yield "  node [shape=record];"
        for place, node in enumerate(document.graph()):
            fields = " | ".join(map(_escaped, (node.label, *node.details)))
            yield f'  n{place} [label="{{{fields}}}"];'
            for argument, edge in node.ways:
                label = f' [label="{_quoted(edge)}"]' if edge else ""
                yield f"  n{argument} -> n{place}{label};"
        yield "}"


def _quoted(text: str) -> str:
    """Return a text for a plain label."""
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _escaped(text: str) -> str:
    """Return a text for a field of a record label."""
    return "".join(f"\\{c}" if c in '\\"{}|<> ' else c for c in text)
