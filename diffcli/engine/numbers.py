"""What exact numbers a formula has in it, and what operations on them come to.

>>> from diffcli.language.parser import parse
>>> rational(parse("-1/2").expression)
Fraction(-1, 2)
"""

from functools import lru_cache
from typing import TYPE_CHECKING

from diffcli.calculus.functions import (
    ADD,
    DIVIDE,
    MULTIPLY,
    NEGATE,
    POWER,
    SUBTRACT,
    Function,
)
from diffcli.language.expression import (
    Call,
    Expression,
    Number,
    call,
    number,
    postorder,
)

if TYPE_CHECKING:
    from fractions import Fraction

_LONGEST = 15  # digits of a number that is still worth multiplying out
_FARTHEST = 99  # decimal exponent of one


def rational(node: Expression) -> "Fraction | None":
    """Return the exact value of 2, 0.5, -3 or -1/2; None for anything else."""
    if isinstance(node, Number):
        return _of_numeral(node.text)
    if not isinstance(node, Call):
        return None
    if node.function is NEGATE and isinstance(node.args[0], Number):
        value = rational(node.args[0])
        return None if value is None else -value
    if node.function is DIVIDE:
        above, below = node.args
        if isinstance(below, Number) and _is_signed_number(above):
            numerator, divisor = rational(above), rational(below)
            if numerator is not None and divisor:
                return numerator / divisor
    return None


@lru_cache(maxsize=1_000)
def _of_numeral(text: str) -> "Fraction | None":
    from fractions import Fraction

    if text.isdecimal() and len(text) <= _LONGEST:  # no pattern has to be matched
        return Fraction(int(text))
    exponent = text.partition("e")[2]
    if (
        text[-1].isalpha()
        or len(text) > _LONGEST
        or abs(int(exponent or 0)) > _FARTHEST
    ):
        return None  # pi, e, tau; or too long
    return Fraction(text)


def decimal_text(value: "Fraction") -> str | None:
    """Return a positive number as the decimal that it is: 0.25, 2e-5; None: none is."""
    from fractions import Fraction

    try:
        text = repr(float(value))
    except OverflowError:
        return None
    if Fraction(text) != value:
        return None
    mantissa, e, exponent = text.partition("e")
    return f"{mantissa}e{int(exponent)}" if e else text


def _is_signed_number(node: Expression) -> bool:
    if isinstance(node, Call) and node.function is NEGATE:
        node = node.args[0]
    return isinstance(node, Number)


def folded(node: Call) -> Expression | None:
    """Return the number that an operation on numbers comes to, if that is short."""
    if node.function.notation is None:
        return None
    values = [rational(argument) for argument in node.args]
    if any(value is None for value in values):
        return None
    result = _operate(node.function, [value for value in values if value is not None])
    if result is None or len(str(result.numerator)) > _LONGEST:
        return None
    return _spell(result, decimal=any(map(_is_decimal, node.args)))


def _operate(function: Function, values: "list[Fraction]") -> "Fraction | None":
    if function is NEGATE:
        return -values[0]
    u, v = values
    if function is ADD:
        return u + v
    if function is SUBTRACT:
        return u - v
    if function is MULTIPLY:
        return u * v
    if function is DIVIDE:
        return u / v if v else None
    if function is POWER and v.denominator == 1 and abs(v) <= 64 and (u or v > 0):
        return u ** int(v)
    return None


def _is_decimal(node: Expression) -> bool:
    """Tell whether a number was written with a point or an exponent."""
    return any(
        isinstance(part, Number) and not part.text.isdecimal()
        for part in postorder([node])
    )


def _spell(value: "Fraction", *, decimal: bool) -> Expression | None:
    """Return a number as a node: digits, decimals if asked for, or a fraction."""
    size = abs(value)
    if decimal and size.denominator > 1:
        text, below = decimal_text(size), 1
    else:
        text, below = str(size.numerator), size.denominator
    if text is None or len(str(below)) > _LONGEST:
        return None
    node: Expression = number(text)
    if value < 0:
        node = call(NEGATE, node)
    return node if below == 1 else call(DIVIDE, node, number(str(below)))
