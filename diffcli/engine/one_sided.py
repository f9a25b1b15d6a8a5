"""Left and right slope of a whole function at one point.

Whether a function has a derivative is asked of the function, not of a node:
relu(x)-relu(-x) is x, and abs(x)**2 is smooth, whatever their parts do. So the
program is run a tiny step to either side, in arithmetic precise enough for that.
"""

import itertools
import math
import sys
from collections.abc import Mapping
from typing import Any

from diffcli.calculus.functions import Function
from diffcli.engine.tape import DOUBLE, Program, Tape, Undefined
from diffcli.errors import RangeError
from diffcli.records import Record

_EXPONENTS = (-30, -36, -42, -48)  # of the steps, in tens, beside the point's size
_SPARE = 60  # digits that a difference of two values keeps
_DUST = 5  # last digits of the largest number met, in which there is no change
_GONE = 0.1  # of a quotient, whose step became 1e-6 of what it was
_FARTHEST = 3000  # decimals between numbers that meet: exp(-1e6) is nothing beside 1
LEAP = 1e-3
"""A change between two runs that no slope explains."""


class Slopes(Record):
    """The one-sided slopes.

    Infinite: vertical; NaN: the quotients settle on nothing; None: undefined there.
    Where more digits were asked for than a double has, mpfs: all their digits are right
    but those of a double among them, which has no more.
    """

    left: float | None
    right: float | None

    @property
    def slope(self) -> float | None:
        """The derivative, if both sides agree on one."""
        left, right = self
        if left is None or right is None or not math.isfinite(left - right):
            return None
        size = max(abs(left), abs(right))
        # No mean: mpmath would round it to the digits of the moment.
        return left if abs(left - right) <= 1e-12 * size else None

    @property
    def are_known(self) -> bool:
        """Whether the quotients settle, on both sides where there is one."""
        return all(side is None or side == side for side in self)

    def rounded(self) -> "Slopes":
        """Return the same as doubles."""
        return Slopes(*(None if side is None else float(side) for side in self))

    def __str__(self) -> str:
        """Return both sides in words."""
        left, right = (_words(side) for side in self)
        return f"slope {left} on the left, {right} on the right"


def _words(side: float | None) -> str:
    if side is None:
        return "undefined"
    if math.isnan(side):
        return "undecided"
    infinite = {math.inf: "+infinity", -math.inf: "-infinity"}
    return infinite.get(side) or f"{float(side):.10g}"


def slopes(
    tape: Tape,
    point: Mapping[str, float],
    output: int = 0,
    digits: int = DOUBLE,
    value: float | None = None,
) -> dict[str, Slopes]:
    """Return the one-sided slopes toward each variable that meets a rough place.

    Variables above which every function is smooth are left out. ``value`` is what
    the output is at the point, where a convention of the program says something else.
    """
    program = tape.program
    below = set(tape.rough_rows())
    if not below:
        return {}
    for row in reversed(range(len(program.nodes))):
        if row in below:
            below.update(program.arguments(row))
    return {
        name: one_sided(program, point, name, output, digits, value)
        for name, row in program.inputs.items()
        if row in below
    }


class Limit(Record):
    """Where a function would go if a hole in it were filled."""

    value: float
    #: The derivative there.
    slope: float


def limit(program: Program, x: float, name: str) -> Limit | None:
    """Return the limit of a function of one variable at a hole, if both sides agree.

    sin(x)/x is not defined at 0, but has the limit 1 there, and the slope 0. The sides
    have to agree on both: x^2/abs(x) has the limit 0, and a corner there.
    """
    from mpmath import mp

    from diffcli.arithmetics import Unavailable
    from diffcli.engine.adaptive import run

    size = _size({name: x})
    with mp.workdps(_digits(size, 0)):
        row, right = program.outputs[0], [mp.mpf(f"1e{n}") * size for n in _EXPONENTS]
        ends, secants = [], []
        for steps in (right, [-step for step in right]):
            try:
                side = [run(program, {name: x + step})[row] for step in steps]
            except (Undefined, Unavailable):
                return None
            *_, end = side
            ends.append(end)
            for (one, here), (other, there) in itertools.pairwise(
                zip(steps, side, strict=True)
            ):
                secants.append((here - there) / (one - other))
        largest = max(map(abs, secants))
        if max(ends) - min(ends) > mp.mpf(10) ** -15 * (max(map(abs, ends)) + largest):
            return None
        if max(secants) - min(secants) > mp.mpf(10) ** -4 * max(1, largest):
            return None
        slope = sum(secants) / len(secants)
        if not _is_steady(program, x, name, slope):
            return None
        return Limit(_without_dust(sum(ends) / 2), _without_dust(slope))


def _is_steady(program: Program, x: float, name: str, slope: Any) -> bool:
    """Tell whether a slope is also that between the doubles next to a place.

    It is not beside a pole that no double hits: 1/log(x+0.1) has one near 0.9. At 0
    doubles are so dense that there is none.
    """
    if not x:
        return True
    from mpmath import mp

    from diffcli.engine.adaptive import run

    row, step = program.outputs[0], 8 * math.ulp(x)
    try:
        low, high = (
            run(program, {name: mp.mpf(x) + side})[row] for side in (-step, step)
        )
    except Undefined:
        return False
    apart = abs((high - low) / (2 * step) - slope)
    return bool(apart <= mp.mpf(10) ** -3 * max(1, abs(slope)))


def _without_dust(value: Any) -> float:
    """Return a limit as a double; what is left of the step is taken off."""
    return 0.0 if abs(value) < 1e-20 else float(value)


def one_sided(
    program: Program,
    point: Mapping[str, float],
    name: str,
    output: int = 0,
    digits: int = DOUBLE,
    value: float | None = None,
) -> Slopes:
    """Return the slopes of a program's output to the left and right of a point.

    ``value`` is what the output is at the point, where the program says otherwise.

    Raises RangeError if there is one that is too large for a double.
    """
    left, right = (
        _side(program, point, name, output, sign, digits, value) for sign in (-1, 1)
    )
    return Slopes(left, right)


def _side(
    program: Program,
    point: Mapping[str, float],
    name: str,
    output: int,
    sign: int,
    digits: int,
    value: float | None,
) -> float | None:
    """Return the slope on one side: the limit of the difference quotient."""
    from mpmath import mp

    from diffcli.arithmetics import Unavailable, multiprecision, wide_doubles
    from diffcli.engine.adaptive import run

    row = program.outputs[output]
    size = _size(point)
    # A kink of doubles is one where pi is a double: abs(x - pi) at pi.
    arithmetic = multiprecision if digits > DOUBLE else wide_doubles
    more = digits - DOUBLE  # digits beyond those of a double need smaller steps
    try:
        with mp.workdps(_SPARE):
            met = run(program, point, arithmetic)
            sizes = [
                mp.mag(mp.one),
                *(mp.mag(each) for each in met if each and each == each),
            ]
        spread = min(_FARTHEST, int((max(sizes) - min(sizes)) * 0.30103))
        with mp.workdps(_digits(size, spread) + 2 * more):
            here = run(program, point, arithmetic)[row] if value is None else value
            x = mp.mpf(point[name])
            quotients, tolerance = list[Any](), mp.mpf(10) ** -digits
            dust = mp.ldexp(1, max(sizes)) * mp.mpf(10) ** (_DUST - mp.dps)
            for exponent in _EXPONENTS:
                step = sign * mp.mpf(f"1e{exponent - more}") * size
                there = run(program, {**point, name: x + step}, arithmetic)[row]
                change = there - here
                quotient = change / step if abs(change) > dust else mp.zero
                if quotients and _close(quotients[-1], quotient, tolerance):
                    slope = _double(quotient, name)
                    return quotient if more > 0 else slope
                quotients.append(quotient)
            return _double(_extrapolated(quotients), name)
    except Undefined:
        return None
    except Unavailable:
        return math.nan  # it may have one


def _size(point: Mapping[str, float]) -> float:
    """Return the size of the smallest coordinate that is not 0, at most 1."""
    return min([1.0, *(abs(x) for x in point.values() if x)])


def _digits(size: float, spread: int) -> int:
    """Return how many digits a difference needs where numbers ``spread`` apart meet."""
    return 2 * _SPARE - _EXPONENTS[-1] + spread - math.floor(math.log10(size))


def _close(before: Any, now: Any, tolerance: Any = 1e-12) -> bool:
    return bool(abs(before - now) <= tolerance * abs(now))


def _extrapolated(quotients: list[Any]) -> Any:
    """Return the limit of L + c h^p by Aitken's process, infinity, or NaN: undecided.

    Source: Aitken, "On Bernoulli's numerical solution of algebraic equations", 1926.
    """
    first, second, third = (
        before - now for before, now in itertools.pairwise(quotients)
    )
    nearest = quotients[-1]
    if min(first / second, second / third) > 1:
        limits = [
            quotients[2] - second**2 / (first - second),
            nearest - third**2 / (second - third),
        ]
        if _close(*limits):
            return limits[1]
        if max(map(abs, limits)) <= 1e-12 * abs(nearest):
            return 0.0
    pairs = [(abs(a), abs(b)) for a, b in itertools.pairwise(quotients)]
    if all(b < _GONE * a for a, b in pairs):
        return 0.0  # no power of h, but it vanishes: h*sin(1/h), h*log(h)
    growing = min(first / second, second / third) <= 1 and all(a < b for a, b in pairs)
    return math.copysign(math.inf, nearest) if growing else math.nan


def _double(slope: Any, name: str) -> float:
    """Return a slope as a double.

    Raises RangeError if it is too large for one.
    """
    if sys.float_info.max < abs(slope) < math.inf:
        raise RangeError(f"overflow: the slope along {name} is beyond 1.8e308")
    return float(slope) + 0.0  # and not -0


# ---- two runs ---------------------------------------------------------------------


def has_branches(program: Program) -> bool:
    """Tell whether a function with kinks or jumps occurs."""
    return bool(branches(program))


def branches(program: Program) -> list[int]:
    """Return the rows of functions with kinks or jumps."""
    return [row for row in program.rough if _kind(program, row) != "vertical tangent"]


def _kind(program: Program, row: int) -> str:
    rough = program.function(row).rough
    return rough.kind if rough is not None else ""


def jumps(program: Program, row: int) -> bool:
    """Tell whether a row's function is one with jumps."""
    return _kind(program, row) == "jump"


def switched(low: Tape, high: Tape) -> Function | None:
    """Return a function that is on other branches in one run than in the other."""
    program = low.program
    for row in reversed(branches(program)):
        function = program.function(row)
        leap = abs(low.values[row] - high.values[row])
        if jumps(program, row) and leap > LEAP:
            return function
        before, after = low.locals(row), high.locals(row)
        if any(abs(after[argument] - before[argument]) > LEAP for argument in before):
            return function
    return None
