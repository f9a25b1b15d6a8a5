"""How far rounding may have moved each partial of a backward pass.

A running error analysis beside the two passes: every row's value and adjoint is
taken as off by a little, and what that does to the next row is added up. The
change of a local partial is found by moving its arguments.

Source: Higham, "Accuracy and Stability of Numerical Algorithms", 2002, sec. 3.3; of
the C library: Gladman, Innocente, Mather & Zimmermann, "Accuracy of Mathematical
Functions in Single, Double, Extended Double and Quadruple Precision", 2024.
"""

import math
import sys
from functools import cache
from itertools import islice

from diffcli.calculus.functions import (
    ARITHMETIC,
    FIRST,
    MINUS_ONE,
    NAMED,
    ONE,
    SECOND,
    WHEN,
    ZERO,
    Function,
    Number,
)
from diffcli.calculus.numeric import lgamma, power_by_base
from diffcli.engine.tape import ROUNDING, TINY, BackwardPass, Program, Tape
from diffcli.language.expression import Number as NumberNode
from diffcli.records import Record

_VALUE = 2.0  # roundings in a value
_COMPOSED = 6.0  # in that of a function which is made of others
_LOOSE = 10.0  # in that of those which the C library computes less well
_LESS_WELL = frozenset((
    math.gamma, math.erf, math.erfc, math.cbrt, math.sinh, math.cosh, math.tanh,
    math.asinh, math.acosh, math.atanh, lgamma,
))  # fmt: skip
_CIRCULAR = ("sin", "cos", "tan", "asin", "acos", "atan")
_ROUNDED_WELL = ("power", "sqrt", "exp", "log", "abs", *_CIRCULAR)
#: Those that are as good as rounded once.
_WELL = frozenset(ARITHMETIC.values()) | {
    row.value for row in NAMED.values() if row.name in _ROUNDED_WELL
}
_INSIDE = 2.0  # in an argument, before a composed function uses it
_WHOLE = 2.0**53  # up to here every whole number is a double
_ROUNDED_ONCE = frozenset(ARITHMETIC.values())
OF_PARTIAL = 32.0  # in a local partial, which may square its argument, as in exp(-u*u)
#: The size of partials that are the same everywhere.
CONSTANT = {ONE: 1.0, MINUS_ONE: 1.0, ZERO: 0.0}
_OF_PARTIAL = OF_PARTIAL * ROUNDING
_STILL = {partial: (size, 0.0) for partial, size in CONSTANT.items()}
#: The values of functions that jump where their argument passes some place.
LEAPING = frozenset(
    row.value
    for row in NAMED.values()
    if row is WHEN or (row.rough is not None and row.rough.kind == "jump")
)
SHORT = 2.0**-45  # a step beside a size: short beside a wave, as of sin at 1e9
SMALL = 1e-290  # next to what underflows
_UNDERFLOWS = 8.0  # smallest doubles that are lost where a part of a row underflows
_SQUARES = 1e153  # a size whose square may overflow
_LARGEST_FACTOR = 1e3  # of such a part: exp(-u) underflows before
Effect = tuple[float, float]
"""The size of a local partial, and how far it moves with what it is made of."""


def partial_bounds(backward: BackwardPass) -> dict[str, float]:
    """Return for each variable a bound on the error of its partial."""
    tape, adjoints = backward
    program, values, errors = tape.program, tape.values, value_errors(tape)
    bounds = [0.0] * len(values)
    for row, a, b, partials in program.backward():
        upstream, uncertain = abs(adjoints[row]), bounds[row]
        if (upstream == 0.0 and uncertain == 0.0) or values[row] != values[row]:
            continue
        given = upstream, uncertain, values, errors, row, a, b
        if (first := partials[0]) is not None:
            bounds[a] += through(first, *given)
        if b >= 0 and (second := partials[1]) is not None:
            bounds[b] += through(second, *given)
    return {
        name: bounds[row] + 2 * ROUNDING * abs(adjoints[row])
        for name, row in program.inputs.items()
    }


def through(
    slope: Number,
    upstream: float,
    uncertain: float,
    values: list[float],
    errors: list[float],
    row: int,
    a: int,
    b: int,
) -> float:
    """Return what an edge adds to the bound on its argument's adjoint.

    ``upstream`` is the size of the row's adjoint, ``uncertain`` the bound on it.
    """
    local, moved = _STILL.get(slope) or _effect(slope, values, errors, row, a, b)
    moved += _OF_PARTIAL * local
    if local < SMALL:
        moved += _underflow(slope, values, a, b)
    return uncertain * local + (upstream + uncertain) * moved + TINY


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
    """Return a bound on the error of every row's value.

    A row that is defined by others is taken as if its arguments were rounded once more.
    """
    if tape.errors is not None:
        return tape.errors
    program, values = tape.program, tape.values
    errors = leaf_errors(program)
    for node, row, a, b in zip(
        islice(program.nodes, len(errors), None), range(len(errors), len(values)),
        program.first, program.second, strict=True,
    ):  # fmt: skip
        function: Function = node.function  # type: ignore[attr-defined]
        errors.append(value_error(function, values, errors, row, a, b))
    tape.errors = errors
    return errors


def value_error(
    function: Function,
    values: list[float],
    errors: list[float],
    row: int,
    a: int,
    b: int,
) -> float:
    """Return a bound on the error of a row's value, from those of its arguments."""
    value = abs(values[row])
    if value != value:  # a gap, which nobody uses
        return 0.0
    own, inside, sizes, leaps = habits(function)
    error = own * value
    if value < SMALL:
        error += _underflow(function.value, values, a, b) if inside else TINY
    # Written out for both: a loop makes a chain of sines a quarter slower.
    moved = errors[a] + inside * abs(values[a]) if inside else errors[a]
    if moved:
        size = sizes[0]
        error += (
            _moves(function, 0, row, a, b, values, moved)
            if size is None
            else size * moved
        )
    if b >= 0:
        moved = errors[b] + inside * abs(values[b]) if inside else errors[b]
        if moved:
            size = sizes[1]
            error += (
                _moves(function, 1, row, a, b, values, moved)
                if size is None
                else size * moved
            )
    if leaps:
        places = (a,) if b < 0 else (a, b)
        error += leap(
            function, [values[p] for p in places], [errors[p] for p in places]
        )
    return error


class Habits(Record):
    """What is asked of a function at every row."""

    #: What ``roundings`` says of it.
    own: float
    inside: float
    #: The sizes of its partials, where they are the same everywhere.
    sizes: tuple[float | None, ...]
    leaps: bool


_HABITS: dict[str, Habits] = {}


def habits(function: Function) -> Habits:
    """Return what is asked of a function at every row; it is found out once."""
    if known := _HABITS.get(function.name):
        return known
    sizes = tuple(map(CONSTANT.get, function.partials))
    found = Habits(*roundings(function), sizes, function.value in LEAPING)
    return _HABITS.setdefault(function.name, found)


def roundings(function: Function) -> tuple[float, float]:
    """Return how far a value is off, relative to it, and before that its arguments.

    What is composed of other functions may cancel inside: lgamma, logsumexp.
    """
    own = _COMPOSED if function.definition else _VALUE
    own = _LOOSE if function.value in _LESS_WELL else own
    return own * ROUNDING, _INSIDE * ROUNDING if function.definition else 0.0


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
            units = roundings(function)[0] / ROUNDING / _VALUE
            more += (max(units, 2.0) - 1.0) * abs(values[row] * backward.adjoints[row])
    return backward.value_bound() + more * ROUNDING


def _underflow(called: Number, values: list[float], a: int, b: int) -> float:
    """Return what is lost where a part of a row is next to 0: that times a factor.

    The factor is an argument, as in u*sigmoid(u).
    """
    if called in CONSTANT or called in (FIRST, SECOND):
        return TINY
    sizes = [abs(values[place]) for place in ((a,) if b < 0 else (a, b))]
    if max(sizes) > _SQUARES:  # 1/(1+u*u) is 0 there
        return 1 / sys.float_info.max
    if called is not power_by_base:  # v*u**(v-1) may be of a large v
        sizes = [min(size, _LARGEST_FACTOR) for size in sizes]
    return _UNDERFLOWS * TINY * (1.0 + sum(sizes))


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


def leap(function: Function, given: list[float], errors: list[float]) -> float:
    """Return how far a value jumps if its arguments are off by their errors."""
    error = sum(errors)
    if error == 0.0:
        return 0.0
    tried = [
        [x + (sign * error if place == moved else 0.0) for place, x in enumerate(given)]
        for moved in range(len(given))
        for sign in (-1, 1)
    ]
    if len(given) == 2 and abs(given[0] - given[1]) <= error:
        tried.append([given[0], given[0]])  # where == holds
    try:
        here = function.value(*given)
        return max(abs(function.value(*beside) - here) for beside in tried)
    except (ValueError, ArithmeticError):
        return math.inf


def _moves(
    function: Function,
    place: int,
    row: int,
    a: int,
    b: int,
    values: list[float],
    error: float,
) -> float:
    """Return how far a row moves with an argument that is off by an error.

    Its partial is not the same everywhere. Infinite: it cannot be computed.
    """
    partial = function.partials[place]
    try:
        if b < 0:
            local = abs(partial(values[row], values[a]))
        else:
            local = abs(partial(values[row], values[a], values[b]))
        if local > SMALL or function.rough is not None:
            return local * error
        given = [values[a]] if b < 0 else [values[a], values[b]]
        return _change(function.value, given, place, values[row], error)
    except (ValueError, ArithmeticError):
        return math.inf


def _effect(
    partial: Number, values: list[float], errors: list[float], row: int, a: int, b: int
) -> Effect:
    """Return a partial's size, and how far it moves with y and its arguments.

    Where it cannot be computed both are infinite.
    """
    if partial is SECOND:
        return abs(values[b]), errors[b]
    if partial is FIRST:
        return abs(values[a]), errors[a]
    if b < 0 and not uses_value(partial, True):
        return effect_of_argument(partial, values[row], values[a], errors[a])
    places = (row, a) if b < 0 else (row, a, b)
    return effect(partial, [values[p] for p in places], [errors[p] for p in places])


def effect(partial: Number, given: list[float], errors: list[float]) -> Effect:
    """Return a local partial's size, and how far it moves with what it is given.

    That is the value and the arguments, each off by its error. Both are infinite where
    the partial cannot be computed.
    """
    moved, local = 0.0, math.inf
    try:
        local = partial(*given)
        if uses_value(partial, len(given) == 2):
            moved = _change(partial, given, 0, local, errors[0])
        for index in range(1, len(given)):
            if errors[index]:
                moved += _change(partial, given, index, local, errors[index])
    except (ValueError, ArithmeticError):
        return abs(local), math.inf
    return abs(local), moved


def effect_of_argument(partial: Number, y: float, u: float, error: float) -> Effect:
    """Return what ``effect`` does for a partial that needs one number alone.

    Most do, and take half the time this way.
    """
    size, local = abs(u), math.inf
    try:
        local = partial(y, u)
        if error == 0.0:
            return abs(local), 0.0
        if (step := size * SHORT) > error:
            moved = abs(partial(y, u + step) - local) * (error / step)
            if error <= size * 2.0**-50:
                return abs(local), moved
            moved = max(moved, abs(partial(y, u + error) - local))
        else:
            moved = abs(partial(y, u + error) - local)
        below = abs(partial(y, u - error) - local)
        moved = below if below > moved else moved
    except (ValueError, ArithmeticError):
        return abs(local), math.inf
    return abs(local), moved


def _change(
    partial: Number, given: list[float], index: int, local: float, error: float
) -> float:
    """Return how far a partial moves with one of what it is given.

    That is moved by its error, and by more, scaled down, for a step within one
    rounding shows nothing.

    Raises ValueError and ArithmeticError where there is no partial.
    """
    here = given[index]
    size = abs(here)
    step = max(size * SHORT, error)
    given[index] = here + step
    change = abs(partial(*given) - local)
    if step > error:
        change *= error / step
    if error > size * 2.0**-50:
        for there in (here + error, here - error):
            given[index] = there
            change = max(change, abs(partial(*given) - local))
    given[index] = here
    return change


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
        given = [0.3, *pair[: 1 if unary else 2]]
        given[place] = math.nan
        try:
            found = partial(*given)
        except (ValueError, ArithmeticError):
            continue
        return found != found
    return True


_ANYWHERE = ((0.7, 0.6), (1.7, 0.6), (-1.7, 0.6), (0.0, 0.6))
"""Arguments, of which every function takes one pair."""
