"""Points: what --at takes, and what it says of what it does not take."""

import math
from pathlib import Path

import pytest

from diffcli.engine.tape import Program
from diffcli.errors import DiffcliError, DomainError, ParseError, PointError
from diffcli.inputs.points import fitted, names, order_surprises, point
from diffcli.language.parser import parse
from tests.conftest import Run


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
        ("1,,2", ParseError, "a value is missing"),
        ("x1=1,,x2=2", ParseError, "a value is missing"),
        ("x1=1,=2", ParseError, "a name is missing"),
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


GLUED = {
    "πr^2": "π*r",
    "n*nRT": "n*R*T",
    "cos(ωt)": "ω*t",
    "xe^x": "x*e",
    "wx+b": "w*x",
    "2ex": "e*x",
    "2pix": "pi*x",
    "sinx/x": "sin(x)",
    "xsinx": "x*sin(x)",
    "sin2x": "",
    "xlnx": "x*ln(x)",
    "pie": "",
    "rate*x": "",
    "x1x2": "x1*x2",
}
"""Formulas in which a name is meant as several, and how that is written."""


@pytest.mark.parametrize(("formula", "meant"), GLUED.items())
def test_a_name_that_is_glued_together_is_taken_apart(formula: str, meant: str) -> None:
    values = {"r", "n", "R", "T", "ω", "t", "x", "w", "b", "x1", "x2"}
    variables = parse(formula).variables
    used = {*parse(meant or "x").variables} & values
    with pytest.raises(PointError) as caught:
        point(",".join(f"{name}=2" for name in sorted(used)), variables)
    ending = f"is one name; for {'the function' if '(' in meant else 'a product'}: "
    assert caught.value.hint.endswith(ending + meant) == bool(meant)
    assert meant or "is one name" not in caught.value.hint


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


@pytest.mark.parametrize("date", ["2020-01-01", "2020-1-31", "01/02/2020", "1-2-2020"])
def test_a_date_is_no_formula_of_three_numbers(
    date: str, run: Run, tmp_path: Path
) -> None:
    """In a point as in a cell; between the parts of a formula stand blanks."""
    for text in (date, f"x={date}", f" {date} "):
        with pytest.raises(ParseError, match="is a date"):
            point(text, ["x"])
    table = tmp_path / "table.csv"
    table.write_text(f"x,y\n1,2\n{date},3\n", "utf-8")
    ran = run("grad", "x*y", "--points", str(table), "-f", "csv")
    assert ran.code == 3
    assert f"{table}:3: '{date}' is a date" in ran.err
    apart = date.replace("-", " - ").replace("/", " / ")
    assert point(apart, ["x"]) == {"x": parse_value(apart)}


def parse_value(text: str) -> float:
    return Program([parse(text).expression]).value({})


HEADS = {
    "x y\n1 2\n": "Hint: --separator ' ' parts cells there",
    "x | y\n1 | 2\n": "Hint: --separator '|' parts cells there",
    "x;y\n1;2\n": "Hint: --separator ';' parts cells there; decimals use a point",
    "X,Y\n1,2\n": "Hint: the first line has to name them: x,y; it names X,Y",
    "x,yard\n1,2\n": "Hint: the first line has to name them: x,y; it names x,yard",
}


@pytest.mark.parametrize("table", HEADS)
def test_columns_that_are_missing_are_found(
    table: str, run: Run, tmp_path: Path
) -> None:
    path = tmp_path / "table.csv"
    path.write_text(table, "utf-8")
    words = ("grad", "x*y", "--points", str(path), "-f", "plain")
    ran = run(*words)
    assert (ran.code, ran.out) == (2, "")
    assert f"{HEADS[table]}\n" in ran.err
    if "--separator" in HEADS[table]:
        mark = HEADS[table].split("'")[1]
        assert run(*words, "--separator", mark).out == "2 1\n"


def test_thousands_and_decimals_are_told_apart(run: Run, tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    hints = {"1,000": "1.000; thousands stand together: 1000", "1,5": "1.5"}
    for cell, hint in hints.items():
        table.write_text(f'x,y\n"{cell}",2\n', "utf-8")
        ran = run("grad", "x", "--points", str(table), "-f", "csv")
        assert f"Hint: decimals use a point: {hint}\n" in ran.err


@pytest.mark.parametrize("formula", ["5", "2*pi", "sin(1)"])
@pytest.mark.parametrize("words", [("check", "--claim", "0"), ("trace",), ("sweep",)])
def test_no_point_is_asked_for_without_variables(
    words: tuple[str, ...], formula: str, run: Run
) -> None:
    ran = run(words[0], formula, *words[1:])
    assert (ran.code, ran.out) == (2, "")
    assert "the formula has no variables" in ran.err


@pytest.mark.parametrize("misfit", ["1,2", "relative", "x=1,y=2", "x=", "1/0", "1,"])
@pytest.mark.parametrize(
    "asked",
    ["--digits 20", "--digits 20 --order 2", "--digits 20 --order 3", "--exact",
     "--order 2 --exact", "--prove", "--digits 30 --method backprop"],
)  # fmt: skip
def test_a_point_that_does_not_fit_is_refused_whoever_reads_it(
    asked: str, misfit: str, run: Run
) -> None:
    """As a formula it is read only once it fits; behind one that does, too."""
    for points in (["--at", misfit], ["--at", "1", "--at", misfit]):
        result = run("grad", "x^2", *points, *asked.split())
        assert result.code in (2, 3, 4), result.err
        assert not result.out
