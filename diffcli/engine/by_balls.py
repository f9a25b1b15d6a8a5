"""Numbers with many digits by balls: quicker than repeating, and proved.

Without python-flint, and where balls do not fix the digits (what is 0, or undefined),
there is no answer here, and ``engine/adaptive`` repeats in mpmath: the digits are the
same.
"""

import sys
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from mpmath import mp
from mpmath.libmp import from_man_exp

from diffcli.engine.fold import compiled, evaluate
from diffcli.engine.tape import Program

if TYPE_CHECKING:
    from diffcli.arithmetics.balls import Ball

_GUARD = 130  # bits beyond those of the digits: differences are held against them
_TIMES = 16  # as many bits in the last run


@cache
def is_installed() -> bool:
    """Tell whether there are balls."""
    from importlib.util import find_spec

    return find_spec("flint") is not None


def numbers(
    program: Program,
    point: Mapping[str, Any],
    digits: int,
    output: int | None = None,
) -> list[Any] | None:
    """Return the values of the outputs, or of one with its partials; None: unknown.

    A double's digits are no task for balls: nothing changes there because an extra
    happens to be installed.
    """
    if digits <= sys.float_info.dig + 2 or not is_installed():
        return None
    from flint import ctx

    bits = first = int(digits * 3.33) + _GUARD
    while bits <= _TIMES * first:
        with ctx.workprec(bits):
            found = run(program, point, output)
            settled = all(_is_settled(ball, digits) for ball in found)
            if settled:
                return [_middle(ball) for ball in found]
            if not all(ball.is_finite() for ball in found):
                return None
        bits *= 2
    return None


def _is_settled(ball: "Ball", digits: int) -> bool:
    from diffcli.engine.enclosures import decimal

    enclosure = decimal(ball, digits)
    return enclosure is not None and enclosure.digits(digits) == digits


def run(program: Program, point: Mapping[str, Any], output: int | None) -> "list[Ball]":
    """Return the balls of the outputs, or of one and its partials by backprop."""
    from diffcli.arithmetics import balls

    inputs = {name: _ball(point[name]) for name in program.inputs}
    rows = list(evaluate(program.nodes, balls, inputs))
    if output is None:
        return [rows[row] for row in program.outputs]
    adjoints = _sweep(program, rows, output)
    inputs_rows = program.inputs.values()
    return [rows[program.outputs[output]], *(adjoints[row] for row in inputs_rows)]


def _sweep(program: Program, rows: "list[Ball]", output: int) -> "list[Ball]":
    """Return the adjoints of one backward pass, by the derivative texts of the rows."""
    from flint import arb

    from diffcli.arithmetics import balls

    adjoints = [arb(0)] * len(rows)
    adjoints[program.outputs[output]] = arb(1)
    for row in program.calls:
        upstream = adjoints[row]
        if upstream.is_zero():
            continue
        arguments = program.arguments(row)
        given = [rows[argument] for argument in arguments]
        texts = program.function(row).derivatives
        for argument, text in zip(arguments, texts, strict=True):
            if program.active[argument]:
                local: Callable[..., Ball] = compiled(balls, text)
                adjoints[argument] = adjoints[argument] + upstream * local(*given)
    return adjoints


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
