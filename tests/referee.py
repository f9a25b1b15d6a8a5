"""Somebody else's numbers: expressions in sympy, evaluated by mpmath."""

from collections.abc import Mapping
from typing import Any

import sympy
from mpmath import mp

from diffcli.engine.adaptive import run
from diffcli.engine.exact import to_sympy
from diffcli.engine.tape import Program
from diffcli.language.expression import Expression


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
            run(program, {**point, name: x + side * step})[program.outputs[0]]
            for side in (1, -1)
        )
        return float((ahead - behind) / (2 * step))


def partial(expression: Expression, name: str, point: Mapping[str, float]) -> float:
    """Return a partial derivative by sympy."""
    derivative = sympy.diff(to_sympy(expression, {}), sympy.Symbol(name, real=True))
    return number(derivative, point)
