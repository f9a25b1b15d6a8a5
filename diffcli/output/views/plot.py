"""Functions and their derivatives as curves."""

import math
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

import diffcli
from diffcli.analysis.plot import Graph, Sample, window
from diffcli.language.notation import Notation
from diffcli.language.printer import text
from diffcli.output.canvas import LETTERS, Axis, Curve, Mark, draw, height
from diffcli.output.canvas import Picture as Drawing
from diffcli.output.document import (
    Block,
    Document,
    Facts,
    Line,
    Picture,
    Run,
    Screen,
    Sheet,
    plain_number,
)
from diffcli.output.views import understood

SCHEMA = "diffcli/plot/1"
_STYLES = ("first", "second", "third", "fourth", "fifth", "sixth")
_LINES_AROUND = 6  # lines of the screen that are not the picture
_MOST_PLACES = 6  # kinks, jumps or poles that are listed


class Shown(NamedTuple):
    """Graphs over the same range, and how to show them."""

    graphs: tuple[Graph, ...]
    #: The values of the variables that do not vary.
    others: dict[str, float]
    derivatives: bool
    #: The range of values; None: what shows the graphs best.
    y: tuple[float, float] | None
    #: Lines of the picture; None: as many as fit.
    height: int | None
    #: Every so manieth sample is written by the formats for programs.
    every: int


def document(shown: Shown) -> Document:
    """Return graphs as a document."""
    return Document(
        blocks=partial(_blocks, shown),
        record=partial(_record, shown),
        sheet=partial(_sheet, shown),
    )


def _names(shown: Shown) -> list[str]:
    count = len(shown.graphs)
    return ["f"] if count == 1 else [f"f{place}" for place in range(1, count + 1)]


def _styles(shown: Shown, place: int) -> tuple[int, int]:
    """Return the places in the list of styles of a function and its derivative."""
    first = 2 * place if shown.derivatives else place
    return first % len(_STYLES), (first + 1) % len(_STYLES)


def _blocks(shown: Shown, notation: Notation) -> Iterator[Block]:
    for place, (name, graph) in enumerate(
        zip(_names(shown), shown.graphs, strict=True)
    ):
        mine, its = _styles(shown, place)
        body = text(graph.parsed.expression, spaced=False, limit=200)
        facts: list[Line] = [
            (Run(f"{name}({graph.variable}) = {body}", _STYLES[mine]),)
        ]
        if shown.derivatives:
            facts.append((Run(f"{name}' dashed", _STYLES[its]),))
        facts += _facts(graph, name)
        yield Facts(tuple(facts))
    if shown.others:
        fixed = ", ".join(f"{n} = {x:.10g}" for n, x in shown.others.items())
        yield Facts(((Run(f"with {fixed}", "muted"),),))
    yield Picture(partial(_picture, shown))


def _facts(graph: Graph, name: str) -> Iterator[Line]:
    """Yield what a reader should see in the curve."""
    x, place = graph.variable, _placed(graph)
    if graph.steepest:
        slope, where = graph.steepest
        at = "" if where is None else f" at {x} = {place(where)}"
        if slope:
            yield (Run(f"steepest: {name}' = {slope:.4g}{at}"),)
        else:
            yield (Run(f"{name}' = 0 wherever it exists"),)
    left, right = graph.saturated
    sides = [f"{x} < {place(left)}"] if left is not None else []
    sides += [f"{x} > {place(right)}"] if right is not None else []
    if sides:
        yield (Run(f"saturated (under a fifth of that) for {', '.join(sides)}"),)
    for kind in dict.fromkeys(feature.kind for feature in graph.features):
        places = [f.x for f in graph.features if f.kind == kind]
        shown = ", ".join(place(at) for at in places[:_MOST_PLACES])
        more = ", …" if len(places) > _MOST_PLACES else ""
        yield (Run(f"{kind} at {x} = {shown}{more}"),)
    if not graph.complete:
        yield (Run("there may be more such places than were found", "doubtful"),)


def _placed(graph: Graph) -> Callable[[float], str]:
    """Return how places are written: as exact as a reader sees in the range."""
    low, high = graph.samples[0].x, graph.samples[-1].x
    parts = max(abs(low), abs(high)) / ((high / 2 - low / 2) or math.inf) / 4
    digits = 3 + math.ceil(math.log10(max(parts, 1.0)) - 1e-9)
    return lambda x: f"{x:.{min(digits, 17)}g}"


def _picture(shown: Shown, screen: Screen) -> Sequence[Line]:
    samples = shown.graphs[0].samples
    y = shown.y or window(shown.graphs, shown.derivatives)
    curves: list[Curve] = []
    marks: list[Mark] = []
    walls: list[float] = []
    for place, (name, graph) in enumerate(
        zip(_names(shown), shown.graphs, strict=True)
    ):
        mine, its = _styles(shown, place)
        broken = [f.x for f in graph.features if f.kind in ("jump", "pole")]
        values = _runs([(s.x, s.value) for s in graph.samples], broken)
        curves.append(Curve(values, name, _STYLES[mine], LETTERS[mine]))
        if shown.derivatives:
            broken = [f.x for f in graph.features]
            slopes = _runs([(s.x, s.slope) for s in graph.samples], broken)
            curves.append(Curve(slopes, f"{name}'", _STYLES[its], LETTERS[its], 3))
        marks += _kinks(graph, "o" if screen.ascii else "◇")
        walls += [f.x for f in graph.features if f.kind in ("pole", "asymptote")]
    picture = Drawing(Axis(samples[0].x, samples[-1].x), Axis(*y), curves, marks, walls)
    lines = height(shown.height, screen, _LINES_AROUND)
    return draw(picture, screen.width, lines, ascii=screen.ascii)


def _runs(
    points: Sequence[tuple[float, float | None]], broken: Sequence[float]
) -> list[list[tuple[float, float]]]:
    """Return the points in runs, broken where there is none and at some places."""
    near = 1e-9 * (points[-1][0] - points[0][0])
    breaks = sorted(broken, reverse=True)
    runs: list[list[tuple[float, float]]] = [[]]
    for x, y in points:
        if y is None or (breaks and x > breaks[-1] - near):
            runs.append([])
        if y is not None:
            runs[-1].append((x, y))
        # A point on the break itself belongs to neither side.
        if breaks and abs(x - breaks[-1]) <= near:
            runs.append([])
        while breaks and x > breaks[-1] - near:
            breaks.pop()
    return [run for run in runs if run]


def _kinks(graph: Graph, sign: str) -> Iterator[Mark]:
    for feature in graph.features:
        if feature.kind == "kink":
            near = min(graph.samples, key=lambda s: abs(s.x - feature.x))
            if near.value is not None:
                yield Mark(feature.x, near.value, sign)


def _thinned(shown: Shown, graph: Graph) -> Sequence[Sample]:
    return graph.samples[:: shown.every]


def _record(shown: Shown) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "version": diffcli.__version__,
        "fixed": shown.others,
        "functions": [
            {
                "expression": understood(graph.parsed),
                "variable": graph.variable,
                "samples": [s._asdict() for s in _thinned(shown, graph)],
                "features": [f._asdict() for f in graph.features],
                "complete": graph.complete,
                "steepest": graph.steepest._asdict() if graph.steepest else None,
                "saturated": {"below": graph.saturated[0], "above": graph.saturated[1]},
            }
            for graph in shown.graphs
        ],
    }


def _sheet(shown: Shown) -> Sheet:
    """Return x and then value and derivative of each function."""
    header = [shown.graphs[0].variable]
    for name, graph in zip(_names(shown), shown.graphs, strict=True):
        header += [name, *([f"d{name}/d{graph.variable}"] if shown.derivatives else [])]
    rows = []
    for samples in zip(
        *(_thinned(shown, graph) for graph in shown.graphs), strict=True
    ):
        row = [plain_number(samples[0].x)]
        for s in samples:
            row.append(plain_number(s.value))
            row += [plain_number(s.slope)] if shown.derivatives else []
        rows.append(row)
    return Sheet(tuple(header), rows)
