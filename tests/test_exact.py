"""Exact values, and the limits of functions with a hole."""

import json

import pytest

from diffcli.engine.exact import exact_value, same, simplified
from diffcli.engine.tape import Program
from diffcli.language.expression import Variable, postorder
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


SHORTER = [
    "sin(x)^2 + cos(x)^2 + x", "1/(1/x)", "max(x, min(x, y))", "abs(abs(x) + 1)",
    "log(exp(x))*y", "exp(1)*x*x/x", "(x^2 - 1)/(x - 1)", "gamma(x + 1)/gamma(x)",
    "ceil(ceil(x))", "sin(2*x)/sin(x)", "acos(1/3)*x*y/y",
]  # fmt: skip


@pytest.mark.parametrize(
    "formula", [*SHORTER, "sqrt(-x^2)", "log(-x^2 - 1)", "acos(2)*x*y/y", "x + y", "x"]
)
def test_what_sympy_shortens_is_the_same_and_in_our_words(formula: str) -> None:
    """sqrt(-x^2) is I*abs(x) for it, where no letter I was."""
    parsed = parse(formula)
    found = simplified(parsed.expression)
    assert (found is not None) >= (formula in SHORTER)
    if found is None:
        return
    assert len(postorder([found])) < len(postorder([parsed.expression]))
    letters = {n.name for n in postorder([found]) if isinstance(n, Variable)}
    assert letters <= {*parsed.variables}
    if formula in SHORTER:
        one, other = Program([parsed.expression]), Program([found])
        for x, y in ((0.3, 2.0), (2.5, -1.5), (1.7, 1.7)):
            point = {"x": x, "y": y}
            assert one.value(point) == pytest.approx(other.value(point), rel=1e-12)


def test_what_is_long_is_not_shortened() -> None:
    long = parse("+".join(f"sin(x*{n})^2 + cos(x*{n})^2" for n in range(1, 20)))
    assert simplified(long.expression) is None


@pytest.mark.parametrize(
    ("formula", "at"),
    [("log(x)", "-1"), ("1/x", "0"), ("sqrt(x)", "-2"), ("x/x", "0"), ("acos(x)", "2")],
)
def test_what_is_no_real_number_has_no_exact_value(formula: str, at: str) -> None:
    point = {"x": parse(at).expression}
    assert exact_value(parse(formula).expression, point) == ("", 0.0)


def test_an_exact_value_is_short_and_the_number_it_says() -> None:
    for formula in ("sqrt(x)", "sin(x)^2", "atan(x)*x"):
        for at in ("1/3", "sqrt(3)/2", "-4/7 + 1"):
            point = {"x": parse(at).expression}
            text, value = exact_value(parse(formula).expression, point)
            place = Program([point["x"]]).value({})
            found = Program([parse(formula).expression]).value({"x": place})
            assert 0 < len(text) <= 60
            assert value == pytest.approx(found, rel=1e-14)
            assert Program([parse(text).expression]).value({}) == pytest.approx(value)
    long = "+".join(f"sqrt({n})*x^{n}" for n in (2, 3, 5, 6, 7, 10, 11, 13, 14, 15))
    assert exact_value(parse(long).expression, point) == ("", 0.0)


def test_sympy_proves_what_is_the_same() -> None:
    for one, other, are in (
        ("(x + y)^2", "x^2 + 2*x*y + y^2", True), ("sin(x)^2 + cos(x)^2", "1", True),
        ("sin(2*x)", "2*sin(x)*cos(x)", True), ("sqrt(x^2)", "abs(x)", True),
        ("sqrt(x^2)", "x", False), ("x + 1", "x", False), ("(x + y)^2", "x^2", False),
    ):  # fmt: skip
        assert same(parse(one).expression, parse(other).expression) == are
