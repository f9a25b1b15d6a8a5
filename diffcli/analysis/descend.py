"""Gradient descent as a feedback loop: the learning rate is its gain.

The curvature at the start suggests rates.
"""

import math
from collections import deque
from collections.abc import Callable, Iterator, Sequence

import diffcli
from diffcli.analysis.curvature import largest_curvature
from diffcli.analysis.descend_courses import Course, Iterate, Walk
from diffcli.analysis.judgement import judged
from diffcli.engine.mean import Batches, Objective, Single
from diffcli.problem import Problem
from diffcli.records import Record
from diffcli.remarks import Remark

_DEFAULTS = (0.01, 0.5, 1.05)  # rates as shares of the stable limit
_WITHOUT_LIMIT = (0.001, 0.01, 0.1)


class Descent(Record):
    """Courses with several rates from one start."""

    problem: Problem
    #: The variables that move.
    names: tuple[str, ...]
    courses: tuple[Course, ...]
    #: The largest curvature at the start; None: f does not say.
    curvature: float | None
    #: What a reader of the numbers at the start should know, a sentence each.
    warnings: tuple[Remark, ...]
    #: How a network fares, if the loss is a mean over examples.
    training: "diffcli.Training | None" = None

    @property
    def stable(self) -> float | None:
        """A rate below which descent would settle, were f as curved everywhere."""
        limit = 2 / self.curvature if self.curvature and self.curvature > 0 else None
        return limit if limit is not None and math.isfinite(limit) else None

    @property
    def floor(self) -> float | None:
        """The loss at the bottom below the best course; None: none was reached."""
        best = min(self.courses, key=lambda c: min(step.loss for step in c.path))
        return best.floor


def descend(
    problem: Problem,
    rates: Sequence[float] = (),
    steps: int = 20,
    tolerance: float = 1e-8,
    tick: Callable[[], object] = lambda: None,
    *,
    whole: bool = False,
    examples: "diffcli.Examples | None" = None,
    batches: Batches | None = None,
) -> Descent:
    """Return the descent with each rate: x becomes x - rate*gradient, again and again.

    It ends early where the gradient is shorter than ``tolerance`` times that at the
    start, where the loss overflows, and where f or its gradient is not defined.
    Without rates three are chosen: 0.01, 0.5 and 1.05 times the stable limit
    2/lambda_max, where lambda_max is the largest eigenvalue of the Hessian at the
    start. ``tick`` is called after every step; ``whole`` keeps every step. With
    ``examples``, whose problem it is, the loss is their mean; with ``batches`` each
    step goes along the gradient of some of them, and loss and gradient are still
    shown and judged of all.

    Raises KinkError where there is no gradient at the start.
    Source: the lecture; LeCun et al., "Efficient BackProp", 1998, sec. 5.
    """
    warnings = () if examples else judged(problem)
    objective = _objective(problem, examples)
    curvature = largest_curvature(objective, problem.point)
    courses = []
    for rate in rates or chosen_rates(curvature):
        walk = Walk(problem, objective, rate, steps, tolerance, tick, batches)
        path = list(walk) if whole else deque(walk, maxlen=0)
        course = walk.course()
        courses.append(course._replace(path=tuple(path)) if whole else course)
    found = Descent(problem, problem.variables, tuple(courses), curvature, warnings)
    if examples is None:
        return found
    from diffcli.analysis.training import training

    return found._replace(training=training(examples, courses))


def _objective(problem: Problem, examples: "diffcli.Examples | None") -> Objective:
    if examples is not None:
        return examples.mean
    return Single(problem.program, problem.variables)


class Stage(Record):
    """A step of a course."""

    rate: float
    step: Iterate
    #: What became of the course; empty before its last step.
    verdict: str


def rows(
    problem: Problem,
    rates: Sequence[float] = (),
    steps: int = 20,
    tolerance: float = 1e-8,
    tick: Callable[[], object] = lambda: None,
    *,
    examples: "diffcli.Examples | None" = None,
    batches: Batches | None = None,
) -> Iterator[Stage]:
    """Yield every step of every course while they are walked, as ``descend`` does.

    Raises KinkError where there is no gradient at the start.
    """
    if examples is None:
        judged(problem)
    objective = _objective(problem, examples)
    chosen = rates or chosen_rates(largest_curvature(objective, problem.point))
    for rate in chosen:
        walk = Walk(problem, objective, rate, steps, tolerance, tick, batches)
        here = iter(walk)
        before = next(here)
        for step in here:
            yield Stage(rate, before, "")
            before = step
        yield Stage(rate, before, walk.course().verdict)


def chosen_rates(curvature: float | None) -> Sequence[float]:
    """Return three rates that suit a curvature; fewer where some are no doubles."""
    if not curvature or curvature < 0:
        return _WITHOUT_LIMIT
    rates = [float(f"{share * 2 / curvature:.3g}") for share in _DEFAULTS]
    return [*filter(math.isfinite, rates)] or _WITHOUT_LIMIT
