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
from diffcli.engine import mean
from diffcli.engine.mean import Mean, Single, UndefinedExample
from diffcli.engine.tape import Program
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


COLUMNS = {"x": [0.0, 1.0, -2.0, 0.5, 3.0], "t": [0.0, 2.0, 1.0, -0.25, 6.0]}


@pytest.mark.parametrize("divisor", [None, 1, 7])
@pytest.mark.parametrize(
    "formula",
    ["(w*x + b - t)^2", "abs(w*x - t) + b", "relu(w*x + b)*t", "exp(b) + 0*w"],
)
def test_a_mean_has_the_numbers_of_its_examples_one_by_one(
    formula: str, divisor: int | None
) -> None:
    """Also of those that lie on a kink, whose numbers are not taken from columns."""
    program, names = Program([parse(formula).expression]), ("w", "b")
    rows = [{name: column[n] for name, column in COLUMNS.items()} for n in range(5)]
    for point in ({"w": 2.0, "b": 0.0}, {"w": -0.3, "b": 1.7}):
        made = Mean(program, names, COLUMNS, divisor)
        passes = [program.run({**point, **row}).backward() for row in rows]
        wanted = [[each.tape.values[program.outputs[0]] for each in passes]]
        wanted += [[each.partial(name) for each in passes] for name in names]
        found = made.examples(point)
        assert found == [pytest.approx(column, rel=1e-15) for column in wanted]
        loss, *gradient = (sum(column) / (divisor or 5) for column in wanted)
        slope = made.slope(point)
        assert slope.loss == pytest.approx(loss)
        assert slope.gradient == pytest.approx(gradient)
        assert made.loss(point) == slope.loss
        assert [each.partial("w") for each in made.passes(point)] == wanted[1]
        for places in ([0], [1, 3], [4, 2, 0]):
            part = made.part(places).slope(point).loss
            size = len(places) if divisor in (None, 5) else divisor
            assert part == pytest.approx(sum(wanted[0][n] for n in places) / size)
        single = Single(program, names).slope({**point, **rows[3]})
        assert single.loss == wanted[0][3]
        assert single.gradient == [column[3] for column in wanted[1:]]


def test_examples_without_a_loss_are_told_by_their_number() -> None:
    made = Mean(Program([parse("log(w*x + 1) + t").expression]), ("w",), COLUMNS)
    assert made.size == 5
    assert made.undefined({"w": 0.25}) == []
    for w, places in ((1.0, [2]), (-0.5, [4]), (-1.0, [1, 4]), (0.5, [2])):
        found = made.undefined({"w": w})
        assert [each.place for each in found] == places
        assert str(found[0]).startswith(f"example {places[0] + 1}: log")
        for act in (made.examples, made.slope, made.loss):
            with pytest.raises(UndefinedExample) as caught:
                act({"w": w})
            assert caught.value.place == places[0]
    huge = Mean(Program([parse("w*x*t").expression]), ("w",), COLUMNS, 1)
    assert huge.total([1e308, 1e308]) != huge.total([1e308, 1e308])
    assert huge.total([1e308, -1e308, 3.0]) == 3.0


def test_the_second_derivatives_of_a_mean_are_means_of_those_of_examples(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Unless one lies on a kink, or there are too many."""
    names, point = ("w", "b"), {"w": 2.0, "b": 0.25}
    rows = [{name: column[n] for name, column in COLUMNS.items()} for n in range(5)]
    for formula, divisor in (("(w*x + b - t)^4", None), ("exp(w*b*x)/(1 + t^2)", 1)):
        program = Program([parse(formula).expression])
        made, single = Mean(program, names, COLUMNS, divisor), Single(program, names)
        found, ones = made.hessian(point), [single.hessian(point | r) for r in rows]
        assert found is not None
        for i, row in enumerate(found):
            for j, entry in enumerate(row):
                total = sum(one[i][j] for one in ones if one is not None)
                assert entry == pytest.approx(total / (divisor or 5), rel=1e-12)
        for most in (9, 10):
            monkeypatch.setattr(mean, "_MOST_BENDS", most)
            assert (made.hessian(point) is None) == (most < 10)
    kinked = Program([parse("abs(w*x - t) + w*b").expression])
    assert Mean(kinked, names, {"x": [1.0, 2.0], "t": [0, 0]}).hessian(point)
    assert Mean(kinked, names, {"x": [1.0, 2.0], "t": [0, 4]}).hessian(point) is None


@pytest.mark.parametrize(
    ("xs", "right_on_average"), [((1.0, -1.0), True), ((1, 2), False)]
)
def test_a_claim_of_each_example_that_fails_one_is_wrong(
    xs: tuple[float, float], right_on_average: bool
) -> None:
    """Where the mean is right, the first example that is not shows it."""
    data = Data("t.csv", "mean", {"x": [*xs]}, ["t.csv:2", "t.csv:3"], 2)
    made = Examples(parse("w*x"), data, {"w": 5.0})
    names = {"w", "x"}
    (verdict,) = check_data(made, {"w": parse("3*x", names=names)}).verdicts
    assert not verdict.passed
    assert not verdict.everywhere
    assert verdict.derivation is not None
    if right_on_average:
        assert verdict.elsewhere == ({"w": 5.0, "x": 1.0}, 3.0, 1.0)
    else:
        assert verdict.elsewhere is None
    for prove in (True, False):
        claims = {"w": parse("x", names=names)}
        (verdict,) = check_data(made, claims, prove=prove).verdicts
        assert verdict.passed
        assert verdict.everywhere == prove
    (verdict,) = check_data(made, {"w": parse("w*0+1.5", names=names)}).verdicts
    assert verdict.passed == (not right_on_average)
