"""The value alone: --order 0, in every format, and as a stream."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from mpmath import mp

import diffcli
from diffcli.language.expression import Expression
from diffcli.language.printer import text
from tests.conftest import Run
from tests.strategies import points, smooth

SQUARE = ("grad", "(2*x1+3*x2)**2+3", "--at", "1,3", "--order", "0")


@pytest.mark.parametrize(
    ("form", "out"),
    [
        ("plain", "124\n"),
        ("csv", "f,status\n124,ok\n"),
        ("tsv", "f\tstatus\n124\tok\n"),
    ],
)
def test_one_value(form: str, out: str, run: Run) -> None:
    assert run(*SQUARE, "-f", form).out == out


def test_records_and_screens_have_the_value_alone(run: Run) -> None:
    record = json.loads(run(*SQUARE, "-f", "json").out)
    assert (record["value"], record["gradient"]) == (124, {})
    for form in ("table", "md", "latex"):
        shown = run(*SQUARE, "-f", form).out
        assert "124" in shown
        assert "44" not in shown


@given(smooth(), points)
def test_it_is_the_value_that_mpmath_has(
    expression: Expression, point: dict[str, float]
) -> None:
    formula = text(expression)
    try:
        found = diffcli.compare(diffcli.parse(formula, names=point), point)
    except diffcli.DiffcliError:
        return
    value = diffcli.value(diffcli.parse(formula, names=point), point)
    assert value == found.value.value


def test_digits_and_exact_values(run: Run) -> None:
    shown = run("grad", "sqrt(x)", "--at", "2", "--order", "0", "--digits", "40").out
    with mp.workdps(50):
        assert mp.nstr(mp.sqrt(2), 40) in shown
    words = ("grad", "sqrt(x)", "--at", "8", "--order", "0", "--exact")
    assert "2.828427125 = 2*sqrt(2)" in run(*words).out
    assert run(*words, "-f", "csv").out.splitlines()[1].split(",")[1] == "2*sqrt(2)"


def test_where_there_is_no_derivative_there_may_be_a_value(run: Run) -> None:
    assert run("grad", "abs(x)", "--at", "0", "--order", "0", "-f", "plain").out == (
        "0\n"
    )
    ran = run("grad", "log(x)", "--at", "0", "--order", "0", "-f", "plain")
    assert (ran.code, ran.out) == (4, "")


def test_a_formula_without_variables_needs_no_point(run: Run) -> None:
    assert run("grad", "2+3", "--order", "0", "-f", "plain").out == "5\n"
    assert run("grad", "2+3", "--order", "0").out == "f = 2 + 3\nf = 5\n"
    assert run("grad", "2+x", "--order", "0").code == 2


@pytest.mark.parametrize(
    "more", [(), ("--jobs", "2"), ("--engine", "polars")], ids=" ".join
)
def test_it_streams(more: tuple[str, ...], run: Run, tmp_path: Path) -> None:
    table = tmp_path / "p.csv"
    table.write_text("id,x,y\na,1,2\nb,0,3\nc,2.5,0\n", encoding="utf-8")
    ran = run(
        *("grad", "x*abs(y)+log(x)", "--points", str(table), "--order", "0"),
        *("-f", "csv", "--keep-going", *more),
    )
    header, *rows = ran.out.splitlines()
    assert (ran.code, header) == (4, "id,x,y,f,status")
    assert [row.partition(",")[2].partition(".0,")[0] for row in rows[:1]] in (
        ["1,2,2,ok"],
        ["1,2,2"],
    )
    assert rows[1] == "b,0,3,,domain"
    assert rows[2].startswith("c,2.5,0,0.9162907318741551")  # at a kink of abs


def test_many_formulas(run: Run, tmp_path: Path) -> None:
    formulas = tmp_path / "f.txt"
    formulas.write_text("x^2\nx*y\nlog(-x)\n", encoding="utf-8")
    words = ("grad", "--exprs", str(formulas), "--at", "x=3,y=2", "--order", "0")
    ran = run(*words, "-f", "csv", "--keep-going")
    assert ran.out.splitlines() == [
        *("expression,f,status", "x^2,9,ok", "x*y,6,ok", "log(-x),,domain"),
    ]
    assert run(*words, "-f", "plain", "--keep-going").out == "9\n6\ndomain\n"


@pytest.mark.parametrize(
    "words",
    ["--wrt x", "--method finite", "--h 0.1", "--scheme forward", "--arithmetic"],
)
def test_what_a_value_has_no_use_for_is_refused(words: str, run: Run) -> None:
    ran = run("grad", "x*y", "--at", "1,2", "--order", "0", *words.split())
    assert (ran.code, ran.out) == (2, "")
    assert "the value alone" in ran.err
