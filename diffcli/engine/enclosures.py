"""Numbers with exactly the digits that a ball proves.

A list of operations is run in balls, with twice as many bits as before until every
number in a ball has the same digits (Ziv's strategy, with a proof in place of an
agreement). What is 0, and whether an argument is at a kink, no ball can tell: then the
bits end, and the number stays open.

Source: Ziv, "Fast evaluation of elementary mathematical functions with correctly
rounded last bit", ACM TOMS 17 (1991), 410-423.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence

from flint import ctx

from diffcli.arithmetics import balls
from diffcli.arithmetics.balls import Ball, has_zero
from diffcli.calculus.functions import WHEN
from diffcli.engine.fold import compiled, evaluate
from diffcli.engine.tape import Program
from diffcli.language.expression import Expression, postorder
from diffcli.records import Record

_GUARD = 24  # bits beyond those of the digits, in the first run
_MOST = 20_000  # bits of the last run of a short formula
_WORK = 60_000_000  # bits times operations in the last run of a long one
_SPARE = 20  # decimals of an enclosure beyond those that are asked for
_SMALL, _LARGE = -5, 17  # decimal exponents of numbers that are written out
_DOUBLE = 53  # bits


class Enclosure(Record):
    """All numbers that are proved possible: (middle ± radius) * 10**exponent."""

    middle: int
    #: 0: it is exactly the middle.
    radius: int
    exponent: int

    @property
    def is_exact(self) -> bool:
        """Tell whether only one number is possible."""
        return self.radius == 0

    def is_written_out(self, most: int) -> bool:
        """Tell whether so many digits are all that the only possible number has."""
        return self.is_exact and len(self._exact_digits()) <= most

    def _exact_digits(self) -> str:
        return str(abs(self.middle)).rstrip("0") or "0"

    def ends(self, most: int) -> tuple[str, str]:
        """Return a number with so many digits below all, and one above."""
        low, high = self.middle - self.radius, self.middle + self.radius
        return self._outside(low, most, -1), self._outside(high, most, 1)

    def _outside(self, number: int, count: int, side: int) -> str:
        """Return a number rounded down (side -1) or up (1) to so many digits."""
        spare = max(0, len(str(abs(number))) - count)
        size = -(-number // 10**spare) if side > 0 else number // 10**spare
        digits = str(abs(size)).rstrip("0") or "0"
        cut = len(str(abs(size))) - len(digits)
        exponent = self.exponent + spare + cut
        return _spelled(size < 0, digits, exponent, exact=True)

    def digits(self, most: int) -> int:
        """Return how many significant digits, ``most`` at most, all numbers share.

        They share the digits that they have when rounded to so many.
        """
        if self.is_exact or self._plainly_shared(most):
            return most
        return next((n for n in range(most, 0, -1) if self._shared(n)), 0)

    def text(self, most: int) -> str:
        """Return the number, rounded, with the digits that it is proved to have.

        Empty: not even the first is. A number that is exact and short has no zeros
        at its end.

        >>> Enclosure(314159265, 1, -8).text(10)
        '3.141593'
        """
        if self.is_written_out(most):
            digits = self._exact_digits()
            cut = len(str(abs(self.middle))) - len(digits)
            return _spelled(self.middle < 0, digits, self.exponent + cut, exact=True)
        known = self.digits(most)
        return _spelled(*self._rounded(self.middle, known)) if known else ""

    def _plainly_shared(self, count: int) -> bool:
        """Tell the same as ``_shared``, but for numbers at a tie or a power of ten."""
        size = abs(self.middle)
        spare = len(str(size)) - count
        if spare <= 0 or self.radius >= size:
            return False
        unit: int = 10**spare
        low = size - self.radius + unit // 2
        first, rest = divmod(low, unit)
        last = (low + 2 * self.radius) // unit
        least: int = 10 ** (count - 1)
        return first == last > least and rest > 0

    def _shared(self, count: int) -> bool:
        low, high = self.middle - self.radius, self.middle + self.radius
        if low <= 0 <= high:
            return False
        return self._rounded(low, count) == self._rounded(high, count)

    def _rounded(self, number: int, count: int) -> tuple[bool, str, int]:
        """Return sign, so many digits, and the exponent of the last one."""
        size = abs(number)
        spare = len(str(size)) - count
        if spare <= 0:
            return number < 0, str(size) + "0" * -spare, self.exponent + spare
        size, rest = divmod(size, 10**spare)
        size += 2 * rest + size % 2 > 10**spare  # a tie goes to the even digit
        text = str(size)
        return number < 0, text[:count], self.exponent + spare + len(text) - count


def _spelled(negative: bool, digits: str, exponent: int, *, exact: bool = False) -> str:
    """Return a decimal number from its digits and the exponent of the last one.

    Zeros that are not known to be digits are not written.
    """
    if digits == "0":
        return "0"
    sign, first = "-" if negative else "", exponent + len(digits) - 1
    known = exponent <= 0 or (exact and first < _LARGE)
    if first < _SMALL or not known:
        tail = f".{digits[1:]}" if len(digits) > 1 else ""
        return f"{sign}{digits[0]}{tail}e{first:+03d}"
    if exponent >= 0:
        return f"{sign}{digits}{'0' * exponent}"
    if first < 0:
        return f"{sign}0.{'0' * (-first - 1)}{digits}"
    return f"{sign}{digits[: first + 1]}.{digits[first + 1 :]}"


class Number(Record):
    """One output, as far as balls tell it."""

    #: None: not even a ball was found.
    enclosure: Enclosure | None
    #: Bits of the run that told it.
    bits: int
    #: The first row that may be at a kink or jump, toward which it is a derivative.
    rough: int | None = None


#: For an output the rows that have to be smooth, among all that count.
Smooth = Sequence[frozenset[int]]


def enclosures(
    program: Program, point: Mapping[str, Expression], digits: int, smooth: Smooth = ()
) -> list[Number]:
    """Return what is proved of each output, with so many digits where balls can.

    ``point`` has the exact values, as formulas without variables. ``smooth`` names
    the rows that have to be smooth for an output to be a derivative.
    """
    wanted = smooth or [frozenset()] * len(program.outputs)
    return _doubled(
        lambda bits: _run(program, point, bits, digits, wanted),
        digits, len(program.nodes),
    )  # fmt: skip


def _doubled(
    run: Callable[[int], list[Number]], digits: int, work: int
) -> list[Number]:
    """Return what is told by the first run, of twice as many bits each, that tells all.

    ``work`` is how many operations a run has. The last run tells what it can.
    """
    bits = int(digits * 3.33) + _GUARD
    last = min(_MOST, max(8 * bits, _WORK // work))
    while True:
        found = run(bits)
        if 2 * bits > last or all(_settled(number, digits) for number in found):
            return found
        bits *= 2


def _settled(number: Number, digits: int) -> bool:
    if number.enclosure is None or number.rough is not None:
        return False
    return number.enclosure.digits(digits) == digits


def _run(
    program: Program,
    point: Mapping[str, Expression],
    bits: int,
    digits: int,
    smooth: Smooth,
) -> list[Number]:
    with ctx.workprec(bits):
        rows = values(program, point)
        reached = _reached(program, rows)
        rough = {
            row
            for row in frozenset().union(*smooth) & reached
            if is_rough(program, rows, row)
        }
        return [
            Number(decimal(rows[row], digits), bits, min(needed & rough, default=None))
            for row, needed in zip(program.outputs, smooth, strict=True)
        ]


def decimal(ball: Ball, digits: int) -> Enclosure | None:
    """Return a ball as decimals; None: it has no end."""
    if not ball.is_finite():
        return None
    return Enclosure(*map(int, ball.mid_rad_10exp(digits + _SPARE)))


def values(program: Program, point: Mapping[str, Expression]) -> list[Ball]:
    """Return the ball of every row at the present precision."""
    inputs = {name: constant(point[name]) for name in program.inputs}
    return list(evaluate(program.nodes, balls, inputs))


def constant(formula: Expression) -> Ball:
    """Return the ball of a formula without variables."""
    *_, ball = evaluate(postorder([formula]), balls, {})
    return ball


def _reached(program: Program, rows: Sequence[Ball]) -> frozenset[int]:
    """Return the rows that count: not what a choice leaves out."""
    reached, rest = set[int](), list(program.outputs)
    while rest:
        row = rest.pop()
        if row in reached:
            continue
        reached.add(row)
        arguments = program.arguments(row)
        if arguments and program.function(row) is WHEN and rows[arguments[0]].is_zero():
            arguments = arguments[:1]
        rest += arguments
    return frozenset(reached)


def is_rough(program: Program, rows: Sequence[Ball], row: int) -> bool:
    """Tell whether a row may be at a kink, a jump or a vertical tangent."""
    function = program.function(row)
    given = [rows[argument] for argument in program.arguments(row)]
    if function.rough is None:
        return False
    edge = compiled(balls, function.rough.edge)
    if not has_zero(edge(*given)):
        return False
    smooth: Callable[..., bool] | None = balls.SMOOTH.get(function.name)
    if smooth is not None and smooth(*given):
        return False
    if all(ball.is_exact() and ball.bits() <= _DOUBLE for ball in given):
        return function.rough.at(*map(float, given))
    return True


def dependent(program: Program, name: str, outputs: Sequence[int]) -> frozenset[int]:
    """Return the calls under these rows whose value depends on a variable."""
    depends = [False] * len(program.nodes)
    start = program.inputs.get(name)
    if start is None:
        return frozenset()
    depends[start] = True
    calls = program.calls[::-1]
    for row in calls:
        depends[row] = any(depends[a] for a in program.arguments(row))
    under = set(_under(program, outputs))
    return frozenset(row for row in calls if depends[row] and row in under)


def _under(program: Program, outputs: Sequence[int]) -> Iterator[int]:
    seen, rest = set[int](), list(outputs)
    while rest:
        row = rest.pop()
        if row not in seen:
            seen.add(row)
            yield row
            rest += program.arguments(row)


def derivatives(
    program: Program,
    point: Mapping[str, Expression],
    name: str,
    order: int,
    digits: int,
) -> list[Number]:
    """Return what is proved of the value and its derivatives toward one variable."""

    def run(bits: int) -> list[Number]:
        with ctx.workprec(bits):
            every = terms(program, point, name, order)
            return [Number(decimal(ball, digits), bits) for ball in every]

    return _doubled(run, digits, len(program.nodes) * (order + 1) ** 2)


def terms(
    program: Program, point: Mapping[str, Expression], name: str, order: int
) -> list[Ball]:
    """Return the derivatives up to an order at the present precision."""
    from diffcli.arithmetics import ball_series

    before, ctx.cap = ctx.cap, order + 1
    try:
        inputs = {each: ball_series.held(constant(point[each])) for each in point}
        inputs[name] = ball_series.variable(constant(point[name]))
        rows = list(evaluate(program.nodes, ball_series, inputs))
        series = rows[program.outputs[0]]
        if series.prec <= order:  # what is not known would be 0
            series = ball_series.none()
        return [series[k] * math.factorial(k) for k in range(order + 1)]
    finally:
        ctx.cap = before
