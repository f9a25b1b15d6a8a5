"""A formula explored: the numbers that can be changed, and what each key does to them.

A ``State`` is all that there is; ``press`` returns the next one. What is shown of it is
computed anew from the state alone.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal

from diffcli.calculus.functions import CONSTANTS
from diffcli.engine.tape import Program
from diffcli.language.expression import (
    Call,
    Expression,
    Number,
    call,
    numeral,
)
from diffcli.language.parser import Parsed
from diffcli.records import Record

Range = tuple[float, float]
"""The middle of a picture, and how far it reaches to each side."""

VARIABLE, STEP, CONSTANT = "variable", "step", "constant"
CURVE, MAP = "curve", "map"
_LARGEST = 300  # the power of ten beyond which no number is moved
_HALF = 3.0  # how far the picture reaches to each side, for a point near 1
_INSIDE = 0.8  # share of that beyond which the picture follows the point


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
        within = value == 0 or abs(value.adjusted()) < _LARGEST
        return self._replace(value=float(value)) if within else self

    def finer(self, times: int) -> "Dial":
        """Return the dial with smaller steps, or larger ones for a negative number."""
        power = self.power - times
        return self._replace(power=power) if abs(power) < _LARGEST else self


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
    def shown(self) -> tuple[str, ...]:
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
    return _HALF * 10.0 ** max(0, min(size, _LARGEST))


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


def press(state: State, key: str) -> State:
    """Return the state after a key; one that means nothing changes nothing."""
    if state.help and key != "q":
        return state._replace(help=False)
    for row in KEYS:
        if key in row.keys:
            return row.act(state)
    return state


def _move(times: int) -> Callable[[State], State]:
    def act(state: State) -> State:
        return _turn(state, state.dial.moved(times))

    return act


def _refine(times: int) -> Callable[[State], State]:
    """Return what + and - do: finer or coarser steps; h itself grows or shrinks."""

    def act(state: State) -> State:
        dial = state.dial
        turned = dial.moved(times) if dial.kind == STEP else dial.finer(times)
        return _turn(state, turned)

    return act


def _turn(state: State, dial: Dial) -> State:
    """Return the state with another dial in the place of the chosen one."""
    dials = (*state.dials[: state.chosen], dial, *state.dials[state.chosen + 1 :])
    state = state._replace(dials=dials)
    if dial.kind != VARIABLE:
        return state
    middle, reach = state.ranges[dial.name]
    if abs(dial.value - middle) > _INSIDE * reach:
        return _ranged(state, dial.name, dial.value, reach)
    return state


def _ranged(state: State, name: str, middle: float, reach: float) -> State:
    return state._replace(ranges={**state.ranges, name: (middle, reach)})


def _choose(times: int) -> Callable[[State], State]:
    def act(state: State) -> State:
        chosen = (state.chosen + times) % len(state.dials)
        dial = state.dials[chosen]
        along = dial.name if dial.kind == VARIABLE else state.along
        return state._replace(chosen=chosen, along=along)

    return act


def _zoom(factor: float) -> Callable[[State], State]:
    def act(state: State) -> State:
        for name, value in state.point.items():
            reach = state.ranges[name][1] * factor
            if 1e-12 * abs(value) < reach < 10.0**_LARGEST and reach > 1e-300:
                state = _ranged(state, name, value, reach)
        return state

    return act


def _scheme(state: State) -> State:
    other = {"forward": "symmetric", "symmetric": "forward"}
    return state._replace(scheme=other[state.scheme])


def _map(state: State) -> State:
    if len(state.point) != 2:
        return state
    return state._replace(picture=CURVE if state.picture == MAP else MAP, graph=False)


def _tab(state: State) -> State:
    return state._replace(graph=not state.graph, walked=0)


def _walk(times: int) -> Callable[[State], State]:
    """Return what goes so many nodes on; after the last one it begins again."""

    def act(state: State) -> State:
        if not state.graph:
            return state
        count = 2 * sum(Program([state.given.expression]).active)
        walked = count if state.walked is None else state.walked
        return state._replace(walked=(walked + times) % (count + 1))

    return act


class Key(Record):
    """Keys that do one thing."""

    keys: tuple[str, ...]
    #: How they are written, what they do, in a few words and in a sentence.
    sign: str
    word: str
    sentence: str
    act: Callable[[State], State]


KEYS = (
    Key(("up",), "↑", "choose", "choose the number before", _choose(-1)),
    Key(("down",), "↓", "choose", "choose the next: point, h, constants", _choose(1)),
    Key(("left",), "←", "less", "make it smaller (h: a tenth)", _move(-1)),
    Key(("right",), "→", "more", "make it larger (h: ten times)", _move(1)),
    Key(("+", "="), "+", "finer", "finer steps, a tenth (h itself: ten times)",
        _refine(1)),
    Key(("-", "_"), "-", "coarser", "coarser steps, ten times (h itself: a tenth)",
        _refine(-1)),
    Key(("s",), "s", "scheme", "the other scheme: forward or symmetric", _scheme),
    Key(("tab",), "Tab", "graph", "the graph of the formula, and back", _tab),
    Key((" ", "enter"), "Space", "next", "the next number of the graph", _walk(1)),
    Key(("b", "backspace"), "b", "back", "one number of the graph back", _walk(-1)),
    Key(("z",), "z", "closer", "look closer", _zoom(0.5)),
    Key(("Z", "o"), "o", "wider", "look from further away", _zoom(2.0)),
    Key(("m",), "m", "map", "map or curve, for two variables", _map),
    Key(("?", "h"), "?", "keys", "these keys", lambda s: s._replace(help=True)),
    Key(("q", "Q", "escape", "end"), "q", "quit", "leave",
        lambda s: s._replace(left=True)),
)  # fmt: skip
