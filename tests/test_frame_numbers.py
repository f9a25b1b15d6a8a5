"""What polars computes of a column is what the rows of the table say of each number."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

import polars
import pytest

from diffcli.arithmetics import Unavailable, frames
from diffcli.calculus.functions import CONSTANTS, ROWS, Function

KNOWN = [row for row in ROWS if row.name in frames.PRIMITIVES]
EDGES = (-2.0, -1.0, -0.5, -0.0, 0.0, 0.5, 1.0, 2.0, 2.5, 700.0, -700.0)


def places(row: Function) -> Iterator[tuple[float, ...]]:
    """Yield arguments inside the domain, and at its edges and kinks."""
    samples = row.domain.samples[: row.arity]
    for part in (0.05, 0.17, 0.62, 0.93):
        yield tuple(low + part * (high - low) for low, high in samples)
    if row.arity == 2:
        low, high = samples[0]
        middle = (low + high) / 2
        yield from ((middle, middle), (3.0, 2.0), (2.0, 3.0), (0.5, -1.0), (0.0, 2.0))
        yield from ((2.0, 0.0), (1.5, 1.0), (0.0, 1.0), (0.0, 0.5), (-2.0, 3.0))
    else:
        yield from ((edge,) for edge in EDGES)


def computed(row: Function) -> list[tuple[float, ...]]:
    """Return the arguments at which the row has a value, with it in front."""
    found = []
    for given in places(row):
        try:
            value = float(row.value(*given)) if row.domain.holds(*given) else math.nan
        except (ValueError, ArithmeticError):
            continue
        if math.isfinite(value):
            found.append((value, *given))
    return found


def column(expression: Any, table: Sequence[tuple[float, ...]]) -> list[float]:
    if isinstance(expression, float):
        return [expression] * len(table)
    names = ("y", "u", "v")[: len(table[0])]
    frame = polars.DataFrame(
        {name: [row[n] for row in table] for n, name in enumerate(names)}
    )
    found = frame.select(found=expression)["found"].to_list()
    return found if len(found) == len(table) else found * len(table)


@pytest.mark.parametrize("row", KNOWN, ids=lambda row: row.name)
def test_values_and_slopes_are_those_of_the_table(row: Function) -> None:
    table = computed(row)
    assert len(table) >= 4
    given = [polars.col(name) for name in "uv"[: row.arity]]
    values = column(frames.PRIMITIVES[row.name](*given), table)
    assert values == pytest.approx([y for y, *_ in table], rel=1e-12, abs=1e-300)
    kinks = [False] * len(table)
    if row.rough is not None:
        where = frames.rough(row, *given)
        assert where is not None
        kinks = [bool(row.rough.at(*at)) for _, *at in table]
        assert column(where, table) == kinks
    else:
        assert frames.rough(row, *given) is None
    for place, slope in enumerate(row.partials):
        found = column(frames.local(row, place, polars.col("y"), *given), table)
        for (y, *at), kink, ours in zip(table, kinks, found, strict=True):
            try:
                wanted = float(slope(y, *at))
            except (ValueError, ArithmeticError):
                continue
            if not kink and math.isfinite(wanted):
                assert ours == pytest.approx(wanted, rel=1e-12, abs=1e-300), at


@pytest.mark.parametrize("name", sorted(frames.SLOPES))
def test_every_slope_that_is_written_again_is_one_of_the_table(name: str) -> None:
    (row,) = (row for row in ROWS if row.name == name)
    table = computed(row)
    given = [polars.col(letter) for letter in ("y", "u", "v")[: row.arity + 1]]
    for slope, written in zip(row.partials, frames.SLOPES[name], strict=True):
        found = column(written(*given), table)
        for (y, *at), ours in zip(table, found, strict=True):
            try:
                kink = row.rough is not None and row.rough.at(*at)
                wanted = float(slope(y, *at))
            except (ValueError, ArithmeticError):
                continue
            if not kink and math.isfinite(wanted):
                assert ours == pytest.approx(wanted, rel=1e-12, abs=1e-300), at


def test_what_a_factor_is_and_what_is_outside() -> None:
    u = polars.col("u")
    table = [(0.0, x) for x in (-2.0, 0.0, 0.5, 3.0)]
    for factor in (1.0, -1.0, 0.5, -2.0):
        for pair in ((u, factor), (factor, u)):
            found = column(frames.product(*pair), table)
            assert found == [factor * x for _, x in table]
    assert frames.product(2.0, -1.0) == -2.0
    assert column(frames.without_minus_zero(u), [(0.0, -0.0), (0.0, 3.0)]) == [0.0, 3.0]
    for name, constant in CONSTANTS.items():
        assert column(frames.PRIMITIVES[name](), table)[0] == constant.value
    unknown = 0
    for row in ROWS:
        args = [polars.col(name) for name in "uv"[: row.arity]]
        try:
            outside = frames.outside(row, *args)
        except Unavailable:
            unknown += 1
            continue
        assert outside is None or row.name not in frames.PRIMITIVES
        if outside is not None:
            at = [(0.0, *given) for given in places(row)]
            inside = [not row.domain.holds(*given) for _, *given in at]
            assert column(outside, at) == inside
    assert unknown < len(ROWS)
