"""Who uses whom in an expression, and its long sums and products."""

from functools import cached_property

from diffcli.calculus.functions import ADD, MULTIPLY, Function
from diffcli.engine.normal import Normal
from diffcli.engine.rewriting import tidy
from diffcli.language.expression import Call, Expression, Variable, number, postorder
from diffcli.records import Record

LONG_SPINE = 64
"""A sum or product of more terms than this is differentiated in one step."""


class Spine(Record):
    """A long left-deep sum or product: ((a + b) + c) + d."""

    function: Function
    #: a, b, c, d
    terms: list[Expression]
    #: a, a + b, a + b + c, ...: the nodes of the expression itself
    before: list[Expression]
    #: Where each term stands.
    places: dict[Expression, list[int]]
    #: What is multiplied on the right of each term; filled when first needed.
    after: list[Expression]

    def positions(self, depends: frozenset[Expression]) -> list[int]:
        """Return where the terms that depend on the variable stand."""
        few, many = sorted((self.places, depends), key=len)
        return sorted(n for term in few if term in many for n in self.places[term])

    def times_the_others(self, position: int, slope: Expression) -> Expression:
        """Return a derivative times all other terms, from shared products."""
        if not self.after:
            products = [number("1"), self.terms[-1]]
            for term in reversed(self.terms[1:-1]):
                products.append(tidy(MULTIPLY, term, products[-1]))
            self.after.extend(reversed(products))
        if position:
            slope = tidy(MULTIPLY, self.before[position - 1], slope)
        return tidy(MULTIPLY, slope, self.after[position])


class Dependence:
    """Who uses whom in an expression, and its long spines."""

    def __init__(self, expression: Expression) -> None:
        self.order = postorder([expression])
        self.expression = expression
        self.index = {node: row for row, node in enumerate(self.order)}
        #: For each row the rows that use it, once per use.
        self.users: list[list[int]] = [[] for _ in self.order]
        #: The row of each variable.
        self.leaves: dict[str, int] = {}
        for row, node in enumerate(self.order):
            if isinstance(node, Variable):
                self.leaves[node.name] = row
            for argument in node.args:
                self.users[self.index[argument]].append(row)
        #: For each row inside a long spine the row on top of it.
        self.top: dict[int, int] = {}
        self.spines: dict[int, Spine] = {}
        for row in range(len(self.order) - 1, -1, -1):
            if row not in self.top:
                self._find_spine(row)

    @cached_property
    def reading(self) -> Normal:
        """What was typed, brought to its normal form: all derivatives begin with it."""
        reading = Normal()
        reading.keep(self.expression)
        return reading

    def _find_spine(self, top: int) -> None:
        """Note the spine below a row if it is a long one."""
        node = self.order[top]
        function = node.function if isinstance(node, Call) else None
        if function not in (ADD, MULTIPLY):
            return
        spine = [top]
        while True:
            left = self.order[spine[-1]].args[0]
            row = self.index[left]
            inside = isinstance(left, Call) and left.function is function
            if not inside or len(self.users[row]) > 1:
                break
            spine.append(row)
        if len(spine) < LONG_SPINE:
            return
        assert function is not None
        nodes = [self.order[row] for row in reversed(spine)]
        terms = [nodes[0].args[0], *(node.args[1] for node in nodes)]
        self.top |= dict.fromkeys(spine, top)
        places: dict[Expression, list[int]] = {}
        for position, term in enumerate(terms):
            places.setdefault(term, []).append(position)
        self.spines[top] = Spine(function, terms, [terms[0], *nodes], places, [])

    def above(self, leaf: int) -> list[int]:
        """Return the rows that depend on a leaf, arguments before users."""
        seen = {leaf}
        todo = [leaf]
        while todo:
            for user in self.users[todo.pop()]:
                row = self.top.get(user, user)
                if row not in seen:
                    seen.add(row)
                    todo.append(row)
        return sorted(seen)
