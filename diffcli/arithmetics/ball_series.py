"""Truncated power series of balls: all derivatives of one variable at once, proved.

A number is c0 + c1*t + c2*t**2 + ... up to ``flint.ctx.cap`` terms, each a ball; the
k-th derivative is k! times ck. Where a function may not be smooth, no coefficient is a
ball. What Arb has no series of is the integral of its slope.
"""

import operator
from collections.abc import Callable
from functools import wraps
from typing import Any

from flint import arb, arb_series, ctx

from diffcli.arithmetics import Primitives, balls
from diffcli.arithmetics.balls import Ball, has_zero
from diffcli.calculus.functions import ARITHMETIC

Series = Any
"""An arb_series."""

TITLE = "power series of balls"
CHOOSES = False  # a ball may meet both sides of a choice


_MOST_FACTORS = 10_000  # of a whole power that is multiplied out


def number(text: str, value: float) -> Series:
    """Return a numeral, which does not move."""
    return held(balls.number(text, value))


def held(ball: Ball) -> Series:
    """Return a ball that does not move."""
    return arb_series([ball])


def variable(ball: Ball) -> Series:
    """Return a ball that moves with t."""
    return arb_series([ball, 1])


def none() -> Series:
    """Return the series of which no coefficient is a ball."""
    return arb_series([arb.nan()] * ctx.cap)


def _defined(function: Callable[..., Series]) -> Callable[..., Series]:
    """Return a function that has no coefficients where it, or an argument, has none."""

    @wraps(function)
    def checked(*args: Series) -> Series:
        if not all(u[0].is_finite() for u in args):
            return none()
        try:
            series = function(*args)
        except (ValueError, ZeroDivisionError):  # what is divided by may be 0
            return none()
        known = [series[k] for k in range(ctx.cap)]
        if all(ball.is_finite() for ball in known):
            return series
        # Arb says of sqrt(t**2): 0 + 0*t + nan*t**2; what precedes nan is none.
        return arb_series([known[0], *[arb.nan()] * (ctx.cap - 1)])

    return checked


def _is_held(u: Series) -> bool:
    return bool(u.length() <= 1)


def _by_slope(name: str, slope: Callable[[Series], Series]) -> Callable[..., Series]:
    """Return a function from its value and its slope ``slope(u)``."""

    def function(u: Series) -> Series:
        start = balls.PRIMITIVES[name](u[0])
        return (slope(u) * u.derivative()).integral() + start

    return function


def _divided(u: Series, v: Series) -> Series:
    return none() if has_zero(v[0]) else u / v


def _power(u: Series, v: Series) -> Series:
    if _is_held(v) and v[0].is_integer():
        whole = int(v[0].unique_fmpz())
        if abs(whole) <= _MOST_FACTORS:
            power = _whole_power(u, abs(whole))
            return power if whole >= 0 else _divided(held(arb(1)), power)
        return _large_power(u, v)
    return (v * u.log()).exp() if u[0] > 0 else none()


def _large_power(u: Series, v: Series) -> Series:
    """Return u to a large whole power, with the sign that it has."""
    odd = int(v[0].unique_fmpz()) % 2
    power = (v * _abs(u).log()).exp()
    return _sign(u) * power if odd else power


def _whole_power(u: Series, exponent: int) -> Series:
    """Return a product of equal factors, by repeated squaring."""
    result, square = held(arb(1)), u
    while exponent:
        if exponent % 2:
            result = result * square
        square = square * square if exponent > 1 else square
        exponent //= 2
    return result


def _abs(u: Series) -> Series:
    return u * _sign(u)


def _sign(u: Series) -> Series:
    return none() if has_zero(u[0]) else held(u[0].sgn())


def _floor(u: Series) -> Series:
    if not u[0].is_finite() or u[0].contains_integer():
        return none()
    return held(balls.PRIMITIVES["floor"](u[0]))


def _chosen(sign: int) -> Callable[[Series, Series], Series]:
    """Return max (1) or min (-1)."""

    def choose(u: Series, v: Series) -> Series:
        apart = sign * (u[0] - v[0])
        if has_zero(apart):
            return none()
        return u if apart > 0 else v

    return choose


def _cbrt(u: Series) -> Series:
    return _sign(u) * (_abs(u).log() / 3).exp()


def _angle(u: Series, v: Series) -> Series:
    start = balls.PRIMITIVES["atan2"](u[0], v[0])
    turned = u.derivative() * v - v.derivative() * u
    return _divided(turned, u * u + v * v).integral() + start


def _decided(holds: bool, fails: bool) -> Series:
    """Return the condition that holds, or not, near the place; else none."""
    return held(arb(1)) if holds else held(arb(0)) if fails else none()


def _less(u: Series, v: Series) -> Series:
    return _decided(u[0] < v[0], u[0] > v[0])


def _equal(u: Series, v: Series) -> Series:
    return _decided(False, u[0] != v[0])


def _not(u: Series) -> Series:
    return 1 - u


def _when(u: Series, v: Series) -> Series:
    if u[0].is_zero():
        return held(arb(0))
    return none() if has_zero(u[0]) else v


def _polygamma(u: Series, v: Series) -> Series:
    """Return the Taylor series of psi of order u[0] at v[0], composed with v."""
    if not _is_held(u):
        return none()
    inner, result, factor = v - v[0], held(arb(0)), arb(1)
    power = held(arb(1))
    for k in range(max(v.prec, 1)):
        term = balls.PRIMITIVES["polygamma"](u[0] + k, v[0]) / factor
        result = result + power * term
        power, factor = power * inner, factor * (k + 1)
        if _is_held(v):
            break
    return result


def _lgamma(u: Series) -> Series:
    return u.lgamma() if u[0] > 0 else _abs(u.gamma()).log()


def _exp_minus(u: Series) -> Series:
    return (-u).exp()


def _sinh(u: Series) -> Series:
    return (u.exp() - _exp_minus(u)) / 2


def _cosh(u: Series) -> Series:
    return (u.exp() + _exp_minus(u)) / 2


def _tanh(u: Series) -> Series:
    return 1 - 2 / ((2 * u).exp() + 1)


# fmt: off
_DEFINED: Primitives = {
    **ARITHMETIC, "divide": _divided,
    "pi": lambda: held(arb.pi()), "e": lambda: held(arb.const_e()),
    "power": _power, "sqrt": arb_series.sqrt, "cbrt": _cbrt,
    "exp": arb_series.exp, "log": arb_series.log,
    "sin": arb_series.sin, "cos": arb_series.cos, "tan": arb_series.tan,
    "asin": arb_series.asin, "acos": arb_series.acos,
    "atan": arb_series.atan, "atan2": _angle,
    "sinh": _sinh, "cosh": _cosh, "tanh": _tanh,
    "asinh": _by_slope("asinh", lambda u: (1 + u * u).rsqrt()),
    "acosh": _by_slope("acosh", lambda u: (u * u - 1).rsqrt()),
    "atanh": _by_slope("atanh", lambda u: _divided(held(arb(1)), 1 - u * u)),
    "abs": _abs, "sign": _sign, "max": _chosen(1), "min": _chosen(-1),
    "less": _less, "less_equal": _less,
    "greater": lambda u, v: _less(v, u), "greater_equal": lambda u, v: _less(v, u),
    "equal": _equal, "not_equal": lambda u, v: _not(_equal(u, v)),
    "not": _not, "and": operator.mul, "or": lambda u, v: _not(_not(u) * _not(v)),
    "floor": _floor, "ceil": lambda u: -_floor(-u),
    "erf": arb_series.erf, "erfc": arb_series.erfc,
    "gamma": arb_series.gamma, "lgamma": _lgamma, "polygamma": _polygamma,
}
# fmt: on
PRIMITIVES: Primitives = {
    **{name: _defined(function) for name, function in _DEFINED.items()},
    "when": _when,  # what is not chosen may have no value
}
