"""The forms with which the rows of the table compute: they keep their digits.

What a book writes may overflow on the way, or subtract what is nearly equal: 1/(1+exp(-u))
for u = -1000, or acosh(1/u) near 1. Where no form in doubles is short and right, mpmath
is asked.
"""

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

SQRT_2 = math.sqrt(2)
SQRT_2PI = math.sqrt(2 * math.pi)
LN_2 = math.log(2)
LN_10 = math.log(10)


def sigmoid(u: float) -> float:
    """Return 1 / (1 + exp(-u)) without overflow on either side."""
    if u >= 0:
        return 1 / (1 + math.exp(-u))
    e = math.exp(u)
    return e / (1 + e)


def softplus(u: float) -> float:
    """Return log(1 + exp(u)) without overflow."""
    return max(u, 0.0) + math.log1p(math.exp(-abs(u)))


def sech(u: float) -> float:
    """Return 1 / cosh(u); far out it is 0 and not an overflow."""
    e = math.exp(-abs(u))
    return 2 * e / (1 + e * e)


def csch(u: float) -> float:
    """Return 1 / sinh(u); expm1 keeps the digits near 0."""
    a = abs(u)
    return math.copysign(2 * math.exp(-a) / -math.expm1(-2 * a), u)


def asech(u: float) -> float:
    """Return acosh(1/u); near 1 from 1-u, which is exact there."""
    if u > 0.5:
        return math.atanh(math.sqrt((1 - u) * (1 + u)))
    return math.acosh(1 / u)


def acoth(u: float) -> float:
    """Return atanh(1/u); near 1 from abs(u)-1, which is exact there."""
    a = abs(u)
    if a <= 1:
        raise ValueError(u)
    return math.copysign(0.5 * math.log1p(2 / (a - 1)), u)


def atan2(u: float, v: float) -> float:
    """Return the angle of the point (v, u); the origin has none."""
    if u == v == 0:
        raise ValueError(u)
    return math.atan2(u, v)


def clip(u: float, low: float, high: float) -> float:
    """Return u, held between low and high."""
    return max(low, min(high, u))


def bell(u: float, over: float = 1.0) -> float:
    """Return exp(-u*u/over); where the square is large its rounding costs no digits."""
    if abs(u) > 60:
        return 0.0
    short = math.floor(16 * u) / 16  # its square is exact
    return math.exp(-short * short / over) * math.exp((short - u) * (short + u) / over)


def total(one: float, other: float, exactly: Callable[[Any], Any]) -> float:
    """Return the sum of two numbers; what cancels is made of more digits."""
    found = one + other
    if abs(found) > 0.1 * abs(one):
        return found
    from mpmath import mp

    with mp.workdps(40):
        return float(exactly(mp))


def gelu_slope(_: float, u: float) -> float:
    """Return Phi(u) + u * phi(u), the normal distribution and its density."""
    return total(
        math.erfc(-u / SQRT_2) / 2,
        u * bell(u, 2.0) / SQRT_2PI,
        lambda mp: mp.ncdf(u) + mp.mpf(u) * mp.npdf(u),
    )


def silu_slope(_: float, u: float) -> float:
    """Return sigmoid(u) * (1 + u * sigmoid(-u))."""
    return sigmoid(u) * total(
        1.0, u * sigmoid(-u), lambda mp: 1 + u / (1 + mp.exp(mp.mpf(u)))
    )


def mish_slope(_: float, u: float) -> float:
    """Return tanh(s) + u * sech(s)**2 * sigmoid(u), where s = softplus(u)."""

    def exactly(mp: Any) -> Any:
        s = mp.log1p(mp.exp(mp.mpf(u)))
        return mp.tanh(s) + u * mp.sech(s) ** 2 / (1 + mp.exp(-mp.mpf(u)))

    s = softplus(u)
    return total(math.tanh(s), u * sech(s) ** 2 * sigmoid(u), exactly)


def has_polygamma(u: float, v: float) -> bool:
    """Tell whether there is a u-th derivative of digamma at v."""
    order = 0 <= u < 100 and u == math.floor(u)
    return order and (v > 0 or v != math.floor(v))


@lru_cache(4096)  # value, slopes and bounds ask for the same few, and wait for them
def polygamma(u: float, v: float) -> float:
    """Return the (u+1)-th derivative of log(gamma(v))."""
    if not has_polygamma(u, v):
        raise ValueError(u)
    from mpmath import mp  # no stable double form is short

    return float(psi(int(u), mp.mpf(v)))


def cotangent_slope(m: int) -> list[int]:
    """Return the m-th derivative of cot as the coefficients of its powers.

    >>> cotangent_slope(1)  # -1 - cot**2
    [-1, 0, -1]
    """
    powers = [0, 1]  # coefficients of cot**0, cot**1, ...
    for _ in range(m):  # D(c**n) = -n * c**(n-1) * (1 + c**2)
        after = [0] * (len(powers) + 1)
        for n, factor in enumerate(powers[1:], 1):
            after[n - 1] -= n * factor
            after[n + 1] -= n * factor
        powers = after
    return powers


def psi(m: int, v: Any) -> Any:
    """Return polygamma of order m for an mpf, at mpmath's present precision.

    Left of -50 by reflection, where mpmath would count up to 0 in steps of one:
    psi_m(v) = (-1)**m*psi_m(1 - v) - pi * (d/dv)**m cot(pi*v), and the derivatives of
    the cotangent are polynomials in it. Source: DLMF 5.15.6.
    """
    from mpmath import mp

    if m == 0 or v > -50:
        return mp.psi(m, v)
    with mp.workdps(mp.dps + 10):
        cot = mp.cospi(v) / mp.sinpi(v)
        powers = cotangent_slope(m)
        slope = mp.pi ** (m + 1) * mp.polyval(powers[::-1], cot)
        value = (-1) ** m * mp.psi(m, 1 - v) - slope
    return +value


def lgamma(u: float) -> float:
    """Return log(abs(gamma(u))); near its zeros from mpmath."""
    found = math.lgamma(u)
    beside_a_zero = u < 0 and abs(found) < 1
    if beside_a_zero or 0.5 < u < 2.5:
        from mpmath import mp  # the C library loses digits there

        with mp.workdps(mp.dps * (1 + beside_a_zero)):  # and so does mpmath
            return float(mp.loggamma(mp.mpf(u)).real)
    return found


def power_by_base(_: float, u: float, v: float) -> float:
    """Return v * u**(v-1); a constant 1 has slope 0 at 0 too."""
    if v >= 0.5 or v == math.floor(v):
        return v * math.pow(u, v - 1) if v else 0.0
    # v - 1 would be rounded, and a power makes much of that.
    return v * (math.pow(u, v) / u)


def softmax(u: float, v: float) -> float:
    """Return exp(u)/(exp(u)+exp(v)), sigmoid of u - v and what rounding takes of it."""
    apart = u - v
    chance = sigmoid(apart)
    if abs(apart) > 800.0 or not chance:
        return chance
    moved = apart - u
    lost = (u - (apart - moved)) - (v + moved)
    return chance * (1.0 + lost * sigmoid(-apart))


def power_by_exponent(y: float, u: float, v: float) -> float:
    """Return u**v * log(u); 0**v is 0 for all v > 0, and so is its slope."""
    return 0.0 if u == 0 and v > 0 else y * math.log(u)
