"""Derivations on paper: every line equals every other, and says why."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffcli.calculus.functions import FUNCTIONS, NAMED
from diffcli.engine.chain_of_names import network
from diffcli.engine.paper import chain, resolved
from diffcli.language.expression import (
    Call,
    Expression,
    call,
    forget,
    is_current,
    postorder,
    variable,
    variables,
)
from diffcli.language.notation import CODE, PAPER, Notation
from diffcli.language.parser import parse
from diffcli.language.textbook import text
from diffcli.output.paper import Paper, Question
from tests import strategies
from tests.conftest import Run
from tests.test_normal import EXERCISES, hold_equal


def hold_together(expression: Expression, name: str) -> list[Expression]:
    """Assert that all lines of a derivation have the same value."""
    found = chain(expression, name)
    lines = [resolved(line.expression, name) for line in found.lines]
    for line in lines[1:]:
        hold_equal(lines[0], line)
    return lines


@pytest.mark.parametrize("formula", [formula for formula, _ in EXERCISES])
def test_lines_of_exercises(formula: str) -> None:
    hold_together(parse(formula).expression, "w" if "w" in formula else "x")


@pytest.mark.parametrize("row", FUNCTIONS, ids=lambda row: row.name)
def test_lines_of_every_function(row: Any) -> None:
    x = variable("x")
    if row.name == "polygamma":
        return  # toward the order it has no derivative, and x is both
    inner = parse("x^2+1").expression
    for args in ((x, inner), (inner, x)):
        hold_together(call(row, *args[: row.arity]), "x")


@pytest.mark.parametrize("row", FUNCTIONS, ids=lambda row: row.name)
def test_lines_are_made_of_nodes_of_their_own_problem(row: Any) -> None:
    """Templates are kept from one problem to the next, and their numbers are not."""
    for _ in range(2):
        forget()
        x = variable("x")
        lines = chain(call(row, *[call(NAMED["sin"], x)] * row.arity), "x").lines
        for node in postorder([resolved(line.expression, "x") for line in lines]):
            assert is_current(node), node


@given(strategies.defined())
@settings(max_examples=40)
def test_lines_of_anything(expression: Expression) -> None:
    """Lines have one value, and what is printed of them reads back."""
    for name in ("x", "y"):
        for line in hold_together(expression, name):
            assert parse(text(line)).expression is line


def test_the_lecture() -> None:
    found = chain(parse("(2*x1+3*x2)**2+3").expression, "x1", several=True)
    shown = [text(line.expression, derivative="∂/∂x₁") for line in found.lines]
    assert shown == [
        "∂/∂x₁ (2x₁ + 3x₂)²",
        "2(2x₁ + 3x₂) · ∂/∂x₁ (2x₁ + 3x₂)",
        "2(2x₁ + 3x₂) · 2",
        "4(2x₁ + 3x₂)",
    ]
    said = [
        "; ".join("".join(map(str, r)) for r in line.reasons) for line in found.lines
    ]
    assert said[0].startswith("sum")
    assert said[1].startswith("power and chain")
    assert said[2].startswith("linear")


@given(
    strategies.defined(),
    st.integers(min_value=40, max_value=200),
    st.sampled_from([PAPER, CODE]),
)
@settings(max_examples=30)
def test_no_line_is_wider_than_the_screen(
    expression: Expression, width: int, notation: Notation
) -> None:
    names = variables(expression) or ["x"]
    question = Question(names[:1], expression, names)
    lines = Paper(notation, names, width).derivation(question)
    assert all(sum(len(run.text) for run in line) <= width for line in lines)


@pytest.mark.parametrize(
    ("formula", "lines"),
    [
        (
            "x^x",
            ["d/dx e^(x log(x))", "x^x · d/dx (x log(x))", "x^x · (log(x) + x · 1/x)",
             "x^x·(log(x) + 1)"],
        ),
        (
            "sin(x)^2*exp(-x^2)",
            ["d/dx sin(x)² · e^(-x²) + sin(x)² · d/dx e^(-x²)",
             "2 sin(x) · cos(x) · e^(-x²) + sin(x)² · e^(-x²) · (-2x)",
             "2 sin(x) e^(-x²)·(cos(x) - x sin(x))"],
        ),
        (
            "(a*x^2+b*x+c)^n",
            ["n·(a·x² + b·x + c)^(n - 1) · d/dx (a·x² + b·x + c)",
             "n·(a·x² + b·x + c)^(n - 1)·(2a·x + b)"],
        ),
        ("max(0,x)", ["where(x > 0, 1, 0)"]),
        (
            "min(x^2,3)*x",
            ["min(x², 3) + x · d/dx min(x², 3)",
             "min(x², 3) + x · where(x² < 3, d/dx x², 0)",
             "min(x², 3) + x where(x² < 3, 2x, 0)"],
        ),
        (
            "x*log(x)-x",
            ["d/dx (x log(x)) - 1", "log(x) + x · 1/x - 1", "log(x)"],
        ),
        (
            "x^2*sin(x)",
            ["d/dx x² · sin(x) + x² · d/dx sin(x)", "2x sin(x) + x² cos(x)"],
        ),
    ],
)  # fmt: skip
def test_small_moves_share_a_line(formula: str, lines: list[str]) -> None:
    found = chain(parse(formula).expression, "x")
    assert [text(line.expression) for line in found.lines] == lines


def test_every_line_but_the_last_has_a_reason() -> None:
    for formula, _ in EXERCISES:
        found = chain(parse(formula).expression, "x")
        assert all(line.reasons for line in found.lines[:-1])


NETWORKS = (
    ("z = w*x + b; a = sigmoid(z); (a - t)^2", "w"),
    ("u = x^2; v = sin(u); u*v + v^2", "x"),
    ("h = tanh(w*x); y = v*h; (y - t)^2", "w"),
    (
        "net1=w1*i1+b1; net2=w3*i1+b1; h1=sigmoid(net1); h2=sigmoid(net2);"
        "o1=sigmoid(w5*h1+w6*h2); o2=sigmoid(w7*h1+w8*h2); (o1-t1)^2/2+(o2-t2)^2/2",
        "w1",
    ),
    ("a = x*y; b = a*x; a", "x"),
    ("a = x; a^2", "x"),
    ("a = y; x^2*a", "x"),
)


@pytest.mark.parametrize(("source", "name"), NETWORKS)
def test_networks(source: str, name: str) -> None:
    """The product of the named partials, with the names put in, is the derivative."""
    parsed = parse(source)
    found = network(parsed.definitions, parsed.expression, name)
    meant = dict(found.definitions)
    product = _with_definitions(resolved(found.product, name), meant)
    hold_equal(chain(parsed.expression, name).result, product)
    factors = {f.name: resolved(f.formula, name) for f in found.factors}
    spelled = _with_definitions(
        resolved(found.symbolic, name), {k.name: v for k, v in factors.items()} | meant
    )
    hold_equal(chain(parsed.expression, name).result, spelled)


def _with_definitions(
    expression: Expression, meant: dict[str, Expression]
) -> Expression:
    for _ in meant:
        built: dict[Expression, Expression] = {}
        for node in postorder([expression]):
            if isinstance(node, Call):
                built[node] = call(node.function, *(built[a] for a in node.args))
            else:
                built[node] = meant.get(getattr(node, "name", ""), node)
        expression = built[expression]
    return expression


def test_a_deep_formula_ends() -> None:
    formula = "sin(" * 300 + "x" + ")" * 300
    assert chain(parse(formula).expression, "x").lines


@pytest.mark.parametrize(
    ("formula", "result"),
    [
        ("(x^2+1)*sin(x)", "2x sin(x) + (x² + 1) cos(x)"),
        ("sqrt(x^2+4*x)", "(x + 2)/√(x² + 4x)"),
        ("3^(2*x+1)", "2·3^(2x + 1) log(3)"),
        ("exp(2*x+1)", "2e^(2x + 1)"),
        ("tanh(3*x+1)^2", "6 tanh(3x + 1)(1 - tanh(3x + 1)²)"),
        ("x^2*y^3+sin(x*y)", "2x·y³ + y cos(x·y)"),
        ("2*y*sin(x)*cos(x)", "2y·(cos(x)² - sin(x)²)"),
        ("atan(2*x)", "2/(1 + 4x²)"),
        ("x*exp(x)", "(x + 1) e^x"),
        ("x^3-3*x^2", "3x² - 6x"),
        ("6*x^2-12", "12x"),
        ("2*x^3-12*x", "6x² - 12"),
        ("x+x^3", "1 + 3x²"),
        ("exp(-x)*(x^2-4*x+2)", "-(x² - 6x + 6) e^(-x)"),
        ("exp(-x)/(1+exp(-x))^2", "(e^(-2x) - e^(-x))/(1 + e^(-x))³"),
        ("sin(-x)", "-cos(x)"),
        ("sigmoid((x*y)^3)", "3y·(x·y)² σ((x·y)³)(1 - σ((x·y)³))"),
        ("1/sqrt(x)", "-1/(2x^(3/2))"),
    ],
)
def test_results_are_as_a_teacher_writes_them(formula: str, result: str) -> None:
    lines = chain(parse(formula).expression, "x").lines
    assert result in [text(line.expression) for line in lines[-2:]]


def test_the_second_derivative_starts_with_the_last_line_of_the_first() -> None:
    typed = parse("x^2*exp(-x)").expression
    first = chain(typed, "x").result
    second = chain(first, "x", typed=[typed])
    assert [text(line.expression) for line in second.lines] == [
        "(2 - 2x) · e^(-x) + x·(2 - x) · d/dx e^(-x)",
        "(2 - 2x) · e^(-x) + x·(2 - x) · (-e^(-x))",
        "(x² - 4x + 2) e^(-x)",
    ]


@given(strategies.defined())
@settings(max_examples=40)
def test_no_sum_adds_what_begins_with_a_minus_sign(expression: Expression) -> None:
    for line in chain(expression, "x").lines:
        shown = text(line.expression)
        assert "+ (-" not in shown or "+ (-" in text(expression), shown
        assert "- (-" not in shown or "- (-" in text(expression), shown
        assert "--" not in shown


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        (
            "g(x) = x^2+1; sin(g(x))^2",
            ["2 sin(g(x)) · d/dx sin(g(x))", "2 sin(g(x)) · cos(g(x)) · d/dx g(x)",
             "2 sin(g(x)) · cos(g(x)) · 2x", "4x sin(g(x)) cos(g(x))"],
        ),
    ],
)  # fmt: skip
def test_own_functions_keep_their_names(source: str, lines: list[str]) -> None:
    parsed = parse(source)
    paper = Paper(PAPER, parsed.variables, 80, parsed.labels)
    question = Question("x", parsed.expression, parsed.variables)
    rows = ["".join(run.text for run in line) for line in paper.derivation(question)]
    shown = [row.split(" = ", 1)[1].split("   ")[0] for row in rows]
    assert shown == lines


def test_what_does_not_lead_to_the_variable_keeps_its_name() -> None:
    parsed = parse("h = tanh(w*x); y = v*h; (y-t)^2/2")
    paper = Paper(PAPER, parsed.variables, 80)
    question = Question("t", parsed.expression, parsed.variables, parsed.definitions)
    rows = ["".join(run.text for run in line) for line in paper.derivation(question)]
    assert rows[0].startswith("∂f/∂t = 1/2 · 2(y - t) · ∂/∂t (y - t)")
    assert rows[-1].strip() == "= t - y"


@pytest.mark.parametrize(
    "text", ["a = x**x; a**a", "z = w*x; (z - f)^2", "s = exp(x); s**s"]
)
def test_values_along_names_that_a_slope_is_made_of(text: str, run: Run) -> None:
    ran = run("steps", text, "--at", "0.5" if "w" not in text else "f=1,w=2,x=3")
    assert ran.code == 0, ran.err
