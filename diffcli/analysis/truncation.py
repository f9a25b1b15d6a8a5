"""How far a difference quotient is off, and how far it can be: proved.

By Taylor's theorem the quotient of the places a and b, x between them, is off by

    c2*((b-x)² - (a-x)²)/(b-a) + ... + cn*(abs(b-x)**n + abs(a-x)**n)/(b-a)

at most: c2 ... are the Taylor coefficients at x, and cn the largest between a and b,
which a power series of balls bounds. For x - h/2 and x + h/2 that is h²/24 times the
largest third derivative, for x and x + h it is h/2 times the largest second.

Source: Press et al., "Numerical Recipes", 2007, sec. 5.7.
"""

import math
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from diffcli.analysis.proof import need
from diffcli.calculus.floats import FORMATS
from diffcli.engine.coarse_quotients import Places
from diffcli.engine.stencils import Quotient
from diffcli.engine.tape import Undefined
from diffcli.language.expression import numeral
from diffcli.problem import Problem

_ORDERS = {"forward": 2, "symmetric": 3}
_BITS = 106
_SPARE = 60  # digits beyond those that small steps cancel


def truncation(
    problem: Problem, name: str, every: Sequence[Places | None]
) -> list[float | None]:
    """Return how far each quotient would be off without rounding.

    It is made in arithmetic of so many digits that no rounding is left; what is next
    to that is 0. None: f has no value there, or not that many digits.
    """
    from mpmath import mp

    from diffcli.engine.adaptive import Unsettled, gradient

    program, point = problem.program, problem.point
    digits = max((_digits(each, point[name]) for each in every if each), default=_SPARE)
    with mp.workdps(2 * digits):
        try:
            true = gradient(program, point, digits).partials.get(name, mp.zero)
        except (Undefined, Unsettled):
            return [None] * len(every)
    return [places and _lost(problem, name, places, true) for places in every]


def _lost(problem: Problem, name: str, places: Places, true: Any) -> float | None:
    """Return how far the quotient of two places would be off without rounding."""
    from mpmath import mp

    from diffcli.engine.adaptive import run

    program, point = problem.program, problem.point
    digits = _digits(places, point[name])
    with mp.workdps(2 * digits):
        ends = [mp.mpf(end.numerator) / end.denominator for end in places]
        h = ends[1] - ends[0]
        try:
            for end in ends:  # what overflows there takes mpmath for ever
                program.value({**point, name: float(end)})
            low, high = (
                run(program, {**point, name: end})[program.outputs[0]] for end in ends
            )
        except Undefined:
            return None
        error = abs((high - low) / h - true)
        dust = (abs(high) + abs(low)) / h + abs(true)
        nothing = error <= dust * mp.mpf(10) ** (_SPARE // 2 - digits)
        return 0.0 if nothing else float(error)


def _digits(places: Places, x: float) -> int:
    """Return the digits in which a quotient of two places keeps enough of them."""
    h = float(places[1] - places[0])
    spread = max(abs(math.log10(size)) for size in (h, abs(x)) if size)
    return _SPARE + 3 * math.ceil(spread)


def truncation_bounds(
    problem: Problem, name: str, scheme: str, every: Sequence[Places | None]
) -> list[float | None]:
    """Return for each quotient a bound of its truncation; None: nothing is proved.

    Raises UsageError without python-flint.
    """
    need()
    from flint import arb, ctx

    from diffcli.engine.ranges import Line, hull

    point = {each: numeral(str(Decimal(x))) for each, x in problem.point.items()}
    line, order = Line(problem.program, point, name), _ORDERS[scheme]
    bounds: list[float | None] = []
    with ctx.workprec(_BITS):
        x = arb(problem.point[name])
        at = line.series(x, order)
        for places in every:
            if places is None:
                bounds.append(None)
                continue
            low, high = map(_ball, places)
            back, ahead = low - x, high - x
            last = abs(line.series(hull(low, high), order)[order])
            total = last * (abs(back) ** order + abs(ahead) ** order)
            for k in range(2, order):
                total += abs(at[k] * (ahead**k - back**k))
            bounds.append(_above(total / (high - low)))
    return bounds


def rounding_bound(
    problem: Problem, name: str, format: str, quotient: Quotient
) -> float | None:
    """Return how far rounding can move a quotient in a format; None: not proved.

    Every operation is run in balls that are widened by what its rounding may do.
    """
    need()
    from flint import arb, ctx

    from diffcli.engine.coarse_balls import Widening, output

    wide = Widening(FORMATS[format])
    with ctx.workprec(_BITS):
        ends = []
        for place in (quotient.low, quotient.high):
            point = {**problem.point, name: place}
            pair = (output(problem.program, point, how) for how in (None, wide))
            ends.append(tuple(pair))
        (below, coarse_below), (above, coarse_above) = ends
        found = wide(wide(coarse_above - coarse_below) / wide(arb(quotient.width)))
        return _above(abs(found - (above - below) / arb(quotient.width)))


def _ball(place: Fraction) -> Any:
    from flint import arb

    return arb(place.numerator) / place.denominator


def _above(ball: Any) -> float | None:
    """Return a double that no number of a ball is above; None: there is none."""
    end = ball.upper()
    if not (end.is_finite() and end < 1e300):
        return None
    return 0.0 if end.is_zero() else math.nextafter(float(end), math.inf)
