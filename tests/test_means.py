"""Second derivatives and claims of a mean over examples, and claims on a curve."""

import pytest

import diffcli
from diffcli.analysis import hessian_data
from diffcli.analysis.check_curve import _beside, check_curve
from diffcli.analysis.check_data import check_data
from diffcli.analysis.examples import Examples
from diffcli.analysis.hessian_data import hessian_of_mean
from diffcli.analysis.implicit import implicit
from diffcli.analysis.verdicts import ESTIMATES
from diffcli.errors import UsageError
from diffcli.inputs.data import Data
from diffcli.language.parser import parse
from diffcli.problem import Settings, pose


def examples(formula: str, reduce: str = "mean", **weights: float) -> Examples:
    columns = {"x": [1.0, 2.0, -3.0], "t": [3.0, 5.0, 7.0]}
    places = ["t.csv:2", "t.csv:3", "t.csv:4"]
    data = Data("t.csv", reduce, columns, places, 3)
    return Examples(parse(formula), data, weights)


@pytest.mark.parametrize("reduce", ["mean", "sum"])
@pytest.mark.parametrize("digits", [10, 30])
def test_the_hessian_of_a_mean_is_the_mean_of_the_hessians(
    reduce: str, digits: int
) -> None:
    """Of (w*x + b*x^2 - t)^2 the entries are 2x^2, 2x^3 and 2x^4."""
    made = examples("(w*x+b*x^2-t)^2", reduce, w=1.0, b=0.5)
    made.settings = Settings(digits=digits)
    ticks: list[int] = []
    found = hessian_of_mean(made, tick=lambda: ticks.append(1))
    divisor = 3 if reduce == "mean" else 1
    xs = made.data.columns["x"]
    for pair, power in ((("w", "w"), 2), (("w", "b"), 3), (("b", "b"), 4)):
        wanted = sum(2 * x**power for x in xs) / divisor
        assert float(found.partial(*pair).number) == pytest.approx(wanted)
    assert len(ticks) == 3
    losses = [(x + 0.5 * x * x - t) ** 2 for x, t in zip(xs, (3, 5, 7), strict=True)]
    assert float(found.value) == pytest.approx(sum(losses) / divisor)
    assert {*found.columns} == {"finite", "symbolic", "backprop"}
    assert all(a.verdict == "agree" for a in found.agreements.values())
    most = {10: 16, 30: 30}[digits]
    assert max(a.digits or 0 for a in found.agreements.values()) <= most
    assert (max(a.digits or 0 for a in found.agreements.values()) > 16) == (digits > 17)


@pytest.mark.parametrize(("most", "refused"), [(9, False), (8, True)])
def test_too_many_second_derivatives_of_examples_are_refused(
    most: int, refused: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three rows, of two weights three each."""
    monkeypatch.setattr(hessian_data, "MOST", most)
    made = examples("(w*x+b-t)^2", w=1.0, b=0.5)
    if refused:
        with pytest.raises(UsageError, match="3 rows and 2 weights have 9 second"):
            hessian_of_mean(made)
    else:
        assert hessian_of_mean(made).partial("b", "b").value == 2


@pytest.mark.parametrize(
    ("claim", "passed"),
    [("2*(w*x-t)*x", True), ("2*(w*x-t)", False), ("-14/3", True),
    ("-14/3+1e-3", False),
     ("2*(w*x-t)*x*(1+1e-3)", False)],
)  # fmt: skip
def test_a_claim_is_of_each_example_or_of_the_mean(claim: str, passed: bool) -> None:
    """The slopes at w = 1 are -4, -12 and 60; their mean is 44/3."""
    made = examples("(w*x-t)^2", w=1.0)
    names = {"w", "x", "t"}
    text = claim.replace("-14/3", "44/3")
    found = check_data(made, {"w": parse(text, names=names)}, ESTIMATES, prove=False)
    assert found.passed == passed
    assert not found.verdicts[0].everywhere  # nobody asked for a proof
    assert found.data is made.data
    assert check_data(made, {}).passed
    with pytest.raises(diffcli.PointError):
        check_data(made, {"x": parse("1")})


@pytest.mark.parametrize(
    ("claim", "passed", "elsewhere"),
    [("-x/y", True, False), ("-0.75", True, False),
    ("-x/sqrt(25-x^2)", True, False), ("-x/4", False, True),
     ("-0.7500001", False, False), ("x/y", False, False), ("-3/y", False, True)],
)  # fmt: skip
def test_a_claim_on_a_curve_holds_at_other_points_of_it(
    claim: str, passed: bool, elsewhere: bool
) -> None:
    problem = pose(parse("x^2+y^2-25"), {"x": 3.0, "y": 4.0})
    claims = {"x": parse(claim, names={"x", "y"})}
    found = check_curve(problem, "y", claims, ESTIMATES)
    (verdict,) = found.verdicts
    assert (found.passed, verdict.elsewhere is not None) == (passed, elsewhere)
    assert (found.tied, found.several) == ("y", False)
    if verdict.elsewhere:
        point = verdict.elsewhere.point
        assert problem.program.value(dict(point)) == pytest.approx(0, abs=1e-12)
        assert verdict.elsewhere.true == pytest.approx(-point["x"] / point["y"])
        assert verdict.elsewhere.claimed != pytest.approx(verdict.elsewhere.true)


def test_points_beside_lie_on_the_curve_on_both_sides() -> None:
    for x, y in ((3.0, 4.0), (0.0, 5.0)):
        problem = pose(parse("x^2+y^2-25"), {"x": x, "y": y})
        near = [*_beside(implicit(problem, "y", ("backprop",)), "x")]
        assert len(near) == 2
        assert sorted(p["x"] < x for p in near) == [False, True]
        for place in near:
            assert abs(place["x"] - x) == pytest.approx(0.0625 * (x or 1))
            assert place["y"] == pytest.approx((25 - place["x"] ** 2) ** 0.5)
