"""What people write elsewhere: read with its meaning, or refused with what to write."""

import itertools
import json
import math
import pickle
import re
from contextlib import suppress
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from diffcli.calculus.functions import BY_NAME
from diffcli.engine.tape import Program
from diffcli.errors import DiffcliError, ParseError
from diffcli.language.elsewhere import ALIASES, TEMPLATES
from diffcli.language.expression import Expression
from diffcli.language.latex_printer import latex
from diffcli.language.lexer import words
from diffcli.language.parser import parse
from diffcli.language.printer import text
from diffcli.language.readers import keywords, names, spreadsheets
from diffcli.language.readers.cases import _CASES
from diffcli.language.readers.code import MODULES
from diffcli.language.readers.words import Pieces
from tests import strategies
from tests.conftest import Run

CASES = Path(__file__).parent / "cases"


def _rows(file: str) -> list[list[str]]:
    lines = (CASES / file).read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and line[0] != "#"]
    return [[source.replace("⏎", "\n"), *others] for source, *others in rows]


def _names(source: str) -> set[str]:
    """Return names that are variables in a text although we have constants of them."""
    return {name for name in ("τ",) if name in source}


WRITTEN = _rows("written.tsv")
TWO_READINGS = [
    (source, one, other)
    for source, one, other in (row for row in WRITTEN if len(row) == 3)
]


@pytest.mark.parametrize(("source", "meant"), [row for row in WRITTEN if len(row) == 2])
def test_is_read_as(source: str, meant: str) -> None:
    parsed, plain = (parse(text, several=True) for text in (source, meant))
    assert parsed.expression is plain.expression
    assert parsed.outputs == plain.outputs
    assert set(parsed.variables) >= set(plain.variables)


@pytest.mark.parametrize(
    ("source", "variables", "definitions", "labels", "told"), _rows("understood.tsv")
)
def test_is_understood_as(
    source: str, variables: str, definitions: str, labels: str, told: str
) -> None:
    parsed = parse(source, several=True)
    parts = (f"{name} = {text(node)}" for name, node in parsed.definitions.items())
    assert (" ".join(parsed.variables), "; ".join(parts)) == (variables, definitions)
    assert "; ".join(sorted(parsed.labels.values())) == labels
    assert " ".join(note.text for note in parsed.notes) == told


READABLE = [source for source, *_ in _rows("understood.tsv")]
READABLE += [row[0] for row in WRITTEN if len(row) == 2]


@pytest.mark.parametrize("source", READABLE)
def test_carets_have_something_to_point_at(source: str) -> None:
    parsed = parse(source, several=True)
    for part in parsed.parts():
        for start, end in part.spans().values():
            assert 0 <= start < end <= len(source)
            assert not source[start:end].isspace()


@pytest.mark.parametrize(("source", "one", "other"), TWO_READINGS)
def test_what_reads_as_two_things_is_refused_with_both(
    source: str, one: str, other: str
) -> None:
    with pytest.raises(ParseError) as caught:
        parse(source)
    assert one in caught.value.hint
    assert other in caught.value.hint
    assert caught.value.span is not None
    for reading in (one, other):
        parse(reading, names={"a", "b"})


@given(st.text(alphabet="x12+-*/^()|![]{}%°<>=?:&.,;√⌊⌋ \nsinmod²ⁿ", max_size=25))
def test_any_text_is_read_or_refused_with_a_place(source: str) -> None:
    try:
        parsed = parse(source)
    except DiffcliError as refused:
        span = refused.span
    else:
        assert parse(text(parsed.expression)).expression is parsed.expression
        return
    assert span is None or 0 <= span[0] < span[1]


def test_a_bracket_without_its_partner_is_what_is_said() -> None:
    """Not that the word before it is unknown, which only its reader knows."""
    for source, *_ in WRITTEN:
        for place, letter in enumerate(source):
            if letter in ")]}":
                with pytest.raises(ParseError) as caught:
                    parse(source[:place] + source[place + 1 :])
                assert caught.value.message.endswith(("never closed", "closes nothing"))


@given(strategies.written())
def test_modules_change_nothing(expression: object) -> None:
    """np.exp(x) is exp(x), wherever it stands."""
    plain = text(expression)  # type: ignore[arg-type]
    names = {word.text for word in words(plain) if word.kind == "name"}
    prefixed = plain
    for name in names:
        prefixed = prefixed.replace(f"{name}(", f"np.{name}(")
    for name in names:
        for longer in names:
            if longer.endswith(name):
                shorter = longer.removesuffix(name)
                prefixed = prefixed.replace(f"{shorter}np.{name}(", f"{longer}(")
    assert parse(prefixed).expression is parse(plain).expression


def test_what_the_plain_language_reads_keeps_its_meaning() -> None:
    """No word is reserved, and a sign of a reader changes nothing elsewhere."""
    for name in ("mod", "lambda", "if", "and", "or", "not", "np", "e", "Pi", "cases"):
        parsed = parse(f"2*{name} + {name}^2", names={"e"})
        assert parsed.variables == (name,)
    assert parse("xe^x").variables == ("x", "xe")
    assert parse("1.0f*x").variables == ("f", "x")


def test_spans_point_into_what_was_typed() -> None:
    source = "np.log(x-|y|)"
    spans = {source[a:b] for a, b in parse(source).spans().values()}
    assert {source, "x-|y|", "|y|", "x", "y"} == spans


def test_the_inverse_is_said(run: Run) -> None:
    ran = run("grad", "sin⁻¹(x)", "--at", "0")
    assert ran.code == 0
    assert "read as asin" in ran.err


def test_what_is_one_name_although_it_looks_like_two_is_said() -> None:
    (told,) = parse("x₁x₂ + y_1").notes
    assert "x₁*x₂" in told.text
    assert not parse("x₁*x₂ + y₁").notes


def test_a_number_of_fortran_is_a_product_and_its_hint_says_so(run: Run) -> None:
    ran = run("grad", "1.5D0*x", "--at", "x=1")
    assert ran.code == 2
    assert "write 1.5e0" in ran.err


def test_a_function_of_ones_own() -> None:
    parsed = parse("s(u) = 1/(1+exp(-u)); a = s(w*x+b); s(a) - x s(2x)")
    meant = "a = 1/(1+exp(-(w*x+b))); 1/(1+exp(-a)) - x*(1/(1+exp(-(2*x))))"
    assert parsed.expression is parse(meant).expression
    assert parsed.variables == ("b", "w", "x")
    assert set(parsed.labels.values()) == {"s(w*x+b)", "s(a)", "s(2*x)"}


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("sin(u) = u; sin(x)", "is a function already"),
        ("s(u) = s(u)+1; s(x)", "calls itself"),
        ("s(u) = u; s(u) = 2*u; s(x)", "is defined twice"),
        ("s(u, u) = u; s(x, x)", "one name"),
        ("s(u) = u^2; s(x, y)", "takes 1 argument"),
        ("s(u) = t(u); t(u) = u; s(x)", "'t'"),
    ],
)
def test_a_function_of_ones_own_is_refused(source: str, message: str) -> None:
    with pytest.raises(ParseError, match=message.replace("(", r"\(")) as caught:
        parse(source)
    assert caught.value.span


@pytest.mark.parametrize(
    "body",
    ["u^2", "u^x", "x^u", "exp(u)^u", "max(u, x, 2)", "-u/2", "logaddexp(u, x)"],
)
def test_a_call_of_ones_own_is_the_body_with_the_argument_in_it(body: str) -> None:
    """To the node: s(e) of u^2 is exp(2), as e^2 is."""
    for argument in ("e", "pi", "2", "x", "x + e", "s(e)"):
        own = parse(f"s(u) = {body}; s({argument})").expression
        inside = re.sub(r"\bu\b", "(e)", body) if argument == "s(e)" else argument
        written = re.sub(r"\bu\b", f"({inside})", body)
        assert own is parse(written).expression, written


#: Words that a reader knows when they are called, and no function of the table.
CALLED = sorted(
    {*ALIASES, *TEMPLATES, *_CASES, "where", "Sum", "prod", "Product", "logb", "log_2"}
    - BY_NAME.keys()
)


@pytest.mark.parametrize("word", CALLED)
def test_a_word_is_what_the_text_or_the_caller_says(word: str) -> None:
    for listed in ("u", "u, v", "u, v, w"):
        body, called = listed.replace(", ", "*"), f"{word}({listed})"
        own = parse(f"{called} = {body}; 2*{called}")
        assert own.expression is parse(f"2*({body})").expression
        with pytest.raises(ParseError, match=rf"'{word}' is a variable|unknown"):
            parse(called, names={word})
    assert {*parse(f"x + {word}", names={word}).variables} == {word, "x"}


@pytest.mark.parametrize("word", sorted({*CALLED, *BY_NAME, "x"}))
def test_an_index_in_brackets_is_no_argument(word: str) -> None:
    """log_(2)(x) was log(2)*x, without a word."""
    for behind in ("(2)(x)", "(x)", "(2)*x", "(k+1)"):
        with pytest.raises(ParseError, match="ends in the middle of a name") as refused:
            parse(f"1 + {word}_{behind}")
        assert refused.value.span == (4, 5 + len(word))


@pytest.mark.parametrize("base", ["_2", "_10", "_b", "_12", "₃", "_x1"])
@pytest.mark.parametrize("power", ["^2", "**2", "²", "^(2)", "^-2", "⁻³"])
def test_a_raised_logarithm_is_that_of_what_follows(base: str, power: str) -> None:
    """log_2^2(x) was log_2^2*x, of a variable log_2, without a word."""
    read = parse(f"y + log{base}{power}(x + 1)").expression
    assert read is parse(f"y + (log{base}(x + 1)){power}").expression
    name = f"log{base}".replace("₃", "3")
    product = parse(f"log{base}{power}*(x + 1)")
    assert name in product.variables
    given = parse(f"log{base}{power}(x + 1)", names={name})
    assert given.expression is product.expression


@pytest.mark.parametrize(("source", "name", "outcome"), _rows("given.tsv"))
def test_a_word_with_a_value_is_read_by_nobody(
    source: str, name: str, outcome: str
) -> None:
    """It is a variable, whatever it means without a value."""
    try:
        parsed = parse(source, names={name})
        found = f"{text(parsed.expression)} of {', '.join(parsed.variables)}"
    except ParseError as refused:
        found = refused.message
    assert found == outcome


@pytest.mark.parametrize("module", sorted(MODULES))
def test_a_module_with_a_value_is_a_variable(module: str) -> None:
    assert parse(f"{module}.exp(x)").variables == ("x",)
    with pytest.raises(ParseError):
        parse(f"{module}.exp(x)", names={module})


@pytest.mark.parametrize(
    ("module", "reader", "outer"),
    [(names, "_counted", "elu({}, 2)"), (keywords, "_read", "clamp({}, min=0)"),
     (spreadsheets, "_angle", "ATAN2({},A1)")],
)  # fmt: skip
def test_nested_calls_take_a_word_each(
    module: ModuleType, reader: str, outer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody looks through the inner ones again for every outer one."""
    seen: list[int] = []
    read = getattr(module, reader)

    def counted(draft: object, pieces: Pieces) -> object:
        seen.append(sum(map(len, pieces.arguments)))
        return read(draft, pieces)

    monkeypatch.setattr(module, reader, counted)
    source = "A1"
    for _ in range(20):
        source = outer.format(source)
    parse(f"={source}")
    assert len(seen) == 20
    assert max(seen) <= 4


def test_own_functions_use_definitions_and_other_functions() -> None:
    parsed = parse("k = 2*t; sq(u) = u^2; s(u, v) = k*sq(u) + v; s(x, c)")
    assert parsed.expression is parse("(2*t)*x^2 + c").expression
    assert parsed.variables == ("c", "t", "x")


def test_many_signs_take_no_time_that_grows_with_their_square() -> None:
    parse("+".join(f"|x{n}|" for n in range(2000)))
    parse("+".join(f"x{n}!" for n in range(2000)))
    parse("(" * 20_000 + "|x|" + ")" * 20_000)


# ---- LaTeX ------------------------------------------------------------------------

TYPESET = _rows("latex.tsv")


@pytest.mark.parametrize(("source", "meant"), [r for r in TYPESET if len(r) == 2])
def test_latex_is_read_as(source: str, meant: str) -> None:
    parsed = parse(source, several=True)
    plain = parse(meant, names=_names(source), several=True)
    assert parsed.expression is plain.expression
    assert parsed.outputs == plain.outputs


@pytest.mark.parametrize(
    ("source", "one", "other"), [row for row in TYPESET if len(row) == 3]
)
def test_latex_with_two_readings_is_refused_with_both(
    source: str, one: str, other: str
) -> None:
    with pytest.raises(ParseError) as caught:
        parse(source)
    assert one in caught.value.hint
    assert other in caught.value.hint
    assert caught.value.span is not None


@given(strategies.defined(), strategies.points)
def test_what_is_typeset_reads_back_with_the_same_value(
    expression: Expression, point: dict[str, float]
) -> None:
    """Not the same tree: a fraction in a product is bracketed in one of them only."""
    typeset = latex(expression) + r"\,"
    if r"\psi" in typeset:  # a letter, unless one knows what was typeset
        return
    again = parse(typeset)
    try:
        value = Program([expression]).value(point)
    except ArithmeticError:
        return
    assert Program([again.expression]).value(point) == pytest.approx(value, rel=1e-9)


@given(st.text(alphabet="x1y2+-^_{}()|&$ \\\\fracsinqrtlefigh,=", max_size=30))
def test_any_latex_is_read_or_refused(source: str) -> None:
    try:
        parse("\\" + source)
    except DiffcliError as refused:
        span = refused.span
    else:
        return
    assert span is None or 0 <= span[0] < span[1]


AROUND = [
    "import numpy as np\nfrom math import *\n{}", "```python\n{}\n```",
    "@torch.jit.script\ndef f(x):\n    \"\"\"It's here.\"\"\"\n    return {}",
    "def f(x):\n    'Doc.'\n    return {}", "using Zygote\n{}", "library(stats)\n{}",
    "function f(x)\n  {}\nend", "function y = f(x)\n  y = {};\nend",
    "y = {} + \\\n  0", "using A, B\nf(x) = {}",
]  # fmt: skip


@pytest.mark.parametrize("around", AROUND)
def test_what_stands_around_a_formula_says_nothing(around: str) -> None:
    bare = "x**2 + sin(x)"
    meant = parse(bare + " + 0" if "+ 0" in around or "  0" in around else bare)
    assert parse(around.format(bare)).expression is meant.expression


def test_letters_of_mathematica_are_letters() -> None:
    source = r"Exp[-(x-\[Mu])^2/(2 \[Sigma]^2)] + \[CapitalOmega]"
    assert parse(source).expression is parse("exp(-(x-μ)**2/(2*σ**2)) + Ω").expression


@pytest.mark.parametrize("chain", [r"f(x) &= x^2+x \\ &= x(x+1)", "f = x^2\n= x*x"])
def test_a_chain_of_equals_is_refused(chain: str) -> None:
    with pytest.raises(ParseError, match="the line above"):
        parse(rf"\begin{{align}}{chain}\end{{align}}" if "&" in chain else chain)


def test_what_a_squared_name_is_called_is_said(run: Run) -> None:
    words = ("grad", r"\sigma^2 = x^2+y^2", "--at", "x=3,y=4", "-f", "plain")
    ran = run(*words)
    assert ran.out == "6 8\n"
    assert "is what the formula is called" in ran.err
    curve = ("grad", r"\sigma^2 = x^2+y^2", "--at", "σ=5,x=3,y=4", "--implicit", "σ")
    assert run(*curve, "-f", "plain").out == "0.6 0.8\n"
    for equation in (r"\sigma^2 = \sigma x", r"x^2+y^2 = \pi", r"\sigma^2 = x \\ x"):
        with pytest.raises(ParseError, match="unexpected '='"):
            parse(equation)


def test_carets_point_into_the_latex(run: Run) -> None:
    ran = run("grad", r"\frac{1}{x} + \ln(x-2)", "--at", "1")
    assert ran.code == 4
    assert ran.err.splitlines()[2].index("^") == ran.err.splitlines()[1].index("x-2")


def test_deep_latex_is_no_more_than_a_long_list() -> None:
    deep = 2_000
    parse(r"\frac{1}{1+" * deep + "x" + "}" * deep)
    parse("x^{" * deep + "x" + "}" * deep, syntax="latex")
    deep = 1_000
    parse(r"x_1 + y^{2}_1" * deep)
    parse(r"\sqrt{" * deep + "x" + "}" * deep)


def test_a_syntax_can_be_forced(run: Run) -> None:
    assert parse("x^12", syntax="latex").expression is parse("x^1*2").expression
    ran = run("grad", "xy(x+1)", "--syntax", "latex", "--at", "x=1,y=2", "-f", "plain")
    assert (ran.code, ran.out) == (0, "6 2\n")
    claim = ("check", "x^3", "--at", "2", "--claim", r"3x^{2}")
    assert run(*claim).code == 0
    forced = ("check", "x^3", "--at", "2", "--claim", "x(3x)", "--syntax", "latex")
    assert run(*forced).code == 0


@pytest.mark.parametrize("command", ["grad", "trace", "tree", "steps"])
def test_a_call_of_ones_own_function_is_shown_by_name(command: str, run: Run) -> None:
    ran = run(command, "s(u) = u^2+1; s(x) + 2s(3x)", "--at", "1")
    assert ran.code == 0
    assert "s(3*x)" in ran.out


# ---- several outputs --------------------------------------------------------------


@pytest.mark.parametrize(
    "source", ["(x*y, sin(x)+y)", "[x*y, sin(x)+y]", "f(x, y) = (x*y, sin(x)+y)",
               "z = x*y; (z, sin(x)+y)"],
)  # fmt: skip
def test_several_outputs_give_the_jacobian(source: str, run: Run) -> None:
    ran = run("grad", source, "--at", "1,2", "-f", "plain")
    assert ran.code == 0
    rows = [list(map(float, line.split())) for line in ran.out.splitlines()]
    assert rows == [[2, 1], [pytest.approx(math.cos(1)), 1]]
    records = json.loads(run("grad", source, "--at", "1,2", "-f", "json").out)
    assert [record["value"] for record in records] == [2, math.sin(1) + 2]
    sheet = run("grad", source, "--at", "1,2", "-f", "csv").out.splitlines()
    assert [line.split(",")[0] for line in sheet] == ["output", "1", "2"]


def test_an_output_out_of_its_domain_is_pointed_at(run: Run) -> None:
    ran = run("grad", "(x, log(y))", "--at", "1,0")
    assert ran.code == 4
    assert ran.err.splitlines()[2].index("^") == ran.err.splitlines()[1].index("y")


@pytest.mark.parametrize("command", ["sweep", "descend", "plot"])
def test_where_one_output_is_asked_for_several_are_refused(
    command: str, run: Run
) -> None:
    point = () if command == "plot" else ("--at", "1")
    ran = run(command, "(x, x^2)", *point)
    assert (ran.code, ran.out) == (3, "")
    assert "2 outputs" in ran.err
    assert "Hint: take one" in ran.err


def test_several_outputs_pickle() -> None:
    parsed = parse("(x*y, x+y)", several=True)
    again = pickle.loads(pickle.dumps(parsed))
    assert list(map(text, again.outputs)) == ["x*y", "x + y"]
    with pytest.raises(ParseError):
        parse("(x*y, x+y)")


def test_several_outputs_have_places() -> None:
    source = "(x*y, sin(x))"
    parsed = parse(source, several=True)
    for part in (parsed, *parsed.parts()):
        found = {source[a:b] for a, b in part.spans().values()}
        assert found == {"x*y", "x", "y", "sin(x)"}


@pytest.mark.parametrize(
    ("source", "advice"),
    [("³√x", "∛x"), ("x^^2", "x^2"), ("x // 2", "floor"),
     ("y <- 2x; y^2", "y < -2*x"), ("x^2 for x > 0", "where(x > 0"), ("x @ y", "'*'"),
     ("x ± 1", "one formula with +"), ("∫x", "integral"), (r"\int x dx", "integral"),
     (r"\frac{d}{dx} x^2", "derivative"), ("(x**2).sum()", "sum"), ("x & y", "and")],
)  # fmt: skip
def test_what_is_refused_says_what_to_write(source: str, advice: str) -> None:
    with pytest.raises(ParseError) as caught:
        parse(source)
    assert advice in caught.value.hint


@pytest.mark.parametrize("at", ["x=1", "1"])
def test_a_missing_value_names_both_readings(at: str, run: Run) -> None:
    assert "the number is 1.0" in run("grad", "1.0f*x", "--at", at).err
    assert "written e" in run("grad", "E^x", "--at", at).err


@pytest.mark.parametrize(
    "source",
    [r"\begin{cases} \end{cases}", r"\frac 3.5", "s(u)=\n] where(", "sin ^",
     "(').sin( [ e "],
)  # fmt: skip
def test_what_is_broken_is_refused(source: str) -> None:
    with pytest.raises(DiffcliError) as caught:
        parse(source)
    span = caught.value.span
    assert span is None or 0 <= span[0] < span[1]


RAISED = ["".join(s) for n in (1, 2, 3) for s in itertools.product("⁺⁻⁽⁾²ⁿ", repeat=n)]


@pytest.mark.parametrize("behind", ["", "+1", "y", ")"])
def test_of_what_is_raised_no_sign_is_named_that_was_not_typed(behind: str) -> None:
    """It is an exponent, or it is refused as a whole."""
    for raised in RAISED:
        source = f"{'(' * (behind == ')')}x{raised}{behind}"
        found: ParseError | None = None
        try:
            parse(source)
        except ParseError as error:
            found = error
        bare = raised.translate(str.maketrans("⁺⁻⁽⁾²ⁿ", "+-()2n"))
        if found is None:
            parse(bare)
            continue
        assert found.message == f"'{raised}' is no whole exponent"
        assert found.span is not None
        assert source[slice(*found.span)] == raised
        with pytest.raises(ParseError):
            parse(bare)


@pytest.mark.parametrize("word", ["sum", "prod", "product", "Sum"])
@pytest.mark.parametrize("index", ["i=1:3", "k = 2:n", "j=1:1"])
def test_a_sum_without_a_term_shows_one(word: str, index: str) -> None:
    for inside in (index, f"{index},", f"{index} , "):
        with pytest.raises(ParseError, match="there is nothing to") as caught:
            parse(f"x + {word}({inside})")
        assert parse(f"n = 4; {caught.value.hint}").variables


@pytest.mark.parametrize("form", ["sin({})", "({})", "max(1, {})", "2*(x+({}))"])
@pytest.mark.parametrize("inside", ["x=1", "x = 1..3", "y=x^2", "x=(1)"])
def test_brackets_that_match_are_never_said_not_to(form: str, inside: str) -> None:
    with pytest.raises(ParseError) as caught:
        parse(form.format(inside))
    assert "closed" not in caught.value.message
    assert "closes" not in caught.value.message


@pytest.mark.parametrize(("source", "message", "pointed", "hint"), _rows("pointed.tsv"))
def test_what_is_refused_is_pointed_at(
    source: str, message: str, pointed: str, hint: str
) -> None:
    with pytest.raises(ParseError) as caught:
        parse(source, several=True)
    assert caught.value.span is not None
    shown = _pointed(source, *caught.value.span)
    assert (caught.value.message, shown, caught.value.hint) == (message, pointed, hint)
    assert caught.value.source == source  # as it was typed


def _pointed(source: str, start: int, end: int) -> str:
    """Return what carets point at, and which of the places that read so it is."""
    padded = source + "␣" * (end - len(source))
    shown = padded[start:end]
    count = sum(padded.startswith(shown, place) for place in range(start + 1))
    return f"{shown} #{count}" if count > 1 else shown


def test_a_power_whose_exponent_has_a_value_is_no_vector_turned_over() -> None:
    assert parse(r"w^T x \cdot 1", names={"T"}).variables == ("T", "w", "x")
    assert parse(r"e^{T x}").variables == ("T", "x")


@pytest.mark.parametrize(
    "source", ["x>0 ? " * 600 + "1" + ":0" * 600, "x if x>0 else " * 600 + "0"]
)
def test_choices_inside_choices_need_no_stack(source: str) -> None:
    assert parse(source).variables == ("x",)


def test_a_name_glued_to_pi_is_told_of() -> None:
    (note,) = parse("2πr").notes
    assert "π*r" in note.text
    assert not parse("2π*r").notes
    assert not parse("2αr").notes


_BROKEN = ("x^{", "x", "(", ")", "{", "}", "[", "]", ",", r"\gt", "_", "1")


@given(st.lists(st.sampled_from(_BROKEN), min_size=2, max_size=9).map("".join))
@example(r"x^{()),}\gt")
@example(r"x^{a(,)}_1, \gt 0")
def test_brackets_that_are_no_pairs_are_refused(source: str) -> None:
    """A tail that says where a formula holds begins outside of all braces."""
    with suppress(ParseError):
        assert parse(source, syntax="latex").source == source
