"""descend: the path is the recurrence, the verdicts are those of control theory."""

import itertools
import json
import math
import re
from typing import Any

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from diffcli.analysis.curvature import largest_curvature
from diffcli.analysis.descend import descend, rows
from diffcli.analysis.descend_courses import FEEDBACK
from diffcli.engine.mean import Single
from diffcli.engine.tape import Program
from diffcli.language.parser import parse
from diffcli.problem import Problem, pose
from tests.conftest import Ran, Run

EXAMPLE = "(2*x1+3*x2)**2+3"


def problem(formula: str, **point: float) -> Problem:
    return pose(parse(formula), point)


def test_curvature_is_the_largest_eigenvalue_of_the_hessian() -> None:
    x, y = sympy.symbols("x y")
    expression = sympy.exp(x * y) + x**3 * y
    matrix = sympy.hessian(expression, (x, y)).subs({x: 0.5, y: 1.5}).evalf()
    expected = max(sympy.re(value) for value in matrix.eigenvals())
    start = problem("exp(x*y)+x^3*y", x=0.5, y=1.5)
    objective = Single(start.program, start.variables)
    found = largest_curvature(objective, start.point)
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
        ("sqrt(x)", 2.0, "stuck"),
        ("-log(x)", 0.1, "falls on"),
        ("(x-3)^4", 0.01, "converges"),
        ("(x-3)^4", 1e-5, "too small"),
        ("sigmoid(9-x)", 1e5, "converges"),
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


@pytest.mark.parametrize("power", [-310, -300, -200, -30, -9, 9, 30, 200, 300])
def test_a_verdict_does_not_depend_on_the_unit_of_the_loss(power: int) -> None:
    for share in (1e-4, 1e-3, 0.01, 0.3, 0.6, 0.99, 1.1):
        (plain,) = descend(problem("x^2", x=1.0), [share], 20).courses
        rate = float(f"{share}e{-power}")
        if math.isfinite(rate):
            loss = problem(f"1e{power}*x^2", x=1.0)
            (course,) = descend(loss, [rate], 20).courses
            assert course.verdict == plain.verdict, share
            if power > -300:  # below, a loss near its floor has few digits
                assert course.factor == pytest.approx(plain.factor, rel=1e-3), share


def test_what_bends_upward_is_not_said_to_bend_down(run: Run) -> None:
    for power in range(-318, 308, 25):
        ran = run("descend", f"1e{power}*x^2", "--at", "1", "--steps", "3")
        assert "not curved upward" not in ran.out, power
        assert "rate inf" not in ran.out, power


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
    [("x*1e200", "0.5"), ("max(x,1)", "1e300"), ("relu(1/x)", "1e-100"), ("3", "1"),
     ("log(x)", "710"), ("sin(x)*exp(x)", "3.7"), ("sqrt(x)", "1e300")],
)  # fmt: skip
def test_numbers_at_the_edge_of_doubles(formula: str, at: str, run: Run) -> None:
    for more in ((), ("--plot",), ("-f", "json")):
        ran = run("descend", formula, "--vars", "x", "--at", at, "--steps", "8", *more)
        assert ran.code == 0, ran.err
        assert formula[0] in ran.out
        assert not re.search(r"\b(nan|NaN|Infinity)\b", ran.out)
    rows = run(
        "descend", formula, "--vars", "x", "--at", at, "--rate", "0.5", "-f", "csv"
    ).out.splitlines()
    first = dict(zip(rows[0].split(","), rows[1].split(","), strict=True))
    assert float(first["x"]) == float(at)
    assert float(first["loss"]) == Program([parse(formula).expression]).value(
        {"x": float(at)}
    )


EIGENVALUES = ((1.0,), (4.0, 4.0), (10.0, 1.0), (3.0, 2.0, 1.0))


@pytest.mark.parametrize("values", EIGENVALUES)
@pytest.mark.parametrize(
    "gain", [1e-4, 0.005, 0.5, 1.0, 1.5, 1.99, 2.0, 2.03, 2.5, 9.0]
)
@pytest.mark.parametrize("offset", ["", "+1e6", "-50"])
def test_a_bowl_is_judged_by_rate_times_eigenvalue(
    values: tuple[float, ...], gain: float, offset: str
) -> None:
    formula = "+".join(f"{v / 2}*(x{n}-{n})^2" for n, v in enumerate(values, 1))
    start = {f"x{n}": float(-n) for n in range(1, len(values) + 1)}
    (course,) = descend(
        problem(formula + offset, **start), [gain / values[0]], 60
    ).courses
    wanted = "converges"
    if gain > 2:
        wanted = "diverges"
    elif gain > 1.9:
        wanted = "oscillates"
    elif gain < 0.01:
        wanted = "too small"
    assert course.verdict == wanted


def turned(formula: str, share: float) -> str:
    """Return a formula of x and y with the axes turned."""
    c, s = math.cos(share), math.sin(share)
    letters = {"x": f"({c}*x+{s}*y)", "y": f"({c}*y-{s}*x)"}
    return "".join(letters.get(letter, letter) for letter in formula)


@pytest.mark.parametrize(
    ("formula", "rate", "start", "verdict"),
    [
        # saddles: reached along their crest
        ("x^2-y^2", 0.1, (1.0, 0.0), "saddle"),
        ("x^2-y^2", 0.1, (1.0, 1e-9), "saddle"),
        ("x^2-y^2+y^4", 0.2, (1.0, 0.0), "saddle"),
        ("x^2-0.1*y^2+7", 0.4, (3.0, 0.0), "saddle"),
        ("x^2-y^2+y^4", 0.2, (1.0, 0.2), "converges"),
        ("x^2-y^2", 0.1, (1.0, 0.5), "falls on"),
        ("x*y", 0.2, (1.0, 1.0), "saddle"),
        ("x^2*y^2", 0.01, (1.0, 2.0), "converges"),
        # bowls, steep one way and flat the other
        ("100*x^2+y^2", 1e-4, (1.0, 1.0), "too small"),
        ("100*x^2+y^2", 0.00999, (1.0, 1.0), "oscillates"),
        ("100*x^2+y^2", 0.0101, (1.0, 1.0), "diverges"),
        ("x^4+y^4", 0.1, (1.0, 1.0), "converges"),
        ("x^2*(1+y^2)", 0.2, (1.0, 1.0), "converges"),
    ],
)
@pytest.mark.parametrize("share", [0.0, 0.3, 1.2])
def test_saddles_and_troughs(
    formula: str, rate: float, start: tuple[float, float], verdict: str, share: float
) -> None:
    c, s = math.cos(share), math.sin(share)
    x, y = c * start[0] - s * start[1], s * start[0] + c * start[1]
    made = problem(turned(formula, share), x=x, y=y)
    (course,) = descend(made, [rate], 24).courses
    assert course.verdict == verdict


@pytest.mark.parametrize(
    ("formula", "rate", "start"),
    [("x^2", 1.0, 3.0), ("x^4-2*x^2+5", 0.3, 0.5), ("x^4-2*x^2+5", 0.5, 0.5),
     ("abs(x)", 0.3, 1.0), ("log(cosh(x))", 4.0, 1.0), ("hypot(x, 1e-3)", 1.0, 20.5),
     ("1e4*relu(-x)+abs(x-0.05)", 0.1, 0.33)],
)  # fmt: skip
@pytest.mark.parametrize("steps", [40, 501, 10_000])
def test_what_goes_round_does_not_converge(
    formula: str, rate: float, start: float, steps: int
) -> None:
    (course,) = descend(problem(formula, x=start), [rate], steps).courses
    assert course.verdict == "oscillates"


def test_the_neuron_works_above_the_limit_at_its_start() -> None:
    made = problem("(sigmoid(w*2+b)-1)^2", w=0.5, b=0.3)
    descent = descend(made, [0.04, 4.3, 13.4], 20)
    assert descent.stable is not None
    assert descent.stable < 4.3
    verdicts = [course.verdict for course in descent.courses]
    assert verdicts == ["too small", "converges", "converges"]


def test_the_limit_is_said_to_be_a_hint(run: Run) -> None:
    assert "a hint: stable below 2/26" in run("descend", EXAMPLE, "--at", "1,3").out


def test_the_axis_of_the_loss_is_named(run: Run) -> None:
    words = ("descend", "--at", "1", "--plot", "--rate", "0.1")
    assert "loss (log) against steps" in run(*words, "x^2").out
    assert "loss against steps" in run(*words, "x^2+1").out


def test_long_courses_are_walked_in_constant_memory() -> None:
    made = problem("x^2", x=1.0)
    rows_ = rows(made, [1e-7], 10_000_000)
    assert [row.step.number for row in itertools.islice(rows_, 3)] == [0, 1, 2]
    (course,) = descend(made, [1e-7], 50_000).courses
    assert len(course.path) < 10_000
    assert course.path[-1].number == 50_000


@pytest.mark.parametrize("form", ["csv", "tsv", "jsonl"])
def test_rows_say_what_json_says(form: str, run: Run) -> None:
    words = ("descend", EXAMPLE, "--at", "1,3", "--steps", "6")
    courses = json.loads(run(*words, "-f", "json").out)["courses"]
    wanted = [
        (c["rate"], s["step"], s["loss"], s["gradient_norm"], s["point"]["x2"], verdict)
        for c in courses
        for s, verdict in zip(
            c["path"], [""] * (len(c["path"]) - 1) + [c["verdict"]], strict=True
        )
    ]
    lines = run(*words, "-f", form).out.splitlines()
    if form == "jsonl":
        told = [json.loads(line) for line in lines]
        found = [
            (r["rate"], r["step"], r["loss"], r["gradient_norm"], r["point"]["x2"],
             r["verdict"] or "")
            for r in told
        ]  # fmt: skip
    else:
        rest = [line.split("," if form == "csv" else "\t") for line in lines[1:]]
        found = [
            (float(r[0]), int(r[1]), float(r[4]), float(r[5]), float(r[3]), r[6])
            for r in rest
        ]
    assert found == wanted


def courses_of(ran: Ran) -> list[dict[str, Any]]:
    """Return the courses in a record."""
    courses: list[dict[str, Any]] = json.loads(ran.out)["courses"]
    return courses


@pytest.mark.parametrize(
    ("formula", "start"),
    [("x^4 - 3*x^2 + x", "2"), ("(x^2 - 1)^2 + x/4", "1.5"), ("cos(4*x) + x/5", "0.3")],
)
def test_a_course_beside_others_is_told_as_it_is_alone(
    formula: str, start: str, run: Run
) -> None:
    """Each goes down to a floor of its own, which may not be the lowest of all."""
    rates = ["0.01", "0.1", "0.22", "0.3"]
    words = ("descend", formula, "--at", start, "-f")
    together = courses_of(run(*words, "json", "--rate", ",".join(rates)))
    told = {}
    for rate, course in zip(rates, together, strict=True):
        assert courses_of(run(*words, "json", "--rate", rate)) == [course]
        told[rate] = run(*words, "table", "--rate", rate).out
    table = run(*words, "table", "--rate", ",".join(rates), columns=200).out
    (shown,) = (line for line in table.splitlines() if "per step" in line)
    for cell, alone in zip(shown.split("│")[2:-1], told.values(), strict=True):
        assert re.search(rf"per step +│ +{re.escape(cell.strip())} │", alone)
    assert len({course["floor"] for course in together}) > 1
