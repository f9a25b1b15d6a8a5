"""Left and right slope of a whole function at one point.

Whether a function has a derivative is asked of the function, not of a node:
relu(x)-relu(-x) is x, and abs(x)**2 is smooth, whatever their parts do. So the
program is run a tiny step to either side, in arithmetic precise enough for that.
"""

import math
import sys
from collections.abc import Mapping
from typing import Any, NamedTuple

from diffcli.engine.tape import Program, Tape, Undefined
from diffcli.errors import RangeError

_DIGITS = 150
_NEAR, _NEARER = -30, -36  # exponents of the two steps, in tens


class Slopes(NamedTuple):
    """The one-sided slopes; infinite: vertical; None: nothing on that side."""

    left: float | None
    right: float | None

    @property
    def slope(self) -> float | None:
        """The derivative, if both sides agree on one."""
        left, right = self
        if left is None or right is None or not math.isfinite(left + right):
            return None
        size = max(abs(left), abs(right))
        return (left + right) / 2 if abs(left - right) <= 1e-12 * size else None

    def __str__(self) -> str:
        """Return both sides in words."""
        left, right = (_words(side) for side in self)
        return f"slope {left} on the left, {right} on the right"


def _words(side: float | None) -> str:
    if side is None:
        return "undefined"
    if math.isinf(side):
        return "+infinity" if side > 0 else "-infinity"
    return f"{side:.10g}"


def slopes(
    tape: Tape, point: Mapping[str, float], output: int = 0
) -> dict[str, Slopes]:
    """Return the one-sided slopes toward each variable that meets a rough place.

    Variables above which every function is smooth are left out.
    """
    program = tape.program
    rough = tape.rough_rows()
    below = set(rough)
    for row in range(len(program.nodes) - 1, -1, -1):
        if row in below:
            below.update(program.arguments(row))
    return {
        name: one_sided(program, point, name, output)
        for name, row in program.inputs.items()
        if row in below
    }


class Limit(NamedTuple):
    """Where a function would go if a hole in it were filled."""

    value: float
    #: The derivative there.
    slope: float


def limit(program: Program, x: float, name: str) -> Limit | None:
    """Return the limit of a function of one variable at a hole, if both sides agree.

    sin(x)/x is not defined at 0, but has the limit 1 there, and the slope 0.
    """
    from mpmath import mp

    from diffcli.engine.adaptive import run

    with mp.workdps(_DIGITS):
        row = program.outputs[0]
        found = []
        try:
            for exponent in (_NEAR, _NEARER):
                step = mp.mpf(10) ** exponent * max(1, abs(mp.mpf(x)))
                found += [run(program, {name: x + s * step})[row] for s in (1, -1)]
        except Undefined:
            return None
        high, low, *nearer = found
        if max(found) - min(found) > mp.mpf(10) ** -15 * max(1, abs(high)):
            return None
        slope = (nearer[0] - nearer[1]) / (2 * step)
        before = (high - low) / (2 * step) * mp.mpf(10) ** (_NEARER - _NEAR)
        if abs(slope - before) > mp.mpf(10) ** -4 * max(1, abs(slope)):
            return None
        return Limit(_without_dust(nearer[0]), _without_dust(slope))


def _without_dust(value: Any) -> float:
    """Return a limit as a double; what is left of the step is taken off."""
    rounded = round(float(value), 12)
    return rounded if abs(value - rounded) < 1e-20 else float(value)


def one_sided(
    program: Program, point: Mapping[str, float], name: str, output: int = 0
) -> Slopes:
    """Return the slopes of a program's output to the left and right of a point.

    Raises RangeError if there is one that is too large for a double.
    """
    return Slopes(
        _side(program, point, name, output, -1), _side(program, point, name, output, 1)
    )


def _side(
    program: Program, point: Mapping[str, float], name: str, output: int, sign: int
) -> float | None:
    """Return the slope on one side: the limit of the difference quotient."""
    from mpmath import mp

    from diffcli.arithmetics import wide_doubles
    from diffcli.engine.adaptive import run

    with mp.workdps(_DIGITS):
        try:
            row = program.outputs[output]
            here = run(program, point, wide_doubles)[row]
            x = mp.mpf(point[name])
            quotients = []
            for exponent in (_NEAR, _NEARER):
                step = sign * mp.mpf(10) ** exponent * max(1, abs(x))
                there = run(program, {**point, name: x + step}, wide_doubles)[row]
                quotients.append((there - here) / step)
        except Undefined:
            return None
        near, nearer = quotients
        if abs(near - nearer) <= mp.mpf(10) ** -12 * abs(nearer):
            if abs(nearer) > sys.float_info.max:
                raise RangeError(f"overflow: ∂f/∂{name} is beyond 1.8e308")
            return float(nearer)
        if abs(nearer) > abs(near):
            return math.inf if nearer > 0 else -math.inf
        return 0.0
