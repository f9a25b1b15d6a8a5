"""sweep: what it says of h is what theory and mpmath say."""

import json
import math
import random

import mpmath
import pytest
import sympy

import diffcli
from diffcli.analysis.sweep import sweep, widths
from diffcli.calculus.floats import FORMATS
from diffcli.calculus.functions import FUNCTIONS, Function
from diffcli.engine.exact import to_sympy
from diffcli.errors import DiffcliError
from diffcli.language.parser import parse
from diffcli.language.printer import text
from diffcli.problem import pose
from tests import enclosing
from tests.conftest import Run

EXAMPLE = ("sin(x)*exp(x)", "--at", "1")


def test_errors_are_those_of_the_quotient_alone() -> None:
    problem = pose(parse("sin(x)*exp(x)"), {"x": 1.0})
    (series,) = sweep(problem, "x", [1e-3], ["forward"]).series
    (sample,) = series.samples
    h = 1e-3

    def f(x: float) -> float:
        return math.sin(x) * math.exp(x)

    with mpmath.workdps(40):
        true = mpmath.diff(lambda x: mpmath.sin(x) * mpmath.exp(x), 1)
        expected = float(abs((f(1 + h) - f(1)) / h - true))
    assert sample.absolute == pytest.approx(expected, rel=1e-9)
    assert sample.relative == pytest.approx(expected / float(true), rel=1e-9)
    assert sample.digits == 3


@pytest.mark.parametrize(
    ("formula", "at"), [("sin(x)*exp(x)", 1.0), ("exp(x)", 2.0), ("1/x", 0.3)]
)
def test_slopes_are_one_two_and_minus_one(formula: str, at: float) -> None:
    problem = pose(parse(formula), {"x": at})
    found = sweep(problem, "x", widths(1e-15, 1, 8))
    forward, symmetric = found.series
    assert forward.right == pytest.approx(1, abs=0.1)
    assert symmetric.right == pytest.approx(2, abs=0.1)
    for series in found.series:
        assert series.left == pytest.approx(-1, abs=0.3)
        assert series.best is not None
        assert series.predicted_best is not None
        assert abs(math.log10(series.best.h / series.predicted_best)) < 1.2


def test_theory_bounds_what_is_measured_right_of_the_best() -> None:
    problem = pose(parse("exp(x)"), {"x": 1.0})
    for series in sweep(problem, "x", widths(1e-3, 1e-2, 4)).series:
        for sample in series.samples:
            assert sample.absolute == pytest.approx(sample.predicted, rel=0.02)


def test_a_parabola_has_no_truncation_when_symmetric() -> None:
    problem = pose(parse("(2*x1+3*x2)**2+3"), {"x1": 1.0, "x2": 3.0})
    forward, symmetric = sweep(problem, "x1", widths(1e-15, 1, 4)).series
    assert symmetric.straight
    assert not forward.straight
    assert symmetric.best is not None
    assert symmetric.best.h == 1.0


def test_of_a_straight_line_both_schemes_are_told_so(run: Run) -> None:
    for formula in ("x", "3x+1", "-2(x-1)"):
        said = run("sweep", formula, "--at", "1").out
        for scheme in ("forward", "symmetric"):
            assert f"  {scheme}: f is a straight line: no truncation\n" in said
    said = run("sweep", "x^2", "--at", "1").out
    assert "straight" not in said


def test_no_derivative_no_sweep(run: Run) -> None:
    ran = run("sweep", "abs(x)", "--at", "0")
    assert (ran.code, ran.out) == (5, "")
    ran = run("sweep", "relu(x)-relu(-x)", "--at", "0")
    assert (ran.code, "no error at any h" in ran.out) == (0, True)


def test_steps_that_leave_the_domain_are_left_out(run: Run) -> None:
    ran = run("sweep", "log(x)", "--at", "1e-3", "--from", "1e-4", "-f", "csv")
    assert ran.code == 0
    rows = [line.split(",") for line in ran.out.splitlines()[1:]]
    empty = [float(row[0]) for row in rows if row[1] == "symmetric" and not row[2]]
    assert min(empty) >= 2e-3


def test_one_variable_at_a_time(run: Run) -> None:
    ran = run("sweep", "x*y", "--at", "1,2", "--wrt", "x,y")
    assert (ran.code, ran.out) == (2, "")
    assert "∂f/∂y" in run("sweep", "x*y", "--at", "1,2", "--wrt", "y").out


def test_json_and_csv_say_the_same(run: Run) -> None:
    record = json.loads(run("sweep", *EXAMPLE, "-f", "json").out)
    rows = run("sweep", *EXAMPLE, "-f", "tsv").out.splitlines()[1:]
    samples = [
        (sample["h"], scheme, sample["value"])
        for scheme, series in record["schemes"].items()
        for sample in series["samples"]
    ]
    told = [row.split("\t") for row in rows]
    assert samples == [(float(row[0]), row[1], float(row[2])) for row in told]


@pytest.mark.parametrize(
    "words", [("--from", "0"), ("--per-decade", "0"), ("--to", "x")]
)
def test_bad_ranges_are_refused(words: tuple[str, str], run: Run) -> None:
    ran = run("sweep", *EXAMPLE, *words)
    assert (ran.code, ran.out) == (2, "")


def test_no_quotient_is_not_called_exact(run: Run) -> None:
    ran = run("sweep", "x", "--at", "1e300")
    assert ran.code == 0
    assert "exact" not in ran.out
    assert "x + h is x" in ran.out


def test_theory_bounds_the_rounding_and_not_by_far() -> None:
    problem = pose(parse("sin(x)*exp(x)"), {"x": 1.0})
    for series in sweep(problem, "x", widths(1e-13, 1e-10, 20)).series:
        ratios = [s.absolute / s.predicted for s in series.samples if s.predicted]  # type: ignore[operator]
        assert max(ratios) <= 1
        assert max(ratios) > 0.1


ZOO = [
    ("sin(x)", 0.0), ("x^3", 0.0), ("x^5+x", 0.0), ("sinh(x)", 0.0), ("atan(x)", 0.0),
    ("cos(x)", 0.0), ("x^4", 0.0), ("exp(x)", 0.0), ("log(x)", 3.0), ("1/x", 1e-3),
    ("x^2", 1e-3), ("tanh(x)", 20.0), ("sin(1e3*x)", 0.7), ("x^7-x", 1e-20),
    ("3*x-7", 2.0), ("gelu(x)", 0.3), ("x^2+1e8", 1.0), ("sqrt(x)", 2.0),
    ("(x-1)^3", 1.0), ("sin(x)*exp(x)", 1.0),
    ("1e-20*exp(x)", 1.0),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("formula", "at"), ZOO)
def test_what_is_said_is_true_of_the_samples(formula: str, at: float, run: Run) -> None:
    found = sweep(pose(parse(formula), {"x": at}), "x", widths(1e-15, 1, 4))
    for series in found.series:
        known = [s for s in series.samples if s.absolute is not None]
        for sample in known:
            assert sample.predicted is not None
            assert sample.absolute is not None
            assert sample.absolute <= 2 * sample.predicted, sample
        assert series.best is not None
        assert series.best.absolute is not None
        better = sorted(s.absolute or 0.0 for s in known)
        # Six may be better by luck, no more.
        assert series.best.absolute <= max(better[len(known) // 3], 1e-300)
        if series.left is not None:
            assert series.left < 0.5
        if series.right is not None:
            assert round(series.right) >= 1
            assert abs(series.right - round(series.right)) < 0.2
    out = run("sweep", formula, "--at", repr(at)).out
    straight = [series for series in found.series if series.straight]
    assert out.count("no truncation") == len(straight)
    for series in found.series:
        assert series.straight == _is_straight(formula, at, series.scheme)


def _is_straight(formula: str, at: float, scheme: str) -> bool:
    """Tell whether a quotient is the derivative at every h, by sympy."""
    f = to_sympy(parse(formula).expression, {})
    x, h = sympy.Symbol("x", real=True), sympy.Symbol("h", positive=True)
    ahead, here, behind = (f.subs(x, x + step) for step in (h, 0, -h))
    rise = ahead - (here if scheme == "forward" else behind)
    error = rise / (h if scheme == "forward" else 2 * h) - sympy.diff(f, x)
    return bool(sympy.simplify(error.subs(x, sympy.Rational(at))) == 0)


@pytest.mark.parametrize(
    ("formula", "scheme", "power"),
    [("sin(x)", "forward", "h²"), ("sin(x)", "symmetric", "h²"),
     ("x^3", "forward", "h²"),
     ("x^4", "forward", "h^3"), ("x^2", "forward", "h"), ("x^5+x", "symmetric", "h^4")],
)  # fmt: skip
def test_the_power_of_h_is_that_of_taylor(
    formula: str, scheme: str, power: str, run: Run
) -> None:
    out = run("sweep", formula, "--at", "0").out
    assert f"{scheme} error ~ {power} (truncation)" in out
    assert "rounding, error" not in out


#: Where functions are ordinary, and where they cancel inside a row.
ROUNDED = [
    ("sin(x)", 1.0), ("lgamma(x)", 1.0000001), ("lgamma(x)", -2.457), ("erf(x)", 3.0),
    ("digamma(x)", 1.4616), ("logsumexp(x, 1)", -0.5413), ("log1p(x)", 1e-3),
    ("hypot(x, 3) - 5", 4.0), ("e - x", 2.718281828),
]  # fmt: skip


@pytest.mark.parametrize(("formula", "x"), ROUNDED)
def test_no_error_is_beyond_what_theory_allows(formula: str, x: float) -> None:
    problem = pose(parse(formula), {"x": x})
    for series in sweep(problem, "x", widths(1e-12, 0.1, 2)).series:
        for sample in series.samples:
            if sample.absolute is not None and sample.predicted is not None:
                assert sample.absolute <= 2 * sample.predicted


@pytest.mark.parametrize("form", ["half", "bfloat16", "single"])
def test_in_a_format_all_that_is_proved_covers(form: str) -> None:
    """Random formulas: bounds hold what rounding and truncation do to a quotient."""
    dice, bounded, expected = random.Random(form), 0, []
    while bounded < 60:
        written = text(enclosing.formula(dice))
        parsed = parse(written)
        point = {name: dice.uniform(-3, 3) for name in parsed.variables}
        try:
            found = diffcli.sweep(
                written, point, per_decade=1, prove=True, format=form
            )  # fmt: skip
        except diffcli.DiffcliError:
            continue
        assert found.problem.point == {
            n: FORMATS[form].round(x) for n, x in point.items()
        }
        for sample in (s for series in found.series for s in series.samples):
            if sample.bound is not None:
                assert sample.absolute is not None
                assert sample.absolute <= sample.bound, (written, point, sample)
                bounded += 1
                expected.append(sample.absolute <= (sample.predicted or 0.0) * 1.01)
    assert sum(expected) > 0.9 * len(expected)


@pytest.mark.parametrize("form", ["half", "bfloat16", "single"])
def test_a_format_is_what_coarse_arithmetic_says(form: str, run: Run) -> None:
    """The quotient of a parabola, rounded by hand; and its V is where theory says."""
    number = FORMATS[form].round
    x = number(1.3)
    found = diffcli.sweep("x*x", {"x": 1.3}, scheme="forward", format=form)
    (series,) = found.series
    assert series.predicted_best is not None
    size = math.sqrt(FORMATS[form].rounding)
    assert size / 8 < series.predicted_best < size * 8
    for sample in series.samples:
        end = number(x + sample.h)
        if end == x:
            assert sample.value is None
            continue
        rise = number(number(end * end) - number(x * x))
        assert sample.value == number(rise / number(end - x))
    words = ("sweep", "x*x", "--at", "1.3", "--float", form)
    assert json.loads(run(*words, "-f", "json").out)["format"] == form
    assert f"rounded to {form}" in run(*words).out
    assert "digits" in run(*words, "--from", "0.5").out
    ran = run("sweep", "x*x", "--at", "1e39", "--float", form)
    assert (ran.code, ran.out) == (4, "")


def test_a_value_that_is_too_large_for_a_format_has_no_quotient() -> None:
    found = diffcli.sweep("exp(x)", {"x": 11}, format="half", scheme="forward")
    (series,) = found.series
    values = [sample.value for sample in series.samples if sample.h > 0.1]
    assert set(values) == {None}
    assert series.best is not None


@pytest.mark.parametrize("row", FUNCTIONS, ids=lambda row: row.name)
def test_the_predicted_error_is_no_smaller_than_the_measured_one(row: Function) -> None:
    """Also that of functions which the C library computes less well, as gamma."""
    call = f"{row.name}({', '.join(('x', '1.7')[: row.arity])})"
    if row.name == "polygamma":
        call = "polygamma(1, x)"
    for x in (2.3, -0.6):
        try:
            found = sweep(pose(parse(call), {"x": x}), "x", widths(1e-14, 1e-6, 2))
        except DiffcliError:
            continue
        for series in found.series:
            for sample in series.samples:
                if sample.predicted is not None and sample.absolute is not None:
                    assert sample.absolute <= 1.1 * sample.predicted


def test_an_error_of_0_is_not_called_good_where_it_is_luck(run: Run) -> None:
    """(1 + h)² is rounded so that the quotient is 2: not what that h is worth."""
    for more in ((), ("--float", "single"), ("--float", "half")):
        out = run("sweep", "x^2", "--at", "1", *more).out
        forward, symmetric = (
            next(line for line in out.splitlines() if line.startswith(f"{scheme} "))
            for scheme in ("forward", "symmetric")
        )
        assert "error 0 by luck, not" in forward
        assert "digits" not in forward
        assert "no error at all" in symmetric


@pytest.mark.parametrize("form", ["table", "svg", "md", "html", "csv", "json"])
@pytest.mark.parametrize(
    "ends",
    [
        ("0.3", "0.3"),
        ("1", "1"),
        ("1e-3", "1e-3"),
        ("0.5", "0.5000001"),
        ("0.3", "0.4"),
    ],
)
def test_a_range_with_no_power_of_ten_in_it_is_one_or_two_widths(
    ends: tuple[str, str], form: str, run: Run
) -> None:
    words = ("--from", ends[0], "--to", ends[1], "--per-decade", "1")
    ran = run("sweep", "sin(x)", "--at", "1", *words, "-f", form)
    assert (ran.code, ran.err) == (0, "")
    assert "no quotient" not in ran.out
    if form == "json":
        for scheme in json.loads(ran.out)["schemes"].values():
            widths = [sample["h"] for sample in scheme["samples"]]
            assert widths == sorted({*map(float, ends)}, reverse=True)
            if ends == ("0.3", "0.4"):  # all of it is truncation
                assert scheme["best_h"] == 0.3
