"""Nothing recurses over an expression: depth and length cost time, not the stack."""

import copy
from collections.abc import Callable

import pytest

from diffcli.analysis.grad import compare
from diffcli.engine.derivation import derive
from diffcli.engine.tape import Program
from diffcli.inputs import arguments, points
from diffcli.language.parser import parse
from diffcli.language.printer import text
from diffcli.output.views import grad
from diffcli.problem import pose

SHAPES: dict[str, Callable[[int], str]] = {
    "calls": lambda n: "sin(" * n + "x" + ")" * n,
    "groups": lambda n: "(" * n + "x" + ")" * n + "*2",
    "signs": lambda n: "-" * n + "x",
    "powers": lambda n: "x" + "**x" * (n // 100),
    "sum": lambda n: "+".join(["sin(x)*2"] * n),
    "many variables": lambda n: "+".join(f"x{i}*x{i}" for i in range(n // 10)),
    "product": lambda n: "*".join(f"x{i}" for i in range(n // 10)),
    "right product": lambda n: "x*(" * n + "1" + ")" * n,
}


@pytest.mark.slow
@pytest.mark.parametrize("shape", SHAPES)
def test_deep_and_long(shape: str) -> None:
    parsed = parse(SHAPES[shape](20_000))
    point = dict.fromkeys(parsed.variables, 1.0)
    backward = Program([parsed.expression]).run(point).backward()
    assert text(parsed.expression, limit=50)
    for derivation in derive(parsed.expression, parsed.variables[:3]):
        value = Program([derivation.result]).value(point)
        assert value == pytest.approx(backward.partial(derivation.variable), rel=1e-9)


def test_printing_reads_back() -> None:
    expression = parse(SHAPES["calls"](30_000)).expression
    assert parse(text(expression)).expression is expression
    assert copy.deepcopy(expression) is expression
    assert repr(expression) == "<Call sin>"


def test_grad_of_a_deep_formula() -> None:
    result = compare(pose(parse("sin(" * 20_000 + "x" + ")" * 20_000), {"x": 1.0}))
    assert result.status == "ok"


class Walked(tuple[str, ...]):
    """Names that may be walked: to look one up takes as long as there are names."""

    __slots__ = ()

    def __contains__(self, name: object) -> bool:
        """Refuse: of a hundred thousand names each would be sought among all."""
        raise AssertionError(name)


def test_many_variables_are_not_sought_one_by_one() -> None:
    names = Walked(("x1", "x2", "x3"))
    values = {"x1": 1.0, "x2": 2.0, "x3": 3.0}
    assert points.fitted(values, names) == values
    assert points.point("x1=1,x2=2,x3=3", names) == values
    assert points.select("x3,x1", names) == ("x3", "x1")
    assert arguments.names(["x3", "x1"], names) == ("x3", "x1")
    parsed = parse("x1*x2*x3")._replace(variables=names, as_written=names)
    assert not points.order_surprises("1,2,3", parsed)
    problem = pose(parsed, values)._replace(variables=names)
    result = compare(problem)
    assert [result.partial(name).value for name in names] == [6.0, 3.0, 2.0]
    assert grad.document(result).record()


@pytest.mark.slow
def test_a_million() -> None:
    million = 1_000_000
    for source in (
        "(" * million + "x" + ")" * million,
        "sin(" * million + "x" + ")" * million,
    ):
        parsed = parse(source)
        backward = Program([parsed.expression]).run({"x": 1.0}).backward()
        assert 0 <= backward.partial("x") <= 2
