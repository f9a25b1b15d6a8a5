"""How a formula depends on the variable, and what is derived together."""

from diffcli.calculus.functions import ADD, DIVIDE, MULTIPLY, NEGATE, POWER, SUBTRACT
from diffcli.engine.algebra import ONE
from diffcli.engine.numbers import rational
from diffcli.engine.paper.factors import as_power, factors_of, product_of
from diffcli.engine.paper.writing import light
from diffcli.language.expression import Call, Expression, Variable, call, postorder


class Degrees:
    """How nodes depend on a variable."""

    def __init__(self, name: str, *, several: bool) -> None:
        self.name = name
        self.several = several
        #: How a node depends on the variable: 0 not at all, 1 linear, 2 a polynomial
        #: whose powers are of the variable alone, 3 otherwise.
        self.degrees: dict[Expression, int] = {}

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
                power = as_power(part)
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

    def is_linear_above(self, node: Expression) -> bool:
        """Tell whether a node is a sum, or something with a constant factor."""
        if not isinstance(node, Call):
            return False
        if node.function in (ADD, SUBTRACT, NEGATE):
            return True
        if node.function is MULTIPLY:
            return any(self.degree(argument) == 0 for argument in node.args)
        return node.function is DIVIDE and self.degree(node.args[1]) == 0

    def is_elementary(self, node: Expression) -> bool:
        """Tell whether everybody knows a derivative by heart: of x², sin(x), e^x."""
        return self.degree(node) == 2 or (
            isinstance(node, Call)
            and len(node.args) == 1
            and isinstance(node.args[0], Variable)
            and self.degree(node) == 3
        )

    def grouping(self, node: Expression) -> Expression:
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
        sign, factors = factors_of(above)
        parts: tuple[list[Expression], ...] = ([], [], [])
        for factor in factors:
            degree = self.degree(factor)
            parts[0 if degree == 0 else 1 if degree < 3 else 2].append(factor)
        held, polynomials, others = parts
        under, changing = self.held_below(below)
        if sign < 0 or under is not ONE or (held and not polynomials):
            whole = light(DIVIDE, product_of([*polynomials, *others]), changing)
            front = light(DIVIDE, product_of(held), under)
            return light(MULTIPLY, light(NEGATE, front) if sign < 0 else front, whole)
        if node.function is DIVIDE or not (polynomials and others):
            return node
        u, v = product_of([*held, *polynomials]), product_of(others)
        return call(MULTIPLY, u, v)

    def held_below(self, below: Expression) -> tuple[Expression, Expression]:
        """Return what does not change below a bar, and the rest."""
        _, factors = factors_of(below)
        held = [factor for factor in factors if not self.degree(factor)]
        if not held or below is ONE:
            return ONE, below
        return product_of(held), product_of([f for f in factors if self.degree(f)])
