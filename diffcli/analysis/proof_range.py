"""What is proved of a function, or of a claim, on a whole range of one variable."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from diffcli.analysis.proof import need
from diffcli.calculus.functions import SUBTRACT
from diffcli.engine.adjoint import partials
from diffcli.engine.tape import Program
from diffcli.language.expression import Expression, call, numeral, postorder
from diffcli.language.parser import Parsed
from diffcli.records import Record

if TYPE_CHECKING:
    from diffcli.engine.ranges import Line, Piece

Ends = tuple[Expression, Expression]
Bounds = tuple[str, str]
"""A number that is not above, and one that is not below."""

LIMIT = 1e-12
"""How far a claim that is proved may be from the derivative."""
_END_DIGITS = 12  # of the ends of a part
_BOUND_DIGITS = 8  # of a bound


class Part(Record):
    """A part of the range, and what is proved on it."""

    #: Its ends: decided parts are rounded inward, others outward.
    low: str
    high: str
    #: ">", "<", "=" (0 everywhere), "zero" (0 at one place in it) or "?": the slope.
    sign: str
    #: Why it is not decided, or what f has at the zero.
    remark: str


class RangeProof(Record):
    """What is proved on a range."""

    parsed: Parsed
    variable: str
    ends: Ends
    #: The exact values of the other variables.
    point: Mapping[str, Expression]
    #: None: there is none.
    value: Bounds | None
    slope: Bounds | None
    parts: tuple[Part, ...]
    #: How many pieces were looked at.
    pieces: int

    @property
    def open(self) -> tuple[Part, ...]:
        """The parts on which the sign of the slope is not decided."""
        return tuple(part for part in self.parts if part.sign == "?")


class ClaimProof(Record):
    """Whether a claim is the derivative on a whole range."""

    parsed: Parsed
    claim: Parsed
    variable: str
    ends: Ends
    point: Mapping[str, Expression]
    #: "proved", "wrong" or "open".
    verdict: str
    #: Where it is not decided.
    parts: tuple[Part, ...]
    #: A place where the claim is wrong, what it says there, and the slope; empty.
    place: str = ""
    claimed: str = ""
    slope: str = ""


def prove_range(
    parsed: Parsed, ends: Ends, point: Mapping[str, Expression], name: str
) -> RangeProof:
    """Return the sign of the slope toward a variable, and bounds, on a range."""
    need()
    from diffcli.engine import ranges

    line = ranges.Line(Program([parsed.expression]), point, name)
    pieces, count = ranges.signs(line, *ends)
    parts = tuple(_parts([each for piece in pieces for each in _opened(piece)]))
    value, slope = ([getattr(p, kind) for p in pieces] for kind in ("value", "slope"))
    return RangeProof(
        parsed, name, ends, point, _bounds(value), _bounds(slope), parts, count
    )


def _opened(piece: "Piece") -> "Iterator[Piece]":
    """Yield a piece; one with a zero after what is left of it, and before its right.

    On a piece with a zero the slope rises or falls all the way.
    """
    from diffcli.engine.ranges import ABOVE, BELOW, ZERO

    if piece.sign != ZERO:
        yield piece
        return
    assert piece.outer is not None
    (low, high), left, right = piece.outer, BELOW, ABOVE
    if not piece.rises:
        left, right = right, left
    if low < piece.low:
        yield piece._replace(low=low, high=piece.low, sign=left)
    yield piece
    if piece.high < high:
        yield piece._replace(low=piece.high, high=high, sign=right)


def _parts(pieces: "Sequence[Piece]") -> Iterator[Part]:
    """Yield neighbouring pieces that have the same sign as one part."""
    from diffcli.engine.ranges import ZERO

    first = 0
    for place, piece in enumerate(pieces):
        following = pieces[place + 1].sign if place + 1 < len(pieces) else ""
        if piece.sign == following != ZERO:
            continue
        group = pieces[first : place + 1]
        inward = piece.sign not in (ZERO, "?")
        low, high = _ends(group[0].low)[inward], _ends(piece.high)[not inward]
        if low != high or not inward:
            yield Part(low, high, piece.sign, _remark(group))
        first = place + 1


def _remark(group: "Sequence[Piece]") -> str:
    from diffcli.engine.ranges import OPEN, ZERO

    piece = group[0]
    if piece.sign == ZERO:
        return "a minimum of f" if piece.rises else "a maximum of f"
    if piece.sign == OPEN:
        smooth = all(each.smooth for each in group)
        return "the slope may be 0 there" if smooth else "f may have no slope there"
    return "0 at an end" if any(each.touches for each in group) else ""


def _ends(ball: Any, digits: int = _END_DIGITS) -> Bounds:
    from diffcli.engine.enclosures import decimal

    enclosure = decimal(ball, digits)
    assert enclosure is not None
    return enclosure.ends(digits)


def _bounds(ends: Sequence[tuple[Any, Any]]) -> Bounds | None:
    """Return bounds for all that is within some bounds; None: one is none."""
    if not all(end.is_finite() for pair in ends for end in pair):
        return None
    low = min((low for low, _ in ends), key=_key)
    high = max((high for _, high in ends), key=_key)
    return _ends(low, _BOUND_DIGITS)[0], _ends(high, _BOUND_DIGITS)[1]


def _key(ball: Any) -> Any:
    """Return the exact middle of a narrow ball, by which ends are compared."""
    from fractions import Fraction

    mantissa, exponent = map(int, ball.mid().man_exp())
    return Fraction(mantissa) * Fraction(2) ** exponent


def prove_claim(
    parsed: Parsed,
    claim: Parsed,
    ends: Ends,
    point: Mapping[str, Expression],
    name: str,
) -> ClaimProof:
    """Return whether a claim is within 1e-12 of the slope everywhere on a range."""
    need()
    from diffcli.engine import ranges

    (slope,) = partials(parsed.expression, [name])
    difference, *lines = [
        ranges.Line(Program([formula]), point, name)
        for formula in (
            _difference(claim.expression, slope), claim.expression, slope,
        )
    ]  # fmt: skip
    of = ranges.Line(Program([parsed.expression]), point, name)
    verdicts = ranges.within(difference, of, lines[0], *ends, LIMIT)
    found = ClaimProof(parsed, claim, name, ends, point, "proved", ())
    if verdicts and verdicts[-1].place is not None:
        return _wrong(found, lines, verdicts[-1].place)
    parts = []
    for sign, group in groupby(verdicts, key=lambda verdict: verdict.sign):
        if sign == ranges.OPEN:
            first, *rest = group
            last = rest[-1] if rest else first
            low, high = _ends(first.low)[0], _ends(last.high)[1]
            parts.append(Part(low, high, sign, "it is not decided there"))
    return found._replace(verdict="open" if parts else "proved", parts=tuple(parts))


def _difference(claim: Expression, slope: Expression) -> Expression:
    """Return how far a claim is off: 0 where algebra tells, which balls seldom can."""
    from diffcli.engine.normal import MOST_NODES, normal

    if claim is slope:  # the same formula: one node
        return numeral("0")
    made = call(SUBTRACT, claim, slope)
    if len(postorder([made])) > MOST_NODES:
        return made
    short = normal(made)
    return short if short is numeral("0") else made


def _wrong(found: ClaimProof, lines: "Sequence[Line]", place: Any) -> ClaimProof:
    """Return where a claim is wrong, and what it says there."""
    from diffcli.engine.enclosures import decimal

    said = []
    for line in lines:
        enclosure = decimal(line.value(place), 16)
        said.append(enclosure.text(16) if enclosure else "")
    where = decimal(place, 20)
    assert where is not None
    return found._replace(
        verdict="wrong", place=where.text(17), claimed=said[0], slope=said[1]
    )
