"""How far rounding may have moved values and partials, at many points at once.

It is the running error analysis of ``bounds`` over columns of doubles: its own sums in
its own order, so that a bound has the bits that it has at one point.
"""

from collections.abc import Callable
from functools import partial

from diffcli.arithmetics.columns import Column, spread
from diffcli.calculus.functions import INFIX, Function, Number
from diffcli.engine.bounds import CONSTANT, leaf_errors, through, value_error
from diffcli.engine.columns import Passes
from diffcli.engine.tape import ROUNDING, TINY, Program

POWER = INFIX["**"]


def value_errors(program: Program, values: list[Column]) -> list[Column]:
    """Return a bound on the error of every row's value, as a column."""
    errors: list[Column] = [*leaf_errors(program)]
    for row in range(len(errors), len(values)):
        places = program.arguments(row)
        one = partial(_ONE_VALUE[len(places)], program.function(row))
        given = values[row], *(values[p] for p in places), *(errors[p] for p in places)
        errors.append(spread(one, *given))
    return errors


def partial_bounds(passes: Passes, errors: list[Column]) -> dict[str, Column]:
    """Return for each variable a bound on the error of its partial, as a column."""
    program, values, adjoints, _, _ = passes
    bounds: list[Column] = [0.0] * len(values)
    for row, argument, slope, a, b in program.edges:
        upstream = adjoints[row]
        if upstream is None:
            continue
        numbers: list[Column] = []
        if slope not in CONSTANT:
            places = (row, a) if b < 0 else (row, a, b)
            numbers = [values[p] for p in places] + [errors[p] for p in places]
        one = partial(_ONE_EDGE[len(numbers)], slope)
        bounds[argument] = spread(
            one, bounds[argument], bounds[row], upstream, *numbers
        )
    return {
        name: spread(_with_adjoint, bounds[row], passes.partial(name))
        for name, row in program.inputs.items()
    }


def value_bound(passes: Passes) -> Column:
    """Return what ``BackwardPass.value_bound`` does, as a column."""
    first = len(passes.program.leaves)
    rows = zip(passes.values[first:], passes.adjoints[first:], strict=True)
    terms = [spread(_term, y, adjoint or 0.0) for y, adjoint in rows]
    return spread(lambda *each: sum(each), *terms)


def is_whole_power(function: Function, given: list[Column]) -> bool:
    """Tell whether a row is a power such as u**2, which is smooth everywhere."""
    exponent = given[-1]
    return function is POWER and isinstance(exponent, float) and exponent.is_integer()


# ---- at one point -------------------------------------------------------------------


def _of_one(function: Function, y: float, u: float, error: float) -> float:
    return value_error(function, [y, u], [0.0, error], 0, 1, -1)


def _of_two(
    function: Function, y: float, u: float, v: float, first: float, second: float
) -> float:
    return value_error(function, [y, u, v], [0.0, first, second], 0, 1, 2)


_ONE_VALUE: dict[int, Callable[..., float]] = {1: _of_one, 2: _of_two}
"""The error of a value, by the number of its arguments."""


def _still(slope: Number, bound: float, uncertain: float, upstream: float) -> float:
    upstream = abs(upstream)
    if upstream == 0.0 and uncertain == 0.0:
        return bound
    return bound + through(slope, upstream, uncertain, [], [], 0, 1, -1)


def _to_one(
    slope: Number, bound: float, uncertain: float, upstream: float,
    y: float, u: float, y_error: float, u_error: float,
) -> float:  # fmt: skip
    upstream = abs(upstream)
    if upstream == 0.0 and uncertain == 0.0:
        return bound
    return bound + through(
        slope, upstream, uncertain, [y, u], [y_error, u_error], 0, 1, -1
    )


def _to_one_of_two(
    slope: Number, bound: float, uncertain: float, upstream: float,
    y: float, u: float, v: float, y_error: float, u_error: float, v_error: float,
) -> float:  # fmt: skip
    upstream = abs(upstream)
    if upstream == 0.0 and uncertain == 0.0:
        return bound
    return bound + through(
        slope, upstream, uncertain, [y, u, v], [y_error, u_error, v_error], 0, 1, 2
    )


_ONE_EDGE: dict[int, Callable[..., float]] = {0: _still, 4: _to_one, 6: _to_one_of_two}
"""A bound with what an edge adds, by how many numbers its partial is told."""


def _term(y: float, adjoint: float) -> float:
    return abs(adjoint) * (abs(y) * ROUNDING + TINY)


def _with_adjoint(bound: float, adjoint: float) -> float:
    return bound + 2 * ROUNDING * abs(adjoint)
