"""Second derivatives: three ways, and sympy's."""

import csv
import itertools
import json

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

import diffcli
from diffcli import methods
from diffcli.analysis.hessian import WAYS, hessian
from diffcli.calculus.functions import INFIX
from diffcli.engine.derivation import derive
from diffcli.engine.exact import to_sympy
from diffcli.engine.second_order import hessian_row
from diffcli.engine.sparsity import Sparsity
from diffcli.engine.tape import Program
from diffcli.errors import KinkError, UsageError
from diffcli.language.expression import Expression, call, number, numeral, variables
from diffcli.language.parser import parse
from diffcli.problem import Settings, pose
from tests import referee
from tests.conftest import Run
from tests.strategies import defined

FORMULAS = [
    "(2*x+3*y)**2+3",
    "sin(x*y)*exp(x)/y",
    "x**y",
    "sigmoid(x*y)+tanh(x)*softplus(y)",
    "atan2(x, y)*hypot(x, y)",
    "log(x**2+y**2)-erf(x)*sqrt(y)",
    "gamma(x)*y",
    "max(x, y)*x",
]


@pytest.mark.parametrize("formula", FORMULAS)
def test_all_three_are_sympys(formula: str) -> None:
    parsed = parse(formula)
    point = {"x": 1.3, "y": 0.7}
    result = hessian(pose(parsed, point, settings=Settings(h="auto")))
    symbols = {name: sympy.Symbol(name, real=True) for name in point}
    for (name, other), agreement in result.agreements.items():
        whole = to_sympy(parsed.expression, {})
        second = sympy.diff(whole, symbols[name], symbols[other])
        exact = referee.number(second, point)
        for method, entries in result.columns.items():
            value = entries[name, other].value
            if method != "finite" or value is not None:
                close = 1e-7 if method == "finite" else 1e-11
                assert value == pytest.approx(exact, rel=close, abs=close)
        assert agreement.verdict in ("agree", "undecided")


def test_screens_and_formats(run: Run) -> None:
    words = ("grad", "x**2*y**3", "--at", "1,2", "--order", "2")
    assert "∂²f/∂x∂y" in run(*words).out
    assert run(*words, "-f", "plain").out == "16 24 24 12\n"
    record = json.loads(run(*words, "-f", "json").out)
    assert record["schema"] == "diffcli/hessian/2"
    assert record["hessian"]["backprop"] == {
        "x": {"x": 16.0, "y": 24.0},
        "y": {"x": 24.0, "y": 12.0},
    }
    assert record["derivatives"]["x"]["x"] == "2*y**3"
    assert run(*words, "-f", "csv").out.startswith(
        "var,var2,finite,symbolic,backprop,status\n"
    )


def test_refusals() -> None:
    with pytest.raises(KinkError, match="not twice differentiable"):
        hessian(pose(parse("x*abs(x)"), {"x": 0.0}))
    with pytest.raises(UsageError, match="no second derivatives"):
        hessian(pose(parse("x**3"), {"x": 1.0}), ["dual"])


@pytest.mark.parametrize("digits", [18, 30, 100])
@pytest.mark.parametrize("formula", [*FORMULAS, "(1-cos(x*y))/x^2"])
def test_more_digits_are_sympys_too(formula: str, digits: int) -> None:
    """Every exact way has all the digits; differences as many as they claim."""
    point = {"x": 1e-3 + 1, "y": 0.7}
    parsed = parse(formula)
    result = hessian(pose(parsed, point, settings=Settings("auto", digits=digits)))
    assert not result.warnings
    symbols = {name: sympy.Symbol(name, real=True) for name in point}
    whole = to_sympy(parsed.expression, {})
    for (name, other), agreement in result.agreements.items():
        second = sympy.diff(whole, symbols[name], symbols[other])
        exact = {symbols[n]: sympy.Rational(x) for n, x in point.items()}
        truth = second.evalf(digits + 20, subs=exact)
        for method in ("symbolic", "backprop"):
            value = sympy.Float(result.columns[method][name, other].value, digits + 10)
            assert abs(value - truth) <= sympy.Float(10) ** -digits * abs(truth)
        assert agreement.verdict == "agree"


def test_digits_reach_every_format(run: Run) -> None:
    words = ("grad", "exp(x)", "--at", "1", "--order", "2", "--digits", "30")
    e = "2.71828182845904523536028747135"
    for form in ("table", "plain", "csv", "tsv", "json", "jsonl", "md"):
        ran = run(*words, "-f", form)
        assert (ran.code, e in ran.out) == (0, True)
    corner = run("grad", "abs(x)^3+x^2", *words[2:], "--at", "0", "-f", "plain")
    assert corner.out == "8\n2\n"


@pytest.mark.parametrize("form", ["csv", "tsv", "json", "jsonl", "plain", "table"])
def test_bad_points_are_passed_over(form: str, run: Run) -> None:
    """Rows of one kind, with a status; the rest as if they were alone."""
    at = ("--at", "1,2", "--at", "0,1", "--at", "2,1", "--at", "3,3")
    words = ("grad", "log(x)*y+relu(y-1)", "--order", "2", "-f", form)
    ran = run(*words, *at, "--keep-going")
    assert ran.code == 4
    if form in ("csv", "tsv"):
        header, *rows = csv.reader(
            ran.out.splitlines(), delimiter="\t" if form == "tsv" else ","
        )
        assert [len(row) for row in rows] == [len(header)] * 12
        statuses = [row[header.index("status")] for row in rows]
        assert statuses == ["ok"] * 3 + ["domain"] * 3 + ["kink"] * 3 + ["ok"] * 3
    if form == "json":
        assert [r["status"] for r in json.loads(ran.out)] == [
            "ok",
            "domain",
            "kink",
            "ok",
        ]
    if form == "plain":
        assert ran.out.splitlines()[:3] == ["-2 1 1 0", "domain", "kink"]


@pytest.mark.parametrize(
    ("formula", "x"),
    [
        ("(1-cos(x))/x^2", 1e-5),
        ("x/(exp(x)-1)", 1e-6),
        ("exp(x)/(1+exp(x))", 40.0),
        ("(exp(x)-1-x)/x^2", 1e-5),
        ("sqrt(x+1)-sqrt(x)", 1e12),
        ("log(1+x)/x", 1e-9),
        ("(sin(x)-x)/x^3", 1e-4),
    ],
)
def test_a_second_derivative_is_right_or_doubted(formula: str, x: float) -> None:
    parsed = parse(formula)
    found = hessian(pose(parsed, {"x": x}))
    (first,) = derive(parsed.expression, ["x"])
    exact = referee.slope(first.result, "x", {"x": x})
    for method in ("symbolic", "backprop"):
        estimate = found.columns[method]["x", "x"]
        right = estimate.number == pytest.approx(exact, rel=1e-9)
        assert right or "d²f/dx²" in " ".join(map(str, found.warnings))
        assert abs(estimate.number - exact) <= estimate.error * 1.01


@pytest.mark.parametrize(
    ("formula", "at", "code"),
    [
        ("elu(x)", "0", 5), ("softsign(x)", "0", 5), ("x*abs(x)", "0", 5),
        ("relu(x)^2", "0", 5), ("abs(x)", "0", 5), ("abs(x)^3", "0", 0),
        ("x^2*max(x,0)", "0", 0), ("y*x*abs(x)", "0,1", 5),
    ],
)  # fmt: skip
def test_a_second_derivative_is_shown_where_there_is_one(
    formula: str, at: str, code: int, run: Run
) -> None:
    assert run("grad", formula, "--at", at, "--order", "2").code == code


def test_more_second_derivatives_than_anybody_reads_are_refused(run: Run) -> None:
    names = [f"x{n}" for n in range(501)]
    formula = f"({'+'.join(names)})^2"
    ran = run("grad", formula, "--at", ",".join("1" * 501), "--order", "2")
    assert (ran.code, ran.out) == (2, "")
    assert "more than 5,000 second derivatives that are not 0" in ran.err


_CHAIN = "+".join(f"100*(x{n + 1}-x{n}^2)^2+(1-x{n})^2" for n in range(1, 120))


@pytest.mark.parametrize("form", ["table", "json", "csv", "plain"])
def test_of_many_variables_those_that_meet_are_shown(form: str, run: Run) -> None:
    """Rosenbrock's function: a band of three, whose entries are those of few."""
    at = ("--at", ",".join(["1.1", "0.9", "1.2"] * 40), "--order", "2", "-f", form)
    ran = run("grad", _CHAIN, *at)
    assert ran.code == 0, ran.err
    if form != "json":
        assert "7,021 of the second derivatives are 0 everywhere" in ran.err + ran.out
    few = run(
        "grad", "100*(y-x^2)^2+(1-x)^2+100*(x-0.81)^2", "--at", "1.2,1.1", *at[2:]
    )
    if form == "plain":
        cells = ran.out.split()
        assert len(cells) == 120**2
        assert few.out.split()[:2] == cells[120 * 2 + 2 : 120 * 2 + 4]
        assert cells[5:120] == ["0"] * 115
    if form == "csv":
        rows = list(csv.DictReader(ran.out.splitlines()))
        assert len(rows) == 239
        (want, *_) = csv.DictReader(few.out.splitlines())
        (found,) = [row for row in rows if (row["var"], row["var2"]) == ("x3", "x3")]
        assert found["backprop"] == want["backprop"]
        assert {row["var2"] for row in rows if row["var"] == "x7"} == {"x7", "x8"}
    if form == "json":
        record = json.loads(ran.out)
        assert record["hessian"]["symbolic"]["x2"].keys() == {"x1", "x2", "x3"}
        assert "x9" not in record["derivatives"]["x2"]


@settings(max_examples=25)
@given(st.lists(defined(), min_size=2, max_size=3))
def test_variables_that_do_not_meet_have_no_second_derivative(
    parts: list[Expression],
) -> None:
    """The rules find 0 as its formula; of those that meet a part of f is enough."""
    whole = call(INFIX["/"], call(INFIX["-"], *parts[:2]), numeral("-3"))
    whole = call(INFIX["+"], whole, parts[-1])
    names = variables(whole)
    where = Sparsity(whole, names)
    pairs = where.pairs
    for first in derive(whole, names, short=False):
        for second in derive(first.result, names, short=False):
            pair = (first.variable, second.variable)
            if not {pair, pair[::-1]} & {*pairs}:
                assert second.result is number("0")
    point = {name: 0.3 + 0.2 * place for place, name in enumerate(names)}
    for pair in pairs:
        part = Program([where.part(*pair)])
        try:
            full = hessian_row(Program([whole]).run(point), *pair[:1], pair[1:])
            some = hessian_row(part.run(point), *pair[:1], pair[1:])
        except ArithmeticError:
            return  # the point is on an edge
        assert some == pytest.approx(full, rel=1e-8, abs=1e-8)


@pytest.mark.parametrize(
    "names", [("finite",), ("backprop",), ("symbolic", "finite"), ("all",)]
)
@pytest.mark.parametrize("form", ["table", "json", "csv", "plain", "md"])
def test_the_methods_asked_for_are_those_shown(
    names: tuple[str, ...], form: str, run: Run
) -> None:
    words = [word for name in names for word in ("--method", name)]
    ran = run("grad", "x^2*y", "--at", "3,1", "--order", "2", *words, "-f", form)
    assert ran.code == 0, ran.err
    shown = WAYS if names == ("all",) else names
    if form == "json":
        assert set(json.loads(ran.out)["hessian"]) == set(shown)
    elif form == "csv":
        assert ran.out.splitlines()[0].split(",")[2:-1] == [
            w for w in WAYS if w in shown
        ]
    elif form == "plain":
        found = [float(word) for word in ran.out.split()]
        assert found == pytest.approx([2, 6, 6, 0], abs=1e-6)


def test_a_method_without_second_derivatives_is_refused(run: Run) -> None:
    for name in set(methods.names()) - set(WAYS):
        ran = run("grad", "x^2", "--at", "3", "--order", "2", "--method", name)
        assert (ran.code, ran.out) == (2, "")
        assert name in ran.err


def test_exact_second_derivatives_stand_beside_each_point(run: Run) -> None:
    words = ("grad", "sin(x)*y", "--at", "pi/4,1/3", "--at", "pi/3,2", "--order", "2")
    records = json.loads(run(*words, "--exact", "-f", "json").out)
    assert [r["exact"]["x"]["x"] for r in records] == ["-sqrt(2)/6", "-sqrt(3)"]
    assert (
        run(*words, "--exact", "-f", "csv")
        .out.splitlines()[1]
        .endswith("-sqrt(2)/6,ok")
    )
    alone = run(*words[:4], "--order", "2", "--exact").out
    assert "sqrt(2)/2" in alone


@pytest.mark.parametrize("at", ["x=0,y=-1", "x=2,y=-1", "x=0,y=3", "x=2,y=3"])
def test_what_is_not_chosen_bends_nothing(at: str, run: Run) -> None:
    u = "u = where(x > 1, sqrt(x - 1), x^2); where(y > 0, u*log(y), u*y)"
    record = json.loads(run("grad", u, "--at", at, "--order=2", "-f", "json").out)
    for row, column in itertools.product("xy", repeat=2):
        sweep = record["hessian"]["backprop"][row][column]
        rules = record["hessian"]["symbolic"][row][column]
        assert sweep == pytest.approx(rules, rel=1e-12)


@pytest.mark.parametrize(
    "outer", ["sqrt(1+{}^2)", "asinh({})", "acsch({})", "1/sqrt(1+{}^2)"]
)
@pytest.mark.parametrize("inner", ["tan(x)", "cot(x)", "tanh(x)"])
@pytest.mark.parametrize("x", [2.2, -2.7])
def test_a_root_of_a_square_keeps_its_sign(outer: str, inner: str, x: float) -> None:
    """sqrt(1+tan(x)^2) is 1/abs(cos(x)), and 1/cos(x) on one side only."""
    found = diffcli.hessian(outer.format(inner), {"x": x}).columns
    one, other = (found[name]["x", "x"].value for name in ("symbolic", "backprop"))
    assert one == pytest.approx(other, rel=1e-9)
