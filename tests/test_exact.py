"""Exact values, and the limits of functions with a hole."""

import json

import pytest

from diffcli.engine.exact import exact_value, simplified
from diffcli.language.parser import parse
from tests.conftest import Run


@pytest.mark.parametrize(
    ("formula", "at", "value", "slope"),
    [
        ("(2*x+9)**2+3", "1", "124", "44"),
        ("sqrt(x)", "2", "sqrt(2)", "sqrt(2)/4"),
        ("sin(x)", "pi/6", "1/2", "sqrt(3)/2"),
        ("x**3/7", "0.5", "1/56", "3/28"),
        ("log(x)", "x=e", "1", "exp(-1)"),
        ("abs(x)", "-3", "3", "-1"),
    ],
)
def test_exact(formula: str, at: str, value: str, slope: str, run: Run) -> None:
    ran = run("grad", formula, "--at", at, "--exact", "-f", "json")
    exact = json.loads(ran.out)["exact"]
    assert exact == {"value": value, "gradient": {"x": slope}}


def test_exact_on_the_screen(run: Run) -> None:
    ran = run("grad", "sqrt(x)*y", "--at", "2,1", "--exact")
    assert "= sqrt(2)" in ran.out
    assert "│ sqrt(2)/4 │" in ran.out


@pytest.mark.parametrize(
    ("formula", "at", "hint"),
    [
        ("sin(x)/x", "0", "f has the limit 1 there, and the slope 0;"),
        ("tan(x)/x", "0", "f has the limit 1 there, and the slope 0;"),
        ("(exp(x)-1)/x", "0", "f has the limit 1 there, and the slope 0.5;"),
        ("(x**2-1)/(x-1)", "1", "f has the limit 2 there, and the slope 1;"),
        ("x*x/x", "0", "f has the limit 0 there, and the slope 1;"),
    ],
)
def test_a_hole_has_a_limit(formula: str, at: str, hint: str, run: Run) -> None:
    ran = run("grad", formula, "--at", at)
    assert (ran.code, ran.out) == (4, "")
    assert hint in ran.err


@pytest.mark.parametrize(
    "formula", ["1/x", "abs(x)/x", "log(x)", "sin(1/x)", "x*log(x)"]
)
def test_a_pole_or_jump_has_none(formula: str, run: Run) -> None:
    ran = run("grad", formula, "--at", "0")
    assert ran.code == 4
    assert "limit" not in ran.err


def test_a_value_is_not_said_twice(run: Run) -> None:
    out = run("grad", "(2*x1+3*x2)**2+3", "--at", "1,3", "--exact").out
    assert "f = 124 " in out
    assert "124 = 124" not in out


@pytest.mark.parametrize(
    ("formula", "at"),
    [
        ("relu(x)-relu(-x)", "0"),
        ("abs(x)*x+relu(x)-relu(-x)", "0"),
        ("x*ceil(x)-x", "0"),
    ],
)
def test_no_exact_value_stands_beside_another_number(
    formula: str, at: str, run: Run
) -> None:
    ran = run("grad", formula, "--at", at, "--exact", "-f", "json")
    if ran.code == 0:
        record = json.loads(ran.out)
        exact = record["exact"]["gradient"]["x"]
        assert exact in (None, str(round(record["gradient"]["backprop"]["x"])))


def test_an_exact_value_is_that_of_the_double(run: Run) -> None:
    ran = run("grad", "floor(100*x)", "--at", "0.29", "--exact", "-f", "json")
    assert json.loads(ran.out)["exact"]["value"] is None


def test_what_sympy_knows_is_told_in_our_words() -> None:
    for source, shorter in (
        ("abs(x)*sin(x)^2+abs(x)*cos(x)^2", "abs(x)"),
        ("e*sin(x)^2+e*cos(x)^2", "e"),
        ("max(x,y)*sin(x)^2+max(x,y)*cos(x)^2", "max(x,y)"),
    ):
        assert simplified(parse(source).expression) is parse(shorter).expression, source


def test_sympy_is_not_asked_for_what_is_long_or_no_number() -> None:
    long = parse("x+" + "+".join(map(str, range(1, 2001)))).expression
    one = parse("1").expression
    assert simplified(long) is None
    assert exact_value(long, {"x": one}) == ("", 0.0)
    assert exact_value(parse("sqrt(x-2)").expression, {"x": one}) == ("", 0.0)
    assert exact_value(parse("sqrt(x+2)").expression, {"x": one})[0] == "sqrt(3)"
