"""Balls: a middle and a radius, and the number that is meant is proved to be inside.

Every operation of Arb's (by python-flint, the extra ``proof``) gives a ball that holds
the result for all numbers of the balls it was given; ``flint.ctx.prec`` says how many
bits a middle has. A decimal numeral is the decimal, not the double near it, and the
constants are balls too. What has no value for some number of a ball is nan: no ball.

Source: Johansson, "Arb: efficient arbitrary-precision midpoint-radius interval
arithmetic", IEEE Transactions on Computers 66 (2017), 1281-1292.
"""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from flint import acb, arb

from diffcli.arithmetics import Primitives
from diffcli.calculus.functions import ARITHMETIC
from diffcli.calculus.numeric import cotangent_slope

Ball = Any
"""An arb; python-flint's types say too little."""

TITLE = "balls"
CHOOSES = False  # a ball may meet both sides of a choice
_LARGEST = 64  # bits of a whole exponent by which is multiplied
_FAR_LEFT = -50
_MOST_ORDER = 100  # of polygamma


def number(text: str, value: float) -> Ball:
    """Return a numeral exactly, or a ball around it as narrow as the precision."""
    return arb(int(text)) if text.isdecimal() else arb(text.replace("_", ""))


def has_zero(u: Ball) -> bool:
    """Tell whether a ball may be 0, as what is no ball may."""
    return not u.is_finite() or bool(u.contains(0))


def _defined(function: Callable[..., Ball]) -> Callable[..., Ball]:
    """Return a function that makes no ball of what is none: sign and atan2 would."""

    @wraps(function)
    def checked(*args: Ball) -> Ball:
        for ball in args:
            if not ball.is_finite():
                return arb.nan()
        return function(*args)

    return checked


def _ends(function: Callable[[Ball], Ball], u: Ball) -> Ball:
    """Return a function that never falls over a ball: from its values at both ends."""
    low, high = function(u.lower()), function(u.upper())
    return low if low.is_exact() and low == high else low.union(high)


def _power(u: Ball, v: Ball) -> Ball:
    if v.is_integer() and v.bits() < _LARGEST:
        return _whole_power(u, int(v.unique_fmpz()))
    if u > 0:
        return u**v
    if u >= 0 and v > 0:  # from 0 to the power of the upper end
        return arb(0) if u.is_zero() else arb(0).union(u.upper() ** v)
    return arb.nan()


def _whole_power(u: Ball, n: int) -> Ball:
    """Return u to a whole power, by the ends of u where u may be 0."""
    if n <= 0:
        return arb(1) if n == 0 else 1 / _whole_power(u, -n)
    if not u.contains(0):
        return u ** arb(n)
    if u.is_zero():
        return arb(0)
    if n % 2:
        return _ends(lambda end: arb(0) if end.is_zero() else end ** arb(n), u)
    return arb(0).union(u.abs_upper() ** arb(n))


def _cbrt(u: Ball) -> Ball:
    if u > 0:
        return u.root(3)
    if u < 0:
        return -(-u).root(3)
    return u if u.is_zero() else _ends(_cbrt, u)


def _atan2(u: Ball, v: Ball) -> Ball:
    """Return the angle of the point (v, u); the origin has none."""
    return arb.nan() if has_zero(u) and has_zero(v) else arb.atan2(u, v)


def _lgamma(u: Ball) -> Ball:
    return u.lgamma() if u > 0 else abs(u.gamma()).log()


def _polygamma(u: Ball, v: Ball) -> Ball:
    """Return psi of order u, a whole number."""
    if not (u.is_integer() and 0 <= u < _MOST_ORDER):
        return arb.nan()
    if u.is_zero():
        return v.digamma()
    if v < _FAR_LEFT:
        return _reflected(int(u.unique_fmpz()), v)
    return acb(v).polygamma(acb(u)).real


def _reflected(m: int, v: Ball) -> Ball:
    """Return psi of order m far left, where Arb would count up to 0 in steps of one.

    psi_m(v) = (-1)**m*psi_m(1 - v) - pi * (d/dv)**m cot(pi*v). Source: DLMF 5.15.6.
    """
    slope = arb(0)
    for factor in reversed(cotangent_slope(m)):
        slope = slope * v.cot_pi() + factor
    mirrored = _polygamma(arb(m), 1 - v)
    return (-mirrored if m % 2 else mirrored) - arb.pi() ** arb(m + 1) * slope


def _when(u: Ball, v: Ball) -> Ball:
    """Return v where u is not 0, or 0 where it is; where both may be, no ball."""
    if u.is_zero():
        return arb(0)
    return arb.nan() if has_zero(u) else v


def _hypot(u: Ball, v: Ball) -> Ball:
    return (_whole_power(u, 2) + _whole_power(v, 2)).sqrt()


def _sigmoid(u: Ball) -> Ball:
    return 1 / (1 + (-u).exp())


# fmt: off
_DEFINED: Primitives = {
    **ARITHMETIC,
    "pi": arb.pi, "e": arb.const_e,
    "power": _power, "sqrt": arb.sqrt, "cbrt": _cbrt,
    "exp": arb.exp, "expm1": arb.expm1, "log": arb.log, "log1p": arb.log1p,
    "sin": arb.sin, "cos": arb.cos, "tan": arb.tan,
    "sec": arb.sec, "csc": arb.csc, "cot": arb.cot,
    "asin": arb.asin, "acos": arb.acos, "atan": arb.atan, "atan2": _atan2,
    "sinh": arb.sinh, "cosh": arb.cosh, "tanh": arb.tanh,
    "sech": arb.sech, "csch": arb.csch, "coth": arb.coth,
    "asinh": arb.asinh, "acosh": arb.acosh, "atanh": arb.atanh,
    "abs": abs, "sign": arb.sgn, "max": arb.max, "min": arb.min,
    "floor": lambda u: _ends(arb.floor, u), "ceil": lambda u: _ends(arb.ceil, u),
    "hypot": _hypot, "sigmoid": lambda u: _ends(_sigmoid, u),
    "logsumexp": lambda u, v: u.max(v) + (-abs(u - v)).exp().log1p(),
    "erf": arb.erf, "erfc": arb.erfc,
    "gamma": arb.gamma, "lgamma": _lgamma, "polygamma": _polygamma,
}
# fmt: on
PRIMITIVES: Primitives = {
    **{name: _defined(function) for name, function in _DEFINED.items()},
    "when": _when,  # what is not chosen may be no ball
}

SMOOTH: Mapping[str, Callable[..., bool]] = {
    **dict.fromkeys(("power", "pow"), lambda u, v: v.is_integer() and v >= 1),
    "atan2": lambda u, v: v > 0,
}
"""Where a function is smooth though its row's edge may be 0 there."""
