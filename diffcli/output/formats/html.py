"""What the terminal would show, as a web page."""

from collections.abc import Iterable, Iterator
from io import StringIO

from diffcli.output.document import Document, Screen
from diffcli.output.formats import table

SUMMARY = "the terminal's screen as a web page"
SUFFIXES = (".html",)
NEEDS = "blocks"


def lines(documents: Iterable[Document], screen: Screen) -> Iterator[str]:
    """Yield the lines of an HTML file; the same input gives the same file."""
    screen = screen._replace(color=True)
    recorder = table.console(StringIO(), screen, record=True)
    for text in table.texts(documents, screen):
        table.print_text(text, recorder)
    yield from recorder.export_html(inline_styles=True).rstrip("\n").split("\n")
