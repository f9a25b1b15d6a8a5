"""Gradients in blocks: the bits of one point at a time, and the same care."""

import random
import tracemalloc
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffcli.analysis.batch import Gradient, _gradient
from diffcli.calculus.functions import ROWS, Function
from diffcli.cli.request import Request
from diffcli.engine.columns import gradients
from diffcli.engine.tape import Program
from diffcli.language.expression import Expression, call, variable
from diffcli.language.parser import parse
from tests.conftest import Run
from tests.strategies import NAMES, defined, points, written

#: Kinks, poles, ties, ends of domains, overflow and both zeros.
EDGES = (0.0, -0.0, 1.0, -1.0, 0.5, 2.0, 3.0, -3.0, 1e200, -1e200, 5e-324, 710.0)
edges = st.fixed_dictionaries({name: st.sampled_from(EDGES) for name in NAMES})


def bits(gradient: Gradient | None) -> list[str] | None:
    """Return the numbers, all digits and signs of zero shown."""
    if gradient is None:
        return None
    return [number.hex() for number in (gradient.value, *gradient.partials)]


def together(
    program: Program, places: list[dict[str, float]], names: Sequence[str]
) -> list[Gradient | None]:
    """Return the gradients of a block, point by point; None: it needs a closer look."""
    points = {name: [place[name] for place in places] for name in places[0]}
    value, partials, bad = gradients(program, points, names)
    rows = zip(value, zip(*partials, strict=True), strict=True)
    return [None if i in bad else Gradient(*row) for i, row in enumerate(rows)]


def assert_same(
    expression: Expression, places: list[dict[str, float]], *, all_of_them: bool
) -> None:
    """Check blocks of many points and of one against the tape.

    Below an adjoint 0 the tape asks for no partials: a block may, and leave a point
    to the tape, whose partials there are not finite.
    """
    program = Program([expression])
    alone = [bits(_gradient(program, place, NAMES)) for place in places]
    singly = [bits(together(program, [place], NAMES)[0]) for place in places]
    for single, tape in zip(singly, alone, strict=True):
        assert single in (None, tape)
    found = together(program, places, NAMES)
    assert len(found) == len(places)
    for blockwise, tape in zip(map(bits, found), alone, strict=True):
        assert blockwise in (None, tape)
    if all_of_them and None not in alone:
        assert list(map(bits, found)) == singly == alone


@given(defined(), st.lists(points, min_size=1, max_size=8))
def test_blocks_have_the_bits_of_the_tape(
    expression: Expression, places: list[dict[str, float]]
) -> None:
    assert_same(expression, places, all_of_them=True)


@given(written(), st.lists(edges | points, min_size=1, max_size=8))
def test_rows_that_need_care_get_it(
    expression: Expression, places: list[dict[str, float]]
) -> None:
    assert_same(expression, places, all_of_them=False)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_row_at_every_edge(row: Function) -> None:
    expression = call(row, *(variable(name) for name in NAMES[: row.arity]))
    for other in EDGES:
        places = [{**dict.fromkeys(NAMES, other), "x": x} for x in EDGES]
        assert_same(expression, places, all_of_them=True)


def test_one_bad_point_costs_its_neighbours_only() -> None:
    program = Program([parse("log(x)*y").expression])
    places = [{"x": 1.0 + n, "y": 2.0} for n in range(4096)]
    places[1234]["x"] = -1.0
    found = together(program, places, ["x"])
    assert found[1234] is None
    assert sum(gradient is None for gradient in found) <= 32


TABLES = {
    "plain": "x,y 1,2 0,1 oops,1 -1,1 2,3 1,0 3 4,5",
    "whole": "x,y 2,4 3,6 1e300,1e300 4,8 -0.0,1 5e22,1",
    "names": 'id,x,y a,1,2 "b|c",2,3 "d",3,4 é,1,2 "e""f",1,3 "",4,5',
    "open": 'id,x,y a,1,2 b,2,3 c,3,4 d,4,5 "e,1,2 f,1,3',
    "numerals": "x,y 1_0,2 1,2 ٣,2 2,1 +3,.5 nan,1 inf,1 1e999,2 pi/2,1 3,4",
    "spaces": "x,y  1,2 \t,3 3\t,4 4,5\r 5,6\r 6,7",
    "blank": "x,y 1,2   2,3  3,4 ",
    "tabs": 'id\tx\ty a,b\t1\t2 c\t3\t4 "d\t5\t6 e\t7\t8',
    "no header": "1,2 3,4 -1,2 5,6 7,8",
}


@pytest.mark.parametrize("form", ["csv", "tsv", "plain"])
@pytest.mark.parametrize("block", [2, 3, 4096])
@pytest.mark.parametrize("table", TABLES)
def test_what_is_shown_does_not_depend_on_the_block(
    table: str,
    form: str,
    block: int,
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Bad lines stand in their places, and an error comes after the rows before it.

    A blank ends a line of the table here, and | is the end of a line inside a cell.
    """
    file = tmp_path / "points.csv"
    text = TABLES[table].replace(" ", "\n").replace("|", "\n")
    file.write_text(text, "utf-8", newline="")
    shown = []
    monkeypatch.setattr("diffcli.engine.columns.BLOCK", block)
    for watched in (True, False):  # who waits for each line gets it by itself
        monkeypatch.setattr(Request, "is_watched", lambda _, w=watched: w)
        for words in ([], ["--keep-going"]):
            ran = run(
                "grad", "log(x)*abs(y)+x*y", "--points", str(file), "-f", form, *words
            )
            shown.append(ran)
    assert shown[1].out
    assert shown[:2] == shown[2:]


def test_a_large_formula_takes_little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """The columns of a block take as much for long formulas as for short ones."""
    most = 2**15
    monkeypatch.setattr("diffcli.engine.columns.NUMBERS", most)
    dice = random.Random(1)
    places = {name: [dice.uniform(0.5, 1.5) for _ in range(400)] for name in "xy"}
    bad = []
    for terms in (20, 80, 160):
        text = "+".join(f"sin({n}*x)*y" for n in range(1, terms))
        program = Program([parse(text).expression])
        tracemalloc.start()
        found = gradients(program, places, ("x", "y"))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 40 * most
        assert len(found.value) == 400
        bad.append(len(found.bad))
    assert bad == [0, 0, 400]  # so few points of a long formula are no block
