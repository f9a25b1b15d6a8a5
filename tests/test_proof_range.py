"""Proofs on a range: what is said of a slope holds at every place that is tried."""

import itertools
import json
import random

import pytest
from mpmath import mp

import diffcli
from diffcli.engine.adaptive import gradient
from tests.conftest import Run

RANGES: list[tuple[str, float | str, float | str]] = [
    ("exp(x)*x", 0, 2), ("sin(x)", 0, "2*pi"), ("x^5-5*x^3+4*x", -2, 2),
    ("tanh(x)-x/3", -4, 4), ("gamma(x)", 0.5, 3), ("abs(x-0.3)*x", -1, 1),
    ("where(x < 0, x^2, sin(x))", -1, 1), ("relu(x)+floor(x)", -1.5, 1.5),
    ("x^x", 0.1, 2), ("mish(x)+selu(x)", -3, 3), ("1/x", -1, 1), ("sqrt(x)", 0, 4),
    ("atan2(x, 1)*max(x, 0.5)", -2, 2), ("a*x^2-x", -1, 1), ("log(x)/x", 0.5, 9),
]  # fmt: skip


@pytest.mark.parametrize(("formula", "low", "high"), RANGES)
def test_what_is_proved_holds_everywhere(
    formula: str, low: float | str, high: float | str
) -> None:
    point = {"a": 3} if "a*" in formula else {}
    proof = diffcli.prove_range(formula, low, high, point)
    assert proof.parts
    dice = random.Random(formula)
    for part in proof.parts:
        a, b = float(part.low), float(part.high)
        assert a <= b
        for _ in range(12 if part.sign not in ("zero", "?") else 0):
            x = dice.uniform(a, b)
            problem = diffcli.pose(formula, {**point, "x": x})
            value, partials = gradient(problem.program, problem.point, 15)
            slope = partials["x"]
            assert {"<": slope < 0, ">": slope > 0, "=": slope == 0}[part.sign]
            for bounds, number in ((proof.value, value), (proof.slope, slope)):
                if bounds is not None:
                    assert mp.mpf(bounds[0]) <= number <= mp.mpf(bounds[1])
        if part.sign == "zero":
            ends = [diffcli.gradient(formula, {**point, "x": x})["x"] for x in (a, b)]
            assert ends[0] * ends[1] <= 0


def test_a_range_is_covered_without_gaps() -> None:
    for formula, low, high in RANGES[:5]:
        parts = diffcli.prove_range(formula, low, high).parts
        for one, other in itertools.pairwise(parts):
            assert float(other.low) - float(one.high) <= 1e-10
        assert not any(part.sign == "?" for part in parts)


def test_a_range_of_many_sizes_is_cut_between_them() -> None:
    """What is plain near 0 is not lost because the range goes far."""
    for low, high, there in ((0, 1e300, 700), (-1e300, 1e300, 700), (-1e300, 0, -9)):
        parts = diffcli.prove_range("exp(x)", low, high).parts
        decided = [p for p in parts if p.sign == ">"]
        assert any(float(p.low) <= there <= float(p.high) for p in decided)
    (part,) = diffcli.prove_range("x+sin(x)/2", -1e6, 1e6).parts
    assert part.sign == ">"
    assert {p.sign for p in diffcli.prove_range("x^2", -1e300, 1e300).parts} == {
        "<", "zero", ">",
    }  # fmt: skip


@pytest.mark.parametrize("formula", ["sin(1/x)", "1/x", "x*cos(1/x)", "log(abs(x))"])
def test_a_pole_hides_nothing_that_is_far_away(formula: str) -> None:
    """It used to take all pieces: what is plain elsewhere was not decided."""
    parts = diffcli.prove_range(formula, -1, 2).parts
    unknown = [(float(p.low), float(p.high)) for p in parts if p.sign == "?"]
    assert unknown
    assert all(low > -0.1 and high < 0.1 for low, high in unknown)


@pytest.mark.parametrize(
    ("formula", "claim"),
    [
        ("1/x", "-1/x^2"), ("1/x", "-x^(-2)"), ("1/x", "-1/(x*x)"),
        ("sin(1/x)", "-cos(1/x)/x^2"), ("x*exp(1/x)", "exp(1/x)*(1-1/x)"),
    ],
)  # fmt: skip
def test_what_algebra_tells_is_proved_but_at_the_pole(formula: str, claim: str) -> None:
    proof = diffcli.prove_claim(formula, claim, -1, 2)
    (part,) = proof.parts
    assert -1e-8 < float(part.low) < 0 < float(part.high) < 1e-8


def test_a_claim_is_not_proved_where_it_has_no_value() -> None:
    proof = diffcli.prove_claim("x^2", "2*x*(x-1)/(x-1)", 0, 2)
    assert [float(p.low) < 1 < float(p.high) for p in proof.parts] == [True]


def test_places_that_are_left_out_of_a_sentence_are_counted(run: Run) -> None:
    words = ("check", "floor(x)", "--claim", "0", "--x", "0:9", "--prove")
    rows = run(*words, "-f", "csv").out.splitlines()[1:]
    assert len(rows) > 5
    said = " ".join(run(*words).out.split())
    assert f"and {len(rows) - said.count('[')} more parts (-f csv has them)" in said


def test_each_part_of_a_range_is_a_row(run: Run) -> None:
    words = ("grad", "x^2", "--prove", "--x", "-1:1")
    assert "All of it is proved." in run(*words).out
    header, *rows = run(*words, "-f", "csv").out.splitlines()
    assert header == "low,high,slope,remark"
    assert [row.split(",")[2] for row in rows] == ["<", "zero", ">"]
    line = "; ".join(" ".join(row.split(",")[:3]) for row in rows)
    assert run(*words, "-f", "plain").out == f"{line}\n"


def test_the_sentence_of_a_range(run: Run) -> None:
    out = run("grad", "exp(x)*x", "--prove", "--x", "0:2").out
    assert "df/dx > 0 on the whole range, proved." in " ".join(out.split())
    assert "0 ≤ f ≤ 14.778113" in " ".join(out.split())
    words = ("grad", "abs(x)", "--prove", "--x", "-1:1")
    assert "All but what is not decided is proved." in run(*words).out
    code, out, err = run(*words, "-f", "json")
    record = json.loads(out)
    assert (code, record["status"]) == (6, "open")
    assert err.startswith("Note: not decided on [-")
    assert [part["sign"] for part in record["parts"]] == ["<", "?", ">"]


CLAIMS = [
    ("sin(x)*exp(x)", "exp(x)*(sin(x)+cos(x))", 0, 2, "proved"),
    ("sin(x)*exp(x)", "exp(x)*(sin(x)-cos(x))", 0, 2, "wrong"),
    ("x^3", "3*x^2+1e-13*x", -1, 1, "proved"),
    ("x^3", "3*x^2+1e-11*x", -1, 1, "wrong"),
    ("tanh(x)", "1-tanh(x)^2", -2, 2, "proved"),
    ("x^3", "3*x^2+relu(x-0.9)^2", 0, 1, "wrong"),
    ("abs(x)", "sign(x)", -1, 1, "open"),
    ("log(x)", "1/x", 0, 1, "open"),
    ("exp(x)", "exp(x)", 0, 800, "proved"),
    ("exp(x)", "exp(x)+1e300", 0, 800, "wrong"),
    ("x^2", "2*x+1e-6*exp(-((x-0.3)*1e10)^2)", 0, 1, "wrong"),
    ("x^2", "2*x+where(x>0.123456789, where(x<0.12345679, 1, 0), 0)", 0, 1, "wrong"),
    ("sin(x)", "cos(x)+2e-12", 0, 2, "wrong"),
    ("sin(x)^2", "sin(2*x)", 0, 2, "proved"),
    ("x^2", "2*x", 0, 1e300, "proved"),
    ("1/x", "-1/x^2", -1, 1, "open"),
    ("floor(x)", "0", 0.5, 2.5, "open"),
]


@pytest.mark.parametrize(("formula", "claim", "low", "high", "verdict"), CLAIMS)
def test_a_claim_on_a_range(
    formula: str, claim: str, low: float, high: float, verdict: str
) -> None:
    proof = diffcli.prove_claim(formula, claim, low, high)
    assert proof.verdict == verdict
    if verdict == "wrong":
        x = float(proof.place)
        assert low <= x <= high
        true = diffcli.gradient(formula, {"x": x})["x"]
        assert float(proof.slope) == pytest.approx(true, rel=1e-9)
        assert float(proof.claimed) == pytest.approx(diffcli.value(claim, {"x": x}))
    assert bool(proof.parts) == (verdict == "open")


@pytest.mark.parametrize("form", ["table", "csv", "json", "junit"])
def test_check_says_it_and_its_code_too(form: str, run: Run) -> None:
    words = ("check", "a*x^2", "--at", "a=2", "--x", "0:1", "--prove", "-f", form)
    good, bad = run(*words, "--claim", "4x"), run(*words, "--claim", "5x")
    assert (good.code, bad.code) == (0, 1)
    assert "0.46875" in bad.out
    assert good.err == bad.err == ""


@pytest.mark.parametrize(
    "words",
    [
        "grad x^2 --at 1 --x 0:1",
        "grad x*y --prove --x 0:1",
        "grad x*y --prove --x 0:1 --at 2",
        "grad x*y --prove --x 0:1 --at z=2",
        "grad x --prove --x 0:1 --at x=2",
        "grad x --prove --x 0:1 --at 2",
        "grad x --prove --x 1:0",
        "grad x --prove --x 1:1",
        "grad x --prove --x 0:1 --order 2",
        "grad x*y --prove --x 0:1 --at y=1 --at y=2",
        "grad 7 --prove --x 0:1",
        "check x^2 --at 1 --claim 2 --prove",
        "check x^2 --x 0:1 --prove",
        "check x^2 --x 0:1 --claim 2x",
        "check x^2 --x 0:1 --claim 2x --prove --rtol 1",
    ],
)
def test_what_is_no_range_is_refused(words: str, run: Run) -> None:
    ran = run(*words.split())
    assert (ran.code, ran.out) == (2, "")


@pytest.mark.parametrize("formula", ["sin(x)*exp(x)", "x^3", "1/x", "gelu(x)*y"])
def test_truncation_has_a_proved_bound(formula: str, run: Run) -> None:
    """The bound holds what exact arithmetic loses, and is never far above it."""
    point = {"x": 0.7, "y": 2} if "y" in formula else {"x": 0.7}
    found = diffcli.sweep(formula, point, "x", smallest=1e-6, largest=0.1, prove=True)
    for series in found.series:
        for sample in series.samples:
            assert sample.bound is not None
            assert sample.absolute is not None
            assert sample.predicted is not None
            assert sample.absolute <= sample.bound
            assert sample.predicted * (1 - 1e-9) <= sample.bound
            assert sample.bound <= 5 * sample.predicted + 1e-14
    assert found.series[0].best in found.series[0].samples


def test_a_bound_of_truncation_is_shown(run: Run) -> None:
    words = ("sweep", "sqrt(x)", "--at", "0.25", "--prove", "--scheme", "symmetric")
    header, wide, *rest = run(*words, "-f", "csv").out.splitlines()
    assert header.endswith(",bound")
    assert wide.endswith(",")  # the step goes beyond the domain
    assert not rest[-1].endswith(",")
    assert "truncation has a proved bound at" in run(*words).out
