"""A program that asks everything: the type checker reads it, and it runs."""

import shlex
import sys
from fractions import Fraction
from typing import assert_type

import diffcli
from diffcli import Boxes, Check, Comparison, DiffcliError, KinkError, Parsed

F = "(2*x1+3*x2)**2+3"
AT = {"x1": 1, "x2": 3}
LOOP = """
import json
while True:
    x, y = json.loads(input())["x"]
    print(json.dumps({"f": x*y}), flush=True)
"""


def area(x: list[float]) -> float:
    """Return something whose gradient is measured."""
    return x[0] * x[1]


def main() -> None:
    """Ask every question once."""
    parsed = assert_type(diffcli.parse(F), Parsed)
    assert_type(parsed.variables, tuple[str, ...])
    assert_type(diffcli.gradient(parsed, AT, wrt="x1"), dict[str, float])
    points = ({"x1": Fraction(n, 7), "x2": Fraction(n, 3)} for n in range(1, 4))
    for gradient in diffcli.gradients(F, points):
        assert_type(gradient["x1"], float)
    for found in diffcli.gradients("log(x)", [{"x": 0}, {"x": 1}], keep_going=True):
        assert_type(found, dict[str, float] | DiffcliError)
    compared = diffcli.compare(
        F, {"x1": "pi/2", "x2": 0.1}, methods=("finite", "backprop"), h="auto",
        scheme="central", digits=20, exact=True,
    )  # fmt: skip
    assert_type(compared, Comparison)
    assert_type(compared.partial("x1").value, float | None)
    assert_type(compared.agreements["x1"].verdict, str)
    assert_type(compared.results[0].remarks, tuple[diffcli.Remark, ...])
    problem = diffcli.pose(F, AT, wrt="x2", h="relative")
    assert_type(diffcli.compare(problem), Comparison)
    checked = assert_type(diffcli.check(F, AT, {"x1": 44, "x2": "66"}), Check)
    assert_type([verdict.slip for verdict in checked.verdicts], list[str])
    assert_type(diffcli.check(area, AT, {"x1": 3.0}, taylor=True).passed, bool)
    assert_type(diffcli.measure(area, AT).partials["x1"].error, float)
    boxes: type[Boxes] = Boxes
    assert boxes
    assert_type(diffcli.derive(F, "x1").result, diffcli.Expression)
    for derivative in diffcli.steps(F, AT, order=2, simplify=True):
        assert_type(derivative.value, float | None)
        assert_type(derivative.derivation.steps, tuple[diffcli.Step, ...])
    second = diffcli.hessian(F, AT).partial("x1", "x2")
    assert_type(second, diffcli.Estimate)
    for node in diffcli.trace(F, AT).backward:
        assert_type(node.adjoint, float)
    tree = diffcli.tree(F, AT)
    assert_type(tree.backward.adjoints if tree.backward else [], list[float])
    for series in diffcli.sweep(F, AT, "x2", scheme="both").series:
        assert_type(series.best.h if series.best else 0.0, float)
    field = diffcli.field("w*x", ("-pi", "pi"), (0, 1), variables=("x", "w"))
    assert_type(field.samples(3, 2)[0][0].value, float | None)
    rows: list[dict[str, float | str]] = [{"x": 1, "t": 2}, {"x": 2, "t": "pi"}]
    loss = assert_type(diffcli.examples("(w*x-t)**2", rows, {"w": 1}), diffcli.Examples)
    assert_type(diffcli.compare(loss).partial("w").error, float)
    assert_type(diffcli.check(loss, claims={"w": "2*x*(w*x-t)"}).passed, bool)
    graph = diffcli.plot("abs(w*x)", "-pi", "pi", variable="x", others={"w": 1})
    assert_type(graph.features[0].x, float)
    descent = diffcli.descend("(x-3)**2", {"x": 0}, rates=[0.1, 0.5], steps=5)
    assert_type(descent.courses[0].verdict, str)
    assert_type(diffcli.depth("tanh", layers=5, weight=1.5).gradient, float)
    assert_type(diffcli.export(F, "c"), str)
    assert_type(diffcli.value("abs(x)", {"x": 0}), float)
    assert_type(diffcli.taylor("exp(x)", {"x": 0}).coefficients, tuple[float, ...])
    assert_type(diffcli.jacobian("(x*y, x)", {"x": 1, "y": 2}), list[dict[str, float]])
    budget = diffcli.budget("x*y", {"x": 1, "y": 2}, {"x": 0.1})
    assert_type((budget.error, budget.shares[0].share), tuple[float, float])
    proof = diffcli.prove("x*y", {"x": 0.1, "y": "1/3"}, order=2)
    assert_type((proof.value.text, proof.derivative("x", "y").digits), tuple[str, int])
    everywhere = diffcli.prove_range("a*x^2", -1, 1, {"a": 2})
    assert_type((everywhere.parts[0].sign, everywhere.pieces), tuple[str, int])
    assert_type(diffcli.prove_claim("x^2", "2*x", 0, "pi").verdict, str)
    curve = diffcli.implicit("x^2+y^2=25", {"x": 3, "y": 4}, "y")
    assert_type(curve.slope("x").value, float | None)
    assert_type(diffcli.functions()[0].name, str)
    (exercise,) = diffcli.practice("product", seed=3, count=1)
    assert_type(diffcli.answer(exercise, "0"), diffcli.Mark)
    assert_type(diffcli.mark("x**2", {"x": "2*x"}).status, str)
    assert_type(diffcli.judge("f(x) = x**2\nf'(x) = 2*x").verdicts[1].status, str)
    with diffcli.program(shlex.join([sys.executable, "-c", LOOP])) as box:
        assert_type(diffcli.measure(box, AT).value, float)
    try:
        diffcli.gradient("abs(x)", {"x": 0})
    except KinkError as error:
        assert_type((error.variable, error.span), tuple[str, tuple[int, int] | None])
        assert_type((error.source, error.note, error.hint), tuple[str, str, str])


if __name__ == "__main__":
    main()
