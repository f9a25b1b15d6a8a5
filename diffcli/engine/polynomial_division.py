"""Division of sums as of polynomials, in whatever they are made of: x, e^x, sin(x)."""

from collections.abc import Sequence
from fractions import Fraction

from diffcli.engine.algebra import Algebra, Product
from diffcli.language.expression import Expression

_MOST_TERMS = 40
"""Terms of a quotient; a series that goes on and on is no quotient."""

Terms = Sequence[Product]
Powers = tuple[Fraction, ...]
Polynomial = dict[Powers, Fraction]
"""The coefficient of each product of powers of the bases."""


def exact_quotient(work: Algebra, above: Terms, below: Terms) -> list[Product] | None:
    """Return above/below as terms; None: the division leaves a remainder.

    x**2 - 1 divided by x + 1 is x - 1.
    """
    bases = _bases(work, (*above, *below))
    if bases is None:
        return None
    u, least = _shifted(_polynomial(work, above, bases))
    v, other = _shifted(_polynomial(work, below, bases))
    found = _divided(u, v)
    if found is None or found[1]:
        return None
    back = [a - b for a, b in zip(least, other, strict=True)]
    quotient = {
        tuple(a + b for a, b in zip(powers, back, strict=True)): c
        for powers, c in found[0].items()
    }
    return _terms(quotient, bases)


def common_divisor(work: Algebra, one: Terms, other: Terms) -> list[Product] | None:
    """Return what divides two polynomials of one base, by Euclid; None: only numbers.

    x**2 - 1 and x**2 - 3*x + 2 share x - 1.
    """
    bases = _bases(work, (*one, *other))
    if bases is None or len(bases) != 1:
        return None
    u, v = (_polynomial(work, terms, bases) for terms in (one, other))
    if not all(_is_plain(powers) for powers in (*u, *v)):
        return None
    while v:
        found = _divided(u, v)
        if found is None:
            return None
        u, v = v, found[1]
    lead = u[max(u)]
    shared = {powers: c / lead for powers, c in u.items()}
    return _terms(shared, bases) if len(shared) > 1 else None


def _shifted(found: Polynomial) -> tuple[Polynomial, Powers]:
    """Return a polynomial whose lowest powers are 0, and what they were.

    e**(-3*x) - e**(-x) is 1 - e**(2*x), times e**(-3*x).
    """
    least = tuple(map(min, zip(*found, strict=True)))
    return {
        tuple(a - b for a, b in zip(powers, least, strict=True)): c
        for powers, c in found.items()
    }, least


def _is_plain(powers: Powers) -> bool:
    return all(e >= 0 and e.denominator == 1 and e <= _MOST_TERMS for e in powers)


def _bases(work: Algebra, terms: Terms) -> dict[int, Expression] | None:
    """Return the bases by their kind; None: one stands there in two sizes."""
    bases: dict[int, Expression] = {}
    for _, factors in terms:
        for base, _ in factors:
            ratio, kind = work.base_key(base)
            if work.base_key(bases.setdefault(kind, base))[0] != ratio:
                return None
    return bases


def _polynomial(
    work: Algebra, terms: Terms, bases: dict[int, Expression]
) -> Polynomial:
    found: Polynomial = {}
    for c, factors in terms:
        exponents = {work.base_key(base)[1]: exponent for base, exponent in factors}
        powers = tuple(exponents.get(kind, Fraction(0)) for kind in bases)
        found[powers] = found.get(powers, Fraction(0)) + c
    return {powers: c for powers, c in found.items() if c}


def _divided(
    above: Polynomial, below: Polynomial
) -> tuple[Polynomial, Polynomial] | None:
    """Return quotient and remainder of a long division; None: it does not end.

    With several bases the remainder is what is left when a step does not go down.
    """
    rest, quotient = dict(above), Polynomial()
    lead = max(below)
    while rest:
        top = max(rest)
        if len(lead) == 1 and top < lead:
            break
        if len(quotient) == _MOST_TERMS:
            return None
        step = tuple(a - b for a, b in zip(top, lead, strict=True))
        c = quotient[step] = rest[top] / below[lead]
        for powers, k in below.items():
            place = tuple(a + b for a, b in zip(step, powers, strict=True))
            left = rest.pop(place, Fraction(0)) - c * k
            if left:
                rest[place] = left
    return quotient, rest


def _terms(found: Polynomial, bases: dict[int, Expression]) -> list[Product]:
    return [
        Product(
            c, tuple((b, e) for b, e in zip(bases.values(), powers, strict=True) if e)
        )
        for powers, c in found.items()
    ]
