"""Operations as one writes them on paper: 0, 1 and signs go, values are kept."""

from collections.abc import Mapping
from itertools import product

import pytest

from diffcli.calculus.functions import (
    ADD,
    DIVIDE,
    MULTIPLY,
    NEGATE,
    POWER,
    SUBTRACT,
    D,
    Function,
)
from diffcli.engine.algebra import ONE, ZERO
from diffcli.engine.numbers import rational
from diffcli.engine.paper.equations import BESIDE
from diffcli.engine.paper.factors import as_power, factors_of, flat, product_of, square
from diffcli.engine.paper.writing import (
    beside,
    is_negative,
    is_pending,
    light,
    looks_like,
    pending_in,
    replacement,
    resolved,
    written,
)
from diffcli.language.expression import (
    Call,
    Expression,
    Number,
    Variable,
    call,
    number,
    postorder,
    variable,
)
from diffcli.language.parser import parse
from diffcli.language.printer import text

X = variable("x")
POINT = {"x": 0.7, "y": 1.3, "z": 2.9}
TEXTS = (
    "0", "1", "2", "3", "-1", "-2", "1/2", "x", "-x", "x + y", "x - y", "-2*x",
    "2*x", "x/y", "-x/y", "1/x", "(-x)*y", "x*y*z", "-(x + y)", "4*x*y", "y*(-x)",
    "-1*x", "x^2", "1*x", "x - y + z", "2*(x - y)", "sin(x)", "x*2", "1/(x/y)", "0.5",
)  # fmt: skip
NODES = [parse(each).expression for each in TEXTS]
BESIDES = [
    call(BESIDE, parse(u).expression, parse(v).expression)
    for u, v in (("x", "y"), ("-x", "y"), ("2", "x"), ("-2", "sin(x)"), ("x", "-y"))
]
ALL = [*NODES, *BESIDES]


def value(node: Expression) -> float:
    return at(node, POINT)


def at(node: Expression, point: Mapping[str, float]) -> float:
    """Return a value; marks that stand beside others have one, too."""
    known: dict[Expression, float] = {}
    for part in postorder([node]):
        if isinstance(part, Call):
            known[part] = part.function.value(*(known[each] for each in part.args))
        elif isinstance(part, Variable):
            known[part] = point[part.name]
        else:
            assert isinstance(part, Number)
            known[part] = part.value
    return known[node]


def size(node: Expression) -> int:
    return len(postorder([node]))


def calls(node: Expression) -> list[Call]:
    return [part for part in postorder([node]) if isinstance(part, Call)]


def tidy(part: Call) -> bool:
    """Tell whether nothing is left to tidy in an operation itself."""
    u, *rest = part.args
    v = rest[0] if rest else ONE
    if part.function in (MULTIPLY, BESIDE):
        return ONE not in (u, v) and ZERO not in (u, v)
    if part.function in (ADD, SUBTRACT):
        return ZERO not in (u, v) and not is_negative(v)
    if part.function is DIVIDE:
        return v is not ONE and u is not ZERO
    if part.function is NEGATE:
        return not is_negative(u)
    return True


@pytest.mark.parametrize("function", [ADD, SUBTRACT, MULTIPLY, BESIDE, DIVIDE])
def test_two_are_written_with_nothing_to_tidy(function: Function) -> None:
    for u, v in product(ALL, ALL):
        if function is DIVIDE and rational(v) == 0:
            continue
        found = light(function, u, v)
        plain = call(function, u, v)
        assert value(found) == pytest.approx(value(plain), rel=1e-12, abs=1e-15)
        assert not isinstance(found, Call) or tidy(found) or found in (u, v)
        numbers = rational(u) is not None and rational(v) is not None
        if function in (ADD, SUBTRACT) and numbers:
            assert rational(found) is not None
        one, other = (text(resolved(node, "x")) for node in (found, plain))
        assert len(one) <= len(other) + 4


def test_a_sum_in_a_sum_has_no_brackets() -> None:
    for u, v in product(("x", "2*y", "sin(x)"), ("y - z", "y + z", "x - y + z")):
        found = light(ADD, parse(u).expression, parse(v).expression)
        assert text(found) == text(parse(f"{u} + {v}").expression)


def test_a_number_below_a_bar_is_cancelled_if_it_goes_into_that_above() -> None:
    for above, below in product(range(1, 13), range(2, 7)):
        u = call(MULTIPLY, number(str(above)), X)
        found = light(DIVIDE, u, number(str(below)))
        assert value(found) == pytest.approx(above * POINT["x"] / below)
        assert ("/" in text(found)) == bool(above % below)


def test_a_sign_and_a_power_of_one() -> None:
    for node in ALL:
        found = light(NEGATE, node)
        assert value(found) == pytest.approx(-value(node), rel=1e-15, abs=0)
        if rational(node) != 0:
            assert is_negative(found) != is_negative(node) or "--" in text(node)
        assert text(found).count("-") <= text(node).count("-") + 1
        assert light(POWER, node, ONE) is node
        assert light(POWER, node, number("2")) is call(POWER, node, number("2"))
        assert is_negative(node) == text(resolved(node, "x")).startswith("-")


def test_a_product_as_a_rule_makes_it() -> None:
    for u, v in product(ALL, ALL):
        found = beside(u, v)
        assert value(found) == pytest.approx(value(call(BESIDE, u, v)), rel=1e-12)
        if ZERO in (u, v):
            assert found is ZERO
        elif ONE in (u, v):
            assert found is (v if u is ONE else u)
        elif -1 not in (rational(u), rational(v)):
            assert isinstance(found, Call)
            assert found.function is BESIDE
    inside = call(BESIDE, call(NEGATE, X), variable("y"))
    found = beside(variable("z"), inside)
    assert found is call(
        BESIDE, call(BESIDE, variable("z"), call(NEGATE, X)), variable("y")
    )


def test_what_is_pending_stands_and_is_resolved() -> None:
    u, v = parse("sin(x)").expression, parse("x^2").expression
    line = written("D(u)*v + u*D(v)", {"u": u, "v": v}, lambda n: call(D, n))
    assert {node.args[0] for node in pending_in(line) if isinstance(node, Call)} == {
        u,
        v,
    }
    assert all(map(is_pending, pending_in(line)))
    assert any(node.function is BESIDE for node in calls(line))
    done = resolved(line, "x")
    assert not pending_in(done)
    exact = parse("cos(x)*x^2 + sin(x)*2*x").expression
    assert value(done) == pytest.approx(value(exact), rel=1e-15)
    assert looks_like(done, done)
    assert not looks_like(line, done)
    assert looks_like(call(BESIDE, X, u), call(MULTIPLY, X, u))
    assert not looks_like(X, u)
    for ones, wanted in ((False, v), (True, call(BESIDE, ONE, v))):
        assert written("D(u)*v", {"u": u, "v": v}, lambda _: ONE, ones=ones) is wanted
        assert written("D(u)*v", {"u": u, "v": v}, lambda _: ZERO, ones=ones) is ZERO
    assert written("u*1", {"u": u}, lambda _: ONE, ones=True) is u


def test_a_node_is_replaced_and_the_rest_tidied() -> None:
    for formula, by in product(("x*y + z", "y - x", "y/x", "sin(x)*z", "x*x"), NODES):
        node = parse(formula).expression
        if "/" in formula and rational(by) == 0:
            continue
        found = replacement(node, {X: by})
        wanted = at(node, {**POINT, "x": value(by)})
        assert value(found) == pytest.approx(wanted, rel=1e-12, abs=1e-15)
        assert size(found) <= size(node) + size(by) + 2
    untouched = parse("sin(y)*z").expression
    assert replacement(untouched, {X: ONE}) is untouched


# ---- factors and powers --------------------------------------------------------------


def test_factors_have_no_sign_and_are_no_products() -> None:
    for u, v in product(NODES, NODES):
        node = call(MULTIPLY, u, v)
        sign, factors = factors_of(node)
        assert sign in (1, -1)
        whole = float(sign)
        for factor in factors:
            whole *= value(factor)
            assert (rational(factor) or 0) >= 0
            assert not isinstance(factor, Call) or factor.function not in (
                MULTIPLY,
                NEGATE,
            )
        assert whole == pytest.approx(value(node), rel=1e-12, abs=0)
        assert value(product_of(factors)) == pytest.approx(sign * whole, abs=1e-15)
        found = flat(node)
        assert value(found) == pytest.approx(value(node), rel=1e-12, abs=0)
        if 0 not in (rational(u), rational(v)):
            _, again = factors_of(found)
            numbers = [n for n, f in enumerate(again) if rational(f) is not None]
            assert numbers in ([], [0])
            assert rational(again[0]) != 1 or len(again) == 1
    assert product_of([]) is ONE
    for part in NODES:
        if not isinstance(part, Call) or part.function is not MULTIPLY:
            assert flat(part) is part


def test_powers_are_told_and_squared() -> None:
    for formula, is_power in (
        ("x", True), ("x^3", True), ("(x+1)^2", True), ("sqrt(x+1)", True),
        ("x^(1/2)", True), ("x^-1", False), ("x^y", False), ("x*y", False),
        ("3", False), ("sin(x)", False), ("x^0", False), ("1/x", False),
    ):  # fmt: skip
        node = parse(formula).expression
        power = as_power(node)
        assert (power is not None) == is_power, formula
        if power is not None:
            base, exponent = power
            assert exponent > 0
            assert value(base) ** float(exponent) == pytest.approx(value(node))
        found = square(node)
        assert value(found) == pytest.approx(value(node) ** 2, rel=1e-12)
        powers = [part for part in calls(found) if part.function is POWER]
        nested = [
            part for part in powers if as_power(part.args[0]) and part.args[0] != X
        ]
        assert not nested
