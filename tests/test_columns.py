"""Gradients in blocks: the bits of one point at a time, and the same care."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffcli.analysis.batch import _gradient
from diffcli.calculus.functions import ROWS, Function
from diffcli.engine.columns import Gradient, gradients
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


def assert_same(
    expression: Expression, places: list[dict[str, float]], *, all_of_them: bool
) -> None:
    """Check blocks of many points and of one against the tape.

    Below an adjoint 0 the tape asks for no partials: a block may, and leave a point
    to the tape, whose partials there are not finite.
    """
    program = Program([expression])
    alone = [bits(_gradient(program, place, NAMES)) for place in places]
    singly = [bits(gradients(program, [place], NAMES)[0]) for place in places]
    for single, tape in zip(singly, alone, strict=True):
        assert single in (None, tape)
    found = gradients(program, places, NAMES)
    assert len(found) == len(places)
    for together, tape in zip(map(bits, found), alone, strict=True):
        assert together in (None, tape)
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
    found = gradients(program, places, ["x"])
    assert found[1234] is None
    assert sum(gradient is None for gradient in found) <= 32


@pytest.mark.parametrize("form", ["csv", "tsv", "plain"])
@pytest.mark.parametrize("block", [2, 3, 4096])
def test_what_is_shown_does_not_depend_on_the_block(
    form: str, block: int, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bad lines stand in their places, and an error comes after the rows before it."""
    lines = ["x,y", "1,2", "0,1", "oops,1", "-1,1", "2,3", "1,0", "3", "4,5"]
    file = tmp_path / "points.csv"
    file.write_text("\n".join(lines), "utf-8")
    shown = []
    for size in (1, block):
        monkeypatch.setattr("diffcli.engine.columns.BLOCK", size)
        for words in ([], ["--keep-going"]):
            shown.append(
                run("grad", "log(x)*abs(y)", "--points", str(file), "-f", form, *words)
            )
    assert shown[:2] == shown[2:]
