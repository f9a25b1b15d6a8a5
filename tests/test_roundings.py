"""How rounding is added up: by the formula that its theory has, in fractions.

A row is off by what it rounds, and by what its arguments are off by times the partial
toward them; an adjoint by what its upstream and its local partial are off by.
"""

import math
import sys
from fractions import Fraction
from itertools import product

import pytest

from diffcli.calculus.functions import INFIX, NAMED, ROWS, ZERO, Function
from diffcli.calculus.numeric import power_by_base
from diffcli.engine import roundings as off
from diffcli.engine.bounds import (
    expected_error,
    leaf_errors,
    partial_bounds,
    rounds_once,
    through,
    value_bound,
    value_errors,
)
from diffcli.engine.roundings import change, leap, roundings, underflow
from diffcli.engine.tape import ROUNDING, TINY, Program, Tape
from diffcli.engine.tape import at as at_place
from diffcli.language.expression import Number
from diffcli.language.parser import parse

F, U = Fraction, Fraction(2) ** -53
#: Sums, products and quotients of numbers, some of which are no doubles.
FORMULAS = (
    "x + y", "x - y", "x*y", "x/y", "x*y + z", "(x + y)*(x - z)", "x/(y + z)*y",
    "0.1*x",
    "x/3 + y/3", "(x*0.7 - y)/(z*z)", "((x + y) + z)*0.3 - x", "2*x - y", "-x*y + z/x",
    "pi*x", "x - 9007199254740993", "x*y*z/(x + 0.1)/(y + 0.2)", "5 - x", "(x*y)*(x*y)",
    "0.1*0.1*x",
)  # fmt: skip
POINTS = (
    {"x": 0.3, "y": -1.7, "z": 2.9},
    {"x": -1e9, "y": 3e-7, "z": 0.1},
    {"x": 1.0, "y": 1.0, "z": -3.0},
)


def tape_of(formula: str, point: dict[str, float]) -> Tape:
    return Program([parse(formula).expression]).run(point)


def slopes_of(tape: Tape, row: int) -> list[tuple[int, Fraction, Fraction]]:
    """Return for each argument the partial toward it, and how far that may be off."""
    program, values = tape.program, [F(value) for value in tape.values]
    errors = [F(error) for error in value_errors(tape)]
    sign, places = program.function(row).notation, program.arguments(row)
    a, b = places[0], places[-1]
    symbol = sign.symbol if sign else ""
    if len(places) == 1:
        return [(a, F(-1), F(0))]
    if symbol in "+-":
        return [(a, F(1), F(0)), (b, F(1 if symbol == "+" else -1), F(0))]
    if symbol == "*":
        return [(a, values[b], errors[b]), (b, values[a], errors[a])]
    assert symbol == "/"
    v, y = values[b], values[row]  # toward v it is -y/v, by the value
    moved = errors[b] / v**2
    return [
        (a, 1 / v, moved),
        (b, -y / v, errors[row] / abs(v) + abs(y) * moved),
    ]


@pytest.mark.parametrize("formula", FORMULAS)
def test_values_are_off_by_what_the_rows_round_and_carry(formula: str) -> None:
    for point in POINTS:
        tape = tape_of(formula, point)
        found, program = value_errors(tape), tape.program
        for row, value in enumerate(tape.values):
            if row < len(program.leaves):
                number = isinstance(program.nodes[row], Number)
                wrong = number and (value % 1 != 0.0 or abs(value) > 2**53)
                assert found[row] == (ROUNDING * abs(value) if wrong else 0.0)
                continue
            wanted = 2 * U * abs(F(value))
            for argument, slope, _ in slopes_of(tape, row):
                wanted += abs(slope) * F(found[argument])
            assert found[row] == pytest.approx(float(wanted), rel=1e-9, abs=2 * TINY)
        if rounds_once(program):
            bound = value_bound(tape.backward())
            assert bound == tape.backward().value_bound()
        else:
            assert value_bound(tape.backward()) == found[program.outputs[0]]


@pytest.mark.parametrize("formula", FORMULAS)
def test_partials_are_off_by_what_upstream_and_locals_are(formula: str) -> None:
    """A local partial is off by 32 roundings, and by what it is made of."""
    for point in POINTS:
        tape = tape_of(formula, point)
        program, backward = tape.program, tape.backward()
        bounds = [F(0)] * len(tape.values)
        for row in program.calls:
            upstream = abs(F(backward.adjoints[row]))
            if not upstream and not bounds[row]:
                continue
            for argument, slope, moved in slopes_of(tape, row):
                if program.active[argument]:
                    local = moved + 32 * U * abs(slope)
                    bounds[argument] += (
                        bounds[row] * abs(slope) + (upstream + bounds[row]) * local
                    )
        for name, found in partial_bounds(backward).items():
            row = program.inputs[name]
            wanted = bounds[row] + 2 * U * abs(F(backward.adjoints[row]))
            about = 2e-2 if "/" in formula else 1e-6
            assert found == pytest.approx(float(wanted), rel=about, abs=0), (
                name,
                point,
            )


def test_what_functions_round() -> None:
    """Two roundings, ten of what the C library does less well, six if composed."""
    for row in ROWS:
        own, inside = roundings(row)
        less_well = row.value in off._LESS_WELL
        exact = all(slope is ZERO for slope in row.partials)  # whole numbers
        wanted = 0 if exact else 10 if less_well else 6 if row.definition else 2
        assert own == wanted * ROUNDING, row.name
        assert inside == (2 * ROUNDING if row.definition and not exact else 0.0)
        assert off.habits(row)[:2] == (own, inside)
        assert off.habits(row) is off.habits(row)
    assert roundings(NAMED["sin"])[0] == 2 * ROUNDING
    assert roundings(NAMED["gamma"])[0] == 10 * ROUNDING


def test_numerals_are_off_if_they_are_no_doubles() -> None:
    for formula, wrong in (
        ("x + 1", False), ("x + 0.5", True), ("x + 0.1", True), ("x + pi", True),
        ("x + 9007199254740992", False), ("x + 9007199254740993", False),
        ("x + 9007199254740994", True), ("x + 1e30", True), ("x + y", False),
    ):  # fmt: skip
        program = Program([parse(formula).expression])
        assert any(leaf_errors(program)) == wrong, formula
        assert rounds_once(program) == (not wrong)
    for formula, once in (("x*y/z - x", True), ("x*sin(y)", False), ("x*x", True)):
        assert rounds_once(Program([parse(formula).expression])) == once


def test_what_is_expected_is_one_rounding_or_as_many_as_a_function_has() -> None:
    for formula, more in (
        ("x*y", 0), ("sin(x)*y", 0), ("exp(x) + y", 0), ("sqrt(x)/y", 0), ("x^y", 0),
        ("tanh(x)*y", 4), ("sigmoid(x)*y", 2), ("erf(x)*y", 4), ("sinh(x)", 4),
    ):  # fmt: skip
        backward = tape_of(formula, {"x": 0.7, "y": 1.3}).backward()
        program = backward.tape.program
        rows = [row for row in program.calls if program.arguments(row)]
        names = ("tanh", "sigmoid", "erf", "sinh")
        wanted = backward.value_bound()
        for row in rows:
            if program.function(row).name in names:
                term = backward.tape.values[row] * backward.adjoints[row]
                wanted += more * ROUNDING * abs(term)
        assert expected_error(backward) == pytest.approx(wanted, rel=1e-12, abs=0)


def test_through_an_edge() -> None:
    """Local partials that there are not, that are 1, and that are next to nothing."""
    one, half = NAMED["sin"].partials[0], 0.5
    first = INFIX["*"].partials[1]
    values, errors = [0.25, 0.5, 3.0], [1e-10, 1e-12, 1e-11]
    found = through(first, half, 2.0, 1e-9, values, errors, 0, 1, 2)
    local = errors[1] + 32 * ROUNDING * half
    assert found == pytest.approx(1e-9 * half + (2 + 1e-9) * local, rel=1e-15, abs=0)
    assert through(one, math.nan, 1.0, 1e-9, values, errors, 0, 1, -1) == math.inf
    unit = through(INFIX["+"].partials[0], 1.0, 3.0, 1e-9, values, errors, 0, 1, 2)
    assert unit == pytest.approx(1e-9 + (3 + 1e-9) * 32 * ROUNDING, rel=1e-15, abs=0)
    tiny = through(first, 0.0, 1.0, 0.0, values, [0.0] * 3, 0, 1, 2)
    assert 0.0 < tiny <= 3 * TINY


@pytest.mark.parametrize("at", [1.0, -3.0, 1e6, 0.0])
@pytest.mark.parametrize("share", [0.0, 2.0**-60, 2.0**-48, 2.0**-30, 0.25])
def test_how_far_a_function_moves_with_an_argument(at: float, share: float) -> None:
    """Of what is linear, its slope times the error; of a square, what is more.

    A few roundings of the argument are seen as well as they show in the values.
    """
    about = 0.2 if share < 2.0**-40 else 2e-2
    error = share * (abs(at) or 1.0)
    given = [7.0, at]
    moved = change(lambda _, u: 4 * u, given, 1, 4 * at, error)
    assert moved == pytest.approx(4 * error, rel=about, abs=0)
    assert given == [7.0, at]
    for sign, center in product((1, -1), (8, -8)):
        if not at and share < 2.0**-40:
            continue

        def square(u: float, s: int = sign, c: int = center) -> float:
            return s * (u + c) ** 2

        moved = change(square, [at], 0, square(at), error)
        most = 2 * abs(at + center) * error + error**2
        assert moved == pytest.approx(most, rel=about, abs=0)


def test_a_jump_that_is_within_an_error() -> None:
    floor, equal = NAMED["floor"], INFIX["=="] if "==" in INFIX else NAMED["equal"]
    for at, error, jump in (
        (0.5, 0.0, 0.0), (0.5, 0.4, 0.0), (0.9, 0.2, 1.0), (1.1, 0.2, 1.0),
        (1.0, 0.1, 1.0),
        (0.5, 2.0, 2.0), (0.5, 0.5, 1.0),
    ):  # fmt: skip
        assert leap(floor, [at], [error]) == jump
    assert leap(equal, [1.0, 1.0], [0.0, 0.0]) == 0.0
    assert leap(equal, [1.0, 1.0], [0.1, 0.0]) == 1.0
    assert leap(equal, [1.0, 1.25], [0.25, 0.25]) == 1.0
    assert leap(equal, [1.0, 1.25], [0.25, 0.0]) == 1.0
    assert leap(equal, [1.0, 1.25], [0.1, 0.1]) == 0.0
    assert leap(NAMED["less"], [1.0, 1.5], [0.1, 0.1]) == 0.0
    assert leap(NAMED["less"], [1.0, 1.5], [0.3, 0.3]) == 1.0
    assert leap(NAMED["gamma"], [0.5], [0.5]) == math.inf


@pytest.mark.parametrize(
    "row",
    [row for row in ROWS if row.rough and row.rough.kind == "kink"],
    ids=lambda row: row.name,
)
def test_a_kink_that_is_within_an_error(row: Function) -> None:
    """Wherever the argument is within its error, the value is within its bound."""
    assert row.rough is not None
    tried = 0
    for place in product((-3.0, -1.0, 0.0, 0.5, 1.0, 3.0), repeat=row.arity):
        if not row.rough.at(*place):
            continue
        for at in (-1.5, -0.5, 0.0, 0.5, 1.5):
            given, errors = [place[0] + at * 0.01, *place[1:]], [0.01] * row.arity
            here, arity = row.value(*given), row.arity
            found, values = [*errors], [*given, here]
            slopes = [at_place(slope, here, *given) for slope in row.partials]
            called = (here, row, 0, 1 if arity == 2 else -1, slopes[0], slopes[-1])
            off.add_value_errors(found, values, [called])
            for sides in product((-1, -0.3, 0.1, 1), repeat=arity):
                moved = [u + side * 0.01 for u, side in zip(given, sides, strict=True)]
                assert abs(row.value(*moved) - here) <= found[-1] * 1.01, (given, moved)
            if all(map(math.isfinite, slopes)):
                assert found[-1] <= 0.02 * max([1.0, *map(abs, slopes)]) * arity
            tried += 1
    assert tried


def test_functions_that_leap_are_those_that_do() -> None:
    for row in ROWS:
        leaps = False
        for place in (0.0, 0.5, 1.0) if row.arity == 1 else ():
            try:
                ends = [row.value(place + side * 1e-9) for side in (-1, 1)]
            except (ValueError, ArithmeticError):
                continue
            leaps = leaps or 0.4 < abs(ends[1] - ends[0]) < 2.5
        assert row.arity > 1 or (row.value in off.LEAPING) == leaps, row.name
    for formula, error in (
        ("floor(x*y)", 1.0), ("abs(x*y - 3)", 0.0), ("floor(x*y + 0.5)", 0.0),
        ("where(x > y, x, x*y)", 0.0), ("where(x < y, x, x*y)", 0.0),
        ("where(x*y > 3, 1, 5)", 4.0), ("where(x*y >= 3, 1, 5)", 4.0),
        ("where(x*y > 3.1, 1, 5)", 0.0), ("where(not x*y > 3, 1, 5)", 4.0),
        ("where(x*y > 3 or x*y < 2.9999999999999999, 1, 5)", 4.0),
        ("where(not (x*y <= 3 and x*y >= 3), 1, 5)", 4.0),
        ("where(x > 0 and x*y > 3, 1, 5)", 4.0), ("where(x > 0 or y > 7, 1, 5)", 0.0),
    ):  # fmt: skip
        found = value_errors(tape_of(formula, {"x": 1.5, "y": 2.0}))[-1]
        assert error <= found < 2 * error + 1e-12  # both choices jump


def test_what_underflows_inside_a_row() -> None:
    """Eight of the smallest doubles, times the arguments and one."""
    inner = NAMED["sigmoid"].value
    for values, sizes in (
        ([0.5], 0.5), ([-3.0], 3.0), ([1e4], 1e3), ([0.0], 0.0), ([-1e200], None),
        ([1e153], 1e3), ([2e153], None),
    ):  # fmt: skip
        found = underflow(inner, values, 0, -1)
        if sizes is None:
            assert found == 1 / sys.float_info.max
        else:
            assert found == 8 * TINY * (1 + sizes)
    assert underflow(inner, [0.5, -3.0], 0, 1) == 8 * TINY * 4.5
    assert underflow(inner, [0.5, -3.0], 1, 0) == 8 * TINY * 4.5
    assert underflow(power_by_base, [0.5, 1e6], 0, 1) == 8 * TINY * (1 + 0.5 + 1e6)
    for constant in (*INFIX["+"].partials, *INFIX["*"].partials):
        assert underflow(constant, [5.0, 7.0], 0, 1) == TINY


def test_rows_that_are_next_to_nothing_or_not_there() -> None:
    point = {"x": 1e-300, "y": 1e-8}
    tape = tape_of("x*y", point)
    assert value_errors(tape)[-1] == pytest.approx(2 * ROUNDING * 1e-308 + TINY, abs=0)
    gap = tape_of("where(x > 0, x, log(-x))", point)
    places = [row for row, value in enumerate(gap.values) if value != value]
    assert places
    assert all(value_errors(gap)[row] == 0.0 for row in places)
    # What has no slope to carry an error by is off by what no one knows.
    edge = tape_of("sqrt(x*y - x*y)", {"x": 0.3, "y": 0.7})
    assert value_errors(edge)[-1] == math.inf
    steep = tape_of("sigmoid(x)", {"x": -700.0})
    own, inside = roundings(NAMED["sigmoid"])
    value = steep.values[-1]
    wanted = own * value + inside * 700 * value
    assert value_errors(steep)[-1] == pytest.approx(wanted, rel=1e-2, abs=0)
