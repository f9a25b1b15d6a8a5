"""What the terminal would show, as a web page."""

from collections.abc import Iterable, Iterator

from diffcli.output.document import Document, Screen
from diffcli.output.formats.svg import exported

SUMMARY = "the terminal's screen as a web page"
SUFFIXES = (".html",)
NEEDS = "blocks"


def lines(documents: Iterable[Document], screen: Screen) -> Iterator[str]:
    """Yield the lines of an HTML file; the same input gives the same file."""
    return exported(
        documents, screen, lambda console: console.export_html(inline_styles=True)
    )
