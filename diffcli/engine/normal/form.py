"""One pass over an expression, leaves first."""

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

import diffcli.engine.normal.powers as powers
from diffcli.calculus.functions import (
    ADD,
    BY_NAME,
    DIVIDE,
    MULTIPLY,
    NEGATE,
    POWER,
    SUBTRACT,
    Function,
)
from diffcli.engine.algebra import (
    EULER,
    EXP,
    HALF,
    LOG,
    ONE,
    SQRT,
    ZERO,
    Factor,
    Product,
    Terms,
    is_sum,
    powers_of,
)
from diffcli.engine.algebra.building import BEHIND
from diffcli.engine.normal.expansion import Work
from diffcli.engine.normal.products import PRODUCT_FORMS
from diffcli.engine.normal.spines import inside_spines, spine
from diffcli.engine.normal.sums import SUM_FORMS
from diffcli.engine.normal.trigonometry import OF_SINE_AND_COSINE
from diffcli.engine.numbers import rational
from diffcli.language.expression import (
    Call,
    Expression,
    Number,
    Variable,
    call,
    postorder,
)

MOST_NODES = 20_000
"""Nodes of an expression that is brought to its normal form; larger ones stay."""
_WIDE = 400  # size of a product that is left as it is
_MOST_PASSES = 8
_DEPTH = 2  # how deep a form of a form is looked for
_MOST_MERGES = 20_000  # of products, before no more forms are looked for: a second
_ODD = frozenset((
    "sin", "tan", "cot", "csc", "sinh", "tanh", "coth", "csch", "asin", "atan", "asinh",
    "atanh", "sign", "cbrt", "erf",
))  # fmt: skip
_EVEN = frozenset(("cos", "sec", "cosh", "sech", "abs"))


class Normal(Work):
    """One pass over an expression, leaves first."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: dict[Expression, Expression] = {}
        #: Sums that were written before, by their terms, the depth, and what is read.
        self.written: dict[tuple[tuple[Product, ...], int, bool], Expression] = {}

    def normal(self, expression: Expression) -> Expression:
        """Return the normal form; what was typed keeps its spelling if that pays.

        x**2 - 3*x stays, unless a bar over a bar would come of it.
        """
        form = self.passes(expression)
        size, cost = self.copy().size_and_cost(form)
        if size == cost or not self.spelled_as:
            return form
        free = Normal()
        free.merges = self.merges
        free.letters, free.rising, free.shifts = self.letters, self.rising, self.shifts
        other = free.passes(expression)
        return min((form, other), key=self.copy().cost)

    def passes(self, expression: Expression) -> Expression:
        """Return the form in which nothing changes any more."""
        form = expression
        seen = [form]
        for _ in range(_MOST_PASSES):
            if len(postorder([form])) > MOST_NODES:
                return form
            work = self.copy()
            following = work.form(form)
            sizes = map(work.size_and_cost, (form, following))
            if all(after > before for before, after in zip(*sizes, strict=True)):
                return form
            if following in seen:
                from diffcli.language.printer import text

                cycle = seen[seen.index(following) :]
                return min(cycle, key=text) if len(cycle) > 1 else form
            form = following
            seen.append(form)
        return form

    def copy(self) -> "Normal":
        """Return a pass that goes on from here, with tables of its own."""
        other = Normal()
        for name, value in vars(self).items():
            table = isinstance(value, dict | set)
            setattr(other, name, value.copy() if table else value)
        return other

    def keep(self, formula: Expression) -> None:
        """Let the sums of a formula keep their spelling, and multiples of them too.

        Its letters keep their order.
        """
        order = postorder([formula])
        behind = letters_behind(order)
        for node in order:
            if isinstance(node, Variable):
                place = len(self.letters) + BEHIND * (node in behind)
                self.letters.setdefault(node, place)
        self.reads = True
        self.form(formula)
        self.reads = False
        for node in order:
            form = self.forms.get(node)
            if form is None:
                continue
            self.letters.setdefault(form, len(self.letters))
            if form in self.sums:
                key = self.base_key(form)
                self.spelled_as.add(key)
                self.typed.add(key[1])
        self.rising = any(map(rises, self.sums.values()))

    def form(self, expression: Expression) -> Expression:
        """Return the form of an expression and remember that of its parts."""
        order = postorder([expression])
        self.decimal = self.decimal or any(map(is_decimal, order))
        inside = inside_spines(order, expression)
        for node in order:
            if node in self.forms or node in inside:
                continue
            form = self.forms[node] = self._form_of(node, inside)
            self.full_key(form)  # from the leaves up: keys look one level down
        return self.forms[expression]

    def _form_of(self, node: Expression, inside: set[Expression]) -> Expression:
        value = rational(node)
        if value is not None:
            return self.build(Product(value))
        if not isinstance(node, Call):
            return node
        function = node.function
        if function in (ADD, SUBTRACT):
            return self.sum_of(list(self._terms_of_spine(node, inside)))
        if function is MULTIPLY:
            parts = (self.forms[part] for part, _ in spine(node, inside))
            return self.times([self.product(part) for part in parts])
        args = [self.forms[argument] for argument in node.args]
        return self._form_of_call(node, args)

    def _terms_of_spine(
        self, node: Expression, inside: set[Expression]
    ) -> Iterator[Product]:
        for part, sign in spine(node, inside):
            for c, factors in self.terms(self.forms[part]):
                yield Product(sign * c, factors)

    def _form_of_call(self, node: Call, args: list[Expression]) -> Expression:
        function = node.function
        if function is NEGATE:
            return self._negative(args[0])
        if function is DIVIDE:
            return self._quotient(*args)
        if function in (POWER, BY_NAME["pow"]):
            return self.power(*args)
        if function is EXP:
            (u,) = args
            if isinstance(u, Call) and u.function is LOG:
                return u.args[0]
            return self.power(EULER, u)
        if function is SQRT:
            return self.power_of(args[0], HALF)
        if function is LOG:
            return self._logarithm(args[0])
        if function.name in _ODD or function.name in _EVEN:
            return self._without_sign(function, args[0])
        return call(function, *args)

    def _without_sign(self, function: Function, u: Expression) -> Expression:
        """Return sin(-x) as -sin(x), and cos(-x) as cos(x)."""
        c, factors = self.product(u)
        if c >= 0 or is_sum(u):
            return call(function, u)
        positive = call(function, self.build(Product(-c, factors)))
        return self._negative(positive) if function.name in _ODD else positive

    def _logarithm(self, u: Expression) -> Expression:
        if u is ONE:
            return ZERO
        if u is EULER:
            return ONE
        if isinstance(u, Call) and u.function is EXP:
            return u.args[0]
        return call(LOG, u)

    def _negative(self, u: Expression) -> Expression:
        terms = self.terms(u)
        if any(c < 0 for c, _ in terms):
            return self.build_sum([Product(-c, f) for c, f in terms])
        c, factors = self.product(u)
        return self.build(Product(-c, factors))

    def _quotient(self, u: Expression, v: Expression) -> Expression:
        if not self.product(v).coefficient:  # undefined, and stays so
            return call(DIVIDE, u, v)
        return self.times(
            [self.product(u), self.product(self.power_of(v, Fraction(-1)))]
        )

    def power(self, u: Expression, v: Expression) -> Expression:
        """Return u**v."""
        return powers.power(self, u, v)

    def power_of(self, u: Expression, r: Fraction) -> Expression:
        """Return u**r; exponents are multiplied only where that is true for all u."""
        return powers.power_of(self, u, r)

    # ---- sums and products

    def sum_of(self, terms: Terms, depth: int = _DEPTH) -> Expression:
        """Return the shortest of a few forms of a sum."""
        key = tuple(terms), depth, self.reads
        if key not in self.written:
            self.written[key] = self._new_sum_of(terms, depth)
        return self.written[key]

    def _new_sum_of(self, terms: Terms, depth: int) -> Expression:
        terms = self.without_squares(self.collect(terms))
        if len(terms) < 2:
            return self.build(terms[0]) if terms else ZERO
        options = [self.build_sum(terms)]
        if self.reads or self.base_key(options[0]) in self.spelled_as:
            return options[0]
        if depth and self.merges[0] < _MOST_MERGES:
            for form in SUM_FORMS:
                for found in form.make(self, terms, depth):
                    first = form.wins(self, terms, found)
                    options.insert(0 if first else len(options), found)
        return min(options, key=self.cost)

    def times(self, products: Iterable[Product], *, plain: bool = False) -> Expression:
        """Return the shortest of a few forms of a product."""
        c = Fraction(1)
        factors: list[Factor] = []
        for number, its in products:
            c *= number
            factors += its
        product = self.with_tangents(self.merge(c, factors))
        first = self.build(product)
        if plain or not product.coefficient or self.size(first) > _WIDE:
            return first
        options = [first]
        has_forms = self.merges[0] < _MOST_MERGES and self._has_forms(product)
        for form in PRODUCT_FORMS if has_forms else ():
            found = form.make(self, product)
            options = [*found, *options] if form.wins else [*options, *found]
        return min(options, key=self.cost)

    def _has_forms(self, product: Product) -> bool:
        """Tell whether a product has a sum or a tangent in it."""
        return any(
            is_sum(base)
            or (isinstance(base, Call) and base.function.name in OF_SINE_AND_COSINE)
            for base, exponent in product.factors
            if exponent.denominator == 1
        )


def letters_behind(nodes: Sequence[Expression]) -> set[Expression]:
    """Return the letters that stand last in products: x for a*x**2 + b*x."""
    pairs = [
        [part.args[0] if _is_power(part) else part for part in node.args]
        for node in nodes
        if isinstance(node, Call) and node.function is MULTIPLY
    ]
    first, last = ({pair[place] for pair in pairs} for place in (0, 1))
    return last - first


def rises(terms: Terms) -> bool:
    """Tell whether a sum has its lowest power first: 1 + x**2."""
    powers = powers_of(terms)
    return powers is not None and powers[0] < powers[-1] and terms[-1].coefficient > 0


def _is_power(node: Expression) -> bool:
    """Tell whether a node is a power, with a number or anything else."""
    return isinstance(node, Call) and node.function is POWER


def is_decimal(node: Expression) -> bool:
    """Tell whether a number was typed with a point or an exponent."""
    return isinstance(node, Number) and not (
        node.text.isdecimal() or node.text.isalpha()
    )
