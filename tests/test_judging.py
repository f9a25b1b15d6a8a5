"""Where a verdict turns: tolerances, uncertain digits, roundings, steps that tell."""

import math
import re
from collections.abc import Mapping

import pytest

from diffcli import gradient
from diffcli.analysis import certainty as digits
from diffcli.analysis.equality import equal, places_near
from diffcli.analysis.grad import compare
from diffcli.analysis.slips import Slip
from diffcli.analysis.verdicts import (
    ESTIMATES,
    UNKNOWN,
    Tolerance,
    Verdict,
    _rounded_up,
    judged,
    relative,
)
from diffcli.calculus.functions import NAMED
from diffcli.engine.adaptive import Unsettled
from diffcli.engine.tape import ROUNDING
from diffcli.language.parser import parse
from diffcli.problem import Estimate, pose
from tests.conftest import Run

EXACT = 0.0


def sure(value: float, error: float = EXACT) -> Estimate:
    return Estimate(value, error)


# ---- verdicts -----------------------------------------------------------------------


@pytest.mark.parametrize("unit", [1e-200, 1.0, 1e200])
@pytest.mark.parametrize(
    ("claimed", "true", "tolerance", "passed"),
    [
        (sure(1), sure(1), ESTIMATES, True),
        (sure(1 + 15e-16), sure(1), ESTIMATES, True),
        (sure(1 + 5e-15), sure(1), ESTIMATES, False),
        (sure(-1), sure(1), ESTIMATES, False),
        (sure(1.0007), sure(1, 1e-4), ESTIMATES, True),
        (sure(1.0009), sure(1, 1e-4), ESTIMATES, False),
        (sure(1.0007, 1e-4), sure(1), ESTIMATES, True),
        (sure(1.0015, 1e-4), sure(1, 1e-4), ESTIMATES, True),
        (sure(1.0017, 1e-4), sure(1, 1e-4), ESTIMATES, False),
        (sure(1.1), sure(1), Tolerance(0.1), True),
        (sure(0.91), sure(1), Tolerance(0.1), True),
        (sure(0.89), sure(1), Tolerance(0.1), False),
        (sure(1.12), sure(1), Tolerance(0.1), False),
        (sure(0), sure(1), Tolerance(0.9), False),
        (sure(0), sure(1), Tolerance(1.0), True),
    ],
)  # fmt: skip
def test_a_claim_passes_within_the_errors_or_the_tolerance(
    claimed: Estimate, true: Estimate, tolerance: Tolerance, passed: bool, unit: float
) -> None:
    one, other = (
        Estimate(unit * each.number, unit * each.error) for each in (claimed, true)
    )
    found = judged("x", one, other, tolerance)
    assert (found.passed, found.doubt) == (passed, "")
    assert found.relative == pytest.approx(
        abs(claimed.number - true.number) / abs(true.number)
    )
    if tolerance.relative is not None:
        absolute = Tolerance(
            None, tolerance.relative * unit * max(abs(claimed.number), abs(true.number))
        )
        assert judged("x", one, other, absolute).passed == passed
        half = Tolerance(tolerance.relative / 2, (absolute.absolute or 0.0) * 0.5000001)
        assert judged("x", one, other, half).passed == passed


@pytest.mark.parametrize(
    ("claimed", "true", "wide", "doubt", "advice"),
    [
        (sure(1.001), sure(1, 6e-4), math.inf, "", {}),  # half a percent would show
        (sure(1.001), sure(1, 7e-4), 1.0, UNKNOWN, {"rtol": 0.006}),
        (sure(1), sure(1, 7e-4), 1.0, "", {}),  # it is the same number
        (sure(1.5), sure(1, 0.2), 1.0, UNKNOWN, {}),
        (sure(1.05), sure(1, 0.1), 1.0, UNKNOWN, {"rtol": 0.8}),
        (sure(1e-12), sure(2e-12, 1e-12), 1e-3, UNKNOWN, {}),
        (sure(1e-12), sure(2e-12, 1e-12), 1e-2, "", {}),
        (sure(0), sure(1e-4, 1e-4), 1.0, "", {}),
        (sure(0), sure(1e-3, 1e-3), 1.0, UNKNOWN, {}),
        (sure(2), sure(3, math.inf), math.inf, UNKNOWN, {}),
        (Estimate(None, 0.0), sure(1), math.inf, UNKNOWN, {}),
        (sure(1), Estimate(None, 0.0), math.inf, UNKNOWN, {}),
    ],
)  # fmt: skip
def test_what_would_hide_half_a_percent_passes_nothing(
    claimed: Estimate,
    true: Estimate,
    wide: float,
    doubt: str,
    advice: Mapping[str, float],
) -> None:
    found = judged("x", claimed, true, ESTIMATES, wide if wide < math.inf else 0.0)
    assert (found.doubt, found.passed) == (doubt, not doubt)
    assert found.advice == advice
    if not doubt:
        assert judged("x", claimed, true, ESTIMATES).passed


@pytest.mark.parametrize(
    "number", [1e-9, 0.0031, 0.009, 0.1, 0.25, 1.0, 7.01, 9.5, 123]
)
def test_rounded_up_is_one_digit_and_no_smaller(number: float) -> None:
    found = _rounded_up(number)
    assert number * (1 - 1e-12) <= found <= 2 * number
    assert float(f"{found:.0e}") == found
    smaller = found - 10.0 ** math.floor(math.log10(number))
    assert smaller < number


@pytest.mark.parametrize(
    ("claimed", "true", "factor"),
    [
        (2, 1, "2"), (1, 2, "1/2"), (-3, 1, "-3"), (23, 1, "23"), (24, 1, ""),
        (25, 1, ""),
        (1, 12, "1/12"), (1, 13, ""), (1, 24, ""), (2 * (1 + 9e-7), 1, "2"),
        (1 + 9e-7, 1, ""),
        (2 * (1 + 1.1e-6), 1, ""), (math.pi, 1, ""), (0, 1, ""), (1, 0, ""),
        (1.5, 1, "3/2"),
    ],
)  # fmt: skip
def test_a_simple_multiple(claimed: float, true: float, factor: str) -> None:
    made = Verdict("x", sure(claimed), sure(true), None, False)
    assert made.factor == factor
    assert made._replace(passed=True).factor == ""
    assert made._replace(doubt=UNKNOWN).factor == ""


@pytest.mark.parametrize(
    ("claimed", "true", "rounded"),
    [
        (2.72, math.e, 3), (2.7, math.e, 2), (2.71, math.e, 0), (3, math.e, 0),
        (-0.33, -1 / 3, 2), (0.3333333333, 1 / 3, 10), (0.33333333333, 1 / 3, 0),
        (4, 4.04, 0), (6.67e-11, 6.6743e-11, 3), (12e3, 12345, 2), (0, 0.001, 0),
        (math.nextafter(1 / 3, 1), 1 / 3, 0),
    ],
)  # fmt: skip
def test_a_rounded_number_is_known(claimed: float, true: float, rounded: int) -> None:
    made = Verdict("x", sure(claimed), sure(true), None, False)
    assert made.rounded == rounded
    assert made._replace(passed=True).rounded == 0
    assert made._replace(doubt=UNKNOWN).rounded == 0
    assert made._replace(slips=(Slip(None, ("it",)),)).rounded == 0


@pytest.mark.parametrize("digits", range(2, 11))
@pytest.mark.parametrize("number", ["pi", "-1/3", "1/7", "1e-9*sqrt(2)", "9.95e7/3"])
def test_the_tolerance_that_is_named_lets_a_rounded_number_pass(
    number: str, digits: int, run: Run
) -> None:
    true = float(gradient(f"({number})*x", {"x": 1})["x"])
    words = ("check", f"({number})*x", "--at", "1", "--claim", f"{true:.{digits}g}")
    ran = run(*words)
    assert ran.code == 1
    said = " ".join(ran.out.split())
    named = re.search(r"rounded to (\d+) digits; --rtol (\S+) lets it pass\.", said)
    assert named
    assert int(named[1]) == digits
    assert run(*words, "--rtol", named[2]).code == 0


def test_a_ratio_is_beside_what_is_true() -> None:
    assert relative(3.0, 2.0) == 0.5
    assert relative(-2.0, -4.0) == 0.5
    assert relative(1.0, 0.0) is None
    assert relative(1e300, 1e-300) is None


# ---- digits -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "error", "sure_of", "far"),
    [
        (1.0, 0.9e-9, 9, False), (1.0, 1e-9, 9, False), (1.0, 1.1e-9, 8, True),
        (-1.0, 1.1e-9, 8, True),
        (1e-300, 0.0, 0, False), (0.0, 1e-299, 0, True), (0.0, 1e-300, 0, False),
        (2.0, 2e-2, 2, True), (2.0, 0.021, 1, True), (2.0, 0.2, 1, True),
        (2.0, 0.3, 0, True),
        (1.0, 1.0, 0, True), (1.0, 5.0, 0, True), (1.0, math.inf, 0, True),
    ],
)  # fmt: skip
def test_how_many_digits_are_certain(
    value: float, error: float, sure_of: int, far: bool
) -> None:
    estimate = Estimate(value, error)
    assert digits.uncertain(estimate) == digits.far_off(value, error) == far
    said = digits.certainty("f", estimate)
    if sure_of > 1:
        assert said == f"only about {sure_of} digits of f are certain here"
    elif sure_of:
        assert said == "only about 1 digit of f is certain here"
    else:
        assert said == "no digit of f is certain here"
    assert [note.text for note in digits.doubt("f", estimate)] == [said] * far
    assert not digits.uncertain(Estimate(None, error))


def test_numbers_for_the_same_are_apart_beyond_their_errors() -> None:
    assert not digits.apart(sure(1, 0.1), sure(1.3, 0.2))
    assert digits.apart(sure(1, 0.1), sure(1.31, 0.2))
    assert digits.apart(sure(1.31, 0.2), sure(1, 0.1))
    assert not digits.apart(sure(1))
    assert digits.measured_against(1.5, sure(1, 99)) == (1, 0.5 + ROUNDING)
    assert digits.measured_against(-2.5, sure(-2)) == (-2, 0.5 + 2 * ROUNDING)


@pytest.mark.parametrize(
    ("formula", "at", "kind", "blamed"),
    [
        ("abs(x)", 0, "kink", "abs"), ("sqrt(x)", 0, "vertical tangent", "sqrt"),
        ("cbrt(x)", 0, "vertical tangent", "cbrt"), ("x+abs(x)", 0, "kink", "abs"),
        ("sign(x)", 0, "jump", "sign"), ("floor(x)", 1, "jump", "floor"),
        ("max(x, 0)*abs(x-1)", 0, "kink", "max"),
        ("abs(x-1)*max(x, 0)", 1, "kink", "abs"),
        ("x^1.5+relu(x)", 0, "domain", "**"), ("sin(abs(x))", 0, "kink", "abs"),
    ],
)  # fmt: skip
def test_the_first_rough_function_is_blamed(
    formula: str, at: float, kind: str, blamed: str
) -> None:
    error = compare(pose(parse(formula), {"x": at}), ("backprop",)).error()
    assert error is not None
    if kind == "domain":
        assert error.message.endswith("ends there")
    else:
        assert error.message.endswith(f"{blamed} has a {kind}")
    rough = NAMED["power" if blamed == "**" else blamed].rough
    assert rough is not None
    if rough.convention is None:
        assert error.hint == ""
    elif blamed == "max":
        assert error.hint == "subgradient shares the slope between equal arguments"
    else:
        assert error.hint.startswith(f"subgradient uses {blamed}'(")
        assert error.hint.endswith("as deep-learning libraries do")
    assert error.parameter == ("subgradient" if error.hint else "")


# ---- equality -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("sin(x)^2", "1-cos(x)^2", True), ("x^2", "x*x", True),
        ("x^2", "x^2+1e-9", False),
        ("x", "x+1e-15*x", True), ("x", "x*(1+1e-12)", False),
        ("log(x)", "log(x)", True),
        ("log(-1-x^2)", "x", None),
        ("sqrt(x^2)", "abs(x)", True),
        ("x*y/y", "x", True), ("exp(x)", "exp(x)*y", False),
        ("x^3/x", "x^2", True),
        ("sin(x)^2 + cos(x)^2 - 1", "5", False), ("x - x", "0*x", True),
        (  # far away the bound on what is below is larger than that
            "1/cosh(x+y)^4",
            "1/(sinh(x)^4*sinh(y)^4 + 4*sinh(x)^3*sinh(y)^3*cosh(x)*cosh(y)"
            " + 6*sinh(x)^2*sinh(y)^2*cosh(x)^2*cosh(y)^2"
            " + 4*sinh(x)*sinh(y)*cosh(x)^3*cosh(y)^3 + cosh(x)^4*cosh(y)^4)",
            True,
        ),
    ],
)  # fmt: skip
def test_formulas_that_agree_at_several_points_are_the_same(
    one: str, other: str, same: bool | None
) -> None:
    a, b = (parse(text, names={"x", "y"}).expression for text in (one, other))
    assert equal(a, b) is same
    assert equal(b, a) is same


@pytest.mark.parametrize("corner", ["1.7", "3", "20", "200", "3000", "1e6", "0.001"])
@pytest.mark.parametrize(
    ("whole", "pieces"),
    [
        ("abs(x - c)", ("x - c", "c - x")),
        ("sqrt((c - x)^2)", ("x - c", "c - x")),
        ("sqrt(x^2 - 2*c*x + c^2)", ("x - c", "c - x")),
        ("abs(x + y - c)", ("x + y - c", "c - x - y")),
        ("abs(x/c - 1)", ("x/c - 1", "1 - x/c")),
        ("abs(c*x - 1)", ("c*x - 1", "1 - c*x")),
        ("max(x, c)", ("x", "c")),
        ("min(x, -c)", ("x", "-c")),
        ("relu(x + c)", ("0*x", "x + c")),
        ("x if x > c else x^2", ("x", "x^2")),
        ("atan(tan(x/c))", ("x/c",)),
        ("asin(sin(x/c))", ("x/c",)),
    ],
)
def test_a_piece_is_not_the_whole(
    whole: str, pieces: tuple[str, ...], corner: str
) -> None:
    """Wherever the corner is: six places near 0 made abs(x - 20) = 20 - x right."""
    a, *others = (
        parse(re.sub(r"\bc\b", corner, text), names={"x", "y"}).expression
        for text in (whole, *pieces)
    )
    for piece in others:
        assert equal(a, piece) is False
        assert equal(piece, a) is False
    assert equal(a, a) is True


@pytest.mark.parametrize("one", ["0*x", "x-x", "0*exp(y)", "x^2-x^2"])
@pytest.mark.parametrize("other", ["0", "0*y", "y-y"])
def test_what_is_0_without_any_error_is_equal(one: str, other: str) -> None:
    a, b = (parse(text, names={"x", "y"}).expression for text in (one, other))
    for point in (None, {"x": 0.0, "y": 0.0}, {"x": 2.0, "y": -1.0}):
        assert equal(a, b, point) is True


def test_near_a_point_formulas_are_compared_there() -> None:
    a, b = (parse(text).expression for text in ("abs(x)", "x"))
    assert equal(a, b, {"x": 2.0}) is True
    assert equal(a, b, {"x": -2.0}) is False
    assert equal(a, b, {"x": 2.0}, off=1e-3)
    line, moved = (parse(text).expression for text in ("x", "x+0.01"))
    assert equal(line, moved, off=0.02)
    assert not equal(line, moved, off=0.009)
    root = parse("sqrt(x)").expression
    assert equal(line, a, of=root) is True


@pytest.mark.parametrize("x", [0.0, 1e-9, 2.0, -300.0])
def test_places_near_a_point_are_near_it_and_apart(x: float) -> None:
    near = [place["x"] for place in places_near(["x"], {"x": x})]
    assert near[0] == x
    assert len({*near}) == len(near) == 18
    assert all(abs(place - x) <= 0.2 * (abs(x) + 0.1) for place in near)
    assert min(near) < x < max(near)
    assert max(abs(place - x) for place in near) > 0.02 * (abs(x) + 0.1)
    every = [(p["a"], p["b"]) for p in places_near(["b", "a"])]
    assert len({*every}) == len(every) == 26
    assert all(a != b for a, b in every)
    assert min(a for a, _ in every) < -9 < 17 < max(a for a, _ in every)


def test_what_does_not_settle_is_not_told_apart(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of the first hardly a digit is left, so that digits are asked."""
    one, other = (parse(f).expression for f in ("(x+1e13)-1e13", "2*x+5"))
    assert equal(one, other, {"x": 1.0}) is False

    def unsettled(*_: object) -> None:
        raise Unsettled

    monkeypatch.setattr("diffcli.engine.adaptive.values", unsettled)
    assert equal(one, other, {"x": 1.0}) is None
