"""Both passes, told node by node."""

import json
import math

import pytest

from diffcli.analysis.trace import _LETTERS, asked, node_names, trace
from diffcli.calculus.functions import WHEN
from diffcli.language.expression import Call, postorder
from diffcli.language.parser import parse
from diffcli.language.printer import text
from diffcli.problem import pose
from tests import referee
from tests.conftest import Run

LECTURE = ("trace", "(2*x1+3*x2)**2+3", "--at", "1,3")
#: Matt Mazur, "A Step by Step Backpropagation Example", 2015.
MAZUR = """
h1 = sigmoid(w1*i1 + w2*i2 + b1); h2 = sigmoid(w3*i1 + w4*i2 + b1)
o1 = sigmoid(w5*h1 + w6*h2 + b2); o2 = sigmoid(w7*h1 + w8*h2 + b2)
(t1 - o1)^2/2 + (t2 - o2)^2/2
"""
MAZUR_AT = {
    **{f"w{place}": 0.10 + 0.05 * place for place in range(1, 5)},
    **{f"w{place}": 0.15 + 0.05 * place for place in range(5, 9)},
    **{"b1": 0.35, "b2": 0.6, "i1": 0.05, "i2": 0.1, "t1": 0.01, "t2": 0.99},
}


def test_the_lectures_numbers() -> None:
    found = trace(pose(parse(LECTURE[1]), {"x1": 1.0, "x2": 3.0}))
    values = {node.name: node.value for node in found.forward}
    assert values == {"x1": 1, "x2": 3, "a": 2, "b": 9, "c": 11, "e": 121, "g": 124}
    adjoints = {node.name: node.adjoint for node in found.backward}
    expected = {"x1": 44, "x2": 66, "a": 22, "b": 22, "c": 22, "e": 1, "g": 1}
    assert adjoints == expected
    path = next(path for path in found.paths if path.name == "x1")
    assert (path.locals, path.ways) == ((1, 22, 1, 2), 1)


def test_the_lectures_lines(run: Run) -> None:
    out = run(*LECTURE).out
    assert "  c  = a + b = 2 + 9   = 11\n" in out
    assert "∂f/∂c  = ∂f/∂e · ∂e/∂c  = 1 · 22 = 22   ∂e/∂c = 2c   power\n" in out
    assert "∂f/∂x₁ = 1 · 22 · 1 · 2 = 44" in out
    code = run(*LECTURE, "--notation", "code").out
    assert "∂f/∂c  = ∂f/∂e * ∂e/∂c  = 1 * 22 = 22   ∂e/∂c = 2*c" in code
    assert "∂f/∂x1 = 1 * 22 * 1 * 2 = 44" in code


def test_a_partial_uses_the_name_of_its_node(run: Run) -> None:
    out = run("trace", "s = sigmoid(x); t = tanh(s); t^2", "--at", "1").out
    assert "∂s/∂x = s·(1 - s)" in out
    assert "∂t/∂s = 1 - t²" in out


def test_a_network_as_published(run: Run) -> None:
    at = ",".join(f"{name}={value:.10g}" for name, value in MAZUR_AT.items())
    record = json.loads(run("trace", MAZUR, "--at", at, "-f", "json").out)
    assert record["value"] == pytest.approx(0.298371109, abs=1e-9)
    adjoints = {node["name"]: node["adjoint"] for node in record["backward"]}
    assert adjoints["w5"] == pytest.approx(0.082167041, abs=1e-9)
    assert {"h1", "h2", "o1", "o2"} <= set(adjoints)
    expression = parse(MAZUR).expression
    for name in ("w1", "w5", "b1"):
        exact = referee.slope(expression, name, record["point"])
        assert adjoints[name] == pytest.approx(exact, rel=1e-12)


@pytest.mark.parametrize(
    "formula", ["x*sin(x)", "x*x", "max(x, 2)*x", "z = x**2; z*z + z", "x/(1+x)-x"]
)
def test_shares_add_up_to_the_adjoint(formula: str) -> None:
    found = trace(pose(parse(formula), {"x": 1.7}))
    for node in found.backward:
        if node.shares:
            total = sum(share.upstream * share.local for share in node.shares)
            assert total == pytest.approx(node.adjoint)


def test_paths_that_meet_are_counted(run: Run) -> None:
    out = run("trace", "x*sin(x)", "--at", "1").out
    assert "two paths add up" in out
    assert "∂f/∂x = 1 · 0.5403023 + 0.841471 = 0.5403023 + 0.841471 = 1.381773\n" in out
    many = run("trace", "x*x*x*x*x*x", "--at", "2").out
    assert "∂f/∂x = 192   6 paths add up\n" in many


@pytest.mark.parametrize(
    "formula", ["x*sin(x)", "x*x", "x*x*x", "z = x**2; z*z + z", "x/(1+x)-x", "x-x"]
)
def test_the_products_of_all_paths_add_up_to_the_adjoint(formula: str) -> None:
    (path,) = trace(pose(parse(formula), {"x": 1.7})).paths
    assert len(path.several) == path.ways
    total = sum(map(math.prod, path.several))
    assert total == pytest.approx(path.adjoint)


@pytest.mark.parametrize(
    "formula", ["x*sin(x)", "x", "x*y", "z = x**2; z*z + y*z", "x/(1+y)-x", "x-x",
    "exp(x*y)*cos(x)+sin(cos(y))"],
)  # fmt: skip
def test_levels_are_as_far_from_the_output_as_the_longest_way(formula: str) -> None:
    parsed = parse(formula)
    point = {name: {"x": 1.7, "y": -0.4}[name] for name in parsed.variables}
    found = trace(pose(parsed, point))
    depth: dict[str, int] = {}
    for node in found.backward:  # the output is told first
        above = [depth[share.user] + 1 for share in node.shares]
        depth[node.name] = max(above, default=0)
    sizes = {node.name: abs(node.adjoint) for node in found.backward}
    assert [level.depth for level in found.levels] == sorted({*depth.values()})
    for level in found.levels:
        there = [name for name in depth if depth[name] == level.depth]
        assert level.size == max(sizes[name] for name in there)
        assert level.name == next(n for n in there if sizes[n] == level.size)


@pytest.mark.parametrize("ways", range(1, 7))
def test_each_of_two_to_four_ways_is_told(ways: int) -> None:
    """Of one the product is."""
    (path,) = trace(pose(parse("*".join(["x"] * ways) + "+1"), {"x": 1.7})).paths
    assert path.ways == ways
    assert len(path.several) == (ways if 2 <= ways <= 4 else 0)
    assert bool(path.locals) == bool(path.functions) == (ways == 1)


@pytest.mark.parametrize("length", range(8, 16))
def test_a_way_is_told_if_it_has_twelve_partials_at_most(length: int) -> None:
    inner = "sin(" * (length - 1) + "x" + ")" * (length - 1)
    (path,) = trace(pose(parse(f"z = {inner}; z*z"), {"x": 1.7})).paths
    assert path.ways == 2
    assert [len(way) for way in path.several] == [length] * 2 * (length <= 12)


@pytest.mark.parametrize("more", [-1, 0, 1, 5])
def test_nodes_have_letters_as_long_as_there_are_some(more: int) -> None:
    """Beyond that all are numbered, from 1."""
    letters = [letter for letter in _LETTERS if letter != "x"]
    count = len(letters) + more
    posed = pose(parse("sin(" * count + "x" + ")" * count), {"x": 1.0})
    names = [name for name in node_names(posed).values() if name not in ("x", "f")]
    numbered = [f"v{place}" for place in range(1, count + 1)]
    assert sorted(names) == sorted((letters if more <= 0 else numbered)[: len(names)])
    assert count - 1 <= len(names) <= count
    taken = pose(parse("sin(" * count + "v1" + ")" * count), {"v1": 1.0})
    assert len({*node_names(taken).values()}) == len(node_names(taken)) == count + 1


@pytest.mark.parametrize("nots", range(4))
def test_a_choice_asks_the_condition_behind_its_nots(nots: int) -> None:
    condition = "not (" * nots + "x > 0" + ")" * nots
    expression = parse(f"where({condition}, x^2, 3*x)").expression
    choices = {
        text(node.args[1]): asked(node)
        for node in postorder([expression])
        if isinstance(node, Call) and node.function is WHEN
    }
    assert {text(found) for found, _ in choices.values()} == {"x > 0"}
    even = nots % 2 == 0
    assert {name: holds for name, (_, holds) in choices.items()} == {
        "x**2": even,
        "3*x": not even,
    }


def test_a_product_that_vanishes_is_said(run: Run) -> None:
    out = run("trace", "sigmoid(" * 8 + "x" + ")" * 8, "--at", "1").out
    assert "vanishes: 8 of 8 factors are below 0.5" in " ".join(out.split())


def test_one_pass_alone(run: Run) -> None:
    assert "Backward" not in run(*LECTURE, "--pass", "forward").out
    assert "Forward" not in run(*LECTURE, "--pass", "backward").out


def test_a_large_one_says_what_it_leaves_out(run: Run) -> None:
    formula = "sin(" * 2000 + "x" + ")" * 2000
    ran = run("trace", formula, "--at", "1")
    assert "more nodes; -f json and csv have all" in ran.out
    assert "vanishes: a product of 2000 factors" in ran.out
    assert len(ran.out.splitlines()) < 600
    rows = run("trace", formula, "--at", "1", "-f", "csv").out.splitlines()
    assert len(rows) == 2002


@pytest.mark.parametrize("form", ["table", "json", "csv", "latex", "dot"])
def test_a_constant_has_nothing_to_pass(form: str, run: Run) -> None:
    ran = run("trace", "2", "--vars", "x", "--at", "1", "-f", form)
    assert (ran.code, ran.err) == (0, "")


def test_a_dead_unit_is_called_dead(run: Run) -> None:
    for words in (("relu(w*x-3)", "1,2"), ("2*hardtanh(x)*y", "3,1"), ("sign(x)", "2")):
        out = run("trace", words[0], "--at", words[1]).out
        assert "is dead here: passes nothing on" in out
        assert "dead: " in out
    assert "dead" not in run("trace", "cos(x)*sin(x)", "--at", "0").out


def test_the_heading_of_paths_says_what_is_shown(run: Run) -> None:
    assert "along each path" in run("trace", "2*x*y", "--at", "1,2").out
    several = run("trace", "x*y+sin(x)", "--at", "1,2").out
    assert "where there are several, their sum" in several


def test_a_choice_says_what_decides_it(run: Run) -> None:
    words = ("trace", "where(x > 0, x^2, -x)", "--pass", "backward")
    right = run(*words, "--at", "2").out
    assert "   chosen: x > 0 holds" in right
    assert "not chosen: x > 0 holds" in right
    left = run(*words, "--at", "-2").out
    assert "   chosen: x > 0 does not hold" in left
    assert "not chosen: x > 0 does not hold" in left
    assert "a condition passes nothing on" in left
