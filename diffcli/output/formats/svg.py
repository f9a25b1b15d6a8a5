"""A picture of what the terminal would show, as SVG."""

import re
from collections.abc import Callable, Iterable, Iterator
from io import StringIO

from rich.console import Console

from diffcli.output.document import Document, Screen
from diffcli.output.formats import table

SUMMARY = "a picture of the terminal"
SUFFIXES = (".svg",)
NEEDS = "blocks"


def lines(documents: Iterable[Document], screen: Screen) -> Iterator[str]:
    """Yield the lines of an SVG file; the same input gives the same file."""
    return exported(documents, screen, _svg)


def _svg(console: Console) -> str:
    """Return the picture; it loads nothing from elsewhere, not even a font."""
    drawn = console.export_svg(title="diffcli", unique_id="diffcli")
    return re.sub(r"@font-face \{.*?\}\s*", "", drawn, flags=re.DOTALL)


def exported(
    documents: Iterable[Document], screen: Screen, export: Callable[[Console], str]
) -> Iterator[str]:
    """Yield the lines of a file that shows what a terminal would, in colour."""
    screen = screen._replace(color=True)
    recorder = table.console(StringIO(), screen, record=True)
    for number, document in enumerate(documents):
        if number:
            recorder.print()
        for block in document.shown(screen.notation):
            table.print_block(block, screen, recorder)
    yield from export(recorder).rstrip("\n").split("\n")
