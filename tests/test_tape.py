"""What a program and its tape say of each row is what the row's node says."""

import itertools

import pytest
from hypothesis import given

from diffcli.calculus.functions import NAMED, Function
from diffcli.engine.tape import Program, Undefined
from diffcli.language.expression import (
    Expression,
    Variable,
    call,
    number,
    postorder,
    variable,
)
from diffcli.language.parser import parse
from diffcli.language.printer import text
from tests.strategies import written

SIZES = (-2.5, -1.0, 0.0, 0.3, 1.0, 2.0)


@given(written(), written())
def test_rows_stand_leaves_first_and_arguments_before_users(
    one: Expression, other: Expression
) -> None:
    program, nodes = Program([one, other]), postorder([one, other])
    assert program.nodes == sorted(nodes, key=lambda node: bool(node.args))
    assert [program.nodes[row] for row in program.outputs] == [one, other]
    for row, node in enumerate(program.nodes):
        assert [program.nodes[a] for a in program.arguments(row)] == [*node.args]


@given(written())
def test_rows_are_active_that_depend_on_a_variable(expression: Expression) -> None:
    program = Program([expression])
    for row, node in enumerate(program.nodes):
        depends = any(isinstance(part, Variable) for part in postorder([node]))
        assert bool(program.active[row]) == depends
        assert not node.args or (row in program.calls) == depends


@given(written())
def test_a_formula_is_the_same_read_with_its_places(expression: Expression) -> None:
    assert expression in parse(text(expression)).spans()


def test_local_partials_are_those_of_the_row() -> None:
    """Also where one does not exist, and toward a number, where none is asked for."""
    x, y, two = variable("x"), variable("y"), number("2")
    one: list[list[Expression]] = [[x]]
    pairs: list[list[Expression]] = [[x, y], [x, two], [two, x], [x, x]]
    for row in NAMED.values():
        for args in one if row.arity == 1 else pairs:
            program = Program([call(row, *args)])
            for u, v in itertools.product(SIZES, repeat=2):
                try:
                    tape = program.run({"x": u, "y": v})
                except ArithmeticError:
                    continue
                for place, (found,) in enumerate(tape.toward):
                    is_asked = place < len(args) and args[place] is not two
                    assert (found is not None) == is_asked, (row.name, args)
                    if found is not None:
                        local = tape.local(len(program.nodes) - 1, place)
                        assert repr(found) == repr(local), (row.name, u, v)


@pytest.mark.parametrize(
    ("formula", "rough"),
    [("x**2", 0), ("x**1", 0), ("(x*y)**7", 0), ("x**0", 1), ("x**0.5", 1), ("x**y", 1),
     ("x**-2", 1), ("x**2.5", 1), ("abs(x)**3", 1), ("2*x + sin(y)", 0), ("3**x", 1)],
)  # fmt: skip
def test_whole_powers_are_smooth_everywhere(formula: str, rough: int) -> None:
    assert len(Program([parse(formula).expression]).rough) == rough


@pytest.mark.parametrize("row", NAMED.values(), ids=lambda row: row.name)
def test_both_backward_passes_have_the_same_bits(row: Function) -> None:
    """That with local partials which are kept, and that without."""
    u, v = (call(NAMED["add"], variable(name), number("0.1")) for name in "xy")
    inner = call(row, *(u, v)[: row.arity])
    program = Program([call(NAMED["multiply"], inner, call(NAMED["power"], inner, v))])
    for x, y in ((0.4, 0.6), (1.7, 0.6), (2.4, 2.9), (-0.6, 1.9)):
        try:
            tape = program.run({"x": x, "y": y})
        except Undefined:
            continue
        plain, kept = tape.backward(), tape.backward(bounded=True)
        for one, other in zip(plain.adjoints, kept.adjoints, strict=True):
            assert one == other or (one != one and other != other)


def test_every_node_has_its_row() -> None:
    program = Program([parse("sin(x)*y + sin(x)^2 - 3").expression])
    assert [program.index[node] for node in program.nodes] == [
        *range(len(program.nodes))
    ]
