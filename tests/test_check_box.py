"""What differences say of a claim about a black box, and of one along a direction."""

import math
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import pytest

from diffcli.analysis.check import Check
from diffcli.analysis.check_box import (
    AUTO,
    Curve,
    _advice,
    _bits,
    _measured,
    _precision,
    claimed,
    claimed_gradient,
    direction,
    remainders,
    with_direction,
)
from diffcli.analysis.verdicts import ESTIMATES, KINK, UNKNOWN, Verdict
from diffcli.engine.noise import Slope, best_slope
from diffcli.engine.stencils import Difference
from diffcli.engine.tape import ROUNDING, Program
from diffcli.errors import KinkError, UsageError
from diffcli.language.parser import parse
from diffcli.problem import Estimate, Settings, pose
from diffcli.remarks import Remark


def sure(value: float, error: float = 0.0) -> Estimate:
    return Estimate(value, error)


@pytest.mark.parametrize(
    ("number", "bits"),
    [(0, 0), (1, 1), (2, 1), (3, 2), (-3, 2), (0.75, 2), (1 + 2**-23, 24), (0.1, 52),
     (1 + 2**-11, 12), (1e300, 0), (5e-324, 1)],
)  # fmt: skip
def test_the_bits_of_a_number(number: float, bits: int) -> None:
    assert _bits(number) == bits or number == 1e300


@pytest.mark.parametrize(
    ("numbers", "single"),
    [
        ([], False), ([1.0, 2.0], False), ([0.1], False), ([1 + 2**-23], True),
        ([1 + 2**-24], False), ([1 + 2**-12], True), ([1 + 2**-11], False),
        ([1 + 2**-23, 0.1], False), ([1.0, 1 + 2**-23], True),
    ],
)  # fmt: skip
def test_numbers_of_24_bits_are_single_precision(
    numbers: list[float], single: bool
) -> None:
    assert _precision(numbers) == (2.0**-24 if single else ROUNDING)


def measured_slope(
    slope: float, error: float, noise: float = 0.0, wide: float = 0.0, **more: object
) -> Slope:
    quotient = Difference(slope, error, 1e-5, "symmetric", (), 2)
    return Slope(quotient, noise, wide, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("claim", "slope", "size", "settings", "advice"),
    [
        (1.0, None, 0.0, Settings(h=1e-3), {"h": "auto"}),
        (1.0, None, 0.0, AUTO, {"h": 1e-2}),
        (0.0, measured_slope(1, 1, 1e-9), 0.0, AUTO, {"h": 1e-2}),
        (1.0, measured_slope(1, 1, 1e-9), 0.0, Settings(h=1e-3), {"h": "auto"}),
        (1.0, measured_slope(1, 1, 1e-6), 1.0, AUTO, {"h": 1e-3}),
        (2.0, measured_slope(1, 1, 2e-6), 1.0, AUTO, {"h": 1e-3}),
        (1.0, measured_slope(1, 1, 2e-6), 1.0, AUTO, {"h": 1e-3}),
        (1.0, measured_slope(1, 1, 2.1e-6), 1.0, AUTO, {"h": 1e-2}),
        (1.0, measured_slope(1, 1, 0.0), 1.0, AUTO, {"h": 1e-2}),
        (1.0, measured_slope(1, 1, 1e-12), 1.0, AUTO, {}),  # no wider than it was
        (1.0, measured_slope(1, 1, 1.9), 1.0, AUTO, {"h": 1e3}),
        (1.0, measured_slope(1, 1, 2.1), 1.0, AUTO, {}),
        (1.0, measured_slope(1, 1, 1.9), 0.1, AUTO, {"h": 1e3}),
        (1.0, measured_slope(1, 1, 19.0), -10.0, AUTO, {"h": 1e4}),
    ],
)  # fmt: skip
def test_the_step_that_is_advised_stands_out_of_the_noise(
    claim: float, slope: Slope | None, size: float, settings: Settings,
    advice: Mapping[str, float | str],
) -> None:  # fmt: skip
    """500 times the noise, and no wider than 1000 times the point."""
    assert _advice(sure(claim), slope, size, settings) == advice


def test_what_differences_say_of_a_claim() -> None:
    good = measured_slope(2.0, 1e-9, wide=1.0)
    assert _measured("x", sure(2.0), good, ESTIMATES).passed
    assert _measured("x", sure(2 + 3e-9), good, ESTIMATES).passed
    assert not _measured("x", sure(2 + 1e-6), good, ESTIMATES).passed
    nothing = _measured("x", sure(2.0), None, ESTIMATES)
    assert (nothing.passed, nothing.doubt, nothing.true.value) == (False, UNKNOWN, None)
    kink = _measured("x", sure(2.0), good._replace(sides=(1.0, 3.0)), ESTIMATES)
    assert (kink.passed, kink.doubt, kink.sides) == (False, KINK, (1.0, 3.0))
    hidden = measured_slope(0.0, 0.0, wide=0.0, hidden=1e-3)
    for claim, doubt in ((1e-3, UNKNOWN), (2e-3, ""), (-1e-3, UNKNOWN)):
        found = _measured("x", sure(claim), hidden, ESTIMATES)
        assert (found.passed, found.doubt) == (False, doubt)
    assert _measured("x", sure(0.0), hidden, ESTIMATES).passed
    steep = measured_slope(2.0, 1e-9, wide=1.0, hidden=1e-3)
    for claim, doubt in ((0.0, ""), (1e-3, UNKNOWN), (1.0, "")):
        found = _measured("x", sure(claim), steep, ESTIMATES)
        assert (found.passed, found.doubt) == (False, doubt)


@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e9])
@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    ("error", "inside", "outside"),
    # four times the error of a difference, or what nobody solves more exactly
    [(1e-5, 3.9e-5, 4.2e-5), (0.0, 0.95e-7, 1.05e-7), (1e-9, 1.0e-7, 1.1e-7)],
)
def test_how_far_a_claim_may_be_off(
    error: float, inside: float, outside: float, sign: int, unit: float
) -> None:
    slope = measured_slope(sign * unit, unit * error, wide=unit)
    for off, passed in ((inside, True), (-inside, True), (outside, False)):
        found = _measured("x", sure(sign * unit * (1 + off)), slope, ESTIMATES)
        assert (found.passed, found.doubt) == (passed, "")
        assert found.advice == {}
        assert found.true == Estimate(sign * unit, unit * error)


def test_what_cannot_be_told_has_an_advice() -> None:
    hidden = measured_slope(0.0, 0.0, noise=1e-9, wide=0.0, hidden=1e-3)
    assert _measured("x", sure(1e-3), hidden, ESTIMATES).advice == {"h": 1e-3}
    assert _measured("x", sure(2e-3), hidden, ESTIMATES).advice == {}
    assert _measured("x", sure(2.0), None, ESTIMATES).advice == {"h": 1e-2}


class Box:
    """A black box that gives these partials."""

    name = "box"

    def __init__(self, gradient: list[float] | None) -> None:
        self.gradient = gradient

    def at(self, _: Mapping[str, float]) -> "Box":
        """Return the answer."""
        return self


def test_without_claims_a_box_answers_for_its_own_gradient() -> None:
    point = {"x": 2.0, "y": 3.0}
    for partials, rounding in (([0.1, -4.0], ROUNDING), ([1 + 2**-23, -4], 2.0**-24)):
        box: Any = Box(partials)
        assert claimed(box, point, {}) == {
            name: Estimate(partial, rounding * abs(partial))
            for name, partial in zip(point, partials, strict=True)
        }
        told = claimed(box, point, {"y": parse("x*y", names={"x", "y"})})
        assert {name: each.value for name, each in told.items()} == {"y": 6.0}
    silent: Any = Box(None)
    with pytest.raises(UsageError):
        claimed(silent, point, {})


def test_without_claims_a_formula_answers_for_backprop() -> None:
    problem = pose(parse("x^2*y"), {"x": 3.0, "y": 4.0})
    found = claimed_gradient(problem, {})
    assert {name: each.value for name, each in found.items()} == {"x": 24.0, "y": 9.0}
    found = claimed_gradient(problem, {"y": parse("x+y", names={"x", "y"})})
    assert {name: each.value for name, each in found.items()} == {"y": 7.0}
    with pytest.raises(KinkError):
        claimed_gradient(pose(parse("abs(x)*y"), {"x": 0.0, "y": 4.0}), {})


def exact(made: Curve) -> Curve:
    """Return a curve with partials that are right to the last bit."""
    partials = {name: sure(each.number) for name, each in made.gradient.items()}
    return made._replace(gradient=partials)


@pytest.mark.parametrize("seed", [None, 0, 3])
@pytest.mark.parametrize("taylor", [False, True])
@pytest.mark.parametrize("right", [1.0, 1.01])
@pytest.mark.parametrize("decimals", [4, 99])
def test_what_is_said_along_a_direction(
    seed: int | None, taylor: bool, right: float, decimals: int
) -> None:
    """Without a seed the verdicts stay, and remainders go along that of 0."""
    names, made = ("x", "y"), exact(curve(right))
    smooth = made.value
    made = made._replace(value=lambda point: round(smooth(point), decimals))
    kept = Verdict("x", sure(1.0), sure(1.0), 0.0, True)
    before = Check(None, "box", made.point, (kept,), warnings=(Remark("old"),))
    after = with_direction(
        before, made.value, made.point, made.gradient, ESTIMATES, seed, taylor=taylor
    )
    along = made._replace(direction=direction(names, seed or 0))
    if seed is None:
        assert after.verdicts == (kept,)
    else:
        (verdict,) = after.verdicts
        assert verdict.name == f"direction {seed}"
        assert verdict.claimed == along.slope
        assert verdict.passed == (right == 1) or decimals == 4
    noise = best_slope(along.line, 0.0).noise
    assert after.remainders == (remainders(along, noise) if taylor else ())
    assert after.warnings == (Remark("old"),)
    straight = curve(1.0, "24*x+9*y")
    after = with_direction(
        before, straight.value, made.point, straight.gradient, ESTIMATES, seed,
        taylor=taylor,
    )  # fmt: skip
    assert len(after.warnings) == 1 + taylor
    assert after.remainders == ()


def test_what_is_off_by_less_than_eight_times_the_noise_is_rounding() -> None:
    made = curve(1.0)
    found = remainders(made)
    for place in (2, 4, 6):
        size = found[place].size
        assert remainders(made, size / 8.5)[-1] == found[place]
        assert remainders(made, size / 7.5)[-1].h == found[place - 1].h
    first = remainders(made, 1e-3)[0]
    assert (first.h, first.order) == (made.size / 4, None)


@pytest.mark.parametrize("beyond", [math.inf, -math.inf, math.nan])
def test_a_remainder_that_is_no_number_is_left_out(beyond: float) -> None:
    made = curve(1.0)

    def value(point: dict[str, float]) -> float:
        return beyond if point["x"] > 3.1 else made.value(point)

    for noise in (0.0, 1e-3):
        found = remainders(made._replace(value=value), noise)
        assert found[0].order is None or not noise
        assert all(each.size < math.inf for each in found)
        assert found[-1] == remainders(made, noise)[-1] or len(found) == 1


def test_a_slope_along_a_direction_is_as_exact_as_its_sum() -> None:
    slope = exact(curve(1.0)).slope
    assert slope.error == ROUNDING * (0.6 * 24 + 0.8 * 9)


def curve(slope: float, formula: str = "x^2*y", along: float = 1.0) -> Curve:
    program = Program([parse(formula).expression])
    point = {"x": 3.0, "y": 4.0}
    gradient = {"x": sure(24.0 * slope, 1e-3), "y": sure(9.0 * slope, 1e-2)}
    return Curve(program.value, point, gradient, {"x": 0.6 * along, "y": 0.8})


def test_a_curve_goes_along_its_direction() -> None:
    made = curve(1.0, along=-1.0)
    assert made.moved(2.0) == {"x": 3 - 1.2, "y": 5.6}
    assert made.line(0.0) == 36
    assert made.size == 5
    assert made.slope.value == pytest.approx(-0.6 * 24 + 0.8 * 9)
    assert made.slope.error == pytest.approx(0.6e-3 + 0.8e-2)
    assert made.rise({"x": 3.5, "y": 3.0}) == pytest.approx(12 - 9)
    assert made._replace(point={"x": 0.0, "y": 0.0}).size == 1


@pytest.mark.parametrize(("slope", "order"), [(1.0, 2), (1.01, 1), (0.0, 1)])
def test_remainders_shrink_with_the_square_of_a_step_if_the_slope_is_right(
    slope: float, order: int
) -> None:
    found = remainders(curve(slope))
    assert len(found) == 8
    assert found[-1].order == pytest.approx(order, abs=0.05)
    assert all(b.h == a.h / 4 and b.size < a.size for a, b in pairwise(found))
    noisy = remainders(curve(slope), 1e-3)
    assert noisy[-1].h > found[-1].h
    assert noisy[-1].size > 8e-3 >= noisy[-1].size / 4**order / 1.2


def test_of_a_line_no_remainder_is_left() -> None:
    assert remainders(curve(1.0, "24*x+9*y")) == ()
    assert remainders(curve(0.0, "0*x*y")) == ()


@pytest.mark.parametrize("count", [1, 2, 50])
def test_a_direction_has_length_1_and_hangs_on_the_seed(count: int) -> None:
    names = [f"x{n}" for n in range(count)]
    one, same, other = (direction(names, seed) for seed in (1, 1, 2))
    assert math.hypot(*one.values()) == pytest.approx(1)
    assert one == same != other or count == 1
    assert [*one] == names
