"""Nodes: one for equal formulas, walked without a stack, named in natural order."""

import copy
import pickle
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffcli.calculus.functions import BY_NAME, INFIX
from diffcli.language import expression as nodes
from diffcli.language.expression import (
    Call,
    Expression,
    Number,
    Variable,
    call,
    flat,
    forget,
    forget_if_many,
    is_current,
    made_of,
    natural,
    number,
    numeral,
    postorder,
    variable,
    variables,
    written_size,
)
from diffcli.language.parser import parse
from diffcli.language.printer import text
from tests import strategies


def test_names_are_in_the_order_in_which_people_count() -> None:
    order = ["a", "x", "x0", "x1", "x01", "x2", "x10", "x10a", "x10a2", "x10a10",
             "xa", "x_1", "x_2", "x_10", "y"]  # fmt: skip
    for shift in range(len(order)):
        turned = order[shift:] + order[:shift]
        assert sorted(turned, key=natural)[:1] == ["a"]
        found = [name for name in sorted(turned, key=natural) if name[0] == "x"]
        assert found.index("x1") < found.index("x2") < found.index("x10")
        assert found.index("x10a2") < found.index("x10a10")
        assert found.index("x_2") < found.index("x_10")
    assert natural("x" + "1" * 5000) > natural("x" + "1" * 3999)  # no more is read
    assert natural("x1") == natural("x1")
    assert natural("x1") != natural("x01")


@given(st.from_regex(r"[a-z]{1,2}[0-9]{0,3}[a-z_]?[0-9]{0,2}", fullmatch=True))
def test_a_name_is_a_row_of_runs(name: str) -> None:
    runs = natural(name)
    assert "".join(run for *_, run in runs) == name
    for is_number, value, run in runs:
        assert is_number == run.isdecimal()
        assert value == (int(run) if is_number else 0)


@given(strategies.written())
def test_what_is_written_is_as_long_as_its_tree(expression: Expression) -> None:
    sizes: dict[Expression, int] = {}
    for node in postorder([expression]):
        sizes[node] = 1 + sum(sizes[argument] for argument in node.args)
    size = sizes[expression]
    for most in (1, size - 1, size, size + 1, 10**9):
        assert written_size(expression, max(1, most)) == min(max(1, most), size)
    known: dict[Expression, int] = {}
    assert written_size(expression, 10**9, known) == size
    assert known == sizes


@given(strategies.written())
def test_nodes_are_walked_arguments_first_and_once(expression: Expression) -> None:
    found = postorder([expression, expression])
    assert found[-1] is expression
    assert len(found) == len(set(found))
    for place, node in enumerate(found):
        assert {*node.args} <= {*found[:place]}


@given(strategies.written())
def test_nodes_are_plain_data_and_back(expression: Expression) -> None:
    assert made_of(flat([expression])) is expression
    assert pickle.loads(pickle.dumps(expression)) is expression
    assert copy.deepcopy(expression) is copy.copy(expression) is expression
    rows = flat([expression])
    assert rows[-1] == flat([made_of(rows)])[-1]


def test_a_node_shows_what_it_is() -> None:
    assert repr(number("2.50")) == "Number('2.50')"
    assert repr(variable("x1")) == "Variable('x1')"
    assert repr(call(BY_NAME["sin"], variable("x"))) == "<Call sin>"


@pytest.mark.parametrize("written", ["2", "-0.5", "1e-07", "-3"])
def test_a_numeral_has_its_sign(written: str) -> None:
    node = numeral(written)
    assert text(node) == written
    assert isinstance(node, Call) == (written[0] == "-")


def test_what_is_held_is_the_same_when_the_table_was_emptied() -> None:
    held = [variable("held"), number("12.25"), number("2"), number("pi")]
    old = call(BY_NAME["sin"], held[0])
    assert all(map(is_current, [*held, old]))
    forget()
    assert not any(map(is_current, [*held[:2], old]))
    again = [variable("held"), number("12.25"), number("2"), number("pi")]
    assert all(one is other for one, other in zip(held, again, strict=True))
    new = call(BY_NAME["sin"], again[0])
    assert new is not old
    assert new.args == old.args
    assert is_current(new)
    assert not is_current(old)


def test_a_small_table_is_kept() -> None:
    forget()
    node = parse("x*y + 7").expression
    count = len(nodes._table)
    assert count == len(postorder([node]))
    forget(count)
    assert is_current(node)
    forget_if_many()
    assert is_current(node)
    forget(count - 1)
    assert not is_current(node)
    many = parse("+".join(f"x{n}" for n in range(1_001))).expression
    forget_if_many()
    assert not is_current(many)


def test_a_thread_has_nodes_of_its_own() -> None:
    here = parse("x + 1").expression
    with ThreadPoolExecutor(1) as pool:
        there = pool.submit(lambda: parse("x + 1").expression).result()
    assert there is not here
    assert text(there) == text(here)


def test_variables_are_listed_once() -> None:
    assert variables(parse("x10*x2 + x2*b").expression) == ["b", "x2", "x10"]
    kinds = {type(node) for node in postorder([parse("2*x+1").expression])}
    assert kinds == {Number, Variable, Call}
    assert parse("x*1").expression is not parse("x*1.0").expression
    assert parse("x+1").expression is call(INFIX["+"], variable("x"), number("1"))
