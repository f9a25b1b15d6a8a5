"""Reading: precedence, what people paste, definitions, and what is refused."""

import pickle

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from diffcli.calculus.functions import INFIX
from diffcli.engine.tape import Program
from diffcli.errors import DiffcliError, ParseError, RangeError
from diffcli.language import lexer
from diffcli.language.expression import Expression, call, forget, number, variable
from diffcli.language.latex_printer import latex
from diffcli.language.lexer import tokens, words
from diffcli.language.parser import parse
from diffcli.language.pratt import Reading
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


def test_what_stands_apart_needs_no_pattern(monkeypatch: pytest.MonkeyPatch) -> None:
    """A million words are found ten times as quickly so."""

    def refuse(source: str) -> None:
        raise AssertionError(source)

    monkeypatch.setattr(lexer, "_pattern_for", refuse)
    for source, apart in (
        ("2*x + sin(y_1)**2 - .5/e", "2 * x + sin ( y_1 ) ** 2 - .5 / e"),
        ("1e3-2.E5*x1", "1e3 - 2.E5 * x1"), ("x", "x"), ("7", "7"), ("E5", "E5"),
        ("z = w*x;\nz^2, 3", "z = w * x ; ; z ** 2 , 3"), ("1.5e12", "1.5e12"),
        ("max(x,y)\t-1.25", "max ( x , y ) - 1.25"), ("5./x", "5. / x"),
    ):  # fmt: skip
        assert [word.text for word in words(source)] == [*apart.split(), ""]


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("x", True), ("x1", True), ("x_", True), ("Z", True), ("α", True), ("α1", True),
     ("", False), ("1", False), ("1x", False), ("_x", False), ("x y", False),
     ("x-y", False), ("½", False), ("é", False), ("x²", False), ("√", False)],
)  # fmt: skip
def test_a_name_has_letters_digits_and_strokes(text: str, is_one: bool) -> None:
    assert lexer.is_name(text) == is_one
    if is_one:
        assert [word.kind for word in words(text)] == ["name", "end"]


@pytest.mark.parametrize(
    ("sign", "hint"),
    [("é", "names use Latin"), ("ŷ", "write y_hat"), ("x̄", "x_bar"), ("я", "CYRILLIC"),
     ("漢", "names use Latin"), ("ß", "names use Latin"), ("→", "RIGHTWARDS ARROW has"),
     ("\x7f", ""), ("\x80", "names are Latin"), ("§", "SECTION SIGN has"), ("\\", "/"),
     ("∀", "alone"), ("∘", "written out"), ("∇", "derivative"), ("€", "EURO SIGN"),
     ("@", "product"), ("ŝ", "write s_hat"), ("ā", "write a_bar"), ("ẏ", "write y_dot"),
     ("ñ", "write n_tilde"), ("ü", "write u_ddot"), ("ø", "names use Latin")],
)  # fmt: skip
def test_a_sign_that_is_none_says_what_to_write(sign: str, hint: str) -> None:
    with pytest.raises(ParseError, match="is not part of the language") as caught:
        tokens(f"2*{sign}")
    assert hint in caught.value.hint
    assert bool(caught.value.hint) == bool(hint)


def test_a_numeral_of_many_digits_is_no_double() -> None:
    assert parse("9" * 300).expression is number("9" * 300)
    for source in ("9" * 400, f"x + {'9' * 400}", f"{'9' * 400}*x", f"x^{'9' * 400}"):
        with pytest.raises(RangeError) as caught:
            parse(source)
        assert caught.value.span is not None
        assert source[slice(*caught.value.span)] == "9" * 400
    assert parse("0" * 400 + "7").expression is number("7")
    assert parse("000").expression is number("0")
    assert parse("x⁰").expression is parse("x^0").expression
    assert parse("x⁰⁰²").expression is parse("x^2").expression


def test_a_part_of_a_text_is_read_alone() -> None:
    source = "y = (x + 1)*2"
    within = (5, 10)
    parsed = parse(source, within=within)
    assert parsed.expression is parse("x + 1").expression
    assert parsed.within == within
    assert {source[a:b] for a, b in parsed.spans().values()} == {"x + 1", "x", "1"}
    for part, span in (("x +", (5, 8)), ("$", (0, 1)), ("(x + 1", (4, 10))):
        text = source.replace("y", "$")
        with pytest.raises(ParseError) as caught:
            parse(text, within=span)
        assert text[slice(*span)] == part
        assert caught.value.span is not None
        assert span[0] <= caught.value.span[0] <= span[1]
    with pytest.raises(ParseError, match="2 outputs") as several:
        parse("z = (x, y)", within=(4, 10))
    assert several.value.span == (4, 10)
    with pytest.raises(ParseError, match="2 outputs") as several:
        parse("(x, y)")
    assert several.value.span == (0, 6)


def test_places_outlive_the_table_of_nodes() -> None:
    for source in ("log(x1-x2) + 1/(x1-x2)", "z = x^2; z*sin(z)", "np.exp(x)*|y|"):
        parsed = parse(source)
        before = {text(node): span for node, span in parsed.spans().items()}
        forget()
        after = {text(node): span for node, span in parsed.spans().items()}
        assert after == before
        assert {*parsed.spans()} <= {*parsed.nodes()}


def test_a_text_that_is_pickled_is_read_again() -> None:
    for source, names in (("f(y, x) = x*y", set[str]()), ("2*e", {"e"})):
        parsed = parse(source, names=names)
        again = pickle.loads(pickle.dumps(parsed))
        assert again.expression is parsed.expression
        assert again == parsed
    parsed = parse("(x*y, x+y, 2)", several=True)
    assert [part.output for part in parsed.parts()] == [1, 2, 3]
    for part in parsed.parts():
        again = pickle.loads(pickle.dumps(part))
        assert (again.expression, again.output) == (part.expression, part.output)
        assert again.outputs == part.outputs == ()
    assert parse("x").parts() == [parse("x")]
    typeset = parse("x^12", syntax="latex")
    assert pickle.loads(pickle.dumps(typeset)).expression is typeset.expression


@pytest.mark.parametrize(
    ("source", "told"),
    [("2πr", "πr is one name here; a product is written π*r."), ("2π*r", ""),
     ("x₁x₂", "x₁x₂ is one name here; a product is written x₁*x₂."), ("x₁*x₂", ""),
     ("x1x2", ""), ("a₁b₂c", "a₁b₂c is one name here; a product is written a₁*b₂*c."),
     ("x₁₂y", "x₁₂y is one name here; a product is written x₁₂*y."), ("x₁₂", ""),
     ("πr₁", "πr1 is one name here; a product is written π*r1."), ("αx", ""),
     ("sinx", "sinx is one name here; the function is written sin(x)."), ("tax", ""),
     ("lnx", "lnx is one name here; the function is written ln(x)."), ("cost", ""),
     ("sin2x", "sin2x is one name here; the function is written sin(2*x)."),
     ("cost*t", "cost is one name here; the function is written cos(t)."), ("x2", ""),
     ("log2x", "log2x is one name here; the function is written log(2*x)."),
     ("maxx", ""), ("sinx = 2; sinx*y", "")],
)  # fmt: skip
def test_what_is_one_name_is_told(source: str, told: str) -> None:
    notes = " ".join(note.text for note in parse(source).notes)
    assert notes.startswith(told)
    assert bool(notes) == bool(told)


@pytest.mark.parametrize("wrong", ["sqn(x)", "2x+*3", "sin x", "x y", "2x+", "q'(x)"])
def test_an_error_in_one_of_several_outputs_is_its_own(wrong: str) -> None:
    with pytest.raises(ParseError) as alone:
        parse(wrong)
    for source in (f"(x*y, {wrong})", f"[{wrong}, x]", f"z = 2*x; (z, {wrong}, 1)"):
        with pytest.raises(ParseError) as caught:
            parse(source, several=True)
        assert (caught.value.message, caught.value.hint) == (
            alone.value.message,
            alone.value.hint,
        )


_PIECES = st.sampled_from(
    ["x", "x1", "_", "1", "2.5", ".5", "1.", ".", "e", "1e3", "1e", "E-5", "sin", "(",
     ")", "+", "-", "*", "**", "^", "/", ",", ";", "=", "\n", " ", "\t", "\r", "\ufeff",
     "#", "\0", "\1", "\x1c", "²", "x₁", "½", "√", "×", "π", "²³", "?"]
)  # fmt: skip


@given(
    st.lists(_PIECES, max_size=12).map("".join),
    st.integers(0, 3),
    st.sampled_from([1, 2, 3, lexer._PIECE]),
)
@example("x**2**x**2**x**2", 0, 3)
@example("1e-5 + 2e+5*x", 0, 2)
def test_words_are_the_same_with_and_without_their_places(
    source: str, start: int, size: int
) -> None:
    """However a long text is cut."""
    within = (min(start, len(source)), len(source))
    try:
        placed = [(token.kind, token.text) for token in tokens(source, within)]
    except ParseError:
        with pytest.raises(ParseError):
            words(source, within)
        return
    with pytest.MonkeyPatch.context() as changed:
        changed.setattr(lexer, "_PIECE", size)
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
        ("mean(a,b)", "sum(a,b)/2"),
        ("mean(a)", "a"),
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


@pytest.mark.parametrize(
    ("written", "size", "name"),
    [("0x1F", 31, "x1F"), ("0b11", 3, "b11"), ("0o17", 15, "o17"), ("0x10", 16, "x10")],
)
def test_a_number_of_another_base_is_not_read_as_nothing_times_a_name(
    written: str, size: int, name: str
) -> None:
    for source in (written, f"x+{written}*y", f"sin({written})", f"2^{written}"):
        with pytest.raises(ParseError) as caught:
            parse(source)
        assert caught.value.hint == f"write {size} or 0*{name}"
        assert caught.value.span is not None
        assert source[slice(*caught.value.span)] == written
    for plain in (f"0*{name}", f"0 {name}", f"0.0{name}", "0x", "0b2", "0x₁", "0y1"):
        assert parse(plain).variables


#: Whatever brackets, signs and calls a text may have, in any order.
SOUP = (
    "sin(", "sin", "(", ")", ",", "x", "y", "2", "+", "-", "*", "^", "max(", "atan2(",
    "√", "²", "½", ";", "a=", "if", "else", ">", "-(", "Σ(",
)  # fmt: skip


def understood(source: str, spans: dict[Expression, tuple[int, int]] | None) -> object:
    """Return what is read, or what is refused and where."""
    try:
        return Reading(source, words(source), frozenset(), None, spans=spans).last()
    except ParseError as error:
        return error.message, error.span, error.hint


@settings(max_examples=1000)
@given(st.lists(st.sampled_from(SOUP), min_size=1, max_size=12).map(" ".join))
@example("sin(x) + sin(x, y)")
@example("sin(x) + sin((x), sin(y), 2)")
@example("sin(x)*(x) + sin((x")
@example("(x) + (y, x)")
@example("sin(x) + sin(())")
@example("sin(x) + sin()")
def test_the_quick_way_refuses_at_the_same_place(source: str) -> None:
    """Without places brackets share what waits for their end: it has none."""
    assert understood(source, None) == understood(source, {})
