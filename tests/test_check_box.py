"""What differences say of a claim about a black box, and of one along a direction."""

import math
from collections.abc import Mapping
from itertools import pairwise

import pytest

from diffcli.analysis.check_box import (
    AUTO,
    Curve,
    _advice,
    _bits,
    _measured,
    _precision,
    direction,
    remainders,
)
from diffcli.analysis.verdicts import ESTIMATES, KINK, UNKNOWN
from diffcli.engine.noise import Slope
from diffcli.engine.stencils import Difference
from diffcli.engine.tape import ROUNDING, Program
from diffcli.language.parser import parse
from diffcli.problem import Estimate, Settings


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
