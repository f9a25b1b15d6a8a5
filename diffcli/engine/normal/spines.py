"""Long sums and products: a + b + c is one list, however it nests."""

from collections.abc import Sequence

from diffcli.calculus.functions import ADD, MULTIPLY, SUBTRACT
from diffcli.engine.numbers import rational
from diffcli.language.expression import Call, Expression


def kind(node: Expression) -> int:
    """Return 1 for a sum, 2 for a product, 0 for anything else."""
    if not isinstance(node, Call):
        return 0
    return 1 if node.function in (ADD, SUBTRACT) else 2 * (node.function is MULTIPLY)


def inside_spines(order: Sequence[Expression], top: Expression) -> set[Expression]:
    """Return the nodes inside a chain of + or * that nothing else uses."""
    users: dict[Expression, Expression] = {}
    shared: set[Expression] = set()
    for node in order:
        for argument in node.args:
            if argument in users:
                shared.add(argument)
            users[argument] = node
    return {
        node
        for node in order
        if node is not top
        and node not in shared
        and kind(node)
        and kind(users[node]) == kind(node)
        and rational(node) is None
    }


def spine(node: Expression, inside: set[Expression]) -> list[tuple[Expression, int]]:
    """Return the parts of a chain in order, each with its sign."""
    parts: list[tuple[Expression, int]] = []
    stack: list[tuple[Expression, int]] = [(node, 1)]
    while stack:
        part, sign = stack.pop()
        if part is not node and part not in inside:
            parts.append((part, sign))
            continue
        assert isinstance(part, Call)
        left, right = part.args
        turns = part.function is SUBTRACT
        stack += [(right, -sign if turns else sign), (left, sign)]
    return parts
