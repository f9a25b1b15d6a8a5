"""How a formula depends on a variable, and what is derived together on paper."""

from itertools import permutations, product

import pytest

from diffcli.calculus.functions import INFIX, MULTIPLY
from diffcli.engine.algebra import ONE
from diffcli.engine.paper.degrees import Degrees
from diffcli.engine.paper.factors import factors_of
from diffcli.engine.tape import Program
from diffcli.language.expression import Call, Expression, call
from diffcli.language.parser import parse

#: By how they depend on x: not at all, linear, by powers of x alone, otherwise.
BY_DEGREE = {
    0: ("3", "a", "a*b", "sin(a)", "a^2/b", "-a", "2^a", "(a+b)^3"),
    1: ("x", "3*x", "x*a", "-x", "x/a", "x + a", "a - x", "2*x/3 - b", "-(x + 1)"),
    2: ("x^2", "x^3", "x^(1/2)", "x^-1", "x^(-2/3)", "1/x", "a/x^2", "3/(2*x^2)",
        "b/(a*x)", "(x^2)", "1/(x*a)"),
    3: ("sin(x)", "x^a", "a^x", "x^x", "(x+1)^2", "1/(x+1)", "x*x", "x*sin(x)", "x/x",
        "1/(x*x^2)", "1/sin(x)", "sqrt(x)", "(a*x)^2", "1/(x + x^2)", "x^2*(x+1)",
        "max(x, a)", "a/(a*sin(x))", "x/(x+1)"),
}  # fmt: skip
PLACES = [(name, n) for n, names in BY_DEGREE.items() for name in names]


def formula(text: str) -> Expression:
    return parse(text, names=("x", "a", "b")).expression


def degree(node: Expression) -> int:
    return Degrees("x", several=True).degree(node)


def value(node: Expression) -> float:
    return Program([node]).value({"x": 0.7, "a": 1.3, "b": 2.9})


@pytest.mark.parametrize(("text", "wanted"), PLACES)
def test_sums_and_constant_factors_change_nothing(text: str, wanted: int) -> None:
    node = formula(text)
    assert degree(node) == wanted
    assert degree(formula(f"-({text})")) == wanted
    for other, its in PLACES:
        for sign in "+-":
            assert degree(formula(f"({text}) {sign} ({other})")) == max(wanted, its)
        both = degree(formula(f"({text})*({other})"))
        assert both == (max(wanted, its) if 0 in (wanted, its) else 3)
        if not its:
            assert degree(formula(f"({text})/({other})")) == wanted


def test_what_is_linear_above_and_what_everybody_knows() -> None:
    known = Degrees("x", several=True)
    for text, linear in (
        ("x + sin(x)", True), ("x - 1", True), ("-sin(x)", True), ("a*sin(x)", True),
        ("sin(x)*a", True), ("sin(x)/a", True), ("a/sin(x)", False), ("x*x", False),
        ("sin(x)", False), ("x^2", False), ("x", False), ("2", False), ("x/x", False),
    ):  # fmt: skip
        node = formula(text)
        known.degree(node)
        assert known.is_linear_above(node) == linear, text
    for text, elementary in (
        ("x^2", True), ("1/x", True), ("sin(x)", True), ("exp(x)", True), ("x", False),
        ("sin(a)", False), ("sin(2*x)", False), ("atan2(x, x)", False), ("a", False),
        ("x*x", False), ("x^2 + x", True), ("sin(x) + 1", False), ("-x", False),
    ):  # fmt: skip
        assert known.is_elementary(formula(text)) == elementary, text


def degrees_of(node: Expression) -> list[int]:
    """Return how the factors of a product depend on x."""
    return [degree(factor) for factor in factors_of(node)[1]]


PARTS = ("2", "a", "x", "x^2", "sin(x)", "exp(x)")
BELOW = ("1", "3", "b", "x + 1", "cos(x)", "3*cos(x)", "b*(x+1)*2")


@pytest.mark.parametrize("below", BELOW)
@pytest.mark.parametrize("sign", ["", "-"])
def test_what_is_derived_together_stands_together(below: str, sign: str) -> None:
    """What is held comes first, but not before a polynomial alone."""
    grouped = 0
    for count in (1, 2, 3):
        for parts in permutations(PARTS, count):
            above = sign + "*".join(parts)
            whole = formula(above if below == "1" else f"({above})/({below})")
            known = Degrees("x", several=True)
            found = known.grouping(whole)
            assert value(found) == pytest.approx(value(whole), rel=1e-12)
            if degree(whole) < 3:
                assert found is whole
            if found is whole or not isinstance(found, Call):
                continue
            grouped += 1
            assert found.function is MULTIPLY
            left, right = found.args
            if degree(left) == 0:
                divided = isinstance(right, Call) and right.function is INFIX["/"]
                assert not (0 in degrees_of(right) and {*degrees_of(right)} <= {0, 3})
                assert divided == (below != "1")
                assert divided or sign or not {1, 2} & {*degrees_of(right)}
            else:
                assert below == "1"
                assert not sign
                assert max(degrees_of(left)) < 3
                assert {*degrees_of(right)} == {3}
    assert (grouped > 20) == (below not in ("3", "b"))  # those are linear above


@pytest.mark.parametrize("below", BELOW)
def test_what_is_held_below_a_bar_comes_before_it(below: str) -> None:
    node = formula(below)
    held, rest = Degrees("x", several=True).held_below(node)
    assert value(held) * value(rest) == pytest.approx(value(node), rel=1e-15)
    if node is ONE:
        assert (held, rest) == (ONE, ONE)
        return
    assert degree(held) == 0
    changing = [n for n in degrees_of(node) if n]
    assert [n for n in degrees_of(rest) if rest is not ONE] == changing


def test_products_of_two_keep_their_order_where_nothing_is_gained() -> None:
    for one, other in product(("sin(x)", "exp(x)", "(x+1)^2"), repeat=2):
        node = call(MULTIPLY, formula(one), formula(other))
        assert Degrees("x", several=False).grouping(node) is node
