"""Gradient descent."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import SupportsFloat

from diffcli.analysis import descend as _analysis
from diffcli.analysis.descend import Descent, Stage
from diffcli.analysis.judgement import judged
from diffcli.api.losses import Examples
from diffcli.engine.mean import Batches
from diffcli.errors import UsageError
from diffcli.inputs import arguments
from diffcli.inputs.arguments import Formula, Point
from diffcli.problem import Problem
from diffcli.remarks import Remark

__all__ = ["Descent", "Stage", "descend", "stages"]


def descend(
    formula: Formula | Problem | Examples,
    point: Point | None = None,
    *,
    wrt: str | Iterable[str] = (),
    rates: Sequence[SupportsFloat] = (),
    steps: int = 20,
    tolerance: SupportsFloat = 1e-8,
    batch: int = 0,
    seed: int = 0,
    whole: bool = False,
    progress: Callable[[], object] | None = None,
) -> Descent:
    """Return gradient descent from a point: x becomes x - rate*gradient, and again.

    Without ``rates`` three are chosen round the stable limit. It ends early where the
    gradient is shorter than ``tolerance`` times that at the start. ``whole`` keeps all
    steps of a long course; ``progress`` is called after each.

    Of examples (see ``examples``) the mean loss is walked down; with ``batch`` each
    step goes along the gradient of so many of them, drawn by ``seed``.

    >>> [course.verdict for course in descend("x**2", {"x": 1}, rates=[0.1, 2]).courses]
    ['converges', 'diverges']

    Raises UsageError, ParseError, PointError, DomainError, and KinkError where there is
    no gradient at the start.
    """
    gains = arguments.numbers(rates, "rates")
    arguments.whole(steps, "steps", 1, 10_000_000)
    limit = arguments.not_negative(tolerance, "tolerance")
    tick = arguments.callback(progress)
    examples = formula if isinstance(formula, Examples) else None
    given = formula.problem if isinstance(formula, Examples) else formula
    problem = arguments.problem(given, point, wrt)
    return _analysis.descend(
        problem, gains, steps, limit, tick,
        whole=whole, examples=examples, batches=_batches(examples, batch, seed),
    )  # fmt: skip


def _batches(examples: Examples | None, batch: int, seed: int) -> Batches | None:
    arguments.whole(batch, "batch", 0, 2**31)
    arguments.whole(seed, "seed", 0, 2**63)
    if batch and examples is None:
        raise UsageError("batches are made of examples", parameter="batch")
    return Batches(batch, seed) if batch else None


def stages(
    problem: Problem,
    rates: Sequence[SupportsFloat],
    steps: int,
    tolerance: float,
    progress: Callable[[], object],
    examples: Examples | None = None,
    batch: int = 0,
    seed: int = 0,
) -> Iterator[Stage]:
    """Yield each step of each course while it is walked, as ``descend`` does."""
    return _analysis.rows(
        problem, arguments.numbers(rates, "rates"), steps, tolerance, progress,
        examples=examples, batches=_batches(examples, batch, seed),
    )  # fmt: skip


def doubts(problem: Problem) -> tuple[Remark, ...]:
    """Return what a reader of the numbers at the start should know.

    Raises KinkError where there is no gradient.
    """
    return judged(problem)
