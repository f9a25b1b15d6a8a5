"""Complex numbers, for the complex step.

A function that is analytic near the real axis is its own extension: cmath has it, or
its definition is made of such functions. A function with two branches goes on with the
branch that the real part is on.
"""

import cmath
from collections.abc import Callable
from functools import partial
from typing import Any

from diffcli.arithmetics import Primitives, Unavailable
from diffcli.calculus.functions import ARITHMETIC, CONSTANTS, NAMED

TITLE = "complex numbers"


def number(text: str, value: float) -> complex:
    """Return the double that a numeral is read as."""
    return complex(value)


def of(real: float, imaginary: float = 0.0) -> Any:
    """Return a complex number."""
    return complex(real, imaginary)


def _power(u: complex, v: complex) -> complex:
    whole = not v.imag and v.real == int(v.real) and abs(v.real) <= 100
    if whole:
        return complex(u ** int(v.real))
    if u.real < 0:
        raise Unavailable("a negative base")
    return u**v


def _chosen(side: complex, right: complex, left: complex) -> complex:
    """Return what holds on a side of a border; on it the mean, as rows have it."""
    if not side.real:
        return complex(right.real, right.imag / 2 + left.imag / 2)
    return right if side.real > 0 else left


def _flat(name: str) -> Callable[[complex], complex]:
    """Return a function whose slope is 0 wherever there is one."""
    value = NAMED[name].value
    return lambda u: complex(value(u.real))


# fmt: off
PRIMITIVES: Primitives = {
    **ARITHMETIC,
    **{name: partial(complex, row.value) for name, row in CONSTANTS.items()},
    "power": _power, "sqrt": cmath.sqrt, "exp": cmath.exp,
    "cbrt": lambda u: u ** (1 / 3) if u.real > 0 else -((-u) ** (1 / 3)),
    "log": cmath.log, "log10": cmath.log10,
    "sin": cmath.sin, "cos": cmath.cos, "tan": cmath.tan,
    "asin": cmath.asin, "acos": cmath.acos, "atan": cmath.atan,
    "sinh": cmath.sinh, "cosh": cmath.cosh, "tanh": cmath.tanh,
    "asinh": cmath.asinh, "acosh": cmath.acosh, "atanh": cmath.atanh,
    "abs": lambda u: _chosen(u, u, -u),
    "max": lambda u, v: _chosen(u - v, u, v), "min": lambda u, v: _chosen(v - u, u, v),
    "relu": lambda u: u if u.real > 0 else 0 * u,
    "sign": _flat("sign"), "step": _flat("step"),
    "floor": _flat("floor"), "ceil": _flat("ceil"),
}
# fmt: on
