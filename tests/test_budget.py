"""Error budgets, with a sample of a hundred thousand points as referee."""

import json
import math
import random
import re
import statistics
from pathlib import Path

import pytest

import diffcli
from diffcli.analysis.budget import SecondOrder
from diffcli.errors import KinkError
from diffcli.inputs.spreads import split
from tests.conftest import Ran, Run

CASES = [
    ("x*y", {"x": 2, "y": 3}, {"x": 0.1, "y": 0.2}),
    ("x*y/z", {"x": 10, "y": 3, "z": 7}, {"x": 0.1, "y": 0.02, "z": 0.2}),
    ("x^2", {"x": 0}, {"x": 0.1}),
    ("exp(x)*sin(y)", {"x": 0.2, "y": 1.2}, {"x": 0.15, "y": 0.1}),
    ("x^2+y^3", {"x": 0.3, "y": 1}, {"x": 0.2, "y": 0.15}),
    ("a*cos(b)", {"a": 5, "b": 0}, {"a": 0.1, "b": 0.2}),
]


@pytest.mark.parametrize(("formula", "point", "errors"), CASES)
def test_a_sample_scatters_as_the_budget_says(
    formula: str, point: dict[str, float], errors: dict[str, float]
) -> None:
    found = diffcli.budget(formula, point, errors)
    dice, program = random.Random(formula), found.problem.program
    values = []
    for _ in range(20_000):
        drawn = {n: dice.gauss(x, errors[n]) for n, x in point.items()}
        values.append(program.value(drawn))
    assert found.second is not None
    mean = found.value.number + found.second.shift
    assert found.second.error == pytest.approx(statistics.stdev(values), rel=0.04)
    assert mean == pytest.approx(
        statistics.fmean(values), abs=0.04 * found.second.error
    )
    if not found.matters:
        assert found.error == pytest.approx(statistics.stdev(values), rel=0.1)
    assert sum(each.share for each in found.shares) == pytest.approx(
        1 if found.error else 0
    )
    sizes = [each.contribution for each in found.shares]
    assert sizes == sorted(sizes, reverse=True)


@pytest.mark.parametrize("unit", [1e-250, 1e-9, 1e9, 1e250])
@pytest.mark.parametrize(("formula", "point", "errors"), CASES)
def test_in_another_unit_every_error_is_as_many_times_larger(
    formula: str, point: dict[str, float], errors: dict[str, float], unit: float
) -> None:
    """That of the value, or those of the inputs."""
    found = diffcli.budget(formula, point, errors)
    assert found.second
    small = unit**0.2  # of which third derivatives are doubles as well
    inner = {name: f"({name}/{small!r})" for name in point}
    turned = re.sub(r"\b[abxyz]\b", lambda name: inner[name[0]], formula)
    for times, other in (
        (unit, diffcli.budget(f"{unit!r}*({formula})", point, errors)),
        (1.0, diffcli.budget(
            turned, {n: small * x for n, x in point.items()},
            {n: small * s for n, s in errors.items()}))
    ):  # fmt: skip
        assert other.second
        assert other.matters == found.matters
        assert other.error == pytest.approx(times * found.error, rel=1e-9)
        assert other.second.error == pytest.approx(times * found.second.error, rel=1e-9)
        near = pytest.approx(times * found.second.shift, rel=1e-9, abs=1e-12 * times)
        assert other.second.shift == near


@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e9])
def test_second_order_matters_from_5_percent_of_the_error_on(unit: float) -> None:
    made = diffcli.budget("x", {"x": 1.0}, {"x": unit})
    for error, shift, matters in (
        (1.04, 0.0, False), (1.06, 0.0, True), (0.96, 0.04, False), (0.94, 0.0, True),
        (1.0, 0.06, True), (1.0, -0.06, True), (1.0, -0.04, False),
    ):  # fmt: skip
        second = SecondOrder(unit * error, unit * shift)
        assert made._replace(second=second).matters == matters
    assert not made._replace(second=None).matters


@pytest.mark.parametrize(
    ("c", "settled"), [(0.08, True), (0.09, False), (-0.08, True), (-0.09, False)]
)
@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e9])
def test_second_order_is_known_where_third_derivatives_add_less_than_half(
    c: float, settled: bool, unit: float
) -> None:
    """The square of the error of x + c*x^3 at 0, for x = 0±1, is 1 + 6c + 15c²."""
    found = diffcli.budget(f"{unit!r}*(x+{c}*x^3)", {"x": 0.0}, {"x": 1.0})
    assert (found.second is not None) == settled == (not found.warnings)
    if found.second:
        assert found.second.error == pytest.approx(unit * math.sqrt(1 + 6 * c))


def test_without_errors_there_is_nothing_to_say() -> None:
    for errors in ({}, {"x": 0.0}, {"x": 0.0, "y": 0.0}):
        found = diffcli.budget("x*y^2", {"x": 2.0, "y": 3.0}, errors)
        assert (found.error, found.second, found.warnings) == (0, None, ())
        assert {(each.contribution, each.share) for each in found.shares} == {(0, 0)}


@pytest.mark.parametrize("side", [1, -1])
@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e9])
@pytest.mark.parametrize(
    ("formula", "bent"),
    # what f is beside line and parabola, as a share of the way it goes
    [("x+{c}*x^3", 0.25), ("x^2+{c}*x^4", 0.25), ("-x-2-{c}*x^3", 0.25),
     ("7-x^2-{c}*x^4", 0.25)],
)  # fmt: skip
def test_f_bends_where_a_quarter_is_neither_slope_nor_curvature(
    formula: str, bent: float, unit: float, side: int
) -> None:
    """What is added, c of 1 + c, is a quarter of it where c is a third."""
    for c, unlike in ((0.9 / 3, False), (1.1 / 3, True)):
        written = formula.format(c=c).replace("x", f"({side}*x/{unit!r})")
        found = diffcli.budget(written, {"x": 0.0}, {"x": unit})
        assert found.unlike == unlike, c
        assert any("bends" in each.text for each in found.warnings) == unlike


def test_a_kink_of_what_is_exact_is_none_of_what_is_not() -> None:
    found = diffcli.budget("abs(x)+y^2", {"x": 0.0, "y": 1.0}, {"y": 0.1})
    assert found.error == pytest.approx(0.2)
    assert found.second is None
    with pytest.raises(KinkError):
        diffcli.budget("abs(x)+y^2", {"x": 0.0, "y": 1.0}, {"x": 0.1})
    with pytest.raises(KinkError):
        diffcli.budget("abs(x)+y^2", {"x": 0.0, "y": 1.0}, {"x": 0.1, "y": 0.1})


def test_where_second_order_matters_it_is_said(run: Run) -> None:
    out = run("grad", "x^2", "--at", "x=0±0.1").out
    assert "f = 0 ± 0" in out
    assert "Second order matters here: the mean is 0.01 ± 0.0141." in out
    out = run("grad", "x*y", "--at", "x=2.0±0.1,y=3±0.2").out
    assert "f = 6 ± 0.5" in out
    assert "Most to blame: y, with 64 %" in out
    assert "correlations are 0" in out
    assert "Second order changes nothing of note" in out


@pytest.mark.parametrize(
    ("formula", "at", "said"),
    [
        ("x-y", "x=2±0.1,y=2±0.1", "x, y, with 50 % of s² each."),
        ("x*y*z", "x=2±0.1,y=2±0.1,z=2±0.1", "x, y, z, with 33 % of s² each."),
        ("x+y", "x=2±0.1,y=2±0.001", "x, with more than 99 % of s²."),
        ("x+y", "x=2±0.1,y=2±0", "x, with 100 % of s²."),
        ("x+y", "x=2±0.1,y=2±0.09", "x, with 55 % of s²."),
    ],
)
def test_who_is_to_blame_most(formula: str, at: str, said: str, run: Run) -> None:
    out = " ".join(run("grad", formula, "--at", at).out.split())
    assert f"Most to blame: {said}" in out


@pytest.mark.parametrize(
    ("at", "meant"),
    [
        ("2.0(1)", "2.0±0.1"), ("x=9.81(2)", "9.81±0.02"), ("9.80665(12)", None),
        ("1.50(10)", "1.50±0.10"), ("-3.2(4)", "3.2±0.4"), ("2(1)", ""),
        ("sin(2.5)(1)", ""), ("2.5(1.5)", ""), ("2.5(1+1)", ""),
        ("2.0(1)(2)", ""), ("2.5*(1)", ""),
    ],
)  # fmt: skip
def test_a_value_with_its_error_in_brackets_is_told_to_be_a_product(
    at: str, meant: str | None, run: Run
) -> None:
    """As tables of constants have it: 9.80665(12) is 9.80665±0.00012."""
    ran = run("grad", "x^2", "--at", at, "-f", "plain")
    assert ran.code == 0
    meant = "9.80665±0.00012" if meant is None else meant
    assert (f"a value with its error is {meant}.\n" in ran.err) is bool(meant)
    if meant:
        told = run("grad", "x^2", "--at", f"x={meant}", "-f", "json")
        assert json.loads(told.out)["errors"]["x"] == float(meant.partition("±")[2])
        assert ran.err.count("is 2.0·1 here") == (at == "2.0(1)")


def test_second_order_that_does_not_settle_is_not_shown(run: Run) -> None:
    ran = run("grad", "cos(x^2)", "--at", "x=-1.33±0.339")
    assert "the second order is not known here" in ran.err
    assert "Second order" not in ran.out


UNLIKE = ["x^4 at 0", "1-x^6 at 0", "abs(x) at 0.05", "cos(20*x) at 0", "1/x at 0.11"]


@pytest.mark.parametrize("case", UNLIKE)
def test_where_no_parabola_tells_it_is_warned(case: str, run: Run) -> None:
    formula, x = case.split(" at ")
    ran = run("grad", formula, "--at", f"x={x}±0.1")
    assert "bends so much that its slope does not tell" in ran.err
    assert "changes nothing" not in ran.out


@pytest.mark.parametrize(
    "at", ["x=2.0±0.1,y=3±0.2", "2.0±0.1, 3±0.2", "2.0+/-0.1,3+/-0.2", "y=3±1/5,x=2±.1"]
)
def test_every_way_to_write_it(at: str, run: Run) -> None:
    assert run("grad", "x*y", "--at", at, "-f", "plain").out == "6 0.5\n"


def test_every_format(run: Run) -> None:
    words = ("grad", "x*y", "--at", "x=2±0.1,y=3")
    rows = run(*words, "-f", "csv").out.splitlines()
    assert rows[0].startswith("var,value,error,partial,contribution,share,f,f_error,")
    assert rows[1].startswith("x,2,0.1,3,0.3")
    assert rows[2].startswith("y,3,0,2,0,0,6,")
    record = json.loads(run(*words, "-f", "json").out)
    assert record["errors"] == {"x": 0.1, "y": 0}
    assert record["correlations"] == "taken as 0"
    assert [share["name"] for share in record["shares"]] == ["x", "y"]
    assert "exact" in run(*words).out
    assert "±" in run(*words, "-f", "md").out
    assert run(*words, "-f", "latex").code == 0
    assert "+-" in run(*words, "--ascii").out
    two = run("grad", "(x*y, x)", "--at", "x=2±0.1,y=3", "-f", "plain").out
    assert two.splitlines() == ["6 0.30000000000000004", "2 0.1"]


def test_a_sign_alone_is_a_sum_and_noted(run: Run) -> None:
    ran = run("grad", "x^2", "--at", "2+-0.1", "-f", "plain")
    assert ran.out == "3.8\n"
    assert "2±0.1" in ran.err
    assert "±" not in run("grad", "x^2", "--at", "1e+3", "-f", "plain").err


@pytest.mark.parametrize("at", ["2±", "2±0.1±0.2", "2±5%", "2±-0.1", "2±x", "±0.1"])
def test_an_error_that_is_none_is_refused(at: str, run: Run) -> None:
    ran = run("grad", "x^2", "--at", at)
    assert ran.code in (2, 3)
    assert ran.out == ""


@pytest.mark.parametrize(
    "words",
    ["--method finite", "--order 2", "--wrt x", "--h 0.1", "--exact", "--digits 30"],
)
def test_options_of_no_use_are_refused(words: str, run: Run) -> None:
    ran = run("grad", "x^2", "--at", "2±0.1", *words.split())
    assert (ran.code, ran.out) == (2, "")


def test_elsewhere_an_error_is_refused_with_where_it_goes(
    run: Run, tmp_path: Path
) -> None:
    for words in (("trace", "x^2"), ("check", "x^2"), ("sweep", "x^2")):
        ran = run(*words, "--at", "2±0.1")
        assert (ran.code, ran.out) == (3, "")
        assert "grad EXPR --at" in ran.err
    table = tmp_path / "p.csv"
    table.write_text("x\n2±0.1\n", encoding="utf-8")
    ran = run("check", "x^2", "--points", str(table))
    assert (ran.code, ran.out) == (3, "")
    assert "p.csv:2" in ran.err


ROWS = {
    "csv": "x,y,note\n2.0±0.1,3±0.2,a\n5,1+/-0.3,1±9\n",
    "tsv": "y\tx\n3±1/5\t2±.1\n1±0.3\t5\n",
    "txt": "2.0±0.1,3±0.2\n5,1±0.3\n",
    "jsonl": '{"x": "2.0±0.1", "y": "3±0.2"}\n{"x": 5, "y": "1±0.3"}\n',
    "json": '[{"x": "2.0±0.1", "y": "3±0.2"}, {"x": 5, "y": "1±0.3"}]',
}


@pytest.mark.parametrize("kind", ROWS)
def test_cells_with_errors_are_budgets_as_at_points(
    kind: str, run: Run, tmp_path: Path
) -> None:
    table = tmp_path / f"p.{kind}"
    table.write_text(ROWS[kind], encoding="utf-8")
    at = ("--at", "x=2.0±0.1,y=3±0.2", "--at", "x=5,y=1±0.3")
    for form in ("plain", "jsonl"):
        alone = run("grad", "(x*y, exp(x)/y)", *at, "-f", form).out
        ran = run("grad", "(x*y, exp(x)/y)", "--points", str(table), "-f", form)
        assert ran.code == 0, ran.err
        found, expected = (
            [line.partition(', "input"')[0].rstrip("}") for line in text.splitlines()]
            for text in (ran.out, alone)
        )
        assert found == expected


def test_the_first_row_says_whether_errors_are_given(run: Run, tmp_path: Path) -> None:
    def answered(text: str, *words: str) -> Ran:
        table = tmp_path / "p.csv"
        table.write_text(text, encoding="utf-8")
        return run("grad", "x*y", "--points", str(table), *words)

    late = answered("x,y\n2,3\n2,3±1\n")
    assert late.code == 3
    assert "in its first row" in late.err
    noted = answered("x,y,n\n2,3,1±2\n", "-f", "csv")
    assert noted.out.splitlines()[0] == "x,y,n,f,df/dx,df/dy,status"
    ragged = answered("x,y\n2±1,3\n3±1,4,5\n", "-f", "plain")
    assert (ragged.code, ragged.out) == (3, "6 3\n")
    for bad in ("5±", "±1", "5±1%", "1,5±1"):
        ran = answered(f"x;y\n2±1;3\n{bad};4\n", "--separator", ";", "-f", "plain")
        assert (ran.code in (2, 3), ran.out) == (True, "6 3\n")
        assert "p.csv:3" in ran.err
    for words in ("--order 2", "--keep-going", "--method finite", "--exact"):
        ran = answered("x,y\n2±1,3\n", *words.split())
        assert (ran.code, ran.out) == (2, "")


def test_corners_and_edges(run: Run) -> None:
    assert run("grad", "abs(x)", "--at", "0±0.1").code == 5
    assert run("grad", "log(x)", "--at", "0±0.1").code == 4
    near = run("grad", "abs(x)", "--at", "0.01±0.1")
    assert near.code == 0
    assert "does not tell" in near.err
    edge = run("grad", "log(x)", "--at", "0.05±0.1")
    assert "within the error of x f is undefined" in edge.err
    assert split("max(1,2)±0.5,3").point == "max(1,2),3"


@pytest.mark.parametrize("unit", [1e-290, 1e-200, 1e-30, 1e-17, 1e-9, 1e-3])
@pytest.mark.parametrize("formula", ["x + y", "3*x - y", "x*y", "x/4 + 0.1*y"])
def test_what_is_too_small_to_be_seen_is_no_bend(formula: str, unit: float) -> None:
    """Whatever the sizes: along each input these are straight."""
    for size in (1.0, 1e100, 0.3):
        at = {"x": size, "y": 2 * size}
        found = diffcli.budget(formula, at, {"x": unit * size, "y": unit * size})
        assert not found.warnings, size


@pytest.mark.parametrize("at", ["x=1±1e300", "x=1e10±1e299"])
def test_an_error_beyond_all_doubles_is_refused(at: str, run: Run) -> None:
    for form in ("table", "plain", "json", "csv"):
        ran = run("grad", "x*1e300", "--at", at, "-f", form)
        assert ran.code == 4
        assert "overflow" in ran.err + ran.out
        assert "nan" not in (ran.out + ran.err).casefold()
