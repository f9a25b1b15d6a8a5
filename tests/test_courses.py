"""What became of a descent, from its steps alone: factors, ups and downs, the floor."""

import itertools
import math
from collections.abc import Callable, Iterable

import pytest

from diffcli.analysis import descend_courses as courses
from diffcli.analysis.curvature import largest_curvature
from diffcli.analysis.descend import chosen_rates, descend
from diffcli.analysis.descend_courses import Iterate, Walk
from diffcli.engine.mean import Single
from diffcli.language.parser import parse
from diffcli.problem import Problem, pose


def path(losses: Iterable[float], stride: int = 1) -> list[Iterate]:
    """Return steps with these losses."""
    every = enumerate(losses)
    return [Iterate(stride * n, (float(n),), loss, 1.0) for n, loss in every]


def problem(formula: str, **point: float) -> Problem:
    return pose(parse(formula), point)


def walk(formula: str, rate: float, steps: int, **point: float) -> Walk:
    """Return a walk that has been walked."""
    posed = problem(formula, **point)
    made = Walk(posed, Single(posed.program, posed.variables), rate, steps, 1e-8)
    for _ in made:
        pass
    return made


# ---- the factor ---------------------------------------------------------------------


@pytest.mark.parametrize("factor", [0.25, 0.9, 0.999, 1.0, 1.5])
@pytest.mark.parametrize("floor", [None, 0.0, 3.0, -2.0])
@pytest.mark.parametrize(("count", "stride"), [(2, 1), (3, 1), (9, 1), (9, 4), (40, 2)])
def test_the_factor_of_a_geometric_course_is_its_own(
    factor: float, floor: float | None, count: int, stride: int
) -> None:
    heights = [5 * factor ** (stride * n) for n in range(count)]
    steps = path([(floor or 0) + height for height in heights], stride)
    assert courses._factor(steps, floor) == pytest.approx(factor, rel=1e-4)


def test_the_factor_is_that_of_the_late_steps() -> None:
    early, late = [0.5**n for n in range(10)], [0.5**9 * 0.9**n for n in range(1, 12)]
    assert courses._factor(path([*early, *late]), None) == pytest.approx(0.9, rel=1e-9)


def test_what_rounding_has_left_tells_no_factor() -> None:
    """A step at the floor, or as near as 1e-12 of the first height, is not counted."""
    fallen = [1 + 0.5**n for n in range(12)]
    for dust in (1.0, 1 + 1e-14, 1 - 1e-14):
        found = courses._factor(path([*fallen, *[dust] * 12]), 1.0)
        assert found == pytest.approx(0.5, rel=1e-9)
    assert courses._factor(path([1.0]), None) is None
    assert courses._factor(path([1.0, 0.0]), None) is None
    assert courses._factor(path([0.0, 0.0]), None) is None
    assert courses._factor(path([1.0, -1.0]), None) is None
    assert courses._factor(path([1.0, 1e-11]), None) == pytest.approx(1e-11)
    assert courses._factor(path([5e-324, 1e300]), None) is None  # beyond doubles


@pytest.mark.parametrize("steps", range(8, 26))
@pytest.mark.parametrize(
    ("formula", "rate", "factor"),
    [("abs(x)", 0.3, 1.0), ("x^2", 1.0, 1.0), ("5+abs(x-0.3)", 0.2, None)],
)
def test_what_goes_up_and_down_has_the_factor_of_two_steps(
    formula: str, rate: float, factor: float | None, steps: int
) -> None:
    """Wherever it ends."""
    course = walk(formula, rate, steps, x=1.0).course()
    assert course.verdict == "oscillates"
    assert course.factor == pytest.approx(factor or 1.0, rel=0 if factor else 0.1)


# ---- up and down --------------------------------------------------------------------

UP, DOWN = [1.0, 2, 3, 4, 5, 6, 7, 8], [8.0, 7, 6, 5, 4, 3, 2, 1]


@pytest.mark.parametrize(
    ("losses", "rises"),
    [
        (UP, True), (DOWN, False), ([1.0] * 8, False), ([0.0] * 8, False),
        (UP[:2], False),
        (UP[:4], False), (UP[:5], True), (UP[:6], True),
        ([*DOWN, *UP], True), ([*UP, *DOWN], False),
        ([*UP[:-1], 7.0], False), ([9.0, 9, 1, 2, 3], True),
        ([1.0, 1, 1, 1 + 1e-13, 1 + 2e-13], False),
        ([1.0, 1, 1, 1 + 1e-11, 1 + 2e-11], True),
        ([-3.0, -3, -3, -2, -1], True), ([0.0, 0, 0, 1e-300, 2e-300], True),
    ],
)  # fmt: skip
def test_a_loss_rises_if_its_second_half_does(losses: list[float], rises: bool) -> None:
    assert courses._rises(path(losses)) == rises


def wave(size: Callable[[int], float], count: int = 32) -> list[float]:
    """Return losses that go up and down, by as much as is said of each step."""
    return [2 + (-1) ** n * size(n) for n in range(count)]


@pytest.mark.parametrize(
    ("late", "before", "bounded"),
    [
        (wave(lambda n: 1.0), 3.0, True), (wave(lambda n: 1 + n / 10), 3.0, False),
        (wave(lambda n: 1 + n / 10), 9.0, True),
        (wave(lambda n: 1 - n / 99), 1.0, True),
        (UP, 0.0, False), ([*UP, 7.0, 9.0], 0.0, False), ([5.0] * 8, 4.0, False),
        ([3.0, 2, 1, 4, 5, 6, 7, 8], 0.0, False),
        ([1.0, 3, 1, 3, 1, 3, 1, 3], 3.0, True),
        ([1.0, 3, 1, 4, 1, 5, 1, 6], 0.0, False),
        ([1.0, 3, 1, 4, 1, 5, 1, 5], 0.0, True),
        ([1.0, 3, 1, 4, 1, 5, 1, 6], 7.0, True),
        ([1.0, 3, 1, 4, 1, 5, 1, 6], 6.0, True),
        ([3.0, 1, 3, 1, 3], 3.0, True), ([3.0, 1, 3, 4, 5], 3.0, False),
        ([3.0, *[1] * 8, 4, *[1] * 4, 5, *[1] * 4, 6], 0.0, False),  # by quarters
        ([*[1.0] * 4, 3, 2, *[1] * 3, 4, 3, *[1] * 3, 4, 6, *[1] * 4], 0.0, True),
    ],
)  # fmt: skip
def test_what_climbs_higher_than_ever_is_not_bounded(
    late: list[float], before: float, bounded: bool
) -> None:
    whole = path([before, *late])
    assert courses._is_bounded(whole, whole[1:]) == bounded


# ---- the floor ----------------------------------------------------------------------


@pytest.mark.parametrize("power", [-300, -9, 0, 9, 290])
@pytest.mark.parametrize(
    ("formula", "floor"),
    [
        ("(x-3)^2", 0.0), ("5+(x-3)^2", 5.0), ("(x-3)^4", 0.0), ("x^2/(1+x^2)", 0.0),
        ("log(1+exp(-x))+log(1+exp(x))", 2 * math.log(2)), ("x^2-2*x*y+2*y^2-y", -0.25),
        ("100*x^2+(y-1)^2", 0.0), ("abs(x-1)", 0.0), ("cosh(x)", 1.0),
        ("x*log(x)", -math.exp(-1)), ("sqrt(x-0.5)", 0.0),
        ("x^x", math.exp(-1 / math.e)),
    ],
)  # fmt: skip
def test_the_floor_below_a_course_is_the_minimum(
    formula: str, floor: float, power: int
) -> None:
    """Whatever the unit of the loss."""
    posed = problem(
        f"1e{power}*({formula})", x=0.75, **({"y": 2.0} if "y" in formula else {})
    )
    start = posed.program.value(posed.point)
    made = walk(f"1e{power}*({formula})", 1e-3 * 10.0**-power, 3, **posed.point)
    found, settled = courses._bottom(posed, made.objective, made.course().path)
    near = 1e-6 * (start - floor * 10.0**power)
    if "abs" not in formula and "sqrt" not in formula:
        assert settled
    assert found == pytest.approx(floor * 10.0**power, rel=1e-9, abs=abs(near))


@pytest.mark.parametrize("wide", [1.0, 1e-3, 1e3])
@pytest.mark.parametrize("formula", ["sin(X)", "1-1/cosh(X+1)", "-exp(-X^2/2-X)"])
def test_the_floor_is_found_also_where_the_halved_rates_are_nearly_too_large(
    formula: str, wide: float
) -> None:
    """Beside a minimum with the curvature 1, twice the rate 1 goes to and fro."""
    floor = {"sin(X)": -1.0, "1-1/cosh(X+1)": 0.0}.get(formula, -math.exp(0.5))
    made = walk(formula.replace("X", f"(x/{wide})"), 0.001 * wide, 9, x=0.1 * wide)
    found, settled = courses._bottom(made.problem, made.objective, made.course().path)
    assert settled
    assert found == pytest.approx(floor, abs=1e-12)


@pytest.mark.parametrize("unit", ["1", "1e-250", "1e200"])
@pytest.mark.parametrize(
    "formula",
    ["-x", "-exp(x)", "x^3", "-x^2", "-1e-9*x", "x^3+x", "log(x+2)", "5+log(x+1.5)",
     "-1/sqrt(x+3)", "log(log(x+3))"],
)  # fmt: skip
def test_what_falls_without_end_has_no_floor(formula: str, unit: str) -> None:
    """Whatever the unit; if it is tiny, the largest step may lead not far enough."""
    made = walk(f"{unit}*({formula})", 0.01 / float(unit), 3, x=-1.0)
    found, settled = courses._bottom(made.problem, made.objective, made.course().path)
    assert (found, settled) == (-math.inf, False) or (
        unit == "1e-250" and found < -1e9 * 1e-250 and not settled
    )
    assert made.course().floor is None


# ---- the walk -----------------------------------------------------------------------


@pytest.mark.parametrize("steps", [1, 7999, 8000, 16001])
def test_of_a_long_course_every_so_manieth_step_is_kept(steps: int) -> None:
    made = walk("x", 1e-9, steps, x=1.0)
    numbers = [step.number for step in made.course().path]
    assert len(numbers) <= 2 * courses._KEPT + 1
    assert numbers[0] == 0
    assert numbers[-1] == steps
    gaps = {b - a for a, b in itertools.pairwise(numbers[:-1])}
    assert len(gaps) <= 1
    assert len(numbers) > courses._KEPT or len(numbers) == steps + 1
    assert len({*numbers}) == len(numbers)


@pytest.mark.parametrize(
    ("formula", "x", "rate", "stopped", "verdict", "count"),
    [
        ("x^2", 0.0, 0.1, "the gradient is 0", "rests", 1),
        ("x^2", 1.0, 0.5, "", "converges", 2),
        ("sqrt(x)", 1.0, 2.0, "no derivative there", "stuck", 2),
        ("exp(x^2)", 5.0, 5.0, courses.OVERFLOW, "diverges", 1),
        ("-x*1e200", 1.0, 1e200, courses.OVERFLOW, "diverges", 1),
        ("log(x)^2+x", 1.0, 5.0, "log is not defined for -4", "leaves the domain", 1),
    ],
)  # fmt: skip
def test_why_a_course_ends(
    formula: str, x: float, rate: float, stopped: str, verdict: str, count: int
) -> None:
    made = walk(formula, rate, 2, x=x)
    course = made.course()
    assert (course.verdict, len(course.path)) == (verdict, count)
    assert course.stopped == stopped


@pytest.mark.parametrize("tolerance", [1e-8, 1e-3, 0.3])
def test_a_course_ends_where_the_gradient_is_short(tolerance: float) -> None:
    """Of x^2 the gradient is 2x, and x shrinks by 0.8 with each step."""
    posed = problem("x^2", x=1.0)
    objective = Single(posed.program, posed.variables)
    made = Walk(posed, objective, 0.1, 1000, tolerance)
    slopes = [step.slope for step in made]
    assert slopes[-1] <= tolerance * slopes[0] < slopes[-2]
    assert made.course().stopped == ""
    assert slopes == pytest.approx([2 * 0.8**n for n in range(len(slopes))])


def test_every_step_ticks() -> None:
    ticks: list[int] = []
    descend(problem("x^2", x=1.0), [0.1, 0.2], 7, tick=lambda: ticks.append(1))
    assert len(ticks) == 2 * (7 + 1)  # and at the start


@pytest.mark.parametrize("curvature", [None, 0.0, -1.0, 1e-320, 2.0, 1e300])
def test_the_rates_suit_the_curvature(curvature: float | None) -> None:
    rates = chosen_rates(curvature)
    if not curvature or curvature < 1e-300:
        assert rates == (0.001, 0.01, 0.1)
    else:
        stable = 2 / curvature
        assert rates == pytest.approx(
            [0.01 * stable, 0.5 * stable, 1.05 * stable], rel=0.01
        )
        assert rates[0] < rates[1] < stable < rates[2]


@pytest.mark.parametrize("count", [1, 40, 41])
def test_the_curvature_is_asked_of_forty_variables(count: int) -> None:
    names = [f"x{n}" for n in range(count)]
    posed = problem(
        "+".join(f"{name}^2" for name in names), **dict.fromkeys(names, 1.0)
    )
    found = largest_curvature(Single(posed.program, posed.variables), posed.point)
    assert found == (pytest.approx(2) if count <= 40 else None)


def test_a_curvature_that_is_none_limits_no_rate() -> None:
    made = descend(problem("x^2", x=1.0), [0.1], 1)
    assert made.stable == 1
    assert made._replace(curvature=None).stable is None
    assert made._replace(curvature=0.0).stable is None
    assert made._replace(curvature=-2.0).stable is None
