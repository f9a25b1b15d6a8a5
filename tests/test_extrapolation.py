"""What is extrapolated from quotients with many steps, and what is believed.

Quotients are given, of which one knows the limit: L + c*h**2 + d*h**4 + ...
"""

from collections.abc import Sequence

import pytest

from diffcli.engine import best_steps
from diffcli.engine.best_steps import Level, extrapolate
from diffcli.engine.stencils import NoDifference


def series(
    terms: Sequence[float],
    order: int,
    *,
    ratio: float = 4.0,
    count: int = 8,
    noise: float = 0.0,
) -> list[Level]:
    """Return levels whose slopes are the terms of a power series in h**order."""
    steps = [ratio**-n for n in range(count)]
    return [
        Level(h, sum(c * h ** (order * k) for k, c in enumerate(terms)), noise, ())
        for h in steps
    ]


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("ratio", [4.0, 8.0, 16.0])
def test_four_powers_of_the_step_are_taken_away(order: int, ratio: float) -> None:
    """What is a polynomial of so many is found as it is, and with an error of none."""
    for terms in ([3.0, 1.0], [3.0, -1.0, 2.0], [-3.0, 1, 1, 1], [3.0, 1, -1, 1, -1]):
        run = series(terms, order, ratio=ratio, count=24)
        value, error, level = extrapolate([run], ratio, order, None)
        assert value == pytest.approx(terms[0], rel=1e-13, abs=0)
        assert error < 1e-2
        assert level in run
    more = series([3.0, 1, -1, 1, -1, 1], order, ratio=ratio, count=6)
    row = best_steps._tableau(more, ratio, order, 0)
    assert max(entry.level for entry in row) == 5
    assert len(row) == 2 + 3 + 4 + 4  # the third row on, but for its first column


@pytest.mark.parametrize("order", [1, 2])
def test_an_error_covers_what_is_left(order: int) -> None:
    """Of quotients with a noise, each moved by it in turn, up and down."""
    exact = series([3.0, 1, -1, 1, -1, 1, 1], order, count=10)
    for noise in (1e-4, 1e-8, 1e-12):
        for place in range(10):
            for sign in (-1, 1):
                run = [
                    level._replace(
                        slope=level.slope + sign * noise * (n == place), noise=noise
                    )
                    for n, level in enumerate(exact)
                ]
                for strict in (False, True):
                    found = extrapolate([run], 4.0, order, None, strict=strict)
                    value, error, _ = found
                    assert noise <= abs(value - 3.0) + error
                    assert abs(value - 3.0) <= error <= 40 * noise + (order == 1) * 3e-7


def test_what_does_not_change_is_0_if_that_is_known_or_all_say_so() -> None:
    still = series([0.0], 2, noise=1e-9)
    for flat in (None, True):
        value, error, level = extrapolate([still], 4.0, 2, flat)
        assert (value, error) == (0.0, 1e-9)
        assert level is still[0]
    with pytest.raises(NoDifference, match="the same at every step"):
        extrapolate([still], 4.0, 2, flat=False)
    # Known to be 0, and as near to it as rounding lets it, at the quietest step.
    noisy = [level._replace(slope=1e-8 / (n + 1)) for n, level in enumerate(still)]
    value, error, level = extrapolate([noisy], 4.0, 2, flat=True)
    assert (value, error) == (0.0, 1e-8 / 8 + 1e-9)
    assert level is noisy[7]
    # Far from it is no 0, whatever is known.
    value, error, _ = extrapolate([series([3.0, 1.0], 2)], 4.0, 2, flat=True)
    assert abs(value - 3.0) <= error + 1e-15
    for slope in (7e-9, 8e-9):
        some = [Level(4.0**-n, slope, 1e-9, ()) for n in range(6)]
        assert extrapolate([some], 4.0, 2, flat=True)[0] == 0.0
    some = [Level(4.0**-n, 9e-9, 1e-9, ()) for n in range(6)]
    with pytest.raises(NoDifference, match="no digit is certain"):
        extrapolate([some], 4.0, 2, flat=True)
    # A slope beside which it is dust is as good as 0.
    dusty = [
        Level(1.0, 5.0, 0.0, ()),
        *(Level(4.0**-n, 1e-9, 0.0, ()) for n in range(1, 6)),
    ]
    assert extrapolate([dusty], 4.0, 2, flat=True)[0] == 0.0


def test_where_no_digit_is_certain_nothing_is_believed() -> None:
    for slopes in ([1.0, -1.0] * 5, [1.0, 3.0, 9.0, 27.0], [1.0, 1.0], [1.0]):
        run = [Level(4.0**-n, slope, 0.0, ()) for n, slope in enumerate(slopes)]
        with pytest.raises(NoDifference, match="no digit is certain"):
            extrapolate([run], 4.0, 2, None)
    for noise, certain in ((0.01, True), (0.02, False)):  # a twentieth, thrice as safe
        run = series([1.0], 2, noise=noise)
        if certain:
            assert extrapolate([run], 4.0, 2, None)[1] == 3 * noise
        else:
            with pytest.raises(NoDifference):
                extrapolate([run], 4.0, 2, None)


def test_an_entry_needs_three_quotients_below_that_agree() -> None:
    run = series([3.0, 1, 1, 1, 1, 1], 2, count=9)
    for count in range(7, 10):
        *_, level = extrapolate([run[:count]], 4.0, 2, None)
        assert run.index(level) <= count - 3
    # A smaller step contradicts: what is above it is no longer believed.
    bad = [*run[:5], run[5]._replace(slope=2.0), *run[6:]]
    try:
        value, error, level = extrapolate([bad], 4.0, 2, None)
    except NoDifference:
        return
    assert abs(value - 3.0) <= error
    assert bad.index(level) > 5


def test_runs_on_both_sides_of_a_gap_are_extrapolated_alone() -> None:
    run = series([3.0, 1, -1, 1], 2, count=12)
    for first in range(1, 8):
        value, error, level = extrapolate([run[:first], run[first + 2 :]], 4.0, 2, None)
        assert abs(value - 3.0) <= error + 1e-15
        assert level in run
    # Where all agree the noise is the error, and tells which level was taken.
    still = [
        Level(level.h, 3.0, 1e-9 if n == 6 else 1e-3, ()) for n, level in enumerate(run)
    ]
    for first in range(1, 4):
        runs = [still[:first], still[first + 1 :]]
        value, error, level = extrapolate(runs, 4.0, 2, None)
        assert value == 3.0
        assert error == pytest.approx(3e-9, rel=1e-9, abs=0)
        assert level is still[6]


def test_wild_quotients_at_the_wide_end_are_left_out() -> None:
    """They change by more than a quarter of what they are."""
    calm = [Level(4.0**-n, 1 + 0.05 * 16.0**-n, 0.0, ()) for n in range(9)]
    for count in range(6):
        slopes = [7.0 * (-1) ** n for n in range(count)]
        wild = [Level(1.0, slope, 0.0, ()) for slope in slopes]
        assert best_steps._wild(wild + calm[count:]) == count
    for jump, wild_ones in ((1.2, 0), (1.25, 0), (1.26, 1), (0.74, 1), (0.75, 0)):
        run = [Level(1.0, jump, 0.0, ()), *(Level(1.0, 1.0, 0.0, ()) for _ in range(4))]
        assert best_steps._wild(run) == wild_ones
    every = [Level(1.0, 3.0**-n, 0.0, ()) for n in range(6)]
    assert best_steps._wild(every) == 0
    assert best_steps._wild([*every, every[-1]]) == 0
    assert best_steps._wild([*every, every[-1], every[-1]]) == 5


def test_quotients_come_closer_once_they_are_resolved() -> None:
    def run(*slopes: float, noise: float = 0.0) -> list[Level]:
        return [Level(1.0, slope, noise, ()) for slope in slopes]

    assert not best_steps._contracts(run(1.0, 1.0))
    assert best_steps._contracts(run(1.0, 1.0, 1.0))
    assert best_steps._contracts(run(0.0, 1.0, 1.5))
    assert best_steps._contracts(run(9.0, 0.0, 1.0, 0.5))
    assert not best_steps._contracts(run(0.0, 1.0, 1.5 + 1e-9))
    assert not best_steps._contracts(run(0.0, 1.0, 0.5 - 1e-9))
    assert best_steps._contracts(run(0.0, 0.0, 8.0, noise=1.0))
    assert not best_steps._contracts(run(0.0, 0.0, 8.1, noise=1.0))
    assert best_steps._contracts(run(5.0, 6.0, 6.5))
    assert not best_steps._contracts(run(5.0, 6.0, 6.6))
    uneven = [
        Level(1.0, slope, noise, ())
        for slope, noise in ((0.0, 100.0), (0.0, 1.0), (12.0, 2.0))
    ]
    assert best_steps._contracts(uneven)
    uneven[-1] = uneven[-1]._replace(slope=12.1)
    assert not best_steps._contracts(uneven)


def test_smaller_steps_agree_within_noise_error_and_a_third_of_their_change() -> None:
    """A change from before the entry's own step does not count."""
    for noise, error, slopes, agrees in (
        (1.0, 0.0, (0.0, 8.0, 8.0), True),
        (1.0, 0.0, (0.0, 0.0, 8.0), True),
        (1.0, 0.0, (0.0, 0.0, 13.0), False),
        (1.0, 0.0, (8.1, 8.1, 8.1), False),
        (0.0, 1.0, (8.0, 8.0, 8.0), True),
        (0.0, 1.0, (8.0, 8.1, 8.1), False),
        (0.0, 0.0, (-20.0, 10.7, 0.0), True),
        (0.0, 0.0, (-20.0, 10.8, 0.0), False),
        (0.0, 0.0, (0.0, 0.0), False),
        (0.0, 0.0, (0.0, 0.0, 0.0), True),
    ):
        levels = [Level(1.0, 50.0, noise, ())]
        levels += [Level(1.0, slope, noise, ()) for slope in slopes]
        entry = best_steps._Entry(0.0, error, 1)
        assert best_steps._agrees(entry, levels) == agrees, (noise, error, slopes)


def test_strictly_the_first_of_a_column_is_as_good_as_the_one_above() -> None:
    run = series([3.0, 1, -1, 1], 2, count=3)
    for strict in (False, True):
        one, two = best_steps._tableau(run, 4.0, 2, 7, strict=strict)
        assert one.level == two.level == 9
        above = run[1].slope + (run[1].slope - run[0].slope) / 15
        assert two.error == abs(two.value - (above if strict else one.value))
        assert one.error == max(
            abs(one.value - run[2].slope),
            abs(one.value - above),
            abs(above - run[1].slope) / 4,
        )
