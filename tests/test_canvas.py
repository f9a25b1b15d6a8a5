"""The canvas: every line fits, ticks are round, curves stand where they belong."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffcli.output.canvas import bar, draw
from diffcli.output.charts import Axis, Chart, ChartMark, Polyline


def lines(picture: Chart, width: int, height: int, *, ascii: bool) -> list[str]:
    drawn = draw(picture, width, height, ascii=ascii)
    return ["".join(run.text for run in line) for line in drawn]


def straight(log: bool = False) -> Chart:
    ends = [(1.0, 1.0), (100.0, 100.0)]
    curve = Polyline([ends], "f", "first", "*")
    return Chart(Axis(1, 100, log), Axis(1, 100, log), [curve])


def test_a_diagonal_in_ascii() -> None:
    drawn = lines(straight(), 22, 5, ascii=True)
    assert [line.find("*") for line in drawn[:5]] == sorted(
        (line.find("*") for line in drawn[:5]), reverse=True
    )
    assert drawn[0].endswith("f")
    assert drawn[5].lstrip().startswith("+")


@given(
    st.floats(-1e6, 1e6),
    st.floats(1e-6, 1e6),
    st.lists(st.tuples(st.floats(-2, 3), st.floats(-2, 3)), max_size=8),
    st.integers(20, 130),
    st.integers(3, 30),
    st.booleans(),
)
def test_nothing_is_wider_or_higher_than_asked(
    low: float,
    size: float,
    shares: list[tuple[float, float]],
    width: int,
    height: int,
    ascii: bool,
) -> None:
    axis = Axis(low, low + size)
    points = [(low + x * size, low + y * size) for x, y in shares]
    picture = Chart(
        axis,
        axis,
        [Polyline([points], "f", "first", "*", 2)],
        [ChartMark(x, y, "o") for x, y in points],
        [x for x, _ in points if axis.low <= x <= axis.high],
    )
    drawn = lines(picture, width, height, ascii=ascii)
    assert len(drawn) == height + 2
    labels = max(len(label) for _, label in axis.ticks(max(2, height // 3)))
    assert max(map(len, drawn)) <= max(width, labels + 12)
    if ascii:
        assert "".join(drawn).isascii()


@given(st.floats(-1e9, 1e9), st.floats(1e-3, 1e9), st.integers(2, 9))
def test_ticks_are_few_round_and_inside(low: float, size: float, most: int) -> None:
    axis = Axis(low, low + size)
    ticks = axis.ticks(most)
    assert len(ticks) <= most + 1
    for value, label in ticks:
        assert axis.low - 1e-6 * size <= value <= axis.high + 1e-6 * size
        assert float(label) == pytest.approx(value, rel=1e-4, abs=1e-6 * size)


@given(st.integers(-300, 300), st.integers(1, 300), st.integers(2, 9))
def test_decades_are_labelled_as_such(first: int, count: int, most: int) -> None:
    last = min(first + count, 307)
    axis = Axis(10.0**first, 10.0 ** max(last, first + 1), log=True)
    for value, label in axis.ticks(most):
        assert math.isclose(float(label), value)


#: Round ends and others, far from 0, around it, tiny and huge.
RANGES = [
    (-6.0, 6.0), (0.0, 1.0), (-240.0, 240.0), (1e10, 1e10 + 3), (-0.3, 0.7),
    (0.0, 1e-9), (-3.7, 12.1), (123456.0, 123789.0), (1e6, 1e6 + 5),
    (-math.pi, math.pi), (-1e300, 1e300), (0.001, 0.0010001),
]  # fmt: skip


def labels_of(line: str) -> list[float]:
    return [float(word) for word in line.split()]


@pytest.mark.parametrize("ends", RANGES, ids=str)
def test_ticks_fit_any_height(ends: tuple[float, float]) -> None:
    axis = Axis(*ends)
    for height in (*range(3, 30), 49, 50, 97, 200):
        # Nothing is drawn, so that a row has its label, its edge and no more.
        drawn = lines(Chart(axis, axis, []), 80, height, ascii=False)
        ticks = axis.ticks(max(2, height // 3))
        shown = [line.split("┤")[0].strip() for line in drawn if "┤" in line]
        assert shown == [label for _, label in reversed(ticks)], height
        assert len({line.index(edge) for line in drawn[:-2] for edge in "┤│"
                    if edge in line}) == 1  # fmt: skip


@pytest.mark.parametrize("ends", RANGES, ids=str)
def test_ticks_fit_any_width(ends: tuple[float, float]) -> None:
    across, up = Axis(*ends), Axis(0, 1)
    for width in (*range(30, 60, 3), 79, 80, 119, 120, 199):
        edge, below = lines(Chart(across, up, []), width, 4, ascii=False)[-2:]
        found = labels_of(below)
        assert found == sorted(set(found)), width
        assert edge.count("┴") == len(found) > 0, width
        assert len(below) <= width
        # As many as round steps have, the first and the last among them.
        counts = [across.ticks(most) for most in range(2, 21)]
        rounds = [[float(label) for _, label in ticks] for ticks in counts]
        assert found in rounds or (width < 50 and len(found) < 2), width


def test_a_value_that_no_logarithm_shows_is_left_out() -> None:
    picture = straight(log=True)
    curve = picture.curves[0]._replace(runs=[[(1.0, 0.0), (10.0, 10.0)]])
    assert "*" in "".join(lines(picture._replace(curves=[curve]), 40, 8, ascii=True))


@given(st.floats(-1, 2), st.integers(1, 80))
def test_bars_are_in_proportion(share: float, width: int) -> None:
    drawn = bar(share, width)
    inside = min(max(share, 0.0), 1.0)
    assert abs(len(drawn) - inside * width) <= 1
    assert len(bar(share, width, ascii=True)) <= width
