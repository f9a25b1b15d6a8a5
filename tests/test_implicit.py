"""The slope of the curve of an equation, with sympy as referee."""

import itertools
import json
import math
from fractions import Fraction
from typing import Any

import pytest
import sympy

import diffcli
from diffcli.analysis import implicit
from diffcli.inputs.equations import difference
from diffcli.language.parser import parse
from diffcli.problem import Estimate, pose
from tests.conftest import Run

CURVES = [
    ("x^2 + y^2 = 25", {"x": 3, "y": 4}, "x**2+y**2-25"),
    ("x*y + y^3 = 2", {"x": 1, "y": 1}, "x*y+y**3-2"),
    ("exp(y) = x + y", {"x": 1, "y": 0.0001}, None),
    ("sin(x*y) + x = y", {"x": 0, "y": 0}, "sin(x*y)+x-y"),
    ("(x^2+y^2)^2 = 2*(x^2-y^2)", {"x": 2**0.5, "y": 0}, None),
    ("x^2/4 + y^2/9 - 1", {"x": 0, "y": 3}, "x**2/4+y**2/9-1"),
    ("r = 5; x^2 + y^2 = r^2", {"x": -4, "y": 3}, "x**2+y**2-25"),
]


@pytest.mark.parametrize(("equation", "point", "exact"), CURVES)
def test_the_slope_is_sympys(
    equation: str, point: dict[str, float], exact: str | None
) -> None:
    if exact is None:
        with pytest.raises(diffcli.DiffcliError):
            diffcli.implicit(equation, point, "y")
        return
    x, y = sympy.symbols("x y")
    curve = sympy.sympify(exact, locals={"x": x, "y": y})
    slope = sympy.idiff(curve, y, x).subs({x: point["x"], y: point["y"]})
    found = diffcli.implicit(equation, point, "y")
    for column in found.columns.values():
        estimate = column["x"]
        assert estimate.value is not None
        assert abs(estimate.value - float(slope)) <= estimate.error + 1e-12


def test_several_variables_give_partials() -> None:
    found = diffcli.implicit("x^2+y^2+z^2=9", {"x": 1, "y": 2, "z": 2}, "z")
    assert {n: found.slope(n).value for n in found.free} == {"x": -0.5, "y": -1}
    one = diffcli.implicit("x^2+y^2+z^2=9", {"x": 1, "y": 2, "z": 2}, "z", wrt="y")
    assert one.free == ("y",)


def test_a_point_beside_the_curve_is_refused_with_one_on_it(run: Run) -> None:
    ran = run("grad", "x^2+y^2=25", "--at", "3,4.1", "--implicit", "y")
    assert (ran.code, ran.out) == (4, "")
    assert "left minus right is 0.81" in ran.err
    assert "x=3,y=4" in ran.err
    near = run("grad", "x^2+y^2=2", "--at", "1/3,sqrt(17)/3", "--implicit", "y")
    assert near.code == 0  # on it but for rounding


@pytest.mark.parametrize(
    ("equation", "at", "code"),
    [
        ("x^2+y^2=25", "5,0", 5),  # a vertical tangent
        ("x^2=y^2", "0,0", 5),  # two branches cross
        ("abs(y)=x", "0,0", 5),
        ("log(y)=x", "0,0", 4),
        ("x^2=25", "x=5", 2),
        ("x^2+y=", "1,1", 3),
        ("x=y=1", "1,1", 3),
    ],
)
def test_where_there_is_no_slope(equation: str, at: str, code: int, run: Run) -> None:
    ran = run("grad", equation, "--at", at, "--implicit", "y")
    assert (ran.code, ran.out) == (code, "")


def test_every_format(run: Run) -> None:
    words = ("grad", "x^2+y^2=25", "--at", "3,4", "--implicit", "y")
    out = run(*words).out
    assert "2x + 2y · dy/dx = 0" in out
    assert "dy/dx = -x/y" in out
    assert run(*words, "-f", "plain").out == "-0.75\n"
    rows = run(*words, "-f", "csv", "--method", "symbolic").out.splitlines()
    assert rows == ["var,value,symbolic,status", "x,4,-0.75,ok"]
    record = json.loads(run(*words, "-f", "json").out)
    assert record["slopes"]["backprop"] == {"x": -0.75}
    assert record["derivatives"] == {"x": "-x/y"}
    for form in ("md", "latex"):
        assert run(*words, "-f", form).code == 0
    many = run(*words, "--at=-4,3", "-f", "plain").out.splitlines()
    assert many[0] == "-0.75"
    assert float(many[1]) == pytest.approx(4 / 3)


@pytest.mark.parametrize(
    "words",
    ["--order 2", "--exact", "--digits 30", "--subgradient", "--method dual"],
)
def test_options_of_no_use_are_refused(words: str, run: Run) -> None:
    call = ("grad", "x^2+y^2=25", "--at", "3,4", "--implicit", "y")
    ran = run(*call, *words.split())
    assert (ran.code, ran.out) == (2, "")


def test_definitions_stay_definitions() -> None:
    assert difference("a = 2; a*x = y") == "a = 2;( a*x )-  ( y)"
    assert difference("x^2 + y") == "x^2 + y"
    assert difference("x <= y") == "x <= y"


CLAIMS = [
    ("x^2+y^2=25", "3,4", "dy/dx=-x/y", 0, "ok"),
    ("x^2+y^2=25", "3,4", "y'=-x/sqrt(25-x^2)", 0, "ok"),  # on this branch alone
    ("x^2+y^2=25", "3,4", "-0.75", 0, "ok"),
    ("x^2+y^2=25", "3,4", "x/y", 1, "-1 of the derivative"),
    ("x^2+y^2=25", "3,4", "-x/4", 1, "equal only here"),
    ("x^2+y^2=25", "3,4", "-y/x", 1, "FAIL"),
    ("x^2+y^2=25", "3,4", r"-\frac{x}{y}", 0, "ok"),
    ("x^2+y^2=25", "3,5", "-x/y", 4, "not on the curve"),
    ("x^2+y^2=25", "5,0", "-x/y", 5, "no"),
    ("x^2+y^2=25", "3,4", "y=-x/y", 2, "no slope"),
    ("x^2+y^2+z^2=9", "1,2,2", "-x/z,-y/z", 0, "∂z/∂x"),
    ("x^2+y^2+z^2=9", "1,2,2", "y=-y/z", 0, "∂z/∂y"),
]


@pytest.mark.parametrize(("equation", "at", "claim", "code", "said"), CLAIMS)
def test_a_claimed_slope_is_checked_on_the_curve(
    equation: str, at: str, claim: str, code: int, said: str, run: Run
) -> None:
    tied = "z" if "z" in equation else "y"
    words = ("check", equation, "--at", at, "--implicit", tied, "--claim", claim)
    ran = run(*words)
    assert ran.code == code, ran
    assert said in ran.out + ran.err


def test_what_a_check_of_a_curve_needs(run: Run) -> None:
    words = ("check", "x^2+y^2=25", "--at", "3,4", "--implicit", "y")
    assert "--claim" in run(*words).err
    assert run(*words, "--claim", "-x/y", "--seed", "1").code == 2
    found = diffcli.check("x^2+y^2=25", {"x": 3, "y": 4}, {"x": "x/y"}, implicit="y")
    assert [verdict.passed for verdict in found.verdicts] == [False]


def test_a_derivation_ends_with_the_slope(run: Run) -> None:
    words = ("steps", "x^2+y^2=25", "--implicit", "y")
    out = run(*words, "--at", "3,4").out
    assert out.endswith("2x + 2y · dy/dx = 0\ndy/dx = -x/y = -0.75\n")
    assert run(*words, "--at", "3,5").code == 4
    assert run(*words, "--order", "2").code == 2
    record = json.loads(run(*words, "-f", "json").out)
    assert (record["implicit"], record["slopes"]) == ("y", {"x": "-x/y"})
    part = run("steps", "x*y*z=1", "--implicit", "z", "--wrt", "x").out
    assert "∂z/∂x" in part
    assert "∂z/∂y" not in part


@pytest.mark.parametrize("more", [{"seed": 1}, {"taylor": True}])
def test_what_is_not_asked_of_a_curve_is_refused(more: dict[str, Any]) -> None:
    with pytest.raises(diffcli.UsageError, match="slopes of a curve"):
        diffcli.check("x*y = 2", {"x": 1, "y": 2}, {"x": "-y/x"}, implicit="y", **more)


@pytest.mark.parametrize(
    ("equation", "at", "marked"),
    [
        ("x^2 + log(y) = 25", "3,-4", "y"),
        ("x = log(y)", "3,-4", "y"),
        ("x^2+foo(y) = 25", "3,4", "foo"),
        (r"\frac{x}{y} = \ln(y)", "3,-4", "y"),
        ("r = 5; x^2+foo(y) = r", "3,4", "foo"),
        ("x + sqrt(y-9) = 25", "3,4", "y-9"),
    ],
)
def test_an_error_points_into_the_equation_as_typed(
    equation: str, at: str, marked: str, run: Run
) -> None:
    ran = run("grad", equation, "--at", at, "--implicit", "y")
    _, source, carets, *_ = ran.err.splitlines()
    assert source.strip() == equation
    start = carets.index("^")
    assert source[start : start + carets.count("^")] == marked


def test_a_failed_check_shows_the_equation_as_typed(run: Run) -> None:
    words = ("--at", "3,4", "--implicit", "y", "--claim", "y/x")
    out = run("check", "x^2+y^2 = 25", *words).out
    assert 'See: diffcli steps "x^2+y^2 = 25" --implicit y' in out


def test_the_slope_is_of_the_most_trustworthy_way_that_has_one() -> None:
    found = diffcli.implicit("x^2+y^2=25", {"x": 3, "y": 4}, "y")
    ways = [*implicit.WAYS]
    for known in itertools.product((False, True), repeat=len(ways)):
        for missing in ({}, {"x": Estimate(None, math.inf)}):
            columns = {
                way: {"x": Estimate(float(place), 0.0)} if there else missing
                for place, (way, there) in enumerate(zip(ways, known, strict=True))
            }
            last = max((p for p, there in enumerate(known) if there), default=None)
            assert found._replace(columns=columns).slope("x").value == last
    assert found._replace(columns={}).slope("x").value is None


@pytest.mark.parametrize("below", [1e-9, -0.3, 7.0, 1e9])
@pytest.mark.parametrize("above", [0.0, 1e-9, 0.7, -3e8])
@pytest.mark.parametrize("shares", [(0.0, 0.0), (1e-6, 0.0), (0.0, 1e-6), (1e-7, 1e-6)])
def test_a_quotient_is_off_by_what_both_numbers_are_off(
    above: float, below: float, shares: tuple[float, float]
) -> None:
    """No less than at any of the ends, and no more than that but for rounding."""
    one, other = (
        share * abs(n) for share, n in zip(shares, (above, below), strict=True)
    )
    found = implicit._swept(Estimate(above, one), Estimate(below, other))
    ends = itertools.product((-1, 1), repeat=2)
    exact = Fraction(found.number)
    far = max(
        abs(
            -(Fraction(above) + a * Fraction(one))
            / (Fraction(below) + b * Fraction(other))
            - exact
        )
        for a, b in ends
    )
    assert far <= found.error * (1 + 3e-6)
    assert found.error <= 1.01 * far + 3e-16 * abs(found.number)
    assert math.copysign(1, found.number) == 1 or above


@pytest.mark.parametrize("y", [-5, 5])
def test_a_slope_of_0_has_no_sign(y: float) -> None:
    found = diffcli.implicit("x^2+y^2=25", {"x": 0, "y": y}, "y")
    for way in ("symbolic", "backprop"):
        number = found.columns[way]["x"].number
        assert (number, math.copysign(1, number)) == (0, 1)


@pytest.mark.parametrize("ways", [*itertools.product((False, True), repeat=3)])
def test_differences_are_judged_by_any_exact_way(ways: tuple[bool, ...]) -> None:
    names = [way for way, asked in zip(implicit.WAYS, ways, strict=True) if asked]
    problem = diffcli.implicit("x*y+y^3=2", {"x": 1, "y": 1}, "y").problem
    found = implicit.implicit(problem, "y", names)
    assert [*found.columns] == names
    assert bool(found.agreements) == (ways[0] and any(ways[1:]))
    assert all(each.verdict == "agree" for each in found.agreements.values())
    assert not found.warnings


@pytest.mark.parametrize("scale", ["1e-12", "1e-5", "1e6", "1e12"])
@pytest.mark.parametrize("side", ["x^2+y^2-25", "x*y+y^3-76", "exp(y-4)-x+2"])
def test_an_equation_times_a_number_is_the_same_curve(side: str, scale: str) -> None:
    point = {"x": 3, "y": 4}
    one = diffcli.implicit(f"{side}=0", point, "y")
    other = diffcli.implicit(f"{scale}*({side})=0", point, "y")
    for way, column in one.columns.items():
        (number, error), (second, off) = column["x"], other.columns[way]["x"]
        assert number == pytest.approx(second, rel=1e-6)
        assert error < 1e-6
        assert 0.1 * off <= error <= 10 * off


@pytest.mark.parametrize("size", ["1e-8", "1", "3e9"])
@pytest.mark.parametrize(
    "equation", ["(y/S)^3-y/S=x/5", "exp(y/S)=x+1", "(y/S)^2=x", "atan(y/S)=x/9"]
)
def test_what_newton_finds_lies_on_the_curve(equation: str, size: str) -> None:
    """From wherever it starts, or nothing is found."""
    parsed = parse(difference(equation.replace("S", size)))
    reached = 0
    for start in range(-19, 20):
        y = 0.1 * start * float(size) + 1e-3 * float(size)
        problem = pose(parsed, {"x": 1.0, "y": y})
        try:
            found = implicit.solved(problem, "y", problem.point)
        except ArithmeticError:
            continue
        reached += 1
        at = problem.program.run({"x": 1.0, "y": found})
        slope = abs(at.backward().partial("y"))
        assert abs(at.values[problem.program.outputs[0]]) <= 1e-14 * slope * abs(found)
    assert reached > 10


@pytest.mark.parametrize("name", ["grad", "steps", "check", "tree", "plot", "trace"])
def test_who_gives_an_equation_is_told_of_the_option_where_there_is_one(
    name: str, run: Run
) -> None:
    ran = run(name, "x^2 + y^2 = 25", "--at", "3,4")
    assert (ran.code, ran.out) == (3, "")
    has_option = "--implicit" in run(name, "--help").out
    assert ("Hint: --implicit y takes" in ran.err) == has_option
    assert "a definition is a name, '=' and a formula" in " ".join(ran.err.split())
