"""The derivation: the lecture's example, its form, its laws."""

from contextlib import suppress

import pytest
from hypothesis import given

from diffcli.calculus.functions import INFIX
from diffcli.engine.derivation import Derivation, TooLong, derive
from diffcli.engine.tape import Program, Undefined
from diffcli.language.expression import Expression, call, number
from diffcli.language.parser import parse
from tests import strategies

LECTURE = "(2*x1+3*x2)**2+3"


def derivation_of(formula: str, name: str = "x") -> Derivation:
    (derivation,) = derive(parse(formula).expression, [name])
    return derivation


def test_the_lectures_example() -> None:
    assert str(derivation_of(LECTURE, "x1")) == "4*(2*x1 + 3*x2)"
    assert str(derivation_of(LECTURE, "x2")) == "6*(2*x1 + 3*x2)"


def test_the_lectures_rules_are_named() -> None:
    names = [step.rule.name for step in derivation_of(LECTURE, "x1").steps]
    assert set(names) == {"constant", "linearity", "power"}
    assert derivation_of("sin(2*x)").steps[-1].rule.name == "chain"


@pytest.mark.parametrize(
    ("formula", "derivative"),
    [
        ("x**3", "3*x**2"),
        ("x**0.5", "0.5/sqrt(x)"),
        ("x**1", "1"),
        ("x**0", "0"),
        ("1/x", "-1/x**2"),
        ("x*log(x)", "log(x) + 1"),
        ("exp(-x)", "-exp(-x)"),
        ("e**x", "exp(x)"),
        ("2**x", "2**x*log(2)"),
        ("5 - 3*x", "-3"),
        ("abs(x)", "sign(x)"),
        ("y*x", "y"),
        ("y", "0"),
    ],
)
def test_form(formula: str, derivative: str) -> None:
    assert str(derivation_of(formula)) == derivative


def test_uses_name_earlier_steps() -> None:
    steps = derivation_of("sin(x**2)*cos(3*x)").steps
    for place, step in enumerate(steps):
        assert all(used < place for used in step.uses)


@given(strategies.defined(), strategies.points)
def test_every_step_is_true(expression: Expression, point: dict[str, float]) -> None:
    """Each step's right side is the numeric derivative of its left side."""
    (derivation,) = derive(expression, ["x"])
    for step in derivation.steps:
        program = Program([step.of])
        try:
            tape = program.run(point)
            said = Program([step.becomes]).value(point)
        except Undefined:
            continue
        if not tape.rough_rows():
            assert said == pytest.approx(
                tape.backward().partial("x"), rel=1e-6, abs=1e-9
            )


@given(strategies.defined(), strategies.points)
def test_a_constant_factor_stays_outside(
    expression: Expression, point: dict[str, float]
) -> None:
    (plain,) = derive(expression, ["x"])
    (scaled,) = derive(call(INFIX["*"], number("7"), expression), ["x"])
    try:
        value = Program([plain.result]).value(point)
    except Undefined:
        return
    assert Program([scaled.result]).value(point) == pytest.approx(7 * value, rel=1e-9)


@pytest.mark.parametrize("sign", ["+", "*"])
def test_long_chains_are_one_step_and_right(sign: str) -> None:
    formula = sign.join(f"(x{i}+{i % 3 + 1})" for i in range(70)) + sign + "x0"
    parsed = parse(formula)
    point = {name: 0.01 * i for i, name in enumerate(parsed.variables)}
    backward = Program([parsed.expression]).run(point).backward()
    for derivation in derive(parsed.expression, parsed.variables):
        assert len(derivation.steps) < 8
        value = Program([derivation.result]).value(point)
        assert value == pytest.approx(backward.partial(derivation.variable), rel=1e-12)


def test_all_derivatives_together_have_so_many_steps(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Those toward the variables before count, too."""
    expression = parse("sin(x)*exp(y) + x*y").expression
    counts = [len(d.steps) for d in derive(expression, ["x", "y"], short=False)]
    for most in range(1, sum(counts) + 2):
        monkeypatch.setattr("diffcli.engine.derivation.MOST_STEPS", most)
        found = derive(expression, ["x", "y"], short=False)
        done = 0
        with suppress(TooLong):
            for _ in found:
                done += 1
        assert done == (most >= counts[0]) + (most >= sum(counts))


def test_a_step_is_filled_as_its_rule_says() -> None:
    for formula in ("sin(x)*x", "x^3", "7*x", "exp(2*x)", "x/(x + 1)", "x^x"):
        derivation = derivation_of(formula)
        places = [n for n, s in enumerate(derivation.steps) if s.rule.name != "shorten"]
        found = derivation.filled(places[-1])
        assert found is not None
        point = {"x": 1.3}
        whole = Program([parse(formula).expression]).run(point).backward()
        assert Program([found]).value(point) == pytest.approx(whole.partial("x"))
    long = derivation_of("+".join(f"sin(x*{n})" for n in range(70)))
    sums = [n for n, step in enumerate(long.steps) if not step.bindings]
    assert sums
    assert all(long.filled(place) is None for place in sums)
