# mypy: disable-error-code="no-any-return"
"""Sines, cosines and tangents: sin² + cos² is 1, sin/cos is tan."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import permutations
from typing import Any

from diffcli.calculus.functions import BY_NAME
from diffcli.engine.algebra import (
    Algebra,
    Factor,
    Product,
    Terms,
    is_sum,
)
from diffcli.language.expression import (
    Call,
    Expression,
    call,
)

TWO = Fraction(2)
OF_SINE_AND_COSINE = {
    "tan": ("sin", "cos"),
    "cot": ("cos", "sin"),
    "tanh": ("sinh", "cosh"),
    "coth": ("cosh", "sinh"),
}
#: f, sign, g  where 1 + sign*f(u)**2 is 1/g(u)**2.
_TANGENT_SQUARES = (
    ("tan", 1, "cos"),
    ("cot", 1, "sin"),
    ("tanh", -1, "cosh"),
)
#: f: g, sign, one  where f(u)**2 + sign*g(u)**2 is one.
PYTHAGORAS = {
    "sin": ("cos", 1, 1),
    "cos": ("sin", 1, 1),
    "cosh": ("sinh", -1, 1),
    "sinh": ("cosh", -1, -1),
}


class Trigonometry(Algebra):
    """Sums without squares of sine and cosine, products with tangents."""

    def without_squares(self, terms: list[Product]) -> list[Product]:
        """Return terms in which sin(u)**2 + cos(u)**2 is 1, cosh² - sinh² too.

        So 1 - cos(u)**2 is sin(u)**2.
        """
        for place, (c, factors) in enumerate(terms):
            for n, (base, exponent) in enumerate(factors):
                known = isinstance(base, Call) and base.function.name in PYTHAGORAS
                if exponent < 2 or not known:
                    continue
                assert isinstance(base, Call)
                other, sign, one = PYTHAGORAS[base.function.name]
                left = (base, exponent - TWO)
                rest = self.merge(c, (*factors[:n], left, *factors[n + 1 :])).factors
                square = (call(BY_NAME[other], *base.args), TWO)
                for size, wanted, joined in (
                    (sign * c, (*rest, square), Product(one * c, rest)),
                    (-one * c, rest, self.merge(-sign * c, (*rest, square))),
                ):
                    found = self._place_of(size, wanted, terms)
                    if found is not None:
                        both = (place, found)
                        others = [t for m, t in enumerate(terms) if m not in both]
                        others.insert(min(both), joined)
                        return self._without_squares_again(others, len(terms))
        return terms

    def _place_of(
        self, c: Fraction, factors: Sequence[Factor], terms: list[Product]
    ) -> int | None:
        """Return where a term stands in a sum."""
        wanted = self.merge(c, factors)
        ratio, kind = self.product_key(wanted.factors)
        for place, (size, its) in enumerate(terms):
            its_ratio, its_kind = self.product_key(its)
            if its_kind == kind and size * its_ratio == wanted.coefficient * ratio:
                return place
        return None

    def _without_squares_again(
        self, terms: list[Product], before: int
    ) -> list[Product]:
        while len(terms) < before:
            before = len(terms)
            terms = self.collect(terms)
            terms = self.without_squares(terms) if len(terms) > 1 else terms
        return terms

    def with_tangents(self, product: Product) -> Product:
        """Return a product in which sin(u)/cos(u) is tan(u), and the like."""
        c, factors = product
        for (n, one), (m, other) in permutations(enumerate(factors), 2):
            (u, above), (v, below) = one, other
            if above + below != 0 or above <= 0 or above.denominator != 1:
                continue
            if not isinstance(u, Call) or not isinstance(v, Call) or u.args != v.args:
                continue
            for name, quotient in OF_SINE_AND_COSINE.items():
                if quotient == (u.function.name, v.function.name):
                    rest = [f for k, f in enumerate(factors) if k not in (n, m)]
                    named = call(BY_NAME[name], *u.args)
                    return self.merge(c, [*rest, (named, above)])
        return product


def one_square(work: Any, terms: Terms, depth: int) -> list[Expression]:
    """Return a sum with sin² as 1 - cos², so that like terms join; cosh² too.

    cos² - sin² stays: nobody writes 1 - 2*sin² for it.
    """
    expanded = work.expansion_of_sum(terms)
    if expanded is None or len({abs(c) for c, _ in expanded}) < 2:
        return []
    found: list[Expression] = []
    for name in PYTHAGORAS:
        replaced = [_without_square(work, term, name) for term in expanded]
        opened = work.expansion_of_sum(replaced) if replaced != expanded else None
        if opened is not None and len(opened) <= len(expanded):
            found.append(work.sum_of(work.collect(opened), depth - 1))
    return found


def _without_square(work: Any, term: Product, name: str) -> Product:
    """Return a term with f(u)**2 as what the other squares make of it."""
    c, factors = term
    other, sign, one = PYTHAGORAS[name]
    for base, exponent in factors:
        if exponent >= 2 and isinstance(base, Call) and base.function.name == name:
            square = Product(
                Fraction(-sign), ((call(BY_NAME[other], *base.args), TWO),)
            )
            value = work.build_sum([Product(Fraction(one)), square])
            half = Fraction(exponent // 2)
            return work.merge(c, (*factors, (base, -2 * half), (value, half)))
    return term


def tangents(work: Any, product: Product) -> list[Expression]:
    """Return a product with 1 + tan(u)² as 1/cos(u)², and with sines and cosines.

    The likes of it for cot, tanh and coth.
    """
    c, factors = product
    squares: list[Factor] = []
    parts: list[Factor] = []
    for base, exponent in factors:
        square = _tangent_square(work, base)
        squares.append((base, exponent) if square is None else (square, -2 * exponent))
        parts += _sine_and_cosine(*squares[-1])
    size, kinds = most = _weight(factors)
    found = []
    for their in (squares, parts):
        weight = _weight(their)
        if weight != most and weight[0] <= size and weight[1] <= kinds:
            found.append(their)
    return [work.build(work.with_tangents(work.merge(c, their))) for their in found]


def _weight(factors: Iterable[Factor]) -> tuple[Fraction, int]:
    """Return how many functions are multiplied, 1 + tan² as two, and how many differ.

    So 2 tan(x)·(1 + tan(x)²) stays as it is: 2 tan(x)/cos(x)² has as many.
    """
    merged: dict[Expression, Fraction] = {}
    for base, exponent in factors:
        size = 2 if is_sum(base) else 1
        merged[base] = merged.get(base, Fraction(0)) + size * exponent
    left = [abs(exponent) for exponent in merged.values() if exponent]
    return sum(left, Fraction(0)), len(left)


def _tangent_square(work: Any, base: Expression) -> Expression | None:
    """Return cos(u) for 1 + tan(u)², which is 1/cos(u)²; None: it is no such sum."""
    terms = work.terms(base)
    if len(terms) != 2 or not is_sum(base):
        return None
    one, square = sorted(terms, key=lambda term: len(term.factors))
    if one != Product(Fraction(1)) or len(square.factors) != 1:
        return None
    ((tangent, exponent),) = square.factors
    for name, sign, below in _TANGENT_SQUARES:
        found = isinstance(tangent, Call) and tangent.function.name == name
        if found and exponent == 2 and square.coefficient == sign:
            return call(BY_NAME[below], *tangent.args)
    return None


def _sine_and_cosine(base: Expression, exponent: Fraction) -> list[Factor]:
    """Return a power of tan(u) as powers of sin(u) and cos(u)."""
    name = base.function.name if isinstance(base, Call) else ""
    if name in OF_SINE_AND_COSINE and exponent.denominator == 1:
        u, v = (call(BY_NAME[n], *base.args) for n in OF_SINE_AND_COSINE[name])
        return [(u, exponent), (v, -exponent)]
    return [(base, exponent)]
