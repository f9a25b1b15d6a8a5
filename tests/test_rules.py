"""Every rule is reachable, and right at random points."""

import itertools
import random

import pytest

from diffcli.calculus.functions import FUNCTIONS
from diffcli.calculus.mistakes import NO_INNER, loses_a_minus
from diffcli.calculus.mistakes_of_functions import of_chain
from diffcli.calculus.rules import DIFFERENTIATION, TIDYING, Rule
from diffcli.engine.derivation import derive
from diffcli.engine.numbers import rational
from diffcli.engine.rewriting import fill, match, pattern, shrinks, size, tidy
from diffcli.engine.tape import Program, Undefined
from diffcli.language.expression import (
    Call,
    Expression,
    Variable,
    call,
    number,
    postorder,
)
from diffcli.language.parser import parse
from diffcli.language.printer import text
from tests import referee

#: For each differentiation row a formula whose last step it is.
REACHED = {
    "c": "7", "x": "x", "u + v": "x + sin(x)", "u - v": "sin(x) - x", "-u": "-sin(x)",
    "c*u": "3*sin(x)", "u*c": "sin(x)*y", "u/c": "sin(x)/3", "u*v": "x*sin(x)",
    "c/u": "y/sin(x)", "u/v": "sin(x)/(x**2 + 1)", "u**n": "(x**2 + 1)**3",
    "when(u, v)": "where(x > 0, sin(x), 0)",
    "e**u": "e**(2*x)", "c**u": "3**sin(x)", "u**v": "(x**2 + 1)**sin(x)",
}  # fmt: skip


@pytest.mark.parametrize("rule", DIFFERENTIATION, ids=lambda rule: rule.before)
def test_differentiation_row_is_reached_and_right(rule: Rule) -> None:
    parsed = parse(REACHED[rule.before])
    (derivation,) = derive(parsed.expression, ["x"])
    used = [step.rule for step in derivation.steps if step.rule.name != "shorten"]
    assert used[-1] is rule
    for x in (0.3, 1.7, 2.9):
        point = {"x": x, "y": 1.3}
        slope = Program([derivation.result]).value(point)
        exact = referee.slope(parsed.expression, "x", point)
        assert slope == pytest.approx(exact, rel=1e-12)


@pytest.mark.parametrize(
    "rule", TIDYING, ids=lambda rule: f"{rule.before} > {rule.after}"
)
def test_tidying_row_keeps_the_value(rule: Rule) -> None:
    before, after = parse(rule.before), parse(rule.after)
    dice = random.Random(rule.before)
    for _ in range(20):
        point = {name: dice.uniform(0.2, 3) for name in before.variables}
        if "m" in point:
            point["m"] *= -1
        value = Program([before.expression]).value(point)
        assert Program([after.expression]).value(point) == pytest.approx(value)


@pytest.mark.parametrize(
    "rule", TIDYING, ids=lambda rule: f"{rule.before} > {rule.after}"
)
def test_tidying_row_is_reached(rule: Rule) -> None:
    """Filled with plain letters and numbers, a left side is changed by its own row."""
    stand = {
        "u": parse("p").expression, "v": parse("q").expression, "c": number("3"),
        "n": number("5"), "m": parse("-3").expression,
    }  # fmt: skip
    node = fill(rule.before, stand)
    assert isinstance(node, Call)
    assert match(rule, node, lambda *_: True) is not None
    expected = fill(rule.after, stand, tidy)
    assert text(tidy(node.function, *node.args)) == text(expected)


#: What the letters of a tidying row may stand for, on the way through many rows.
STAND = {
    "u": ["p", "q", "pi", "sin(p)", "p*q", "3*p", "-p", "p/q", "p+q"],
    "v": ["p", "q", "pi", "sin(q)", "p**2"],
    "c": ["0", "1", "2", "7", "0.1", "0.3", "2/3", "1e15", "6.02e23", "-2", "-0.3"],
    "n": ["0", "1", "3", "0.7", "1/3", "1e-20", "-1/3"],
    "m": ["-1", "-0.3", "-2/3"],
}


@pytest.mark.parametrize(
    "rule", TIDYING, ids=lambda rule: f"{rule.before} > {rule.after}"
)
def test_tidying_row_goes_down_or_is_refused(rule: Rule) -> None:
    """So tidying ends: ``size`` falls with every row that is applied."""
    letters = sorted({part.name for part in _leaves(rule) if part.name in STAND})
    pools = [[short(word) for word in STAND[letter]] for letter in letters]
    applied = 0
    for nodes in itertools.product(*pools):
        given = dict(zip(letters, nodes, strict=True))
        before, after = (fill(side, given) for side in (rule.before, rule.after))
        if not isinstance(before, Call) or not shrinks(rule, given):
            continue
        applied += 1
        assert size(folded(after)) < size(before), given
    assert applied


def _leaves(rule: Rule) -> list[Variable]:
    nodes = postorder([pattern(rule.before)])
    return [node for node in nodes if isinstance(node, Variable)]


def short(formula: str) -> Expression:
    return folded(parse(formula).expression)


def folded(expression: Expression) -> Expression:
    """Return an expression with its numbers computed, and nothing else tidied."""
    built: dict[Expression, Expression] = {}
    for node in postorder([expression]):
        built[node] = node
        if isinstance(node, Call):
            args = [built[argument] for argument in node.args]
            numbers = all(rational(argument) is not None for argument in args)
            of = tidy if numbers else call
            built[node] = of(node.function, *args)
    return built[expression]


NUMERALS = [
    "0.3", "2/3", "1/7", "0.1", "1e15", "6.02214076e23", "1.23456789012", "pi",
    "1e-20", "-0.7",
]  # fmt: skip


@pytest.mark.parametrize("one", NUMERALS)
def test_decimals_and_fractions_mixed_are_tidied(one: str) -> None:
    """However three numbers meet a letter, tidying ends, and is right."""
    dice = random.Random(one)
    for _ in range(30):
        formula = _mixed(dice, one)
        parsed = parse(formula)
        derivations = derive(parsed.expression, ["x"])
        (slope,) = [Program([found.result]).value({"x": 1.3}) for found in derivations]
        exact = referee.slope(parsed.expression, "x", {"x": 1.3})
        assert slope == pytest.approx(exact, rel=1e-9, abs=1e-300), formula


def _mixed(dice: random.Random, numeral: str) -> str:
    formula = "x"
    for number_ in (numeral, *dice.choices(NUMERALS, k=2)):
        shape = dice.choice(
            ("({n})*({u})", "({u})*({n})", "({u})/({n})", "x+({n})*({u})")
        )
        formula = shape.format(n=number_, u=formula)
    return dice.choice(("{u}", "({u})^2", "({u})*(x/3)")).format(u=formula)


def test_rules_use_only_letters_of_the_legend() -> None:
    for rule in (*DIFFERENTIATION, *TIDYING):
        names = {
            node.name
            for node in postorder([pattern(rule.before), pattern(rule.after)])
            if isinstance(node, Variable)
        }
        assert names <= set("cmnuvx"), rule
        assert rule.sentence
        assert rule.name


@pytest.mark.parametrize(
    ("formula", "tidied"),
    [
        ("2*3", "6"), ("1/2 + 1/3", "5/6"), ("2 - 5", "-3"), ("0.5 - 1", "-0.5"),
        ("2**10", "1024"), ("0.1 + 0.2", "0.3"), ("3/3", "1"), ("-(2)", "-2"),
    ],
)  # fmt: skip
def test_numbers_are_folded_exactly(formula: str, tidied: str) -> None:
    node = parse(formula).expression
    assert isinstance(node, Call)
    args = [
        tidy(part.function, *part.args) if isinstance(part, Call) else part
        for part in node.args
    ]
    assert text(tidy(node.function, *args)) == tidied


@pytest.mark.parametrize("formula", ["1/0", "0**-1", "9**9999", "pi*2"])
def test_numbers_that_have_no_short_value_are_left(formula: str) -> None:
    node = parse(formula).expression
    assert isinstance(node, Call)
    assert rational(tidy(node.function, *node.args)) is None


def test_undefined_stays_undefined() -> None:
    with pytest.raises(Undefined):
        Program([parse("1/0").expression]).value({})


def test_a_mistake_is_one_fault_or_two() -> None:
    """Two have an 'and', or say that what is written is at x and lacks a factor."""
    mistakes = [mistake for rule in DIFFERENTIATION for mistake in rule.mistakes]
    for row in FUNCTIONS:
        mistakes += of_chain(row.name, row.derivatives)
    for mistake in mistakes:
        assert mistake.faults in (1, 2), mistake
        if mistake.faults == 2:
            assert " and " in mistake.said, mistake
    assert sum(mistake.faults == 1 for mistake in mistakes) > len(mistakes) / 2
    lost = {mistake.said for mistake in mistakes if loses_a_minus(mistake)}
    assert NO_INNER in lost
    assert {said.startswith("the minus sign") for said in lost - {NO_INNER}} == {True}
    assert not any("{D(" in said for said in lost - {NO_INNER})
