"""Columns of doubles: many points at once, each with the bits it has alone.

A number is a list with one double for each point, or a float that all points share.
The functions are the rows' own, drawn over the lists.
"""

import math
import operator
from collections.abc import Callable, Iterable
from functools import partial
from itertools import repeat

from diffcli.arithmetics import Primitives
from diffcli.calculus.functions import CONSTANTS, FIRST, FIXED, NAMED, SECOND, Number
from diffcli.calculus.numeric import power_by_base

Column = float | list[float]

TITLE = "columns of doubles"
CHOOSES = False  # a column may need both sides of a choice


def number(text: str, value: float) -> Column:
    """Return the double that a numeral is read as, for all points."""
    return value


def spread(function: Number, *columns: Column) -> Column:
    """Return a function's values over columns of one length."""
    every: list[Iterable[float]] = []
    alone = True
    for column in columns:
        if isinstance(column, list):
            every.append(column)
            alone = False
        else:
            every.append(repeat(column))
    return function(*columns) if alone else list(map(function, *every))


def local(slope: Number, y: Column, *args: Column) -> Column:
    """Return a local partial; what a row says of it by name takes no call."""
    if slope in FIXED:
        return FIXED[slope]
    if slope is FIRST or slope is SECOND:
        return args[slope is SECOND]
    if slope is power_by_base and isinstance(args[1], float):
        return _power_by_base(y, args[0], args[1])
    return spread(slope, y, *args)


def _power_by_base(y: Column, base: Column, exponent: float) -> Column:
    """Return v * u**(v-1); an exponent that all points share is asked once what it is.

    u**1 has the bits of u.
    """
    if not exponent or not (exponent >= 0.5 or exponent == math.floor(exponent)):
        return spread(power_by_base, y, base, exponent)
    raised = base if exponent == 2.0 else spread(math.pow, base, exponent - 1.0)
    return spread(operator.mul, exponent, raised)


def product(upstream: Column, factor: Column) -> Column:
    """Return upstream times local; a factor 1 or -1 takes no multiplication."""
    if isinstance(upstream, float):
        upstream, factor = factor, upstream
    if not isinstance(factor, list) and abs(factor) == 1.0:
        return upstream if factor > 0 else spread(operator.neg, upstream)
    return spread(operator.mul, upstream, factor)


def total(adjoint: Column, term: Column) -> Column:
    """Return the sum of two columns."""
    return spread(operator.add, adjoint, term)


def _over(function: Number) -> Callable[..., Column]:
    return partial(spread, function)


PRIMITIVES: Primitives = {
    **{row.name: _over(row.value) for row in NAMED.values()},
    **{name: partial(float, row.value) for name, row in CONSTANTS.items()},
}
