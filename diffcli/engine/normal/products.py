"""The ways to write a product; the shortest is taken."""

import itertools
from collections.abc import Callable, Iterable
from fractions import Fraction

from diffcli.calculus.functions import BY_NAME
from diffcli.engine.algebra import ZERO, Factor, Product, Terms, content, is_sum, root
from diffcli.engine.normal.expansion import Work
from diffcli.engine.normal.trigonometry import OF_SINE_AND_COSINE
from diffcli.engine.polynomial_division import common_divisor, exact_quotient
from diffcli.language.expression import Call, Expression, call
from diffcli.records import Record

#: f, sign, g  where 1 + sign*f(u)**2 is 1/g(u)**2.
_TANGENT_SQUARES = (("tan", 1, "cos"), ("cot", 1, "sin"), ("tanh", -1, "cosh"))


class ProductForm(Record):
    """One way to write a product."""

    name: str
    #: Returns the forms that it has.
    make: Callable[[Work, Product], list[Expression]]
    #: Taken where it is as long as what was typed.
    wins: bool = False


def _one_fraction(work: Work, product: Product) -> list[Expression]:
    """Return the product with the fractions inside its sums put together."""
    c, factors = product
    found: list[Factor] = []
    for base, exponent in factors:
        inner = None
        if is_sum(base) and exponent.denominator == 1:
            inner = work.as_product(base)
        number = root(inner.coefficient, exponent) if inner else None
        if inner is None or not number:
            found.append((base, exponent))
        else:
            c *= number
            found += [(b, k * exponent) for b, k in inner.factors]
    return [work.build(work.with_tangents(work.merge(c, found)))]


def _numerator_multiplied_out(work: Work, product: Product) -> list[Expression]:
    above, below = _halves(product)
    sums = simple_sums(above)
    alone = len(sums) == 1 and (len(above.factors) == 1 or work.is_typed(sums[0]))
    return [] if alone else _half_multiplied_out(work, above, below, 1)


def _denominator_multiplied_out(work: Work, product: Product) -> list[Expression]:
    above, below = _halves(product)
    below = Product(Fraction(1), tuple((b, -r) for b, r in below.factors))
    return _half_multiplied_out(work, below, above, -1)


def _halves(product: Product) -> tuple[Product, Product]:
    """Return what stands above the bar, the number with it, and what is below."""
    above = tuple(factor for factor in product.factors if factor[1] > 0)
    below = tuple(factor for factor in product.factors if factor[1] < 0)
    return Product(product.coefficient, above), Product(Fraction(1), below)


def _reduction(work: Work, product: Product) -> list[Expression]:
    """Return a fraction without what its sums share: (x² - 1)/(x + 1) is x - 1."""
    c, factors = product
    sums = [(n, base, r) for n, (base, r) in enumerate(factors) if is_sum(base)]
    halves = [s for s in sums if s[2] == 1], [s for s in sums if s[2] <= -1]
    for (place, above, _), (other, below, power) in itertools.product(*halves):
        quotient = _without_shared(work, above, below, power)
        if quotient is not None:
            rest = [f for n, f in enumerate(factors) if n not in (place, other)]
            return [work.times([Product(c, tuple(rest)), *quotient])]
    return []


def _without_shared(
    work: Work, above: Expression, below: Expression, power: Fraction
) -> list[Product] | None:
    """Return above · below**power with what both share taken out; None: nothing."""
    quotient = exact_quotient(work, work.terms(above), work.terms(below))
    if quotient is not None:
        return [_primitive(work, quotient), Product(Fraction(1), ((below, power + 1),))]
    shared = common_divisor(work, work.terms(above), work.terms(below))
    if shared is None:
        return None
    parts = [exact_quotient(work, work.terms(n), shared) for n in (above, below)]
    one, other = (_primitive(work, part) for part in parts if part is not None)
    divisor = work.build_sum(shared)
    inverse = work.product(work.power_of(work.build(other), power))
    return [one, inverse, Product(Fraction(1), ((divisor, power + 1),))]


def _primitive(work: Work, terms: Terms) -> Product:
    """Return a sum as a product, its greatest number in front."""
    size = content(terms)
    node = work.build_sum([Product(c / size, f) for c, f in terms])
    c, factors = work.product(node)
    return Product(c * size, factors)


def simple_sums(product: Product) -> list[Expression]:
    """Return the sums among the factors, with whole exponents."""
    return [b for b, r in product.factors if is_sum(b) and r.denominator == 1]


def _half_multiplied_out(
    work: Work, half: Product, other: Product, sign: int
) -> list[Expression]:
    """Return a product with one side of its bar multiplied out, if that pays."""
    sums = simple_sums(half)
    once = all(r == 1 for b, r in half.factors if b in sums)
    if not sums or not once or len(sums) > 3:
        return []
    terms = work.expansion(half)
    most = max(len(work.terms(base)) for base in sums)
    if terms is None or len(terms) > most:
        return []
    node = work.sum_of(terms, 1)
    c, factors = work.product(node)
    if not c:
        return [ZERO]
    turned = [(base, exponent * sign) for base, exponent in factors]
    number = c if sign > 0 else 1 / c
    whole = work.merge(other.coefficient * number, (*other.factors, *turned))
    return [work.build(whole)]


def _division(work: Work, product: Product) -> list[Expression]:
    """Return (a*x**2 - c)/x**2 as a - c/x**2."""
    sums = [factor for factor in product.factors if is_sum(factor[0])]
    bars = any(exponent < 0 for _, exponent in product.factors)
    if len(sums) != 1 or sums[0][1] != 1 or not bars:
        return []
    expanded = work.expansion(product)
    return [] if expanded is None else [work.build_sum(expanded)]


def _tangents(work: Work, product: Product) -> list[Expression]:
    """Return a product with 1 + tan(u)² as 1/cos(u)², and with sines and cosines.

    The likes of it for cot, tanh and coth.
    """
    c, factors = product
    squares: list[Factor] = []
    parts: list[Factor] = []
    for base, exponent in factors:
        square = _tangent_square(work, base)
        if exponent.denominator != 1 and not _is_positive(square):
            square = None  # sqrt(1 + tan(u)²) is 1/abs(cos(u))
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


def _tangent_square(work: Work, base: Expression) -> Expression | None:
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


def _is_positive(node: Expression | None) -> bool:
    return isinstance(node, Call) and node.function.name == "cosh"


def _sine_and_cosine(base: Expression, exponent: Fraction) -> list[Factor]:
    """Return a power of tan(u) as powers of sin(u) and cos(u)."""
    name = base.function.name if isinstance(base, Call) else ""
    if name in OF_SINE_AND_COSINE and exponent.denominator == 1:
        u, v = (call(BY_NAME[n], *base.args) for n in OF_SINE_AND_COSINE[name])
        return [(u, exponent), (v, -exponent)]
    return [(base, exponent)]


PRODUCT_FORMS = (
    ProductForm("fraction reduced", _reduction, wins=True),
    ProductForm("fractions put together", _one_fraction),
    ProductForm("numerator multiplied out", _numerator_multiplied_out),
    ProductForm("denominator multiplied out", _denominator_multiplied_out),
    ProductForm("divided term by term", _division),
    ProductForm("tangents as sines and cosines", _tangents),
)
