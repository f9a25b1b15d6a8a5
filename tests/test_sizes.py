"""A number is 0 only if it is 0, and the sizes met on the way are the measure."""

import math
import sys
from collections.abc import Callable
from typing import Any

import pytest
from mpmath import mp

from diffcli import methods
from diffcli.analysis.grad import compare
from diffcli.arithmetics import multiprecision
from diffcli.arithmetics.multiprecision import Real
from diffcli.calculus.functions import FUNCTIONS, NAMED, WHEN, Function
from diffcli.engine import fold
from diffcli.engine.adaptive import gradient, values
from diffcli.engine.bounds import value_bound
from diffcli.engine.one_sided import limit, one_sided
from diffcli.engine.tape import Program
from diffcli.errors import DiffcliError
from diffcli.language.expression import call
from diffcli.language.parser import parse
from diffcli.problem import Settings, pose
from tests.conftest import Run

TINY: dict[str, tuple[float, Callable[[Real], Real]]] = {
    "6.626e-34*x": (3.0, lambda x: mp.mpf("6.626e-34")),
    "x*1e-300": (3.0, lambda x: mp.mpf("1e-300")),
    "x^2": (1e-40, lambda x: 2 * x),
    "tanh(x)": (100.0, lambda x: 1 / mp.cosh(x) ** 2),
    "sigmoid(x)": (80.0, lambda x: mp.exp(-x) / (1 + mp.exp(-x)) ** 2),
    "log(1+x)": (1e-40, lambda x: 1 / (1 + x)),
    "(1+x)^2-1-2x": (1e-60, lambda x: 2 * x),
    "exp(-x^2)": (15.0, lambda x: -2 * x * mp.exp(-x * x)),
}
CANCELLED = ["sin(pi)*x", "x-x", "0*x", "log(exp(x))-x", "exp(300)*(x-x)"]
SLOPES = {
    "x+x*abs(x)^0.3": 1,
    "5x+cbrt(x)^4": 5,
    "3x+abs(x)^(4/3)": 3,
    "relu(x)^1.2+x": 1,
    "x-7*cbrt(x)^5": 1,
    "exp(300)+relu(x)-relu(-x)": 1,
    "1e-200*x+relu(x)^2": 1e-200,
    "1e200*x+abs(x)^1.5": 1e200,
    "abs(x)*x": 0,
    "abs(x)^1.001": 0,
}


@pytest.mark.parametrize("digits", [17, 20, 25, 30, 50])
@pytest.mark.parametrize("text", TINY)
def test_a_small_number_is_not_0(text: str, digits: int) -> None:
    x, slope = TINY[text]
    with mp.workdps(400):
        expected = slope(mp.mpf(x))
        (found,) = gradient(
            Program([parse(text).expression]), {"x": x}, digits
        ).partials.values()
        assert abs(found - expected) <= mp.mpf(10) ** -digits * abs(expected)


@pytest.mark.parametrize("digits", [17, 30])
@pytest.mark.parametrize("text", CANCELLED)
def test_what_cancels_is_0(text: str, digits: int) -> None:
    found = gradient(Program([parse(text).expression]), {"x": 1.5}, digits)
    assert list(found.partials.values()) == [0]


@pytest.mark.parametrize("text", SLOPES)
def test_a_slope_is_the_limit_of_the_quotients(text: str) -> None:
    found = one_sided(Program([parse(text).expression]), {"x": 0.0}, "x")
    assert found.slope == pytest.approx(SLOPES[text], rel=1e-12, abs=0)


@pytest.mark.parametrize("text", ["x*sin(1/(x+1e-100))", "abs(x)/(log(abs(x)+1e-300))"])
def test_quotients_that_settle_on_nothing_are_no_slope(text: str) -> None:
    found = one_sided(Program([parse(text).expression]), {"x": 0.0}, "x")
    assert found.slope is None


@pytest.mark.parametrize("text", ["x^2/abs(x)", "x*atan(1/x)", "x*sin(1/x)", "1/x"])
def test_no_limit_is_claimed_where_the_sides_differ(text: str) -> None:
    assert limit(Program([parse(text).expression]), 0.0, "x") is None


@pytest.mark.parametrize(
    ("text", "x"),
    [("1/log(x+0.1)", 0.9), ("1/(x+0.2-0.3)", 0.1), ("tan(x)/(x-0.7+0.6-0.3)", 0.4)],
)
def test_no_limit_is_claimed_beside_a_pole_between_doubles(text: str, x: float) -> None:
    assert limit(Program([parse(text).expression]), x, "x") is None


def test_a_hole_elsewhere_than_at_0_has_a_limit() -> None:
    for text in ("(x-1)^2/(x-1)", "(x^2-1)/(x-1)", "log(x)/(x-1)"):
        assert limit(Program([parse(text).expression]), 1.0, "x") is not None, text


@pytest.mark.parametrize("text", ["sin(x)/x", "(1-cos(x))/x", "x^2/x", "3+x^3/x"])
def test_a_hole_that_can_be_filled_has_a_limit(text: str) -> None:
    found = limit(Program([parse(text).expression]), 0.0, "x")
    assert found is not None
    assert math.isfinite(found.value + found.slope)


@pytest.mark.parametrize("size", [1e-200, 1e-20, 1.0, 1e100])
def test_a_scaled_norm_has_no_kink(size: float) -> None:
    program = Program([parse("sqrt(x^2+y^2)").expression])
    point = {"x": 3 * size, "y": 4 * size}
    assert one_sided(program, point, "x").slope == pytest.approx(0.6)


KINKS = [
    ("abs(x)", "0"),
    ("relu(x)", "0"),
    ("sign(x)", "0"),
    ("max(x,y)", "1,1"),
    ("cbrt(x)", "0"),
    ("x*floor(x)", "2"),
]


@pytest.mark.parametrize(("text", "point"), KINKS)
@pytest.mark.parametrize("command", ["grad", "steps", "trace", "tree"])
def test_no_command_gives_a_number_where_grad_refuses(
    command: str, text: str, point: str, run: Run
) -> None:
    assert run(command, text, "--at", point, "-f", "json").code == 5


@pytest.mark.parametrize("command", ["steps", "trace", "tree"])
def test_where_a_kink_cancels_no_other_slope_is_shown(command: str, run: Run) -> None:
    found = run(command, "relu(x)-relu(-x)", "--at", "0", "-f", "json")
    assert found.code == 5
    assert "slope 1" in found.err


SIZES = [1.37 * 10.0**k for k in (-300, -200, -155, -20, -3, 0, 2, 20, 155, 200, 300)]


@pytest.mark.parametrize(
    "row", [row for row in FUNCTIONS if row.arity == 1], ids=lambda row: row.name
)
def test_a_partial_is_right_at_every_size(row: Function) -> None:
    """Neither a square that overflows nor one that underflows makes a partial 0."""
    for u in (*SIZES, *(-size for size in SIZES)):
        rough = row.rough and row.rough.at(u)
        if rough or not row.domain.holds(u) or (row.name in PERIODIC and abs(u) > 1e20):
            continue
        try:
            partial = row.partials[0](row.value(u), u)
        except (ValueError, ArithmeticError):
            continue
        with mp.workdps(700):
            try:
                true = fold.compiled(multiprecision, row.derivatives[0])(mp.mpf(u))
            except (ValueError, ArithmeticError, NotImplementedError):
                continue
            fits = abs(partial - true) <= 1e-9 * abs(true) + 1e-307
            assert fits or abs(true) > sys.float_info.max, u


PERIODIC = ("gamma", "lgamma", "digamma")  # mpmath takes minutes far from 0

INSIDE = [
    ("1/lgamma(x)", -2.457024738), ("1/logsumexp(x,x)", -0.69314718),
    ("1/hardsigmoid(x)", -2.9999999), ("1/digamma(x)", 1.4616321449),
    ("log(lgamma(x))", 2.0000001), ("e-x", math.e), ("exp(x)-e", 1.0),
    ("1/(x-0.1)", 0.1000000001), ("1/(pi-x)", 3.14159265), ("x-cos(2.8845e34)", 1.0),
    ("x*sin(1e23)", 2.0), ("exp(x)*(1e17-99999999999999983)", 1.0),
]  # fmt: skip


@pytest.mark.parametrize(("formula", "x"), INSIDE)
def test_what_cancels_inside_a_row_is_bounded(formula: str, x: float) -> None:
    """Every number is within its error, and an error of more than 1e-9 is said."""
    parsed = parse(formula)
    found = compare(pose(parsed, {"x": x}), ("symbolic", "backprop"))
    true = gradient(found.problem.program, {"x": x}, 30)
    pairs = [(found.value, true.value)]
    pairs += [(r.partials["x"], true.partials["x"]) for r in found.results]
    for estimate, exact in pairs:
        off = abs(estimate.number - exact)
        assert off <= estimate.error
        assert off <= 1e-9 * abs(exact) or found.warnings


@pytest.mark.parametrize(
    ("formula", "x", "warned"),
    [
        ("tanh(1e8*x)", 1e-8, True), ("sin(1e6*x)", 1.0, True), ("sin(x)", 1.0, False),
        ("x^2", 1e-3, False), ("cos(x)", 0.0, False),
    ],
)  # fmt: skip
def test_differences_alone_say_where_h_is_wrong(
    formula: str, x: float, warned: bool, run: Run
) -> None:
    ran = run("grad", formula, "--at", str(x), "--method", "finite")
    assert ("h = auto" in ran.err) == warned


@pytest.mark.parametrize(
    ("formula", "x"),
    [
        ("x^2", 1e-150),
        ("x^2", 1e-170),
        ("exp(-x)", 680.0),
        ("cos(x)", 0.0),
        ("x^3", 0),
        ("(x-1)^3", 1),
    ],
)
def test_a_complex_step_is_right_or_refused(formula: str, x: float) -> None:
    problem = pose(parse(formula), {"x": float(x)})
    found = methods.load("complex").gradient(problem).partials["x"]
    exact = gradient(problem.program, {"x": float(x)}, 17).partials["x"]
    assert found.value is None or abs(found.value - exact) <= 1e-12 * abs(exact)
    assert found.value == 0.0 or exact != 0


@pytest.mark.parametrize(
    ("formula", "slope"),
    [
        ("abs(x)*x+pi*x", lambda: mp.pi),
        ("relu(x)-relu(-x)", lambda: 1),
        ("x*abs(x)+x/3", lambda: mp.mpf(1) / 3),
        ("max(0.1*x, 0.1*x+x^2)", lambda: mp.mpf("0.1")),
        ("e^2*relu(x)-e^2*relu(-x)", lambda: mp.exp(2)),
    ],
)
@pytest.mark.parametrize("digits", [18, 30, 200])
def test_a_slope_that_cancels_at_a_corner_has_the_digits_asked_for(
    formula: str, slope: Callable[[], Any], digits: int
) -> None:
    settings = Settings("auto", digits=digits)
    found = compare(pose(parse(formula), {"x": 0.0}, settings=settings))
    with mp.workdps(2 * digits):
        for result in methods.exact(found.results):
            apart = abs(result.partials["x"].number - slope())
            assert apart <= mp.mpf(10) ** -digits * abs(slope())


UNARY = [row for row in FUNCTIONS if row.arity == 1]
PLACES = (-2e8, -30.0, -1.0, -0.5, -1e-8, 0.0, 4e-8, 5.0, 3e6)


@pytest.mark.parametrize("row", UNARY, ids=lambda row: row.name)
def test_exact_methods_are_right_or_say_how_far_they_are_off(row: Function) -> None:
    for formula in (f"{row.name}(x)", f"{row.name}(e/x)"):
        for x in PLACES:
            try:
                problem = pose(parse(formula), {"x": x})
            except DiffcliError:
                continue
            if problem.tape.rough_rows():
                continue
            exact = gradient(problem.program, problem.point, 17).partials["x"]
            for name in methods.names():
                method = methods.load(name)
                found = method.gradient(problem).partials.get("x")
                if method.EXACT and found and found.value is not None:
                    allowed = found.error + 1e-15 * abs(exact) + 5e-324
                    assert abs(found.value - exact) <= allowed, (name, formula, x)


@pytest.mark.parametrize("formula", ["2e12/x*(x+1e-8)", "lgamma(1/x)"])
def test_what_underflows_on_the_way_is_doubted(formula: str) -> None:
    found = compare(pose(parse(formula), {"x": 5e203}), ("backprop", "dual"))
    exact = gradient(found.problem.program, {"x": 5e203}, 17).partials["x"]
    for result in found.results:
        estimate = result.partials["x"]
        assert abs(estimate.number - exact) <= estimate.error
    assert found.warnings


JUMPING = [
    row
    for row in NAMED.values()
    if row is WHEN or (row.rough and row.rough.kind == "jump")
]


@pytest.mark.parametrize("row", JUMPING, ids=lambda row: row.name)
@pytest.mark.parametrize(
    ("near", "x"), [("x*10/3-1", 0.3), ("1-x*10/3", 0.3), ("x^2", 1e-200)]
)
def test_a_value_beside_a_jump_is_right_or_uncertain(
    row: Function, near: str, x: float
) -> None:
    below, one = parse(near).expression, parse("1").expression
    lower, minus = (parse(text).expression for text in (f"{near}+1", "-1"))
    several = [[below, one], [one, below], [below, minus], [lower, one]]
    for args in [[below]] if row.arity == 1 else several:
        program = Program([call(row, *args)])
        if row.name == "mod" and args[1] is below:
            continue  # divided by nothing
        tape = program.run({"x": x})
        bound = value_bound(tape.backward())
        (exact,) = values(program, {"x": x}, 17)
        apart = abs(tape.values[program.outputs[0]] - exact)
        assert apart <= bound + 1e-15 * abs(exact), args


@pytest.mark.parametrize(
    ("formula", "x"),
    [("asec(exp(x))", 1e-200), ("acosh(1+x)", 1e-20), ("acos(x)^2", 1.0)],
)
def test_a_value_beside_a_vertical_tangent_is_right_or_uncertain(
    formula: str, x: float
) -> None:
    found = compare(pose(parse(formula), {"x": x}), ("backprop",))
    (exact,) = values(found.problem.program, {"x": x}, 30)
    assert abs(found.value.number - exact) <= found.value.error + 1e-15 * abs(exact)
    assert bool(found.warnings) == (exact != 0)


@pytest.mark.parametrize("x", [1e10, 2.59e25, -1e3 - 0.5, -0.5, 0.5, 1.5, 30.25])
def test_lgamma_has_all_digits_at_any_size(x: float) -> None:
    for digits in (20, 40):
        settings = Settings("auto", digits=digits)
        found = compare(pose(parse("lgamma(x)"), {"x": x}, settings=settings))
        with mp.workdps(2 * digits + 30):
            exact = mp.re(mp.loggamma(mp.mpf(x)))
            assert abs(found.value.number - exact) <= mp.mpf(10) ** -digits * abs(exact)
    assert not found.warnings


@pytest.mark.parametrize(
    "formula", ["atan2(x, logsumexp(x, 1e-22))", "gelu(x)+log(x-1e9)", "erf(x)/x"]
)
def test_what_complex_numbers_lack_is_said(formula: str) -> None:
    found = methods.load("complex").gradient(pose(parse(formula), {"x": 8.3e9}))
    assert found.failure or all(e.value is None for e in found.partials.values())


LARGE = {row.name: row for row in UNARY if row.name not in ("digamma", "gamma")}


@pytest.mark.slow
@pytest.mark.parametrize("name", LARGE)
def test_more_digits_are_had_wherever_doubles_are(name: str) -> None:
    """No function is refused, and no kink seen, because a number is large."""
    for x in (-1e10, 1e10, 5e8):
        has_more_digits(name, x)


def has_more_digits(name: str, x: float) -> None:
    formula = f"max({name}(x), -{name}(x))+0*x"
    try:
        plain = compare(pose(parse(formula), {"x": x}), ("backprop",))
    except DiffcliError:
        return
    if plain.kinks or plain.warnings:
        return
    more = pose(parse(formula), {"x": x}, settings=Settings("auto", digits=25))
    found = compare(more, ("backprop",))
    assert not found.kinks
    assert not found.warnings
    for one, other in (
        (plain.value, found.value),
        (plain.partial("x"), found.partial("x")),
    ):
        assert float(other.number) == pytest.approx(one.value, rel=1e-9, abs=1e-300)


@pytest.mark.parametrize(
    ("formula", "x"),
    [
        ("atan2(3*x, x)", 7.285129876948832e-06), ("(-0.5)^(x-x)", -630859.9),
        ("x/x", 0.3), ("sin(x)^2+cos(x)^2", 1.3), ("log(exp(x))-x", 0.7), ("x-x", 5.0),
        ("relu(-1-x^2)", 2.0), ("(x+1)^2-x^2-2x", 0.3), ("exp(x)/exp(x)", 3.1),
    ],
)  # fmt: skip
def test_a_slope_of_0_is_shown_as_0(formula: str, x: float) -> None:
    settings = Settings("auto")
    problem = pose(parse(formula), {"x": x}, settings=settings)
    found = methods.load("finite").gradient(problem).partials["x"]
    assert found.value is not None
    assert abs(found.value) <= max(found.error, 1e-12)


@pytest.mark.parametrize(("formula", "x"), [("sech(tanh(x))", 36.2), ("x+1e30", 2.0)])
def test_a_slope_that_differences_cannot_see_is_not_shown(
    formula: str, x: float
) -> None:
    problem = pose(parse(formula), {"x": x}, settings=Settings("auto"))
    assert methods.load("finite").gradient(problem).partials["x"].value is None


@pytest.mark.parametrize("zero", [1.0, 2.0])
def test_lgamma_keeps_its_digits_beside_its_zeros(zero: float) -> None:
    for apart in (1e-12, -1e-9, 1e-5, -0.01, 0.3, -0.4):
        u = zero + apart
        exact = float(mp.loggamma(mp.mpf(u)))
        assert NAMED["lgamma"].value(u) == pytest.approx(exact, rel=1e-15, abs=0)
