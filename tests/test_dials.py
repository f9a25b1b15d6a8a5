"""Numbers that keys change: their steps, their ends, and the picture around them."""

import pytest

from diffcli.analysis.explore import (
    CURVE,
    MAP,
    STEP,
    VARIABLE,
    Dial,
    State,
    start,
    usual,
)
from diffcli.language.expression import Call
from diffcli.language.parser import parse
from diffcli.language.printer import text
from tests.test_explore import pressed


def state(formula: str, vary: str = "", **point: float) -> State:
    return start(parse(formula), point, 0.1, "forward", vary)


@pytest.mark.parametrize(
    ("value", "power", "reach"),
    [
        (0.0, -1, 3), (1.0, -1, 3), (9.99, -1, 3), (10.0, 0, 30), (99.0, 0, 30),
        (100.0, 1, 300),
        (0.5, -1, 3), (0.1, -1, 3), (0.099, -2, 3), (0.001, -3, 3), (-7.0, -1, 3),
        (-250.0, 1, 300),
        (1e300, 299, 3e300), (1e305, 304, 3e300),
    ],
)  # fmt: skip
def test_a_number_moves_by_a_tenth_of_its_size(
    value: float, power: int, reach: float
) -> None:
    """And a picture reaches as far as numbers of its size, but never less than 3."""
    found = state("x^2", x=value)
    assert (found.dials[0].kind, found.dials[0].power) == (VARIABLE, power)
    assert usual(value) == found.ranges["x"]
    assert usual(value) == pytest.approx((value, reach))


@pytest.mark.parametrize(
    ("dial", "times", "value"),
    [
        (Dial(VARIABLE, "x", 1.0, -1), 1, 1.1), (Dial(VARIABLE, "x", 1.0, -1), -3, 0.7),
        (Dial(VARIABLE, "x", 0.3, -1), -3, 0.0),
        (Dial(VARIABLE, "x", 5.0, 2), 2, 205.0),
        (Dial(STEP, "h", 0.1, 0), 1, 1.0), (Dial(STEP, "h", 0.1, 0), -2, 0.001),
        (Dial(VARIABLE, "x", 9e299, 299), 1, 9e299),
        (Dial(VARIABLE, "x", 8e299, 299), 1, 9e299),
        (Dial(STEP, "h", 1e-299, 0), -1, 1e-299),
        (Dial(STEP, "h", 1e-298, 0), -1, 1e-299),
        (Dial(STEP, "h", 1e299, 0), 1, 1e299), (Dial(STEP, "h", 1e298, 0), 1, 1e299),
    ],
)  # fmt: skip
def test_a_dial_moves_up_to_its_ends(dial: Dial, times: int, value: float) -> None:
    assert dial.moved(times).value == value


@pytest.mark.parametrize(
    ("power", "times", "after"),
    [(0, 1, -1), (0, -1, 1), (298, -1, 299), (299, -1, 299), (-298, 1, -299),
    (-299, 1, -299)],
)  # fmt: skip
def test_steps_are_made_finer_up_to_their_ends(
    power: int, times: int, after: int
) -> None:
    assert Dial(VARIABLE, "x", 1.0, power).finer(times).power == after


def test_a_constant_is_shown_where_it_stands() -> None:
    found = state("5 - 2*x", x=1.0)
    contexts = [dial.context for dial in found.dials if dial.inside is not None]
    assert [text(c) for c in contexts if isinstance(c, Call)] == ["2*x", "5 - 2*x"]
    for dial, changed in zip(found.dials[2:], ("3*x", "6 - 2*x"), strict=True):
        moved = dial.moved(1).context
        assert moved is not None
        assert text(moved) == changed
    assert found.dials[0].context is None
    powers = [d.power for d in state("0.25*x + 20 + 2.5", x=1.0).dials[2:]]
    assert sorted(powers) == [-1, -1, 0]


@pytest.mark.parametrize(
    ("formula", "vary", "picture", "axes"),
    [("x^2", "", CURVE, ("x",)), ("x*y", "", MAP, ("x", "y")),
    ("x*y", "y", CURVE, ("y",)),
     ("x*y*z", "", CURVE, ("x",)), ("x*y*z", "z", CURVE, ("z",))],
)  # fmt: skip
def test_two_variables_have_a_map(
    formula: str, vary: str, picture: str, axes: tuple[str, ...]
) -> None:
    names = dict.fromkeys(parse(formula).variables, 1.0)
    found = state(formula, vary, **names)
    assert (found.picture, found.axes, found.h) == (picture, axes, 0.1)
    assert found.dial.name == axes[0]
    other = pressed(found, "m")
    assert other.picture == (
        {CURVE: MAP, MAP: CURVE}[picture] if len(names) == 2 else picture
    )
    assert pressed(found, "tab", "m").graph == (len(names) != 2)


def test_given_ranges_are_those_of_the_picture() -> None:
    made = start(
        parse("x*y"), {"x": 1.0, "y": 2.0}, 0.1, "forward", "", [(5, 6), (7, 8)]
    )
    assert made.ranges == {"x": (5, 6), "y": (7, 8)}
    curve = start(parse("x*y"), {"x": 1.0, "y": 2.0}, 0.1, "forward", "y", [(5, 6)])
    assert curve.ranges == {"x": (1, 3), "y": (5, 6)}


def test_the_picture_follows_a_point_that_leaves_its_inside() -> None:
    now = state("x^2", x=0.0)  # from -3 to 3: what is within 2.4 stays
    assert pressed(now, *["right"] * 24).ranges["x"] == (0.0, 3.0)
    assert pressed(now, *["right"] * 25).ranges["x"] == (2.5, 3.0)
    assert pressed(now, *["left"] * 25).ranges["x"] == (-2.5, 3.0)
    assert pressed(now, "down", *["right"] * 3).ranges["x"] == (0.0, 3.0)


def test_a_picture_is_zoomed_around_the_point_within_the_doubles() -> None:
    now = pressed(state("x*y", x=2.0, y=5.0), "right")
    assert pressed(now, "z").ranges == {"x": (2.1, 1.5), "y": (5.0, 1.5)}
    assert pressed(now, "o").ranges == {"x": (2.1, 6.0), "y": (5.0, 6.0)}
    near = pressed(now, *["z"] * 2000).ranges
    assert 1e-12 * 2.1 < near["x"][1] < 4.2e-12
    assert 5e-12 < near["y"][1] < 1e-11
    tiny = pressed(state("x^2", x=0.0), *["z"] * 2000).ranges["x"][1]
    assert 1e-300 < tiny < 2e-300
    wide = pressed(now, *["o"] * 2000).ranges["x"][1]
    assert 0.5e300 < wide < 1e300


def test_the_choice_goes_round() -> None:
    now = state("2*x*y", x=1.0, y=2.0)
    names = [pressed(now, *["down"] * n).dial.name for n in range(5)]
    assert names == ["x", "y", "h", "2", "x"]
    assert pressed(now, "up").dial.name == "2"
    assert [pressed(now, *["down"] * n).along for n in range(4)] == ["x", "y", "y", "y"]


def test_a_graph_is_walked_forward_and_back() -> None:
    now = state("x^2+sin(x)", x=1.0)
    assert pressed(now, "space").walked is now.walked is None
    graph = pressed(now, "tab")
    assert (graph.graph, graph.walked) == (True, 0)
    count = 2 * 4  # x, x**2, sin(x) and the sum: values, then adjoints
    walked = [pressed(graph, *[" "] * n).walked for n in range(count + 2)]
    assert walked == [*range(count + 1), 0]
    assert pressed(graph, "b").walked == count
    assert pressed(graph._replace(walked=None), "b").walked == count - 1
    assert not pressed(graph, "tab").graph


def test_help_is_left_by_any_key_but_that_which_leaves() -> None:
    asked = pressed(state("x^2", x=1.0), "?")
    assert asked.help
    assert pressed(asked, "right").point == {"x": 1.0}
    assert not pressed(asked, "right").help
    assert pressed(asked, "q").left
    assert pressed(state("x", x=1.0), "s").scheme == "symmetric"
    assert pressed(state("x", x=1.0), "s", "s").scheme == "forward"
