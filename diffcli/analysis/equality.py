"""Whether two formulas are the same function, found by trying.

Two formulas that agree at several points within their rounding bounds, and are not made
to deceive, are one function; what sympy would have to prove is told at once.
"""

from collections.abc import Iterable, Iterator, Mapping

from diffcli.engine.bounds import value_errors
from diffcli.engine.tape import ROUNDING, Program, Undefined
from diffcli.language.expression import Expression

_SLACK = 8.0  # how many error estimates equal values may differ by
_ENOUGH = 6  # points at which formulas are compared
_NEAR = 18  # points that are tried near a given one
#: Both signs from the first: abs(x) is no x.
_SCALES = (0.7, -0.6, 1.3, -1.4, 0.4, 2.2, 3.1, 4.6, -2.3, 8.5, 0.15, 17.5, -9.4)


def equal(
    one: Expression,
    other: Expression,
    point: Mapping[str, float] | None = None,
    of: Expression | None = None,
    off: float = 0.0,
) -> bool | None:
    """Tell whether two formulas have equal values at the point and at others near it.

    Without a point they are compared all over, and only where ``of``, whose derivatives
    they may be, has a value. ``off`` is how far they may lie apart besides. None:
    nowhere do all have one.
    """
    program = Program([one, other] if of is None else [one, other, of])
    return equal_at(program, places_near(program.inputs, point), off)


def equal_at(
    program: Program, places: Iterable[Mapping[str, float]], off: float
) -> bool | None:
    """Tell whether a program's first two outputs are equal at a few of the places."""
    compared = 0
    outputs = program.outputs[:2]
    for place in places:
        try:
            tape = program.run(place)
        except Undefined:
            continue
        errors = value_errors(tape)
        (a, b), (ea, eb) = (
            [column[row] for row in outputs] for column in (tape.values, errors)
        )
        allowed = _SLACK * (ea + eb + ROUNDING * (abs(a) + abs(b))) + off
        if not abs(a - b) <= allowed:
            return False
        compared += 1
        if compared == _ENOUGH:
            break
    return True if compared else None


def places_near(
    names: Iterable[str], point: Mapping[str, float] | None = None
) -> Iterator[dict[str, float]]:
    """Yield points that tell formulas apart: near a given one, else all over."""
    order = sorted(names)
    if point is None:
        for scale in _SCALES:
            for turn, other in (0.61803, scale), (0.41421, -scale):
                yield {  # and variables of both signs together: abs(x*y) is no x*y
                    name: (other if place % 2 else scale)
                    * (1 + 0.3 * ((place * turn) % 1))
                    for place, name in enumerate(order)
                }
        return
    yield dict(point)
    for near in range(1, _NEAR):
        yield {
            name: point[name] + (abs(point[name]) + 0.1) * 0.3 / (near + 0.5) * (
                2 * ((place * 0.61803 + near * 0.41421) % 1) - 1
            )
            for place, name in enumerate(order)
        }  # fmt: skip
