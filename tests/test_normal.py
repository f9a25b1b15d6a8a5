"""The normal form: the same function, short, and the same again when done twice."""

import inspect
import math
import sys
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from diffcli.engine.algebra import Algebra
from diffcli.engine.bounds import value_errors
from diffcli.engine.derivation import derive
from diffcli.engine.normal import PRODUCT_FORMS, SUM_FORMS, Normal, normal
from diffcli.engine.tape import Program, Undefined
from diffcli.language.expression import Expression, Variable, postorder
from diffcli.language.parser import parse
from diffcli.language.printer import text
from tests import strategies

CASES = Path(__file__).parent / "cases" / "exercises.tsv"
EXERCISES = [line.split("\t") for line in CASES.read_text("utf-8").splitlines()]
LENGTHS = [
    line.split("\t")
    for line in (CASES.parent / "lengths.tsv").read_text("utf-8").splitlines()
]
"""Kind, formula, variables, and the shortest form of its derivative that is known."""
FORMS = [
    line.split("\t")
    for line in (CASES.parent / "forms.tsv").read_text("utf-8").splitlines()
    if not line.startswith("#")
]
"""How it is asked, a formula, and its normal form."""
KINDS = list(dict.fromkeys(row[0] for row in LENGTHS))
LONGER = 1.08  # than the shortest known forms, in the geometric mean
PLACES = [-2.7, -1.0, -0.4, 0.0, 0.3, 0.8, 1.0, 1.6, 2.9]


def sizes(*expressions: Expression) -> list[int]:
    return [Algebra().size(expression) for expression in expressions]


def hold_equal(one: Expression, other: Expression) -> None:
    """Assert that two expressions agree where the first is defined."""
    program = Program([one]), Program([other])
    names = sorted({*program[0].inputs, *program[1].inputs})
    for place in range(12):
        point = {
            name: PLACES[(place + 2 * k) % len(PLACES)] for k, name in enumerate(names)
        }
        try:
            tapes = [p.run(point) for p in program[:1]]
        except Undefined:
            continue
        tapes.append(program[1].run(point))  # never less is defined
        values = [tape.values[tape.program.outputs[0]] for tape in tapes]
        errors = [value_errors(tape)[tape.program.outputs[0]] for tape in tapes]
        if all(map(math.isfinite, errors)):
            allowed = 64 * sum(errors) + 1e-12 * abs(values[0])
            assert abs(values[0] - values[1]) <= allowed, (
                text(one),
                text(other),
                point,
            )


def hold_equal_somewhere(one: Expression, other: Expression) -> None:
    """Assert that two expressions agree at some places where both are defined."""
    agreed = 0
    for place in PLACES:
        names = {n.name for n in postorder([one, other]) if isinstance(n, Variable)}
        point = {name: abs(place) / (k + 1) for k, name in enumerate(sorted(names))}
        try:
            values = [Program([each]).value(point) for each in (one, other)]
        except Undefined:
            continue
        assert math.isclose(*values, rel_tol=1e-8, abs_tol=1e-10), (text(one), point)
        agreed += 1
    assert agreed


@pytest.mark.parametrize(("formula", "answer"), EXERCISES, ids=lambda x: x)
def test_as_long_as_the_back_of_the_book(formula: str, answer: str) -> None:
    expression = parse(formula).expression
    name = "w" if "w" in formula else "x"
    (derivation,) = derive(expression, [name])
    found = normal(derivation.result, [expression])
    hold_equal(parse(answer).expression, found)
    ours, theirs = sizes(found, parse(answer).expression)
    assert ours <= theirs


def signs(expression: Expression) -> int:
    """Return how many operators, names, numbers and functions are written."""
    counts: dict[Expression, int] = {}
    for node in postorder([expression]):
        counts[node] = 1 + sum(counts[argument] for argument in node.args)
    return counts[expression]


@pytest.mark.parametrize("kind", KINDS)
def test_as_short_as_the_shortest_known(kind: str) -> None:
    """Of each kind of exercise; the known forms are those that sympy finds.

    Sines and cosines of other angles (sin(2*x) for 2*sin(x)*cos(x)) do not count.
    """
    ratios: list[float] = []
    for _, formula, names, known in [row for row in LENGTHS if row[0] == kind]:
        typed = form = parse(formula).expression
        for name in names.split(","):
            (derivation,) = derive(form, [name])
            form = normal(derivation.result, [typed])
            hold_equal(derivation.result, form)
        assert normal(form, [typed]) is form
        best = parse(known).expression
        hold_equal_somewhere(best, form)
        ratios.append(signs(form) / signs(best))
    assert math.prod(ratios) ** (1 / len(ratios)) <= LONGER
    assert sum(ratio <= 1.1 for ratio in ratios) >= 0.75 * len(ratios)


NESTED = [
    "(1/(x^2-3*x))/(4-x^2)", "(1/(4-x^2))/(x*(x-2))", "x/(1/x+1)", "1/(1/x+1/a)",
    "(1/(x+1)-1/(4-x^2))/x", "(x*(x-2))/(1/(4-x^2)+1)", "1/(1+1/(1+1/x))",
    "(1/x+1/y)^2/x", "(x-1/x)/(x+1/x)", "1/(x^2+1/(x+1))", "(1/sin(x)-1/x)/x",
    "(2*x-1)/(1/log(x)+1)", "1/(1-1/e^x)", "(a/x+b)/(x/a+b)",
]  # fmt: skip


@pytest.mark.parametrize("formula", NESTED)
def test_no_bar_stands_above_or_below_a_bar(formula: str) -> None:
    """A sum with 1/x in it is above no bar; the domain is only widened."""
    typed = parse(formula).expression
    (derivation,) = derive(typed, ["x"])
    form = normal(derivation.result, [typed])
    hold_equal(derivation.result, form)
    size, cost = Algebra().size_and_cost(form)
    assert size == cost, text(form)


@given(strategies.written())
def test_the_same_function(expression: Expression) -> None:
    hold_equal(expression, normal(expression))


@given(strategies.written())
def test_done_twice_changes_nothing(expression: Expression) -> None:
    form = normal(expression)
    assert normal(form) is form


@given(strategies.written())
def test_never_longer(expression: Expression) -> None:
    work = Algebra()
    before, after = map(work.size_and_cost, (expression, normal(expression)))
    assert after[0] <= before[0] or after[1] <= before[1]


@given(strategies.written())
def test_reads_back(expression: Expression) -> None:
    form = normal(expression)
    assert parse(text(form)).expression is form


def asked(how: str, formula: str) -> tuple[Expression, list[Expression]]:
    """Return what a row of forms.tsv asks for, and what was typed."""
    expression = parse(formula).expression
    if how == "slope":
        (derivation,) = derive(expression, ["w" if "w" in formula else "x"])
        return derivation.result, [expression]
    others = {"alone": [], "typed": [expression]}
    return expression, others[how] if how in others else [parse(how).expression]


def test_forms() -> None:
    """What a reader would write, and what a rule that joins too much would spoil."""
    for how, formula, form in FORMS:
        expression, typed = asked(how, formula)
        found = normal(expression, typed)
        assert text(found) == form, (how, formula)
        if how != "slope":
            hold_equal(expression, found)


@pytest.mark.parametrize(
    "parts",
    [
        ("a*(1/b + 1/c)", "-a/b"), ("a*(1/b + 1/c)", "-a/b", "-a/c"), ("a/b", "a/c"),
        ("a*(1/b + 1/c)", "-a/b", "b/c"), ("2*a", "2*b"), ("a/2", "-b/2"),
        ("-a", "-a*b"), ("1/a", "1"), ("a^(1/2)", "a^(3/2)"), ("a*(b + 1/c)", "-a*b"),
        ("a*(b/c + 1)", "a"), ("1/a", "-b/a", "c/a"), ("a*(1/b - 1/c)", "a/c"),
    ],
)  # fmt: skip
def test_a_sum_as_a_product_has_its_values(parts: tuple[str, ...]) -> None:
    """Whatever is left where what all terms share is in front: a sum, a term, or 0."""
    work, point = Normal(), {"a": 1.25, "b": -0.75, "c": 3.5}
    formulas = [parse(part).expression for part in parts]
    found = work.as_product(
        work.build_sum([work.product(work.form(n)) for n in formulas])
    )
    assert found is not None
    whole = sum(Program([n]).value(point) for n in formulas)
    again = Program([work.build(found)]).value(point)
    assert again == pytest.approx(whole, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("size", ["1/2", "1", "3", "2/7"])
@pytest.mark.parametrize(
    ("name", "odd"),
    [("sin", 1), ("tan", 1), ("sinh", 1), ("tanh", 1), ("atan", 1), ("cos", 0),
     ("cosh", 0), ("abs", 0)],
)  # fmt: skip
def test_a_sign_comes_out_of_what_is_odd_and_is_lost_in_what_is_even(
    name: str, odd: int, size: str
) -> None:
    plain, turned = (
        normal(parse(f"{name}({sign}{size}*x)").expression) for sign in ("", "-")
    )
    assert "-" not in text(plain)
    assert text(turned) == "-" * odd + text(plain)


def test_a_sum_whose_terms_share_nothing_is_no_product() -> None:
    for formula in ("a + b", "a*b + c", "2*a + 3*b", "a - b^2", "sin(a) + cos(a)"):
        work = Normal()
        terms = list(work.terms(work.form(parse(formula).expression)))
        assert work.as_product(work.build_sum(terms)) is None


@pytest.mark.parametrize("other", ["z", "x"])
def test_a_term_in_a_bracket_joins_its_like(other: str) -> None:
    """Each letter once, though the bracket may be as long: x - 2*(y - z) + z."""
    for c, d in product(range(-4, 5), repeat=2):
        formula = f"x + ({c})*(y - z) + ({d})*{other}"
        form = text(normal(parse(formula).expression))
        assert all(form.count(name) <= 1 for name in "xyz"), (formula, form)


def test_every_form_is_of_use() -> None:
    """Each row makes something of the exercises; one that never does can go."""
    unused: list[Any] = [*SUM_FORMS, *PRODUCT_FORMS]
    for formula in [f for f, _ in EXERCISES]:
        expression = parse(formula).expression
        (derivation,) = derive(expression, ["x"])
        work = Normal()
        work.form(derivation.result)
        work.form(parse("x^2+2*x*y+y^2").expression)
        work.form(parse("(x^2-1)/(x+1)").expression)
        work.form(parse("cos(x)*tan(x)").expression)
        work.form(parse("2*sin(x)^2-3*cos(x)^2").expression)
        sums, products = list(work.sums.values()), list(work.products.values())
        for row in [*unused]:
            if row in SUM_FORMS:
                used = any(row.make(work, list(terms), 2) for terms in sums)
            else:
                used = any(row.make(work, product) for product in products)
            if used:
                unused.remove(row)
    assert not unused


@given(st.integers(min_value=2, max_value=6), st.integers(min_value=-4, max_value=4))
def test_exponents_multiply_only_where_true(n: int, m: int) -> None:
    assume(m)
    expression = parse(f"(x^{n})^({m}/{n})").expression
    hold_equal(expression, normal(expression))


def test_no_more_is_tried_than_it_takes() -> None:
    """Products merged for all exercises: a form of a form is looked for, no deeper."""
    merged = 0
    for formula, _ in EXERCISES:
        expression, typed = asked("slope", formula)
        work = Normal()
        work.keep(typed[0])
        work.normal(expression)
        merged += work.merges[0]
    assert merged <= 700


def test_squares_join_two_at_a_time_in_a_loop() -> None:
    """What calls itself for each pair ends at a few hundred of them."""
    work = Normal()
    parts = [f"{name}({n}*x)^2" for n in range(60) for name in ("sin", "cos")]
    terms = [work.product(work.form(parse(part).expression)) for part in parts]
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack()) + 60)
    try:
        (joined,) = work.without_squares(terms)
    finally:
        sys.setrecursionlimit(before)
    assert joined.coefficient == 60


def test_a_thousand_terms() -> None:
    formula = "+".join(f"{n}*x^{n % 9}*sin({n}*x)" for n in range(1, 1001))
    form = normal(parse(formula).expression)
    assert len(text(form)) < len(formula) * 1.3


@pytest.mark.parametrize("names", [("sin", "cos", "+"), ("cosh", "sinh", "-")])
@pytest.mark.parametrize(
    "factor",
    ["a", "a*b", "a*b*c", "sqrt(a)*b", "exp(x)*a", "a*b/c", "sin(y)*b*a", "5*a^3*b"],
)
def test_squares_join_beside_any_factors(
    factor: str, names: tuple[str, str, str]
) -> None:
    one, other, sign = names
    for formula, joined in (
        (f"({factor})*{one}(x)^2 {sign} ({factor})*{other}(x)^2", factor),
        (f"y + {one}(x)^2*({factor}) {sign} {other}(x)^2*({factor})", f"y + {factor}"),
        (f"{factor} - ({factor})*cos(x)^2", f"({factor})*sin(x)^2"),
        (f"{factor} + ({factor})*sinh(x)^2", f"({factor})*cosh(x)^2"),
    ):
        form, wanted = (normal(parse(f).expression) for f in (formula, joined))
        assert form is wanted


BASES = [
    "x", "-x", "2*x", "x*y", "x^2", "-4*x^2", "x^3", "x^2*y", "x^3/y^2", "x + 1",
    "4 - 4*x^2", "2*x + 2*y", "(x + 1)^2", "1/x + 1/y", "exp(x)", "2^x", "exp(x)*y",
    "3^x*4^y", "-8", "4", "1/9", "12", "0", "sqrt(x)", "x^(1/3)", "x^(2/3)", "-x/y",
    "abs(x)", "(x*y)^2*4", "exp(2*x + 1)", "1", "-1", "x - x", "18*x^2", "(x/2 + 1/3)",
]  # fmt: skip
POWERS = ["0", "1", "2", "-1", "3", "-2", "1/2", "-1/2", "3/2", "1/3", "2/3", "-3"]
LETTERS = ["y", "2*y", "y + 1", "-y", "-2*y - 3", "y/2", "3 - y", "x", "x*y", "y - 1/2"]


@pytest.mark.parametrize("base", BASES)
def test_a_power_has_its_value_wherever_it_has_one(base: str) -> None:
    """Exponents are multiplied only where that is true, as it is of (e^x)^y."""
    for exponent in (*POWERS, *(LETTERS if base not in ("0", "x - x") else ())):
        formula = parse(f"({base})^({exponent})").expression
        work = Normal()
        u, v = (work.form(parse(part).expression) for part in (base, exponent))
        one, other = Program([formula]), Program([work.power(u, v)])
        for x, y in product((-2.7, -0.4, 0.3, 1.6), (0.8, 2.0, -1.0)):
            try:
                wanted = one.value({"x": x, "y": y})
            except Undefined:
                continue
            found = other.value({"x": x, "y": y})
            assert found == pytest.approx(wanted, rel=1e-9, abs=1e-12), exponent


@pytest.mark.parametrize("size", [4, 9, 16])
@pytest.mark.parametrize("inside", ["1 - x^2", "x + y", "1 + x*y", "x^2 + y^2"])
def test_a_square_comes_out_of_a_root(inside: str, size: int) -> None:
    spread = normal(parse(f"{size}*({inside})").expression)
    for formula, wanted in (
        (f"sqrt({text(spread)})", f"{math.isqrt(size)}*sqrt({inside})"),
        (f"sqrt(({inside})/{size})", f"sqrt({inside})/{math.isqrt(size)}"),
        (f"sqrt({size}*x*y)", f"{math.isqrt(size)}*sqrt(x*y)"),
    ):
        one, other = (normal(parse(each).expression) for each in (formula, wanted))
        assert one is other
