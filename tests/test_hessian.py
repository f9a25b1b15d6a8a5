"""Second derivatives: three ways, and sympy's."""

import json

import pytest
import sympy

from diffcli.analysis.hessian import hessian
from diffcli.engine.exact import to_sympy
from diffcli.errors import KinkError, UsageError
from diffcli.language.parser import parse
from diffcli.problem import Settings, pose
from tests import referee
from tests.conftest import Run

FORMULAS = [
    "(2*x+3*y)**2+3",
    "sin(x*y)*exp(x)/y",
    "x**y",
    "sigmoid(x*y)+tanh(x)*softplus(y)",
    "atan2(x, y)*hypot(x, y)",
    "log(x**2+y**2)-erf(x)*sqrt(y)",
    "gamma(x)*y",
    "max(x, y)*x",
]


@pytest.mark.parametrize("formula", FORMULAS)
def test_all_three_are_sympys(formula: str) -> None:
    parsed = parse(formula)
    point = {"x": 1.3, "y": 0.7}
    result = hessian(pose(parsed, point, settings=Settings(h="auto")))
    symbols = {name: sympy.Symbol(name, real=True) for name in point}
    for (name, other), agreement in result.agreements.items():
        whole = to_sympy(parsed.expression, {})
        second = sympy.diff(whole, symbols[name], symbols[other])
        exact = referee.number(second, point)
        for method, entries in result.columns.items():
            value = entries[name, other].value
            if method != "finite" or value is not None:
                close = 1e-7 if method == "finite" else 1e-11
                assert value == pytest.approx(exact, rel=close, abs=close)
        assert agreement.verdict in ("agree", "undecided")


def test_screens_and_formats(run: Run) -> None:
    words = ("grad", "x**2*y**3", "--at", "1,2", "--order", "2")
    assert "∂²f/∂x∂y" in run(*words).out
    assert run(*words, "-f", "plain").out == "16 24 24 12\n"
    record = json.loads(run(*words, "-f", "json").out)
    assert record["schema"] == "diffcli/hessian/2"
    assert record["hessian"]["backprop"] == {
        "x": {"x": 16.0, "y": 24.0},
        "y": {"x": 24.0, "y": 12.0},
    }
    assert record["derivatives"]["x"]["x"] == "2*y**3"
    assert run(*words, "-f", "csv").out.startswith(
        "var,var2,finite,symbolic,backprop\n"
    )


def test_refusals() -> None:
    with pytest.raises(KinkError, match="not twice differentiable"):
        hessian(pose(parse("abs(x)**3"), {"x": 0.0}))
    with pytest.raises(UsageError, match="doubles"):
        hessian(pose(parse("x**3"), {"x": 1.0}, settings=Settings(digits=30)))
