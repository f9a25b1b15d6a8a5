"""How far rounding may have moved values and partials, at many points at once.

It is the running error analysis of ``bounds`` over columns of doubles: its own sums in
its own order, so that a bound has the bits that it has at one point.
"""

from collections.abc import Callable
from functools import partial

from diffcli.arithmetics.columns import Column, spread
from diffcli.calculus.functions import FIRST, FIXED, POWER, SECOND, Function, Number
from diffcli.engine.bounds import OF_PARTIAL, leaf_errors, through
from diffcli.engine.passes import Passes
from diffcli.engine.roundings import SIZES, SMALL, add_value_errors, habits
from diffcli.engine.tape import ROUNDING, TINY, Program, at


def value_errors(program: Program, values: list[Column]) -> list[Column]:
    """Return a bound on the error of every row's value, as a column."""
    errors: list[Column] = [*leaf_errors(program)]
    for row in range(len(errors), len(values)):
        function, places = program.function(row), program.arguments(row)
        moved = [errors[place] for place in places]
        own, inside, sizes, beyond = habits(function)
        known = zip(sizes, moved, strict=True)
        if function.partials == (SECOND, FIRST):
            one = partial(_of_factors, function, own)
            moved = [*(values[place] for place in places), *moved]
        elif inside or beyond or any(size is None and e != 0.0 for size, e in known):
            one = partial(_ONE_VALUE[len(places)], function)
            moved = [*(values[place] for place in places), *moved]
        else:  # arguments that are exact, or partials that are the same everywhere
            pairs = zip(sizes, moved, strict=True)
            carried = [(size or 0.0, e) for size, e in pairs if e != 0.0]
            moved = [e for _, e in carried]
            one = partial(_SUMS[len(moved)], own, *(size for size, _ in carried))
        errors.append(spread(one, values[row], *moved))
    return errors


def partial_bounds(passes: Passes, errors: list[Column]) -> dict[str, Column]:
    """Return for each variable a bound on the error of its partial, as a column."""
    program, values, adjoints, _, _ = passes
    bounds: list[Column] = [0.0] * len(values)
    for row, argument, slope, a, b in program.edges:
        upstream = adjoints[row]
        if upstream is None:
            continue
        places = (row, a) if b < 0 else (row, a, b)
        one: Callable[..., float] = partial(_ONE_EDGE[len(places)], slope)
        numbers: list[Column]
        if slope in FIXED:
            one, numbers = _factor, [SIZES[slope], 0.0]
        elif slope is FIRST or slope is SECOND:
            factor = b if slope is SECOND else a
            one, numbers = _factor, [values[factor], errors[factor]]
        else:
            numbers = [values[p] for p in places] + [errors[p] for p in places]
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
    errors = [error]
    add_value_errors(errors, [u], [(y, function, 0, -1, None, None)])
    return errors[-1]


def _of_two(
    function: Function, y: float, u: float, v: float, first: float, second: float
) -> float:
    errors = [first, second]
    add_value_errors(errors, [u, v], [(y, function, 0, 1, None, None)])
    return errors[-1]


def _rounded(own: float, y: float) -> float:
    value = abs(y)
    return own * value + TINY if value < SMALL else own * value


def _moved(own: float, size: float, y: float, error: float) -> float:
    value = abs(y)
    if value < SMALL:
        return own * value + TINY + size * error
    return own * value + size * error


def _moved_by_both(
    own: float, size: float, other: float, y: float, first: float, second: float
) -> float:
    value = abs(y)
    if value < SMALL:
        return own * value + TINY + size * first + other * second
    return own * value + size * first + other * second


def _of_factors(
    function: Function,
    own: float,
    y: float,
    u: float,
    v: float,
    first: float,
    second: float,
) -> float:
    value, a, b = abs(y), abs(u), abs(v)
    if value < SMALL or a <= SMALL or b <= SMALL:
        return _of_two(function, y, u, v, first, second)
    return own * value + b * first + a * second


_SUMS: dict[int, Callable[..., float]] = {0: _rounded, 1: _moved, 2: _moved_by_both}
"""What ``value_error`` is where nothing else counts, by how many arguments move."""

_ONE_VALUE: dict[int, Callable[..., float]] = {1: _of_one, 2: _of_two}
"""The error of a value, by the number of its arguments."""


def _factor(
    bound: float, uncertain: float, upstream: float, factor: float, error: float
) -> float:
    """Return a bound with what ``through`` adds for a partial that is a factor."""
    upstream, local = abs(upstream), abs(factor)
    if upstream == 0.0 and uncertain == 0.0:
        return bound
    error += OF_PARTIAL * local
    if local < SMALL:
        error += TINY
    return bound + (uncertain * local + (upstream + uncertain) * error + TINY)


def _to_one(
    slope: Number, bound: float, uncertain: float, upstream: float,
    y: float, u: float, y_error: float, u_error: float,
) -> float:  # fmt: skip
    upstream = abs(upstream)
    if upstream == 0.0 and uncertain == 0.0:
        return bound
    values, errors = [y, u], [y_error, u_error]
    local = at(slope, y, u)
    return bound + through(slope, local, upstream, uncertain, values, errors, 0, 1, -1)


def _to_one_of_two(
    slope: Number, bound: float, uncertain: float, upstream: float,
    y: float, u: float, v: float, y_error: float, u_error: float, v_error: float,
) -> float:  # fmt: skip
    upstream = abs(upstream)
    if upstream == 0.0 and uncertain == 0.0:
        return bound
    values, errors = [y, u, v], [y_error, u_error, v_error]
    local = at(slope, y, u, v)
    return bound + through(slope, local, upstream, uncertain, values, errors, 0, 1, 2)


_ONE_EDGE: dict[int, Callable[..., float]] = {2: _to_one, 3: _to_one_of_two}
"""A bound with what an edge adds, by how many numbers its row has."""


def _term(y: float, adjoint: float) -> float:
    return abs(adjoint) * (abs(y) * ROUNDING + TINY)


def _with_adjoint(bound: float, adjoint: float) -> float:
    return bound + 2 * ROUNDING * abs(adjoint)
