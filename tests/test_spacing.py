"""Places on a range, equally far apart, without the dust of steps."""

import sys
from decimal import Decimal

import pytest

from diffcli.analysis.spacing import rounded, spaced


@pytest.mark.parametrize("count", [2, 3, 11, 241])
@pytest.mark.parametrize(
    ("low", "high"),
    [(-6, 6), (0, 1), (1e300, 1.7e308), (-1.7e308, 1.7e308), (0, 5e-324), (-1e-300, 0),
     (1, 1 + 2**-51), (99.5, 100)],
)  # fmt: skip
def test_places_are_equally_far_apart(low: float, high: float, count: int) -> None:
    places = spaced(low, high, count)
    assert len(places) == count
    assert (places[0], places[-1]) == (low, high)
    assert places == sorted(places) or high - low < 1e-15  # a few doubles apart
    for n, place in enumerate(places):
        share = n / (count - 1)
        exact = low * (1 - share) + high * share
        assert place == pytest.approx(
            exact, rel=1e-12, abs=1e-12 * (high / 2 - low / 2)
        )


@pytest.mark.parametrize("step", [1e-280, 1e-9, 0.1, 1.0, 7.0, 1e5])
def test_a_place_loses_the_dust_of_steps_only(step: float) -> None:
    for n in (-60, -1, 0, 1, 3, 17):
        assert rounded(n * step + 1e-14 * step, step) == pytest.approx(
            n * step, abs=1e-12 * step
        )
        assert abs(rounded((n + 1e-9) * step, step) - n * step) > 1e-10 * step
    assert rounded(0.30000000000000004, 0.1) == 0.3
    assert rounded(1 / 3, 0.0) == 1 / 3
    assert rounded(1e300 / 3, 1e299) == pytest.approx(1e300 / 3)
    assert rounded(1e-300 / 3, 1e-299) == pytest.approx(1e-300 / 3, rel=1e-10)
    for largest in (sys.float_info.max, -sys.float_info.max):
        for power in range(280, 309):  # where the next decimal is no double
            assert rounded(largest, 10.0**power) == pytest.approx(largest, rel=1e-12)


@pytest.mark.parametrize("step", ["0.1", "0.01", "0.025", "3", "1e-5"])
@pytest.mark.parametrize("low", ["-6", "0", "0.3", "-100"])
def test_a_sum_of_steps_is_what_people_write(low: str, step: str) -> None:
    """As decimals tell, up to a thousand steps away."""
    for n in range(0, 1001, 7):
        exact = Decimal(low) + n * Decimal(step)
        near = rounded(float(low) + n * float(step), float(step))
        if abs(exact) < 1000 * Decimal(step):  # else doubles themselves are as coarse
            assert near == float(exact)
