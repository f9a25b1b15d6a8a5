"""Difference quotients in doubles, or in a format with fewer bits, and their rounding.

    ((f(b) + r2) - (f(a) + r1)) / (b - a)

r1 and r2 are what rounding may have done to the two values; in a format the difference
and the quotient are rounded once more, and a and b are numbers of the format.

Source: Higham, "Accuracy and Stability of Numerical Algorithms", 2002, sec. 3.3.
"""

import math
from collections.abc import Mapping
from fractions import Fraction

from diffcli.calculus.floats import FORMATS, Rounding
from diffcli.engine.bounds import expected_error, value_errors
from diffcli.engine.coarse import forward
from diffcli.engine.stencils import Quotient, along, quotient_at
from diffcli.engine.tape import ROUNDING, TINY, Program, Tape
from diffcli.errors import DiffcliError
from diffcli.language.expression import Number
from diffcli.records import Record

_CANCELS = 16.0  # times the bound from outside a row


Places = tuple[Fraction, Fraction]
"""Where the two values of a quotient are taken, exactly."""


class RoundedQuotient(Record):
    """A quotient, its slope as it comes out, and how far rounding may move it."""

    quotient: Quotient
    slope: float
    #: As theory expects, by the rounding of the two values and of the division.
    rounding: float
    #: What x + h loses: the places are not as far apart as what is divided by.
    held: float


class Doubles:
    """Quotients of doubles."""

    def __init__(self, program: Program) -> None:
        self.program = program
        #: Makes a value one of the numbers.
        self.number: Rounding = float

    def quotient(
        self, point: Mapping[str, float], name: str, h: float, scheme: str
    ) -> RoundedQuotient | None:
        """Return a quotient; None: f has no value there. Raises NoDifference."""
        lost: list[float] = []

        def value(place: Mapping[str, float]) -> float:
            height, bound = self._value(place)
            lost.append(bound)
            return height

        line = along(value, point, name)
        found = quotient_at(line, point[name], h, scheme, self.number)
        return self._rounded(found, sum(lost)) if found else None

    def places(
        self, x: float, h: float, scheme: str, found: RoundedQuotient | None
    ) -> Places | None:
        """Return the places whose quotient is what rounding is told from."""
        at, step = Fraction(x), Fraction(h)
        back = step / 2 if scheme == "symmetric" else Fraction(0)
        return at - back, at - back + step

    def _value(self, point: Mapping[str, float]) -> tuple[float, float]:
        """Return the function's value, and a bound of its rounding."""
        tape, row = self.program.run(point), self.program.outputs[0]
        bound = expected_error(tape.backward())
        inside = value_errors(tape)[row]
        if inside > _CANCELS * bound:  # in a row, as that of lgamma near its zeros
            bound = inside
        least = max(ROUNDING * abs(tape.values[row]), TINY)
        return tape.values[row], max(bound, least) if math.isfinite(bound) else least

    def _rounded(self, found: Quotient, lost: float) -> RoundedQuotient:
        gap = abs(found.high - found.low - found.width) / found.width
        return RoundedQuotient(
            found, found.slope, lost / found.h, gap * abs(found.slope)
        )


class Coarse(Doubles):
    """Quotients in a format with fewer bits: every operation is rounded to it."""

    def __init__(self, program: Program, name: str) -> None:
        super().__init__(program)
        self.format = FORMATS[name]
        self.number = self.format.round

    def quotient(
        self, point: Mapping[str, float], name: str, h: float, scheme: str
    ) -> RoundedQuotient | None:
        """Return a quotient; None: what is needed is too large for the format."""
        try:
            return super().quotient(point, name, h, scheme)
        except OverflowError:
            return None

    def places(
        self, x: float, h: float, scheme: str, found: RoundedQuotient | None
    ) -> Places | None:
        """Return the places that were used; in a format they are other ones."""
        if found is None:
            return None
        return Fraction(found.quotient.low), Fraction(found.quotient.high)

    def _value(self, point: Mapping[str, float]) -> tuple[float, float]:
        try:
            tape = forward(self.program, self.format.name, point)
        except DiffcliError as error:
            raise OverflowError from error
        row = self.program.outputs[0]
        return tape.values[row], _errors(self.program.run(point), self.format.name)[row]

    def _rounded(self, found: Quotient, lost: float) -> RoundedQuotient:
        """Return a quotient whose difference, width and ratio are rounded too."""
        number, width = self.number, self.number(found.width)
        slope = number(number(found.above - found.below) / width)
        unit, least = self.format.rounding, self.format.smallest / 2
        moved = lost / width + 2 * unit * abs(slope) + least / width + least
        gap = abs(found.high - found.low - width) / width
        return RoundedQuotient(found, slope, moved, gap * abs(slope))


def _errors(tape: Tape, name: str) -> list[float]:
    """Return how far rounding to a format may move every row's value, about.

    Every row is rounded once, and moves with its arguments.
    """
    program, values = tape.program, tape.values
    unit, least = FORMATS[name].rounding, FORMATS[name].smallest / 2
    errors = []
    for row, node in enumerate(program.nodes):
        value = abs(values[row])
        if value != value:  # a gap, which nobody uses
            errors.append(0.0)
        elif row < len(program.leaves):
            number = value if isinstance(node, Number) else 0.0
            errors.append(abs(FORMATS[name].round(number) - number))
        else:
            error = max(unit * value, least)
            for place, argument in enumerate(program.arguments(row)):
                if errors[argument]:
                    local = abs(tape.local(row, place))
                    error += local * errors[argument] if math.isfinite(local) else 0.0
            errors.append(error)
    return errors
