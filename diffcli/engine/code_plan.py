"""The order of the parts of code: which get a name, and when one is needed."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress

from diffcli.calculus.functions import NAMED, WHEN
from diffcli.language.expression import Call, Expression, Number, postorder

_AND, _OR = NAMED["and"], NAMED["or"]
_CHOOSE = (WHEN, _AND)
"""What needs its second argument only where its first one holds."""
Conditions = frozenset[Expression]
ALWAYS: Conditions = frozenset()
Repeats = Callable[[Call], Sequence[bool]]


class Plan:
    """The order of the nodes, which of them get a name, and when they are needed.

    ``inline`` are those that stand wherever they are used, and get none.
    """

    def __init__(self, roots: Sequence[Expression], repeats: Repeats) -> None:
        self.roots = frozenset(roots)
        order = postorder(roots)
        #: What is used more than once, and what tells when something is needed.
        self.shared = {*shared(order, roots)}
        for node in order:
            if isinstance(node, Call):
                twice = zip(node.args, repeats(node), strict=True)
                self.shared.update(argument for argument, more in twice if more)
        #: For what is not always needed: one of these has to hold.
        self.conditions = _conditions(order, roots)
        self.order, self.inline = _sorted(order, self.conditions)
        for needed in self.conditions.values():
            self.shared |= needed
        self.constants = constants(order)


def shared(
    order: Sequence[Expression], roots: Iterable[Expression]
) -> list[Expression]:
    """Return the nodes that are used more than once; a root is used once for each."""
    uses = Counter(argument for node in order for argument in node.args)
    uses.update(roots)
    return [node for node in order if uses[node] > 1]


def _conditions(
    order: Sequence[Expression], roots: Iterable[Expression]
) -> dict[Expression, Conditions]:
    """Return for each node that only choices need the conditions of those choices."""
    if not chooses(roots):
        return {}
    needed: dict[Expression, Conditions] = dict.fromkeys(roots, ALWAYS)
    for node in reversed(order):
        own = needed[node]
        for place, argument in enumerate(node.args):
            chosen = place and isinstance(node, Call) and node.function in _CHOOSE
            also = frozenset(node.args[:1]) if chosen else own
            before = needed.get(argument, also)
            needed[argument] = before | also if before and also else ALWAYS
    found = {node: own for node, own in needed.items() if own and node.args}
    return {node: _fewest([*own], found) for node, own in found.items()}


def _fewest(
    conditions: list[Expression], needed: dict[Expression, Conditions]
) -> Conditions:
    """Return the conditions without those that hold only where others of them do."""
    left = {*conditions}
    for condition in conditions:
        left.discard(condition)
        todo, known = [condition], {condition}
        while todo:
            implied = _implied(todo.pop(), needed)
            if not implied:
                left.add(condition)
                break
            todo += implied - known - left
            known |= implied
    return frozenset(left)


def _sorted(
    order: Sequence[Expression], conditions: dict[Expression, Conditions]
) -> tuple[Sequence[Expression], frozenset[Expression]]:
    """Return the nodes with the conditions of each before it, and some without any.

    Where conditions need each other in a circle, no place is behind all of them: what
    one of them guards has to stand at each place of its use.
    """
    if not conditions:
        return order, frozenset()
    done: list[Expression] = []
    begun: set[Expression] = set()
    finished: set[Expression] = set()
    inline: set[Expression] = set()
    stack = [*reversed(order)]
    while stack:
        node = stack.pop()
        if node in finished:
            continue
        if node in begun and conditions.get(node, ALWAYS) & begun:
            inline.add(node)
            del conditions[node]
        before = [*node.args, *conditions.get(node, ())]
        waits = [other for other in before if other not in finished]
        if waits:
            begun.add(node)
            stack += (node, *reversed(waits))
        else:
            begun.discard(node)
            finished.add(node)
            done.append(node)
    return done, frozenset(inline)


def _implied(
    condition: Expression, conditions: dict[Expression, Conditions]
) -> Conditions:
    """Return conditions of which one holds where this one does; none: nobody knows."""
    if condition in conditions or not isinstance(condition, Call):
        return conditions.get(condition, ALWAYS)
    if condition.function is _AND:
        return frozenset(condition.args[:1])
    return frozenset(condition.args) if condition.function is _OR else ALWAYS


def chooses(roots: Iterable[Expression]) -> bool:
    """Tell whether there are choices in formulas."""
    return any(isinstance(n, Call) and n.function is WHEN for n in postorder(roots))


def constants(roots: Iterable[Expression]) -> dict[Expression, float]:
    """Return the value of all that depends on no variable."""
    values: dict[Expression, float] = {}
    for node in postorder(roots):
        if isinstance(node, Number):
            values[node] = node.value
        elif isinstance(node, Call) and all(a in values for a in node.args):
            with suppress(ArithmeticError, ValueError):
                values[node] = node.function.value(*(values[a] for a in node.args))
    return values
