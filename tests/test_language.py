"""What the language promises: its words, and right slopes on every piece of each."""

import json
from pathlib import Path

import pytest
from mpmath import mp

import diffcli
from diffcli.calculus.functions import BY_NAME, CONSTANTS, FUNCTIONS, OPERATORS
from diffcli.calculus.functions import Function as Row
from diffcli.engine.tape import Program
from diffcli.inputs.arguments import Scheme
from diffcli.language.parser import parse
from tests.conftest import Run

PROMISED = [
    word
    for line in (Path(__file__).parent / "cases" / "names.txt").read_text().splitlines()
    if not line.startswith("#")
    for word in line.split()
]
PLACES = [-5.75, -3.25, -1.5, -0.4, 0.3, 0.9, 1.7, 3.6, 7.2]
UNARY = [row for row in FUNCTIONS if row.arity == 1]
ROUGH = [row for row in UNARY if row.rough]


@pytest.mark.parametrize("word", PROMISED)
def test_a_promised_word_is_there(word: str) -> None:
    assert word in BY_NAME or word in CONSTANTS
    row = BY_NAME.get(word)
    if row:
        call = f"{word}({', '.join('xy'[: row.arity])})"
        assert parse(call).variables == ("x", "y")[: row.arity]


def test_every_word_is_promised() -> None:
    """A new word is written down: from then on it stays."""
    assert {*BY_NAME, *CONSTANTS} == set(PROMISED)
    signs = [row.notation.symbol for row in OPERATORS if row.notation]
    assert signs == ["+", "-", "*", "/", "-", "**"]


@pytest.mark.parametrize("row", UNARY, ids=lambda row: row.name)
def test_slopes_are_right_on_every_piece(row: Row) -> None:
    """By differences in 30 digits: rows of two pieces have a wrong half otherwise."""
    places = [x for x in PLACES if row.domain.holds(x)]
    assert len(places) >= 2
    for x in places:
        if row.rough and row.rough.at(x):
            continue
        at = {"x": x}
        # The difference's own error is about h squared.
        truth = diffcli.compare(
            f"{row.name}(x)", at, methods="finite", digits=30, h=1e-12
        )
        found = diffcli.gradient(f"{row.name}(x)", at)["x"]
        expected = truth.partial("x").value
        assert expected is not None
        assert found == pytest.approx(float(expected), rel=1e-11, abs=1e-18), x


def test_more_digits_follow_the_scheme_and_the_step() -> None:
    h = 2.0**-10
    schemes: dict[Scheme, float] = {"forward": 6 + h, "symmetric": 6.0}
    for scheme, slope in schemes.items():
        found = diffcli.compare(
            "x^2", {"x": 3}, methods="finite", h=h, scheme=scheme, digits=30
        )
        assert found.partial("x").value == slope


def test_a_step_of_its_own_choice_gives_all_digits_in_both_schemes() -> None:
    schemes: tuple[Scheme, ...] = ("forward", "symmetric")
    for scheme in schemes:
        found = diffcli.compare(
            "exp(x)", {"x": 1}, methods="finite", scheme=scheme, digits=30
        )
        with mp.workdps(60):
            assert mp.almosteq(found.partial("x").value, mp.e, mp.mpf(10) ** -29)


def test_the_real_cube_root_in_every_method(run: Run) -> None:
    for x in (-8, 8):
        result = diffcli.compare("cbrt(x)", {"x": x}, methods="all", exact=True)
        assert dict(result.exact) == {"": str(x // 4), "x": "1/12"}
        assert len(result.results) == 5
        for found in result.results:
            assert found.partials["x"].value == pytest.approx(1 / 12), found.method


def test_there_is_no_partial_toward_a_constant() -> None:
    """Toward the exponent of (x-3)**2 at 1 it would be log(-2)."""
    for formula, point in (
        ("(x-3)**2", {"x": 1.0}), ("2**x", {"x": 1.0}), ("polygamma(1, x)", {"x": 2.0}),
        ("sqrt(x)**3", {"x": 0.0}), ("atan2(0, x)", {"x": 1.0}),
    ):  # fmt: skip
        program = Program([parse(formula).expression])
        tape = program.run(point)
        for row in range(len(program.leaves), len(program.nodes)):
            active = {a for a in program.arguments(row) if program.active[a]}
            assert set(tape.locals(row)) == active


@pytest.mark.parametrize("row", ROUGH, ids=lambda row: row.name)
@pytest.mark.parametrize("around", ["abs(x+7)+{}", "{}*2+floor(x+0.5)", "{}-sqrt(x+9)"])
def test_the_function_that_breaks_is_blamed(row: Row, around: str) -> None:
    assert row.rough is not None
    place = next(x for x in (0.0, 1.0, 3.0) if row.rough.at(x))
    call = f"{row.name}(x+{place:g})"
    text = around.format(call)
    with pytest.raises(diffcli.KinkError) as caught:
        diffcli.gradient(text, {"x": 0})
    error = caught.value
    assert error.span is not None
    assert text[slice(*error.span)] == call
    assert row.name in error.message
    assert error.variable == "x"


def test_the_function_within_h_is_blamed() -> None:
    for near, culprit in (("abs(x-1e-4)+relu(x+3)", "abs"),
                          ("relu(x-1e-4)+abs(x+3)", "relu")):  # fmt: skip
        result = diffcli.compare(near, {"x": 0}, h=1e-2)
        assert any(
            f"a kink of {culprit} " in warning.text for warning in result.warnings
        )


def test_a_variable_that_does_not_occur_has_slope_0_for_certain() -> None:
    result = diffcli.compare("f(x, y) = x^2", {"x": 1, "y": 2}, methods="all")
    for found in result.results:
        assert found.partials["y"].value == 0.0
        assert found.partials["y"].error < 1e-9
    assert diffcli.check("f(x, y) = x^2", {"x": 1, "y": 2}, {"y": 0}).passed
    assert not diffcli.check("f(x, y) = x^2", {"x": 1, "y": 2}, {"y": 1e-3}).passed
    assert diffcli.hessian("f(x, y) = x^2", {"x": 1, "y": 2}).partial("x", "y")[0] == 0


def test_rows_after_a_bad_line_are_right(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "points.jsonl"
    file.write_text('{"x": 1}\n{"x": \n{"x": 2}\n[]\n{"x": "q"}\n{"x": 3}\n')
    ran = run("grad", "x^2", "--points", str(file), "--keep-going", "-f", "jsonl")
    found = [json.loads(line) for line in ran.out.splitlines()]
    assert [row["status"] for row in found] == [
        "ok", "parse", "ok", "parse", "parse", "ok",
    ]  # fmt: skip
    slopes = [
        row["gradient"]["backprop"]["x"] for row in found if row["status"] == "ok"
    ]
    assert slopes == [2, 4, 6]


@pytest.mark.parametrize("exponent", ["1/3", "2/3", "-1/3", "4/3", "5/3", "0.5", "0.7"])
def test_a_cube_root_is_named_where_there_is_one(exponent: str, run: Run) -> None:
    ran = run("grad", f"x^({exponent})", "--at", "-8")
    assert ran.code == 4
    assert ("Hint: for the real cube root" in ran.err) is exponent.endswith("/3")
