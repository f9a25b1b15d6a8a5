"""Errors that are measured where bounds are poor, and what is said of them."""

from typing import Any

import pytest

import diffcli
from diffcli.analysis import certainty, judgement
from diffcli.analysis.check import _plainly, of_methods
from diffcli.analysis.grad import compare
from diffcli.analysis.verdicts import ESTIMATES, Tolerance
from diffcli.engine import adaptive
from diffcli.engine.adaptive import Unsettled
from diffcli.engine.tape import ROUNDING
from diffcli.errors import KinkError
from diffcli.language.parser import parse
from diffcli.methods import THREE
from diffcli.problem import Estimate, Problem, Settings, pose


def problem_of(formula: str, settings: Settings | None = None, **at: float) -> Problem:
    return pose(parse(formula), at, settings=settings)


POOR = "(1-cos(x))/x^2"  # at small x doubles have few digits of it


@pytest.mark.parametrize("x", [1e-5, 1e-3, 0.5])
def test_where_a_bound_is_poor_the_error_is_the_true_one(x: float) -> None:
    found = compare(problem_of(POOR, x=x))
    truth = adaptive.gradient(found.problem.program, found.problem.point, 30)
    pairs = [(found.value, truth.value)]
    pairs += [(r.partials["x"], truth.partials["x"]) for r in found.results[1:]]
    poor = x < 0.1
    for estimate, true in pairs:
        apart = float(abs(estimate.number - true))
        if poor:
            wanted = apart + ROUNDING * abs(estimate.number)
            assert estimate.error == pytest.approx(wanted, rel=1e-6)
        else:
            assert apart <= estimate.error < 1e-12
    said = [w.text for w in found.warnings]
    assert any("of f are certain" in text for text in said) == (x == 1e-5)
    assert any("df/dx" in text for text in said) == (x < 1e-2)


def test_what_cannot_be_computed_again_keeps_its_bound(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    problem = problem_of(POOR, x=1e-5)
    good = compare(problem)
    with monkeypatch.context() as patch:
        patch.setattr(certainty, "_LARGEST", len(problem.program.nodes) - 1)
        long = compare(problem)
    assert long.value.error > 10 * good.value.error
    with monkeypatch.context() as patch:
        patch.setattr(certainty, "_LARGEST", len(problem.program.nodes))
        assert compare(problem).value == good.value

    def never(*_: Any) -> Any:
        raise Unsettled("never")

    with monkeypatch.context() as patch:
        patch.setattr(adaptive, "gradient", never)
        assert compare(problem).value == good.value  # f alone is computed again
        assert compare(problem).results[2].partials != good.results[2].partials
        patch.setattr(adaptive, "values", never)
        assert compare(problem).value == long.value


def test_a_formula_is_measured_where_its_bound_is_poor(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    formula = parse(POOR).expression
    poor, plain = (certainty.measured(formula, {"x": x}) for x in (1e-5, 0.5))
    assert abs(poor.number - 0.5) <= 1.1 * poor.error
    assert plain.error < 1e-14
    monkeypatch.setattr(certainty, "_LARGEST", 1)
    assert certainty.measured(formula, {"x": 1e-5}).error > 10 * poor.error
    assert certainty.measured(formula, {"x": 0.5}) == plain


def test_methods_that_contradict_each_other_are_reported() -> None:
    found = compare(problem_of("x^2", x=3.0))
    wrong = [
        r._replace(partials={"x": Estimate(6.1, 1e-15)})
        if r.method == "symbolic"
        else r
        for r in found.results
    ]
    (said,) = certainty.doubts(found.problem, found.value, wrong)
    assert "please report this" in said.text
    assert said.level == "warning"
    few = certainty.doubts(found.problem, Estimate(9.0, 1e-3), found.results)
    assert [note.text for note in few] == [
        "only about 3 digits of f are certain here; 30 digits show more"
    ]
    assert certainty.doubts(found.problem, found.value, found.results) == []
    settings = Settings(digits=30)
    precise = compare(problem_of("x^2", settings, x=3.0))
    lacking = certainty.doubts(precise.problem, Estimate(9.0, 1e-28), precise.results)
    assert [note.text for note in lacking] == [
        "only about 28 digits of f are certain here"
    ]


@pytest.mark.parametrize(
    ("formula", "slopes"),
    [("abs(x)^2", {"x": 0.0}), ("relu(x)-relu(-x)", {"x": 1.0}), ("x^2", {}),
    ("abs(x)", None),
     ("x*abs(x)", {"x": 0.0}), ("abs(x)+abs(x-1)", None)],
)  # fmt: skip
def test_slopes_of_the_whole_function_at_a_rough_place(
    formula: str, slopes: dict[str, float] | None
) -> None:
    problem = problem_of(formula, x=0.0)
    if slopes is None:
        with pytest.raises(KinkError):
            certainty.slopes_or_kink(problem)
        with pytest.raises(KinkError):
            judgement.judged(problem)
        return
    assert certainty.slopes_or_kink(problem) == slopes
    assert judgement.judged(problem) == ()
    if formula == "relu(x)-relu(-x)":  # whose nodes have the slope 0 there
        with pytest.raises(KinkError, match="the whole function has the slope 1"):
            judgement.judged_by_nodes(problem)
    else:
        assert judgement.judged_by_nodes(problem) == ()


@pytest.mark.parametrize(
    ("claim", "limits", "plain"),
    [("2*x", ESTIMATES, True), ("2*x+1e-9", ESTIMATES, False),
    ("2*x+1e-9", Tolerance(1e-6), True),
     ("log(x-9)", ESTIMATES, False),
     ("2*x*(1-cos(x*1e-5))/x^2*2e10", Tolerance(0.1), False)],
)  # fmt: skip
def test_claims_that_pass_where_doubles_are_good_need_no_closer_look(
    claim: str, limits: Tolerance, plain: bool
) -> None:
    found = _plainly(problem_of("x^2", x=3.0), {"x": parse(claim)}, limits)
    assert (found is not None) == plain
    if found:
        (verdict,) = found
        assert (verdict.name, verdict.true.value, verdict.passed) == ("x", 6.0, True)
    rough = problem_of("abs(x)*x", x=0.0)
    assert _plainly(rough, {"x": parse("2*abs(x)")}, limits) is None


def test_the_methods_check_each_other() -> None:
    found = compare(problem_of("x^2*y", x=3.0, y=5.0), THREE)
    verdicts = [*of_methods(found, ESTIMATES)]
    assert [(v.name, v.method) for v in verdicts] == [
        ("x", "finite"), ("x", "symbolic"), ("y", "finite"), ("y", "symbolic"),
    ]  # fmt: skip
    assert all(v.passed for v in verdicts)
    hidden = compare(problem_of("sin(x)", Settings(h=0.5), x=1.0), THREE)
    doubts = [v for v in of_methods(hidden, ESTIMATES) if v.doubt]
    assert [v.method for v in doubts] == ["finite"]
    assert doubts[0].advice["digits"] == 30
    precise = compare(problem_of("x^2", Settings(digits=30), x=3.0), THREE)
    assert all(v.passed for v in of_methods(precise, ESTIMATES))
    tight = [*of_methods(precise, Tolerance(1e-25))]
    assert [v.passed for v in tight] == [True, True]


@pytest.mark.parametrize(
    ("lines", "statuses"),
    [
        ("f(x) = x^2\nf'(x) = 2x", "given right"),
        ("f(x) = x^2\nf'(x) = 3x\n= 3x", "given wrong follows"),
        ("f(x) = x^2\nf'(x) = 3x\n= 2x", "given wrong wrong"),
        ("f(x) = x^2\nf'(x) = 2x\n= x+x\n= 3x", "given right right wrong"),
        ("f(x) = x^2\nf'(3) = 6", "given right"),
        ("f(x) = x^2\nf'(x) = log(-1-x^2)", "given unclear"),
        ("f(x) = x/3\nf'(x) = 1/3 ≈ 0.333", "given right right"),
        ("f(x) = x/3\nf'(x) = 1/3 ≈ 0.33\n≈ 0.35", "given right right wrong"),
        ("f(x) = x/3\nf'(x) = 1/3 = 0.333", "given right wrong"),
    ],
)  # fmt: skip
def test_lines_are_judged_one_after_the_other(lines: str, statuses: str) -> None:
    found = diffcli.judge(lines)
    assert " ".join(v.status for v in found.verdicts) == statuses
    assert found.passed == ({*statuses.split()} <= {"given", "right"})
    wrong = [v for v in found.verdicts if v.status == "wrong"]
    assert found.first_wrong == (wrong[0] if wrong else None)
    assert len(found.first_of_each) == bool(wrong)


def test_of_several_slips_in_a_line_one_is_told() -> None:
    """Of an exercise it is the first wrong line that is explained."""
    found = diffcli.judge("f(x) = exp(3*x)\nf'(x) = exp(3*x)\n= exp(3*x)+1")
    first, *others = [v for v in found.verdicts if v.status == "wrong"]
    assert len(first.slips) == 1
    assert "3*x was not differentiated" in str(first.slips[0])
    assert first.right is parse("3*exp(3*x)").expression
    assert [v.slips for v in others] == [()]


@pytest.mark.parametrize(
    ("path", "times"),
    [(("x",), "twice"), (("x", "x"), "three times"), (("x",) * 3, "4 times"),
     (("x", "y"), "three times")],
)  # fmt: skip
def test_how_often_it_is_not_differentiable_is_said(
    path: tuple[str, ...], times: str
) -> None:
    problem = pose(parse("x*abs(x)*y"), {"x": 0.0, "y": 2.0})
    derivative = parse("abs(x)*y", names={"x", "y"}).expression
    with pytest.raises(KinkError, match=f"not {times} differentiable") as refused:
        judgement.corners(problem, derivative, path, ("y", "x"))
    assert refused.value.facts == {"variable": "x"}
    found = judgement.corners(problem, derivative, path, ("y",))
    assert {name: sides.slope for name, sides in found.items()} in ({}, {"y": 0.0})
    assert judgement.corners(problem, parse("log(x)").expression, path, ("x",)) == {}
