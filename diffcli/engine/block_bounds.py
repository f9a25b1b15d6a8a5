"""A bound for a whole block of points on what rounding may have moved, at little cost.

It is the running error analysis of ``column_bounds`` with one number for each row: the
largest over the block. Where it is small enough, no point has to be looked at; where it
is not, or nothing can be said so (then it is infinite), the columns of bounds tell.
"""

import math
import operator
from itertools import repeat

from diffcli.arithmetics.columns import Column, local, spread
from diffcli.calculus.functions import FIRST, SECOND, Function, Number
from diffcli.engine.bounds import OF_PARTIAL, leaf_errors, uses
from diffcli.engine.column_bounds import is_whole_power
from diffcli.engine.columns import Passes
from diffcli.engine.roundings import (
    CONSTANT,
    LEAPING,
    SHORT,
    SMALL,
    roundings,
)
from diffcli.engine.tape import ROUNDING, TINY, Program

_UNITS = OF_PARTIAL * ROUNDING


def largest(column: Column) -> float:
    """Return the largest size in a column."""
    if isinstance(column, float):
        return abs(column)
    return max(max(column), -min(column))


def value_errors(
    program: Program,
    values: list[Column],
    locals_: dict[tuple[int, Number], Column],
) -> list[float]:
    """Return for every row a bound on the error of its value at any of the points.

    ``locals_`` are partials that are known already, by row and function.
    """
    errors = [*leaf_errors(program)]
    for row in range(len(errors), len(values)):
        function, places = program.function(row), program.arguments(row)
        own, inside = roundings(function)
        error = own * largest(values[row]) + TINY
        if (inside and _may_underflow(values[row])) or (
            function.value in LEAPING and any(errors[place] for place in places)
        ):
            error = math.inf
        for slope, place in zip(function.partials, places, strict=False):
            moved = errors[place]
            if inside:
                moved += inside * largest(values[place]) + TINY
            if moved:
                factor = locals_.get((row, slope))
                if factor is None:
                    given = [values[each] for each in places]
                    factor = local(slope, values[row], *given)
                error += largest(factor) * moved
        errors.append(error)
    return errors


def partial_bounds(passes: Passes) -> dict[str, float]:
    """Return for each variable a bound on the error of its partial at any point."""
    program, values, adjoints, locals_, _ = passes
    errors = value_errors(program, values, locals_)
    bounds = [0.0] * len(values)
    for row, argument, slope, a, b in program.edges:
        upstream = adjoints[row]
        if upstream is None:
            continue
        places = (row, a) if b < 0 else (row, a, b)
        given, off = [values[p] for p in places], [errors[p] for p in places]
        factor = locals_[row, slope]
        size = largest(factor)
        moved = _moved(program.function(row), slope, given, off, factor)
        moved += _UNITS * size
        bounds[argument] += size * bounds[row] + largest(upstream) * moved + TINY
    return {
        name: bounds[row] + 2 * ROUNDING * largest(passes.partial(name))
        for name, row in program.inputs.items()
    }


def _moved(
    function: Function,
    slope: Number,
    given: list[Column],
    errors: list[float],
    factor: Column,
) -> float:
    """Return how far a local partial moves with the value and the arguments."""
    if slope in CONSTANT:
        return 0.0
    if slope is FIRST or slope is SECOND:
        return errors[1 + (slope is SECOND)]
    if function.rough is not None and not is_whole_power(function, given):
        return math.inf
    if _may_underflow(factor):
        return math.inf
    moved = TINY
    for place, error in enumerate(errors):
        if error and uses(slope, len(given) == 2, place):
            step = max(largest(given[place]) * SHORT, error)
            beside = [*given]
            beside[place] = spread(operator.add, given[place], step)
            change = spread(operator.sub, spread(slope, *beside), factor)
            moved += largest(change) * (error / step)
    return moved


def _may_underflow(column: Column) -> bool:
    """Tell whether a number of a column is next to what underflows, or 0."""
    if isinstance(column, float):
        return abs(column) < SMALL
    return any(map(operator.lt, map(abs, column), repeat(SMALL)))
