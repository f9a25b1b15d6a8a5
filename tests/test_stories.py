"""What is told of both passes and of a budget is what a plain count says."""

import math
from collections.abc import Iterator
from itertools import pairwise

import pytest

import diffcli
from diffcli.analysis.budget import Budget, SecondOrder, _bends, budget
from diffcli.analysis.trace import _LONGEST_WAY, Trace, node_names, trace
from diffcli.engine.tape import Program
from diffcli.errors import KinkError
from diffcli.language.parser import parse
from diffcli.problem import Estimate, Problem, pose

# ---- both passes, node by node -------------------------------------------------------

FORMULAS = (
    "x*sin(x)", "x*x", "max(x, y+1)*x", "exp(x)+y*exp(x)", "(x+y)*(x-y)*x",
    "sin(sin(x*y))+x",
    "z = x*y; z*z + z", "x^2*y-2*x", "x/(1+exp(-x*y))",
)  # fmt: skip


def made(formula: str) -> Trace:
    parsed = parse(formula)
    return trace(pose(parsed, dict.fromkeys(parsed.variables, 1.7)))


def ways(program: Program, row: int, active: list[int]) -> Iterator[tuple[int, ...]]:
    """Yield every way from a row up to the output."""
    if row == program.outputs[0]:
        yield (row,)
    for user in active:
        for argument in program.arguments(user):
            if argument == row:
                for rest in ways(program, user, active):
                    yield (row, *rest)


@pytest.mark.parametrize("formula", FORMULAS)
def test_ways_and_levels_are_those_that_one_counts(formula: str) -> None:
    found = made(formula)
    program, tape = found.problem.program, found.problem.tape
    active = [row for row in range(len(program.nodes)) if program.active[row]]
    depth: dict[int, int] = {}
    for row in active:
        lengths = [len(way) - 1 for way in ways(program, row, active)]
        depth[row] = max(lengths, default=0)
    adjoints = tape.backward().adjoints
    for level in found.levels:
        rows = [row for row in active if depth[row] == level.depth]
        assert level.size == max(abs(adjoints[row]) for row in rows)
        assert level.name in {found.names[program.nodes[row]] for row in rows}
    assert [level.depth for level in found.levels] == sorted({*depth.values()})
    for path in found.paths:
        every = [*ways(program, program.inputs[path.name], active)]
        assert path.ways == len(every)
        assert path.adjoint == adjoints[program.inputs[path.name]]
        assert len(path.several) == (len(every) if 1 < len(every) <= 4 else 0)
        if len(every) == 1:
            (way,) = every
            locals_ = [tape.locals(up)[row] for row, up in pairwise(way)]
            assert [*path.locals] == locals_[::-1]
            names = [program.function(up).name for up in way[1:]]
            assert [*path.functions] == names[::-1]
            assert math.prod(path.locals) == pytest.approx(path.adjoint)
        else:
            assert not path.locals
            assert not path.functions


@pytest.mark.parametrize("length", [_LONGEST_WAY - 2, _LONGEST_WAY - 1, _LONGEST_WAY])
def test_long_ways_are_not_told_one_by_one(length: int) -> None:
    found = made("sin(" * length + "x" + ")" * length + "*x")
    (path,) = found.paths
    assert path.ways == 2
    assert bool(len(path.several) == 2) == (length < _LONGEST_WAY)


def test_nodes_have_letters_as_long_as_there_are_enough() -> None:
    letters = {*node_names(made("x*sin(x)+exp(x)").problem).values()}
    assert letters == {"x", "a", "b", "c", "e"}
    with_a = {*node_names(made("a*sin(a)").problem).values()}
    assert with_a == {"a", "b", "c"}
    for count in (18, 19, 20, 24, 40):
        formula = "+".join(f"x^{n}" for n in range(2, 2 + (count + 1) // 2))
        names = node_names(made(formula).problem)
        calls = len(names) - 1
        numbered = [f"v{n}" for n in range(1, calls + 1)]
        assert ({*numbered} <= {*names.values()}) == (calls > 19)
        assert len({*names.values()}) == len(names)


# ---- budgets -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("formula", "point", "errors", "error", "second", "shift"),
    [
        ("x+2*y", {"x": 1, "y": 1}, {"x": 0.3, "y": 0.2}, 0.5, 0.5, 0),
        ("x^2", {"x": 0}, {"x": 0.5}, 0, math.sqrt(0.5) / 4 * 2, 0.25),
        ("x*y", {"x": 0, "y": 0}, {"x": 0.5, "y": 0.25}, 0, 0.125, 0),
        ("3*x", {"x": 1}, {"x": 0.1}, 0.3, 0.3, 0),
        ("x^2+x", {"x": 1}, {"x": 0.1}, 0.3, math.sqrt(0.09 + 2 * 1e-4), 0.01),
        ("x^3", {"x": 1}, {"x": 0.1}, 0.3, math.sqrt(0.09 + 18e-4 + 18e-4), 0.03),
    ],
)  # fmt: skip
def test_a_budget_by_hand_of_polynomials(
    formula: str, point: dict[str, float], errors: dict[str, float],
    error: float, second: float, shift: float,
) -> None:  # fmt: skip
    """Of these the formulas of the guide have a few terms."""
    found = diffcli.budget(formula, point, errors)
    assert found.error == pytest.approx(error)
    assert found.second is not None
    assert found.second.error == pytest.approx(second)
    assert found.second.shift == pytest.approx(shift)
    assert sum(share.share for share in found.shares) == pytest.approx(
        1 if error else 0
    )


@pytest.mark.parametrize("count", [1, 12, 13])
def test_second_order_is_asked_for_a_dozen_inputs(count: int) -> None:
    names = [f"x{n}" for n in range(count)]
    formula = "*".join(names)
    found = diffcli.budget(formula, dict.fromkeys(names, 1), dict.fromkeys(names, 0.01))
    assert (found.second is not None) == (count <= 12)
    assert any("second order is not known" in w.text for w in found.warnings) == (
        count > 12
    )
    alone = diffcli.budget(formula, dict.fromkeys(names, 1), {"x0": 0.01})
    assert alone.second is not None
    assert alone.shares[0].name == "x0"
    assert alone.shares[0].contribution == 0.01


@pytest.mark.parametrize("formula", ["0*x+3", "2*x-2*x", "3*x-2", "x/7"])
def test_a_line_has_no_more_error_in_second_order(formula: str) -> None:
    """Though it is known: of what does not change as well."""
    found = budget(problem_of(formula, x=1.0), {"x": 0.25})
    assert found.second == SecondOrder(found.error, 0.0)
    assert not found.matters
    assert not found.warnings


@pytest.mark.parametrize(
    ("first", "second", "shift", "matters"),
    [(1.0, 1.04, 0.0, False), (1.0, 1.06, 0.0, True), (1.0, 0.94, 0.0, True),
    (1.0, 1.0, 0.06, True),
     (1.0, 1.0, -0.06, True), (1.0, 1.0, 0.04, False), (0.0, 0.0, 0.0, False)],
)  # fmt: skip
def test_second_order_matters_beyond_a_twentieth(
    first: float, second: float, shift: float, matters: bool
) -> None:
    value = Estimate(1.0, 0.0)
    found = Budget(problem_of("x", x=1.0), value, first, (), None, (), unlike=False)
    assert not found.matters
    assert found._replace(second=SecondOrder(second, shift)).matters == matters


def problem_of(formula: str, **point: float) -> Problem:
    return pose(parse(formula), point)


@pytest.mark.parametrize(
    ("formula", "x", "partial", "bend", "bends"),
    [
        ("x", 1, 1, 0, False), ("0*x", 1, 0, 0, False), ("x^2", 0, 0, 2, False),
        ("x+x^3*20", 0, 1, 0, False),
        ("x+x^3*40", 0, 1, 0, True), ("x^2+10*x^4", 0, 0, 2, False),
        ("x^2+40*x^4", 0, 0, 2, True),
        ("abs(x)", 0.05, 1, 0, True), ("log(x)", 0.05, 20, -400, True),
        ("x^2", 0, 0, None, False),
    ],
)  # fmt: skip
def test_what_bends_within_an_error_is_told(
    formula: str, x: float, partial: float, bend: float | None, bends: bool
) -> None:
    """By more than a quarter of what f does there, at one error on both sides."""
    second = {} if bend is None else {"x": float(bend)}
    problem, partials = problem_of(formula, x=x), {"x": float(partial)}
    assert bool([*_bends(problem, 0.0, {"x": 0.1}, partials, second)]) == bends
    unseen = [*_bends(problem, 1e3, {"x": 0.1}, partials, second)]
    assert all("undefined" in remark.text for remark in unseen)


def test_a_kink_toward_an_input_without_error_is_none() -> None:
    problem = problem_of("abs(x)+y^2", x=0.0, y=1.0)
    assert budget(problem, {"y": 0.1}).error == pytest.approx(0.2)
    with pytest.raises(KinkError):
        budget(problem, {"x": 0.1})
