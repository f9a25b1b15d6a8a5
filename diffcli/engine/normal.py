"""The normal form of an expression: what a book prints at its back.

Every chain of + or * is gathered into one list, and a list is written in the shortest
of a fixed handful of forms (the rows of SUM_FORMS and PRODUCT_FORMS); the order in
which it was typed wins a tie. A form of a form is two deep at most, so the work is
bounded, and a pass is repeated only while what is written becomes shorter, a few times
at most: that is why it ends.

What is cancelled only ever widens the domain: x/x is 1, (√u)² is u, but √(u²) is not u.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from functools import partial
from itertools import permutations, starmap

from diffcli.calculus.functions import BY_NAME
from diffcli.engine.algebra import (
    ADD,
    DIVIDE,
    EULER,
    EXP,
    HALF,
    LOG,
    MULTIPLY,
    NEGATE,
    ONE,
    POWER,
    SQRT,
    SUBTRACT,
    ZERO,
    Algebra,
    Factor,
    Product,
    content,
    is_exponential,
    is_sum,
    powers_of,
    root,
    spelled,
)
from diffcli.engine.division import common_divisor, exact_quotient
from diffcli.engine.rewriting import rational
from diffcli.language.expression import (
    Call,
    Expression,
    Number,
    Variable,
    call,
    postorder,
)
from diffcli.records import Record

MOST_NODES = 20_000
"""Nodes of an expression that is brought to its normal form; larger ones stay."""
_MOST_TERMS = 40  # terms that a product is multiplied out to
_MOST_EXPANDED = 160  # terms of a sum after all its products were multiplied out
_HIGHEST = 6  # power of a sum that is multiplied out
_WIDE = 400  # size of a product that is left as it is
_LARGEST_EXPONENT = 100
_MOST_PASSES = 8
TWO = Fraction(2)
_DEPTH = 2  # how deep a form of a form is looked for

Terms = Sequence[Product]
_OF_SINE_AND_COSINE = {
    "tan": ("sin", "cos"),
    "cot": ("cos", "sin"),
    "tanh": ("sinh", "cosh"),
    "coth": ("cosh", "sinh"),
}
#: f, sign, g  where 1 + sign*f(u)**2 is 1/g(u)**2.
_TANGENT_SQUARES = (
    ("tan", 1, "cos"),
    ("cot", 1, "sin"),
    ("tanh", -1, "cosh"),
)
#: f: g, sign, one  where f(u)**2 + sign*g(u)**2 is one.
_PYTHAGORAS = {
    "sin": ("cos", 1, 1),
    "cos": ("sin", 1, 1),
    "cosh": ("sinh", -1, 1),
    "sinh": ("cosh", -1, -1),
}


def normal(expression: Expression, typed: Iterable[Expression] = ()) -> Expression:
    """Return the normal form of an expression.

    Sums that stand in ``typed`` keep their spelling where they can.

    >>> from diffcli.language.parser import parse
    >>> from diffcli.language.printer import text
    >>> text(normal(parse("(1*(x+1)-x*1)/(x+1)^2").expression))
    '1/(x + 1)**2'
    """
    start = Normal()
    for formula in typed:
        start.keep(formula)
    return start.normal(expression)


class Normal(Algebra):
    """One pass over an expression, leaves first."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: dict[Expression, Expression] = {}

    def normal(self, expression: Expression) -> Expression:
        """Return the normal form; every pass starts with what was kept here."""
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
        for letter in _letters_in_order(order):
            self.letters.setdefault(letter, len(self.letters))
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
        self.rising = any(map(_rises, self.sums.values()))

    def form(self, expression: Expression) -> Expression:
        """Return the form of an expression and remember that of its parts."""
        order = postorder([expression])
        self.decimal = self.decimal or any(map(_is_decimal, order))
        inside = _inside_chains(order, expression)
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
            return self.sum_of(list(self._terms_of_chain(node, inside)))
        if function is MULTIPLY:
            parts = (self.forms[part] for part, _ in _chain(node, inside))
            return self.times([self.product(part) for part in parts])
        args = [self.forms[argument] for argument in node.args]
        return self._form_of_call(node, args)

    def _terms_of_chain(
        self, node: Expression, inside: set[Expression]
    ) -> Iterator[Product]:
        for part, sign in _chain(node, inside):
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
        return call(function, *args)

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
        if len(terms) > 1 and any(c < 0 for c, _ in terms):
            return self.build_sum([Product(-c, f) for c, f in terms])
        c, factors = self.product(u)
        return self.build(Product(-c, factors))

    def _quotient(self, u: Expression, v: Expression) -> Expression:
        if not self.product(v).coefficient:  # undefined, and stays so
            return call(DIVIDE, u, v)
        return self.times(
            [self.product(u), self.product(self.power_of(v, Fraction(-1)))]
        )

    # ---- powers

    def power(self, u: Expression, v: Expression) -> Expression:
        """Return u**v."""
        r = rational(v)
        if r is None:
            return self._power_with_letters(u, v)
        if abs(r) >= _LARGEST_EXPONENT and not isinstance(u, Variable):
            return call(POWER, u, v)
        return self.power_of(u, r)

    def power_of(self, u: Expression, r: Fraction) -> Expression:
        """Return u**r; exponents are multiplied only where that is true for all u."""
        c, factors = self.product(u)
        if r == 0:
            return ONE
        if not c:
            return ZERO if r > 0 else call(POWER, u, spelled(r))
        if r.denominator == 1:
            return self._whole_power(c, factors, r)
        if is_sum(u):
            size = content(self.terms(u))
            pulled = root(size, r)
            if size != 1 and pulled is not None:  # √(4 - 4x²) is 2√(1 - x²)
                rest = self.build_sum([Product(k / size, f) for k, f in self.terms(u)])
                return self.build(self.merge(pulled, [(rest, r)]))
        power = root(c, r)
        outside: list[Factor] = []
        inside: list[Factor] = []
        for base, exponent in factors:
            # (u^a)^b is u^(ab) only where u cannot be negative, or a says so.
            alone = len(factors) == 1 and power is not None
            odd = exponent.denominator > 1 or exponent % 2 != 0
            free = _is_positive(base) or (alone and odd)
            (outside if free else inside).append((base, exponent))
        if power is None and not inside:
            outside, inside = [], list(factors)
        outside = [(base, exponent * r) for base, exponent in outside]
        if not inside and power is not None:
            return self.build(self.merge(power, outside))
        whole = Product(c if power is None else Fraction(1), tuple(inside))
        outside.append((self.build(whole), r))
        return self.build(self.merge(power or Fraction(1), outside))

    def _whole_power(
        self, c: Fraction, factors: Sequence[Factor], r: Fraction
    ) -> Expression:
        power = root(c, r)
        if power is None:
            whole = self.build(Product(c, tuple(factors)))
            return call(POWER, whole, spelled(r))
        raised = [(base, exponent * r) for base, exponent in factors]
        if r < 0 and len(raised) == 1 and is_sum(raised[0][0]):
            base, exponent = raised[0]
            fraction = self.as_product(base)
            if exponent.denominator == 1 and fraction and _has_a_bar(fraction):
                number = root(fraction.coefficient, exponent)
                if number is None:
                    return self.build(self.merge(power, raised))
                power *= number
                raised = [(b, k * exponent) for b, k in fraction.factors]
        return self.build(self.merge(power, raised))

    def _power_with_letters(self, u: Expression, v: Expression) -> Expression:
        """Return u**(r + c*w) as u**r times the base u**w to the power c."""
        c, factors = self.product(u)
        if c == 1 and len(factors) == 1 and is_exponential(factors[0][0]):
            base, exponent = factors[0]
            assert isinstance(base, Call)
            if base.args[0] is EULER:  # (e**a)**b is e**(a*b) for all a and b
                parts = [self.product(base.args[1]), Product(exponent), self.product(v)]
                u, v = EULER, self.times(parts)
                number = rational(v)
                if number is not None:
                    return self.power_of(u, number)
        terms = self.terms(v)
        shift = sum((t.coefficient for t in terms if not t.factors), Fraction(0))
        rest = [t for t in terms if t.factors]
        scale = content(rest)
        if all(t.coefficient < 0 for t in rest):
            scale = -scale
        primitive = self.build_sum([Product(k / scale, f) for k, f in rest])
        first = self.product(self.power_of(u, shift)) if shift else Product(Fraction(1))
        pair = (call(POWER, u, primitive), scale)
        if self.reads and shift:
            self.shifts[self.base_key(pair[0])[1]] = scale, shift
        return self.build(self.merge(first.coefficient, [pair, *first.factors]))

    # ---- sums

    def sum_of(self, terms: Terms, depth: int = _DEPTH) -> Expression:
        """Return the shortest of a few forms of a sum."""
        flat: list[Product] = []
        for term in terms:
            flat += self._opened(term)
        terms = self._without_squares(self.collect(flat))
        if len(terms) < 2:
            return self.build(terms[0]) if terms else ZERO
        options = [self.build_sum(terms)]
        if self.reads or self.base_key(options[0]) in self.spelled_as:
            return options[0]
        if depth:
            for form in SUM_FORMS:
                for found in form.make(self, terms, depth):
                    first = form.wins(self, terms, found)
                    options.insert(0 if first else len(options), found)
        return min(options, key=self.cost)

    def _opened(self, term: Product) -> Iterable[Product]:
        """Return the terms of a sum inside a sum; anything else as it is."""
        c, factors = term
        if len(factors) == 1 and abs(c) == 1:
            base, exponent = factors[0]
            if exponent == 1 and is_sum(base):
                return [Product(c * k, f) for k, f in self.terms(base)]
        return [term]

    def _without_squares(self, terms: list[Product]) -> list[Product]:
        """Return terms in which sin(u)**2 + cos(u)**2 is 1, cosh² - sinh² too.

        So 1 - cos(u)**2 is sin(u)**2.
        """
        for place, (c, factors) in enumerate(terms):
            for n, (base, exponent) in enumerate(factors):
                known = isinstance(base, Call) and base.function.name in _PYTHAGORAS
                if exponent < 2 or not known:
                    continue
                assert isinstance(base, Call)
                other, sign, one = _PYTHAGORAS[base.function.name]
                left = (base, exponent - TWO)
                rest = self.merge(c, (*factors[:n], left, *factors[n + 1 :])).factors
                square = (call(BY_NAME[other], *base.args), TWO)
                for size, wanted, joined in (
                    (sign * c, (*rest, square), Product(one * c, rest)),
                    (-one * c, rest, self.merge(-sign * c, (*rest, square))),
                ):
                    found = self._place_of(size, wanted, terms)
                    if found is not None:
                        both = (place, found)
                        others = [t for m, t in enumerate(terms) if m not in both]
                        others.insert(min(both), joined)
                        return self._without_squares_again(others, len(terms))
        return terms

    def _place_of(
        self, c: Fraction, factors: Sequence[Factor], terms: list[Product]
    ) -> int | None:
        """Return where a term stands in a sum."""
        wanted = self.merge(c, factors)
        ratio, kind = self.product_key(wanted.factors)
        for place, (size, its) in enumerate(terms):
            its_ratio, its_kind = self.product_key(its)
            if its_kind == kind and size * its_ratio == wanted.coefficient * ratio:
                return place
        return None

    def _without_squares_again(
        self, terms: list[Product], before: int
    ) -> list[Product]:
        while len(terms) < before:
            before = len(terms)
            terms = self.collect(terms)
            terms = self._without_squares(terms) if len(terms) > 1 else terms
        return terms

    def expanded(self, product: Product) -> list[Product] | None:
        """Return a product multiplied out; None if that is too much."""
        c, factors = product
        rest: list[Factor] = []
        sums: list[tuple[Product, ...]] = []
        count = 1
        for base, exponent in factors:
            whole = exponent.denominator == 1 and 0 < exponent <= _HIGHEST
            if is_sum(base) and whole:
                count *= len(self.terms(base)) ** int(exponent)
                if count > _MOST_TERMS:
                    return None
                sums += [self.terms(base)] * int(exponent)
            else:
                rest.append((base, exponent))
        found = [Product(c, tuple(rest))]
        for terms in sums:
            found = self.collect(
                self.merge(a * b, (*f, *g)) for a, f in found for b, g in terms
            )
        return found

    def expanded_sum(self, terms: Terms) -> list[Product] | None:
        """Return a sum with all products multiplied out; None if that is too much."""
        found: list[Product] = []
        for term in terms:
            expanded = self.expanded(term)
            if expanded is None or len(found) + len(expanded) > _MOST_EXPANDED:
                return None
            found += expanded
        return self._without_squares(self.collect(found))

    def common(
        self, terms: Terms, *, bars: bool = True
    ) -> tuple[Product, list[Product]]:
        """Return what all terms share, with the least exponents, and what is left.

        With ``bars`` also what stands below in only some of them: then the fractions
        are put together.
        """
        firsts: dict[int, Expression] = {}
        exponents: dict[int, dict[int, tuple[Fraction, Fraction]]] = {}
        for place, (_, factors) in enumerate(terms):
            for base, exponent in factors:
                ratio, kind = self.base_key(base)
                firsts.setdefault(kind, base)
                exponents.setdefault(kind, {})[place] = exponent, ratio
        shared: list[Factor] = []
        for kind, base in firsts.items():
            found = exponents[kind].values()
            ratio = self.base_key(base)[0]
            if any(r != ratio and e.denominator != 1 for e, r in found):
                continue
            least = min(exponent for exponent, _ in found)
            everywhere = len(found) == len(terms)
            if everywhere or (bars and least < 0 and not is_exponential(base)):
                shared.append((base, least))
        number = content(terms)
        if all(c < 0 for c, _ in terms):
            number = -number
        inverse = [(base, -exponent) for base, exponent in shared]
        left = [self.merge(c / number, (*f, *inverse)) for c, f in terms]
        return Product(number, tuple(shared)), left

    def as_product(self, node: Expression) -> Product | None:
        """Return a sum as a product, what its terms share in front; None: nothing."""
        shared, left = self.common(self.terms(node))
        if shared == Product(Fraction(1)):
            return None
        left = self.collect(left)
        c, factors = shared
        if len(left) > 1:
            return self.merge(c, (*factors, (self.build_sum(left), Fraction(1))))
        if not left:
            return Product(Fraction(0))
        return self.merge(c * left[0].coefficient, (*factors, *left[0].factors))

    # ---- products

    def times(self, products: Iterable[Product], *, plain: bool = False) -> Expression:
        """Return the shortest of a few forms of a product."""
        c = Fraction(1)
        factors: list[Factor] = []
        for number, its in products:
            c *= number
            factors += its
        product = self._named(self.merge(c, factors))
        first = self.build(product)
        if plain or not product.coefficient or self.size(first) > _WIDE:
            return first
        options = [first]
        for form in PRODUCT_FORMS if self._has_forms(product) else ():
            found = form.make(self, product)
            options = [*found, *options] if form.wins else [*options, *found]
        return min(options, key=self.cost)

    def _has_forms(self, product: Product) -> bool:
        """Tell whether a product has a sum or a tangent in it."""
        return any(
            is_sum(base)
            or (isinstance(base, Call) and base.function.name in _OF_SINE_AND_COSINE)
            for base, exponent in product.factors
            if exponent.denominator == 1
        )

    def _named(self, product: Product) -> Product:
        """Return a product in which sin(u)/cos(u) is tan(u), and the like."""
        c, factors = product
        for (n, one), (m, other) in permutations(enumerate(factors), 2):
            (u, above), (v, below) = one, other
            if above + below != 0 or above <= 0 or above.denominator != 1:
                continue
            if not isinstance(u, Call) or not isinstance(v, Call) or u.args != v.args:
                continue
            for name, quotient in _OF_SINE_AND_COSINE.items():
                if quotient == (u.function.name, v.function.name):
                    rest = [f for k, f in enumerate(factors) if k not in (n, m)]
                    named = call(BY_NAME[name], *u.args)
                    return self.merge(c, [*rest, (named, above)])
        return product


def _letters_in_order(nodes: Sequence[Expression]) -> list[Expression]:
    """Return the letters as products have them: a, b, x for a*x**2 + b*x."""
    letters = list(dict.fromkeys(n for n in nodes if isinstance(n, Variable)))
    pairs = [
        [part.args[0] if _is_power(part) else part for part in node.args]
        for node in nodes
        if isinstance(node, Call) and node.function is MULTIPLY
    ]
    first, last = ({pair[place] for pair in pairs} for place in (0, 1))
    behind = last - first
    return sorted(letters, key=behind.__contains__)


def _rises(terms: Terms) -> bool:
    """Tell whether a sum has its lowest power first: 1 + x**2."""
    powers = powers_of(terms)
    return powers is not None and powers[0] < powers[-1] and terms[-1].coefficient > 0


def _is_power(node: Expression) -> bool:
    """Tell whether a node is a power, with a number or anything else."""
    return isinstance(node, Call) and node.function is POWER


def _is_positive(base: Expression) -> bool:
    """Tell whether a base is positive wherever it is defined."""
    if is_exponential(base):
        assert isinstance(base, Call)
        below = base.args[0]
        return isinstance(below, Number)
    return isinstance(base, Number)


def _is_decimal(node: Expression) -> bool:
    """Tell whether a number was typed with a point or an exponent."""
    return isinstance(node, Number) and not (node.text.isdigit() or node.text.isalpha())


def _has_a_bar(product: Product) -> bool:
    return product.coefficient.denominator > 1 or any(r < 0 for _, r in product.factors)


# ---- chains of + or * -----------------------------------------------------------


def _kind(node: Expression) -> int:
    """Return 1 for a sum, 2 for a product, 0 for anything else."""
    if not isinstance(node, Call):
        return 0
    return 1 if node.function in (ADD, SUBTRACT) else 2 * (node.function is MULTIPLY)


def _inside_chains(order: Sequence[Expression], top: Expression) -> set[Expression]:
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
        and _kind(node)
        and _kind(users[node]) == _kind(node)
        and rational(node) is None
    }


def _chain(node: Expression, inside: set[Expression]) -> list[tuple[Expression, int]]:
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


# ---- the forms --------------------------------------------------------------------


class SumForm(Record):
    """One way to write a sum."""

    name: str
    #: Returns the forms that it has: none, one, or two.
    make: Callable[[Normal, Terms, int], list[Expression]]
    #: Tells whether a form is taken where it is as long as what was typed.
    wins: Callable[[Normal, Terms, Expression], bool] = lambda *_: False


class ProductForm(Record):
    """One way to write a product."""

    name: str
    #: Returns the forms that it has.
    make: Callable[[Normal, Product], list[Expression]]
    #: Taken where it is as long as what was typed.
    wins: bool = False


def _multiplied_out(work: Normal, terms: Terms, _: int) -> list[Expression]:
    expanded = work.expanded_sum(terms)
    return [] if expanded is None else [work.build_sum(expanded)]


def _common_factor(work: Normal, terms: Terms, depth: int) -> list[Expression]:
    return _factored(work, terms, depth, bars=False)


def _common_denominator(work: Normal, terms: Terms, depth: int) -> list[Expression]:
    return _factored(work, terms, depth, bars=True)


def _factored(
    work: Normal, terms: Terms, depth: int, *, bars: bool
) -> list[Expression]:
    """Return what the terms share before a bracket, as they are and multiplied out."""
    found: list[Expression] = []
    for source in (terms, work.expanded_sum(terms)):
        if source is None or len(source) < 2:
            continue
        shared, left = work.common(source, bars=bars)
        if shared == Product(Fraction(1)) or _only_a_letter(shared, left):
            continue
        bracket = work.sum_of(left, depth - 1)
        found.append(work.times([shared, work.product(bracket)], plain=True))
    return found


def _only_a_letter(shared: Product, left: Terms) -> bool:
    """Tell whether a letter alone would be put before functions: x*(sin(x) + cos(x)).

    A book leaves x in front of each, for x sin(x) + x cos(x) is as long.
    """
    c, factors = shared
    if abs(c) != 1 or len(factors) != 1:
        return False
    base, exponent = factors[0]
    return (
        exponent == 1
        and isinstance(base, Variable)
        and any(
            isinstance(b, Call) and not is_sum(b) and not is_exponential(b)
            for _, f in left
            for b, _ in f
        )
    )


def _squared(work: Normal, terms: Terms, _: int) -> list[Expression]:
    """Return a**2 + 2*a*b + b**2 as (a + b)**2, and what is minus that."""
    found: list[Expression] = []
    for source in (terms, work.expanded_sum(terms)):
        if source is None or len(source) != 3:
            continue
        sign = 1 if sum(c > 0 for c, _ in source) > 1 else -1
        signed = [Product(sign * c, f) for c, f in source]
        squares = starmap(partial(_square, work), permutations(signed))
        squared = next(filter(None, squares), None)
        if squared is not None:
            found.append(work.build(Product(Fraction(sign), squared)))
    return found


def _square(
    work: Normal, one: Product, other: Product, middle: Product
) -> tuple[Factor, ...] | None:
    """Return (a + b)**2 as factors; None: the middle term is not twice a*b."""
    first, second = _half(one), _half(other)
    if first is None or second is None:
        return None
    (a, f), (b, g) = first, second
    twice = work.merge(2 * a * b, (*f, *g))
    ratio, kind = work.product_key(twice.factors)
    its_ratio, its_kind = work.product_key(middle.factors)
    size, wanted = twice.coefficient * ratio, middle.coefficient * its_ratio
    if kind != its_kind or abs(size) != abs(wanted):
        return None
    sign = 1 if size == wanted else -1
    inner = work.build_sum([Product(a, f), Product(sign * b, g)])
    return ((inner, Fraction(2)),)


def _half(term: Product) -> Product | None:
    """Return the square root of a term, if it is the square of a product."""
    c, factors = term
    number = root(c, HALF) if c > 0 else None
    if number is None or any(exponent % 2 for _, exponent in factors):
        return None
    return Product(number, tuple((base, exponent / 2) for base, exponent in factors))


def _one_square(work: Normal, terms: Terms, depth: int) -> list[Expression]:
    """Return a sum with sin² as 1 - cos², so that like terms join; cosh² too.

    cos² - sin² stays: nobody writes 1 - 2*sin² for it.
    """
    expanded = work.expanded_sum(terms)
    if expanded is None or len({abs(c) for c, _ in expanded}) < 2:
        return []
    found: list[Expression] = []
    for name in _PYTHAGORAS:
        replaced = [_without_square(work, term, name) for term in expanded]
        opened = work.expanded_sum(replaced) if replaced != expanded else None
        if opened is not None and len(opened) <= len(expanded):
            found.append(work.sum_of(work.collect(opened), depth - 1))
    return found


def _without_square(work: Normal, term: Product, name: str) -> Product:
    """Return a term with f(u)**2 as what the other squares make of it."""
    c, factors = term
    other, sign, one = _PYTHAGORAS[name]
    for base, exponent in factors:
        if exponent >= 2 and isinstance(base, Call) and base.function.name == name:
            square = Product(
                Fraction(-sign), ((call(BY_NAME[other], *base.args), TWO),)
            )
            value = work.build_sum([Product(Fraction(one)), square])
            half = Fraction(exponent // 2)
            return work.merge(c, (*factors, (base, -2 * half), (value, half)))
    return term


def _without_brackets(work: Normal, terms: Terms, found: Expression) -> bool:
    """Tell whether two brackets were multiplied out: (1 - x)*(2 - x) - x."""
    return any(len(_simple_sums(term)) > 1 for term in terms)


def _several_before(work: Normal, terms: Terms, found: Expression) -> bool:
    """Tell whether more than one base was put before the bracket."""
    return len(work.product(found).factors) > 2


SUM_FORMS = (
    SumForm("multiplied out", _multiplied_out, _without_brackets),
    SumForm("common factor", _common_factor, _several_before),
    SumForm("common denominator", _common_denominator, _several_before),
    SumForm("square of a sum", _squared),
    SumForm("one square for two", _one_square),
)


def _joined_fractions(work: Normal, product: Product) -> list[Expression]:
    """Return the product with the fractions inside its sums put together."""
    c, factors = product
    found: list[Factor] = []
    for base, exponent in factors:
        inner = None
        if is_sum(base) and exponent.denominator == 1:
            inner = work.as_product(base)
        number = root(inner.coefficient, exponent) if inner else None
        if inner is None or not number:
            found.append((base, exponent))
        else:
            c *= number
            found += [(b, k * exponent) for b, k in inner.factors]
    return [work.build(work._named(work.merge(c, found)))]


def _numerator_multiplied_out(work: Normal, product: Product) -> list[Expression]:
    above = Product(product.coefficient, tuple(f for f in product.factors if f[1] > 0))
    below = Product(Fraction(1), tuple(f for f in product.factors if f[1] < 0))
    sums = _simple_sums(above)
    alone = len(sums) == 1 and (len(above.factors) == 1 or work.is_typed(sums[0]))
    return [] if alone else _half_multiplied_out(work, above, below, 1)


def _denominator_multiplied_out(work: Normal, product: Product) -> list[Expression]:
    above = Product(product.coefficient, tuple(f for f in product.factors if f[1] > 0))
    below = Product(Fraction(1), tuple((b, -r) for b, r in product.factors if r < 0))
    return _half_multiplied_out(work, below, above, -1)


def _reduced(work: Normal, product: Product) -> list[Expression]:
    """Return a fraction without what its sums share: (x² - 1)/(x + 1) is x - 1."""
    c, factors = product
    for place, (above, one) in enumerate(factors):
        for other, (below, power) in enumerate(factors):
            if one != 1 or power > -1 or not (is_sum(above) and is_sum(below)):
                continue
            quotient = _without_shared(work, above, below, power)
            if quotient is not None:
                rest = [f for n, f in enumerate(factors) if n not in (place, other)]
                return [work.times([Product(c, tuple(rest)), *quotient])]
    return []


def _without_shared(
    work: Normal, above: Expression, below: Expression, power: Fraction
) -> list[Product] | None:
    """Return above · below**power with what both share taken out; None: nothing."""
    quotient = exact_quotient(work, work.terms(above), work.terms(below))
    if quotient is not None:
        return [_primitive(work, quotient), Product(Fraction(1), ((below, power + 1),))]
    shared = common_divisor(work, work.terms(above), work.terms(below))
    if shared is None:
        return None
    parts = [exact_quotient(work, work.terms(n), shared) for n in (above, below)]
    one, other = (_primitive(work, part) for part in parts if part is not None)
    divisor = work.build_sum(shared)
    inverse = work.product(work.power_of(work.build(other), power))
    return [one, inverse, Product(Fraction(1), ((divisor, power + 1),))]


def _primitive(work: Normal, terms: Terms) -> Product:
    """Return a sum as a product, its greatest number in front."""
    size = content(terms)
    node = work.build_sum([Product(c / size, f) for c, f in terms])
    c, factors = work.product(node)
    return Product(c * size, factors)


def _simple_sums(product: Product) -> list[Expression]:
    return [b for b, r in product.factors if is_sum(b) and r.denominator == 1]


def _half_multiplied_out(
    work: Normal, half: Product, other: Product, sign: int
) -> list[Expression]:
    """Return a product with one side of its bar multiplied out, if that pays."""
    sums = _simple_sums(half)
    once = all(r == 1 for b, r in half.factors if b in sums)
    if not sums or not once or len(sums) > 3:
        return []
    terms = work.expanded(half)
    most = max(len(work.terms(base)) for base in sums)
    if terms is None or len(terms) > max(2 if sign < 0 else 1, most):
        return []
    node = work.sum_of(terms, 1)
    c, factors = work.product(node)
    if not c:
        return [ZERO]
    turned = [(base, exponent * sign) for base, exponent in factors]
    number = c if sign > 0 else 1 / c
    whole = work.merge(other.coefficient * number, (*other.factors, *turned))
    return [work.build(whole)]


def _divided(work: Normal, product: Product) -> list[Expression]:
    """Return (a*x**2 - c)/x**2 as a - c/x**2; sums that were typed stay."""
    sums = [factor for factor in product.factors if is_sum(factor[0])]
    bars = any(exponent < 0 for _, exponent in product.factors)
    if len(sums) != 1 or sums[0][1] != 1 or not bars or work.is_typed(sums[0][0]):
        return []
    expanded = work.expanded(product)
    return [] if expanded is None else [work.build_sum(expanded)]


def _tangents(work: Normal, product: Product) -> list[Expression]:
    """Return a product with 1 + tan(u)² as 1/cos(u)², and with sines and cosines.

    The likes of it for cot, tanh and coth.
    """
    c, factors = product
    squares: list[Factor] = []
    parts: list[Factor] = []
    for base, exponent in factors:
        square = _tangent_square(work, base)
        squares.append((base, exponent) if square is None else (square, -2 * exponent))
        parts += _sine_and_cosine(*squares[-1])
    size, kinds = most = _weight(factors)
    found = []
    for their in (squares, parts):
        weight = _weight(their)
        if weight != most and weight[0] <= size and weight[1] <= kinds:
            found.append(their)
    return [work.build(work._named(work.merge(c, their))) for their in found]


def _weight(factors: Iterable[Factor]) -> tuple[Fraction, int]:
    """Return how many functions are multiplied, 1 + tan² as two, and how many differ.

    So 2 tan(x)·(1 + tan(x)²) stays as it is: 2 tan(x)/cos(x)² has as many.
    """
    merged: dict[Expression, Fraction] = {}
    for base, exponent in factors:
        size = 2 if is_sum(base) else 1
        merged[base] = merged.get(base, Fraction(0)) + size * exponent
    left = [abs(exponent) for exponent in merged.values() if exponent]
    return sum(left, Fraction(0)), len(left)


def _tangent_square(work: Normal, base: Expression) -> Expression | None:
    """Return cos(u) for 1 + tan(u)², which is 1/cos(u)²; None: it is no such sum."""
    terms = work.terms(base)
    if len(terms) != 2 or not is_sum(base):
        return None
    one, square = sorted(terms, key=lambda term: len(term.factors))
    if one != Product(Fraction(1)) or len(square.factors) != 1:
        return None
    ((tangent, exponent),) = square.factors
    for name, sign, below in _TANGENT_SQUARES:
        found = isinstance(tangent, Call) and tangent.function.name == name
        if found and exponent == 2 and square.coefficient == sign:
            return call(BY_NAME[below], *tangent.args)
    return None


def _sine_and_cosine(base: Expression, exponent: Fraction) -> list[Factor]:
    """Return a power of tan(u) as powers of sin(u) and cos(u)."""
    name = base.function.name if isinstance(base, Call) else ""
    if name in _OF_SINE_AND_COSINE and exponent.denominator == 1:
        u, v = (call(BY_NAME[n], *base.args) for n in _OF_SINE_AND_COSINE[name])
        return [(u, exponent), (v, -exponent)]
    return [(base, exponent)]


PRODUCT_FORMS = (
    ProductForm("fraction reduced", _reduced, wins=True),
    ProductForm("fractions put together", _joined_fractions),
    ProductForm("numerator multiplied out", _numerator_multiplied_out),
    ProductForm("denominator multiplied out", _denominator_multiplied_out),
    ProductForm("divided term by term", _divided),
    ProductForm("tangents as sines and cosines", _tangents),
)
