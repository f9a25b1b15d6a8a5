"""Products multiplied out, and what the terms of a sum share."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from fractions import Fraction

from diffcli.engine.algebra import (
    Factor,
    Product,
    Terms,
    content,
    is_exponential,
    is_sum,
)
from diffcli.engine.normal.trigonometry import Trigonometry
from diffcli.language.expression import Expression

_MOST_TERMS = 40  # terms that a product is multiplied out to
_MOST_EXPANDED = 160  # terms of a sum after all its products were multiplied out
_HIGHEST = 6  # power of a sum that is multiplied out


class Expander(Trigonometry):
    """Sums multiplied out, and factored."""

    def __init__(self) -> None:
        super().__init__()
        #: Sums that were multiplied out before: many forms begin with that.
        self.expansions: dict[tuple[Product, ...], list[Product] | None] = {}

    def expansion(self, product: Product) -> list[Product] | None:
        """Return a product multiplied out; None if that is too much."""
        c, factors = product
        rest: list[Factor] = []
        sums: list[tuple[Product, ...]] = []
        count = 1
        for base, exponent in factors:
            whole = exponent.denominator == 1 and 0 < exponent <= _HIGHEST
            if is_sum(base) and whole:
                count *= len(self.terms(base)) ** int(exponent)
                if count > _MOST_TERMS:
                    return None
                sums += [self.terms(base)] * int(exponent)
            else:
                rest.append((base, exponent))
        found = [Product(c, tuple(rest))]
        for terms in sums:
            found = self.collect(
                self.merge(a * b, (*f, *g)) for a, f in found for b, g in terms
            )
        return found

    def expansion_of_sum(self, terms: Terms) -> list[Product] | None:
        """Return a sum with all products multiplied out; None if that is too much."""
        key = tuple(terms)
        if key not in self.expansions:
            self.expansions[key] = self._new_expansion_of_sum(key)
        found = self.expansions[key]
        return found if found is None else [*found]

    def _new_expansion_of_sum(self, terms: Terms) -> list[Product] | None:
        found: list[Product] = []
        for term in terms:
            expanded = self.expansion(term)
            if expanded is None or len(found) + len(expanded) > _MOST_EXPANDED:
                return None
            found += expanded
        return self.without_squares(self.collect(found))

    def common(
        self, terms: Terms, *, bars: bool = True
    ) -> tuple[Product, list[Product]]:
        """Return what all terms share, with the least exponents, and what is left.

        With ``bars`` also what stands below in only some of them: then the fractions
        are put together.
        """
        firsts: dict[int, Expression] = {}
        exponents: dict[int, dict[int, tuple[Fraction, Fraction]]] = {}
        for place, (_, factors) in enumerate(terms):
            for base, exponent in factors:
                ratio, kind = self.base_key(base)
                firsts.setdefault(kind, base)
                exponents.setdefault(kind, {})[place] = exponent, ratio
        shared: list[Factor] = []
        for kind, base in firsts.items():
            found = exponents[kind].values()
            ratio = self.base_key(base)[0]
            if any(r != ratio and e.denominator != 1 for e, r in found):
                continue
            least = min(exponent for exponent, _ in found)
            everywhere = len(found) == len(terms)
            if everywhere or (bars and least < 0 and not is_exponential(base)):
                shared.append((base, least))
        number = content(terms)
        if all(c < 0 for c, _ in terms):
            number = -number
        inverse = [(base, -exponent) for base, exponent in shared]
        left = [self.merge(c / number, (*f, *inverse)) for c, f in terms]
        return Product(number, tuple(shared)), left

    def as_product(self, node: Expression) -> Product | None:
        """Return a sum as a product, what its terms share in front; None: nothing."""
        terms = self._without_bars_inside(self.terms(node))
        shared, left = self.common(terms)
        if shared == Product(Fraction(1)):
            return None
        left = self.collect(left)
        c, factors = shared
        if len(left) > 1:
            return self.merge(c, (*factors, (self.build_sum(left), Fraction(1))))
        if not left:
            return Product(Fraction(0))
        return self.merge(c * left[0].coefficient, (*factors, *left[0].factors))

    def _without_bars_inside(self, terms: Terms) -> Terms:
        """Return a sum with x*(1/a + 1/b) as x/a + x/b, so that all bars are seen."""
        found: list[Product] = []
        for term in terms:
            inner = (self.sums.get(b, ()) for b, r in term.factors if r > 0)
            bars = any(r < 0 for its in inner for _, f in its for _, r in f)
            expanded = self.expansion(term) if bars else None
            found += [term] if expanded is None else expanded
        return found


class Work(Expander, ABC):
    """What the forms are made with: all of that, and the short forms of parts.

    The rows of forms ask for those, and ``Normal``, which has the rows, gives them.
    """

    @abstractmethod
    def sum_of(self, terms: Terms, depth: int) -> Expression:
        """Return the shortest of a few forms of a sum, with forms so deep inside."""

    @abstractmethod
    def times(self, products: Iterable[Product], *, plain: bool = False) -> Expression:
        """Return the shortest of a few forms of a product; ``plain``: the first."""

    @abstractmethod
    def power_of(self, u: Expression, r: Fraction) -> Expression:
        """Return u**r; exponents are multiplied only where that is true for all u."""
