"""Hessians in blocks: what is written of a row does not depend on its neighbours."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffcli.analysis.batch import at_points
from diffcli.analysis.hessian import WAYS
from diffcli.analysis.together import Stretch
from diffcli.calculus.functions import ROWS, Function
from diffcli.cli.batches import SHARED, Batch
from diffcli.inputs.blocks import plain
from diffcli.language.expression import Expression, call, variable
from diffcli.language.parser import Parsed, parse
from diffcli.language.printer import text
from diffcli.problem import Settings
from tests.strategies import NAMES, defined, points, written
from tests.test_columns import edges
from tests.test_grad_columns import PLACES, chunk_of

Way = tuple[str, tuple[str, ...], Settings]
#: What may be asked of a row: a format, methods, and how differences are made.
WAYS_ASKED: tuple[Way, ...] = (
    ("jsonl", WAYS, Settings()),
    ("csv", WAYS, Settings()),
    ("jsonl", ("finite", "backprop"), Settings(h="relative", scheme="forward")),
    ("csv", ("finite",), Settings(scheme="backward")),
    ("jsonl", ("symbolic",), Settings()),
    ("tsv", ("backprop",), Settings()),
    ("plain", ("symbolic", "backprop"), Settings()),
)


def assert_same(
    parsed: Parsed,
    places: Sequence[dict[str, float]],
    ways: Sequence[Way] = WAYS_ASKED,
    toward: tuple[str, ...] = (),
) -> None:
    """Check what is written of rows together against what is written of each.

    A block that refuses a point is no block any more; one of a single point is.
    """
    together = [chunk_of(places)]
    block = plain(*together)
    assert block is not None
    lines = enumerate(together[0].lines, 1)
    singly = [together[0]._replace(number=n, lines=[line]) for n, line in lines]
    rows = [block.row(place) for place in range(len(places))]
    names = toward or parsed.variables
    for form, words, chosen in ways:
        for keep_going in (True, False):
            batch = Batch(
                parsed, names, chosen, words, form, form != "jsonl", keep_going, 2
            )
            apart = batch.text([*rows])
            for chunks in (together, singly):
                found = batch.text([*chunks])
                assert "\n".join(found.lines) == "\n".join(apart.lines)
                assert str(found.error) == str(apart.error)
            if apart.error is None:
                break  # it does not matter whether a bad row ends the run


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_row_of_the_table(row: Function) -> None:
    inner = call(row, *(variable(name) for name in NAMES[: row.arity]))
    parsed = parse(f"({text(inner)})*y+x")
    assert_same(parsed, [{"x": x, "y": 0.6} for x in PLACES], WAYS_ASKED[:2])


@settings(max_examples=20)
@given(
    defined() | written(),
    st.lists(edges | points, min_size=1, max_size=3),
    st.sampled_from(WAYS_ASKED),
)
def test_every_formula(
    expression: Expression, places: list[dict[str, float]], way: Way
) -> None:
    parsed = parse(text(expression), names=NAMES)
    if parsed.variables:
        assert_same(parsed, places, [way])


FORMULAS = [
    "exp(-(x-y)**2)*log(x)",
    "x^2*y+x^3+sin(y)",  # terms in which not all variables stand
    "x*abs(x)+abs(x)^3*y",
    "softsign(x)+elu(x*y)",  # smooth once, not twice
    "2*x+y",  # no second derivative at all
    "f(x,y,z)=x*y",
    "(x > 0.5) * x^2 + max(x, y)^2",
    "pi*x+x^y/3",
    "x*1e200*x*1e200*y",
]


@pytest.mark.parametrize("formula", FORMULAS)
def test_every_way(formula: str) -> None:
    parsed = parse(formula)
    places = [{"x": x, "y": 0.6} for x in (*PLACES, 0.6, 0.6000000001)]
    if "z" in parsed.variables:
        places = [{**place, "z": 1.0} for place in places]
    assert_same(parsed, places)
    assert_same(parsed, places, WAYS_ASKED[:2], ("y",))


@pytest.mark.parametrize("form", SHARED)
@pytest.mark.parametrize("words", [WAYS, *((way,) for way in WAYS)])
def test_ordinary_rows_go_together(form: str, words: tuple[str, ...]) -> None:
    """A bad one costs its neighbours only, and stands in its place."""
    parsed = parse("exp(-(x-y)**2)*log(x)")
    places = [{"x": 1.0 + 0.01 * n, "y": 0.5} for n in range(100)]
    places[70]["x"] = -1.0
    found = at_points(
        parsed, [chunk_of(places)], parsed.variables, Settings(), words, 2,
        alone=form != "jsonl", apart=False,
    )  # fmt: skip
    together = [len(each.texts) for each in found if isinstance(each, Stretch)]
    assert sum(together) > 60


def test_a_large_formula_takes_fewer_points_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    parsed = parse("exp(-(x-y)**2)*log(x)")
    places = [{"x": 1.0 + 0.01 * n, "y": 0.5} for n in range(100)]

    def sizes(numbers: int) -> list[int]:
        monkeypatch.setattr("diffcli.engine.columns.NUMBERS", numbers)
        found = at_points(
            parsed, [chunk_of(places)], parsed.variables, Settings(), WAYS, 2,
            alone=False, apart=False,
        )  # fmt: skip
        return [len(each.texts) for each in found if isinstance(each, Stretch)]

    whole = sizes(2**18)
    assert sum(whole) == max(whole) == 100
    less = next(found for n in range(17, 8, -1) if max(found := sizes(2**n)) < 100)
    assert 32 <= max(less) < 100
    assert sizes(100) == []
