"""GitHub's Markdown."""

import re
from collections.abc import Iterable, Iterator

from diffcli.output.document import (
    Block,
    Document,
    Facts,
    Formula,
    Line,
    Lines,
    Picture,
    Prose,
    Screen,
)

SUMMARY = "GitHub's Markdown"
SUFFIXES = (".md",)
NEEDS = "blocks"

#: What means something; an underscore only where it stands at the end of a word.
_MARKS = re.compile(r"[\\|`*<>\[\]$~&]|(?<!\w)_|_(?!\w)")


def lines(documents: Iterable[Document], screen: Screen) -> Iterator[str]:
    """Yield the lines of every document, an empty one between two."""
    for number, document in enumerate(documents):
        if number:
            yield ""
        drawn = (list(_block(b, screen)) for b in document.safe_blocks(screen.notation))
        for place, rows in enumerate(rows for rows in drawn if rows):
            if place:
                yield ""
            yield from rows


def _block(block: Block, screen: Screen) -> Iterator[str]:
    """Yield the lines of one block; a blank line alone is none."""
    if isinstance(block, Formula):
        yield _formula(block)
    elif isinstance(block, Prose):
        heading = "## " if block.style == "title" else ""
        yield f"{heading}{_escaped(block.text)}"
    elif isinstance(block, Facts):
        yield ", ".join(_escaped(_plain(fact).strip()) for fact in block.facts)
    elif isinstance(block, Lines):
        if any(block.lines):
            yield from _fenced(block.lines)
    elif isinstance(block, Picture) and block.latex is not None:
        yield from ("```math", *block.latex(), "```")
    elif isinstance(block, Picture):
        yield from _fenced(block.draw(screen))
    else:
        yield _row([column.title for column in block.columns])
        marks = (":--" if c.align == "left" else "--:" for c in block.columns)
        yield _row(list(marks))
        for cells in block.rows:
            yield _row([_plain(cell) for cell in cells])


def _formula(block: Formula) -> str:
    """Return a formula typeset as GitHub does, or as code where it has no LaTeX."""
    if not block.latex or "`" in block.latex:
        return _code(block.text)
    return f"$`{block.latex.replace('&', '')}`$"


def _plain(line: Line) -> str:
    return "".join(run.text for run in line).rstrip()


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(map(_escaped, cells))} |"


def _escaped(text: str) -> str:
    """Return a text that nothing in it makes a link, a tag, a formula or a column."""
    return _MARKS.sub(r"\\\g<0>", text)


def _code(text: str) -> str:
    """Return a text as code, in more backticks than stand in it."""
    if "`" not in text:
        return f"`{text}`"
    fence = _longest(text) * "`" + "`"
    return f"{fence} {text} {fence}"


def _fenced(lines: Iterable[Line]) -> Iterator[str]:
    texts = list(map(_plain, lines))
    fence = "`" * max(3, 1 + max(map(_longest, texts), default=0))
    yield from (f"{fence}text", *texts, fence)


def _longest(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)
