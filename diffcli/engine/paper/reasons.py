"""Why a line follows: in a few words, of this formula."""

from collections.abc import Iterable

from diffcli.calculus.functions import DIVIDE, MULTIPLY, NEGATE, POWER, Function
from diffcli.calculus.rules import DIFFERENTIATION, Rule
from diffcli.engine.algebra import EXP, LOG, ONE, is_sum, spelled
from diffcli.engine.normal import normal
from diffcli.engine.paper.degrees import Degrees
from diffcli.engine.paper.equations import Piece, Reason
from diffcli.engine.paper.factors import as_power
from diffcli.engine.paper.writing import written
from diffcli.engine.rewriting import Bindings, match
from diffcli.language.expression import (
    Call,
    Expression,
    Variable,
    call,
    postorder,
    variable,
)


class Reasons(Degrees):
    """The rule for a node, and what is said of it."""

    def rule(self, node: Call) -> tuple[Rule, Bindings]:
        """Return the first rule that fits, and what its letters stand for."""
        for rule in DIFFERENTIATION:
            bindings = match(rule, node, self.fits)
            if bindings is not None:
                return rule, bindings
        letters = dict(zip("uv", node.args, strict=False))
        row = node.function
        if row.name in _CHOICES:
            turned = not self.degree(node.args[0])  # max(0, x): where x > 0
            first, other = "vu" if turned else "uv"
            holds = f"{_CHOICES[row.name]}({first}, {other})"
            after = f"when({holds}, D({first})) + when(not({holds}), D({other}))"
            return Rule("chain", row.name, after, ""), letters
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
            fact = fact_of(node.function if rule.name == "chain" else EXP)
            if rule.before == "c**u":
                power = call(POWER, node.args[0], variable("z"))
                slope = call(MULTIPLY, power, call(LOG, node.args[0]))
                fact = ("d/dz ", power, " = ", slope)
            alone = alone or node.function.name in _CHOICES
            return fact if alone else ("chain: ", *fact)
        return (rule.name,)

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
            power = as_power(below)
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


def fact_of(row: Function) -> Reason:
    """Return what one knows of a function: sin' = cos, d/dz √z = 1/(2√z)."""
    if row is EXP:
        return ("the exponential stays",)
    if row.arity > 1:
        return (_OF_SEVERAL.get(row.name, row.name),)
    z = variable("z")
    node = written(row.taught[0], {"u": z}, lambda _: ONE)
    node = normal(node, [node])
    bare = _without_argument(node, z)
    if z in postorder([bare]):
        return ("d/dz ", call(row, z), " = ", node)
    return (variable(row.name), "' = ", bare)


_CHOICES = {"max": "greater", "min": "less"}
"""Which argument is taken: on paper the slope is given case by case."""
_OF_SEVERAL = {
    "max": "max: the slope of the larger one",
    "min": "min: the slope of the smaller one",
}


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


def chains_in_short(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """Return reasons with several chains as one: chain, twice."""
    found = list(reasons)
    chained = [reason[1:] for reason in found if reason[0] == "chain: "]
    found = [reason for reason in found if reason not in chained]  # said again
    chains = [reason for reason in found if "chain: " in str(reason[0])]
    if len(chains) < 2:
        return tuple(found)
    times = {2: "twice", 3: "three times"}.get(len(chains), f"{len(chains)} times")
    others = [reason for reason in found if reason not in chains]
    return ((f"chain, {times}",), *others)
