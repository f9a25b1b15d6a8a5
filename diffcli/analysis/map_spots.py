"""Single places of a map at which a function breaks: the pole of 1/(x² + y²).

An edge that is 0 on a line changes its sign beside it; one that is 0 at a place does
not. So the least values of an edge are looked for among the samples, made exact by
compass search, and where one is 0 the function is asked what it does around it.

Source: Kolda, Lewis & Torczon, SIAM Review 45, 2003, sec. 1.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from diffcli.records import Record

_MOST = 24  # places that are looked at for one edge
_HALVINGS = 50  # of the steps toward the least value
_SOON = 10  # turns after which what goes to 0 is near it
_FAR = 1e10  # times what counts as 0
_NOTHING = 1e-12  # share of what is around it that counts as 0
_DISTANCES = (1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6)  # steps from the place
_POWER = 1.2  # growth from one distance to the next of what has a pole
_NEIGHBOURS = 8  # samples around one
_COMPASS = [(a, b) for a in (-1, 0, 1) for b in (-1, 0, 1) if a or b]
_STEADY = 0.2  # share by which the growth of a logarithm changes
_LASTS = 0.099  # share of a bend that is left at the next distance, at a kink

Place = tuple[float, float]
Value = Callable[[float, float], float | None]
"""A function of two numbers; None: it has no value there."""


class Spot(Record):
    """A place where the function breaks, and nowhere beside it."""

    #: "pole", "asymptote" or "kink".
    kind: str
    x: float
    y: float


def spots(
    edge: Value,
    f: Value,
    x: Sequence[float],
    y: Sequence[float],
    values: Sequence[Sequence[float | None]],
) -> Iterator[Spot]:
    """Yield the places at which an edge touches 0, with what f does there.

    ``values`` are those of the edge at the samples, row by row.
    """
    step_x, step_y = (after - before for before, after, *_ in (x, y))
    steps = step_x, step_y
    for row, column, around in _least(values)[:_MOST]:
        place = _zero(edge, (x[column], y[row]), steps, _NOTHING * around)
        kind = _kind(f, place, steps) if place else ""
        if place and kind:
            yield Spot(kind, *place)


def _least(values: Sequence[Sequence[float | None]]) -> list[tuple[int, int, float]]:
    """Return the samples that are nearer to 0 than those around them, on one side of 0.

    Row, column, and how far the others are from 0; the nearest first.
    """
    found: list[tuple[float, int, int, float]] = []
    for row in range(1, len(values) - 1):
        below, line, above = values[row - 1 : row + 2]
        for column in range(1, len(line) - 1):
            here, left, right = line[column], line[column - 1], line[column + 1]
            if here is None or left is None or right is None:
                continue
            size = abs(here)
            if size > abs(left) or size > abs(right):
                continue
            others = *below[column - 1 : column + 2], *above[column - 1 : column + 2]
            known = [n for n in (left, right, *others) if n is not None]
            if len(known) < _NEIGHBOURS or min(map(abs, known)) < size:
                continue
            if min(known) > 0 or max(known) < 0:
                found.append((size, row, column, max(map(abs, known))))
    return [each[1:] for each in sorted(found)]


def _zero(
    edge: Value, place: Place, steps: Place, nothing: float
) -> tuple[float, float] | None:
    """Return where an edge is 0 next to a place; None: it is nowhere."""
    (x, y), (step_x, step_y) = place, steps
    least = edge(x, y)
    for turn in range(_HALVINGS):
        if not least:
            break
        if turn == _SOON and abs(least) > nothing * _FAR:
            return None
        around = ((x + a * step_x, y + b * step_y) for a, b in _COMPASS)
        known = [(abs(n), *p) for p in around if (n := edge(*p)) is not None]
        best = min(known, default=(math.inf, x, y))
        if best[0] < abs(least):
            least, x, y = best
        else:
            step_x, step_y = 0.5 * step_x, 0.5 * step_y
    return None if least is None or abs(least) > nothing else (x, y)


def _kind(f: Value, place: Place, steps: Place) -> str:
    """Return what a function does around a place; empty: nothing."""
    x, y = place
    found: set[str] = set()
    for a, b in ((steps[0], 0.0), (0.0, steps[1])):
        sides = [
            [f(x + side * d * a, y + side * d * b) for d in _DISTANCES]
            for side in (1, -1)
        ]
        found |= {_growth(side) for side in sides}
        found.add(_corner(f(x, y), *sides))
    return next((kind for kind in ("pole", "asymptote", "kink") if kind in found), "")


def _growth(values: Sequence[float | None]) -> str:
    """Return how a function grows toward a place, each value ten times nearer."""
    sizes = [abs(n) for n in values if n is not None and math.isfinite(n)]
    if len(sizes) < len(values):
        return ""
    grown = [after - before for before, after in pairwise(sizes)]
    if all(after > _POWER * before > 0 for before, after in pairwise(sizes)):
        return "pole"
    steady = all(
        abs(after - before) < _STEADY * before for before, after in pairwise(grown)
    )
    return "asymptote" if steady else ""


def _corner(
    middle: float | None, up: Sequence[float | None], down: Sequence[float | None]
) -> str:
    """Return kink where the slopes on both sides of a place stay apart."""
    if middle is None or None in (*up, *down):
        return ""
    bends = [abs(a + b - 2 * middle) for a, b in zip(up, down, strict=True)]  # type: ignore[operator]
    apart = all(after > _LASTS * before > 0 for before, after in pairwise(bends))
    return "kink" if apart else ""
