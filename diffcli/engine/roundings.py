"""How far rounding may have moved the value of a row.

It is off by what its function rounds, and by what its arguments are off by, times the
partial toward them.

Source: Higham, "Accuracy and Stability of Numerical Algorithms", 2002, sec. 3.3; of
the C library: Gladman, Innocente, Mather & Zimmermann, "Accuracy of Mathematical
Functions in Single, Double, Extended Double and Quadruple Precision", 2024.
"""

import math
import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import product

from diffcli.calculus.functions import (
    CONDITIONS,
    FIRST,
    FIXED,
    NAMED,
    SECOND,
    WHEN,
    ZERO,
    Function,
    Number,
)
from diffcli.calculus.numeric import lgamma, power_by_base
from diffcli.engine.tape import ROUNDING, TINY
from diffcli.records import Record

VALUE = 2.0  # roundings in a value
_COMPOSED = 6.0  # in that of a function which is made of others
_LOOSE = 10.0  # in that of those which the C library computes less well
_LESS_WELL = frozenset((
    math.gamma, math.erf, math.erfc, math.cbrt, math.sinh, math.cosh, math.tanh,
    math.asinh, math.acosh, math.atanh, lgamma,
))  # fmt: skip
_INSIDE = 2.0  # in an argument, before a composed function uses it
#: The size of partials that are the same everywhere.
SIZES = {slope: abs(number) for slope, number in FIXED.items()}
#: Of conditions: and, or, not.
_LOGIC = frozenset(
    row.value for row in CONDITIONS if row.rough is None and row is not WHEN
)
#: The values of functions that jump where their argument passes some place.
LEAPING = _LOGIC | {
    row.value
    for row in NAMED.values()
    if row is WHEN or (row.rough is not None and row.rough.kind == "jump")
}
SHORT = 2.0**-45  # a step beside a size: short beside a wave, as of sin at 1e9
LONG = 2.0**-50  # an error beside a size that is more than a few roundings
SMALL = 1e-290  # next to what underflows
_UNDERFLOWS = 8.0  # smallest doubles that are lost where a part of a row underflows
_SQUARES = 1e153  # a size whose square may overflow
_LARGEST_FACTOR = 1e3  # of such a part: exp(-u) underflows before

Called = tuple[float, Function, int, int, float | None, float | None]
"""A row that was computed: its value, its function, the rows of its arguments (-1:
there is none), and the local partials toward them (None: nobody has asked).
"""


def add_value_errors(
    errors: list[float], values: list[float], rows: Iterable[Called]
) -> None:
    """Add bounds on the errors of rows to those of the rows before them.

    A row that is defined by others is taken as if its arguments were rounded once more.
    """
    append, known = errors.append, _HABITS.get
    for y, function, a, b, toward_a, toward_b in rows:
        value = abs(y)
        if value != value:  # a gap, which nobody uses
            append(0.0)
            continue
        own, inside, _, beyond = known(function.name) or habits(function)
        error = own * value
        if value < SMALL and own:
            error += underflow(function.value, values, a, b) if inside else TINY
        # Written out for both: a loop makes a chain of sines a quarter slower.
        if moved := errors[a] + inside * abs(values[a]) if inside else errors[a]:
            size = -1.0 if toward_a is None else abs(toward_a)
            error += (
                size * moved
                if size > SMALL
                else _carried(function, 0, y, values, a, b, moved)
            )
        if b >= 0 and (
            moved := errors[b] + inside * abs(values[b]) if inside else errors[b]
        ):
            size = -1.0 if toward_b is None else abs(toward_b)
            error += (
                size * moved
                if size > SMALL
                else _carried(function, 1, y, values, a, b, moved)
            )
        if beyond is not None:
            places = (a,) if b < 0 else (a, b)
            error += beyond(
                function, [values[p] for p in places], [errors[p] for p in places]
            )
        append(error)


class Habits(Record):
    """What is asked of a function at every row."""

    #: What ``roundings`` says of it.
    own: float
    inside: float
    #: The sizes of its partials, where they are the same everywhere.
    sizes: tuple[float | None, ...]
    #: What tells how far it moves beyond what its partials say; None: nowhere.
    beyond: Callable[[Function, list[float], list[float]], float] | None


_HABITS: dict[str, Habits] = {}


def habits(function: Function) -> Habits:
    """Return what is asked of a function at every row; it is found out once."""
    if known := _HABITS.get(function.name):
        return known
    sizes = tuple(map(SIZES.get, function.partials))
    bends = function.rough is not None and function.rough.kind == "kink"
    beyond = leap if function.value in LEAPING else bend if bends else None
    found = Habits(*roundings(function), sizes, beyond)
    return _HABITS.setdefault(function.name, found)


def roundings(function: Function) -> tuple[float, float]:
    """Return how far a value is off, relative to it, and before that its arguments.

    What is composed of other functions may cancel inside: lgamma, logsumexp. What is
    the same between two jumps is a whole number: floor(x), x > y.
    """
    if {*function.partials} == {ZERO}:
        return 0.0, 0.0
    own = _COMPOSED if function.definition else VALUE
    own = _LOOSE if function.value in _LESS_WELL else own
    return own * ROUNDING, _INSIDE * ROUNDING if function.definition else 0.0


def _carried(
    function: Function,
    place: int,
    y: float,
    values: list[float],
    a: int,
    b: int,
    error: float,
) -> float:
    """Return how far a value moves with an argument that is off by an error.

    Infinite: it cannot be computed.
    """
    partial = function.partials[place]
    if partial in SIZES:
        return SIZES[partial] * error
    given = [values[a]] if b < 0 else [values[a], values[b]]
    try:
        local = abs(partial(y, *given))
        if local > SMALL or function.rough is not None:
            return local * error
        return change(function.value, given, place, y, error)
    except (ValueError, ArithmeticError):
        return math.inf


def leap(function: Function, given: list[float], errors: list[float]) -> float:
    """Return how far a value jumps if its arguments are off by their errors.

    Two that are compared may move toward each other. A condition that is off may hold
    or not, and it alone makes a choice jump.
    """
    conditions = 1 if function is WHEN else 2 if function.value in _LOGIC else 0
    error = sum(errors[:conditions] or errors)
    if error == 0.0:
        return 0.0
    tried: Iterable[Iterable[float]]
    if conditions:
        tried = product(
            *(
                (0.0, 1.0) if off and place < conditions else (x,)
                for place, (x, off) in enumerate(zip(given, errors, strict=True))
            )
        )
    else:
        tried = _moved(given, error)
    try:
        here = function.value(*given)
        return max(abs(function.value(*beside) - here) for beside in tried)
    except (ValueError, ArithmeticError):
        return math.inf


def bend(function: Function, given: list[float], errors: list[float]) -> float:
    """Return how far a value moves past a kink, beyond what its slope there says.

    relu is 0 with the slope 0 at -1e-17; at an argument that is off by 1e-16 it is not.
    """
    if not any(errors):
        return 0.0
    further = 0.0
    try:
        here = function.value(*given)
        for place, error in enumerate(errors):
            slope = abs(function.partials[place](here, *given))
            moved = change(function.value, [*given], place, here, error)
            # Less what the two values round, which is no bend.
            further += max(moved - slope * error - VALUE * ROUNDING * abs(here), 0.0)
    except (ValueError, ArithmeticError):
        return math.inf
    return further


def _moved(given: list[float], error: float) -> Iterator[list[float]]:
    """Yield arguments, each moved by an error, and both where they are equal."""
    for moved in range(len(given)):
        for sign in (-1, 1):
            yield [
                x + (sign * error if place == moved else 0.0)
                for place, x in enumerate(given)
            ]
    if len(given) == 2 and abs(given[0] - given[1]) <= error:
        yield [given[0], given[0]]


def underflow(called: Number, values: list[float], a: int, b: int) -> float:
    """Return what is lost where a part of a row is next to 0: that times a factor.

    The factor is an argument, as in u*sigmoid(u).
    """
    if called in FIXED or called in (FIRST, SECOND):
        return TINY
    sizes = [abs(values[place]) for place in ((a,) if b < 0 else (a, b))]
    if max(sizes) > _SQUARES:  # 1/(1+u*u) is 0 there
        return 1 / sys.float_info.max
    if called is not power_by_base:  # v*u**(v-1) may be of a large v
        sizes = [min(size, _LARGEST_FACTOR) for size in sizes]
    return _UNDERFLOWS * TINY * (1.0 + sum(sizes))


def change(
    function: Number, given: list[float], index: int, here: float, error: float
) -> float:
    """Return how far a function moves with one of what it is given.

    That is moved by its error, and by more, scaled down, for a step within one
    rounding shows nothing.

    Raises ValueError and ArithmeticError where there is no value.
    """
    at = given[index]
    size = abs(at)
    step = max(size * SHORT, error)
    given[index] = at + step
    moved = abs(function(*given) - here)
    if step > error:
        moved *= error / step
    if error > size * LONG:
        for there in (at + error, at - error):
            given[index] = there
            moved = max(moved, abs(function(*given) - here))
    given[index] = at
    return moved
