"""Numbers that were rounded: how far they may be off.

They stand behind ≈, or are values of a point that no double has.
"""

import re
from collections.abc import Mapping

from diffcli.calculus.functions import NEGATE
from diffcli.engine.tape import Program
from diffcli.errors import ParseError
from diffcli.inputs.derivative_marks import exchanged
from diffcli.language.expression import (
    Expression,
    Number,
    call,
    number,
    postorder,
    variables,
)

_DECIMAL = re.compile(r"[.\d][.eE]|\A\.")  # no named constant: e, tau


def rounding(expression: Expression) -> float:
    """Return how far a number may be off that was rounded to the digits written.

    Half a unit of the last digit: 0.05 for 3.1, and 0.5 for 44. In a formula of numbers
    only those with a decimal point are rounded. Raises ParseError for a formula with
    letters, of which nobody can tell.
    """
    if variables(expression):
        raise ParseError(
            "≈ stands before a rounded number, and this is a formula",
            hint="a formula that is equal has a =",
        )
    leaves = [n for n in postorder([expression]) if isinstance(n, Number)]
    decimals = [leaf for leaf in leaves if _DECIMAL.search(leaf.text)]
    rounded = decimals or (leaves if is_one_number(expression) else [])
    return sum(_effect(expression, leaf) for leaf in rounded)


def is_one_number(expression: Expression) -> bool:
    """Tell whether an expression is a number that was written with its digits."""
    nodes = postorder([expression])
    return len(nodes) <= 2 and isinstance(nodes[0], Number) and nodes[0].text[:1] < ":"


def rounded_as(exact: Expression, shown: Expression) -> Expression:
    """Return what a formula of numbers comes to, with the digits of another number."""
    place = last_place(
        next(n.text for n in postorder([shown]) if isinstance(n, Number))
    )
    found = value(exact)
    node = number(f"{abs(round(found, -place)):.{max(0, -place)}f}")
    return call(NEGATE, node) if found < 0 else node


def last_place(text: str) -> int:
    """Return the power of ten of a number's last digit: -2 for 0.54."""
    mantissa, _, exponent = text.lower().partition("e")
    return int(exponent or 0) - len(mantissa.partition(".")[2])


def value(expression: Expression) -> float:
    """Return what a formula of numbers comes to. Raises DomainError, RangeError."""
    return Program([expression]).value({})


def no_double(values: Mapping[str, Expression], digits: int) -> tuple[str, str] | None:
    """Return the first name whose value no double has, and the double that is taken.

    >>> from diffcli.language.parser import parse
    >>> no_double({"x": parse("0.1").expression}, 20)
    ('x', '0.10000000000000000555')
    """
    from mpmath import mp

    from diffcli.engine.adaptive import Unsettled
    from diffcli.engine.adaptive import values as precise

    for name, expression in values.items():
        double = value(expression)
        with mp.workdps(digits + 30):
            try:
                (meant,) = precise(Program([expression]), {}, digits + 20)
            except Unsettled:
                continue
            if meant != double:
                return name, str(mp.nstr(mp.mpf(double), digits))
    return None


def _effect(expression: Expression, leaf: Number) -> float:
    """Return how much half a unit of one number's last digit changes the whole."""
    moved = number(repr(leaf.value + 0.5 * 10.0 ** last_place(leaf.text)))
    return abs(value(exchanged(expression, leaf, moved)) - value(expression))
