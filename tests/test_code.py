"""Code is run as it is written, with languages that lack this or that.

They are Python's words with fewer functions, with numbers of a type of their own, or
with names that are taken: what comes out is what the tape has.
"""

import math
import random
from collections.abc import Iterable, Mapping, Sequence
from itertools import count, product
from types import SimpleNamespace
from typing import Any

import pytest

import diffcli
from diffcli.api.exports import export
from diffcli.calculus.functions import INFIX, NAMED, ROWS, Function
from diffcli.engine.code import Written, write
from diffcli.engine.derivation import derive
from diffcli.engine.tape import Program, Undefined
from diffcli.language.expression import Expression, call, number, variable
from diffcli.language.parser import parse
from diffcli.targets import Unavailable, python

X, Y = variable("x"), variable("y")
#: What the other functions can be made of.
FEW = {
    name: code
    for name, code in python.PRIMITIVES.items()
    if name not in NAMED or not NAMED[name].definition
}


def language(**changes: Any) -> Any:
    """Return a language like Python, but for this."""
    return SimpleNamespace(**{**vars(python), **changes})


def ran(
    written: Written, point: Mapping[str, Any], **known: object
) -> tuple[float, ...]:
    """Return what the formulas are, as they are written.

    What is run is our own code for formulas of this file, which is what is tested.
    """
    names: dict[str, Any] = {"math": math, **known}
    for helper in written.helpers:
        lines = [f"def {helper.name}({', '.join(helper.inputs)}):"]
        lines += [f" {one.name} = {one.code}" for one in helper.statements]
        exec("\n".join([*lines, f" return {helper.code}"]), names)
    for name, value in point.items():
        names[written.inputs[name]] = value
    body = [f"{one.name} = {one.code}" for one in written.statements]
    exec("\n".join([*body, f"found = [{', '.join(written.codes)}]"]), names)
    return tuple(map(float, names["found"]))


def values(roots: Sequence[Expression], point: Mapping[str, float]) -> list[float]:
    program = Program(roots)
    tape = program.run(point)
    return [tape.values[row] for row in program.outputs]


def near(function: Function) -> list[dict[str, float]]:
    samples = function.domain.samples[: function.arity]
    return [
        {name: low + part * (high - low)
         for name, (low, high) in zip("xy", samples, strict=False)}
        for part in (0.17, 0.62, 0.93)
    ]  # fmt: skip


# ---- functions that a language lacks -------------------------------------------------


@pytest.mark.parametrize("defines", [True, False])
def test_what_is_lacking_is_written_out_or_refused_by_name(defines: bool) -> None:
    poor = language(PRIMITIVES=FEW, DEFINES=defines)
    refused = set()
    for row in ROWS:
        inner = call(row, *(X, Y)[: row.arity])
        roots = [inner, call(INFIX["*"], inner, call(INFIX["-"], inner, Y))]
        try:
            written = write(roots, ["x", "y"], poor)
        except Unavailable:
            refused.add(row.name)
            continue
        names = [helper.name for helper in written.helpers]
        assert len(names) == len({*names})
        if row.name in FEW or not defines:
            assert not names
        else:
            assert names[-1] == row.name or f"{row.name}(" not in written.codes[0]
        for point in near(row):
            full = {"y": 0.3, **point}
            try:
                wanted = values(roots, full)
            except Undefined:
                continue
            assert ran(written, full) == pytest.approx(wanted, rel=1e-9, abs=1e-12)
    assert refused == {"digamma", "polygamma"}


@pytest.mark.parametrize("defines", [True, False])
def test_what_has_a_form_that_keeps_its_digits_is_written_in_it(defines: bool) -> None:
    """Not in the plain one: log(1 + exp(u)) overflows, or loses what is small."""
    stable = [row for row in ROWS if row.stable and row.arity == 1]
    assert len(stable) > 3
    for row in stable:
        poor = language(PRIMITIVES=python.PRIMITIVES, DEFINES=defines)
        if row.name in poor.PRIMITIVES:
            continue
        written = write([call(row, X)], ["x"], poor)
        for x in (-800.0, -40.0, 1e-9, 40.0, 800.0):
            try:
                (wanted,) = values([call(row, X)], {"x": x})
            except Undefined:
                continue
            (found,) = ran(written, {"x": x})
            assert found == pytest.approx(wanted, rel=1e-13, abs=0), (row.name, x)


def test_a_dialect_has_more() -> None:
    poor = language(
        PRIMITIVES=FEW, DIALECTS={"rich": {"sigmoid": "sigma({u})"}}, DEFINES=True
    )
    formula = [parse("sigmoid(x)*x").expression]
    assert write(formula, "x", poor).helpers
    rich = write(formula, "x", poor, "rich")
    assert not rich.helpers
    assert ran(rich, {"x": 0.5}, sigma=lambda u: 7.0) == (3.5,)


# ---- brackets ------------------------------------------------------------------------

SIGNS = ("+", "-", "*", "/", "**")


def trees() -> Iterable[Expression]:
    """Yield every two and three operators that stand beside each other."""
    a, b, c, d = (variable(name) for name in "abcd")
    minus = INFIX["-"]
    for one, other in product(SIGNS, SIGNS):
        yield call(INFIX[one], call(INFIX[other], a, b), c)
        yield call(INFIX[one], a, call(INFIX[other], b, c))
        yield call(INFIX[one], call(INFIX[other], a, b), call(minus, c, d))
        negated = parse("-b").expression
        yield call(INFIX[one], call(INFIX[other], a, negated), c)
        yield call(INFIX[one], call(INFIX[other], negated, a), negated)
    for power in ("2", "3", "-2", "0.5", "1", "63", "64", "65", "-1", "0"):
        for inside in ("{}", "(a+{})", "-{}", "a*{}", "{}/a", "a-{}", "(-c)^2*{}"):
            yield parse(inside.format(f"(b)^({power})")).expression
            yield parse(inside.format(f"(b+c)^({power})")).expression
            yield parse(inside.format(f"(-b)^({power})+d")).expression


def test_signs_hold_together_what_belongs_together() -> None:
    point = {"a": 1.5, "b": 0.75, "c": 2.0, "d": 0.5}
    count = 0
    for whole in ("whole power", "nothing"):
        primitives = {k: v for k, v in python.PRIMITIVES.items() if k != "whole power"}
        primitives[whole] = "{u}**{n}"
        here = language(PRIMITIVES=primitives)
        for root in trees():
            try:
                wanted = values([root], point)
            except Undefined:
                continue
            written = write([root], "abcd", here)
            found = ran(written, point)
            assert found == pytest.approx(wanted, rel=1e-13, abs=0), written.codes
            text = "".join((*written.codes, *(s.code for s in written.statements)))
            assert "--" not in text.replace(" ", "")
            assert "((" not in text.replace("pow((", "")
            count += 1
    assert count > 300


def test_a_power_is_whole_where_the_language_has_some() -> None:
    for exponent, whole in (
        ("2", True), ("3", True), ("63", True), ("0.5", False), ("2.5", False),
        ("y", False), ("1e9", False),
    ):  # fmt: skip
        root = parse(f"x^{exponent} + y").expression
        (code,) = write([root], "xy", language()).codes
        assert ("math.pow" in code) != whole, code


# ---- numbers of a type of their own --------------------------------------------------


class Tensor(float):
    """A number that functions take; they take no bare one."""


for _sign in ("add", "sub", "mul", "truediv", "pow", "neg"):
    for _prefix in ("", "r"):
        _name = f"__{_prefix}{_sign}__"
        if hasattr(float, _name):
            setattr(
                Tensor,
                _name,
                lambda *given, _name=_name: Tensor(getattr(float, _name)(*given)),
            )


class Strict:
    """The mathematical functions of tensors."""

    def __getattr__(self, name: str) -> Any:
        function = getattr(math, name)
        if not callable(function):
            return function

        def strict(*given: object) -> Tensor:
            assert all(isinstance(each, Tensor) for each in given), name
            return Tensor(function(*given))

        return strict


@pytest.mark.parametrize(
    "formula",
    [
        "sin(2)*x + cos(x)", "atan2(x, 3) + atan2(2, x)", "x*exp(-2) + pow(2, x)",
        "2^x + x^0.5 + x^y", "hypot(x, 1 - 3) - sqrt(2)*x", "-2*x + atan(-3)^3",
        "x^2 + x^-1 - 4^3", "log(5)", "x*(1 - 3)*(2 - 5)", "exp(x - (2 - 7))",
    ],
)  # fmt: skip
def test_a_constant_becomes_one_where_a_function_takes_no_bare_number(
    formula: str,
) -> None:
    made: list[float] = []

    def like(one: object, value: float) -> Tensor:
        assert isinstance(one, Tensor)
        made.append(value)
        return Tensor(value)

    here = language(LIKE="like({like}, {u})")
    root = parse(formula).expression
    point = {"x": 0.7, "y": 1.3}
    written = write([root], ["x", "y"], here)
    tensors = {name: Tensor(value) for name, value in point.items()}
    found = ran(written, tensors, math=Strict(), like=like)
    assert found == pytest.approx(values([root], point), rel=1e-13, abs=0)
    bare = write([root], [], here) if formula == "log(5)" else None
    if bare is not None:
        assert ran(bare, {}) == pytest.approx((math.log(5),), rel=1e-15, abs=0)


# ---- names ---------------------------------------------------------------------------


def test_every_name_is_given_once() -> None:
    words = ["x", "X", "t1", "math", "abs", "lambda", "T1", "pow", "x_", "sin", "taken"]
    root = parse("0*x").expression
    for word in words:
        one = call(INFIX["*"], variable(word), variable(word))
        root = call(INFIX["+"], root, call(INFIX["*"], one, one))
    for folds in (False, True):
        written = write(
            [root], words, language(FOLDS_CASE=folds), taken=["taken", "t2"]
        )
        names = [*written.inputs.values(), *(each.name for each in written.statements)]
        keys = [name.casefold() if folds else name for name in names]
        assert len(keys) == len({*keys})
        assert not {*keys} & {"math", "lambda", "taken", "t2", "abs", "pow"}
        assert written.inputs["x"] == "x"
        assert (written.inputs["X"] == "X") != folds
        point = {word: 1.0 + n for n, word in enumerate(words)}
        assert list(ran(written, point)) == values([root], point)


def test_what_has_a_name_keeps_it_and_what_is_long_gets_one() -> None:
    parsed = parse("speed = a*t; speed^2 + sin(speed)")
    named = {node: name for name, node in parsed.definitions.items()}
    written = write([parsed.expression], "at", language(), named=named)
    assert [(each.name, each.code) for each in written.statements] == [
        ("speed", "a * t")
    ]
    long = parse("+".join(f"sin(x*{n})*cos(y)^{n}" for n in range(2, 40))).expression
    written = write([long], "xy", language())
    codes = [each.code for each in written.statements]
    assert all(len(code) < 120 for code in (*codes, *written.codes))
    assert sum(len(code) > 40 for code in codes) > 5
    short = parse("sin(x)*cos(y) + x/y").expression
    assert not write([short], "xy", language()).statements
    for several in ([long, short], [short, long, short]):
        found = ran(write(several, "xy", language()), {"x": 0.3, "y": 0.4})
        assert found == pytest.approx(
            values(several, {"x": 0.3, "y": 0.4}), rel=1e-12, abs=0
        )


def test_a_statement_stands_behind_as_many_as_it_needs() -> None:
    for formula in ("sin(x)*sin(x)", "u = x*y; v = u*u; w = v*v + u; w*w", "x + y"):
        written = write([parse(formula).expression], "xy", language())
        levels: dict[str, int] = {}
        for each in written.statements:
            uses = [name for name in levels if f"{name} " in f"{each.code} "]
            assert each.level == max((levels[name] + 1 for name in uses), default=0)
            levels[each.name] = each.level


# ---- choices -------------------------------------------------------------------------


CHOICES = [
    "where(x > 0, log(x)*log(x) + sqrt(x)*log(x), 3*x)",
    "u = sqrt(x - 1); where(x > 1, u*u + u, x^2)",
    "u = log(y); where(x > 0 and y > 0, u*u, where(y > 1, u + u*u, x))",
    "where(x > 0 or y > 0, x*y, sqrt(-x)*sqrt(-x)) + 1",
    "a = log(x); where(x > 0, where(a > 0, a*a, -a), where(x < -1, 0, 1))",
    "a = log(x); where(x > 0, where(a > 1, where(a > 2, a, a*a), -a), 5)",
    "a = log(x); where(x > 0, where(a > 1 or y > 1, a*a, -a), where(y > 0, 1, y))",
    "a = log(x); b = sqrt(a); where(x > 0, where(a > 0, where(b > 1, b, a), 2), 5)",
    "u = sqrt(x); where(x > 0, where(u > 1, x, 2*x) + where(u > 1, 1, x), 5)",
]


@pytest.mark.parametrize("formula", CHOICES)
def test_what_only_one_side_needs_is_computed_on_that_side(formula: str) -> None:
    root = parse(formula).expression
    slope = next(derive(root, "x")).result
    written = write([root, slope], "xy", language())
    for x, y in product((-2.0, -0.5, 0.5, 3.0, 9.0), (-1.0, 0.5, 2.0)):
        point = {"x": x, "y": y}
        try:
            wanted = values([root, slope], point)
        except Undefined:
            continue
        assert ran(written, point) == pytest.approx(wanted, rel=1e-13, abs=0)


@pytest.mark.parametrize("formula", CHOICES)
@pytest.mark.parametrize("order", [1, 2])
def test_nor_do_derivatives_ask_for_the_other_side(formula: str, order: int) -> None:
    parsed = parse(formula)
    names = parsed.variables
    module: dict[str, Any] = {}
    exec(export(parsed, "python", order=order), module)
    rules = {name: next(derive(parsed.expression, name)).result for name in names}
    computed = 0
    for x, y in product((-2.0, -0.5, 0.5, 3.0, 9.0), (-1.0, 0.5, 2.0)):
        point = {"x": x, "y": y}
        try:
            wanted = values([parsed.expression, *rules.values()], point)
        except Undefined:
            continue
        value, slopes, *_ = module["f"](*(point[name] for name in names))
        assert [value, *slopes] == pytest.approx(wanted, rel=1e-12, abs=0)
        computed += 1
    assert computed >= 6


def nested(seed: int) -> str:
    """Return choices in choices, whose conditions are made of what they choose."""
    draw = random.Random(seed)
    places = (round((n * 0.3) % 2 - 1, 3) + n * 1e-6 for n in count(1))  # all differ

    def part() -> str:
        return draw.choice(("a", "b", "c", "a*a", "x", "y*a", "b + c", "c*c"))

    def condition() -> str:
        one, other = (f"{part()} > {next(places)}" for _ in range(2))
        return draw.choice((one, f"{one} and {other}", f"{one} or {other}", one))

    def choice(depth: int) -> str:
        if depth == 0 or draw.random() < 0.2:
            return part()
        return f"where({condition()}, {choice(depth - 1)}, {choice(depth - 1)})"

    names = "a = log(x); b = sqrt(a); c = log(y + b)"
    return f"{names}; where(x > 0, {choice(3)}, y) + where(y > 0, {choice(2)}, 1)"


def test_choices_in_choices_ask_for_no_more_than_they_need() -> None:
    computed = 0
    for seed in range(60):  # in some, two parts tell whether the other is needed
        root = parse(nested(seed)).expression
        written = write([root], "xy", language())
        for x, y in product((-2.0, 0.5, 1.5, 9.0), (-3.0, -0.5, 2.0)):
            point = {"x": x, "y": y}
            try:
                wanted = values([root], point)
            except Undefined:
                continue
            assert ran(written, point) == pytest.approx(wanted, rel=1e-12, abs=0)
            computed += 1
    assert computed > 300


def test_a_numeral_is_what_the_language_writes() -> None:
    here = language(
        PRIMITIVES={**python.PRIMITIVES, "0.1": "tenth"},
        number=lambda text, value: f"n({value!r})",
    )
    written = write([call(INFIX["+"], number("0.1"), number("0.2"))], [], here)
    assert written.codes == ("tenth + n(0.2)",)


@pytest.mark.parametrize(
    "formula",
    [
        "a = log(y); where(where(x < 0, a, 4) < 1, where(a < -1, 2*a, a) + y, y)",
        "a = sqrt(x); where(where(y > 0, a, 1) > 2, a*y, where(a > 1, y, x*y))",
        "a = log(x); b = where(y > 1, a, 2); where(x > 0 and a > 0, a, b)",
    ],
)
def test_parts_that_guard_each_other_stand_where_they_are_used(formula: str) -> None:
    """A logarithm is asked for on one side, and decides which side that is."""
    space: dict[str, Any] = {}
    exec(export(formula, "python"), space)
    known = 0
    for x, y in product((-2.0, -0.3, 0.2, 1.5, 9.0), repeat=2):
        point = {"x": x, "y": y}
        try:
            wanted = diffcli.gradient(formula, point)
        except diffcli.DiffcliError:
            continue
        value, partials = space["f"](x, y)
        assert value == pytest.approx(diffcli.value(formula, point), rel=1e-12)
        assert partials == pytest.approx([*wanted.values()], rel=1e-12)
        known += 1
    assert known > 5
