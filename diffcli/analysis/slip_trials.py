"""Points at which a claim is compared with what a slip leads to."""

import math
from collections.abc import Iterable, Iterator, Mapping

from diffcli.analysis.equality import places_near
from diffcli.engine.derivation import Derivation
from diffcli.engine.tape import Program, Tape, Undefined
from diffcli.language.expression import Call, Expression, Number
from diffcli.records import Record

_MOST_OTHERS = 8  # other variables that may not have been held fixed
_CLEAR = 1e-3  # of a claim: what parts it is made of may be off
EXACT = 1e-9  # how well a slip must give the claim, relative to what was added up
FEWEST = 3  # points that tell formulas apart
_PLACES = 6  # points at which a formula is compared
_DIGITS = 4  # digits from which a number is taken as rounded and not as chosen


class Trial(Record):
    """A point, and all that slips are measured with there."""

    #: The values of the formula's variables and the claim's.
    point: Mapping[str, float]
    tape: Tape
    #: D(u) of every row, and the same toward the other variables.
    slopes: list[float]
    others: list[float]
    adjoints: list[float]
    claimed: float
    #: How far the claimed number was rounded when it was written down.
    rounding: float

    @property
    def value(self) -> float:
        """The formula's value."""
        return self.tape.values[self.tape.program.outputs[0]]

    @property
    def true(self) -> float:
        """The derivative."""
        return self.slopes[self.tape.program.outputs[0]]

    def leads_to(self, wrong: float, row: int) -> bool:
        """Tell whether this wrong D(u) of a row leads to the claim."""
        moved = self.adjoints[row] * (wrong - self.slopes[row])
        return self.is_claimed(self.true + moved, abs(moved) + abs(self.true))

    def is_claimed(self, value: float, size: float) -> bool:
        """Tell whether a value made of parts of this size is the claimed one."""
        slack = EXACT * (size + abs(self.claimed))
        if 0 < _CLEAR * abs(self.claimed) < slack:
            return False  # next to parts of this size any such number would fit
        return abs(value - self.claimed) <= slack + self.rounding


def trials(
    derivation: Derivation, claim: Expression, point: Mapping[str, float] | None
) -> Iterator[Trial]:
    """Yield points at which formula and claim have values, the given one first."""
    name, of = derivation.variable, derivation.steps[-1].of
    program, claimed = Program([of]), Program([claim])
    names = {*program.inputs, *claimed.inputs}
    is_number = not claimed.inputs and not isinstance(derivation.result, Number)
    places: Iterable[Mapping[str, float]] = places_near(names, point)
    if is_number and point is not None:
        places = [point]
    count = 0
    for place in places:
        try:
            tape = program.run(place)
            value = claimed.value(place)
        except Undefined:
            continue
        slopes = tape.slopes(name)
        adjoints = tape.backward().adjoints
        if not all(map(math.isfinite, (*slopes, *adjoints))):
            continue
        others = [n for n in program.inputs if n != name][:_MOST_OTHERS]
        total = [sum(column) for column in zip(*map(tape.slopes, others), strict=True)]
        yield Trial(
            place, tape, slopes, total or [0.0] * len(slopes), adjoints, value,
            _rounding(claim),
        )  # fmt: skip
        count += 1
        if count == _PLACES:
            return


def _rounding(claim: Expression) -> float:
    """Return how far a claim that was written with many digits may be rounded."""
    if isinstance(claim, Call) and len(claim.args) == 1:
        (claim,) = claim.args  # the number behind a minus sign
    if not isinstance(claim, Number) or "e" in claim.text:
        return 0.0
    whole, _, places = claim.text.partition(".")
    significant = len((whole + places).lstrip("0"))
    return 0.5 * 10.0 ** -len(places) if places and significant >= _DIGITS else 0.0
