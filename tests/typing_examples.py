"""A program that asks everything: the type checker reads it, and it runs."""

import shlex
import sys
from fractions import Fraction
from typing import assert_type

import diffcli
from diffcli import Check, Comparison, DiffcliError, KinkError, Parsed, Sweep

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
    assert_type(compared.corners, dict[str, diffcli.Slopes])
    assert_type(compared.results[0].differences, dict[str, diffcli.Difference])
    assert_type(compared.data, diffcli.Data | None)
    assert_type(compared.partial("x1").value, float | None)
    agreement: diffcli.Agreement = compared.agreements["x1"]
    assert_type(agreement.verdict, str)
    result: diffcli.MethodResult = compared.results[0]
    assert_type(
        (result.remarks, result.evaluations),
        tuple[tuple[diffcli.Remark, ...], int],
    )
    problem: diffcli.Problem = diffcli.pose(F, AT, wrt="x2", h="relative")
    assert_type(diffcli.compare(problem), Comparison)
    checked = assert_type(diffcli.check(F, AT, {"x1": 44, "x2": "66"}), Check)
    verdict: diffcli.Verdict = checked.verdicts[0]
    assert_type(verdict.slip, str)
    bent = assert_type(diffcli.check(F, AT, {"x1,x2": 12}, order=2), Check)
    assert_type(bent.verdicts[0].toward, tuple[str, ...])
    tangent = assert_type(diffcli.check(area, AT, {"x1": 3.0}, taylor=True), Check)
    assert_type(tangent.remainders, tuple[diffcli.Remainder, ...])
    measured: diffcli.Measurement = diffcli.measure(area, AT)
    assert_type(measured.partials["x1"].error, float)
    rules: diffcli.Derivation = diffcli.derive(F, "x1")
    assert_type(rules.result, diffcli.Expression)
    for derivative in diffcli.steps(F, AT, order=2, simplify=True):
        found_by: diffcli.Derivative = derivative
        assert_type(found_by.value, float | None)
        assert_type(found_by.derivation.steps, tuple[diffcli.Step, ...])
    second: diffcli.Hessian = diffcli.hessian(F, AT)
    assert_type(second.partial("x1", "x2"), diffcli.Estimate)
    passes: diffcli.Trace = diffcli.trace(F, AT)
    assert_type([node.adjoint for node in passes.backward], list[float])
    tree: diffcli.Tree = diffcli.tree(F, AT)
    assert_type(tree.backward.adjoints if tree.backward else [], list[float])
    widths = assert_type(diffcli.sweep(F, AT, "x2", scheme="both"), Sweep)
    series: diffcli.Series = widths.series[0]
    assert_type(series.best.h if series.best else 0.0, float)
    field: diffcli.Field = diffcli.field(
        "w*x", ("-pi", "pi"), (0, 1), variables=("x", "w")
    )
    assert_type(field.samples(3, 2)[0][0].value, float | None)
    rows: list[dict[str, float | str]] = [{"x": 1, "t": 2}, {"x": 2, "t": "pi"}]
    loss = assert_type(diffcli.examples("(w*x-t)**2", rows, {"w": 1}), diffcli.Examples)
    assert_type(diffcli.compare(loss).partial("w").error, float)
    assert_type(diffcli.check(loss, claims={"w": "2*x*(w*x-t)"}).passed, bool)
    graph: diffcli.Plot = diffcli.plot("abs(3*x)", "-pi", 3, variable="x")
    kink: diffcli.Feature = graph.features[0]
    assert_type((kink.kind, kink.x), tuple[str, float])
    descent: diffcli.Descent = diffcli.descend("(x-3)**2", {"x": 0}, rates=[0.1])
    course: diffcli.Course = descent.courses[0]
    assert_type((course.verdict, descent.training), tuple[str, diffcli.Training | None])
    chain: diffcli.Chain = diffcli.depth("tanh", layers=5, weight=1.5)
    layer: diffcli.Layer = chain.layers[0]
    assert_type((chain.gradient, layer.local), tuple[float, float])
    assert_type(diffcli.export(F, "c"), str)
    assert_type(diffcli.value("abs(x)", {"x": 0}), float)
    powers: diffcli.Expansion = diffcli.taylor("exp(x)", {"x": 0})
    assert_type(powers.coefficients, tuple[float, ...])
    assert_type(diffcli.jacobian("(x*y, x)", {"x": 1, "y": 2}), list[dict[str, float]])
    budget: diffcli.Budget = diffcli.budget("x*y", {"x": 1, "y": 2}, {"x": 0.1})
    share: diffcli.Share = budget.shares[0]
    assert_type((budget.error, share.share), tuple[float, float])
    proof: diffcli.Proof = diffcli.prove("x*y", {"x": 0.1, "y": "1/3"}, order=2)
    mixed: diffcli.Proved = proof.derivative("x", "y")
    assert_type((mixed.text, mixed.digits), tuple[str, int])
    everywhere: diffcli.RangeProof = diffcli.prove_range("a*x^2", -1, 1, {"a": 2})
    assert_type((everywhere.parts[0].sign, everywhere.pieces), tuple[str, int])
    claim: diffcli.ClaimProof = diffcli.prove_claim("x^2", "2*x", 0, "pi")
    assert_type(claim.verdict, str)
    curve: diffcli.Implicit = diffcli.implicit("x^2+y^2=25", {"x": 3, "y": 4}, "y")
    assert_type(curve.slope("x").value, float | None)
    tanh: diffcli.Function = diffcli.functions()[0]
    assert_type((tanh.name, tanh.derivatives), tuple[str, tuple[str, ...]])
    exercise: diffcli.Exercise = diffcli.practice("product", seed=3, count=1)[0]
    assert_type(diffcli.answer(exercise, "0"), diffcli.Mark)
    assert_type(diffcli.mark("x**2", {"x": "2*x"}).status, str)
    work: diffcli.Judgement = diffcli.judge("f(x) = x**2\nf'(x) = 2*x")
    line: diffcli.LineVerdict = work.verdicts[1]
    assert_type(line.status, str)
    with diffcli.program(shlex.join([sys.executable, "-c", LOOP])) as box:
        boxes: diffcli.Boxes = box
        assert_type(diffcli.measure(boxes, AT).value, float)
    try:
        diffcli.gradient("abs(x)", {"x": 0})
    except (diffcli.DomainError, diffcli.RangeError, diffcli.InternalError):
        raise
    except (diffcli.ParseError, diffcli.UsageError, diffcli.PointError) as wrong:
        assert_type(wrong.hint, str)
    except KinkError as error:
        assert_type((error.variable, error.span), tuple[str, tuple[int, int] | None])
        assert_type((error.source, error.note, error.hint), tuple[str, str, str])


if __name__ == "__main__":
    main()
