"""How far rounding may have moved each partial of a backward pass, and the value.

A running error analysis beside the two passes: every row's value and adjoint is taken
as off by a little, and what that does to the next row is added up. The values are dealt
with by ``roundings``. A local partial is off by what it rounds; and as it is computed
from numbers that are off, it is found by moving them how far that moves it.

Source: Higham, "Accuracy and Stability of Numerical Algorithms", 2002, sec. 3.3.
"""

import math
from collections.abc import Callable
from functools import cache
from itertools import islice
from operator import attrgetter

from diffcli.calculus.functions import (
    ARITHMETIC,
    FIRST,
    FIXED,
    NAMED,
    ONE,
    SECOND,
    Number,
)
from diffcli.engine.roundings import (
    LONG,
    SHORT,
    SMALL,
    VALUE,
    add_value_errors,
    change,
    roundings,
    underflow,
)
from diffcli.engine.tape import ROUNDING, TINY, BackwardPass, Program, Tape
from diffcli.language.expression import Number as NumberNode

OF_PARTIAL = 32 * ROUNDING
"""How far a local partial may be off, which may square: exp(-u*u)."""
_CIRCULAR = ("sin", "cos", "tan", "asin", "acos", "atan")
_ROUNDED_WELL = ("power", "sqrt", "exp", "log", "abs", *_CIRCULAR)
#: Those that are as good as rounded once.
_WELL = frozenset(ARITHMETIC.values()) | {
    row.value for row in NAMED.values() if row.name in _ROUNDED_WELL
}
_WHOLE = 2.0**53  # up to here every whole number is a double
_ROUNDED_ONCE = frozenset(ARITHMETIC.values())


def partial_bounds(backward: BackwardPass) -> dict[str, float]:
    """Return for each variable a bound on the error of its partial."""
    tape, adjoints = backward
    program, values, errors = tape.program, tape.values, value_errors(tape)
    bounds = [0.0] * len(values)
    known = _SHIFTS.get
    for row, a, b, slopes, toward_a, toward_b in tape.edges():
        upstream, uncertain = abs(adjoints[row]), bounds[row]
        if (upstream == 0.0 and uncertain == 0.0) or values[row] != values[row]:
            continue
        largest = upstream + uncertain
        # Written out for both, and what is usual before what is rare: a sum takes
        # three fifths of the time that calls would take, a chain of sines nine tenths.
        if toward_a is not None:
            size, slope = abs(toward_a), slopes[0]
            if slope is ONE:
                bounds[a] += uncertain + largest * OF_PARTIAL + TINY
            elif size >= SMALL:
                found = known(slope) or shift(slope, b < 0)
                moved = found(slope, toward_a, values, errors, row, a, b)
                bounds[a] += (
                    uncertain * size + largest * (moved + OF_PARTIAL * size) + TINY
                )
            else:
                bounds[a] += through(
                    slope, toward_a, upstream, uncertain, values, errors, row, a, b
                )
        if toward_b is not None:
            size, slope = abs(toward_b), slopes[1]
            if slope is ONE:
                bounds[b] += uncertain + largest * OF_PARTIAL + TINY
            elif size >= SMALL:
                found = known(slope) or shift(slope, b < 0)
                moved = found(slope, toward_b, values, errors, row, a, b)
                bounds[b] += (
                    uncertain * size + largest * (moved + OF_PARTIAL * size) + TINY
                )
            else:
                bounds[b] += through(
                    slope, toward_b, upstream, uncertain, values, errors, row, a, b
                )
    return {
        name: bounds[row] + 2 * ROUNDING * abs(adjoints[row])
        for name, row in program.inputs.items()
    }


def value_bound(backward: BackwardPass) -> float:
    """Return about how far rounding may have moved f: that of its constants, too."""
    tape = backward.tape
    if not rounds_once(tape.program):
        return value_errors(tape)[tape.program.outputs[0]]
    bound = backward.value_bound()
    return bound if bound == bound else math.inf  # a partial that there is not


def rounds_once(program: Program) -> bool:
    """Tell whether a backward pass sees all that rounding does.

    It reaches no constant and does not see a jump, and it takes every row as rounded
    once: that is so of sums, products and quotients.
    """
    active = program.active[len(program.leaves) :]
    once = _ROUNDED_ONCE.issuperset(program.functions) and all(active)
    return once and not any(leaf_errors(program))


def value_errors(tape: Tape) -> list[float]:
    """Return a bound on the error of every row's value."""
    if tape.errors is None:
        program, values = tape.program, tape.values
        tape.errors = errors = leaf_errors(program)
        start = len(errors)
        functions = map(attrgetter("function"), islice(program.nodes, start, None))
        computed = islice(values, start, None)
        rows = zip(
            computed,
            functions,
            program.first,
            program.second,
            *tape.toward,
            strict=True,
        )
        add_value_errors(errors, values, rows)
    return tape.errors


def expected_error(backward: BackwardPass) -> float:
    """Return how far rounding moves f, where every function errs as it usually does.

    That is ``BackwardPass.value_bound``, but for functions that are not rounded to the
    nearest double: their values are off by so many roundings more. Source: Innocente
    and Zimmermann, "Accuracy of Mathematical Functions", 2024, of which we know that
    arithmetic, powers, exp, log and the circular functions stay within one.
    """
    program, values = backward.tape.program, backward.tape.values
    more = 0.0
    for row in program.calls:
        function = program.function(row)
        if function.value not in _WELL:
            units = roundings(function)[0] / ROUNDING / VALUE
            more += (max(units, 2.0) - 1.0) * abs(values[row] * backward.adjoints[row])
    return backward.value_bound() + more * ROUNDING


def leaf_errors(program: Program) -> list[float]:
    """Return the rounding of numerals and constants; a point is exact.

    So are whole numbers, but for large ones: 2.8845e34 is no double.
    """
    return [
        ROUNDING * abs(node.value)
        if isinstance(node, NumberNode)
        and (node.value != math.floor(node.value) or abs(node.value) > _WHOLE)
        else 0.0
        for node in program.nodes[: len(program.leaves)]
    ]


# ---- local partials -----------------------------------------------------------------


def through(
    slope: Number,
    local: float,
    upstream: float,
    uncertain: float,
    values: list[float],
    errors: list[float],
    row: int,
    a: int,
    b: int,
) -> float:
    """Return what an edge adds to the bound on its argument's adjoint.

    ``local`` is the slope of the row there, not a number if there is none; ``upstream``
    the size of the row's adjoint, ``uncertain`` the bound on it.
    """
    size, moved = abs(local), 0.0
    if size != size:
        size = moved = math.inf
    elif slope is not ONE:  # which sums are made of
        found = _SHIFTS.get(slope) or shift(slope, b < 0)
        moved = found(slope, local, values, errors, row, a, b)
    moved += OF_PARTIAL * size
    if size < SMALL:
        moved += underflow(slope, values, a, b)
    return uncertain * size + (upstream + uncertain) * moved + TINY


Shift = Callable[[Number, float, list[float], list[float], int, int, int], float]
"""What returns how far a local partial moves with what it is computed from.

It is given the partial, what it is there, values and errors of all rows, and the rows
of the value and the arguments.
"""


#: For each partial the shortest way to that.
_SHIFTS: dict[Number, Shift] = {
    **dict.fromkeys(FIXED, lambda *_: 0.0),  # the same everywhere
    FIRST: lambda _slope, _local, _values, errors, _row, a, _b: errors[a],
    SECOND: lambda _slope, _local, _values, errors, _row, _a, b: errors[b],
}


def shift(slope: Number, unary: bool) -> Shift:
    """Return the shortest way to how far a partial moves; it is found out once."""
    quick = unary and not uses_value(slope, unary)
    return _SHIFTS.setdefault(slope, shift_by_argument if quick else shift_by_all)


def shift_by_all(
    slope: Number,
    local: float,
    values: list[float],
    errors: list[float],
    row: int,
    a: int,
    b: int,
) -> float:
    """Return how far a partial moves with the value and the arguments.

    Each is off by its error. Infinite: it cannot be computed.
    """
    places = (row, a) if b < 0 else (row, a, b)
    given, moved = [values[place] for place in places], 0.0
    try:
        if uses_value(slope, b < 0):
            moved = change(slope, given, 0, local, errors[row])
        for index, place in enumerate(places[1:], 1):
            if errors[place]:
                moved += change(slope, given, index, local, errors[place])
    except (ValueError, ArithmeticError):
        return math.inf
    return moved


def shift_by_argument(
    slope: Number,
    local: float,
    values: list[float],
    errors: list[float],
    row: int,
    a: int,
    b: int,
) -> float:
    """Return what ``shift_by_all`` does for a partial of the one argument alone.

    It takes half the time.
    """
    error = errors[a]
    if error == 0.0:
        return 0.0
    y, u = values[row], values[a]
    step = abs(u) * SHORT
    try:
        if step > error:
            moved = abs(slope(y, u + step) - local) * (error / step)
            if error <= abs(u) * LONG:
                return moved
            above = abs(slope(y, u + error) - local)
            moved = above if above > moved else moved
        else:
            moved = abs(slope(y, u + error) - local)
        below = abs(slope(y, u - error) - local)
    except (ValueError, ArithmeticError):
        return math.inf
    return below if below > moved else moved


@cache
def uses_value(partial: Number, unary: bool) -> bool:
    """Tell whether a partial is computed from the function's value, too.

    One that is, is no number where the value is none.
    """
    return uses(partial, unary, 0)


@cache
def uses(partial: Number, unary: bool, place: int) -> bool:
    """Tell whether a partial is computed from the value (0) or an argument (1, 2)."""
    for pair in _ANYWHERE:
        given = [0.3, *(pair[:1] if unary else pair)]
        given[place] = math.nan
        try:
            found = partial(*given)
        except (ValueError, ArithmeticError):
            continue
        return found != found
    return True


_ANYWHERE = ((0.7, 0.6), (1.7, 0.6), (-1.7, 0.6), (0.0, 0.6))
"""Arguments, of which every function takes one pair."""
