"""Mermaid, which GitHub draws in Markdown."""

from collections.abc import Iterable, Iterator

from diffcli.output.document import Document, Screen

SUMMARY = "a graph for Mermaid"
SUFFIXES = (".mmd",)
NEEDS = "graph"


def lines(documents: Iterable[Document], screen: Screen) -> Iterator[str]:
    """Yield one flowchart for every document; labels are in quotes."""
    for document in documents:
        yield "flowchart BT"
        for place, node in enumerate(document.graph()):
            label = "<br/>".join(map(_escaped, (node.label, *node.details)))
            yield f'  n{place}["{label}"]'
            for argument, edge in node.ways:
                label = f'|"{_escaped(edge)}"|' if edge else ""
                yield f"  n{argument} -->{label} n{place}"


def _escaped(text: str) -> str:
    """Return a text whose quotes, signs and stars Mermaid leaves alone."""
    return "".join(c if c.isalnum() or c in " .=,_" else f"#{ord(c)};" for c in text)
