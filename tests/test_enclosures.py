"""Laws of enclosures: what a ball says of its numbers, mpmath's 120 digits obey.

The second harness of the proofs: nothing here asks a row for its derivative twice. The
truth of a slope is a difference quotient of the value, in 120 digits.
"""

import itertools
from fractions import Fraction
from typing import Any

import pytest
from flint import arb, ctx
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from mpmath import mp

from diffcli.arithmetics import balls, multiprecision
from diffcli.calculus.functions import NAMED, NO_DERIVATIVE, TABLE, WHEN, Function
from diffcli.engine import by_balls, ranges
from diffcli.engine.adaptive import run as in_mpmath
from diffcli.engine.fold import compiled, evaluate, operation
from diffcli.engine.tape import Program, Undefined
from diffcli.language.expression import Expression
from tests import strategies

DIGITS = 120
#: Far smaller than the smallest radius, so that a pole so near costs no digits.
STEP = Fraction(1, 10**60)
ROWS = [row for row in TABLE if row is not WHEN]
#: Radii from none at all to several units.
REACHES = st.sampled_from(
    [Fraction(0), *(Fraction(1, 10**k) for k in (30, 12, 3, 1, 0))]
)
PLACES = st.fractions(0, 1, max_denominator=16)


def exact(number: Fraction) -> Any:
    """Return the ball of a fraction: a point, or as narrow as the precision."""
    return arb(number.numerator) / number.denominator


def between(ends: tuple[Fraction, Fraction]) -> Any:
    """Return a ball that holds all numbers from one to another."""
    return exact(ends[0]).union(exact(ends[1]))


def real(number: Fraction) -> Any:
    """Return mpmath's number."""
    return mp.mpf(number.numerator) / number.denominator


def inside(ball: Any, truth: Any, digits: int = 100) -> bool:
    """Tell whether a ball holds a number that is known to so many decimals.

    No ball (nan) says nothing, and so nothing wrong.
    """
    if not ball.is_finite():
        return True
    low, high = (
        mp.ldexp(int(m), int(e))
        for m, e in (end.man_exp() for end in (ball.lower(), ball.upper()))
    )
    slack = max(abs(truth), 1) * mp.mpf(10) ** -digits
    return bool(low - slack <= truth <= high + slack)


@st.composite
def arguments(draw: st.DrawFn, row: Function) -> list[tuple[Fraction, Fraction]]:
    """Draw the ends of a ball for each argument: where the row is at home, or not."""
    ends = []
    for place, (low, high) in zip(range(row.arity), row.domain.samples, strict=False):
        if row.name == "polygamma" and place == 0:
            middle, reach = Fraction(draw(st.integers(0, 3))), Fraction(0)
        else:
            home = (Fraction(end).limit_denominator(60) for end in (low, high))
            at_home = st.fractions(*home, max_denominator=60)
            middle = draw(st.one_of(at_home, st.fractions(-9, 9, max_denominator=60)))
            reach = draw(REACHES)
        ends.append((middle - reach, middle + reach))
    return ends


def truth(row: Function, args: list[Fraction]) -> Any:
    """Return a row's value; None: it has none there."""
    if not row.domain.holds(*map(float, args)):
        return None
    try:
        return operation(multiprecision, row.name)(*map(real, args))
    except (ValueError, ArithmeticError, NotImplementedError):
        return None


def slope(row: Function, args: list[Fraction], place: int) -> Any:
    """Return a row's partial by a symmetric quotient; None: it has none there.

    It is off by about the step where the slope has a kink; at a kink it is no slope.
    """
    moved = [[*args], [*args]]
    for each, side in zip(moved, (1, -1), strict=True):
        each[place] += side * STEP
    high, low = (truth(row, each) for each in moved)
    if high is None or low is None or truth(row, args) is None:
        return None
    return (high - low) / real(2 * STEP)


@settings(max_examples=60)
@given(st.sampled_from(ROWS), st.data())
def test_a_ball_of_arguments_holds_every_value(
    row: Function, data: st.DataObject
) -> None:
    """Wide and narrow balls, their halves, few and many bits."""
    ends, function = data.draw(arguments(row)), operation(balls, row.name)
    args = [a + (b - a) * data.draw(PLACES) for a, b in ends]
    halves = [
        (a, (a + b) / 2) if 2 * x <= a + b else ((a + b) / 2, b)
        for x, (a, b) in zip(args, ends, strict=True)
    ]
    with mp.workdps(DIGITS):
        value = truth(row, args)
        for bits in (64, 400):
            with ctx.workprec(bits):
                for box in (ends, halves, [(x, x) for x in args]):
                    ball = function(*map(between, box))
                    if value is None:
                        assert not ball.is_finite()
                    else:
                        assert inside(ball, value)


@settings(max_examples=50)
@given(st.sampled_from(ROWS), st.data())
def test_a_ball_of_arguments_holds_every_slope(
    row: Function, data: st.DataObject
) -> None:
    """The texts of the derivatives, in balls, hold the quotients of the values."""
    ends = data.draw(arguments(row))
    args = [a + (b - a) * data.draw(PLACES) for a, b in ends]
    place = data.draw(st.integers(0, row.arity - 1))
    text = row.derivatives[place]
    assume(text != NO_DERIVATIVE)
    if row.rough is not None:
        assume(not row.rough.at(*map(float, args)))
    with mp.workdps(DIGITS):
        found = slope(row, args, place)
        if found is None:
            return
        for bits in (64, 400):
            with ctx.workprec(bits):
                for box in (ends, [(x, x) for x in args]):
                    ball = compiled(balls, text)(*map(between, box))
                    assert inside(ball, found, 30)


@settings(max_examples=25)
@given(strategies.smooth(), strategies.points, st.data())
def test_balls_of_a_formula_hold_its_value_and_its_slopes(
    formula: Expression, point: dict[str, float], data: st.DataObject
) -> None:
    program = Program([formula])
    names = list(program.inputs)
    assume(names)
    name = data.draw(st.sampled_from(names))
    row = program.outputs[0]
    with mp.workdps(DIGITS):
        step = real(STEP)

        def value(moved: Any) -> Any:
            place = {**{n: mp.mpf(x) for n, x in point.items()}}
            place[name] += moved
            return in_mpmath(program, place)[row]

        try:
            here, high, low = (value(moved) for moved in (0, step, -step))
        except Undefined:
            return
        quotient = (high - low) / (2 * step)
        reach = data.draw(REACHES)
        with ctx.workprec(400):
            found = by_balls.run(program, point, 0)
            partial = dict(zip(names, found[1:], strict=True))[name]
            assert inside(found[0], here)
            assert inside(partial, quotient, 40)
            inputs = {n: between((Fraction(x) - reach, Fraction(x) + reach))
                      for n, x in point.items()}  # fmt: skip
            wide = list(evaluate(program.nodes, balls, inputs))[row]
            assert inside(wide, here)


#: Rows whose values over a box are between those at its ends, and at 0 inside.
BY_ENDS = ("cbrt", "floor", "ceil", "sigmoid", "sign", "max", "min", "exp")
ENDS = [Fraction(end) for end in ("-2.25", "-1", "-0.5", "0", "0.75", "1", "3.1")]
#: Points, and what has 0 inside.
BOXES = [(a, b) for a in ENDS for b in ENDS if a == b or a < 0 < b]


def hull(row: Function, boxes: list[tuple[Fraction, Fraction]]) -> tuple[Any, Any]:
    """Return the least and the greatest of a row's values at ends, and at 0 inside."""
    sides = [{a, b, max(a, min(b, Fraction(0)))} for a, b in boxes]
    values = [truth(row, [*args]) for args in itertools.product(*sides)]
    return min(values), max(values)


@pytest.mark.parametrize("name", BY_ENDS)
def test_a_ball_is_no_wider_than_the_values_in_it(name: str) -> None:
    row = NAMED[name]
    with mp.workdps(DIGITS), ctx.workprec(200):
        for each in itertools.product(BOXES, repeat=row.arity):
            if name in ("floor", "ceil") and any(
                a < b and 1 in (b, -a) for a, b in each
            ):
                continue  # a radius is rounded up, and jumps
            ball = operation(balls, name)(*map(between, each))
            assert_is(ball, *hull(row, [*each]), name, each)


@pytest.mark.parametrize("n", [-3, -2, -1, 0, 1, 2, 3, 63, 64, 65])
def test_a_power_of_a_ball_is_no_wider_than_its_values(n: int) -> None:
    """Odd ones rise, even ones have their least at 0, and 1/0 is no ball."""
    row, power = NAMED["power"], operation(balls, "power")
    with mp.workdps(DIGITS), ctx.workprec(200):
        for a, b in BOXES:
            ball = power(between((a, b)), arb(n))
            if n < 0 and a <= 0 <= b:
                assert not ball.is_finite()
            else:
                assert_is(ball, *hull(row, [(a, b), (Fraction(n), Fraction(n))]), a, b)


def assert_is(ball: Any, low: Any, high: Any, *what: object) -> None:
    """Check that a ball goes from one number to another, but for rounding."""
    assert ball.is_finite(), what
    ends = (end.man_exp() for end in (ball.lower(), ball.upper()))
    for end, wanted in zip(ends, (low, high), strict=True):
        found = mp.ldexp(int(end[0]), int(end[1]))
        assert abs(found - wanted) <= 1e-6 * max(1, abs(low), abs(high)), what


@pytest.mark.parametrize(
    ("ends", "exponent", "wanted"),
    [(("0", "2"), "-0.5", None),
    (("-1", "2"), "0.5", None),
     (("0", "0"), "0.5", (0, 0)), (("1", "4"), "-0.5", (0.5, 1)),
     (("0", "4"), "0.5", (0, 2)), (("0", "4"), "1.5", (0, 8)),
     (("0", "0.25"), "0.5", (0, 0.5)), (("0", "0"), "1.5", (0, 0)),
     (("-2", "-1"), "0.5", None)],
)  # fmt: skip
def test_a_root_of_a_ball_begins_at_0(
    ends: tuple[str, str], exponent: str, wanted: tuple[float, float] | None
) -> None:
    with mp.workdps(DIGITS), ctx.workprec(200):
        low, high = map(float, ends)
        base = ranges.hull(arb(low), arb(high))  # with these very ends
        ball = operation(balls, "power")(base, exact(Fraction(exponent)))
        if wanted is None:
            assert not ball.is_finite()
        elif low > 0:
            assert inside(ball, wanted[0]), ball
            assert inside(ball, wanted[1]), ball
        else:
            assert_is(ball, *map(mp.mpf, wanted), ends)


def test_from_0_on_an_exponent_has_to_be_positive_all_over() -> None:
    """0 to the power 0 is 1, and to a positive one 0."""
    power = operation(balls, "power")
    with ctx.workprec(200):
        for low, high, known in ((0, 0.5, False), (-0.5, 0.5, False), (0.5, 1.5, True)):
            exponent = ranges.hull(arb(low), arb(high))
            for end in (0, 1, 4):
                ball = power(ranges.hull(arb(0), arb(end)), exponent)
                assert ball.is_finite() == known, (low, high, end)
                if known:
                    assert ball.contains(arb(0))
                    assert ball.contains(arb(end) ** 1.5 if end else arb(0))
                    assert ball <= 8.0001
