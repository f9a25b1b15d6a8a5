"""descend: the path is the recurrence, the verdicts are those of control theory."""

import json

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from diffcli.analysis.descend import FEEDBACK, descend, largest_curvature
from diffcli.language.parser import parse
from diffcli.problem import Problem, pose
from tests.conftest import Run

EXAMPLE = "(2*x1+3*x2)**2+3"


def problem(formula: str, **point: float) -> Problem:
    return pose(parse(formula), point)


def test_curvature_is_the_largest_eigenvalue_of_the_hessian() -> None:
    x, y = sympy.symbols("x y")
    expression = sympy.exp(x * y) + x**3 * y
    matrix = sympy.hessian(expression, (x, y)).subs({x: 0.5, y: 1.5}).evalf()
    expected = max(sympy.re(value) for value in matrix.eigenvals())
    found = largest_curvature(problem("exp(x*y)+x^3*y", x=0.5, y=1.5))
    assert found == pytest.approx(float(expected), rel=1e-12)


def test_the_path_is_the_recurrence() -> None:
    (course,) = descend(problem(EXAMPLE, x1=1.0, x2=3.0), [0.05], 5).courses
    x1, x2 = 1.0, 3.0
    for step in course.path:
        assert step.point == pytest.approx((x1, x2))
        assert step.loss == pytest.approx((2 * x1 + 3 * x2) ** 2 + 3)
        inner = 2 * x1 + 3 * x2
        x1, x2 = x1 - 0.05 * 4 * inner, x2 - 0.05 * 6 * inner
    assert len(course.path) == 6


@given(st.floats(0.02, 0.98), st.floats(0.1, 10), st.floats(-5, 5))
def test_a_parabola_below_its_limit_goes_down_by_the_known_factor(
    share: float, curvature: float, start: float
) -> None:
    if abs(start) < 0.1 or abs(share - 0.5) < 0.01:
        return
    rate = share * 2 / curvature
    made = descend(problem(f"{curvature!r}/2*x^2+1", x=start), [rate], 60)
    (course,) = made.courses
    assert made.stable == pytest.approx(2 / curvature)
    assert course.verdict in ("converges", "too small", "oscillates")
    assert course.factor == pytest.approx((1 - 2 * share) ** 2, rel=0.02)


@pytest.mark.parametrize(
    ("formula", "rate", "verdict"),
    [
        ("x^2", 0.001, "too small"),
        ("x^2", 0.4, "converges"),
        ("x^2", 0.9999, "oscillates"),
        ("x^2", 1.0, "oscillates"),
        ("x^2", 1.1, "diverges"),
        ("x^2", 1e200, "diverges"),
        ("exp(x^2)", 5.0, "diverges"),
        ("log(x)^2+x", 5.0, "leaves the domain"),
        ("-x", 0.1, "falls on"),
        ("(x-1)^2", 0.1, "rests"),
        ("abs(x-1)+sqrt(x-1)", 0.1, "stuck"),
    ],
)
def test_verdicts(formula: str, rate: float, verdict: str) -> None:
    (course,) = descend(problem(formula, x=1.0), [rate], 20).courses
    assert course.verdict == verdict
    assert verdict in FEEDBACK


def test_the_chosen_rates_teach_all_three(run: Run) -> None:
    record = json.loads(run("descend", EXAMPLE, "--at", "1,3", "-f", "json").out)
    verdicts = [course["verdict"] for course in record["courses"]]
    assert verdicts == ["too small", "converges", "diverges"]
    assert record["stable"] == pytest.approx(2 / 26)
    assert record["floor"] == pytest.approx(3)


def test_overflow_ends_a_column_and_is_no_error(run: Run) -> None:
    ran = run("descend", "x^4", "--at", "3", "--rate", "0.5")
    assert ran.code == 0
    assert "inf, stopped" in ran.out
    assert (
        "inf"
        not in run("descend", "x^4", "--at", "3", "--rate", "0.5", "-f", "csv").out
    )


def test_only_some_variables_move(run: Run) -> None:
    words = ("(w*x-t)**2", "--at", "w=0,x=2,t=1", "--wrt", "w", "-f", "csv")
    header, first, second, *_ = run("descend", *words).out.splitlines()
    assert header == "rate,step,w,loss,gradient_norm,verdict"
    assert second.split(",")[2] != first.split(",")[2]


@pytest.mark.parametrize("rate", ["0", "-1", "x", "nan", "inf", "0.1,,"])
def test_bad_rates_are_refused(rate: str, run: Run) -> None:
    ran = run("descend", "x^2", "--at", "1", f"--rate={rate}")
    assert (ran.code, ran.out) == (2, "")


def test_many_steps_are_thinned_out(run: Run) -> None:
    ran = run("descend", "x^2", "--at", "1", "--rate", "0.0001", "--steps", "5000")
    assert len(ran.out.splitlines()) < 24
    assert "5000" in ran.out


@pytest.mark.parametrize(
    ("formula", "at"),
    [("x*1e200", "0.5"), ("max(x,1)", "1e300"), ("relu(1/x)", "1e-300"), ("3", "1"),
     ("log(x)", "710"), ("sin(x)*exp(x)", "3.7"), ("sqrt(x)", "1e300")],
)  # fmt: skip
def test_numbers_at_the_edge_of_doubles(formula: str, at: str, run: Run) -> None:
    for more in ((), ("--plot",), ("-f", "json")):
        ran = run("descend", formula, "--vars", "x", "--at", at, "--steps", "8", *more)
        assert ran.code == 0, ran.err
