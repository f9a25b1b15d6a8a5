"""The ways to write a sum; the shortest is taken."""

from collections.abc import Callable
from fractions import Fraction
from functools import partial
from itertools import permutations, starmap

from diffcli.calculus.functions import BY_NAME
from diffcli.engine.algebra import (
    HALF,
    Factor,
    Product,
    Terms,
    is_exponential,
    is_sum,
    root,
)
from diffcli.engine.normal.expansion import Work
from diffcli.engine.normal.trigonometry import PYTHAGORAS, TWO
from diffcli.language.expression import Call, Expression, Variable, call
from diffcli.records import Record


class SumForm(Record):
    """One way to write a sum."""

    name: str
    #: Returns the forms that it has: none, one, or two.
    make: Callable[[Work, Terms, int], list[Expression]]
    #: Tells whether a form is taken where it is as long as what was typed.
    wins: Callable[[Work, Terms, Expression], bool] = lambda *_: False


def _multiplied_out(work: Work, terms: Terms, _: int) -> list[Expression]:
    expanded = work.expansion_of_sum(terms)
    return [] if expanded is None else [work.build_sum(expanded)]


def _common_factor(work: Work, terms: Terms, depth: int) -> list[Expression]:
    return _factored(work, terms, depth, bars=False)


def _common_denominator(work: Work, terms: Terms, depth: int) -> list[Expression]:
    return _factored(work, terms, depth, bars=True)


def _factored(work: Work, terms: Terms, depth: int, *, bars: bool) -> list[Expression]:
    """Return what the terms share before a bracket, as they are and multiplied out."""
    found: list[Expression] = []
    for source in (terms, work.expansion_of_sum(terms)):
        if source is None or len(source) < 2:
            continue
        shared, left = work.common(source, bars=bars)
        if shared == Product(Fraction(1)) or _only_a_letter(shared, left):
            continue
        bracket = work.sum_of(left, depth - 1)
        found.append(work.times([shared, work.product(bracket)], plain=True))
    return found


def _only_a_letter(shared: Product, left: Terms) -> bool:
    """Tell whether a letter alone would be put before functions: x*(sin(x) + cos(x)).

    A book leaves x in front of each, for x sin(x) + x cos(x) is as long.
    """
    c, factors = shared
    if abs(c) != 1 or len(factors) != 1:
        return False
    base, exponent = factors[0]
    return (
        exponent == 1
        and isinstance(base, Variable)
        and any(
            isinstance(b, Call) and not is_sum(b) and not is_exponential(b)
            for _, f in left
            for b, _ in f
        )
    )


def _square_of_sum(work: Work, terms: Terms, _: int) -> list[Expression]:
    """Return a**2 + 2*a*b + b**2 as (a + b)**2, and what is minus that."""
    found: list[Expression] = []
    for source in (terms, work.expansion_of_sum(terms)):
        if source is None or len(source) != 3:
            continue
        sign = 1 if sum(c > 0 for c, _ in source) > 1 else -1
        signed = [Product(sign * c, f) for c, f in source]
        squares = starmap(partial(_square, work), permutations(signed))
        squared = next(filter(None, squares), None)
        if squared is not None:
            found.append(work.build(Product(Fraction(sign), squared)))
    return found


def _square(
    work: Work, one: Product, other: Product, middle: Product
) -> tuple[Factor, ...] | None:
    """Return (a + b)**2 as factors; None: the middle term is not twice a*b."""
    first, second = _half(one), _half(other)
    if first is None or second is None:
        return None
    (a, f), (b, g) = first, second
    twice = work.merge(2 * a * b, (*f, *g))
    ratio, kind = work.product_key(twice.factors)
    its_ratio, its_kind = work.product_key(middle.factors)
    size, wanted = twice.coefficient * ratio, middle.coefficient * its_ratio
    if kind != its_kind or abs(size) != abs(wanted):
        return None
    sign = 1 if size == wanted else -1
    inner = work.build_sum([Product(a, f), Product(sign * b, g)])
    return ((inner, Fraction(2)),)


def _half(term: Product) -> Product | None:
    """Return the square root of a term, if it is the square of a product."""
    c, factors = term
    number = root(c, HALF) if c > 0 else None
    if number is None or any(exponent % 2 for _, exponent in factors):
        return None
    return Product(number, tuple((base, exponent / 2) for base, exponent in factors))


def _without_brackets(work: Work, terms: Terms, found: Expression) -> bool:
    """Tell whether two brackets were multiplied out: (1 - x)*(2 - x) - x.

    Or one of which a term joins another: x - 2*(y - z) + z.
    """
    from diffcli.engine.normal.products import simple_sums

    if len(work.terms(found)) <= len(terms):
        return True
    return any(len(simple_sums(term)) > 1 for term in terms)


def _several_before(work: Work, terms: Terms, found: Expression) -> bool:
    """Tell whether more than one base was put before the bracket."""
    return len(work.product(found).factors) > 2


def _one_square(work: Work, terms: Terms, depth: int) -> list[Expression]:
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


def _without_square(work: Work, term: Product, name: str) -> Product:
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


SUM_FORMS = (
    SumForm("multiplied out", _multiplied_out, _without_brackets),
    SumForm("common factor", _common_factor, _several_before),
    SumForm("common denominator", _common_denominator, _several_before),
    SumForm("square of a sum", _square_of_sum),
    SumForm("one square for two", _one_square),
)
