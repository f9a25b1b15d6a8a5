"""Sines, cosines and tangents: sin² + cos² is 1, sin/cos is tan."""

from fractions import Fraction
from itertools import permutations

from diffcli.calculus.functions import BY_NAME
from diffcli.engine.algebra import Algebra, Key, Product
from diffcli.language.expression import Call, call

TWO = Fraction(2)
OF_SINE_AND_COSINE = {
    "tan": ("sin", "cos"),
    "cot": ("cos", "sin"),
    "tanh": ("sinh", "cosh"),
    "coth": ("cosh", "sinh"),
}
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
        while (fewer := self._with_one_square_less(terms)) is not None:
            terms = self.collect(fewer)
        return terms

    def _with_one_square_less(self, terms: list[Product]) -> list[Product] | None:
        """Return terms with two of them joined, None if none can be."""
        places: dict[Key, int] = {}
        for place, (c, factors) in enumerate(terms):
            for n, (base, exponent) in enumerate(factors):
                known = isinstance(base, Call) and base.function.name in PYTHAGORAS
                if exponent < 2 or not known:
                    continue
                assert isinstance(base, Call)
                other, sign, one = PYTHAGORAS[base.function.name]
                left = (base, exponent - TWO)
                places = places or self._places(terms)
                rest = self.merge(c, (*factors[:n], left, *factors[n + 1 :])).factors
                square = (call(BY_NAME[other], *base.args), TWO)
                for size, wanted, joined in (
                    (sign * c, (*rest, square), Product(one * c, rest)),
                    (-one * c, rest, self.merge(-sign * c, (*rest, square))),
                ):
                    found = places.get(self._term_key(self.merge(size, wanted)))
                    if found is not None:
                        both = (place, found)
                        others = [t for m, t in enumerate(terms) if m not in both]
                        others.insert(min(both), joined)
                        return others
        return None

    def _places(self, terms: list[Product]) -> dict[Key, int]:
        """Return where each term stands in a sum, by what it is."""
        return {self._term_key(term): place for place, term in enumerate(terms)}

    def _term_key(self, term: Product) -> Key:
        """Return what two terms share that are the same: their number and kind."""
        ratio, kind = self.product_key(term.factors)
        return term.coefficient * ratio, kind

    def with_tangents(self, product: Product) -> Product:
        """Return a product in which sin(u)/cos(u) is tan(u), and the like."""
        c, factors = product
        waves = [
            (n, base, exponent)
            for n, (base, exponent) in enumerate(factors)
            if isinstance(base, Call) and base.function.name in PYTHAGORAS
        ]
        for (n, u, above), (m, v, below) in permutations(waves, 2):
            if above + below != 0 or above <= 0 or above.denominator != 1:
                continue
            if u.args != v.args:
                continue
            for name, quotient in OF_SINE_AND_COSINE.items():
                if quotient == (u.function.name, v.function.name):
                    rest = [f for k, f in enumerate(factors) if k not in (n, m)]
                    named = call(BY_NAME[name], *u.args)
                    return self.merge(c, [*rest, (named, above)])
        return product
