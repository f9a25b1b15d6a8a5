"""What is made of proved pieces, of measured slopes and of coefficients, one by one."""

import math
from fractions import Fraction
from typing import Any

import pytest
from flint import arb
from mpmath import mp

import diffcli
from diffcli.analysis import proof, proof_range, taylor_polynomial
from diffcli.analysis.marking import mark
from diffcli.analysis.measure import _deaths, _estimate
from diffcli.analysis.taylor import _MOST_WORK, Expansion, _refuse_long, ways
from diffcli.engine.enclosures import Enclosure, Number
from diffcli.engine.noise import Slope
from diffcli.engine.ranges import ABOVE, BELOW, OPEN, ZERO, Piece
from diffcli.engine.stencils import Difference
from diffcli.engine.tape import Program
from diffcli.errors import UsageError
from diffcli.language.parser import parse
from diffcli.language.printer import text
from diffcli.problem import Problem, pose


def problem_of(formula: str, **point: float) -> Problem:
    return pose(parse(formula), point)


# ---- pieces of a range ---------------------------------------------------------------


def piece(low: float, high: float, sign: str, **more: Any) -> Piece:
    bounds = arb(low), arb(high)
    return Piece(arb(low), arb(high), sign, bounds, bounds, **more)


def signs(*pieces: Piece) -> list[tuple[str, str, str, str]]:
    every = [each for one in pieces for each in proof_range._opened(one)]
    return [tuple(part) for part in proof_range._parts(every)]  # type: ignore[misc]


def test_neighbours_of_one_sign_are_one_part() -> None:
    found = signs(
        piece(0, 1, ABOVE), piece(1, 2, ABOVE), piece(2, 3, BELOW), piece(3, 4, OPEN)
    )
    assert found == [
        ("0", "2", ">", ""), ("2", "3", "<", ""),
        ("3", "4", "?", "the slope may be 0 there"),
    ]  # fmt: skip
    rough = signs(piece(0, 1, OPEN), piece(1, 2, OPEN, smooth=False))
    assert rough == [("0", "2", "?", "f may have no slope there")]
    assert signs(piece(0, 1, ABOVE, touches=True))[0][3] == "0 at an end"
    assert (
        signs(piece(0, 1, ABOVE), piece(1, 2, ABOVE, touches=True))[0][3]
        == "0 at an end"
    )


@pytest.mark.parametrize("rises", [True, False])
def test_beside_a_zero_the_slope_has_two_signs(rises: bool) -> None:
    outer = (arb(0), arb(3))
    found = signs(piece(1, 2, ZERO, rises=rises, outer=outer))
    left, right = ("<", ">") if rises else (">", "<")
    kind = "a minimum of f" if rises else "a maximum of f"
    assert found == [
        ("0", "1", left, ""),
        ("1", "2", "zero", kind),
        ("2", "3", right, ""),
    ]
    tight = signs(piece(1, 2, ZERO, rises=rises, outer=(arb(1), arb(2))))
    assert [part[2] for part in tight] == ["zero"]
    twice = signs(
        piece(1, 2, ZERO, outer=(arb(1), arb(2))),
        piece(2, 3, ZERO, outer=(arb(2), arb(3))),
    )
    assert [part[:2] for part in twice] == [("1", "2"), ("2", "3")]


def test_what_is_decided_is_rounded_inward() -> None:
    third = arb(1) / 3
    part = Piece(third, third + 1, ABOVE, (third, third), (third, third))
    ((low, high, *_),) = proof_range._parts([part])
    assert Fraction(low) > Fraction(1, 3) > Fraction(low) - Fraction(1, 10**11)
    assert Fraction(high) < Fraction(4, 3) < Fraction(high) + Fraction(1, 10**10)
    ((low, high, *_),) = proof_range._parts([part._replace(sign=OPEN)])
    assert Fraction(low) < Fraction(1, 3)
    assert Fraction(high) > Fraction(4, 3)
    nothing = Piece(third, third + arb("1e-30"), ABOVE, (third, third), (third, third))
    assert len([*proof_range._parts([nothing])]) <= 1


def test_bounds_hold_all_bounds() -> None:
    pairs = [(arb(1) / 3, arb(2)), (arb(-1) / 3, arb(1)), (arb(0), arb(7) / 3)]
    found = proof_range._bounds(pairs)
    assert found is not None
    low, high = map(Fraction, found)
    assert Fraction(-1, 3) - Fraction(1, 10**8) <= low <= Fraction(-1, 3)
    assert Fraction(7, 3) <= high <= Fraction(7, 3) + Fraction(1, 10**7)
    assert proof_range._bounds([*pairs, (arb.nan(), arb(1))]) is None
    assert proof_range._key(arb(-3) / 4) == Fraction(-3, 4)


def test_what_balls_prove_of_a_number() -> None:
    exact = proof._proved(("x",), Number(Enclosure(25, 0, -1), 64), 10)
    assert (exact.text, exact.digits, exact.status) == ("2.5", 10, "exact")
    some = proof._proved((), Number(Enclosure(314159265, 1, -8), 64), 10)
    assert (some.text, some.status) == ("3.141593", "proved")
    assert Fraction(some.low) <= Fraction(314159264, 10**8)
    assert Fraction(some.high) >= Fraction(314159266, 10**8)
    wide = proof._proved((), Number(Enclosure(0, 5, 0), 64), 10)
    assert (wide.text, wide.digits, wide.status) == ("", 0, "open")
    assert (wide.low, wide.high) == ("-5", "5")
    for none in (Number(None, 64), Number(Enclosure(25, 0, -1), 64, rough=3)):
        assert proof._proved((), none, 10) == ((), "", 0, "open", "", "", "")


@pytest.mark.parametrize("order", [0, 1, 2])
def test_formulas_of_a_proof_are_those_of_each_pair_once(order: int) -> None:
    problem = problem_of("x^2*y^3", x=2.0, y=3.0)
    found = proof._formulas(problem, order)
    paths = [(), ("x",), ("y",), ("x", "x"), ("x", "y"), ("y", "y")]
    assert [*found] == paths[: (1, 3, 6)[order]]
    truth = dict(zip(paths, (108, 108, 108, 54, 108, 72), strict=True))
    for path, formula in found.items():
        assert Program([formula]).value(problem.point) == truth[path]
    made = diffcli.prove("x^2*y^3", {"x": 2, "y": 3}, order=order)
    assert [number.path for number in made.numbers] == [*found]
    assert made.open == ()
    if order == 2:
        assert made.derivative("y", "x").text == "108"
    with pytest.raises(UsageError):
        made.derivative("x", "x", "x")


def test_a_derivative_again_and_again() -> None:
    formula = proof._again(parse("x^5").expression, "x", 3)
    assert formula is not None
    assert Program([formula]).value({"x": 2.0}) == 240
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(proof, "_LONGEST", 3)
        assert proof._again(parse("x^5*sin(x)").expression, "x", 1) is None
        assert proof._again(parse("x^5").expression, "x", 0) is parse("x^5").expression


@pytest.mark.parametrize(("longest", "status"), [(2000, "exact"), (0, "open")])
def test_what_is_0_by_algebra_is_so_where_its_formula_is_short_enough(
    longest: int, status: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proof, "_LONGEST", longest)
    made = diffcli.prove("sin(x)^2+cos(x)^2", {"x": "0.3"}, order=3)
    assert [number.status for number in made.numbers[1:]] == [status] * 3
    for number in made.numbers[1:]:
        assert number.text == ("0" if longest else "")
        assert number.reason.startswith("0 by algebra" if longest else "it may be 0")


def test_what_is_not_decided_is_open() -> None:
    made = diffcli.prove_range("x^2", -1, 1)
    assert made.parts
    assert made.open == ()
    parts = [part._replace(sign=OPEN) for part in made.parts[:1]]
    assert made._replace(parts=(*parts, *made.parts[1:])).open == tuple(parts)


# ---- measured slopes -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("slope", "error", "wide", "sides", "shown"),
    [
        (2.0, 1.9, 0.0, None, True), (2.0, 2.0, 0.0, None, True),
        (2.0, 2.1, 0.0, None, False),
        (-2.0, 1.9, 0.0, None, True), (0.0, 0.9e-6, 1.0, None, True),
        (0.0, 1.1e-6, 1.0, None, False),
        (0.0, 0.0, 0.0, None, True), (2.0, 0.1, 0.0, (1.0, 3.0), False),
        (0.0, 1e-9, 0.0, None, True),
    ],
)  # fmt: skip
def test_a_slope_is_shown_if_it_is_no_noise(
    slope: float,
    error: float,
    wide: float,
    sides: tuple[float, float] | None,
    shown: bool,
) -> None:
    quotient = Difference(slope, error, 1e-3, "symmetric", (), 2)
    found = _estimate(Slope(quotient, 0.0, wide, sides))
    if slope == 0.0 and wide == 0.0 and error:
        assert found == (slope, error)  # there is nothing to compare it with
    else:
        assert found == ((slope, error) if shown else (None, math.inf))
    assert _estimate(None) == (None, math.inf)


def test_deaths_of_a_program_are_counted() -> None:
    assert _deaths([]) == []
    (once,) = _deaths(["it died"])
    assert once.text == "it died; it was started again"
    (twice,) = _deaths(["it died", "it was killed"])
    assert twice.text == "it was killed (2 times); it was started again"


# ---- polynomials ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("coefficients", "x", "written"),
    [
        ((1.0, 1.0, 0.5, 1 / 6), 0.0, "1 + x + x**2/2 + x**3/6"),
        ((0.0, 0.0), 0.0, "0"),
        ((-1.0, 0.0, -0.5), 0.0, "-1 - x**2/2"), ((0.0, 2.0), 3.0, "2*(x - 3)"),
        ((0.0, 2.0), -3.0, "2*(x + 3)"),
        ((0.25, 0.0, 1.5), 0.0, "0.25 + 3*x**2/2"),
        ((0.1, 0.3), 0.5, "0.1 + 0.3*(x - 0.5)"),
        ((5.0, -1.0), 0.0, "5 - x"), ((0.0, 0.0, 0.0, 4.0), 0.0, "4*x**3"),
        ((999999.0, 1e6, 500000.0), 0.0,
         "999999 + 1000000*x + 500000*x**2"),
         ((0.0, 2 / 3), 0.0, "0.6666666666666666*x"),
        ((0.0, 0.0, 1 / 3), 0.0, "0.3333333333333333*x**2"),
    ],
)  # fmt: skip
def test_a_polynomial_as_in_a_book(
    coefficients: tuple[float, ...], x: float, written: str
) -> None:
    """A fraction where the derivative is a whole number, else a decimal."""
    problem = problem_of("x", x=x)
    found = Expansion(problem, {}, (), (), coefficients, ())
    assert text(taylor_polynomial.polynomial(found)) == written


@pytest.mark.parametrize(
    ("coefficient", "order", "fraction"),
    [
        (0.5, 2, Fraction(1, 2)), (0.5, 1, None), (1 / 24, 4, Fraction(1, 24)),
        (1.0 + 4e-16, 0, Fraction(1)),
        (1.0 + 4e-15, 0, None), (999_999.0, 0, Fraction(999_999)), (1e6, 0, None),
        (0.2, 0, None), (0.4, 2, None),
    ],
)  # fmt: skip
def test_a_whole_derivative_makes_a_fraction(
    coefficient: float, order: int, fraction: Fraction | None
) -> None:
    assert taylor_polynomial._fraction(coefficient, order, 17) == fraction
    with mp.workdps(40):
        precise = (
            mp.mpf(fraction.numerator) / fraction.denominator if fraction else mp.pi
        )
        assert taylor_polynomial._fraction(precise, order, 30) == fraction
        near = taylor_polynomial._fraction(mp.one + mp.mpf(10) ** -28, 0, 30)
        assert near is None
        assert taylor_polynomial._fraction(mp.one + mp.mpf(10) ** -30, 0, 30) == 1


def test_too_much_work_is_refused_with_what_is_possible() -> None:
    problem = problem_of("+".join(f"sin({n}*x)" for n in range(2, 200)), x=1.0)
    rows = len(problem.program.nodes)
    most = math.isqrt(_MOST_WORK // rows)
    _refuse_long(problem, most)
    with pytest.raises(UsageError) as refused:
        _refuse_long(problem, most + 1)
    assert refused.value.hint == f"order {most} is possible"


def test_ways_of_higher_orders() -> None:
    assert ways([]) == ways(["all"]) == ("finite", "symbolic", "taylor")
    assert ways(["taylor", "finite"]) == ("finite", "taylor")
    with pytest.raises(UsageError):
        ways(["dual"])
    found = diffcli.taylor("exp(x)", {"x": 0}, order=3)
    for order in (0, 4):
        with pytest.raises(UsageError):
            found.derivative(order)
    assert [found.derivative(k).value for k in (1, 2, 3)] == [1, 1, 1]


# ---- marks ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("formula", "claim", "point", "status"),
    [
        ("x^2", "2*x", None, "right"), ("x^2", "3*x", None, "wrong"),
        ("x^2", "2*x", 3.0, "right"),
        ("x^2", "6", 3.0, "right"), ("x^2", "6", None, "wrong"),
        ("x^2", "x+3", 3.0, "wrong"),
        ("abs(x)", "sign(x)", 2.0, "right"), ("abs(x)", "1", 0.0, "kink"),
        ("log(x)", "1/x", -1.0, "domain"),
        ("log(-1-x^2)", "1", None, "unclear"), ("x^2", "log(-1-x^2)", None, "unclear"),
    ],
)  # fmt: skip
def test_a_claim_is_marked(
    formula: str, claim: str, point: float | None, status: str
) -> None:
    at = None if point is None else {"x": point}
    claims = {"x": parse(claim, names={"x"})}
    found = mark(parse(formula), claims, at)
    assert found.status == status
    if status == "unclear":
        who = (
            "the formula has no value" if "log(-1" in formula else "the claim has none"
        )
        assert who in found.reason
