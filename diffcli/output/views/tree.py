"""The expression as a tree as typed, or as a graph with its shared nodes."""

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from diffcli.analysis.trace import asked, node_names
from diffcli.analysis.tree import Tree
from diffcli.calculus.functions import WHEN
from diffcli.language.expression import Call, Expression, Number, Variable, postorder
from diffcli.language.latex_printer import latex, latex_name
from diffcli.language.notation import Notation
from diffcli.output.document import Block, Document, Facts, Line, Lines, Node, Run
from diffcli.output.views import formulas, heading, sentences
from diffcli.problem import point_text

SCHEMA = "diffcli/tree/2"
_CONDITION = 30  # characters of a condition in a label
_MOST = 200  # lines that are shown to people
_DEEPEST = 14  # levels that are shown to people: so many fit in 80 columns


def document(tree: Tree, *, shared: bool) -> Document:
    """Return a tree as a document; ``shared`` nodes are drawn once."""
    return Document(
        blocks=partial(_blocks, tree, shared),
        record=partial(_record, tree),
        graph=partial(_graph, tree, shared),
        warnings=tree.warnings,
    )


def _blocks(tree: Tree, shared: bool, notation: Notation) -> Iterator[Block]:
    yield from formulas(tree.parsed, notation)
    if tree.problem:
        at = Run(f"at {point_text(tree.problem.point, notation)}")
        meaning = (
            Run("after each node: "), Run("value", "value"),
            Run(" | "), Run("adjoint", "adjoint"),
        )  # fmt: skip
        yield Facts(((at,), meaning))
    yield Lines(tuple(_lines(tree, shared, notation)), partial(_forest, tree, shared))


def _lines(tree: Tree, shared: bool, notation: Notation) -> Iterator[Line]:
    """Yield a line a node, from the root down, with guides in front."""
    names = _letters(tree)
    stack: list[tuple[Expression, str, str]] = [(tree.parsed.expression, "", "")]
    drawn: set[Expression] = set()
    count, was_cut = 0, False
    while stack:
        node, before, below = stack.pop()
        count += 1
        if count > _MOST:
            left = "… more below; -f json has the whole tree"
            yield (Run(left, "muted"),)
            return
        again = shared and node in drawn and bool(node.args)
        drawn.add(node)
        name = f"{notation.variable(names[node])}: " if node in names else ""
        cut = len(below) >= 4 * _DEEPEST and bool(node.args)
        was_cut = was_cut or cut
        more = "  (drawn above)" if again else "  …" * cut
        mark = Run(_chosen(tree, node) + more, "muted")
        label = Run(f"{name}{_mathematical_label(node, notation)}", "name")
        yield (Run(before), label, *_worth_runs(tree, node), mark)
        if not again and not cut:
            children = list(node.args)
            for place, child in reversed(list(enumerate(children))):
                last = place == len(children) - 1
                stack.append(
                    (
                        child,
                        below + ("└── " if last else "├── "),
                        below + ("    " if last else "│   "),
                    )
                )
    if was_cut:
        left = f"cut at {_DEEPEST} levels; -f json has the whole tree"
        yield (Run(left, "muted"),)


def _letters(tree: Tree) -> Mapping[Expression, str]:
    """Return the names of calls: those of trace, where there are values to name."""
    if tree.problem is None:
        return tree.parsed.shown_names()
    return {n: name for n, name in node_names(tree.problem).items() if n.args}


def _worth_runs(tree: Tree, node: Expression) -> Iterator[Run]:
    """Yield value and adjoint, each as what it is."""
    for before, text, style in zip(
        ("  ", " | "), _worth(tree, node), ("value", "adjoint"), strict=False
    ):
        yield Run(before)
        yield Run(text, style)


def _forest(tree: Tree, shared: bool) -> Iterator[str]:
    """Yield the tree for LaTeX's package forest, cut where the screen's is."""
    names = tree.parsed.shown_names()
    yield r"\begin{center}\begin{adjustbox}{max width=\textwidth}\begin{forest}"
    yield "  for tree={draw, rounded corners, align=center, s sep=3mm}"
    stack: list[Expression | None] = [tree.parsed.expression]
    drawn: set[Expression] = set()
    left, depth = _MOST, 0
    while stack:
        node = stack.pop()
        if node is None:
            depth -= 1
            yield "  ]"
            continue
        left -= 1
        depth += 1
        again = shared and node in drawn and bool(node.args)
        cut = again or left < 0 or depth > _DEEPEST
        drawn.add(node)
        yield f"  [{{{_typeset(tree, node, names, cut=cut)}}}"
        stack += [None, *(() if cut else reversed(node.args))]
    yield r"\end{forest}\end{adjustbox}\end{center}"


def _typeset(
    tree: Tree, node: Expression, names: Mapping[Expression, str], *, cut: bool
) -> str:
    """Return a node's label, and below it value and adjoint."""
    label = f"${_latex_label(node)}$"
    if node in names:
        label = rf"${latex_name(names[node])}$: {label}"
    worth = r" $\mid$ ".join(_worth(tree, node))
    more = r" \ldots" if cut and node.args else ""
    return label + more + (rf"\\{worth}" if worth else "")


def _latex_label(node: Expression) -> str:
    if isinstance(node, Number | Variable):
        return latex(node)
    assert isinstance(node, Call)
    if node.function.notation is None:
        name = _label(node).replace("_", r"\_")
        return rf"\mathrm{{{name}}}"
    # The row's own sign; a fraction and an exponent have none.
    sign = node.function.latex.replace("{u}", "").replace("{v}", "").strip()
    without = {"divide": "/", "power": r"\uparrow"}
    return without.get(node.function.name, sign)


def _label(node: Expression) -> str:
    """Return an operator's sign, a function's name, a number or a variable."""
    if isinstance(node, Number):
        return node.text
    if isinstance(node, Variable):
        return node.name
    assert isinstance(node, Call)
    notation = node.function.notation
    return notation.symbol if notation else node.function.name


def _mathematical_label(node: Expression, notation: Notation) -> str:
    """Return the label as people write it."""
    if isinstance(node, Variable):
        return notation.variable(node.name)
    if isinstance(node, Call) and node.function.notation:
        return notation.sign(node.function).strip()
    if isinstance(node, Call) and node.function is WHEN:
        condition, holds = asked(node)
        shown = notation.text(condition, limit=_CONDITION)
        return f"if {shown}" if holds else f"if not ({shown})"
    return _label(node)


def _chosen(tree: Tree, node: Expression) -> str:
    """Return whether a choice is made here; empty: it is none, or there is no point."""
    is_choice = isinstance(node, Call) and node.function is WHEN
    if not is_choice or tree.backward is None:
        return ""
    tape = tree.backward.tape
    holds = tape.values[tape.program.index[node.args[0]]]
    return "  chosen" if holds else "  not chosen"


def _worth(tree: Tree, node: Expression) -> tuple[str, ...]:
    """Return value and adjoint; a number says its value itself, and has no adjoint."""
    if tree.backward is None or isinstance(node, Number):
        return ()
    program = tree.backward.tape.program
    row = program.index[node]
    found = tree.backward.tape.values[row]
    value = f"{found:.6g}" if math.isfinite(found) else "undefined"
    adjoint = tree.backward.adjoints[row]
    if not program.active[row]:
        return (value,)
    return (value, f"{adjoint:.6g}" if math.isfinite(adjoint) else "undefined")


def _graph(tree: Tree, shared: bool) -> Sequence[Node]:
    """Return the nodes, arguments first: each once, or each time it is used."""
    if shared:
        order = postorder([tree.parsed.expression])
        places: Mapping[Expression, int] = {node: i for i, node in enumerate(order)}
        return [
            Node(_label(n), _details(tree, n), tuple(places[a] for a in n.args))
            for n in order
        ]
    nodes: list[Node] = []
    done: list[int] = []  # the places of finished arguments
    stack: list[tuple[Expression, bool]] = [(tree.parsed.expression, False)]
    while stack:
        node, ready = stack.pop()
        if not ready and node.args:
            stack.append((node, True))
            stack += [(argument, False) for argument in reversed(node.args)]
            continue
        first = len(done) - len(node.args)
        nodes.append(Node(_label(node), _details(tree, node), tuple(done[first:])))
        done[first:] = [len(nodes) - 1]
    return nodes


def _details(tree: Tree, node: Expression) -> tuple[str, ...]:
    worth = _worth(tree, node)
    titles = ("value", "adjoint")
    return tuple(f"{t} {w}" for t, w in zip(titles, worth, strict=False))


def _record(tree: Tree) -> dict[str, Any]:
    nodes = []
    order = postorder([tree.parsed.expression])
    places = {node: place for place, node in enumerate(order)}
    names = tree.parsed.shown_names()
    for node in order:
        row: dict[str, Any] = {
            "label": _label(node),
            "name": names.get(node),
            "args": [places[argument] for argument in node.args],
        }
        if tree.backward is not None:
            index = tree.backward.tape.program.index[node]
            adjoint = tree.backward.adjoints[index]
            value = tree.backward.tape.values[index]
            row["value"] = value if math.isfinite(value) else None
            row["adjoint"] = adjoint if math.isfinite(adjoint) else None
        nodes.append(row)
    record: dict[str, Any] = {**heading(SCHEMA, tree.parsed), "nodes": nodes}
    if tree.problem is not None:
        warnings = sentences(tree.warnings)
        record |= {"point": tree.problem.point, "warnings": warnings}
    return record
