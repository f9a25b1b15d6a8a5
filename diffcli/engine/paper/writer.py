"""The equations of one derivation, one after another."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from diffcli.calculus.functions import ADD, DIVIDE, MULTIPLY, NEGATE, POWER, SUBTRACT, D
from diffcli.engine.algebra import EXP, LOG, ONE, ZERO, is_sum, spelled
from diffcli.engine.derivation import derive
from diffcli.engine.normal import normal
from diffcli.engine.paper.equations import Calculation, Equation, Reason
from diffcli.engine.paper.factors import as_power, factors_of, flat, square
from diffcli.engine.paper.reasons import Reasons, chains_in_short
from diffcli.engine.paper.writing import (
    beside,
    light,
    looks_like,
    pending_in,
    replacement,
    resolved,
    written,
)
from diffcli.language.expression import Call, Expression, Variable, call, postorder

MOST_LINES = 40
"""Lines of a chain after which it is ended by its result."""


class Writer(Reasons):
    """Writes the equations of one calculation."""

    def __init__(
        self,
        expression: Expression,
        name: str,
        *,
        several: bool,
        typed: Sequence[Expression] = (),
    ) -> None:
        super().__init__(name, several=several)
        self.expression = expression
        self.typed = (*typed, expression)
        #: e^(v log(u)), by which u^v is differentiated: what it stands for.
        self.rewritten: dict[Expression, Expression] = {}
        #: The outermost rule was shown: small moves share the lines that follow.
        self.brisk = False
        #: Several derivatives are pending: a chain and its inside share a line.
        self.busy = False

    def chain(self) -> Calculation:
        """Return all lines."""
        lines = list(self.lines())
        result = normal(resolved(lines[-1].expression, self.name), self.typed)
        if result is resolved(lines[-1].expression, self.name):
            result = flat(result)
        last = lines[-1]
        at_once = self.degree(self.expression) < 2
        if at_once or looks_like(last.expression, result):
            lines[-1] = last._replace(expression=result)
        else:
            lines.append(Equation(result))
        return Calculation(self.name, self.expression, tuple(lines))

    def lines(self) -> Iterator[Equation]:
        """Yield lines until nothing is pending."""
        if self.degree(self.expression) < 2:
            yield Equation(
                self.straight(self.expression), (self.linear(self.expression),)
            )
            return
        line: Expression = call(D, self.expression)
        for place in range(MOST_LINES):
            pending = pending_in(line)
            if not pending:
                return
            self.brisk, self.busy = place > 0, len(pending) > 1
            reasons: dict[Reason, None] = {}
            line = self.next_line(line, reasons)
            yield Equation(line, chains_in_short(reasons))

    def next_line(self, line: Expression, reasons: dict[Reason, None]) -> Expression:
        """Return a line with every pending derivative replaced by one rule."""
        pending = pending_in(line)
        return replacement(line, {n: self.step(n.args[0], reasons) for n in pending})

    def step(self, node: Expression, reasons: dict[Reason, None]) -> Expression:
        """Return D(node) by one rule, and note the rule."""
        node = self.grouping(node)
        if self.degree(node) <= 2:
            reasons[self.of_polynomial(node)] = None
            return self.straight(node)
        if self.is_linear_above(node):
            if not self.brisk and is_sum(node):
                return self.term_by_term(node, reasons)
            said = reasons if is_sum(node) else {}  # a factor that stays is seen
            return self.next_line(self.term_by_term(node, said), reasons)
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
                light(NEGATE, light(DIVIDE, c, square(u))), self.inner_slope(u)
            )
        by_parts = rule.name in ("product", "quotient")
        slope = self.slope_of_part if by_parts else self.inner_slope
        if rule.before == "u/v":
            after = written(rule.after, bindings, slope, ones=True)
            return light(DIVIDE, after.args[0], square(node.args[1]))
        return written(rule.after, bindings, slope)

    def as_power(self, node: Call) -> Expression | None:
        """Return c/u**n and c/sqrt(u) as powers with a sign; None: it is neither."""
        if node.function is not DIVIDE or self.degree(node.args[0]):
            return None
        power = as_power(node.args[1])
        if power is None or isinstance(node.args[1], Variable):
            return None
        base, exponent = power
        return light(MULTIPLY, node.args[0], call(POWER, base, spelled(-exponent)))

    def general_power(self, node: Call, reasons: dict[Reason, None]) -> Expression:
        """Return D(e^(v log(u))) for u^v, of which both parts change."""
        u, v = node.args
        above: Expression = v
        below: Expression = ONE
        if isinstance(v, Call) and v.function is DIVIDE:
            above, below = v.args
        whole = light(MULTIPLY, above, call(LOG, u))
        exponential = call(EXP, light(DIVIDE, whole, below))
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
        _, factors = factors_of(node)
        degrees = [self.degree(factor) for factor in factors]
        sums = all(map(is_sum, factors))
        return len(factors) == 2 and max(degrees) < 3 and not sums

    def is_part_of_whole(self, node: Expression) -> bool:
        """Tell whether a node is a product, and not all that is differentiated."""
        is_product = isinstance(node, Call) and node.function is MULTIPLY
        return is_product and node is not self.expression

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
        for part in postorder([node]):
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
            if pending_in(found[above]):
                factor, slope = light(DIVIDE, ONE, below), found[above]
                if isinstance(slope, Call) and slope.function is NEGATE:
                    factor, slope = (
                        light(DIVIDE, spelled(Fraction(-1)), below),
                        slope.args[0],
                    )
                return beside(factor, slope)
            return light(DIVIDE, found[above], below)
        return light(node.function, *(found[argument] for argument in node.args))
