"""Mathematics on paper: what is printed reads back, and looks as one writes it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from diffcli.calculus.functions import BY_SIGN, FUNCTIONS, OPERATORS
from diffcli.errors import ParseError
from diffcli.language.expression import Call, Expression, call, postorder, variable
from diffcli.language.latex_printer import latex, latex_name
from diffcli.language.notation import BY_NAME, CODE, PAPER
from diffcli.language.parser import parse
from diffcli.language.partials import operator_latex, partial_latex
from diffcli.language.printer import text as as_code
from diffcli.language.textbook import name_text, text
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


PRINTED = [
    line.split("\t")
    for line in (Path(__file__).parent / "cases" / "printed.tsv")
    .read_text()
    .splitlines()
    if line[0] != "#"
]
EXPRESSIONS = [parse(typed).expression for typed, *_ in PRINTED]


@pytest.mark.parametrize(("typed", "code", "paper", "typeset"), PRINTED)
def test_is_printed_in_three_ways(
    typed: str, code: str, paper: str, typeset: str
) -> None:
    expression = parse(typed).expression
    assert (as_code(expression), text(expression)) == (code, paper)
    assert latex(expression) == typeset
    assert parse(code).expression is parse(paper).expression is expression


def test_no_bracket_is_in_vain() -> None:
    """Without it something else is read; but a sign, a root, a power may have some."""
    for expression in EXPRESSIONS:
        for write, allowed in ((as_code, "-"), (text, "-√∛^e")):
            shown = write(expression)
            for start, end in _groups(shown):
                before, inside = shown[start - 1 : start], shown[start + 1 : end]
                bare = shown[:start] + inside + shown[end + 1 :]
                if not ({before, inside[0]} & {*allowed} or before.isalnum()):
                    with pytest.raises((ParseError, AssertionError)):
                        assert parse(bare).expression is expression


def _groups(shown: str) -> Iterator[tuple[int, int]]:
    opened = []
    for place, character in enumerate(shown):
        if character == "(":
            opened.append(place)
        elif character == ")":
            yield opened.pop(), place


def test_a_node_with_a_name_is_written_as_a_variable() -> None:
    for expression in EXPRESSIONS:
        if "where" in as_code(expression) or "max" in as_code(expression):
            continue
        for node in postorder([expression])[:-1]:
            if isinstance(node, Call) and node.function.many != "fold":
                plain = _with(expression, node, variable("z1"))
                assert as_code(expression, names={node: "z1"}) == as_code(plain)
                assert text(expression, names={node: "z1"}) == text(plain)
                assert latex(expression, names={node: "z1"}) == latex(plain)
        assert text(expression, names={expression: "z1"}) == text(expression)


def _with(expression: Expression, old: Expression, new: Expression) -> Expression:
    made = {old: new}
    for node in postorder([expression]):
        if node not in made:
            args = (made[argument] for argument in node.args)
            made[node] = call(node.function, *args) if isinstance(node, Call) else node
    return made[expression]


@pytest.mark.parametrize(
    ("name", "typeset"),
    [("x", "x"), ("x12", "x_{12}"), ("xy", r"\mathrm{xy}"), ("xy1", r"\mathrm{xy}_{1}"),
     ("x_1", r"\mathrm{x\_}_{1}"), ("ρ_f", r"\rho\_f"), ("ΔT", r"\Delta T"),
     ("ΔTx1", r"\Delta Tx_{1}"), ("αβ", r"\alpha\beta"), ("xΔ", r"x\Delta"),
     ("alpha2", r"\alpha_{2}"), ("alphas", r"\mathrm{alphas}"), ("Ω", r"\Omega"),
     ("λ", r"\lambda"), ("ο", r"\text{U+03BF}"), ("é", r"\text{U+00E9}")],
)  # fmt: skip
def test_names_are_typeset(name: str, typeset: str) -> None:
    r"""A command ends where a letter begins: there is no \\DeltaT."""
    assert latex_name(name) == typeset


@pytest.mark.parametrize(
    ("name", "printed"),
    [("x12", "x₁₂"), ("x_1", "x_1"), ("x1y", "x1y"), ("x_a2", "x_a₂")],
)
def test_the_last_digits_of_a_name_are_lowered(name: str, printed: str) -> None:
    assert name_text(name) == printed


@pytest.mark.parametrize(
    ("names", "alone", "beside", "typeset"),
    [
        ("x", "df/dx", "∂f/∂x", r"\frac{\partial f}{\partial x}"),
        ("x x", "d²f/dx²", "∂²f/∂x²", r"\frac{\partial^{2} f}{\partial x^{2}}"),
        ("x1 x1 x1", "d³f/dx₁³", "∂³f/∂x₁³",
         r"\frac{\partial^{3} f}{\partial x_{1}^{3}}"),
        ("x y", "d²f/dxdy", "∂²f/∂x∂y",
         r"\frac{\partial^{2} f}{\partial x \, \partial y}"),
        ("x y x", "d³f/dxdydx", "∂³f/∂x∂y∂x",
         r"\frac{\partial^{3} f}{\partial x \, \partial y \, \partial x}"),
    ],
)  # fmt: skip
def test_derivatives_are_called(
    names: str, alone: str, beside: str, typeset: str
) -> None:
    words = names.split()
    assert PAPER.partial(words, several=False) == alone
    assert PAPER.partial(words, several=True) == beside
    lowered = str.maketrans("₀₁₂₃", "0123")
    assert CODE.partial(words, several=True) == beside.translate(lowered)
    assert partial_latex(words, several=True) == typeset
    assert partial_latex(words, several=False) == typeset.replace(r"\partial", "d")
    assert PAPER.derivative("x1", several=True) == "∂/∂x₁"
    assert PAPER.derivative("x1", several=False) == "d/dx₁"
    assert CODE.derivative("x1", several=False) == "d/dx1"
    assert operator_latex("x1", several=True) == r"\frac{\partial}{\partial x_{1}}"
    assert operator_latex("x1", several=False) == r"\frac{d}{d x_{1}}"


def test_two_notations_have_their_signs_and_brackets() -> None:
    assert {**BY_NAME} == {"paper": PAPER, "code": CODE}
    signs = [row for row in OPERATORS if row.notation]
    assert "".join(map(PAPER.sign, signs)) == "+-·/-^"
    assert "".join(map(CODE.sign, signs)) == "+-*/-**"
    for typed, code, paper in (
        ("x1+y", "(x1+y)", "(x₁ + y)"), ("x1-y", "(x1-y)", "(x₁ - y)"),
        ("x1*y", "x1*y", "x₁·y"), ("x1/y", "x1/y", "x₁/y"), ("x1^y", "x1**y", "x₁^y"),
        ("-x1", "(-x1)", "(-x₁)"), ("sin(x1)", "sin(x1)", "sin(x₁)"), ("2", "2", "2"),
    ):  # fmt: skip
        node = parse(typed).expression
        assert (CODE.factor(node), PAPER.factor(node)) == (code, paper)
        assert CODE.text(node) == code.strip("()") or typed == "sin(x1)"
    long = parse("+".join(f"x{n}" for n in range(40))).expression
    assert len(PAPER.factor(long)) == len(CODE.factor(long)) == 62
    assert (PAPER.variable("x1"), CODE.variable("x1")) == ("x₁", "x1")


def test_a_text_is_cut_where_it_is_too_long() -> None:
    for expression in EXPRESSIONS:
        for write in (as_code, text):
            whole = write(expression)
            for limit in range(1, len(whole) + 2):
                cut = whole if len(whole) <= limit else whole[: limit - 1] + "…"
                assert write(expression, limit=limit) == cut
        typeset = latex(expression)
        assert latex(expression, len(typeset)) == typeset
        assert latex(expression, len(typeset) - 1) == r"\ldots"
        assert latex(expression, 0) == typeset


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
