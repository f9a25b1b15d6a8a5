"""How far rounding may have moved values and partials, at many points at once.

It is the running error analysis of ``bounds`` over columns of doubles: the same sums.
Only how far the local partial of a smooth function moves is told by one step in each
argument; so a bound here is the one there, or a little smaller. Where something
underflows there is none: one that is infinite or no number tells nothing.
"""

import math
from collections.abc import Callable
from functools import partial
from typing import Any

from diffcli.arithmetics.columns import Column, local, spread, total
from diffcli.calculus.functions import FIRST, INFIX, SECOND, Function, Number
from diffcli.engine.bounds import (
    CONSTANT,
    LEAPING,
    OF_PARTIAL,
    SHORT,
    SMALL,
    effect,
    leaf_errors,
    leap,
    roundings,
    uses,
)
from diffcli.engine.columns import Passes
from diffcli.engine.tape import ROUNDING, TINY, Program

Locals = dict[tuple[int, Number], Column]
POWER = INFIX["**"]
_UNITS = OF_PARTIAL * ROUNDING


def value_errors(
    program: Program, values: list[Column], locals_: Locals
) -> list[Column]:
    """Return a bound on the error of every row's value, as a column.

    ``locals_`` are partials that are known already, by row and function.
    """
    errors: list[Column] = [*leaf_errors(program)]
    for row in range(len(errors), len(values)):
        function, places = program.function(row), program.arguments(row)
        given = [values[place] for place in places]
        own, inside = roundings(function)
        terms: list[Column] = []
        for slope, place, argument in zip(
            function.partials, places, given, strict=False
        ):
            moved = errors[place]
            if inside:
                moved = total(moved, spread(partial(_rounded, inside), argument))
            if moved != 0.0:
                known = locals_.get((row, slope))
                terms += (known or local(slope, values[row], *given), moved)
        error = spread(partial(_SUMS[len(terms)], own), values[row], *terms)
        if inside:
            error = spread(_but_for_underflow, error, values[row])
        if function.value in LEAPING:
            leaps = partial(_in_halves, partial(leap, function))
            error = total(error, spread(leaps, *given, *(errors[p] for p in places)))
        errors.append(error)
    return errors


def partial_bounds(passes: Passes) -> dict[str, Column]:
    """Return for each variable a bound on the error of its partial, as a column."""
    program, values, adjoints, locals_, _ = passes
    errors = value_errors(program, values, locals_)
    bounds: list[Column] = [0.0] * len(values)
    for row, argument, slope, a, b in program.edges:
        upstream = adjoints[row]
        if upstream is None:
            continue
        places = (row, a) if b < 0 else (row, a, b)
        given, moved = [values[p] for p in places], [errors[p] for p in places]
        through, columns = _through(program.function(row), slope, given, moved)
        factor = locals_[row, slope]
        bounds[argument] = spread(
            through, bounds[argument], bounds[row], upstream, factor, *columns
        )
    return {
        name: spread(_with_adjoint, bounds[row], passes.partial(name))
        for name, row in program.inputs.items()
    }


def _through(
    function: Function, slope: Number, given: list[Column], errors: list[Column]
) -> tuple[Callable[..., float], list[Column]]:
    """Return what adds an edge to its argument's bound, and the columns it takes.

    It is given that bound, the one on the row's adjoint, the adjoint and the local
    partial before them. ``given`` and ``errors`` are the row's and its arguments'.
    """
    if slope in CONSTANT:
        return _constant, []
    if slope is FIRST or slope is SECOND:
        return _factor, [errors[1 + (slope is SECOND)]]
    if function.rough is not None and not is_whole_power(function, given):
        return partial(_rough, slope), [*given, *errors]
    unary = len(given) == 2
    used = [place for place in range(len(given)) if uses(slope, unary, place)]
    if unary and used == [1]:
        return partial(_of_argument, slope), [*given, errors[1]]
    return partial(_smooth, slope, used), [*given, *errors]


def is_whole_power(function: Function, given: list[Column]) -> bool:
    """Tell whether a row is a power such as u**2, which is smooth everywhere."""
    exponent = given[-1]
    return function is POWER and isinstance(exponent, float) and exponent.is_integer()


# ---- at one point -------------------------------------------------------------------


def _rounded(own: float, value: float) -> float:
    return own * abs(value) + TINY


def _moved(own: float, value: float, local: float, error: float) -> float:
    return own * abs(value) + TINY + abs(local) * error


def _moved_by_both(
    own: float, value: float, first: float, a: float, second: float, b: float
) -> float:
    return own * abs(value) + TINY + abs(first) * a + abs(second) * b


_SUMS: dict[int, Callable[..., float]] = {0: _rounded, 2: _moved, 4: _moved_by_both}
"""The error of a value, by how many numbers tell what its arguments' errors do."""


def _but_for_underflow(error: float, value: float) -> float:
    return math.inf if 0.0 < abs(value) < SMALL else error


def _in_halves(function: Callable[..., Any], *numbers: float) -> Any:
    half = len(numbers) // 2
    return function([*numbers[:half]], [*numbers[half:]])


def _constant(bound: float, uncertain: float, upstream: float, local: float) -> float:
    return bound + abs(local) * (uncertain + _UNITS * abs(upstream)) + TINY


def _factor(
    bound: float, uncertain: float, upstream: float, local: float, error: float
) -> float:
    size = abs(local)
    return bound + uncertain * size + abs(upstream) * (error + _UNITS * size) + TINY


def _of_argument(
    slope: Number,
    bound: float,
    uncertain: float,
    upstream: float,
    local: float,
    y: float,
    u: float,
    error: float,
) -> float:
    size = abs(local)
    moved = _UNITS * size + TINY
    if error:
        step = max(abs(u) * SHORT, error)
        moved += abs(slope(y, u + step) - local) * (error / step)
    moved = _but_for_underflow(moved, size)
    return bound + uncertain * size + abs(upstream) * moved + TINY


def _smooth(
    slope: Number,
    used: list[int],
    bound: float,
    uncertain: float,
    upstream: float,
    local: float,
    *numbers: float,
) -> float:
    half = len(numbers) // 2
    given = [*numbers[:half]]
    size = abs(local)
    moved = _UNITS * size + TINY
    for place in used:
        error = numbers[half + place]
        if error:
            here = given[place]
            step = max(abs(here) * SHORT, error)
            given[place] = here + step
            moved += abs(slope(*given) - local) * (error / step)
            given[place] = here
    moved = _but_for_underflow(moved, size)
    return bound + uncertain * size + abs(upstream) * moved + TINY


def _rough(
    slope: Number,
    bound: float,
    uncertain: float,
    upstream: float,
    local: float,
    *numbers: float,
) -> float:
    size, moved = _in_halves(partial(effect, slope), *numbers)
    moved += _UNITS * size + TINY
    moved = _but_for_underflow(moved, size)
    return float(bound + uncertain * size + abs(upstream) * moved + TINY)


def _with_adjoint(bound: float, adjoint: float) -> float:
    return bound + 2 * ROUNDING * abs(adjoint)
