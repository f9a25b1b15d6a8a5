"""A function and its gradient as one list of operations, or as code."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from diffcli.analysis.export import Operations
from diffcli.language.expression import Expression
from diffcli.language.notation import Notation
from diffcli.output.document import Block, Document, Line, Lines, Prose, Run

_LONGEST = 400  # characters of an operation that are shown
_MOST = 200  # lines of them


def document(found: Operations, code: Callable[[str], Iterable[str]]) -> Document:
    """Return operations as a document; ``code`` writes them in a language."""
    return Document(blocks=partial(_blocks, found), record=dict, code=code)


def _blocks(found: Operations, notation: Notation) -> Iterator[Block]:
    lines = list(_lines(found, notation))
    yield Lines(tuple(lines[:_MOST]))
    if len(lines) > _MOST:
        yield Prose(f"… {len(lines) - _MOST} more lines; code has all of them", "muted")
    yield Prose("One list, every part once; -f python, c, sql, … write it as code.")


def _lines(found: Operations, notation: Notation) -> Iterator[Line]:
    names = found.parts()
    taken = found.parsed.variables

    def line(name: str, node: Expression, style: str = "") -> Line:
        body = notation.text(node, limit=_LONGEST, names=names, taken=taken)
        if style and node in names:  # what comes out is a part that has a name
            body = notation.variable(names[node])
        return (Run(name, "name"), Run(" = "), Run(body, style))

    for node, name in names.items():
        yield line(notation.variable(name), node)
    many = len(found.values) > 1
    several = len(found.parsed.variables) > 1
    for n, value in enumerate(found.values):
        of = f"f{n + 1}" if many else "f"
        yield line(notation.variable(of), value, "value")
        ways: list[tuple[str, ...]] = [(name,) for name in found.wrt]
        formulas = list(found.partials[n]) if found.partials else []
        if found.seconds:
            ways += [(a, b) for a in found.wrt for b in found.wrt]
            formulas += [second for row in found.seconds[n] for second in row]
        for way, formula in zip(ways, formulas, strict=False):
            yield line(
                notation.partial(way, several=several, of=of), formula, "gradient"
            )
