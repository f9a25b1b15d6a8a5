"""Which second derivatives of a formula are not 0 everywhere, and what they are of.

As far as a formula is a weighted sum, a second derivative is that of the terms in which
both variables stand; and they must meet there, in a function that is not linear.

Source: Walther, "Computing sparse Hessians with automatic differentiation", 2008.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cached_property

from diffcli.calculus.functions import ADD, INFIX, MULTIPLY, NAMED, NEGATE
from diffcli.engine.rewriting import fill, tidy
from diffcli.engine.second_order import Pair, second_partials
from diffcli.language.expression import (
    Call,
    Expression,
    Variable,
    call,
    number,
    postorder,
)

_LINEAR = (NEGATE, *(INFIX[sign] for sign in "+-*/"))
_NOTHING, _WHOLE = number("0"), number("1")


class TooDense(Exception):
    """More second derivatives are not 0 than somebody may wait for."""


class Sparsity:
    """Where the variables of a formula meet."""

    def __init__(
        self,
        expression: Expression,
        names: Sequence[str],
        most: int | None = None,
        wanted: Sequence[Pair] = (),
    ) -> None:
        """Find the terms of a formula, and the pairs that meet in one.

        Only those are of interest that are ``wanted``; none: all are. Raises TooDense
        if there are more than ``most`` that meet.
        """
        #: The pairs that are asked for, in the order of the variables; none: all.
        self.wanted = wanted
        self._expression = expression
        self._names = names
        self._most = most
        bits = {name: 1 << place for place, name in enumerate(names)}
        order = postorder([expression])
        #: The nodes that some of the variables stand below.
        self._active: set[Expression] = set()
        for node in order:
            here = isinstance(node, Variable) and node.name in bits
            if here or not self._active.isdisjoint(node.args):
                self._active.add(node)
        self._terms = self._terms_of(order)
        self._weighted = [
            tidy(MULTIPLY, weight, term) for term, weight in self._terms.items()
        ]
        below = self._variables_below(bits)
        #: For each variable, as bits, those that it meets; where its terms stand.
        self._meets = self._met(below)
        self._places: defaultdict[str, set[int]] = defaultdict(set)
        for place, term in enumerate(self._terms):
            for bit in _bits(below[term]):
                self._places[names[bit]].add(place)

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """The wanted pairs that meet, in the order of the variables."""
        return tuple(
            (name, self._names[place + bit])
            for place, name in enumerate(self._names)
            for bit in _bits(self._meets[place] >> place)
            if not self.wanted or (name, self._names[place + bit]) in self.wanted
        )

    def part(self, name: str, other: str) -> Expression:
        """Return the part of the formula in whose terms two variables stand.

        Its second derivative toward the two is that of the whole.
        """
        places = self._places[name] & self._places[other]
        if len(places) == len(self._terms):
            return self._expression
        chosen = [self._weighted[place] for place in sorted(places)]
        total = chosen[0] if chosen else _NOTHING
        for term in chosen[1:]:
            total = call(ADD, total, term)
        return total

    def _terms_of(self, order: list[Expression]) -> dict[Expression, Expression]:
        """Return the terms of a weighted sum, each with its weight."""
        weights: dict[Expression, Expression] = {self._expression: _WHOLE}
        terms: dict[Expression, Expression] = {}
        for node in reversed(order):
            weight = weights.pop(node, None)
            if weight is None:
                continue
            if not self._is_linear(node):
                terms[node] = weight
                continue
            assert isinstance(node, Call)
            letters = dict(zip("uv", node.args, strict=False))
            for argument, text in zip(
                node.args, node.function.derivatives, strict=True
            ):
                if argument in self._active:
                    more = tidy(MULTIPLY, weight, fill(text, letters, tidy))
                    before = weights.get(argument, _NOTHING)
                    weights[argument] = tidy(ADD, before, more)
        return dict(reversed(terms.items()))

    def _is_linear(self, node: Expression) -> bool:
        """Tell whether a node is a weighted sum of its active arguments."""
        if not isinstance(node, Call) or node.function not in _LINEAR:
            return False
        active = [argument in self._active for argument in node.args]
        sign = node.function.name
        return not (sign == "multiply" and all(active)) and not (
            sign == "divide" and active[1]
        )

    def _variables_below(self, bits: dict[str, int]) -> dict[Expression, int]:
        """Return for each node of the terms the variables below it, as bits."""
        below: dict[Expression, int] = {}
        for node in postorder(self._terms):
            found = bits.get(node.name, 0) if isinstance(node, Variable) else 0
            for argument in node.args:
                found |= below[argument]
            below[node] = found
        return below

    def _met(self, below: dict[Expression, int]) -> list[int]:
        """Return for each variable, as bits, those that it meets."""
        met = [0] * len(self._names)
        count = 0
        for node in below:
            if not isinstance(node, Call) or node not in self._active:
                continue
            for one, other in _joins(node.function.name):
                more = below[node.args[other]]
                for bit in _bits(below[node.args[one]]) if more else ():
                    count -= met[bit].bit_count()
                    met[bit] |= more
                    count += met[bit].bit_count()
                    if self._most is not None and count > 2 * self._most:
                        raise TooDense
        return met


def _joins(name: str) -> Iterator[tuple[int, int]]:
    """Yield the pairs of a function's arguments that meet in it.

    They do where a second partial is not 0, or a first one jumps.
    """
    seconds = second_partials(name)
    for one, row in enumerate(seconds):
        for other, program in enumerate(row):
            if NAMED[name].rough or program.expressions[0] is not _NOTHING:
                yield one, other
                if one != other:
                    yield other, one


def _bits(number: int) -> Iterator[int]:
    """Yield the places of the ones in a number, lowest first."""
    while number:
        lowest = number & -number
        yield lowest.bit_length() - 1
        number ^= lowest
