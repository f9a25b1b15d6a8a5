"""How numbers for the same agree, and what is made of many: digits, sums, columns."""

import math
from itertools import combinations_with_replacement
from typing import Any

import pytest
from mpmath import mp

import diffcli
from diffcli.analysis import check_columns, examples, grad, hessian, implicit
from diffcli.analysis.counterexample_columns import _beside, unsure
from diffcli.analysis.hessian import _visible_pairs
from diffcli.analysis.verdicts import ESTIMATES, Tolerance, judged
from diffcli.engine.sparsity import Sparsity
from diffcli.engine.tape import ROUNDING, TINY
from diffcli.errors import DiffcliError, DomainError, KinkError, UsageError
from diffcli.language.parser import parse
from diffcli.problem import Estimate, Settings, pose
from diffcli.remarks import Remark

# ---- two numbers ---------------------------------------------------------------------


@pytest.mark.parametrize("unit", [1.0, -1.0, 1e-250, 1e250])
@pytest.mark.parametrize(
    ("measured", "error", "exact", "bound", "found"),
    [
        (2.0, 0.0, 2.0, 0.0, (0.0, 0.0, 16, "agree")),
        (2.0, 1e-3, 2.0, 0.0, (0.0, 5e-4, 16, "agree")),
        (2.002, 1e-3, 2.0, 1.1e-3, (1e-3, 1.05e-3, 3, "agree")),
        (2.002, 1e-3, 2.0, 0.9e-3, (1e-3, 0.95e-3, 3, "differ")),
        (2.022, 0.03, 2.0, 0.0, (0.011, 0.015, 1, "agree")),
        (3.9, 2.1, 2.0, 0.0, (0.95, 1.05, 0, "noise")),
        (3.9, 1.99, 2.0, 0.0, (0.95, 0.995, 0, "agree")),
        (9.0, 1.0, 2.0, 0.0, (3.5, 0.5, 0, "differ")),
        (2.1, math.inf, 2.0, 0.0, (0.05, None, 1, "undecided")),
        (2.0, math.inf, 2.0, 0.0, (0.0, None, 16, "undecided")),
        (1e-9, 1e-8, 0.0, 0.0, (None, None, None, "noise")),
        (1e-9, 1e-10, 0.0, 0.0, (None, None, None, "differ")),
        (0.0, 1e-8, 0.0, 0.0, (0.0, None, 16, "agree")),
    ],
)  # fmt: skip
def test_a_difference_agrees_within_both_errors(
    measured: float, error: float, exact: float, bound: float,
    found: tuple[Any, ...], unit: float,
) -> None:  # fmt: skip
    size = abs(unit)
    got = grad.agreement(unit * measured, size * error, unit * exact, size * bound)
    for number, wanted in zip(got, found, strict=True):
        assert number == (
            pytest.approx(wanted, rel=1e-9) if isinstance(wanted, float) else wanted
        )
    one, other = (
        Estimate(unit * measured, size * error),
        Estimate(unit * exact, size * bound),
    )
    assert tuple(grad.judge(one, other)) == got
    assert grad.judge(one, Estimate(None, 0.0)).verdict == "undecided"
    assert grad.judge(Estimate(None, 0.0), other) == (None, None, None, "undecided")
    if found[2] == 16:
        assert grad.judge(one, other, 30).digits == 30


@pytest.mark.parametrize(
    ("value", "error", "lost"),
    [(1.0, 0.049, False), (1.0, 0.051, True), (-1.0, 0.051, True), (0.0, 9.0, False),
     (None, 9.0, False), (2.0, 0.099, False), (2.0, math.inf, True)],
)  # fmt: skip
def test_a_difference_without_a_digit(
    value: float | None, error: float, lost: bool
) -> None:
    assert grad.without_digit(Estimate(value, error)) == lost


@pytest.mark.parametrize(
    ("value", "near", "same"),
    [(1.0, 1 + 0.9e-6, True), (1.0, 1 + 1.1e-6, False), (1e9, 1e9 + 900, True),
    (1e9, 1e9 + 1100, False),
     (0.0, 0.9e-6, True), (0.0, 1.1e-6, False), (-5.0, 5.0, False), (1.0, None, False)],
)  # fmt: skip
def test_an_exact_value_is_shown_if_the_number_means_the_same(
    value: float, near: float | None, same: bool
) -> None:
    assert grad.same_number(("29", value), Estimate(near, 0.0)) == (
        "29" if same else ""
    )
    assert grad.same_number(("", value), Estimate(value, 0.0)) == ""


# ---- sums over examples --------------------------------------------------------------


def test_a_mean_is_rounded_once_and_its_errors_are_added() -> None:
    settings = Settings()
    parts = [Estimate(1e16, 0.25), Estimate(1.0, 0.5), Estimate(-1e16, 0.25)]
    found = examples.combined(parts, 4, settings)
    assert found.value == 0.25
    assert found.error == 0.25 + 2 * ROUNDING * 0.25 + TINY
    assert examples.combined([*parts, Estimate(None, 0.0)], 4, settings) == (
        None,
        math.inf,
    )
    with mp.workdps(40):
        third = mp.mpf(1) / 3
    precise = examples.combined([Estimate(third, 0.0)] * 2, 2, Settings(digits=30))
    with mp.workdps(40):
        assert abs(precise.number - third) < mp.mpf(10) ** -39


@pytest.mark.parametrize("count", [0, 1, 3, 4, 9])
def test_of_many_examples_a_few_warnings_are_said(count: int) -> None:
    said = examples.gathered(
        (f"t.csv:{n}", [Remark("few digits")]) for n in range(count)
    )
    texts = [remark.text for remark in said]
    assert texts[:3] == [f"t.csv:{n}: few digits" for n in range(min(count, 3))]
    assert texts[3:] == ([f"and {count - 3} more of these"] if count > 3 else [])


# ---- columns -------------------------------------------------------------------------

NUMBERS = (0.0, 1.0, -1.0, 1 + 1e-15, 1 + 5e-15, 1 + 1e-9, 1.001, 1e-9, 2.0)
ERRORS = (0.0, 1e-16, 2e-10, 4e-10, 6e-10, 1e-3)
LIMITS = (ESTIMATES, Tolerance(1e-9), Tolerance(None, 1e-3), Tolerance(1e-3, 1e-9))


@pytest.mark.parametrize("limits", LIMITS)
def test_a_claim_that_passes_in_columns_passes_alone(limits: Tolerance) -> None:
    """And what is poor is left to a closer look, as is what does not pass."""
    for claimed in NUMBERS:
        for true in NUMBERS:
            for one in ERRORS:
                for other in ERRORS:
                    passed = check_columns._passes(*limits, claimed, true, one, other)
                    pair = Estimate(claimed, one), Estimate(true, other)
                    alone = judged("x", *pair, limits).passed
                    poor = one + other > 0.5e-9 * abs(true)
                    assert passed == (alone and not poor), (claimed, true, one, other)


@pytest.mark.parametrize("floor", [0.0, 0.5, 1.0, 1.5, [0.5, 1.0, 1.5, 0.0]])
def test_unsure_is_what_is_small_or_apart(floor: Any) -> None:
    claimed, true = [1.0, 1.1, -1.0, 1.0], [1.0, 1.0, 1.0, 1.3]
    floors = floor if isinstance(floor, list) else [floor] * 4
    for limits in (
        Tolerance(0.2),
        Tolerance(None, 0.2),
        Tolerance(0.1, 0.15),
        Tolerance(0.05),
    ):
        wanted = [
            place
            for place, (c, t, least) in enumerate(
                zip(claimed, true, floors, strict=True)
            )
            if abs(t) < least
            or abs(c - t) > (limits.absolute or 0) + (limits.relative or 0) * abs(t)
        ]
        assert unsure(claimed, true, floor, limits) == wanted


def test_points_beside_are_as_far_as_the_numbers_are_large() -> None:
    assert _beside(4.0, 0.5) == 6.0
    assert _beside([4.0, -4.0, 0.0], 0.5) == [6.0, -2.0, 0.5]
    assert _beside(0.0, -0.25) == -0.25


# ---- second derivatives --------------------------------------------------------------


def test_pairs_that_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """All of a few variables; of many those that meet, and the diagonal."""
    names = tuple("abcd")
    formula = parse("a*b+c^2+d", names=set(names)).expression
    where = Sparsity(formula, names, 100, ())
    every = list(combinations_with_replacement(names, 2))
    assert _visible_pairs(names, where) == (every, 0)
    monkeypatch.setattr(hessian, "MOST", 10)
    assert _visible_pairs(names, where) == (every, 0)
    monkeypatch.setattr(hessian, "MOST", 9)
    met = [("a", "a"), ("a", "b"), ("b", "b"), ("c", "c"), ("d", "d")]
    assert _visible_pairs(names, where) == (met, 5)
    wanted = Sparsity(formula, names, 100, (("a", "b"),))
    assert _visible_pairs(names, wanted) == ((("a", "b"),), 0)


def test_second_derivatives_by_name_in_any_order() -> None:
    found = diffcli.hessian("x^2*y+z", {"x": 3, "y": 5, "z": 1})
    assert found.partial("x", "y") == found.partial("y", "x")
    assert found.partial("x", "y").value == 6
    assert found.partial("z", "x").value == 0
    alone = found._replace(columns={"finite": found.columns["finite"]})
    assert alone.partial("x", "x").value == pytest.approx(10, rel=1e-4)
    assert alone.partial("x", "x").value != found.partial("x", "x").value
    with pytest.raises(UsageError):
        found.partial("x", "q")
    nothing = found._replace(columns={}, left_out=0)
    assert nothing.partial("x", "y").value is None
    assert nothing._replace(left_out=3).partial("x", "y") == (0.0, 0.0)


# ---- curves --------------------------------------------------------------------------


@pytest.mark.parametrize("scale", [1e-150, 1.0, 1e100])
@pytest.mark.parametrize("x", [0.0, 0.6, -0.8])
def test_newton_solves_for_the_tied_variable(x: float, scale: float) -> None:
    problem = pose(parse(f"{scale!r}*(x^2+y^2-1)"), {"x": x, "y": 0.9})
    found = implicit.solved(problem, "y", problem.point)
    assert abs(found - math.sqrt(1 - x * x)) <= 2**-52
    with pytest.raises(ArithmeticError):
        implicit.solved(problem, "y", {"x": 2.0, "y": 0.9})
    with pytest.raises(ArithmeticError):
        implicit.solved(problem, "y", {"x": 0.0, "y": 0.0})


def test_the_slope_of_a_curve_has_the_errors_of_both_partials() -> None:
    found = implicit._swept(Estimate(6.0, 0.5), Estimate(2.0, 0.25))
    assert found.value == -3
    assert found.error == pytest.approx((0.5 + 3 * 0.25) / 2)
    zero = implicit._swept(Estimate(0.0, 0.5), Estimate(2.0, 0.25))
    assert str(zero.value) == "0.0"


@pytest.mark.parametrize(
    ("y", "error"),
    [(0.8, None), (0.8 + 2e-16, None), (0.8 + 1e-12, DomainError), (1.0, DomainError)],
)
def test_a_point_has_to_be_on_the_curve_but_for_rounding(
    y: float, error: type[DiffcliError] | None
) -> None:
    problem = pose(parse("x^2+y^2-1"), {"x": 0.6, "y": y})
    if error is None:
        found = implicit.implicit(problem, "y")
        assert found.slope("x").value == pytest.approx(-0.75, rel=1e-12)
        assert found.columns["finite"]["x"].value == pytest.approx(-0.75, rel=1e-6)
        assert [*found.free] == ["x"]
        return
    with pytest.raises(error) as refused:
        implicit.implicit(problem, "y")
    assert "y = 0.8 is on it: x=0.6,y=0.8" in refused.value.hint


def test_where_the_other_partial_is_0_there_is_no_slope() -> None:
    for formula, point in (
        ("x^2+y^2-1", {"x": 1.0, "y": 0.0}),
        ("x*y", {"x": 0.0, "y": 0.0}),
        ("x-y^3", {"x": 0.0, "y": 0.0}),
    ):
        with pytest.raises(KinkError, match="no differentiable function"):
            implicit.implicit(pose(parse(formula), point), "y")
    with pytest.raises(UsageError):
        implicit.curve(parse("x^2-1"), "x", ["x"])
