"""Mathematics on paper: what is printed reads back, and looks as one writes it."""

from typing import Any

import pytest
from hypothesis import given

from diffcli.calculus.functions import BY_SIGN, FUNCTIONS
from diffcli.errors import ParseError
from diffcli.language.expression import Expression, call, variable
from diffcli.language.parser import parse
from diffcli.language.textbook import text
from tests import strategies


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("(2*x1+3*x2)**2+3", "(2x₁ + 3x₂)² + 3"),
        ("1/2*x^2", "½x²"),
        ("sqrt(1+x^2)", "√(1 + x²)"),
        ("sqrt(x)*sin(x)", "√x·sin(x)"),
        ("exp(-x^2/2)", "e^(-x²/2)"),
        ("a*(1-a)", "a·(1 - a)"),
        ("2*sin(x)*cos(y)", "2 sin(x) cos(y)"),
        ("x*y*sin(x)", "x·y sin(x)"),
        ("x*exp(3*x)*(2+3*x)", "x·e^(3x)·(2 + 3x)"),
        ("sigmoid(z)*(1-sigmoid(z))", "σ(z)(1 - σ(z))"),
        ("2*3*x", "2·3x"),
        ("2*e*eta", "2·e·eta"),
        ("x_1*x10^-1", "x_1·x₁₀⁻¹"),
        ("0.5*x", "0.5x"),
        ("2.5^2", "2.5^2"),
        ("(x^2)^3-(-x)", "(x²)³ - (-x)"),
        ("exp(x)^2", "(e^x)²"),
        ("cbrt(x)^2", "(∛x)²"),
    ],
)
def test_looks_as_on_paper(typed: str, printed: str) -> None:
    expression = parse(typed).expression
    assert text(expression) == printed
    assert parse(printed).expression is expression


@given(strategies.written())
def test_reads_back(expression: Expression) -> None:
    assert parse(text(expression)).expression is expression


@pytest.mark.parametrize("row", FUNCTIONS, ids=lambda row: row.name)
def test_every_row_reads_back_beside_everything(row: Any) -> None:
    letters = [variable(name) for name in ("x1", "b")[: row.arity]]
    function = text(call(row, *letters))
    typed = f"{row.name}({', '.join(['x1', 'b'][: row.arity])})"
    others = (
        "2",
        "0.5",
        "x",
        "(x+1)",
        "x^2",
        "sqrt(x)",
        "sin(x)",
        "exp(x)",
        "pi",
        "1/2",
    )
    assert parse(function).expression is parse(typed).expression
    for other in others:
        for formula in (f"{other}*{typed}", f"{typed}*({other})", f"({typed})^{other}"):
            expression = parse(formula).expression
            assert parse(text(expression)).expression is expression


@pytest.mark.parametrize("name", ["e", "σ"])
def test_a_variable_keeps_its_name(name: str) -> None:
    formula = f"{name}*exp(x)+sigmoid({name})"
    parsed = parse(formula, names=(name,))
    printed = text(parsed.expression, taken=parsed.variables)
    assert parse(printed, names=(name,)).expression is parsed.expression


@pytest.mark.parametrize("sign", [s for s in BY_SIGN if not s.isalpha()])
def test_a_root_ends_where_it_is_said(sign: str) -> None:
    row = BY_SIGN[sign]
    for typed, meant in (
        (f"{sign}x", f"{row.name}(x)"),
        (f"{sign}(x+1)", f"{row.name}(x+1)"),
        (f"2{sign}x", f"2*{row.name}(x)"),
        (f"x{sign}2", f"x*{row.name}(2)"),
        (f"{sign}sin(x)", f"{row.name}(sin(x))"),
        (f"-{sign}x*y", f"-{row.name}(x)*y"),
    ):
        assert parse(typed).expression is parse(meant).expression
    for refused in (f"{sign}x²", f"{sign}x^2", f"{sign}2x", f"{sign}(x+1)²"):
        with pytest.raises(ParseError, match="not clear what stands under") as error:
            parse(refused)
        for hint in error.value.hint.removeprefix("write ").split(" or "):
            parse(hint)  # both readings are read


def test_a_mixed_number_is_refused_with_both_readings() -> None:
    with pytest.raises(ParseError, match="a sum or a product") as error:
        parse("2½")
    for hint in error.value.hint.removeprefix("write ").split(" or "):
        parse(hint)


def test_what_is_cut_stays_short() -> None:
    formula = "*".join(f"x{n}" for n in range(50_000))
    assert len(text(parse(formula).expression, limit=80)) == 80
