"""explore: keys change a state, and all that is shown follows from the state."""

import json
import re
import shlex
from functools import partial

import pytest

from diffcli.analysis.explore import CONSTANT, MAP, STEP, VARIABLE, State, start
from diffcli.analysis.explore_keys import KEYS, press
from diffcli.analysis.explore_reading import reading
from diffcli.language.parser import parse
from diffcli.language.printer import text
from diffcli.output import explore_pictures
from diffcli.output.document import Documents, Screen
from diffcli.output.formats import table
from diffcli.output.views.explore import call, document, frame
from tests.conftest import Run, work


def state(formula: str, h: float = 1.0, **point: float) -> State:
    return start(parse(formula), point, h, "forward")


def pressed(state: State, *keys: str) -> State:
    for key in keys:
        state = press(state, key)
    return state


def text_of(state: State, screen: Screen) -> str:
    return "\n".join("".join(run.text for run in line) for line in frame(state, screen))


# ---- the numbers ------------------------------------------------------------------


def test_the_dials_are_the_point_h_and_every_constant_of_the_formula() -> None:
    dials = state("2*x^2 + pi*x + 0.5", x=1).dials
    assert [(dial.kind, dial.name) for dial in dials] == [
        (VARIABLE, "x"), (STEP, "h"), (CONSTANT, "2"), (CONSTANT, "2"),
        (CONSTANT, "0.5"),
    ]  # fmt: skip


def test_arrows_choose_and_change_without_the_dust_of_adding() -> None:
    now = pressed(state("x^2", x=2), *["right"] * 3)
    assert now.point == {"x": 2.3}
    assert pressed(now, *["left"] * 23).point == {"x": 0.0}
    assert pressed(now, "+", "right").point == {"x": 2.31}
    assert pressed(now, "-", "right").point == {"x": 3.3}
    assert pressed(now, "down", "left", "left").h == 0.01
    assert pressed(now, "down", *["-"] * 12).h == 1e-12
    assert pressed(now, "up", "right").parsed().expression is parse("x^3").expression
    assert pressed(now, *["up"] * 3).chosen == 0


def test_one_constant_is_changed_and_no_other_that_is_equal() -> None:
    now = pressed(state("2*x + 2*x^2", x=1), "down", "down", "right")
    assert text(now.parsed().expression) == "3*x + 2*x**2"
    assert text(pressed(now, "left").parsed().expression) == "2*x + 2*x**2"
    assert pressed(now, "left").parsed() is now.given


def test_a_constant_may_become_negative_and_definitions_follow() -> None:
    now = pressed(state("z = 1*x; z^2 + z", x=1), "down", "down", "left", "left")
    parsed = now.parsed()
    assert text(parsed.definitions["z"]) == "-1*x"
    assert reading(now).estimate("backprop", "x") == 2 * 1 - 1


@pytest.mark.parametrize("row", KEYS, ids=lambda row: row.keys[0])
@pytest.mark.parametrize("formula", ["sin(x)/3", "x*y^2", "log(x)", "7*x - 2"])
def test_a_key_makes_a_state_that_can_be_shown(formula: str, row: object) -> None:
    parsed = parse(formula)
    now = start(parsed, dict.fromkeys(parsed.variables, 1.0), 0.1, "forward")
    assert isinstance(row, type(KEYS[0]))
    for key in row.keys:
        after = pressed(now, *[key] * 3)
        assert pressed(now, *[key] * 3) == after
        assert frame(after, Screen())


def test_a_key_without_a_meaning_changes_nothing() -> None:
    now = state("x^2", x=1)
    assert all(press(now, key) is now for key in ("x", "\x1b[5~", "é", ""))


def test_no_number_leaves_the_doubles() -> None:
    now = pressed(state("x^2", x=1e299), *["-"] * 400, *["right"] * 3)
    assert now.point["x"] < 1e301
    tiny = pressed(state("x^2", x=1), "down", *["left"] * 400)
    assert tiny.h > 0


def test_the_picture_follows_the_point() -> None:
    now = pressed(state("x^2", x=0), "-", *["right"] * 50)
    middle, reach = now.ranges["x"]
    assert abs(now.point["x"] - middle) <= reach


# ---- what is read -----------------------------------------------------------------


def test_the_digits_grow_as_h_shrinks_and_then_break() -> None:
    now = press(state("sin(x)*exp(-x/3)", x=2), "down")
    digits, causes = [], []
    for _ in range(16):
        found = reading(now)
        digits.append(found.agreed("x") or 0)
        causes.append(found.cause("x"))
        now = press(now, "left")
    assert max(digits) >= 7
    best = digits.index(max(digits))
    assert digits[: best + 1] == sorted(digits[: best + 1])
    assert digits[-1] == 0
    assert causes[0] == "truncation"
    assert causes[-1] == "rounding"
    assert causes == sorted(causes, reverse=True)


def test_a_parabola_has_no_truncation_in_the_symmetric_quotient() -> None:
    now = press(state("(2*x1+3*x2)**2+3", x1=1, x2=3), "s")
    assert now.scheme == "symmetric"
    assert now.picture == MAP
    assert reading(now).agreed("x1") == 16


@pytest.mark.parametrize(
    ("formula", "x", "said"),
    [
        ("log(x)", -1.0, "f has no value here"),
        ("abs(x)", 0.0, "no tangent"),
        ("1/x", 0.0, "f has no value here"),
        ("1/x", 1e-300, "f has no slope here"),
    ],
)
def test_where_there_is_no_number_the_screen_says_why(
    formula: str, x: float, said: str
) -> None:
    now = state(formula, x=x)
    assert said in text_of(now, Screen())
    assert text_of(press(now, "tab"), Screen(40, 10))
    assert text_of(pressed(now, "down", "right"), Screen(40, 10))


# ---- the screen -------------------------------------------------------------------

_NUMBER = r"-?\d[\d.]*(?:e[-+]\d+)?"
FORMULAS = [
    "(2*x1+3*x2)**2+3",
    "sin(x)*exp(-x/3)",
    "z = w*x+b; a = sigmoid(z); (a-t)^2",
    "relu(x)*y/7 + 12.5",
    "log(x) + 1/x",
]


@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize("size", [(40, 12), (40, 24), (57, 20), (80, 24), (120, 40)])
def test_a_frame_fits_its_screen(formula: str, size: tuple[int, int]) -> None:
    parsed = parse(formula)
    point = {name: n + 1.5 for n, name in enumerate(parsed.variables)}
    for ascii in (False, True):
        screen = Screen(*size, ascii=ascii)
        for keys in ((), ("?",), ("tab",), ("tab", *["space"] * 5), ("m", "down")):
            now = pressed(start(parsed, point, 1.0, "forward"), *keys)
            lines = frame(now, screen, live=True)
            assert len(lines) <= screen.height
            for line in lines:
                assert sum(len(run.text) for run in line) <= screen.width


@pytest.mark.parametrize("width", [20, 22, 24, 27, 32, 40, 63, 64, 80])
@pytest.mark.parametrize(
    "formula", ["1234567*x^2", "x^3/1e9", "1e200*x+sin(x)", "12345678*x^2+1e7*y", "x-y"]
)
def test_no_number_is_cut(formula: str, width: int) -> None:
    """In a narrow screen it has fewer digits, or is on a line of its own."""
    point = dict.fromkeys(parse(formula).variables, 1.234567890123)
    now = start(parse(formula), point, 0.1, "forward")

    def numbers(screen: Screen) -> list[tuple[str, list[float]]]:
        shown = text_of(now, screen)
        rows = re.findall(r"^(secant|tangent) .*?= (\S+)", shown, re.MULTILINE)
        rows += re.findall(r"^(gradient)\s(\([^)]*\),\s\S+\slong)", shown, re.MULTILINE)
        return [(name, [*map(float, re.findall(_NUMBER, row))]) for name, row in rows]

    found, wide = numbers(Screen(width, 30)), numbers(Screen(200, 60))
    assert len(found) == len(wide) == 2 + len(point) // 2
    for (name, narrow), (other, all_digits) in zip(found, wide, strict=True):
        assert name == other
        assert narrow == pytest.approx(all_digits, rel=0.05)


def test_every_step_of_the_walk_shows_one_number_more() -> None:
    now = press(state("(2*x1+3*x2)**2+3", x1=1, x2=3), "tab")
    screens = []
    for _ in range(15):
        screens.append(text_of(now, Screen()))
        now = press(now, " ")
    assert len(set(screens)) == 15
    assert "124" not in screens[6]
    assert "124" in screens[7]
    assert "∂f/∂x₂" in screens[-2]
    assert "∂f/∂x₁ = ∂f/∂a · ∂a/∂x₁ = 22 · 2 = 44" in screens[-1]
    assert text_of(now, Screen()) == screens[0]
    assert text_of(press(now, "b"), Screen()) == screens[-1]


def test_a_leaf_that_changes_changes_the_graph() -> None:
    now = pressed(state("x^2", x=3), "tab", *[" "] * 4)
    assert "= 6" in text_of(now, Screen())
    assert "= 8" in text_of(pressed(now, "-", "right"), Screen())


@pytest.mark.parametrize("formula", FORMULAS)
def test_the_call_shows_the_same(formula: str, run: Run) -> None:
    parsed = parse(formula)
    point = {name: n + 1.5 for n, name in enumerate(parsed.variables)}
    now = pressed(start(parsed, point, 1.0, "forward"), "down", "right", "up", "s")
    for keys in ((), ("m",), ("z", "right"), ("o", "o", "m"), ("tab",)):
        left = pressed(now, *keys)
        name, *words = shlex.split(call(left))
        assert name == "diffcli"
        ran = run(*words)
        assert (ran.code, ran.err) == (0, "")
        if not left.graph:
            screens = (ran.out, text_of(left, Screen()))
            one, other = (
                screen.partition("]")[2].split("\n")[1:] for screen in screens
            )
            assert [line.rstrip() for line in other] == one[:-1]


@pytest.mark.parametrize("formula", FORMULAS)
def test_programs_get_the_three_numbers(formula: str, run: Run) -> None:
    parsed = parse(formula)
    point = {name: n + 1.5 for n, name in enumerate(parsed.variables)}
    at = ",".join(f"{name}={value}" for name, value in point.items())
    found = json.loads(run("explore", formula, "--at", at, "-f", "json").out)
    shown = text_of(start(parsed, point, 1.0, "forward"), Screen(200))
    assert found["point"] == point
    for word in ("secant", "tangent"):
        (line,) = (line for line in shown.split("\n") if line.startswith(word))
        number = float(line.partition(" = ")[2].split()[0])
        assert found[word] == pytest.approx(number, rel=1e-9)
    digits = found["digits"]
    assert f"{digits} digit" in shown or digits in (None, 16)


def test_no_slope_is_no_number_for_programs(run: Run) -> None:
    found = json.loads(run("explore", "abs(x)", "--at", "0", "-f", "json").out)
    assert found["tangent"] is None
    assert "kink" in found["status"]


def test_the_ranges_of_a_map_come_together(run: Run) -> None:
    for words in (
        ("x*y", "--at", "1,2", "--x", "0:2"),
        ("x", "--at", "1", "--y", "0:1"),
    ):
        done = run("explore", *words)
        assert (done.code, done.out) == (2, "")


@pytest.mark.parametrize("formula", FORMULAS[:3])
def test_a_key_costs_little(formula: str) -> None:
    """At most 60,000 functions are entered for each: some hundredths of a second."""
    parsed = parse(formula)
    point = {name: n + 1.5 for n, name in enumerate(parsed.variables)}
    states = [start(parsed, point, 1.0, "forward")]

    def answer(key: str) -> None:
        states.append(press(states[-1], key))
        shown = Documents([document(states[-1], live=True)])
        assert list(table.lines(shown, Screen(color=True)))

    for key in ("right", "down", "left", "tab", " "):
        assert work(partial(answer, key)) < 60_000


@pytest.mark.parametrize(("terms", "said"), [(3, False), (400, True)])
def test_a_formula_that_keys_wait_for_says_so(terms: int, said: bool) -> None:
    now = state("+".join(f"sin({n}*x)" for n in range(1, terms)), x=1)
    lines = [
        "".join(run.text for run in line) for line in frame(now, Screen(), live=True)
    ]
    assert ("a long formula: a key takes a moment" in lines) == said
    assert len(lines) <= 24


def test_a_document_is_the_frame() -> None:
    now = state("x^2", x=1)
    (block,) = document(now).blocks(Screen().notation)
    assert list(block.draw(Screen())) == frame(now, Screen())  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("formula", "point"),
    [("sin(x)*exp(-x/3)", {"x": 2.0}), ("x^2+3*y^2", {"x": 1.0, "y": 1.0})],
)
def test_a_low_screen_keeps_keys_and_picture(
    formula: str, point: dict[str, float]
) -> None:
    """Twelve lines: the formula of the derivative and the legend give way."""
    screen = Screen(width=40, height=12)
    lines = frame(state(formula, **point), screen, live=True)
    shown = ["".join(run.text for run in line) for line in lines]
    assert len(shown) <= 12
    assert "q quit" in shown[-1]
    assert sum("│" in row or "┤" in row for row in shown) >= 3
    assert not any("symbolic" in row for row in shown)


def test_a_map_is_drawn_anew_only_where_it_changes() -> None:
    now = state("abs(x*y)", x=1, y=2)
    screen = Screen()
    text_of(now, screen)
    first = dict(explore_pictures._kept)
    text_of(press(now, "right"), screen)
    assert explore_pictures._kept == first
    text_of(press(now, "z"), screen)
    assert explore_pictures._kept != first
