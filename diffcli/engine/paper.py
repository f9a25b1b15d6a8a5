"""A derivation as one writes it on paper: one chain of equals, from the outside in.

The chain starts with the whole, D(f). In each line every pending D(u) is replaced by
the right side of its rule; what is trivial (a constant, x itself, c*x) is put in at
once and shares the line. When nothing is pending, the normal form ends it.

A line is an expression like any other, but for two marks: D(u) is a derivative that is
still to be found, and a product that a rule made is a ``BESIDE``, written with a dot.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction

from diffcli.calculus.functions import Function, Operator
from diffcli.calculus.rules import DIFFERENTIATION, Rule
from diffcli.engine.algebra import (
    ADD,
    DIVIDE,
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
    is_sum,
    spelled,
)
from diffcli.engine.derivation import derive
from diffcli.engine.normal import normal
from diffcli.engine.rewriting import Bindings, D, match, rational, template
from diffcli.language.expression import (
    Call,
    Expression,
    Number,
    Variable,
    call,
    number,
    postorder,
    variable,
)
from diffcli.records import Record

MOST_LINES = 40
"""Lines of a chain after which it is ended by its result."""
MOST_NODES = 600
"""Nodes of a formula that is derived on paper."""
BESIDE = Function(
    "beside",
    2,
    lambda u, v: u * v,
    (),
    (),
    latex=r"{u} \cdot {v}",
    notation=Operator("·", 20, 20, ""),
)
"""A product as a rule makes it: u'·v."""

Piece = str | Expression
Reason = tuple[Piece, ...]
"""A few words and formulas: why a line equals the one before."""
Slope = Callable[[Expression], Expression]


class Line(Record):
    """One line of the chain."""

    expression: Expression
    #: Why it equals the line before; several where several rules were used at once.
    reasons: tuple[Reason, ...] = ()


class Chain(Record):
    """A derivation toward one variable, from the outside in."""

    variable: str
    #: What is differentiated.
    of: Expression
    lines: tuple[Line, ...]

    @property
    def result(self) -> Expression:
        """The derivative in normal form: the last line."""
        return self.lines[-1].expression


class Split(Record):
    """A product or quotient whose two parts are derived on their own."""

    #: "f", what is split.
    of: str
    #: A constant factor that stands before it.
    front: Expression
    #: What stands between u and v.
    sign: str
    u: Expression
    v: Expression
    slope_u: Chain
    slope_v: Chain
    #: The rule as one writes it.
    rule: str
    #: Its name.
    name: str


def split(
    expression: Expression,
    name: str,
    *,
    several: bool = False,
    typed: Sequence[Expression] = (),
) -> Split | None:
    """Return the two parts of a product or quotient; None: it is neither."""
    writer = _Writer(expression, name, several=several)
    front: Expression = ONE
    node = writer.regrouped(expression)
    while True:
        if not isinstance(node, Call) or node.function not in (MULTIPLY, DIVIDE):
            return None
        u, v = node.args
        if writer.degree(u) and writer.degree(v):
            break
        if writer.degree(u) or node.function is DIVIDE:
            return None
        front, node = light(MULTIPLY, front, u), writer.regrouped(v)
    product = node.function is MULTIPLY
    return Split(
        "f",
        front,
        " · " if product else "/",
        u,
        v,
        chain(u, name, several=several, typed=typed),
        chain(v, name, several=several, typed=typed),
        "u'v + uv'" if product else "(u'v - uv')/v²",
        "product" if product else "quotient",
    )


_FEW_LEVELS = 3
_LETTERS = "abcghkpqrs"


def named_levels(
    expression: Expression, name: str, taken: Iterable[str]
) -> dict[str, Expression]:
    """Return names for the levels of a composition; empty: it has few levels.

    sin(cos(exp(x**2))) has the levels a = x**2, b = exp(a), c = cos(b).
    """
    writer = _Writer(expression, name, several=False)
    levels: list[Expression] = []
    node = expression
    while isinstance(node, Call):
        inner = [a for a in node.args if writer.degree(a)]
        if len(inner) != 1 or writer.degree(node) < 3 or writer.degree(inner[0]) < 2:
            break
        (node,) = inner
        levels.append(node)
    free = [letter for letter in _LETTERS if letter not in set(taken)]
    if not _FEW_LEVELS < len(levels) <= len(free):
        return {}
    return dict(zip(free, reversed(levels), strict=False))


def chain(
    expression: Expression,
    name: str,
    *,
    several: bool = False,
    typed: Sequence[Expression] = (),
) -> Chain:
    """Return the derivation of an expression toward a variable.

    ``several`` tells that there are other variables, which are held fixed. The result
    keeps the letters and sums of ``typed`` as they are spelled there, and those of the
    expression.

    >>> from diffcli.language.parser import parse
    >>> from diffcli.language.textbook import text
    >>> print(text(chain(parse("x/(x+1)").expression, "x").result))
    1/(x + 1)²
    """
    return _Writer(expression, name, several=several, typed=typed).chain()


def too_long(expression: Expression) -> bool:
    """Tell whether nobody would derive a formula on paper."""
    return len(postorder([expression])) > MOST_NODES


class _Writer:
    """Writes the lines of one chain."""

    def __init__(
        self,
        expression: Expression,
        name: str,
        *,
        several: bool,
        typed: Sequence[Expression] = (),
    ) -> None:
        self.expression = expression
        self.typed = (*typed, expression)
        self.name = name
        self.several = several
        #: How a node depends on the variable: 0 not at all, 1 linear, 2 a polynomial
        #: whose powers are of the variable alone, 3 otherwise.
        self.degrees: dict[Expression, int] = {}
        #: e^(v log(u)), by which u^v is differentiated: what it stands for.
        self.rewritten: dict[Expression, Expression] = {}
        #: The outermost rule was shown: small moves share the lines that follow.
        self.brisk = False
        #: Several derivatives are pending: a chain and its inside share a line.
        self.busy = False

    # ---- the chain

    def chain(self) -> Chain:
        """Return all lines."""
        lines = list(self.lines())
        result = normal(resolved(lines[-1].expression, self.name), self.typed)
        last = lines[-1]
        at_once = self.degree(self.expression) < 2
        if at_once or _looks_like(last.expression, result):
            lines[-1] = last._replace(expression=result)
        else:
            lines.append(Line(result))
        return Chain(self.name, self.expression, tuple(lines))

    def lines(self) -> Iterator[Line]:
        """Yield lines until nothing is pending."""
        if self.degree(self.expression) < 2:
            yield Line(self.straight(self.expression), (self.linear(self.expression),))
            return
        line: Expression = call(D, self.expression)
        for place in range(MOST_LINES):
            pending = _pending(line)
            if not pending:
                return
            self.brisk, self.busy = place > 0, len(pending) > 1
            reasons: dict[Reason, None] = {}
            line = self.stepped(line, reasons)
            yield Line(line, _chains_counted(reasons))

    def stepped(self, line: Expression, reasons: dict[Reason, None]) -> Expression:
        """Return a line with every pending derivative replaced by one rule."""
        pending = _pending(line)
        return _replaced(line, {n: self.step(n.args[0], reasons) for n in pending})

    def step(self, node: Expression, reasons: dict[Reason, None]) -> Expression:
        """Return D(node) by one rule, and note the rule."""
        node = self.regrouped(node)
        if self.degree(node) <= 2:
            reasons[self.of_polynomial(node)] = None
            return self.straight(node)
        if self.is_linear_above(node):
            if not self.brisk and is_sum(node):
                return self.term_by_term(node, reasons)
            said = reasons if is_sum(node) else {}  # a factor that stays is seen
            return self.stepped(self.term_by_term(node, said), reasons)
        assert isinstance(node, Call)
        if node in self.rewritten:
            reasons["chain: the exponential stays",] = None
            return beside(self.rewritten[node], self.slope(node.args[0]))
        power = self.as_power(node)
        if power is not None:
            reasons[(node, " = ", power)] = None
            return call(D, power)
        rule, bindings = self.rule(node)
        if rule.before == "u**v":
            return self.general_power(node, reasons)
        reasons[self.reason(rule, bindings, node)] = None
        if rule.before == "c/u":
            c, u = node.args
            return beside(
                light(NEGATE, light(DIVIDE, c, squared(u))), self.inner_slope(u)
            )
        by_parts = rule.name in ("product", "quotient")
        slope = self.slope_of_part if by_parts else self.inner_slope
        if rule.before == "u/v":
            after = written(rule.after, bindings, slope, ones=True)
            return light(DIVIDE, after.args[0], squared(node.args[1]))
        return written(rule.after, bindings, slope)

    def regrouped(self, node: Expression) -> Expression:
        """Return a product or quotient with what is to be derived together, together.

        What does not change comes first, unless it stands before a polynomial: nobody
        takes the 2 out of 2x sin(x), but out of 2 sin(x) cos(x). A polynomial is one
        factor, and what is multiplied with it another.
        """
        if not isinstance(node, Call) or self.degree(node) < 3:
            return node
        above: Expression = node
        below: Expression = ONE
        if node.function is DIVIDE:
            above, below = node.args
            if self.degree(above) == 0 or self.degree(below) == 0:
                return node
        elif node.function is not MULTIPLY:
            return node
        sign, factors = _factors(above)
        parts: tuple[list[Expression], ...] = ([], [], [])
        for factor in factors:
            degree = self.degree(factor)
            parts[0 if degree == 0 else 1 if degree < 3 else 2].append(factor)
        held, polynomials, others = parts
        under, changing = self.held_below(below)
        if sign < 0 or under is not ONE or (held and not polynomials):
            whole = light(DIVIDE, _product([*polynomials, *others]), changing)
            front = light(DIVIDE, _product(held), under)
            return light(MULTIPLY, light(NEGATE, front) if sign < 0 else front, whole)
        if node.function is DIVIDE or not (polynomials and others):
            return node
        u, v = _product([*held, *polynomials]), _product(others)
        return call(MULTIPLY, u, v)

    def held_below(self, below: Expression) -> tuple[Expression, Expression]:
        """Return what does not change below a bar, and the rest."""
        _, factors = _factors(below)
        held = [factor for factor in factors if not self.degree(factor)]
        if not held or below is ONE:
            return ONE, below
        return _product(held), _product([f for f in factors if self.degree(f)])

    def as_power(self, node: Call) -> Expression | None:
        """Return c/u**n and c/sqrt(u) as powers with a sign; None: it is neither."""
        if node.function is not DIVIDE or self.degree(node.args[0]):
            return None
        power = _as_power(node.args[1])
        if power is None or isinstance(node.args[1], Variable):
            return None
        base, exponent = power
        return light(MULTIPLY, node.args[0], call(POWER, base, spelled(-exponent)))

    def general_power(self, node: Call, reasons: dict[Reason, None]) -> Expression:
        """Return D(e^(v log(u))) for u^v, of which both parts change."""
        u, v = node.args
        exponential = call(EXP, call(MULTIPLY, v, call(LOG, u)))
        self.rewritten[exponential] = node
        reasons[(node, " = ", exponential, ", for ", u, " > 0")] = None
        return call(D, exponential)

    def slope(self, node: Expression) -> Expression:
        """Return what stands for D(node): its value if that is trivial."""
        degree = self.degree(node)
        if degree == 0:
            return ZERO
        return self.straight(node) if degree == 1 else call(D, node)

    def slope_of_part(self, node: Expression) -> Expression:
        """Return D(node) for a factor; its value if the rule is not the first one."""
        if self.is_short_polynomial(node):
            return self.straight(node)
        at_once = self.brisk and self.is_elementary(node)
        return self.step(node, {}) if at_once else self.slope(node)

    def is_short_polynomial(self, node: Expression) -> bool:
        """Tell whether a product of two polynomials is multiplied out in the head."""
        if self.degree(node) < 3 or not self.is_part_of_whole(node):
            return False
        _, factors = _factors(node)
        terms = [1 + is_sum(factor) for factor in factors]
        degrees = [self.degree(factor) for factor in factors]
        return len(factors) == 2 and max(degrees) < 3 and max(terms) * min(terms) < 3

    def is_part_of_whole(self, node: Expression) -> bool:
        """Tell whether a node is a product, and not all that is differentiated."""
        is_product = isinstance(node, Call) and node.function is MULTIPLY
        return is_product and node is not self.expression

    def is_elementary(self, node: Expression) -> bool:
        """Tell whether everybody knows a derivative by heart: of x², sin(x), e^x."""
        return self.degree(node) == 2 or (
            isinstance(node, Call)
            and len(node.args) == 1
            and isinstance(node.args[0], Variable)
            and self.degree(node) == 3
        )

    def inner_slope(self, node: Expression) -> Expression:
        """Return D(node) for the inside of a chain: what is a sum is shown first."""
        if self.busy and self.degree(node) == 1:
            return self.straight(node)
        if self.busy and self.is_elementary(node):
            return self.step(node, {})
        if self.degree(node) == 1 and is_sum(node) and self.straight(node) is not ONE:
            return call(D, node)
        return self.slope(node)

    def straight(self, node: Expression) -> Expression:
        """Return the derivative of a polynomial, in one go."""
        order: list[tuple[Expression, int]] = []
        stack = [(node, 1)]
        while stack:
            part, sign = stack.pop()
            if isinstance(part, Call) and part.function in (ADD, SUBTRACT):
                turned = -sign if part.function is SUBTRACT else sign
                stack += [(part.args[1], turned), (part.args[0], sign)]
            elif self.degree(part):
                order.append((part, sign))
        total: Expression = ZERO
        for part, sign in order:
            (derivation,) = derive(part, [self.name])
            slope = normal(derivation.result, [*self.typed, part])
            total = light(ADD if sign > 0 else SUBTRACT, total, slope)
        return total

    # ---- sums

    def is_linear_above(self, node: Expression) -> bool:
        """Tell whether a node is a sum, or something with a constant factor."""
        if not isinstance(node, Call):
            return False
        if node.function in (ADD, SUBTRACT, NEGATE):
            return True
        if node.function is MULTIPLY:
            return any(self.degree(argument) == 0 for argument in node.args)
        return node.function is DIVIDE and self.degree(node.args[1]) == 0

    def term_by_term(self, node: Expression, reasons: dict[Reason, None]) -> Expression:
        """Return D of a sum, all its terms and constant factors at once."""
        order: list[Expression] = []
        stack: list[Expression] = [node]
        while stack:
            part = stack.pop()
            order.append(part)
            if self.degree(part) > 2 and self.is_linear_above(part):
                stack += part.args
        held: dict[Expression, None] = {}
        found: dict[Expression, Expression] = {}
        for part in reversed(order):
            if self.degree(part) == 0:
                found[part] = ZERO
            elif self.degree(part) <= 2:
                found[part] = self.straight(part)
            elif self.is_linear_above(part):
                assert isinstance(part, Call)
                found[part] = self.of_terms(part, found)
            else:
                found[part] = call(D, part)
        for part in order:
            if isinstance(part, Call) and is_sum(part) and part in found:
                held |= {k: None for k in part.args if self.degree(k) == 0}
        reasons[self.sum_reason(node, list(held))] = None
        return found[node]

    def of_terms(
        self, node: Call, found: Mapping[Expression, Expression]
    ) -> Expression:
        """Return D of one operation of a sum, from those of its terms."""
        if node.function is MULTIPLY:
            constant, other = node.args
            if self.degree(constant):
                constant, other = other, constant
            return beside(constant, found[other])
        if node.function is DIVIDE:
            above, below = node.args
            if _pending(found[above]):
                factor, slope = light(DIVIDE, ONE, below), found[above]
                if isinstance(slope, Call) and slope.function is NEGATE:
                    factor, slope = (
                        light(DIVIDE, spelled(Fraction(-1)), below),
                        slope.args[0],
                    )
                return beside(factor, slope)
            return light(DIVIDE, found[above], below)
        return light(node.function, *(found[argument] for argument in node.args))

    def sum_reason(self, node: Expression, held: list[Expression]) -> Reason:
        """Return what is said of a sum: what does not change in it."""
        if not is_sum(node):
            sign = isinstance(node, Call) and node.function is NEGATE
            return ("the sign stays",) if sign else ("a constant factor stays",)
        if not held:
            return ("sum, term by term",)
        pieces: list[Piece] = ["sum: "]
        for place, part in enumerate(held[:3]):
            pieces += [" and " if place == min(len(held), 3) - 1 else ", "] * bool(
                place
            )
            pieces.append(part)
        verb = " does not change" if len(held) == 1 else " do not change"
        return (*pieces, verb)

    def of_polynomial(self, node: Expression) -> Reason:
        """Return what is said of a polynomial, or of a number over a power."""
        if self.degree(node) < 2:
            return self.linear(node)
        if isinstance(node, Call) and node.function is DIVIDE:
            _, below = self.held_below(node.args[1])
            power = _as_power(below)
            if power is not None and not self.degree(node.args[0]):
                base, exponent = power
                above = call(POWER, base, spelled(-exponent))
                return "power: ", call(DIVIDE, ONE, below), " = ", above
        return ("power",)

    def linear(self, node: Expression) -> Reason:
        """Return what is said of a linear function."""
        names = sorted(
            part.name
            for part in postorder([node])
            if isinstance(part, Variable) and part.name != self.name
        )
        if self.degree(node) == 0:
            return ("constant: it does not change",)
        if not names or not is_sum(node) or not self.several:
            return ("linear",)
        verb = " is held fixed" if len(names) == 1 else " are held fixed"
        pieces: list[Piece] = ["linear: "]
        for place, name in enumerate(names[:3]):
            last = place == min(len(names), 3) - 1
            pieces += [" and " if last else ", "] * bool(place)
            pieces.append(variable(name))
        return (*pieces, verb)

    # ---- rules

    def rule(self, node: Call) -> tuple[Rule, Bindings]:
        """Return the first rule that fits, and what its letters stand for."""
        for rule in DIFFERENTIATION:
            bindings = match(rule, node, self.fits)
            if bindings is not None:
                return rule, bindings
        letters = dict(zip("uv", node.args, strict=False))
        row = node.function
        terms = [
            f"({text})*D({letter})"
            for letter, text in zip(letters, row.taught, strict=True)
            if self.degree(letters[letter])
        ]
        return Rule("chain", row.name, " + ".join(terms), ""), letters

    def fits(self, letter: str, node: Expression) -> bool:
        """Tell whether a letter of a rule may stand for a node."""
        if letter == "x":
            return isinstance(node, Variable) and node.name == self.name
        return letter not in "cn" or self.degree(node) == 0

    def reason(self, rule: Rule, bindings: Bindings, node: Call) -> Reason:
        """Return what is said of a rule, with its inside named z."""
        if rule.before == "u/v":
            return ("quotient: (u'v - uv')/v²",)
        if rule.before == "c/u":
            return ("reciprocal: (1/v)' = -v'/v²",)
        inside = bindings.get("u", node)
        alone = isinstance(inside, Variable)
        if rule.name == "power":
            return ("power",) if alone else ("power and chain: z = ", inside)
        if rule.name in ("chain", "exponential"):
            fact = _fact(node.function if rule.name == "chain" else EXP)
            if rule.before == "c**u":
                power = call(POWER, node.args[0], variable("z"))
                slope = call(MULTIPLY, power, call(LOG, node.args[0]))
                fact = ("d/dz ", power, " = ", slope)
            return fact if alone else ("chain: ", *fact)
        return (rule.name,)

    def degree(self, node: Expression) -> int:
        """Return how a node depends on the variable."""
        degrees = self.degrees
        if node not in degrees:
            for part in postorder([node]):
                if part not in degrees:
                    degrees[part] = self._degree(part)
        return degrees[node]

    def is_monomial(self, node: Expression) -> bool:
        """Tell whether a node is a power of the variable, or what is held times it."""
        power = None
        stack = [node]
        while stack:
            part = stack.pop()
            if isinstance(part, Call) and part.function is MULTIPLY:
                stack += part.args
            elif self.degrees[part]:
                if power is not None:
                    return False
                power = _as_power(part)
                if power is None or not isinstance(power[0], Variable):
                    return False
        return power is not None

    def _degree(self, node: Expression) -> int:
        if isinstance(node, Variable):
            return int(node.name == self.name)
        below = [self.degrees[argument] for argument in node.args]
        if not isinstance(node, Call) or not any(below):
            return 0
        if node.function in (ADD, SUBTRACT, NEGATE):
            return max(below)
        if node.function is MULTIPLY and 0 in below:
            return max(below)
        if node.function is DIVIDE and below[1] == 0:
            return below[0]
        if node.function is DIVIDE and below[0] == 0:
            return 2 if self.is_monomial(node.args[1]) else 3
        base, exponent = (*node.args, ONE)[:2]
        plain = rational(exponent) is not None and isinstance(base, Variable)
        return 2 if node.function is POWER and plain else 3


def _is_pending(node: Expression) -> bool:
    return isinstance(node, Call) and node.function is D


def _fact(row: Function) -> Reason:
    """Return what one knows of a function: sin' = cos, d/dz √z = 1/(2√z)."""
    if row is EXP:
        return ("the exponential stays",)
    if row.arity > 1:
        return (row.name,)
    z = variable("z")
    node = written(row.taught[0], {"u": z}, lambda _: ONE)
    node = normal(node, [node])
    bare = _without_argument(node, z)
    if z in postorder([bare]):
        return ("d/dz ", call(row, z), " = ", node)
    return (variable(row.name), "' = ", bare)


def _without_argument(expression: Expression, z: Expression) -> Expression:
    """Return 1 - tanh(z)² as 1 - tanh²; roots and e^z keep their argument."""
    built: dict[Expression, Expression] = {}
    for node in postorder([expression]):
        if not isinstance(node, Call):
            built[node] = node
            continue
        row = node.function
        has_a_name = not row.notation and (not row.sign or row.sign.isalpha())
        if node.args == (z,) and has_a_name and row is not EXP:
            built[node] = variable(row.name)
        else:
            built[node] = call(row, *(built[a] for a in node.args))
    return built[expression]


def _chains_counted(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """Return reasons with several chains as one: chain, twice."""
    found = list(reasons)
    chains = [reason for reason in found if "chain: " in str(reason[0])]
    if len(chains) < 2:
        return tuple(found)
    times = {2: "twice", 3: "three times"}.get(len(chains), f"{len(chains)} times")
    others = [reason for reason in found if reason not in chains]
    return ((f"chain, {times}",), *others)


# ---- writing a line ---------------------------------------------------------------


def written(
    text: str,
    bindings: Mapping[str, Expression],
    slope: Slope,
    *,
    ones: bool = False,
) -> Expression:
    """Return a rule's right side as it is written: 0 and 1 go, a D stands beside.

    With ``ones`` a factor 1 stays, so that one sees the rule.
    """
    built: dict[Expression, Expression] = {}
    node: Expression
    for node in template(text):
        if isinstance(node, Variable):
            built[node] = bindings[node.name]
        elif isinstance(node, Number):
            built[node] = number(node.text)  # the template's own may be forgotten
        elif isinstance(node, Call) and node.function is D:
            built[node] = slope(built[node.args[0]])
        else:
            assert isinstance(node, Call)
            args = [built[argument] for argument in node.args]
            pending = any(_is_pending(argument) for argument in node.args)
            marked = node.function is MULTIPLY and pending
            if marked and ones and ZERO not in args:
                built[node] = call(BESIDE, *args)
            else:
                built[node] = beside(*args) if marked else light(node.function, *args)
    return built[node]


def beside(u: Expression, v: Expression) -> Expression:
    """Return u·v as a rule makes it; factors 0 and 1 go."""
    if ZERO in (u, v):
        return ZERO
    if u is ONE or v is ONE:
        return v if u is ONE else u
    if -1 in (rational(u), rational(v)):
        return light(NEGATE, u if rational(v) == -1 else v)
    if is_negative(v):  # u · (-a) · b, not u · (-a · b)
        spine: list[Expression] = []
        while isinstance(v, Call) and v.function is BESIDE:
            spine.append(v.args[1])
            v = v.args[0]
        for part in (v, *reversed(spine)):
            u = call(BESIDE, u, part)
        return u
    return call(BESIDE, u, v)


def is_negative(node: Expression) -> bool:
    """Tell whether a node is written with a minus sign in front: -x, -2·x/y."""
    while isinstance(node, Call) and node.function in (MULTIPLY, BESIDE, DIVIDE):
        node = node.args[0]
    value = rational(node)
    negated = isinstance(node, Call) and node.function is NEGATE
    return negated or (value is not None and value < 0)


def squared(node: Expression) -> Expression:
    """Return u² as one writes it below a bar: (1 + x)⁴ for ((1 + x)²)²."""
    power = _as_power(node)
    if power is None or isinstance(node, Variable):
        return call(POWER, node, spelled(Fraction(2)))
    base, exponent = power
    return light(POWER, base, spelled(2 * exponent))


def _as_power(node: Expression) -> tuple[Expression, Fraction] | None:
    """Return base and positive exponent of x, u**n or sqrt(u); None: it is none."""
    if isinstance(node, Variable):
        return node, Fraction(1)
    if not isinstance(node, Call):
        return None
    if node.function is SQRT:
        return node.args[0], HALF
    exponent = rational(node.args[1]) if node.function is POWER else None
    if exponent is None or exponent <= 0:
        return None
    return node.args[0], exponent


def _factors(node: Expression) -> tuple[int, list[Expression]]:
    """Return the sign of a product and its factors."""
    sign, factors = 1, []
    stack = [node]
    while stack:
        part = stack.pop()
        value = rational(part)
        if isinstance(part, Call) and part.function is MULTIPLY:
            stack += reversed(part.args)
        elif isinstance(part, Call) and part.function is NEGATE:
            sign = -sign
            stack.append(part.args[0])
        elif value is not None and value < 0:
            sign = -sign
            factors.append(spelled(-value))
        else:
            factors.append(part)
    return sign, factors


def _product(factors: Iterable[Expression]) -> Expression:
    """Return factors as a product; 1 if there are none."""
    product: Expression = ONE
    for factor in factors:
        product = light(MULTIPLY, product, factor)
    return product


def light(function: Function, *args: Expression) -> Expression:
    """Return an operation with nothing tidied but 0, 1 and signs."""
    values = [rational(argument) for argument in args]
    if function in (ADD, SUBTRACT) and len(args) == 2:
        return _light_sum(function, *args)
    if function in (MULTIPLY, BESIDE):
        u, v = args
        if ZERO in args:
            return ZERO
        if ONE in args:
            return v if u is ONE else u
    if function is DIVIDE:
        return _light_quotient(*args)
    if function is POWER and values[1] == 1:
        return args[0]
    if function is NEGATE:
        if values[0] is not None:
            return spelled(-values[0])
        return _light_negative(*args)
    return call(function, *args)


def _light_negative(u: Expression) -> Expression:
    """Return -u; the sign of a product or quotient is that of its first factor."""
    spine: list[Call] = []
    while isinstance(u, Call) and u.function in (MULTIPLY, BESIDE, DIVIDE):
        spine.append(u)
        u = u.args[0]
    value = rational(u)
    if isinstance(u, Call) and u.function is NEGATE:
        u = u.args[0]
    else:
        u = call(NEGATE, u) if value is None else spelled(-value)
    for node in reversed(spine):
        one = u is ONE and node.function is not DIVIDE
        u = node.args[1] if one else call(node.function, u, node.args[1])
    return u


def _light_quotient(u: Expression, v: Expression) -> Expression:
    """Return u/v; 2*w/2 is w."""
    if v is ONE or u is ZERO:
        return u
    if u is ONE and isinstance(v, Call) and v.function is DIVIDE:
        return light(DIVIDE, v.args[1], v.args[0])
    below = rational(v)
    if below and isinstance(u, Call) and u.function in (MULTIPLY, BESIDE):
        above = rational(u.args[0])
        if above is not None and (above / below).denominator == 1:
            return light(u.function, spelled(above / below), u.args[1])
    return call(DIVIDE, u, v)


def _light_sum(function: Function, u: Expression, v: Expression) -> Expression:
    one, other = rational(u), rational(v)
    if one is not None and other is not None:
        return spelled(one + other if function is ADD else one - other)
    if v is ZERO:
        return u
    if u is ZERO:
        return v if function is ADD else light(NEGATE, v)
    if function is ADD and is_sum(v):  # u + (a - b) is u + a - b
        terms: list[tuple[Function, Expression]] = []
        while isinstance(v, Call) and v.function in (ADD, SUBTRACT):
            terms.append((v.function, v.args[1]))
            v = v.args[0]
        total = light(ADD, u, v)
        for sign, term in reversed(terms):
            total = light(sign, total, term)
        return total
    if is_negative(v):
        return light(SUBTRACT if function is ADD else ADD, u, light(NEGATE, v))
    return call(function, u, v)


def _replaced(
    expression: Expression, found: Mapping[Expression, Expression]
) -> Expression:
    """Return an expression with nodes replaced, and 0, 1 and signs tidied there."""
    built: dict[Expression, Expression] = {}
    for node in postorder([expression]):
        if node in found:
            built[node] = found[node]
            continue
        args = tuple(built[argument] for argument in node.args)
        if not isinstance(node, Call) or args == node.args:
            built[node] = node
        elif node.function is BESIDE:
            built[node] = beside(*args)
        else:
            built[node] = light(node.function, *args)
    return built[expression]


def resolved(expression: Expression, name: str) -> Expression:
    """Return a line without marks: D(u) as its value, dots as products."""
    built: dict[Expression, Expression] = {}
    for node in postorder([expression]):
        args = tuple(built[argument] for argument in node.args)
        if not isinstance(node, Call):
            built[node] = node
        elif node.function is D:
            (derivation,) = derive(args[0], [name])
            built[node] = derivation.result
        else:
            row = MULTIPLY if node.function is BESIDE else node.function
            built[node] = call(row, *args)
    return built[expression]


def _looks_like(line: Expression, result: Expression) -> bool:
    """Tell whether two lines differ in dots and brackets only."""
    from diffcli.language.textbook import text

    if _pending(line):
        return False
    one, other = (
        [c for c in text(resolved(e, "")) if c not in " ·()"] for e in (line, result)
    )
    return one == other


def _pending(expression: Expression) -> list[Expression]:
    """Return what is still to be differentiated in a line."""
    return [node for node in postorder([expression]) if _is_pending(node)]
