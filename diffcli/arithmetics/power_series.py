"""Truncated power series: a function near a place, c0 + c1*t + c2*t**2 + ..., t > 0.

Every operation makes the coefficients of its result from those of its arguments, so
that one walk over a formula gives all derivatives at once: the k-th is k! times ck. A
series that solves y' = s*u' has y[k] = sum(j*u[j]*s[k-j], j = 1..k)/k; each function
below is such a solution, a product, or made of others by its row's definition.

t runs to the right only. So a corner is no obstacle: near 0+ abs(t) is t. For the left
side let t run to the other side, and compare.

Source: Griewank & Walther, "Evaluating Derivatives", 2008, ch. 13; Knuth, "The Art of
Computer Programming", vol. 2, sec. 4.7.
"""

from collections.abc import Callable

from mpmath import mp

from diffcli.arithmetics import Primitives
from diffcli.arithmetics._series import (
    NoSeries,
    PowerSeries,
    add,
    aligned,
    constant_series,
    convolved,
    derivative,
    divide,
    first_power,
    integral,
    leading,
    moved_terms,
    multiply,
    negate,
    over,
    scaled,
    series_like,
    subtract,
    total,
)
from diffcli.arithmetics.multiprecision import Real
from diffcli.calculus.numeric import psi

TITLE = "truncated power series"


def number(text: str, value: float) -> PowerSeries:
    """Return a numeral at the present precision."""
    return constant_series(mp.mpf(text) if value else 0)


def variable(start: Real, slope: int, order: int) -> PowerSeries:
    """Return start + slope*t, known up to an order."""
    return PowerSeries([start or 0, mp.mpf(slope), *[0] * (order - 1)][: order + 1])


def held(value: Real) -> PowerSeries:
    """Return a variable that does not move."""
    return constant_series(value or 0)


# ---- functions --------------------------------------------------------------------


def _grown(start: Real, exponent: PowerSeries) -> PowerSeries:
    """Return the solution of y' = y*u' with this value: start*exp(u - u0)."""
    moved, y = moved_terms(exponent), [start]
    for k in range(1, len(moved)):
        y.append(over(total(moved[1 : k + 1], y[::-1]), k))
    return PowerSeries(y)


Unary = Callable[[PowerSeries], PowerSeries]


def _lifted(name: str, solve: Callable[[Real, PowerSeries], PowerSeries]) -> Unary:
    """Return a function of series; ``solve(value, u)`` says how it goes on."""

    def function(u: PowerSeries) -> PowerSeries:
        value = leading(name, u)
        if u.constant or len(u.terms) == 1:
            return series_like([value], u)
        return solve(value, u)

    return function


def _by_slope(name: str, below: Unary) -> Unary:
    """Return a function whose slope is 1/below(u)."""

    def solve(value: Real, u: PowerSeries) -> PowerSeries:
        try:
            slope = divide(derivative(u), below(u))
        except ZeroDivisionError:
            raise NoSeries(f"{name} has a vertical tangent") from None
        return integral(value, slope)

    return _lifted(name, solve)


def _pair(one: str, other: str, sign: int) -> tuple[Unary, Unary]:
    """Return two functions with s' = c*u' and c' = sign*s*u'."""

    def both(u: PowerSeries) -> tuple[PowerSeries, PowerSeries]:
        s, c = [leading(one, u)], [leading(other, u)]
        moved = moved_terms(u)
        for k in range(1, len(moved)):
            up = over(total(moved[1 : k + 1], c[::-1]), k)
            c.append(sign * over(total(moved[1 : k + 1], s[::-1]), k))
            s.append(up)
        return series_like(s, u), series_like(c, u)

    return (lambda u: both(u)[0]), (lambda u: both(u)[1])


def _tangent(name: str, sign: int) -> Unary:
    """Return the function with y' = (1 + sign*y**2)*u'."""

    def solve(value: Real, u: PowerSeries) -> PowerSeries:
        y, square = [value], [mp.one + sign * value**2]  # an int would be a known 0
        moved = moved_terms(u)
        for k in range(1, len(moved)):
            y.append(over(total(moved[1 : k + 1], square[::-1]), k))
            square.append(sign * convolved(y, y, k))
        return PowerSeries(y)

    return _lifted(name, solve)


def _composed(outer: list[Real], u: PowerSeries) -> PowerSeries:
    """Return outer[0] + outer[1]*(u - u0) + ..., by Horner's rule."""
    inner = PowerSeries([0, *u.terms[1:]])
    result = constant_series(outer[-1])
    for coefficient in reversed(outer[:-1]):
        result = add(multiply(result, inner), constant_series(coefficient))
    return PowerSeries(result.terms)


def _polygamma(u: PowerSeries, v: PowerSeries) -> PowerSeries:
    if not u.constant:
        raise NoSeries("polygamma has no derivative toward its order")
    value = leading("polygamma", u, v)
    if v.constant:
        return constant_series(value)
    order, place = int(u.terms[0]), v.terms[0]
    size = len(v.terms)
    outer = [value]
    outer += [psi(order + k, place) / mp.factorial(k) for k in range(1, size)]
    return _composed(outer, v)


def _gamma(value: Real, u: PowerSeries) -> PowerSeries:
    slope = multiply(_polygamma(constant_series(mp.zero), u), derivative(u))
    return _grown(value, integral(mp.zero, slope))


def _bell(sign: int) -> Callable[[Real, PowerSeries], PowerSeries]:
    """Return how erf and erfc go on: with slope 2*exp(-u**2)/sqrt(pi), and minus it."""

    def solve(value: Real, u: PowerSeries) -> PowerSeries:
        bell = scaled(_exp(negate(multiply(u, u))), sign * 2 / mp.sqrt(mp.pi))
        return integral(value, multiply(bell, derivative(u)))

    return solve


_exp = _lifted("exp", _grown)
_sin, _cos = _pair("sin", "cos", -1)
_sinh, _cosh = _pair("sinh", "cosh", 1)
_log = _by_slope("log", lambda u: u)


# ---- powers -----------------------------------------------------------------------

_AT_0 = "a root has a vertical tangent at 0"
_MOST_FACTORS = 64  # of a whole power that is multiplied out


def _power(u: PowerSeries, v: PowerSeries) -> PowerSeries:
    if not v.constant:
        value = leading("power", u, v)
        if u.constant and not u.terms[0] and v.terms[0]:  # 0 to a positive power
            return PowerSeries([value, *[0] * len(v.terms[1:])])
        if not u.terms[0]:
            raise NoSeries(_AT_0)
        return _grown(value, multiply(v, _log(u)))
    exponent = mp.mpf(v.terms[0])
    if u.constant:
        return constant_series(leading("power", u, v))
    if mp.isint(exponent) and 0 <= exponent <= _MOST_FACTORS:
        return _whole_power(u, int(exponent))
    if u.terms[0]:
        return _smooth_power(u, exponent)
    return _power_at_0(u, exponent)


def _whole_power(u: PowerSeries, exponent: int) -> PowerSeries:
    """Return a product of equal factors, by repeated squaring."""
    result, square = constant_series(mp.one), u
    while exponent:
        if exponent % 2:
            result = multiply(result, square)
        square = multiply(square, square) if exponent > 1 else square
        exponent //= 2
    return (
        result
        if not result.constant
        else PowerSeries([mp.one, *[0] * len(u.terms[1:])])
    )


def _smooth_power(u: PowerSeries, exponent: Real) -> PowerSeries:
    """Return a power of what is not 0 at the place: y' = exponent*u'/u*y."""
    value = leading("power", u, constant_series(exponent))
    if len(u.terms) == 1:
        return PowerSeries([value])
    slope = scaled(divide(derivative(u), u), exponent)
    return _grown(value, integral(mp.zero, slope))


def _power_at_0(u: PowerSeries, exponent: Real) -> PowerSeries:
    """Return a power of what begins with t**m: t**(m*exponent) times another power."""
    if exponent < 0:
        raise ZeroDivisionError
    size, first = len(u.terms), first_power(u.terms)
    raised = first * exponent
    if first == size:  # nothing is known but that it is small
        return PowerSeries([0] * min(size, int(mp.ceil(raised))))
    rest = _smooth_power(PowerSeries(u.terms[first:]), exponent)
    near = mp.nint(raised)
    if abs(raised - near) < mp.mpf(10) ** (5 - mp.dps):
        return PowerSeries([0] * int(near) + rest.terms)
    if raised < size - 1:
        raise NoSeries(_AT_0)
    return PowerSeries([0] * size)  # its first term is beyond those that are known


def _cbrt(u: PowerSeries) -> PowerSeries:
    sense = _sense(u)
    root = _power(_abs(u), constant_series(mp.one / 3))
    return negate(root) if sense < 0 else root


# ---- sizes, steps, choices: what holds for small t > 0 ------------------------------


def _sense(u: PowerSeries) -> int:
    """Return the sign of a series for small t > 0: of its first coefficient.

    Raises NoSeries where no coefficient that is known tells.
    """
    first = next((term for term in u.terms if term), 0)
    if not first and not u.constant:
        raise NoSeries("it is not known on which side of a border f is")
    return int(mp.sign(first))


def _abs(u: PowerSeries) -> PowerSeries:
    return negate(u) if next((t for t in u.terms if t), 0) < 0 else u


def _sign(u: PowerSeries) -> PowerSeries:
    return constant_series(mp.mpf(_sense(u)))


def _rounded_down(u: PowerSeries) -> PowerSeries:
    floor = mp.floor(mp.mpf(u.terms[0]))
    if u.terms[0] != floor or u.constant:
        return constant_series(floor)
    return constant_series(
        floor - 1 if _sense(PowerSeries([0, *u.terms[1:]])) < 0 else floor
    )


def _choice(*, largest: bool) -> Callable[[PowerSeries, PowerSeries], PowerSeries]:
    """Return max or min; where both are the same so far, either is right."""

    def choose(u: PowerSeries, v: PowerSeries) -> PowerSeries:
        apart = next((term for term in subtract(u, v).terms if term), 0)
        chosen, other = (v, u) if (apart < 0) == largest else (u, v)
        if chosen.constant and not other.constant:
            return PowerSeries([*chosen.terms, *[0] * len(other.terms[1:])])
        return chosen

    return choose


def _root_of(a: int, b: int) -> Unary:
    """Return sqrt(a + b*u**2)."""
    return lambda u: _power(
        add(constant_series(mp.mpf(a)), scaled(multiply(u, u), b)),
        constant_series(mp.mpf(0.5)),
    )


def _one_and(sign: int) -> Unary:
    """Return 1 + sign*u**2."""
    return lambda u: add(constant_series(mp.one), scaled(multiply(u, u), sign))


def _angle(u: PowerSeries, v: PowerSeries) -> PowerSeries:
    value = leading("atan2", u, v)
    if not u.terms[0] and v.terms[0] < 0 and _sense(u) < 0:
        value = -value  # it jumps from pi
    if len(aligned(u, v)[0]) == 1:
        return series_like([value], u, v)
    u, v = (PowerSeries(terms) for terms in aligned(u, v))
    turned = subtract(multiply(derivative(u), v), multiply(derivative(v), u))
    size = add(multiply(u, u), multiply(v, v))
    return integral(value, divide(turned, size))


# fmt: off
PRIMITIVES: Primitives = {
    "add": add, "subtract": subtract, "multiply": multiply, "divide": divide,
    "negate": negate, "power": _power,
    "pi": lambda: constant_series(+mp.pi), "e": lambda: constant_series(+mp.e),
    "sqrt": lambda u: _power(u, constant_series(mp.mpf(0.5))), "cbrt": _cbrt,
    "exp": _exp, "log": _log,
    "sin": _sin, "cos": _cos, "tan": _tangent("tan", 1),
    "asin": _by_slope("asin", _root_of(1, -1)),
    "acos": _by_slope("acos", lambda u: negate(_root_of(1, -1)(u))),
    "atan": _by_slope("atan", _one_and(1)), "atan2": _angle,
    "sinh": _sinh, "cosh": _cosh, "tanh": _tangent("tanh", -1),
    "asinh": _by_slope("asinh", _root_of(1, 1)),
    "acosh": _by_slope("acosh", _root_of(-1, 1)),
    "atanh": _by_slope("atanh", _one_and(-1)),
    "abs": _abs, "sign": _sign, "floor": _rounded_down,
    "ceil": lambda u: negate(_rounded_down(negate(u))),
    "max": _choice(largest=True), "min": _choice(largest=False),
    "erf": _lifted("erf", _bell(1)), "erfc": _lifted("erfc", _bell(-1)),
    "gamma": _lifted("gamma", _gamma), "polygamma": _polygamma,
}
# fmt: on
