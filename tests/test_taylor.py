"""Derivatives of higher order and the Taylor polynomial, with mpmath as referee."""

import json
import math
import random
import re
from fractions import Fraction
from functools import partial
from typing import Any, Literal

import pytest
from mpmath import mp

import diffcli
from diffcli.analysis.taylor_polynomial import _decimal, _fraction, _term, polynomial
from diffcli.arithmetics import multiprecision, power_series
from diffcli.arithmetics._series import NoSeries, PowerSeries
from diffcli.calculus.functions import ROWS, Function
from diffcli.engine.adaptive import run as value
from diffcli.engine.fold import operation
from diffcli.engine.tape import Program
from diffcli.language.expression import variable
from diffcli.language.printer import text
from diffcli.problem import DOUBLE
from tests.conftest import Run

ORDER = 6


def inner(args: tuple[float, ...]) -> list[PowerSeries]:
    """Return series that move: a + t + t**2/2, b - t/2."""
    slopes = [(1.0, 0.5), (-0.5, 0.25)]
    return [
        PowerSeries([mp.mpf(a), mp.mpf(p), mp.mpf(q), *[0] * (ORDER - 2)])
        for a, (p, q) in zip(args, slopes, strict=False)
    ]


def along(name: str, given: list[PowerSeries], t: Any) -> Any:
    """Return a function of moving arguments."""
    function = operation(multiprecision, name)
    return function(*(mp.polyval(series.terms[::-1], t) for series in given))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_row_has_the_series_that_mpmath_finds(row: Function) -> None:
    if row.name == "polygamma":
        return  # it has no derivative toward its order; gamma and digamma use it
    dice = random.Random(row.name)
    spans = row.domain.samples[: row.arity]
    for _ in range(2):
        args = tuple(round(dice.uniform(*span), 3) for span in spans)
        with mp.workdps(40):
            given = inner(args)
            found = operation(power_series, row.name)(*given).terms
            found = found + [0] * (ORDER + 1 - len(found))  # of a function that is flat
        with mp.workdps(80):
            expected = mp.taylor(partial(along, row.name, given), 0, ORDER)
        for got, want in zip(found, expected, strict=True):
            assert float(got) == pytest.approx(float(want), rel=1e-9, abs=1e-9)


POINTS = [
    ("sin(x)*exp(x)", "1"),
    ("1/(1+x^2)", "0.5"),
    ("x^x", "1.5"),
    ("log(1+exp(-x))", "2"),
    ("gamma(x)", "2.5"),
    ("atan2(x, 1+x^2)", "0.3"),
    ("tanh(x)^2/cosh(x)", "0.7"),
    ("erf(x)*sqrt(x)", "1.25"),
    ("(x-1)^3*x", "1"),
    ("abs(x)^3", "-2"),
    ("where(x>1, x^3, x)", "3"),
    ("x^2.5", "4"),
    ("(x % 2)*x", "3.5"),
    ("hypot(x, 3)*cbrt(x-5)", "1"),
    ("sigmoid(3x)*gelu(x)", "0.2"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("formula", "at"), POINTS)
def test_all_orders_are_those_of_mpmath(formula: str, at: str) -> None:
    order = 6
    found = diffcli.taylor(formula, {"x": at}, order=order)
    program = found.problem.program
    with mp.workdps(60):
        wanted = mp.taylor(
            lambda x: value(program, {"x": x})[program.outputs[0]],
            mp.mpf(found.problem.point["x"]),
            order,
        )
    for k in range(1, order + 1):
        want = float(wanted[k] * math.factorial(k))
        for column in ("symbolic", "taylor"):
            estimate = found.columns[column][k - 1]
            assert estimate.value is not None
            assert abs(estimate.value - want) <= estimate.error + 1e-9 * abs(want)
        measured = found.columns["finite"][k - 1]
        if measured.value is not None:
            assert abs(measured.value - want) <= measured.error + 1e-12


def test_differences_show_nothing_where_no_digit_is_certain() -> None:
    found = diffcli.taylor("exp(x)", {"x": 1}, order=20)
    finite = found.columns["finite"]
    assert finite[0].value == pytest.approx(math.e, rel=1e-10)
    assert finite[2].value == pytest.approx(math.e, rel=1e-4)
    for estimate in finite:
        if estimate.value is not None:
            assert abs(estimate.value - math.e) <= estimate.error
    fixed = diffcli.taylor("exp(x)", {"x": 1}, order=6, h=1e-5).columns["finite"]
    assert [e.value is None for e in fixed] == [False, False, True, True, True, True]


@pytest.mark.parametrize("scheme", ["forward", "symmetric"])
@pytest.mark.parametrize("digits", [20, 40])
def test_differences_with_more_digits_have_them_by_both_schemes(
    digits: int, scheme: Literal["forward", "symmetric"]
) -> None:
    point = {"x": 1}
    found = diffcli.taylor("exp(x)*x", point, order=3, digits=digits, scheme=scheme)
    with mp.workdps(2 * digits):
        for order, estimate in enumerate(found.columns["finite"], 1):
            exact = mp.e * (1 + order)
            assert abs(estimate.number / exact - 1) < mp.mpf(10) ** (1 - digits)


def test_many_digits_in_every_column() -> None:
    found = diffcli.taylor("exp(2*x)", {"x": 1}, order=6, digits=40)
    with mp.workdps(60):
        for k in range(1, 7):
            want = 2**k * mp.exp(2)
            for column in found.columns.values():
                assert column[k - 1].value is not None
                assert abs(column[k - 1].number - want) < mp.mpf(10) ** -37 * want


@pytest.mark.parametrize(
    ("formula", "orders"),
    [
        ("relu(x)-relu(-x)", 20),  # it is x
        ("abs(x)^2", 20),
        ("abs(x)^5", 4),
        ("x^3*abs(x)", 3),
        ("max(x^3, -x^3)", 2),
        ("sqrt(x^4)", 20),
        ("cbrt(x^9)", 20),
        ("where(x == 0, 1, sin(x)/x)", 20),
        ("where(x < 0, x^3, x^4)", 2),
        ("elu(x)", 1),
        ("sign(x)*x^6", 5),
    ],
)
def test_at_a_corner_the_whole_function_is_asked(
    formula: str, orders: int, run: Run
) -> None:
    words = ("grad", formula, "--at", "0")
    for order in {3, orders, orders + 1, 20} - {0, 1, 2, 21}:
        ran = run(*words, "--order", str(order))
        assert (ran.code == 0) == (order <= orders), (order, ran.err)
        if ran.code:
            assert ran.code == 5
            assert f"not {orders + 1} times differentiable" in ran.err


def test_no_series_is_no_answer(run: Run) -> None:
    assert run("grad", "cbrt(x)^7", "--at", "0", "--order", "3").code == 5
    assert run("grad", "sqrt(x)", "--at", "0", "--order", "3").code == 5
    assert run("grad", "log(x)", "--at", "0", "--order", "3").code == 4
    assert run("grad", "1/x", "--at", "1e-20", "--order", "20").code == 4
    with pytest.raises(NoSeries):
        operation(power_series, "sqrt")(power_series.variable(0, 1, 4))


def test_the_polynomial_is_as_in_a_book(run: Run) -> None:
    out = run("grad", "sin(x)", "--at", "0", "--order", "5").out
    assert "T₅(x) = x - x³/6 + x⁵/120" in out
    out = run("grad", "log(x)", "--at", "1", "--order", "3", "--notation", "code").out
    assert "T3(x) = x-1-(x-1)**2/2+(x-1)**3/3" in out
    words = ("grad", "exp(x)", "--at", "0", "--order", "3", "-f", "md")
    assert r"\frac" in run(*words).out


@pytest.mark.parametrize(("formula", "at"), POINTS)
def test_the_polynomial_has_the_derivatives_of_the_function(
    formula: str, at: str, run: Run
) -> None:
    words = ("grad", formula, "--at", at, "--order", "4", "--method", "taylor")
    record = json.loads(run(*words, "-f", "json").out)
    text = record["taylor"]["polynomial"]
    again = diffcli.taylor(diffcli.parse(text, names=["x"]), {"x": at}, order=4)
    ours = record["derivatives"]["taylor"]
    assert [again.derivative(k).value for k in range(1, 5)] == pytest.approx(
        ours, rel=1e-12, abs=1e-12
    )


def test_every_format(run: Run) -> None:
    words = ("grad", "x^4", "--at", "2", "--order", "4")
    assert run(*words, "-f", "plain").out == "32 48 48 24\n"
    table = run(*words, "-f", "csv", "--method", "taylor", "--method", "symbolic").out
    assert table.splitlines() == [
        "order,symbolic,taylor,coefficient,status",
        *("1,32,32,32,ok", "2,48,48,24,ok", "3,48,48,8,ok", "4,24,24,1,ok"),
    ]
    record = json.loads(run(*words, "-f", "json").out)
    assert record["derivatives"]["taylor"] == [32, 48, 48, 24]
    assert record["formulas"] == ["4*x**3", "12*x**2", "24*x", "24"]
    assert record["taylor"]["coefficients"] == [16, 32, 24, 8, 1]
    many = run(*words, "--at", "1", "-f", "csv", "--method", "taylor").out
    assert many.splitlines()[0] == "x,order,taylor,coefficient,status"
    assert len(many.splitlines()) == 9
    exact = run("grad", "sqrt(x)", "--at", "2", "--order", "3", "--exact").out
    assert "3*sqrt(2)/64" in exact


@pytest.mark.parametrize(
    "words",
    [
        "x*y --at 1,2 --order 3",
        "x^4 --at 2 --order 3 --method backprop",
        "x^4 --at 2 --order 3 --method dual",
        "x^4 --at 2 --order 3 --method symbolic --h 0.1",
        "x^4 --at 2 --order 3 --subgradient",
        "x^4 --at 2 --order 3 --keep-going",
        "x^4 --at 2 --order 21",
        "x^4 --at 2 --order=-1",
    ],
)
def test_what_there_is_not_is_refused(words: str, run: Run) -> None:
    ran = run("grad", *words.split())
    assert (ran.code, ran.out) == (2, "")
    if "x*y" in words:
        assert "choose one, such as x" in ran.err
    assert run("grad", "x*y", *["--at", "1,2", "--order", "3", "--wrt", "x"]).code == 0


def test_a_long_formula_is_refused_and_a_deep_one_is_not(run: Run) -> None:
    deep = "sin(" * 3000 + "x" + ")" * 3000
    words = ("--at", "0.1", "--order", "3", "-f", "plain", "--method", "taylor")
    assert run("grad", deep, *words).code == 0
    long = "+".join(f"sin({n}*x)" for n in range(20_000))
    ran = run("grad", long, "--at", "1", "--order", "20")
    assert (ran.code, ran.out) == (2, "")
    assert "order 7 is possible" in ran.err


def test_every_digit_of_the_polynomial_is_one_of_its_coefficients() -> None:
    for formula, function in (
        ("sin(x)", mp.sin),
        ("exp(x)*1", mp.exp),
        ("sqrt(x)", mp.sqrt),
    ):
        for digits in (20, 30, 50):
            found = diffcli.taylor(formula, {"x": 2}, order=4, digits=digits)
            shown = re.findall(r"[0-9]+[.][0-9]+", text(polynomial(found, digits)))
            with mp.workdps(digits + 10):
                truths = [mp.nstr(abs(c), digits) for c in mp.taylor(function, 2, 4)]
            assert shown
            assert set(shown) <= set(truths), (formula, digits)


@pytest.mark.parametrize("order", [0, 1, 2, 5, 12])
@pytest.mark.parametrize("derivative", [1, 2, 7, 1000, 999_999, 1_000_001, 2_000_000])
def test_a_coefficient_is_a_fraction_if_its_derivative_is_a_whole_number(
    derivative: int, order: int
) -> None:
    """Below a million, as far as its digits tell."""
    below = math.factorial(order)
    wanted = Fraction(derivative, below) if derivative < 10**6 else None
    with mp.workdps(40):
        for digits in (10, 20, 30):
            near = mp.mpf(10) ** (1 - digits)
            for off, right in ((0, True), (0.9, True), (-0.9, True), (1.1, False)):
                if wanted is None and off < 0:
                    continue
                coefficient = mp.mpf(derivative) * (1 + off * near) / below
                found = _fraction(coefficient, order, digits)
                assert found == (wanted if right else None), (digits, off)
        assert _fraction(mp.mpf("1e-20"), order, 10) is None
    if order < 2:
        assert _fraction(derivative / below, order, 10) == wanted
        assert _fraction((derivative + 1e-3) / below, order, 10) is None


@pytest.mark.parametrize("value", [0.1, 0.1 + 0.2, 1 / 3, 3.0, 12345.678, 1e-7, 2e22])
@pytest.mark.parametrize("digits", [3, 10, DOUBLE - 1, DOUBLE, DOUBLE + 1, 30])
def test_a_decimal_has_so_many_digits_and_all_of_a_double(
    value: float, digits: int
) -> None:
    found = _decimal(value, digits)
    assert not found.endswith(".0")
    if digits >= DOUBLE:
        assert float(found) == value
    else:
        assert float(found) == float(f"{value:.{digits}g}")
        with mp.workdps(40):
            assert float(_decimal(mp.mpf(value), digits)) == float(found)


@pytest.mark.parametrize("order", range(4))
@pytest.mark.parametrize(
    "coefficient", [1.0, -1.0, 0.5, 0.25, -3.0, 1.2345, 1 / 6, 1e9]
)
def test_a_term_is_its_coefficients_size_times_a_power(
    coefficient: float, order: int
) -> None:
    made = Program([_term(coefficient, order, variable("x"), 30)])
    for x in (0.5, -2.0):
        found = made.value({"x": x} if order else {})
        assert found == pytest.approx(abs(coefficient) * x**order, rel=1e-14)
