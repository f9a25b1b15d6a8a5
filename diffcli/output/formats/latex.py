"""A LaTeX document that compiles as it is."""

from collections.abc import Iterable, Iterator

from diffcli.language.latex_printer import latex_letter
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
    Table,
)

SUMMARY = "a LaTeX document"
SUFFIXES = (".tex",)
NEEDS = "maths"

_SPECIAL = str.maketrans({
    "\\": r"\textbackslash{}", "_": r"\_", "^": r"\^{}", "%": r"\%", "&": r"\&",
    "#": r"\#", "{": r"\{", "}": r"\}", "$": r"\$", "~": r"\~{}", "∂": r"$\partial$",
    "∞": r"$\infty$", "≤": r"$\le$", "≥": r"$\ge$", "·": r"$\cdot$", "×": r"$\times$",
    "|": r"\textbar{}", "<": r"\textless{}", ">": r"\textgreater{}",
    "…": r"\ldots{}", "→": r"$\to$", "±": r"$\pm$", "√": r"$\surd$", "∛": r"$\surd^3$",
    "½": r"$\frac12$", "←": r"$\gets$", "≈": r"$\approx$",
    **{low: f"$_{n}$" for n, low in enumerate("₀₁₂₃₄₅₆₇₈₉")},
    **{high: f"$^{n}$" for n, high in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")},
    "⁻": "$^-$", "⁽": "$^($", "⁾": "$^)$",
})  # fmt: skip
_ON_A_PAGE = 30  # rows of a table
_ON_A_LINE = 84  # characters of a table's row
#: Packages that not every document needs, by what they are needed for.
_PACKAGES = {
    r"\begin{Verbatim}": "fancyvrb",
    r"\begin{longtable}": "longtable",
    r"\begin{adjustbox}": "adjustbox",
    r"\begin{forest}": "forest",
}


def lines(documents: Iterable[Document], screen: Screen) -> Iterator[str]:
    """Yield the lines of a document with every result in it."""
    body = list(_body(documents, screen))
    yield from (
        r"\documentclass{article}",
        r"\usepackage[margin=2cm]{geometry}",
        r"\usepackage{amsmath}",
    )
    for begin, package in _PACKAGES.items():
        if any(begin in line for line in body):
            yield rf"\usepackage{{{package}}}"
    yield from (r"\renewcommand{\arraystretch}{1.4}", r"\begin{document}")
    yield from body
    yield r"\end{document}"


def _body(documents: Iterable[Document], screen: Screen) -> Iterator[str]:
    for document in documents:
        for block in document.safe_blocks(screen.notation):
            if isinstance(block, Lines):
                yield from _lines(block)
            else:
                yield from _block(block, screen)


def _lines(block: Lines) -> Iterator[str]:
    if block.latex is not None:
        yield from block.latex()
    elif any(block.lines):
        yield from _verbatim(block.lines)
    else:
        yield ""


def _block(block: Block, screen: Screen) -> Iterator[str]:
    if isinstance(block, Formula):
        body = block.latex or rf"&\text{{{_escaped(block.text)}}}"
        yield from (r"\begin{align*}", f"  {body}", r"\end{align*}")
    elif isinstance(block, Prose):
        text = _escaped(block.text)
        yield from (rf"\section*{{{text}}}" if block.style else text, "")
    elif isinstance(block, Facts):
        facts = "; ".join(_plain(fact) for fact in block.facts)
        yield from (rf"\noindent {_escaped(facts)}", "")
    elif isinstance(block, Picture) and block.latex is not None:
        yield from (r"\[", *block.latex(), r"\]")
    elif isinstance(block, Picture):
        yield from _verbatim(block.draw(screen._replace(ascii=True)))
    elif isinstance(block, Table):
        yield from _tabular(block)


def _verbatim(lines: Iterable[Line]) -> Iterator[str]:
    """Yield lines as they stand; one that says where they end does not end them."""
    yield r"\begin{Verbatim}"
    for line in lines:
        yield _plain(line).replace(r"\end{", r"\end {")
    yield r"\end{Verbatim}"


def _tabular(block: Table) -> Iterator[str]:
    """Yield a table; one of many rows goes on on the next page."""
    rows = [[_plain(cell) for cell in cells] for cells in block.rows]
    kind = "longtable" if len(rows) > _ON_A_PAGE else "tabular"
    before = "" if kind == "longtable" else r"\noindent"
    aligns = "".join(_aligns(block, rows))
    yield from ("", rf"{before}\begin{{{kind}}}{{{aligns}}}", r"  \hline")
    yield _row([column.title for column in block.columns])
    yield r"  \hline"
    if kind == "longtable":
        yield r"  \endhead"
    for cells in rows:
        yield _row(cells)
    yield from (r"  \hline", rf"\end{{{kind}}}", "")


def _aligns(block: Table, rows: list[list[str]]) -> Iterator[str]:
    """Yield how each column stands; where a line is too short for all, words wrap."""
    columns = block.columns
    sizes = [
        max(len(column.title), *(len(cells[place]) for cells in rows), 1)
        for place, column in enumerate(columns)
    ]
    words = [place for place, column in enumerate(columns) if column.wraps]
    room = _ON_A_LINE - sum(s for p, s in enumerate(sizes) if p not in words)
    wide = [place for place in words if sizes[place] > room / len(words)]
    short = sum(sizes[place] for place in words if place not in wide)
    crowded = sum(sizes) > _ON_A_LINE and room > short
    for place, column in enumerate(columns):
        if crowded and place in wide:
            share = (room - short) / len(wide) / _ON_A_LINE
            yield rf"p{{{share:.2f}\linewidth}}"
        else:
            yield "l" if column.align == "left" else "r"


def _row(cells: list[str]) -> str:
    return f"  {' & '.join(map(_escaped, cells))} " + r"\\"


def _plain(line: Line) -> str:
    return "".join(run.text for run in line)


def _escaped(text: str) -> str:
    text = text.translate(_SPECIAL)
    if text.isascii():
        return text
    return "".join(c if c.isascii() else f"${latex_letter(c)}$" for c in text)
