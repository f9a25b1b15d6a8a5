"""Slopes on both sides, limits in holes, and functions that take another branch.

The truths are those of powers, by their exponents; nothing is derived here.
"""

import math
import sys
from fractions import Fraction
from typing import Any

import pytest
from mpmath import mp

from diffcli.engine import adaptive
from diffcli.engine import one_sided as sides
from diffcli.engine.one_sided import (
    Slopes,
    branches,
    has_branches,
    limit,
    one_sided,
    slopes,
)
from diffcli.engine.tape import Program
from diffcli.errors import RangeError
from diffcli.language.parser import parse

INF, NAN, EXP_200 = math.inf, math.nan, float(mp.exp(-200))


def program(formula: str) -> Program:
    return Program([parse(formula).expression])


def same(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return bool(one == other or (one != one and other != other))


@pytest.mark.parametrize(
    ("formula", "x", "left", "right"),
    [
        ("abs(x)", 0, -1, 1), ("-3*abs(x)", 0, 3, -3), ("relu(x)", 0, 0, 1),
        ("abs(x) + x", 0, 0, 2), ("abs(x)^2", 0, 0, 0), ("relu(x) - relu(-x)", 0, 1, 1),
        ("max(x, 2*x)", 0, 1, 2), ("min(x, 2*x)", 0, 2, 1), ("abs(x - 3)*5", 3, -5, 5),
        ("abs(x - 3)*x^2", 3, -9, 9), ("abs(1e6*x)/1e6", 0, -1, 1),
        ("abs(x - 1e9)", 1e9, -1, 1), ("abs(x - 1e-9)", 1e-9, -1, 1),
        ("sqrt(x)", 0, None, INF), ("sqrt(-x)", 0, -INF, None),
        ("cbrt(x)", 0, INF, INF),
        ("sqrt(abs(x))", 0, -INF, INF), ("abs(x)^0.1", 0, -INF, INF),
        ("abs(x)^0.9", 0, -INF, INF), ("x^2*sqrt(x)", 0, None, 0),
        ("acos(x)", 1, -INF, None),
        ("abs(x)^1.1", 0, 0, 0), ("x*abs(x)^0.5", 0, 0, 0), ("abs(x)^3", 0, 0, 0),
        ("5*x + abs(x)^1.5", 0, 5, 5), ("abs(x)^1.5 - 2*x", 0, -2, -2),
        ("floor(x)", 1, INF, 0), ("ceil(x)", 1, 0, INF), ("sign(x)", 0, INF, INF),
        ("-sign(x)", 0, -INF, -INF), ("floor(x)", 1.5, 0, 0), ("x*floor(x)", 0, -1, 0),
        ("where(x > 0, x*sin(1/x), 0)", 0, 0, NAN), ("abs(x)/x", 0, None, None),
        ("log(abs(x))", 0, None, None), ("x*log(abs(x) + 1e-300)", 0, NAN, NAN),
        # It swings and vanishes, and is 0 all around but for the last digits.
        ("where(x==0, 0, x^2*sin(1/x))", 0, 0, 0), ("abs(x)*sin(x)", 0, 0, 0),
        ("where(x==0, 0, x^2*log(abs(x)))", 0, 0, 0),
        ("where(x==0, 0, x/log(abs(x)))", 0, NAN, NAN),
        ("abs((x + 1)^2 - x^2 - 2*x - 1)", 1.6, 0, 0), ("abs(x)^7", 0, 0, 0),
        ("abs((x + 1)^2 - x^2 - 2*x - 1) + 3*x", 1.6, 3, 3),
        ("abs(x)*1e-250", 0, -1e-250, 1e-250), ("abs(x*1e-250)", 0, -1e-250, 1e-250),
        ("abs(x)*exp(-900)*exp(700)", 0, -EXP_200, EXP_200),
    ],
)  # fmt: skip
def test_the_slope_on_each_side(
    formula: str, x: float, left: float | None, right: float | None
) -> None:
    found = one_sided(program(formula), {"x": float(x)}, "x")
    if NAN in (left, right) and "log" in formula:
        return
    assert same(found.left, left), found
    assert same(found.right, right), found
    # So it is beside another variable, in another output, and turned round.
    two = Program([parse("y^2").expression, parse(f"{formula} + y").expression])
    again = one_sided(two, {"x": float(x), "y": 0.5}, "x", 1)
    assert same(again.left, left)
    assert same(again.right, right)


def test_the_derivative_is_there_if_both_sides_agree() -> None:
    for left, right, slope in (
        (1.0, 1.0, 1.0), (1.0, 2.0, None), (None, 1.0, None), (1.0, None, None),
        (INF, INF, None), (-INF, INF, None), (NAN, 1.0, None), (0.0, 0.0, 0.0),
        (1.0, 1.0 + 1e-13, 1.0), (1.0, 1.0 + 2e-12, None), (1e9, 1e9 + 1e-4, 1e9),
        (1e-20, -1e-20, None), (3.0, -3.0, None), (1.5e308, 1.5e308, 1.5e308),
        (1.5e308, -1.5e308, None),
    ):  # fmt: skip
        assert Slopes(left, right).slope == slope, (left, right)
        assert Slopes(right, left).slope == (right if slope is not None else None)
    assert (
        str(Slopes(None, NAN)) == "slope undefined on the left, undecided on the right"
    )
    said = str(Slopes(INF, -INF))
    assert said == "slope +infinity on the left, -infinity on the right"
    assert str(Slopes(-1.0, 0.1)) == "slope -1 on the left, 0.1 on the right"


def test_variables_that_meet_no_rough_place_are_left_out() -> None:
    for formula, names in (
        ("abs(x) + y", {"x"}), ("abs(x - y) + z", {"x", "y"}),
        ("abs(x + 1) + y", set()),
        ("exp(x) + y*z", set()), ("sin(abs(x*y)) + z", {"x", "y"}),
        ("floor(x) + abs(z)", {"x", "z"}),
    ):  # fmt: skip
        found = program(formula)
        point = dict.fromkeys(found.inputs, 0.0)
        assert set(slopes(found.run(point), point)) == names
    twice = Program([parse("abs(x)").expression, parse("2*abs(x)").expression])
    point = {"x": 0.0}
    for output in (0, 1):
        found_slopes = slopes(twice.run(point), point, output)["x"]
        assert found_slopes == Slopes(-1.0 - output, 1.0 + output)
    # What a convention says the value is, is not where the sides start from.
    (moved,) = slopes(program("sign(x)").run(point), point, value=1.0).values()
    assert (moved.left, moved.right) == (INF, 0.0)
    (moved,) = slopes(program("sign(x)").run(point), point, value=-1.0).values()
    assert (moved.left, moved.right) == (0.0, INF)


def test_more_digits_than_a_double_has() -> None:
    """All are right; at the digits of a double it is one."""
    for digits in (17, 18, 30, 50):
        found = one_sided(program("abs(x)/3 + x/7"), {"x": 0.0}, "x", 0, digits)
        for sign, side in zip((-1, 1), found, strict=True):
            assert side is not None
            assert isinstance(side, float) == (digits == 17)
            with mp.workdps(80):
                exact = mp.mpf(sign) / 3 + mp.mpf(1) / 7
                assert abs(side - exact) <= mp.mpf(10) ** -min(digits, 16) * abs(exact)
    with pytest.raises(RangeError, match=r"along x is beyond 1\.8e308"):
        one_sided(program("abs(1e200*x)*1e200"), {"x": 0.0}, "x")
    assert one_sided(program("abs(1e154*x)*1e153"), {"x": 0.0}, "x").right == 1e307


@pytest.mark.parametrize(
    ("formula", "x", "value", "slope"),
    [
        ("sin(x)/x", 0, 1, 0), ("(exp(x) - 1)/x", 0, 1, 0.5),
        ("(x^2 - 1)/(x - 1)", 1, 2, 1),
        ("(1 - cos(x))/x^2", 0, 0.5, 0), ("x^3/x", 0, 0, 0),
        ("tan(3*x)/x + 5*x", 0, 3, 5),
        ("7*x/x", 0, 7, 0), ("(x^3 - 8)/(x - 2)", 2, 12, 6),
        ("-1000*x^2/x", 0, 0, -1000),
        ("x^2/abs(x)", 0, None, 0), ("abs(x)/x", 0, None, 0), ("1/x", 0, None, 0),
        ("1/x^2", 0, None, 0), ("x*log(x)", 0, None, 0),
        ("1/log(x + 0.1)", 0.9, None, 0),
        ("x/sqrt(abs(x))", 0, None, 0), ("sin(1/x)", 0, None, 0),
        ("x*sin(1/x)", 0, None, 0),
        ("x^2*sqrt(x)/x", 0, None, 0), ("sin(1e3*x)/x", 0, 1000, 0),
        ("(x^2 + 7.5e-5*x*abs(x))/x", 0, None, 0), ("(x^2 + 4e-5*x*abs(x))/x", 0, 0, 1),
        ("x^2/x + 1e-7*abs(x)/x", 0, None, 0), ("x + 1e-5*x*abs(x)/x", 0, 0, 1),
        ("(x^4 - 1)/(x - 1)", 1, 4, 6), ("(x^5 + 32)/(x + 2)", -2, 80, -80),
        ("1000*(x^2 + 4e-5*x*abs(x))/x", 0, 0, 1000),
        ("1000*(x^2 + 7.5e-5*x*abs(x))/x", 0, None, 0),
        ("sin(x - 2^(-130))/(x - 2^(-130)) + 5*x", 2.0**-130, 1, 5),
        ("sin(x - 3)/(x - 3)", 3, 1, 0), ("(exp(x - 7) - 1)/(x - 7)", 7, 1, 0.5),
    ],
)  # fmt: skip
def test_the_limit_in_a_hole(
    formula: str, x: float, value: float | None, slope: float
) -> None:
    found = limit(program(formula), float(x), "x")
    if value is None:
        assert found is None
    else:
        assert found is not None
        assert (found.value, found.slope) == (value, slope)
        assert math.copysign(1.0, found.value) == 1.0
    holed = f"{formula} + pi"
    again = limit(program(holed), float(x), "x")
    assert (again is None) == (value is None)
    if again is not None and value is not None:
        assert again.value == pytest.approx(value + math.pi, rel=1e-15, abs=0)


@pytest.mark.parametrize("smooth", ["x/x", "-1e3*x/x", "-1e3*x^2/x", "(x + x^2)/x"])
def test_a_jump_in_a_hole_is_as_large_as_no_rounding_is(smooth: str) -> None:
    """Beside the value and the slope, to 15 decimals."""
    size = 1000 if "1e3" in smooth else 2 if "+" in smooth else 1
    for half, jumps in ((0.4e-15, False), (0.6e-15, True)):
        holed = program(f"{smooth} + {half * size}*abs(x)/x")
        assert (limit(holed, 0.0, "x") is None) == jumps


def test_dust_is_what_is_left_of_a_step() -> None:
    with mp.workdps(60):
        for value in (0, 1, -2, Fraction(1, 2), Fraction(1, 8)):
            whole = mp.mpf(value.numerator) / value.denominator
            for dust in (0, mp.mpf(10) ** -30, -(mp.mpf(10) ** -21)):
                found = sides._without_dust(whole + dust)
                assert found == float(value)
                assert math.copysign(1, found) > 0 or value < 0
        more = mp.mpf(10) ** -19
        assert sides._without_dust(more) == 1e-19
        assert sides._without_dust(mp.mpf(1e-20)) == 1e-20
        assert sides._without_dust(1 / mp.mpf(3)) == 1 / 3


def test_digits_for_what_meets_there_and_for_the_step() -> None:
    """The smallest coordinate counts, and what is larger than 1 does not."""
    assert sides._size({}) == sides._size({"x": 0.0}) == sides._size({"x": 5.0}) == 1.0
    assert sides._size({"x": -0.25, "y": 0.5, "z": 0.0}) == 0.25
    first = sides._digits(1.0, 0)
    assert first == 2 * 60 + 48
    assert sides._digits(1.0, 7) - first == 7
    assert sides._digits(0.01, 0) - first == 2
    assert sides._digits(0.05, 0) - first == 2


@pytest.mark.parametrize("p", [0.04, 0.1, 0.5, 0.9, 1.0, 2.0, 3.0])
def test_the_limit_of_quotients_that_are_off_by_a_power(p: float) -> None:
    with mp.workdps(300):
        steps = [mp.mpf(10) ** n for n in (-30, -36, -42, -48)]
        for end in (0, 1, -7, mp.pi):
            for c in (1, -3):
                found = sides._extrapolated([end + c * h**p for h in steps])
                assert abs(found - end) <= mp.mpf(10) ** -20
                assert sides._extrapolated([c * h**-p for h in steps]) == c * INF


def test_quotients_without_a_limit_grow_or_are_undecided() -> None:
    """However large they are: those of a logarithm grow by the same each time."""
    with mp.workdps(300):
        for size in (mp.mpf(10) ** n for n in (-12, 0, 12)):
            for quotients, end in (
                ((1, 2, 3, 4), INF), ((-1, -2, -3, -4), -INF), ((1, -2, 3, -4), -INF),
                ((4, 3, 2, 1), NAN), ((1, -3, 2, -1), NAN), ((1, 3, 2, 4), NAN),
                ((20, 10, 6, 5), NAN), ((1, -1, 2, -3), NAN), ((1, 2, 1, 2), NAN),
                ((1, -1e-2, 1e-4, -3e-6), 0), ((1, 0.09, -1e-3, 2e-4), NAN),
                ((1, -0.2, 1e-4, 1e-6), NAN), ((7, 7e-6, 5e-12, 9e-18), 0),
            ):  # fmt: skip
                found = sides._extrapolated([n * size for n in quotients])
                assert same(found, end), quotients


def test_a_slope_is_a_double_as_far_as_these_go() -> None:
    largest = sys.float_info.max
    for slope in (largest, -largest, 1.5, INF, -INF):
        assert same(sides._double(slope, "x"), slope)
    assert math.copysign(1, sides._double(-0.0, "x")) == 1
    assert math.isnan(sides._double(NAN, "x"))
    for beyond in (mp.mpf(largest) * (1 + mp.mpf(10) ** -10), -(mp.mpf(10) ** 309)):
        with pytest.raises(RangeError, match="along x is beyond"):
            sides._double(beyond, "x")


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, Any]]:
    """Return a list of all runs that follow: their digits, and where x is."""
    noted: list[tuple[int, Any]] = []

    def run(here: Program, point: dict[str, Any], *arithmetic: Any) -> Any:
        noted.append((mp.dps, point["x"]))
        return original(here, point, *arithmetic)

    original = adaptive.run
    monkeypatch.setattr(adaptive, "run", run)
    return noted


@pytest.mark.parametrize("digits", [17, 18, 30])
@pytest.mark.parametrize("size", [1.0, 0.25, 1e-20])
def test_steps_are_tiny_beside_the_point_and_smaller_for_more_digits(
    digits: int, size: float, runs: list[tuple[int, Any]]
) -> None:
    here, more = program("abs(x) + y"), digits - 17
    one_sided(here, {"x": 0.0, "y": size}, "x", 0, digits)
    assert len(runs) == 2 * 4  # a first look, the value, two quotients that agree
    for place, (_, x) in enumerate(runs[2:4]):
        with mp.workdps(60):
            step = mp.mpf(10) ** (-30 - 6 * place - more) * size
            assert abs(-x / step - 1) < 1e-30
            assert abs(runs[6 + place][1] / step - 1) < 1e-30
    (dps,) = {dps for dps, _ in runs[1:4]}
    spread = int(-math.log10(size))  # from y to the 1 beside it
    assert abs(dps - sides._digits(size, spread) - 2 * more) <= 1


@pytest.mark.parametrize("low", [0, -5, -200])
@pytest.mark.parametrize("high", [0, 7, 280])
def test_runs_have_the_digits_between_the_numbers_that_meet(
    low: int, high: int, runs: list[tuple[int, Any]]
) -> None:
    """Of both signs, and beside 1; a gap, which is not chosen, has no size."""
    here = program(f"abs(x) + (1e{high} - 1e{low} + where(x > 1, log(x - 1), 0))")
    found = one_sided(here, {"x": 0.0}, "x")
    assert (found.left, found.right) == (-1.0, 1.0)
    dps = {dps for dps, _ in runs[1:4]}
    assert len(dps) == 1
    assert abs(dps.pop() - sides._digits(1.0, high - low)) <= 1
    huge = one_sided(program("(abs(x) + 1e300) - 1e300"), {"x": 0.0}, "x")
    assert (huge.left, huge.right) == (-1.0, 1.0)


def test_quotients_are_asked_for_until_two_agree(runs: list[tuple[int, Any]]) -> None:
    """They are off by c times their step, the first of which is 1e-30."""
    for c, count in ((0, 2), (5e12, 2), (2e13, 3), (5e18, 3), (2e19, 4)):
        runs.clear()
        here = program(f"abs(x) + {c}*x*abs(x)")
        found = one_sided(here, {"x": 0.0}, "x")
        assert (found.left, found.right) == (-1.0, 1.0)
        assert len(runs) == 2 * (2 + count), c


def test_a_slope_is_steady_that_the_doubles_on_both_sides_have() -> None:
    """To a thousandth of itself, or of 1."""
    for slope in (0.0, 0.5, -1.0, 5000.0, -4e5):
        here = program(f"({slope})*x + 3")
        for x in (1.0, -0.3, 1e8):
            allowed = max(1.0, abs(slope)) / 1000
            for side in (-1, 1):
                near, far = (slope + side * k * allowed for k in (0.98, 1.02))
                with mp.workdps(60):
                    assert sides._is_steady(here, x, "x", near)
                    assert not sides._is_steady(here, x, "x", far)
                    assert sides._is_steady(here, 0.0, "x", far)
    for edge in ("sqrt(x - 1)", "sqrt(1 - x)", "log(x - 1)"):
        for guess in (0.0, 1.0, 1e9):
            assert not sides._is_steady(program(edge), 1.0, "x", guess)


def test_what_is_close_is_so_beside_the_later_one() -> None:
    assert sides._close(1.0, 1.0 + 9e-13)
    assert not sides._close(1.0, 1.0 + 2e-12)
    assert sides._close(-1e9, -1e9 - 5e-4)
    assert sides._close(0.0, 0.0)
    assert not sides._close(1e-20, 0.0)
    assert sides._close(1.0, 2.0, 0.5)
    assert not sides._close(2.0, 1.0, 0.9)


def test_branches_are_kinks_and_jumps_and_no_vertical_tangents() -> None:
    for formula, count in (
        ("x^2", 0), ("sqrt(x)", 0), ("abs(x)", 1), ("floor(x) + abs(x)", 2),
        ("cbrt(x)", 0),
        ("max(x, 1) + sqrt(x)", 1), ("abs(2)*x", 0), ("sign(sqrt(x))", 1),
    ):  # fmt: skip
        found = program(formula)
        assert len(branches(found)) == count
        assert has_branches(found) == (count > 0)
        rows = [row for row in branches(found) if sides.jumps(found, row)]
        assert len(rows) == formula.count("floor") + formula.count("sign")


def test_a_function_that_is_on_another_branch_is_named() -> None:
    for formula, low, high, name in (
        ("abs(x)", -1, 1, "abs"), ("abs(x)", 1, 2, None), ("floor(x)", 0.2, 0.9, None),
        ("floor(x)", 0.9, 1.1, "floor"), ("sign(x)*x", -1, 1, "sign"),
        ("x^2", -1, 1, None),
        ("max(x, 1)", 0, 2, "max"), ("max(x, 1)", 2, 3, None),
        ("min(1, x)", 0, 2, "min"),
        ("abs(x - 9) + abs(x)", -1, 1, "abs"), ("leakyrelu(x)", -1, 1, "leakyrelu"),
        ("leakyrelu(x)", 1, 2, None), ("abs(x)*0", -1, 1, "abs"),
        ("sqrt(x)", 0, 1, None),
    ):  # fmt: skip
        found = program(formula)
        tapes = [found.run({"x": float(x)}) for x in (low, high)]
        for one, other in (tapes, tapes[::-1]):
            function = sides.switched(one, other)
            assert (function and function.name) == name, formula


@pytest.mark.parametrize("power", ["0.5", "1", "0.3", "2"])
@pytest.mark.parametrize("limit", ["0", "1", "-2.5", "1e30"])
def test_what_powers_of_a_step_leave_goes_away(limit: str, power: str) -> None:
    """Quotients L + c*h**p have the limit L; c*h**-p have none."""
    with mp.workdps(200):
        for c in ("1", "-3", "1e20", "1e-20"):
            steps = [mp.mpf(f"1e-{n}") for n in (30, 36, 42, 48)]
            added = [mp.mpf(c) * h ** mp.mpf(power) for h in steps]
            found = sides._extrapolated([mp.mpf(limit) + each for each in added])
            assert abs(found - mp.mpf(limit)) <= 1e-12 * abs(mp.mpf(limit))
            growing = sides._extrapolated([1 / each for each in added])
            assert growing == math.copysign(math.inf, mp.mpf(c))
        turning = [mp.mpf(limit) + (-1) ** n * (2 + n % 3) for n in range(4)]
        assert math.isnan(sides._extrapolated(turning))
