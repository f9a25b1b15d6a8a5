"""The word for a course, at the borders between the words."""

from collections import deque
from collections.abc import Sequence
from typing import Any

import pytest

from diffcli.analysis.descend_courses import Iterate, Walk
from diffcli.engine.mean import Single
from diffcli.language.parser import parse
from diffcli.problem import pose

AHEAD = [float(n) for n in range(200)]


def word(
    losses: Sequence[float],
    floor: float = 0.0,
    slopes: tuple[float, float] = (1.0, 0.9),
    points: Sequence[float] = AHEAD,
    objective: Any = None,
    tolerance: float = 1e-8,
) -> str:
    """Return the word for a course with these losses at these points.

    ``slopes`` are the first and the last. Without an objective it is a mean of rows.
    """
    posed = pose(parse("x"), {"x": 1.0})
    walk = Walk(posed, Single(posed.program, ("x",)), 0.1, 9, tolerance)
    walk.objective = objective
    size = len(losses)
    at = [slopes[0], *[1.0] * (size - 2), slopes[1]]
    steps = [
        Iterate(n, (point,), loss, slope)
        for n, (loss, point, slope) in enumerate(zip(losses, points, at, strict=False))
    ]
    walk._kept, walk._recent = steps, deque(steps, maxlen=64)
    return walk._verdict(floor)


def falling(start: float, end: float, count: int = 12) -> list[float]:
    """Return losses that fall evenly."""
    step = (end - start) / (count - 1)
    return [*(start + n * step for n in range(count - 1)), end]


def early(start: float, end: float, late: float, count: int = 120) -> list[float]:
    """Return losses that fall in the first half, and by ``late`` in the second."""
    half = count // 2
    first = falling(start, end + late, half)
    return [*first, *falling(end + late, end, count - half)]


@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e9])
@pytest.mark.parametrize(
    ("losses", "floor", "wanted"),
    [
        # the share of the way down that is left
        (falling(10, 0), 0, "converges"), (falling(10, 0.09), 0, "converges"),
        (falling(10, 0.9), 0, "converges"), (falling(10, 1.1), 0, "too small"),
        (falling(10, 9.9), 0, "too small"), (falling(10, 7), 6.9, "converges"),
        (falling(10, 7), 6, "too small"), (falling(-2, -9), -9.5, "converges"),
        # above the start
        (falling(1, 2), 0, "diverges"), (falling(1, 1 + 1e-8), 0, "diverges"),
        (falling(-2, -1), -3, "diverges"), (falling(-1, -1 + 1e-8), -3, "diverges"),
        # it has risen at last
        ([10, 9, 8, 7, 6, 1, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6], 0, "diverges"),
        # what is below has no end, or nearly
        (falling(10, 7), -1e11, "falls on"), (falling(10, 7), -1e10, "too small"),
        (falling(1, 0), -1.9e9, "too small"), (falling(1, 0), -2.1e9, "falls on"),
        (falling(-1, -3), -2.9e9, "too small"), (falling(-1, -3), -3.1e9, "falls on"),
    ],
)  # fmt: skip
def test_of_a_straight_way(
    losses: list[float], floor: float, wanted: str, unit: float
) -> None:
    """Whatever the unit of the loss."""
    scaled = [unit * loss for loss in losses]
    assert word(scaled, unit * floor) == wanted
    assert word(scaled, unit * floor, points=[unit * x for x in AHEAD]) == wanted


def test_what_is_above_its_start_by_rounding_alone_is_not() -> None:
    assert word([1.0, 0.9, 1 + 1e-10], 0) == "too small"
    assert word([-1.0, -1.1, -1 + 1e-10], -9) == "too small"


WAVE = [1.0, *[2 + (-1.0) ** n for n in range(1, 40)]]
BETWEEN = [(-1.0) ** n for n in range(200)]


def test_of_what_goes_up_and_down() -> None:
    """Above its start; or below it, back and forth with steps that stay as long."""
    assert word([*WAVE, 3.0]) == "oscillates"
    assert word([*WAVE, 3.0], slopes=(1.0, 1e-7)) == "diverges"
    low = [10.0, *falling(5, 4, 30)]
    assert word(low, points=BETWEEN) == "oscillates"
    for shrink, wanted in ((0.998, "oscillates"), (0.99, "converges")):
        nearer = [shrink**n * (-1) ** n for n in range(40)]
        assert word(falling(10, 0.05, 31), points=nearer) == wanted, shrink
    assert (
        word(falling(10, 0.2, 31), points=[0.9**n * (-1) ** n for n in range(40)])
        == "oscillates"
    )
    assert word(falling(10, 0.2, 31), points=[0.9**n for n in range(40)]) == "converges"


def test_a_cycle_is_as_wide_at_its_end_as_it_was() -> None:
    """What is left of the way down says converged where its last step is short."""
    near = falling(10, 0.05, 31)
    for place, width, wanted in (
        (0, 1.0, "oscillates"), (30, 0.5, "converges"), (28, 0.4, "oscillates"),
        (14, 1.5, "converges"), (16, 1.5, "oscillates"), (13, 1.5, "oscillates"),
    ):  # fmt: skip
        points = BETWEEN[:31]
        points[place] *= width
        assert word(near, points=points) == wanted, (place, width)


def test_what_comes_back_at_its_last_step_has_wasted_its_way() -> None:
    assert word(falling(10, 5, 31), points=[*AHEAD[:30], 15.0]) == "oscillates"


@pytest.mark.parametrize(("back", "wanted"), [(0.3, "too small"), (0.36, "oscillates")])
def test_the_share_of_the_way_that_leads_on(back: float, wanted: str) -> None:
    """A step on and a part of one back: (1 - back)/(1 + back) of the way leads on."""
    points, here = [0.0], 0.0
    for _ in range(40):
        here += 1
        points.append(here)
        here -= back
        points.append(here)
    points = points[:63]
    share = abs(points[-1] - points[-33]) / sum(
        abs(b - a) for a, b in zip(points[-33:], points[-32:], strict=False)
    )
    assert (share < 0.5) == (wanted == "oscillates") or abs(share - 0.5) < 0.05
    assert word(falling(10, 5, len(points)), points=points) == wanted


@pytest.mark.parametrize(
    ("slopes", "tolerance", "wanted"),
    [
        ((1.0, 0.9e-6), 1e-8, "converges"), ((1.0, 1.1e-6), 1e-8, "too small"),
        ((1e9, 900.0), 1e-8, "converges"), ((1e9, 1100.0), 1e-8, "too small"),
        ((1e-9, 0.9e-15), 1e-8, "converges"), ((1.0, 0.9e-3), 1e-3, "converges"),
        ((1.0, 1.1e-3), 1e-3, "too small"),
    ],
)  # fmt: skip
def test_of_a_gradient_that_is_as_good_as_none(
    slopes: tuple[float, float], tolerance: float, wanted: str
) -> None:
    posed = pose(parse("x^2"), {"x": 1.0})
    bowl = Single(posed.program, ("x",))
    found = word(falling(10, 5), slopes=slopes, tolerance=tolerance, objective=bowl)
    assert found == wanted


@pytest.mark.parametrize(
    ("losses", "wanted"),
    [
        (early(10, 5, 0.1), "levels off"), (early(10, 5, 0.14), "levels off"),
        (early(10, 5, 0.16), "too small"), (early(10, 0.6, 0.1), "levels off"),
        (early(10, 0.4, 0.1), "converges"), (early(10, 5, 0.1, 101), "levels off"),
        (early(10, 5, 0.1, 100), "too small"), (early(10, 5, 0.0), "levels off"),
        (early(10, 5, 3.0), "too small"),
    ],
)  # fmt: skip
def test_of_a_loss_that_stands_still_far_above_0(
    losses: list[float], wanted: str
) -> None:
    """It is said of data, after a hundred steps, where 3 % of the fall come late."""
    assert word(losses) == wanted
    posed = pose(parse("x"), {"x": 1.0})
    alone = Single(posed.program, ("x",))
    assert word(losses, objective=alone) != "levels off"


SADDLES = {
    "x^2-y^2": True, "x^2+y^2": False, "x^2-1e-2*y^2": True, "x^2-1e-4*y^2": False,
    "x^2+y^3": False, "-x^2-y^2": True, "x*y": True, "x^2+0*y": False,
}  # fmt: skip


@pytest.mark.parametrize("formula", SADDLES)
@pytest.mark.parametrize(("y", "near"), [(0.0, True), (0.05, True), (0.3, False)])
@pytest.mark.parametrize("unit", ["1e-9", "1", "1e9"])
def test_a_saddle_is_where_newtons_step_is_short(
    formula: str, y: float, near: bool, unit: str
) -> None:
    """Beside the way gone so far, here 1; and one curvature is clearly below 0."""
    posed = pose(parse(f"{unit}*({formula})"), {"x": 1.0, "y": y})
    walk = Walk(posed, Single(posed.program, ("x", "y")), 0.1, 9, 1e-8)
    walk._kept = [Iterate(0, (1.0, y), 1.0, 1.0)]
    last = Iterate(9, (0.0, y), 0.5, 0.01)
    assert walk._is_saddle(last) == (SADDLES[formula] and near)
