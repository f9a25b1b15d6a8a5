"""Equal bases are one power: x·x is x², and 2·2^x may be 2^(x + 1)."""

from collections.abc import Iterable
from fractions import Fraction

from diffcli.engine.algebra.measures import Measures
from diffcli.engine.algebra.roots import power_of_number, root
from diffcli.engine.algebra.terms import CBRT, Factor, Product
from diffcli.language.expression import Call, Expression


class Powers(Measures):
    """The powers of a product: which of them are joined."""

    def merge(self, coefficient: Fraction, factors: Iterable[Factor]) -> Product:
        """Return a product with the exponents of equal bases added.

        Only ever widens the domain: x**2/x is x, and x/x is 1.
        """
        self.merges[0] += 1
        merged: dict[object, tuple[Expression, Fraction, Fraction]] = {}
        for base, exponent in factors:
            power = power_of_number(base, exponent)
            if power is not None:
                coefficient *= power
                continue
            ratio, kind = self.base_key(base)
            slot: object = kind
            if slot in merged and merged[slot][2] != ratio:
                power = root(ratio / merged[slot][2], exponent)
                slot = (kind, ratio) if power is None else kind
                coefficient *= power or 1
            first, before, its_ratio = merged.get(slot, (base, Fraction(0), ratio))
            merged[slot] = first, before + exponent, its_ratio
        kept: list[Factor] = []
        for base, exponent, _ in merged.values():
            power = power_of_number(base, exponent)  # the square root of 2, twice
            if power is not None:
                coefficient *= power
            elif exponent:
                kept.append((base, exponent))
        if not coefficient:
            return Product(coefficient)
        if any(map(is_cube, kept)):
            return self.merge(*self._without_cubes(coefficient, kept))
        return Product(coefficient, tuple(kept))

    def _without_cubes(self, c: Fraction, factors: Iterable[Factor]) -> Product:
        """Return factors with cbrt(u)**3 as u, which is so for all u."""
        found: list[Factor] = []
        for base, exponent in factors:
            if not is_cube((base, exponent)):
                found.append((base, exponent))
                continue
            assert isinstance(base, Call)
            (u,) = base.args
            whole = Fraction(int(exponent / 3))
            size, its = self.product(u)
            power = root(size, whole)
            if power is None:
                power, its = Fraction(1), ((u, Fraction(1)),)
            c *= power
            found += [(b, r * whole) for b, r in its]
            found.append((base, exponent - 3 * whole))
        return Product(c, tuple(found))


def is_cube(factor: Factor) -> bool:
    """Tell whether a factor is the third power of a cube root, or a higher one."""
    base, exponent = factor
    whole = exponent.denominator == 1 and abs(exponent) >= 3
    return whole and isinstance(base, Call) and base.function is CBRT
