"""The tables of one expression: its products and sums, their sizes and kinds."""

from collections.abc import Iterable
from fractions import Fraction

from diffcli.calculus.functions import DIVIDE, POWER
from diffcli.engine.algebra.roots import root
from diffcli.engine.algebra.terms import ONE, OPEN, ZERO, Factor, Key, Product
from diffcli.engine.numbers import rational
from diffcli.language.expression import Call, Expression, postorder

_NEST = 1000
"""What a bar above or below a bar costs: more than any form without it is longer."""


class Measures:
    """What a node is made of, how long it is, and which base it is."""

    def __init__(self) -> None:
        #: What a node is as a product, where it is more than a base.
        self.products: dict[Expression, Product] = {
            ZERO: Product(Fraction(0)),
            ONE: Product(Fraction(1)),
        }
        #: What a sum is made of.
        self.sums: dict[Expression, tuple[Product, ...]] = {}
        self.sizes: dict[Expression, tuple[int, int]] = {}
        #: Fractions, and the sums and products that have one in them.
        self.barred: set[Expression] = set()
        self.keys: dict[Expression, Key] = {}
        self.serials: dict[object, int] = {}
        #: How many products were merged, in all passes: the measure of work.
        self.merges = [0]
        #: The sums that stand in the formula as typed: they keep their spelling.
        self.typed: set[int] = set()
        #: The same with its factor: 2*x + 2 is not x + 1.
        self.spelled_as: set[Key] = set()
        #: The letters, then the functions, in the order in which they were typed.
        self.letters: dict[Expression, int] = {}
        #: Polynomials were typed with their lowest power first.
        self.rising = False
        #: For u**(c*w) the c and the r that were typed as u**(c*w + r).
        self.shifts: dict[int, tuple[Fraction, Fraction]] = {}
        #: What was typed is read now: it keeps its order.
        self.reads = False
        #: Decimals were typed, so numbers are written as decimals where they end.
        self.decimal = False

    def product(self, node: Expression) -> Product:
        """Return a node as a product."""
        return self.products.get(node) or Product(Fraction(1), ((node, Fraction(1)),))

    def terms(self, node: Expression) -> tuple[Product, ...]:
        """Return a node as the terms of a sum; one, if it is none."""
        return self.sums.get(node) or (self.product(node),)

    def size(self, node: Expression) -> int:
        """Return how many operators, names, numbers and functions are written.

        A negative exponent counts more than the bar that says the same.
        """
        return self.size_and_cost(node)[0]

    def cost(self, node: Expression) -> int:
        """Return the size, a bar above or below a bar counted as more than one bar."""
        return self.size_and_cost(node)[1]

    def size_and_cost(self, node: Expression) -> tuple[int, int]:
        """Return both measures of a node."""
        sizes = self.sizes
        for part in postorder([node]) if node not in sizes else ():
            if part not in sizes:
                own = 1 + 2 * stands_above(part)
                extra = own + _NEST * self._nests(part)
                inner = [sizes[argument] for argument in part.args]
                sizes[part] = (
                    own + sum(size for size, _ in inner),
                    extra + sum(cost for _, cost in inner),
                )
        return sizes[node]

    def _nests(self, node: Expression) -> bool:
        """Tell whether a fraction has a fraction above or below its bar."""
        if not isinstance(node, Call):
            return False
        below = any(argument in self.barred for argument in node.args)
        if node.function is DIVIDE or (below and node.function in OPEN):
            self.barred.add(node)
        return below and node.function is DIVIDE

    # ---- recognising bases

    def serial(self, what: object) -> int:
        """Return the number of a kind of base, a new one for a new kind."""
        return self.serials.setdefault(what, len(self.serials))

    def base_key(self, base: Expression) -> Key:
        """Return the ratio and the serial number of a base."""
        key = self.keys.get(base)
        if key is None:
            key = self.keys[base] = self._new_key(base)
        return key

    def _new_key(self, base: Expression) -> Key:
        one = Fraction(1)
        if base in self.sums:
            kinds: dict[int, Fraction] = {}
            for c, factors in self.sums[base]:
                ratio, kind = self.product_key(factors)
                kinds[kind] = kinds.get(kind, Fraction(0)) + c * ratio
            lead = kinds[min(kinds)]
            if lead:
                parts = frozenset((kind, c / lead) for kind, c in kinds.items())
                return lead, self.serial(("sum", parts))
        product = self.products.get(base)
        if product is not None and product.factors != ((base, one),):
            ratio, kind = self.product_key(product.factors)
            return one, self.serial(("whole", product.coefficient * ratio, kind))
        if isinstance(base, Call):
            args = tuple(self.full_key(argument) for argument in base.args)
            return one, self.serial((base.function.name, *args))
        return one, self.serial(base)

    def product_key(self, factors: Iterable[Factor]) -> Key:
        """Return the ratio and the serial number of factors."""
        ratio = Fraction(1)
        parts: list[object] = []
        for base, exponent in factors:
            of_base, kind = self.base_key(base)
            power = root(of_base, exponent)
            if power is None:
                parts.append((kind, of_base, exponent))
            else:
                ratio = power if ratio == 1 else ratio * power
                parts.append((kind, exponent))
        return ratio, self.serial(frozenset(parts))

    def full_key(self, node: Expression) -> Key:
        """Return the number and the serial number of any node."""
        c, factors = self.product(node)
        ratio, kind = self.product_key(factors)
        return c * ratio, kind

    def is_typed(self, base: Expression) -> bool:
        """Tell whether a sum was typed like this, or a multiple of it."""
        return self.base_key(base)[1] in self.typed


def stands_above(node: Expression) -> bool:
    """Tell whether a node is u**-2, which could stand below a bar."""
    if not isinstance(node, Call) or node.function is not POWER:
        return False
    value = rational(node.args[1])
    return value is not None and value < 0
