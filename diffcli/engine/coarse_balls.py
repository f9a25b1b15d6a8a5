"""Balls that hold what a format with fewer bits makes of a formula.

After each operation the ball is widened by as much as one rounding to the format may
move a number in it. A function is computed in doubles before it is rounded: that moves
far less than the slack.
"""

from collections.abc import Callable, Mapping

from flint import arb

from diffcli.arithmetics import balls
from diffcli.arithmetics.balls import Ball
from diffcli.calculus.floats import FloatFormat
from diffcli.calculus.functions import CONSTANTS, Function
from diffcli.engine.fold import fold, operation
from diffcli.engine.tape import Program

_SLACK = 2.0**-12  # of a rounding


class Widening:
    """What one rounding to a format may make of a ball."""

    def __init__(self, format: FloatFormat) -> None:
        self._unit = format.rounding * (1 + _SLACK)
        self._least = format.smallest / 2

    def __call__(self, ball: Ball) -> Ball:
        """Return the ball, widened."""
        if not ball.is_finite():
            return ball
        return ball + arb(0, (abs(ball) * self._unit + self._least).upper())


def output(
    program: Program, point: Mapping[str, float], widened: Widening | None
) -> Ball:
    """Return the ball of the output at doubles; None: nothing is rounded."""
    keep: Callable[[Ball], Ball] = widened or (lambda ball: ball)

    def number(text: str, value: float) -> Ball:
        if text in CONSTANTS:
            return keep(operation(balls, text)())
        return keep(balls.number(text, value))

    def apply(function: Function, *args: Ball) -> Ball:
        return keep(operation(balls, function.name)(*args))

    inputs = {name: arb(value) for name, value in point.items()}
    rows = list(fold(program.nodes, number, apply, inputs))
    return rows[program.outputs[0]]
