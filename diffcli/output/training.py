"""What a descent made of a network: layers, units, weights and its map."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import groupby, zip_longest
from operator import attrgetter
from typing import Any

from diffcli.analysis.descend import Descent
from diffcli.analysis.maps import Map
from diffcli.analysis.network_health import Health, LayerHealth, Unit
from diffcli.analysis.training import Decision, Training
from diffcli.language.notation import Notation
from diffcli.output.canvas import height
from diffcli.output.charts import ChartMark
from diffcli.output.document import Block, Line, Lines, Picture, Run, Screen
from diffcli.output.map_relief import ASCII_SIGNS, SIGNS, Overlay, plane
from diffcli.output.views import data_record

_LINES_AROUND = 12  # lines of the screen that are not the pictures
_AXIS, _LEGEND, _FEWEST = 2, 3, 5  # lines of an axis, of the map's words, of a picture
_BESIDE = 72  # columns from which two pictures stand beside each other
_MAP = 40  # columns of the map there
_SIGNS = ("○", "●")
_ASCII_SIGNS = ("o", "x")
_MOST_NAMES = 8  # characters of a layer's names
_MOST_UNITS = 8  # units that are named

Drawer = Callable[[Screen, int], Sequence[Line]]


def blocks(
    descent: Descent, training: Training, notation: Notation, *, best_only: bool
) -> Iterator[Block]:
    """Yield what is said of a network after its descent, of all courses or the best."""
    several = len(descent.courses) > 1
    for place, (course, end) in enumerate(
        zip(descent.courses, training.ends, strict=True)
    ):
        if best_only and place != training.best:
            continue
        said = sentence(end.units if end else (), training.data.used, notation)
        if said:
            who = f"rate {course.rate:.10g}: " if several else ""
            yield Lines(((Run(f"{who}{said}", "name"),),))
    rate = f" after rate {descent.courses[training.best].rate:.10g}" if several else ""
    yield Picture(partial(_weights, training, f"weights{rate}:"))


def layer_rows(training: Training, notation: Notation) -> Iterator[tuple[Line, ...]]:
    """Yield the gradient's size layer by layer, before and after each course."""
    for place, layer in enumerate(training.start.layers):
        ends = (
            (Run(changed(layer, end.layers[place]) if end else "-", "gradient"),)
            for end in training.ends
        )
        yield ((Run(f"grad {_names(layer, notation)}"),), *ends)


def changed(before: LayerHealth, after: LayerHealth) -> str:
    """Return the size of a gradient before and after: 1.2e-03 → 4.5e-06."""
    return f"{before.gradient:.1e} → {after.gradient:.1e}"


def _names(layer: LayerHealth, notation: Notation) -> str:
    shown = [notation.variable(name) for name in layer.names]
    names = ", ".join(shown)
    return names if len(names) <= _MOST_NAMES else f"{shown[0]} … {shown[-1]}"


def sentence(units: Sequence[Unit], count: int, notation: Notation) -> str:
    """Say at how many rows units hardly learn: h2 is saturated on 3 of 4 rows."""
    said = []
    rows = f"{count} row{'' if count == 1 else 's'}"
    for state, group in groupby(sorted(units, key=attrgetter("state")), _state):
        first, *more = group
        words = f"{notation.variable(first.name)} is {state} {first.examples} of {rows}"
        rest = [
            f"{notation.variable(unit.name)} on {unit.examples}"
            for unit in more[: _MOST_UNITS - 1]
        ]
        left = len(more) - len(rest)
        said.append(", ".join([words, *rest, *([f"{left} more"] if left else [])]))
    return "; ".join(said)


def _state(unit: Unit) -> str:
    return "dead: its slope is 0 on" if unit.state == "dead" else "saturated on"


def _weights(training: Training, head: str, screen: Screen) -> Iterator[Line]:
    """Yield the weights as a point for --at, in quotes, broken at its commas."""
    parts = [f"{name}={value:.7g}" for name, value in training.weights.items()]
    line = '--at "'
    start: Line = (Run(f"{head} "),)
    if len(head) + len(line) + len(parts[0]) + 3 > screen.width:
        yield start
        start = ()
    for place, part in enumerate(parts):
        end = '"' if place == len(parts) - 1 else ","
        before = sum(len(run.text) for run in start)
        if before + len(line) + len(part) + 1 > screen.width:
            yield (*start, Run(line, "value"))
            line, start = "  ", ()
        line += part + end
    yield (*start, Run(line, "value"))


# ---- pictures ---------------------------------------------------------------------


def picture(draw: Drawer, decision: Decision | None, asked: int | None) -> Picture:
    """Return a chart of the loss, and beside it the map of what the network gives.

    ``draw`` draws the chart on a screen, so many lines high.
    """
    return Picture(partial(_drawn, draw, decision, asked))


def _drawn(
    draw: Drawer, decision: Decision | None, asked: int | None, screen: Screen
) -> Iterator[Line]:
    lines = height(asked, screen, _LINES_AROUND)
    loss_lines = max(_FEWEST, lines - _AXIS)
    if decision is None or screen.width < _BESIDE:
        yield from draw(screen, loss_lines)
        if decision:
            yield from _map(decision, screen, lines)
        return
    loss = draw(screen._replace(width=screen.width - _MAP - 2), loss_lines)
    chart = _map(decision, screen._replace(width=_MAP), lines)
    for line, beside in zip_longest(loss, chart, fillvalue=()):
        gap = screen.width - _MAP - sum(len(run.text) for run in line)
        yield (*line, Run(" " * gap), *beside)


def _map(decision: Decision, screen: Screen, lines: int) -> list[Line]:
    """Return the map with its head, the examples on it, and a legend."""
    chart, written = Map(decision.field), screen.notation.variable
    across, up = map(written, decision.field.names)
    head = f"{written(decision.output)} over {across} (to the right) and {up} (up):"
    ends = decision.ends or chart.ends
    levels = [ends[0] + (ends[1] - ends[0]) * n / 4 for n in (1, 2, 3)]
    over = Overlay((), [*_marks(decision, ascii=screen.ascii)])
    room = max(_FEWEST, lines - _AXIS - _LEGEND)
    drawn = plane(chart, screen, room, levels, levels[1:2], over)
    signs = (ASCII_SIGNS if screen.ascii else SIGNS).shades[1:]
    shades = (f"{sign} {level:.3g}" for sign, level in zip(signs, levels, strict=True))
    return [
        (Run(head, "title"),),
        *drawn,
        (Run(f"from {'   '.join(shades)}   line {levels[1]:.3g}"),),
        (Run(_meaning(decision, screen)),),
    ]


def _marks(decision: Decision, *, ascii: bool) -> Iterator[ChartMark]:
    """Yield the examples where they lie."""
    small, large = _ASCII_SIGNS if ascii else _SIGNS
    columns = decision.data.columns
    wanted = columns.get(decision.target) or [0.0] * decision.data.used
    low, high = decision.ends or (1.0, 1.0)
    middle = low / 2 + high / 2
    names = decision.field.names
    for x, y, target in zip(*(columns[name] for name in names), wanted, strict=True):
        yield ChartMark(x, y, large if target > middle else small)


def _meaning(decision: Decision, screen: Screen) -> str:
    """Say what the signs of the examples stand for."""
    small, large = _ASCII_SIGNS if screen.ascii else _SIGNS
    if not decision.ends:
        return f"{small} examples"
    name = screen.notation.variable(decision.target)
    low, high = decision.ends
    if len({*decision.data.columns[decision.target]}) == 2:
        return f"{small} {name} = {low:g}   {large} {name} = {high:g}"
    middle = f"{low / 2 + high / 2:.3g}"
    return f"{small} {name} up to {middle}   {large} {name} above {middle}"


# ---- for programs -----------------------------------------------------------------


def record(training: Training | None) -> dict[str, Any]:
    """Return the same for a record."""
    if training is None:
        return {}
    return {
        **data_record(training.data),
        "health": {
            "start": _health(training.start),
            "ends": [end and _health(end) for end in training.ends],
        },
        "weights": training.weights,
    }


def _health(health: Health) -> dict[str, Any]:
    return {
        "layers": [
            {"names": list(layer.names), "gradient": layer.gradient}
            for layer in health.layers
        ],
        "units": [unit._asdict() for unit in health.units],
    }
