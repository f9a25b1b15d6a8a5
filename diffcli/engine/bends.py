"""Where a function is smooth, but its derivative is not: softsign and elu at 0.

A function that is not smooth itself is not asked here: ``Tape.rough_rows`` tells.
"""

from functools import cache

from diffcli.arithmetics.columns import Column
from diffcli.calculus.functions import NAMED
from diffcli.engine.tape import Program, Tape, Undefined
from diffcli.language.parser import parse_template


@cache
def _slopes(name: str) -> Program | None:
    """Return the derivatives of a row in u and v; None: they are smooth where it is."""
    row = NAMED[name]
    if row.rough is not None:
        return None
    program = Program([parse_template(text, {}) for text in row.derivatives])
    return program if program.rough else None


def is_bent(tape: Tape) -> bool:
    """Tell whether a derivative of some row is not smooth at its arguments."""
    program, values = tape.program, tape.values
    for row in program.calls:
        slopes = _slopes(program.function(row).name)
        if slopes is not None:
            given = [values[place] for place in program.arguments(row)]
            try:
                there = slopes.run(dict(zip("uv", given, strict=False)))
            except Undefined:
                return True
            if there.rough_rows():
                return True
    return False


def bent_places(program: Program, values: list[Column]) -> set[int]:
    """Return the places of many where it is so.

    Raises ValueError or ArithmeticError if a derivative refuses one of the points.
    """
    from diffcli.engine.columns import not_finite, rough_places, values_at

    places: set[int] = set()
    for row in program.calls:
        slopes = _slopes(program.function(row).name)
        if slopes is not None:
            given = [values[place] for place in program.arguments(row)]
            found = values_at(slopes, dict(zip("uv", given, strict=False)))
            places |= not_finite(found) | rough_places(slopes, found)
    return places
