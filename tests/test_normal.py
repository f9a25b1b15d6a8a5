"""The normal form: the same function, short, and the same again when done twice."""

import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from diffcli.engine.algebra import Algebra
from diffcli.engine.bounds import value_errors
from diffcli.engine.derivation import derive
from diffcli.engine.normal import PRODUCT_FORMS, SUM_FORMS, Normal, normal
from diffcli.engine.tape import Program, Undefined
from diffcli.language.expression import Expression
from diffcli.language.parser import parse
from diffcli.language.printer import text
from tests import strategies

CASES = Path(__file__).parent / "cases" / "exercises.tsv"
EXERCISES = [line.split("\t") for line in CASES.read_text("utf-8").splitlines()]
PLACES = [-2.7, -1.0, -0.4, 0.0, 0.3, 0.8, 1.0, 1.6, 2.9]


def sizes(*expressions: Expression) -> list[int]:
    return [Algebra().size(expression) for expression in expressions]


def hold_equal(one: Expression, other: Expression) -> None:
    """Assert that two expressions agree where the first is defined."""
    program = Program([one]), Program([other])
    names = sorted({*program[0].inputs, *program[1].inputs})
    for place in range(12):
        point = {
            name: PLACES[(place + 2 * k) % len(PLACES)] for k, name in enumerate(names)
        }
        try:
            tapes = [p.run(point) for p in program[:1]]
        except Undefined:
            continue
        tapes.append(program[1].run(point))  # never less is defined
        values = [tape.values[tape.program.outputs[0]] for tape in tapes]
        errors = [value_errors(tape)[tape.program.outputs[0]] for tape in tapes]
        if all(map(math.isfinite, errors)):
            allowed = 64 * sum(errors) + 1e-12 * abs(values[0])
            assert abs(values[0] - values[1]) <= allowed, (
                text(one),
                text(other),
                point,
            )


@pytest.mark.parametrize(("formula", "answer"), EXERCISES, ids=lambda x: x)
def test_as_long_as_the_back_of_the_book(formula: str, answer: str) -> None:
    expression = parse(formula).expression
    name = "w" if "w" in formula else "x"
    (derivation,) = derive(expression, [name])
    found = normal(derivation.result, [expression])
    hold_equal(parse(answer).expression, found)
    ours, theirs = sizes(found, parse(answer).expression)
    assert ours <= theirs


@given(strategies.written())
def test_the_same_function(expression: Expression) -> None:
    hold_equal(expression, normal(expression))


@given(strategies.written())
def test_done_twice_changes_nothing(expression: Expression) -> None:
    form = normal(expression)
    assert normal(form) is form


@given(strategies.written())
def test_never_longer(expression: Expression) -> None:
    before, after = sizes(expression, normal(expression))
    assert after <= before


@given(strategies.written())
def test_reads_back(expression: Expression) -> None:
    form = normal(expression)
    assert parse(text(form)).expression is form


@pytest.mark.parametrize(
    ("formula", "form"),
    [
        ("x+1+x", "2*x + 1"),
        ("2*x/(2*sqrt(1+x^2))", "x/sqrt(1 + x**2)"),
        ("sqrt(x)^2", "x"),
        ("sqrt(x^2)", "sqrt(x**2)"),
        ("x*2*y", "2*x*y"),
        ("-(-x)", "x"),
        ("-(a-b)", "b - a"),
        ("(x^2)^(1/2)", "sqrt(x**2)"),
        ("(x^3)^(1/3)", "x"),
        ("cos(x)/sin(x)", "cot(x)"),
        ("sin(x)^2+cos(x)^2", "1"),
        ("sin(x)^2*y+cos(x)^2*y", "y"),
        ("x/x", "1"),
        ("exp(2*x)*exp(-x)", "exp(x)"),
        ("log(exp(x))", "x"),
        ("0.5*x+0.25*x", "0.75*x"),
        ("6.02e23*x*2", "1.204e24*x"),
        ("1/x^2", "1/x**2"),
        ("x^-2", "1/x**2"),
        ("x/0", "x/0"),
        ("v*u^(v-1)", "v*u**(v - 1)"),
        ("x^x*x/x", "x**x"),
        ("x^x*x^y/x", "x**(x - 1)*x**y"),
        ("(x^2-1)/(x+1)", "x - 1"),
        ("(x^2-1)/(x^2-3*x+2)", "(x + 1)/(x - 2)"),
        ("(x^3-y^3)/(x-y)", "x**2 + x*y + y**2"),
        ("(exp(2*x)-1)/(exp(x)-1)", "exp(x) + 1"),
        ("1/(1-x)-1/(x-1)", "2/(1 - x)"),
        ("sqrt(4-4*x^2)", "2*sqrt(1 - x**2)"),
        ("5*x^3-4+3*x", "5*x**3 + 3*x - 4"),
        ("x-x^3+1", "1 + x - x**3"),
        ("1+x+x^2", "1 + x + x**2"),
        ("cos(x)*(1+cos(x))+sin(x)^2", "cos(x) + 1"),
    ],
)
def test_known(formula: str, form: str) -> None:
    assert text(normal(parse(formula).expression)) == form


@pytest.mark.parametrize("row", [*SUM_FORMS, *PRODUCT_FORMS], ids=lambda row: row.name)
def test_every_form_is_of_use(row: Any) -> None:
    """Each row makes something of the exercises; one that never does can go."""
    used = 0
    for formula in [f for f, _ in EXERCISES]:
        expression = parse(formula).expression
        (derivation,) = derive(expression, ["x"])
        work = Normal()
        work.form(derivation.result)
        work.form(parse("x^2+2*x*y+y^2").expression)
        work.form(parse("(x^2-1)/(x+1)").expression)
        for terms in list(work.sums.values()):
            if row in SUM_FORMS:
                used += len(row.make(work, list(terms), 2))
        for product in list(work.products.values()):
            if row in PRODUCT_FORMS:
                used += len(row.make(work, product))
    assert used


@given(st.integers(min_value=2, max_value=6), st.integers(min_value=-4, max_value=4))
def test_exponents_multiply_only_where_true(n: int, m: int) -> None:
    assume(m)
    expression = parse(f"(x^{n})^({m}/{n})").expression
    hold_equal(expression, normal(expression))


def test_a_thousand_terms() -> None:
    formula = "+".join(f"{n}*x^{n % 9}*sin({n}*x)" for n in range(1, 1001))
    form = normal(parse(formula).expression)
    assert len(text(form)) < len(formula) * 1.3
