"""Noise is measured: what has it, how much, and what that leaves of a slope.

The functions are made of what every machine rounds alike, and rounded once more to a
known unit, so that one knows their noise.
"""

import math
from collections.abc import Callable

import pytest

from diffcli.engine import noise
from diffcli.engine.best_steps import best_difference
from diffcli.engine.noise import (
    Level,
    Remembering,
    Sampled,
    best_slope,
    noise_seen,
    sampled,
    slope_with,
)
from diffcli.engine.stencils import EPSILON, Difference, NoDifference

Line = Callable[[float], float]
#: Functions and their slopes.
SMOOTH: dict[str, tuple[Line, Line]] = {
    "x^3": (lambda x: x**3, lambda x: 3 * x**2),
    "1/(1 + x^2)": (lambda x: 1 / (1 + x * x), lambda x: -2 * x / (1 + x * x) ** 2),
    "sqrt(x + 3)": (lambda x: math.sqrt(x + 3), lambda x: 0.5 / math.sqrt(x + 3)),
}


def rounded(line: Line, unit: float) -> Line:
    """Return a function rounded to multiples of a unit, a power of two."""
    return lambda x: round(line(x) / unit) * unit


@pytest.mark.parametrize("x", [0.3, 1.0, 2.5])
@pytest.mark.parametrize("name", SMOOTH)
def test_the_unit_of_rounded_values_is_seen_and_the_slope_is_as_near_as_it_says(
    name: str, x: float
) -> None:
    line, slope = SMOOTH[name]
    for bits in (20, 24, 30):
        unit = 2.0**-bits
        found = best_slope(rounded(line, unit), x)
        off = abs(found.difference.slope - slope(x))
        assert unit <= found.noise <= 2.1 * unit
        assert off <= found.difference.error <= 1600 * unit
        assert found.sides is None
        assert found.hidden == 0.0
    for bits in (38, 40, 44):  # of which the samples show nothing but their unrest
        found = best_slope(rounded(line, 2.0**-bits), x)
        off = abs(found.difference.slope - slope(x))
        assert off <= found.difference.error <= 8000 * 2.0**-bits
    clean = best_slope(line, x)
    assert clean.noise < 1e-15
    off = abs(clean.difference.slope - slope(x))
    assert off <= clean.difference.error < 1e-10


@pytest.mark.parametrize("name", SMOOTH)
def test_a_step_of_ones_own_has_an_error_that_holds(name: str) -> None:
    line, slope = SMOOTH[name]
    for scheme in ("symmetric", "forward"):
        for unit in (2.0**-20, 2.0**-30):
            found = slope_with(rounded(line, unit), 1.1, 2.0**-5, scheme)
            off = abs(found.difference.slope - slope(1.1))
            assert (found.difference.h, found.difference.scheme) == (2.0**-5, scheme)
            assert off <= found.difference.error <= 3 * off + 200 * unit


def test_a_step_on_which_nothing_changes_hides_what_shows_further_away() -> None:
    """Values of few digits are taken as rounded to six, or to those that they have."""
    for unit in (2.0**-10, 2.0**-16):
        found = slope_with(rounded(lambda x: x + 7, unit), 1.0, unit / 8, "symmetric")
        assert (found.difference.slope, found.wide) == (0.0, 0.0)
        assert found.noise == max(4e-5, unit)
        assert found.difference.error == pytest.approx(16 * found.noise / unit, abs=0)


@pytest.mark.parametrize(
    ("value", "hides"),
    [
        (0.0, 5e-6), (1.0, 5e-6), (-7.0, 3.5e-5), (0.12, 5e-6), (0.125, 1e-3),
        (-0.125, 1e-3), (0.12345678, 5e-6), (0.123456789, 5e-6),
        (1234.567, 6.172835e-3),
        (1234.5, 6.1725e-3), (1.23456789, 6.17283945e-6), (100200300.0, 501.0015),
        (1.234567891, EPSILON * 1.234567891), (-0.1234567891, EPSILON * 0.1234567891),
        (1.5e22, 7.5e16), (1e22, 5e16), (1.23456789012e-7, EPSILON * 1.23456789012e-7),
        (1.5e-7, 5e-6), (1e-7, 5e-6), (2.5e-9, 5e-6), (1 / 3, EPSILON / 3),
        (1e-5, 1e-5), (-2e-5, 1e-5), (3e-5, 1e-5), (1.5e-5, 5e-6),
    ],
)  # fmt: skip
def test_what_a_value_hides_that_is_always_the_same(value: float, hides: float) -> None:
    """Half a unit of six digits, or a whole one of more decimals; of ten a rounding."""
    found = best_slope(lambda _: value, 1.0)
    assert (found.difference.slope, found.difference.h, found.wide) == (0.0, 0.25, 0.0)
    assert found.noise == pytest.approx(hides, rel=1e-12, abs=0)
    assert found.difference.error == found.noise / 0.25
    assert (found.difference.samples, found.difference.evaluations) == ((), 0)
    assert found.sides is None


def test_a_long_value_hides_what_changes_further_away() -> None:
    """By itself at worst, by more where it changes by more: up to 256 times as far."""
    third = 1 / 3
    for x, h in ((1.0, 0.25), (-40.0, 8.0)):
        assert best_slope(lambda _: 0.5, x).hidden == 0.0
        assert best_slope(lambda _: -third, x).hidden == third / h
        for k in range(1, 6):
            for side in (-1, 1):
                place = x + side * h * 4**k

                def jumps(at: float, place: float = place, x: float = x) -> float:
                    if abs(at - x) > abs(place - x):
                        raise ArithmeticError
                    return third + 7.0 * (at == place)

                seen = 7.0 if k <= 4 else third
                assert best_slope(jumps, x).hidden == pytest.approx(seen / h, abs=0)


def test_a_kink_is_told_by_slopes_that_stay_apart() -> None:
    for name, (line, slope) in SMOOTH.items():
        for left, right in ((-1.0, 1.0), (0.0, 0.5), (2.0, -3.0)):

            def bent(
                x: float, line: Line = line, before: float = left, after: float = right
            ) -> float:
                return line(x) + (x - 1) * (before if x < 1 else after)

            found = best_slope(bent, 1.0)
            assert found.sides is not None, name
            wanted = slope(1.0) + left, slope(1.0) + right
            assert found.sides == pytest.approx(wanted, abs=1e-4)
            assert slope_with(bent, 1.0, 1e-3, "symmetric").sides is not None
        assert best_slope(line, 1.0).sides is None
    # A corner of the derivative is none: what is apart shrinks with the step.
    assert best_slope(lambda x: (x - 1) * abs(x - 1) + x, 1.0).sides is None


def test_next_to_nothing_is_0_with_an_error_that_is_small_beside_the_slopes() -> None:
    line = rounded(lambda x: (x - 1) ** 2, 2.0**-30)
    found = best_slope(line, 1.0)
    assert abs(found.difference.slope) <= found.difference.error < 0.01 * found.wide
    assert 0.2 < found.wide < 0.3


def levels(*rows: tuple[float, float]) -> tuple[Level, ...]:
    """Return levels at 1, 1/2, 1/4, ... from pairs of changes of the value 1."""
    return tuple(
        Level(2.0**-n, 1 + below, 1 + above) for n, (below, above) in enumerate(rows)
    )


def test_noise_is_what_no_smooth_function_has() -> None:
    """Samples of a polynomial have none; one that is moved has what it is moved by."""
    steps = [2.0 * 4.0**-n for n in range(12)]

    def around(moved: float = 0.0, place: int = 0) -> list[Level]:
        ends = [[5 * h + h**3, moved * (n == place)] for n, h in enumerate(steps)]
        return [
            Level(h, -end - extra, end + extra)
            for h, (end, extra) in zip(steps, ends, strict=True)
        ]

    assert noise_seen(around(), 5.0) == 0.0
    for place in range(5, 10):
        for moved in (2.0**-28, -(2.0**-28)):
            seen = noise_seen(around(moved, place), 5.0)
            assert 0.9 <= seen / abs(moved) <= 1.1
    assert noise_seen(around(), 4.0) == noise_seen([], 5.0) == 0.0
    assert noise_seen(around(), 4.9999) > 1e-5
    # Near a slope of 0 it is the size beside which it is small that tells.
    assert noise_seen(around(2.0**-20, 8), 5.0 + 1e-3) > 2.0**-21


def test_two_extrapolations_take_two_powers_away() -> None:
    """Of 7 + h**2 + h**4 the third is 7, and of h**6 something remains."""
    hs = [4.0**-n for n in range(5)]
    for more in (0, 1):
        slopes = [7 + h**2 + 3 * h**4 + more * h**6 for h in hs]
        given = [Level(h, -h * s, h * s) for h, s in zip(hs, slopes, strict=True)]
        rows = [row for _, row in noise._extrapolated(given)]
        assert [len(row) for row in rows] == [1, 2, 3, 3, 3]
        assert [row[0] for row in rows] == slopes
        for row in rows[2:]:
            assert (abs(row[2] - 7) < 1e-14) == (not more)
            assert abs(row[2] - 7) < abs(row[1] - 7) < 0.2 * abs(row[0] - 7)


def test_next_to_0_is_the_quotient_with_the_smallest_error() -> None:
    """Two levels have to agree on it, and an ulp of the value is noise in both."""
    hs = [2.0 * 4.0**-n for n in range(6)]

    def around(value: float, *slopes: float) -> Sampled:
        ends = zip(hs, slopes, strict=False)
        return Sampled(
            value,
            tuple(
                Level(h, value + h * h - slope * h, value + h * h + slope * h)
                for h, slope in ends
            ),
        )

    for value in (4.0, -4.0):
        found, seen = noise._next_to_zero(around(value, 0.0, 0.0, 0.0))
        assert (found.slope, found.h, found.scheme) == (0.0, 2 * hs[1], "symmetric")
        assert (found.samples, found.evaluations) == ((), 0)
        assert seen == 4 * EPSILON
        assert found.error == 2 * seen / hs[1]
    # Where they agree later, it is what they say there; how far they moved is an error.
    found, seen = noise._next_to_zero(around(0.0, 0.25, 2.0**-9, 2.0**-9, 2.0**-9))
    assert found.h < 2 * hs[2]
    assert abs(found.slope - 2.0**-9) < found.error < 0.01
    with pytest.raises(NoDifference, match="cannot see"):
        noise._next_to_zero(around(4.0, 0.0))
    with pytest.raises(NoDifference, match="cannot see"):
        noise._next_to_zero(around(4.0, 1.0, -1.0, 1.0, -1.0))


@pytest.mark.parametrize("size", [2.0**-20, 1.0, 2.0**20])
def test_next_to_0_is_an_error_of_a_hundredth_of_the_slopes_around(size: float) -> None:
    """The slopes are those of size*x**2, of which the largest is that of x = 2."""
    most = 0.01 * (2 * size) / (4 * EPSILON)  # a value whose rounding is such an error
    for share in (0.9, 1.1):
        value = share * most
        near = Sampled(
            value,
            tuple(
                Level(h, value + size * h * h, value + size * h * h)
                for h in (2.0, 0.5, 0.125)
            ),
        )
        if share > 1:
            with pytest.raises(NoDifference, match="cannot see"):
                noise._next_to_zero(near)
        else:
            found, seen = noise._next_to_zero(near)
            assert (found.slope, seen) == (0.0, EPSILON * value)
            assert found.error == pytest.approx(share * 0.02 * size)


def test_next_to_0_is_what_the_extrapolations_say() -> None:
    """Of s + h**2 + 3*h**4 it is s; two that are the same add nothing to the error."""
    hs = [2.0 * 4.0**-n for n in range(6)]
    for s in (2.0**-20, -(2.0**-20)):
        rows = [(h, s + (h**2 + 3 * h**4)) for h in hs]
        near = tuple(
            Level(h, 1 + h - h * slope, 1 + h + h * slope) for h, slope in rows
        )
        found, seen = noise._next_to_zero(Sampled(1.0, near))
        assert abs(found.slope - s) <= found.error < 1e-13
        level = tuple(Level(h, 1 + h - h * s, 1 + h + h * s) for h in hs)
        found, seen = noise._next_to_zero(Sampled(1.0, level))
        assert (found.slope, found.error) == (s, 2 * seen / hs[1])


def two(size: float, missed: float, shrinks: float) -> list[Level]:
    """Return two levels around a slope that is missed on both sides of it.

    ``shrinks`` is by how much less they move the values from one to the next.
    """
    after = -4 * missed / shrinks
    return [
        Level(h, -h * size * (1 + off), h * size * (1 + off))
        for h, off in ((1.0, missed), (0.25, after))
    ]


@pytest.mark.parametrize("size", [1e-3, 1.0, -1e3])
def test_noise_is_what_shrinks_by_less_than_32_where_the_slope_is_near(
    size: float,
) -> None:
    """From a fiftieth on it is near, beside the slope or another size."""
    for shrinks, is_noise in ((2.0, True), (31.5, True), (32.5, False)):
        for missed, near in ((0.019, True), (0.021, False)):
            found = two(size, missed, shrinks)
            seen = noise_seen(found, size)
            moved = missed * abs(size) / shrinks
            expected = moved if is_noise and near else 0.0
            assert seen == pytest.approx(expected, rel=1e-9, abs=0)
            beside = noise_seen(found, size, 2 * abs(size))
            assert beside == pytest.approx(moved if is_noise else 0.0, rel=1e-9, abs=0)


def test_sides_are_told_by_five_gaps_beyond_noise() -> None:
    """By eight times what is noise; the smallest of the steps says how steep."""

    def bent(count: int, gap: float = 0.0, last: float = 0.0) -> Sampled:
        hs = [4.0**-n for n in range(count)]
        return Sampled(
            1.0,
            tuple(
                Level(h, 1 + (gap or 2 * h + last * h * h), 1 + h * (not gap))
                for h in hs
            ),
        )

    for count in range(9):
        found = noise._sides(bent(count), 0.0)
        assert (found is None) == (count < 5)
        if found:
            assert found == (-2.0, 1.0)
            smallest = 4.0 ** (1 - count)
            steep = noise._sides(bent(count, 0.0, 1.0), 0.0)
            assert steep == pytest.approx((-2 - smallest, 1.0), rel=1e-12, abs=0)
    for unit in (2.0**-20, 2.0**-30):
        assert noise._sides(bent(6, 7.8 * unit), unit) is None
        assert noise._sides(bent(6, 8.2 * unit), unit) is not None
    assert noise._sides(bent(6, 7.8 * EPSILON), 0.0) is None


def slope_of(slope: float, error: float = 1e-9) -> Difference:
    return Difference(slope, error, 0.25, "symmetric", (), 0)


def test_more_noise_is_tried_until_the_samples_fit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Four times as much where no digit is certain, or twice what is seen."""
    asked: list[float] = []
    enough = seen = 0.0

    def best(_: Line, __: float, value_error: float) -> Difference:
        asked.append(value_error)
        if value_error < enough:
            raise NoDifference("none")
        return slope_of(1.0)

    monkeypatch.setattr(noise, "best_difference", best)
    monkeypatch.setattr(noise, "noise_seen", lambda *_: seen)
    near = levels((1.0, 1.0))
    for value, least in ((0.0, 5e-324), (1.0, EPSILON), (-8.0, 8 * EPSILON)):
        asked.clear()
        enough, seen = 64 * least, 0.0
        given = float, 1.0, Sampled(value, near), 0.0
        assert noise._consistent(*given) == (slope_of(1.0), 64 * least)
        assert asked == [0.0, *(least * 4**k for k in range(4))]
        # What is seen may be as much as is allowed for, or as rounding is.
        enough, seen = 0.0, least
        assert noise._consistent(*given) == (slope_of(1.0), 0.0)
        seen = 3 * max(least, 1e-300)
        assert noise._consistent(*given) == (slope_of(1.0), 2 * seen)
    # Beyond all that the values change by, nothing will do.
    asked.clear()
    enough = math.inf
    with pytest.raises(NoDifference, match="none"):
        noise._consistent(float, 1.0, Sampled(1.0, near), 2.0**-6)
    assert asked == [2.0**-6, 2.0**-4, 2.0**-2, 1.0, 4.0]
    asked.clear()
    enough = 0.0
    monkeypatch.setattr(noise, "noise_seen", lambda *_: 1 + 2 * asked[-1])
    with pytest.raises(NoDifference, match="cannot see"):
        noise._consistent(float, 1.0, Sampled(1.0, near), 0.0)
    assert len(asked) == 60


@pytest.mark.parametrize("size", [1e-6, 1.0, 1e6])
def test_a_slope_is_believed_that_no_other_contradicts_if_there_is_more_noise(
    size: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that is clear, by ten times its error, and beyond the error of the first."""
    asked: list[float] = []
    first = other = slope_of(1.0)

    def consistent(
        _: Line, __: float, ___: Sampled, least: float
    ) -> tuple[Difference, float]:
        asked.append(least)
        if len(asked) == 2:
            raise NoDifference("none")
        return (other if len(asked) > 2 else first), least

    monkeypatch.setattr(noise, "_consistent", consistent)
    for value, least in ((0.0, 5e-324), (1.0, 64 * EPSILON)):
        wide = least * 64**3
        near = Sampled(value, (Level(1.0, value - wide / 2, value + wide / 2),))
        for apart, error, its, believed in (
            (0.9, 1.0, 0.01, True), (1.1, 1.0, 0.01, False), (-1.1, 1.0, 0.01, False),
            (1.1, 0.01, 0.1, False), (0.9, 0.01, 0.1, True), (0.0, 0.0, 0.0, True),
        ):  # fmt: skip
            asked.clear()
            first = slope_of(size, error * size)
            other = slope_of(size + apart * size, its * size)
            if believed:
                assert noise._believed(float, 1.0, near) == (first, 0.0)
                assert asked == [0.0, *(least * 64**k for k in range(4))]
            else:
                with pytest.raises(NoDifference, match="cannot see"):
                    noise._believed(float, 1.0, near)
                assert asked == [0.0, least, least * 64]


def test_what_samples_say_of_a_function() -> None:
    some = Sampled(1.0, levels((-2, 0.5), (0.25, 1), (0, -0.125), (-1, 1)))
    assert (some.wide, some.range, some.quantum, some.flat) == (2.0, 3.0, 0.125, False)
    third = Sampled(1.0, levels((0.5, 0.5), (0.25, 0.25), (-0.75, 0.5), (8, 8)))
    assert (third.wide, third.quantum) == (3.0, 0.0)
    assert Sampled(1.0, levels((0, 0), (0, 0))).flat
    assert not Sampled(1.0, levels((0, 0), (0, 0.5))).flat
    assert not Sampled(1.0, levels((0, 0), (0.5, 0))).flat
    none = Sampled(1.0, ())
    assert (none.wide, none.range, none.quantum, none.flat) == (0.0, 0.0, 0.0, True)
    assert Sampled(1.0, levels((0, 0))).quantum == 0.0
    assert Level(0.25, 1.0, 2.0).slope == 2.0


def test_it_is_asked_once_for_each_place_also_where_there_is_no_value() -> None:
    asked: list[float] = []

    def line(x: float) -> float:
        asked.append(x)
        return 1 / x

    known = Remembering(line)
    for _ in range(3):
        assert known(2.0) == 0.5
        with pytest.raises(ZeroDivisionError):
            known(0.0)
    assert asked == [2.0, 0.0]


@pytest.mark.parametrize("x", [0.0, 0.7, 1.0, -3.0, 1e6])
def test_the_samples_are_those_of_the_differences(x: float) -> None:
    places: list[float] = []

    def line(at: float) -> float:
        places.append(at)
        return at * at * at + at

    known = Remembering(line)
    around = sampled(known, x)
    before = len(places)
    best_difference(known, x)
    if x in (0.0, 1.0):  # where a factor of 4 leads from step to step
        assert len(places) == before
    assert [level.h for level in around.levels] == widths(x)
    some = sampled(line, x, 0.5)
    assert [level.h for level in some.levels] == [0.5 / 4**k for k in range(6)]
    assert around.value == some.value == line(x)


def widths(x: float) -> list[float]:
    """Return the steps that are tried at a place, 20 at most."""
    widest = 2.0 ** math.floor(math.log2(max(abs(x), 1.0) / 4))
    return [h for h in (widest / 4.0**k for k in range(20)) if h >= 2e-12 * abs(x)]
