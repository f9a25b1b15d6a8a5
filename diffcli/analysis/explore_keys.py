"""What each key does to what is explored: it gives the next ``State``."""

from collections.abc import Callable

from diffcli.analysis.explore import CURVE, LARGEST, MAP, STEP, VARIABLE, Dial, State
from diffcli.engine.tape import Program
from diffcli.records import Record

_INSIDE = 0.8  # share of that beyond which the picture follows the point


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
            if 1e-12 * abs(value) < reach < 10.0**LARGEST and reach > 1e-300:
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
