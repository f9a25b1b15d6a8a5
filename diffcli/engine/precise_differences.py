"""Difference quotients with all digits right, as ``engine/adaptive`` makes them.

What cancels in a quotient is told by its step, and by the largest number on the way to
each of its samples.
"""

import math
import operator
from collections.abc import Mapping

from mpmath import mp

from diffcli.arithmetics.multiprecision import Real
from diffcli.engine import by_balls
from diffcli.engine.adaptive import Trial, run, settle
from diffcli.engine.stencils import truncated_anywhere
from diffcli.engine.tape import Program


def difference(
    program: Program,
    point: Mapping[str, Real],
    name: str,
    scheme: str,
    h: Real,
    digits: int,
) -> tuple[Real, Real]:
    """Return a difference quotient with step h, and an estimate of its error.

    The error is truncation, from quotients with twice and four times the step; rounding
    does not count, as there are always digits enough.

    Raises Undefined, Unsettled.
    """
    back, ahead = (0, h) if scheme == "forward" else (h / 2, h / 2)
    order = 1 if scheme == "forward" else 2
    samples = [(1, 1.0), (-1, 0.0)] if scheme == "forward" else [(1, 0.5), (-1, -0.5)]
    proved = by_balls.quotients(program, point, name, h, samples, 1, digits)
    if proved is not None:
        return proved[0], truncated_anywhere(order, *proved)

    met = [1 / mp.mpf(h) ** (order + 1)]  # what the quotient and its error cancel

    def quotient(times: int) -> Real:
        high, low = (
            run(program, {**point, name: mp.mpf(point[name]) + step})
            for step in (times * ahead, -times * back)
        )
        met.append(_largest([*high, *low]))
        row = program.outputs[0]
        return (high[row] - low[row]) / (times * h)

    found = settle(
        lambda: Trial([quotient(times) for times in (1, 2, 4)], met), digits, program
    )
    return found[0], truncated_anywhere(order, *found)


def higher_difference(
    program: Program,
    point: Mapping[str, Real],
    name: str,
    scheme: str,
    h: Real,
    order: int,
    digits: int,
) -> tuple[Real, Real]:
    """Return a difference of higher order over a power of h, and its error, estimated.

    The error is truncation, as in ``difference``. Raises Undefined, Unsettled.
    """
    first = mp.zero if scheme == "forward" else -mp.mpf(order) / 2
    row = program.outputs[0]
    signs = [(-1) ** (order - j) * math.comb(order, j) for j in range(order + 1)]
    samples = [(sign, float(first) + j) for j, sign in enumerate(signs)]
    proved = by_balls.quotients(program, point, name, h, samples, order, digits)
    power = 1 if scheme == "forward" else 2
    if proved is not None:
        return proved[0], truncated_anywhere(power, *proved)

    met = [1 / mp.mpf(h) ** (order + 2)]  # what the quotient and its error cancel

    def quotient(step: Real) -> Real:
        places = (mp.mpf(point[name]) + (first + j) * step for j in range(order + 1))
        runs = [run(program, {**point, name: place}) for place in places]
        met.extend(map(_largest, runs))
        found = [values[row] for values in runs]
        return sum(map(operator.mul, signs, found)) / step**order

    found = settle(
        lambda: Trial([quotient(h), quotient(2 * h), quotient(4 * h)], met),
        digits,
        program,
    )
    return found[0], truncated_anywhere(power, *found)


def _largest(numbers: list[Real]) -> Real:
    """Return the largest size among numbers; a gap has none."""
    return max((abs(number) for number in numbers if number == number), default=mp.zero)
