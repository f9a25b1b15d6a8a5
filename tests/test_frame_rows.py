"""Rows in frames and in columns: values, partials and rough places, at every edge."""

import itertools
import math
from collections.abc import Callable
from functools import partial
from typing import Any

import polars
import pytest
import sympy

from diffcli.arithmetics import (
    Unavailable,
    columns,
    complex_columns,
    complex_values,
    frames,
    symbols,
)
from diffcli.calculus import functions
from diffcli.calculus.functions import CONSTANTS, NAMED, ROWS, Function
from diffcli.engine.fold import operation

PLACES = (0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.0, 3.0, -3.0, 0.99, 30.0, -30.0, 700.0)


def arguments(row: Function) -> list[tuple[float, ...]]:
    """Return places for one argument, or for two."""
    return [*itertools.product(PLACES, repeat=row.arity)]


def computed(make: Callable[..., Any], *given: tuple[float, ...]) -> list[float | None]:
    """Return the numbers of an expression over columns; None: it is no number."""
    names = [f"c{n}" for n in range(len(given))]
    frame = polars.DataFrame(dict(zip(names, given, strict=True)))
    found = make(*(polars.col(name) for name in names))
    if not isinstance(found, polars.Expr):
        found = polars.lit(found)
    size = len(given[0])
    every = frame.select(found.cast(polars.Float64).alias("r"))["r"].to_list()
    every = every * size if len(every) == 1 else every
    return [n if n is not None and math.isfinite(n) else None for n in every]


def _made(expression: Any, *_: Any) -> Any:
    return expression


def expected(make: Callable[..., float], *args: float) -> float | None:
    """Return a number, None where there is none that is finite."""
    try:
        number = make(*args)
    except (ValueError, ArithmeticError):
        return None
    return float(number) if math.isfinite(number) else None


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row.name in frames.PRIMITIVES], ids=lambda r: r.name
)
def test_a_frame_has_the_values_and_partials_of_the_row(row: Function) -> None:
    """Where the row has them, and the frame has a number at all."""
    places = [args for args in arguments(row) if expected(row.value, *args) is not None]
    given = [*zip(*places, strict=True)]
    values = [row.value(*args) for args in places]
    found = computed(operation(frames, row.name), *given)
    for args, value, got in zip(places, values, found, strict=True):
        assert got == pytest.approx(value, rel=1e-14, abs=1e-300), args
    for place, own in enumerate(row.partials):

        def slope(y: Any, *args: Any, place: int = place) -> Any:
            return frames.local(row, place, y, *args)

        slopes = computed(slope, tuple(values), *given)
        for args, value, got in zip(places, values, slopes, strict=True):
            true = expected(own, value, *args)
            rough = row.rough is not None and row.rough.at(*args)
            if true is not None and not rough and got is not None:
                assert got == pytest.approx(true, rel=1e-13, abs=1e-290), (place, args)
            elif true is not None and not rough:
                assert row.name in ("power", "pow", "mod"), args
            elif got is not None and not rough:
                assert row.name in ("power", "pow"), args


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_frame_is_rough_and_ends_where_the_row_does(row: Function) -> None:
    places = arguments(row)
    given = [*zip(*places, strict=True)]
    asked: list[tuple[Any, Any]] = [
        (frames.rough, row.rough.at if row.rough else None),
        (frames.outside, lambda *args: not row.domain.holds(*args)),
    ]
    for make, at in asked:
        try:
            made = make(row, *(polars.col(f"c{n}") for n in range(row.arity)))
        except Unavailable:
            continue
        if made is None:
            assert at is None or make is frames.outside
            continue
        assert at is not None
        for args, got in zip(
            places, computed(partial(_made, made), *given), strict=True
        ):
            if row.domain.holds(*args) or make is frames.outside:
                assert bool(got) == bool(at(*args)), (make, args)


@pytest.mark.parametrize("upstream", [2.0, 1.0, -1.0, "c0"])
@pytest.mark.parametrize("factor", [3.0, 1.0, -1.0, "c0"])
def test_a_factor_1_takes_no_multiplication(upstream: Any, factor: Any) -> None:
    """In frames as in columns; the product is the same."""
    column = (4.0, -5.0)

    def number(name: Any) -> Any:
        return polars.col(name) if isinstance(name, str) else name

    by_frames = computed(
        lambda _: frames.product(number(upstream), number(factor)), column
    )
    given = [[*column] if isinstance(x, str) else x for x in (upstream, factor)]
    by_columns = columns.product(*given)
    single = by_columns if isinstance(by_columns, list) else [by_columns] * 2
    truth = [
        (value if upstream == "c0" else upstream)
        * (value if factor == "c0" else factor)
        for value in column
    ]
    assert by_frames == single == truth
    for one, other in ((upstream, factor), (factor, upstream)):
        if one == 1.0 and other == "c0":
            made = columns.product(1.0, given[0] if upstream == "c0" else given[1])
            assert made is (given[0] if upstream == "c0" else given[1])


@pytest.mark.parametrize(
    "exponent", [0.0, 0.25, 0.5, 0.75, 1.0, 2.0, 2.5, 3.0, -1.0, -0.5]
)
def test_a_shared_exponent_has_the_bits_of_each(exponent: float) -> None:
    base = [0.3, 1.0, 2.0, 1e100, 7.5]
    power = [math.pow(u, exponent) for u in base]
    slope = NAMED["power"].partials[0]
    found = columns.local(slope, power, base, exponent)
    alone = [slope(y, u, exponent) for y, u in zip(power, base, strict=True)]
    assert (found if isinstance(found, list) else [found] * 5) == alone
    single = columns.local(slope, power, base, [exponent] * 5)
    assert single == alone


def test_what_a_row_says_by_name_takes_no_call() -> None:
    u, v = [2.0, 3.0], [5.0, 7.0]
    named = (
        (functions.ONE, 1.0), (functions.MINUS_ONE, -1.0), (functions.ZERO, 0.0),
        (functions.FIRST, u), (functions.SECOND, v),
    )  # fmt: skip
    for slope, number in named:
        assert columns.local(slope, [1.0, 1.0], u, v) is number or isinstance(
            number, float
        )
        assert columns.local(slope, [1.0, 1.0], u, v) == number
    for row in ROWS:
        for place, slope in enumerate(row.partials):
            for told, number in named:
                if slope is told:
                    args = (0.5, 0.25)[: row.arity]
                    wanted = number if isinstance(number, float) else args[number is v]
                    assert frames.local(row, place, 9.0, *args) == wanted


def test_columns_are_spread_over_lists_and_numbers() -> None:
    assert columns.spread(max, 1.0, 2.0) == 2.0
    assert columns.spread(max, [1.0, 3.0], 2.0) == [2.0, 3.0]
    assert columns.spread(max, 2.0, [1.0, 3.0]) == [2.0, 3.0]
    assert columns.total([1.0, 2.0], 0.5) == [1.5, 2.5]
    assert columns.number("2", 2.0) == 2.0


@pytest.mark.parametrize("name", sorted(complex_columns.PRIMITIVES))
def test_complex_columns_are_complex_numbers(name: str) -> None:
    one, many = (
        operation(arithmetic, name) for arithmetic in (complex_values, complex_columns)
    )
    if name in CONSTANTS:
        assert one() == many()
        return
    u, v = [0.25 + 1e-20j, 0.75 + 2e-20j], [2.0 + 0j, 3.0 + 1e-20j]
    args = (u, v)[: NAMED[name].arity]
    assert many(*args) == [one(*each) for each in zip(*args, strict=True)]


@pytest.mark.parametrize(
    ("name", "u", "v", "value"),
    [
        ("cbrt", 8 + 0j, None, 2), ("cbrt", -8 + 0j, None, -2),
        ("abs", -3 + 1j, None, 3 - 1j),
        ("abs", 3 + 1j, None, 3 + 1j), ("abs", 0 + 1j, None, 0),
        ("relu", -1 + 1j, None, 0),
        ("relu", 2 + 1j, None, 2 + 1j), ("relu", 0 + 1j, None, 0),
        ("max", 1 + 1j, 2 + 3j, 2 + 3j),
        ("max", 2 + 1j, 1 + 3j, 2 + 1j), ("min", 1 + 1j, 2 + 3j, 1 + 1j),
        ("min", 2 + 1j, 1 + 3j, 1 + 3j),
        ("max", 2 + 1j, 2 + 3j, 2 + 2j), ("min", 2 + 1j, 2 + 3j, 2 + 2j),
        ("sign", -2 + 1j, None, -1),
        ("floor", 2.5 + 1j, None, 2), ("ceil", 2.5 + 1j, None, 3),
        ("step", 1 + 1j, None, 1),
    ],
)  # fmt: skip
def test_a_branch_goes_on_into_the_complex_plane(
    name: str, u: complex, v: complex | None, value: complex
) -> None:
    function = operation(complex_values, name)
    found = function(u) if v is None else function(u, v)
    assert complex(found) == pytest.approx(value)


@pytest.mark.parametrize(("u", "chosen"), [(0, 0), (1, 5), (2, 5), (-1, 5)])
def test_sympy_chooses_where_a_condition_is_not_0(u: int, chosen: int) -> None:
    choice = operation(symbols, "when")
    assert choice(sympy.Integer(u), sympy.Integer(5)) == chosen
    relations = {
        "less": u < 1, "less_equal": u <= 1, "greater": u > 1, "greater_equal": u >= 1,
        "equal": u == 1, "not_equal": u != 1,
    }  # fmt: skip
    for name, holds in relations.items():
        found = operation(symbols, name)(sympy.Integer(u), sympy.Integer(1))
        assert found == int(holds), name
    assert operation(symbols, "cbrt")(sympy.Integer(-8)) == -2


def test_a_frame_has_no_minus_zero() -> None:
    """Adding 0 is not enough: an optimizer leaves that out."""
    found = computed(frames.without_minus_zero, (0.0, -0.0, -1.0, 5e-324))
    assert [repr(number) for number in found] == ["0.0", "0.0", "-1.0", "5e-324"]
