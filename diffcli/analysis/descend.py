"""Gradient descent as a feedback loop: the learning rate is its gain."""

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

from diffcli.engine.second_order import hessian_row
from diffcli.engine.tape import Undefined
from diffcli.problem import Problem

#: What a verdict means in the language of control: the gain of the loop.
FEEDBACK = {
    "too small": "crawls",
    "converges": "negative: calm",
    "oscillates": "negative: overshoots",
    "diverges": "positive: blows up",
    "leaves the domain": "positive: blows up",
    "falls on": "no floor in sight",
    "rests": "no gradient, no move",
    "stuck": "no derivative there",
}
#: Why a course ended whose loss is beyond the largest double.
OVERFLOW = "inf, stopped"
_MOST_CURVED = 40  # variables up to which the whole Hessian is made
_DONE = 0.01  # the share of the way down that may be left when it has converged
_DEFAULTS = (0.01, 0.5, 1.05)  # rates as shares of the stable limit
_WITHOUT_LIMIT = (0.001, 0.01, 0.1)
_MOST_DOWNHILL = 2000  # steps in which the floor has to be found
_TOO_FAR = 1e150  # a step that only a function without a floor takes
_ENDLESS = 1e9  # a fall so many times larger than what was seen has no floor


class Step(NamedTuple):
    """Where the descent is after some steps."""

    #: The values of the variables that move.
    point: tuple[float, ...]
    loss: float
    #: The length of the gradient.
    slope: float


class Course(NamedTuple):
    """The whole descent with one rate."""

    rate: float
    path: tuple[Step, ...]
    #: Why it ended before the last step; empty: it did not.
    stopped: str
    #: A word of FEEDBACK.
    verdict: str
    #: What the loss above its floor is multiplied with at each step, on average.
    factor: float | None


class Descent(NamedTuple):
    """Courses with several rates from one start."""

    problem: Problem
    #: The variables that move.
    names: tuple[str, ...]
    courses: tuple[Course, ...]
    #: The largest curvature at the start; None: f does not say.
    curvature: float | None
    #: The loss at the bottom below the best course; None: none was reached.
    floor: float | None

    @property
    def stable(self) -> float | None:
        """The rate below which descent settles: 2 over the largest curvature."""
        return 2 / self.curvature if self.curvature and self.curvature > 0 else None


def descend(
    problem: Problem,
    rates: Sequence[float] = (),
    steps: int = 20,
    tolerance: float = 1e-8,
    tick: Callable[[], object] = lambda: None,
) -> Descent:
    """Return the descent with each rate: x becomes x - rate*gradient, again and again.

    It ends early where the gradient is shorter than ``tolerance`` times that at the
    start, where the loss overflows, and where f or its gradient is not defined.
    Without rates three are chosen: 0.01, 0.5 and 1.05 times the stable limit
    2/lambda_max, where lambda_max is the largest eigenvalue of the Hessian.
    ``tick`` is called after every step.

    Source: the lecture; LeCun et al., "Efficient BackProp", 1998, sec. 5.
    """
    curvature = largest_curvature(problem)
    if not rates:
        rates = _WITHOUT_LIMIT
        if curvature and curvature > 0:
            rates = [float(f"{share * 2 / curvature:.3g}") for share in _DEFAULTS]
    walked = [(rate, *_walk(problem, rate, steps, tolerance, tick)) for rate in rates]
    lowest, settled = _bottom(problem, [path for _, path, _, _ in walked])
    floor = lowest if settled else None
    courses = tuple(
        Course(
            rate, tuple(path), stopped,
            verdict or _verdict(path, lowest), _factor(path, floor),
        )
        for rate, path, stopped, verdict in walked
    )  # fmt: skip
    return Descent(problem, problem.variables, courses, curvature, floor)


def largest_curvature(problem: Problem) -> float | None:
    """Return the largest eigenvalue of the Hessian; None where there is none."""
    names = problem.variables
    if problem.tape.rough_rows() or len(names) > _MOST_CURVED:
        return None
    from mpmath import mp

    try:
        rows = [hessian_row(problem.tape, name, names) for name in names]
    except (Undefined, ValueError, ArithmeticError):
        return None
    matrix = mp.matrix(
        [
            [row[name, other] for other in names]
            for name, row in zip(names, rows, strict=True)
        ]
    )
    if not all(math.isfinite(entry) for entry in matrix):
        return None
    return float(max(mp.eigsy(matrix, eigvals_only=True)))


_Walk = tuple[list[Step], str, str]


def _walk(
    problem: Problem,
    rate: float,
    steps: int,
    tolerance: float,
    tick: Callable[[], object],
) -> _Walk:
    """Return the path, why it stopped, and the verdict if that settles it."""
    names, program = problem.variables, problem.program
    point = problem.point.copy()
    path: list[Step] = []
    for _ in range(steps + 1):
        try:
            tape = program.run(point)
        except Undefined as undefined:
            if undefined.overflow:
                return path, OVERFLOW, "diverges"
            return path, str(undefined), "leaves the domain"
        sweep = tape.sweep()
        gradient = [sweep.partial(name) for name in names]
        where = tuple(point[name] for name in names)
        loss = tape.values[program.outputs[0]]
        path.append(Step(where, loss, math.hypot(*gradient)))
        if not all(map(math.isfinite, gradient)):
            path[-1] = path[-1]._replace(slope=0.0)
            return path, "no derivative there", "stuck"
        if path[-1].slope <= tolerance * path[0].slope:
            rests = len(path) == 1
            return path, "the gradient is 0" if rests else "", "rests" if rests else ""
        for name, partial in zip(names, gradient, strict=True):
            point[name] -= rate * partial
        tick()
        if not all(math.isfinite(point[name]) for name in names):
            return path, OVERFLOW, "diverges"
    return path, "", ""


def _bottom(problem: Problem, paths: Sequence[Sequence[Step]]) -> tuple[float, bool]:
    """Return the lowest loss below the best place of any course, and if it is a floor.

    By descent whose rate is halved until the loss falls enough, and doubled after.
    Source: Armijo 1966.
    """
    best = min((step for path in paths for step in path), key=lambda step: step.loss)
    point = problem.point | dict(zip(problem.variables, best.point, strict=True))
    rate, steepest, lowest = 1.0, paths[0][0].slope, best.loss
    for _ in range(_MOST_DOWNHILL):
        sweep = problem.program.run(point).sweep()
        gradient = {name: sweep.partial(name) for name in problem.variables}
        slope = math.hypot(*gradient.values())
        if not math.isfinite(slope) or rate * slope > _TOO_FAR:
            return lowest, False
        if slope <= 1e-9 * steepest:
            return lowest, True
        loss = math.inf
        while loss >= lowest - 1e-4 * rate * slope * slope:
            rate /= 2
            if rate * slope <= 1e-16 * max(map(abs, point.values())):
                return lowest, True  # nothing is lower, as far as doubles can tell
            there = {name: point[name] - rate * gradient[name] for name in gradient}
            loss = _loss(problem, {**point, **there})
        point |= there
        lowest = loss
        rate *= 4
    return lowest, False


def _loss(problem: Problem, point: dict[str, float]) -> float:
    try:
        return problem.program.value(point)
    except Undefined:
        return math.inf


def _factor(path: Sequence[Step], floor: float | None) -> float | None:
    """Return the mean factor of the late steps."""
    height = [step.loss - (floor or 0.0) for step in path]
    rounding = 1e-13 * abs(path[0].loss)  # heights near this are dust
    kept = [h for h in height if abs(h) > max(1e-12 * abs(height[0]), rounding)]
    late = kept[len(kept) // 2 - 1 :]
    if len(kept) < 2 or not late[0] or late[-1] / late[0] <= 0:
        return None
    return float((late[-1] / late[0]) ** (1 / (len(late) - 1)))


def _verdict(path: Sequence[Step], floor: float) -> str:
    """Return what became of a course that was not stopped."""
    losses = [step.loss for step in path]
    if losses[-1] > losses[0] + 1e-9 * abs(losses[0]):
        return "diverges"
    if losses[0] - floor > _ENDLESS * (abs(losses[0]) + losses[0] - losses[-1]):
        return "falls on"
    late = losses[len(losses) // 2 :]
    left = _DONE * (losses[0] - floor)
    rises = sum(after > before for before, after in pairwise(late))
    if rises and max(late) - floor > left:
        return "oscillates"
    if losses[-1] - floor <= left:
        return "converges"
    turns = sum(
        _turned(*three) for three in zip(path, path[1:], path[2:], strict=False)
    )
    return "oscillates" if turns > len(path) // 2 else "too small"


def _turned(a: Step, b: Step, c: Step) -> bool:
    """Tell whether a step went back where the one before it came from."""
    back = sum(
        (y - x) * (z - y) for x, y, z in zip(a.point, b.point, c.point, strict=True)
    )
    return back < 0
