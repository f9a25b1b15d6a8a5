"""An expression: three kinds of node, immutable and interned.

Equal nodes are the same object, so comparing and hashing cost nothing, however
deep they are, and every machine meets a shared part only once.
"""

from collections.abc import Iterable
from typing import Self

from diffcli.calculus.functions import CONSTANTS, Function


class Expression:
    """What all three kinds share: arguments, identity and a short repr."""

    __slots__ = ()

    #: The nodes this one is made of.
    args: tuple["Expression", ...] = ()

    def __copy__(self) -> Self:
        """Return the node itself: it cannot change."""
        return self

    def __deepcopy__(self, memo: object) -> Self:
        """Return the node itself; following its arguments would recurse."""
        return self


class Number(Expression):
    """A number as it was spelled, or a named constant; never negative."""

    __slots__ = ("text", "value")

    text: str
    value: float

    def __repr__(self) -> str:
        """Return the spelling."""
        return f"Number({self.text!r})"


class Variable(Expression):
    """A name whose value the point gives."""

    __slots__ = ("name",)

    name: str

    def __repr__(self) -> str:
        """Return the name."""
        return f"Variable({self.name!r})"


class Call(Expression):
    """A function or operator, applied."""

    __slots__ = ("args", "function")

    function: Function

    def __repr__(self) -> str:
        """Return the top only: the whole may be a million nodes deep."""
        return f"<Call {self.function.name}>"


_nodes: dict[object, Expression] = {}


def number(text: str) -> Number:
    """Return the node for a numeral without a sign, or for a constant's name.

    >>> number("2") is number("2"), number("2") is number("2.0")
    (True, False)
    """
    node = _nodes.get(text)
    if node is None:
        node = _nodes[text] = Number()
        node.text = text
        node.value = CONSTANTS[text] if text in CONSTANTS else float(text)
    assert isinstance(node, Number)
    return node


def variable(name: str) -> Variable:
    """Return the node for a variable."""
    key = (name,)
    node = _nodes.get(key)
    if node is None:
        node = _nodes[key] = Variable()
        node.name = name
    assert isinstance(node, Variable)
    return node


def call(function: Function, *args: Expression) -> Call:
    """Return the node for ``function`` applied to ``args``."""
    key = (function.name, *args)
    node = _nodes.get(key)
    if node is None:
        node = _nodes[key] = Call()
        node.function = function
        node.args = args
    assert isinstance(node, Call)
    return node


def forget() -> None:
    """Empty the table of nodes, between problems that share nothing."""
    _nodes.clear()


def postorder(roots: Iterable[Expression]) -> list[Expression]:
    """Return every distinct node below ``roots`` once, arguments before users."""
    order: list[Expression] = []
    seen: set[Expression] = set()
    stack: list[Expression | None] = [*roots]
    stack.reverse()
    while stack:
        node = stack.pop()
        if node is None:  # all arguments of the node below are in the list
            users = stack.pop()
            assert users is not None
            order.append(users)
        elif node not in seen:
            seen.add(node)
            if node.args:
                stack += (node, None, *reversed(node.args))
            else:
                order.append(node)
    return order


def variables(expression: Expression) -> list[str]:
    """Return the names of the variables in natural order: x1, x2, x10."""
    names = [
        node.name for node in postorder([expression]) if isinstance(node, Variable)
    ]
    return sorted(names, key=natural)


def natural(name: str) -> list[tuple[bool, int, str]]:
    """Return a sort key that reads runs of digits as numbers."""
    runs = "".join(c if c.isdigit() else f" {c} " for c in name).split()
    return [
        (run.isdigit(), int(run[:4000]) if run.isdigit() else 0, run) for run in runs
    ]
