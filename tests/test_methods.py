"""What every method gives back, and where: absent variables, kinks, counts, limits."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from mpmath import mp

import diffcli
from diffcli import methods as all_methods
from diffcli.analysis.grad import compare
from diffcli.arithmetics import Unavailable, complex_values, multiprecision
from diffcli.calculus.functions import ROWS, Function
from diffcli.engine.columns import filled
from diffcli.engine.fold import operation
from diffcli.engine.tape import Program
from diffcli.errors import UsageError
from diffcli.language.expression import call, variable
from diffcli.language.parser import parse
from diffcli.language.printer import text
from diffcli.methods.finite import tiny_step
from diffcli.problem import Problem, Problems, Settings, pose


def load(name: str) -> Any:
    """Return a method; not all have ``gradients``."""
    return all_methods.load(name)


EXACT = tuple(name for name in all_methods.names() if load(name).EXACT)


@pytest.mark.parametrize("digits", [10, 30])
@pytest.mark.parametrize("name", all_methods.names())
def test_toward_what_does_not_occur_it_is_0_for_certain(name: str, digits: int) -> None:
    """At a point and in columns, beside a variable that does occur."""
    if name == "complex" and digits > 17:
        return
    parsed = parse("x^2+0*sin(x)", names={"x", "absent"})
    program = Program([parsed.expression])
    chosen, settings = ("x", "absent"), Settings(digits=digits)
    problem = pose(parsed, {"x": 3.0, "absent": 2.0}, chosen, settings)
    found = load(name).gradient(problem).partials
    assert found["absent"] == (0.0, 0.0) or name == "finite"
    assert found["absent"].value == 0
    assert found["x"].number == pytest.approx(6, rel=1e-9)
    if digits > 17 or name == "complex":  # whose columns leave it to a closer look
        return
    columns = {"x": [3.0, 2.0], "absent": [2.0, 1.0]}
    problems = Problems(parsed, program, chosen, columns, settings)
    many = load(name).gradients(problems).partials["absent"]
    for number in (many.value, *([many.error] if name != "finite" else [])):
        assert number in (0.0, [0.0, 0.0])


@pytest.mark.parametrize(
    "row",
    [row for row in ROWS if row.rough and row.rough.convention is not None],
    ids=lambda row: row.name,
)
def test_at_a_kink_every_exact_method_takes_the_convention(row: Function) -> None:
    names = "xy"[: row.arity]
    formula = call(row, *map(variable, names))
    rough = row.rough
    assert rough is not None
    place = next(u for u in (0.0, 1.0, 3.0) if rough.at(u, *([u] * (row.arity - 1))))
    settings = Settings(subgradient=True)
    at = dict.fromkeys(names, place)
    problem = pose(parse(text(formula)), at, settings=settings)
    for result in compare(problem, EXACT).results:
        if result.method == "complex" and row.name not in complex_values.PRIMITIVES:
            continue  # it takes what is between the slopes of the definition
        values = [estimate.value for estimate in result.partials.values()]
        assert values == [pytest.approx(rough.convention)] * row.arity, result.method


def problems_of(count: int) -> Iterator[tuple[Problem, Problems]]:
    """Yield a sum of squares at a point and at two, with every scheme and some h."""
    names = [f"x{n}" for n in range(count)]
    parsed = parse("+".join(f"{name}^2" for name in names))
    for scheme in ("forward", "backward", "symmetric"):
        settings = Settings(1e-4, scheme)
        yield (
            pose(parsed, dict.fromkeys(names, 1.5), settings=settings),
            Problems(
                parsed, Program([parsed.expression]), tuple(names),
                {name: [1.5, 2.5] for name in names}, settings,
            ),
        )  # fmt: skip


@pytest.mark.parametrize("count", [1, 3])
def test_differences_count_how_often_f_was_asked(count: int) -> None:
    """Two for each variable; or one, and one for all at the point itself."""
    finite = load("finite")
    for problem, problems in problems_of(count):
        wanted = 2 * count if problem.settings.scheme == "symmetric" else count + 1
        assert finite.gradient(problem).evaluations == wanted
        assert finite.gradients(problems).evaluations == wanted
        if problem.settings.scheme != "backward":
            precise = problem._replace(settings=problem.settings._replace(digits=30))
            assert finite.gradient(precise).evaluations == wanted
        for name in ("dual", "complex"):
            assert load(name).gradient(problem).evaluations == count
            assert load(name).gradients(problems).evaluations == count
        assert load("backprop").gradient(problem).evaluations == 1
        assert load("backprop").gradients(problems).evaluations == 1
        assert load("symbolic").gradient(problem).evaluations == 0
        assert load("symbolic").gradients(problems).evaluations == 0


@pytest.mark.parametrize("digits", [18, 31, 100])
def test_a_tiny_step_leaves_all_digits_of_a_quotient(digits: int) -> None:
    """What a scheme leaves out is of the order of h, or of h*h."""
    for scheme, order in (("forward", 1), ("symmetric", 2)):
        with mp.workdps(9):
            left_out = tiny_step(Settings("auto", scheme, digits)) ** order
            assert mp.mpf(10) ** -(digits + 9) < left_out <= mp.mpf(10) ** -(digits + 3)
            assert tiny_step(Settings(0.25, scheme, digits)) == 0.25


POWERS = (-101, -100, -99, -3, 2, 99, 100, 101)


@pytest.mark.parametrize("base", [-1.01 + 1e-20j, -0.5 + 0j, 1.01 + 1e-20j])
@pytest.mark.parametrize("exponent", [*POWERS, 0.5, -1.5])
def test_a_complex_power_of_a_negative_base_is_multiplied_or_refused(
    base: complex, exponent: float
) -> None:
    power = operation(complex_values, "power")
    whole = exponent == int(exponent) and abs(exponent) <= 100
    if base.real < 0 and not whole:
        with pytest.raises(Unavailable):
            power(base, complex(exponent))
        return
    found = power(base, complex(exponent))
    with mp.workdps(60):
        truth = mp.power(mp.mpc(base), exponent)
    assert found == pytest.approx(complex(truth), rel=1e-12)
    assert found.imag == pytest.approx(float(truth.imag), rel=1e-12, abs=1e-300)
    if base.real > 0:
        moved = power(base, exponent + 1e-20j)
        slope = float(mp.log(base.real) * truth.real)
        assert (moved - found).imag * 1e20 == pytest.approx(slope, rel=1e-12)


@pytest.mark.parametrize("x", ["1e-60", "1e-12", "1e-5", "1", "1e3"])
@pytest.mark.parametrize(
    "formula",
    [
        "x^2",
        "x^2.5",
        "sqrt(x)",
        "1/x",
        "x^7*1e9",
        "sin(x)",
        "x*1e-300",
        "exp(-x^2)",
        "3+x^2",
    ],
)
def test_the_complex_step_is_right_or_silent(formula: str, x: str) -> None:
    """Where steps underflow it takes wider ones; what is 0 is 0 for it too."""
    problem = diffcli.pose(formula, {"x": x})
    found = load("complex").gradient(problem).partials["x"]
    truth = load("backprop").gradient(problem).partials["x"].number
    if found.value is None:
        assert abs(truth) < 1e-40
    else:
        assert abs(found.value - truth) <= found.error + 1e-14 * abs(truth)


@pytest.mark.parametrize(
    ("formula", "x", "slope"),
    [("x-1", 1.0, 1), ("x^2-4", 2.0, 4), ("sin(x)", 0.0, 1), ("x", 0.0, 1),
    ("7*x", 0.0, 7),
     ("1e-32*x", 1e-5, 1e-32)],
)  # fmt: skip
def test_the_complex_step_is_right_where_f_is_0(
    formula: str, x: float, slope: float
) -> None:
    problem = diffcli.pose(formula, {"x": x})
    found = load("complex").gradient(problem).partials["x"]
    assert found.value == pytest.approx(slope, rel=1e-14, abs=0)
    columns = {"x": [x, x]}
    many = Problems(problem.parsed, problem.program, ("x",), columns, Settings())
    partials = load("complex").gradients(many).partials
    assert partials["x"].value == pytest.approx([slope, slope], rel=1e-14, abs=0)
    assert not many.bad


BORDERS: dict[str, tuple[Any, list[float]]] = {
    "gamma": (mp.gamma, [-2.5, 0.1, 3, 20.5, 171]),
    "lgamma": (lambda u: mp.log(abs(mp.gamma(u))), [-3.5, -0.1, 0.4, 0.5, 1.5, 2.5, 9]),
    "sech": (mp.sech, [-800, -1, -0.1, 0, 1, 30]),
    "csch": (mp.csch, [-800, -1, -0.9, 0.9, 1, 1.1, 30]),
    "sigmoid": (lambda u: 1 / (1 + mp.exp(-u)), [-800, -1, 0, 1, 40]),
    "softplus": (lambda u: mp.log1p(mp.exp(u)), [-800, -1, 0, 1, 40, 800]),
    "cbrt": (lambda u: mp.sign(u) * mp.cbrt(abs(u)), [-8, -0.5, 0, 0.5, 27]),
    "exp": (mp.exp, [-1e9, -3, 0, 3, 1e5]),
    "exp2": (lambda u: mp.power(2, u), [-1e3, -3, 0, 3, 1e3]),
}


@pytest.mark.parametrize("digits", [30, 460])
@pytest.mark.parametrize("name", BORDERS)
def test_on_both_sides_of_a_border_the_digits_are_mpmaths(
    name: str, digits: int
) -> None:
    """Where a form of its own is taken, near and far, with few digits and many."""
    theirs, places = BORDERS[name]
    for place in places:
        with mp.workdps(digits):
            found = operation(multiprecision, name)(mp.mpf(place))
        with mp.workdps(digits + 30):
            truth = theirs(mp.mpf(place))
            assert abs(found - truth) <= mp.mpf(10) ** (3 - digits) * abs(truth), place


@pytest.mark.parametrize("v", [2**63 - 1, 2**63, 2**64, 2**64 + 1, 2**70 + 1, 2**90])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_huge_power_has_all_digits_and_its_sign(v: int, sign: int) -> None:
    power = operation(multiprecision, "power")
    with mp.workdps(60):
        base = sign * (1 + mp.mpf(3) / v)
        with mp.workdps(30):
            found = power(base, mp.mpf(v))
        truth = mp.exp(v * mp.log(abs(base))) * (sign if v % 2 else 1)
        assert abs(found - truth) <= abs(truth) * mp.mpf(10) ** -25
    with mp.workdps(30), pytest.raises(ValueError, match=r"-2\.0"):
        power(mp.mpf(-2), mp.mpf(2) ** 64 + mp.mpf(0.5))


@pytest.mark.parametrize(
    "numeral",
    ["1" * 998 + ".5", "1" * 999, "1" * 1000, "1" * 5000, "0." + "0" * 2000 + "123",
     "0" * 1500 + "7", "1" * 1200 + "." + "3" * 1200 + "e-1300", "1_0" * 600 + "e5",
     "0." + "0" * 1100, "3." + "1" * 1100 + "E+7"],
)  # fmt: skip
def test_a_long_numeral_is_the_number_it_spells(numeral: str) -> None:
    whole, _, exponent = numeral.replace("_", "").lower().partition("e")
    digits, _, decimals = whole.partition(".")
    number = Fraction(0)
    for digit in digits + decimals:
        number = number * 10 + int(digit)
    number *= Fraction(10) ** (int(exponent or 0) - len(decimals))
    with mp.workdps(30):
        found = multiprecision.number(numeral, 1.0)
        truth = mp.mpf(number.numerator) / number.denominator
        assert abs(found - truth) <= abs(truth) * mp.mpf(10) ** -29


@pytest.mark.parametrize("name", all_methods.names())
@pytest.mark.parametrize("scheme", ["forward", "symmetric"])
def test_exact_is_what_hangs_on_no_step(name: str, scheme: str) -> None:
    method = all_methods.load(name)
    for formula in ("exp(x)*sin(x)", "x^3*y", "log(x + y)/x"):
        found = [
            method.gradient(
                pose(parse(formula), {"x": 0.7, "y": 1.9}, settings=Settings(h, scheme))
            ).partials["x"]
            for h in (1e-2, 1e-3, 1e-4)
        ]
        assert (len({*found}) == 1) == method.EXACT


@pytest.mark.parametrize("name", all_methods.names())
def test_digits_take_no_other_number_of_evaluations(name: str) -> None:
    """Of differences two for each variable, of dual numbers one, of backprop one."""
    for formula in ("exp(x)*sin(x)", "x^3*y + sin(y)", "x*y*z"):
        parsed = parse(formula)
        point = dict.fromkeys(parsed.variables, 0.7)
        found = [
            all_methods.load(name).gradient(
                pose(parsed, point, settings=Settings(digits=digits))
            )
            for digits in (10, 30)
        ]
        assert found[0].failure or len(found[0].partials) == len(parsed.variables)
        if not found[1].failure:
            assert found[0].evaluations == found[1].evaluations


def test_ordinary_points_need_no_closer_look_by_any_method() -> None:
    """Together they have the numbers that they have alone, in two variables as well."""
    columns = {"x": [0.7, 1.9, 2.4], "y": [1.3, 0.4, 0.9]}
    for formula, name in product(
        ("exp(x)*sin(y)", "x^3*y + log(x*y)", "sqrt(x + y)/y"), all_methods.names()
    ):
        parsed = parse(formula)
        program = Program([parsed.expression])
        problems = Problems(parsed, program, ("x", "y"), columns, Settings())
        many = load(name).gradients(problems)
        assert not problems.bad
        for place, (x, y) in enumerate(zip(*columns.values(), strict=True)):
            alone = load(name).gradient(pose(parsed, {"x": x, "y": y}))
            for variable_ in ("x", "y"):
                one, all_ = alone.partials[variable_], many.partials[variable_]
                assert filled(all_.value, 3)[place] == pytest.approx(
                    one.number, rel=1e-15, abs=0
                )
        assert many.evaluations == alone.evaluations


def test_methods_are_called_by_name_by_synonym_or_all_together() -> None:
    names = all_methods.names()
    assert all_methods.select(["all"]) == names
    assert all_methods.select(reversed(names)) == names
    for name in names:
        for word in (name, *load(name).SYNONYMS):
            assert all_methods.select([word]) == [name]
            assert all_methods.select([word, name]) == [name]
    with pytest.raises(UsageError, match="is not one of"):
        all_methods.select(["nothing"])


def test_it_is_said_if_another_difference_was_used_than_was_asked_for() -> None:
    for formula, x, scheme, used in (
        ("sqrt(x)", 1.0, "symmetric", ""), ("sqrt(x)", 1.0, "forward", ""),
        ("sqrt(x)", 1e-9, "symmetric", "forward"), ("sqrt(x)", 1e-9, "forward", ""),
        ("sqrt(-x)", -1e-9, "symmetric", "backward"),
        ("sqrt(-x)", -1e-9, "forward", "backward"),
    ):  # fmt: skip
        problem = pose(parse(formula), {"x": x}, settings=Settings(scheme=scheme))
        remarks = [remark.text for remark in load("finite").gradient(problem).remarks]
        assert len(remarks) == bool(used)
        assert all(f"used a {used} difference" in remark for remark in remarks)
