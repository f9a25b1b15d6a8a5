"""Passes and quotients in formats with fewer bits, held against fractions."""

import operator
from collections.abc import Callable
from fractions import Fraction
from itertools import product

import pytest
from flint import arb
from mpmath import mp

from diffcli.calculus.floats import FORMATS
from diffcli.engine import coarse, coarse_balls, coarse_quotients
from diffcli.engine.bounds import expected_error, value_errors
from diffcli.engine.coarse_quotients import Coarse, Doubles
from diffcli.engine.stencils import NoDifference, Quotient
from diffcli.engine.tape import Program, Undefined
from diffcli.errors import DiffcliError, KinkError, RangeError
from diffcli.language.expression import Variable
from diffcli.language.parser import parse

F = Fraction
SIGNS: dict[str, Callable[[F, F], F]] = {
    "add": operator.add, "subtract": operator.sub,
    "multiply": operator.mul, "divide": operator.truediv,
}  # fmt: skip
FORMULAS = (
    "x*y + x",
    "(x - y)/(x + y)",
    "x*x*y - 3*x",
    "1/(x*y)",
    "(x + 0.1)*(y - 0.7)",
)
POINTS = ({"x": 0.3, "y": 1.7}, {"x": -1.25, "y": 0.01}, {"x": 11.0, "y": 7.0})


def program(formula: str) -> Program:
    return Program([parse(formula).expression])


def value_of(formula: str, point: dict[str, Fraction]) -> Fraction:
    """Return the value without any rounding."""
    nodes = program(formula)
    values: list[Fraction] = []
    for row, node in enumerate(nodes.nodes):
        places = nodes.arguments(row)
        if places:
            sign = SIGNS[nodes.function(row).name]
            values.append(sign(*(values[place] for place in places)))
        else:
            name, numeral = (getattr(node, word, "") for word in ("name", "text"))
            values.append(point[name] if name else F(numeral))
    return values[nodes.outputs[0]]


@pytest.mark.parametrize("name", FORMATS)
def test_each_operation_is_rounded_once(name: str) -> None:
    rounding = FORMATS[name].round
    for formula, point in product(FORMULAS, POINTS):
        here = program(formula)
        tape = coarse.forward(here, name, point)
        values = tape.values
        for row in range(len(here.nodes)):
            places = here.arguments(row)
            if places:
                sign = SIGNS[here.function(row).name]
                exact = sign(*(F(values[place]) for place in places))
                assert values[row] == rounding(float(exact))
        adjoints = [0.0] * len(values)
        adjoints[here.outputs[0]] = 1.0
        for row, argument, slope, a, b in here.edges:
            given = (values[row], values[a], *([values[b]] if b >= 0 else []))
            term = rounding(adjoints[row] * rounding(slope(*given)))
            adjoints[argument] = rounding(adjoints[argument] + term)
        assert coarse.backward(tape, name).adjoints == adjoints
        seen = coarse.CoarseTape(tape, name)
        assert seen.backward().adjoints == adjoints
        for row in here.calls:
            plain = tape.locals(row)
            assert seen.locals(row) == {a: rounding(x) for a, x in plain.items()}
            assert seen.local(row, 0) == rounding(tape.local(row, 0))


def test_what_a_format_has_no_number_for() -> None:
    for formula, x, said in (
        ("x*x", 300.0, "the value of multiply"), ("x + 70000", 1.0, "the number 70000"),
        ("x", 1e5, "a number of the point"),
    ):  # fmt: skip
        with pytest.raises(RangeError, match=said):
            coarse.forward(program(formula), "half", {"x": x})
    steep = coarse.forward(program("sqrt(x)*60000"), "half", {"x": 2.0**-20})
    with pytest.raises(RangeError, match="an adjoint is beyond 65504"):
        coarse.backward(steep, "half")
    kink = coarse.forward(program("sqrt(x)"), "half", {"x": 1e-30})
    with pytest.raises(KinkError, match="where the point is in half"):
        coarse.backward(kink, "half")
    with pytest.raises((Undefined, DiffcliError)):
        coarse.forward(program("1/x"), "half", {"x": 1e-30})


@pytest.mark.parametrize("name", FORMATS)
def test_a_step_is_the_cube_root_of_a_rounding(name: str) -> None:
    """A power of two, times the power of two that x is below."""
    unit = coarse.suitable(name, 1.0)
    bits = FORMATS[name].bits
    assert unit**3 <= 2.0**-bits < (2 * unit) ** 3
    for x, scale in (
        (0.0, 1),
        (-1.0, 1),
        (1.5, 2),
        (2.0, 2),
        (-2.5, 4),
        (1000.0, 1024),
    ):
        assert coarse.suitable(name, x) == unit * scale


@pytest.mark.parametrize("name", FORMATS)
def test_a_quotient_is_made_of_its_two_passes(name: str) -> None:
    rounding = FORMATS[name].round
    for formula, point in product(FORMULAS, POINTS):
        h, here = 2.0**-4, program(formula)
        at = rounding(point["x"])
        ends = (
            coarse.forward(here, name, {**point, "x": at + side * h / 2}).values[
                here.outputs[0]
            ]
            for side in (1, -1)
        )
        above, below = ends
        found = coarse.quotient(here, name, point, "x", h)
        assert found == rounding(rounding(above - below) / h)


@pytest.mark.parametrize("scheme", ["symmetric", "forward", "backward"])
@pytest.mark.parametrize("name", ["double", *FORMATS])
def test_rounding_in_a_quotient_is_no_more_than_is_said(name: str, scheme: str) -> None:
    """And what is said is not far more; what x + h loses is said apart."""
    seen = 0.0
    for formula, point, h in product(FORMULAS, POINTS, (0.25, 1e-3)):
        here = program(formula)
        maker = Doubles(here) if name == "double" else Coarse(here, name)
        try:
            found = maker.quotient(point, "x", h, scheme)
        except NoDifference:
            continue
        if found is None:
            continue
        low, high = F(found.quotient.low), F(found.quotient.high)
        values = [value_of(formula, {"x": x, "y": F(point["y"])}) for x in (low, high)]
        exact = (values[1] - values[0]) / F(found.quotient.width)
        if name == "double":
            assert abs(F(found.slope) - exact) <= found.rounding
            gap = abs(high - low - F(found.quotient.width)) / F(found.quotient.width)
            assert found.held == pytest.approx(float(gap * abs(F(found.slope))))
            at, step = F(point["x"]), F(h)
            back = step / 2 if scheme == "symmetric" else 0
            places = maker.places(point["x"], h, scheme, found)
            assert places == (at - back, at - back + step)
        else:
            assert maker.places(point["x"], h, scheme, found) == (low, high)
            assert maker.places(point["x"], h, scheme, None) is None
            number = FORMATS[name].round
            rise = number(found.quotient.above - found.quotient.below)
            assert found.slope == number(rise / number(found.quotient.width))
            off = abs(F(found.slope) - (values[1] - values[0]) / (high - low))
            y_moved = F(FORMATS[name].round(point["y"])) - F(point["y"])
            if not y_moved:
                assert off <= found.rounding + found.held
        seen = max(seen, float(abs(F(found.slope) - exact)) / found.rounding)
    assert seen > 0.01 or name != "double"


@pytest.mark.parametrize("name", FORMATS)
def test_errors_of_rows_are_what_a_backward_pass_carries_to_the_output(
    name: str,
) -> None:
    """One rounding in each row and numeral, times the slope toward it."""
    form, numerals = FORMATS[name], {"a": 0.1, "b": 0.7}
    written = (
        "(x + {a})*(y - {b})", "sin(x)*{a} + exp(y*{b})", "x*(y - {a})", "{b}/(x*y)",
        "sqrt(x*x + {b})/{a}",
    )  # fmt: skip
    for formula, point in product(written, POINTS):
        lettered = program(formula.format(a="a", b="b"))
        tape = lettered.run({**point, **numerals})
        adjoints = tape.backward().adjoints
        wanted = 0.0
        for row, node in enumerate(lettered.nodes):
            own = max(abs(tape.values[row]) * form.rounding, form.smallest / 2)
            if isinstance(node, Variable):
                number = numerals.get(node.name, 0.0)
                own = abs(form.round(number) - number)
            wanted += abs(adjoints[row] or 0.0) * own
        here = program(formula.format(**numerals))
        found = coarse_quotients._errors(here.run(point), name)[here.outputs[0]]
        assert found == pytest.approx(wanted, rel=1e-12, abs=0), formula
    # What has no finite slope adds nothing, and what is not chosen nothing either.
    least = form.smallest / 2
    for formula in ("sqrt(x*y)", "where(x > 1, sqrt(x*y - 1), x*y)"):
        errors = coarse_quotients._errors(program(formula).run({"x": 0, "y": 2}), name)
        assert least <= errors[-1] <= len(errors) * least


@pytest.mark.parametrize("wide", [0.25, 1.0, 4.0])
@pytest.mark.parametrize("name", FORMATS)
def test_a_difference_and_a_ratio_are_rounded_and_that_is_what_is_said(
    name: str, wide: float
) -> None:
    """Twice by a unit of the format, or by half the smallest number beside 0."""
    form, maker = FORMATS[name], Coarse(program("x"), name)
    small, unit = F(form.smallest), F(form.rounding)
    for size in (form.smallest, 1.0, 8.0):
        for above, below in product(range(-5, 9), (0, 1, 1 - form.rounding * 2)):
            ends = above * size, below * size
            low, high = map(form.round, ends)
            found = Quotient(0.0, wide, low, high, wide)
            exact = F(found.above - found.below) / F(wide)
            plain = maker._rounded(found, 0.0)
            assert abs(F(plain.slope) - exact) <= F(plain.rounding)
            most = F(5, 2) * unit * abs(F(plain.slope)) + small * (1 + 1 / F(wide)) / 2
            assert F(plain.rounding) <= most * (1 + F(1, 10**9))
            assert plain.held == 0.0
            for lost in (size, 3 * size):
                more = maker._rounded(found, lost)
                rest = more.rounding - lost / wide
                assert rest == pytest.approx(plain.rounding, rel=1e-9, abs=1e-12 * lost)
            for share in (form.rounding / 4, -form.rounding / 8):  # the width is lost
                apart = maker._rounded(found._replace(high=wide * (1 + share)), 0.0)
                held = abs(share * apart.slope)
                assert apart.held == pytest.approx(held, rel=1e-6, abs=0)
            moved = found._replace(low=-1.0, high=wide - 1.0)
            assert maker._rounded(moved, 0.0).held == 0.0


def test_a_value_is_off_by_what_theory_expects_or_by_what_a_row_does_inside() -> None:
    """By a rounding at least; lgamma loses more near its zeros than that."""
    for formula, point in product(FORMULAS, POINTS):
        here = program(formula)
        value, bound = Doubles(here)._value(point)
        tape = here.run(point)
        expected = max(expected_error(tape.backward()), 2.0**-53 * abs(value))
        assert (value, bound) == (tape.values[here.outputs[0]], expected)
        exact = value_of(formula, {name: F(x) for name, x in point.items()})
        assert abs(F(value) - exact) <= F(bound)
    for x in (1e10, 3.0, -1e-10):
        assert Doubles(program("x"))._value({"x": x}) == (x, 2.0**-53 * abs(x))
    for x in (1 + 2.0**-30, 1 - 2.0**-20, 2 + 2.0**-30, 2 - 2.0**-25):
        here = program("lgamma(x)")
        value, bound = Doubles(here)._value({"x": x})
        tape = here.run({"x": x})
        assert bound == value_errors(tape)[here.outputs[0]]
        assert bound > 16 * expected_error(tape.backward())
        with mp.workdps(40):
            assert abs(mp.loggamma(x) - value) <= bound


@pytest.mark.parametrize("name", FORMATS)
def test_a_ball_is_wide_enough_for_a_format_and_not_much_wider(name: str) -> None:
    form = FORMATS[name]
    widened = coarse_balls.Widening(form)
    for value in (1.0, -3.0, 0.1, 1e-3, 100.0, 0.0):
        ball = widened(arb(value))
        reach = float(ball.rad())
        wanted = abs(value) * form.rounding + form.smallest / 2
        assert wanted <= reach <= wanted * (1 + 2.0**-10) + 1e-60
        assert ball.contains(arb(form.round(value)))
    assert not widened(arb.nan()).is_finite()
    for formula, point in product(FORMULAS, POINTS):
        given = coarse.nearest(name, point)
        here = program(formula)
        ball = coarse_balls.output(here, given, widened)
        exact = coarse_balls.output(here, given, None)
        came = coarse.forward(here, name, point).values[here.outputs[0]]
        assert ball.contains(arb(came))
        assert ball.contains(exact)
        assert exact.rad() < ball.rad()
