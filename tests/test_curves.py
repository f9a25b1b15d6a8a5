"""What a plot and a sweep make of their numbers, held against known ones."""

import math
from collections.abc import Sequence

import pytest

from diffcli.analysis import plot as curves
from diffcli.analysis import sweep
from diffcli.analysis.plot import Plot, Sample, extent, finer_by, plot, window
from diffcli.analysis.sweep import WidthSample, widths
from diffcli.language.expression import postorder
from diffcli.language.parser import parse

# ---- steps -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "last", "per_decade", "wanted"),
    [
        (1e-3, 10, 1, [10, 1, 0.1, 0.01, 0.001]),
        (10, 1e-3, 1, [10, 1, 0.1, 0.01, 0.001]),
        (2e-3, 9, 1, [1, 0.1, 0.01]), (1, 1, 3, [1]), (0.1, 1, 2, [1, 10**-0.5, 0.1]),
        (1e-2, 2e-2, 4, [10**-1.75, 0.01]),
    ],
)  # fmt: skip
def test_widths_are_powers_of_ten(
    first: float, last: float, per_decade: int, wanted: list[float]
) -> None:
    assert widths(first, last, per_decade) == pytest.approx(wanted, rel=1e-15)


@pytest.mark.parametrize(
    ("relative", "digits"),
    [(None, None), (0.0, 16), (1.0, 0), (0.11, 0), (0.1, 1), (0.09, 1), (1e-3, 3),
     (2e-5, 4), (1e-15, 15), (1e-18, 16), (3.0, 0), (5e-324, 16)],
)  # fmt: skip
def test_right_digits_of_a_relative_error(
    relative: float | None, digits: int | None
) -> None:
    assert WidthSample(1.0, 2.0, 1.0, relative, None).digits == digits


# ---- sweeps: truncation c*h^p, rounding r/h -----------------------------------------


def parts(power: float, c: float, r: float) -> list[sweep._Part]:
    steps = [10.0 ** (-k / 2) for k in range(1, 30)]
    return [sweep._Part(h, c * h**power + r / h, c * h**power, r / h) for h in steps]


@pytest.mark.parametrize("power", [1, 2, 4])
@pytest.mark.parametrize(("c", "r"), [(0.5, 1e-16), (20.0, 1e-14), (1e-3, 3e-17)])
def test_the_best_step_is_where_the_sum_is_least(
    power: int, c: float, r: float
) -> None:
    every = parts(power, c, r)
    best = (r / (power * c)) ** (1 / (power + 1))
    assert sweep._expected(every) == pytest.approx(best, rel=1e-9)
    assert sweep._growth(every[0], every[3]) == pytest.approx(power)
    assert sweep._expected(every[:3]) is None  # the least is at an end
    assert sweep._expected(every[-3:]) is None
    assert sweep._expected([]) is None
    still = [part._replace(truncation=1.0) for part in every]
    assert sweep._expected(still) is None
    exact = [part._replace(rounding=0.0, truncation=part.h - 1) for part in every]
    assert sweep._expected(exact) is None


def test_truncation_follows_one_power_as_long_as_it_does() -> None:
    """From the smallest step up: where the power is another the rest is left out."""
    follows = parts(2, 1.0, 0.0)
    assert sweep._alike(follows) == follows[::-1]
    bent = [
        part._replace(truncation=part.h) if part.h > 1e-3 else part for part in follows
    ]
    assert {part.h for part in sweep._alike(bent)} == {
        p.h for p in follows if p.h <= 1e-3
    }
    assert sweep._alike(follows[:1]) == []
    assert sweep._alike([]) == []
    for change, count in ((0.09, 29), (0.12, 2)):
        end = follows[27].h
        curved = [
            part._replace(truncation=part.h**2 * max(part.h / end, 1.0) ** change)
            for part in follows
        ]
        assert len(sweep._alike(curved)) == count


@pytest.mark.parametrize("slope", [-1.0, 1.0, 2.0, 4.0, 0.0])
@pytest.mark.parametrize("count", [2, 3, 4, 5, 20])
def test_the_slope_of_a_line_is_found(slope: float, count: int) -> None:
    points = [(10.0**-n, 3 * 10.0 ** (-n * slope)) for n in range(count)]
    found = sweep._slope(points)
    if count < 4:
        assert found is None
    elif count == 20:
        assert found == pytest.approx(slope, abs=0.1)
    lucky = [
        (h, error * (1e-9 if n in (7, 12) else 1))
        for n, (h, error) in enumerate(points)
    ]
    if count == 20:
        assert sweep._slope(lucky) == pytest.approx(slope, abs=0.1)
    if count >= 4:
        assert sweep._slope([(1.0, 2.0)] * count) is None


def errors_of(
    numbers: Sequence[float], predicted: float | None = None
) -> list[WidthSample]:
    return [
        WidthSample(10.0**-n, 1.0, error, error, predicted)
        for n, error in enumerate(numbers)
    ]


@pytest.mark.parametrize(
    ("numbers", "predicted", "best"),
    [
        ([4.0, 3, 2, 1, 2, 3], None, 3), ([4.0, 3, 0, 3, 1, 1, 1], None, 5),
        ([1.0, 1, 1, 1], None, 0), ([9.0, 1, 1, 1], None, 2), ([3.0], None, 0),
        ([5.0, 1.0005, 1.0, 1.0, 5], None, 2), ([0.0, 0.0, 5.0], None, 0),
        ([9.0, 3.001, 3.0, 2.999, 9], None, 2), ([5.0, 2, 0.1, 0.1, 0.1], 30.0, 2),
        ([5.0, 5, 2, 0.1, 0.1], 20.0, 2), ([5.0, 5, 2, 0.1, 0.1], 19.0, 4),
    ],
)  # fmt: skip
def test_one_right_quotient_makes_no_best_step(
    numbers: list[float], predicted: float | None, best: int
) -> None:
    """The largest error of the neighbours counts; of equal ones the widest step."""
    found = sweep._best(errors_of(numbers, predicted))
    assert found is not None
    around = [
        max(*numbers[max(n - 1, 0) : n + 2], 0.1 * (predicted or 0.0))
        for n in range(len(numbers))
    ]
    least = min(around) * 1.001
    assert found.h == 10.0 ** -next(n for n, e in enumerate(around) if e <= least)


def test_no_samples_have_no_best() -> None:
    assert sweep._best([]) is None


# ---- plots --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("numbers", "cut", "ends"),
    [
        ([], 0.05, []), ([None, None], 0.05, []), ([3.0, None], 0.05, [3.0]),
        ([1.0, 1 + 2e-15], 0.05, [1.0]), ([1.0, 1 + 1e-14], 0.05, [1.0, 1 + 1e-14]),
        ([0.0, 1.0], 0.05, [0.0, 1.0]), ([*range(100)], 0.05, [0, 99]),
        ([*range(100), 1e6], 0.05, [5, 95]), ([*range(100), -1e6], 0.05, [4, 94]),
        ([*range(100), 420], 0.05, [0, 420]), ([*range(100), 460], 0.05, [5, 95]),
        ([*range(100), -360], 0.05, [4, 94]), ([*range(100), -340], 0.05, [-340, 99]),
        ([1.0] * 99 + [7.0], 0.05, [1.0, 7.0]), ([*range(100), 1e6], 0.1, [10, 90]),
        ([-1.7e308, 1.7e308], 0.05, [-1.7e308, 1.7e308]),
    ],
)  # fmt: skip
def test_the_extent_leaves_out_far_ends(
    numbers: list[float | None], cut: float, ends: list[float]
) -> None:
    assert extent(numbers, cut) == ends


def made(formula: str, low: float = -6, high: float = 6, count: int = 241) -> Plot:
    return plot(parse(formula), "x", {}, low, high, count)


@pytest.mark.parametrize(
    ("formula", "derivatives", "ends"),
    [
        ("x", False, (-6.48, 6.48)), ("x/2", True, (-3.24, 3.24)),
        ("3", False, (1.5, 4.5)),
        ("3", True, (-0.12, 3.12)), ("0*x", False, (-1.0, 1.0)),
        ("-4+0*x", False, (-6.0, -2.0)),
        ("x^2", True, (-13.92, 37.92)),
    ],
)  # fmt: skip
def test_a_window_has_room_around_the_curve(
    formula: str, derivatives: bool, ends: tuple[float, float]
) -> None:
    assert window([made(formula)], derivatives) == pytest.approx(ends)


def test_a_window_of_nothing_and_of_everything() -> None:
    assert window([made("log(-1-x^2)")], True) == pytest.approx((-1.08, 1.08))
    low, high = window([made("x*3e307")], False)
    assert (low, high) == (-1.79e308, 1.79e308)
    two = window([made("x"), made("x^2")], False)
    assert two == pytest.approx((-6 - 0.04 * 42, 36 + 0.04 * 42))


@pytest.mark.parametrize(
    ("three", "off"),
    [((1.0, 2.0, 3.0), 0), ((1.0, 2.5, 3.0), 0.5), ((1.0, None, 3.0), 0),
    ((None, 2.0, 3.0), 0),
     ((1.0, 2.0, None), 0), ((0.0, 0.0, 4.0), 2), ((1e308, -1e308, 1e308), math.inf)],
)  # fmt: skip
def test_a_jump_is_how_far_a_number_is_off_the_mean(
    three: tuple[float | None, float | None, float | None], off: float
) -> None:
    assert curves._jump(*three) == off
    samples = [Sample(float(n), value, 0.0) for n, value in enumerate(three)]
    assert curves._jumps(*samples) == (off, 0.0)
    turned = [Sample(float(n), 0.0, value) for n, value in enumerate(three)]
    assert curves._jumps(*turned) == (0.0, off)


@pytest.mark.parametrize("edge", [0.1, 1 / 3, 0.5, 0.99])
def test_most_of_a_change_is_narrowed_down(edge: float) -> None:
    place, below, above = curves._narrowed(
        lambda x: 5.0 if x > edge else 2.0, 0, 1, 2.0, 5.0
    )
    assert place == pytest.approx(edge, abs=1e-15)
    assert (below, above) == (2.0, 5.0)
    steep = curves._narrowed(lambda x: math.tanh(1e9 * (x - edge)), 0, 1, -1.0, 1.0)
    assert steep[0] == pytest.approx(edge, abs=1e-8)
    falling = curves._narrowed(lambda x: 2.0 if x > edge else 5.0, 0, 1, 5.0, 2.0)
    assert falling[0] == pytest.approx(edge, abs=1e-15)


@pytest.mark.parametrize(
    ("formula", "count", "finer"),
    [("x^2", 1201, 1), ("x^2", 1200, 2), ("x^2", 601, 2), ("x^2", 5, 300),
    ("x^2", 2, 1200),
     ("x^2", 10**7, 1)],
)  # fmt: skip
def test_few_samples_are_looked_at_more_closely(
    formula: str, count: int, finer: int
) -> None:
    assert finer_by([parse(formula)], count) == finer
    long = [parse("+".join(f"sin({n}*x)" for n in range(2, 3000)))]
    nodes = len(postorder([long[0].expression]))
    assert finer_by(long, 11) == 10_000_000 // (11 * nodes) < 120


@pytest.mark.parametrize(
    ("formula", "slope", "x"),
    [
        ("sin(x)", 1.0, None), ("x", 1.0, None), ("3", 0.0, None), ("x^3", 108.0, -6.0),
        ("tanh(x-0.123)", 1.0, 0.123), ("-tanh(x-0.123)", -1.0, 0.123),
        ("relu(x)", 1.0, None),
        ("exp(-x^2)", math.sqrt(2 / math.e), -math.sqrt(0.5)),
        ("sigmoid(3*x-1)", 0.75, 1 / 3),
        ("abs(x)*x", 12.0, -6.0), ("x^2/9", -4 / 3, -6.0),
    ],
)  # fmt: skip
def test_the_steepest_slope_and_its_place(
    formula: str, slope: float, x: float | None
) -> None:
    found = made(formula).steepest
    assert found is not None
    if formula != "sin(x)":
        assert found.slope == pytest.approx(slope, rel=1e-12)
        assert found.x == (x if x is None else pytest.approx(x, abs=1e-6))


@pytest.mark.parametrize(
    ("formula", "left", "right"),
    [
        ("tanh(x-0.4)", 0.4 - math.acosh(5**0.5), 0.4 + math.acosh(5**0.5)),
        ("erf(x)", -math.sqrt(math.log(5)), math.sqrt(math.log(5))),
        ("hardtanh(x)", -1, 1), ("relu(x)", 0, None), ("relu(-x)", None, 0),
        ("relu(x-2)-relu(x-3)", 2, 3), ("exp(x)", None, None), ("x", None, None),
        ("3", None, None),
        ("leakyrelu(x)", 0, None), ("x^2", None, None), ("max(x, 0.3*x)", None, None),
    ],
)  # fmt: skip
def test_beyond_it_is_flat(
    formula: str, left: float | None, right: float | None
) -> None:
    """Where the slope is below a fifth of the largest."""
    for found, wanted in zip(made(formula).saturated, (left, right), strict=True):
        assert found == (wanted if wanted is None else pytest.approx(wanted, abs=1e-6))


@pytest.mark.parametrize("place", [0, 1000, -1000])
def test_where_it_begins_to_be_flat_is_as_exact_as_the_samples_are_dense(
    place: int,
) -> None:
    edge = math.log((1 + math.sqrt(0.8)) / (1 - math.sqrt(0.8)))
    found = made(f"sigmoid(x-({place}))", place - 6, place + 6).saturated
    assert found == pytest.approx((place - edge, place + edge), rel=0, abs=1e-12)


@pytest.mark.parametrize("beyond", [1e-3, -1e-3])
def test_it_is_flat_from_a_place_on_if_one_sample_is_beyond(beyond: float) -> None:
    edge = math.log((1 + math.sqrt(0.8)) / (1 - math.sqrt(0.8)))
    left, _ = made("sigmoid(x)", -edge - beyond, 6).saturated
    _, right = made("sigmoid(x)", -6, edge + beyond).saturated
    assert left == (pytest.approx(-edge, abs=1e-12) if beyond > 0 else None)
    assert right == (pytest.approx(edge, abs=1e-12) if beyond > 0 else None)


@pytest.mark.parametrize("count", [2, 3, 101])
def test_samples_are_values_and_slopes(count: int) -> None:
    for sample in made("x^3-abs(x)+1/(x-6)", -2, 2, count).samples:
        x = sample.x
        assert sample.value == pytest.approx(x**3 - abs(x) + 1 / (x - 6))
        if x == 0:
            assert sample.slope is None
        else:
            slope = 3 * x * x - math.copysign(1, x) - 1 / (x - 6) ** 2
            assert sample.slope == pytest.approx(slope)
