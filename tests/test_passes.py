"""The two passes: where they end and why, what a choice leaves out, what has no slope.

The long way is the referee: a loop over all edges, forward mode, and the pass that
allows for gaps where there are none.
"""

import math
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from itertools import product

import pytest

from diffcli.arithmetics import multiprecision
from diffcli.calculus.functions import INFIX, NAMED, ROWS, WHEN, Function
from diffcli.engine.fold import run
from diffcli.engine.tape import ROUNDING, TINY, Edge, Program, Tape, Undefined, at
from diffcli.engine.taylor_series import coefficients
from diffcli.language.expression import Expression, call, number, variable
from diffcli.language.parser import parse

X, Y = variable("x"), variable("y")
PLACES = (
    -1e308,
    -710.5,
    -2.5,
    -1.0,
    -0.0,
    0.0,
    5e-324,
    0.3,
    1.0,
    2.0,
    171.7,
    1e155,
    1e308,
)


def formula(text: str) -> Expression:
    return parse(text).expression


def inside(row: Function) -> Expression:
    return call(row, *(X, Y)[: row.arity])


def ended(program: Program, point: dict[str, float], *, gaps: bool) -> object:
    """Return all values of a forward pass, or why it ended."""
    values = program.leaves.copy()
    for name, row in program.inputs.items():
        values[row] = point[name]
    try:
        tape = program._run_with_gaps(values) if gaps else program.run(point)
    except Undefined as undefined:
        return undefined.row, undefined.overflow, str(undefined), undefined.culprit()
    return [value.hex() for value in tape.values]


def points(row: Function) -> Iterator[dict[str, float]]:
    for x, y in product(PLACES, PLACES[::2] if row.arity > 1 else (0.5,)):
        yield {"x": x, "y": y}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_pass_that_allows_for_gaps_is_the_plain_one_where_there_are_none(
    row: Function,
) -> None:
    for node in (inside(row), call(INFIX["+"], inside(row), number("1"))):
        program = Program([node])
        for point in points(row):
            plain = ended(program, point, gaps=False)
            assert plain == ended(program, point, gaps=True), point


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_what_is_not_chosen_may_be_undefined_and_what_is_chosen_may_not(
    row: Function,
) -> None:
    alone = Program([inside(row)])
    more = call(INFIX["*"], inside(row), number("2"))
    bound = formula("2*abs(x) + 1")
    choices = [
        Program([call(INFIX["+"], call(WHEN, call(NAMED[test], X, bound), node), X)])
        for test, node in product(("greater", "less"), (inside(row), more))
    ]
    for point in points(row):
        x = point["x"]
        if abs(x) > 1e300:
            continue
        for program in choices[:2]:
            tape = program.run(point)
            assert tape.values[-1] == x
            assert tape.backward().partial("x") == 1.0
            assert tape.backward().partial("y") == 0.0
            assert tape.slopes("x")[-1] == 1.0
        for program in choices[2:]:
            given = ended(alone, point, gaps=False)
            found = ended(program, point, gaps=False)
            if isinstance(given, tuple):
                assert isinstance(found, tuple)
                assert found[1:3] == given[1:3], point


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_adjoints_are_those_of_the_loop_over_all_edges(row: Function) -> None:
    """And slopes, forward, those of the adjoints, where there is one."""
    nodes = [
        inside(row),
        call(INFIX["*"], inside(row), call(INFIX["+"], X, inside(row))),
    ]
    if row.arity == 2:
        nodes += [call(row, X, X), call(row, X, number("2")), call(row, number("2"), Y)]
    for node in nodes:
        program = Program([X, node])
        for x, y in product((-0.9, 0.3, 1.7, 2.0), (0.6, 2.0)):
            try:
                tape = program.run({"x": x, "y": y})
            except Undefined:
                continue

            def added(
                adjoint: float, upstream: float, edge: Edge, tape: Tape = tape
            ) -> float:
                place, _, slope, a, b = edge
                if upstream == 0.0:
                    return adjoint
                given = [tape.values[k] for k in ((a,) if b < 0 else (a, b))]
                return adjoint + upstream * at(slope, tape.values[place], *given)

            found = tape.backward(1)
            loop = program.adjoints(1, 0.0, 1.0, added)
            if any(adjoint != adjoint for adjoint in loop):
                continue
            assert found.adjoints == loop
            for name in ("x", "y"):
                slope = tape.slopes(name)[program.outputs[1]]
                assert slope == pytest.approx(
                    found.partial(name), rel=1e-12, abs=1e-300
                )
            bound = sum(
                abs(Fraction(adjoint)) * (abs(Fraction(value)) / 2**53 + Fraction(TINY))
                for adjoint, value in zip(
                    loop[len(program.leaves) :],
                    tape.values[len(program.leaves) :],
                    strict=True,
                )
            )
            assert found.value_bound() == pytest.approx(float(bound), rel=1e-12, abs=0)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_pass_that_is_to_be_bounded_has_the_same_adjoints(row: Function) -> None:
    """To the last bit, and where there is no slope too."""
    for node in (inside(row), call(row, *(formula("2*x"), Y)[: row.arity])):
        for sum_ in (node, call(INFIX["*"], node, call(INFIX["+"], node, Y))):
            program = Program([sum_])
            for point in points(row):
                try:
                    tape = program.run(point)
                except Undefined:
                    continue
                plain, known = tape.backward(), tape.backward(bounded=True)
                assert [a.hex() for a in known.adjoints] == [
                    a.hex() for a in plain.adjoints
                ], point


def test_where_there_is_no_slope_the_adjoints_below_are_no_number() -> None:
    """But not those beside it, nor what comes by another way."""
    for text, x, y, partials in (
        ("sqrt(x) + y", 0.0, 3.0, (math.nan, 1.0)),
        ("sqrt(x)*y", 0.0, 3.0, (math.nan, 0.0)),
        ("sqrt(x*y)", 0.0, 3.0, (math.nan, math.nan)),
        ("sqrt(x)*0 + y", 0.0, 3.0, (0.0, 1.0)),
        ("polygamma(x, y)", 1.0, 2.0, (math.nan, -2 * (1.2020569031595942 - 1))),
        ("x^y", 0.0, 0.5, (math.nan, None)), ("x^y", 0.0, 2.0, (0.0, 0.0)),
        ("(x^2 + y)^2", 1.0, 1.0, (8.0, 4.0)), ("log(x)^2 + x", 1.0, 1.0, (1.0, None)),
    ):  # fmt: skip
        program = Program([formula(text)])
        backward = program.run({"x": x, "y": y}).backward()
        for name, wanted in zip(("x", "y"), partials, strict=True):
            found = backward.partial(name)
            if wanted is not None and wanted == wanted:
                assert found == pytest.approx(wanted, rel=1e-14, abs=0), text
            elif wanted is not None:
                assert not math.isfinite(found), text
        assert backward.partial("nobody") == 0.0
    tape = Program([formula("sqrt(x)")]).run({"x": 0.0})
    assert math.isnan(tape.local(1, 0))
    assert math.isnan(at(NAMED["log"].partials[0], 0.0, 0.0))


def test_local_partials_of_one_row_toward_each_argument() -> None:
    program = Program([formula("(x*x)*(y/2)*(3 - x)")])
    tape = program.run({"x": 5.0, "y": 4.0})
    for row in program.calls:
        found = tape.locals(row)
        places = program.arguments(row)
        assert set(found) == {a for a in places if program.active[a]}
        for argument, slope in found.items():
            each = [tape.local(row, k) for k, a in enumerate(places) if a == argument]
            assert slope == sum(each)
    assert all(program.arguments(row) == () for row in range(len(program.leaves)))


def test_the_sentence_says_what_and_the_place_says_where() -> None:
    for text, x, said, name, place in (
        ("exp(x)", 1000.0, "overflow: exp(1000) is beyond 1.8e308", "exp", "exp"),
        ("x*x", 1e200, "overflow: 1e+200*1e+200 is beyond", "multiply", "multiply"),
        ("sin(exp(x)^2)", 600.0, "beyond 1.8e308", "power", "power"),
        ("log(x - 1)", 0.5, "log", "log", "subtract"),
        ("1 + 2/(x - 3)", 3.0, "division by zero", "divide", "subtract"),
        ("lgamma(x)", -2.0, "lgamma", "lgamma", "x"),
    ):  # fmt: skip
        program = Program([formula(text)])
        with pytest.raises(Undefined) as raised:
            program.run({"x": x})
        undefined = raised.value
        assert said in str(undefined)
        assert program.function(undefined.row).name == name
        assert undefined.overflow == ("beyond" in said)
        node = program.nodes[undefined.culprit()]
        assert getattr(getattr(node, "function", node), "name", "") == place
        assert len(undefined.values) >= undefined.row
    infinite = Program([formula("sin(x) + 1/0*x")])
    with pytest.raises(Undefined):
        infinite.run({"x": 1.0})


def test_any_arithmetic_ends_where_the_tape_ends() -> None:
    """Also in what was chosen, where a gap is no value; one that is not is no end."""
    for text in (
        "where(x > 1, log(x - 3), 0)", "1 + where(x > 1, log(x - 3)*2, 0)",
        "log(x - 3) + x",
        "where(x > 1, where(x > 1, sqrt(1 - x), 1), 0)", "1/(x - 2)", "sqrt(1 - x)",
        "where(x > 1, x, log(1 - x)) + where(x > 1, sqrt(1 - x), 1)",
        "sqrt(where(x > 1, 1 - x, log(1.9 - x)))",
        "where(x < 1, log(1 - x), 1)*where(x > 1, log(x - 3) - sqrt(1 - x), 1)",
    ):  # fmt: skip
        program = Program([formula(text)])
        rows = []
        ways: list[Callable[[dict[str, float]], object]] = [
            program.run,
            partial(run, program, multiprecision),
        ]
        if "where" in text:
            ways.append(partial(coefficients, program, name="x", order=1, digits=17))
        for ran in ways:
            with pytest.raises(Undefined) as raised:
                ran({"x": 2.0})
            rows.append((raised.value.row, raised.value.overflow))
            assert len(raised.value.values) >= raised.value.row
        assert len({*rows}) == 1, text
        fine = program.run if "where" in text else None
        if fine is not None:
            exact = run(program, multiprecision, {"x": 0.5})
            assert float(exact[-1]) == fine({"x": 0.5}).values[-1]


def test_rows_that_are_not_smooth_where_they_are() -> None:
    for text, x, names in (
        ("abs(x)", 0.0, ["abs"]), ("abs(x)", 1.0, []),
        ("floor(x) + abs(x)", 0.0, ["abs", "floor"]),
        ("floor(x) + abs(x)", 1.0, ["floor"]), ("abs(2)*x", 0.0, []), ("x^2", 0.0, []),
        ("sqrt(x)", 0.0, ["sqrt"]),
    ):  # fmt: skip
        program = Program([formula(text)])
        tape = program.run({"x": x})
        found = sorted(program.function(row).name for row in tape.rough_rows())
        assert found == names, text
        assert program.rough is program.rough
        assert program.index is program.index
        assert all(program.nodes[row] is node for node, row in program.index.items())


def test_a_bound_counts_what_was_computed_and_no_leaf() -> None:
    program = Program([formula("x*y")])
    backward = program.run({"x": 3.0, "y": -5.0}).backward()
    assert backward.value_bound() == 15 * ROUNDING
