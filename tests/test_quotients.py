"""One quotient: its samples, its width, and an error that is known where f is a power.

Of x² forward, and of x³ symmetric, the truncation is c*h**p and nothing more, so that
two quotients tell it exactly; places and values are dyadic, and nothing is rounded.
"""

import math
from collections.abc import Callable
from fractions import Fraction

import pytest
from mpmath import mp

from diffcli.engine.stencils import (
    EPSILON,
    NoDifference,
    along,
    difference,
    ends,
    estimated,
    lost_share,
    noise,
    order_of,
    quotient_at,
    step_width,
    truncated,
    truncated_anywhere,
    width,
)

Line = Callable[[float], float]
#: For a scheme the power of which it misses one term, the order of that, and its sides.
POWERS = {
    "forward": (2, 1, (0, 1)),
    "backward": (2, 1, (1, 0)),
    "symmetric": (3, 2, (0.5, 0.5)),
}
X, H = 3.0, 2.0**-4


def power(exponent: int, low: float = -math.inf, high: float = math.inf) -> Line:
    """Return x to a power, defined from low to high."""

    def line(x: float) -> float:
        if not low <= x <= high:
            raise ArithmeticError
        return float(x**exponent)

    return line


def slope_of(exponent: int) -> float:
    return float(exponent * X ** (exponent - 1))


@pytest.mark.parametrize("scheme", POWERS)
def test_the_error_is_twice_the_truncation_and_what_rounding_does(scheme: str) -> None:
    exponent, order, (back, ahead) = POWERS[scheme]
    f = power(exponent)
    places = X - back * H, X + ahead * H
    rounding = 2 * EPSILON * sum(map(f, places)) / H
    for value_error, noise_now in ((0.0, rounding), (1e-3, 2e-3 / H)):
        found = difference(f, X, H, scheme, value_error)
        off = abs(found.slope - slope_of(exponent))
        assert off > 0.0
        assert found.error == pytest.approx(2 * off + noise_now, rel=1e-15, abs=0)
        assert (found.scheme, found.h, found.evaluations) == (scheme, H, order)
        assert found.samples == tuple((place, f(place)) for place in places)
    rough = difference(f, X, H, scheme, smooth=False)
    assert rough.slope == found.slope
    assert rough.error == pytest.approx(2.02 * off + rounding, rel=1e-12, abs=0)


@pytest.mark.parametrize("p", [0.25, 0.5, 0.75])
def test_at_a_corner_of_a_derivative_the_power_is_told(p: float) -> None:
    """Of x*abs(x)**p at 0 a quotient is off by a multiple of h**p."""
    for scheme in POWERS:
        found = difference(lambda x: x * abs(x) ** p, 0.0, H, scheme, smooth=False)
        assert found.error == pytest.approx(2.02 * found.slope, rel=1e-12, abs=0)


@pytest.mark.parametrize("scheme", POWERS)
def test_where_twice_the_step_has_no_value_half_of_it_tells(scheme: str) -> None:
    """Of a symmetric one it tells three times too much."""
    exponent, order, (back, ahead) = POWERS[scheme]
    f = power(exponent, X - back * H, X + ahead * H)
    for smooth in (True, False):
        found = difference(f, X, H, scheme, 1e-3, smooth=smooth)
        off = abs(found.slope - slope_of(exponent))
        truncation = off if order == 1 else 3 * off
        assert found.scheme == scheme
        assert found.error == pytest.approx(2 * truncation + 2e-3 / H, rel=1e-14, abs=0)
    # Twice the step has a value, four times have none: that it is smooth is taken.
    f = power(exponent, X - 2 * back * H, X + 2 * ahead * H)
    some = difference(f, X, H, scheme, 1e-3, smooth=False)
    assert some.error == pytest.approx(2 * off + 2e-3 / H, rel=1e-14, abs=0)

    def alone(x: float) -> float:
        if x not in (X - back * H, X + ahead * H):
            raise ArithmeticError
        return x

    assert difference(alone, X, H, scheme).error == math.inf


def test_the_side_that_has_values_is_taken() -> None:
    for scheme in POWERS:
        assert difference(power(2, X), X, H, scheme).scheme == "forward"
        assert difference(power(2, -9.0, X), X, H, scheme).scheme == "backward"
        with pytest.raises(NoDifference, match=r"0\.0625 on both sides"):
            difference(power(2, X, X), X, H, scheme)
    both = difference(power(2), X, H, "backward")
    assert (both.scheme, both.slope) == ("backward", 2 * X - H)


@pytest.mark.parametrize("p", [0.001, 0.02, 0.03, 0.5, 1.0, 1.5, 2.0, 3.0])
@pytest.mark.parametrize("order", [1, 2])
def test_three_quotients_tell_the_power_by_which_they_are_off(
    order: int, p: float
) -> None:
    """Up to that of the scheme; what hardly comes closer is taken as 2 % a step."""
    near, wide, wider = (7.0 + 2.0 ** (k * p) for k in range(3))
    found = truncated_anywhere(order, near, wide, wider)
    taken = min(max(2.0**p, 1.02), 2.0**order)
    assert found == pytest.approx(1.01 * (2.0**p - 1) / (taken - 1), rel=1e-9, abs=0)
    assert truncated_anywhere(order, wider, wide, near) > 0
    assert truncated_anywhere(order, near, near, wider) == wider - near
    assert truncated_anywhere(order, near, near, near) == 0


def test_truncation_by_one_with_twice_the_step() -> None:
    assert (order_of("forward"), order_of("backward"), order_of("symmetric")) == (
        1,
        1,
        2,
    )
    for order in (1, 2):
        for c in (-0.5, 0.25):
            assert truncated(7 + c, 7 + c * 2**order, order) == abs(c)


def test_a_step_that_places_cannot_hold_is_the_distance_as_it_is() -> None:
    h = 0.1
    for low in (0.0, 1.0, 1e3, 1e7, 1e8, 1e12):
        high = low + h
        lost = abs(Fraction(high) - Fraction(low) - Fraction(h)) / Fraction(h)
        distance = high - low
        assert width(low, high, h) == (h if lost <= Fraction(1, 10**9) else distance)
        assert lost_share(low, high, h) == pytest.approx(float(lost), rel=1e-6, abs=0)
    assert width(0.0, h * (1 + 5e-9), h) != h == width(0.0, h * (1 + 5e-10), h)
    assert width(0.0, 1 + 2.0**-20, 1.0) == 1 + 2.0**-20
    assert lost_share(2.0, 1.0, 2.0) == 1.5


def test_the_noise_is_twice_an_ulp_of_both_values_or_their_error_and_lost_share() -> (
    None
):
    for below, above in ((1.0, 3.0), (-1.0, 3.0), (3.0, -1.0), (-2.0, -2.0)):
        size = 2.0**-52 * (abs(below) + abs(above))
        steep = abs(above - below) / 0.5
        for lost in (0.0, 0.25):
            expected = 2 * size / 0.5 + lost * steep
            assert noise(below, above, 0.5, lost, 0.0) == expected
            assert noise(below, above, 0.5, lost, size / 2) == expected
            more = noise(below, above, 0.5, lost, 1.0)
            assert more == 4.0 + lost * steep


@pytest.mark.parametrize("scheme", POWERS)
@pytest.mark.parametrize("x", [0.3, -7.7, 1e6, 1e9])
def test_numbers_alone_make_the_same_quotient(scheme: str, x: float) -> None:
    """With a step that x + h may not hold."""
    h, f = 1e-5, lambda x: math.atan(x / 1e6) + 2.0
    low, high = ends(x, h, scheme)
    lower, upper = ends(x, 2 * h, scheme)
    narrow = width(low, high, h)
    lost = lost_share(low, high, narrow)
    wide = width(lower, upper, 2 * h)
    for value_error in (0.0, 1e-9):
        found = difference(f, x, h, scheme, value_error)
        slope, error = estimated(
            order_of(scheme), narrow, wide, lost, value_error,
            *map(f, (low, high, lower, upper)),
        )  # fmt: skip
        assert (slope, error) == (found.slope, found.error)


def test_places_lie_as_the_scheme_says() -> None:
    assert ends(3.0, 0.5, "symmetric") == (2.75, 3.25)
    assert ends(3.0, 0.5, "forward") == (3.0, 3.5)
    assert ends(3.0, 0.5, "backward") == (2.5, 3.0)


def test_a_quotient_has_two_values_and_a_finite_slope() -> None:
    assert quotient_at(power(2, 3.0), X, H, "backward") is None
    assert quotient_at(lambda x: math.copysign(1e308, x - X), X, H, "symmetric") is None
    rounded = quotient_at(power(2), 0.3, 0.25, "forward", lambda x: round(8 * x) / 8)
    assert rounded is not None
    assert (rounded.low, rounded.high, rounded.h) == (0.25, 0.5, 0.25)
    assert (rounded.below, rounded.above, rounded.slope) == (0.0625, 0.25, 0.75)
    for x, h in ((1.0, 1e-17), (1e20, 1.0)):
        with pytest.raises(NoDifference, match="lost in rounding"):
            quotient_at(power(2), x, h, "forward")


def test_one_variable_moves_and_the_others_stay() -> None:
    line = along(lambda point: point["x"] * 10 + point["y"], {"x": 1.0, "y": 2.0}, "y")
    assert [line(5.0), line(7.0)] == [15.0, 17.0]


@pytest.mark.parametrize("x", [0.0, 1.0, -4.0, 1e-9, 1e9])
def test_a_relative_step_is_a_root_of_a_rounding(x: float) -> None:
    """Of the order of the derivative and of the first power that is missed."""
    with mp.workdps(40):
        for order in range(1, 21):
            for scheme, missed in (("forward", 1), ("symmetric", 2)):
                root = mp.root(mp.mpf(2) ** -52, order + missed)
                h = step_width("relative", x, scheme, order)
                assert h == pytest.approx(float(root * (abs(x) or 1)), rel=1e-14, abs=0)
    assert step_width(0.25, x, "forward") == 0.25
