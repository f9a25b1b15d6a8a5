"""More digits than a double has, and how many digits of a double are right."""

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from mpmath import mp, mpf

from diffcli import methods
from diffcli.analysis.grad import compare
from diffcli.analysis.hessian import hessian
from diffcli.arithmetics import multiprecision
from diffcli.engine import adaptive, by_balls, precise_differences, taylor_series
from diffcli.engine.adaptive import _SLOW, Trial, Unsettled, gradient, run, settle
from diffcli.engine.tape import Program
from diffcli.errors import KinkError
from diffcli.language.parser import parse
from diffcli.problem import Settings, pose
from tests.conftest import Run

#: formula, x, and f and its derivative as mpmath computes them from x.
CASES: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "sin(x)*exp(x)/3": (
        lambda x: mp.sin(x) * mp.exp(x) / 3,
        lambda x: mp.exp(x) * (mp.sin(x) + mp.cos(x)) / 3,
    ),
    "exp(x)-exp(-x)": (lambda x: 2 * mp.sinh(x), lambda x: 2 * mp.cosh(x)),
    "(1-cos(x))/x**2": (
        lambda x: 2 * mp.sin(x / 2) ** 2 / x**2,
        lambda x: mp.sin(x) / x**2 - 4 * mp.sin(x / 2) ** 2 / x**3,
    ),
    "gamma(x+2)": (
        lambda x: mp.gamma(x + 2),
        lambda x: mp.gamma(x + 2) * mp.digamma(x + 2),
    ),
    "0.1*x": (lambda x: x / 10, lambda x: mpf(1) / 10),
}


@pytest.mark.parametrize("digits", [18, 40, 200])
@pytest.mark.parametrize("x", [1.0, 1e-8, 0.3])
@pytest.mark.parametrize("formula", CASES)
def test_every_digit_is_right(formula: str, x: float, digits: int) -> None:
    value, slope = CASES[formula]
    names = ("finite", "symbolic", "backprop", "dual")
    settings = Settings("auto", digits=digits)
    result = compare(pose(parse(formula), {"x": x}, settings=settings), names)
    with mp.workdps(3 * digits + 50):
        pairs = [(result.value.value, value(mpf(x)))]
        pairs += [(r.partials["x"].value, slope(mpf(x))) for r in result.results]
        for got, exact in pairs:
            assert abs(got - exact) <= mpf(10) ** (1 - digits) * abs(exact)


def test_digits_on_the_command_line(run: Run) -> None:
    words = ("grad", "sqrt(x)", "--at", "2", "--digits", "40")
    with mp.workdps(60):
        slope = mp.nstr(1 / (2 * mp.sqrt(2)), 40)
    assert slope in run(*words).out
    assert run(*words, "-f", "plain").out == f"{slope}\n"
    record = json.loads(run(*words, "-f", "json").out)
    assert record["gradient"]["backprop"]["x"] == slope
    assert record["value"].startswith("1.41421356237309504880168872420969807857")


@pytest.mark.parametrize(
    ("formula", "x", "flagged"),
    [
        ("(1-cos(x))/x**2", 1e-8, True),
        ("exp(x)-exp(-x)", 1e-9, True),
        ("x**2/x", 1e-200, True),
        ("sin(x)-x", 1e-4, True),
        ("sin(x)", 3.0, False),
        ("x**2 - 1", 2.0, False),
        ("(x-1)**7", 1.0001, False),
        ("log(1+exp(-x))", 30.0, True),
    ],
)
def test_what_is_uncertain_is_said(formula: str, x: float, flagged: bool) -> None:
    result = compare(pose(parse(formula), {"x": x}))
    assert any("certain" in warning.text for warning in result.warnings) is flagged


def test_a_poor_bound_is_replaced_by_the_true_error() -> None:
    """The bound knows 1e115 on the way; the number is off by no more than 1."""
    result = compare(pose(parse("x*(1 + sinh(300) - sinh(300))"), {"x": 2.0}))
    assert result.results[-1].partials["x"] == (0.0, 1.0)
    assert any("no digit" in warning.text for warning in result.warnings)
    result = compare(pose(parse("x*max(1, sinh(300)**sign(-x))"), {"x": 2.0}))
    assert result.warnings == ()


@pytest.mark.parametrize("scheme", ["forward", "symmetric"])
def test_a_difference_of_many_digits_takes_the_samples_of_its_scheme(
    scheme: str,
) -> None:
    settings = Settings(h=1e-3, scheme=scheme, digits=30)
    (result,) = compare(
        pose(parse("x**3"), {"x": 3.0}, settings=settings), ("finite",)
    ).results
    with mp.workdps(60):
        h = mpf(1e-3)
        low = mpf(3) if scheme == "forward" else 3 - h / 2
        quotient = ((low + h) ** 3 - low**3) / h
        assert abs(result.partials["x"].value - quotient) < mpf(10) ** -28


def test_what_vanishes_is_zero() -> None:
    program = Program([parse("sin(pi)").expression])
    values = settle(lambda: Trial(run(program, {}), []), 30)
    assert values[-1] == 0


@pytest.mark.parametrize(("scheme", "order"), [("forward", 1), ("symmetric", 2)])
@pytest.mark.parametrize("h", [1e-3, 1e-6, 1e-12])
def test_the_error_of_a_quotient_is_known_above_17_digits(
    scheme: str, order: int, h: float
) -> None:
    """It is that of the first term which Taylor's series leaves out."""
    for formula in ("exp(x)", "sin(x)*exp(x)", "log(5+x)^2"):
        settings = Settings(h, scheme, digits=30)
        problem = pose(parse(formula), {"x": 0.75}, settings=settings)
        found = methods.load("finite").gradient(problem).partials["x"]
        true = gradient(problem.program, problem.point, 40).partials["x"]
        apart = abs(found.number - true)
        assert apart == pytest.approx(float(found.error), rel=1e-2 if h < 1e-3 else 0.1)
        assert apart > 1e-4 * h**order


@pytest.mark.parametrize("scheme", ["forward", "symmetric"])
@pytest.mark.parametrize("digits", [18, 30, 51])
def test_differences_have_all_the_digits_that_are_asked_for(
    scheme: str, digits: int
) -> None:
    for formula in ("exp(x)", "sin(x)*exp(x)", "log(5+x)^2"):
        settings = Settings("auto", scheme, digits=digits)
        problem = pose(parse(formula), {"x": 0.75}, settings=settings)
        found = methods.load("finite").gradient(problem).partials["x"]
        true = gradient(problem.program, problem.point, digits + 10).partials["x"]
        assert abs(found.number - true) <= mpf(10) ** -digits * abs(true)


@pytest.mark.parametrize("name", sorted(_SLOW))
def test_a_slow_function_is_not_asked_for_a_thousand_digits(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They would take minutes, and no run can prove that a slope is 0."""
    digits: list[int] = []
    sweep = adaptive._sweep

    def noted(*given: Any) -> tuple[list[Any], list[Any]]:
        digits.append(mp.dps)
        return sweep(*given)

    monkeypatch.setattr(adaptive, "_sweep", noted)
    call = f"{name}(1, pi)" if name == "polygamma" else f"{name}(pi)"
    formula = parse(f"{call}/(x*x)*exp(x+x)")
    found = gradient(Program([formula.expression]), {"x": mpf(1)}, 17)
    assert found.partials["x"] == 0
    assert 100 < max(digits) < 500


def test_what_grows_with_the_digits_is_given_up_soon() -> None:
    tried = []

    def compute() -> Trial:
        tried.append(mp.dps)
        pole = 1 / mp.sin(mp.pi)
        return Trial([pole], [pole])

    with pytest.raises(Unsettled):
        settle(compute, 17)
    assert max(tried) < 500
    assert compare(pose(parse("x+gamma(tan(pi))/1e16"), {"x": 1.0})).warnings


def test_no_exponent_fills_the_memory() -> None:
    """exp(-1e300) is 0 and 2**(2**(1e6)) too large: neither is computed bit by bit."""
    exp, power = (multiprecision.PRIMITIVES[name] for name in ("exp", "power"))
    huge = mp.ldexp(1, 10**7)
    assert exp(mp.mpf(-1e300)) == 0
    assert power(mp.mpf(0.5), huge) == power(mp.mpf(3), -huge) == 0
    assert power(mp.one, huge) == 1
    with pytest.raises(OverflowError):
        power(mp.mpf(3), huge)
    softplus = multiprecision.PRIMITIVES["softplus"]
    assert softplus(mp.mpf(-1e300)) == 0


@pytest.mark.parametrize("x", ["0.1", "1e-9", "pi/6", "-1/3"])
@pytest.mark.parametrize("order", ["1", "2", "5"])
def test_that_a_point_is_one_of_doubles_is_said(x: str, order: str, run: Run) -> None:
    words = ("grad", "x^2", "--at", x, "--order", order, "--digits")
    ran = run(*words, "30", "-f", "plain")
    shown = ran.err.split("x = ")[1].split(";")[0]
    with mp.workdps(60):
        double = mpf(float(Program([parse(x).expression]).value({})))
        assert shown == mp.nstr(double, 30)
    assert run(*words, "17").err == ""
    assert run(*words, "30", "--prove").err == ""


@pytest.mark.parametrize("x", ["0.5", "3/4", "2^60", "-7", "sqrt(4)"])
def test_nothing_is_said_of_what_a_double_is(x: str, run: Run) -> None:
    assert run("grad", "x^2", "--at", x, "--digits", "30").err == ""


ONES = ["y/y", "y*(1/y)", "sqrt(y)/sqrt(y)", "y**3/y**3", "y**2*y**-2", "(y+y)/y/2"]


@pytest.mark.parametrize("one", ONES)
@pytest.mark.parametrize("outer", ["sech(y)", "cos(y)", "exp(y)", "(1+y**2)", "2"])
def test_terms_that_cancel_inside_an_adjoint_are_seen(
    one: str, outer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two runs agreed on what was left where both had lost the same term."""
    monkeypatch.setattr(by_balls, "is_installed", lambda: False)
    program = Program([parse(f"{outer}*({one}*10**y)").expression])
    plain = Program([parse(f"{outer}*10**y").expression])
    for y in (5.36e-196, 5.36e-96, 1e-20):
        found = gradient(program, {"y": y}, 17).partials["y"]
        forward = adaptive.forward_slope(program, {"y": y}, "y", 17)
        with mp.workdps(60):
            truth = gradient(plain, {"y": y}, 30).partials["y"]
            assert abs(found - truth) < 1e-16
            assert abs(forward - truth) < 1e-16


@pytest.mark.parametrize("large", ["1e95", "1e195"])
def test_what_cancels_in_the_samples_of_a_difference_is_seen(
    large: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(by_balls, "is_installed", lambda: False)
    program = Program([parse(f"sin(x)+((x*3+{large})-{large})").expression])
    plain = Program([parse("sin(x)+3*x").expression])
    for scheme, h in (("symmetric", 1e-5), ("forward", 1e-20)):
        one, other = (
            precise_differences.difference(p, {"x": 0.5}, "x", scheme, h, 20)[0]
            for p in (program, plain)
        )
        assert abs(one - other) < 1e-15
    one, other = (
        precise_differences.higher_difference(
            p, {"x": 0.5}, "x", "symmetric", 1e-3, 2, 20
        )[0]
        for p in (program, plain)
    )
    assert abs(one - other) < 1e-15


@pytest.mark.parametrize(
    ("formula", "x"),
    [
        ("((1/3)**x)**x + 1", 9.1e-68), ("erf(erf(-x)**acot(x))", -25.826487869572787),
        ("(2**x)**x*sin(x)", 1e-30), ("log(1+x)*x + x**2", 1e-50),
    ],
)  # fmt: skip
def test_what_is_lost_beside_1_is_seen(
    formula: str, x: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two runs that both take 1+1e-68 for 1 agree on a slope that is half of it."""
    program = Program([parse(formula).expression])
    (truth,) = gradient(program, {"x": x}, 60).partials.values()
    monkeypatch.setattr(by_balls, "is_installed", lambda: False)
    for digits in (17, 40):
        (found,) = gradient(program, {"x": x}, digits).partials.values()
        assert mp.almosteq(found, truth, rel_eps=mpf(10) ** (1 - digits))


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        (
            "grad sin(x)*y --at 1,2 --digits 30",
            0,
            "only about 15 digits of f are certain",
        ),
        ("grad sin(x)*y --at 1,2 --digits 30 --method dual", 0, "about 15 digits of f"),
        (
            "grad sin(x)*y --at 1,2 --digits 30 --order 2",
            0,
            "no sweep for the second derivatives: no two runs agree\nNote: the",
        ),
        ("grad sin(x)*y --at 1,2 --order 2", 0, "0.5403023059"),
        ("grad sin(x) --at 1 --order 4", 4, "in so many digits that none is certain"),
        ("check sin(x) --claim cos(x)+x-1 --at 1", 0, "ok, here"),
        ("sweep sin(x) --at 1", 0, "symmetric    best h = "),
    ],
)
def test_what_no_two_runs_agree_on_is_said(
    line: str, code: int, said: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object, **__: object) -> None:
        raise Unsettled("no two runs agree")

    for module in (adaptive, taylor_series):
        monkeypatch.setattr(module, "settle", never)
    monkeypatch.setattr(by_balls, "numbers", lambda *_, **__: None)
    ran = run(*line.split())
    assert ran.code == code
    assert said in ran.out + ran.err


def test_where_a_formula_is_long_the_rules_stop(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("diffcli.analysis.taylor_by_method._LONGEST", 3)
    ran = run("grad", "exp(x)*sin(x)", "--at", "1", "--order", "4")
    assert "has over 3 parts; the rules stop there" in ran.err


#: Factors and places whose product is a decimal that doubles miss by a rounding.
MISSED = [
    (k, x, f"{Decimal(k) * x}")
    for k in ("0.1", "0.7", "1.1", "0.07")
    for x in (3, 6, 7, 9, 11, 13)
    if float(k) * x != float(Decimal(k) * x)
][:6]


HIDDEN = (
    "abs({c} - {k}*x)", "relu({k}*x - {c})", "relu({c} - {k}*x)", "max({k}*x, {c})",
    "min({k}*x, {c})", "sign({k}*x - {c})", "floor({k}*x/{c})", "cbrt({k}*x - {c})",
    "sqrt(({k}*x - {c})^2)", "where({k}*x > {c}, x, x^2)", "abs({c} - {k}*x)*x + y",
)  # fmt: skip


@pytest.mark.parametrize("formula", HIDDEN)
def test_a_kink_that_doubles_miss_is_one_in_a_table_too(
    formula: str, run: Run, tmp_path: Path
) -> None:
    """In a block and alone, by every method."""
    for k, x, c in MISSED[:2]:
        text = formula.format(k=k, c=c)
        rows = [f"{x}"] if "y" not in text else [f"{x},2"]
        others = [row.replace(str(x), str(x + n), 1) for row in rows for n in (20, 40)]
        path = tmp_path / "points.csv"
        path.write_text("\n".join(["x,y" if "y" in text else "x", *others, *rows, ""]))
        words = ("grad", text, "--points", str(path), "--keep-going", "-f", "csv")
        for method in methods.names():
            said = run(*words, "--method", method).out.splitlines()
            found = [line.rpartition(",")[2] for line in said[1:]]
            assert found == ["ok", "ok", "kink"], method
        assert run("grad", text, "--at", *rows, "-f", "plain").code == 5


@pytest.mark.parametrize("digits", [17, 30])
@pytest.mark.parametrize("formula", HIDDEN)
def test_a_kink_that_doubles_miss_is_one(formula: str, digits: int) -> None:
    """relu(0.3 - 0.1*x) had the slope 0 at 3, without a word."""
    assert len(MISSED) == 6
    for k, x, c in MISSED:
        parsed = parse(formula.format(k=k, c=c))
        point = {"x": float(x), "y": 2.0}
        names = parsed.variables
        settings = Settings(digits=digits)
        at = {name: point[name] for name in names}
        found = compare(pose(parsed, at, names, settings))
        assert found.kinks == ("x",), (parsed.source, x)
        beside = compare(pose(parsed, at | {"x": x + 0.5}, names, settings))
        assert not beside.kinks


@pytest.mark.parametrize("digits", [17, 30])
def test_nor_has_it_a_second_derivative(digits: int) -> None:
    for k, x, c in MISSED:
        parsed = parse(f"abs({c} - {k}*x)")
        problem = pose(parsed, {"x": float(x)}, ["x"], Settings(digits=digits))
        with pytest.raises(KinkError, match="abs has a kink"):
            hessian(problem)


@pytest.mark.parametrize("x", [1.6, 3.0])
@pytest.mark.parametrize("digits", [17, 30])
@pytest.mark.parametrize(
    "nothing",
    ["sin(x)^2 + cos(x)^2 - 1", "log(exp(x)) - x", "0.1*x + 0.2*x - 0.3*x",
     "cosh(x)^2 - sinh(x)^2 - 1"],
)  # fmt: skip
@pytest.mark.parametrize("kinked", ["abs", "relu"])
def test_what_is_0_all_around_has_no_kink(
    kinked: str, nothing: str, digits: int, x: float
) -> None:
    problem = pose(
        parse(f"{kinked}({nothing})"), {"x": x}, ["x"], Settings(digits=digits)
    )
    assert not compare(problem).kinks
    assert hessian(problem).partial("x", "x").value == pytest.approx(0, abs=1e-9)
