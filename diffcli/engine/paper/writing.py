"""One line as it is written: what is pending stands, 0, 1 and signs are tidied."""

from collections.abc import Callable, Mapping

from diffcli.calculus.functions import (
    ADD,
    DIVIDE,
    MULTIPLY,
    NEGATE,
    POWER,
    SUBTRACT,
    D,
    Function,
)
from diffcli.engine.algebra import ONE, ZERO, is_sum, spelled
from diffcli.engine.derivation import derive
from diffcli.engine.numbers import rational
from diffcli.engine.paper.equations import BESIDE
from diffcli.engine.rewriting import template
from diffcli.language.expression import (
    Call,
    Expression,
    Number,
    Variable,
    call,
    number,
    postorder,
)

Slope = Callable[[Expression], Expression]


def written(
    text: str, bindings: Mapping[str, Expression], slope: Slope, *, ones: bool = False
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
            pending = any(is_pending(argument) for argument in node.args)
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


def replacement(
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


def looks_like(line: Expression, result: Expression) -> bool:
    """Tell whether two lines differ in dots and brackets only."""
    from diffcli.language.textbook import text

    if pending_in(line):
        return False
    one, other = (
        [c for c in text(resolved(e, "")) if c not in " ·()"] for e in (line, result)
    )
    return one == other


def pending_in(expression: Expression) -> list[Expression]:
    """Return what is still to be differentiated in a line."""
    return [node for node in postorder([expression]) if is_pending(node)]


def is_pending(node: Expression) -> bool:
    """Tell whether a node is a derivative that is still to be found."""
    return isinstance(node, Call) and node.function is D
