"""plot: the places where a curve breaks, and what is steep or flat."""

import csv
import json
import math

import pytest

from diffcli.analysis.plot import Graph, graph, window
from diffcli.calculus.functions import BY_NAME
from diffcli.language.parser import parse
from tests.conftest import Run


def made(formula: str, low: float = -6, high: float = 6) -> Graph:
    return graph(parse(formula), "x", {}, low, high, 1201)


@pytest.mark.parametrize(
    ("formula", "kind", "places"),
    [
        ("relu(x)", "kink", [0]),
        ("abs(x-1)+abs(x+0.123)", "kink", [-0.123, 1]),
        ("sign(x-0.777)", "jump", [0.777]),
        ("floor(x/4)", "jump", [-4, 0, 4]),
        ("1/x", "pole", [0]),
        ("1/(x-0.3)^2", "pole", [0.3]),
        ("tan(x/2)^2", "pole", [-math.pi, math.pi]),
        ("1/(x-0.123)^4", "pole", [0.123]),
        ("tan(x)", "pole", [-1.5 * math.pi, -math.pi / 2, math.pi / 2, 1.5 * math.pi]),
        ("log(x)", "asymptote", [0]),
        ("sqrt(x)", "vertical tangent", [0]),
        ("cbrt(x)", "vertical tangent", [0]),
        ("sin(x)", "", []),
        ("exp(x)", "", []),
        ("tanh(40*x)", "", []),
        ("sin(x)/x", "", []),
        ("relu(x)-relu(-x)", "", []),
    ],
)
def test_features(formula: str, kind: str, places: list[float]) -> None:
    features = made(formula).features
    assert [feature.x for feature in features] == pytest.approx(places, abs=1e-8)
    assert {feature.kind for feature in features} <= {kind}


def test_a_pole_that_a_sample_meets_is_no_jump() -> None:
    features = made("tan(x)", -math.pi, math.pi).features
    assert [feature.kind for feature in features] == ["pole", "pole"]


def test_the_lecture_on_sigmoid() -> None:
    sigmoid = made("sigmoid(x)")
    assert sigmoid.steepest == (0.25, 0.0)
    edge = math.log((1 + math.sqrt(0.8)) / (1 - math.sqrt(0.8)))  # s*(1-s) = 0.05
    assert sigmoid.saturated == pytest.approx((-edge, edge), abs=1e-6)


def test_the_lecture_on_sign_and_relu() -> None:
    assert made("sign(x)").steepest == (0.0, None)
    relu = made("relu(x)")
    assert relu.steepest == (1.0, None)
    left, right = relu.saturated
    assert left == pytest.approx(0, abs=1e-9)
    assert right is None


@pytest.mark.parametrize(
    "formula", ["1/x", "log(x)", "sqrt(x)", "tan(x)", "exp(200*x)"]
)
def test_slopes_without_end_have_no_steepest(formula: str) -> None:
    assert made(formula).steepest is None


def test_the_window_keeps_a_pole_readable() -> None:
    low, high = window([made("1/x")], derivatives=False)
    assert -20 < low < -1
    assert 1 < high < 20


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_every_function_can_be_plotted(name: str, run: Run) -> None:
    row = BY_NAME[name]
    inside = {1: "x", 2: "x, 2"}[row.arity]
    ran = run("plot", f"{name}({inside})", "--height", "5", columns=60)
    assert ran.code == 0, ran.err
    assert max(map(len, ran.out.splitlines())) <= 60


def test_csv_has_value_and_derivative(run: Run) -> None:
    out = run("plot", "x^2", "sin(x)", "--samples", "5", "--x", "0:4", "-f", "csv").out
    rows = list(csv.DictReader(out.splitlines()))
    assert list(rows[0]) == ["x", "f1", "df1/dx", "f2", "df2/dx"]
    assert [float(row["x"]) for row in rows] == [0, 1, 2, 3, 4]
    assert [float(row["df1/dx"]) for row in rows] == [0, 2, 4, 6, 8]
    assert float(rows[1]["df2/dx"]) == math.cos(1)


def test_json_names_the_kink(run: Run) -> None:
    record = json.loads(run("plot", "relu(x)", "-f", "json", "--samples", "3").out)
    (function,) = record["functions"]
    assert function["features"] == [{"kind": "kink", "x": 0.0}]
    assert function["samples"][1] == {"x": 0.0, "value": 0.0, "slope": None}


def test_one_of_several_variables(run: Run) -> None:
    ran = run("plot", "w*x**2+b", "--vary", "w", "--at", "x=2,b=1", "-f", "csv")
    assert ran.out.splitlines()[0] == "w,f,df/dw"
    assert ran.out.splitlines()[1] == "-6,-23,4"
    same = run("plot", "w*x**2+b", "--vary", "w", "--at", "1,9,2", "-f", "csv")
    assert same.out == ran.out


@pytest.mark.parametrize(
    "words",
    [
        ("x*y",),
        ("x*y", "--vary", "z"),
        ("x*y", "--vary", "x"),
        ("x", "--x", "3"),
        ("x", "--x", "3:1"),
        ("x", "--x", "1:1"),
        (),
    ],
)
def test_unclear_calls_are_refused(words: tuple[str, ...], run: Run) -> None:
    ran = run("plot", *words)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("Error: ")


def test_a_constant_and_a_function_that_is_nowhere_defined(run: Run) -> None:
    assert run("plot", "3").code == 0
    assert run("plot", "log(-1-x^2)").code == 0


@pytest.mark.parametrize(
    "formula", ["1e308*x*10", "1e308*x", "exp(exp(x))", "1e-320*x"]
)
def test_numbers_at_the_edge_of_doubles(formula: str, run: Run) -> None:
    assert run("plot", formula).code == 0
