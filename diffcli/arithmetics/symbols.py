"""Sympy's expressions: exact numbers, as in sqrt(2)/4, and real symbols.

No text of the user's ever reaches sympy, whose parser would run it: only numerals.
"""

from functools import partial
from typing import Any

import sympy

from diffcli.arithmetics import Primitives
from diffcli.calculus.functions import ARITHMETIC

Symbolic = Any
"""A sympy expression; sympy ships no types."""

TITLE = "sympy"
CHOOSES = False  # a symbol may be on either side


def number(text: str, value: float) -> Symbolic:
    """Return a numeral as a fraction."""
    return sympy.Rational(text)


def _as_number(relation: Any, u: Symbolic, v: Symbolic) -> Symbolic:
    """Return 1 where a relation holds, else 0."""
    return sympy.Piecewise((1, relation(u, v)), (0, True))


# fmt: off
PRIMITIVES: Primitives = {
    **ARITHMETIC,
    "pi": lambda: sympy.pi, "e": lambda: sympy.E,
    "power": lambda u, v: u**v, "sqrt": sympy.sqrt,
    "cbrt": lambda u: sympy.sign(u) * sympy.Abs(u) ** sympy.Rational(1, 3),
    "exp": sympy.exp, "log": sympy.log,
    "sin": sympy.sin, "cos": sympy.cos, "tan": sympy.tan,
    "asin": sympy.asin, "acos": sympy.acos, "atan": sympy.atan, "atan2": sympy.atan2,
    "sinh": sympy.sinh, "cosh": sympy.cosh, "tanh": sympy.tanh,
    "asinh": sympy.asinh, "acosh": sympy.acosh, "atanh": sympy.atanh,
    "abs": sympy.Abs, "sign": sympy.sign, "floor": sympy.floor, "ceil": sympy.ceiling,
    "max": sympy.Max, "min": sympy.Min,
    **{
        name: partial(_as_number, relation)
        for name, relation in {
            "less": sympy.Lt, "less_equal": sympy.Le, "greater": sympy.Gt,
            "greater_equal": sympy.Ge, "equal": sympy.Eq, "not_equal": sympy.Ne,
        }.items()
    },
    "when": lambda u, v: sympy.Piecewise((v, sympy.Ne(u, 0)), (0, True)),
    "erf": sympy.erf, "erfc": sympy.erfc,
    "gamma": sympy.gamma, "polygamma": sympy.polygamma,
}
# fmt: on
