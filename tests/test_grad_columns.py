"""Comparisons in blocks: what is written of a row does not depend on its neighbours."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffcli import methods
from diffcli.analysis.batch import at_points
from diffcli.analysis.together import Stretch
from diffcli.calculus.functions import ROWS, Function
from diffcli.cli.batches import Batch
from diffcli.engine.tape import Program
from diffcli.inputs.blocks import plain
from diffcli.inputs.rows import Chunk, Shape
from diffcli.language.expression import Expression, call, variable
from diffcli.language.parser import Parsed, parse
from diffcli.language.printer import text
from diffcli.problem import Settings
from tests.strategies import NAMES, defined, points, written
from tests.test_columns import edges

#: Ordinary places, and some where a function has a kink, at or near, an end, or a huge
#: value.
PLACES = (0.3, 1.7, -0.4, 2.5, 0.0, -0.0, 1e200, 2e-6, -0.999998, 3.000002)
MANY = tuple(n for n in methods.names() if hasattr(methods.load(n), "gradients"))
Ways = tuple[tuple[str, ...], Settings]
#: What may be asked of a row.
WAYS: tuple[Ways, ...] = (
    (methods.THREE, Settings()),
    (MANY, Settings(scheme="forward", h="relative")),
    *(((name,), Settings(scheme="backward")) for name in MANY),
    ((), Settings()),
)


def chunk_of(places: Sequence[dict[str, float]]) -> Chunk:
    """Return the lines of a table."""
    names = tuple(places[0])
    shape = Shape("points", "csv", names, {name: i for i, name in enumerate(names)})
    return Chunk(shape, 1, [",".join(map(repr, p.values())) + "\n" for p in places])


def assert_same(
    parsed: Parsed, places: Sequence[dict[str, float]], ways: Sequence[Ways] = WAYS
) -> None:
    """Check what is written of rows together against what is written of each."""
    chunk = chunk_of(places)
    block = plain(chunk)
    assert block is not None
    rows = [block.row(place) for place in range(len(places))]
    for words, settings in ways:
        toward = parsed.variables if words else ()
        batch = Batch(parsed, toward, settings, words, "jsonl", False, True)
        together, apart = batch.text([chunk]), batch.text([*rows])
        assert together.lines == apart.lines
        assert str(together.error) == str(apart.error)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_row_of_the_table(row: Function) -> None:
    inner = call(row, *(variable(name) for name in NAMES[: row.arity]))
    parsed = parse(f"({text(inner)})*y+x")
    assert_same(parsed, [{"x": x, "y": 0.6} for x in PLACES], WAYS[:2])


@given(defined() | written(), st.lists(edges | points, min_size=1, max_size=4))
def test_every_formula(expression: Expression, places: list[dict[str, float]]) -> None:
    parsed = parse(text(expression), names=NAMES)
    if parsed.variables:
        assert_same(parsed, places, WAYS[1:2])


@pytest.mark.slow
@pytest.mark.parametrize("words", [methods.THREE, MANY, ("finite",), ()])
@pytest.mark.parametrize(
    "formula",
    ["exp(-(x-y)**2)*log(x)", "max(x, 1.405)*y+relu(x-1.205)*floor(x)",
     "elu(x)*softsign(y)*log(x)"],
)  # fmt: skip
def test_ordinary_rows_go_together(words: tuple[str, ...], formula: str) -> None:
    """A bad one costs its neighbours only, and stands in its place."""
    parsed = parse(formula)
    places = [{"x": 1.0 + 0.01 * n, "y": 0.5} for n in range(200)]
    places[70]["x"] = -1.0
    found = at_points(
        parsed, [chunk_of(places)], parsed.variables if words else (), Settings(),
        words, alone=False, apart=False,
    )  # fmt: skip
    together = [len(each.texts) for each in found if isinstance(each, Stretch)]
    assert sum(together) > 160
    assert_same(parsed, places)


def test_a_large_formula_takes_fewer_points_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    parsed = parse("exp(-(x-y)**2)*log(x)")
    places = [{"x": 1.0 + 0.01 * n, "y": 0.5} for n in range(100)]
    program = Program([parsed.expression])
    numbers = 40 * len(program.nodes) * (1 + len(parsed.variables))
    monkeypatch.setattr("diffcli.engine.columns.NUMBERS", numbers)
    found = at_points(
        parsed, [chunk_of(places)], parsed.variables, Settings(), methods.THREE,
        alone=False, apart=False,
    )  # fmt: skip
    sizes = [len(each.texts) for each in found if isinstance(each, Stretch)]
    assert 0 < max(sizes) <= 40
    assert_same(parsed, places, WAYS[:1])
