"""An expression: three kinds of node, immutable and interned.

Equal nodes are the same object, so comparing and hashing cost nothing, however
deep they are, and every machine meets a shared part only once.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import lru_cache
from threading import local
from typing import Any, Self
from weakref import WeakValueDictionary

from diffcli.calculus.functions import CONSTANTS, NAMED, NEGATE, D, Function


class Expression:
    """A formula as an immutable node: a number, a variable, or a call of a function.

    Equal nodes are one object, so that ``is`` compares whole formulas.
    """

    __slots__ = ()

    #: The nodes this one is made of.
    args: tuple["Expression", ...] = ()

    def __copy__(self) -> Self:
        """Return the node itself: it cannot change."""
        return self

    def __deepcopy__(self, memo: object) -> Self:
        """Return the node itself; following its arguments would recurse."""
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle as a flat list of all nodes; following arguments would recurse."""
        return made_of, (flat([self]),)


class Number(Expression):
    """A number as it was spelled, or a named constant; never negative."""

    __slots__ = ("__weakref__", "text", "value")

    text: str
    value: float

    def __repr__(self) -> str:
        """Return the spelling."""
        return f"Number({self.text!r})"


class Variable(Expression):
    """A name whose value the point gives."""

    __slots__ = ("__weakref__", "name")

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


Maker = Callable[[tuple[Expression, ...]], Call]
"""What returns the call of one function with these arguments."""


def _number(text: str, value: float) -> Number:
    node = Number()
    node.text = text
    node.value = value
    return node


#: Numbers that modules keep and know by identity: the same for ever, in all threads.
_LASTING = {text: _number(text, float(text)) for text in ("0", "1", "2")} | {
    name: _number(name, row.value) for name, row in CONSTANTS.items()
}


class _Table(local):
    """The nodes that there are, each once; a thread has a table of its own.

    Two threads that shared one could each make a node that the other has not seen
    yet, and a formula with two nodes for its x has half a gradient.
    """

    def __init__(self) -> None:
        self.numbers: dict[str, Number] = _LASTING.copy()
        self.variables: dict[str, Variable] = {}
        #: Leaves from before the table was emptied that something still holds: a kept
        #: formula and a new ``variable("x")`` mean the same x.
        self.held_numbers: WeakValueDictionary[str, Number] = WeakValueDictionary()
        self.held_variables: WeakValueDictionary[str, Variable] = WeakValueDictionary()
        self.was_emptied = False  # only then is anything held
        #: By the function's name, then by the arguments.
        self.calls: defaultdict[str, dict[tuple[Expression, ...], Call]] = defaultdict(
            dict
        )
        #: What makes them, by the function's name.
        self.makers: dict[str, Maker] = {}

    def __len__(self) -> int:
        leaves = len(self.numbers) - len(_LASTING) + len(self.variables)
        return leaves + sum(map(len, self.calls.values()))

    def clear(self) -> None:
        """Let go of all nodes; leaves live on where something else holds them."""
        self.held_numbers.update(self.numbers)
        self.held_variables.update(self.variables)
        self.was_emptied = True
        self.numbers.clear()
        self.numbers |= _LASTING
        self.variables.clear()
        for nodes in self.calls.values():  # which the makers know
            nodes.clear()


_table = _Table()
_MOST_NODES = 2_000  # nodes that the table may keep from one problem to the next


def number(text: str) -> Number:
    """Return the node for a numeral without a sign, or for a constant's name.

    >>> number("2") is number("2"), number("2") is number("2.0")
    (True, False)
    """
    nodes = _table.numbers
    node = nodes.get(text)
    if node is None:
        if _table.was_emptied:
            node = _table.held_numbers.get(text)
        nodes[text] = node = node or _number(text, float(text))
    return node


def numeral(text: str) -> Expression:
    """Return a number with or without a sign: 2, -0.5, 1e-07."""
    size = number(text.removeprefix("-"))
    return call(NEGATE, size) if text[0] == "-" else size


def variable(name: str) -> Variable:
    """Return the node for a variable."""
    nodes = _table.variables
    node = nodes.get(name)
    if node is None:
        if _table.was_emptied:
            node = _table.held_variables.get(name)
        if node is None:
            node = Variable()
            node.name = name
        nodes[name] = node
    return node


def call(function: Function, *args: Expression) -> Call:
    """Return the node for ``function`` applied to ``args``."""
    return maker(function)(args)


def maker(function: Function) -> Maker:
    """Return what makes calls of a function in this thread, quickly, a million."""
    found = _table.makers.get(function.name)
    if found is None:
        found = _maker(function, _table.calls[function.name])
        _table.makers[function.name] = found
    return found


def _maker(function: Function, nodes: dict[tuple[Expression, ...], Call]) -> Maker:
    known = nodes.get

    def make(args: tuple[Expression, ...]) -> Call:
        node = known(args)
        if node is None:
            node = nodes[args] = Call()
            node.function = function
            node.args = args
        return node

    return make


def forget(most: int = 0) -> None:
    """Empty the table of nodes if it has more than ``most``, between two problems.

    Nodes that a result holds live on, and inside that result equal still means
    identical. What must not happen is that one problem is made of nodes from before
    and after: so only who begins a problem may call this, and what a caller has kept
    is read again where ``is_current`` says that it is from before.
    """
    if len(_table) > most:
        _table.clear()


def forget_if_many() -> None:
    """Empty the table at the start of a problem, unless it is small."""
    forget(_MOST_NODES)


def keep() -> None:
    """Let all nodes last to the end of the process.

    To free a million one by one takes longer than to end. What holds itself is freed by
    nobody but the garbage collector, which the caller has to keep away: gc.freeze().
    """
    held: list[object] = [_table.numbers, _table.variables, _table.calls]
    held.append(held)


def is_current(node: Expression) -> bool:
    """Tell whether a node is the one that the table would give.

    If it is, so are all nodes below it: the table is emptied as a whole.
    """
    if isinstance(node, Number):
        return _table.numbers.get(node.text) is node
    if isinstance(node, Variable):
        return _table.variables.get(node.name) is node
    assert isinstance(node, Call)
    return _table.calls[node.function.name].get(node.args) is node


# ---- nodes as plain data ----------------------------------------------------------

Flat = list[str | tuple[str] | tuple[str | int, ...]]
"""Numbers as texts, variables as (name,), calls as (function, places in the list)."""


def flat(roots: Iterable[Expression]) -> Flat:
    """Return all nodes below ``roots``, arguments before users, as plain data."""
    places: dict[Expression, int] = {}
    rows: Flat = []
    for place, node in enumerate(postorder(roots)):
        places[node] = place
        if isinstance(node, Number):
            rows.append(node.text)
        elif isinstance(node, Variable):
            rows.append((node.name,))
        else:
            assert isinstance(node, Call)
            args = (places[argument] for argument in node.args)
            rows.append((node.function.name, *args))
    return rows


def made_of(nodes: Flat) -> Expression:
    """Return the last of some nodes that were plain data."""
    copies: list[Expression] = []
    for node in nodes:
        if isinstance(node, str):
            copies.append(number(node))
        elif len(node) == 1:
            copies.append(variable(str(node[0])))
        else:
            args = (copies[int(place)] for place in node[1:])
            copies.append(call(_FUNCTIONS[str(node[0])], *args))
    return copies[-1]


_FUNCTIONS = {**NAMED, D.name: D}


def postorder(roots: Iterable[Expression]) -> list[Expression]:
    """Return every distinct node below ``roots`` once, arguments before users."""
    done: dict[Expression, None] = {}  # in the order in which they are
    waiting = [*roots]
    waiting.reverse()
    while waiting:
        node = waiting.pop()
        while node not in done:
            for argument in node.args:
                if argument not in done:  # down to it first
                    waiting.append(node)
                    node = argument
                    break
            else:
                done[node] = None
    return list(done)


def written_size(
    expression: Expression, most: int, known: dict[Expression, int] | None = None
) -> int:
    """Return how many nodes are written down; ``most`` if there are as many or more.

    Shared nodes are written wherever they stand, so that few make a long text. What is
    found of each node is kept in ``known``, for other expressions with the same parts.
    """
    sizes = {} if known is None else known
    waiting = [expression]
    while waiting:
        node = waiting[-1]
        below = [argument for argument in node.args if argument not in sizes]
        waiting += below
        if not below:
            sizes[node] = min(most, 1 + sum(sizes[argument] for argument in node.args))
            waiting.pop()
    return sizes[expression]


def variables(expression: Expression) -> list[str]:
    """Return the names of the variables in natural order: x1, x2, x10."""
    names = [
        node.name for node in postorder([expression]) if isinstance(node, Variable)
    ]
    return sorted(names, key=natural)


def natural(name: str) -> list[tuple[bool, int, str]]:
    """Return a sort key that reads runs of digits as numbers."""
    stem = name.rstrip(_DIGITS)
    digits = name[len(stem) :]
    key = _apart(stem)
    return [*key, (True, int(digits[:4000]), digits)] if digits else key


@lru_cache(1000)  # many variables have the same letters
def _apart(stem: str) -> list[tuple[bool, int, str]]:
    runs = "".join(c if c.isdecimal() else f" {c} " for c in stem).split()
    return [
        (run.isdecimal(), int(run[:4000]) if run.isdecimal() else 0, run)
        for run in runs
    ]


_DIGITS = "0123456789"
