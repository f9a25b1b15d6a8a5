"""Reading: precedence, what people paste, definitions, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffcli.calculus.functions import INFIX
from diffcli.engine.tape import Program
from diffcli.errors import DiffcliError, ParseError
from diffcli.language.expression import Expression, call, variable
from diffcli.language.latex_printer import latex
from diffcli.language.lexer import tokens, words
from diffcli.language.parser import parse
from diffcli.language.printer import text
from tests import strategies

CONDITIONS = {"<", "<=", ">", ">=", "==", "!=", "and", "or"}


@given(strategies.written())
def test_what_is_printed_reads_back_the_same(expression: Expression) -> None:
    assert parse(text(expression)).expression is expression
    assert parse(text(expression, spaced=False)).expression is expression


@given(strategies.written())
def test_latex_braces_are_balanced(expression: Expression) -> None:
    depth = 0
    for character in latex(expression):
        depth += (character == "{") - (character == "}")
        assert depth >= 0
    assert depth == 0


@pytest.mark.parametrize("symbol", sorted(INFIX.keys() - CONDITIONS))
def test_a_sign_behind_any_operator_is_read_as_it_was_written(symbol: str) -> None:
    """A percentage, x%, may stand before a sign: x % -y would be less by y."""
    operator = INFIX[symbol]
    for source in ("-y", "-2", "-2*y", "-sin(y)", "-y^2", "-y/3", "(-y)^2", "-(x+y)"):
        for pair in ((parse("x"), parse(source)), (parse(source), parse("x"))):
            expression = call(operator, *(part.expression for part in pair))
            for spaced in (True, False):
                shown = text(expression, spaced=spaced)
                assert parse(shown).expression is expression, shown


def test_what_binds_more_strongly_is_read_first() -> None:
    """Rung by rung; all but a power hold their left side, as 1-2-3 does."""
    rungs = ["or", "and", "< <= > >= == !=", "+ -", "* / %", "**"]
    assert {sign for rung in rungs for sign in rung.split()} == INFIX.keys()
    below = 0
    for rung in rungs:
        rows = [INFIX[sign].notation for sign in rung.split()]
        ((left, right),) = {(row.left, row.right) for row in rows if row}
        assert right - left == (-1 if rung == "**" else 1)
        assert min(left, right) > below
        below = max(left, right)


@pytest.mark.parametrize(
    ("source", "meant"),
    [
        ("not x < y and z > x", "(not (x < y)) and (z > x)"),
        ("x < 1 or y < 1 and z < 1", "x < 1 or (y < 1 and z < 1)"),
        ("x < y+z", "x < (y+z)"),
        ("x % y < -z*2", "(x % y) < ((-z)*2)"),
        ("not -x^2 < y", "not ((-(x^2)) < y)"),
    ],
)
def test_conditions_read_as(source: str, meant: str) -> None:
    one, other = (parse(f"where({text}, x, 0)") for text in (source, meant))
    assert one.expression is other.expression


@given(st.text(alphabet="x1y2+-*/^()., =;#\nsine²₁π·−\t%é", max_size=30))
def test_any_text_is_read_or_refused(source: str) -> None:
    try:
        parsed = parse(source)
    except DiffcliError as refused:
        error = refused
    else:
        assert parse(text(parsed.expression)).expression is parsed.expression
        return
    assert str(error).startswith("Error: ")
    assert error.span is None or 0 <= error.span[0] < error.span[1]


_PIECES = st.sampled_from(
    ["x", "x1", "_", "1", "2.5", ".5", "1.", ".", "e", "1e3", "1e", "E-5", "sin", "(",
     ")", "+", "-", "*", "**", "^", "/", ",", ";", "=", "\n", " ", "\t", "\r", "\ufeff",
     "#", "\0", "\1", "\x1c", "²", "x₁", "½", "√", "×", "π", "²³", "?"]
)  # fmt: skip


@given(st.lists(_PIECES, max_size=12).map("".join), st.integers(0, 3))
def test_words_are_the_same_with_and_without_their_places(
    source: str, start: int
) -> None:
    within = (min(start, len(source)), len(source))
    try:
        placed = [(token.kind, token.text) for token in tokens(source, within)]
    except ParseError:
        with pytest.raises(ParseError):
            words(source, within)
        return
    found = [(word.kind, word.text) for word in words(source, within)]
    end = found.index(("end", ""))
    assert found[:end] == placed[:end]
    assert placed[end] == ("end", "")


@pytest.mark.parametrize("source", ["x*y+1", "x*y*2", "2-x*y", "(x*y)+1", "1/x+x*y-1"])
def test_carets_stand_under_the_part_alone(source: str) -> None:
    parsed = parse(source)
    product = call(INFIX["*"], variable("x"), variable("y"))
    start, end = parsed.spans()[product]
    assert source[start:end].strip("()") == "x*y"


@pytest.mark.parametrize(
    ("source", "meant"),
    [
        ("-x**2", "-(x**2)"),
        ("2**3**2", "2**(3**2)"),
        ("2**-x", "2**(-x)"),
        ("2^3", "2**3"),
        ("a-b-c", "(a-b)-c"),
        ("8/4/2", "(8/4)/2"),
        ("1/2x", "(1/2)*x"),
        ("2x**2", "2*(x**2)"),
        ("2 x1", "2*x1"),
        ("3(x+1)", "3*(x+1)"),
        ("(a)(b)", "a*b"),
        ("(a)b", "a*b"),
        ("2sin(x)", "2*sin(x)"),
        ("+x", "x"),
        ("x₁²", "x1**2"),
        ("x⁻¹", "x**(-1)"),
        ("2·x×y÷z−1", "2*x*y/z-1"),
        ("2π", "2*pi"),
        ("ln(x)", "log(x)"),
        ("arctan(x)", "atan(x)"),
        ("max(a,b,c)", "max(a,max(b,c))"),
        ("max(a)", "a"),
        ("sum(a,b)", "sum(a,b)"),
        ("mean(a,b,c)", "sum(a,b,c)/3"),
        ("007", "7"),
        ("1E3", "1e3"),
        ("(x +\n 1)", "x+1"),
        ("x + # a comment\n 1", "x+1"),
        ("x\r\n", "x"),
        ("z = 2*x; z**2", "(2*x)**2"),
        ("z = 2*x\n\n# and then\ny = z+1\ny*z", "(2*x+1)*(2*x)"),
        ("f(x, y) = x + y", "x + y"),
        ("2e^x", "2*exp(x)"),
    ],
)
def test_reads_as(source: str, meant: str) -> None:
    assert parse(source).expression is parse(meant).expression


def test_variables_are_in_natural_order() -> None:
    assert parse("x10+x2+b+x1+α").variables == ("b", "x1", "x2", "x10", "α")


def test_a_head_fixes_the_variables() -> None:
    assert parse("f(y, x, unused) = x/y").variables == ("y", "x", "unused")


def test_a_definition_is_one_node() -> None:
    parsed = parse("z = w*x+b; a = sigmoid(z); (a-t)^2")
    assert list(parsed.definitions) == ["z", "a"]
    assert parsed.variables == ("b", "t", "w", "x")
    names = {node: name for name, node in parsed.definitions.items()}
    assert text(parsed.expression, names=names) == "(a - t)**2"


@pytest.mark.parametrize(("name", "value"), [("e", 5.0), ("gamma", 5.0), ("pi", 5.0)])
def test_a_given_value_makes_a_name_a_variable(name: str, value: float) -> None:
    parsed = parse(f"{name}*2", names={name})
    assert parsed.variables == (name,)
    assert Program([parsed.expression]).value({name: value}) == 2 * value


def test_a_name_that_is_a_variable_can_still_be_called_as_a_function() -> None:
    assert parse("gamma(gamma)", names={"gamma"}).variables == ("gamma",)


@pytest.mark.parametrize("source", ["", " ", "# nothing", "\n;\n"])
def test_nothing_is_refused(source: str) -> None:
    with pytest.raises(ParseError):
        parse(source)


REFUSED = [
    "(",
    ")",
    "()",
    "x·x·y)",
    "x+(y",
    "x(x+1)",
    "sin",
    "sin()",
    "sin(x,2)",
    "atan2(x)",
    "sinn(x)",
    "f(x)",
    "x+1;x",
    "z=z+1;z",
    "z=1;z=2;z",
    "f(x,x)=x",
    "1,5*x",
    "max(x,)",
    "(1,2)",
    "$",
    "_x",
    "x**",
    "*x",
    "x//2",
    "**x",
    "х",
    "x\u202e+1",
    "=",
    "1e400",
    "9e999*x",
    "1e*x",
    "1..2",
    "__import__('os')",
    "x.real",
    "x:=1",
    "lambda:1",
    "().__class__",
    "S('x')",
    "open('/etc/passwd').read()",
    "</script><b>x",
    "√x²",
    "~x",
]


@pytest.mark.parametrize(
    "source", [*REFUSED, "x x", "x y", "2 3", "x 2", "sin x", "x+1\ny"]
)
def test_refused_with_a_place(source: str) -> None:
    with pytest.raises(DiffcliError) as caught:
        parse(source)
    assert caught.value.exit_code in (3, 4)
    assert caught.value.span


def test_parse_error_is_what_callers_catch() -> None:
    with pytest.raises(ParseError, match="never closed"):
        parse("(x")


def test_spans_point_at_the_first_place() -> None:
    source = "log(x1-x2) + 1/(x1-x2)"
    parsed = parse(source)
    spans = {source[a:b] for a, b in parsed.spans().values()}
    assert {"x1-x2", "log(x1-x2)", "1/(x1-x2)", source, "x1", "x2", "1"} == spans


@pytest.mark.parametrize("limit", [5, 17, 100])
def test_a_long_text_is_cut_at_the_limit(limit: int) -> None:
    long = parse("+".join(f"x{i}" for i in range(1000))).expression
    shown = text(long, limit=limit)
    assert len(shown) == limit
    assert shown.endswith("…")
