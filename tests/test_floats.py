"""Formats with fewer bits: their rounding, and what it does to gradients."""

import csv
import json
import math
from io import StringIO
from struct import pack, unpack

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp

from diffcli import parse
from diffcli.analysis.floats import coarse_gradient
from diffcli.calculus.floats import FORMATS, FloatFormat, rounded
from diffcli.calculus.functions import CONSTANTS, NAMED
from diffcli.errors import RangeError
from diffcli.problem import pose
from tests.conftest import Run

finite = st.floats(-6e4, 6e4)


def neighbours(form: FloatFormat, value: float) -> list[float]:
    """Return the number that a value is rounded to, and those beside it."""
    code, letter = ("<e", "<H") if form.name == "half" else ("<f", "<I")
    step = 1 << (16 if form.name == "bfloat16" else 0)
    bits = unpack(letter, pack(code, abs(form.round(value))))[0]
    around = [max(bits - step, 0), bits, bits + step]
    sign = -1.0 if value < 0 else 1.0
    return [sign * unpack(code, pack(letter, each))[0] for each in around]


@pytest.mark.parametrize("form", FORMATS.values(), ids=lambda form: form.name)
@given(finite)
def test_the_nearest_number_is_taken(form: FloatFormat, value: float) -> None:
    below, found, above = neighbours(form, value)
    assert form.round(value) == found
    assert form.round(found) == found
    apart = abs(found - value)
    assert apart <= abs(below - value)
    assert apart <= abs(above - value)
    assert apart <= max(form.rounding * abs(value), form.smallest / 2)


@pytest.mark.parametrize("form", FORMATS.values(), ids=lambda form: form.name)
def test_a_tie_goes_to_the_even_neighbour(form: FloatFormat) -> None:
    step = 2.0 ** (1 - form.bits)
    assert form.round(1 + step / 2) == 1.0
    assert form.round(1 + 3 * step / 2) == 1 + 2 * step
    assert form.round(1 + step / 2 + 2.0**-50) == 1 + step
    with pytest.raises(OverflowError):
        form.round(1e39)


@pytest.mark.parametrize("form", FORMATS.values(), ids=lambda form: form.name)
def test_a_format_is_as_large_and_small_as_it_says(form: FloatFormat) -> None:
    step = 2.0 ** (1 - form.bits)
    assert form.rounding == step / 2
    assert form.round(1 + step) == 1 + step
    assert form.round(1 + step / 2) == 1.0
    assert form.round(form.smallest) == form.smallest
    assert form.round(0.75 * form.smallest) == form.smallest
    assert form.round(form.smallest / 2) == 0.0
    ends = 2.0**16 if form.name == "half" else 2.0**128
    last = ends * (1 - step / 2)
    assert float(form.largest) == pytest.approx(last, rel=0.005)
    for sign in (1, -1):
        assert form.round(sign * last) == sign * last
        assert form.round(sign * last * (1 + step / 5)) == sign * last
        for beyond in (last * (1 + 0.6 * step), ends, 1e300):
            with pytest.raises(OverflowError):
                form.round(sign * beyond)


@given(st.floats(-1e38, 1e38))
def test_bfloat16_rounds_once(value: float) -> None:
    """Rounded to single first, a number just beyond a tie would be rounded twice."""
    with mp.workprec(8):
        once = float(mp.mpf(value) * 1)
    if abs(once) > 2.0**-126:
        assert FORMATS["bfloat16"].round(value) == once
        beside = once * (1 + 2.0**-8 + 2.0**-40)
        with mp.workprec(8):
            assert FORMATS["bfloat16"].round(beside) == float(mp.mpf(beside) * 1)


@pytest.mark.parametrize("name", FORMATS)
def test_every_function_and_constant_is_rounded(name: str) -> None:
    found, form = rounded(name), FORMATS[name]
    assert found.keys() == {*NAMED, *CONSTANTS}
    assert found["pi"]() == form.round(math.pi) != math.pi
    assert found["exp"](1.1) == form.round(math.exp(1.1))
    assert found["divide"](1.0, 3.0) == form.round(1 / 3)


def test_twelve_sigmoids_vanish_in_half(run: Run) -> None:
    call = ("depth", "sigmoid", "--layers", "12", "--float", "half")
    done = run(*call)
    assert "in half: 0.00e+00 in place of 1.76e-08" in done.out
    there, double = json.loads(run(*call, "-fjson").out)["losses"][0]
    assert there["gradient"] == 0.0
    assert double["gradient"] == pytest.approx(1.8e-8, rel=0.05)
    slope = mp.mpf("0.2248")  # of the sigmoid where a long chain of it settles
    lost = float(mp.log(mp.mpf(2) ** -1075) / mp.log(slope))
    assert double["layers"] == pytest.approx(lost, rel=0.01)
    assert f"{double['layers'] - there['layers']} earlier than in doubles" in done.out


@pytest.mark.parametrize("form", FORMATS)
@given(st.floats(0.25, 4), st.floats(0.25, 4))
def test_a_gradient_is_right_to_the_digits_of_its_format(
    form: str, x: float, y: float
) -> None:
    problem = pose(parse("x*y+sqrt(x)*exp(-y)"), {"x": x, "y": y})
    found = coarse_gradient(problem, form)
    for one in found.partials:
        assert one.backprop == FORMATS[form].round(one.backprop)
        assert one.backprop == pytest.approx(
            one.truth, abs=12 * FORMATS[form].rounding * (x + y + 1)
        )


def test_overflow_is_said(run: Run) -> None:
    with pytest.raises(RangeError):
        coarse_gradient(pose(parse("x^2"), {"x": 300.0}), "half")
    done = run("grad", "x^2", "--at", "300", "--float", "half")
    assert (done.code, done.out) == (4, "")
    assert "is beyond 65504, the largest number of half" in done.err


def test_a_partial_that_is_lost_is_told(run: Run) -> None:
    done = run("grad", "1e-5*x*(1e-3*y)", "--at", "1,1", "--float", "half")
    assert "exactly 0 in half, though not in truth" in done.out


@pytest.mark.parametrize("columns", [40, 80])
@pytest.mark.parametrize("form", FORMATS)
def test_what_is_shown_fits(run: Run, form: str, columns: int) -> None:
    for words in (("grad", "sin(x)*y", "--at", "1,2"), ("depth", "tanh")):
        done = run(*words, "--float", form, columns=columns)
        assert done.code == 0
        assert max(map(len, done.out.splitlines())) <= columns


@pytest.mark.parametrize("form", FORMATS)
def test_a_trace_in_a_format_is_made_of_its_numbers(run: Run, form: str) -> None:
    call = ("trace", "z = w*x; sigmoid(z)^2+exp(x)", "--at", "w=0.3,x=0.7")
    found = json.loads(run(*call, "--float", form, "-fjson").out)
    rounded = FORMATS[form].round
    assert found["format"] == form
    for node in found["forward"]:
        assert node["value"] == rounded(node["value"])
    for node in found["backward"]:
        assert node["adjoint"] == rounded(node["adjoint"])
    assert f"every operation rounded to {form}" in run(*call, "--float", form).out


@pytest.mark.parametrize("form", FORMATS)
def test_depth_tells_the_rounded_gradient_of_every_layer(run: Run, form: str) -> None:
    call = ("depth", "sigmoid,tanh", "--layers", "20", "--float", form)
    rows = list(csv.DictReader(StringIO(run(*call, "-fcsv").out)))
    losses = json.loads(run(*call, "-fjson").out)["losses"]
    for name, (there, _) in zip(("sigmoid", "tanh"), losses, strict=True):
        own = [row for row in rows if row["activation"] == name]
        assert {row["format"] for row in own} == {form}
        found = [float(row["rounded_gradient"]) for row in own]
        assert found[::-1] == there["gradients"]
        assert found[-1] == there["gradient"]
        lost = [int(row["layer"]) for row, g in zip(own, found, strict=True) if not g]
        assert max(lost, default=None) == there["layer"]


def test_a_numeral_that_is_too_large_for_a_format_is_named(run: Run) -> None:
    for command in ("grad", "trace", "sweep"):
        done = run(command, "1e300*x", "--at", "1", "--float", "half")
        assert (done.code, done.out) == (4, "")
        assert "the number 1e300 is beyond 65504" in done.err
