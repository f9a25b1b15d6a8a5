"""A course of gradient descent: its steps, and what became of it.

It is judged by the path that was walked, not by the curvature at its start.
"""

import math
import sys
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise

from diffcli.analysis.curvature import curvatures, hessian
from diffcli.engine.mean import Batches, Mean, Objective, Single
from diffcli.engine.tape import Undefined
from diffcli.errors import UsageError
from diffcli.problem import Problem
from diffcli.records import Record

Point = Mapping[str, float]

#: What a verdict means in the language of control: the gain of the loop.
FEEDBACK = {
    "too small": "crawls",
    "converges": "negative: calm",
    "levels off": "stands still",
    "oscillates": "negative: overshoots",
    "diverges": "positive: blows up",
    "leaves the domain": "positive: blows up",
    "falls on": "no floor in sight",
    "saddle": "no gradient, no minimum",
    "rests": "no gradient, no move",
    "stuck": "no derivative there",
}
#: Why a course ended whose loss is beyond the largest double.
OVERFLOW = "inf, stopped"
_KEPT = 4000  # steps of a long course that are kept
_RECENT = 64  # steps at its end that are looked at one by one
_SETTLED = 1e-6  # the share of the gradient at the start that is as good as none
_FLAT = 0.05  # and that at which one may stand on a saddle
_CURVED = 1e-3  # the share of the largest curvature that tells a saddle from a trough
_NEAR = 0.1  # the share of the way gone that a saddle may be ahead
_DONE = 0.01  # the share of the way down that may be left when it has converged
_NEARLY = 0.1  # and that may be left when it goes on without going back and forth
_LONG = 100  # steps after which it can be told that a loss stands still
_STILL = 0.03  # the share of its fall that then comes in the second half
_LOW = 0.05  # the share of the loss at the start that is nearly none
_STEADY = 0.9  # how long the steps of a cycle stay
_WASTED = 0.5  # the share of the way gone that leads on, where it goes back and forth
_MOST_DOWNHILL = 2000  # steps in which the floor has to be found
_MOST_WORK = 2_000_000  # nodes of a formula, times examples, times steps: seconds
_FAR = 1e100  # a first step that is long enough
_TOO_FAR = 1e150  # a step that only a function without a floor takes
_SHEER = 1e-4  # the share of the way down that a last step may be above a floor
_ENDLESS = 1e9  # a fall so many times larger than what was seen has no floor


class Iterate(Record):
    """Where the descent is after some steps."""

    #: How many: 0 is the start.
    number: int
    #: The values of the variables that move.
    point: tuple[float, ...]
    loss: float
    #: The length of the gradient.
    slope: float


class Course(Record):
    """Gradient descent with one learning rate: its steps, and what became of it."""

    rate: float
    #: The steps; of a long course every so manieth, and the last.
    path: tuple[Iterate, ...]
    #: Why it ended before the last step; empty: it did not.
    stopped: str
    #: A word of FEEDBACK.
    verdict: str
    #: What the loss above its floor is multiplied with at each step, on average.
    factor: float | None
    #: The loss at the bottom below its best place; None: none was reached.
    floor: float | None


class Walk:
    """The steps of one course, one by one, in constant memory."""

    def __init__(
        self,
        problem: Problem,
        objective: Objective,
        rate: float,
        steps: int,
        tolerance: float,
        tick: Callable[[], object] = lambda: None,
        batches: Batches | None = None,
    ) -> None:
        """Take the start from the problem, and what is walked down.

        Raises UsageError for batches where there are no examples.
        """
        self.problem = problem
        self.objective = objective
        self._parts = _parts(objective, batches)
        self.rate = rate
        self.steps = steps
        self.tolerance = tolerance
        self.tick = tick
        self.stopped = ""
        #: Why it ended, if that is a verdict.
        self.ending = ""
        self._kept: list[Iterate] = []
        self._stride = 1
        self._recent: deque[Iterate] = deque(maxlen=_RECENT)

    def __iter__(self) -> Iterator[Iterate]:
        """Yield the start and every step that is made."""
        names = self.problem.variables
        point = self.problem.point.copy()
        for number in range(self.steps + 1):
            try:
                loss, gradient = self.objective.slope(point)
            except Undefined as undefined:
                over = undefined.overflow
                self.ending = "diverges" if over else "leaves the domain"
                self.stopped = OVERFLOW if over else str(undefined)
                return
            if not math.isfinite(loss):  # a sum of finite losses
                self.stopped, self.ending = OVERFLOW, "diverges"
                return
            known = all(map(math.isfinite, gradient))
            where = tuple(point[name] for name in names)
            slope = math.hypot(*gradient)
            step = Iterate(number, where, loss, slope if known else 0.0)
            self._keep(step)
            yield step
            if not known:
                self.stopped, self.ending = "no derivative there", "stuck"
                return
            if slope <= self.tolerance * self._kept[0].slope:
                if number == 0:
                    self.stopped, self.ending = "the gradient is 0", "rests"
                return
            ahead = next(self._parts).slope(point).gradient if self._parts else gradient
            for name, partial in zip(names, ahead, strict=True):
                point[name] -= self.rate * partial
            self.tick()
            if not all(math.isfinite(point[name]) for name in names):
                self.stopped, self.ending = OVERFLOW, "diverges"
                return

    def _keep(self, step: Iterate) -> None:
        self._recent.append(step)
        if step.number % self._stride == 0:
            self._kept.append(step)
        if len(self._kept) > 2 * _KEPT:
            self._kept = self._kept[::2]
            self._stride *= 2

    def course(self) -> Course:
        """Return what became of it, once all steps have been taken."""
        last = self._recent[-1]
        path = [*self._kept, *([last] if self._kept[-1] is not last else [])]
        lowest, settled = _bottom(self.problem, self.objective, path)
        floor = lowest if settled else None
        verdict = self.ending or self._verdict(lowest)
        factor = _factor(path, floor, pairs=verdict == "oscillates")
        return Course(self.rate, tuple(path), self.stopped, verdict, factor, floor)

    def _verdict(self, floor: float) -> str:
        """Return what became of a course that was not stopped."""
        first, last = self._kept[0], self._recent[-1]
        late = list(self._recent)[-(last.number // 2 + 2) :]
        settled = last.slope <= max(self.tolerance, _SETTLED) * first.slope
        if last.loss > first.loss + 1e-9 * abs(first.loss):
            bounded = _is_bounded(self._kept, late)
            return "oscillates" if bounded and not settled else "diverges"
        if last.slope <= _FLAT * first.slope and self._is_saddle(last):
            return "saddle"
        if settled:
            return "converges"
        if _rises(late):
            return "diverges"
        fallen, left = first.loss - last.loss, last.loss - floor
        if left > _ENDLESS * (abs(first.loss) + fallen):
            return "falls on"
        lengths = [math.dist(a.point, b.point) for a, b in pairwise(late)]
        gone = math.dist(late[0].point, late[-1].point)
        wasted = gone < _WASTED * sum(lengths)
        if wasted and lengths[-1] > _STEADY * lengths[0]:
            return "oscillates"
        if self._stands(first, last):
            return "levels off"
        if left <= _DONE * (fallen + left):
            return "converges"
        if wasted:
            return "oscillates"
        return "converges" if left <= _NEARLY * (fallen + left) else "too small"

    def _stands(self, first: Iterate, last: Iterate) -> bool:
        """Tell whether the loss over data fell early, and stands still far above 0."""
        if isinstance(self.objective, Single) or last.number < _LONG:
            return False
        halfway = next(s for s in self._kept if s.number >= last.number // 2)
        fall, late = first.loss - last.loss, halfway.loss - last.loss
        return last.loss > _LOW * first.loss and 0 <= late < _STILL * fall

    def _is_saddle(self, last: Iterate) -> bool:
        """Tell whether f is curved downward where the course comes to rest.

        It comes to rest if Newton's step from there is short beside the way so far.
        """
        there = dict(zip(self.problem.variables, last.point, strict=True))
        point = self.problem.point | there
        bends = curvatures(self.objective, point)
        if bends is None or min(bends) >= -_CURVED * max(map(abs, bends)):
            return False
        from mpmath import mp

        gradient = mp.matrix(self.objective.slope(point).gradient)
        try:
            step = mp.lu_solve(mp.matrix(hessian(self.objective, point)), gradient)
        except ZeroDivisionError:
            return False
        return bool(mp.norm(step) <= _NEAR * math.dist(self._kept[0].point, last.point))


def _is_bounded(path: Sequence[Iterate], late: Sequence[Iterate]) -> bool:
    """Tell whether a course that is above its start goes up and down there.

    It does not where it goes up only, or climbs higher from quarter to quarter, and
    higher than ever before.
    """
    falls = sum(b.loss < a.loss for a, b in pairwise(late))
    if falls < 2:
        return False
    size = -(-len(late) // 4)
    tops = [max(s.loss for s in late[n : n + size]) for n in range(0, len(late), size)]
    before = max(step.loss for step in path if step.number < late[-size].number)
    climbs = all(b > a + 1e-9 * abs(a) for a, b in pairwise(tops))
    return not (climbs and tops[-1] > before)


def _rises(late: Sequence[Iterate]) -> bool:
    """Tell whether the loss only rises at the end."""
    last = late[len(late) // 2 :]
    return len(last) > 2 and all(
        b.loss > a.loss + 1e-12 * abs(a.loss) for a, b in pairwise(last)
    )


def _parts(objective: Objective, batches: Batches | None) -> Iterator[Mean] | None:
    """Yield the objective of each batch; None: each step goes down the whole."""
    if batches is None:
        return None
    if isinstance(objective, Single):
        raise UsageError("batches are made of the rows of data", parameter="batch")
    return map(objective.part, batches.places(objective.size))


def _bottom(
    problem: Problem, objective: Objective, path: Sequence[Iterate]
) -> tuple[float, bool]:
    """Return the lowest loss below the best place of a course, and if it is a floor.

    Minus infinity: there is none. By descent whose rate is halved until the loss
    falls enough, and doubled after. Source: Armijo 1966.
    """
    best = min(path, key=lambda step: step.loss)
    point = problem.point | dict(zip(problem.variables, best.point, strict=True))
    steepest, lowest, gain = path[0].slope, best.loss, 0.0
    # The first step is as long as the point is far from 0, or longer, but never so long
    # as where there is no floor: the loss may be 1e-300 x^2, or 1e300 x^2.
    slope = steepest or 1.0
    reach = max(map(abs, best.point)) / slope
    rate = min(max(reach, min(1.0, _FAR / slope)), sys.float_info.max)
    work = len(problem.program.nodes) * objective.size
    most = min(_MOST_DOWNHILL, _MOST_WORK // work)
    for _ in range(most):
        partials = objective.slope(point).gradient
        gradient = dict(zip(problem.variables, partials, strict=True))
        slope = math.hypot(*gradient.values())
        if math.isnan(slope):
            return lowest, False
        if rate * slope > _TOO_FAR:
            return -math.inf, False
        if slope <= 1e-9 * steepest and gain <= 1e-6 * (best.loss - lowest):
            return lowest, True
        loss = math.inf
        while loss >= lowest - 0.25 * rate * slope * slope:
            rate /= 2
            if rate * slope <= 1e-16 * max(map(abs, point.values())):
                # It falls beyond all doubles, or ever more steeply, as log at 0.
                sheer = slope > steepest and gain > _SHEER * (best.loss - lowest)
                if sheer or 2 * lowest == -math.inf:
                    return -math.inf, False
                return lowest, True  # nothing is lower, as far as doubles can tell
            there = {name: point[name] - rate * gradient[name] for name in gradient}
            loss = _loss(objective, {**point, **there})
        point |= there
        lowest, gain = loss, lowest - loss
        rate = min(4 * rate, sys.float_info.max)
    return lowest, False


def _loss(objective: Objective, point: Point) -> float:
    try:
        loss = objective.loss(point)
    except Undefined:
        return math.inf
    return loss if math.isfinite(loss) else math.inf


def _factor(
    path: Sequence[Iterate], floor: float | None, *, pairs: bool = False
) -> float | None:
    """Return the mean factor of the late steps; None: it cannot be told.

    Of a loss that goes up and down, two steps together tell it.
    """
    start = path[0].loss
    heights = [(step.number, step.loss - (floor or 0.0)) for step in path]
    # Heights next to those of rounding are dust.
    dust = max(1e-12 * abs(heights[0][1]), 1e-13 * abs(start))
    kept = [(number, h) for number, h in heights if abs(h) > dust]
    if pairs:
        kept = [
            (n, math.sqrt(abs(h)) * math.sqrt(abs(k)))
            for (n, h), (_, k) in pairwise(kept)
            if (h > 0) is (k > 0)
        ]
    late = kept[len(kept) // 2 - 1 :]
    if len(kept) < 2 or not 0 < late[-1][1] / late[0][1] < math.inf:
        return None
    count = late[-1][0] - late[0][0]
    return float((late[-1][1] / late[0][1]) ** (1 / count))
