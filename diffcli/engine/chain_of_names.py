"""The derivation of a formula with named parts: the chain of names.

Where a text defines z and a, nobody multiplies out: with f = (a - t)² the derivative is
∂f/∂a · ∂a/∂z · ∂z/∂w, each factor derived once, and σ(z) is called a. Where paths meet,
their products are added.
"""

from collections.abc import Iterable, Mapping

from diffcli.calculus.functions import ADD
from diffcli.engine.algebra import ONE, Algebra
from diffcli.engine.normal import normal
from diffcli.engine.paper import Calculation, Reason, beside, chain, light, resolved
from diffcli.language.expression import (
    Call,
    Expression,
    Variable,
    call,
    postorder,
    variable,
    variables,
)
from diffcli.language.partials import partial_text
from diffcli.records import Record

_CLEARLY = 2  # signs that a shorter product has less


class Factor(Record):
    """How one name changes with another that stands in its definition."""

    #: The two names: what changes, and with what.
    of: tuple[str, str]
    #: The partial's name: ∂a/∂z.
    name: Variable
    #: Its formula in the names.
    formula: Expression
    #: Why.
    reasons: tuple[Reason, ...]


class Network(Record):
    """A derivation along names."""

    variable: str
    #: Every name with its definition in the names before it; the last is f.
    definitions: tuple[tuple[str, Expression], ...]
    #: How many paths lead from the variable to f.
    paths: int
    #: The names on the path from f down to the variable, if there is one path only.
    route: tuple[str, ...]
    #: The derivative in the names of its factors.
    symbolic: Expression
    factors: tuple[Factor, ...]
    #: The derivative with every factor's formula put in, still in the names.
    product: Expression
    #: The same with what stands above and below cancelled, if there is something.
    result: Expression


def network(
    definitions: Mapping[str, Expression],
    expression: Expression,
    name: str,
    *,
    several: bool = True,
) -> Network:
    """Return the derivation toward a variable as the product of named partials.

    ``several`` tells that there are other variables: then it is ∂f, else df.

    >>> from diffcli.language.parser import parse
    >>> from diffcli.language.textbook import text
    >>> parsed = parse("z = w*x; a = sigmoid(z); (a-t)^2")
    >>> found = network(parsed.definitions, parsed.expression, "w")
    >>> text(found.symbolic), text(found.product)
    ('∂f/∂a · ∂a/∂z · ∂z/∂w', '2(a - t) · a·(1 - a) · x')
    """
    return _Network(definitions, expression, name, several=several).network()


def has_parts(
    definitions: Mapping[str, Expression], expression: Expression, name: str
) -> bool:
    """Tell whether the derivative toward a variable goes through named parts."""
    names = _Network(definitions, expression, name)
    return any(word != names.top for word in names.uses)


def in_names(
    definitions: Mapping[str, Expression], expression: Expression
) -> tuple[Expression, dict[str, Expression]]:
    """Return a formula in the names that it uses, and what all names stand for.

    >>> from diffcli.language.parser import parse
    >>> from diffcli.language.textbook import text
    >>> parsed = parse("z = w*x; a = sigmoid(z); (a-t)^2")
    >>> text(in_names(parsed.definitions, parsed.expression)[0])
    '(a - t)²'
    """
    names = _Network(definitions, expression, "")
    meant = dict(names.local)
    return meant.pop(names.top), meant


class _Network:
    def __init__(
        self,
        definitions: Mapping[str, Expression],
        expression: Expression,
        name: str,
        *,
        several: bool = True,
    ) -> None:
        self.name = name
        self.several = several
        parts: dict[str, Expression] = {
            n: e for n, e in definitions.items() if isinstance(e, Call)
        }
        taken = {*parts, *variables(expression)}
        self.top = "f" if "f" not in taken else "the result"
        parts.pop(next((n for n, e in parts.items() if e is expression), ""), None)
        self.words = {node: word for word, node in parts.items()}
        self.local = {
            word: self.named(node)
            for word, node in (*parts.items(), (self.top, expression))
        }
        self.order = list(self.local)
        self.uses = self.live_uses()

    def named(self, expression: Expression) -> Expression:
        """Return a definition with names for the defined parts below it."""
        built: dict[Expression, Expression] = {}
        for node in postorder([expression]):
            word = self.words.get(node)
            if word is not None and node is not expression:
                built[node] = variable(word)
            elif isinstance(node, Call):
                built[node] = call(node.function, *(built[a] for a in node.args))
            else:
                built[node] = node
        return built[expression]

    def live_uses(self) -> dict[str, list[str]]:
        """Return for each name that matters those it is made of that matter too."""
        below = {
            word: {n.name for n in postorder([node]) if isinstance(n, Variable)}
            for word, node in self.local.items()
        }
        alive = {self.name}
        for word in self.order:
            if below[word] & alive:
                alive.add(word)
        reached = {self.top}
        for word in reversed(self.order):
            if word in reached:
                reached |= below[word]
        names = [*self.order, self.name]
        return {
            word: [n for n in names if n in alive and n in below[word]]
            for word in self.order
            if word in reached and word in alive
        }

    def network(self) -> Network:
        """Return the derivation."""
        factors = {
            (user, word): self.factor(user, word)
            for user in reversed(self.uses)
            for word in self.uses[user]
        }
        names = {pair: factor.name for pair, factor in factors.items()}
        formulas = {pair: factor.formula for pair, factor in factors.items()}
        paths, route = self.paths()
        symbolic = self.along_paths(names)
        places = {node: place for place, node in enumerate(postorder([symbolic]))}
        ordered = sorted(factors.values(), key=lambda factor: places[factor.name])
        product = self.along_paths(formulas)
        return Network(
            self.name,
            tuple(self.local.items()),
            paths,
            route,
            symbolic,
            tuple(ordered),
            product,
            self.result(product),
        )

    def result(self, product: Expression) -> Expression:
        """Return the product in normal form, if that is clearly shorter."""
        form = normal(resolved(product, self.name), self.local.values())
        sizes = [Algebra().size(node) for node in (form, product)]
        return form if sizes[0] + _CLEARLY <= sizes[1] else product

    def factor(self, user: str, word: str) -> Factor:
        """Return how one name changes with one that stands in its definition."""
        of = self.local[user]
        derivation = chain(of, word)
        formula, renamed = _with_name(_shortest(derivation), of, user)
        reasons = _shortened(r for line in derivation.lines for r in line.reasons)
        if renamed and all(isinstance(argument, Variable) for argument in of.args):
            reasons += ((of, " is ", variable(user)),)
        name = variable(partial_text([word], several=self.several, of=user))
        return Factor((user, word), name, formula, reasons)

    def users(self) -> dict[str, list[str]]:
        """Return for each name those that use it."""
        users: dict[str, list[str]] = {}
        for user in self.uses:
            for word in self.uses[user]:
                users.setdefault(word, []).append(user)
        return users

    def along_paths(self, parts: Mapping[tuple[str, str], Expression]) -> Expression:
        """Return the sum over all paths of the products of the parts on them."""
        users = self.users()
        sums: dict[str, Expression] = {self.top: ONE}
        for word in (*reversed([w for w in self.uses if w != self.top]), self.name):
            total: Expression | None = None
            for user in users.get(word, ()):
                term = beside(sums[user], parts[user, word])
                total = term if total is None else light(ADD, total, term)
            if total is not None:
                sums[word] = total
        return sums[self.name]

    def paths(self) -> tuple[int, tuple[str, ...]]:
        """Return how many paths there are, and the only one if there is one."""
        users = self.users()
        counts = {self.top: 1}
        for word in (*reversed([w for w in self.uses if w != self.top]), self.name):
            counts[word] = sum(counts[user] for user in users.get(word, ()))
        if counts[self.name] != 1:
            return counts[self.name], ()
        route = [self.name]
        while route[-1] != self.top:
            route += users[route[-1]][:1]
        return 1, tuple(reversed(route))


def _shortest(derivation: Calculation) -> Expression:
    """Return the last line, or the one before it where that is as short."""
    *before, last = (line.expression for line in derivation.lines)
    size = Algebra().size
    return before[-1] if before and size(before[-1]) <= size(last) else last


def _shortened(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """Return reasons in few words: what is held in a sum is seen from the names."""
    short: dict[Reason, None] = {}
    for first, *rest in reasons:
        if first == "chain: ":
            short[tuple(rest)] = None
        elif first == "power and chain: z = ":
            short["power and chain",] = None
        elif first not in ("sum: ", "sum, term by term"):
            short[first, *rest] = None
    return tuple(short)


def _with_name(
    expression: Expression, of: Expression, word: str
) -> tuple[Expression, bool]:
    """Return a formula with its function's own value called by name: σ(z) is a."""
    built: dict[Expression, Expression] = {}
    replaced = False
    for node in postorder([expression]):
        if node is of and isinstance(node, Call):
            built[node] = variable(word)
            replaced = True
        elif isinstance(node, Call):
            built[node] = call(node.function, *(built[a] for a in node.args))
        else:
            built[node] = node
    return built[expression], replaced
