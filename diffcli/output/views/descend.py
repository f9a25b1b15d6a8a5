"""Courses of gradient descent beside each other."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

from diffcli.analysis.descend import FEEDBACK, OVERFLOW, Course, Descent
from diffcli.output.canvas import LETTERS, Axis, Curve, draw, height
from diffcli.output.canvas import Picture as Drawing
from diffcli.output.document import (
    Block,
    Column,
    Document,
    Facts,
    Line,
    Picture,
    Run,
    Screen,
    Sheet,
    Table,
    plain_number,
)
from diffcli.output.views import formulas, heading
from diffcli.problem import point_text

SCHEMA = "diffcli/descend/2"
_STYLES = ("first", "third", "second", "fourth", "fifth", "sixth")
_ROWS = 10  # steps that are shown to people
_LINES_AROUND = 12  # lines of the screen that are not the picture
_HIGHEST = 4e307  # so that the distance of two losses is a number too
_BAD = ("diverges", "leaves the domain", "stuck")


class Shown(NamedTuple):
    """A descent and how to show it."""

    descent: Descent
    #: A picture of the loss in place of the table's steps.
    plot: bool
    #: Lines of the picture; None: as many as fit.
    height: int | None


def document(shown: Shown) -> Document:
    """Return a descent as a document."""
    return Document(
        blocks=partial(_blocks, shown),
        record=partial(_record, shown.descent),
        sheet=partial(_sheet, shown.descent),
    )


def _blocks(shown: Shown) -> Iterator[Block]:
    descent = shown.descent
    yield from formulas(descent.problem.parsed)
    start = point_text(descent.problem.point)
    yield Facts(((Run(f"gradient descent from {start}"),), *_limit(descent)))
    if shown.plot:
        yield Facts(((Run("loss against steps:"),), *_legend(descent)))
        yield Picture(partial(_picture, shown))
    rates = (Column(f"rate {course.rate:.10g}") for course in descent.courses)
    rows = () if shown.plot else tuple(_steps(descent))
    yield Table((Column("step", "left"), *rates), (*rows, *_summary(descent)))
    for course in descent.courses:
        if course.verdict in ("leaves the domain", "stuck"):
            yield Facts(((Run(f"rate {course.rate:.10g}: {course.stopped}"),),))


def _limit(descent: Descent) -> Iterator[Line]:
    """Yield the rate up to which the descent is stable."""
    if descent.stable is not None:
        text = f"stable below 2/{descent.curvature:.4g} = {descent.stable:.4g}"
    elif descent.curvature is not None:
        text = "no stable rate: f is not curved upward here"
    else:
        text = "the curvature at the start is not known"
    yield (Run(text, "name"),)


def _legend(descent: Descent) -> Iterator[Line]:
    for place, course in enumerate(descent.courses):
        yield (Run(f"rate {course.rate:.10g}", _STYLES[place % len(_STYLES)]),)


def _steps(descent: Descent) -> Iterator[tuple[Line, ...]]:
    """Yield the loss of every course at some of the steps."""
    longest = max(len(c.path) + (c.stopped == OVERFLOW) for c in descent.courses)
    for step in _some(longest):
        yield (
            (Run(str(step)),),
            *((Run(_loss(course, step), "value"),) for course in descent.courses),
        )


def _some(count: int) -> list[int]:
    """Return the numbers of the steps to show: the first ones, then ever fewer."""
    if count <= _ROWS + 2:
        return list(range(count))
    growth = (count - 1) ** (1 / (_ROWS - 1))
    steps = {0, 1, 2, 3, count - 1}
    steps |= {round(growth**n) for n in range(_ROWS)}
    return sorted(step for step in steps if step < count)


def _loss(course: Course, step: int) -> str:
    if step < len(course.path):
        return f"{course.path[step].loss:.7g}"
    if step == len(course.path) and course.verdict == "diverges":
        return course.stopped
    return ""


def _summary(descent: Descent) -> Iterator[tuple[Line, ...]]:
    """Yield how each course ended and what that says of the feedback loop."""
    courses = descent.courses
    if any(course.verdict == "diverges" and course.stopped for course in courses):
        ends = (
            f"after {len(c.path) - 1}" if c.stopped == OVERFLOW else "" for c in courses
        )
        yield ((Run("overflow"),), *((Run(end, "doubtful"),) for end in ends))
    words = (
        (Run(c.verdict, "doubtful" if c.verdict in _BAD else "gradient"),)
        for c in courses
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


def _picture(shown: Shown, screen: Screen) -> Sequence[Line]:
    courses = shown.descent.courses
    losses = [step.loss for course in courses for step in course.path]
    start = courses[0].path[0].loss
    low, high = min(losses), max(losses)
    log = low > 0 and high > 50 * low
    high = min(high, 100 * start if log else start + 2 * (start - low) or high)
    low, high = max(low, -_HIGHEST), min(high, _HIGHEST)
    if not high - low > 1e-9 * abs(low):
        low, high = low - (abs(low) or 1), low + (abs(low) or 1)
    steps = max(len(course.path) for course in courses)
    curves = [
        Curve(
            [[(step, at.loss) for step, at in enumerate(course.path)]],
            f"{course.rate:.4g}",
            _STYLES[place % len(_STYLES)],
            LETTERS[place % len(LETTERS)],
        )
        for place, course in enumerate(courses)
    ]
    picture = Drawing(Axis(0, max(steps - 1, 1)), Axis(low, high, log), curves)
    lines = height(shown.height, screen, _LINES_AROUND)
    return draw(picture, screen.width, lines, ascii=screen.ascii)


def _record(descent: Descent) -> dict[str, Any]:
    problem = descent.problem
    return {
        **heading(SCHEMA, problem.parsed),
        "point": problem.point,
        "value": problem.value,
        "curvature": descent.curvature,
        "stable": descent.stable,
        "floor": descent.floor,
        "courses": [
            {
                "rate": course.rate,
                "verdict": course.verdict,
                "factor": course.factor,
                "stopped": course.stopped or None,
                "path": [
                    {
                        "step": step,
                        "point": dict(zip(descent.names, at.point, strict=True)),
                        "loss": at.loss,
                        "gradient_norm": at.slope,
                    }
                    for step, at in enumerate(course.path)
                ],
            }
            for course in descent.courses
        ],
    }


def _sheet(descent: Descent) -> Sheet:
    rows = [
        (
            plain_number(course.rate),
            step,
            *map(plain_number, at.point),
            plain_number(at.loss),
            plain_number(at.slope),
            course.verdict,
        )
        for course in descent.courses
        for step, at in enumerate(course.path)
    ]
    return Sheet(header(descent.names), rows)


def header(names: Sequence[str]) -> tuple[str, ...]:
    """Return the columns for csv and tsv."""
    return ("rate", "step", *names, "loss", "gradient_norm", "verdict")
