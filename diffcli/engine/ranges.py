"""What holds on a whole range: signs and bounds by subdivision, proved.

On a piece with middle m and half width r a power series of balls gives the first
coefficients at m and the last one, c_n, over the whole piece; by Taylor's theorem

    f(x) = c_0 + c_1*(x - m) + ... + c_n(piece)*(x - m)**n        |x - m| <= r

holds everywhere on it, and the same series differentiated holds for f'. What is not
decided on a piece is asked again of its two parts. They are cut off the middle, so
that a place where a slope is 0 is seldom an end of both; where the ends have very
different sizes, between these.

Source: Moore, Kearfott & Cloud, "Introduction to Interval Analysis", 2009, ch. 6, 8.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

from flint import arb, ctx

from diffcli.arithmetics import ball_series, balls
from diffcli.arithmetics.balls import Ball, has_zero
from diffcli.engine.enclosures import constant
from diffcli.engine.fold import evaluate
from diffcli.engine.tape import Program
from diffcli.language.expression import Expression
from diffcli.records import Record

_BITS = 106
_ORDER = 8  # of the series on a piece
_CUT = 15 / 32  # where a piece is cut
_DEEPEST = 60  # cuts
_MOST = 1_500  # pieces
_SHARE = 16  # the part of them that is kept for the second part of a piece
_SPANS = 1e3  # by how much one end is larger where a piece has many sizes
_SHORTEST = 1e-9  # of a piece that is cut, beside its place
_NARROW = 40  # cuts of a piece in which a slope has its zero
_ROUGHLY = 0.02  # by which part of itself a bound may be too wide

Answer = TypeVar("Answer")
ABOVE, BELOW, FLAT, ZERO, OPEN = ">", "<", "=", "zero", "?"


class Line(Record):
    """A function along one variable, the others held at exact values."""

    program: Program
    point: Mapping[str, Expression]
    name: str

    def series(self, ball: Ball, order: int) -> list[Ball]:
        """Return the Taylor coefficients for all places of a ball."""
        before, ctx.cap = ctx.cap, order + 1
        try:
            inputs = {
                each: ball_series.held(constant(value))
                for each, value in self.point.items()
            }
            inputs[self.name] = ball_series.variable(ball)
            rows = list(evaluate(self.program.nodes, ball_series, inputs))
            found = rows[self.program.outputs[0]]
            if found.prec <= order:
                found = ball_series.none()
            return [found[k] for k in range(order + 1)]
        finally:
            ctx.cap = before

    def value(self, ball: Ball) -> Ball:
        """Return the values on a ball, also where it is not smooth."""
        inputs = {each: constant(value) for each, value in self.point.items()}
        inputs[self.name] = ball
        rows = list(evaluate(self.program.nodes, balls, inputs))
        return rows[self.program.outputs[0]]

    def slope(self, ball: Ball) -> Ball:
        """Return the slope at a place."""
        return self.series(ball, 1)[1]


class Piece(Record):
    """A part of the range, and what is proved on it."""

    low: Ball
    high: Ball
    #: ABOVE, BELOW, FLAT (0 everywhere), ZERO (at one place, with a change of sign), or
    #: OPEN: of the slope.
    sign: str
    #: Bounds of the function and of its slope; nan: there are none.
    value: tuple[Ball, Ball]
    slope: tuple[Ball, Ball]
    #: For ZERO: the sign of the slope on the right.
    rises: bool = False
    #: For OPEN: it has a series, but the slope may be 0.
    smooth: bool = True
    #: An end is the only place where the slope is 0.
    touches: bool = False
    #: For ZERO: the ends of the piece on which the slope rises or falls all the way.
    outer: tuple[Ball, Ball] | None = None


def hull(low: Ball, high: Ball) -> Ball:
    """Return a ball with two ends, and no more if they are short."""
    middle, radius = (low + high) / 2, (high - low) / 2
    if middle.is_exact() and radius.is_exact():
        return arb(middle.man_exp(), radius.man_exp())
    return low.union(high)


def expanded(coefficients: list[Ball], last: Ball, radius: Ball) -> Ball:
    """Return the values of a polynomial at all places within a radius of 0.

    ``last`` is one more coefficient.
    """
    step = arb(0, radius.upper())
    total = last
    for coefficient in reversed(coefficients):
        total = total * step + coefficient
    return total


def sharper(one: Ball, other: Ball) -> Ball:
    """Return a ball that holds what both hold."""
    if not one.is_finite():
        return other
    return one.intersection(other) if other.is_finite() else one


class Expanded(Record):
    """A function, its slope and its curvature on a piece."""

    value: Ball
    slope: Ball
    bend: Ball


def on_piece(line: Line, low: Ball, high: Ball, order: int = _ORDER) -> Expanded:
    """Return enclosures on a piece; nan where there are none."""
    ball = hull(low, high)
    wide = line.series(ball, order)
    value = line.value(ball)
    if not all(c.is_finite() for c in wide):
        return Expanded(value, arb.nan(), arb.nan())
    middle = ball.mid()
    radius = ball.rad()
    at = line.series(middle, order)
    found = []
    for times in range(3):
        factors = [math.perm(k, times) for k in range(times, order + 1)]
        terms = [f * c for f, c in zip(factors, at[times:], strict=True)]
        last = factors[-1] * wide[-1]
        natural = factors[0] * wide[times]
        found.append(sharper(natural, expanded(terms[:-1], last, radius)))
    return Expanded(sharper(value, found[0]), found[1], found[2])


Ask = Callable[[Ball, Ball, int, bool], Answer | None]
"""What is said of a piece from its ends and how often it was cut; None: cut it.

The last argument tells that it is cut no more.
"""


def pieces(low: Ball, high: Ball, ask: Ask[Answer]) -> Iterator[tuple[int, Answer]]:
    """Yield what is said of the pieces of a range, each with its place among them.

    Those next to 0 come first: what is plain there is not lost for what is far away.
    They may use up all but a share: a pole there hides nothing that is far away.
    """
    todo, count = [(0, low, high, 0, _MOST)], 0
    while todo:
        position, left, right, depth, most = todo.pop()
        count += 1
        short = right - left <= _SHORTEST * (1 + abs(left) + abs(right))
        last = depth >= _DEEPEST or count >= most or short
        answer = ask(left, right, depth, last)
        if answer is not None:
            yield position, answer
            continue
        middle = _cut(left, right)
        after = position + 2 ** (_DEEPEST - depth)
        parts = [(after, middle, right), (position, left, middle)]
        later, first = parts if right > -left else parts[::-1]
        early = most - max(1, (most - count) // _SHARE)
        todo += [(*later, depth + 1, most), (*first, depth + 1, early)]


def signs(line: Line, low: Expression, high: Expression) -> tuple[list[Piece], int]:
    """Return the pieces of a range from left to right, and how many were asked."""
    count = 0

    def ask(left: Ball, right: Ball, depth: int, last: bool) -> Piece | None:
        nonlocal count
        count += 1
        piece = _piece(line, left, right)
        if not last and _worth_a_cut(piece, depth):
            return None
        return _narrowed(line, piece) if piece.sign == ZERO else piece

    with ctx.workprec(_BITS):
        found = dict(pieces(constant(low), constant(high), ask))
    return [found[position] for position in sorted(found)], count


def _cut(left: Ball, right: Ball) -> Ball:
    """Return an exact place inside a piece; of many sizes, one of a size between."""
    if left < -_SPANS and right > _SPANS:
        place = arb(_CUT)
    elif right - left <= _SPANS * (1 + min(abs(left), abs(right))):
        place = left + (right - left) * _CUT
    else:
        size = ((1 + abs(left)) * (1 + abs(right))).sqrt()
        place = size if abs(right) > abs(left) else -size
    return place.mid()


def _worth_a_cut(piece: Piece, depth: int) -> bool:
    """Tell whether the parts of a piece may say more."""
    if piece.sign == OPEN:
        return True
    if depth >= _DEEPEST // 6 or piece.sign != ZERO:
        return False
    low, high = piece.slope
    return bool(high - low > _ROUGHLY * (1 + abs(high)))


def _piece(line: Line, low: Ball, high: Ball) -> Piece:
    """Return what is proved on a piece, and bounds as narrow as that allows."""
    value, slope, bend = on_piece(line, low, high)
    values, slopes, rises = _ends(value), _ends(slope), bool(bend > 0)
    ends = None if has_zero(bend) else (line.slope(low), line.slope(high))
    if ends:
        slopes = _sorted(*ends, rises=rises)
    piece = Piece(low, high, OPEN, values, slopes)
    if not slope.is_finite():
        return piece._replace(smooth=False)
    if slope.is_zero():
        return piece._replace(sign=FLAT)
    if slopes[0] > 0:
        piece = piece._replace(sign=ABOVE)
    elif slopes[1] < 0:
        piece = piece._replace(sign=BELOW)
    elif ends:
        piece = _turning(piece, *ends, rises=rises)
    if piece.sign in (ABOVE, BELOW):
        both = line.value(low), line.value(high)
        piece = piece._replace(value=_sorted(*both, rises=piece.sign == ABOVE))
    return piece


def _ends(ball: Ball) -> tuple[Ball, Ball]:
    return ball.lower(), ball.upper()


def _sorted(first: Ball, last: Ball, *, rises: bool) -> tuple[Ball, Ball]:
    """Return the bounds of what rises, or falls, from its values at both ends."""
    low, high = (first, last) if rises else (last, first)
    return low.lower(), high.upper()


def _turning(piece: Piece, left: Ball, right: Ball, *, rises: bool) -> Piece:
    """Return a piece on which the slope rises, or falls, from a sign to another."""
    before, after = (BELOW, ABOVE) if rises else (ABOVE, BELOW)
    if left.is_zero():
        return piece._replace(sign=after, touches=True)
    if right.is_zero():
        return piece._replace(sign=before, touches=True)
    if has_zero(left) or has_zero(right):
        return piece
    return piece._replace(sign=ZERO, rises=rises)


def _narrowed(line: Line, piece: Piece) -> Piece:
    """Return a piece around the zero of a slope that is as narrow as doubles are."""
    low, high = piece.low, piece.high
    for _ in range(_NARROW):
        middle = _cut(low, high)
        slope = line.slope(middle)
        if has_zero(slope):
            break
        if (slope > 0) == piece.rises:
            high = middle
        else:
            low = middle
    value = on_piece(line, low, high).value
    return piece._replace(
        low=low, high=high, outer=(piece.low, piece.high), value=_ends(value)
    )


# ---- claims ------------------------------------------------------------------------


class PieceVerdict(Record):
    """What is proved of a difference on a piece."""

    low: Ball
    high: Ball
    #: "within", "beyond" (somewhere on the piece) or OPEN.
    sign: str
    #: The place where it is beyond.
    place: Ball | None = None


def within(
    line: Line, of: Line, claimed: Line, low: Expression, high: Expression, limit: float
) -> list[PieceVerdict]:
    """Return where the absolute value of a function is proved to stay within a limit.

    It counts only where another, ``of``, is smooth, and ``claimed`` has a value. A
    piece on which it is beyond the limit ends the search, and is all there is then.
    """
    order, done = 2 * _ORDER, dict[int, PieceVerdict]()

    def ask(left: Ball, right: Ball, depth: int, last: bool) -> PieceVerdict | None:
        value = on_piece(line, left, right, order).value
        ball = hull(left, right)
        if (
            abs(value) <= limit
            and of.series(ball, 1)[1].is_finite()
            and claimed.value(ball).is_finite()
        ):
            return PieceVerdict(left, right, "within")
        place = _cut(left, right)
        if of.slope(place).is_finite() and abs(line.value(place)) > limit:
            return PieceVerdict(left, right, "beyond", place)
        return PieceVerdict(left, right, OPEN) if last else None

    with ctx.workprec(2 * _BITS):
        for position, verdict in pieces(constant(low), constant(high), ask):
            if verdict.place is not None:
                return [verdict]
            done[position] = verdict
    return [done[position] for position in sorted(done)]
