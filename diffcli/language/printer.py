"""An expression as text, with the fewest brackets that read back the same.

A derivative's text can be exponentially longer than its graph, so the printer
writes from left to right and stops at a limit.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import cast

from diffcli.calculus.functions import (
    ADD,
    MULTIPLY,
    NEGATE,
    PREFIX,
    WHEN,
    Function,
    Operator,
)
from diffcli.language.expression import Call, Expression, Number, Variable, call, number

ELLIPSIS = "…"
Piece = str | Expression
NO_NAMES: Mapping[Expression, str] = {}
TIMES = cast("Operator", MULTIPLY.notation)


def text(
    expression: Expression,
    *,
    spaced: bool = True,
    limit: int = 0,
    names: Mapping[Expression, str] = NO_NAMES,
    derivative: str = "d/dx",
) -> str:
    """Return the expression as the language spells it.

    ``spaced`` puts blanks round + and -; ``limit`` cuts the text there with "…";
    nodes in ``names`` are written as their name. ``derivative`` stands before what is
    still to be differentiated.

    >>> from diffcli.language.parser import parse
    >>> text(parse("2(x1+3x₂)^2").expression)
    '2*(x1 + 3*x2)**2'
    """
    blank = " " if spaced else ""

    def pieces(node: Expression) -> Sequence[Piece]:
        if node is not expression and node in names:
            return [names[node]]
        if is_derivative(node):
            return [f"{derivative}[", node.args[0], "]"]
        return _pieces(node, blank, names)

    return cut(joined([expression], pieces, limit), limit)


def joined(
    given: Iterable[Piece], pieces: Callable[[Expression], Sequence[Piece]], limit: int
) -> str:
    """Return nodes written out, each as the pieces it is made of.

    Beyond ``limit`` characters, if it is not 0, no more are written.
    """
    stack = [*given]
    stack.reverse()
    written: list[str] = []
    length = 0
    while stack:
        piece = stack.pop()
        if isinstance(piece, str):
            written.append(piece)
            length += len(piece)
            if limit and length > limit:
                break
        else:
            stack += reversed(pieces(piece))
    return "".join(written)


def cut(text: str, limit: int) -> str:
    """Return a text of at most so many characters, "…" in place of the others."""
    return text if not limit or len(text) <= limit else text[: limit - 1] + ELLIPSIS


def is_derivative(node: Expression) -> bool:
    """Tell whether a node stands for the derivative of its argument."""
    return isinstance(node, Call) and node.function.name == "D"


def _pieces(
    node: Expression, blank: str, names: Mapping[Expression, str]
) -> list[Piece]:
    """Return a node as strings and the nodes between them."""
    if isinstance(node, Number):
        return [node.text]
    if isinstance(node, Variable):
        return [node.name]
    assert isinstance(node, Call)
    notation = node.function.notation
    choice = chosen(node)
    if choice:
        return ["where(", *between(choice, ", "), ")"]
    if notation is None:
        return [node.function.name, "(", *between(arguments(node), ", "), ")"]
    if len(node.args) == 1:
        return [notation.symbol, *right_side(node.args[0], node.function, names)]
    symbol = notation.symbol
    if node.function.name == "beside":
        symbol = f"{blank}*{blank}"
    if notation.left < TIMES.left and symbol == symbol.strip():
        symbol = f"{blank}{symbol}{blank}"
    left, right = node.args
    return [
        *left_side(left, node.function, names),
        symbol,
        *right_side(right, node.function, names),
    ]


def chosen(node: Expression) -> tuple[Expression, Expression, Expression] | None:
    """Return condition, value and other value of a choice; None: it is none.

    It is a sum of two, of which one is always 0: when(c, a) + when(not c, b).
    """
    if not isinstance(node, Call):
        return None
    if node.function is WHEN:
        return (*node.args, number("0"))  # type: ignore[return-value]
    if node.function is not ADD:
        return None
    yes, no = node.args
    if not (isinstance(yes, Call) and isinstance(no, Call)):
        return None
    if not yes.function is no.function is WHEN:
        return None
    opposite = no.args[0]
    if not isinstance(opposite, Call) or opposite.function is not PREFIX["not"]:
        return None
    if opposite.args[0] is not yes.args[0]:
        return None
    return yes.args[0], yes.args[1], no.args[1]


def arguments(node: Call) -> list[Expression]:
    """Return the arguments; max(a, max(b, c)) has three."""
    args = list(node.args)
    while node.function.many == "fold":
        last = args[-1]
        if not isinstance(last, Call) or last.function is not node.function:
            break
        args[-1:] = last.args
    return args


def between(nodes: Iterable[Expression], separator: str) -> list[Piece]:
    """Return nodes with a separator between them."""
    pieces: list[Piece] = []
    for node in nodes:
        pieces += (separator, node)
    return pieces[1:]


def left_side(
    node: Expression, parent: Function, names: Mapping[Expression, str]
) -> list[Piece]:
    """Return a left argument, in brackets if the parent would take its right part.

    An operator that holds alike on both sides needs none beside itself.
    """
    notation = _operator(node, names)
    assert parent.notation is not None
    if notation is parent.notation and notation.left == notation.right:
        return [node]
    if notation is not None and parent.notation.left >= notation.right:
        return ["(", node, ")"]
    return [node]


def right_side(
    node: Expression, parent: Function, names: Mapping[Expression, str]
) -> list[Piece]:
    """Return a right argument, in brackets if its left part would go to the parent."""
    notation = _operator(node, names)
    assert parent.notation is not None
    if notation is not None and 0 < notation.left < parent.notation.right:
        return ["(", node, ")"]
    signed = parent.notation.symbol in _SIGNS and begins_with_minus(node, names)
    return ["(", node, ")"] if signed else [node]


def _operator(node: Expression, names: Mapping[Expression, str]) -> Operator | None:
    if isinstance(node, Call) and node not in names and not chosen(node):
        return node.function.notation
    return None


_SIGNS = ("+", "-", "*", "·", "/", "%")
"""Behind these a minus sign is in brackets: a*(-b); a%-b could be a percentage too."""


_FACTORS = 50
"""Through how many factors and divisors a sign is looked for."""


def begins_with_minus(
    node: Expression, names: Mapping[Expression, str] = NO_NAMES
) -> bool:
    """Tell whether a node begins with a minus sign: -x, -2*x."""
    for _ in range(_FACTORS):
        if node in names or not isinstance(node, Call):
            break
        if node.function is NEGATE:
            return True
        if node.function.name not in ("multiply", "beside", "divide"):
            return False
        node = node.args[0]
    return False


def without_sign(node: Call) -> Expression:
    """Return -x/y, which begins with a minus sign, as x/y."""
    spine: list[Call] = []
    first: Expression = node
    while isinstance(first, Call) and first.function is not NEGATE:
        spine.append(first)
        first = first.args[0]
    first = first.args[0]
    for each in reversed(spine):
        first = call(each.function, first, *each.args[1:])
    return first


def is_loose(node: Expression) -> bool:
    """Tell whether a factor needs brackets even where a fraction needs none."""
    notation = node.function.notation if isinstance(node, Call) else None
    if notation is None:
        return False
    return notation.symbol == "%" or (notation.left or notation.right) < TIMES.left
