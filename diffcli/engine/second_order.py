"""Second derivatives: reverse over forward, from the rows' own second partials.

One forward pass carries the slopes toward one variable; the backward pass then carries
each adjoint together with its own slope, and gives one row of the Hessian.

Source: Griewank & Walther, "Evaluating Derivatives", 2008, ch. 5.
"""

from collections.abc import Sequence
from functools import cache

from diffcli.calculus.functions import NAMED
from diffcli.engine.derivation import derive
from diffcli.engine.tape import Program, Tape
from diffcli.language.parser import parse_template

Pair = tuple[str, str]


@cache
def second_partials(name: str) -> tuple[tuple[Program, ...], ...]:
    """Return for each partial of a row its own partials, as programs in u and v."""
    row = NAMED[name]
    letters = "uv"[: row.arity]
    return tuple(
        tuple(
            Program([derivation.result])
            for derivation in derive(parse_template(text, {}), letters)
        )
        for text in row.derivatives
    )


def hessian_row(tape: Tape, name: str, names: Sequence[str]) -> dict[Pair, float]:
    """Return the second derivatives toward one variable and each of ``names``.

    Raises Undefined where a second partial is not defined.
    """
    program, values = tape.program, tape.values
    slopes = tape.slopes(name)
    adjoints = [0.0] * len(values)
    moving = [0.0] * len(values)  # the slope of each adjoint
    adjoints[program.outputs[0]] = 1.0
    for row in program.calls:
        if adjoints[row] == 0.0 and moving[row] == 0.0:
            continue
        arguments = program.arguments(row)
        point = dict(zip("uv", (values[a] for a in arguments), strict=False))
        seconds = second_partials(program.function(row).name)
        for place, argument in enumerate(arguments):
            if not program.active[argument] or values[argument] != values[argument]:
                continue  # nothing comes to what is not chosen
            local = program.function(row).partials[place](values[row], *point.values())
            bend = sum(
                seconds[place][other].value(point) * slopes[toward]
                for other, toward in enumerate(arguments)
                if slopes[toward] and values[toward] == values[toward]
            )
            adjoints[argument] += adjoints[row] * local
            moving[argument] += moving[row] * local + adjoints[row] * bend
    return {
        (name, other): moving[program.inputs[other]] if other in program.inputs else 0.0
        for other in names
    }
