"""Checks of second derivatives: true ones are accepted, off by 1 % they are not."""

import itertools
import json
import math
from pathlib import Path
from typing import Any

import pytest
import sympy
from mpmath import mp

import diffcli
from diffcli.calculus.functions import ROWS, Function
from diffcli.engine.adaptive import run as run_with
from diffcli.engine.exact import to_sympy
from diffcli.engine.tape import Program
from diffcli.errors import KinkError, PointError, UsageError
from diffcli.inputs.second_claims import by_pair
from diffcli.language.expression import call, variable
from diffcli.language.parser import parse
from diffcli.language.partials import partial_latex, partial_text
from diffcli.language.printer import text
from tests import referee
from tests.conftest import Run
from tests.test_functions import samples
from tests.test_hessian import FORMULAS

POINT = {"x": 1.3, "y": 0.7}


def second(formula: str, pair: tuple[str, str], point: dict[str, float]) -> float:
    """Return a second derivative by sympy."""
    whole = to_sympy(parse(formula).expression, {})
    symbols = [sympy.Symbol(name, real=True) for name in pair]
    return referee.number(sympy.diff(whole, *symbols), point)


def by_differences(
    formula: str, pair: tuple[str, str], point: dict[str, float]
) -> float:
    """Return a second derivative by differences in 80 digits."""
    program = Program([parse(formula).expression])
    with mp.workdps(80):
        step = mp.mpf(10) ** -20

        def moved(by: int, also: int) -> Any:
            there = {name: mp.mpf(value) for name, value in point.items()}
            there[pair[0]] += by * step
            there[pair[1]] += also * step
            return run_with(program, there)[program.outputs[0]]

        crossed = moved(1, 1) - moved(1, -1) - moved(-1, 1) + moved(-1, -1)
        value = float(crossed / (4 * step**2))
    return value if abs(value) > 1e-30 else 0.0


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_of_every_row_the_true_one_passes_and_another_does_not(row: Function) -> None:
    names = ("x", "y")[: row.arity]
    formula = text(call(row, *map(variable, names)))
    point = dict(zip(names, next(samples(row)), strict=True))
    for pair in itertools.product(names, names):
        if row.name == "polygamma" and "x" in pair:
            continue  # there is none toward the order
        true = by_differences(formula, pair, point)
        assert diffcli.check(formula, point, {",".join(pair): true}, order=2).passed, (
            pair
        )
        wrong = 1.01 * true or 0.01
        assert diffcli.check(formula, point, {",".join(pair): wrong}, order=2).failed, (
            pair
        )


@pytest.mark.parametrize("formula", FORMULAS)
def test_of_every_formula_and_in_either_order_of_names(formula: str) -> None:
    for pair in itertools.product(POINT, POINT):
        true = second(formula, pair, POINT)
        for value, right in ((true, True), (1.01 * true or 0.01, False)):
            found = diffcli.check(formula, POINT, {",".join(pair): value}, order=2)
            assert (found.passed, found.failed) == (right, not right), pair


@pytest.mark.parametrize("formula", FORMULAS)
def test_without_a_claim_the_methods_check_each_other(formula: str) -> None:
    found = diffcli.check(formula, POINT, order=2)
    assert found.passed
    pairs = [("x", "x"), ("x", "y"), ("y", "y")]
    ways = ("finite", "symbolic")
    assert [(v.toward, v.method) for v in found.verdicts] == [
        *itertools.product(pairs, ways)
    ]
    for verdict in found.verdicts:
        true = second(formula, (verdict.name, verdict.second), POINT)
        assert verdict.true.value == pytest.approx(true, rel=1e-11, abs=1e-11)


@pytest.mark.parametrize("names", [("x",), ("x", "y"), ("x1", "x2"), ("d", "t")])
def test_what_is_shown_is_read_back_whatever_the_order(names: tuple[str, ...]) -> None:
    several = len(names) > 1
    for pair in itertools.product(names, names):
        written = partial_text(pair, several=several)
        plain = written.translate(str.maketrans("²∂", "2d"))
        index = "f_" + "".join(pair), f"f_{{{pair[0]} {pair[1]}}}"
        marks = [written, plain, partial_latex(pair, several=several), *index]
        for mark in marks:
            if names[0] != "d" or mark not in index:
                assert [*by_pair([f"{mark}=1"], names)] == [",".join(pair)], mark


@pytest.mark.parametrize("mark", ["f''", "f''(x)", "y''", "f″(x)", "d2/dx2", "d²f/dx²"])
def test_of_one_variable_primes_and_quotients_name_it(mark: str, run: Run) -> None:
    words = ("check", "x^3", "--at", "2", "--order", "2", "--claim")
    assert run(*words, f"{mark}=6x", "-q").code == 0
    assert run(*words, f"{mark}=6.06x", "-q").code == 1


@pytest.mark.parametrize(
    "rows",
    ["[[2,3],[3,4]]", "2,3,3,4", " [ [2, 3], [3, 4] ]", "H = [[2,3],[3,4]]"],
)
def test_a_whole_hessian_is_claimed_in_rows(rows: str, run: Run) -> None:
    words = ("check", "x^2+3x*y+2y^2", "--at", "1,2", "--order", "2", "--claim")
    ran = run(*words, rows, "-f", "csv")
    cells = [line.split(",") for line in ran.out.splitlines()]
    assert ran.code == 0
    assert cells[0][:2] == ["var", "var2"]
    assert [tuple(c[:2]) for c in cells[1:]] == [*itertools.product("xy", "xy")]
    ran = run(*words, rows.replace("4", "5"), "-f", "csv")
    assert [line.rpartition(",")[2] for line in ran.out.splitlines()[1:]] == [
        "ok", "ok", "ok", "fail",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("formula", "at", "claim", "slip"),
    [
        ("x^3", "2", "3x^2", "this is the first derivative, df/dx = 3*x**2"),
        ("x^3", "3", "27", "this is the first derivative, df/dx = 3*x**2"),
        ("exp(2x)", "1", "2exp(2x)", "this is the first derivative"),
        ("x^4", "2", "4x^2", "the exponent 3 was"),
        ("x^3", "2", "x^3", "the function itself was given"),
        ("x^5", "2", "60x^2", "this is the third derivative"),
        ("x^2*y^3", "1,2", "d2f/dxdy=2x*y^3", "the first derivative, ∂f/∂x = 2*x*y**3"),
        ("x^2*y^3", "1,2", "d2f/dxdy=3x^2*y^2", "the first derivative, ∂f/∂y"),
        ("x^2*y^3", "1,2", "d2f/dxdy=6x^2*y", "this is ∂²f/∂y², not ∂²f/∂x∂y"),
        ("x^2*y^3", "1,2", "d2f/dydx=2y^3", "this is ∂²f/∂x², not ∂²f/∂y∂x"),
    ],
)
def test_a_slip_is_named(
    formula: str, at: str, claim: str, slip: str, run: Run
) -> None:
    words = ("check", formula, "--at", at, "--order", "2", "--claim", claim)
    ran = run(*words, "-f", "json")
    (verdict,) = json.loads(ran.out)["verdicts"].values()
    assert ran.code == 1
    assert slip in verdict["slip"]


def test_a_formula_has_to_be_right_at_other_points_where_the_function_is(
    run: Run,
) -> None:
    words = ("--order", "2", "--claim")
    elsewhere = run("check", "x^3", "--at", "2", *words, "3*x^2")
    assert elsewhere.code == 1
    assert "FAIL elsewhere" in elsewhere.out
    # On the other side of 0 it is another formula, but log has no value there.
    assert run("check", "log(x)", "--at", "2", *words, "-1/(x*abs(x))", "-q").code == 0
    assert run("check", "abs(x)^3", "--at", "2", *words, "6x", "-q").code == 0
    assert "ok, everywhere" in run("check", "x^3", "--at", "2", *words, "6*x").out
    assert "ok, here" in run("check", "x^3", "--at", "2", *words, "12").out


def test_where_doubles_are_poor_mpmath_decides() -> None:
    formula, point = "(1-cos(x))/x^2", {"x": 1e-4}
    true = second(formula, ("x", "x"), point)
    assert diffcli.check(formula, point, {"f''": true}, order=2).passed
    assert diffcli.check(formula, point, {"f''": 1.0001 * true}, order=2).failed


@pytest.mark.parametrize(
    "formula", ["x*abs(x)", "abs(x)", "relu(x)^2*y", "x/y*relu(x)"]
)
def test_a_kink_of_the_first_derivative_is_refused(formula: str, run: Run) -> None:
    at = "x=0,y=1" if "y" in formula else "x=0"
    for claim in ([], ["--claim", "d2f/dx2=0"]):
        ran = run("check", formula, "--at", at, "--order", "2", *claim)
        graded = run("grad", formula, "--at", at, "--order", "2")
        assert (ran.code, ran.out) == (5, "")
        assert ran.err.splitlines()[0] == graded.err.splitlines()[0]
    claims = {"x,x": 0}
    with pytest.raises(KinkError):
        diffcli.check(
            formula, {n: float(n == "y") for n in at if n in "xy"}, claims, order=2
        )


@pytest.mark.parametrize("part", ["y*abs(y)", "y*relu(y)", "elu(y)", "y^2*floor(y)"])
@pytest.mark.parametrize("names", ["x,y", "y,x", "x,x"])
def test_a_kink_toward_others_counts_for_nobody(part: str, names: str) -> None:
    """The other second derivatives are there, and judged as without it."""
    point = {"x": 1.3, "y": 0.0}
    for claim in ("2*x", "2*x*(1+y)", "2", "2*y"):
        smooth, kinked = (
            diffcli.check(formula, point, {names: claim}, order=2).verdicts[0]
            for formula in ("x^2*y", f"x^2*y+{part}")
        )
        assert (smooth.passed, smooth.true) == (kinked.passed, kinked.true)
    with pytest.raises(KinkError):
        diffcli.check(f"x^2*y+{part}", point, {"y,y": "0"}, order=2)


def test_points_are_checked_one_by_one(tmp_path: Path, run: Run) -> None:
    table = tmp_path / "points.csv"
    table.write_text("x,who\n1,a\n2,b\n3,c\n", encoding="utf-8")
    words = ("check", "x^3", "--points", str(table), "--order", "2", "--claim")
    ran = run(*words, "12", "-f", "csv")
    assert ran.code == 1
    assert ran.out.splitlines()[0].startswith("x,who,var,var2,claimed,true")
    assert [line.rpartition(",")[2] for line in ran.out.splitlines()[1:]] == [
        "fail", "ok", "fail",
    ]  # fmt: skip
    assert run(*words, "6x", "-q") == (0, "", "")
    several = (
        "check",
        "x^3",
        "--at",
        "1",
        "--at",
        "2",
        "--order",
        "2",
        "--claim",
        "6x",
    )
    assert run(*several, "-f", "junit").out.count("<testcase ") == 2


@pytest.mark.parametrize(
    "words",
    [
        "--claims no.csv", "--work no.txt", "--implicit y", "--program no",
        "--module math:fsum", "--data no.csv", "--seed 1", "--taylor", "--prove",
        "--digits 30",
    ],
)  # fmt: skip
def test_options_of_first_derivatives_are_refused(words: str, run: Run) -> None:
    ran = run(
        "check",
        "x*y",
        "--at",
        "1,2",
        "--order",
        "2",
        "--claim",
        "f_xy=1",
        *words.split(),
    )
    assert (ran.code, ran.out) == (2, "")
    assert words.split()[0] in ran.err


@pytest.mark.parametrize(
    ("formula", "claim", "said"),
    [
        ("x^3", "f'(x)=3", "is a first derivative"),
        ("x^3", "x=3", "is a first derivative"),
        ("x^3", "f''(2)=3", "it is claimed at --at"),
        ("x^3", "d3f/dx3=6", "names no second derivative"),
        ("x^3", "6,6", "2 formulas"),
        ("x^3", "d2f/dx2=6y", "not in the formula"),
        ("x*y", "f''=3", "which second derivative"),
        ("x*y", "d2f/dxdz=3", "names no second derivative"),
        ("x*y", "0,1,0", "3 formulas"),
        ("x*y", "[[0,1],[1]]", "2 rows of 2"),
        ("x*y", "d2f/dxdy=1,0", "mixes"),
        ("x*y", "d2f/dxdy=1,f_xy=1", "twice"),
    ],
)
def test_other_claims_are_refused(
    formula: str, claim: str, said: str, run: Run
) -> None:
    at = "1,2" if "y" in formula else "1"
    ran = run("check", formula, "--at", at, "--order", "2", "--claim", claim)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_an_order_of_first_derivatives_says_how_to_claim_second_ones(run: Run) -> None:
    for mark in ("f''(x)", "d2f/dx2", "d²f/dx²"):
        ran = run("check", "x^3", "--at", "2", "--claim", f"{mark}=6x")
        assert ran.code == 2
        assert "--order 2" in ran.err


def test_python_callers_are_refused_the_same() -> None:
    point, claims = {"x": 1.0}, {"f''": "6*x"}
    assert diffcli.check("x^3", point, claims, order=2).verdicts[0].everywhere
    for wrong in ({"x,": 1}, {"x,y": 1}, {"x": 1}, {"x,x": math.nan}):
        with pytest.raises(PointError):
            diffcli.check("x^3", point, wrong, order=2)
    for given in ({"seed": 1}, {"taylor": True}, {"implicit": "x"}, {"order": 3}):
        with pytest.raises(UsageError):
            diffcli.check("x^3", point, claims, **{"order": 2, **given})  # type: ignore[arg-type]
    with pytest.raises(PointError):
        diffcli.check("x^3", point, {"x,x": 6})
    with pytest.raises(UsageError):
        diffcli.check(math.fsum, point, order=2)


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize(
    "claim", ["exp(x)*exp(-x)-1", "sin(x)^2+cos(x)^2-1", "x/3*3-x"]
)
def test_what_has_to_be_0_is_computed_with_more_digits(claim: str, order: int) -> None:
    """Doubles give 1e-16 or so at some of these places."""
    name = "x" if order == 1 else "d2f/dx2"
    places = [0.1 * n for n in range(1, 30)]
    program = Program([parse(claim).expression])
    assert any(program.value({"x": x}) for x in places)
    for x in places:
        asked = ("y+0*x", {"x": x, "y": 1.0}, {name: claim})
        (verdict,) = diffcli.check(*asked, order=order).verdicts
        assert verdict.passed
        assert abs(verdict.claimed.number) < 1e-25
