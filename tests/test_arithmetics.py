"""One walk, many arithmetics: every row in every kind of number, and a new kind."""

import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import flint
import polars
import pytest
from hypothesis import given
from mpmath import mp

import diffcli
from diffcli import arithmetics, plugins
from diffcli.arithmetics import Unavailable, multiprecision
from diffcli.calculus.functions import BY_NAME, CONSTANTS, INFIX, NAMED, ROWS, Function
from diffcli.engine import adjoint
from diffcli.engine.adaptive import run
from diffcli.engine.fold import operation
from diffcli.engine.tape import Program, Undefined
from diffcli.language.expression import Expression, call, postorder, variable
from diffcli.language.parser import parse
from tests import referee
from tests.strategies import defined, points, smooth

FORMULA = "exp(-(x1-x2)**2)*sin(x1*x3)+log(1+x3**2)"


def put_in(arithmetic: Any, value: float) -> Any:
    """Return a double in an arithmetic, by its numeral and a sign."""
    size = arithmetic.number(repr(abs(value)), abs(value))
    return operation(arithmetic, "negate")(size) if value < 0 else size


def samples(row: Function) -> list[tuple[float, ...]]:
    """Return a few arguments inside a row's domain, short enough to be exact."""
    dice = random.Random(row.name)
    spans = row.domain.samples[: row.arity]
    return [tuple(round(dice.uniform(*s), 3) for s in spans) for _ in range(4)]


def plain(value: Any) -> complex:
    """Return a number of any arithmetic as Python's; a frame's has to be computed."""
    if isinstance(value, polars.Expr):
        value = polars.select(value).item()
    if isinstance(value, flint.arb_series):
        value = value[0]
    return complex(value)


def answer(arithmetic: Any, row: Function, args: tuple[float, ...]) -> complex | str:
    """Return a row's value in an arithmetic, or why it has none there."""
    try:
        function = operation(arithmetic, row.name)
        return plain(function(*(put_in(arithmetic, value) for value in args)))
    except Unavailable as reason:
        return reason.message


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_row_in_every_arithmetic_is_mpmaths(row: Function) -> None:
    """An arithmetic has a function, or computes it by definition, or says its name."""

    @cache
    def exactly(*args: float) -> complex | str:
        with mp.workdps(40):
            return answer(multiprecision, row, args)

    for name in plugins.names(arithmetics):
        arithmetic = import_module(f"diffcli.arithmetics.{name}")
        form = getattr(arithmetic, "FORMAT", None)  # of fewer bits than a double
        for args in samples(row):
            got = answer(arithmetic, row, args)
            if isinstance(got, str):
                missing = got.partition(" ")[0]
                assert got == f"{missing} is not known for {arithmetic.TITLE}"
                assert NAMED[missing].definition == ""
            else:
                rounded = tuple(plain(put_in(arithmetic, x)).real for x in args)
                exact = exactly(*(rounded if form else args))
                rel = form.rounding + 1e-12 if form else 1e-12
                least = form.smallest if form else 1e-14
                assert got == pytest.approx(exact, rel=rel, abs=least), name


@pytest.mark.parametrize("x", ["1e-300", "3.7", "-2.0000000001"])
def test_gamma_with_many_digits_is_mpmaths(x: str) -> None:
    gamma = operation(multiprecision, "gamma"), mp.gamma
    lgamma = operation(multiprecision, "lgamma"), lambda u: mp.log(abs(mp.gamma(u)))
    with mp.workdps(470):  # where mpmath's own series takes a second, not yet ten
        digamma = operation(multiprecision, "digamma"), mp.digamma
        for ours, theirs in (gamma, lgamma, digamma):
            apart = abs(ours(mp.mpf(x)) / theirs(mp.mpf(x)) - 1)
            assert apart < mp.mpf(10) ** -466


@pytest.mark.parametrize("digits", [15, 470])
def test_digamma_is_mpmaths_at_whole_numbers_and_has_poles(digits: int) -> None:
    digamma = operation(multiprecision, "digamma")
    with mp.workdps(digits):
        for n in (1, 2, 7):  # there it is a sum of fractions, less Euler's constant
            exact = mp.fsum(1 / mp.mpf(k) for k in range(1, n)) - mp.euler
            assert abs(digamma(mp.mpf(n)) - exact) < mp.mpf(10) ** (3 - digits)
        for pole in (0, -1, -7, -1500, -(10**5)):
            with pytest.raises((ValueError, ArithmeticError)):
                digamma(mp.mpf(pole))


@pytest.mark.parametrize("name", plugins.names(arithmetics))
def test_every_constant_in_every_arithmetic(name: str) -> None:
    arithmetic = import_module(f"diffcli.arithmetics.{name}")
    form = getattr(arithmetic, "FORMAT", None)
    for row in CONSTANTS.values():
        expected = form.round(row.value) if form else row.value
        assert plain(operation(arithmetic, row.name)()) == expected, row.name


@pytest.mark.parametrize("name", plugins.names(arithmetics))
def test_an_arithmetic_is_a_table(name: str) -> None:
    """It calls nothing that the table does not have, and holds no walk."""
    arithmetic = import_module(f"diffcli.arithmetics.{name}")
    assert arithmetic.TITLE
    assert set(arithmetic.PRIMITIVES) <= NAMED.keys() | CONSTANTS.keys()
    assert "postorder" not in Path(arithmetic.__file__ or "").read_text("utf-8")


NEW = '''"""Fractions."""

from fractions import Fraction

from diffcli.calculus.functions import ARITHMETIC

TITLE = "fractions"
PRIMITIVES = {**ARITHMETIC, "power": lambda u, v: u ** int(v), "abs": abs, "max": max}
PRIMITIVES["sign"] = lambda u: Fraction((u > 0) - (u < 0))


def number(text, value):
    """Return a numeral exactly."""
    return Fraction(text)
'''
RATIONAL = "relu(x)*softsign(y)/3+0.1*x**3"
USE = f"""
from fractions import Fraction
from diffcli import arithmetics, plugins
from diffcli.arithmetics import Unavailable, ratios
from diffcli.engine.adjoint import partials
from diffcli.engine.fold import run, operation
from diffcli.engine.tape import Program
from diffcli.language.parser import parse

assert "ratios" in plugins.names(arithmetics)
formula = parse("{RATIONAL}").expression
program = Program([formula, *partials(formula, ["x", "y"])])
values = run(program, ratios, {{"x": Fraction(1, 2), "y": Fraction(-1, 3)}})
print(*(values[row] for row in program.outputs))
try:
    operation(ratios, "tanh")
except Unavailable as lacking:
    print(lacking.message)
"""


def test_a_new_arithmetic_is_one_file(tmp_path: Path) -> None:
    package = Path(diffcli.__file__).parent
    shutil.copytree(package, tmp_path / "diffcli")
    (tmp_path / "diffcli" / "arithmetics" / "ratios.py").write_text(NEW, "utf-8")
    done = subprocess.run(
        [sys.executable, "-c", USE], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.stderr == ""
    answers, refusal = done.stdout.splitlines()
    backward = (
        Program([parse(RATIONAL).expression]).run({"x": 1 / 2, "y": -1 / 3}).backward()
    )
    expected = [backward.tape.values[-1], backward.partial("x"), backward.partial("y")]
    assert [float(Fraction(each)) for each in answers.split()] == pytest.approx(
        expected
    )
    assert refusal == "tanh is not known for fractions"


# ---- the gradient as a formula ----------------------------------------------------


def gradient(expression: Expression, names: list[str]) -> Program:
    """Return a function and its partials as one list of operations."""
    return Program([expression, *adjoint.partials(expression, names)])


def test_the_gradient_shares_what_it_has_in_common() -> None:
    expression = parse(FORMULA).expression
    assert len(postorder([expression])) == 16
    assert len(gradient(expression, ["x1", "x2", "x3"]).nodes) == 27


@given(defined(), points)
def test_the_gradient_is_the_derivative(
    expression: Expression, point: dict[str, float]
) -> None:
    names = list(point)
    program = gradient(expression, names)
    try:
        with mp.workdps(60):
            values = run(program, point)
    except Undefined:
        return
    for name, row in zip(names, program.outputs[1:], strict=True):
        exact = referee.slope(expression, name, point)
        assert float(values[row]) == pytest.approx(exact, rel=1e-9, abs=1e-12)


@given(smooth(), points)
def test_second_partials_are_the_partials_of_partials(
    expression: Expression, point: dict[str, float]
) -> None:
    names = list(point)
    firsts = dict(zip(names, adjoint.partials(expression, names), strict=True))
    seconds = adjoint.second_partials(expression, names)
    for (name, other), second in seconds.items():
        assert seconds[other, name] is second
        with mp.workdps(60):
            program = Program([second])
            value = float(run(program, point)[program.outputs[0]])
        exact = referee.slope(firsts[name], other, point)
        assert value == pytest.approx(exact, rel=1e-9, abs=1e-12)


def chain(row: Function, count: int) -> Expression:
    expression: Expression = variable("x0")
    for place in range(1, count):
        expression = call(row, expression, variable(f"x{place}"))
    return expression


def nested(row: Function, count: int) -> Expression:
    expression: Expression = variable("x0")
    for _ in range(count):
        expression = call(row, expression)
    return expression


@pytest.mark.parametrize(
    ("build", "count"),
    [
        (lambda n: chain(INFIX["+"], n), 20_000),
        (lambda n: chain(INFIX["*"], n), 10_000),
        (lambda n: nested(BY_NAME["sin"], n), 10_000),
    ],
    ids=["sum", "product", "depth"],
)
def test_size_grows_with_the_formula(
    build: Callable[[int], Expression], count: int
) -> None:
    """All partials of n factors are about 4 n nodes, and nothing recurses."""
    names = [f"x{place}" for place in range(count)]
    assert len(gradient(build(count), names).nodes) <= 4 * count
