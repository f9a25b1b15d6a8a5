"""Courses of gradient descent beside each other."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from diffcli.analysis.descend import Descent, Stage
from diffcli.analysis.descend_courses import FEEDBACK, OVERFLOW, Course, Iterate
from diffcli.analysis.maps import Field, Map, Range
from diffcli.language.notation import Notation
from diffcli.output import training
from diffcli.output.canvas import draw, height
from diffcli.output.charts import LETTERS, Axis, Chart, ChartMark, Polyline
from diffcli.output.document import (
    Block,
    Column,
    Document,
    Facts,
    Line,
    Lines,
    Picture,
    Run,
    Screen,
    Sheet,
    Table,
)
from diffcli.output.map_relief import Overlay, relief
from diffcli.output.numbers import plain_number
from diffcli.output.views import (
    data_cell,
    data_column,
    data_facts,
    data_record,
    formulas,
    heading,
    sentences,
)
from diffcli.problem import Problem, point_text
from diffcli.records import Record
from diffcli.remarks import Remark

if TYPE_CHECKING:
    from diffcli.analysis.training import Training
    from diffcli.inputs.data import Data

SCHEMA = "diffcli/descend/2"
STEP_SCHEMA = "diffcli/descend-step/1"
_STYLES = ("first", "third", "fourth", "fifth", "sixth")
_ROWS, _ROWS_OF_NETWORK = 10, 4  # steps that are shown to people
_MOST_WEIGHTS = 4  # of a network, that are named
_LINES_AROUND = 12  # lines of the screen that are not the picture
_HIGHEST = 4e307  # so that the distance of two losses is a number too
_LINES_AROUND_MAP = 14
_MARGIN = 0.15  # of a map around the paths, next to their width
_SLIMMEST = 0.2  # share of its longer side that its shorter one has at least
_FLUNG = 2  # steps of a course that leaves, which the map still shows
_BAD = ("diverges", "leaves the domain", "stuck")


class Exhibit(Record):
    """A start and how to show the descent from it."""

    problem: Problem
    #: Walks; true: keeps every step.
    descend: Callable[[bool], Descent]
    #: Walks step by step.
    rows: Callable[[], Iterable[Stage]]
    #: A picture of the loss in place of the table's steps.
    plot: bool
    #: Lines of the picture; None: as many as fit.
    height: int | None
    #: What a reader of the numbers at the start should know.
    warnings: Sequence[Remark] = ()
    #: The examples whose mean the loss is; None: there are none.
    data: "Data | None" = None


def document(exhibit: Exhibit) -> Document:
    """Return a descent as a document."""
    return Document(
        blocks=partial(_blocks, exhibit),
        record=lambda: _record(exhibit.descend(True)),
        records=partial(_records, exhibit),
        sheet=partial(_sheet, exhibit),
        warnings=exhibit.warnings,
    )


def _blocks(exhibit: Exhibit, notation: Notation) -> Iterator[Block]:
    descent = exhibit.descend(False)
    yield from formulas(descent.problem.parsed, notation)
    yield Facts(
        (_start(descent, notation), *data_facts(exhibit.data), *_limit(descent))
    )
    if exhibit.plot:
        yield from _pictures(exhibit, descent, notation)
    if exhibit.plot and descent.training:
        yield Lines(tuple(_ends(descent, descent.training, notation)))
    else:
        rates = (Column(f"rate {course.rate:.10g}") for course in descent.courses)
        most = _ROWS_OF_NETWORK if descent.training else _ROWS
        rows = [] if exhibit.plot else [*_steps(descent, most)]
        if descent.training:
            rows += training.layer_rows(descent.training, notation)
        yield Table((Column("step", "left"), *rates), (*rows, *_summary(descent)))
    for course in descent.courses:
        if course.verdict in ("leaves the domain", "stuck"):
            yield Facts(((Run(f"rate {course.rate:.10g}: {course.stopped}"),),))
    if descent.training:
        yield from training.blocks(
            descent, descent.training, notation, best_only=exhibit.plot
        )


def _start(descent: Descent, notation: Notation) -> Line:
    """Return where the descent starts; of many weights only how many they are."""
    point = descent.problem.point
    if descent.training and len(point) > _MOST_WEIGHTS:
        return (Run(f"from {len(point)} weights"),)
    return (Run(f"gradient descent from {point_text(point, notation)}"),)


def _ends(descent: Descent, found: "Training", notation: Notation) -> Iterator[Line]:
    """Yield how each course ended, and of one what became of the gradient by layer."""
    for course in descent.courses:
        bad = course.verdict in _BAD
        steps = f", {_factor(descent, course)} per step" if course.factor else ""
        verdict = Run(course.verdict, "doubtful" if bad else "name")
        feedback = Run(f"    feedback {FEEDBACK[course.verdict]}", "remark")
        yield (Run(f"rate {course.rate:.10g}: "), verdict, Run(steps), feedback)
    if len(descent.courses) == 1:
        sizes = (
            "".join(run.text for line in row for run in (*line, Run(" "))).strip()
            for row in training.layer_rows(found, notation)
        )
        said = ", ".join(sizes)
        if said:
            yield (Run(said, "gradient"),)


def _pictures(
    exhibit: Exhibit, descent: Descent, notation: Notation
) -> Iterator[Block]:
    """Yield the paths on a map of two variables; of others, and of data, the loss."""
    if len(descent.names) == 2 and exhibit.data is None:
        x, y = map(notation.variable, descent.names)
        yield Facts(((Run(f"paths, {y} against {x}:"),), *_legend(descent)))
        yield Picture(partial(_map, descent, exhibit.height))
        return
    axis = "loss (log) against steps:" if _is_log(descent) else "loss against steps:"
    yield Facts(((Run(axis),), *_legend(descent)))
    if descent.training:
        chart = partial(_picture, descent)
        yield training.picture(chart, descent.training.decision, exhibit.height)
    else:
        yield Picture(partial(_alone, descent, exhibit.height))


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
        style = _STYLES[place % len(_STYLES)]
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
        if course.verdict not in _BAD or step.number <= _FLUNG
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


def _limit(descent: Descent) -> Iterator[Line]:
    """Yield what the curvature at the start suggests: no more than a hint."""
    if descent.stable is not None:
        limit = f"stable below 2/{descent.curvature:.4g} = {descent.stable:.4g}"
        yield (Run("a hint: "), Run(limit, "name"))
    elif descent.curvature is not None:
        yield (Run("no stable rate: f is not curved upward here", "name"),)
    else:
        yield (Run("the curvature at the start is not known", "name"),)


def _legend(descent: Descent) -> Iterator[Line]:
    for place, course in enumerate(descent.courses):
        yield (Run(f"rate {course.rate:.10g}", _STYLES[place % len(_STYLES)]),)


def _steps(descent: Descent, most: int) -> Iterator[tuple[Line, ...]]:
    """Yield the loss of every course at some of the steps."""
    paths = [{step.number: step for step in c.path} for c in descent.courses]
    lasts = [course.path[-1].number for course in descent.courses]
    ends = [
        n + (c.stopped == OVERFLOW) for n, c in zip(lasts, descent.courses, strict=True)
    ]
    numbers = sorted({number for path in paths for number in path} | {*ends})
    for number in _some(numbers, most):
        cells = [(Run(str(number)),)]
        for course, path, last in zip(descent.courses, paths, lasts, strict=True):
            text = f"{path[number].loss:.7g}" if number in path else ""
            if number == last + 1 and course.verdict == "diverges":
                text = course.stopped
            cells.append((Run(text, "value"),))
        yield tuple(cells)


def _some(numbers: Sequence[int], most: int) -> list[int]:
    """Return the numbers of the steps to show: the first ones, then ever fewer."""
    count, last = len(numbers), numbers[-1]
    if count <= most + 2:
        return list(numbers)
    growth = last ** (1 / (most - 1))
    first = range(4) if most == _ROWS else range(1)
    steps = {*first, last} | {round(growth**n) for n in range(1, most)}
    places = (min(bisect_left(numbers, step), count - 1) for step in steps)
    return sorted({numbers[place] for place in places})


def _summary(descent: Descent) -> Iterator[tuple[Line, ...]]:
    """Yield how each course ended and what that says of the feedback loop."""
    courses = descent.courses
    if any(course.verdict == "diverges" and course.stopped for course in courses):
        ends = (
            f"after {c.path[-1].number}" if c.stopped == OVERFLOW else ""
            for c in courses
        )
        yield ((Run("overflow"),), *((Run(end, "doubtful"),) for end in ends))
    words = (
        (Run(c.verdict, "doubtful" if c.verdict in _BAD else "name"),) for c in courses
    )
    yield ((Run("verdict", "name"),), *words)
    yield ((Run("per step"),), *((Run(_factor(descent, c)),) for c in courses))
    yield ((Run("feedback"),), *((Run(FEEDBACK[c.verdict]),) for c in courses))


def _factor(descent: Descent, course: Course) -> str:
    if course.factor is None:
        return "-"
    floor, start = descent.floor or 0.0, course.path[0].loss
    above = abs(floor) > 1e-6 * abs(start) and course.factor < 1
    distance = f"loss{'-' if floor > 0 else '+'}{abs(floor):.4g}" if above else "loss"
    return f"{distance} x {course.factor:.3g}"


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
        low, high = low - (abs(low) or 1), low + (abs(low) or 1)
    steps = max(course.path[-1].number for course in courses)
    curves = [
        Polyline(
            [[(step.number, step.loss) for step in course.path]],
            f"{course.rate:.4g}",
            _STYLES[place % len(_STYLES)],
            LETTERS[place % len(LETTERS)],
        )
        for place, course in enumerate(courses)
    ]
    picture = Chart(Axis(0, max(steps, 1)), Axis(low, high, log), curves)
    return draw(picture, screen.width, lines, ascii=screen.ascii)


def _record(descent: Descent) -> dict[str, Any]:
    problem = descent.problem
    return {
        **heading(SCHEMA, problem.parsed),
        "point": problem.point,
        "value": descent.courses[0].path[0].loss,
        **training.record(descent.training),
        "curvature": descent.curvature,
        "stable": descent.stable,
        "floor": descent.floor,
        "courses": [
            {
                "rate": course.rate,
                "verdict": course.verdict,
                "factor": course.factor,
                "stopped": course.stopped or None,
                "path": [_step(step, descent.names) for step in course.path],
            }
            for course in descent.courses
        ],
        "warnings": sentences(descent.warnings),
    }


def _step(step: Iterate, names: Sequence[str]) -> dict[str, Any]:
    return {
        "step": step.number,
        "point": dict(zip(names, step.point, strict=True)),
        "loss": step.loss,
        "gradient_norm": step.slope,
    }


def _records(exhibit: Exhibit) -> Iterator[dict[str, Any]]:
    names = exhibit.problem.variables
    for rate, step, verdict in exhibit.rows():
        yield {
            "schema": STEP_SCHEMA,
            "start": exhibit.problem.point,
            **data_record(exhibit.data),
            "rate": rate,
            **_step(step, names),
            "verdict": verdict or None,
        }


def _sheet(exhibit: Exhibit) -> Sheet:
    names = exhibit.problem.variables
    rows = (
        (
            plain_number(rate),
            step.number,
            *map(plain_number, step.point),
            plain_number(step.loss),
            plain_number(step.slope),
            verdict,
            *data_cell(exhibit.data),
        )
        for rate, step, verdict in exhibit.rows()
    )
    return Sheet((*header(names), *data_column(exhibit.data)), rows)


def header(names: Sequence[str]) -> tuple[str, ...]:
    """Return the columns for csv and tsv."""
    return ("rate", "step", *names, "loss", "gradient_norm", "verdict")
