"""GitHub's Markdown."""

from collections.abc import Iterable, Iterator

from diffcli.output.document import (
    Document,
    Facts,
    Formula,
    Line,
    Lines,
    Picture,
    Screen,
)

SUMMARY = "GitHub's Markdown"
SUFFIXES = (".md",)


def lines(documents: Iterable[Document], screen: Screen) -> Iterator[str]:
    """Yield the lines of every document, an empty one between two."""
    for number, document in enumerate(documents):
        if number:
            yield ""
        for place, block in enumerate(document.blocks()):
            if place:
                yield ""
            if isinstance(block, Formula):
                yield f"`{block.text}`"
            elif isinstance(block, Facts):
                yield ", ".join(_plain(fact).strip() for fact in block.facts)
            elif isinstance(block, Lines):
                yield from ("```text", *map(_plain, block.lines), "```")
            elif isinstance(block, Picture):
                yield from ("```text", *map(_plain, block.draw(screen)), "```")
            else:
                yield _row([column.title for column in block.columns])
                marks = (":--" if c.align == "left" else "--:" for c in block.columns)
                yield _row(list(marks))
                for cells in block.rows:
                    yield _row([_plain(cell) for cell in cells])


def _plain(line: Line) -> str:
    return "".join(run.text for run in line).rstrip()


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
