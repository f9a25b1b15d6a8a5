"""Columns of a polars frame: many points at once, computed by compiled code.

A number is an expression of polars. What polars has no function for is not here: a
formula with it is computed by our own columns. Local partials are the stable forms of
the table's rows, written once more, for a row's own are functions of one double.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import polars

from diffcli.arithmetics import Primitives, Unavailable
from diffcli.calculus import functions
from diffcli.calculus.functions import ARITHMETIC, CONSTANTS, Function

Frame = Any
"""An expression of polars, which need not be installed to check the types."""

TITLE = "polars frames"


def number(text: str, value: float) -> Frame:
    """Return the double that a numeral is read as, for all points."""
    return polars.lit(value, dtype=polars.Float64)


def _either(condition: Frame, then: Any, other: Any) -> Frame:
    return polars.when(condition).then(then).otherwise(other)


def without_minus_zero(u: Frame | float) -> Frame:
    """Return the same numbers, with 0 for -0; 0 + u is u for the optimizer."""
    return _either(u == 0.0, 0.0, u)


def _sigmoid(u: Frame) -> Frame:
    small = (-u.abs()).exp()
    return _either(u >= 0, 1.0, small) / (1.0 + small)


def _softplus(u: Frame) -> Frame:
    return _relu(u) + (-u.abs()).exp().log1p()


def _sign(u: Frame) -> Frame:
    return (u > 0).cast(polars.Float64) - (u < 0).cast(polars.Float64)


def _step(u: Frame) -> Frame:
    return (u > 0).cast(polars.Float64)


def _power(u: Frame, v: Frame) -> Frame:
    return u.pow(v)


def _max(u: Frame, v: Frame) -> Frame:
    return _either(v > u, v, u)


def _min(u: Frame, v: Frame) -> Frame:
    return _either(v < u, v, u)


def _relu(u: Frame) -> Frame:
    return _max(u, number("0", 0.0))


# fmt: off
PRIMITIVES: Primitives = {
    **ARITHMETIC,
    **{name: partial(number, name, row.value) for name, row in CONSTANTS.items()},
    "power": _power, "pow": _power, "sum": lambda u, v: u + v,
    "mean": lambda u, v: u / 2.0 + v / 2.0,
    "sqrt": lambda u: u.sqrt(), "exp": lambda u: u.exp(), "log": lambda u: u.log(),
    "log1p": lambda u: u.log1p(), "log10": lambda u: u.log10(),
    "cbrt": lambda u: u.cbrt(),
    "sin": lambda u: u.sin(), "cos": lambda u: u.cos(), "tan": lambda u: u.tan(),
    "asin": lambda u: u.arcsin(), "acos": lambda u: u.arccos(),
    "atan": lambda u: u.arctan(), "sinh": lambda u: u.sinh(),
    "cosh": lambda u: u.cosh(), "tanh": lambda u: u.tanh(),
    "abs": lambda u: u.abs(), "sign": _sign, "step": _step,
    "max": _max, "min": _min, "relu": _relu,
    "sigmoid": _sigmoid, "softplus": _softplus,
    "floor": lambda u: u.floor(), "ceil": lambda u: u.ceil(),
    "logsumexp": lambda u, v: _max(u, v) + (-(u - v).abs()).exp().log1p(),
}

#: For each of them that has arguments the partials, from its value and arguments.
SLOPES: dict[str, tuple[Callable[..., Any], ...]] = {
    "divide": (lambda y, u, v: 1.0 / v, lambda y, u, v: -y / v),
    "power": (lambda y, u, v: _either(v == 0, 0.0, v * u.pow(v - 1.0)),
              lambda y, u, v: _either((u == 0) & (v > 0), 0.0, y * u.log())),
    "mean": (lambda y, u, v: number("", 0.5), lambda y, u, v: number("", 0.5)),
    "sqrt": (lambda y, u: 0.5 / y,), "exp": (lambda y, u: y,),
    "log": (lambda y, u: 1.0 / u,), "log1p": (lambda y, u: 1.0 / (1.0 + u),),
    "sin": (lambda y, u: u.cos(),), "cos": (lambda y, u: -u.sin(),),
    "tan": (lambda y, u: 1.0 + y * y,),
    "asin": (lambda y, u: 1.0 / ((1.0 - u) * (1.0 + u)).sqrt(),),
    "acos": (lambda y, u: -1.0 / ((1.0 - u) * (1.0 + u)).sqrt(),),
    "atan": (lambda y, u: 1.0 / (1.0 + u * u),),
    "sinh": (lambda y, u: u.cosh(),), "cosh": (lambda y, u: u.sinh(),),
    "tanh": (lambda y, u: 1.0 / u.cosh() / u.cosh(),),
    "abs": (lambda y, u: _sign(u),),
    "max": (lambda y, u, v: (1.0 + _sign(u - v)) / 2.0,
            lambda y, u, v: (1.0 - _sign(u - v)) / 2.0),
    "min": (lambda y, u, v: (1.0 - _sign(u - v)) / 2.0,
            lambda y, u, v: (1.0 + _sign(u - v)) / 2.0),
    "relu": (lambda y, u: _step(u),),
    "sigmoid": (lambda y, u: y * _sigmoid(-u),),
    "softplus": (lambda y, u: _sigmoid(u),),
    "silu": (lambda y, u: _sigmoid(u) * (1.0 + u * _sigmoid(-u)),),
    "leakyrelu": (lambda y, u: _either(u > 0, 1.0, 0.01),),
    "logsumexp": (lambda y, u, v: _sigmoid(u - v), lambda y, u, v: _sigmoid(v - u)),
}

#: Where they are not smooth.
ROUGH: dict[str, Callable[..., Any]] = {
    "power": lambda u, v: (u == 0) & (v != 1) & ((v < 1) | (v != v.floor())),
    "max": lambda u, v: u == v, "min": lambda u, v: u == v,
    "asin": lambda u: u.abs() == 1, "acos": lambda u: u.abs() == 1,
    **dict.fromkeys(("floor", "ceil"), lambda u: u == u.floor()),
    **dict.fromkeys(("sqrt", "abs", "sign", "step", "relu"), lambda u: u == 0),
}
# fmt: on
SLOPES["pow"] = SLOPES["power"]
ROUGH["pow"] = ROUGH["power"]


def local(function: Function, place: int, y: Frame, *args: Frame) -> Frame | float:
    """Return a local partial; what a row says of it by name is a number or argument.

    Raises Unavailable if there is none.
    """
    slope = function.partials[place]
    if slope in functions.FIXED:
        return functions.FIXED[slope]
    if slope is functions.FIRST or slope is functions.SECOND:
        return args[slope is functions.SECOND]
    if function.name in SLOPES:
        return SLOPES[function.name][place](y, *args)
    try:  # most rows are the same in columns as in numbers
        return slope(y, *args)
    except TypeError:
        raise _unavailable(function) from None


def product(upstream: Frame | float, factor: Frame | float) -> Frame | float:
    """Return upstream times local; a factor 1 or -1 takes no multiplication."""
    if isinstance(upstream, float):
        upstream, factor = factor, upstream
    if isinstance(factor, float) and abs(factor) == 1.0:
        return upstream if factor > 0 else -upstream
    return upstream * factor


def rough(function: Function, *args: Frame) -> Frame | None:
    """Return where a function is not smooth; None: nowhere.

    Raises Unavailable if that is not known.
    """
    if function.rough is None:
        return None
    if function.name in ROUGH:
        return ROUGH[function.name](*args)
    try:
        return function.rough.at(*args)
    except TypeError:
        raise _unavailable(function) from None


def outside(function: Function, *args: Frame) -> Frame | None:
    """Return where a function has no value, though polars may give one.

    1/0 is infinite there, and what is made of that may be finite: only what polars
    computes itself is sure to be no finite number. None: nowhere.

    Raises Unavailable if that is not known.
    """
    if function.name in PRIMITIVES:
        return None
    try:
        inside = function.domain.holds(*args)
    except TypeError:
        raise _unavailable(function) from None
    return None if inside is True else ~inside


def _unavailable(function: Function) -> Unavailable:
    return Unavailable(f"{function.name} is not known for {TITLE}")
