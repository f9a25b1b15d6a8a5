"""Real numbers of any precision, by mpmath: as many digits as mp.dps says."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from mpmath import mp

from diffcli.arithmetics import Primitives
from diffcli.calculus.functions import ARITHMETIC
from diffcli.calculus.numeric import psi

Real = Any
"""An mpf; mpmath ships no types."""

TITLE = "real numbers of any precision"
_LONGEST = 1000  # characters of a numeral that is read as it is
_SPARE = 20  # digits of a longer one that are read beyond the present precision
_SLOW = 64  # bits of an exponent's whole part, as of 1e20
_LONG = 2_000  # bits of an exponent's whole part, more than any double has
_SMALLEST = -1e15  # the exponential of less takes more memory than there is
MANY_BITS = 1_500  # of which mpmath's own series for gamma take seconds
_FAR = 4  # steps up for each bit
_SPARE_BITS = 64  # that a long product may take
_LARGEST = 1e9  # the exponential of more than this is no use to anybody


def number(text: str, value: float) -> Real:
    """Return a numeral at the present precision."""
    return mp.mpf(text if len(text) < _LONGEST else _beginning(text))


def _beginning(text: str) -> str:
    """Return a numeral without the digits that are beyond the present precision.

    Python reads no more than 4300 at once.
    """
    mantissa, _, exponent = text.replace("_", "").lower().partition("e")
    whole, _, decimals = mantissa.partition(".")
    digits = (whole + decimals).lstrip("0")
    kept = digits[: mp.dps + _SPARE] or "0"
    power = int(exponent or 0) - len(decimals) + len(digits) - len(kept)
    return f"{kept}e{power}"


def real(value: Real) -> Real:
    """Return the value if it is a finite real number.

    Raises ValueError if it is not.
    """
    if not isinstance(value, mp.mpf) or not mp.isfinite(value):
        raise ValueError(value)
    return value


def _polygamma(u: Real, v: Real) -> Real:
    """Return psi of order u; mpmath would take hours over a large order."""
    if not (0 <= u < 100 and u == int(u)):
        raise ValueError(u)
    if u or _is_plain(v):
        return psi(int(u), v)
    # Far out few terms are enough; the many Bernoulli numbers of others take seconds.
    with mp.workprec(mp.prec + _SPARE_BITS):
        steps = _FAR * mp.prec
        return psi(0, v + steps) - mp.fsum(1 / (v + n) for n in range(steps))


def _gamma(u: Real) -> Real:
    """Return gamma(u)."""
    if _is_plain(u) or u == mp.floor(u):
        return mp.gamma(u)
    with mp.workprec(mp.prec + _SPARE_BITS):
        beyond, product = _beyond(u)
        return mp.gamma(beyond) / product


def _is_plain(u: Real) -> bool:
    """Tell whether mpmath finds gamma(u) without delay.

    With many digits it first takes seconds over the coefficients of a Taylor series,
    where Stirling's series, which it takes for large u, takes milliseconds.
    """
    return bool(mp.prec < MANY_BITS or abs(u) > mp.prec)


def _beyond(u: Real) -> tuple[Real, Real]:
    """Return a large u + n, and by what gamma of it has to be divided.

    Source: gamma(u + 1) = u*gamma(u).
    """
    steps = mp.prec // 3
    return u + steps, mp.fprod(u + n for n in range(steps))


def _lgamma(u: Real) -> Real:
    """Return log(abs(gamma(u))), by reflection left of 0. Source: DLMF 5.5.3."""
    if u > 0:
        if _is_plain(u) or 0.5 < u < 2.5:  # where it is 0 a difference would cancel
            return mp.loggamma(u)
        with mp.workprec(mp.prec + _SPARE_BITS):
            beyond, product = _beyond(u)
            return mp.loggamma(beyond) - mp.log(product)
    return mp.log(mp.pi / abs(mp.sinpi(u))) - mp.loggamma(1 - u)


def _exp(u: Real) -> Real:
    """Return exp(u); 0 where no double and no sum could tell it from 0."""
    return mp.exp(u) if u > _SMALLEST else mp.zero


def _huge_power(u: Real, v: Real) -> Real:
    """Return u to a huge power: mpmath would square u once for each bit of v."""
    whole = v == mp.floor(v)
    if u < 0 and not whole:
        raise ValueError(u)
    with mp.workprec(mp.prec + mp.mag(v) + _SPARE_BITS):
        exponent = v * mp.log(abs(u))
        if exponent > _LARGEST:
            raise OverflowError
        size = _exp(exponent)
    return -size if u < 0 and int(v) % 2 else +size


def _power(u: Real, v: Real) -> Real:
    """Return u to the power v; an exponent of a million bits would fill the memory."""
    if mp.mag(v) < _SLOW or u in (0, 1, -1):
        return mp.power(u, v)
    if mp.mag(v) < _LONG:
        return _huge_power(u, v)
    if (abs(u) > 1) == (v > 0):
        raise OverflowError
    return mp.zero


def _sigmoid(u: Real) -> Real:
    """Return 1/(1 + exp(-u)); no number on the way is large."""
    e = _exp(-abs(u))
    return (1 if u >= 0 else e) / (1 + e)


def _softplus(u: Real) -> Real:
    """Return log(1 + exp(u)); no number on the way is large."""
    return max(u, mp.zero) + mp.log1p(_exp(-abs(u)))


def _sech(u: Real) -> Real:
    """Return 1/cosh(u); no number on the way is large."""
    e = _exp(-abs(u))
    return 2 * e / (1 + e * e)


def _csch(u: Real) -> Real:
    """Return 1/sinh(u); far out no number on the way is large."""
    if abs(u) < 1:
        return 1 / mp.sinh(u)
    e = _exp(-abs(u))
    return mp.sign(u) * 2 * e / (1 - e * e)


def _real(function: Callable[..., Real]) -> Callable[..., Real]:
    """Return a function that refuses what is not a finite real number."""

    @wraps(function)
    def checked(*args: Real) -> Real:
        return real(function(*args))

    return checked


def _growing(function: Callable[..., Real]) -> Callable[..., Real]:
    """Return a function that refuses an argument it would take for ever to answer."""

    @wraps(function)
    def bounded(u: Real) -> Real:
        if u > _LARGEST:
            raise OverflowError
        return function(u)

    return bounded


# fmt: off
PRIMITIVES: Primitives = {
    name: _real(function)
    for name, function in {
        **ARITHMETIC,
        "pi": lambda: +mp.pi, "e": lambda: +mp.e,
        "power": _power, "sqrt": mp.sqrt, "log": mp.log,
        "cbrt": lambda u: mp.sign(u) * mp.cbrt(abs(u)),
        "exp": _growing(_exp), "exp2": _growing(lambda u: _power(mp.mpf(2), u)),
        "sin": mp.sin, "cos": mp.cos, "tan": mp.tan,
        "asin": mp.asin, "acos": mp.acos, "atan": mp.atan, "atan2": mp.atan2,
        "sinh": _growing(mp.sinh), "cosh": _growing(mp.cosh), "tanh": mp.tanh,
        "asinh": mp.asinh, "acosh": mp.acosh, "atanh": mp.atanh,
        "sech": _sech, "csch": _csch, "sigmoid": _sigmoid, "softplus": _softplus,
        "logsumexp": lambda u, v: max(u, v) + mp.log1p(_exp(-abs(u - v))),
        "abs": mp.fabs, "sign": mp.sign, "floor": mp.floor, "ceil": mp.ceil,
        "max": max, "min": min,
        "erf": mp.erf, "erfc": mp.erfc,
        "gamma": _growing(_gamma), "lgamma": _lgamma, "polygamma": _polygamma,
    }.items()
}
# fmt: on
