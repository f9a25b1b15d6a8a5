"""Pictures of gradient descent: the paths on a map, or the loss of every course."""

import sys
from collections.abc import Iterator, Sequence
from functools import partial

from diffcli.analysis.descend import Descent
from diffcli.analysis.maps import Field, Map, Range
from diffcli.language.notation import Notation
from diffcli.output import training
from diffcli.output.canvas import draw, height
from diffcli.output.charts import LETTERS, Axis, Chart, ChartMark, Polyline
from diffcli.output.document import Block, Facts, Line, Picture, Run, Screen
from diffcli.output.map_relief import Overlay, relief

STYLES = ("first", "third", "fourth", "fifth", "sixth")
_LINES_AROUND = 12  # lines of the screen that are not the picture
_HIGHEST = 4e307  # so that the distance of two losses is a number too
_LINES_AROUND_MAP = 14
_MARGIN = 0.15  # of a map around the paths, next to their width
_SLIMMEST = 0.2  # share of its longer side that its shorter one has at least
_FLUNG = 2  # steps of a course that leaves, which the map still shows
BAD = ("diverges", "leaves the domain", "stuck")


def pictures(
    descent: Descent, notation: Notation, asked: int | None, *, of_data: bool
) -> Iterator[Block]:
    """Yield the paths on a map of two variables; of others, and of data, the loss."""
    if len(descent.names) == 2 and not of_data:
        x, y = map(notation.variable, descent.names)
        yield Facts(((Run(f"paths, {y} against {x}:"),), *_legend(descent)))
        yield Picture(partial(_map, descent, asked))
        return
    axis = "loss (log) against steps:" if _is_log(descent) else "loss against steps:"
    yield Facts(((Run(axis),), *_legend(descent)))
    if descent.training:
        chart = partial(_picture, descent)
        yield training.picture(chart, descent.training.decision, asked)
    else:
        yield Picture(partial(_alone, descent, asked))


def _alone(descent: Descent, asked: int | None, screen: Screen) -> Sequence[Line]:
    lines = height(asked, screen, _LINES_AROUND)
    return _picture(descent, screen, lines)


def _map(descent: Descent, asked: int | None, screen: Screen) -> Sequence[Line]:
    """Return the paths on a map of the loss, with their start and their ends."""
    problem = descent.problem
    first, second = descent.names
    others = {n: v for n, v in problem.point.items() if n not in descent.names}
    field = Field(
        problem.parsed, problem.program, (first, second), others, *_box(descent)
    )
    start, end = "O@" if screen.ascii else "○●"
    curves: list[Polyline] = []
    marks: list[ChartMark] = []
    for place, course in enumerate(descent.courses):
        points = [(step.point[0], step.point[1]) for step in course.path]
        style = STYLES[place % len(STYLES)]
        letter = LETTERS[place % len(LETTERS)]
        curves.append(Polyline([points], f"{course.rate:.4g}", style, letter))
        marks.append(ChartMark(*points[-1], end, style))
    marks.append(ChartMark(*points[0], start))
    lines = height(asked, screen, _LINES_AROUND_MAP)
    overlay = Overlay(curves, marks)
    return relief(Map(field), screen, lines, arrows=False, overlay=overlay)


def _box(descent: Descent) -> tuple[Range, Range]:
    """Return ranges that hold the paths; of those that leave only the beginning."""
    shown = [
        step.point
        for course in descent.courses
        for step in course.path
        if course.verdict not in BAD or step.number <= _FLUNG
    ]
    sides = [(min(places), max(places)) for places in zip(*shown, strict=True)]
    longest = max(high / 2 - low / 2 for low, high in sides) or 1.0
    box = []
    for low, high in sides:
        half = max(high / 2 - low / 2, longest * _SLIMMEST) * (1 + 2 * _MARGIN)
        middle = low / 2 + high / 2
        half = max(half, abs(middle) * 1e-9)
        box.append((max(middle - half, -_HIGHEST), min(middle + half, _HIGHEST)))
    return box[0], box[1]


def _heights(descent: Descent) -> tuple[float, float]:
    """Return the lowest and the highest loss of all courses."""
    losses = [step.loss for course in descent.courses for step in course.path]
    return min(losses), max(losses)


def _is_log(descent: Descent) -> bool:
    """Tell whether the losses are so different that their powers of ten are drawn."""
    low, high = _heights(descent)
    return low > 0 and high > 50 * low


def _picture(descent: Descent, screen: Screen, lines: int) -> Sequence[Line]:
    courses = descent.courses
    start = courses[0].path[0].loss
    (low, high), log = _heights(descent), _is_log(descent)
    high = min(high, 100 * start if log else start + 2 * (start - low) or high)
    low, high = max(low, -_HIGHEST), min(high, _HIGHEST)
    if not high - low > 1e-9 * abs(low):
        most = sys.float_info.max
        low, high = max(low - (abs(low) or 1), -most), min(low + (abs(low) or 1), most)
    steps = max(course.path[-1].number for course in courses)
    curves = [
        Polyline(
            [[(step.number, step.loss) for step in course.path]],
            f"{course.rate:.4g}",
            STYLES[place % len(STYLES)],
            LETTERS[place % len(LETTERS)],
        )
        for place, course in enumerate(courses)
    ]
    picture = Chart(Axis(0, max(steps, 1)), Axis(low, high, log), curves)
    return draw(picture, screen.width, lines, ascii=screen.ascii)


def _legend(descent: Descent) -> Iterator[Line]:
    for place, course in enumerate(descent.courses):
        yield (Run(f"rate {course.rate:.10g}", STYLES[place % len(STYLES)]),)
