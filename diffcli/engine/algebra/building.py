"""From products and sums to nodes: in which order, with which signs and bars."""

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction

from diffcli.calculus.functions import ADD, DIVIDE, MULTIPLY, NEGATE, POWER, SUBTRACT
from diffcli.engine.algebra.powers import Powers
from diffcli.engine.algebra.roots import decimal_number, root, spelled
from diffcli.engine.algebra.terms import (
    EULER,
    EXP,
    HALF,
    ONE,
    SQRT,
    ZERO,
    Factor,
    Product,
    is_exponential,
    is_sum,
    powers_of,
    rank,
)
from diffcli.engine.numbers import rational
from diffcli.language.expression import Call, Expression, Variable, call, number

BEHIND = 1_000_000
"""Places between the letters that come first and those that come last, as x does."""


class Algebra(Powers):
    """The tables of one expression, and nodes built from products and sums."""

    def build(self, product: Product) -> Expression:
        """Return a product as a node: number, letters, powers, functions; one bar."""
        if not product.factors:
            return self._note(self.spelled(product.coefficient), product)
        product = self._without_minus(product)
        c, factors = self._with_joint_powers(self._with_shift(product))
        above = [f for f in factors if f[1] > 0 or is_exponential(f[0])]
        below = [(b, -r) for b, r in factors if r < 0 and not is_exponential(b)]
        above.sort(key=self._place)
        below.sort(key=self._place)
        negative = c < 0
        if negative:
            turned = self._reverse(above)
            negative = turned is None
            above = turned or above
        number_above, number_below = self._fraction(abs(c))
        node = self._row(number_above, above, negative=negative)
        if below or number_below is not ONE:
            node = call(DIVIDE, node, self._row(number_below, below))
        return self._note(node, product)

    def _without_minus(self, product: Product) -> Product:
        """Return a product with the sign of x*(-y - 1) in front."""
        c, factors = product
        if factors == ((factors[0][0], Fraction(1)),) and c == 1:
            return product
        found: list[Factor] = []
        for base, exponent in factors:
            terms = self.sums.get(base, ())
            turns = exponent.denominator == 1 and terms and not self.is_typed(base)
            if turns and terms[0].coefficient < 0:
                base = self.build_sum([Product(-size, f) for size, f in terms])
                c = -c if exponent % 2 else c
            found.append((base, exponent))
        return Product(c, tuple(found))

    def _place(self, factor: Factor) -> tuple[int, float]:
        """Return where a factor stands: by its kind, letters as they were typed."""
        base = factor[0]
        unknown = -math.inf if isinstance(base, Variable) else math.inf
        return rank(factor), self.letters.get(base, unknown)

    def _fraction(self, c: Fraction) -> tuple[Expression, Expression]:
        """Return what stands above and below the bar for a positive number."""
        if self.decimal:
            decimal = decimal_number(c)
            if decimal is not None:
                return decimal, ONE
        return number(str(c.numerator)), number(str(c.denominator))

    def spelled(self, c: Fraction) -> Expression:
        """Return a number as a node."""
        above, below = self._fraction(abs(c))
        node = call(NEGATE, above) if c < 0 else above
        return node if below is ONE else call(DIVIDE, node, below)

    def _with_shift(self, product: Product) -> Product:
        """Return a product with 2*2**x as 2**(x + 1), if that was typed; e*e**x too."""
        typed = [f for f in product.factors if self._shift_of(f) is not None]
        for power, exponent in (*typed, *product.factors):
            if not is_exponential(power):
                continue
            base, primitive = power.args
            found = dict(product.factors)
            shift = self._shift_of((power, exponent))
            if base is EULER and shift is None:
                shift = found.get(base)
            if shift is None:
                continue
            rest = self._without_shift(product, base, shift)
            if rest is not None:
                terms = [Product(exponent * c, f) for c, f in self.terms(primitive)]
                above = self.build_sum([*terms, Product(shift)])
                pair = call(POWER, base, above), Fraction(1)
                factors = [pair if f[0] is power else f for f in rest.factors]
                return self._with_shift(Product(rest.coefficient, tuple(factors)))
        return product

    def _shift_of(self, factor: Factor) -> Fraction | None:
        """Return r where u**(c*w + r) was typed, of u**(c*w); None: it was not."""
        if not is_exponential(factor[0]):
            return None
        scale, shift = self.shifts.get(self.base_key(factor[0])[1], (None, None))
        return shift if scale == factor[1] else None

    def _without_shift(
        self, product: Product, base: Expression, shift: Fraction
    ) -> Product | None:
        """Return a product divided by base**shift, if that makes it no longer."""
        c, factors = product
        value = rational(base)
        if value is not None:
            power = root(value, shift)
            if not power or (c / power).denominator > c.denominator:
                return None
            return Product(c / power, factors)
        before = dict(factors).get(base, Fraction(0))
        left = before - shift
        if abs(left) > abs(before):
            return None
        kept = ((b, left if b is base else r) for b, r in factors)
        return Product(c, tuple((b, r) for b, r in kept if r))

    def _with_joint_powers(self, product: Product) -> Product:
        """Return factors with u**v/u as u**(v - 1), which is defined at u = 0 too."""
        factors = product.factors
        shifts = {b: r for b, r in factors if r < 0 and not is_exponential(b)}
        joined: dict[Expression, Factor] = {}
        for power, exponent in factors:
            if not is_exponential(power) or power.args[0] not in shifts:
                continue
            base, above = power.args
            shift = Product(shifts.pop(base))
            terms = [Product(exponent * c, f) for c, f in self.terms(above)]
            shifted = call(POWER, base, self.build_sum([*terms, shift]))
            joined[power] = shifted, Fraction(1)
        kept = tuple(
            joined.get(base, (base, exponent))
            for base, exponent in factors
            if exponent > 0 or is_exponential(base) or base in shifts
        )
        return Product(product.coefficient, kept)

    def _note(self, node: Expression, product: Product) -> Expression:
        self.products.setdefault(node, product)
        return node

    def _reverse(self, above: list[Factor]) -> list[Factor] | None:
        """Return the factors with a difference turned round: -(a - b) is b - a."""
        for place, (base, exponent) in enumerate(above):
            turns = exponent == 1 and is_sum(base) and not self.is_typed(base)
            if turns and any(c < 0 for c, _ in self.terms(base)):
                node = self.build_sum([Product(-c, f) for c, f in self.terms(base)])
                if self.terms(node)[0].coefficient < 0:
                    continue
                return [*above[:place], (node, exponent), *above[place + 1 :]]
        return None

    def _row(
        self, whole: Expression, factors: Sequence[Factor], *, negative: bool = False
    ) -> Expression:
        """Return a number and powers side by side; a minus sign is the first one's."""
        nodes = [self.power_node(base, exponent) for base, exponent in factors]
        if whole is not ONE or not nodes:
            nodes.insert(0, whole)
        node = call(NEGATE, nodes[0]) if negative else nodes[0]
        for following in nodes[1:]:
            node = call(MULTIPLY, node, following)
        return node

    def power_node(self, base: Expression, exponent: Fraction) -> Expression:
        """Return a base to a positive power, or any power of an exponential."""
        if is_exponential(base):
            assert isinstance(base, Call)
            below, above = base.args
            scaled = self.scaled(above, exponent)
            if below is EULER:
                return call(EXP, scaled)
            return call(POWER, below, scaled)
        if exponent == 1:
            return base
        if base is EULER:
            return call(EXP, spelled(exponent))
        if exponent == HALF:
            return call(SQRT, base)
        return call(POWER, base, spelled(exponent))

    def scaled(self, node: Expression, c: Fraction) -> Expression:
        """Return c times a node; a sum is multiplied term by term."""
        if c == 1:
            return node
        return self.build_sum([Product(c * k, f) for k, f in self.terms(node)])

    # ---- sums

    def build_sum(self, terms: Sequence[Product]) -> Expression:
        """Return terms as a sum; the first that is positive stands in front."""
        terms = [term for term in terms if term.coefficient]
        if len(terms) < 2:
            return self.build(terms[0]) if terms else ZERO
        if not self.reads:
            terms = self._by_powers(terms)
        if terms[0].coefficient < 0 and not (len(terms) > 2 and self._falls(terms)):
            first = next((n for n, t in enumerate(terms) if t.coefficient > 0), 0)
            terms = [terms[first], *terms[:first], *terms[first + 1 :]]
        node = self.build(terms[0])
        for c, factors in terms[1:]:
            following = self.build(Product(abs(c), factors))
            node = call(SUBTRACT if c < 0 else ADD, node, following)
        self.sums.setdefault(node, tuple(terms))
        return node

    def _by_powers(self, terms: list[Product]) -> list[Product]:
        """Return a polynomial of one letter by its powers, the highest first.

        If it was typed the other way round, or begins with a minus sign then, the
        lowest is first.
        """
        powers = powers_of(terms)
        if powers is None:
            return terms
        order = sorted(range(len(terms)), key=powers.__getitem__, reverse=True)
        falling = [terms[place] for place in order]
        first, last = falling[0].coefficient, falling[-1].coefficient
        rises = powers == sorted(powers) and terms[0].coefficient > 0
        rises = rises and (self.rising or is_one_and_a_square(terms, powers))
        return falling[::-1] if rises or first < 0 < last else falling

    def _falls(self, terms: Sequence[Product]) -> bool:
        """Tell whether a polynomial has its highest power first."""
        powers = powers_of(terms)
        return not self.reads and powers == sorted(powers or [], reverse=True)

    def collect(self, terms: Iterable[Product]) -> list[Product]:
        """Return like terms added, in the order in which they first appear."""
        kinds: dict[int, tuple[Fraction, tuple[Factor, ...], Fraction]] = {}
        for c, factors in terms:
            ratio, kind = self.product_key(factors)
            if kind in kinds:
                before, first, its_ratio = kinds[kind]
                kinds[kind] = before + c * ratio / its_ratio, first, its_ratio
            else:
                kinds[kind] = c, factors, ratio
        return [Product(c, factors) for c, factors, _ in kinds.values() if c]


def is_one_and_a_square(terms: Sequence[Product], powers: list[Fraction]) -> bool:
    """Tell whether a sum is 1 + 4*x**2, which everybody writes in this order."""
    return len(terms) == 2 and terms[0] == Product(Fraction(1)) and powers[1] >= 2
