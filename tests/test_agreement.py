"""The three methods agree with each other and with sympy."""

import pytest
from hypothesis import given, settings

from diffcli.analysis.grad import Comparison, compare
from diffcli.errors import DomainError
from diffcli.language.expression import Expression, variables
from diffcli.language.parser import parse
from diffcli.language.printer import text
from diffcli.problem import Settings, pose
from tests import referee, strategies


def comparison_of(expression: Expression, point: dict[str, float]) -> Comparison | None:
    """Return the comparison at a point, or None where there is no gradient."""
    names = variables(expression)
    parsed = parse(text(expression), names=names)
    try:
        problem = pose(parsed, {name: point[name] for name in parsed.variables})
    except DomainError:
        return None
    result = compare(problem)
    return None if result.kinks else result


@given(strategies.defined(), strategies.points)
def test_methods_agree_within_their_own_bounds(
    expression: Expression, point: dict[str, float]
) -> None:
    result = comparison_of(expression, point)
    if result is None:
        return
    assert not any("please report" in warning.text for warning in result.warnings)
    for name, agreement in result.agreements.items():
        kink = any("kink" in warning.text for warning in result.warnings)
        assert kink or agreement.verdict != "differ", (text(expression), name, result)


def exact_methods_give(result: Comparison, name: str, exact: float) -> None:
    """Assert that the exact methods find a number, within their own bounds."""
    for found in result.results:
        estimate = found.partials[name]
        if found.method != "finite" and estimate.value is not None:
            allowed = estimate.error + 1e-15 * abs(exact)
            assert estimate.value == pytest.approx(exact, rel=0, abs=allowed)


@settings(max_examples=60)
@given(strategies.smooth(), strategies.points)
def test_exact_methods_are_sympys(
    expression: Expression, point: dict[str, float]
) -> None:
    result = comparison_of(expression, point)
    if result is not None:
        for name in result.problem.variables[:1]:
            exact = referee.partial(expression, name, result.problem.point)
            exact_methods_give(result, name, exact)


@given(strategies.defined(), strategies.points)
def test_exact_methods_are_mpmaths(
    expression: Expression, point: dict[str, float]
) -> None:
    result = comparison_of(expression, point)
    if result is not None and not result.corners:
        for name in result.problem.variables:
            exact = referee.slope(expression, name, result.problem.point)
            exact_methods_give(result, name, exact)


@pytest.mark.parametrize("scheme", ["forward", "symmetric"])
@pytest.mark.parametrize("h", [2e-2, 1e-5, "relative", "auto"])
def test_the_lectures_example(scheme: str, h: float | str) -> None:
    parsed = parse("(2*x1+3*x2)**2+3")
    point = {"x1": 1.0, "x2": 3.0}
    result = compare(pose(parsed, point, settings=Settings(h, scheme)))
    for found in result.results[1:]:
        values = [estimate.value for estimate in found.partials.values()]
        assert values == [44, 66]
    assert {a.verdict for a in result.agreements.values()} == {"agree"}
    finite = result.results[0]
    if h != "auto":
        assert finite.evaluations == (3 if scheme == "forward" else 4)


def test_the_lectures_samples() -> None:
    """At h = 2e-2 the slide shows 124.4404 - 123.5604 over 0.02."""
    parsed = parse("(2*x1+3*x2)**2+3")
    result = compare(pose(parsed, {"x1": 1.0, "x2": 3.0}, settings=Settings(h=2e-2)))
    evidence = result.results[0].differences
    (low, below), (high, above) = evidence["x1"].samples
    assert (low, high) == (0.99, 1.01)
    assert (round(below, 10), round(above, 10)) == (123.5604, 124.4404)
    assert result.results[0].partials["x1"].value == pytest.approx(44, rel=1e-13)


def test_the_lectures_forward_and_backward_pass() -> None:
    parsed = parse("(2*x1+3*x2)**2+3")
    problem = pose(parsed, {"x1": 1.0, "x2": 3.0})
    adjoints = problem.tape.backward().adjoints
    rows = {
        text(node, spaced=False): (problem.tape.values[row], adjoints[row])
        for node, row in problem.program.index.items()
    }
    forward = {"2*x1": 2, "3*x2": 9, "2*x1+3*x2": 11, "(2*x1+3*x2)**2": 121}
    backward = {"2*x1": 22, "3*x2": 22, "2*x1+3*x2": 22, "(2*x1+3*x2)**2": 1}
    assert {name: rows[name][0] for name in forward} == forward
    assert {name: rows[name][1] for name in backward} == backward
    assert rows["(2*x1+3*x2)**2+3"] == (124.0, 1.0)
    assert rows["3"] == (3.0, 0.0)  # a constant has no adjoint, though used twice


@pytest.mark.parametrize(
    ("formula", "slope"),
    [
        ("max(x,0)+min(x,0)", 1.0),
        ("relu(x)-relu(-x)", 1.0),
        ("abs(x)**2", 0.0),
        ("abs(x)-abs(x)", 0.0),
        ("sign(x)*0", 0.0),
        ("x*abs(x)", 0.0),
        ("x**0", 0.0),
        ("x**1", 1.0),
    ],
)
def test_a_kink_that_cancels_is_none(formula: str, slope: float) -> None:
    result = compare(pose(parse(formula), {"x": 0.0}))
    assert not result.kinks
    assert result.partial("x").value == slope


@pytest.mark.parametrize(
    ("formula", "x", "left", "right"),
    [
        ("abs(x)", 0.0, -1.0, 1.0),
        ("relu(x)", 0.0, 0.0, 1.0),
        ("max(x,2*x)", 0.0, 1.0, 2.0),
        ("sqrt(x**2)", 0.0, -1.0, 1.0),
        ("sign(x)", 0.0, float("inf"), float("inf")),
        ("abs(x)**(1/3)", 0.0, float("-inf"), float("inf")),
        ("sqrt(x)", 0.0, None, float("inf")),
        ("x**0.5", 0.0, None, float("inf")),
        ("x**1.5", 0.0, None, 0.0),
        ("asin(x)", 1.0, float("inf"), None),
        ("floor(x)", 2.0, float("inf"), 0.0),
    ],
)
def test_both_slopes_of_a_kink(
    formula: str, x: float, left: float | None, right: float | None
) -> None:
    result = compare(pose(parse(formula), {"x": x}))
    assert result.kinks == ("x",)
    assert result.corners["x"] == (left, right)
    assert result.error() is not None


def test_a_kink_toward_one_variable_leaves_the_other() -> None:
    result = compare(pose(parse("abs(x)+y**2"), {"x": 0.0, "y": 3.0}))
    assert result.kinks == ("x",)
    assert result.results[-1].partials["y"].value == 6
