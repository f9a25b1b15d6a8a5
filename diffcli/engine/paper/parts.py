"""A long derivation in parts: the two halves of a product, the levels of a nest."""

from collections.abc import Iterable, Sequence

from diffcli.calculus.functions import DIVIDE, MULTIPLY
from diffcli.engine.algebra import ONE
from diffcli.engine.paper.equations import Calculation
from diffcli.engine.paper.writer import Writer
from diffcli.engine.paper.writing import light
from diffcli.language.expression import Call, Expression
from diffcli.records import Record

_FEW_LEVELS = 3
_LETTERS = "abcghkpqrs"


class Split(Record):
    """A product or quotient whose two parts are derived on their own."""

    #: "f", what is split.
    of: str
    #: A constant factor that stands before it.
    front: Expression
    #: What stands between u and v.
    sign: str
    u: Expression
    v: Expression
    slope_u: Calculation
    slope_v: Calculation
    #: The rule as one writes it.
    rule: str
    #: Its name.
    name: str


def split(
    expression: Expression,
    name: str,
    *,
    several: bool = False,
    typed: Sequence[Expression] = (),
) -> Split | None:
    """Return the two parts of a product or quotient; None: it is neither."""
    writer = Writer(expression, name, several=several)
    front: Expression = ONE
    node = writer.grouping(expression)
    while True:
        if not isinstance(node, Call) or node.function not in (MULTIPLY, DIVIDE):
            return None
        u, v = node.args
        if writer.degree(u) and writer.degree(v):
            break
        if writer.degree(u) or node.function is DIVIDE:
            return None
        front, node = light(MULTIPLY, front, u), writer.grouping(v)
    product = node.function is MULTIPLY
    return Split(
        "f",
        front,
        " · " if product else "/",
        u,
        v,
        Writer(u, name, several=several, typed=typed).chain(),
        Writer(v, name, several=several, typed=typed).chain(),
        "u'v + uv'" if product else "(u'v - uv')/v²",
        "product" if product else "quotient",
    )


def named_levels(
    expression: Expression, name: str, taken: Iterable[str]
) -> dict[str, Expression]:
    """Return names for the levels of a composition; empty: it has few levels.

    sin(cos(exp(x**2))) has the levels a = x**2, b = exp(a), c = cos(b).
    """
    writer = Writer(expression, name, several=False)
    levels: list[Expression] = []
    node = expression
    while isinstance(node, Call):
        inner = [a for a in node.args if writer.degree(a)]
        if len(inner) != 1 or writer.degree(node) < 3 or writer.degree(inner[0]) < 2:
            break
        (node,) = inner
        levels.append(node)
    free = [letter for letter in _LETTERS if letter not in set(taken)]
    if not _FEW_LEVELS < len(levels) <= len(free):
        return {}
    return dict(zip(free, reversed(levels), strict=False))
