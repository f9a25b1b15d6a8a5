"""How a network's units fare: gradient by layer, dead and saturated units.

A layer is the definitions at the same greatest distance from the result. A unit is a
definition that passes one number u, the sum of what comes in, through a function; it
is saturated at an example where that function is as flat as a sigmoid beyond -3 and 3,
and dead where its slope is 0 at every example.
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence

from diffcli.calculus.functions import BY_NAME
from diffcli.engine.mean import Mean
from diffcli.engine.tape import Program, Undefined
from diffcli.language.expression import Call, Expression, call, postorder, variable
from diffcli.language.parser import Parsed
from diffcli.records import Record

_FLAT = BY_NAME["sigmoid"].partials[0](1 / (1 + math.exp(-3)), 3.0) / 0.25
_LOOKS = [place / 10 for place in range(-80, 81)]  # where a function is looked at
_STEEP_END = 0.9  # a slope there, beside the largest, that tells of no end to it


class LayerHealth(Record):
    """The definitions at one distance from the result."""

    names: tuple[str, ...]
    #: The length of the gradient toward them, on average over the examples.
    gradient: float


class Unit(Record):
    """A unit that hardly learns."""

    name: str
    #: "dead" or "saturated"
    state: str
    #: At how many of the examples.
    examples: int


class Health(Record):
    """Layers from the input to the result, and units that hardly learn."""

    layers: tuple[LayerHealth, ...]
    units: tuple[Unit, ...]


def layers(parsed: Parsed, program: Program) -> list[tuple[str, ...]]:
    """Return the names of the definitions, layer by layer, the result's last."""
    named = {
        node: name
        for name, node in parsed.definitions.items()
        if isinstance(node, Call) and node in program.index
    }
    distance: dict[Expression, int] = {parsed.expression: 0}
    for node in reversed(postorder([parsed.expression])):
        for argument in node.args:
            there = distance[node] + (argument in named)
            distance[argument] = max(distance.get(argument, 0), there)
    found: defaultdict[int, list[str]] = defaultdict(list)
    for node, name in named.items():
        if program.active[program.index[node]] and node is not parsed.expression:
            found[distance[node]].append(name)
    return [tuple(found[place]) for place in sorted(found, reverse=True)]


def health(parsed: Parsed, mean: Mean, point: Mapping[str, float]) -> Health:
    """Return how the units of a network fare at a point.

    Raises Undefined.
    """
    names = layers(parsed, mean.program)
    index = mean.program.index
    rows = [[index[parsed.definitions[name]] for name in layer] for layer in names]
    units = {
        name: unit
        for layer in names
        for name in layer
        if (unit := _Activation(mean.program, parsed.definitions[name])).calls
    }
    lengths: list[list[float]] = [[] for _ in names]
    slopes: dict[str, list[float]] = {name: [] for name in units}
    for tape, adjoints in mean.passes(point):
        for column, layer in zip(lengths, rows, strict=True):
            column.append(math.hypot(*(adjoints[row] for row in layer)))
        for name, unit in units.items():
            slopes[name].append(
                math.prod(tape.local(row, place) for row, place in unit.calls)
            )
    found = (_unit(name, slopes[name], unit.steepest()) for name, unit in units.items())
    return Health(
        tuple(
            LayerHealth(layer, math.fsum(column) / mean.size)
            for layer, column in zip(names, lengths, strict=True)
        ),
        tuple(unit for unit in found if unit),
    )


def _unit(name: str, slopes: Sequence[float], steepest: float | None) -> Unit | None:
    if not any(slopes):
        return Unit(name, "dead", len(slopes))
    flat = sum(abs(slope) < _FLAT * (steepest or 0.0) for slope in slopes)
    return Unit(name, "saturated", flat) if flat else None


class _Activation:
    """The calls through which one number comes to a definition."""

    def __init__(self, program: Program, definition: Expression) -> None:
        self.program = program
        #: Each call's row, and which of its arguments it is.
        self.calls: list[tuple[int, int]] = []
        node = definition
        while isinstance(node, Call):
            moving = [
                place
                for place, argument in enumerate(node.args)
                if program.active[program.index[argument]]
            ]
            if len(moving) != 1 or not isinstance(node.args[moving[0]], Call):
                break
            self.calls.append((program.index[node], moving[0]))
            node = node.args[moving[0]]

    def steepest(self) -> float | None:
        """Return the function's largest slope; None: it has no flat ends."""
        inside: Expression = variable("u")
        for row, place in reversed(self.calls):
            node = self.program.nodes[row]
            args = [inside if n == place else a for n, a in enumerate(node.args)]
            inside = call(self.program.function(row), *args)
        program = Program([inside])
        found = []
        for u in _LOOKS:
            try:
                found.append(abs(program.run({"u": u}).backward().partial("u")))
            except Undefined:
                continue
        steepest = max(found, default=0.0)
        ends = max(found[:1] + found[-1:], default=0.0)
        return None if ends >= _STEEP_END * steepest else steepest
