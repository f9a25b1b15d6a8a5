"""Who uses whom, which variables meet, and what a long sum or product is made of."""

import math
from functools import reduce
from itertools import combinations_with_replacement, product

import pytest
from hypothesis import given, settings

from diffcli.calculus.functions import INFIX, ROWS, Function
from diffcli.engine.adjoint import partials, second_partials
from diffcli.engine.dependence import Dependence
from diffcli.engine.derivation import derive
from diffcli.engine.sparsity import Sparsity, TooDense
from diffcli.engine.tape import Program, Undefined
from diffcli.language.expression import (
    Expression,
    Number,
    Variable,
    call,
    number,
    postorder,
    variable,
)
from diffcli.language.parser import parse
from diffcli.language.printer import text
from tests import strategies

LONG = 64  # terms of a chain that is no long one yet
SIGNS = {"+": INFIX["+"], "*": INFIX["*"]}


def formula(source: str) -> Expression:
    return parse(source).expression


@given(strategies.written())
@settings(max_examples=50)
def test_rows_above_a_variable_are_those_in_which_it_stands(
    expression: Expression,
) -> None:
    graph = Dependence(expression)
    assert graph.order == postorder([expression])
    for row, node in enumerate(graph.order):
        users = [n for n in graph.order for a in n.args if a is node]
        assert [graph.order[user] for user in graph.users[row]] == users
    for name, leaf in graph.leaves.items():
        above = [
            row
            for row, node in enumerate(graph.order)
            if variable(name) in postorder([node])
        ]
        assert graph.above(leaf) == above
    names = {node.name for node in graph.order if isinstance(node, Variable)}
    assert set(graph.leaves) == names


def chain(sign: str, count: int) -> Expression:
    """Return a left-deep chain of so many terms, some of which stand there twice."""
    terms = [
        number("7") if n == 3 else formula(f"sin(x{n % 50 if n != 5 else 4})")
        for n in range(count)
    ]
    return reduce(lambda u, v: call(SIGNS[sign], u, v), terms)


@pytest.mark.parametrize("sign", SIGNS)
def test_a_long_chain_is_one_step_a_short_one_is_not(sign: str) -> None:
    for count in (2, LONG, LONG + 1, LONG + 9):
        expression = chain(sign, count)
        outer = call(INFIX["-"], expression, variable("x0"))
        for whole in (expression, outer):
            graph = Dependence(whole)
            assert len(graph.spines) == (count > LONG)
            if count > LONG:
                ((top, spine),) = graph.spines.items()
                assert graph.order[top] is expression
                assert len(spine.terms) == len(spine.before) == count
                assert (
                    reduce(lambda u, v: call(SIGNS[sign], u, v), spine.terms)
                    is expression
                )
                assert spine.before[-1] is expression
                for place, node in enumerate(spine.before[1:], 1):
                    assert node.args == (spine.before[place - 1], spine.terms[place])
                places = sorted(n for where in spine.places.values() for n in where)
                assert places == list(range(count))
                for term, where in spine.places.items():
                    assert all(spine.terms[n] is term for n in where)
                depends = frozenset({spine.terms[4], spine.terms[-1], number("0.5")})
                wanted = [n for n, t in enumerate(spine.terms) if t in depends]
                assert spine.positions(depends) == wanted
                few = frozenset(list(spine.places)[:-1]) | {number("3"), number("4")}
                wanted = [n for n, t in enumerate(spine.terms) if t in few]
                assert spine.positions(few) == wanted
        point = {f"x{n}": 1 + n / 100 for n in range(50)}
        for name in ("x0", "x4"):
            (derivation,) = derive(expression, [name])
            value = Program([derivation.result]).value(point)
            tape = Program([expression]).run(point)
            assert value == pytest.approx(
                tape.backward().partial(name), rel=1e-12, abs=0
            )


def test_a_chain_that_something_else_uses_ends_there() -> None:
    inner = chain("+", LONG + 5)
    used = call(INFIX["*"], call(INFIX["+"], inner, variable("y")), inner)
    graph = Dependence(used)
    ((top, _),) = graph.spines.items()
    assert graph.order[top] is inner
    twice = call(
        INFIX["+"], chain("+", 40), call(INFIX["*"], chain("+", 40), variable("y"))
    )
    assert not Dependence(twice).spines


@pytest.mark.parametrize(
    ("source", "pairs"),
    [
        ("x*y", "xy"), ("x + y", ""), ("x*x + y", "xx"), ("x/y", "xy yy"),
        ("x/2 - y*3", ""),
        ("sin(x) + exp(y)", "xx yy"), ("sin(x*y)", "xx xy yy"), ("x*(y + z)", "xy xz"),
        ("(x + y)^2 + z", "xx xy yy"), ("2*(x*y - z*x)", "xy xz"), ("-(x*z)", "xz"),
        ("abs(x)", "xx"), ("max(x, y)", "xx xy yy"), ("x*sin(y) + z*z", "xy yy zz"),
        ("(x + y)*(x - y)", "xx xy yy"), ("x^2/y", "xx xy yy"),
        ("atan2(x, y) + z", "xx xy yy"),
        ("3", ""), ("x*0 + y*y", "yy"),
    ],
)  # fmt: skip
def test_variables_that_meet(source: str, pairs: str) -> None:
    names = ("x", "y", "z")
    expression = formula(f"{source} + 0*x + 0*y + 0*z")
    found = Sparsity(expression, names)
    assert found.pairs == tuple((pair[0], pair[1]) for pair in pairs.split())
    count = len(found.pairs) + len([p for p in found.pairs if p[0] != p[1]])
    assert Sparsity(expression, names, most=math.ceil(count / 2)).pairs == found.pairs
    if count > 2:
        with pytest.raises(TooDense):
            Sparsity(expression, names, most=(count - 1) // 2)
    wanted = [("x", "y"), ("z", "z")]
    some = Sparsity(expression, names, wanted=wanted)
    assert some.pairs == tuple(pair for pair in found.pairs if pair in wanted)
    # The part in which two variables stand has the second derivative of the whole.
    point = {"x": 0.7, "y": 1.3, "z": 0.4}
    for one, other in combinations_with_replacement(names, 2):
        whole, part = (
            second(e, one, other, point) for e in (expression, found.part(one, other))
        )
        assert whole == pytest.approx(part, rel=1e-12, abs=0)
        if (one, other) not in found.pairs:
            assert whole == 0.0


def second(
    expression: Expression, one: str, other: str, point: dict[str, float]
) -> float:
    (first,) = derive(expression, [one])
    (last,) = derive(first.result, [other])
    return Program([last.result]).value(point)


def test_the_part_of_two_variables_leaves_out_what_has_them_not() -> None:
    found = Sparsity(formula("2*x*y - z*z/4 + sin(x)*3"), ("x", "y", "z"))
    assert text(found.part("x", "y")) == "2*x*y"
    assert text(found.part("x", "x")) == "2*x*y + 3*sin(x)"
    assert text(found.part("z", "z")) == "-(1/4*(z*z))"
    assert found.part("y", "z") is number("0")
    whole = formula("sin(x*y)")
    assert Sparsity(whole, ("x", "y")).part("x", "y") is whole


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_formulas_of_partials_have_the_numbers_of_the_tape(row: Function) -> None:
    """And their partials those of the derivation, twice."""
    x, y = variable("x"), variable("y")
    inner = call(row, *(x, y)[: row.arity])
    whole = call(INFIX["+"], call(INFIX["*"], inner, y), call(INFIX["*"], inner, inner))
    names = ("x", "y")
    program = Program([whole, *partials(whole, names)])
    seconds = second_partials(whole, names)
    assert set(seconds) == set(product(names, names))
    assert seconds["x", "y"] is seconds["y", "x"]
    for place in ({"x": 0.3, "y": 0.6}, {"x": 1.7, "y": 0.4}, {"x": -0.9, "y": 2.0}):
        try:
            tape = Program([whole]).run(place)
            values = program.run(place).values
        except Undefined:
            continue
        found = [values[output] for output in program.outputs]
        backward = tape.backward()
        wanted = [tape.values[-1], *(backward.partial(name) for name in names)]
        if all(map(math.isfinite, wanted)) and not tape.rough_rows():
            assert found == pytest.approx(wanted, rel=1e-9, abs=1e-12), row.name


def test_what_no_variable_stands_in_has_partials_of_0() -> None:
    for source in ("3", "y", "2 + sin(1)"):
        (zero,) = partials(formula(source), ["x"])
        assert isinstance(zero, Number)
        assert zero.value == 0.0
    (one,) = partials(formula("x"), ["x"])
    assert one is number("1")


@pytest.mark.parametrize(
    "source",
    [
        "where(x > 1, sqrt(x - 1)*y, x*x)", "where(x > 1, log(x - 1), 0) + y*x",
        "where(x > 1, log(x - 1)*x, log(2 - x)*y)", "where(x > 1, y, x)*exp(x)",
        "where(x > 1, sqrt(x - 1), sqrt(1 - x))*sqrt(y)",
        "where(x > 1, where(y > 1, log(x - 1)*log(y - 1), x), y*y)",
        "sin(where(x > 1, sqrt(x - 1), x)) + where(x > 1, sqrt(x - 1), y)",
        "where(x > 1, log(x - 1), 1) + where(x > 1, 2, log(2 - x)) + log(y)",
        "where(x > 1, sqrt(y - 1), x) + where(x > 2, 2*sqrt(y - 1), y)",
        "where(x > 1, log(y - 1), 1)*where(y > 1, log(y - 1)^2, x)",
        "max(x, y)*where(x > y, x - y, (y - x)^2)",
        "where(x > 1 and y > 1, x*y, x + y)",
    ],
)  # fmt: skip
def test_what_is_not_chosen_has_no_part_in_the_partials(source: str) -> None:
    whole, names = formula(source), ("x", "y")
    program = Program([whole, *partials(whole, names)])
    for x, y in product((0.5, 1.5, 3.0), (0.25, 1.25, 2.0)):
        try:
            tape = Program([whole]).run({"x": x, "y": y})
        except Undefined:
            continue
        backward = tape.backward()
        wanted = [tape.values[-1], *(backward.partial(name) for name in names)]
        values = program.run({"x": x, "y": y}).values
        found = [values[output] for output in program.outputs]
        assert found == pytest.approx(wanted, rel=1e-13, abs=0), (x, y)
