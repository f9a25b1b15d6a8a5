"""The best steps: from where to where, on which side, and when to look again."""

import math
from collections.abc import Callable
from typing import Any

import pytest

from diffcli.engine import best_steps
from diffcli.engine.best_steps import (
    after_a_second_look,
    best_difference,
    difference_with,
    ends,
)
from diffcli.engine.stencils import NoDifference, difference

PLACES = [
    0.0,
    5e-324,
    1e-310,
    1e-290,
    1e-30,
    1e-8,
    0.3,
    1.0,
    -1.0,
    3.9,
    4.0,
    8.5,
    -1e5,
    1e300,
]


@pytest.mark.parametrize("x", PLACES)
def test_steps_go_from_a_quarter_of_x_to_its_rounding(x: float) -> None:
    widest, smallest = ends(x)
    assert math.frexp(widest)[0] == 0.5
    assert widest <= max(abs(x), 1.0) / 4 < 2 * widest
    assert smallest == (2e-12 * abs(x) if x else 1e-12)
    ratio = best_steps._ratio(x)
    assert math.frexp(ratio)[0] == 0.5
    assert ratio >= 4
    bits = math.log2(widest / smallest) if smallest > 1e-303 else 1000.0
    assert ratio == 4 or 19 * math.log2(ratio / 2) < bits <= 19 * math.log2(ratio)
    asked: list[float] = []

    def line(place: float) -> float:
        asked.append(place)
        return place

    found = best_difference(line, x)
    assert found.evaluations == len(asked)
    assert len(asked) <= 40 or abs(x) < 1e-300
    distances = {round(math.log2(abs(place - x)), 3) for place in asked if place != x}
    assert max(distances) == math.log2(widest)
    assert found.slope == pytest.approx(1.0, rel=1e-9, abs=0)


def test_a_side_is_taken_where_the_other_has_no_values() -> None:
    def half(sign: int) -> Callable[[float], float]:
        def line(x: float) -> float:
            if sign * (x - 1.0) < 0:
                raise ArithmeticError
            return x**3

        return line

    for sign, scheme in ((1, "forward"), (-1, "backward")):
        found = best_difference(half(sign), 1.0)
        assert found.scheme == scheme
        assert abs(found.slope - 3.0) <= found.error < 1e-8
        again = after_a_second_look(half(sign), 1.0, 0.0, None)
        assert again.scheme == scheme
        assert again.slope == pytest.approx(found.slope, abs=0)
        assert all(sign * (x - 1.0) >= 0 for x, _ in found.samples)
    with pytest.raises(NoDifference, match="both sides"):
        best_difference(lambda x: 1 / 0, 1.0)


def test_no_step_is_wider_than_it_may_be() -> None:
    for look in (best_difference, after_a_second_look):
        for reach in (0.25, 0.1, 1e-3):
            farthest = 0.0

            def line(x: float) -> float:
                nonlocal farthest
                farthest = max(farthest, abs(x - 1.0))
                return math.sqrt(x) + 1e6

            found = look(line, 1.0, 0.0, None, reach)
            assert farthest <= reach + 1e-15
            assert abs(found.slope - 0.5) <= found.error


def test_a_second_look_is_no_worse_and_counts_each_place_once() -> None:
    for more in (0.0, 1e6, 1e10):
        asked: list[float] = []

        def line(x: float, more: float = more, asked: list[float] = asked) -> float:
            asked.append(x)
            return 1 / (1 + x * x) + more

        found = after_a_second_look(line, 1.0, 0.0, None)
        assert found.evaluations == len(asked) == len({*asked})
        assert abs(found.slope + 0.5) <= found.error
        assert len(asked) > 40 or more == 0.0
        first = best_difference(line, 1.0, strict=True)
        assert found.error <= 5 * first.error
        if not more:
            assert found == first._replace(error=5 * first.error)


def test_a_second_look_lies_around_the_step_of_the_first() -> None:
    """By factors of 2, from four times the widest or 1024 times that one down."""
    for x, more in ((1.0, 1e10), (9.0, 1e8), (64.0, 1e6)):
        asked: list[float] = []

        def line(place: float, more: float = more, asked: list[float] = asked) -> float:
            asked.append(place)
            return 1 / (1 + place) + more

        first = best_difference(line, x, strict=True)
        known = {*asked}
        asked.clear()
        after_a_second_look(line, x, 0.0, None)
        new = {abs(place - x) for place in asked if place not in known}
        widest = min(4 * ends(x)[0], 1024 * first.h)
        steps = {widest / 2**k for k in range(40)}
        steps = {h for h in steps if h >= first.h / 16}
        old = {abs(place - x) for place in known}
        assert new
        assert new <= steps <= new | old


def test_a_second_look_tells_more_where_a_large_value_hides_the_slope() -> None:
    for x, wide in ((0.3, 4), (1.0, 3), (9.0, 3)):
        for more in (1e8, 1e10):

            def line(place: float, more: float = more) -> float:
                return 1 / (1 + place) + more

            first = best_difference(line, x, strict=True)
            again = after_a_second_look(line, x, 0.0, None)
            assert abs(again.slope + (1 + x) ** -2) <= again.error
            assert again.error < 5 * first.error / wide
            assert first.evaluations < again.evaluations <= 52
            assert again.h > first.h
            assert best_difference(line, x).error < first.error


def test_a_second_look_is_believed_where_it_can_be_what_the_first_one_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of two slopes with their errors, if a number is within both."""

    def line(x: float) -> float:
        return 1 / (1 + x) + 1e8

    first = best_difference(line, 1.0, strict=True)
    error = 5 * first.error
    original = best_steps.extrapolate
    for apart in (0.0, 0.5, 0.9, 1.1, 1.4, 1.6, 3.0):
        for sign in (1, -1):
            slope = first.slope + sign * apart * error
            looks = 0

            def extrapolate(
                runs: list[list[best_steps.Level]],
                *rest: Any,
                slope: float = slope,
                **named: Any,
            ) -> tuple[float, float, best_steps.Level]:
                nonlocal looks
                looks += 1
                found = original(runs, *rest, **named)
                return found if looks == 1 else (slope, first.error / 2, runs[0][0])

            monkeypatch.setattr(best_steps, "extrapolate", extrapolate)
            found = after_a_second_look(line, 1.0, 0.0, None)
            assert looks == 2
            believed = apart < 1.5
            assert found.slope == pytest.approx(
                slope if believed else first.slope, abs=0
            )
            assert found.error == pytest.approx(error / 2 if believed else error)


def test_it_is_clear_or_not_beside_the_size_of_the_slope() -> None:
    for size in (1e-9, 1.0, 1e9):
        for more, looks in ((0.0, 1), (1e9, 2)):

            def line(x: float, c: float = size, d: float = more) -> float:
                return c * (1 / (1 + x * x) + d)

            found = after_a_second_look(line, 1.0, 0.0, None)
            assert (found.evaluations > 40) == (looks == 2)
            assert abs(found.slope + size / 2) <= found.error < 1e-3 * size


def test_a_step_as_asked_or_the_best() -> None:
    def cube(x: float) -> float:
        return x**3

    for h in (0.5, "relative"):
        for scheme in ("forward", "symmetric"):
            one, other = (
                difference_with(cube, 2.0, h, scheme),
                difference(cube, 2.0, h, scheme),
            )
            assert one == other
    assert difference_with(cube, 2.0, "auto", "forward") == after_a_second_look(
        cube, 2.0, 0.0, None
    )
