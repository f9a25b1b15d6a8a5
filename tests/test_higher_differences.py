"""Differences: their bounds hold, and leave digits to show or are told."""

import math
from functools import partial

import pytest
from mpmath import mp

from diffcli.engine.higher_differences import best_higher_difference
from diffcli.engine.stencils import EPSILON
from tests.conftest import Run

FUNCTIONS = ("sin", "exp", "log", "sqrt", "atan", "sinh", "cosh", "tanh")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_bounds_hold_and_leave_digits_whatever_the_scale(name: str) -> None:
    """Of f(x/s) each derivative up to the sixth has two digits, and mpmath's value."""
    for scale in (1.0, 1e3):

        def stretched(x: float, scale: float = scale) -> float:
            return float(getattr(math, name)(x / scale))

        at = 1.3 * scale
        best = partial(best_higher_difference, stretched, at, flat=False)
        for order in range(2, 7):
            found = best(order, 2 * EPSILON)
            with mp.workdps(50):
                wide = mp.mpf(at) / scale
                truth = mp.diff(getattr(mp, name), wide, order) / mp.mpf(scale) ** order
                off = abs(found.slope - truth)
            assert off <= found.error, (scale, order)
            assert found.error < 0.01 * abs(truth), (scale, order)


@pytest.mark.parametrize("scale", ["1e-6", "1", "1e6"])
def test_a_step_without_a_digit_is_told_whatever_the_scale(
    scale: str, run: Run
) -> None:
    words = ("grad", f"{scale}*exp(x)", "--at", "1", "--method", "finite", "--h")
    said = "no digit of the difference"
    assert said not in run(*words, "0.001", "-f", "plain").err
    assert said in run(*words, "3", "-f", "plain").err
