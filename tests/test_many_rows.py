"""What is asked of many rows, lines and examples: how many at once, and which."""

import math

import pytest

import diffcli
from diffcli.analysis import batch, grad_columns, hessian_columns, taylor_by_method
from diffcli.analysis.check import _slope_nearby
from diffcli.analysis.check_second import _size_nearby
from diffcli.analysis.examples import Examples
from diffcli.analysis.hessian import hessian
from diffcli.analysis.taylor import taylor
from diffcli.engine.tape import Program
from diffcli.inputs.data import Data
from diffcli.language.parser import parse
from diffcli.problem import DOUBLE, Problem, Settings, pose


def problem_of(formula: str, **point: float) -> Problem:
    return pose(parse(formula), point)


# ---- lines of formulas ---------------------------------------------------------------


def entries(
    lines: list[str], at: str, order: int = 1, wrt: str = ""
) -> list[batch.Entry]:
    found = batch.of_formulas(lines, "f.txt", at, Settings(), ("backprop",), wrt, order)
    return [*found]


def test_empty_lines_and_remarks_are_passed_over() -> None:
    lines = [
        "x^2\n",
        "\n",
        "   \n",
        "# a remark\n",
        "x^3  # one beside\r\n",
        "  # x",
    ]
    found = entries(lines, "2")
    assert [entry.row.where for entry in found] == ["f.txt:1", "f.txt:5"]
    assert [e.comparison and e.comparison.partial("x").value for e in found] == [4, 12]
    assert [entry.row.carried["expression"] for entry in found] == [
        "x^2", "x^3  # one beside",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "at", "status"),
    [
        ("x*y", "1,2", "ok"), ("x", "1,2", "parse"), ("x*y", "x=1,y=2,z=3", "ok"),
        ("x*z", "x=1,y=2,z=3", "ok"),
        ("7", "x=1", "ok"), ("x*q", "x=1,y=2", "parse"), ("x*", "x=1", "parse"),
        ("log(x)", "x=-1", "domain"),
        ("abs(x)", "x=0", "kink"), ("exp(x)", "x=1000", "overflow"),
    ],
)  # fmt: skip
def test_a_point_by_name_may_name_more_than_a_formula_has(
    line: str, at: str, status: str
) -> None:
    for order in (0, 1, 2):
        if order == 0 and status == "kink":
            continue
        (found,) = entries([line], at, order)
        assert found.status == status, order
        if status == "ok" and order:
            names = parse(line).variables
            assert found.names == names
            assert [*found.row.point] == [*names]
        if status == "ok" and order == 2 and len(names) > 1:
            assert found.hessian is not None
            assert found.hessian.partial(*names).value == 1


def test_a_choice_of_variables_is_that_of_each_line() -> None:
    (found,) = entries(["x^2*y"], "x=2,y=3", wrt="y")
    assert found.names == ("y",)
    assert found.comparison is not None
    assert [*found.comparison.results[0].partials] == ["y"]


# ---- rows at once --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "names", "together"),
    [
        (Settings(), ("finite", "symbolic", "backprop"), True),
        (Settings(digits=17), ("backprop",), True),
        (Settings(digits=18), ("backprop",), False), (Settings(h="auto"),
        ("finite", "backprop"), False),
        (Settings(h="auto"), ("backprop",), True), (Settings(h="relative"),
        ("finite", "backprop"), True),
    ],
)  # fmt: skip
def test_more_digits_and_searched_steps_are_taken_row_by_row(
    settings: Settings, names: tuple[str, ...], together: bool
) -> None:
    parsed = parse("x^2*y")
    program = Program([parsed.expression])
    given = (parsed, program, parsed.variables, settings, names)
    assert bool(hessian_columns.Asked(*given).at_once) == together
    assert bool(grad_columns.Asked(*given).at_once) == together


def test_a_large_formula_is_asked_at_fewer_rows_at_once() -> None:
    sizes = []
    for terms in (2, 50, 400):
        parsed = parse("+".join(f"x^{n}" for n in range(2, 2 + terms)))
        program = Program([parsed.expression])
        given = (parsed, program, ("x",), Settings(), ("backprop",))
        sizes.append(grad_columns.Asked(*given).at_once)
        assert hessian_columns.Asked(*given).at_once <= sizes[-1]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] > sizes[2] > 0


# ---- sizes nearby --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("formula", "x", "size"),
    [("x^2", 2.0, 5.0), ("x^2", 0.0, 0.5), ("x^3+9", 0.0, 9.0),
    ("x^2-4", -2.0, 5.0), ("7*x", 1.0, 7.0),
     ("sqrt(x)", 1e-4, 100.0), ("log(x)", 1.0, 1 / 0.75)],
)  # fmt: skip
def test_slopes_over_a_wide_distance(formula: str, x: float, size: float) -> None:
    """F over the distance from 0, and slopes at 3/4 and 5/4 of it."""
    assert _slope_nearby(problem_of(formula, x=x), "x") == pytest.approx(size)


@pytest.mark.parametrize(
    ("formula", "x", "y", "pair", "size"),
    [("x^3*y", 2.0, 1.0, ("x", "x"), 15.0), ("x^3*y", 0.0, 1.0, ("x", "x"), 1.5),
     ("x^3*y", 2.0, 1.0, ("x", "y"), 3 * 2.5**2), ("5+x*y", 0.0, 0.0, ("x", "y"), 5.0),
     ("100*y", 2.0, 5.0, ("x", "y"), 50.0)],
)  # fmt: skip
def test_second_derivatives_over_a_wide_distance(
    formula: str, x: float, y: float, pair: tuple[str, str], size: float
) -> None:
    posed = pose(parse(formula, names={"x", "y"}), {"x": x, "y": y})
    assert _size_nearby(posed, pair) == pytest.approx(size)


# ---- examples ------------------------------------------------------------------------


def test_the_settings_of_examples_are_those_that_are_given() -> None:
    columns = {"x": [1.0, 2.0], "t": [3.0, 5.0]}
    data = Data("t.csv", "mean", columns, ["t.csv:2", "t.csv:3"], 2)
    given = (parse("(w*x-t)^2"), data, {"w": 1.0})
    assert Examples(*given).settings == Settings()
    assert Examples(*given, settings=Settings(digits=25)).settings.digits == 25
    found = Examples(*given).compare()
    assert found.value.value == (4 + 9) / 2
    assert found.partial("w").value == (-4 - 12) / 2
    assert [r.evaluations for r in found.results] == [2 * 2, 0, 2]
    quick = Examples(*given).compare(("backprop",), bounds=False)
    assert quick.partial("w").value == -8
    assert quick.value.error == math.inf
    kinky = (parse("abs(w*x-t)"), data, {"w": 3.0})
    with pytest.raises(diffcli.KinkError, match="t = 3, w = 3, x = 1"):
        Examples(*kinky).compare()
    going = Examples(*kinky, keep_going=True)
    for bounds in (True, False):
        assert going.compare(("backprop",), bounds=bounds).partial("w").value == 2
    assert going.data.used == 1


@pytest.mark.parametrize("digits", [1, 10, DOUBLE, DOUBLE + 1, 25])
def test_what_doubles_hold_is_quick_without_bounds(digits: int) -> None:
    """Nothing is said of its error then; more digits come with their bounds."""
    data = Data("t.csv", "mean", {"x": [1.0, 2.0]}, ["t.csv:2", "t.csv:3"], 2)
    asked = Settings(digits=digits)
    made = Examples(parse("sin(w*x)"), data, {"w": 0.7}, settings=asked)
    found = made.compare(("backprop",), bounds=False)
    for one in (found.value, found.partial("w")):
        assert (one.error == math.inf) == (digits <= DOUBLE)
        assert isinstance(one.value, float) == (digits <= DOUBLE)
    (careful,) = made.compare(("backprop",)).results
    assert careful.partials["w"].error < 1e-14


# ---- higher orders -------------------------------------------------------------------


def test_what_the_rules_cannot_tell_is_said_of_its_order() -> None:
    found = diffcli.taylor("(1-cos(x))/x^2", {"x": 1e-3}, order=4)
    said = [w.text for w in found.warnings if w.text.startswith("by the rules")]
    assert said
    for text in said:
        assert any(f"d{k}f/dx{k}" in text for k in "²³⁴") or "df/dx" in text
    assert "d⁴f/dx⁴" in said[-1]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(taylor_by_method, "_LONGEST", 5)
        short = diffcli.taylor("exp(x)*sin(x)", {"x": 1}, order=4)
    assert [w.text for w in short.warnings] == [
        "the formula of df/dx has over 5 parts; the rules stop there"
    ]
    assert [e.value is None for e in short.columns["symbolic"]] == [
        False,
        True,
        True,
        True,
    ]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (1.0, 1.0, True),
        (1.0, 1 + 9e-15, True),
        (1.0, 1 + 11e-15, False),
        (0.0, 0.0, True),
        (0.0, 1e-300, False),
    ],
)
def test_sides_are_the_same_up_to_14_digits(
    one: float, other: float, same: bool
) -> None:
    assert (
        taylor_by_method._same(one, other) == taylor_by_method._same(other, one) == same
    )


@pytest.mark.parametrize(
    "ways", [("finite",), ("finite", "taylor"), ("symbolic", "taylor")]
)
def test_only_of_two_ways_it_is_told_how_they_agree(ways: tuple[str, ...]) -> None:
    problem = problem_of("exp(x)", x=1.0)
    found = taylor(problem, 3, ways)
    assert len(found.agreements) == (3 if ways == ("finite", "taylor") else 0)
    assert {*found.columns} == {*ways}
    second = tuple(w.replace("taylor", "backprop") for w in ways)
    seconds = hessian(problem, second)
    assert len(seconds.agreements) == ("finite" in ways and len(ways) > 1)
    assert {*seconds.columns} == {*second}


@pytest.mark.parametrize("order", [1, 2, 5])
def test_at_a_corner_the_orders_below_are_told(order: int) -> None:
    error = taylor_by_method._corner(problem_of("x", x=0.0), "x", order, (1.0, -2.0))
    factor = math.factorial(order)
    assert f"is {factor} on the left, {-2 * factor} on the right" in error.message
    assert f"not {order} times differentiable at x = 0" in error.message
    below = f"there are derivatives up to order {order - 1}"
    assert error.hint == (below if order > 1 else "")
