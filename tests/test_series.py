"""Power series of numbers and of balls: what is known, where, and how narrowly."""

import itertools
from typing import Any

import pytest
from flint import arb, arb_series, ctx
from mpmath import mp

from diffcli.arithmetics import ball_series, multiprecision, power_series
from diffcli.arithmetics._series import NoSeries, PowerSeries
from diffcli.calculus.functions import NAMED, TABLE, WHEN, Function
from diffcli.engine.fold import compiled, operation

ORDER = 4
#: Where rows have edges, corners, poles and zeros, and places beside them.
PLACES = (-3, -2, -1.5, -1, -0.5, 0, 0.25, 0.5, 1, 1.5, 2, 3)
ROWS = [row for row in TABLE if row is not WHEN]
#: How an argument moves: not at all, in a line, in a curve, off a corner, back to it.
PATHS = ((), (1,), (-1,), (1, -2, 3), (0, 1), (0, -1, 1), (0, 0, 1))
LOGIC = [NAMED[name] for name in ("not", "and", "or")]
NONE = (NoSeries, ValueError, ArithmeticError)


def moving(place: float, path: tuple[int, ...], size: int) -> PowerSeries:
    """Return a series of so many terms; without a path a constant."""
    if not path:
        return power_series.held(mp.mpf(place))
    terms = [mp.mpf(c) if c else 0 for c in (place, *path)]
    return PowerSeries((terms + [0] * size)[:size])


def found(row: Function, args: list[PowerSeries]) -> PowerSeries | None:
    """Return a row's series; None: it has none."""
    try:
        series: PowerSeries = operation(power_series, row.name)(*args)
    except NONE:
        return None
    return series


def courses(row: Function) -> list[tuple[tuple[float, tuple[int, ...]], ...]]:
    """Return places and paths for the arguments of a row."""
    single = [*itertools.product(PLACES, PATHS)]
    if row.arity == 1:
        return [(one,) for one in single]
    some = [*itertools.product((-2, 0, 0.5, 1, 3), PATHS[:6])]
    return [
        *itertools.product(some[::2], some[::7]),
        *zip(some, some[3:], strict=False),
    ]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_what_is_known_does_not_hang_on_what_is_not(row: Function) -> None:
    """Terms of a result are those of arguments that are known further, which differ.

    And where little is known of the arguments, much is not known of the result.
    """
    with mp.workdps(20):
        for course in courses(row):
            args = [moving(*each, 3) for each in course]
            short = found(row, args)
            if short is None:
                continue
            for tail in (1, -5):
                longer = [
                    arg if arg.constant
                    else PowerSeries([*arg.terms, mp.mpf(tail), mp.mpf(2)])
                    for arg in args
                ]  # fmt: skip
                long = found(row, longer)
                if long is None:  # such as the root of t**3, which is small at least
                    assert not all(map(any, (arg.terms for arg in args))), course
                    continue
                assert short.constant <= long.constant, course
                for one, other in zip(short.terms, long.terms, strict=False):
                    assert abs(one - other) < 1e-15, course


def value(row: Function, args: list[Any]) -> Any:
    """Return a row's value by mpmath; None: it has none."""
    if not row.domain.holds(*map(float, args)):
        return None
    try:
        return operation(multiprecision, row.name)(*args)
    except NONE:
        return None


def meets_an_edge(row: Function, args: list[Any]) -> bool:
    """Tell whether an edge of a row, or a zero of it, is there."""
    rough = row.rough.edge if row.rough else ""
    edges = {row.domain.edge, rough, "0*u" if row.name == "polygamma" else ""} - {""}
    try:
        values = [compiled(multiprecision, edge)(*args) for edge in edges]
        return any(abs(number) < 1e-30 for number in values)
    except NONE:
        return True


@pytest.mark.slow
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_series_is_near_the_function_right_of_its_place(row: Function) -> None:
    """As near as the first power of t that is not known; without one, at an edge."""
    with mp.workdps(120):
        t = mp.mpf(10) ** -15
        for course in courses(row):
            args = [moving(*each, ORDER) for each in course]
            at_t = [mp.polyval(arg.terms[::-1], t) for arg in args]
            here = value(row, [arg.terms[0] + mp.zero for arg in args])
            series, there = found(row, args), value(row, at_t)
            if here is None or there is None:
                continue
            if series is None:
                assert meets_an_edge(row, [arg.terms[0] + mp.zero for arg in args]), (
                    course
                )
                continue
            assert not any(term for term in series.terms if isinstance(term, int))
            assert series.constant or not all(arg.constant for arg in args), course
            known = 8 if series.constant else len(series.terms)
            off = abs(mp.polyval(series.terms[::-1], t) - there)
            assert off <= 1e6 * t**known, (course, series.terms)


def narrow(ball: Any, truth: Any) -> bool:
    """Tell whether a ball is as narrow as its precision, and holds a number."""
    if not ball.is_finite():
        return False
    low, high = (
        mp.ldexp(int(man), int(exp))
        for man, exp in (end.man_exp() for end in (ball.lower(), ball.upper()))
    )
    dust = mp.mpf(10) ** -25
    return bool(high - low <= dust and low - dust <= truth <= high + dust)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_series_of_balls_holds_the_series(row: Function) -> None:
    """Where the row has no edge; at an edge it holds the terms, or says nothing."""
    is_jump = row.rough is not None and row.rough.kind == "jump"
    cap, ctx.cap = ctx.cap, ORDER
    with mp.workdps(40), ctx.workprec(140):
        for course in courses(row):
            args = [moving(*each, ORDER) for each in course]
            given = [arb_series([arb(place), *path]) for place, path in course]
            balls = operation(ball_series, row.name)(*given)
            places = {place for place, _ in course}
            edge = meets_an_edge(row, [arg.terms[0] + mp.zero for arg in args]) or (
                row.definition != "" and 0 in places  # elu has a choice in it
            )
            if row in LOGIC and (any(p for _, p in course) or not places <= {0, 1}):
                continue
            series = found(row, args)
            if series is None:
                assert edge or not balls[0].is_finite(), course
                continue
            for k, term in enumerate(series.terms):
                if not edge or (balls[k].is_finite() and not is_jump):
                    assert narrow(balls[k], term), (course, k)
    ctx.cap = cap


def test_conditions_of_balls_hold_or_fail_or_nobody_knows() -> None:
    """What nobody knows of one, nobody knows of both; near a place nothing is equal."""
    truths = {
        True: ball_series.held(arb(1)),
        False: ball_series.held(arb(0)),
        None: ball_series.none(),
    }

    def said(name: str, *given: arb_series) -> bool | None:
        found = operation(ball_series, name)(*given)[0]
        assert found in (0, 1) or not found.is_finite()
        return bool(found == 1) if found.is_finite() else None

    for one, other in itertools.product(truths, repeat=2):
        known = None not in (one, other)
        given = truths[one], truths[other]
        assert said("and", *given) == ((one and other) if known else None)
        assert said("or", *given) == ((one or other) if known else None)
        assert said("not", truths[one]) == (None if one is None else not one)
    for low, high in ((1, 2), (-2, -1), (-1, 1)):
        u, v = (ball_series.held(arb(n, 0.25)) for n in (low, high))
        assert said("less", u, v) is said("less_equal", u, v) is True
        assert said("less", v, u) is said("less_equal", v, u) is False
        assert said("equal", u, v) is said("equal", v, u) is False
        for name in ("less", "less_equal", "equal"):
            assert said(name, u, u) is None


@pytest.mark.parametrize(
    "n", [63, 64, 65, 9_999, 10_000, 10_001, -10_000, -10_001, 1e6]
)
@pytest.mark.parametrize("sign", [1, -1])
def test_a_large_power_is_the_same_however_it_is_made(n: float, sign: int) -> None:
    """By products or by logarithms; of a negative number an odd one has its sign."""
    cap, ctx.cap = ctx.cap, 3
    with mp.workdps(40), ctx.workprec(150):
        size = 1 + mp.mpf(2) ** -10
        u = PowerSeries([sign * size, mp.one, mp.zero])
        ours = operation(power_series, "power")(u, power_series.held(mp.mpf(n)))
        ball = sign * (arb(1) + arb(2) ** -10)
        held = ball_series.held(arb(n))
        theirs = operation(ball_series, "power")(arb_series([ball, 1]), held)
        wanted, exponent = sign ** int(n) * size**n, mp.mpf(n)
        for k in range(3):
            assert abs(ours.terms[k] / wanted - 1) < mp.mpf(10) ** -30
            middle = mp.mpf(str(theirs[k].mid().str(35, radius=False)))
            assert abs(middle / wanted - 1) < mp.mpf(10) ** -25
            wanted = wanted * (exponent - k) / (k + 1) / (sign * size)
    ctx.cap = cap
