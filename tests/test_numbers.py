"""Exact numbers in formulas: which they are, and what operations on them come to."""

import operator
from collections.abc import Callable
from fractions import Fraction
from itertools import product

from diffcli.calculus.functions import ADD, DIVIDE, MULTIPLY, NEGATE, POWER, SUBTRACT
from diffcli.engine.numbers import folded, rational
from diffcli.engine.rewriting import size
from diffcli.language.expression import Call, Expression, call, number
from diffcli.language.parser import parse
from diffcli.language.printer import text

F = Fraction
OPERATIONS: dict[object, Callable[[F, F], F]] = {
    ADD: operator.add, SUBTRACT: operator.sub,
    MULTIPLY: operator.mul, DIVIDE: operator.truediv,
}  # fmt: skip
NUMERALS = ["0", "1", "2", "7", "12", "0.5", "0.25", "1.1", "1e3", "2.5e-2", "5e-6"]


def node(formula: str) -> Expression:
    return parse(formula).expression


def fold(formula: str) -> str | None:
    """Return what an operation comes to, as text; None: it stays."""
    whole = node(formula)
    assert isinstance(whole, Call)
    found = folded(whole)
    return None if found is None else text(found)


def test_a_number_is_rational_up_to_fifteen_digits() -> None:
    long, longer = "1" * 15, "1" * 16
    for formula, value in (
        ("2", F(2)), ("-2", F(-2)), ("0.5", F(1, 2)), ("-1/2", F(-1, 2)),
        ("3/6", F(1, 2)),
        ("1/0", None), ("0/3", F(0)), ("x", None), ("pi", None), ("-pi", None),
        ("e", None),
        ("2*3", None), ("1+1", None), ("1/2/2", None), ("-(-2)", None),
        ("-(1/2)", None),
        ("1/(-2)", None), ("x/2", None), ("2/x", None), ("pi/2", None), ("2/pi", None),
        (long, F(long)), (longer, None), (f"0.{long[:13]}", F(int(long[:13]), 10**13)),
        (f"0.{long}", None), ("1e99", F(10) ** 99), ("1e100", None),
        ("1e-9", F(1, 10**9)),
        ("1e-99", F(1, 10**99)), ("1e-100", None),
        ("2e-05", F(1, 50000)), (f"{long}/2", F(int(long), 2)), (f"{longer}/2", None),
        ("1/0.5", F(2)), ("2**3", None), ("sin(2)", None),
    ):  # fmt: skip
        assert rational(node(formula)) == value, formula


def test_sums_products_and_quotients_of_numbers_are_numbers() -> None:
    for (function, operation), one, other, signs in product(
        OPERATIONS.items(), NUMERALS, NUMERALS, product((1, -1), repeat=2)
    ):
        u, v = (
            number(each) if sign > 0 else call(NEGATE, number(each))
            for each, sign in zip((one, other), signs, strict=True)
        )
        assert isinstance(function, type(ADD))
        found = folded(call(function, u, v))
        values = [rational(each) for each in (u, v)]
        assert None not in values
        a, b = (value for value in values if value is not None)
        if function is DIVIDE and not b:
            assert found is None
            continue
        exact = operation(a, b)
        decimal = not (one + other).isdecimal()
        if found is None:  # only what has no short decimal
            assert decimal
            assert F(repr(float(exact))) != exact
        else:
            assert rational(found) == exact
            assert decimal or "." not in text(found)
            assert not decimal or "/" not in text(found)


def test_powers_of_numbers_up_to_the_64th() -> None:
    for formula, value in (
        ("2**3", "8"), ("2**(-3)", "1/8"), ("(-2)**3", "-8"), ("0**2", "0"),
        ("0**1", "0"),
        ("0**0", None),
        ("0**(-1)", None), ("2**0", "1"), ("1**64", "1"), ("1**65", None),
        ("1**(-64)", "1"),
        ("1**(-65)", None), ("2**(1/2)", None), ("4**0.5", None), ("2**49", str(2**49)),
        ("2**50", None), ("2**(-49)", f"1/{2**49}"), ("2**(-50)", None),
        ("0.5**2", "0.25"),
        ("x**2", None), ("2**x", None), ("(1/2)**2", "1/4"), ("(-1/2)**3", "-1/8"),
    ):  # fmt: skip
        assert fold(formula) == value, formula


def test_what_is_long_or_no_operation_stays() -> None:
    nines = "9" * 15
    for formula, value in (
        (f"{nines} + 1", None), (f"{nines} - 1", f"{'9' * 14}8"), (f"{nines}*2", None),
        (f"1/{nines} * 1", f"1/{nines}"), (f"1/{nines} / 2", None),
        ("0.02*1e-3", "2e-5"),
        (f"-{nines} - 1", None), ("sin(2)", None), ("max(1, 2)", None), ("0.1/3", None),
        ("0.1 + 1/4", "0.35"), ("1/3 + 1/6", "1/2"), ("0.5 - 1", "-0.5"),
        ("0.5*2", "1"),
        ("1 - 3", "-2"), ("1/4 - 1/2", "-1/4"), ("5 - 5", "0"), ("-0.5 - 1.5", "-2"),
    ):  # fmt: skip
        assert fold(formula) == value, formula
    assert folded(call(NEGATE, node("-3"))) is number("3")
    assert text(folded(call(NEGATE, node("1/2"))) or node("x")) == "-1/2"
    assert folded(call(NEGATE, node("x"))) is None


def test_the_size_is_what_its_table_says() -> None:
    """In which every row of tidying goes down."""
    for formula, value in (
        ("7", 1), ("-7", 2), ("1/2", 1), ("-1/2", 2), ("0", 1), ("x", 3), ("pi", 3),
        ("sin(x)", 4), ("x + y", 8), ("x - 1", 6), ("x**2", 5), ("2**x", 5), ("-x", 4),
        ("x*y", 21), ("2*x", 7), ("x*2", 9), ("x/y", 21), ("2*x*y", 49),
        ("2*(x*y)", 43),
        ("max(x, y)", 7), ("sin(x + 1)", 7), ("x*(y + 1)", 39), ("(y + 1)*x", 42),
    ):  # fmt: skip
        assert size(node(formula)) == value, formula
    assert POWER.notation is not None
