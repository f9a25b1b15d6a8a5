"""The derivation on the screen and as data."""

import itertools
import json

import pytest

from diffcli.analysis.steps import steps, valued
from diffcli.engine import waiting
from diffcli.engine.tape import Program
from diffcli.errors import KinkError, UsageError
from diffcli.language.parser import parse
from diffcli.problem import pose
from tests import referee
from tests.conftest import Run

FORMULAS = [
    "(2*x+3*y)**2+3",
    "x*sin(2*x)/y",
    "exp(-x**2)*y",
    "x**y",
    "z = y*x; a = sigmoid(z); (a-1)^2",
]


@pytest.mark.parametrize("formula", FORMULAS)
def test_every_line_is_true(formula: str, run: Run) -> None:
    """Each step's three forms have one value: of, filled in, and tidied."""
    point = {"x": 1.3, "y": 0.7}
    ran = run("steps", formula, "--at", "x=1.3,y=0.7", "-f", "json")
    record = json.loads(ran.out)
    for variable, derivation in record["derivations"].items():
        for step in derivation["steps"]:
            of = parse(step["of"])
            exact = referee.slope(of.expression, variable, point)
            for form in ("filled", "becomes"):
                value = Program([parse(step[form]).expression]).value(point)
                assert value == pytest.approx(exact, rel=1e-12, abs=1e-15)
        assert derivation["result"] == derivation["steps"][-1]["becomes"]


@pytest.mark.parametrize("formula", FORMULAS)
def test_the_last_line_is_the_answer_of_grad(formula: str, run: Run) -> None:
    steps = json.loads(run("steps", formula, "-f", "json").out)
    grad = json.loads(run("grad", formula, "--at", "x=1.3,y=0.7", "-f", "json").out)
    results = {name: d["result"] for name, d in steps["derivations"].items()}
    assert results == grad["derivatives"]


@pytest.mark.parametrize("formula", FORMULAS)
def test_every_line_of_the_chain_is_true(formula: str, run: Run) -> None:
    point = {"x": 1.3, "y": 0.7}
    record = json.loads(run("steps", formula, "-f", "json").out)
    for variable, derivation in record["derivations"].items():
        exact = referee.slope(parse(formula).expression, variable, point)
        for line in derivation["chain"]:
            if "[" not in line["line"]:  # what is pending is no formula yet
                value = Program([parse(line["line"]).expression]).value(point)
                assert value == pytest.approx(exact, rel=1e-12, abs=1e-15)
        assert all(line["rules"] for line in derivation["chain"][:-1])


def test_the_lecture_on_paper(run: Run) -> None:
    out = run("steps", "(2*x1+3*x2)**2+3", "--wrt", "x1", "--at", "1,3").out
    assert out.splitlines()[2:] == [
        "∂f/∂x₁ = ∂/∂x₁ (2x₁ + 3x₂)²                 sum: 3 does not change",
        "       = 2(2x₁ + 3x₂) · ∂/∂x₁ (2x₁ + 3x₂)   power and chain: z = 2x₁ + 3x₂",
        "       = 2(2x₁ + 3x₂) · 2                   linear: x₂ is held fixed",
        "       = 4(2x₁ + 3x₂)",
        "At x₁ = 1, x₂ = 3:  4(2·1 + 3·3) = 4 · 11 = 44",
    ]


def test_a_network_is_a_chain_of_names(run: Run) -> None:
    formula = "z = w*x + b; a = sigmoid(z); (a - t)^2"
    out = run("steps", formula, "--wrt", "w", "--at", "w=2,x=0.5,b=-1,t=1").out
    assert "∂f/∂w = ∂f/∂a · ∂a/∂z · ∂z/∂w   chain, along f ← a ← z ← w" in out
    assert "∂a/∂z = a·(1 - a)" in out
    assert "z = 0, a = 0.5" in out
    assert out.rstrip().endswith("= -0.125")


def test_code_has_no_brackets_that_nobody_needs(run: Run) -> None:
    formula = "z = w*x + b; a = sigmoid(z); (a - t)^2"
    out = run("steps", formula, "--wrt", "w", "--ascii").out
    assert "df/dw = df/da*da/dz*dz/dw" in out
    assert "= 2*(a-t)*a*(1-a)*x" in out


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
@pytest.mark.parametrize("formula", [*FORMULAS, "sin(x)^2*exp(-x^2)/(1+x)*y"])
def test_paper_fits_every_width(formula: str, width: int, run: Run) -> None:
    out = run("steps", formula, "--at", "x=1.3,y=0.7", columns=width).out
    assert all(len(line) <= width for line in out.splitlines())


@pytest.mark.parametrize("form", ["latex", "md"])
def test_the_value_is_typeset_too(form: str, run: Run) -> None:
    out = run("steps", "(2*x1+3*x2)**2+3", "--wrt", "x1", "--at", "1,3", "-f", form).out
    assert r"4 \left(2 \cdot 1 + 3 \cdot 3\right) = 4 \cdot 11 = 44" in out
    assert r"\text{at } x_{1} = 1,\ x_{2} = 3" in out


def test_higher_orders(run: Run) -> None:
    record = json.loads(run("steps", "x^4", "--order", "4", "-f", "json").out)
    results = {names: d["result"] for names, d in record["derivations"].items()}
    assert results["x,x,x,x"] == "24"
    assert run("steps", "x*y", "--order", "3").code == 2
    assert run("steps", "x*y", "--order", "3", "--wrt", "x").code == 0


@pytest.mark.parametrize("formula", FORMULAS)
def test_without_an_order_there_are_the_first_derivatives(formula: str) -> None:
    parsed = parse(formula)
    found = steps(parsed, parsed.variables)
    assert [step.variables for step in found] == [(name,) for name in parsed.variables]


def test_the_lectures_names(run: Run) -> None:
    words = ("steps", "(2*x1+3*x2)**2+3", "--wrt", "x1", "--at", "1,3")
    out = run(*words, "--level", "rules").out
    for word in ("constant", "linearity", "power, chain"):
        assert word in out
    assert "∂f/∂x₁ = 4(2x₁ + 3x₂)" in out
    assert "= 44 at x₁ = 1, x₂ = 3" in out
    assert out == run(*words, "--level", "brief").out


def test_full_names_the_letters_and_what_is_held(run: Run) -> None:
    words = ("steps", "(2*x1+3*x2)**2+3", "--wrt", "x1", "--level", "full")
    out = run(*words).out
    assert "rule: D(u**n) = n*u**(n-1)*D(u)" in out
    assert "with n = 2, u = 2x₁ + 3x₂" in out
    assert "x₂ held fixed" in out


def test_a_long_derivation_says_what_it_leaves_out(run: Run) -> None:
    words = ("steps", "sin(" * 100 + "x" + ")" * 100, "--level", "rules")
    assert "more steps; -f json has all" in run(*words).out
    deep = "sin(" * 1000 + "x" + ")" * 1000
    assert "too long for paper: see --level rules" in run("steps", deep).out


def test_refused(run: Run) -> None:
    assert run("steps", "3").code == 2
    assert run("steps", "log(x)", "--at", "-1").code == 4


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("x^2",), "not asked"),
        (("x^2", "--simplify"), "nothing shorter"),
        (("sin(x)^2", "--simplify"), "shorter"),
    ],
)
def test_what_became_of_simplify(words: tuple[str, ...], said: str, run: Run) -> None:
    record = json.loads(run("steps", *words, "-f", "json").out)
    derivation = record["derivations"]["x"]
    assert derivation["simplification"] == said
    assert (derivation["simplified"] is not None) == (said == "shorter")


def test_no_answer_is_told_from_nothing_shorter(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ask(*_: object) -> None:
        raise waiting.NoAnswer

    monkeypatch.setattr(waiting, "ask", ask)
    record = json.loads(run("steps", "sin(x)^2", "--simplify", "-f", "json").out)
    assert record["derivations"]["x"]["simplification"] == "no answer in time"


@pytest.mark.parametrize("level", ["paper", "rules", "full"])
@pytest.mark.parametrize("form", ["table", "md", "latex"])
def test_one_variable_has_d_and_several_have_partials(
    level: str, form: str, run: Run
) -> None:
    for formula, several in (("x^2*sin(x)", False), ("x^2*sin(y)", True)):
        for order in ("1", "2"):
            words = ("--level", level, "--order", order, "-f", form)
            out = run("steps", formula, *words).out
            found = any(sign in out for sign in ("∂", r"\partial"))
            assert found == several, out


@pytest.mark.parametrize(
    ("formula", "values"),
    [("(relu(x)^2+relu(-x)^2)/2", None), ("abs(x)^2", None), ("x*abs(x)*x", [0, 0]),
     ("abs(x)^3", [0, 0]), ("x^3+x", [1, 0]), ("abs(x)", None), ("x*abs(x)", None)],
)  # fmt: skip
def test_a_convention_of_the_rules_is_no_second_derivative(
    formula: str, values: list[float] | None
) -> None:
    """At 0 abs(x)^2 has the second derivative 2, and the rules would make it 0."""
    parsed = parse(formula)
    found = [*steps(parsed, ["x"], 2)]
    if values is None:
        with pytest.raises(KinkError):
            valued(found, pose(parsed, {"x": 0.0}))
    else:
        made = valued(found, pose(parsed, {"x": 0.0}))
        assert [each.value for each in made.derivatives] == values
        assert made.warnings == ()


@pytest.mark.parametrize("order", [1, 2, 3])
def test_each_derivative_is_found_once(order: int) -> None:
    one = [found.variables for found in steps(parse("x^5"), ["x"], order)]
    assert one == [("x",) * k for k in range(1, order + 1)]
    several = parse("x^2*y^3*z")
    if order > 2:
        with pytest.raises(UsageError):
            next(steps(several, ["x", "y"], order))
        return
    paths = [found.variables for found in steps(several, ["x", "y", "z"], order)]
    firsts = [("x",), ("y",), ("z",)]
    pairs = [*itertools.combinations_with_replacement("xyz", 2)]
    assert paths == firsts + pairs * (order == 2)
    for found in steps(several, ["x", "y", "z"], order):
        whole = several.expression if len(found.variables) == 1 else None
        assert whole is None or found.of is whole
