"""Proofs: balls hold the truth, and every digit that is shown is one of it."""

import json
import random
import sys
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest
from flint import arb, ctx
from hypothesis import example, given, settings
from hypothesis import strategies as st
from mpmath import mp

import diffcli
from diffcli.analysis import proof
from diffcli.arithmetics import ball_series, balls, multiprecision
from diffcli.calculus.functions import (
    FUNCTIONS,
    NAMED,
    OPERATORS,
    ROWS,
    TABLE,
    WHEN,
    Function,
)
from diffcli.engine import adaptive, by_balls, waiting
from diffcli.engine import precise_differences as precise
from diffcli.engine.adaptive import run as in_mpmath
from diffcli.engine.adjoint import partials
from diffcli.engine.enclosures import Enclosure, terms, values
from diffcli.engine.fold import operation
from diffcli.engine.tape import Program, Undefined
from diffcli.language.expression import Expression, call, variable
from diffcli.language.parser import parse
from tests import enclosing
from tests.conftest import Run

SMOOTH = [row for row in TABLE if row is not WHEN]


def inside(ball: Any, truth: Any) -> bool:
    """Tell whether a ball holds a number, known to 60 digits."""
    if not ball.is_finite():
        return True
    low, high = (
        mp.ldexp(int(m), int(e)) for m, e in (end().man_exp() for end in (
            ball.lower, ball.upper
        ))
    )  # fmt: skip
    slack = abs(truth) * mp.mpf(10) ** -55
    return bool(low - slack <= truth <= high + slack)


@pytest.mark.parametrize("arithmetic", [balls, ball_series])
def test_what_is_no_ball_makes_none(arithmetic: Any) -> None:
    """Arb's sign of nan is a ball; ours is none."""
    nothing = arb.nan() if arithmetic is balls else ball_series.none()
    places = [(row, place) for row in SMOOTH for place in range(row.arity)]
    for row, place in places:
        function = operation(arithmetic, row.name)
        for other in map(arb, (0, 1, 2, -1, 0.5)):
            args = [other if arithmetic is balls else ball_series.held(other)] * 2
            args[place] = nothing
            found = function(*args[: row.arity])
            every = [found] if arithmetic is balls else [found[k] for k in range(9)]
            assert not any(ball.is_finite() for ball in every), row.name


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row.arity == 1], ids=lambda row: row.name
)
def test_series_have_the_derivatives_of_the_rules(row: Function) -> None:
    dice, x = random.Random(row.name), variable("x")
    (low, high), *_ = row.domain.samples
    formulas: list[Expression] = [call(row, x)]
    for _ in range(3):
        formulas += partials(formulas[-1], ["x"])
    for _ in range(3):
        place = {"x": parse(f"{dice.uniform(low, high):.3f}").expression}
        with ctx.workprec(150):
            by_rules = values(program := Program(formulas), place)
            by_series = terms(program, place, "x", 3)
            for output, ball in zip(program.outputs, by_series, strict=True):
                assert ball.is_finite()
                assert by_rules[output].overlaps(ball)
                assert ball.rad() < 1e-30


# ---- the digits of an enclosure ---------------------------------------------------


@settings(max_examples=40)
@given(
    st.integers(-(10**9), 10**9), st.integers(0, 10**6), st.integers(-30, 30),
    st.integers(1, 12), st.integers(-1000, 1000),
)  # fmt: skip
def test_all_numbers_of_an_enclosure_round_to_its_text(
    middle: int, radius: int, exponent: int, most: int, place: int
) -> None:
    found = Enclosure(middle, radius, exponent)
    text, known = found.text(most), found.digits(most)
    scale = Fraction(10) ** exponent
    low, high = (Fraction(end) for end in found.ends(4))
    assert low <= (middle - radius) * scale <= (middle + radius) * scale <= high
    if not known:
        assert not text
        return
    number = (middle + Fraction(radius * place, 1000)) * scale
    shown = Fraction(text)
    if number == shown:
        return
    digits = text.lstrip("-").partition("e")[0].replace(".", "").lstrip("0")
    assert len(digits) <= known
    size = 0
    while Fraction(10) ** (size + 1) <= abs(shown):
        size += 1
    while Fraction(10) ** size > abs(shown):
        size -= 1
    assert abs(number - shown) <= Fraction(10) ** (size - known + 1) / 2


# ---- what a user sees --------------------------------------------------------------

FORMULAS = [
    ("x*exp(x)", "1"), ("sin(x)/x", "1/3"), ("x**x", "0.7"), ("gamma(x)", "-2.5"),
    ("(1-cos(x))/x^2", "1e-9"), ("log(1+x)", "1e-40"), ("atan2(x, -1)", "0.1"),
    ("erf(x)*lgamma(x)", "pi/7"), ("where(x > 0, log(x), x)", "0.25"),
    ("selu(x)+mish(x)", "-1.25"), ("cbrt(x)", "-8"), ("x^7-x", "sqrt(2)"),
]  # fmt: skip


@pytest.mark.parametrize(("formula", "x"), FORMULAS)
@pytest.mark.parametrize("digits", [9, 40])
def test_the_digits_are_mpmaths(formula: str, x: str, digits: int) -> None:
    found = diffcli.prove(formula, {"x": x}, digits=digits)
    assert not found.open
    with mp.workdps(120):
        place = mp.mpf(found.problem.point["x"])
        exactly = diffcli.parse(x).expression
        program = diffcli.pose(formula, {"x": float(place)}).program
        row = Program([exactly])
        place = in_mpmath(row, {})[row.outputs[0]]
        output = program.outputs[0]
        slope = mp.diff(lambda t: in_mpmath(program, {"x": t})[output], place)
        value = in_mpmath(program, {"x": place})[output]
        for number, real in zip(found.numbers, (value, slope), strict=True):
            assert mp.almosteq(mp.mpf(number.text), real, mp.mpf(10) ** (1 - digits))
            assert mp.mpf(number.low) <= real * (1 + mp.sign(real) * mp.mpf(10) ** -50)
            assert mp.mpf(number.high) >= real * (1 - mp.sign(real) * mp.mpf(10) ** -50)


def statuses(formula: str, x: str, order: int = 1) -> Iterator[tuple[str, str]]:
    found = diffcli.prove(formula, {"x": x}, order=order, digits=8)
    return ((number.text, number.status) for number in found.numbers)


def test_what_no_ball_tells_is_handed_on() -> None:
    assert [*statuses("sin(x)", "pi")] == [("0", "exact"), ("-1.0000000", "proved")]
    assert [*statuses("relu(x)-relu(-x)", "0")] == [("0", "exact"), ("1", "sides")]
    assert [*statuses("x^2.5", "4", 2)][2] == ("7.5", "exact")
    assert [*statuses("abs(x-0.3)", "0.1+0.2")] == [("0", "exact"), ("", "open")]
    with pytest.raises(diffcli.KinkError):
        diffcli.prove("abs(x)", {"x": 0})
    for formula, order in (("relu(x)^3", 3), ("abs(x)*x", 4), ("abs(x)", 4)):
        with pytest.raises(diffcli.KinkError):
            diffcli.prove(formula, {"x": 0}, order=order)
    for formula, x in (("max(x, x)", "1"), ("where(x==0, x, x)", "0"), ("0^x", "1")):
        few, many = (list(statuses(formula, x, order)) for order in (2, 4))
        assert many[:3] == few  # a value is no less known for being asked for more
        assert many[3:] == [("", "open")] * 2


def test_higher_orders_are_proved_of_smooth_functions_too() -> None:
    """By series; the first two orders are what formulas of them say."""
    for formula, x in (
        ("sin(x)", "1"), ("x^3", "2"), ("sin(x)^2+cos(x)^2", "1"),
        ("x^100000", "1.00001"), ("(-x)^100001", "1.00001"),
        ("where(x>0 and x<2, x^3, 1)", "1"), ("polygamma(1, x)+polygamma(1, 3)", "2"),
    ):  # fmt: skip
        few, many = (list(statuses(formula, x, order)) for order in (2, 5))
        assert many[:3] == few, formula
        assert {status for _, status in many[3:]} == {few[2][1]}, formula
    for formula, function in (("sin(x)", mp.sin), ("exp(x)", mp.exp)):
        truths = mp.taylor(function, 1, 5)
        for k, (text, status) in enumerate(statuses(formula, "1", 5)):
            assert status == "proved"
            assert float(text) == pytest.approx(float(truths[k] * mp.fac(k)), rel=1e-7)
    with pytest.raises(diffcli.UsageError, match="with respect to q"):
        diffcli.prove("x^2", {"x": 1}).derivative("q")


@pytest.fixture
def _silent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let algebra have no answer in time."""

    def ask(*_: object) -> None:
        raise waiting.NoAnswer

    monkeypatch.setattr(waiting, "ask", ask)


@pytest.mark.usefixtures("_silent")
def test_what_algebra_cannot_tell_stays_open(run: Run) -> None:
    assert next(statuses("sin(x)", "pi")) == ("", "open")
    ran = run("grad", "abs(sin(x)^2+cos(x)^2-1)", "--at", "1.6", "--prove")
    assert ran.out.splitlines()[-1] == "Nothing is proved here."
    assert "may have its kink there" in ran.err


def test_algebra_is_not_asked_about_what_is_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(proof, "_LONGEST", 3)
    found = diffcli.prove("sin(x)^2+cos(x)^2", {"x": 1}, order=3).derivative(*"xxx")
    assert found.status == "open"
    assert "it may be 0" in found.reason


def test_what_is_exact_has_no_other_digits(run: Run) -> None:
    ran = run("grad", "x^2", "--at", "3", "--prove")
    assert ran.out.splitlines()[-1] == "What is exact has no other digits."


def test_a_proved_hessian_is_one_line(run: Run) -> None:
    words = ("grad", "x*y^2", "--at", "1,2", "--order", "2", "-f", "plain")
    assert run(*words, "--prove").out == run(*words).out == "0 4 4 2\n"


@pytest.mark.parametrize("digits", [3, 5, 17, 30])
def test_exact_is_only_what_is_written_out(digits: int) -> None:
    for power in range(1, 40):
        truth = Fraction(3, 2) ** power
        found = diffcli.prove(f"x^{power}", {"x": 1.5}, order=0, digits=digits).value
        assert found.status == ("exact" if Fraction(found.text) == truth else "proved")


def test_what_is_open_is_said_and_ends_in_6(run: Run) -> None:
    code, out, err = run("grad", "abs(sin(x))", "--at", "pi", "--prove", "-f", "csv")
    assert (code, out.splitlines()[2]) == (6, "1,x,,0,open")
    assert err == "Note: df/dx is not proved: abs has a kink there\n"


def test_formats_say_the_same(run: Run) -> None:
    words = ("grad", "x^2*y", "--at", "0.1,1/3", "--prove", "-f")
    record = json.loads(run(*words, "json").out)
    texts = [number["value"] for number in record["numbers"]]
    assert texts[1:] == ["0.066666666666666667", "0.010000000000000000"]
    assert run(*words, "plain").out.split() == texts[1:]
    assert [row.split(",")[2] for row in run(*words, "csv").out.split()[1:]] == texts
    seen = run("grad", "x^2*y", "--at", "0.1,1/3", "--prove").out
    assert "0.06666666667" in seen
    assert "10 digits proved" in seen
    assert run("grad", "2^0.5", "--order", "0", "--prove").out.count("1.414213562") == 1


def test_without_the_extra_it_says_what_to_install(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.delitem(sys.modules, "flint")
    code, out, err = run("grad", "x^2", "--at", "1", "--prove")
    assert (code, out) == (2, "")
    assert "pip install 'diffcli[proof]'" in err


def test_depth_does_not_matter() -> None:
    nested = "x" + "+x*1.5" * 2_000
    assert diffcli.prove(nested, {"x": 1}).derivative("x").text == "3001"


def test_names_in_balls_are_the_tables() -> None:
    assert set(balls.SMOOTH) <= NAMED.keys()


@pytest.mark.parametrize("row", FUNCTIONS, ids=lambda row: row.name)
def test_balls_and_mpmath_give_the_same_digits(
    row: Function, monkeypatch: pytest.MonkeyPatch
) -> None:
    dice, letters = random.Random(row.name), "xy"[: row.arity]
    program = Program([call(row, *map(variable, letters))])
    for digits in (18, 45):
        spans = zip(letters, row.domain.samples, strict=False)
        point = {name: round(dice.uniform(*span), 4) for name, span in spans}
        every: list[list[str]] = []
        for installed in (True, False):
            monkeypatch.setattr(by_balls, "is_installed", lambda said=installed: said)
            try:
                found = adaptive.gradient(program, point, digits)
            except Undefined:  # polygamma has no derivative toward its order
                every.append([])
                continue
            both = (found.value, *found.partials.values())
            every.append([mp.nstr(number, digits) for number in both])
        assert every[0] == every[1]


@pytest.mark.parametrize("digits", [30, 1000])
@pytest.mark.parametrize("formula", ["x*exp(y*x)", "relu(x)^3/y", "where(x>y, x, y^2)"])
def test_every_method_has_the_same_digits(
    formula: str, digits: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Differences, of higher order too, and dual numbers; with balls and without."""
    problem = diffcli.pose(formula, {"x": 1.1, "y": 0.3})
    line = (problem.program, problem.point, "x")
    h, every = mp.mpf(2) ** -(digits * 2), []
    for installed in (True, False):
        monkeypatch.setattr(by_balls, "is_installed", lambda said=installed: said)
        found = [adaptive.forward_slope(*line, digits)]
        for scheme in ("forward", "symmetric"):
            found += precise.difference(*line, scheme, h, digits)[:1]
        if digits == 30:
            found += precise.higher_difference(*line, "symmetric", h, 3, digits)[:1]
        every.append([mp.nstr(number, digits) for number in found])
    assert every[0] == every[1]


def test_digits_come_from_balls_where_they_are_installed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    problem = diffcli.pose("exp(x)*sin(y)", {"x": 0.1, "y": 3})
    with monkeypatch.context() as patch:
        patch.setattr(adaptive, "settle", None)
        line = (problem.program, problem.point)
        adaptive.gradient(*line, 30)
        adaptive.forward_slope(*line, "x", 30)
        precise.difference(*line, "x", "forward", mp.mpf("1e-9"), 30)
        precise.higher_difference(*line, "x", "symmetric", mp.mpf("1e-9"), 2, 30)
        with pytest.raises(TypeError):  # a double's digits are no task for balls
            adaptive.gradient(problem.program, problem.point, 17)


def test_every_bound_that_is_shown_covers_the_truth() -> None:
    """A sample; ``scripts/accuracy bounds 100000`` does as many as one wants."""
    dice = random.Random(3)
    missed = [miss for _ in range(100) for miss in enclosing.missed(dice)]
    assert not missed


SIZES = st.one_of(
    st.floats(-40, 40), st.floats(-750, 750), st.integers(-9, 9).map(float),
    st.floats(allow_nan=False, allow_infinity=False),
)  # fmt: skip


@settings(max_examples=40)
@given(st.sampled_from((*enclosing.ROWS, *OPERATORS)), SIZES, SIZES)
@example(NAMED["logsumexp"], 30.4, -521.59)  # the difference is rounded
@example(NAMED["cbrt"], 1.7073247298674503e259, 0.0)  # 1/(3y²), y² beyond 1e160
@example(NAMED["silu"], -718.46, 0.0)  # what underflows inside is multiplied
@example(NAMED["acot"], 2.95e158, 0.0)  # 1/(1+u*u), which is 0 there
@example(NAMED["power"], 1e300, 0.3)  # v - 1 is rounded
def test_bounds_cover_the_truth_of_every_function(
    row: Function, x: float, y: float
) -> None:
    made = call(row, *map(variable, "xy"[: row.arity]))
    assert not list(enclosing.missed_at(made, {"x": x, "y": y}))


def test_a_bound_that_does_not_cover_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enclosing, "SHARE", 1e-6)
    dice = random.Random(1)
    assert any(enclosing.missed(dice) for _ in range(20))


@pytest.mark.parametrize("order", [0, 1, 2, 5])
def test_far_left_polygamma_counts_no_steps(order: int) -> None:
    with ctx.workprec(200), mp.workdps(50):
        for x in (-50.25, -51.75, -1e4 - 0.5, -3e7 - 0.25):
            ball = balls.PRIMITIVES["polygamma"](arb(order), arb(x))
            assert ball.rel_accuracy_bits() > 150
            assert inside(
                ball, multiprecision.PRIMITIVES["polygamma"](order, mp.mpf(x))
            )
