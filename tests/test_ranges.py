"""Ranges: what is said of a piece is so at every place of it that is tried.

The truths are polynomials with rational roots, in fractions, and mpmath's functions.
"""

import math
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from flint import arb, ctx

from diffcli.engine import ranges
from diffcli.engine.ranges import ABOVE, BELOW, FLAT, OPEN, ZERO, Line, Piece
from diffcli.engine.tape import Program
from diffcli.language.parser import parse

F = Fraction


def line(formula: str, **point: str) -> Line:
    """Return a function along x; other variables are held at a value."""
    exact = {name: parse(value).expression for name, value in point.items()}
    return Line(
        Program([parse(formula).expression]), {"x": parse("0").expression, **exact}, "x"
    )


def fraction(ball: Any) -> Fraction:
    """Return the middle of a ball."""
    mantissa, exponent = map(int, ball.mid().man_exp())
    return F(mantissa) * F(2) ** exponent


def holds(ball: Any, truth: Fraction) -> bool:
    return fraction(ball.lower()) <= truth <= fraction(ball.upper())


def places(low: Fraction, high: Fraction, count: int = 4) -> Iterator[Fraction]:
    return (low + (high - low) * F(k, count) for k in range(count + 1))


def polynomial(coefficients: list[int], x: Fraction) -> Fraction:
    return sum((c * x**k for k, c in enumerate(coefficients)), F(0))


def slope_of(coefficients: list[int]) -> list[int]:
    return [k * c for k, c in enumerate(coefficients)][1:]


def text_of(coefficients: list[int]) -> str:
    return " + ".join(f"({c})*x^{k}" for k, c in enumerate(coefficients))


ROOTS = ([1], [1, -2], [0, 3, 3], [-1, 1, 2], [5, 5, 5, 5])
#: Polynomials whose slopes have these roots: 12 times the integral of the product.
COEFFICIENTS = []
for each in ROOTS:
    product = [F(1)]
    for root in each:
        shifted = [F(0), *product]
        product = [a - root * b for a, b in zip(shifted, [*product, F(0)], strict=True)]
    whole = [F(7), *(c / (k + 1) for k, c in enumerate(product))]
    COEFFICIENTS.append([int(60 * c) for c in whole])


@pytest.fixture(autouse=True)
def bits() -> Iterator[None]:
    with ctx.workprec(106):
        yield


@pytest.mark.parametrize("coefficients", COEFFICIENTS, ids=str)
@pytest.mark.parametrize("ends", [(0, 1), (-1, 2), (-3, -1), (4, 6)])
def test_a_piece_holds_values_slopes_and_bends_and_little_more(
    coefficients: list[int], ends: tuple[int, int]
) -> None:
    low, high = map(F, ends)
    found = ranges.on_piece(line(text_of(coefficients)), arb(ends[0]), arb(ends[1]))
    for ball in found:
        truths = [polynomial(coefficients, x) for x in places(low, high, 64)]
        assert all(holds(ball, truth) for truth in truths)
        reach = max(truths) - min(truths) or F(1, 10**9)
        assert fraction(ball.upper()) - fraction(ball.lower()) <= 6 * reach
        coefficients = slope_of(coefficients)
    few = ranges.on_piece(line("exp(x)"), arb(0), arb(ends[1]), 2)
    many = ranges.on_piece(line("exp(x)"), arb(0), arb(ends[1]), 16)
    for one, other in zip(few, many, strict=True):
        assert other.rad() <= one.rad()
        assert holds(other, F(1))


def test_a_piece_without_a_series_has_a_value_and_no_slope() -> None:
    value, slope, bend = ranges.on_piece(line("abs(x)"), arb(-1), arb(1))
    assert holds(value, F(0))
    assert holds(value, F(1))
    assert not slope.is_finite()
    assert not bend.is_finite()
    assert not ranges.on_piece(line("1/x"), arb(-1), arb(1)).value.is_finite()


def test_a_hull_has_two_ends_and_a_polynomial_its_values() -> None:
    for ends in ((-1, 2), (0, 0), (3, 3.5), (-8, -1)):
        ball = ranges.hull(*map(arb, ends))
        assert (fraction(ball.lower()), fraction(ball.upper())) == pytest.approx(
            ends, abs=0
        )
        assert ball.mid() == arb(sum(ends)) / 2
    third = arb(1) / 3
    wide = ranges.hull(third, arb(1))
    assert holds(wide, F(1, 3))
    assert holds(wide, F(1))
    for coefficients in COEFFICIENTS:
        *first, last = map(arb, coefficients)
        ball = ranges.expanded(first, last, arb(1) / 2)
        for x in places(F(-1, 2), F(1, 2)):
            assert holds(ball, polynomial(coefficients, x))


def test_the_sharper_of_two_balls_is_what_both_hold() -> None:
    one, other, none = arb(0, 2), arb(1, 2), arb.nan()
    both = ranges.sharper(one, other)
    assert fraction(both.lower()) == pytest.approx(-1, rel=1e-6, abs=0)
    assert fraction(both.upper()) == pytest.approx(2, rel=1e-6, abs=0)
    assert ranges.sharper(one, none) is one
    assert ranges.sharper(none, one) is one
    assert not ranges.sharper(none, none).is_finite()


def hold_together(found: list[Any], low: Fraction, high: Fraction) -> None:
    """Assert that pieces lie side by side from end to end."""
    ends = [(fraction(piece.low), fraction(piece.high)) for piece in found]
    assert ends[0][0] == low
    assert ends[-1][1] == high
    assert all(a < b for a, b in ends)
    assert all(before[1] == after[0] for before, after in pairwise(ends))


def outer(pieces: list[Piece]) -> list[Piece]:
    """Return pieces with the ends that they had before a zero was narrowed down."""
    return [
        p._replace(low=p.outer[0], high=p.outer[1]) if p.outer else p for p in pieces
    ]


@pytest.mark.parametrize("coefficients", COEFFICIENTS, ids=str)
@pytest.mark.parametrize("ends", ["-4,7", "-4,4", "1/2,7", "-3000,5000"])
def test_signs_of_slopes_with_their_bounds(coefficients: list[int], ends: str) -> None:
    low, high = map(F, ends.split(","))
    slope, roots = slope_of(coefficients), ROOTS[COEFFICIENTS.index(coefficients)]
    first, last = (parse(end).expression for end in ends.split(","))
    found, count = ranges.signs(line(text_of(coefficients)), first, last)
    hold_together(outer(found), low, high)
    assert len(found) <= count <= (350 if 5 in roots else 150)
    for piece in found:
        start, end = fraction(piece.low), fraction(piece.high)
        for x in places(start, end):
            value, steep = polynomial(coefficients, x), polynomial(slope, x)
            assert fraction(piece.value[0]) <= value <= fraction(piece.value[1])
            assert fraction(piece.slope[0]) <= steep <= fraction(piece.slope[1])
            if piece.sign in (ABOVE, BELOW):
                at_end = piece.touches and x in (start, end)
                assert steep == 0 if at_end and not steep else steep > 0 or steep < 0
                assert (steep > 0) == (piece.sign == ABOVE) or steep == 0
                assert piece.touches or steep
        if piece.sign == ZERO:
            assert piece.outer is not None
            before, after = (polynomial(slope, fraction(e)) for e in piece.outer)
            assert (before < 0 < after) if piece.rises else (before > 0 > after)
            assert end - start < F(1, 10**9)
            assert polynomial(slope, start) * polynomial(slope, end) <= 0
    simple = {F(r) for r in ROOTS[COEFFICIENTS.index(coefficients)]}
    odd = {
        r for r in simple if ROOTS[COEFFICIENTS.index(coefficients)].count(int(r)) % 2
    }
    for root in odd:
        if low < root < high:
            near = [p for p in found if fraction(p.low) <= root <= fraction(p.high)]
            assert any(p.sign in (ZERO, OPEN) or p.touches for p in near), root


def test_flat_and_rough_pieces_are_told() -> None:
    zero, one = parse("0").expression, parse("1").expression
    ((flat,), count) = ranges.signs(line("7 + 0*x"), zero, one)
    assert (flat.sign, count) == (FLAT, 1)
    ((plain,), count) = ranges.signs(line("3*x"), zero, one)
    assert (plain.sign, count, plain.touches) == (ABOVE, 1, False)
    assert [fraction(end) for end in plain.value] == [0, 3]
    ((down,), _) = ranges.signs(line("x*y", y="-2"), zero, one)
    assert down.sign == BELOW
    assert [fraction(end) for end in down.slope] == [-2, -2]
    for formula, sign in (
        ("x^2", ABOVE),
        ("-x^2", BELOW),
        ("(x-1)^2", BELOW),
        ("-(x-1)^2", ABOVE),
    ):
        found, _ = ranges.signs(line(formula), zero, one)
        assert {piece.sign for piece in found} == {sign}
        assert [piece.touches for piece in found].count(True) == 1
    found, count = ranges.signs(line("abs(x - 1/3)"), zero, one)
    assert {piece.sign for piece in found} == {ABOVE, BELOW, OPEN}
    rough = [piece for piece in found if piece.sign == OPEN]
    assert not any(piece.smooth for piece in rough)
    assert sum(fraction(p.high) - fraction(p.low) for p in rough) < F(1, 10**8)
    hold_together(found, F(0), F(1))
    steady, _ = ranges.signs(line("(x - 1/3)^3"), zero, one)
    middle = [piece for piece in steady if piece.sign == OPEN]
    assert middle
    assert all(piece.smooth for piece in middle)


def test_every_part_of_a_range_is_asked_and_not_without_end() -> None:
    """What is nearest to 0 comes first, and leaves a share to the rest."""
    asked: list[tuple[Any, Any, int, bool]] = []

    def never(low: Any, high: Any, depth: int, last: bool) -> Piece | None:
        asked.append((low, high, depth, last))
        return Piece(low, high, OPEN, (low, high), (low, high)) if last else None

    for low, high, first in (
        (0, 1, 0),
        (-1, 0, 0),
        (-3, 8, 0),
        (2, 4, 2),
        (-9, -5, -5),
    ):
        asked.clear()
        found = dict(ranges.pieces(arb(low), arb(high), never))
        hold_together([found[place] for place in sorted(found)], F(low), F(high))
        assert len(asked) == 1501
        depths = [depth for _, _, depth, _ in asked]
        assert max(depths) <= 60
        assert depths[:5] == [0, 1, 2, 3, 4]
        shortest = next(piece for piece in found.values())
        ends = fraction(shortest.low), fraction(shortest.high)
        assert min(abs(end - first) for end in ends) < F(1, 10**6)
        assert ends[1] - ends[0] < F(1, 10**8) * (1 + 2 * abs(first))

    def by_width(low: Any, high: Any, depth: int, last: bool) -> Piece | None:
        assert not last
        wide = high - low > arb(1) / 8
        return None if wide else Piece(low, high, OPEN, (low, high), (low, high))

    found = dict(ranges.pieces(arb(0), arb(1), by_width))
    assert 8 < len(found) <= 16
    hold_together([found[place] for place in sorted(found)], F(0), F(1))


def test_a_piece_is_cut_beside_its_middle_or_between_its_sizes() -> None:
    for low, high, place in (
        (0, 1, F(15, 32)), (-1, 1, F(-1, 16)), (1, 2, 1 + F(15, 32)),
        (0, 1000, 1000 * F(15, 32)), (-2000, 2000, F(15, 32)),
        (-1e3, 1e3, F(-1000, 16)),
    ):  # fmt: skip
        assert fraction(ranges._cut(arb(low), arb(high))) == place
    for low, high in (
        (0, 1001),
        (1, 10**6),
        (-(10**6), -1),
        (-3, 10**8),
        (-(10**8), 3),
    ):
        cut = ranges._cut(arb(low), arb(high))
        assert cut.is_exact()
        small, large = sorted((abs(low), abs(high)))
        assert abs(float(cut)) == pytest.approx(math.sqrt((1 + small) * (1 + large)))
        assert low < float(cut) < high


def test_a_zero_is_worth_a_cut_while_the_slope_spans_more_than_its_size_allows() -> (
    None
):
    """By a fiftieth of 1 beside 0, and of the slope where that is large."""
    for top in (0.0, 1.0, -1.0, 1e6, -1e6):
        allowed = (1 + abs(top)) / 50
        for share, cut in ((0.99, False), (1.01, True)):
            slope = arb(top - share * allowed), arb(top)
            for sign in (ABOVE, BELOW, FLAT, ZERO):
                piece = Piece(arb(0), arb(1), sign, slope, slope)
                assert ranges._worth_a_cut(piece, 0) == (cut and sign == ZERO)
                assert not ranges._worth_a_cut(piece, 10)
            piece = Piece(arb(0), arb(1), OPEN, slope, slope)
            assert ranges._worth_a_cut(piece, 0)
            assert ranges._worth_a_cut(piece, 59)


def test_claims_hold_within_a_limit_or_fail_at_a_place() -> None:
    zero, one = parse("0").expression, parse("1").expression
    wave, third = line("sin(20*x)"), line("x^3/3")
    for off, limit in (("x - x^2", 0.2501), ("sin(x)/10", 0.0842)):
        found = ranges.within(line(off), third, third, zero, one, limit)
        assert {piece.sign for piece in found} == {"within"}
        hold_together(found, F(0), F(1))
        (beyond,) = ranges.within(line(off), third, third, zero, one, limit - 2e-4)
        assert beyond.sign == "beyond"
        assert beyond.place is not None
        assert fraction(beyond.low) <= fraction(beyond.place) <= fraction(beyond.high)
    (whole,) = ranges.within(line("0*x"), wave, wave, zero, one, 0.0)
    assert whole.sign == "within"
    assert [fraction(whole.low), fraction(whole.high)] == [0, 1]
    rough = line("abs(x - 1/3)")
    # Where the function has no slope, or the claim no value, it stays open.
    for of, claimed in ((rough, third), (third, line("1/(x - 1/3)"))):
        found = ranges.within(line("0*x"), of, claimed, zero, one, 1e-3)
        assert {piece.sign for piece in found} == {"within", OPEN}
        hold_together(found, F(0), F(1))
        for piece in found:
            if piece.sign == OPEN:
                assert fraction(piece.high) - fraction(piece.low) < F(1, 10**8)
                assert abs(fraction(piece.low) - F(1, 3)) < F(1, 10**7)
