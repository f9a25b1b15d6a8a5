"""Conditions: in every arithmetic and method, at the border, and beside gaps."""

import json
import math
import random
from typing import Any

import pytest
from hypothesis import given
from mpmath import mp

import diffcli
from diffcli.arithmetics import complex_values, multiprecision, symbols
from diffcli.calculus.functions import CONDITIONS, Function
from diffcli.engine.fold import operation
from diffcli.engine.tape import Program, Undefined
from diffcli.errors import ParseError
from diffcli.language.latex_printer import latex
from diffcli.language.lexer import Token
from diffcli.language.parser import parse, parse_template
from diffcli.language.printer import text
from diffcli.language.readers import cases, conditions
from diffcli.language.readers.words import by_call, call
from diffcli.language.textbook import text as on_paper
from tests import strategies
from tests.conftest import Run

FORMULAS = [
    "where(x<0, -x, x)", "x if x>0 else 0", "x > 0 ? x : -2x", "np.where(x>0, x, y)",
    "cases(x<0, -x, x<1, x^2, 1)", "where(0 < x <= 1 and not y == 2, x, y)",
    "(x>0)*x^2", "2*where(x>0, x, 2)^2 - 1", "where(x!=0 or y>=1, log(x^2), 3) + x",
    "x mod 3", "where(x!=0, 1/x, 0)", "where(a<b, where(a<0, a, b), where(b<0, 1, 2))",
]  # fmt: skip


@pytest.mark.parametrize("formula", FORMULAS)
def test_what_is_printed_reads_back(formula: str) -> None:
    expression = parse(formula).expression
    assert parse(text(expression)).expression is expression
    assert parse(text(expression, spaced=False)).expression is expression
    assert parse(on_paper(expression)).expression is expression


CHOICES = [
    "where({}, 2, x)", "2 if {} else x", "({}) ? 2 : x", "{} ? 2 : x",
    "cases({}, 2, x)", "Piecewise((2, {}), (x, True))", "Piecewise[{{{{2, {}}}}}, x]",
    "Piecewise[{{{{2, {}}}, {{x, True}}}}]", "2*({}) + x*(x>=-1)", "np.where({}, 2, x)",
    "f(x) = where(3 > x and {}, 2, x)", "z = 2; where({}, z, x)",
]  # fmt: skip


@pytest.mark.parametrize("choice", CHOICES)
def test_below_a_negative_number_needs_no_space(choice: str) -> None:
    """x<-1 is no assignment where something is chosen."""
    spaced, tight = (parse(choice.format(c)) for c in ("x < -1", "x<-1"))
    assert tight.expression is spaced.expression
    assert text(spaced.expression).count("<") > 0


@pytest.mark.parametrize("formula", ["y <- x^2", "y<-2; x*y", "z = 2; y <- x^2; y"])
def test_an_arrow_that_may_be_an_assignment_is_refused_with_both(formula: str) -> None:
    with pytest.raises(ParseError, match="'<-' is not part") as caught:
        parse(formula)
    assert "y = 2*x" in caught.value.hint
    assert "y < -2*x" in caught.value.hint


@pytest.mark.parametrize("formula", FORMULAS)
def test_what_is_typeset_has_the_same_value(formula: str) -> None:
    parsed = parse(formula)
    if any(word in formula for word in ("(x>0)*", "mod")):
        return
    again = parse(latex(parsed.expression) + r"\,")
    for number in (-1.5, -0.5, 0.25, 1.0, 2.0):
        point = dict.fromkeys(parsed.variables, number)
        one, other = (Program([p.expression]).value(point) for p in (parsed, again))
        assert one == pytest.approx(other)


@pytest.mark.parametrize("row", CONDITIONS, ids=lambda row: row.name)
def test_every_row_is_mpmaths_in_every_arithmetic(row: Function) -> None:
    if row.name == "when":
        return
    dice = random.Random(row.name)
    for _ in range(20):
        args = [dice.choice([0.0, 1.0, -1.5, 2.25]) for _ in range(row.arity)]
        if row.name == "mod" and not args[1]:
            continue
        with mp.workdps(40):
            exact = float(operation(multiprecision, row.name)(*map(mp.mpf, args)))
        assert row.value(*args) == exact
        assert operation(complex_values, row.name)(*map(complex, args)).real == exact
        numbers = (symbols.number(repr(a), a) for a in args)
        assert float(operation(symbols, row.name)(*numbers)) == exact
        letters = dict(zip("uv", args, strict=False))
        for written, partial in zip(row.derivatives, row.partials, strict=True):
            said = Program([parse_template(written, {})]).value(letters)
            assert said == partial(exact, *args)


@pytest.mark.parametrize(
    ("formula", "at", "slope"),
    [
        ("log(x) if x>0 else x^2", -1.0, -2.0),
        ("log(x) if x>0 else x^2", 2.0, 0.5),
        ("where(x==0, 1, sin(x)/x)", 0.0, 0.0),
        ("where(abs(x)<=1, x^2/2, abs(x)-1/2)", 1.0, 1.0),
        ("where(abs(x)<=1, x^2/2, abs(x)-1/2)", -1.0, -1.0),
        ("where(x==0, 0, sin(x))", 0.0, 1.0),
        ("cases(x<0, 0, x<1, x^2, 2*x-1)", 1.0, 2.0),
        ("cases(x<0, 0, x<1, x^2, 2*x-1)", 0.0, 0.0),
        ("x^2 * (x > 1)", 3.0, 6.0),
        ("x % 3", 7.5, 1.0),
        ("(2*x) mod 3", -7.25, 2.0),
    ],
)
def test_every_method_has_the_slope(formula: str, at: float, slope: float) -> None:
    result = diffcli.compare(formula, {"x": at}, methods="all", h="auto")
    for found in result.results:
        estimate = found.partials.get("x")
        if estimate is not None and estimate.value is not None:
            assert float(estimate.value) == pytest.approx(slope, abs=1e-6), found.method
    assert diffcli.gradient(formula, {"x": at})["x"] == pytest.approx(slope)
    precise = diffcli.compare(formula, {"x": at}, digits=30)
    assert float(precise.partial("x").number) == pytest.approx(slope)
    (many,) = diffcli.gradients(formula, [{"x": at}])
    assert many["x"] == pytest.approx(slope)


@pytest.mark.parametrize(
    ("formula", "at", "word"),
    [("x if x>0 else -2x", 0.0, "kink"), ("1 if x<1 else 2", 1.0, "jump"),
     ("x^2 if x<1 else x", 1.0, "kink"), ("x mod 3", 6.0, "jump")],
)  # fmt: skip
def test_at_a_border_the_whole_function_is_asked(
    formula: str, at: float, word: str
) -> None:
    with pytest.raises(diffcli.KinkError, match=word) as caught:
        diffcli.gradient(formula, {"x": at})
    assert caught.value.span is not None


def test_what_is_chosen_has_to_be_defined() -> None:
    with pytest.raises(diffcli.DomainError) as caught:
        diffcli.gradient("1 + (log(x) if x<0 else x)", {"x": -1})
    assert caught.value.span == (9, 10)
    with pytest.raises(Undefined):
        Program([parse("where(log(x) > 0, 1, 2)").expression]).value({"x": -1.0})


@pytest.mark.parametrize(
    "source",
    ["x>0 and x or 0", "not x", "where(x>0, x)", "cases(x>0, x)", "x if x>0",
     "x > 0 ? x", "where(x = 0, 1, 2)", "2x+1 mod 3",
     r"\begin{cases} 0 & x < 0 \\ 1 & x > 1 \end{cases}"],
)  # fmt: skip
def test_what_is_no_choice_is_refused(source: str) -> None:
    with pytest.raises(ParseError) as caught:
        parse(source)
    assert caught.value.span
    assert caught.value.hint


@pytest.mark.parametrize("command", ["trace", "tree"])
def test_what_is_not_chosen_is_shown_without_a_number(command: str, run: Run) -> None:
    call = (command, "log(x) if x>0 else x^2", "--at", "-1")
    assert "nan" not in run(*call).out
    record = json.loads(run(*call, "-f", "json").out)
    nodes = record.get("forward") or record["nodes"]
    values = [node["value"] for node in nodes]
    assert None in values
    assert all(value is None or math.isfinite(value) for value in values)


@given(strategies.defined(), strategies.points)
def test_a_choice_is_what_is_chosen(
    expression: object, point: dict[str, float]
) -> None:
    """Beside log(-1), which has no value: where(c, a, b) is a, or b."""
    written = text(expression)  # type: ignore[arg-type]
    chosen = parse(f"where(x > 0, {written}, log(-1))")
    other = parse(f"where(x <= 0, log(-1), {written})")
    plain = Program([parse(written).expression])
    for parsed in (chosen, other):
        program = Program([parsed.expression])
        if point["x"] <= 0:
            with pytest.raises(Undefined):
                program.value(point)
            continue
        try:
            tape = plain.run(point)
        except Undefined:
            continue
        assert program.value(point) == tape.values[plain.outputs[0]]
        slope = tape.backward().partial("x")
        found = program.run(point).backward().partial("x")
        assert found == pytest.approx(slope, nan_ok=True)


@pytest.mark.parametrize(
    ("each", "last"),
    [
        ("x if x>{} else ", "0"),
        ("x>{} ? x : ", "0"),
        ("where(x>{}, x, ", "0"),
        ("cases(x>{}, x, ", "0"),
        ("Piecewise((x, x>{}), (", "0"),
        ("where(where(x>{}, x, 1) < 0, x, ", "x*0"),
    ],
)
def test_nested_choices_take_a_word_each(
    each: str, last: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody looks through the inner ones again for every outer one."""
    looked_at: list[int] = []

    def counted(given: list[Token], *rest: Any, **named: Any) -> list[Token]:
        found = by_call(given, *rest, **named)
        looked_at[-1] += len(found)
        return found

    def call_of(word: Token, *inside: list[Token], text: str = "") -> list[Token]:
        looked_at[-1] += sum(map(len, inside))
        return call(word, *inside, text=text)

    monkeypatch.setattr(conditions, "by_call", counted)
    monkeypatch.setattr(cases, "by_call", counted)
    monkeypatch.setattr(conditions, "call", call_of)
    for count in (20, 40):
        closing = ", True))" if "Piecewise" in each else ")" if "(" in each else ""
        opening = "".join(each.format(n) for n in range(count))
        looked_at.append(0)
        parsed = parse(opening + last + closing * count)
        assert Program([parsed.expression]).value({"x": -1.0}) == 0.0
    assert looked_at[1] <= 2.2 * looked_at[0]
