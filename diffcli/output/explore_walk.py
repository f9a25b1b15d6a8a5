"""The graph of what is explored, walked forward and backward number by number."""

from collections import deque
from collections.abc import Iterator
from itertools import islice
from textwrap import wrap

from diffcli.analysis.explore import State
from diffcli.analysis.explore_reading import Reading
from diffcli.analysis.trace import Trace, trace
from diffcli.errors import DiffcliError
from diffcli.language.notation import Notation
from diffcli.output import graph_boxes
from diffcli.output.document import Line, Run, Screen
from diffcli.output.graph_boxes import Box
from diffcli.output.passes.screen import backward_lines, forward_lines

_MOST = 24  # nodes that are drawn as boxes
_LONGEST = 24  # characters of a formula in a box
#: How boxes may look, the best first: value and adjoint on two lines; digits.
_STYLES = ((False, 5), (True, 5), (False, 4), (True, 4), (False, 3), (True, 3))
_BELOW = 2  # lines below the boxes that say what happens


def graph(state: State, found: Reading, screen: Screen, lines: int) -> list[Line]:
    """Return the graph, as far as it has been walked, and what the last step did.

    Where boxes have no room, the steps themselves are listed.
    """
    if found.problem is None:
        return _said(found.nothing, screen)
    try:
        told = trace(found.problem)
    except DiffcliError as error:
        return _said(f"no gradient here: {error.message}", screen)
    count = len(told.forward)
    walked = 2 * count if state.walked is None else min(state.walked, 2 * count)
    notation = screen.notation
    room = lines - _BELOW
    for tall, digits in _STYLES if count <= _MOST else ():
        drawn = graph_boxes.draw(
            list(_boxes(told, walked, notation, digits, tall=tall)), screen.width,
            room, ascii=screen.ascii,
        )  # fmt: skip
        if drawn is not None:
            return [*drawn, *_step(told, walked, screen)]
    last = deque(_steps(told, walked, notation), max(1, lines - 1))
    return [
        *(_fitting(step, screen.width) for step in last),
        _title(count, walked, screen),
    ]


def _said(text: str, screen: Screen) -> list[Line]:
    return [(Run(row),) for row in wrap(text, screen.width)]


def _boxes(
    told: Trace, walked: int, notation: Notation, digits: int, *, tall: bool
) -> Iterator[Box]:
    """Yield the nodes as boxes; ``tall`` ones have value and adjoint on two lines."""
    program = told.problem.program
    count = len(told.forward)
    places = {node.node: place for place, node in enumerate(told.forward)}
    adjoints = [node.adjoint for node in reversed(told.backward)]
    for place, node in enumerate(told.forward):
        row = program.index[node.node]
        name = notation.variable(node.name)
        plain = f"{name} = {_own(told, place, notation)}" if node.formula else name
        value, adjoint = f"{node.value:.{digits}g}", f"{adjoints[place]:.{digits}g}"
        back = walked - count > count - 1 - place
        first = Run(value if place < walked else "", "value")
        second = Run(adjoint if back else "", "adjoint")
        if tall:
            rows: tuple[Line, ...] = ((Run(plain),), (first,), (second,))
            width = max(len(plain), len(value), len(adjoint))
        else:
            width = max(len(plain), len(value) + len(adjoint) + 2)
            gap = Run(" " * (width - len(first.text) - len(second.text)))
            rows = ((Run(plain),), (first, gap, second))
        args, edges, label = [], [], 0
        for number, argument in enumerate(node.node.args):
            if argument in places:
                local = f"{told.problem.tape.local(row, number):.{digits}g}"
                label = max(label, len(local))
                args.append(places[argument])
                edges.append(Run(local if back else "", "gradient"))
        here = place == (walked - 1 if walked <= count else 2 * count - walked)
        yield Box(
            rows, tuple(args), tuple(edges), width, label,
            here and walked > 0,
        )  # fmt: skip


def _own(told: Trace, place: int, notation: Notation) -> str:
    """Return how a node is made of the nodes before it."""
    node = told.forward[place].node
    names = {other: name for other, name in told.names.items() if other is not node}
    return notation.text(node, limit=_LONGEST, names=names)


def _steps(told: Trace, walked: int, notation: Notation) -> Iterator[Line]:
    """Yield what has been computed so far, a line for each number."""
    yield from islice(forward_lines(told, notation), walked)
    back = max(0, walked - len(told.forward))
    yield from islice(backward_lines(told.backward, notation), back)


def _title(count: int, walked: int, screen: Screen) -> Line:
    if not walked:
        text = "Space: values forward, then adjoints backward"
    elif walked <= count:
        text = f"Forward, {walked} of {count}: each value from those before it"
    else:
        text = f"Backward, {walked - count} of {count}: upstream times local"
    fits = len(text) <= screen.width
    return (Run(text if fits else text.partition(":" if walked else ",")[0], "title"),)


def _step(told: Trace, walked: int, screen: Screen) -> Iterator[Line]:
    """Yield what the last step was, without what is too long for the line."""
    yield _title(len(told.forward), walked, screen)
    if not walked:
        return
    *_, line = _steps(told, walked, screen.notation)
    yield _fitting(tuple(_squeezed(line)), screen.width)


def _fitting(line: Line, width: int) -> Line:
    """Return a step without what is too long for the line: remarks, then formulas.

    The number itself stays whole.
    """
    while _length(line) > width and line[-1].style in ("remark", "title", ""):
        line = line[:-1]
    if _length(line) <= width:
        return line
    head, *_, value = line
    return (Run(head.text.partition(" = ")[0] + " = "), value)


def _length(line: Line) -> int:
    return sum(len(run.text) for run in line)


def _squeezed(line: Line) -> Iterator[Run]:
    """Yield runs without the blanks that align them with others."""
    for run in line:
        words = " ".join(run.text.split())
        before = {"remark": "   ", "title": "   "}.get(run.style, "")
        after = " " if run.text[-1:] == " " else ""
        yield run._replace(text=before * bool(words) + words + after)
