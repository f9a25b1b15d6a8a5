"""Runs with more and more digits: how many, how often, and what they agree on.

What is computed is given, so that one knows what a run has to spare.
"""

from collections.abc import Callable
from fractions import Fraction
from functools import partial
from itertools import pairwise
from math import comb
from typing import Any

import pytest
from flint import arb, ctx
from mpmath import mp

from diffcli.engine import adaptive, by_balls, taylor_series
from diffcli.engine import precise_differences as precise
from diffcli.engine.adaptive import Trial, Unsettled, settle
from diffcli.engine.stencils import truncated_anywhere
from diffcli.engine.tape import Program
from diffcli.language.parser import parse

F = Fraction
GUARD = 15


def program(formula: str) -> Program:
    return Program([parse(formula).expression])


@pytest.fixture(params=[True, False], ids=["balls", "mpmath"])
def balls(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let balls be installed, or not."""
    monkeypatch.setattr(by_balls, "is_installed", lambda: request.param)


def close(found: Any, exact: Fraction, digits: int) -> bool:
    with mp.workdps(120):
        truth = mp.mpf(exact.numerator) / exact.denominator
        return bool(abs(found - truth) <= mp.mpf(10) ** -digits * abs(truth))


# ---- runs that agree -----------------------------------------------------------------


def runs_of(compute: Callable[[], Trial], digits: int) -> tuple[list[Any], list[int]]:
    """Return what is settled, and the digits of the runs."""
    tried: list[int] = []

    def noted() -> Trial:
        tried.append(mp.dps)
        return compute()

    return settle(noted, digits), tried


@pytest.mark.parametrize("digits", [5, 17, 40])
@pytest.mark.parametrize("size", [-400, -330, -120, -3, 0, 1, 30, 200])
def test_the_first_of_two_runs_has_the_digits_of_what_cancels(
    digits: int, size: int
) -> None:
    """Of the largest number on the way, and of the smallest beside 1, among doubles."""
    spare = size if size > 0 else min(330, -size)
    values, tried = runs_of(
        lambda: Trial([mp.mpf(1) / 3], [mp.mpf(10) ** size, mp.one, mp.zero, mp.nan]),
        digits,
    )
    assert close(values[0], F(1, 3), digits)
    expected = [digits + GUARD]
    while expected[-1] < digits + GUARD + spare:
        expected.append(max(2 * expected[-1], digits + GUARD + spare))
    expected.append(2 * expected[-1])
    assert len(tried) == len(expected)
    assert all(abs(a - b) <= 2 for a, b in zip(tried, expected, strict=True))


def test_what_stays_below_the_noise_of_every_run_is_0() -> None:
    """As far as 700 digits tell, or 1500 where more than a double's are asked for."""
    for digits, reach in ((17, 700), (18, 1500), (200, 2000)):
        values, tried = runs_of(
            lambda: Trial([mp.mpf(10) ** -mp.dps, mp.one], [mp.one]), digits
        )
        assert values == [0, 1]
        assert tried == [(digits + GUARD) * 2**k for k in range(len(tried))]
        assert tried[-1] <= reach < 2 * tried[-1]
    # What is small and is the same in every run is what it is.
    for power in (50, 300, 600):
        small = Trial([mp.mpf(10) ** -power], [mp.one])
        values, _ = runs_of(partial(Trial, *small), 17)
        assert close(values[0], F(1, 10**power), 14)


def test_what_never_agrees_is_given_up() -> None:
    def wild() -> Trial:
        return Trial([mp.mpf(mp.dps)], [mp.one])

    def growing() -> Trial:
        return Trial([mp.mpf(10) ** mp.dps], [mp.mpf(10) ** mp.dps])

    tried: list[int] = []
    for compute, most in ((wild, 3000), (growing, 600)):
        tried.clear()

        def noted(compute: Callable[[], Trial] = compute) -> Trial:
            tried.append(mp.dps)
            return compute()

        with pytest.raises(Unsettled, match="no two runs agree"):
            settle(noted, 17)
        assert max(tried) <= most
        assert all(after >= 2 * before for before, after in pairwise(tried))
    assert len(tried) == 4
    tried.clear()
    with pytest.raises(Unsettled):
        settle(partial(noted, wild), 500)
    assert max(tried) == 515 * 4


def test_two_runs_agree_to_half_a_unit() -> None:
    with mp.workdps(50):
        for digits in (5, 20):
            half = mp.mpf(10) ** -digits / 2
            for now in (mp.mpf(1), mp.mpf(-7), mp.mpf(10) ** 30):
                assert adaptive._agree(now * (1 + half * 0.9), now, digits)
                assert adaptive._agree(now * (1 - half * 0.9), now, digits)
                assert not adaptive._agree(now * (1 + half * 1.1), now, digits)
        assert not adaptive._agree(mp.zero, mp.zero, 5)
        assert not adaptive._agree(mp.one, mp.zero, 5)


def test_sizes_of_what_was_met() -> None:
    for power in (-400, -50, -1, 0, 1, 50, 400):
        met = [mp.mpf(10) ** power, mp.zero, mp.nan]
        assert abs(adaptive._magnitude(met) - max(0, power)) <= 1
        assert abs(adaptive._smallness(met) - min(330, max(0, -power))) <= 1
    assert adaptive._magnitude([]) == adaptive._smallness([]) == 0
    assert adaptive._reach(17, slow=False) == 700
    assert adaptive._reach(18, slow=False) == adaptive._reach(150, slow=False) == 1500
    assert adaptive._reach(151, slow=False) == 1510
    assert adaptive._reach(17, slow=True) == adaptive._reach(116, slow=True) == 350
    assert adaptive._reach(117, slow=True) == 351
    for name, slow in (("gamma", True), ("digamma", True), ("sin", False)):
        assert adaptive._is_slow(program(f"{name}(x) + 1")) == slow


def test_slow_functions_have_fewer_digits_to_tell() -> None:
    tried: list[int] = []

    def small() -> Trial:
        tried.append(mp.dps)
        return Trial([mp.mpf(10) ** -mp.dps], [mp.mpf(10) ** -300])

    assert settle(small, 17, program("gamma(x)")) == [0]
    assert tried[-1] <= 350 < 2 * tried[-1]


# ---- balls ---------------------------------------------------------------------------


def test_numbers_go_into_balls_and_back_as_they_are() -> None:
    with mp.workdps(40), ctx.workprec(200):
        for number in (
            mp.mpf(1) / 3,
            -mp.pi * 10**50,
            mp.zero,
            mp.mpf(2) ** -1000,
            mp.mpf(-7),
        ):
            exact = +number
            assert by_balls._middle(by_balls._ball(exact)) == exact
        for plain in (0.1, -3.5, 7, -12):
            assert by_balls._middle(by_balls._ball(plain)) == plain


def test_bits_are_doubled_four_times_at_most() -> None:
    tried: list[int] = []

    def wide() -> list[arb]:
        tried.append(ctx.prec)
        return [arb(1), arb(1, 0.5)]

    for digits, lost in ((18, 0), (30, 0), (30, 77)):
        tried.clear()
        assert by_balls._settled(wide, digits, lost) is None
        first = int(digits * 3.33) + 130 + lost
        assert tried == [first * 2**k for k in range(5)]
    tried.clear()
    assert by_balls._settled(wide, 17) is None
    assert tried == []
    assert by_balls._settled(lambda: [arb.nan()], 30) is None
    assert by_balls._settled(lambda: [arb(3), arb(-2)], 30) == [3, -2]
    huge = arb(2) ** (10**9)
    assert by_balls._settled(lambda: [huge], 30) is None
    assert by_balls._settled(lambda: [arb(2) ** (10**9 - 2)], 30) is not None


@pytest.mark.parametrize(
    ("formula", "value", "slopes"),
    [
        ("x*y + x^3", F(3, 2) + F(1, 8), (3 + F(3, 4), F(1, 2))),
        ("x/y - 2*x", F(1, 6) - 1, (F(1, 3) - 2, F(-1, 18))),
        ("(x - y)^2*x", F(25, 8), (F(25, 4) - F(5, 2), F(5, 2))),
        ("where(x > 1, log(-x), x^2)", F(1, 4), (F(1), None)),
    ],
)
def test_value_and_partials_have_all_digits(
    formula: str, value: Fraction, slopes: tuple[Fraction, Fraction | None], balls: None
) -> None:
    here = program(formula)
    for digits in (10, 18, 40):
        point = {"x": 0.5, "y": 3.0}
        found = adaptive.gradient(here, point, digits)
        assert close(found.value, value, digits)
        (only,) = adaptive.values(here, point, digits)
        assert close(only, value, digits)
        for name, slope in zip(("x", "y"), slopes, strict=True):
            if slope is None:
                assert name not in found.partials
                assert adaptive.forward_slope(here, point, name, digits) == 0
            else:
                assert close(found.partials[name], slope, digits)
                forward = adaptive.forward_slope(here, point, name, digits)
                assert close(forward, slope, digits)


# ---- differences ---------------------------------------------------------------------


def exact_quotient(power: int, first: Fraction, h: Fraction, order: int) -> Fraction:
    """Return the difference of x**power at 3/2 over h**order."""
    places = [F(3, 2) + (first + j) * h for j in range(order + 1)]
    terms = (
        (-1) ** (order - j) * comb(order, j) * p**power for j, p in enumerate(places)
    )
    return sum(terms, F(0)) / h**order


@pytest.mark.parametrize("scheme", ["forward", "symmetric"])
def test_differences_are_those_of_fractions(scheme: str, balls: None) -> None:
    digits = 30
    for power in (2, 3, 5):
        here = program(f"x^{power}")
        for h in (F(1, 4), F(1, 1024)):
            for order in (1, 2, 3):
                first = F(0) if scheme == "forward" else F(-order, 2)
                near, *wider = (
                    exact_quotient(power, first, times * h, order)
                    for times in (1, 2, 4)
                )
                missed = 1 if scheme == "forward" else 2
                with mp.workdps(60):
                    step = mp.mpf(h.numerator) / h.denominator
                    every = [
                        mp.mpf(q.numerator) / q.denominator for q in (near, *wider)
                    ]
                    wanted = truncated_anywhere(missed, *every)
                    given = here, {"x": 1.5}, "x", scheme, step
                    slope, error = precise.higher_difference(*given, order, digits)
                    assert close(slope, near, digits)
                    assert abs(error - wanted) <= mp.mpf(10) ** -20
                    if order == 1:
                        slope, error = precise.difference(*given, digits)
                        assert close(slope, near, digits)
                        assert abs(error - wanted) <= mp.mpf(10) ** -20
    assert precise._largest([mp.mpf(-3), mp.mpf(2), mp.nan]) == 3
    assert precise._largest([]) == 0


@pytest.mark.parametrize("p", ["0.5", "0.25"])
def test_at_a_corner_three_quotients_tell_the_power(p: str, balls: None) -> None:
    """Of x*abs(x)**p at 0 a quotient is off by a multiple of h**p."""
    here = program(f"x*abs(x)^{p}")
    for scheme in ("forward", "symmetric"):
        given = here, {"x": 0.0}, "x", scheme, mp.mpf(1) / 16
        for slope, error in (
            precise.difference(*given, 20),
            precise.higher_difference(*given, 1, 20),
        ):
            assert float(error / slope) == pytest.approx(1.01, rel=1e-9, abs=0)


# ---- series --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("formula", "x", "terms", "left"),
    [
        ("x^3 - 2*x", 2.0, [4, 10, 6, 1, 0], None), ("1/(1 - x)", 0.0, [1] * 5, None),
        ("abs(x) + x^2", 0.0, [0, 1, 1, 0, 0], [0, -1, 1, 0, 0]),
        ("relu(x)*x", 0.0, [0, 0, 1, 0, 0], [0] * 5),
        ("7 + 0*x", 1.0, [7, 0, 0, 0, 0], None),
        ("y", 1.0, [5, 0, 0, 0, 0], None),
        ("exp(x)", 0.0, [1, 1, F(1, 2), F(1, 6), F(1, 24)], None),
        ("1/(3 + x)", 0.0, [F((-1) ** k, 3 ** (k + 1)) for k in range(5)], None),
        ("cbrt(x^6)", 0.0, [0, 0, 1, 0, 0], None),
        ("sqrt(x^8)", 0.0, [0, 0, 0, 0, 1], None),
        ("where(x > 1, log(x - 1), x)", 0.5, [F(1, 2), 1, 0, 0, 0], None),
    ],
)  # fmt: skip
def test_coefficients_on_both_sides(
    formula: str, x: float, terms: list[Any], left: list[Any] | None
) -> None:
    here = program(formula)
    point = {"x": x, "y": 5.0}
    for digits in (17, 30):
        for side, wanted in ((1, terms), (-1, left or terms)):
            for order in (0, 1, 4):
                found = taylor_series.coefficients(
                    here, point, "x", order, digits, side
                )
                assert len(found) == order + 1
                for one, exact in zip(found, wanted, strict=False):
                    assert close(one, F(exact), digits), (found, side)


def test_which_functions_go_on_to_the_left_as_to_the_right() -> None:
    for formula, analytic in (
        ("sin(x)*exp(x)", True), ("abs(x)", False), ("sqrt(x)", True),
        ("cbrt(x)", True),
        ("elu(x)", False), ("sigmoid(x)", True), ("floor(x)", False),
        ("max(x, 1)", False),
        ("where(x > 0, x, 1)", False), ("x^2 + 3", True), ("softplus(x)", True),
    ):  # fmt: skip
        assert taylor_series.is_analytic(program(formula)) == analytic, formula
