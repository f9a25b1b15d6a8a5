"""Difference quotients: steps, samples, and an estimate that covers the error."""

import itertools
import math
from collections.abc import Callable

import pytest
from mpmath import mp

from diffcli.analysis.grad import compare
from diffcli.calculus.functions import ROWS
from diffcli.engine import adaptive, best_steps
from diffcli.engine.adaptive import gradient
from diffcli.engine.best_steps import best_difference, ends
from diffcli.engine.precise_differences import higher_difference
from diffcli.engine.stencils import Difference, NoDifference, difference, step_width
from diffcli.engine.tape import Program
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
    runs = best_steps._levels(holed, 1.0, "symmetric", 4.0, 0.0, ends(1.0))
    assert len(runs) == 2
    for run in runs:
        assert all(a.h == 4 * b.h for a, b in itertools.pairwise(run))


def test_an_entry_is_believed_by_what_a_second_one_says_of_it() -> None:
    """A quotient alone, the first column, has no estimate of its truncation."""
    runs = best_steps._levels(math.exp, 1.0, "symmetric", 4.0, 0.0, ends(1.0))
    (run,) = runs
    entries = best_steps._tableau(run, 4.0, 2, 0)
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


@pytest.mark.parametrize("away", [0.2, 1e-2, 1e-4, -1e-3, -0.05])
def test_steps_stay_on_this_side_of_a_kink(away: float) -> None:
    """Also where it is so blunt that no quotient shows it."""
    for blunt in (1.0, 1e-13):
        kinked = parse(f"exp(x) + {blunt!r}*abs(x - {1 + away!r})")
        problem = pose(kinked, {"x": 1.0}, settings=Settings("auto"))
        found = finite.gradient(problem)
        exact = math.exp(1.0) - math.copysign(blunt, away)
        number = found.partials["x"]
        assert abs(number.number - exact) <= number.error < 1e-5
        assert isinstance(found.evidence, dict)
        evidence = found.evidence["x"]
        assert isinstance(evidence, Difference)
        assert max(abs(x - 1) for x, _ in evidence.samples) < abs(away)


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


#: What differences see badly: little slope on a large value, a kink close by, a slope
#: of 0 that constants tilt or that is only nearly 0, what changes faster than steps.
HARD = {
    "sinh(x) + 10^10": (-0.77, 1.3, 2.9),
    "cos(x^2)": (0.0035943, 0.0021, 0.02),
    "exp(-1/x^2)": (82166.5, 420965.2, -3e3),
    "sqrt(1 + x^2)": (6.3e-8, -1.2e-8, 1e-6),
    "lgamma(x)": (-198770.35, -114094.84, -2.66387),
    "log(1 + exp(-x))": (27.18, 12.0, 33.0),
    "acsc(selu(x) - 119186)": (-2.35e-8, 3e-7, 1e-3),
    "leakyrelu(x) + 5": (-1.5e-7, 2e-8, 1e-4),
    "x*abs(x - 1) + floor(3*x)": (1.0000003, 0.99998, 0.33333),
    "floor(x*x)": (-20103527.7, 12345.6, 1.3),
    "selu(x*tan(pi))": (-1.35, 2.0, 1e3),
    "tanh(x^pi)/x^pi": (0.00046, 0.01, 3.0),
    "x/(1 + abs(x))": (0.005, -0.0044, 0.0066),
    "sin(1/x)": (-0.0212178, 0.001, 1e-5),
}


@pytest.mark.parametrize("formula", HARD)
def test_what_is_shown_is_as_near_as_it_says(formula: str) -> None:
    for x in HARD[formula]:
        problem = pose(parse(formula), {"x": x})._replace(settings=Settings("auto"))
        truth = float(gradient(problem.program, problem.point, 17).partials["x"])
        result = finite.gradient(problem)
        found = result.partials["x"]
        if found.value is None:
            assert "differences cannot see it" in result.missing["x"]
            continue
        off = abs(found.value - truth)
        assert off <= found.error + EPSILON * abs(truth)
        assert off <= max(1e-4 * abs(truth), 1e-15)
        assert result.evaluations <= 80


def test_a_second_look_is_taken_only_where_the_first_leaves_doubt() -> None:
    clear, doubtful = (
        finite.gradient(
            pose(parse(text), {"x": 0.5})._replace(settings=Settings("auto"))
        )
        for text in ("exp(x)", "exp(x) + 10^10")
    )
    assert clear.evaluations <= 40 < doubtful.evaluations
    assert doubtful.partials["x"].number == pytest.approx(math.exp(0.5), rel=1e-5)


def corners() -> list[tuple[str, float]]:
    """Return formulas that have a derivative at a place, but no second one."""
    found = [(f"x*abs(x)^{p}", 0.0) for p in ("0.1", "0.5", "1.1")]
    for row in ROWS:
        for place in (0.0, 1.0, -1.0, 0.5, 3.0, -3.0):
            rough = row.rough is not None and row.arity == 1 and row.rough.at(place)
            if rough and row.domain.holds(place):
                times = f"(x-({place:g}))"
                found += [(f"{times}^{k}*{row.name}(x)", place) for k in (1, 2)]
    return [*found, ("softsign(x)", 0.0), ("elu(x)+x*y", 0.0), ("x^3*abs(x)", 0.0)]


@pytest.mark.parametrize(("formula", "x"), corners())
def test_at_a_corner_of_a_derivative_the_error_is_no_smaller_than_it_is(
    formula: str, x: float
) -> None:
    for settings in (
        Settings(),
        Settings(h=0.01),
        Settings(h="relative", scheme="forward"),
        Settings("auto", digits=30),
        Settings("auto", "forward", digits=18),
    ):
        parsed = parse(formula)
        point = {"x": x, "y": 0.5}
        found = compare(pose(parsed, point, ("x",), settings), ("finite", "backprop"))
        if not found.kinks:
            assert found.agreements["x"].verdict != "differ"


def test_the_third_derivative_at_a_corner_is_no_closer_than_it_says() -> None:
    for scheme in ("symmetric", "forward"):
        for formula in ("x^3*abs(x)", "x^3*softsign(x)", "x^3*abs(x)^0.3"):
            program = Program([parse(formula).expression])
            for h in ("1e-6", "1e-12"):
                with mp.workdps(60):
                    slope, error = higher_difference(
                        program, {"x": mp.zero}, "x", scheme, mp.mpf(h), 3, 20
                    )
                    assert abs(slope) <= error


@pytest.mark.parametrize("inner", ["x*1e-320", "x*1e-322", "x^2*1e-319"])
@pytest.mark.parametrize("formula", ["log({})+x", "x*log({})", "x+({})/1e-320"])
def test_of_what_nearly_underflows_no_error_is_too_small(
    formula: str, inner: str
) -> None:
    """Few bits are left of it, so that log(x*1e-320) goes in steps."""
    parsed = parse(formula.format(inner))
    for x in (1.3, 2.7):
        problem = pose(parsed, {"x": x})
        exact = float(gradient(problem.program, problem.point, 17).partials["x"])
        for settings in (Settings(), Settings("auto"), Settings(scheme="forward")):
            result = finite.gradient(problem._replace(settings=settings))
            found = result.partials["x"]
            if found.value is not None:
                assert abs(found.value - exact) <= found.error


@pytest.mark.parametrize("side", ["log(x - 1)", "sqrt(x - 1)", "acosh(x)", "(x - 1)^x"])
@pytest.mark.parametrize("other", ["x^2", "exp(x)", "x/3"])
def test_a_side_that_has_no_value_costs_no_digit(side: str, other: str) -> None:
    for formula in (
        f"where(x > 1, {side}, {other})",
        f"2*where(x < 1, {other}, {side})",
    ):
        problem = pose(parse(formula), {"x": 0.5})
        exact = float(gradient(problem.program, problem.point, 17).partials["x"])
        for settings, enough in ((Settings(), 1e-8), (Settings("auto"), 1e-10)):
            result = finite.gradient(problem._replace(settings=settings))
            found = result.partials["x"]
            assert abs(found.number - exact) <= found.error < enough


@pytest.mark.parametrize(
    ("formula", "flat"),
    [
        ("5 + 0*x", True), ("0.1*x + 0.2*x - 0.3*x", True), ("7*0.1*x - 0.7*x", True),
        ("sin(x)^2 + cos(x)^2", True), ("1.1*x*0.3 - 0.33*x + 4", True),
        ("x^2 + 1", False), ("atan(x)*1.0000000000000002 - atan(x)", False),
        ("(1 + 2^-52)*x - x", False), ("cos(pi + x*2^-53)", False),
    ],
)  # fmt: skip
@pytest.mark.parametrize("x", [1e6, -123.0, 0.7, 1e-3])
def test_whether_a_slope_is_0_is_known_and_what_rounding_hides_there(
    formula: str, flat: bool, x: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Constants are rounded: values lie on a slope of a few roundings, far around."""
    problem = pose(parse(formula), {"x": x}, settings=Settings("auto"))
    told, hidden = finite._is_flat(problem, "x")
    assert told is flat
    far = max(abs(x), 1.0) * abs(problem.tape.backward().partial("x"))
    assert hidden >= far if flat else hidden == 0.0

    def never(*_: object) -> None:
        raise adaptive.Unsettled("no two runs agree")

    monkeypatch.setattr(adaptive, "gradient", never)
    assert finite._is_flat(problem, "x") in ((None, 0.0), (flat, 0.0))
    if hidden:
        assert finite._is_flat(problem, "x") == (None, 0.0)
