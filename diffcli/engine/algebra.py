"""Products and sums as data: what a normal form is made of.

A product is a number and bases with rational exponents, a sum is a list of products in
the order in which they were typed. Both stand in tables beside the interned nodes, so
that nothing is taken apart twice and nothing recurses. An exponential is a base, too:
3**(2*x) is the base 3**x with the exponent 2, so that every exponent is a number.

Letters:
    c, r   rational numbers: a coefficient, an exponent
    u, v   expressions in normal form
    p      a product, t a term of a sum

Two bases that differ by a number only (1 - x, 2*x - 2) have one serial number, and the
ratio between them: so they are recognised without being the same node.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import gcd, lcm

from diffcli.calculus.functions import BY_NAME, INFIX, PREFIX
from diffcli.engine.rewriting import rational
from diffcli.language.expression import (
    Call,
    Expression,
    Number,
    Variable,
    call,
    number,
    postorder,
)
from diffcli.records import Record

ADD, SUBTRACT = INFIX["+"], INFIX["-"]
MULTIPLY, DIVIDE, POWER = INFIX["*"], INFIX["/"], INFIX["**"]
NEGATE = PREFIX["-"]
SQRT, EXP, LOG = BY_NAME["sqrt"], BY_NAME["exp"], BY_NAME["log"]
CBRT = BY_NAME["cbrt"]
_OPEN = (ADD, SUBTRACT, MULTIPLY, NEGATE)
"""Operators through which one sees that there is a bar inside."""
_OPERATORS = (*_OPEN, DIVIDE)
ZERO, ONE, EULER = number("0"), number("1"), number("e")
HALF = Fraction(1, 2)
_LARGEST_ROOT = 10**12  # numerators beyond this are no power that anybody sees
_LARGEST_POWER = 10**15  # numbers beyond this stay a power

Factor = tuple[Expression, Fraction]
Key = tuple[Fraction, int]
"""The ratio to the first base of its kind, and the serial number of the kind."""


class Product(Record):
    """A number and factors: base to the power of a rational exponent, not 0."""

    coefficient: Fraction
    factors: tuple[Factor, ...] = ()


def is_sum(node: Expression) -> bool:
    """Tell whether a node is a sum or a difference."""
    return isinstance(node, Call) and node.function in (ADD, SUBTRACT)


def is_exponential(node: Expression) -> bool:
    """Tell whether a node is a power whose exponent is no number."""
    return (
        isinstance(node, Call)
        and node.function is POWER
        and rational(node.args[1]) is None
    )


def root(c: Fraction, r: Fraction) -> Fraction | None:
    """Return c**r if that is rational and short, else None."""
    if c == 1:
        return c
    if r.denominator == 1:
        if not c and r < 0:
            return None
        size = max(abs(c.numerator), c.denominator)
        if size > 1 and abs(r) * size.bit_length() > _LARGEST_POWER.bit_length() + 14:
            return None
        return c ** int(r)
    if c <= 0 or max(c.numerator, c.denominator) > _LARGEST_ROOT:
        return None
    above = _whole_root(c.numerator, r.denominator)
    below = _whole_root(c.denominator, r.denominator)
    if above is None or below is None:
        return None
    return root(Fraction(above, below), Fraction(r.numerator))


def _whole_root(n: int, degree: int) -> int | None:
    if degree >= n.bit_length() > 1:  # even 2**degree is beyond it
        return None
    near = round(n ** (1 / degree))
    return next(
        (k for k in (near - 1, near, near + 1) if k >= 0 and k**degree == n), None
    )


def spelled(c: Fraction) -> Expression:
    """Return a rational number as a node: 3, -2, 1/2, -4/3."""
    node: Expression = number(str(abs(c.numerator)))
    if c < 0:
        node = call(NEGATE, node)
    if c.denominator != 1:
        node = call(DIVIDE, node, number(str(c.denominator)))
    return node


def _decimal(c: Fraction) -> Expression | None:
    """Return a positive number as a decimal, if it is a short one."""
    if c.denominator == 1 and c < _LARGEST_POWER:
        return None
    try:
        text = repr(float(c))
    except OverflowError:
        return None
    if Fraction(text) != c:
        return None
    mantissa, e, exponent = text.partition("e")
    return number(f"{mantissa}e{int(exponent)}" if e else text)


def content(terms: Sequence[Product]) -> Fraction:
    """Return the greatest number that divides all coefficients."""
    above, below = 0, 1
    for c, _ in terms:
        above, below = gcd(above, c.numerator), lcm(below, c.denominator)
    return Fraction(above, below)


class Algebra:
    """The tables of one expression and what follows from them."""

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

    # ---- reading nodes

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
                own = 1 + 2 * _stands_above(part)
                extra = own + 3 * self._nests(part)
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
        if node.function is DIVIDE or (below and node.function in _OPEN):
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

    # ---- making products

    def merge(self, coefficient: Fraction, factors: Iterable[Factor]) -> Product:
        """Return a product with the exponents of equal bases added.

        Only ever widens the domain: x**2/x is x, and x/x is 1.
        """
        merged: dict[object, tuple[Expression, Fraction, Fraction]] = {}
        for base, exponent in factors:
            power = _number(base, exponent)
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
            power = _number(base, exponent)  # the square root of 2, twice
            if power is not None:
                coefficient *= power
            elif exponent:
                kept.append((base, exponent))
        if not coefficient:
            return Product(coefficient)
        if any(map(_is_cube, kept)):
            return self.merge(*self._without_cubes(coefficient, kept))
        return Product(coefficient, tuple(kept))

    def _without_cubes(self, c: Fraction, factors: Iterable[Factor]) -> Product:
        """Return factors with cbrt(u)**3 as u, which is so for all u."""
        found: list[Factor] = []
        for base, exponent in factors:
            if not _is_cube((base, exponent)):
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

    def build(self, product: Product) -> Expression:
        """Return a product as a node: number, letters, powers, functions; one bar."""
        if not product.factors:
            return self._noted(self.spelled(product.coefficient), product)
        c, factors = self._rejoined(self._shifted(product))
        above = [f for f in factors if f[1] > 0 or is_exponential(f[0])]
        below = [(b, -r) for b, r in factors if r < 0 and not is_exponential(b)]
        above.sort(key=self._place)
        below.sort(key=self._place)
        negative = c < 0
        if negative:
            turned = self._turned(above)
            negative = turned is None
            above = turned or above
        number_above, number_below = self._fraction(abs(c))
        node = self._row(number_above, above, negative=negative)
        if below or number_below is not ONE:
            node = call(DIVIDE, node, self._row(number_below, below))
        if len(product.factors) == 1 and node is product.factors[0][0]:
            return node
        return self._noted(node, product)

    def _place(self, factor: Factor) -> tuple[int, int]:
        """Return where a factor stands: by its kind, letters as they were typed."""
        base = factor[0]
        unknown = 0 if isinstance(base, Variable) else len(self.letters)
        return _rank(factor), self.letters.get(base, unknown)

    def _fraction(self, c: Fraction) -> tuple[Expression, Expression]:
        """Return what stands above and below the bar for a positive number."""
        if self.decimal:
            decimal = _decimal(c)
            if decimal is not None:
                return decimal, ONE
        return number(str(c.numerator)), number(str(c.denominator))

    def spelled(self, c: Fraction) -> Expression:
        """Return a number as a node."""
        above, below = self._fraction(abs(c))
        node = call(NEGATE, above) if c < 0 else above
        return node if below is ONE else call(DIVIDE, node, below)

    def _shifted(self, product: Product) -> Product:
        """Return a product with 2*2**x as 2**(x + 1), if that was typed; e*e**x too."""
        for power, exponent in product.factors:
            if not is_exponential(power):
                continue
            base, primitive = power.args
            found = dict(product.factors)
            scale, shift = self.shifts.get(self.base_key(power)[1], (exponent, None))
            if base is EULER and shift is None:
                shift = found.get(base)
            if shift is None or scale != exponent:
                continue
            rest = self._without_shift(product, base, shift)
            if rest is not None:
                terms = [Product(scale * c, f) for c, f in self.terms(primitive)]
                above = self.build_sum([*terms, Product(shift)])
                pair = call(POWER, base, above), Fraction(1)
                factors = [pair if f[0] is power else f for f in rest.factors]
                return self._shifted(Product(rest.coefficient, tuple(factors)))
        return product

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

    def _rejoined(self, product: Product) -> Product:
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

    def _noted(self, node: Expression, product: Product) -> Expression:
        self.products.setdefault(node, product)
        return node

    def _turned(self, above: list[Factor]) -> list[Factor] | None:
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
        rises = rises and (self.rising or _is_one_and_a_square(terms, powers))
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


def powers_of(terms: Sequence[Product]) -> list[Fraction] | None:
    """Return the powers of a polynomial in one letter; None: it is none."""
    powers: list[Fraction] = []
    letters: set[Expression] = set()
    for _, factors in terms:
        if len(factors) > 1 or any(not isinstance(b, Variable) for b, _ in factors):
            return None
        letters.update(base for base, _ in factors)
        powers.append(factors[0][1] if factors else Fraction(0))
    return powers if len(letters) == 1 else None


def _is_one_and_a_square(terms: Sequence[Product], powers: list[Fraction]) -> bool:
    """Tell whether a sum is 1 + 4*x**2, which everybody writes in this order."""
    return len(terms) == 2 and terms[0] == Product(Fraction(1)) and powers[1] >= 2


def _stands_above(node: Expression) -> bool:
    """Tell whether a node is u**-2, which could stand below a bar."""
    if not isinstance(node, Call) or node.function is not POWER:
        return False
    value = rational(node.args[1])
    return value is not None and value < 0


def _is_cube(factor: Factor) -> bool:
    """Tell whether a factor is the third power of a cube root, or a higher one."""
    base, exponent = factor
    whole = exponent.denominator == 1 and abs(exponent) >= 3
    return whole and isinstance(base, Call) and base.function is CBRT


def _number(base: Expression, exponent: Fraction) -> Fraction | None:
    """Return what a power of a number comes to; None: it stays a power."""
    value = rational(base)
    return None if value is None else root(value, exponent)


def _rank(factor: Factor) -> int:
    """Return where a factor stands.

    Numbers, letters, powers of numbers, powers of sums, polynomials, roots, functions,
    e**, and other sums.
    """
    base, exponent = factor
    if isinstance(base, Number):
        return 0
    if is_exponential(base):
        assert isinstance(base, Call)
        return 7 if base.args[0] is EULER else 2
    if exponent.denominator != 1:
        return 5
    if isinstance(base, Variable):
        return 1
    if is_sum(base) and exponent == 1:
        return 4 if is_polynomial(base) else 8
    return 3 if is_sum(base) else 6


def is_polynomial(node: Expression) -> bool:
    """Tell whether a node is made of letters and numbers by + - * / and powers."""
    return all(
        not isinstance(part, Call)
        or part.function in _OPERATORS
        or (part.function is POWER and rational(part.args[1]) is not None)
        for part in postorder([node])
    )
