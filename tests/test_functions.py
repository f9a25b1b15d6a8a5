"""Every row of the table is right: its value, its partials, its texts, its domain."""

import itertools
import json
import math
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sympy
from mpmath import mp

from diffcli.arithmetics import multiprecision
from diffcli.calculus import numeric
from diffcli.calculus.functions import (
    BY_NAME,
    CONDITIONS,
    CONSTANTS,
    FUNCTIONS,
    NAMED,
    ROWS,
    TABLE,
    Function,
)
from diffcli.calculus.numeric import polygamma, psi
from diffcli.engine.bounds import shift_by_all, shift_by_argument, uses_value
from diffcli.engine.derivation import derive
from diffcli.engine.fold import operation
from diffcli.engine.tape import Program, Undefined
from diffcli.language.expression import call, number, variable
from diffcli.language.latex_printer import latex
from diffcli.language.parser import parse, parse_template
from diffcli.language.printer import text
from tests.conftest import Run

#: A mean is read as a sum and a division; all other rows become nodes.
every_node = pytest.mark.parametrize(
    "row", [row for row in ROWS if row.many != "average"], ids=lambda row: row.name
)
every_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)


def samples(row: Function, count: int = 20) -> Iterator[tuple[float, ...]]:
    """Yield arguments inside a row's domain."""
    dice = random.Random(row.name)
    for _ in range(count):
        yield tuple(dice.uniform(*span) for span in row.domain.samples[: row.arity])


@every_row
def test_value_is_mpmaths(row: Function) -> None:
    for args in samples(row):
        with mp.workdps(40):
            exact = operation(multiprecision, row.name)(*map(mp.mpf, args))
        assert row.value(*args) == pytest.approx(float(exact), rel=1e-14, abs=1e-300)


@every_row
def test_a_partial_that_does_not_use_the_value_is_the_same_for_all(
    row: Function,
) -> None:
    for args in samples(row):
        for partial in row.partials:
            try:
                found = {partial(y, *args) for y in (-7.0, -0.3, 0.0, 0.3, 2.0, 1e9)}
            except (ValueError, ArithmeticError):
                continue
            assert uses_value(partial, len(args) == 1) or len(found) == 1


@every_row
def test_one_number_moves_a_partial_as_several_do(row: Function) -> None:
    """The short way to a bound and the long way give the same, to the last bit."""
    partial = row.partials[0]
    if row.arity > 1 or uses_value(partial, True):
        return
    for (u,), error in itertools.product(samples(row), (0.0, 1e-17, 1e-12, 1e-3)):
        values = [u, row.value(u)]
        local = partial(values[1], u)
        given = partial, local, values, [error, error], 1, 0, -1
        assert shift_by_argument(*given) == shift_by_all(*given)


@every_row
def test_partial_is_mpmaths(row: Function) -> None:
    for args in samples(row):
        for place, partial in enumerate(row.partials):
            if row.name == "polygamma" and place == 0:
                continue  # there is none toward the order
            with mp.workdps(40):
                slope = _slope(row, args, place)
            got = partial(row.value(*args), *args)
            assert got == pytest.approx(slope, rel=1e-13, abs=1e-15)


def _slope(row: Function, args: tuple[float, ...], place: int) -> float:
    """Return a partial by differences of the value in 40 digits."""
    step = mp.mpf(10) ** -18

    def moved(by: object) -> object:
        there = [mp.mpf(argument) for argument in args]
        there[place] += by
        return operation(multiprecision, row.name)(*there)

    return float((moved(step) - moved(-step)) / (2 * step))  # type: ignore[operator]


@every_row
def test_derivative_text_is_the_numeric_partial(row: Function) -> None:
    for args in samples(row):
        point = dict(zip("uv", args, strict=False))
        for written, partial in zip(row.derivatives, row.partials, strict=True):
            got = partial(row.value(*args), *args)
            if math.isnan(got):
                with pytest.raises(Undefined):
                    Program([parse_template(written, {})]).value(point)
                continue
            said = Program([parse_template(written, {})]).value(point)
            assert said == pytest.approx(got, rel=1e-12, abs=1e-14)


@every_row
def test_value_exists_exactly_where_the_domain_says(row: Function) -> None:
    places = (-3.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.5)
    grid = (
        [(u,) for u in places]
        if row.arity == 1
        else [(u, v) for u in places for v in places]
    )
    for args in grid:
        try:
            row.value(*args)
            exists = True
        except (ValueError, ArithmeticError):
            exists = False
        assert exists == row.domain.holds(*args), args


#: Where a row may be rough, and beside it.
PLACES = (-3.0, -2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 3.0)


@pytest.mark.parametrize("row", TABLE[: -len(CONDITIONS) + 6], ids=lambda row: row.name)
def test_rough_places_are_where_the_slope_jumps(row: Function) -> None:
    """There the slopes of both sides differ, or are infinite, or there is one side."""
    for args in itertools.product(PLACES, repeat=row.arity):
        if row.domain.holds(*args):
            jumps = any(_jumps(row, args, place) for place in range(row.arity))
            assert bool(row.rough and row.rough.at(*args)) == jumps, args


def _jumps(row: Function, args: tuple[float, ...], place: int) -> bool:
    """Tell whether the slope toward one argument is another on its other side."""
    exponent = row.name in ("power", "pow") and place == 1
    if (exponent and args[0] < 0) or (row.name == "polygamma" and place == 0):
        return False  # there is no slope toward these
    sides = []
    with mp.workdps(40):
        step = mp.mpf(10) ** -15
        for side in (-step, step):
            there = [mp.mpf(argument) for argument in args]
            there[place] += side
            try:
                move = _real(row, there) - _real(row, [mp.mpf(a) for a in args])
            except (ValueError, ArithmeticError):
                return True
            sides.append(move / side)
        return bool(max(map(abs, sides)) > 1e6 or abs(sides[0] - sides[1]) > 1e-6)


def _real(row: Function, args: list[Any]) -> Any:
    return multiprecision.real(operation(multiprecision, row.name)(*args))


def test_rough_rows_have_two_slopes() -> None:
    kinks = {"abs": 0.0, "relu": 0.0, "leakyrelu": 0.0, "selu": 0.0, "hardtanh": 1.0}
    for name, place in kinks.items():
        row = BY_NAME[name]
        assert row.rough is not None
        assert row.rough.at(place)
        with mp.workdps(40):
            step = mp.mpf(10) ** -15
            middle = operation(multiprecision, row.name)(mp.mpf(place))
            right = (operation(multiprecision, row.name)(place + step) - middle) / step
            left = (middle - operation(multiprecision, row.name)(place - step)) / step
        assert abs(left - right) > 0.01


def test_conventions_are_what_the_partial_gives() -> None:
    for row in FUNCTIONS:
        if row.rough is None or row.rough.convention is None:
            continue
        for place in (0.0, 1.0, 3.0, -1.0, -3.0):
            args = (place,) * row.arity
            if row.rough.at(*args):
                given = {partial(row.value(*args), *args) for partial in row.partials}
                assert given == {row.rough.convention}, row.name


@every_row
def test_row_is_complete(row: Function) -> None:
    assert len(row.partials) == len(row.derivatives) == row.arity
    assert row.notation or row.name.isidentifier()
    assert len(row.domain.samples) >= row.arity


@every_node
def test_row_prints_and_reads_back(row: Function) -> None:
    node = call(row, *[variable("x"), number("2")][: row.arity])
    assert parse(text(node)).expression is node
    assert latex(node)


@every_node
def test_row_is_differentiated_symbolically(row: Function) -> None:
    for args in samples(row, 3):
        names = ["x", "y"][: row.arity]
        node = call(row, *map(variable, names))
        point = dict(zip(names, args, strict=True))
        for derivation, partial in zip(derive(node, names), row.partials, strict=True):
            got = partial(row.value(*args), *args)
            if not math.isnan(got):
                said = Program([derivation.result]).value(point)
                assert said == pytest.approx(got, rel=1e-11, abs=1e-13)


def test_no_word_means_two_things() -> None:
    words = [word for row in FUNCTIONS for word in (row.name, *row.aliases)]
    assert len(words) == len(set(words))
    assert not set(words) & set(CONSTANTS)
    names = [row.name for row in ROWS]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    "name", ["sigmoid", "softplus", "tanh", "sech", "gelu", "silu"]
)
def test_far_out_is_no_overflow(name: str) -> None:
    row = BY_NAME[name]
    for u in (-800.0, 800.0, -1e5, 1e5):
        y = row.value(u)
        assert math.isfinite(y)
        assert math.isfinite(row.partials[0](y, u))


def _sigmoid(u: Any) -> Any:
    return 1 / (1 + mp.exp(-u))


def _mish_slope(u: Any) -> Any:
    s = mp.log1p(mp.exp(u))
    return mp.tanh(s) + u * mp.sech(s) ** 2 * _sigmoid(u)


STEPS = [k / 8 for k in range(-80, 81)]
FAR = [sign * size for sign in (-1, 1) for size in (1e-300, 1e-9, 37.5, 60.5, 640.0)]
NEAR_1 = [1 - 2.0**-k for k in range(2, 50, 5)]
#: Each form, what it is, where it is asked, and how far off it may be.
FORMS: list[tuple[Callable[..., float], Callable[..., Any], list[Any], float]] = [
    (numeric.sigmoid, _sigmoid, [*STEPS, *FAR], 4e-16),
    (numeric.softplus, lambda u: mp.log1p(mp.exp(u)), [*STEPS, *FAR], 4e-16),
    (numeric.sech, mp.sech, [*STEPS, *FAR], 4e-16),
    (numeric.csch, mp.csch, [*STEPS, *FAR], 4e-16),
    (numeric.asech, lambda u: mp.acosh(1 / u), [k / 16 for k in range(1, 17)] + NEAR_1,
     4e-16),
    (numeric.acoth, lambda u: mp.atanh(1 / u), [1 / u for u in NEAR_1] + STEPS, 4e-16),
    (numeric.bell, lambda u: mp.exp(-u * u), [*STEPS, 25.4, -26.1, 60.5], 8e-16),
    (lambda u: numeric.bell(u, 2.0), lambda u: mp.exp(-u * u / 2), [*STEPS], 5e-16),
    (lambda u: numeric.gelu_slope(0, u), lambda u: mp.ncdf(u) + u * mp.npdf(u),
     [*STEPS, -0.7517915246935645], 3e-15),
    (lambda u: numeric.silu_slope(0, u),
     lambda u: _sigmoid(u) * (1 + u * _sigmoid(-u)), [*STEPS, -1.278464542761], 3e-15),
    (lambda u: numeric.mish_slope(0, u), _mish_slope, [*STEPS, -1.1924], 6e-15),
    (numeric.lgamma, lambda u: mp.log(abs(mp.gamma(u))),
     [*(k / 8 for k in range(-80, 81) if k % 8), 1e-300, 1e5, 1.0000001, 0.9999999,
      1.9999999, 2.0000001, -2.457024738], 5e-15),
    (numeric.softmax, lambda u, v: 1 / (1 + mp.exp(v - u)),
     [(a, b) for a in (0.0, 1.0, -3.3, 50.0, 700.0, 1e5, -1e5)
      for b in (0.0, 0.3, -40.0, 699.0, 1e5 + 0.3, -1e5 + 0.7)]
     + [(-40.3, 0.1), (-333.3, 0.7), (-5.1, 1e-16), (0.1, 600.3)], 4e-16),
    (lambda u, v: numeric.power_by_base(0, u, v), lambda u, v: v * mp.power(u, v - 1),
     [(a, b) for a in (0.1, 1.0, 3.3, 1e-5, 1e5)
      for b in (-2.0, -0.7, 1e-17, 1e-5, 0.3, 0.49, 0.5, 0.51, 1.0, 1.7, 2.0)], 4e-16),
]  # fmt: skip


@pytest.mark.parametrize(("form", "truth", "places", "off"), FORMS)
def test_forms_keep_their_digits(
    form: Callable[..., float], truth: Callable[..., Any], places: list[Any], off: float
) -> None:
    for place in places:
        args = place if isinstance(place, tuple) else (place,)
        try:
            found = form(*args)
        except (ValueError, ZeroDivisionError):
            continue
        with mp.workdps(60):
            true = truth(*map(mp.mpf, args))
            if abs(true) > 1e-300:
                assert abs((found - true) / true) < off, args
            else:
                assert abs(found) <= 1e-300, args


def test_forms_are_refused_where_nothing_is() -> None:
    for u in (1.0, -1.0, 0.5, 0.0):
        with pytest.raises(ValueError, match=str(u)):
            numeric.acoth(u)
    with pytest.raises(ValueError, match="0"):
        numeric.atan2(0.0, 0.0)
    for u, v in ((0.0, 1.0), (0.0, -1.0), (1.0, 0.0), (-1.0, 0.0), (-2.0, -3.0)):
        assert numeric.atan2(u, v) == math.atan2(u, v)
    for u, held in ((-2.0, -1.0), (-1.0, -1.0), (0.5, 0.5), (3.0, 3.0), (3.5, 3.0)):
        assert numeric.clip(u, -1.0, 3.0) == held
    for v, slope in ((0.0, 0.0), (1.0, 1.0), (2.0, 0.0), (3.0, 0.0)):
        assert numeric.power_by_base(0.0, 0.0, v) == slope
    for u, v, slope in ((0.0, 2.0, 0.0), (0.0, 0.5, 0.0), (1.0, 2.0, 0.0)):
        assert numeric.power_by_exponent(u**v, u, v) == slope
    for u, v in ((0.0, 0.0), (0.0, -1.0), (-1.0, 2.0)):
        with pytest.raises(ValueError, match=r"math domain error|positive"):
            numeric.power_by_exponent(1.0, u, v)


def test_orders_of_polygamma_are_whole_and_not_too_many() -> None:
    orders = {u for u in (-1.0, 0.0, 0.5, 1.0, 1.5, 98.0, 99.0, 99.5, 100.0, 101.0)
              if numeric.has_polygamma(u, 1.5)}  # fmt: skip
    assert orders == {0.0, 1.0, 98.0, 99.0}
    places = {v for v in (-2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0)
              if numeric.has_polygamma(1.0, v)}  # fmt: skip
    assert places == {-1.5, -0.5, 0.5, 1.0, 2.0}
    for order, v in ((-1.0, 2.0), (0.5, 2.0), (100.0, 2.0), (1.0, -3.0), (0.0, 0.0)):
        with pytest.raises(ValueError, match=str(order)):
            polygamma(order, v)


@pytest.mark.parametrize("order", range(5))
def test_slopes_of_the_cotangent_are_sympys(order: int) -> None:
    x, c = sympy.symbols("x c")
    slope = sympy.diff(sympy.cot(x), x, order).subs(sympy.cot(x), c)
    coefficients = sympy.Poly(slope, c).all_coeffs()[::-1]
    assert numeric.cotangent_slope(order) == coefficients


@pytest.mark.parametrize("order", [0, 1, 2, 7])
@pytest.mark.parametrize("at", ["-49.5", "-50.5", "-51.5", "-61.25", "-300.001"])
def test_psi_by_reflection_is_that_of_mpmath(order: int, at: str) -> None:
    with mp.workdps(40):
        assert mp.almosteq(psi(order, mp.mpf(at)), mp.psi(order, mp.mpf(at)), 1e-35)
    assert math.isfinite(polygamma(order, -1e7 - 0.25))  # and soon


def test_the_table_lists_every_row_that_has_a_name(run: Run) -> None:
    everything = json.loads(run("functions", "-f", "json").out)["functions"]
    assert {row["name"] for row in everything} == set(NAMED)
    for row in everything:
        assert json.loads(run("functions", row["name"], "-f", "json").out) == {
            "schema": "diffcli/functions/1", "functions": [row],
        }  # fmt: skip


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row.rough], ids=lambda row: row.name
)
def test_an_edge_is_0_where_a_row_is_rough_and_near_it_nearby(row: Function) -> None:
    """It moves at most four times as fast as the arguments do: columns rely on it."""
    assert row.rough is not None
    edge = Program([parse_template(row.rough.edge, {})])
    places = [*itertools.product((-3.0, -1.0, 0.0, 0.5, 1.0, 3.0), repeat=row.arity)]
    assert any(row.rough.at(*place) for place in places)
    for place in places:
        here = edge.value(dict(zip("uv", place, strict=False)))
        assert here == pytest.approx(0, abs=1e-15) or not row.rough.at(*place)
        for moved in itertools.product((-1e-3, 0.0, 1e-3), repeat=row.arity):
            beside = [u + step for u, step in zip(place, moved, strict=True)]
            there = edge.value(dict(zip("uv", beside, strict=False)))
            assert abs(there - here) <= 4 * sum(map(abs, moved)) + 1e-15
