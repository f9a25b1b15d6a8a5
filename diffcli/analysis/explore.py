"""A formula explored: the numbers that can be changed.

A ``State`` is all that there is; ``explore_keys.press`` returns the next one. What is
shown of it is computed anew from the state alone.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from diffcli.calculus.functions import CONSTANTS
from diffcli.language.expression import Call, Expression, Number, call, numeral
from diffcli.language.parser import Parsed
from diffcli.records import Record

Range = tuple[float, float]
"""The middle of a picture, and how far it reaches to each side."""

VARIABLE, STEP, CONSTANT = "variable", "step", "constant"
CURVE, MAP = "curve", "map"
LARGEST = 300  # the power of ten beyond which no number is moved
_HALF = 3.0  # how far the picture reaches to each side, for a point near 1


class Dial(Record):
    """A number that can be changed."""

    #: VARIABLE, STEP (that is h) or CONSTANT.
    kind: str
    #: The variable's name, "h", or the constant as it was typed.
    name: str
    value: float
    #: The power of ten that an arrow key adds; h is multiplied by 10 in any case.
    power: int
    #: For a constant: the call in which it stands, and at which place.
    inside: Call | None = None
    place: int = 0

    @property
    def context(self) -> Expression | None:
        """For a constant: the call in which it stands, as it is now."""
        if self.inside is None:
            return None
        before, after = (
            self.inside.args[: self.place],
            self.inside.args[self.place + 1 :],
        )
        return call(self.inside.function, *before, _numeral(self.value), *after)

    def moved(self, times: int) -> "Dial":
        """Return the dial after so many steps; beyond its range it stays."""
        value = Decimal(repr(self.value))
        if self.kind == STEP:
            value = value.scaleb(times)
        else:
            value += Decimal(times).scaleb(self.power)
        within = value == 0 or abs(value.adjusted()) < LARGEST
        return self._replace(value=float(value)) if within else self

    def finer(self, times: int) -> "Dial":
        """Return the dial with smaller steps, or larger ones for a negative number."""
        power = self.power - times
        return self._replace(power=power) if abs(power) < LARGEST else self


class State(Record):
    """What is explored, and how far: all that a screen shows follows from it."""

    #: The formula as it was typed.
    given: Parsed
    #: The variables, then h, then the constants.
    dials: tuple[Dial, ...]
    #: "forward" or "symmetric".
    scheme: str
    #: The place of the dial that the arrow keys change.
    chosen: int = 0
    #: The variable along which the curve goes.
    along: str = ""
    #: The picture: CURVE, or MAP for two variables.
    picture: str = CURVE
    #: Whether the graph is shown in its place.
    graph: bool = False
    #: How many numbers of the graph are shown; None: all.
    walked: int | None = None
    #: By variable the middle of the picture and how far it reaches to each side.
    ranges: Mapping[str, tuple[float, float]] = {}
    #: Whether the keys are shown.
    help: bool = False
    #: Whether the user has left.
    left: bool = False

    @property
    def point(self) -> dict[str, float]:
        """The value of every variable."""
        return {dial.name: dial.value for dial in self.dials if dial.kind == VARIABLE}

    @property
    def h(self) -> float:
        """The step width."""
        return next(dial.value for dial in self.dials if dial.kind == STEP)

    @property
    def dial(self) -> Dial:
        """The dial that is chosen."""
        return self.dials[self.chosen]

    @property
    def axes(self) -> tuple[str, ...]:
        """The variables of the picture: across, and of a map up."""
        return tuple(self.point) if self.picture == MAP else (self.along,)

    def parsed(self) -> Parsed:
        """Return the formula with its constants as they are now."""
        sites: dict[Call, dict[int, float]] = {}
        for dial in self.dials:
            if dial.inside is not None and dial.value != float(dial.name):
                sites.setdefault(dial.inside, {})[dial.place] = dial.value
        return _changed(self.given, sites) if sites else self.given


def start(
    parsed: Parsed,
    point: Mapping[str, float],
    h: float,
    scheme: str,
    vary: str = "",
    ranges: Sequence[Range] = (),
) -> State:
    """Return the first state: the point is chosen, and nothing is changed.

    With two variables, and none that varies alone, a map is shown. ``ranges`` are
    those of the picture, across and up; else they lie around the point.
    """
    names = parsed.variables
    dials = [
        *(Dial(VARIABLE, name, point[name], _power(point[name])) for name in names),
        Dial(STEP, "h", h, 0),
        *_constants(parsed),
    ]
    around = {name: usual(point[name]) for name in names}
    picture = MAP if len(names) == 2 and not vary else CURVE
    along = vary or names[0]
    around |= dict(zip(names if picture == MAP else (along,), ranges, strict=False))
    return State(
        parsed, tuple(dials), scheme, names.index(along), along, picture, ranges=around
    )


def usual(value: float) -> Range:
    """Return the range around a number: its middle, and how far it reaches."""
    return value, _reach(value)


def _constants(parsed: Parsed) -> Iterator[Dial]:
    """Yield a dial for each place in the formula where a number stands."""
    for node in parsed.nodes():
        for place, argument in enumerate(node.args):
            if isinstance(argument, Number) and argument.text not in CONSTANTS:
                assert isinstance(node, Call)
                value = argument.value
                power = 0 if value.is_integer() else _power(value)
                yield Dial(CONSTANT, argument.text, value, power, node, place)


def _power(value: float) -> int:
    """Return the power of ten by which a number of this size is changed."""
    size = math.floor(math.log10(abs(value))) if value else -1
    return size - 1 if size >= 0 else size


def _reach(value: float) -> float:
    """Return how far the picture reaches around a number of this size."""
    size = math.floor(math.log10(abs(value))) if value else 0
    return _HALF * 10.0 ** max(0, min(size, LARGEST))


def _numeral(value: float) -> Expression:
    return numeral(f"{value:.15g}")


def _changed(parsed: Parsed, sites: Mapping[Call, Mapping[int, float]]) -> Parsed:
    """Return the formula with other numbers at some places, its names kept."""
    new: dict[Expression, Expression] = {}
    for node in parsed.nodes():
        if not isinstance(node, Call):
            new[node] = node
            continue
        values = sites.get(node, {})
        args = (
            _numeral(values[place]) if place in values else new[argument]
            for place, argument in enumerate(node.args)
        )
        new[node] = call(node.function, *args)
    return parsed._replace(
        expression=new[parsed.expression],
        definitions={name: new[node] for name, node in parsed.definitions.items()},
        labels={new[node]: label for node, label in parsed.labels.items()},
    )


# ---- keys -------------------------------------------------------------------------
