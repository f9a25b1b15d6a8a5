"""Powers of powers, of products and of sums; only where they are defined alike."""

from collections.abc import Sequence
from fractions import Fraction

from diffcli.calculus.functions import POWER
from diffcli.engine.algebra import (
    EULER,
    ONE,
    ZERO,
    Factor,
    Product,
    content,
    is_exponential,
    is_sum,
    root,
    spelled,
)
from diffcli.engine.normal.expansion import Work
from diffcli.engine.numbers import rational
from diffcli.language.expression import Call, Expression, Number, Variable, call

_LARGEST_EXPONENT = 100


def power(work: Work, u: Expression, v: Expression) -> Expression:
    """Return u**v."""
    r = rational(v)
    if r is None:
        return _with_letters(work, u, v)
    if abs(r) >= _LARGEST_EXPONENT and not isinstance(u, Variable):
        return call(POWER, u, v)
    return power_of(work, u, r)


def power_of(work: Work, u: Expression, r: Fraction) -> Expression:
    """Return u**r; exponents are multiplied only where that is true for all u."""
    c, factors = work.product(u)
    if r == 0:
        return ONE
    if not c:
        return ZERO if r > 0 else call(POWER, u, spelled(r))
    if r.denominator == 1:
        return _whole_power(work, c, factors, r)
    if is_sum(u):
        size = content(work.terms(u))
        pulled = root(size, r)
        if size != 1 and pulled is not None:  # √(4 - 4x²) is 2√(1 - x²)
            rest = work.build_sum([Product(k / size, f) for k, f in work.terms(u)])
            return work.build(work.merge(pulled, [(rest, r)]))
    power = root(c, r)
    outside: list[Factor] = []
    inside: list[Factor] = []
    for base, exponent in factors:
        # (u^a)^b is u^(ab) only where u cannot be negative, or a says so.
        alone = len(factors) == 1 and power is not None
        odd = exponent.denominator > 1 or exponent % 2 != 0
        free = is_positive(base) or (alone and odd)
        (outside if free else inside).append((base, exponent))
    if power is None and not inside:
        outside, inside = [], list(factors)
    outside = [(base, exponent * r) for base, exponent in outside]
    if not inside and power is not None:
        return work.build(work.merge(power, outside))
    whole = Product(c if power is None else Fraction(1), tuple(inside))
    outside.append((work.build(whole), r))
    return work.build(work.merge(power or Fraction(1), outside))


def _whole_power(
    work: Work, c: Fraction, factors: Sequence[Factor], r: Fraction
) -> Expression:
    power = root(c, r)
    if power is None:
        whole = work.build(Product(c, tuple(factors)))
        return call(POWER, whole, spelled(r))
    raised = [(base, exponent * r) for base, exponent in factors]
    if r < 0 and len(raised) == 1 and is_sum(raised[0][0]):
        base, exponent = raised[0]
        fraction = work.as_product(base)
        if exponent.denominator == 1 and fraction and has_a_bar(fraction):
            number = root(fraction.coefficient, exponent)
            if number is None:
                return work.build(work.merge(power, raised))
            power *= number
            raised = [(b, k * exponent) for b, k in fraction.factors]
    return work.build(work.merge(power, raised))


def _with_letters(work: Work, u: Expression, v: Expression) -> Expression:
    """Return u**(r + c*w) as u**r times the base u**w to the power c."""
    c, factors = work.product(u)
    if c == 1 and len(factors) == 1 and is_exponential(factors[0][0]):
        base, exponent = factors[0]
        assert isinstance(base, Call)
        if base.args[0] is EULER:  # (e**a)**b is e**(a*b) for all a and b
            parts = [work.product(base.args[1]), Product(exponent), work.product(v)]
            u, v = EULER, work.times(parts)
            number = rational(v)
            if number is not None:
                return power_of(work, u, number)
    terms = work.terms(v)
    shift = sum((t.coefficient for t in terms if not t.factors), Fraction(0))
    rest = [t for t in terms if t.factors]
    scale = content(rest)
    if all(t.coefficient < 0 for t in rest):
        scale = -scale
    primitive = work.build_sum([Product(k / scale, f) for k, f in rest])
    first = work.product(power_of(work, u, shift)) if shift else Product(Fraction(1))
    pair = (call(POWER, u, primitive), scale)
    if work.reads and shift:
        work.shifts[work.base_key(pair[0])[1]] = scale, shift
    return work.build(work.merge(first.coefficient, [pair, *first.factors]))


def is_positive(base: Expression) -> bool:
    """Tell whether a base is positive wherever it is defined."""
    if is_exponential(base):
        assert isinstance(base, Call)
        below = base.args[0]
        return isinstance(below, Number)
    return isinstance(base, Number)


def has_a_bar(product: Product) -> bool:
    """Tell whether a product is written as a fraction."""
    return product.coefficient.denominator > 1 or any(r < 0 for _, r in product.factors)
