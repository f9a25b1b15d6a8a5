# mypy: disable-error-code="no-any-return"
"""The ways to write a product; the shortest is taken."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from diffcli.engine.algebra import (
    ZERO,
    Factor,
    Product,
    Terms,
    content,
    is_sum,
    root,
)
from diffcli.engine.division import common_divisor, exact_quotient
from diffcli.engine.normal.trigonometry import tangents
from diffcli.language.expression import (
    Expression,
)
from diffcli.records import Record


class ProductForm(Record):
    """One way to write a product."""

    name: str
    #: Returns the forms that it has.
    make: Callable[[Any, Product], list[Expression]]
    #: Taken where it is as long as what was typed.
    wins: bool = False


def _one_fraction(work: Any, product: Product) -> list[Expression]:
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


def _numerator_multiplied_out(work: Any, product: Product) -> list[Expression]:
    above = Product(product.coefficient, tuple(f for f in product.factors if f[1] > 0))
    below = Product(Fraction(1), tuple(f for f in product.factors if f[1] < 0))
    sums = simple_sums(above)
    alone = len(sums) == 1 and (len(above.factors) == 1 or work.is_typed(sums[0]))
    return [] if alone else _half_multiplied_out(work, above, below, 1)


def _denominator_multiplied_out(work: Any, product: Product) -> list[Expression]:
    above = Product(product.coefficient, tuple(f for f in product.factors if f[1] > 0))
    below = Product(Fraction(1), tuple((b, -r) for b, r in product.factors if r < 0))
    return _half_multiplied_out(work, below, above, -1)


def _reduction(work: Any, product: Product) -> list[Expression]:
    """Return a fraction without what its sums share: (x² - 1)/(x + 1) is x - 1."""
    c, factors = product
    for place, (above, one) in enumerate(factors):
        for other, (below, power) in enumerate(factors):
            if one != 1 or power > -1 or not (is_sum(above) and is_sum(below)):
                continue
            quotient = _without_shared(work, above, below, power)
            if quotient is not None:
                rest = [f for n, f in enumerate(factors) if n not in (place, other)]
                return [work.times([Product(c, tuple(rest)), *quotient])]
    return []


def _without_shared(
    work: Any, above: Expression, below: Expression, power: Fraction
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


def _primitive(work: Any, terms: Terms) -> Product:
    """Return a sum as a product, its greatest number in front."""
    size = content(terms)
    node = work.build_sum([Product(c / size, f) for c, f in terms])
    c, factors = work.product(node)
    return Product(c * size, factors)


def simple_sums(product: Product) -> list[Expression]:
    """Return the sums among the factors, with whole exponents."""
    return [b for b, r in product.factors if is_sum(b) and r.denominator == 1]


def _half_multiplied_out(
    work: Any, half: Product, other: Product, sign: int
) -> list[Expression]:
    """Return a product with one side of its bar multiplied out, if that pays."""
    sums = simple_sums(half)
    once = all(r == 1 for b, r in half.factors if b in sums)
    if not sums or not once or len(sums) > 3:
        return []
    terms = work.expansion(half)
    most = max(len(work.terms(base)) for base in sums)
    if terms is None or len(terms) > max(2 if sign < 0 else 1, most):
        return []
    node = work.sum_of(terms, 1)
    c, factors = work.product(node)
    if not c:
        return [ZERO]
    turned = [(base, exponent * sign) for base, exponent in factors]
    number = c if sign > 0 else 1 / c
    whole = work.merge(other.coefficient * number, (*other.factors, *turned))
    return [work.build(whole)]


def _division(work: Any, product: Product) -> list[Expression]:
    """Return (a*x**2 - c)/x**2 as a - c/x**2; sums that were typed stay."""
    sums = [factor for factor in product.factors if is_sum(factor[0])]
    bars = any(exponent < 0 for _, exponent in product.factors)
    if len(sums) != 1 or sums[0][1] != 1 or not bars or work.is_typed(sums[0][0]):
        return []
    expanded = work.expansion(product)
    return [] if expanded is None else [work.build_sum(expanded)]


PRODUCT_FORMS = (
    ProductForm("fraction reduced", _reduction, wins=True),
    ProductForm("fractions put together", _one_fraction),
    ProductForm("numerator multiplied out", _numerator_multiplied_out),
    ProductForm("denominator multiplied out", _denominator_multiplied_out),
    ProductForm("divided term by term", _division),
    ProductForm("tangents as sines and cosines", tangents),
)
