"""Truncation as algebra has it, other points one by one, and the names of outputs."""

import math
from fractions import Fraction
from typing import Any

import pytest
from mpmath import mp

import diffcli
from diffcli.analysis import truncation
from diffcli.analysis.counterexample import FarPoints, _near, _sides, counterexample
from diffcli.analysis.counterexample_columns import OtherPoints
from diffcli.analysis.export import Request, _output_names, export, load, operations
from diffcli.analysis.verdicts import ESTIMATES, Tolerance
from diffcli.engine.derivation import derive
from diffcli.engine.tape import Program
from diffcli.errors import DiffcliError, UsageError
from diffcli.language.parser import parse
from diffcli.problem import Problem, pose


def problem_of(formula: str, **point: float) -> Problem:
    return pose(parse(formula), point)


# ---- truncation ----------------------------------------------------------------------


@pytest.mark.parametrize("h", [1.0, 1e-3, 1e-9, 1e-100])
@pytest.mark.parametrize("x", [0.5, 1e-7, 2e9])
def test_the_truncation_of_a_cube_is_what_algebra_says(h: float, x: float) -> None:
    """(x+h)^3 - x^3 over h is 3x^2 + 3xh + h^2; from both sides it is 3x^2 + h^2/4."""
    problem = problem_of("x^3", x=x)
    exact, width = Fraction(x), Fraction(h)
    pairs = {
        "forward": (exact, exact + width),
        "symmetric": (exact - width / 2, exact + width / 2),
    }
    lost = {"forward": 3 * exact * width + width**2, "symmetric": width**2 / 4}
    for scheme, places in pairs.items():
        (found,) = truncation.truncation(problem, "x", [places])
        assert found == pytest.approx(float(lost[scheme]), rel=1e-12)
        (bound,) = truncation.truncation_bounds(problem, "x", scheme, [places])
        if h < 1e-16 * x:  # than which no double can have a smaller one
            continue
        assert bound is not None
        assert float(lost[scheme]) <= bound * (1 + 1e-12)
        if 1e-12 * x < h < x:
            assert (
                bound
                <= float(lost[scheme])
                * (1.5 if scheme == "symmetric" else 2.2)
                * (1 + h / x) ** 2
            )
    assert truncation.truncation(problem, "x", [None]) == [None]
    assert truncation.truncation_bounds(problem, "x", "forward", [None]) == [None]


def test_a_line_loses_nothing_and_an_edge_says_nothing() -> None:
    line = problem_of("3*x+1", x=2.0)
    places = (Fraction(2), Fraction(3))
    assert truncation.truncation(line, "x", [places]) == [0.0]
    edge = problem_of("log(x)", x=0.5)
    assert truncation.truncation(edge, "x", [(Fraction(-1), Fraction(1))]) == [None]
    assert truncation.truncation_bounds(
        edge, "x", "symmetric", [(Fraction(-1), Fraction(2))]
    ) == [None]


# ---- other points --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("formula", "claim", "fits"),
    [("x^2", "2*x", {(): True}), ("x^2", "2*x+1e-6", {(): False}),
     ("x^2*y", "2*x*y", {(): True}), ("abs(x)", "1", {(True,): True, (False,): False}),
     ("log(x)", "1/x", {(True,): True}),
     ("x*abs(x)", "2*x", {(True,): True, (False,): False})],
)  # fmt: skip
def test_far_points_lie_on_both_sides_of_an_edge(
    formula: str, claim: str, fits: dict[tuple[bool, ...], bool]
) -> None:
    of = parse(formula, names={"x", "y"}).expression
    (derivation,) = derive(of, ["x"])
    far = FarPoints(parse(claim, names={"x", "y"}).expression, derivation, of)
    names = tuple(Program([of]).inputs)
    sides = {_sides(of, dict.fromkeys(names, value)) for value in (2.0, -2.0)}
    beside = {s: far.beside(s, names) for s in sides if s is not None}
    assert {s: far.fits(s, names) for s, places in beside.items() if places} == fits
    assert all(len(beside[side]) >= 2 for side in fits)


#: So long that its normal form is not asked for.
LONG = "+".join(f"x^{n}" for n in range(2, 60))


@pytest.mark.parametrize("limits", [ESTIMATES, Tolerance(1e-6), Tolerance(None, 1e-3)])
@pytest.mark.parametrize(
    ("formula", "claim"),
    [("x^2", "2*x"), ("x^2", "2*x+(x-2)*(x-3)*(x+1)"), ("x*abs(x)", "2*x"),
    ("sin(x)*y", "cos(x)*y"), ("x^2", f"2*x+(x-2)*(x-3)*({LONG})"),
     ("sqrt(x)*y", "y/(2*sqrt(x))"), ("x^2*y", "2*x*y*(1+1e-4*(x-2))"),
     ("abs(x)", "sign(x)"), ("x^2*y", "4*y"),
     ("x^2", "2*x+(x-2+1e17-1e17)"), ("log(x)", "1/x+(x-2+1e17-1e17)")],
)  # fmt: skip
def test_other_points_say_the_same_of_many_rows_as_of_one(
    formula: str, claim: str, limits: Tolerance
) -> None:
    """Where columns see nothing unlike, no counterexample is found alone.

    In the last two, doubles cannot tell: what is added is lost beside 1e17.
    """
    parsed, claimed = (parse(text, names={"x", "y"}) for text in (formula, claim))
    (derivation,) = derive(parsed.expression, ["x"])
    program = Program([parsed.expression])
    places = [{"x": x, "y": y} for x in (2.0, 3.0, 0.5, -1.0, 4.0) for y in (1.0, -2.0)]
    for place in places:
        try:
            problem = pose(parsed, {n: place[n] for n in program.inputs})
        except diffcli.DiffcliError:
            continue
        points = {name: [value, value] for name, value in problem.point.items()}
        others = OtherPoints(program, [(claimed.expression, derivation)], limits)
        unlike = others.unlike(points, 2)
        alone = counterexample(claimed.expression, derivation, problem, limits)
        assert alone is None or unlike == {0, 1}
        if "abs" not in formula and alone is None and limits != ESTIMATES:
            assert unlike == set()


@pytest.mark.parametrize("x", [0.0, 2.0, -300.0])
def test_near_points_are_as_far_as_the_point_is_large(x: float) -> None:
    near = [*_near({"x": x, "y": 1.0})]
    size = abs(x) or 1.0
    assert len(near) == 4
    assert all(0.05 * size < abs(place["x"] - x) < 0.35 * size for place in near)
    assert {math.copysign(1, place["x"] - x) for place in near} == {1.0, -1.0}
    for place in near:
        assert (place["y"] - 1) == pytest.approx(1.1 * (place["x"] - x) / size)


# ---- code ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("formulas", "order", "language", "names"),
    [
        ("x*y", 0, "python", ["f"]), ("x*y", 1, "python", ["f", "df_dx", "df_dy"]),
        ("x*y", 2, "python",
         ["f", "df_dx", "df_dy", *(f"d2f_d{a}_d{b}" for a in "xy" for b in "xy")]),

        ("f*x", 1, "python", ["f", "df_df", "df_dx"]),
        ("F*x", 1, "sql", ["f_", "df_dF", "df_dx"]),
        ("df_dx*x", 1, "sql", ["f", "df_ddf_dx", "df_dx_"]),
    ],
)  # fmt: skip
def test_outputs_have_names_of_their_own(
    formulas: str, order: int, language: str, names: list[str]
) -> None:
    """In a query, where they stand beside the columns of the table."""
    parsed = parse(formulas)
    found = operations(parsed, parsed.variables, order)
    assert _output_names(found, "f", parsed.variables, load(language)) == names


@pytest.mark.parametrize("order", [0, 1, 2])
@pytest.mark.parametrize("formula", ["t1 = x*y; (sin(x*y)*t1, x+t1^2)", "exp(x*y)*x"])
def test_code_has_the_numbers_of_its_formulas(formula: str, order: int) -> None:
    """One after the other; and a test of itself at a point, if one is given."""
    parsed, point = parse(formula, several=True), {"x": 0.7, "y": -1.3}
    found = operations(parsed, parsed.variables, order)
    problems = [pose(part, point) for part in parsed.parts()]
    scope: dict[str, Any] = {"__name__": "made"}
    lines = export(found, Request("python", "made"), problems)
    exec("\n".join(lines), scope)
    numbers: list[float] = []
    todo = [scope["made"](**point)]
    while todo:
        each = todo.pop(0)
        if isinstance(each, list | tuple):
            todo[:0] = each
        else:
            numbers.append(each)
    wanted = [Program([each]).value(point) for each in found.formulas]
    assert numbers == pytest.approx(wanted, rel=1e-13)
    values = len(found.values)
    assert len(numbers) == values * (1, 3, 7)[order]
    remarks = " ".join(line for line in lines if line.startswith("#"))
    assert ("made(x, y) = (" in remarks) == (values > 1)
    assert ("with its partial derivatives with respect to x, y" in remarks) == (
        order > 0
    )
    assert ("second derivatives" in remarks) == (order == 2)
    assert "stands for" not in remarks


def test_parts_have_names_that_are_free() -> None:
    """Those of definitions, and t1, t2 and on for what is used more than once."""
    parsed = parse("t2 = x*t1; u = sin(t2); cos(t2)*u*exp(t1*x^2)*x^2")
    names = operations(parsed, parsed.variables, 0).parts()
    assert sorted(names.values()) == ["t2", "t3", "u"]
    alone = operations(parse("sin(x)*x"), ["x"], 0).parts()
    assert alone == {}


@pytest.mark.parametrize("language", ["python", "c", "javascript", "sql"])
@pytest.mark.parametrize("formula", ["x*lgamma(x)", "digamma(x)", "erf(x)", "gamma(x)"])
def test_what_a_language_lacks_is_said_to_be_of_the_derivative_where_it_is(
    formula: str, language: str
) -> None:
    """That is: where order 0 can be written."""
    refused: list[DiffcliError | None] = []
    for order in (0, 1):
        try:
            export(operations(parse(formula), ["x"], order), Request(language))
        except UsageError as error:
            refused.append(error)
        else:
            refused.append(None)
    value, slope = refused
    assert slope or not value
    if value:
        assert (value.hint, value.parameter) == ("", "")
        assert "derivative" not in value.message
    if slope:
        assert (slope.parameter == "order") == (value is None)
        assert slope.hint == ("" if value else "order 0 writes the value alone")
        assert ("which the derivative needs" in slope.message) == (value is None)


def test_code_is_refused_where_names_fall_together() -> None:
    both = parse("x*X")
    with pytest.raises(UsageError, match="does not tell 'X' from 'x'"):
        export(operations(both, both.variables), Request("sql"))
    assert export(operations(both, both.variables), Request("python"))


def test_a_lacking_function_says_whether_the_value_needs_it() -> None:
    lacking = parse("erf(x)")
    with pytest.raises(UsageError) as refused:
        export(operations(lacking, ["x"]), Request("sql"))
    assert "has no erf" in refused.value.message
    assert refused.value.parameter == ""


def test_ends_of_balls_are_doubles_that_are_not_below() -> None:
    from flint import arb

    assert truncation._above(arb(0)) == 0.0
    assert truncation._above(arb("1e301")) is None
    assert truncation._above(arb("nan")) is None
    third = truncation._above(arb(1) / 3)
    with mp.workdps(30):
        assert third is not None
        assert mp.mpf(1) / 3 <= third <= (mp.mpf(1) / 3) * (1 + mp.mpf(2) ** -51)
