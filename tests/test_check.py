"""Gradient checks: what passes, what fails, and which slip is named."""

import json
import math
from pathlib import Path

import pytest

import diffcli
from diffcli.analysis.check import Check, _slope_nearby, largest, nearby, rounded_up
from diffcli.analysis.check_second import _is_claimed, _size_nearby
from diffcli.analysis.grad import Comparison
from diffcli.language.parser import parse
from diffcli.problem import Estimate, pose
from tests.conftest import Run


@pytest.mark.parametrize(
    ("formula", "at", "claim", "right"),
    [
        # What torch's and jax's checkers were measured to get wrong.
        ("log(x)", "1e8", "1.01/x", False),
        ("1e-9*sin(x)", "1", "1.01e-9*cos(x)", False),
        ("x**2", "1e8", "2*x", True),
        ("log(x)", "1e-6", "1/x", True),
        ("1/x", "1e-4", "-1/x**2", True),
        ("sin(x)*exp(x)", "1", "exp(x)*(sin(x)+cos(x))", True),
        ("(2*x1+3*x2)**2+3", "1,3", "44,66", True),
        ("(2*x1+3*x2)**2+3", "1,3", "44,67", False),
        ("(2*x1+3*x2)**2+3", "1,3", "x2=6*(2*x1+3*x2)", True),
        ("relu(x)-relu(-x)", "0", "1", True),
    ],
)
def test_verdict(formula: str, at: str, claim: str, right: bool, run: Run) -> None:
    words = ("check", formula, "--at", at, "--claim", claim)
    assert run(*words).code == (0 if right else 1)
    assert run(*words, "-q") == (0 if right else 1, "", "")


@pytest.mark.parametrize(
    ("formula", "claim", "slip"),
    [
        ("(2*x+3)**2", "2*(2*x+3)", "its derivative 2 is missing; or the exponent 2"),
        ("x*sin(x)", "sin(x)", "the second term of the product rule, x*cos(x)"),
        ("x**3", "3*x**3", "the exponent 3 was kept; it goes down by one"),
        ("cos(x)", "sin(x)", "the minus sign is missing"),
        ("x**2/(x+1)", "(x**2-2*x*(x+1))/(x+1)**2", "turned round"),
        ("x**2", "2*x+0.1", None),
    ],
)
def test_a_slip_is_named_if_it_gives_the_claim(
    formula: str, claim: str, slip: str | None, run: Run
) -> None:
    words = ("check", formula, "--at", "1.3", "--claim", claim, "-f", "json")
    verdict = json.loads(run(*words).out)["verdicts"]["x"]
    assert not verdict["passed"]
    if slip is None:
        assert verdict["slip"] is None
    else:
        assert slip in verdict["slip"]


def test_equal_everywhere_or_only_here(run: Run) -> None:
    words = ("check", "x**3", "--at", "2", "--claim")
    assert "ok, everywhere" in run(*words, "3*x*x").out
    assert "ok, here" in run(*words, "12").out
    elsewhere = run(*words, "6*x")
    assert elsewhere.code == 1
    assert "equal only here: at x = 2.186 claimed is 13.116" in elsewhere.out


def test_given_tolerances_replace_the_bounds(run: Run) -> None:
    words = ("check", "x**2", "--at", "3", "--claim", "6.001")
    assert run(*words).code == 1
    assert run(*words, "--rtol", "1e-3").code == 0
    assert run(*words, "--atol", "1e-2").code == 0
    assert run(*words, "--atol", "1e-6").code == 1


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("check", "x**2"), 2),
        (("check", "x**2", "--at", "3", "--claim", "6", "--rtol", "-1"), 2),
        (("check", "x**2", "--at", "3", "--claim", "6", "--atol", "nan"), 2),
        (("check", "x*y", "--at", "3,1", "--claim", "x=1,x=1"), 2),
        (("check", "x*y", "--at", "3,1", "--claim", "1"), 2),
        (("check", "x**2", "--at", "3", "--claim", "y=1"), 2),
        (("check", "x**2", "--at", "3", "--claim", "2*y"), 2),
        (("check", "x**2", "--at", "3", "--claim", "2*"), 3),
        (("check", "x**2", "--at", "3", "--claim", "1/(x-3)"), 4),
        (("check", "log(x)", "--at", "-3", "--claim", "1/x"), 4),
        (("check", "abs(x)", "--at", "0", "--claim", "1"), 5),
    ],
)
def test_refused(words: tuple[str, ...], code: int, run: Run) -> None:
    ran = run(*words)
    assert (ran.code, ran.out) == (code, "")
    assert ran.err.startswith("Error: ")


def test_without_a_claim_the_methods_check_each_other(run: Run) -> None:
    ran = run("check", "sin(x)*y", "--at", "1,2", "-f", "json")
    verdicts = json.loads(ran.out)["verdicts"]
    assert ran.code == 0
    assert list(verdicts) == ["x:finite", "x:symbolic", "y:finite", "y:symbolic"]


def test_mpmath_has_the_last_word(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def lies(self: Comparison, name: str) -> Estimate:
        return Estimate(44.000001, 0.0)  # a bound that does not hold

    monkeypatch.setattr(Comparison, "partial", lies)
    words = ("check", "(2*x+9)**2", "--at", "1", "--claim")
    assert run(*words, "44").code == 0
    assert run(*words, "45").code == 1


def test_a_proof_that_sympy_cannot_give_is_not_waited_for(run: Run) -> None:
    claim = "+".join(f"sin({n}*x)**{n}" for n in range(1, 40))
    assert run("check", "x", "--at", "1", "--claim", f"{claim}-({claim})+1").code == 0


def test_a_direction_moves_only_what_is_claimed(run: Run) -> None:
    words = ("check", "x*y+y**2", "--at", "3,1", "--seed", "1", "--claim")
    assert run(*words, "x=y").code == 0
    assert run(*words, "x=y,y=x+2*y").code == 0
    assert run(*words, "x=y,y=x").code == 1


@pytest.mark.parametrize(
    ("claim", "said"),
    [
        ("-11*(2*x+9)/11", "the claim is -1/4 of the derivative"),
        ("-132", ""), ("44.1", ""), ("0", ""),
    ],
)  # fmt: skip
def test_a_simple_multiple_is_named(claim: str, said: str, run: Run) -> None:
    out = run("check", "(2*x+9)**2", "--at", "1", "--claim", claim).out
    assert (said in out) if said else ("claim is" not in out)
    assert 'See: diffcli steps "(2*x+9)**2"' in out


@pytest.mark.parametrize("claim", ["5", "199", "-1e3", "1"])
@pytest.mark.parametrize(
    ("formula", "at"),
    [("sin(1e20*x)*x", "1"), ("cos(1e18*x+1)", "3"), ("tan(1e17*x)", "2")],
)
def test_no_number_is_right_where_any_would_be(
    formula: str, at: str, claim: str, run: Run
) -> None:
    ran = run("check", formula, "--at", at, "--claim", claim)
    assert ran.code in (1, 6)


@pytest.mark.parametrize("formula", ["x^2*1e20 + x", "(1 + x)^60", "exp(50*x)"])
@pytest.mark.parametrize("claim", ["5", "199", "0.3"])
def test_what_fits_by_rounding_is_no_slip(formula: str, claim: str, run: Run) -> None:
    ran = run("check", formula, "--at", "3", "--claim", claim, "-f", "json")
    assert json.loads(ran.out)["verdicts"]["x"]["slip"] is None


@pytest.mark.parametrize(
    "call",
    [
        ("x^2*y", "--at", "{},2"),
        ("x^2+y^2=8", "--at", "{},2", "--implicit", "y"),
        ("--module", "math:fsum", "--at", "x={},y=2"),
        ("x*y-z", "--at", "x={},y=2", "--data", "{file}"),
    ],
)
@pytest.mark.parametrize(
    ("claim", "x"),
    [("1/(x-2)", "2"), ("log(-x)", "2"), ("exp(x*500)", "2"), ("y/sqrt(x-2)", "2")],
)
def test_a_claim_without_a_value_is_the_one_to_blame(
    call: tuple[str, ...], claim: str, x: str, run: Run, tmp_path: Path
) -> None:
    data = tmp_path / "rows.csv"
    data.write_text("z\n1\n2\n", encoding="utf-8")
    words = [word.format(x, file=data) for word in call]
    ran = run("check", *words, "--claim", f"x={claim}")
    assert (ran.code, ran.out) == (4, "")
    assert ran.err.startswith("Error: the claim for x: "), ran.err
    assert f"  x={claim}\n" in ran.err


@pytest.mark.parametrize("tied", ["", "y"])
@pytest.mark.parametrize("names", ["y", "xy", "xyz"])
def test_several_variables_are_more_than_one_that_moves(names: str, tied: str) -> None:
    """On a curve one of them follows the others."""
    moving = [name for name in names if name != tied]
    made = Check(None, "", dict.fromkeys(names, 1.0), (), tied=tied)
    assert made.several == (len(moving) > 1)


def test_a_check_knows_of_which_order_it_is() -> None:
    first = diffcli.check("x^3", {"x": 2}, {"x": "3*x^2"})
    second = diffcli.check("x^3", {"x": 2}, {"x,x": "6*x"}, order=2)
    assert first.passed
    assert second.passed
    assert (first.order, second.order) == (1, 2)


# ---- how large derivatives are -------------------------------------------------------


@pytest.mark.parametrize("x", [2.0, -3e9, 1e-9, 0.0])
def test_nearby_are_places_on_both_sides(x: float) -> None:
    places = [*nearby({"x": x, "y": 5.0}, "x")]
    assert {place["y"] for place in places} == {5.0}
    off = [(place["x"] - x) / (abs(x) or 1.0) for place in places]
    assert sorted(map(abs, off)) == pytest.approx([0.25, 0.25])
    assert {math.copysign(1.0, each) for each in off} == {1.0, -1.0}


def test_the_largest_size_is_a_number() -> None:
    assert largest([1.0, math.inf, 3.0, math.nan]) == 3
    assert largest([math.inf]) == largest([]) == 0


@pytest.mark.parametrize("x", [1.0, -1.0, 3.7, 1e-300, -1e300, 0.0])
def test_rounding_may_have_moved_a_point_by_a_double(x: float) -> None:
    moved = rounded_up({"x": x, "y": 1.0})
    assert moved["y"] == math.nextafter(1.0, 2.0)
    assert abs(moved["x"] - x) <= (2 * math.ulp(x) if x else 0.0)
    assert (moved["x"] != x) == (x != 0)


@pytest.mark.parametrize(
    ("formula", "x", "y", "slope", "second"),
    [
        # the value over the distances from 0, which are 1 at 0
        ("7+0*x*y", 2.0, 4.0, 3.5, 7 / 8), ("7+0*x*y", 0.0, 4.0, 7.0, 7 / 4),
        ("-7+0*x*y", 0.0, 0.0, 7.0, 7.0), ("7+0*x*y", 2.0, 0.0, 3.5, 3.5),
        # the derivatives nearby
        ("x*y+0*y", 0.0, 4.0, 4.0, 1.0), ("x^2*y", 0.0, 4.0, 2.0, 0.5),
        ("x*y", 0.0, 0.0, 0.0, 1.0),
        ("x^2*y", 2.0, 0.0, 0.0, 5.0), ("log(x-1.5)*y", 2.0, 1.0, 1.0, 1.0),
    ],
)  # fmt: skip
def test_how_large_slopes_are_over_a_wide_distance(
    formula: str, x: float, y: float, slope: float, second: float
) -> None:
    problem = pose(parse(formula), {"x": x, "y": y})
    assert _slope_nearby(problem, "x") == pytest.approx(slope)
    assert _size_nearby(problem, ("x", "y")) == pytest.approx(second)


@pytest.mark.parametrize(
    ("claim", "formula", "claimed"),
    [
        ("6", "3*x", True), ("6.0001", "3*x", False), ("6", "3*x+0*y", True),
        ("0", "x-2", False), ("0", "0*x", False), ("6", "log(x-3)", False),
        ("3*x", "x+2*x", True), ("x+4", "3*x", False), ("3*x+1e-3", "3*x", False),
    ],
)  # fmt: skip
def test_a_number_is_another_derivative_if_it_is_its_value_and_not_0(
    claim: str, formula: str, claimed: bool
) -> None:
    problem = pose(parse("x*y"), {"x": 2.0, "y": 1.0})
    one, other = (parse(f, names={"x", "y"}).expression for f in (claim, formula))
    assert _is_claimed(one, other, problem) == claimed
