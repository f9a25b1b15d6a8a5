"""What a descent made of a network: layers, units, weights and its map."""

import math
from collections.abc import Iterator
from functools import partial
from typing import Any

from diffcli.analysis.descend import Descent
from diffcli.analysis.health import Health, Unit
from diffcli.analysis.training import Map, Training
from diffcli.language.notation import Notation
from diffcli.output.document import (
    Block,
    Column,
    Line,
    Lines,
    Picture,
    Run,
    Screen,
    Table,
)
from diffcli.output.views import data_record

_SHADES = " ░▒▓█"
_ASCII_SHADES = " .:%#"
_HEIGHT = 9  # lines of a map
_WIDEST = 36  # cells of a map
_SIGNS = ("○", "●")
_ASCII_SIGNS = ("o", "x")
_MOST_NAMES = 24  # characters of a layer's names


def blocks(descent: Descent, training: Training, notation: Notation) -> Iterator[Block]:
    """Yield what is said of a network after its descent."""
    if training.start.layers:
        yield _layers(descent, training, notation)
    said = [*_said(descent, training, notation)]
    if said:
        yield Lines(tuple(said))
    rate = descent.courses[training.best].rate
    several = len(descent.courses) > 1
    head = f"weights after rate {rate:.10g}:" if several else "weights:"
    yield Lines(((Run(head),),))
    yield Picture(partial(_weights, training))


def _layers(descent: Descent, training: Training, notation: Notation) -> Table:
    """Return the gradient's size layer by layer, before and after."""
    rates = (Column(f"rate {course.rate:.10g}") for course in descent.courses)
    columns = (Column("gradient by layer", "left"), Column("start"), *rates)
    rows = []
    for place, layer in enumerate(training.start.layers):
        shown = [notation.variable(name) for name in layer.names]
        names = ", ".join(shown)
        if len(names) > _MOST_NAMES:
            names = f"{shown[0]}, … ({len(layer.names)})"
        ends = (
            (Run(f"{end.layers[place].gradient:.2e}" if end else "-", "gradient"),)
            for end in training.ends
        )
        start = (Run(f"{layer.gradient:.2e}", "gradient"),)
        rows.append(((Run(names, "name"),), start, *ends))
    return Table(columns, tuple(rows))


def _said(descent: Descent, training: Training, notation: Notation) -> Iterator[Line]:
    """Yield a sentence for each unit that hardly learns."""
    several = len(descent.courses) > 1
    for course, end in zip(descent.courses, training.ends, strict=True):
        who = f"rate {course.rate:.10g}: " if several else ""
        for unit in end.units if end else ():
            yield (
                Run(f"{who}{sentence(unit, training.data.used, notation)}", "doubtful"),
            )


def sentence(unit: Unit, count: int, notation: Notation) -> str:
    """Say at how many rows a unit hardly learns: h2 is saturated on 3 of 4 rows."""
    name = notation.variable(unit.name)
    rows = f"{unit.examples} of {count} row{'' if count == 1 else 's'}"
    if unit.state == "dead":
        return f"{name} is dead: its slope is 0 on {rows}"
    return f"{name} is saturated on {rows}"


def _weights(training: Training, screen: Screen) -> Iterator[Line]:
    """Yield the weights as a point for --at, in quotes, broken at its commas."""
    parts = [f"{name}={value:.7g}" for name, value in training.weights.items()]
    line = '--at "'
    for place, part in enumerate(parts):
        end = '"' if place == len(parts) - 1 else ","
        if len(line) + len(part) + 1 > screen.width:
            yield (Run(line, "value"),)
            line = "  "
        line += part + end
    yield (Run(line, "value"),)


# ---- the map ----------------------------------------------------------------------


def picture(map: Map, asked: int | None) -> Picture:
    """Return the map of a network with two inputs, and its examples on it."""
    return Picture(partial(_drawn, map, asked))


def _drawn(map: Map, asked: int | None, screen: Screen) -> Iterator[Line]:
    height = asked or _HEIGHT
    shades = _ASCII_SHADES if screen.ascii else _SHADES
    width = min(_WIDEST, screen.width - 2)
    rows = map.rows(width, height)
    known = [value for row in rows for value in row if math.isfinite(value)]
    low, high = min(known, default=0.0), max(known, default=0.0)
    across, up = map.inputs
    yield (Run(f"{map.output} over {across} (to the right) and {up} (up):"),)
    signs = _signs(map, width, height, ascii=screen.ascii)
    for y, row in enumerate(rows):
        cells = [
            Run(signs[x, y], "title")
            if (x, y) in signs
            else Run(_shade(value, low, high, shades), "first")
            for x, value in enumerate(row)
        ]
        yield (Run("  "), *cells)
    scale = f"{shades[0]!r} {low:.3g} to {shades[-1]!r} {high:.3g}"
    yield (Run(f"{scale}{_meaning(map, ascii=screen.ascii)}", "muted"),)


def _shade(value: float, low: float, high: float, shades: str) -> str:
    """Return the shade of a value; what has none stays empty."""
    if not math.isfinite(value):
        return " "
    share = (value - low) / ((high - low) or 1.0)
    return shades[min(int(share * len(shades)), len(shades) - 1)]


def _middle(map: Map) -> float:
    wanted = map.data.columns[map.target]
    return min(wanted) / 2 + max(wanted) / 2


def _signs(
    map: Map, width: int, height: int, *, ascii: bool
) -> dict[tuple[int, int], str]:
    """Return the signs of the examples by the cells where they lie."""
    small, large = _ASCII_SIGNS if ascii else _SIGNS
    columns = map.data.columns
    wanted = columns.get(map.target) or [0.0] * map.data.used
    middle = _middle(map) if map.target else 1.0
    (left, right), (low, high) = map.ranges
    places = zip(*(columns[name] for name in map.inputs), wanted, strict=True)
    return {
        (
            int((x - left) / (right - left) * width),
            height - 1 - int((y - low) / (high - low) * height),
        ): large if target > middle else small
        for x, y, target in places
    }


def _meaning(map: Map, *, ascii: bool) -> str:
    """Say what the signs of the examples stand for."""
    small, large = _ASCII_SIGNS if ascii else _SIGNS
    if not map.target:
        return f"; {small} examples"
    wanted = map.data.columns[map.target]
    if len({*wanted}) == 2:
        return f"; {small} {map.target} = {min(wanted):g}, {large} {max(wanted):g}"
    return f"; {small} {map.target} up to {_middle(map):.3g}, {large} above"


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
