"""The forward and the backward pass on the screen and as data."""

import math
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from diffcli.analysis.trace import Trace
from diffcli.language.notation import Notation
from diffcli.output.document import (
    Block,
    Document,
    Facts,
    Line,
    Lines,
    Node,
    Picture,
    Run,
    Sheet,
)
from diffcli.output.numbers import plain_number
from diffcli.output.passes import typeset
from diffcli.output.passes.screen import (
    COUNTABLE,
    MOST,
    backward_lines,
    bars,
    forward_lines,
    is_unhealthy,
    path_line,
    paths_title,
    short,
)
from diffcli.output.views import formulas, heading, sentences
from diffcli.problem import point_text

SCHEMA = "diffcli/trace/2"
#: The columns for csv and tsv.
HEADER = ("node", "formula", "value", "adjoint")


def document(trace: Trace, passes: Sequence[str]) -> Document:
    """Return the passes ("forward", "backward") as a document."""
    return Document(
        blocks=partial(_blocks, trace, passes),
        record=partial(_record, trace),
        sheet=partial(_sheet, trace),
        graph=partial(_graph, trace),
        warnings=trace.warnings,
    )


def _blocks(trace: Trace, passes: Sequence[str], notation: Notation) -> Iterator[Block]:
    yield from formulas(trace.problem.parsed, notation)
    where = (Run(f"at {point_text(trace.problem.point, notation)}"),)
    rounded = (Run(f"every operation rounded to {trace.format}", "name"),)
    yield Facts((where, rounded) if trace.format else (where,))
    if not trace.forward:
        constant = f"f = {short(trace.problem.value)} depends on no variable"
        yield Lines(((Run(constant),),))
        return
    if "forward" in passes:
        title = Run("Forward pass: leaves to root", "title")
        lines = _cut(trace.forward, list(forward_lines(trace, notation)))
        yield Lines(((), (title,), *lines), partial(typeset.forward, trace))
    if "backward" in passes:
        title = Run(
            f"Backward pass: root to leaves, upstream {notation.times} local", "title"
        )
        lines = _cut(trace.backward, list(backward_lines(trace.backward, notation)))
        yield Lines(((), (title,), *lines), partial(typeset.backward, trace))
        title = Run(paths_title(trace.paths), "title")
        lines = [path_line(path, notation) for path in trace.paths[:MOST]]
        yield Lines(((), (title,), *lines), partial(typeset.paths, trace))
        if is_unhealthy(trace.levels):
            title = Run("Gradient health: the largest adjoint at each depth", "title")
            yield Lines(((), (title,)))
            yield Picture(partial(bars, trace.levels))


def _cut(nodes: Sequence[Any], lines: list[Line]) -> list[Line]:
    """Return the lines, those in the middle left out if they are many."""
    if len(lines) <= MOST:
        return lines
    half = MOST // 2
    left = f"  … {len(lines) - 2 * half:,} more nodes; -f json and csv have all"
    return [*lines[:half], (Run(left, "muted"),), *lines[-half:]]


# ---- for programs ------------------------------------------------------------------


def _graph(trace: Trace) -> Sequence[Node]:
    """Return the nodes with value and adjoint, the ways with the local partials."""
    places = {node.name: place for place, node in enumerate(trace.forward)}
    backward = {node.name: node for node in trace.backward}
    ways: dict[str, list[tuple[int, str]]] = {name: [] for name in places}
    for node in trace.backward:
        for share in node.shares:
            label = f"{share.formula} = {short(share.local)}"
            if share.formula == short(share.local):
                label = share.formula
            ways[share.user].append((places[node.name], label))
    return [
        Node(
            node.name + (f" = {node.formula}" if node.formula else ""),
            (
                f"value {short(node.value)}",
                f"adjoint {short(backward[node.name].adjoint)}",
            ),
            tuple(place for place, _ in ways[node.name]),
            tuple(label for _, label in ways[node.name]),
        )
        for node in trace.forward
    ]


def _record(trace: Trace) -> dict[str, Any]:
    problem = trace.problem
    return {
        **heading(SCHEMA, problem.parsed),
        "point": problem.point,
        "value": problem.value,
        **({"format": trace.format} if trace.format else {}),
        "forward": [
            {"name": n.name, "formula": n.formula or None, "value": _finite(n.value)}
            for n in trace.forward
        ],
        "backward": [
            {
                "name": n.name,
                "adjoint": _finite(n.adjoint),
                "shares": [
                    {
                        "user": s.user,
                        "upstream": _finite(s.upstream),
                        "local": _finite(s.local),
                        "formula": s.formula,
                    }
                    for s in n.shares
                ],
            }
            for n in trace.backward
        ],
        "paths": {
            p.name: {
                "locals": [_finite(x) for x in p.locals],
                "ways": p.ways if p.ways < COUNTABLE else None,
                "several": [[_finite(x) for x in way] for way in p.several],
            }
            for p in trace.paths
        },
        "warnings": sentences(trace.warnings),
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _sheet(trace: Trace) -> Sheet:
    adjoints = {node.name: node.adjoint for node in trace.backward}
    rows = [
        (
            node.name,
            node.formula,
            plain_number(node.value) if math.isfinite(node.value) else "",
            plain_number(_finite(adjoints[node.name])),
        )
        for node in trace.forward
    ]
    return Sheet(HEADER, rows)
