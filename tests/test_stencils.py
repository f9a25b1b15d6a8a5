"""Difference quotients: steps, samples, and an estimate that covers the error."""

import itertools
import math
from collections.abc import Callable

import pytest

from diffcli.engine import stencils
from diffcli.engine.stencils import (
    NoDifference,
    best_difference,
    difference,
    step_width,
)
from diffcli.language.parser import parse
from diffcli.methods import finite
from diffcli.problem import Settings, pose
from tests import referee

EPSILON = 2.0**-52


def quadratic(x: float) -> float:
    return x * x


def test_forward_and_symmetric() -> None:
    assert difference(quadratic, 3.0, 0.5, "forward").slope == 6.5
    assert difference(quadratic, 3.0, 0.5, "symmetric").slope == 6.0
    assert difference(quadratic, 3.0, 0.5, "forward").evaluations == 1
    assert difference(quadratic, 3.0, 0.5, "symmetric").evaluations == 2


def test_samples_are_half_a_step_to_each_side() -> None:
    found = difference(quadratic, 1.0, 0.5, "symmetric")
    assert found.samples == ((0.75, 0.5625), (1.25, 1.5625))


def test_step_width_scales_with_the_point() -> None:
    assert step_width("relative", 100.0, "symmetric") == 100 * math.cbrt(EPSILON)
    assert step_width("relative", -4.0, "forward") == 4 * math.sqrt(EPSILON)
    assert step_width("relative", 0.0, "symmetric") == math.cbrt(EPSILON)


def test_a_side_outside_the_domain_is_left_out() -> None:
    def root(x: float) -> float:
        if x < 0:
            raise ArithmeticError
        return math.sqrt(x)

    found = difference(root, 1e-9, 1e-5, "symmetric")
    assert found.scheme == "forward"
    assert found.error > abs(found.slope - 0.5 / math.sqrt(1e-9)) / 100
    with pytest.raises(NoDifference, match="both sides"):
        difference(lambda x: 1 / 0, 1.0, 1e-5, "symmetric")


def test_a_step_that_is_lost_in_rounding_is_refused() -> None:
    with pytest.raises(NoDifference, match="lost in rounding"):
        difference(quadratic, 1.0, 1e-20, "forward")


#: Functions with their derivatives, both from the C library.
PAIRS: list[tuple[Callable[[float], float], Callable[[float], float]]] = [
    (math.sin, math.cos),
    (math.exp, math.exp),
    (math.log, lambda x: 1 / x),
    (math.sqrt, lambda x: 0.5 / math.sqrt(x)),
    (math.atan, lambda x: 1 / (1 + x * x)),
    (lambda x: x**3, lambda x: 3 * x * x),
    (lambda x: 1e-9 * math.sin(x), lambda x: 1e-9 * math.cos(x)),
]


def defined(function: Callable[[float], float]) -> Callable[[float], float]:
    """Return a function that fails as a tape does."""

    def line(x: float) -> float:
        try:
            return function(x)
        except ValueError as error:
            raise ArithmeticError from error

    return line


@pytest.mark.parametrize("x", [1e-8, 1e-4, 0.3, 1.0, 5.0, 100.0])
@pytest.mark.parametrize("pair", PAIRS)
def test_the_best_step_is_good_and_knows_how_good(
    pair: tuple[Callable[[float], float], Callable[[float], float]], x: float
) -> None:
    function, slope = pair
    found = best_difference(defined(function), x)
    assert found.evaluations <= 40
    assert found.slope == pytest.approx(slope(x), rel=1e-6)
    assert abs(found.slope - slope(x)) <= found.error + EPSILON * abs(slope(x))


def test_the_best_step_at_0() -> None:
    assert best_difference(math.sin, 0.0).slope == pytest.approx(1.0, rel=1e-12)
    assert best_difference(quadratic, 0.0).slope == 0.0


@pytest.mark.parametrize(
    ("function", "x"),
    [
        (lambda x: math.cos(x * x), 1e7),  # oscillates faster than doubles resolve
        (lambda x: math.cos(x * x), 1e-7),  # all differences are rounding
    ],
)
def test_what_differences_cannot_see_is_refused(
    function: Callable[[float], float], x: float
) -> None:
    with pytest.raises(NoDifference, match="cannot see"):
        best_difference(function, x)


@pytest.mark.parametrize("gap", [(0.05, 0.08), (0.02, 0.2), (1e-3, 4e-3), (1e-6, 1e-4)])
def test_a_gap_in_the_domain_breaks_the_extrapolation_in_two(
    gap: tuple[float, float],
) -> None:
    """Steps on both sides of a gap have no ratio that could be extrapolated."""

    def holed(x: float) -> float:
        if gap[0] < abs(x - 1) < gap[1]:
            raise ArithmeticError
        return math.exp(2 * x)

    found = best_difference(holed, 1.0)
    exact = 2 * math.exp(2)
    assert abs(found.slope - exact) <= found.error
    assert found.slope == pytest.approx(exact, rel=1e-9)
    assert found.error < 1e-7
    runs = stencils._levels(holed, 1.0, "symmetric", 4.0, 0.0)
    assert len(runs) == 2
    for run in runs:
        assert all(a.h == 4 * b.h for a, b in itertools.pairwise(run))


def test_an_entry_is_believed_by_what_a_second_one_says_of_it() -> None:
    """A quotient alone, the first column, has no estimate of its truncation."""
    runs = stencils._levels(math.exp, 1.0, "symmetric", 4.0, 0.0)
    (run,) = runs
    entries = stencils._tableau(run, 4.0, 2, 0)
    assert len(entries) > len(run)
    assert run[0].slope not in {entry.value for entry in entries}
    assert all(math.isfinite(entry.error) for entry in entries)
    best = min(entries, key=lambda entry: entry.error)
    assert abs(best.value - math.e) <= 3 * best.error


FLAT = ["relu(x)-7", "ceil(x)+3", "cos(x+0.1)", "x^3+x^3*0", "max(x, 2)", "5+0*x"]


@pytest.mark.parametrize("formula", [*FLAT, "(x+0.1)^3", "abs(x+0.1)*(x+0.1)^2"])
def test_a_true_slope_of_0_is_found(formula: str) -> None:
    x = 0.0 if formula == "x^3+x^3*0" else -0.1
    problem = pose(parse(formula), {"x": x}, settings=Settings("auto"))
    (found,) = finite.gradient(problem).partials.values()
    assert found.value == 0.0
    assert found.error < 1e-9


@pytest.mark.parametrize(
    ("formula", "x"),
    [("1+1e-30*x", 1.0), ("tanh(x)", 25.0), ("sigmoid(x)", 60.0), ("3-exp(-x)", 99.0)],
)
def test_what_differences_cannot_see_is_not_shown(formula: str, x: float) -> None:
    problem = pose(parse(formula), {"x": x}, settings=Settings("auto"))
    found = finite.gradient(problem)
    assert found.partials["x"].value is None
    assert "cannot see" in found.remarks[0].text


@pytest.mark.parametrize(
    ("formula", "x"),
    [
        ("exp(x)", -427.5), ("exp(-400*x)", 0.001), ("5-(x-lgamma(x))", 9.6e-8),
        ("x/(1+abs(x))", 1.7327e-8), ("1/x", -0.0172785), ("sqrt(x^2+1e-6)", 6.52e-8),
        ("0.5*x-sinh(0.5*x)", -618.65), ("lgamma(x)", 1.76e-8), ("acot(x)", -0.0133),
        ("digamma(log1p(x))", 8.484e-7), ("tanh(1e8*x)", 1e-8),
    ],
)  # fmt: skip
def test_steps_wider_than_the_way_to_a_bend_do_no_harm(formula: str, x: float) -> None:
    parsed = parse(formula)
    problem = pose(parsed, {"x": x}, settings=Settings("auto"))
    (found,) = finite.gradient(problem).partials.values()
    exact = referee.slope(parsed.expression, "x", {"x": x})
    off = abs(found.number - exact)
    assert off <= 1e-6 * abs(exact)
    assert off <= found.error + 2**-52 * abs(exact)
