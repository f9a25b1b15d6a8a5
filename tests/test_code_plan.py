"""The plan of exported code: what gets a name, what is needed when, in which order."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings

from diffcli.engine.code_plan import ALWAYS, Plan, chooses, constants, shared
from diffcli.language.expression import Call, Expression, Number, postorder, variable
from diffcli.language.parser import parse
from diffcli.language.printer import text
from tests.strategies import written


def formula(source: str) -> Expression:
    return parse(source).expression


def once(node: Call) -> Sequence[bool]:
    return [False] * len(node.args)


def named(source: str, *more: str) -> set[str]:
    roots = [formula(each) for each in (source, *more)]
    return {text(node) for node in shared(postorder(roots), roots)}


def test_what_is_used_twice_is_shared() -> None:
    assert named("sin(x)*sin(x)") == {"sin(x)"}
    assert named("x + y") == set()
    assert named("x*x + 2*x") == {"x"}
    assert named("sin(x)", "cos(sin(x))") == {"sin(x)"}
    assert named("sin(x)", "sin(x)") == {"sin(x)"}
    assert named("(x + y)^2/(x + y)") == {"x + y"}


@given(written())
@settings(max_examples=40)
def test_every_node_stands_behind_its_arguments(expression: Expression) -> None:
    plan = Plan([expression], once)
    assert sorted(map(id, plan.order)) == sorted(map(id, postorder([expression])))
    places = {node: place for place, node in enumerate(plan.order)}
    for node in plan.order:
        assert all(places[argument] < places[node] for argument in node.args)
    uses = [argument for node in plan.order for argument in node.args]
    for node in plan.order:
        count = uses.count(node) + (node is expression)
        assert count < 2 or node in plan.shared


def test_an_argument_that_a_template_writes_twice_is_shared() -> None:
    node = formula("hypot(x + 1, y + 1)")
    for repeats in ([True, False], [False, True], [False, False]):

        def twice(asked: Call, repeats: list[bool] = repeats) -> Sequence[bool]:
            return repeats if asked is node else once(asked)

        plan = Plan([node], twice)
        for argument, more in zip(node.args, repeats, strict=True):
            assert (argument in plan.shared) == more


def test_values_of_what_depends_on_no_variable() -> None:
    found = {
        text(n): v for n, v in constants([formula("(2 + 3)*x + sin(0)/4")]).items()
    }
    zeros = dict.fromkeys(("0", "sin(0)", "sin(0)/4"), 0.0)
    assert found == {"2": 2.0, "3": 3.0, "2 + 3": 5.0, "4": 4.0, **zeros}
    refused = constants([formula("x + log(0 - 1)*2")])
    assert {text(node) for node in refused} == {"0", "1", "0 - 1", "2"}


@pytest.mark.parametrize(
    ("source", "needed"),
    [
        ("where(x > 1, sin(y), cos(y))", {"sin(y)": 1, "cos(y)": 1}),
        ("where(x > 1, sin(y), cos(y)) + sin(y)", {"cos(y)": 1}),
        ("where(x > 1, sin(y), 0) + where(z > 2, sin(y), 0)", {"sin(y)": 2}),
        ("where(x > 1, exp(sin(y)), 0)", {"sin(y)": 1, "exp(sin(y))": 1}),
        ("sin(y) + x", {}), ("where(sin(y) > 1, x, y)", {}),
        ("where(x > 1, where(y > 2, sin(z), 0), 0)", {"sin(z)": 1, "y > 2": 1}),
    ],
)  # fmt: skip
def test_what_only_a_choice_needs_has_its_condition(
    source: str, needed: dict[str, int]
) -> None:
    root = formula(source)
    plan = Plan([root], once)
    found = {
        text(node): len(conditions)
        for node, conditions in plan.conditions.items()
        if text(node) in needed or text(node).startswith("sin")
    }
    assert found == {name: n for name, n in needed.items() if name in found}
    assert {n for n in needed if "sin(" in n and n != "y > 2"} <= set(found)
    places = {node: place for place, node in enumerate(plan.order)}
    for node, conditions in plan.conditions.items():
        assert conditions != ALWAYS
        assert not isinstance(node, Number)
        for condition in conditions:
            assert condition in plan.shared
            assert places[condition] < places[node]
    assert chooses([root]) == ("where" in source)
    assert not chooses([variable("x")])
    assert all(a is not b for a, b in pairwise(plan.order))
