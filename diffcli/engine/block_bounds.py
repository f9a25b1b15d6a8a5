"""Bounds on what rounding may have moved, for a whole block or each point of it.

It is the running error analysis of ``column_bounds``, a little larger and at little
cost: by whole columns, and of values in a block by one number for each row, the largest
there. Where such a bound is small enough no point has to be looked at; where it is not,
or nothing can be said so (then it is infinite), the columns of bounds tell.
"""

import math
import operator
from collections.abc import Callable

from diffcli.arithmetics.columns import Column, local, product, spread, total
from diffcli.calculus.functions import FIRST, FIXED, SECOND, ZERO, Function, Number
from diffcli.engine.bounds import OF_PARTIAL, leaf_errors, uses
from diffcli.engine.column_bounds import is_whole_power
from diffcli.engine.passes import Passes
from diffcli.engine.roundings import LEAPING, SHORT, SMALL, roundings
from diffcli.engine.tape import ROUNDING, TINY, Program

Size = Callable[[Column], Column]
"""How large a column is: ``largest``, or ``each``."""


def largest(column: Column) -> float:
    """Return the largest size in a column."""
    if isinstance(column, float):
        return abs(column)
    return max(max(column), -min(column))


def each(column: Column) -> Column:
    """Return the size of every number in a column."""
    return spread(abs, column)


def value_errors(
    program: Program,
    values: list[Column],
    locals_: dict[tuple[int, Number], Column],
    size: Size = largest,
) -> list[Column]:
    """Return for every row a bound on the error of its value at the points.

    ``locals_`` are partials that are known already, by row and function; more are
    added as they are asked for.
    """
    errors: list[Column] = [*leaf_errors(program)]
    for row in range(len(errors), len(values)):
        function, places = program.function(row), program.arguments(row)
        own, inside = roundings(function)
        error = total(product(size(values[row]), own), TINY) if own else 0.0
        if inside:
            error = total(error, _underflowing(values[row], size))
        if function.value in LEAPING and any(errors[p] != 0.0 for p in places):
            error = math.inf
        for slope, place in zip(function.partials, places, strict=False):
            moved = errors[place]
            if inside:
                typed = total(product(size(values[place]), inside), TINY)
                moved = total(moved, typed)
            if moved != 0.0 and slope is not ZERO:
                factor = locals_.get((row, slope))
                if factor is None:
                    given = [values[p] for p in places]
                    factor = locals_[row, slope] = local(slope, values[row], *given)
                error = total(error, product(size(factor), moved))
        errors.append(error)
    return errors


def partial_bounds(passes: Passes, errors: list[Column]) -> dict[str, Column]:
    """Return for each variable a bound on the error of its partial at each point.

    ``errors`` are those of the values there.
    """
    program, values, adjoints, locals_, _ = passes
    bounds: list[Column] = [0.0] * len(values)
    for row, argument, slope, a, b in program.edges:
        upstream = adjoints[row]
        if upstream is None:
            continue
        if slope is ZERO:
            bounds[argument] = total(bounds[argument], TINY)
            continue
        places = (row, a) if b < 0 else (row, a, b)
        given, off = [values[p] for p in places], [errors[p] for p in places]
        factor = locals_[row, slope]
        large = each(factor)
        moved = _moved(program.function(row), slope, given, off, factor)
        moved = total(product(large, OF_PARTIAL), moved)
        bound = total(product(each(upstream), moved), TINY)
        if bounds[row] != 0.0:
            bound = total(bound, product(large, bounds[row]))
        before = bounds[argument]
        bounds[argument] = bound if before == 0.0 else total(before, bound)
    return {
        name: total(bounds[row], product(each(passes.partial(name)), 2 * ROUNDING))
        for name, row in program.inputs.items()
    }


def _moved(
    function: Function,
    slope: Number,
    given: list[Column],
    errors: list[Column],
    factor: Column,
) -> Column:
    """Return how far a local partial moves with the value and the arguments."""
    if slope in FIXED:
        return 0.0
    if slope is FIRST or slope is SECOND:
        return errors[1 + (slope is SECOND)]
    if function.rough is not None and not is_whole_power(function, given):
        return math.inf
    moved = total(_underflowing(factor, each), TINY)
    for place, error in enumerate(errors):
        if error != 0.0 and uses(slope, len(given) == 2, place):
            step = spread(max, product(each(given[place]), SHORT), error)
            beside = [*given]
            beside[place] = total(given[place], step)
            change = spread(operator.sub, spread(slope, *beside), factor)
            share = spread(operator.truediv, error, step)
            moved = total(moved, product(each(change), share))
    return moved


def _underflowing(column: Column, size: Size) -> Column:
    """Return infinity where a number is next to what underflows, or 0; else 0."""
    if not isinstance(column, list):
        return math.inf if abs(column) < SMALL else 0.0
    if min(map(abs, column)) >= SMALL:
        return 0.0
    if size is largest:
        return math.inf
    return [math.inf if abs(x) < SMALL else 0.0 for x in column]
