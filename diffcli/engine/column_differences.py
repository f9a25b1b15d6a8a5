"""Difference quotients at many points at once, with the bits of one at a time."""

import operator
from collections.abc import Sequence
from functools import partial
from itertools import repeat

from diffcli.arithmetics.columns import Column, local, total
from diffcli.engine.columns import filled
from diffcli.engine.one_sided import LEAP, branches, jumps
from diffcli.engine.stencils import (
    ends,
    estimated,
    lost_share,
    order_of,
    step_width,
    width,
)
from diffcli.engine.tape import Program

_Lists = tuple[list[float], list[float]]


class Steps:
    """Where quotients along one variable take their samples.

    Raises ZeroDivisionError where h is lost in x, of which there is more to say.
    """

    def __init__(
        self, x: list[float], h: float | str, scheme: str, *, errors: bool = True
    ) -> None:
        """Take steps of h, and twice as wide ones, if errors are wanted."""
        self.scheme = scheme
        #: The step at each point.
        self.h = [step_width(h, each, scheme) for each in x]
        steps = [self.h, [2 * each for each in self.h]] if errors else [self.h]
        pairs = [self._ends(x, step) for step in steps]
        self._widths = [
            list(map(width, low, high, step))
            for (low, high), step in zip(pairs, steps, strict=True)
        ]
        self._lost = list(map(lost_share, *pairs[0], self._widths[0]))
        #: Columns of places, from low to high, those of h first.
        self.places = [place for pair in pairs for place in pair]

    def _ends(self, x: list[float], h: list[float]) -> _Lists:
        low, high = map(list, zip(*map(ends, x, h, repeat(self.scheme)), strict=True))
        return low, high

    def quotients(
        self, samples: Sequence[list[float]], value_error: Sequence[float] = ()
    ) -> _Lists:
        """Return the slopes, and how far each may be off, if that was wanted.

        ``samples`` are the values at the places, each off by ``value_error``.
        """
        if len(samples) == 2:
            rises = map(operator.sub, *reversed(samples))
            return list(map(operator.truediv, rises, self._widths[0])), []
        of_order = partial(estimated, order_of(self.scheme))
        errors = value_error or repeat(0.0)
        found = map(of_order, *self._widths, self._lost, errors, *samples)
        slopes, errors = map(list, zip(*found, strict=True))
        return slopes, errors


def switched(program: Program, low: list[Column], high: list[Column]) -> set[int]:
    """Return where a function is on other branches in one run than in the other.

    That is ``one_sided.switched`` for the values of all rows. What all points share is
    the same in both.
    """
    places: set[int] = set()
    for row in branches(program):
        pairs = [(low[row], high[row])] if jumps(program, row) else []
        before, after = _locals(program, row, low), _locals(program, row, high)
        pairs += zip(before.values(), after.values(), strict=True)
        for pair in pairs:
            size = max(len(each) if isinstance(each, list) else 0 for each in pair)
            ends = zip(*(filled(each, size) for each in pair), strict=True)
            places.update(i for i, (x, y) in enumerate(ends) if abs(x - y) > LEAP)
    return places


def _locals(program: Program, row: int, values: list[Column]) -> dict[int, Column]:
    """Return what ``Tape.locals`` does, as columns."""
    arguments, found = program.arguments(row), dict[int, Column]()
    given = [values[argument] for argument in arguments]
    slopes = program.function(row).partials
    for argument, slope in zip(arguments, slopes, strict=False):
        if program.active[argument]:
            factor = local(slope, values[row], *given)
            before = found.get(argument)
            found[argument] = factor if before is None else total(before, factor)
    return found
