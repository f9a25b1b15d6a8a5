"""Division of sums as of polynomials: a product is divided by its factors.

Sympy is the referee of what two polynomials share.
"""

import random
from fractions import Fraction
from itertools import product

import sympy

from diffcli.engine.algebra import Product
from diffcli.engine.normal import Normal
from diffcli.engine.polynomial_division import common_divisor, exact_quotient
from diffcli.language.expression import Expression
from diffcli.language.parser import parse

F = Fraction
Coefficients = dict[tuple[int, ...], Fraction]
BASES = ("x", "y")


def node(formula: str) -> Expression:
    return parse(formula).expression


def terms_of(found: Coefficients, names: tuple[str, ...] = BASES) -> list[Product]:
    """Return a polynomial as the terms of a sum."""
    return [
        Product(
            c,
            tuple((node(n), F(k)) for n, k in zip(names, powers, strict=False) if k),
        )
        for powers, c in found.items()
    ]


def coefficients(terms: list[Product] | None) -> Coefficients | None:
    if terms is None:
        return None
    found: Coefficients = {}
    for c, factors in terms:
        powers = dict(factors)
        key = tuple(int(powers.get(node(name), F(0))) for name in BASES)
        found[key] = found.get(key, F(0)) + c
    return found


def times(one: Coefficients, other: Coefficients) -> Coefficients:
    found: Coefficients = {}
    for (p, a), (q, b) in product(one.items(), other.items()):
        key = tuple(m + n for m, n in zip(p, q, strict=True))
        found[key] = found.get(key, F(0)) + a * b
    return {key: c for key, c in found.items() if c}


def some(draw: random.Random, letters: int) -> Coefficients:
    """Return a polynomial of two to four terms in one letter or two."""
    found: Coefficients = {}
    while len(found) < 2:
        for _ in range(draw.randint(2, 4)):
            key = tuple(draw.randint(0, 3) if n < letters else 0 for n in range(2))
            found[key] = F(draw.randint(-6, 6) or 1, draw.randint(1, 3))
    return found


def test_a_product_is_divided_by_its_factors() -> None:
    draw = random.Random(1)
    for letters, shift in product((1, 2), (0, -3, 2)):
        for _ in range(20):
            u, v = some(draw, letters), some(draw, letters)
            moved: Coefficients = {
                (p[0] + shift, p[1]): c for p, c in times(u, v).items()
            }
            work = Normal()
            found = exact_quotient(work, terms_of(moved), terms_of(v))
            wanted = {(p[0] + shift, p[1]): c for p, c in u.items()}
            assert coefficients(found) == wanted
            rest: Coefficients = dict(moved)
            rest[shift, 0] = rest.get((shift, 0), F(0)) + F(1, 7)
            rest = {key: c for key, c in rest.items() if c}
            more = exact_quotient(work, terms_of(rest), terms_of(v))
            assert more is None or times(coefficients(more) or {}, v) == rest


def test_what_two_polynomials_share_is_what_sympy_finds() -> None:
    draw, x = random.Random(2), sympy.Symbol("x")
    for shared in (True, False):
        for _ in range(25):
            u, v, w = (some(draw, 1) for _ in range(3))
            one, other = (times(u, w), times(v, w)) if shared else (u, v)
            polynomials = [
                sympy.Poly(
                    {
                        (p[0],): sympy.Rational(c.numerator, c.denominator)
                        for p, c in each.items()
                    },
                    x,
                )
                for each in (one, other)
            ]
            gcd = sympy.gcd(*polynomials).monic()
            found = coefficients(
                common_divisor(Normal(), terms_of(one), terms_of(other))
            )
            if len(gcd.terms()) == 1:
                assert found is None
            else:
                assert found == {
                    (k, 0): F(int(c.p), int(c.q)) for (k,), c in gcd.terms()
                }


def test_what_is_no_polynomial_shares_nothing() -> None:
    work = Normal()
    one, x = Product(F(1)), node("x")

    def power(r: F) -> list[Product]:
        return [Product(F(1), ((x, r),)), Product(F(-1))]

    assert common_divisor(work, power(F(1, 2)), power(F(1))) is None
    assert common_divisor(work, power(F(-1)), power(F(1))) is None
    assert (
        common_divisor(work, terms_of({(1, 0): F(1), (0, 1): F(1)}), power(F(1)))
        is None
    )
    both = common_divisor(work, power(F(40)), power(F(1)))
    assert coefficients(both) == {(1, 0): F(1), (0, 0): F(-1)}
    assert common_divisor(work, power(F(41)), power(F(1))) is None
    assert common_divisor(work, power(F(2)), [one]) is None
    # A quotient has forty terms at most.
    forty = exact_quotient(work, power(F(40)), power(F(1)))
    assert forty is not None
    assert len(forty) == 40
    assert exact_quotient(work, power(F(41)), power(F(1))) is None
    # The same base in two sizes is none that could be divided by.
    sums = [work.form(node(f)) for f in ("x - 1", "2*x - 2")]
    above, below = ([Product(F(1), ((s, F(2)),)), one] for s in sums)
    assert exact_quotient(work, above, below) is None
    assert coefficients(exact_quotient(work, above, above)) == {(0, 0): F(1)}
