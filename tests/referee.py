"""Somebody else's numbers: expressions in sympy, evaluated by mpmath."""

from collections.abc import Mapping
from typing import Any

import sympy
from mpmath import mp

from diffcli.calculus.functions import BY_NAME
from diffcli.engine import precise
from diffcli.engine.tape import Program
from diffcli.language.expression import Call, Expression, Number, Variable, postorder
from diffcli.language.parser import parse_template

_NAMES: dict[str, Any] = {
    "add": lambda u, v: u + v,
    "subtract": lambda u, v: u - v,
    "multiply": lambda u, v: u * v,
    "divide": lambda u, v: u / v,
    "negate": lambda u: -u,
    "power": lambda u, v: u**v,
    "abs": sympy.Abs,
    "max": sympy.Max,
    "min": sympy.Min,
    "cbrt": lambda u: sympy.sign(u) * sympy.Abs(u) ** sympy.Rational(1, 3),
    "ceil": sympy.ceiling,
    "polygamma": sympy.polygamma,
}


def to_sympy(expression: Expression, **letters: Any) -> Any:
    """Return an expression in sympy; ``letters`` stand for variables."""
    found: dict[Expression, Any] = {}
    node: Expression
    for node in postorder([expression]):
        if isinstance(node, Number):
            constants = {"pi": sympy.pi, "e": sympy.E, "tau": 2 * sympy.pi}
            found[node] = constants.get(node.text) or sympy.Rational(node.text)
        elif isinstance(node, Variable):
            found[node] = letters.get(node.name) or sympy.Symbol(node.name, real=True)
        else:
            assert isinstance(node, Call)
            args = [found[argument] for argument in node.args]
            found[node] = _apply(node.function.name, args)
    return found[node]


def _apply(name: str, args: list[Any]) -> Any:
    if name in _NAMES:
        return _NAMES[name](*args)
    definition = BY_NAME[name].definition
    if definition:
        letters = dict(zip("uv", args, strict=False))
        return to_sympy(parse_template(definition, {}), **letters)
    return getattr(sympy, name)(*args)


def number(expression: Any, point: Mapping[str, float], digits: int = 30) -> float:
    """Return the value of a sympy expression at a point."""
    values = {
        sympy.Symbol(name, real=True): sympy.Rational(value)
        for name, value in point.items()
    }
    value = expression.xreplace(values).doit()
    return float(sympy.re(value.evalf(digits, maxn=400)))


def slope(expression: Expression, name: str, point: Mapping[str, float]) -> float:
    """Return a partial derivative by a difference in 60 digits."""
    program = Program([expression])
    with mp.workdps(60):
        step = mp.mpf(10) ** -20
        x = mp.mpf(point[name])
        ahead, behind = (
            precise.run(program, {**point, name: x + side * step})[program.outputs[0]]
            for side in (1, -1)
        )
        return float((ahead - behind) / (2 * step))


def partial(expression: Expression, name: str, point: Mapping[str, float]) -> float:
    """Return a partial derivative by sympy."""
    derivative = sympy.diff(to_sympy(expression), sympy.Symbol(name, real=True))
    return number(derivative, point)
