"""Differences: their bounds hold, and leave digits to show or are told."""

import math
from fractions import Fraction
from functools import partial

import pytest
from mpmath import mp

from diffcli.engine import higher_differences
from diffcli.engine.best_steps import Level
from diffcli.engine.higher_differences import (
    Values,
    _levels,
    _values,
    best_higher_difference,
    higher_difference,
)
from diffcli.engine.stencils import EPSILON, NoDifference, Univariate
from tests.conftest import Run

FUNCTIONS = ("sin", "exp", "log", "sqrt", "atan", "sinh", "cosh", "tanh")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_bounds_hold_and_leave_digits_whatever_the_scale(name: str) -> None:
    """Of f(x/s) each derivative up to the sixth has two digits, and mpmath's value."""
    for scale in (1.0, 1e3):

        def stretched(x: float, scale: float = scale) -> float:
            return float(getattr(math, name)(x / scale))

        at = 1.3 * scale
        best = partial(best_higher_difference, stretched, at, flat=False)
        for order in range(2, 7):
            found = best(order, 2 * EPSILON)
            with mp.workdps(50):
                wide = mp.mpf(at) / scale
                truth = mp.diff(getattr(mp, name), wide, order) / mp.mpf(scale) ** order
                off = abs(found.slope - truth)
            assert off <= found.error, (scale, order)
            assert found.error < 0.01 * abs(truth), (scale, order)


@pytest.mark.parametrize("scale", ["1e-6", "1", "1e6"])
def test_a_step_without_a_digit_is_told_whatever_the_scale(
    scale: str, run: Run
) -> None:
    words = ("grad", f"{scale}*exp(x)", "--at", "1", "--method", "finite", "--h")
    said = "no digit of the difference"
    assert said not in run(*words, "0.001", "-f", "plain").err
    assert said in run(*words, "3", "-f", "plain").err


# ---- one difference of given step ----------------------------------------------------

#: For a scheme where its places begin, in steps from x, and by which power it is off.
SCHEMES = {"forward": (0.0, 1), "symmetric": (-0.5, 2)}
X, H = 1.5, 2.0**-6


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("order", [1, 2, 3])
def test_the_error_is_twice_the_truncation_and_the_noise(
    scheme: str, order: int
) -> None:
    """Of a power by one or two higher the truncation is one term: it is known."""
    start, missed = SCHEMES[scheme]
    power = order + missed
    truth = math.perm(power, order) * Fraction(X) ** missed

    def line(x: float) -> float:
        return float(x**power)

    for value_error in (1e-9, 1e-12, 0.0):
        found = higher_difference(line, X, H, scheme, order, value_error, flat=False)
        places = [
            Fraction(X) + (start * order + j) * Fraction(H) for j in range(order + 1)
        ]
        exact = (
            sum(
                (-1) ** (order - j) * math.comb(order, j) * place**power
                for j, place in enumerate(places)
            )
            / Fraction(H) ** order
        )
        rounding = EPSILON * max(map(line, map(float, places)))
        assert abs(found.slope - exact) <= 2**order * rounding / H**order
        off = float(abs(exact - truth))
        noise = found.error - 2 * off
        assert found.h == H
        if value_error > 1e-10:
            assert noise == pytest.approx(
                2 ** (order + 1) * value_error / H**order, rel=1e-3, abs=0
            )
        else:
            assert noise >= 2 ** (order + 1) * rounding / H**order * 0.99


def test_the_noise_is_that_of_all_values_by_the_power_of_the_step() -> None:
    for order in (1, 2, 4):
        for h in (0.5, 2.0):
            some = Values(3.0, 1e-10, h, order)
            assert some.noise(0.0) == 2 ** (order + 1) * 1e-10 / h**order
            assert some.noise(1e-9) == 2 ** (order + 1) * 1e-9 / h**order


def test_values_are_off_by_their_rounding_and_that_of_their_places() -> None:
    """A place is off by an ulp of x, times how steep the values are on the way."""
    for order in (1, 2):
        for scheme, start in (
            ("forward", 0.0),
            ("backward", -1.0),
            ("symmetric", -0.5),
        ):
            found = _values(lambda x: 3 * x - 20, 4.0, 0.5, scheme, order)
            assert found is not None
            ends = [4 + order * 0.5 * (start + j) for j in (0, 1)]
            values = [3 * end - 20 for end in ends]
            size = max(map(abs, values)) + 4 * (max(values) - min(values)) / (
                order * 0.5
            )
            assert found.error == pytest.approx(EPSILON * size, rel=1e-15, abs=0)
            assert (found.h, found.order) == (0.5, order)
            assert found.slope == (3.0 if order == 1 else 0.0)
    assert _values(lambda x: 1 / (x - 4), 4.0, 0.5, "forward", 2) is None
    assert _values(math.sqrt, 0.25, 1.0, "symmetric", 2) is None
    assert _values(lambda x: 1e308 * (x - 4), 4.0, 1e-3, "forward", 1) is None
    for x, h in ((4.0, 1e-17), (1e20, 1.0)):
        with pytest.raises(NoDifference, match="lost in rounding"):
            _values(lambda x: x, x, h, "symmetric", 2)


def test_a_difference_without_values_or_digits_is_refused() -> None:
    def half(x: float) -> float:
        return math.sqrt(x)

    def ask(h: float | str, scheme: str, x: float = 1.0, error: float = 0.0) -> float:
        return higher_difference(half, x, h, scheme, 2, error, flat=False).h

    assert ask(0.1, "symmetric") == 0.1
    with pytest.raises(NoDifference, match=r"undefined within 2 steps of h = 0\.6"):
        ask(0.6, "symmetric")  # twice the step
    with pytest.raises(NoDifference, match="undefined within 2 steps"):
        ask(2.0, "symmetric")
    with pytest.raises(NoDifference, match=r"no digit is certain with h = 0\.1"):
        ask(0.1, "symmetric", 1.0, 1e-4)
    assert ask("relative", "symmetric") == EPSILON**0.25
    assert ask("relative", "symmetric", 9.0) == 9 * EPSILON**0.25
    auto = higher_difference(half, 1.0, "auto", "forward", 2, 0.0, flat=False)
    assert auto == best_higher_difference(half, 1.0, 2, 0.0, flat=False)
    assert abs(auto.slope + 0.25) <= auto.error < 1e-6
    for noise in (0.0124, 0.0126):  # a twentieth: 2*2**2*noise of 2 at h = 1
        certain = noise < 0.0125

        def square(x: float) -> float:
            return x * x

        if certain:
            found = higher_difference(
                square, 1.0, 1.0, "symmetric", 2, noise, flat=False
            )
            assert found.error == 8 * noise
        else:
            with pytest.raises(NoDifference):
                higher_difference(square, 1.0, 1.0, "symmetric", 2, noise, flat=False)


@pytest.mark.parametrize("order", [2, 3, 4])
def test_a_side_is_taken_where_the_other_has_no_values(order: int) -> None:
    def beyond(sign: int) -> Univariate:
        def line(x: float) -> float:
            if sign * (x - 1) < 0:
                raise ArithmeticError
            return float(x**6)

        return line

    truth = math.perm(6, order)
    for sign in (1, -1):
        found = best_higher_difference(beyond(sign), 1.0, order, 0.0, flat=False)
        assert abs(found.slope - truth) <= found.error < 0.05 * truth
    both = best_higher_difference(lambda x: x**6, 1.0, order, 0.0, flat=False)
    assert abs(both.slope - truth) <= both.error < 1e-4 * truth
    with pytest.raises(NoDifference, match="both sides"):
        best_higher_difference(lambda x: 1 / 0, 1.0, order, 0.0, flat=False)


def test_what_is_known_to_be_0_is_and_what_is_unknown_is_not() -> None:
    def line(x: float) -> float:
        return 3 * x + 7

    found = best_higher_difference(line, 1.0, 2, 0.0, flat=True)
    assert found.slope == 0.0
    assert found.error < 1e-12
    with pytest.raises(NoDifference):
        best_higher_difference(line, 1.0, 2, 0.0, flat=False)


def test_steps_go_down_until_rounding_leaves_nothing() -> None:
    """From eight times the first of a first derivative; three levels see that."""
    for scheme, ratio in (("symmetric", 2.0), ("forward", 4.0), ("backward", 4.0)):
        (run,) = _levels(lambda x: x**4, 1.0, scheme, 2, 0.0)
        assert [level.h for level in run] == [2 / ratio**k for k in range(len(run))]
        largest = [
            max(abs(level.slope) for level in run[: place + 1])
            for place in range(len(run))
        ]
        drowned = [level.noise > most for level, most in zip(run, largest, strict=True)]
        assert sum(drowned) == 3
        assert drowned[-1]
        assert 5 < len(run) < 40
    assert _levels(lambda x: x, 1e308, "symmetric", 2, 0.0) == []

    def holed(x: float) -> float:
        if 0.2 < abs(x - 1) < 0.6:
            raise ArithmeticError
        return x**4

    runs = _levels(holed, 1.0, "symmetric", 2, 0.0)
    assert len(runs) == 2
    assert all(runs)


def test_the_error_is_no_less_than_what_fewer_steps_change(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without the widest, the two or the three widest of them."""
    whole = len(_levels(math.exp, 1.0, "symmetric", 2, 0.0)[0])
    error, offs = 0.0, dict[int, float]()

    def extrapolated(runs: list[list[Level]], *_: object) -> tuple[float, float, Level]:
        (levels,) = runs
        left = whole - len(levels)
        if left not in offs:
            raise NoDifference("too few")
        return 1e6 + offs[left], error, levels[-1]

    monkeypatch.setattr(higher_differences, "extrapolate", extrapolated)
    for size in (1e-3, 1.0):
        for place in range(5):
            for sign in (1, -1):
                error = size if place == 0 else size / 10
                offs = {k: sign * size * (0 < k == place) for k in range(5)}
                found = best_higher_difference(math.exp, 1.0, 2, 0.0, flat=False)
                counts = size if place < 4 else size / 10
                assert found.slope == 1e6
                assert found.error / counts == pytest.approx(12, rel=1e-5)
