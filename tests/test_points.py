"""Points: what --at takes, and what it says of what it does not take."""

import math

import pytest

from diffcli.errors import DiffcliError, DomainError, ParseError, PointError
from diffcli.inputs.points import fitted, names, order_surprises, point
from diffcli.language.parser import parse


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1,3", (1, 3)),
        (" 1 , 3 ", (1, 3)),
        ("x1=1,x2=3", (1, 3)),
        ("x2 = 3, x1 = 1", (1, 3)),
        ("-1,-3", (-1, -3)),
        ("pi/2,sqrt(2)", (math.pi / 2, math.sqrt(2))),
        ("max(1,2),(3)", (2, 3)),
        ("x1=max(1,2),x2=2^3", (2, 8)),
        ("1e-3,1/4", (0.001, 0.25)),
        ("−1,2·3", (-1, 6)),
    ],
)
def test_point(text: str, values: tuple[float, float]) -> None:
    assert point(text, ["x1", "x2"]) == dict(zip(("x1", "x2"), values, strict=True))


@pytest.mark.parametrize(
    ("text", "kind", "says"),
    [
        ("", PointError, "--at has 0 values, but the formula has 2 variables"),
        ("1", PointError, "--at has 1 value, but the formula has 2 variables: x1, x2"),
        ("1,5,2", PointError, "--at has 3 values"),
        ("1,x2=3", PointError, "with and without a name"),
        ("x1=1", PointError, "no value for x2"),
        ("x1=1,x1=2", PointError, "twice"),
        ("x1=1,y=2", PointError, "names 'y'"),
        ("x1=1;x2=2", ParseError, "unexpected ';'"),
        ("x1=,x2=2", ParseError, "a value is missing"),
        ("1,", ParseError, "a value is missing"),
        ("1,NaN", ParseError, "'NaN' is not a number"),
        ("1,inf", ParseError, "'inf' is not a number"),
        ("1,1+2j", ParseError, "'j' is not a number"),
        ("1,[bold]1@", ParseError, "not part of the language"),
        ("1,1/0", DomainError, "division by zero"),
        ("1,1e999", DomainError, "overflow"),
        ("1,2 3", ParseError, "expected an operator"),
    ],
)
def test_refused(text: str, kind: type[DiffcliError], says: str) -> None:
    with pytest.raises(kind, match=says.replace("(", r"\(")):
        point(text, ["x1", "x2"])


def test_no_variables() -> None:
    with pytest.raises(PointError, match="no variables"):
        point("1", [])


def test_names() -> None:
    assert names("x1=1, e = 2") == ["x1", "e"]
    assert names("1,2") == []


@pytest.mark.parametrize(
    ("formula", "surprising"),
    [("w*x+b", True), ("b*w+x", False), ("3*x2+2*x1", False), ("x**2*y", False)],
)
def test_order(formula: str, surprising: bool) -> None:
    assert order_surprises("1,2,3", parse(formula)) is surprising
    assert not order_surprises("w=1,x=2,b=3", parse(formula))


def test_numbers_from_python() -> None:
    assert fitted({"y": 1, "x": 2}, ["x", "y"]) == {"x": 2.0, "y": 1.0}
    for values in ({"x": 1}, {"x": 1, "y": 2, "z": 3}, {"x": 1, "y": math.nan}):
        with pytest.raises(PointError):
            fitted(values, ["x", "y"])
