"""How the units of a network fare, and what a map of its decisions shows."""

import math

import pytest

from diffcli.analysis.network_health import _unit, health, layers
from diffcli.analysis.training import _range
from diffcli.engine.mean import Mean
from diffcli.engine.tape import Program
from diffcli.language.parser import parse

NETWORK = "h = tanh(w*x+b); g = relu(v*x); o = sigmoid(u*h+g); (o-t)^2"


def test_layers_are_as_far_as_the_longest_way() -> None:
    parsed = parse(NETWORK)
    found = layers(parsed, Program([parsed.expression]))
    assert found == [("h", "g"), ("o",)]
    deep = parse("a = sin(x); c = a+cos(a*x); a*c")
    assert layers(deep, Program([deep.expression])) == [("a",), ("c",)]


@pytest.mark.parametrize(
    ("slopes", "steepest", "state", "count"),
    [
        ([0.0, 0.0], 1.0, "dead", 2), ([0.0, 1.0], 1.0, "saturated", 1),
        ([0.5, 1.0], 1.0, "", 0),
        ([0.17, 0.19], 1.0, "saturated", 1), ([-0.17, -0.19], 1.0, "saturated", 1),
        ([0.17, 0.19], None, "", 0), ([0.35, 0.37], 2.0, "saturated", 1),
        ([0.0], None, "dead", 1), ([0.0, 1.0], None, "", 0),
    ],
)  # fmt: skip
def test_a_unit_is_flat_where_a_sigmoid_is_beyond_3(
    slopes: list[float], steepest: float | None, state: str, count: int
) -> None:
    found = _unit("h", slopes, steepest)
    assert (found.state, found.examples) == (state, count) if found else not state


def test_the_health_of_a_network_is_that_of_its_units() -> None:
    parsed = parse(NETWORK)
    columns = {"x": [1.0, 2.0, -3.0], "t": [0.0, 1.0, 1.0]}
    mean = Mean(Program([parsed.expression]), ("w", "b", "v", "u"), columns, 3)
    point = {"w": 9.0, "b": 0.0, "v": 0.0, "u": 0.1}
    found = health(parsed, mean, point)
    assert [layer.names for layer in found.layers] == [("h", "g"), ("o",)]
    states = {unit.name: (unit.state, unit.examples) for unit in found.units}
    assert states == {"h": ("saturated", 3), "g": ("dead", 3)}
    outputs = [1 / (1 + math.exp(-0.1 * math.tanh(9 * x))) for x in columns["x"]]
    toward_o = [2 * (o - t) for o, t in zip(outputs, columns["t"], strict=True)]
    assert found.layers[1].gradient == pytest.approx(sum(map(abs, toward_o)) / 3)
    toward_h = [d * o * (1 - o) for d, o in zip(toward_o, outputs, strict=True)]
    assert found.layers[0].gradient == pytest.approx(
        sum(math.hypot(0.1 * d, d) for d in toward_h) / 3
    )


@pytest.mark.parametrize(
    ("column", "ends"),
    [
        ([0.0, 4.0], (-1.0, 5.0)),
        ([3.0, 1.0, 2.0], (0.5, 3.5)),
        ([2.0, 2.0], (1.0, 3.0)),
    ],
)
def test_a_map_shows_a_quarter_more_than_the_examples(
    column: list[float], ends: tuple[float, float]
) -> None:
    assert _range(column) == ends
