"""Numbers with many digits by balls: quicker than repeating, and proved.

Without python-flint, and where balls do not fix the digits (what is 0, or undefined),
there is no answer here, and ``engine/adaptive`` repeats in mpmath: the digits are the
same.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from mpmath import mp
from mpmath.libmp import from_man_exp

from diffcli.arithmetics import Unavailable
from diffcli.engine.fold import compiled, evaluate
from diffcli.engine.tape import Program

if TYPE_CHECKING:
    from diffcli.arithmetics.balls import Ball
    from diffcli.calculus.functions import Function

_GUARD = 130  # bits beyond those of the digits: differences are held against them
_LARGEST = 10**9  # bits of an exponent, beyond which mpmath sees 0 or overflow
_TIMES = 16  # as many bits in the last run


@cache
def is_installed() -> bool:
    """Tell whether there are balls."""
    from importlib.util import find_spec

    return find_spec("flint") is not None


def numbers(
    program: Program, point: Mapping[str, Any], digits: int, output: int | None = None
) -> list[Any] | None:
    """Return the values of the outputs, or of one with its partials; None: unknown.

    A double's digits are no task for balls: nothing changes there because an extra
    happens to be installed.
    """
    return _settled(lambda: run(program, point, output), digits)


def _settled(
    compute: "Callable[[], list[Ball]]", digits: int, lost: int = 0
) -> list[Any] | None:
    """Return numbers of which balls fix so many digits; None: they do not.

    ``lost`` bits are known to cancel.
    """
    if digits <= sys.float_info.dig + 2 or not is_installed():
        return None
    from flint import ctx

    bits = first = int(digits * 3.33) + _GUARD + lost
    while bits <= _TIMES * first:
        with ctx.workprec(bits):
            try:
                found = compute()
            except Unavailable:
                return None
            settled = all(_is_settled(ball, digits) for ball in found)
            if settled:
                numbers = [_middle(ball) for ball in found]
                seen = all(abs(mp.mag(x)) < _LARGEST for x in numbers if x)
                return numbers if seen else None
            if not all(ball.is_finite() for ball in found):
                return None
        bits *= 2
    return None


def slope(
    program: Program, point: Mapping[str, Any], name: str, digits: int
) -> Any | None:
    """Return one partial by dual numbers; None: unknown."""
    found = _settled(lambda: [_forward(program, point, name)], digits)
    return found and found[0]


def quotients(
    program: Program,
    point: Mapping[str, Any],
    name: str,
    h: Any,
    samples: Sequence[tuple[int, float]],
    order: int,
    digits: int,
) -> list[Any] | None:
    """Return the sum of w * f(x + s*h) over h**order, and those with 2h and 4h.

    ``samples`` has the pairs w, s. None: nobody knows.
    """
    row = program.outputs[0]

    def compute() -> "list[Ball]":
        x, found = _ball(point[name]), []
        for step in (_ball(h), 2 * _ball(h), 4 * _ball(h)):
            total = step - step
            for weight, place in samples:
                inputs = {each: _ball(value) for each, value in point.items()}
                inputs[name] = x + place * step
                total = total + weight * _rows(program, inputs)[row]
            found.append(total / step**order)
        return found

    lost = order * max(0, -mp.mag(h))
    return _settled(compute, digits, lost)


def _is_settled(ball: "Ball", digits: int) -> bool:
    from diffcli.engine.enclosures import decimal

    enclosure = decimal(ball, digits)
    return enclosure is not None and enclosure.digits(digits) == digits


def run(program: Program, point: Mapping[str, Any], output: int | None) -> "list[Ball]":
    """Return the balls of the outputs, or of one and its partials by backprop."""
    rows = _rows(program, {name: _ball(point[name]) for name in program.inputs})
    if output is None:
        return [rows[row] for row in program.outputs]
    adjoints = _sweep(program, rows, output)
    inputs_rows = program.inputs.values()
    return [rows[program.outputs[output]], *(adjoints[row] for row in inputs_rows)]


def _rows(program: Program, inputs: "Mapping[str, Ball]") -> "list[Ball]":
    from diffcli.arithmetics import balls

    return list(evaluate(program.nodes, balls, inputs))


def _forward(program: Program, point: Mapping[str, Any], name: str) -> "Ball":
    """Return the slope of the output when one variable moves with slope 1."""
    from flint import arb

    rows = _rows(program, {each: _ball(point[each]) for each in program.inputs})
    slopes = [arb(0)] * len(rows)
    slopes[program.inputs[name]] = arb(1)
    for row in reversed(program.calls):
        arguments = program.arguments(row)
        given = [rows[argument] for argument in arguments]
        for argument, local in zip(
            arguments, _locals(program.function(row)), strict=True
        ):
            moves = slopes[argument]
            if not moves.is_zero():
                moved = moves if local is None else moves * local(*given)
                slopes[row] = slopes[row] + moved
    return slopes[program.outputs[0]]


def _sweep(program: Program, rows: "list[Ball]", output: int) -> "list[Ball]":
    """Return the adjoints of one backward pass, by the derivative texts of the rows."""
    from flint import arb

    adjoints = [arb(0)] * len(rows)
    adjoints[program.outputs[output]] = arb(1)
    for row in program.calls:
        upstream = adjoints[row]
        if upstream.is_zero():
            continue
        arguments = program.arguments(row)
        given = [rows[argument] for argument in arguments]
        locals_ = _locals(program.function(row))
        for argument, local in zip(arguments, locals_, strict=True):
            if program.active[argument]:
                moved = upstream if local is None else upstream * local(*given)
                adjoints[argument] = adjoints[argument] + moved
    return adjoints


@cache
def _locals(function: "Function") -> "list[Callable[..., Ball] | None]":
    """Return the local partials of a function; None: it is 1."""
    from diffcli.arithmetics import balls

    texts = function.derivatives
    return [None if text == "1" else compiled(balls, text) for text in texts]


def _ball(value: Any) -> "Ball":
    """Return a double, an mpf or a whole number exactly."""
    from flint import arb

    if isinstance(value, mp.mpf):
        sign, mantissa, exponent, _ = value._mpf_
        return arb((-int(mantissa) if sign else int(mantissa), int(exponent)))
    return arb(value)


def _middle(ball: "Ball") -> Any:
    """Return the middle of a ball as an mpf, exactly."""
    mantissa, exponent = map(int, ball.mid().man_exp())
    return mp.make_mpf(from_man_exp(mantissa, exponent))
