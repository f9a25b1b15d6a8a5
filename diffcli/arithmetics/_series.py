"""Truncated power series as numbers: their sums, products, slopes and integrals."""

from collections.abc import Iterable

from mpmath import mp

from diffcli.arithmetics import multiprecision
from diffcli.arithmetics.multiprecision import Real


class NoSeries(ArithmeticError):
    """A function has no power series there; the message says why."""


class PowerSeries:
    """The coefficients that are known, the first of them the value.

    A coefficient that is the int 0 is known to be 0; a real number that is 0 may be
    what rounding has left. What is ``constant`` has one, and is known for ever.
    """

    __slots__ = ("constant", "terms")

    def __init__(self, terms: list[Real], *, constant: bool = False) -> None:
        self.terms = terms
        self.constant = constant

    def __bool__(self) -> bool:
        """Tell whether it is not 0 near the place."""
        return any(self.terms)

    def __float__(self) -> float:
        """Return its value at the place."""
        return float(self.terms[0])


def constant_series(value: Real) -> PowerSeries:
    """Return a number, known for ever."""
    return PowerSeries([value], constant=True)


def leading(name: str, *args: PowerSeries) -> Real:
    """Return a function's value where the series begin. Raises as it does."""
    function = multiprecision.PRIMITIVES[name]
    value = function(*(mp.mpf(series.terms[0]) for series in args))
    exact = all(is_known_0(series.terms[0]) for series in args)
    return 0 if exact and not value else value


def aligned(*args: PowerSeries) -> list[list[Real]]:
    """Return the coefficients of several series, as many as all of them know."""
    known = [len(series.terms) for series in args if not series.constant]
    size = min(known, default=1)
    return [(s.terms + [0] * size)[:size] for s in args]


def series_like(terms: list[Real], *args: PowerSeries) -> PowerSeries:
    """Return a series that is known for ever if these are."""
    return PowerSeries(terms, constant=all(series.constant for series in args))


def is_known_0(term: Real) -> bool:
    """Tell whether a coefficient is known to be 0."""
    return isinstance(term, int)


def total(a: Iterable[Real], b: Iterable[Real]) -> Real:
    """Return the sum of the products of two lists."""
    pairs = zip(a, b, strict=True)
    return sum(x * y for x, y in pairs if not (is_known_0(x) or is_known_0(y)))


def over(term: Real, count: int) -> Real:
    """Return a part of a coefficient; of a known 0 it is one."""
    return 0 if is_known_0(term) else term / count


def add(u: PowerSeries, v: PowerSeries) -> PowerSeries:
    """Return the sum."""
    return series_like([a + b for a, b in zip(*aligned(u, v), strict=True)], u, v)


def negate(u: PowerSeries) -> PowerSeries:
    """Return the negative."""
    return series_like([-a for a in u.terms], u)


def subtract(u: PowerSeries, v: PowerSeries) -> PowerSeries:
    """Return the difference."""
    return add(u, negate(v))


def convolved(a: list[Real], b: list[Real], k: int) -> Real:
    """Return the coefficient k of a product."""
    return total(a[: k + 1], b[k::-1])


def multiply(u: PowerSeries, v: PowerSeries) -> PowerSeries:
    """Return the product."""
    a, b = aligned(u, v)
    return series_like([convolved(a, b, k) for k in range(len(a))], u, v)


def scaled(u: PowerSeries, factor: Real) -> PowerSeries:
    """Return a multiple."""
    return multiply(u, constant_series(mp.mpf(factor)))


def first_power(terms: list[Real]) -> int:
    """Return the power of t that a series begins with; its length: unknown."""
    return next((k for k, term in enumerate(terms) if term), len(terms))


def divide(u: PowerSeries, v: PowerSeries) -> PowerSeries:
    """Return the quotient; powers of t that both begin with are cancelled.

    Raises ZeroDivisionError at a pole.
    """
    a, b = aligned(u, v)
    first = first_power(b)
    if first == len(b) or first_power(a) < first:
        raise ZeroDivisionError
    a, b = a[first:], b[first:]
    quotient: list[Real] = []
    for k, term in enumerate(a):
        rest = term - total(quotient, b[k:0:-1])
        quotient.append(0 if is_known_0(rest) else rest / b[0])
    return series_like(quotient, u, v)


def derivative(u: PowerSeries) -> PowerSeries:
    """Return the derivative toward t, known up to one order less."""
    return PowerSeries(moved_terms(u)[1:])


def moved_terms(u: PowerSeries) -> list[Real]:
    """Return the coefficients, each times its place."""
    return [k * term for k, term in enumerate(u.terms)]


def integral(start: Real, slope: PowerSeries) -> PowerSeries:
    """Return the series with this value and derivative."""
    return PowerSeries([start, *(over(s, k) for k, s in enumerate(slope.terms, 1))])
