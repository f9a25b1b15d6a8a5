"""Claims in blocks: the verdicts and bytes of one row at a time."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffcli.analysis import check_columns
from diffcli.analysis.check import Check, check
from diffcli.analysis.check_columns import Claims, Passed, _parts
from diffcli.analysis.check_second import check_second
from diffcli.analysis.hessian_doubles import twice
from diffcli.analysis.verdicts import ESTIMATES, Tolerance, Verdict
from diffcli.arithmetics.columns import Column
from diffcli.calculus.functions import ROWS, Function
from diffcli.cli.request import Request
from diffcli.engine import block_bounds, bounds, columns
from diffcli.engine.column_bounds import partial_bounds, value_errors
from diffcli.engine.derivation import derivations
from diffcli.engine.passes import Passes
from diffcli.engine.relative_bounds import Bounds
from diffcli.engine.tape import Program, Undefined
from diffcli.errors import DiffcliError
from diffcli.inputs.blocks import Block
from diffcli.inputs.claims import by_variable
from diffcli.inputs.rows import Row, Shape
from diffcli.inputs.second_claims import by_pair
from diffcli.language.expression import Expression, call, variable
from diffcli.language.parser import Parsed, parse
from diffcli.language.printer import text as to_text
from diffcli.problem import Estimate, pose
from tests.conftest import Run
from tests.strategies import NAMES, defined, points, written
from tests.test_columns import TABLES, edges

Place = Mapping[str, float]

#: What is done to a derivative before it is claimed.
CLAIMS = ("{}", "({})*1.01", "({})+x-x", "({})*(1+1e-15)", "({})*cos(x-x)", "0", "1")


def passed(asked: Claims, places: Sequence[Place]) -> dict[int, tuple[Row, Check]]:
    """Return which places a block settles, and how."""
    names = tuple(places[0])
    texts = [",".join(repr(place[name]) for name in names) for place in places]
    shape = Shape("points", "csv", names, {name: i for i, name in enumerate(names)})
    given = {name: [place[name] for place in places] for name in names}
    found: dict[int, tuple[Row, Check]] = {}
    for part in _parts(asked, Block(shape, 2, texts, ",", given)):
        if isinstance(part, Passed):
            found.update(enumerate(part.each(), part.start))
    return found


def shown(found: Check) -> tuple[Check, list[str]]:
    """Return a check, and its numbers to the last bit, without how far they are off."""
    numbers: list[str] = []
    verdicts: list[Verdict] = []
    for v in found.verdicts:
        both = v.claimed.number, v.true.number
        claimed, true = (Estimate(number, 0.0) for number in both)
        numbers += (number.hex() for number in both)
        verdicts.append(v._replace(claimed=claimed, true=true))
    return found._replace(verdicts=tuple(verdicts)), numbers


def assert_same(
    parsed: Parsed,
    claims: dict[str, Parsed],
    places: Sequence[Place],
    limits: Tolerance,
    *,
    prove: bool = False,
) -> int:
    """Check what a block settles against one point at a time; return how many it is."""
    asked = Claims(parsed, claims, limits, prove=prove)
    found = passed(asked, places)
    for place in found:
        problem = pose(parsed, places[place])
        alone = check(problem, claims, limits, prove=prove)
        row, together = found[place]
        assert dict(row.point) == dict(places[place])
        assert shown(together) == shown(alone)
        assert together.passed
        assert alone.error is None
    return len(found)


def assert_same_second(
    parsed: Parsed,
    claims: dict[str, Parsed],
    places: Sequence[Place],
    limits: Tolerance,
) -> int:
    """Check the same of second derivatives."""
    asked = Claims(parsed, claims, limits, prove=False, order=2)
    found = passed(asked, places) if asked.at_once else {}
    pairs = {(a, b): c for key, c in claims.items() for a, _, b in [key.partition(",")]}
    for place, (row, together) in found.items():
        alone = check_second(pose(parsed, places[place]), pairs, limits, prove=False)
        assert dict(row.point) == dict(places[place])
        assert shown(together) == shown(alone)
        assert together.passed
        assert together.order == 2
    return len(found)


def posed(expression: Expression, form: str) -> tuple[Parsed, dict[str, Parsed]]:
    """Return a formula as it is read, and claims made of its derivatives."""
    parsed = parse(f"{to_text(expression)}+0*({'+'.join(NAMES)})")
    found = derivations(parsed.expression, NAMES[:2])
    texts = [
        f"{name}={form.format(to_text(d.result))}"
        for name, d in zip(NAMES, found, strict=False)
    ]
    return parsed, by_variable(texts, parsed.variables)


@settings(max_examples=15)
@given(
    defined() | written(),
    st.sampled_from(CLAIMS),
    st.lists(edges | points, min_size=1, max_size=6),
    st.sampled_from([ESTIMATES, ESTIMATES, Tolerance(1e-6), Tolerance(None, 0.1)]),
)
def test_a_block_has_the_verdicts_of_each_row(
    expression: Expression, form: str, places: Sequence[Place], limits: Tolerance
) -> None:
    try:
        parsed, claims = posed(expression, form)
    except DiffcliError:  # a derivative that is longer than a text may be
        return
    assert_same(parsed, claims, places, limits)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_bounds_of_columns_are_those_of_the_tape(row: Function) -> None:
    """To the last bit."""
    inner = call(row, *(variable(name) for name in NAMES[: row.arity]))
    program = Program([call(parse("x*y").expression.function, inner, inner)])  # type: ignore[attr-defined]
    for x in (0.3, 1.7, 3.9):
        place = {"x": x, "y": 0.6}
        try:
            tape = program.run(place)
        except Undefined:
            continue
        alone = bounds.partial_bounds(tape.backward())
        passes = columns.both_passes(
            program, {n: [v, v] for n, v in place.items()}, tuple(program.inputs)
        )
        errors = value_errors(program, passes.values)
        for name, column in partial_bounds(passes, errors).items():
            assert set(columns.filled(column, 2)) == {alone[name]}


def posed_twice(
    parsed: Parsed, pairs: Sequence[tuple[str, str]], form: str = "{}"
) -> dict[str, Parsed]:
    """Return claims made of second derivatives."""
    texts = [
        f"d2f/d{a}d{b}=" + form.format(to_text(twice(parsed.expression, a, b).result))
        for a, b in pairs
    ]
    return by_pair(texts, parsed.variables)


@settings(max_examples=15)
@given(
    defined() | written(),
    st.sampled_from(CLAIMS),
    st.lists(edges | points, min_size=1, max_size=3),
    st.sampled_from([ESTIMATES, Tolerance(1e-6), Tolerance(None, 0.1)]),
)
def test_a_block_has_the_verdicts_on_second_derivatives(
    expression: Expression, form: str, places: Sequence[Place], limits: Tolerance
) -> None:
    parsed = parse(f"{to_text(expression)}+0*({'+'.join(NAMES)})")
    try:
        claims = posed_twice(
            parsed, [NAMES[:2], NAMES[1::-1]][: 1 + len(form) % 2], form
        )
    except DiffcliError:
        return
    assert_same_second(parsed, claims, places, limits)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_of_every_row_second_derivatives_are_judged_alike(row: Function) -> None:
    inner = call(row, *(variable(name) for name in NAMES[: row.arity]))
    parsed = parse(f"({to_text(inner)})*y+x")
    claims = posed_twice(parsed, [("x", "x"), ("y", "x"), ("y", "y")])
    places = [{"x": x, "y": 0.6} for x in (0.3, 1.7, -0.4, 0.0, 0.6)]
    for place in places:
        assert_same_second(parsed, claims, [place], ESTIMATES)


@pytest.mark.parametrize("limits", [ESTIMATES, Tolerance(1e-9), Tolerance(1e-8, 1e-8)])
@pytest.mark.parametrize("formula", ["exp(-(x-y)**2)*sin(x)", "x^2*y+y", "x*abs(x)*y"])
def test_right_second_derivatives_go_by_columns(
    formula: str, limits: Tolerance
) -> None:
    parsed = parse(formula)
    claims = posed_twice(parsed, [("y", "x"), ("x", "x")])
    places = [{"x": 0.1 + 0.01 * n, "y": 0.5} for n in range(100)]
    assert assert_same_second(parsed, claims, places, limits) > 90


def test_a_right_claim_goes_by_columns() -> None:
    parsed = parse("exp(-(x-y)**2)*sin(x)+log(1+y**2)")
    texts = ["-2(x-y)exp(-(x-y)^2)sin(x)+exp(-(x-y)^2)*cos(x)"]
    claims = by_variable([f"x={texts[0]}"], parsed.variables)
    places = [{"x": 0.1 + 0.01 * n, "y": 0.5} for n in range(100)]
    assert assert_same(parsed, claims, places, ESTIMATES) > 90


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_cheap_bound_is_no_smaller_than_the_bound_at_a_point(row: Function) -> None:
    """It may be by a little, where the points lie far apart, or say nothing."""
    inner = call(row, *(variable(name) for name in NAMES[: row.arity]))
    program = Program([call(parse("x*y").expression.function, inner, inner)])  # type: ignore[attr-defined]
    for spread in (1e-3, 1.0, 1e6):
        places = [0.3, 0.3 + spread, 1.7 * spread, -0.9 * spread]
        given = {"x": places, "y": [0.6, 0.6, 0.7, 2.0 * spread]}
        try:
            passes = columns.both_passes(program, given, tuple(program.inputs))
        except (ValueError, ArithmeticError):
            continue
        errors = value_errors(program, passes.values)
        exact = partial_bounds(passes, errors)
        output = program.outputs[0]
        every = {"": (passes.value, errors[output])}
        every |= {name: (passes.partial(name), exact[name]) for name in exact}
        for cheap in cheap_bounds(passes):
            for name, (column, bounds_) in every.items():
                sizes, off, most = (
                    columns.filled(c, 4) for c in (column, bounds_, cheap(name))
                )
                for size, bound, largest in zip(sizes, off, most, strict=True):
                    # not a number: there is none, or nothing is said
                    assert not bound > 2 * largest + 1e-300, (spread, name, size)


def cheap_bounds(passes: Passes) -> Iterator[Callable[[str], Column]]:
    """Yield what tells a bound for the value, under "", and for partials by name."""
    program, output = passes.program, passes.program.outputs[0]
    with suppress(ValueError, ArithmeticError):
        errors = block_bounds.value_errors(
            program, passes.values, passes.locals, block_bounds.each
        )
        bounds_ = block_bounds.partial_bounds(passes, errors)
        yield lambda name: bounds_[name] if name else errors[output]
    with suppress(ValueError, ArithmeticError):
        relative = Bounds(passes)

        def absolute(name: str) -> Column:
            partials, values = relative.partials, relative.values
            share = partials.get(name, 0.0) if name else values[output]
            column = columns.filled(passes.partial(name) if name else passes.value, 4)
            return [
                math.nan if place in relative.apart else share * abs(x)
                for place, x in enumerate(column)
            ]

        yield absolute


@pytest.mark.parametrize("formula", ["exp(-(x-y)**2)*sin(x)", "x^3/(1+exp(y))"])
def test_one_bound_tells_of_points_of_any_size(formula: str) -> None:
    """From 1 to 1e-38, and a few are left out."""
    program = Program([parse(formula).expression])
    given = {"x": [0.3 + 0.1 * n for n in range(100)], "y": [0.5] * 100}
    bounds_ = Bounds(columns.both_passes(program, given, ("x", "y")))
    assert len(bounds_.apart) < 10
    assert max(bounds_.values) < 1e-12
    assert max(bounds_.partials.values()) < 1e-10


LIKE = {
    "exp(-(x-y)**2)*sin(x)": "-2(x-y)exp(-(x-y)^2)sin(x)+exp(-(x-y)^2)*cos(x)",
    "sin(x*y)^2": "y*sin(2*x*y)",
    "abs(x)*y": "sign(x)*y",
    "log(cosh(x))+y": "tanh(x)",
}


@pytest.mark.parametrize("limits", [ESTIMATES, Tolerance(1e-9), Tolerance(1e-8, 1e-8)])
@pytest.mark.parametrize("formula", LIKE)
def test_right_claims_go_by_columns_with_every_tolerance(
    formula: str, limits: Tolerance
) -> None:
    parsed = parse(formula)
    claims = by_variable([f"x={LIKE[formula]}"], parsed.variables)
    places = [{"x": 0.1 + 0.01 * n, "y": 0.5} for n in range(100)]
    assert assert_same(parsed, claims, places, limits) > 90


@pytest.mark.parametrize(("formula", "claim"), [("x^2+y", "2*P"), ("P^2+y", "2*x")])
@pytest.mark.parametrize("times", range(9))
@pytest.mark.parametrize("limits", [ESTIMATES, Tolerance(1e-2), Tolerance(None, 1.0)])
def test_what_doubles_tell_poorly_is_told_row_by_row(
    formula: str, claim: str, times: int, limits: Tolerance
) -> None:
    """The claim is right, but each difference may lose two digits."""
    poor = "x"
    for _ in range(times):
        poor = f"(100*({poor}-0.99*{poor}))"
    parsed = parse(formula.replace("P", poor))
    claims = by_variable([f"x={claim.replace('P', poor)}"], parsed.variables)
    places = [{"x": 0.1 + 0.01 * n, "y": 0.5} for n in range(20)]
    settled = assert_same(parsed, claims, places, limits)
    assert settled == (20 if times < 2 else 0) or times in (2, 3)


@pytest.mark.parametrize("limits", [ESTIMATES, Tolerance(1e-9)])
@pytest.mark.parametrize("size", [1e-9, 0.1, 1e6])
def test_one_bound_for_all_rows_is_enough_where_nothing_cancels(
    size: float, limits: Tolerance, monkeypatch: pytest.MonkeyPatch
) -> None:
    for closer in ("_unsure", "_failing"):
        monkeypatch.setattr(check_columns, closer, lambda *_: pytest.fail("asked"))
    parsed = parse("x^2*y")
    claims = by_variable(["x=2*x*y", "y=x^2"], parsed.variables)
    places = [{"x": size * (1 + 0.1 * n), "y": size} for n in range(9)]
    asked = Claims(parsed, claims, limits, prove=False)
    assert len(passed(asked, places)) == 9


@pytest.mark.parametrize("turn", [1, -1])
def test_what_is_proved_is_said_of_each_row(turn: int) -> None:
    """Of each claim by itself: one is proved, and one is too long to be."""
    parsed = parse("x^2*y")
    texts = ["x=x*y*2", "y=x^2" + "+x-x" * 60][::turn]
    claims = by_variable(texts, parsed.variables)
    places = [{"x": 0.1 + 0.5 * n, "y": 0.5} for n in range(3)]
    assert assert_same(parsed, claims, places, Tolerance(1e-9), prove=True) == 3
    asked = Claims(parsed, claims, ESTIMATES, prove=True)
    assert asked.everywhere == [True, False][::turn]


@pytest.mark.parametrize("limits", [ESTIMATES, Tolerance(1e-9), Tolerance(1e-8, 1e-8)])
def test_what_fits_at_the_rows_only_is_found_out(limits: Tolerance) -> None:
    """A tolerance that lets pass what is nearby does not let pass a wrong formula."""
    parsed = parse("x^2+y")
    claims = by_variable(["x=x+2"], parsed.variables)
    places = [{"x": 2.0, "y": 0.01 * n} for n in range(100)]
    assert assert_same(parsed, claims, places, limits) == 0


@pytest.mark.parametrize("form", ["csv", "jsonl", "quiet"])
@pytest.mark.parametrize("table", ["plain", "names", "open", "tabs"])
def test_what_is_shown_does_not_depend_on_the_block(
    table: str, form: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong claim stands between right ones, and the first bad row ends the call."""
    file = tmp_path / "points.csv"
    text = TABLES[table].replace(" ", "\n").replace("|", "\n")
    file.write_text(text, "utf-8", newline="")
    words = ["-q"] if form == "quiet" else ["-f", form]
    for module in ("check", "check_columns"):  # sympy is asked elsewhere
        proves = f"diffcli.analysis.{module}.equal_everywhere"
        monkeypatch.setattr(proves, lambda *_: False)
    ran = []
    claims = ("x=abs(y)/x+y", "x=abs(y)/x+2", "y=log(x)+x")
    seconds = ("d2f/dx2=-abs(y)/x^2", "d2f/dxdy=1/x+1", "d2f/dxdy=1/x")
    for claim in claims + seconds:
        for watched in (True, False):  # who waits for each line gets it by itself
            monkeypatch.setattr(Request, "is_watched", lambda _, w=watched: w)
            call = ("check", "log(x)*abs(y)+x*y", "--points", str(file), *words)
            order = "2" if claim in seconds else "1"
            ran.append(run(*call, "--claim", claim, "--order", order))
    assert ran[::2] == ran[1::2]
    assert {each.code for each in ran} <= {0, 1, 2, 3, 4, 5}


def test_a_large_formula_takes_fewer_points_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    parsed, slope = parse("exp(-(x-y)**2)*log(x)"), "2*(x-y)*exp(-(x-y)^2)*log(x)"
    claims = by_variable([f"y={slope}"], parsed.variables)
    places = [{"x": 1.1 + 0.01 * n, "y": 0.5} for n in range(100)]
    asked = Claims(parsed, claims, ESTIMATES, prove=False)
    assert asked.at_once > 100
    monkeypatch.setattr(columns, "NUMBERS", 3500)
    fewer = Claims(parsed, claims, ESTIMATES, prove=False)
    assert 32 <= fewer.at_once < 100
    assert assert_same(parsed, claims, places, ESTIMATES) == 100
    monkeypatch.setattr(columns, "NUMBERS", 1000)
    second = posed_twice(parsed, [("y", "y")])
    for order, claimed in ((1, claims), (2, second)):
        assert Claims(parsed, claimed, ESTIMATES, prove=False, order=order).at_once == 0
