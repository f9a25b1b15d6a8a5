"""The order of the parts of code: which get a name, and when one is needed."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import partial, reduce

from diffcli.calculus.functions import NAMED, WHEN, Function
from diffcli.language.expression import Call, Expression, Number, call, postorder

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
        order = [*postorder(roots)]
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
    order: list[Expression], roots: Sequence[Expression]
) -> dict[Expression, Conditions]:
    """Return for each node that only choices need the conditions of those choices.

    A condition that others ask for too says less than that its own choice is needed:
    what it guards waits for both, and that is one node more in the order.
    """
    if not chooses(roots):
        return {}
    loosely = _needed(order, roots, lambda choice, _: choice.args[0])
    ranks = {node: rank for rank, node in enumerate(order)}

    def joined(function: Function, one: Expression, other: Expression) -> Expression:
        made = call(function, one, other)
        if made not in ranks:
            ranks[made] = len(order)
            order.append(made)
        return made

    def both(choice: Expression, own: Conditions) -> Expression:
        condition = choice.args[0]
        if loosely[choice] in (ALWAYS, loosely[condition]):
            return condition
        either = reduce(partial(joined, _OR), sorted(own, key=ranks.__getitem__))
        return joined(_AND, either, condition)

    needed = _needed([*order], roots, both)
    found = {node: own for node, own in needed.items() if own and node.args}
    return {
        node: _fewest(sorted(own, key=ranks.__getitem__), found)
        for node, own in found.items()
    }


def _needed(
    order: Sequence[Expression],
    roots: Sequence[Expression],
    guard: Callable[[Expression, Conditions], Expression],
) -> dict[Expression, Conditions]:
    """Return for each node what it takes to be needed: one of these has to hold.

    ``guard`` returns what has to hold for the second argument of a choice.
    """
    needed: dict[Expression, Conditions] = dict.fromkeys(roots, ALWAYS)
    for node in reversed(order):
        own = needed[node]
        for place, argument in enumerate(node.args):
            chosen = place and isinstance(node, Call) and node.function in _CHOOSE
            also = frozenset([guard(node, own)]) if chosen else own
            before = needed.get(argument, also)
            needed[argument] = before | also if before and also else ALWAYS
    return needed


def _fewest(
    conditions: list[Expression], needed: dict[Expression, Conditions]
) -> Conditions:
    """Return the conditions without those that hold only where others of them do."""
    left = {*conditions}
    for condition in conditions:
        left.discard(condition)
        todo, known = [condition], {condition}
        while todo:
            implied = _implied(todo.pop(), needed, left)
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
    guards = frozenset[Expression]().union(*conditions.values())
    done: dict[Expression, None] = {}
    inline: set[Expression] = set()
    ranks = {node: rank for rank, node in enumerate(order)}
    for last in order:
        path = {} if last in done else {last: None}  # each waits for the one behind it
        while path:
            node = next(reversed(path))
            own = sorted(conditions.get(node, ALWAYS), key=ranks.__getitem__)
            before = (*node.args, *own)
            following = next((other for other in before if other not in done), None)
            if following is None:
                done[node] = path.pop(node)
            elif following not in path:
                path[following] = None
            else:
                circle = [*path]
                circle = circle[circle.index(following) :]
                pairs = zip(circle, [*circle[1:], following], strict=True)
                guarded = [one for one, other in pairs if other not in one.args]
                chosen = next((one for one in guarded if one not in guards), guarded[0])
                inline.add(chosen)
                del conditions[chosen]
                while next(reversed(path)) is not chosen:
                    path.popitem()
    return [*done], frozenset(inline)


def _implied(
    condition: Expression,
    conditions: dict[Expression, Conditions],
    wanted: set[Expression],
) -> Conditions:
    """Return conditions of which one holds where this one does; none: nobody knows.

    Of those that hold both, one that is wanted is told.
    """
    if condition in conditions or not isinstance(condition, Call):
        return conditions.get(condition, ALWAYS)
    if condition.function is _AND:
        return frozenset(wanted.intersection(condition.args) or condition.args[:1])
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
