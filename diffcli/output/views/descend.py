"""Courses of gradient descent beside each other."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from diffcli.analysis.descend import Descent, Stage
from diffcli.analysis.descend_courses import FEEDBACK, OVERFLOW, Course, Iterate
from diffcli.language.notation import Notation
from diffcli.output import training
from diffcli.output.descend_pictures import BAD, pictures
from diffcli.output.document import (
    Block,
    Column,
    Document,
    Facts,
    Line,
    Lines,
    Run,
    Sheet,
    Table,
)
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
_ROWS, _ROWS_OF_NETWORK = 10, 4  # steps that are shown to people
_MOST_WEIGHTS = 4  # of a network, that are named


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
        of_data = exhibit.data is not None
        yield from pictures(descent, notation, exhibit.height, of_data=of_data)
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
        bad = course.verdict in BAD
        steps = f", {_factor(course)} per step" if course.factor else ""
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


def _limit(descent: Descent) -> Iterator[Line]:
    """Yield what the curvature at the start suggests: no more than a hint."""
    if descent.stable is not None:
        limit = f"stable below 2/{descent.curvature:.4g} = {descent.stable:.4g}"
        yield (Run("a hint: "), Run(limit, "name"))
    elif descent.curvature is not None and descent.curvature > 0:
        limit = f"a hint: 2/{descent.curvature:.4g} is beyond doubles: stable with any"
        yield (Run(f"{limit} rate", "name"),)
    elif descent.curvature is not None:
        yield (Run("no stable rate: f is not curved upward here", "name"),)
    else:
        yield (Run("the curvature at the start is not known", "name"),)


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
        (Run(c.verdict, "doubtful" if c.verdict in BAD else "name"),) for c in courses
    )
    yield ((Run("verdict", "name"),), *words)
    yield ((Run("per step"),), *((Run(_factor(c)),) for c in courses))
    yield ((Run("feedback"),), *((Run(FEEDBACK[c.verdict]),) for c in courses))


def _factor(course: Course) -> str:
    if course.factor is None:
        return "-"
    floor, start = course.floor or 0.0, course.path[0].loss
    above = abs(floor) > 1e-6 * abs(start) and course.factor < 1
    distance = f"loss{'-' if floor > 0 else '+'}{abs(floor):.4g}" if above else "loss"
    return f"{distance} x {course.factor:.3g}"


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
                "floor": course.floor,
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
