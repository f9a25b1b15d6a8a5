"""A map of a function of two variables: shading, level lines, arrows, what breaks."""

import math
from bisect import bisect
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from diffcli.analysis.maps import Map, Range
from diffcli.analysis.plot import extent
from diffcli.output.canvas import draw
from diffcli.output.charts import Axis, Chart, ChartMark, Polyline
from diffcli.output.document import Line, Run, Screen
from diffcli.output.level_lines import Grid, level_line
from diffcli.records import Record

_LEVELS = 9  # level lines at most
_FAR = 0.05  # share of the values at each end that may be left out
_AREAS = 7  # level lines where each shade has the same area
_CRUSHED = 0.5  # share of the map that has one shade for that
_CELLS_ACROSS, _CELLS_DOWN = 11, 4  # cells of the picture for one arrow
_MOST_STRETCHED = 1e300  # beyond that a product may be no number
_BROKEN = ("pole", "jump", "asymptote")


class Signs(Record):
    """What a map is drawn with."""

    #: From the lowest values to the highest.
    shades: str
    undefined: str
    kink: str
    wall: str
    steepest: str
    #: To the east, and on against the clock.
    arrows: str


SIGNS = Signs(" ░▒▓", "╱", "◇", "┊", "◆", "→↗↑↖←↙↓↘")
ASCII_SIGNS = Signs(" .:%", "/", "o", "!", "S", ">^<v")
_FEWEST_LINES = 3  # of a small map, which needs them more than its legend
_AXIS = 2  # lines of the x axis and its labels
_LETTER = "-"  # a level line in ASCII


class Overlay(Record):
    """What is drawn on a map."""

    curves: Sequence[Polyline] = ()
    marks: Sequence[ChartMark] = ()


def relief(
    chart: Map,
    screen: Screen,
    height: int,
    *,
    z: Range | None = None,
    arrows: bool,
    overlay: Overlay | None = None,
    within: bool = False,
) -> list[Line]:
    """Return a map as lines: ``height`` of them, the x axis and a legend.

    ``z`` is the range of the values that are told apart; ``within`` the height axis
    and legend have to fit too.
    """
    signs = ASCII_SIGNS if screen.ascii else SIGNS
    levels = _levels(chart, z)
    marks = [*_walls(chart, signs)]
    if arrows:
        marks += _arrows(chart, signs, screen.width, height)
        if chart.steepest:
            best = chart.steepest.sample
            marks.append(ChartMark(best.x, best.y, signs.steepest, "gradient"))
    over = overlay or Overlay()
    over = Overlay(over.curves, [*marks, *over.marks])
    legend = [*_wrapped(_legend(chart, levels, signs, arrows), screen.width)]
    if within:
        height -= _AXIS
        if height - len(legend) < _FEWEST_LINES:
            legend = []
        height = max(1, height - len(legend))
    return [*plane(chart, screen, height, levels, levels, over), *legend]


def plane(
    chart: Map,
    screen: Screen,
    height: int,
    shades: Sequence[float],
    lines: Sequence[float],
    overlay: Overlay,
) -> list[Line]:
    """Return the shading between some levels, level lines, and what lies on them."""
    picture = Chart(
        Axis(*chart.field.x),
        Axis(*chart.field.y),
        [*overlay.curves, *_lines(chart, lines)],
        overlay.marks,
        ground=shading(chart.values, shades, ascii=screen.ascii),
    )
    return draw(picture, screen.width, height, ascii=screen.ascii)


def _levels(chart: Map, z: Range | None) -> list[float]:
    """Return round values between the ends; far away ones, as at a pole, are none.

    Where a pole leaves one shade for half of the map, each shade has the same area.
    """
    numbers = [value for row in chart.values for value in row]
    ends = z or extent(numbers, _FAR)
    if len(ends) < 2:
        return []
    low, high = ends
    levels = [level for level, _ in Axis(low, high).ticks(_LEVELS)]
    grows = {"pole", "asymptote"}.intersection(chart.kinds)
    if z is None and grows:
        known = sorted(value for value in numbers if value is not None)
        shades = len(SIGNS.shades)
        counts = Counter(bisect(levels, v) * shades // (len(levels) + 1) for v in known)
        if max(counts.values()) > _CRUSHED * len(known):
            return _of_equal_area(known) or levels
    return levels


def _of_equal_area(known: Sequence[float]) -> list[float]:
    """Return round levels with as many values between them; none: they are too few."""
    parts = [known[len(known) * n // (_AREAS + 1)] for n in range(1, _AREAS + 1)]
    found: dict[float, None] = {}
    for place, value in enumerate(parts):
        near = min(
            (abs(value - other) for other in parts[max(0, place - 1) : place + 2]
             if other != value), default=0.0,
        )  # fmt: skip
        if near:
            digits = -math.floor(math.log10(near))
            found[round(value, digits)] = None
    return list(found) if len(found) >= len(SIGNS.shades) - 1 else []


def _are_even(levels: Sequence[float]) -> bool:
    """Tell whether levels are equally far apart."""
    if len(levels) < 2:
        return False
    first = levels[1] - levels[0]
    return all(math.isclose(b - a, first, rel_tol=1e-6) for a, b in pairwise(levels))


def _shade(value: float | None, levels: Sequence[float], signs: Signs) -> str:
    if value is None:
        return signs.undefined
    return signs.shades[bisect(levels, value) * len(signs.shades) // (len(levels) + 1)]


def shading(
    values: Grid, levels: Sequence[float], *, ascii: bool
) -> list[list[tuple[str, str]]]:
    """Return signs that are denser the higher a value is, row by row."""
    signs = ASCII_SIGNS if ascii else SIGNS
    return [
        [(_shade(value, levels, signs), "ground") for value in row] for row in values
    ]


def _lines(chart: Map, levels: Sequence[float]) -> Iterator[Polyline]:
    values = _unbroken(chart)
    for level in levels:
        pieces = list(level_line(values, chart.x, chart.y, level))
        yield Polyline(pieces, "", "sixth", _LETTER)


def _unbroken(chart: Map) -> Grid:
    """Return the values without those beside a pole or a jump: no line crosses it."""
    values = chart.values
    for line in chart.breaks:
        if line.kind not in _BROKEN:
            continue
        for row, column in _beside(line.edge):
            values[row][column] = None
    return values


def _beside(edge: Grid) -> Iterator[tuple[int, int]]:
    """Yield rows and columns of the samples next to which an edge changes its sign."""
    for row, numbers in enumerate(edge):
        for column, number in enumerate(numbers):
            for near in ((row, column + 1), (row + 1, column)):
                if near[0] < len(edge) and near[1] < len(numbers):
                    other = edge[near[0]][near[1]]
                    if None not in (number, other) and number * other <= 0:  # type: ignore[operator]
                        yield row, column
                        yield near


def _walls(chart: Map, signs: Signs) -> Iterator[ChartMark]:
    """Yield signs along the lines on which the function breaks."""
    for line in chart.breaks:
        sign = signs.kink if line.kind == "kink" else signs.wall
        for (x, y), (to_x, to_y) in level_line(line.edge, chart.x, chart.y, 0.0):
            yield ChartMark((x + to_x) / 2, (y + to_y) / 2, sign)
    for spot in chart.spots:
        yield ChartMark(
            spot.x, spot.y, signs.kink if spot.kind == "kink" else signs.wall
        )


def _arrows(chart: Map, signs: Signs, width: int, height: int) -> Iterator[ChartMark]:
    """Yield where the gradient points, as it looks in the picture."""
    (low_x, high_x), (low_y, high_y) = chart.field.x, chart.field.y
    wide, tall = high_x / 2 - low_x / 2, high_y / 2 - low_y / 2
    # How much longer a step up looks than one across: a cell is as high as two.
    stretch = min(wide / (tall or wide or 1.0), _MOST_STRETCHED) * 2 * height / width
    for row in _spread(len(chart.rows), height // _CELLS_DOWN):
        for column in _spread(len(chart.x), width // _CELLS_ACROSS):
            sample = chart.rows[row][column]
            if sample.gradient is None or not any(sample.gradient):
                continue
            dx, dy = sample.gradient
            largest = max(abs(dx), abs(dy))
            sign = heading(dx / largest, dy / largest * stretch, signs)
            yield ChartMark(sample.x, sample.y, sign, "gradient")


def heading(across: float, up: float, signs: Signs) -> str:
    """Return the sign of an arrow in a direction."""
    turns = math.atan2(up, across) / math.tau
    return signs.arrows[round(turns * len(signs.arrows)) % len(signs.arrows)]


def _spread(count: int, most: int) -> list[int]:
    """Return some places among many, none of them at an end."""
    most = max(1, most)
    return [int((n + 0.5) / most * count) for n in range(most)]


def _legend(
    chart: Map, levels: Sequence[float], signs: Signs, arrows: bool
) -> Iterator[str]:
    """Yield what the shades and signs stand for."""
    for place, sign in enumerate(signs.shades):
        inside = [
            n for n in range(len(levels) + 1)
            if n * len(signs.shades) // (len(levels) + 1) == place
        ]  # fmt: skip
        if levels and inside:
            low = f"{levels[inside[0] - 1]:.4g}" if inside[0] else ""
            high = f"{levels[inside[-1]]:.4g}" if inside[-1] < len(levels) else ""
            ends = f"{low} to {high}" if low and high else low or high
            word = "" if low and high else "above " if low else "below "
            yield f"{'blank' if sign == ' ' else sign} {word}{ends}"
    if _are_even(levels):
        yield f"lines every {levels[1] - levels[0]:.4g}"
    elif levels:
        yield f"lines at {', '.join(f'{level:.4g}' for level in levels)}"
    if "kink" in chart.kinds:
        yield f"{signs.kink} kink"
    others = [kind for kind in chart.kinds if kind != "kink"]
    if others:
        yield f"{signs.wall} {', '.join(others)}"
    if _has_gap(chart.values):
        yield f"{signs.undefined} not defined"
    if arrows:
        yield f"{signs.arrows[0]} gradient"
        if chart.steepest:
            yield f"{signs.steepest} steepest"


def _has_gap(values: Grid) -> bool:
    """Tell whether a region has no values: a single line without them is a break."""
    return any(
        here is None and beyond is None
        for row, above in pairwise(values)
        for here, beyond in zip(row, above[1:], strict=False)
    )


def _wrapped(words: Iterator[str], width: int) -> Iterator[Line]:
    """Yield the parts of a legend beside each other, broken between them."""
    line = ""
    for word in words:
        longer = f"{line}   {word}" if line else word
        if len(longer) > width and line:
            yield (Run(line, "muted"),)
            longer = word
        line = longer
    if line:
        yield (Run(line, "muted"),)
