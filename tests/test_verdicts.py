"""A check says wrong only of what is wrong, and else right, or that it cannot tell."""

import json
import math
import random
import shlex
import struct
import sys
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest

import diffcli
from diffcli.analysis import check as check_module
from diffcli.analysis import counterexample
from diffcli.analysis.verdicts import Tolerance, judged
from diffcli.calculus.functions import ROWS
from diffcli.errors import DiffcliError
from diffcli.problem import Estimate
from tests.conftest import Run

Function = Callable[[float], float]

# ---- programs of every precision -------------------------------------------------


def single(x: float) -> float:
    """Return a number in single precision."""
    (near,) = struct.unpack("f", struct.pack("f", x))
    return float(near)


def bisected(f: Function, x: float) -> float:
    """Return the root of y = f(x), halved down to 1e-10."""
    target = f(x)
    low, high = math.floor(target) - 1.0, math.ceil(target) + 1.0
    for _ in range(80):
        if high - low <= 1e-10:
            break
        middle = (low + high) / 2
        low, high = (middle, high) if middle < target else (low, middle)
    return (low + high) / 2


def bracketed(f: Function, x: float) -> float:
    """Return the root of y = f(x), halved from a bracket that moves with it.

    So it is smooth over tiny steps, with a slope that is wrong by some percent.
    """
    target = f(x)
    low, high = target - abs(target) - 1.0, target + abs(target) + 1.3
    while high - low > 1e-10:
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if middle < target else (low, middle)
    return (low + high) / 2


def iterated(f: Function, x: float) -> float:
    """Return the root of y = f(x) by small steps, until one is below 1e-10."""
    target, y = f(x), 0.0
    for _ in range(200):
        if abs(target - y) * 0.3 < 1e-10:
            break
        y += 0.3 * (target - y)
    return y


def trembling(f: Function, x: float) -> float:
    """Return f with an error of 1e-8 that has no pattern."""
    return f(x) * (1 + 1e-8 * random.Random(struct.pack("d", x)).uniform(-1, 1))


#: How a program may spoil its values.
PRECISIONS: dict[str, Callable[[Function, float], float]] = {
    "double": lambda f, x: f(x),
    "single": lambda f, x: single(f(single(x))),
    "single result": lambda f, x: single(f(x)),
    "six digits": lambda f, x: float(f"{f(x):.6g}"),
    "six decimals": lambda f, x: round(f(x), 6),
    "three decimals": lambda f, x: round(f(x), 3),
    "bisected": bisected,
    "bracketed": bracketed,
    "iterated": iterated,
    "trembling": trembling,
}
#: A function and its derivative.
FUNCTIONS: dict[str, tuple[Function, Function]] = {
    "sin": (math.sin, math.cos),
    "exp": (math.exp, math.exp),
    "line": (lambda x: 3 * x + 1, lambda x: 3.0),
    "square": (lambda x: x * x + 1, lambda x: 2 * x),
    "cubic": (lambda x: x**3 - 2 * x + 5, lambda x: 3 * x * x - 2),
    "softplus": (lambda x: math.log1p(math.exp(x)), lambda x: 1 / (1 + math.exp(-x))),
    "tanh": (lambda x: 2 + math.tanh(x), lambda x: 1 - math.tanh(x) ** 2),
    "wave": (lambda x: math.sin(30 * x), lambda x: 30 * math.cos(30 * x)),
    "fast wave": (lambda x: math.sin(1e5 * x), lambda x: 1e5 * math.cos(1e5 * x)),
    "offset": (lambda x: 1e4 + math.sin(x), math.cos),
    "far offset": (lambda x: 1e10 + math.sin(x), math.cos),
    "constant": (lambda x: 2.5, lambda x: 0.0),
}
#: The share of right gradients that are told at least.
TOLD = {"three decimals": 0.1, "six digits": 0.55, "single": 0.65}
POINTS = (0.1, 1.0, 1.3, 3.0, -0.7, 7.7)


def verdict(f: Callable[[list[float]], float], x: float, claim: float) -> str:
    """Return what a check says of a claim about a program."""
    (found,) = diffcli.check(f, {"x": x}, {"x": claim}).verdicts
    return found.doubt or ("right" if found.passed else "wrong")


@pytest.mark.slow
@pytest.mark.parametrize("precision", PRECISIONS)
def test_noise_is_measured(precision: str) -> None:
    spoiled = PRECISIONS[precision]
    right = 0
    cases = list(product(FUNCTIONS.values(), POINTS))
    for place, ((f, slope), x) in enumerate(cases):

        def program(point: list[float], f: Function = f) -> float:
            return spoiled(f, point[0])

        true = slope(x)
        said = verdict(program, x, true)
        assert said in ("right", "cannot tell"), (x, true)
        right += said == "right"
        wrong = (1.01 * true, 0.99 * true, 1 - 2 * true)[place % 3]
        if wrong != true:
            assert verdict(program, x, wrong) in ("wrong", "cannot tell"), (x, true)
    assert right >= TOLD.get(precision, 0.7) * len(cases)


def test_a_gradient_in_single_precision_may_be_so_exact(run: Run) -> None:
    def mixed(point: list[float]) -> tuple[float, list[float]]:
        return math.sin(point[0]), [single(math.cos(point[0]))]

    assert diffcli.check(mixed, {"x": 1}).passed


# ---- formulas --------------------------------------------------------------------

_SMOOTH = [
    row.name
    for row in ROWS
    if len(row.derivatives) == 1 and row.notation is None and row.rough is None
]


@pytest.mark.parametrize("name", _SMOOTH)
def test_a_formula_has_to_be_right_at_other_points(name: str) -> None:
    x = {"acosh": 1.7, "acoth": 1.7, "asec": 1.7, "acsc": 1.7}.get(name, 0.6)
    formula = f"{name}(x)*x"
    derivative = str(diffcli.derive(formula, "x"))
    result = diffcli.check(formula, {"x": x}, {"x": derivative})
    assert result.passed, result.verdicts
    for spoiled in (f"{derivative} + (x - {x})", f"({derivative})*x/{x}"):
        (found,) = diffcli.check(formula, {"x": x}, {"x": spoiled}).verdicts
        assert (found.passed, found.doubt) == (False, "")
        assert found.relative == pytest.approx(0, abs=1e-9)
        assert found.elsewhere is not None
        assert abs(found.elsewhere.claimed - found.elsewhere.true) > 0


@pytest.mark.parametrize(
    ("formula", "claim"),
    [
        ("cos(x)*y+x^3", "3*x^2-sin(x)*y"), ("(1-cos(x))/x^2", "0.001"),
        ("(1-cos(x))/x^2", "sin(x)/x^2-2*(1-cos(x))/x^3"), ("x^2", "2*x*1.001"),
        ("relu(x-1)+x", "1+step(x-1)"), ("abs(x)", "sign(x)"), ("x^2", "x+2"),
        ("exp(x)-exp(1)", "exp(x)"), ("tanh(x)", "1-tanh(x)^2"), ("log(x)", "1/x"),
        ("x*y-x*y", "y-y"), ("sqrt(x*x)", "x/sqrt(x*x)"), ("x", "sqrt(y-7)"),
        ("floor(x)", "0"), ("lgamma(x)", "digamma(x)"), ("e-x", "1-2"),
    ],
)  # fmt: skip
def test_the_short_way_says_what_the_long_one_does(
    formula: str, claim: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Claims that plainly pass are not looked at closely, and nothing else changes."""

    def answers() -> Iterator[Any]:
        for x, limits in product((-2.0, 0.0, 1e-8, 1e-3, 1.0, 2.0, 30.0), (None, 1e-6)):
            point = {"x": x, "y": 3.0}
            point = {name: x for name, x in point.items() if name in formula + claim}
            f = formula if "y" in formula or "y" not in claim else f"{formula}+0*y"
            try:
                found = diffcli.check(f, point, {"x": claim}, rtol=limits, prove=False)
            except DiffcliError as error:
                yield x, str(error)
            else:
                for each in found.verdicts:
                    numbers = each.claimed.value, each.true.value, each.relative
                    yield x, each.passed, each.doubt, numbers, each.advice, each.slip

    short = list(answers())
    monkeypatch.setattr(check_module, "_plainly", lambda *_: None)
    assert short == list(answers())


def test_other_points_are_tried_once_for_all_rows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried = 0
    at = counterexample._at

    def counted(*args: Any) -> Any:
        nonlocal tried
        tried += 1
        return at(*args)

    monkeypatch.setattr(counterexample, "_at", counted)
    counts = []
    for place in range(20):
        point = {"x": 1 + place / 7, "y": 2.0}
        assert diffcli.check("sin(x)*y+x^3", point, {"x": "cos(x)*y+3*x^2"}).passed
        counts.append(tried)
    assert counts[0] == counts[-1] > 0


def test_what_holds_on_this_side_of_an_edge_is_right() -> None:
    assert diffcli.check("abs(x)^3", {"x": 2}, {"x": "3x^2"}).passed
    assert not diffcli.check("abs(x)^3", {"x": -2}, {"x": "3x^2"}).passed


@pytest.mark.parametrize(
    ("formula", "at", "right"),
    [
        ("(1-cos(x))/x^2", 1e-5, -8.333333333e-7),
        ("sin(x)", math.pi / 2, 0),
        ("exp(x)-1-x", 1e-9, 1e-9),
        ("log(1+x)-x", 1e-8, -1e-8),
        ("x^2", 0, 0),
        ("x^(x/x)", 2.27, 1),
    ],
)
def test_doubles_that_are_poor_pass_nothing(
    formula: str, at: float, right: float
) -> None:
    rtol = 1e-6 if right else None
    result = diffcli.check(formula, {"x": at}, {"x": right}, rtol=rtol)
    assert result.passed, result.verdicts
    for wrong in (right * 1.01 + (not right) * 1e-9, right + 1, -right + 1e-3):
        assert diffcli.check(formula, {"x": at}, {"x": wrong}).failed


@pytest.mark.parametrize("error", [math.inf, math.nan])
def test_an_endless_bound_passes_nothing(error: float) -> None:
    for claimed, true in ((error, 0.0), (0.0, error)):
        verdict = judged("x", Estimate(7.0, claimed), Estimate(1.0, true))
        assert not verdict.passed
    assert judged("x", Estimate(7.0, 0), Estimate(1.0, 0), Tolerance(1.0)).passed


@pytest.mark.parametrize("factor", [1, 1.00001, 1.01, -1, 1 + 1e-9])
@pytest.mark.parametrize(
    ("formula", "slope", "at"),
    [
        ("sin(x)", math.cos, 1e8),
        ("x^2", lambda x: 2 * x, 1),
        ("exp(x)", math.exp, 3),
        ("3*x", lambda x: 3, 2),
        ("1/x", lambda x: -1 / x**2, 1e-4),
        ("sin(1000*x)", lambda x: 1000 * math.cos(1000 * x), 1),
    ],
)
def test_remainders_never_contradict_the_verdict(
    formula: str, slope: Function, at: float, factor: float, run: Run
) -> None:
    claim = repr(factor * slope(at))
    words = ("check", formula, "--at", repr(at), f"--claim={claim}", "--taylor")
    ran = run(*words)
    assert ("as with a wrong gradient" not in ran.out) or ran.code == 1
    assert ("as with a right gradient" not in ran.out) or ran.code == 0


# ---- what cannot be told ---------------------------------------------------------


def test_what_cannot_be_told_is_6_and_says_what_would_tell(
    run: Run,
) -> None:
    for form in ("table", "csv", "tsv", "json", "jsonl", "md", "latex", "svg"):
        ran = run("check", "tanh(x)", "--at", "30", "-f", form)
        assert ran.code == 6
        assert "cannot" in ran.out
    words = ("check", "tanh(x)", "--at", "30")
    assert "--digits 30" in run(*words).out
    assert run(*words, "--digits", "30").code == 0
    verdicts = json.loads(run(*words, "-f", "json").out)["verdicts"]
    assert verdicts["x:finite"]["doubt"] == "cannot tell"
    assert verdicts["x:finite"]["advice"] == {"digits": 30}
    assert run(*words, "-q") == (6, "", "")


def test_the_step_that_is_advised_tells() -> None:
    """Where rounding to 6 digits hides what is right, the advised step tells."""
    told = 0
    for (f, slope), x in product(FUNCTIONS.values(), POINTS):

        def program(point: list[float], f: Function = f) -> float:
            return float(f"{f(point[0]):.6g}")

        true = slope(x)
        (found,) = diffcli.check(program, {"x": x}, {"x": true}).verdicts
        h = found.advice.get("h")
        assert h != "auto"
        if not isinstance(h, float):
            continue
        for claim in (true, 3 * true + 1):
            (again,) = diffcli.check(program, {"x": x}, {"x": claim}, h=h).verdicts
            if again.doubt:
                assert again.advice.get("h", "auto") == "auto"
            else:
                assert again.passed == (claim == true), (x, claim, h)
                told += 1
    assert told > 5


@pytest.mark.parametrize("precision", PRECISIONS)
def test_with_no_step_a_right_gradient_is_called_wrong(precision: str) -> None:
    spoiled = PRECISIONS[precision]
    smooth = [pair for name, pair in FUNCTIONS.items() if "wave" not in name]
    for (f, slope), x, h in product(smooth, (0.1, 1.0), (1e-5, 1e-3, 1e-2, 0.1)):

        def program(point: list[float], f: Function = f) -> float:
            return spoiled(f, point[0])

        true = slope(x)
        (found,) = diffcli.check(program, {"x": x}, {"x": true}, h=h).verdicts
        assert found.passed or found.doubt, (f, x, h)


def test_of_many_verdicts_the_worst_decides(run: Run) -> None:
    known, unknown = ("--at", "1"), ("--at", "30")
    assert run("check", "tanh(x)", *known, *unknown, "-q").code == 6
    wide = {"x": 1.0, "y": 1.0}

    def coarse(point: list[float]) -> float:
        return round(point[0] ** 2, 1) + point[1]

    found = diffcli.check(coarse, wide, {"x": 2, "y": 1})
    assert (found.passed, found.failed) == (False, False)
    assert diffcli.check(coarse, wide, {"x": 2, "y": 9}).failed


# ---- programs that end, hints that help ------------------------------------------


@pytest.mark.parametrize("command", ["grad", "check"])
def test_a_program_that_ends_is_named(command: str, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "net.py"
    file.write_text(
        "import json, sys\n"
        "for n, line in enumerate(sys.stdin):\n"
        "    x, = json.loads(line)['x']\n"
        "    if n == 5: sys.exit('tired')\n"
        "    print(json.dumps({'f': x*x, 'grad': [2*x]}), flush=True)\n",
        encoding="utf-8",
    )
    program = shlex.join([sys.executable, str(file)])
    ran = run(command, "--program", program, "--at", "3")
    assert ran.code == 0
    assert "ended with exit code 1 at [" in ran.err
    assert "tired" in ran.err


def test_no_hint_names_an_option_that_a_command_lacks(run: Run) -> None:
    for formula in ("abs(x)", "relu(x)", "max(x, 0)", "sign(x)", "sqrt(x)", "x/x"):
        for command in ("grad", "check", "sweep", "steps", "trace", "tree"):
            ran = run(command, formula, "--at", "0")
            known = run(command, "--help").out
            for word in ran.err.replace(",", " ").split():
                if word.startswith("--"):
                    assert word in known, (command, formula, ran.err)


@pytest.mark.parametrize("formula", ["exp(x)", "tan(x)"])
def test_a_missing_number_is_named(formula: str, run: Run) -> None:
    at = {"exp(x)": "709.78", "tan(x)": "1.5707963267948966"}[formula]
    ran = run("check", formula, "--at", at)
    assert ran.code == 6
    assert "finite diff gives no number here that could be compared" in ran.out


@pytest.mark.parametrize("digits", [4, 6, 9])
@pytest.mark.parametrize("size", [1e-12, 1e-9, 1e-6])
def test_a_tolerance_as_large_as_the_value_tells_nothing(
    digits: int, size: float
) -> None:
    """A value that bisection leaves as rough as itself says nothing of its slope."""

    def solved(point: list[float]) -> float:
        true, low, high = size * math.sin(point[0]), -100.0, 137.0
        while high - low > 10.0**-digits:
            middle = (low + high) / 2
            low, high = (middle, high) if middle < true else (low, middle)
        return (low + high) / 2

    for x in (0.001, 0.7, 3.0):
        for factor in (1.0, 1.01):
            said = verdict(solved, x, factor * size * math.cos(x))
            assert said in ("cannot tell", "right" if factor == 1 else "wrong")
