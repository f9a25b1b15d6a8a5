"""What a derivation on paper is made of: degrees, factors, signs, levels, parts."""

from itertools import pairwise

import pytest

from diffcli.calculus.functions import (
    ADD,
    DIVIDE,
    MULTIPLY,
    NAMED,
    NEGATE,
    POWER,
    SUBTRACT,
    D,
    Function,
)
from diffcli.engine.algebra import ONE, ZERO
from diffcli.engine.paper import MOST_NODES, chain, too_long
from diffcli.engine.paper.degrees import Degrees
from diffcli.engine.paper.equations import BESIDE
from diffcli.engine.paper.factors import as_power, factors_of, flat, product_of, square
from diffcli.engine.paper.parts import named_levels, split
from diffcli.engine.paper.reasons import chains_in_short, fact_of
from diffcli.engine.paper.writing import (
    beside,
    is_negative,
    light,
    looks_like,
    pending_in,
    replacement,
)
from diffcli.language.expression import Expression, call, variable
from diffcli.language.parser import parse
from diffcli.language.printer import text as code
from diffcli.language.textbook import text

X = variable("x")


def node(formula: str) -> Expression:
    return parse(formula).expression


def said(reason: tuple[object, ...]) -> str:
    return "".join(text(p) if isinstance(p, Expression) else str(p) for p in reason)


@pytest.mark.parametrize(
    ("formula", "degree"),
    [
        ("7", 0), ("y", 0), ("sin(y)*2", 0), ("x", 1), ("2*x + 3", 1), ("x*y - x", 1),
        ("-x", 1), ("x/3", 1), ("x/y", 1), ("3/y", 0), ("x**2", 2), ("x**(1/2)", 2),
        ("3*x**2 - x", 2), ("x**2/5", 2), ("5/x**2", 2), ("5/x", 2), ("5/(2*x)", 2),
        ("5/(x*x)", 3), ("5/(x + 1)", 3), ("5/(y*sqrt(x))", 2), ("x*x", 3), ("x**y", 3),
        ("(x + 1)**2", 3), ("sin(x)", 3), ("x/(x + 1)", 3), ("x**2/x", 3), ("2**x", 3),
        ("sin(x) + x", 3), ("y*sin(x)", 3), ("sin(x)/2", 3), ("5/sin(x)", 3),
        ("x**-1", 2),
    ],
)  # fmt: skip
def test_how_a_formula_depends_on_a_variable(formula: str, degree: int) -> None:
    """Not at all, linearly, as a polynomial, otherwise."""
    work = Degrees("x", several=True)
    assert work.degree(node(formula)) == degree
    linear_above = {"2*x + 3", "x*y - x", "-x", "x/3", "x/y", "3*x**2 - x", "x**2/5"}
    linear_above |= {"sin(x) + x", "y*sin(x)", "sin(x)/2", "sin(y)*2", "3/y"}
    assert work.is_linear_above(node(formula)) == (formula in linear_above)
    by_heart = degree == 2 or formula == "sin(x)"
    assert work.is_elementary(node(formula)) == by_heart


GROUPED = (
    "2*x*sin(x)", "2*sin(x)*cos(x)", "-x*sin(x)", "y*x*sin(x)", "x/(2*sin(x))",
    "sin(x)/y",
    "3/sin(x)", "sin(x)", "x*sin(x)/cos(x)", "3*sin(x)/cos(x)", "x**2",
    "x**2*(x + 1)*sin(x)*exp(x)", "-x**2/exp(x)", "x*y*exp(x)/(2*z)",
)  # fmt: skip


def test_what_is_derived_together() -> None:
    """What does not change stands in front, but a number before a polynomial."""
    found = [code(Degrees("x", several=True).grouping(node(f))) for f in GROUPED]
    assert found == [
        "2*x*sin(x)",
        "2*(sin(x)*cos(x))",
        "-1*(x*sin(x))",
        "y*x*sin(x)",
        "1/2*(x/sin(x))",
        "sin(x)/y",
        "3/sin(x)",
        "sin(x)",
        "x*sin(x)/cos(x)",
        "3*(sin(x)/cos(x))",
        "x**2",
        "x**2*(x + 1)*(sin(x)*exp(x))",
        "-1*(x**2/exp(x))",
        "x*y*exp(x)/(2*z)",
    ]


def test_powers_and_factors() -> None:
    for formula, base, exponent in (
        ("x", "x", "1"), ("x**3", "x", "3"), ("sqrt(x + 1)", "x + 1", "1/2"),
        ("(x + 1)**(2/3)", "x + 1", "2/3"), ("x**-1", None, ""), ("x**0", None, ""),
        ("x**y", None, ""), ("sin(x)", None, ""), ("3", None, ""),
    ):  # fmt: skip
        found = as_power(node(formula))
        assert (found is None) == (base is None), formula
        if found is not None:
            assert (text(found[0]), str(found[1])) == (base, exponent)
    for formula, squared in (
        ("x", "x²"), ("x**2", "x⁴"), ("sqrt(x)", "x"), ("x + 1", "(x + 1)²"),
        ("(1 + x)**2", "(1 + x)⁴"), ("sin(x)", "sin(x)²"), ("(x + 1)**(1/2)", "x + 1"),
    ):  # fmt: skip
        assert text(square(node(formula))) == squared
    for formula, sign, factors in (
        ("2*x*y", 1, "2 x y"), ("-x*y", -1, "x y"), ("-(x*-y)", 1, "x y"),
        ("-3*x", -1, "3 x"),
        ("x*(-2)*(-y)", 1, "x 2 y"), ("x + 1", 1, "x+1"), ("-2", -1, "2"),
        ("0*x", 1, "0 x"),
    ):  # fmt: skip
        found_sign, parts = factors_of(node(formula))
        shown = " ".join(text(part).replace(" ", "") for part in parts)
        assert (found_sign, shown) == (sign, factors), formula
    assert product_of([]) is ONE
    assert text(product_of([X, node("y"), node("z")])) == "x·y·z"
    for formula, shown in (
        ("x*2", "2x"), ("x*2*3", "6x"), ("x*(-2)", "-2x"),
        ("x*-y", "-x·y"), ("sin(x)*x*2", "2x sin(x)"), ("x + 1", "x + 1"), ("x*1", "x"),
        ("x*-1", "-x"), ("x*(x*y)", "x·x·y"), ("exp(x)*(x+1)", "(x + 1) e^x"),
    ):  # fmt: skip
        assert text(flat(node(formula))) == shown, formula


def test_light_tidies_0_and_1_and_signs() -> None:
    for function, args, shown in (
        (ADD, ("x", "0"), "x"), (ADD, ("0", "x"), "x"), (ADD, ("2", "3"), "5"),
        (SUBTRACT, ("x", "0"), "x"), (SUBTRACT, ("0", "x"), "-x"),
        (SUBTRACT, ("2", "3"), "-1"),
        (ADD, ("x", "-y"), "x - y"), (SUBTRACT, ("x", "-y"), "x + y"),
        (ADD, ("x", "-2"), "x - 2"),
        (ADD, ("x", "y - z"), "x + y - z"), (SUBTRACT, ("x", "y - z"), "x - (y - z)"),
        (ADD, ("x", "-2*y"), "x - 2y"), (ADD, ("x", "-y/z"), "x - y/z"),
        (MULTIPLY, ("x", "0"), "0"), (MULTIPLY, ("0", "x"), "0"),
        (MULTIPLY, ("1", "x"), "x"),
        (MULTIPLY, ("x", "1"), "x"), (MULTIPLY, ("1", "1"), "1"),
        (MULTIPLY, ("x", "y"), "x·y"),
        (DIVIDE, ("x", "1"), "x"), (DIVIDE, ("0", "x"), "0"),
        (DIVIDE, ("x", "2"), "x/2"),
        (DIVIDE, ("1", "x/y"), "y/x"), (DIVIDE, ("2*x", "2"), "x"),
        (DIVIDE, ("6*x", "2"), "3x"),
        (DIVIDE, ("3*x", "2"), "3x/2"), (DIVIDE, ("x*2", "2"), "x·2/2"),
        (DIVIDE, ("2", "x/y"), "2/(x/y)"),
        (POWER, ("x", "1"), "x"), (POWER, ("x", "2"), "x²"), (POWER, ("x", "0"), "x⁰"),
        (NEGATE, ("x",), "-x"), (NEGATE, ("-x",), "x"), (NEGATE, ("2",), "-2"),
        (NEGATE, ("-2",), "2"),
        (NEGATE, ("2*x",), "-2x"), (NEGATE, ("-2*x",), "2x"),
        (NEGATE, ("-x*y",), "x·y"),
        (NEGATE, ("-1*x",), "x"), (NEGATE, ("x/y",), "-x/y"),
        (NEGATE, ("-1/y",), "1/y"),
        (NEGATE, ("x + y",), "-(x + y)"), (NAMED["sin"], ("0",), "sin(0)"),
    ):  # fmt: skip
        found = light(function, *map(node, args))
        assert text(found) == shown, (function.name, args)


def test_beside_keeps_its_dot() -> None:
    for u, v, shown in (
        ("x", "y", "x · y"), ("0", "x", "0"), ("x", "0", "0"), ("1", "x", "x"),
        ("x", "1", "x"),
        ("-1", "x", "-x"), ("x", "-1", "-x"), ("x", "-y", "x · (-y)"),
        ("2", "3", "2 · 3"),
        ("1", "1", "1"), ("x + 1", "-2*y", "(x + 1) · (-2y)"),
    ):  # fmt: skip
        assert text(beside(node(u), node(v))) == shown, (u, v)
    nested = beside(X, beside(node("-y"), node("z")))
    assert nested.args[1] is node("z")
    for formula, negative in (
        ("-x", True), ("-2", True), ("-2*x", True), ("-x/y", True), ("x", False),
        ("2", False),
        ("x - y", False), ("-x + y", False), ("x*-y", False), ("0", False),
        ("(-x)**2", False),
    ):  # fmt: skip
        assert is_negative(node(formula)) == negative, formula


def test_pending_derivatives_and_what_takes_their_place() -> None:
    slope = call(D, node("sin(x)"))
    line = call(ADD, call(BESIDE, node("2"), slope), call(BESIDE, X, slope))
    assert pending_in(line) == [slope]
    assert pending_in(X) == []
    assert text(replacement(line, {slope: node("cos(x)")})) == "2 · cos(x) + x · cos(x)"
    assert text(replacement(line, {slope: ONE})) == "2 + x"
    assert replacement(line, {slope: ZERO}) is ZERO
    assert replacement(line, {}) is line
    assert looks_like(call(BESIDE, X, node("y")), node("x*y"))
    assert looks_like(node("(x*y)*z"), node("x*(y*z)"))
    assert not looks_like(node("x*y"), node("y*x"))
    assert not looks_like(line, line)


@pytest.mark.parametrize(
    ("formula", "levels"),
    [
        ("sin(cos(exp(x**2)))", 0), ("sin(cos(exp(tan(x**2))))", 4),
        ("sin(cos(exp(tan(x))))", 0),
        ("y*sin(cos(exp(tan(x**2))))", 5), ("sin(cos(exp(tan(x**2))) + x)", 0),
        ("sqrt(log(sin(cos(exp(2*x + 1)))))", 4), ("x", 0),
        ("log(sin(cos(exp(x**2 + x)))**2) + 3", 6),
        ("sin(" * 8 + "x**2" + ")" * 8, 8), ("sin(" * 9 + "x**2" + ")" * 9, 0),
    ],
)  # fmt: skip
def test_levels_have_names_if_there_are_many(formula: str, levels: int) -> None:
    """More than three, and no more than letters that are free."""
    expression = node(formula)
    found = named_levels(expression, "x", ["a", "b"])
    assert len(found) == levels
    assert list(found) == list("cghkpqrs")[:levels]
    inner = list(found.values())
    assert all(below in above.args for below, above in pairwise(inner))
    assert not inner or inner[-1] in expression.args


@pytest.mark.parametrize(
    ("formula", "parts"),
    [
        ("x**2*sin(x)", ("1", " · ", "x²", "sin(x)")),
        ("sin(x)/(x + 1)", ("1", "/", "sin(x)", "x + 1")),
        ("3*sin(x)*cos(x)", ("3", " · ", "sin(x)", "cos(x)")), ("sin(x)", None),
        ("x + sin(x)", None),
        ("sin(x)/y", None), ("3/sin(x)", None), ("y*sin(x)", None),
        ("-sin(x)*exp(x)", ("-1", " · ", "sin(x)", "e^x")),
    ],
)  # fmt: skip
def test_a_product_or_quotient_has_two_parts(
    formula: str, parts: tuple[str, ...] | None
) -> None:
    found = split(node(formula), "x", several=True)
    assert (found is None) == (parts is None)
    if found is None or parts is None:
        return
    assert (text(found.front), found.sign, text(found.u), text(found.v)) == parts
    product = found.sign == " · "
    assert found.rule == ("u'v + uv'" if product else "(u'v - uv')/v²")
    assert found.name == ("product" if product else "quotient")
    assert found.of == "f"
    for slope, part in ((found.slope_u, found.u), (found.slope_v, found.v)):
        assert slope.of is part
        assert slope.variable == "x"
        assert slope.result is chain(part, "x", several=True).result
        assert slope.result is slope.lines[-1].expression


def test_nobody_derives_what_is_longer_than_a_page() -> None:
    sums = "+".join(["x"] * ((MOST_NODES + 1) // 2))
    assert not too_long(node(sums))
    assert too_long(node(f"{sums}+x"))


def test_what_one_knows_of_a_function() -> None:
    for name, fact in (
        ("sin", "sin' = cos"), ("cos", "cos' = -sin"), ("exp", "the exponential stays"),
        ("sqrt", "d/dz √z = 1/(2√z)"), ("log", "d/dz log(z) = 1/z"),
        ("tanh", "tanh' = 1 - tanh²"),
        ("max", "max: the slope of the larger one"),
        ("min", "min: the slope of the smaller one"),
        ("atan2", "atan2"), ("sinh", "sinh' = cosh"),
    ):  # fmt: skip
        row: Function = NAMED[name]
        assert said(fact_of(row)) == fact
    chains = [("chain: ", "a"), ("chain: ", "b"), ("chain: ", "c"), ("chain: ", "d")]
    assert chains_in_short(chains[:1]) == (chains[0],)
    assert chains_in_short([chains[0], ("sum",)]) == (chains[0], ("sum",))
    for count, words in ((2, "twice"), (3, "three times"), (4, "4 times")):
        some = chains_in_short([*chains[:count], ("sum",)])
        assert some == ((f"chain, {words}",), ("sum",))
    assert chains_in_short([("a",), ("chain: ", "a")]) == (("chain: ", "a"),)
