"""Whether two formulas are the same function, found by trying.

Two formulas that agree at several points within their rounding bounds, and are not made
to deceive, are one function; what sympy would have to prove is told at once.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from diffcli.engine.bounds import value_errors
from diffcli.engine.tape import ROUNDING, Program, Undefined
from diffcli.language.expression import Expression
from diffcli.problem import DOUBLE

_SLACK = 8.0  # how many error estimates equal values may differ by
_ENOUGH = 6  # points at which formulas are compared near a given one
_NEAR = 18  # points that are tried there
#: Both signs from the first: abs(x) is no x.
_SCALES = (0.7, -0.6, 1.3, -1.4, 0.4, 2.2, 3.1, 4.6, -2.3, 8.5, 0.15, 17.5, -9.4)
#: A corner may be far: abs(x - 20) is 20 - x up to there.
_FAR = (24.3, -31.0, 57.0, -72.0, 133.0, -160.0, 350.0, -420.0, 910.0, -1130.0)
_BEYOND = 2.1  # times what the numbers of a formula could make the place of a corner
_POOR = 1e-3  # an error beside its value of which one makes sure
_TURNS = (0.61803, 1.0), (0.41421, -1.0)
"""How the values of variables differ, and whether every second has the other sign."""


def equal(
    one: Expression,
    other: Expression,
    point: Mapping[str, float] | None = None,
    of: Expression | None = None,
    off: float = 0.0,
) -> bool | None:
    """Tell whether two formulas have equal values at the point and at others near it.

    Without a point they are compared all over, and only where ``of``, whose derivatives
    they may be, has a value. ``off`` is how far they may lie apart besides: not far
    away, where a rounded factor makes more of it. None: nowhere do all have one.
    """
    program = Program([one, other] if of is None else [one, other, of])
    places = places_near(program.inputs, point)
    if point is None and not off:
        far = places_at(program.inputs, (*_FAR, *_beyond(program)))
        return equal_at(program, chain(places, far), off)
    return equal_at(program, places, off, _ENOUGH)


def equal_at(
    program: Program,
    places: Iterable[Mapping[str, float]],
    off: float,
    most: int | None = None,
) -> bool | None:
    """Tell whether a program's first two outputs are equal at (most of) the places."""
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
            doubtful = ea > _POOR * abs(a) or eb > _POOR * abs(b)
            if not doubtful or _are_apart(program, place, off):
                return False
            continue
        compared += 1
        if compared == most:
            break
    return True if compared else None


def _are_apart(program: Program, place: Mapping[str, float], off: float) -> bool:
    """Tell whether two values differ where their bounds are too large to be bounds.

    They are of first order: what divides by a number that is all error is off by more.
    """
    from diffcli.engine.adaptive import Unsettled, values

    try:
        a, b, *_ = values(program, place, DOUBLE)
    except (Undefined, Unsettled):
        return False
    return bool(abs(a - b) > ROUNDING * (abs(a) + abs(b)) + off)


def places_near(
    names: Iterable[str], point: Mapping[str, float] | None = None
) -> Iterator[dict[str, float]]:
    """Yield points that tell formulas apart: near a given one, else all over."""
    order = sorted(names)
    if point is None:
        yield from places_at(order, _SCALES)
        return
    yield dict(point)
    for near in range(1, _NEAR):
        yield {
            name: point[name] + (abs(point[name]) + 0.1) * 0.3 / (near + 0.5) * (
                2 * ((place * 0.61803 + near * 0.41421) % 1) - 1
            )
            for place, name in enumerate(order)
        }  # fmt: skip


def places_at(
    names: Iterable[str], scales: Iterable[float]
) -> Iterator[dict[str, float]]:
    """Yield points of about these sizes: abs(x*y) is no x*y, abs(x - y) no x - y."""
    order = sorted(names)
    for scale in scales if order else (1.0,):  # for one variable the turns are the same
        for turn, side in _TURNS[: len(order) or 1]:
            yield {
                name: (side * scale if place % 2 else scale)
                * (1 + 0.3 * ((place * turn) % 1))
                for place, name in enumerate(order)
            }


def _beyond(program: Program) -> tuple[float, ...]:
    """Return places behind all that the numbers of a program could make a corner."""
    sizes = [abs(value) for value in program.leaves if value] or [1.0]
    place = _BEYOND * max(sizes) / min(*sizes, 1.0)
    return (place, -place)
