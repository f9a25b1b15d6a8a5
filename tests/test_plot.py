"""plot: the places where a curve breaks, and what is steep or flat."""

import csv
import itertools
import json
import math

import pytest
import sympy

from diffcli.analysis.features import Feature, Slice
from diffcli.analysis.plot import Plot, _steepest, plot, window
from diffcli.calculus.functions import BY_NAME, FUNCTIONS, ROWS, Function
from diffcli.engine.tape import Program
from diffcli.language.parser import parse
from tests.conftest import Run


def made(formula: str, low: float = -6, high: float = 6) -> Plot:
    return plot(parse(formula), "x", {}, low, high, 1201)


@pytest.mark.parametrize(
    ("formula", "kind", "places"),
    [
        ("relu(x)", "kink", [0]),
        ("abs(x-1)+abs(x+0.123)", "kink", [-0.123, 1]),
        ("sign(x-0.777)", "jump", [0.777]),
        ("floor(x/4)", "jump", [-4, 0, 4]),
        ("1/x", "pole", [0]),
        ("1/(x-0.3)^2", "pole", [0.3]),
        ("tan(x/2)^2", "pole", [-math.pi, math.pi]),
        ("1/(x-0.123)^4", "pole", [0.123]),
        ("tan(x)", "pole", [-1.5 * math.pi, -math.pi / 2, math.pi / 2, 1.5 * math.pi]),
        ("log(x)", "asymptote", [0]),
        ("sqrt(x)", "vertical tangent", [0]),
        ("cbrt(x)", "vertical tangent", [0]),
        ("sin(x)", "", []),
        ("exp(x)", "", []),
        ("tanh(40*x)", "", []),
        ("sin(x)/x", "", []),
        ("relu(x)-relu(-x)", "", []),
    ],
)
def test_features(formula: str, kind: str, places: list[float]) -> None:
    features = made(formula).features
    assert [feature.x for feature in features] == pytest.approx(places, abs=1e-8)
    assert {feature.kind for feature in features} <= {kind}


@pytest.mark.parametrize("away", range(-3, 4))
def test_only_what_is_next_to_the_steepest_place_may_be_steeper(away: int) -> None:
    """A place without a slope hides what is around it, unless it is known as a kink."""
    found = made("tanh(x)", -6.03, 6)
    samples = [*found.samples]
    row = samples.index(max(samples, key=lambda sample: sample.slope or 0.0))
    gone = samples[row + away]._replace(slope=None)
    samples[row + away] = gone
    line = Slice(Program([found.parsed.expression]), "x", {})
    assert (_steepest(line, samples, ()) is None) == (abs(away) <= 1)
    assert _steepest(line, samples, (Feature("kink", gone.x),)) is not None


# What is done to a function: smooth things, and what looks rough in doubles.
SMOOTH = (
    "{f}", "1e10+{f}", "1e-300*{f}", "{f}/(1+({x})^2)", "({f})*exp(-(100*({x}))^2)",
    "{f}+1/(1+(1000*({x}))^2)", "{f}+sin({x})^2+cos({x})^2", "({f})^2-2*({f})",
    "tanh(1e4*({x}))+{f}", "{f}+({x})^2/({x})", "{f}+sqrt(1e-20+({x})^2)",
)  # fmt: skip
LINES = (("x", 1.0, 0.0), ("x*1000-7", 1e-3, 7e-3), ("(x-3)/1e6", 1e6, 3.0))


@pytest.mark.slow
@pytest.mark.parametrize(
    "row", [r for r in FUNCTIONS if r.rough is None], ids=lambda row: row.name
)
def test_what_is_smooth_has_no_features(row: Function) -> None:
    """Every form of it, and every line; each form meets each line in some rows."""
    (low, high), *_ = reversed(row.domain.samples[: row.arity])
    turn = FUNCTIONS.index(row)
    pairs = {(form, (place + turn) % 3) for place, form in enumerate(SMOOTH)}
    for form, line in sorted(pairs | {(SMOOTH[0], 0), (SMOOTH[0], 1), (SMOOTH[0], 2)}):
        inner, scale, offset = LINES[line]
        called = f"{row.name}({inner})" if row.arity == 1 else f"{row.name}(1, {inner})"
        formula = form.format(f=called, x=inner)
        ends = low * scale + offset, high * scale + offset
        assert plot(parse(formula), "x", {}, *ends, 101).features == (), formula


#: A sample meets 0, or misses it by rounding alone, or by half a step.
AROUND_0 = [(0.0, (-2, 2, 501)), (0.0, (-3, 3, 201)), (0.0, (-1, 1.5, 334))]
PLACES = [(0.3, (-2, 2, 501)), (-1.37, (-2, 2, 501)), *AROUND_0]


#: What is done to a function that breaks: it breaks all the same.
MORE = ("", "+sin(x)", "+1e10", "*1e-250", "*(2+x^2)")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("formula", "kind"),
    [
        ("abs(x-A)", "kink"), ("max(x, A)", "kink"), ("relu(3*x-3*A)", "kink"),
        ("hypot(x-A, 0)", "kink"), ("hardtanh(x-A-1)", "kink"),
        ("abs((x-A)^3+x-A)", "kink"),
        ("min((x-A)^2, x-A)", "kink"), ("sqrt((x-A)^2)", "kink"),
        ("leakyrelu(x-A)", "kink"),
        ("sign(x-A)", "jump"), ("step(A-x)", "jump"),
        ("floor(x-A+5)*step(5-x)", "jump"),
        ("acot(x-A)", "jump"), ("(x-A)/abs(x-A)", "jump"), ("atan2(x-A, -1)", "jump"),
        ("1/(x-A)", "pole"), ("1/(x-A)^6", "pole"), ("1/abs(x-A)^0.2", "pole"),
        ("1/(x^2-2*A*x+A^2)", "pole"), ("tan(pi/2+(x-A)/9)", "pole"),
        ("gamma((x-A)/9)", "pole"), ("digamma((x-A)/9)", "pole"), ("csch(x-A)", "pole"),
        ("1/(1-cos((x-A)/2))", "pole"), ("1/(exp(x-A)-1)", "pole"),
        ("(x-A)^(-3)", "pole"),
        ("log(abs(x-A))", "asymptote"), ("log((x-A)^2)", "asymptote"),
        ("log(x-A)", "asymptote"), ("log1p(x-A-1)", "asymptote"),
        ("sqrt(x-A)", "vertical tangent"), ("cbrt(x-A)", "vertical tangent"),
        ("abs(x-A)^0.5", "vertical tangent"), ("asin(x-A+1)", "vertical tangent"),
        ("abs(x-A)^1.5", ""), ("abs(x-A)^3", ""), ("sin(x-A)/(x-A)", ""),
        ("relu(x-A)-relu(A-x)", ""), ("relu(x-A)^1.2", ""), ("(x-A)*abs(x-A)^0.3", ""),
        ("(x-A)^2/(x-A)", ""), ("elu(x-A)", ""), ("softsign(x-A)", ""),
    ],
)  # fmt: skip
def test_what_breaks_is_found_at_its_place(formula: str, kind: str) -> None:
    """At every place, with everything done to it; each of these meets each place."""
    turn = len(formula)
    pairs = {(place, MORE[(n + turn) % len(MORE)]) for n, place in enumerate(PLACES)}
    for (place, ends), more in sorted({*pairs, *((place, "") for place in PLACES)}):
        text = f"({formula.replace('A', f'({place})')}){more}"
        features = plot(parse(text), "x", {}, *ends).features
        near = [feature for feature in features if abs(feature.x - place) < 0.4]
        assert [feature.kind for feature in near] == ([kind] if kind else []), text
        assert all(abs(feature.x - place) < 1e-12 for feature in near)


@pytest.mark.parametrize(
    "formula",
    ["1/(x^2-2)", "(x+1)/(x^3-3*x+1)", "x/(x^4-5*x^2+3)", "1/(x^2+x+1)", "1/(x^2-2)^2",
     "(x-1)/(x^2-1)", "1/(x^2-1/10000)", "1/(x^2+1/10000)", "1/(1-2*x+x^2)"],
)  # fmt: skip
def test_poles_are_those_of_sympy(formula: str) -> None:
    x = sympy.symbols("x", real=True)
    expression = sympy.cancel(sympy.parse_expr(formula.replace("^", "**"), {"x": x}))
    roots = sympy.Poly(sympy.denom(expression), x).real_roots(multiple=True)
    places = sorted({float(root) for root in roots if abs(root) < 6})
    assert [f.x for f in made(formula).features] == pytest.approx(places, rel=1e-14)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_an_edge_is_0_where_a_row_is_rough_or_ends(row: Function) -> None:
    edges = {row.domain.edge, row.rough.edge if row.rough else ""} - {""}
    assert bool(edges) == bool(row.rough or row.domain.sentence)
    numbers = (-3.0, -2.0, -1.0, 0.0, 1.0, 3.0)
    for u, v in itertools.product(numbers, numbers):
        args = (u, v)[: row.arity]
        rough = row.rough is not None and row.rough.at(*args)
        if not rough or (row.name == "atan2" and u):
            continue
        values = []
        for edge in edges:
            program = Program([parse(edge, names={"u", "v"}).expression])
            values.append(abs(program.value({"u": u, "v": v})))
        assert min(values) < 1e-15, args


def test_what_is_too_dense_to_see_is_said(run: Run) -> None:
    assert not made("floor(1000*x)").complete
    assert made("floor(x)").complete
    assert "there may be more" in run("plot", "tan(1000*x)").out


@pytest.mark.slow
@pytest.mark.parametrize(
    "ends",
    ["-1e308:1e308", "1:1.0000000000000002", "0:5e-324", "1e308:1.1e308",
     "-1e-320:1e-320", "100000:100000.001", "-1.7e308:-1.6e308"],
)  # fmt: skip
@pytest.mark.parametrize("formula", ["abs(x)", "1/x", "exp(x)", "x*1e308", "tan(x)"])
def test_any_range_can_be_drawn(formula: str, ends: str, run: Run) -> None:
    for option in ("--x", "--y"):
        ran = run("plot", formula, option, ends)
        assert ran.code == 0, ran.err
        assert "nan" not in ran.out
        assert "inf" not in ran.out


def test_a_small_picture_has_two_ticks_and_a_large_screen_is_used(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for height in ("3", "4", "5", "7"):
        out = run("plot", "x^2", "--height", height).out
        assert out.count("┤") >= 2, height
    small = run("plot", "x^2", columns=120).out
    monkeypatch.setenv("LINES", "40")
    large = run("plot", "x^2", columns=120).out
    assert len(small.splitlines()) + 10 < len(large.splitlines()) <= 40


def test_a_pole_that_a_sample_meets_is_no_jump() -> None:
    features = made("tan(x)", -math.pi, math.pi).features
    assert [feature.kind for feature in features] == ["pole", "pole"]


def test_the_lecture_on_sigmoid() -> None:
    sigmoid = made("sigmoid(x)")
    assert sigmoid.steepest == (0.25, 0.0)
    edge = math.log((1 + math.sqrt(0.8)) / (1 - math.sqrt(0.8)))  # s*(1-s) = 0.05
    assert sigmoid.saturated == pytest.approx((-edge, edge), abs=1e-6)


def test_the_lecture_on_sign_and_relu() -> None:
    assert made("sign(x)").steepest == (0.0, None)
    relu = made("relu(x)")
    assert relu.steepest == (1.0, None)
    left, right = relu.saturated
    assert left == pytest.approx(0, abs=1e-9)
    assert right is None


@pytest.mark.parametrize(
    "formula", ["1/x", "log(x)", "sqrt(x)", "tan(x)", "exp(200*x)"]
)
def test_slopes_without_end_have_no_steepest(formula: str) -> None:
    assert made(formula).steepest is None


def test_the_window_keeps_a_pole_readable() -> None:
    low, high = window([made("1/x")], derivatives=False)
    assert -20 < low < -1
    assert 1 < high < 20


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_every_function_can_be_plotted(name: str, run: Run) -> None:
    row = BY_NAME[name]
    inside = {1: "x", 2: "x, 2"}[row.arity]
    ran = run("plot", f"{name}({inside})", "--height", "5", columns=60)
    assert ran.code == 0, ran.err
    assert max(map(len, ran.out.splitlines())) <= 60


def test_csv_has_value_and_derivative(run: Run) -> None:
    out = run("plot", "x^2", "sin(x)", "--samples", "5", "--x", "0:4", "-f", "csv").out
    rows = list(csv.DictReader(out.splitlines()))
    assert list(rows[0]) == ["x", "f1", "df1/dx", "f2", "df2/dx"]
    assert [float(row["x"]) for row in rows] == [0, 1, 2, 3, 4]
    assert [float(row["df1/dx"]) for row in rows] == [0, 2, 4, 6, 8]
    assert float(rows[1]["df2/dx"]) == math.cos(1)


def test_json_names_the_kink(run: Run) -> None:
    record = json.loads(run("plot", "relu(x)", "-f", "json", "--samples", "3").out)
    (function,) = record["functions"]
    assert function["features"] == [{"kind": "kink", "x": 0.0}]
    assert function["samples"][1] == {"x": 0.0, "value": 0.0, "slope": None}


def test_one_of_several_variables(run: Run) -> None:
    ran = run("plot", "w*x**2+b", "--vary", "w", "--at", "x=2,b=1", "-f", "csv")
    assert ran.out.splitlines()[0] == "w,f,df/dw"
    assert ran.out.splitlines()[1] == "-6,-23,4"
    same = run("plot", "w*x**2+b", "--vary", "w", "--at", "1,9,2", "-f", "csv")
    assert same.out == ran.out


@pytest.mark.parametrize(
    "words",
    [
        ("x*y*z",),
        ("x*y", "--vary", "z"),
        ("x*y", "--vary", "x"),
        ("x", "--x", "3"),
        ("x", "--x", "3:1"),
        ("x", "--x", "1:1"),
        (),
    ],
)
def test_unclear_calls_are_refused(words: tuple[str, ...], run: Run) -> None:
    ran = run("plot", *words)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("Error: ")


def test_a_constant_and_a_function_that_is_nowhere_defined(run: Run) -> None:
    assert run("plot", "3").code == 0
    assert run("plot", "log(-1-x^2)").code == 0


@pytest.mark.parametrize(
    "formula", ["1e308*x*10", "1e308*x", "exp(exp(x))", "1e-320*x"]
)
def test_numbers_at_the_edge_of_doubles(formula: str, run: Run) -> None:
    assert run("plot", formula).code == 0
    header, *rows = run("plot", formula, "-f", "csv").out.splitlines()
    assert (header.split(",")[0], len(rows)) == ("x", 241)
    program = Program([parse(formula).expression])
    for row in rows:
        x, value, slope = row.split(",")
        for number in (value, slope):
            assert number == "" or math.isfinite(float(number))
        if value:
            assert float(value) == program.value({"x": float(x)})
        else:
            assert slope == ""


@pytest.mark.parametrize(
    ("formula", "low", "high", "seen"),
    [
        ("(1-cos(x))/x^2", -1e-4, 1e-4, (True, True)),
        ("(1-cos(x))/x^2", -1e-7, 1e-7, (True, True)),
        ("(exp(x)-1-x)/x^2", -1e-6, 1e-6, (True, True)),
        ("sqrt(1+x)-1", 0, 1e-15, (False, True)),
        ("(1-cos(x))/x^2", -6, 6, (False, False)),
        ("sqrt(1+x)-1", -1, 1, (False, False)),
        ("sin(x)^2+cos(x)^2", -6, 6, (False, False)),
        ("1e15*x+x^2", -6, 6, (False, False)),
        ("1/x", -6, 6, (False, False)),
    ],
)
def test_rounding_that_is_seen_is_said(
    formula: str, low: float, high: float, seen: tuple[bool, bool], run: Run
) -> None:
    found = plot(parse(formula), "x", {}, low, high, 500)
    assert (found.noise is not None, found.noise_alone is not None) == seen
    words = ("plot", formula, "--x", f"{low}:{high}")
    for told, more in zip(seen, ([], ["--no-derivative"]), strict=True):
        assert ("rounding, not f, makes" in run(*words, *more).out) == told


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("1/(1+(1000*x)^2)", "beyond the picture: f = 1 at x = 0"),
        ("exp(x^2)", "beyond the picture: f = 4.311e+15 at x = -6"),
        ("-exp(x^2)", "beyond the picture: f = -4.311e+15 at x = -6"),
        ("exp(x)", ""),
        ("1/x", ""),  # the pole is named
    ],
)
def test_what_is_cut_off_is_said(formula: str, said: str, run: Run) -> None:
    ran = run("plot", formula, "--height", "5")
    assert ("beyond" in ran.out) == bool(said)
    assert said in ran.out
    assert "beyond" not in run("plot", formula, "--height", "5", "--y", "0:1").out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("log(x)", "--x", "-2:-1"), "no value of f was found from x = -2 to -1"),
        (("log(x)", "x", "--x", "-2:-1"), "no value of log was found from x = -2"),
        (("sqrt(-1-x^2)",), "no value of f was found from x = -6 to 6"),
        (("log(-1-x^2-y^2)",), "no value of f was found here"),
        (("log(x)", "--x", "-2:1"), ""), (("log(x-y)",), ""), (("5",), ""),
    ],
)  # fmt: skip
def test_an_empty_picture_says_that_it_is_one(
    words: tuple[str, ...], said: str, run: Run
) -> None:
    out = run("plot", *words).out
    assert ("no value of" in out) is bool(said)
    assert said in out
