"""Every rule is reachable, and right at random points."""

import random

import pytest

from diffcli.calculus.rules import DIFFERENTIATION, TIDYING, Rule
from diffcli.engine.derivation import derive
from diffcli.engine.rewriting import fill, match, pattern, rational, tidy
from diffcli.engine.tape import Program, Undefined
from diffcli.language.expression import Call, Variable, number, postorder
from diffcli.language.parser import parse
from diffcli.language.printer import text
from tests import referee

#: For each differentiation row a formula whose last step it is.
REACHED = {
    "c": "7", "x": "x", "u + v": "x + sin(x)", "u - v": "sin(x) - x", "-u": "-sin(x)",
    "c*u": "3*sin(x)", "u*c": "sin(x)*y", "u/c": "sin(x)/3", "u*v": "x*sin(x)",
    "c/u": "y/sin(x)", "u/v": "sin(x)/(x**2 + 1)", "u**n": "(x**2 + 1)**3",
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
