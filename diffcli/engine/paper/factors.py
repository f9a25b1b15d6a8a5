"""The factors, powers and signs of what is written in a line."""

from collections.abc import Iterable
from fractions import Fraction

from diffcli.calculus.functions import MULTIPLY, NEGATE, POWER
from diffcli.engine.algebra import HALF, ONE, SQRT, rank, spelled
from diffcli.engine.numbers import rational
from diffcli.engine.paper.writing import light
from diffcli.language.expression import Call, Expression, Variable, call


def square(node: Expression) -> Expression:
    """Return u² as one writes it below a bar: (1 + x)⁴ for ((1 + x)²)²."""
    power = as_power(node)
    if power is None or isinstance(node, Variable):
        return call(POWER, node, spelled(Fraction(2)))
    base, exponent = power
    return light(POWER, base, spelled(2 * exponent))


def as_power(node: Expression) -> tuple[Expression, Fraction] | None:
    """Return base and positive exponent of x, u**n or sqrt(u); None: it is none."""
    if isinstance(node, Variable):
        return node, Fraction(1)
    if not isinstance(node, Call):
        return None
    if node.function is SQRT:
        return node.args[0], HALF
    exponent = rational(node.args[1]) if node.function is POWER else None
    if exponent is None or exponent <= 0:
        return None
    return node.args[0], exponent


def factors_of(node: Expression) -> tuple[int, list[Expression]]:
    """Return the sign of a product and its factors."""
    sign, factors = 1, []
    stack = [node]
    while stack:
        part = stack.pop()
        value = rational(part)
        if isinstance(part, Call) and part.function is MULTIPLY:
            stack += reversed(part.args)
        elif isinstance(part, Call) and part.function is NEGATE:
            sign = -sign
            stack.append(part.args[0])
        elif value is not None and value < 0:
            sign = -sign
            factors.append(spelled(-value))
        else:
            factors.append(part)
    return sign, factors


def flat(node: Expression) -> Expression:
    """Return a product without brackets round its factors, its number in front.

    A line that is shorter than its normal form is the result as it stands.
    """
    if not isinstance(node, Call) or node.function is not MULTIPLY:
        return node
    sign, factors = factors_of(node)
    size = Fraction(sign)
    others: list[Expression] = []
    for factor in factors:
        value = rational(factor)
        size, others = (size * value, others) if value else (size, [*others, factor])
    others.sort(key=_place)
    front = [] if abs(size) == 1 else [spelled(abs(size))]
    product = product_of([*front, *others])
    return light(NEGATE, product) if size < 0 else product


def _place(factor: Expression) -> int:
    """Return where a factor stands in a product."""
    base, exponent = as_power(factor) or (factor, Fraction(1))
    is_product = isinstance(base, Call) and base.function is MULTIPLY
    return 3 if is_product else rank((base, exponent))


def product_of(factors: Iterable[Expression]) -> Expression:
    """Return factors as a product; 1 if there are none."""
    product: Expression = ONE
    for factor in factors:
        product = light(MULTIPLY, product, factor)
    return product
