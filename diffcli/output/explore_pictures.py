"""The pictures of what is explored: the curve with its lines, or a map."""

import math
from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast

from diffcli.analysis.explore import State
from diffcli.analysis.explore_reading import Reading
from diffcli.analysis.maps import Field, Map
from diffcli.analysis.plot import plot, window
from diffcli.engine.tape import Program
from diffcli.output.canvas import draw
from diffcli.output.charts import Axis, Chart, ChartMark, Polyline
from diffcli.output.document import Line, Screen
from diffcli.output.map_relief import SIGNS, Overlay, heading, relief
from diffcli.output.views.plot import kinks, runs

T = TypeVar("T")
_SAMPLES = 161
_WORK = 100_000  # nodes of a formula, times values: a few hundredths of a second
_FEWEST = 16
_FEWEST_ROWS = 4  # of the samples of a map
_AXIS = 2  # lines of the x axis and its labels
_ARROW = 0.3  # how long the gradient's arrow is, next to the picture
_LABELS = 60  # columns from which curves have labels


def curve(state: State, found: Reading, screen: Screen, lines: int) -> list[Line]:
    """Return the curve, its tangent, and the secant for the present h."""
    name = state.along
    middle, reach = state.ranges[name]
    low, high = middle - reach, middle + reach
    others = {n: value for n, value in state.point.items() if n != name}
    count = min(_SAMPLES, _affordable(found))
    key = found.parsed.expression, name, *others.items(), low, high, count
    drawn = _last(key, lambda: plot(found.parsed, name, others, low, high, count))
    broken = [f.x for f in drawn.features if f.kind in ("jump", "pole")]
    values = runs([(s.x, s.value) for s in drawn.samples], broken)
    bottom, top = window((drawn,), False)
    curves = [Polyline(values, _label("f", screen), "first", "*")]
    marks = list(kinks(drawn, "o" if screen.ascii else "◇"))
    x = state.point[name]
    if found.problem is not None:
        here = found.problem.value
        bottom, top = _with(here, bottom, top)
        slope = found.estimate("backprop", name)
        if slope is not None and found.error is None:
            line = _line(x, here, slope, low, high)
            curves.append(Polyline([line], _label("tangent", screen), "second", "t"))
        if found.difference is not None:
            (x0, y0), (x1, y1) = found.difference.samples
            line = _line(x0, y0, found.difference.slope, low, high)
            curves.append(Polyline([line], _label("secant", screen), "third", "s"))
            end = "O" if screen.ascii else "○"
            marks += [ChartMark(x0, y0, end), ChartMark(x1, y1, end)]
        marks.append(ChartMark(x, here, "@" if screen.ascii else "●"))
    chart = Chart(
        Axis(low, high), Axis(bottom, top), curves, marks,
        [f.x for f in drawn.features if f.kind in ("pole", "asymptote")],
    )  # fmt: skip
    return draw(chart, screen.width, max(1, lines - _AXIS), ascii=screen.ascii)


def _affordable(found: Reading) -> int:
    """Return how many values of the function can be computed while somebody waits."""
    return max(_FEWEST, _WORK // len(found.parsed.nodes()))


def _label(name: str, screen: Screen) -> str:
    return name if screen.width >= _LABELS else ""


def _with(value: float, bottom: float, top: float) -> tuple[float, float]:
    """Return a range of values that has one more in it, if it is not far away."""
    size = top - bottom
    if not bottom - 2 * size <= value <= top + 2 * size:
        return bottom, top
    return min(bottom, value - size / 20), max(top, value + size / 20)


def _line(
    x: float, y: float, slope: float, low: float, high: float
) -> list[tuple[float, float]]:
    """Return the ends of a straight line through a point."""
    ends = ((end, y + slope * (end - x)) for end in (low, high))
    return [end for end in ends if math.isfinite(end[1])]


# ---- two variables -------------------------------------------------------------------


def landscape(state: State, found: Reading, screen: Screen, lines: int) -> list[Line]:
    """Return a map as plot draws it, with the point and the gradient's arrow."""
    (first, x), (second, y) = state.point.items()
    rows = max(_FEWEST_ROWS, lines - _AXIS - 1)
    columns = max(8, screen.width - 10)
    (mx, rx), (my, ry) = state.ranges[first], state.ranges[second]
    if math.isclose(
        rx, ry
    ):  # a step is as long in both directions, so right angles are right
        rx = ry * columns / (2 * rows)
    parsed = found.parsed
    field = Field(
        parsed, Program([parsed.expression]), (first, second), {},
        (mx - rx, mx + rx), (my - ry, my + ry),
    )  # fmt: skip
    most = math.isqrt(_affordable(found))
    size = min(columns // 2, most), min(rows, most)
    key = parsed.expression, field.x, field.y, *size
    chart = _last(key, lambda: Map(field, *size))
    curves: list[Polyline] = []
    marks: list[ChartMark] = []
    gradient = [found.estimate("backprop", name) for name in (first, second)]
    if None not in gradient:
        arrow, head = _arrow((x, y), [g or 0.0 for g in gradient], rx, ry)
        if arrow:
            curves.append(Polyline([arrow], "", "gradient", "#"))
            marks.append(
                ChartMark(*arrow[1], "#" if screen.ascii else head, "gradient")
            )
    marks.append(ChartMark(x, y, "@" if screen.ascii else "●"))
    overlay = Overlay(curves, marks)
    return relief(chart, screen, lines, arrows=False, overlay=overlay, within=True)


_kept: dict[tuple[object, ...], Any] = {}
"""What was drawn last: most keys move the point and leave curve or map as it is."""


def _last(key: tuple[object, ...], make: Callable[[], T]) -> T:
    """Return what was made with this key if it was made last, else make it."""
    if key not in _kept:
        _kept.clear()
        _kept[key] = make()
    return cast("T", _kept[key])


def _arrow(
    start: tuple[float, float], gradient: Sequence[float], rx: float, ry: float
) -> tuple[list[tuple[float, float]], str]:
    """Return an arrow's two ends and its head; no ends where the gradient is 0."""
    size = max(abs(gradient[0]) / rx, abs(gradient[1]) / ry)
    if not size or not math.isfinite(size):
        return [], ""
    dx, dy = (_ARROW * g / size for g in gradient)
    end = (start[0] + dx, start[1] + dy)
    return [start, end], heading(dx / rx, dy / ry, SIGNS)
