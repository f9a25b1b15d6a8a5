"""Functions and their derivatives as curves."""

import math
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from diffcli import version
from diffcli.analysis.plot import Plot, Sample, window
from diffcli.language.notation import Notation
from diffcli.output.canvas import draw, height
from diffcli.output.charts import LETTERS, Axis, Chart, ChartMark, Polyline
from diffcli.output.document import (
    Block,
    Document,
    Facts,
    Line,
    Picture,
    Run,
    Screen,
    Sheet,
)
from diffcli.output.numbers import plain_number
from diffcli.output.views import understood
from diffcli.problem import DOUBLE, point_text
from diffcli.records import Record

SCHEMA = "diffcli/plot/1"
_STYLES = ("first", "second", "third", "fourth", "fifth", "sixth")
_LINES_AROUND = 6  # lines of the screen that are not the picture
_LONGEST_NAME = 8  # of a function, as the label of its curve
_MOST_PLACES = 6  # kinks, jumps or poles that are listed


class Exhibit(Record):
    """Plots over the same range, and how to show them."""

    plots: tuple[Plot, ...]
    #: The values of the variables that do not vary.
    others: dict[str, float]
    derivatives: bool
    #: The range of values; None: what shows the plots best.
    y: tuple[float, float] | None
    #: Lines of the picture; None: as many as fit.
    height: int | None
    #: Every so manieth sample is written by the formats for programs.
    every: int


def document(exhibit: Exhibit) -> Document:
    """Return plots as a document."""
    return Document(
        blocks=partial(_blocks, exhibit),
        record=partial(_record, exhibit),
        sheet=partial(_sheet, exhibit),
    )


def _names(exhibit: Exhibit) -> list[str]:
    count = len(exhibit.plots)
    return ["f"] if count == 1 else [f"f{place}" for place in range(1, count + 1)]


def titles(exhibit: Exhibit, notation: Notation) -> list[str]:
    """Return what people call the functions: ``sin`` for sin(x) among several."""
    names = _names(exhibit)
    if len(names) == 1:
        return names
    own = [
        _text(plot, notation).removesuffix(f"({notation.variable(plot.variable)})")
        for plot in exhibit.plots
    ]
    return [
        mine if _short(mine, plot) and own.count(mine) == 1 else name
        for mine, plot, name in zip(own, exhibit.plots, names, strict=True)
    ]


def _short(name: str, plot: Plot) -> bool:
    """Return whether a text is a function's name that labels a curve."""
    free = name not in plot.parsed.variables
    return name.isidentifier() and len(name) <= _LONGEST_NAME and free


def _text(plot: Plot, notation: Notation) -> str:
    parsed = plot.parsed
    return notation.text(parsed.expression, limit=200, taken=parsed.variables)


def _styles(exhibit: Exhibit, place: int) -> tuple[int, int]:
    """Return the places in the list of styles of a function and its derivative."""
    first = 2 * place if exhibit.derivatives else place
    return first % len(_STYLES), (first + 1) % len(_STYLES)


def _blocks(exhibit: Exhibit, notation: Notation) -> Iterator[Block]:
    for place, (name, plot) in enumerate(
        zip(titles(exhibit, notation), exhibit.plots, strict=True)
    ):
        mine, its = _styles(exhibit, place)
        title, body = (
            f"{name}({notation.variable(plot.variable)})",
            _text(plot, notation),
        )
        title = body if title == body else f"{title} = {body}"
        facts: list[Line] = [(Run(title, _STYLES[mine]),)]
        if exhibit.derivatives:
            facts.append((Run(f"{name}' dashed", _STYLES[its]),))
        facts += _facts(plot, name, notation, derivatives=exhibit.derivatives)
        facts += _beyond(exhibit, plot, name, notation)
        yield Facts(tuple(facts))
    if exhibit.others:
        fixed = point_text(exhibit.others, notation, len(exhibit.others))
        yield Facts(((Run(f"with {fixed}", "muted"),),))
    yield Picture(partial(_picture, exhibit, titles(exhibit, notation)))


def _facts(
    plot: Plot, name: str, notation: Notation, *, derivatives: bool
) -> Iterator[Line]:
    """Yield what a reader should see in the curve."""
    x, place = notation.variable(plot.variable), _placed(plot)
    if all(sample.value is None for sample in plot.samples):
        low, high = (place(plot.samples[end].x) for end in (0, -1))
        said = f"no value of {name} was found from {x} = {low} to {high}"
        yield (Run(said, "doubtful"),)
    if plot.steepest:
        slope, where = plot.steepest
        at = "" if where is None else f" at {x} = {place(where)}"
        if slope:
            yield (Run(f"steepest: {name}' = {slope:.4g}{at}"),)
        else:
            yield (Run(f"{name}' = 0 wherever it exists"),)
    left, right = plot.saturated
    sides = [f"{x} < {place(left)}"] if left is not None else []
    sides += [f"{x} > {place(right)}"] if right is not None else []
    if sides:
        yield (Run(f"saturated (under a fifth of that) for {', '.join(sides)}"),)
    for kind in dict.fromkeys(feature.kind for feature in plot.features):
        places = [f.x for f in plot.features if f.kind == kind]
        listed = ", ".join(place(at) for at in places[:_MOST_PLACES])
        more = ", …" if len(places) > _MOST_PLACES else ""
        yield (Run(f"{kind} at {x} = {listed}{more}"),)
    noise = plot.noise if derivatives else plot.noise_alone
    if noise:
        ends = " to ".join(place(end) for end in noise)
        said = f"rounding, not {name}, makes the noise from {x} = {ends}"
        yield (Run(said, "doubtful"),)
    if not plot.complete:
        yield (Run("there may be more such places than were found", "doubtful"),)


def _beyond(
    exhibit: Exhibit, plot: Plot, name: str, notation: Notation
) -> Iterator[Line]:
    """Yield how far a curve goes on outside of the picture, but for one with poles."""
    poles = any(feature.kind in ("pole", "asymptote") for feature in plot.features)
    known = [s for s in plot.samples if s.value is not None]
    if exhibit.y or poles or not known:
        return
    low, high = window(exhibit.plots, exhibit.derivatives)
    x, place = notation.variable(plot.variable), _placed(plot)
    for end in (min, max):
        far = end(known, key=lambda sample: sample.value or 0.0)
        if not low <= (far.value or 0.0) <= high:
            said = f"beyond the picture: {name} = {far.value:.4g} at {x} = "
            yield (Run(said + place(far.x), "doubtful"),)


def _placed(plot: Plot) -> Callable[[float], str]:
    """Return how places are written: as exact as a reader sees in the range."""
    low, high = plot.samples[0].x, plot.samples[-1].x
    parts = max(abs(low), abs(high)) / ((high / 2 - low / 2) or math.inf) / 4
    digits = 3 + math.ceil(math.log10(max(parts, 1.0)) - 1e-9)
    return lambda x: f"{x:.{min(digits, DOUBLE)}g}"


def _picture(exhibit: Exhibit, names: Sequence[str], screen: Screen) -> Sequence[Line]:
    picture = chart(exhibit, names, ascii=screen.ascii)
    lines = height(exhibit.height, screen, _LINES_AROUND)
    return draw(picture, screen.width, lines, ascii=screen.ascii)


def chart(exhibit: Exhibit, names: Sequence[str], *, ascii: bool = False) -> Chart:
    """Return what is drawn: values and derivatives, each with its name as label."""
    samples = exhibit.plots[0].samples
    y = exhibit.y or window(exhibit.plots, exhibit.derivatives)
    curves: list[Polyline] = []
    marks: list[ChartMark] = []
    walls: list[float] = []
    for place, (name, plot) in enumerate(zip(names, exhibit.plots, strict=True)):
        mine, its = _styles(exhibit, place)
        broken = [f.x for f in plot.features if f.kind in ("jump", "pole")]
        values = runs([(s.x, s.value) for s in plot.samples], broken)
        curves.append(Polyline(values, name, _STYLES[mine], LETTERS[mine]))
        if exhibit.derivatives:
            broken = [f.x for f in plot.features]
            slopes = runs([(s.x, s.slope) for s in plot.samples], broken)
            curves.append(Polyline(slopes, f"{name}'", _STYLES[its], LETTERS[its], 3))
        marks += kinks(plot, "o" if ascii else "◇")
        walls += [f.x for f in plot.features if f.kind in ("pole", "asymptote")]
    return Chart(Axis(samples[0].x, samples[-1].x), Axis(*y), curves, marks, walls)


def runs(
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


def kinks(plot: Plot, sign: str) -> Iterator[ChartMark]:
    """Yield a sign for each kink."""
    for feature in plot.features:
        if feature.kind == "kink":
            near = min(plot.samples, key=lambda s: abs(s.x - feature.x))
            if near.value is not None:
                yield ChartMark(feature.x, near.value, sign)


def _thinned(exhibit: Exhibit, plot: Plot) -> Sequence[Sample]:
    return plot.samples[:: exhibit.every]


def _record(exhibit: Exhibit) -> dict[str, Any]:
    return {
        **version.record(SCHEMA),
        "fixed": exhibit.others,
        "functions": [
            {
                "expression": understood(plot.parsed),
                "variable": plot.variable,
                "samples": [s._asdict() for s in _thinned(exhibit, plot)],
                "features": [f._asdict() for f in plot.features],
                "complete": plot.complete,
                "noise": plot.noise
                and dict(zip(("from", "to"), plot.noise, strict=True)),
                "steepest": plot.steepest._asdict() if plot.steepest else None,
                "saturated": {"below": plot.saturated[0], "above": plot.saturated[1]},
            }
            for plot in exhibit.plots
        ],
    }


def _sheet(exhibit: Exhibit) -> Sheet:
    """Return x and then value and derivative of each function."""
    header = [exhibit.plots[0].variable]
    for name, plot in zip(_names(exhibit), exhibit.plots, strict=True):
        header += [
            name,
            *([f"d{name}/d{plot.variable}"] if exhibit.derivatives else []),
        ]
    rows = []
    for samples in zip(
        *(_thinned(exhibit, plot) for plot in exhibit.plots), strict=True
    ):
        row = [plain_number(samples[0].x)]
        for s in samples:
            row.append(plain_number(s.value))
            row += [plain_number(s.slope)] if exhibit.derivatives else []
        rows.append(row)
    return Sheet(tuple(header), rows)
