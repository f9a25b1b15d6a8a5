"""Bounds in columns have the bits of those at one point, also next to nothing.

Every function inside every operation, at places of every size, alone in its column,
beside others, and shared by all points.
"""

import math
from collections.abc import Iterator
from contextlib import suppress
from itertools import product

import pytest

from diffcli.arithmetics.columns import Column
from diffcli.calculus.functions import INFIX, ROWS, Function
from diffcli.engine import block_bounds, bounds, column_bounds, columns
from diffcli.engine.block_bounds import each, largest
from diffcli.engine.block_bounds import value_errors as block_errors
from diffcli.engine.column_bounds import is_whole_power
from diffcli.engine.columns import both_passes, filled, in_parts, not_finite, parts
from diffcli.engine.passes import Passes
from diffcli.engine.relative_bounds import Bounds
from diffcli.engine.roundings import LEAPING
from diffcli.engine.tape import BackwardPass, Program, Undefined
from diffcli.language.expression import Expression, call, number, variable
from diffcli.language.parser import parse

X, Y = variable("x"), variable("y")
#: One beside another, next to what underflows, below it, and beyond what is squared.
PLACES = [
    (0.3, 0.6), (1.7, 0.6), (-0.9, 0.7), (0.0, 0.5), (0.5, 0.0), (1e-300, 0.6),
    (1e-160, 1e-155), (3e-310, 2.0), (0.6, 2e-310), (1e155, 2.0),
    (2.0, 1e155), (-1.0, 3.0),
]  # fmt: skip


def programs(row: Function) -> Iterator[Program]:
    """Yield a function alone, of what is rounded, and inside of each operation."""
    inner = call(row, *(X, Y)[: row.arity])
    sums = call(INFIX["+"], X, number("0.1")), call(INFIX["*"], Y, number("3"))
    rounded = call(row, *sums[: row.arity])
    yield Program([inner])
    yield Program([call(INFIX["*"], rounded, Y)])
    for sign in ("+", "*", "/", "**"):
        yield Program([call(INFIX[sign], inner, Y)])
        yield Program([call(INFIX[sign], Y, rounded)])
    yield Program([call(INFIX["**"], inner, X)])  # whose second argument is row 0


def passed(program: Program, x: float, y: float) -> BackwardPass | None:
    try:
        found = program.run({"x": x, "y": y}).backward()
    except Undefined:
        return None
    return found if all(map(math.isfinite, found.adjoints)) else None


def same(one: float, other: float) -> bool:
    return one == other or (one != one and other != other)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_bounds_have_the_same_bits(row: Function) -> None:
    for program in programs(row):
        names = tuple(program.inputs)
        alone = [
            (place, found) for place in PLACES if (found := passed(program, *place))
        ]
        for together in (alone, *([one] for one in alone)):
            if not together:
                continue
            count = len(together)
            given: dict[str, Column] = {
                "x": [x for (x, _), _ in together], "y": [y for (_, y), _ in together]
            }  # fmt: skip
            shared = {"x": together[0][0][0], "y": together[0][0][1]}
            for points in (given, shared) if count == 1 else (given,):
                try:
                    passes = both_passes(program, points, names)
                except (ValueError, ArithmeticError):
                    continue
                errors = column_bounds.value_errors(program, passes.values)
                partials = column_bounds.partial_bounds(passes, errors)
                whole = filled(column_bounds.value_bound(passes), count)
                for place, (_, found) in enumerate(together):
                    off = bounds.value_errors(found.tape)
                    for ours, theirs in zip(errors, off, strict=True):
                        assert same(filled(ours, count)[place], theirs)
                    for name, bound in bounds.partial_bounds(found).items():
                        assert same(filled(partials[name], count)[place], bound)
                    assert same(whole[place], found.value_bound())


def test_cheap_bounds_of_one_point_are_its_bounds() -> None:
    """To a few per mille, where they say something: of most formulas they do."""
    said = {"block": 0, "relative": 0}
    for row, (x, y) in product(ROWS, ((0.3, 0.6), (1.7, 0.6), (2.5, 3.0))):
        for program in programs(row):
            names = tuple(program.inputs)
            try:
                passes = both_passes(program, {"x": [x], "y": [y]}, names)
            except (ValueError, ArithmeticError):
                continue
            if passes.bad:
                continue
            errors = column_bounds.value_errors(program, passes.values)
            partials = column_bounds.partial_bounds(passes, errors)
            wanted = [errors[program.outputs[0]], *(partials[name] for name in names)]
            for kind, cheap in cheap_bounds(passes).items():
                for ours, theirs in zip(cheap, wanted, strict=True):
                    (one,), (other,) = filled(ours, 1), filled(theirs, 1)
                    if other > 1e-290 and math.isfinite(one):
                        assert one <= 1.002 * other, (kind, row.name)
                        assert one >= 0.95 * other or other > 1e-6, (kind, row.name)
                        said[kind] += 1
    assert said["block"] >= 4000
    assert said["relative"] >= 3000


def cheap_bounds(passes: Passes) -> dict[str, list[Column]]:
    """Return cheap bounds of the value and the partials of one point."""
    found: dict[str, list[Column]] = {}
    program, names = passes.program, passes.program.inputs
    output = program.outputs[0]
    with suppress(ValueError, ArithmeticError):
        errors = block_errors(program, passes.values, passes.locals, each)
        bounds_ = block_bounds.partial_bounds(passes, errors)
        found["block"] = [errors[output], *(bounds_[name] for name in names)]
    with suppress(ValueError, ArithmeticError):
        relative = Bounds(passes)
        shares = (
            relative.values[output],
            *(relative.partials.get(n, 0.0) for n in names),
        )
        sizes = passes.value, *(passes.partial(name) for name in names)
        if not relative.apart:
            found["relative"] = [
                share * abs(filled(size, 1)[0])
                for share, size in zip(shares, sizes, strict=True)
            ]
    return found


def test_a_whole_power_is_smooth() -> None:
    power = INFIX["**"]
    for exponent, whole in ((2.0, True), (-3.0, True), (0.5, False), ([2.0], False)):
        assert is_whole_power(power, [1.0, [2.0], exponent]) == whole
    assert not is_whole_power(INFIX["*"], [1.0, [2.0], 2.0])


def test_sizes_of_columns() -> None:
    for column, size in (
        ([1.0, -3.0, 2.0], 3.0),
        (-2.0, 2.0),
        ([-1.0], 1.0),
        ([5.0, 0.0], 5.0),
    ):
        assert largest(column) == size
        sizes = filled(each(column), 1)
        assert sizes == [abs(x) for x in filled(column, 1)]
    program = Program([parse("sigmoid(x)*y").expression])
    for tiny in (1e-280, 1e-300, -1e-300):
        given: dict[str, Column] = {"x": [0.5, 0.7], "y": [1.0, tiny]}
        values = columns.values_at(program, given)
        one = block_errors(program, values, {})[program.outputs[0]]
        several = filled(block_errors(program, values, {}, each)[program.outputs[0]], 2)
        assert isinstance(one, float)
        assert several[0] < 1e-15
        assert all(bound <= one for bound in several)
        assert one < 1e-15


# ---- points in parts -----------------------------------------------------------------


def test_what_cannot_be_computed_is_halved_until_it_is_small() -> None:
    """A part of 32 or fewer is bad as a whole; the others are what they are."""
    for size, bad, most in product((1, 33, 100, 257), (-1, 0, 40, 99), (0, 50, 1000)):
        asked: list[tuple[int, int]] = []

        def computed(
            start: int, stop: int, bad: int = bad, asked: list[tuple[int, int]] = asked
        ) -> tuple[list[list[float]], set[int]]:
            asked.append((start, stop))
            if start <= bad < stop:
                raise ValueError
            return [[float(n) for n in range(start, stop)]], {0} if start else set()

        found = list(parts(size, computed, most))
        assert [start for start, _, _ in found] == [
            0,
            *(stop for _, stop, _ in found[:-1]),
        ]
        assert found[-1][1] == size
        for start, stop, answer in found:
            assert (answer is None) == (start <= bad < stop)
            assert answer or stop - start <= 32
        for start, stop in asked:  # what is small is not halved any more
            small = start <= bad < stop and stop - start <= 32
            assert not small or (start, stop, None) in found
            assert not most or stop - start <= most
        if bad < 0 or bad >= size:
            assert len(found) == (math.ceil(size / most) if most else 1)
        ((column,), places) = in_parts(size, 1, computed, most)
        assert len(column) == size
        inside = {
            n
            for start, stop, answer in found
            if answer is None
            for n in range(start, stop)
        }
        first = {start for start, _, answer in found if answer and start}
        assert places == inside | first
        for n, value in enumerate(column):
            assert value == n or n in inside
        assert (
            min(stop - start for start, stop in asked) > 15 or size == 1 or most == 50
        )


def test_so_many_points_are_taken_at_once() -> None:
    for rows in (1, 100, columns.NUMBERS // 32):
        assert columns.at_once(rows) == columns.NUMBERS // rows >= 32
    assert columns.at_once(columns.NUMBERS // 32 + 1) == 0
    assert columns.at_once(columns.NUMBERS // 31) == 0


def test_numbers_that_are_none_are_found() -> None:
    inf, nan = math.inf, math.nan
    assert not_finite([[1.0, 2.0], 3.0, []]) == set()
    assert not_finite([[1.0, inf, nan], [inf, -inf, 2.0], 3.0]) == {0, 1, 2}
    assert not_finite([[1e308, 1e308]]) == set()
    for number_ in (inf, nan):
        with pytest.raises(OverflowError):
            not_finite([[1.0], number_])


def test_slopes_of_columns_are_those_of_the_tape() -> None:
    formulas = ("sin(x*y) + x/y", "x*x - x", "exp(y)", "x**y + y*3", "(x + y)*(x - y)")
    for formula, name in product(formulas, ("x", "y", "z")):
        node: Expression = parse(f"{formula} + 0*x*y").expression
        program = Program([node])
        given: dict[str, Column] = {"x": [0.5, 1.7], "y": [2.0, 0.25]}
        passes = both_passes(program, given, ("x", "y"))
        found = columns.slopes(passes, name)
        for place in (0, 1):
            point = {key: filled(column, 2)[place] for key, column in given.items()}
            wanted = program.run(point).slopes(name)
            ours = [filled(column, 2)[place] for column in found]
            assert ours == pytest.approx(wanted, rel=1e-15, abs=0)


def test_of_what_is_too_large_or_next_to_nothing_nothing_is_said() -> None:
    def fresh() -> Bounds:
        found = Bounds.__new__(Bounds)
        found.apart = set()
        return found

    for column, unit, size, apart in (
        ([1.0, -64.0], 1.0, 64.0, set()), ([1.0, 128.0], 1.0, 128.0, set()),
        ([1.0, -129.0, 3.0], 1.0, 128.0, {1}),
        ([1.0, math.nan, 500.0], 1.0, 128.0, {1, 2}),
        (-5.0, 1.0, 5.0, set()), ([0.25, -0.5], 0.125, 4.0, set()),
        ([0.25, -32.0], 0.125, 128.0, {1}), ([0.25, 16.0], 0.125, 128.0, set()),
    ):  # fmt: skip
        here = fresh()
        assert here._largest(column, unit) == size
        assert here.apart == apart
    for column, clear, apart in (
        ([1.0, -1e-291, 2.0], [1.0, 1.0, 2.0], {1}),
        ([1e-290, 0.0], [1e-290, 1.0], {1}),
        ([3.0, -1e-290], [3.0, -1e-290], set()), (1e-290, 1e-290, set()),
    ):  # fmt: skip
        here = fresh()
        assert here._clear(column) == clear
        assert here.apart == apart
    with pytest.raises(ArithmeticError):
        fresh()._largest(129.0)
    with pytest.raises(ArithmeticError):
        fresh()._clear(-9e-291)


def test_whole_numbers_are_exact_as_far_as_doubles_have_all_of_them() -> None:
    for text, exact in (
        ("9007199254740991", True), ("9007199254740992", True), ("3", True),
        ("9007199254740994", False), ("2.5", False), ("1e22", False), ("0", True),
    ):  # fmt: skip
        (error,) = bounds.leaf_errors(Program([number(text)]))
        assert (error == 0.0) == exact


def test_a_leap_is_no_farther_than_it_is_where_its_argument_is_exact() -> None:
    """Of what is rounded nobody knows on which side of the leap it lies."""
    leaping = [row for row in ROWS if row.value in LEAPING]
    assert leaping
    given: dict[str, Column] = {"x": [0.3, 1.7], "y": [0.6, 0.9]}
    for row in leaping:
        for inner, known in ((X, True), (call(INFIX["*"], X, number("0.1")), False)):
            program = Program([call(row, *(inner, Y)[: row.arity])])
            values = columns.values_at(program, given)
            for size in (largest, each):
                errors = filled(block_errors(program, values, {}, size)[-1], 1)
                assert all(math.isfinite(each) == known for each in errors), row.name


def test_a_kink_that_all_points_share_is_left_to_one_point() -> None:
    program = Program([parse("abs(y)*x + max(x, y)").expression])
    at: dict[str, Column] = {"x": [0.5, 2.0, 3.0], "y": 2.0}
    assert columns.rough_places(program, columns.values_at(program, at)) == {1}
    values = columns.values_at(program, {**at, "y": 0.0})
    with pytest.raises(ValueError):  # noqa: PT011
        columns.rough_places(program, values)
