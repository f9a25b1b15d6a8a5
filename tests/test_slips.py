"""Every mistake of every rule parses, is wrong, and is found by its name."""

import pytest

import diffcli
from diffcli.calculus.functions import FUNCTIONS
from diffcli.calculus.rules import DIFFERENTIATION, Rule
from diffcli.engine.derivation import derive, rules_for
from diffcli.engine.rewriting import fill, template
from diffcli.engine.tape import Program
from diffcli.language.expression import Expression, call
from diffcli.language.parser import parse
from diffcli.language.printer import text
from tests.conftest import Run

LETTERS = {
    letter: parse(formula).expression
    for letter, formula in
    {"u": "sin(3*x)+2.5", "v": "x**2+3", "c": "5", "n": "3", "x": "x"}.items()
}  # fmt: skip
AT = {"x": 0.7}
CHAIN = [
    rules_for(row)[-1]
    for row in FUNCTIONS
    if row.arity == 1 and row.domain.holds(2.8) and not row.rough
]
ROWS = [(rule, m) for rule in (*DIFFERENTIATION, *CHAIN) for m in rule.mistakes]


def slope(node: Expression) -> Expression:
    return next(derive(node, ["x"])).result


def test_rules_have_mistakes() -> None:
    assert len(ROWS) > 50
    assert len({rule.after for rule, _ in ROWS if rule in DIFFERENTIATION}) > 9


@pytest.mark.parametrize(
    ("rule", "mistake"), ROWS, ids=lambda of: getattr(of, "before", of[0])
)
def test_a_mistake_is_found(rule: Rule, mistake: tuple[str, str]) -> None:
    written, what = mistake
    assert template(written)
    formula = fill(rule.before, LETTERS, call)
    value = Program([fill(written, LETTERS, call, slope)]).value(AT)
    truth = Program([slope(formula)]).value(AT)
    assert value != pytest.approx(truth, rel=1e-6)
    made = diffcli.check(text(formula), AT, {"x": value})
    assert not made.passed
    assert made.verdicts[0].slip.startswith(what)


def test_the_constant_factor_is_missed(run: Run) -> None:
    ran = run("check", "5*x^2", "--at", "3", "--claim", "6")
    assert ran.code == 1
    assert "the constant factor is missing in d/dx[5*x**2]" in ran.out


def test_a_power_of_two_has_slips_too(run: Run) -> None:
    ran = run("check", "2^x", "--at", "1", "--claim", "3")
    assert (ran.code, ran.err) == (1, "")
    ran = run("check", "2^x", "--at", "1", "--claim", "1")  # x*2^(x-1)
    assert "the power rule was used for an exponential" in ran.out
