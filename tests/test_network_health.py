"""How the units of a network fare, and what a map of its decisions shows."""

import math

import pytest

from diffcli.analysis.descend_courses import Course, Iterate
from diffcli.analysis.network_health import _Activation, _unit, health, layers
from diffcli.analysis.training import Decision, _range, training
from diffcli.api.losses import examples
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


@pytest.mark.parametrize("side", [1, -1])
@pytest.mark.parametrize(
    ("place", "ends"), [(8.0, False), (7.9, True), (7.8, True), (0.0, True)]
)
def test_a_function_that_is_steepest_at_an_end_has_no_flat_ends(
    place: float, ends: bool, side: int
) -> None:
    """It is looked at between -8 and 8, in steps of a tenth."""
    parsed = parse(f"h = 2*sigmoid(40*(w*x-({side * place}))); h^2")
    program = Program([parsed.expression])
    found = _Activation(program, parsed.definitions["h"]).steepest()
    assert found == (pytest.approx(2 * 40 / 4) if ends else None)
    nothing = parse("h = 2*log(w*x-9); h^2")
    program = Program([nothing.expression])
    assert _Activation(program, nothing.definitions["h"]).steepest() is None


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


ROWS = [
    {"x": 0.0, "y": 2.0, "t": 1.0, "n": 5.0}, {"x": 4.0, "y": 0.0, "t": -1.0, "n": 6.0},
    {"x": 2.0, "y": 1.0, "t": 0.5, "n": 7.0},
]  # fmt: skip


def decided(formula: str, columns: str, *ends: tuple[float, float, float]) -> Decision:
    """Return what is decided with the best of these weights u, v and losses."""
    rows = [{name: row[name] for name in columns} for row in ROWS]
    asked = examples(formula, rows, {"u": 1.0, "v": 2.0})
    courses = [
        Course(0.1, (Iterate(0, (9.0, 9.0), 0.0, 1.0), Iterate(1, (u, v), loss, 1.0)),
               "", "converges", None, None)
        for u, v, loss in ends
    ]  # fmt: skip
    assert asked.names == ("u", "v")
    made = training(asked, courses)
    best = min(range(len(ends)), key=lambda place: ends[place][2])
    assert made.best == best
    assert made.weights == {"u": ends[best][0], "v": ends[best][1]}
    assert len(made.ends) == len(ends)
    assert made.decision is not None
    return made.decision


def test_the_map_of_the_best_course_is_that_of_the_last_definition() -> None:
    """Which depends on two columns and on weights."""
    formula = "h = u*x+v*y; o = tanh(h); e = o-t; e^2"
    found = decided(formula, "xyt", (3.0, 4.0, 0.5), (5.0, 6.0, 0.2), (7.0, 8.0, 0.9))
    assert (found.output, found.target, found.ends) == ("o", "t", (-1.0, 1.0))
    assert found.field.names == ("x", "y")
    assert (found.field.x, found.field.y) == ((-1.0, 5.0), (-0.5, 2.5))
    assert found.field.value(0.1, -0.2) == math.tanh(5 * 0.1 - 6 * 0.2)
    # none is the target where two more are, or none
    found = decided("h = u*x+v*y; (h-t)^2*n", "xytn", (3.0, 4.0, 0.5))
    assert (found.output, found.target, found.ends) == ("h", "", None)
    found = decided("h = u*x+v*y; (h-1)^2", "xy", (3.0, 4.0, 0.5))
    assert (found.output, found.target, found.ends) == ("h", "", None)


def test_without_two_columns_and_a_weight_there_is_no_map() -> None:
    course = Course(0.1, (Iterate(0, (1.0, 2.0), 0.0, 1.0),), "", "", None, None)
    for formula in ("h = x*y; (u*h-v*t)^2", "h = u*x; (h-v*t)^2", "(u*x+v*y-t)^2"):
        rows = [{n: row[n] for n in "xyt" if n in formula} for row in ROWS]
        made = training(examples(formula, rows, {"u": 1.0, "v": 2.0}), [course])
        assert made.decision is None


def test_where_the_loss_has_no_value_nothing_is_said_of_units() -> None:
    rows = [{name: row[name] for name in "xy"} for row in ROWS]
    asked = examples("h = log(u)*x+v*y; tanh(h)", rows, {"u": 1.0, "v": 2.0})
    courses = [
        Course(0.1, (Iterate(0, (u, 2.0), 1.0, 1.0),), "", "", None, None)
        for u in (1.0, -1.0)
    ]
    assert [end is None for end in training(asked, courses).ends] == [False, True]
