"""Match one rule against one node, and fill one template.

Patterns are as deep as their text, so matching costs the rule's size, never the
expression's.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache

from diffcli.calculus.functions import (
    ADD,
    DIVIDE,
    MULTIPLY,
    NAMED,
    SUBTRACT,
    D,
    Function,
)
from diffcli.calculus.rules import TIDYING, Rule
from diffcli.engine.fold import fold
from diffcli.engine.numbers import folded, rational
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
from diffcli.language.parser import parse_template

Bindings = dict[str, Expression]
Make = Callable[..., Expression]
Fits = Callable[[str, Expression], bool]
"""Tells whether a letter may stand for a node."""

_D = {"D": D}


@cache
def pattern(text: str) -> Expression:
    """Return a rule's left side as an expression."""
    return parse_template(text, _D)


@cache
def template(text: str) -> Sequence[Expression]:
    """Return the nodes of a rule's right side, arguments before users."""
    return postorder([parse_template(text, _D)])


def match(rule: Rule, node: Expression, fits: Fits) -> Bindings | None:
    """Return what the rule's letters stand for, or None if it does not fit."""
    bindings: Bindings = {}
    todo = [(pattern(rule.before), node)]
    while todo:
        part, counterpart = todo.pop()
        if isinstance(part, Variable):
            letter = part.name
            if bindings.setdefault(letter, counterpart) is not counterpart:
                return None
            if not fits(letter, counterpart):
                return None
        elif isinstance(part, Number):
            if not isinstance(counterpart, Number) or counterpart.text != part.text:
                return None
        else:
            assert isinstance(part, Call)
            if (
                not isinstance(counterpart, Call)
                or counterpart.function is not part.function
            ):
                return None
            todo += zip(part.args, counterpart.args, strict=True)
    return bindings


def fill(
    text: str,
    bindings: Mapping[str, Expression],
    make: Make = call,
    derivative: Callable[[Expression], Expression] | None = None,
) -> Expression:
    """Return a rule's right side with its letters replaced.

    ``make`` builds the calls: ``call`` as they stand, ``tidy`` in short form;
    ``derivative`` gives what D(u) stands for.
    """

    def apply(function: Function, *args: Expression) -> Expression:
        if function is D and derivative is not None:
            return derivative(args[0])
        return make(function, *args)

    *_, filled = fold(template(text), _numeral, apply, bindings)
    return filled


def _numeral(text: str, _: float) -> Expression:
    return number(text)


# ---- tidying --------------------------------------------------------------------


def tidy(function: Function, *args: Expression) -> Expression:
    """Return a call in short form, if its arguments are in short form already.

    >>> from diffcli.language.parser import parse
    >>> from diffcli.language.printer import text
    >>> product = parse("2*x").expression
    >>> text(tidy(MULTIPLY, product, parse("3").expression))
    '6*x'
    """
    node = call(function, *args)
    value = folded(node)
    if value is not None:
        return value
    for rule in _tidying(function.name):
        bindings = match(rule, node, _fits)
        if bindings is not None and shrinks(rule, bindings):
            return fill(rule.after, bindings, tidy)
    return node


def shrinks(rule: Rule, bindings: Mapping[str, Expression]) -> bool:
    """Tell whether a tidying row makes this call smaller, as ``size`` measures it.

    Most do always. Those that compute with numbers do if the result can be spelled:
    0.7/3 has no short decimal, so 0.7*(u/3) must not become (0.7/3)*u and back again.
    """
    if not any(map(_is_number, bindings.values())):
        return True
    outline = {
        letter: node if _is_number(node) else variable(letter)
        for letter, node in bindings.items()
    }
    return size(fill(rule.after, outline, _folded)) < size(fill(rule.before, outline))


def size(expression: Expression) -> int:
    """Return the order in which every tidying row goes down, so that tidying ends.

        number: 1       -number: 2       letter: 3       f(u): u + 1
        u + v, u - v: u + v + 2          u**v: u + v + 1
        u*v, u/v: 2*u*v + u

    A product is smaller with its small factor in front and its brackets on the right,
    so "number first" goes down, too. Each operation grows with each of its arguments:
    what makes a part smaller makes the whole smaller.
    """
    sizes: dict[Expression, int] = {}
    for node in postorder([expression]):
        value = rational(node)
        if value is not None:
            sizes[node] = 1 if value >= 0 else 2
        elif not isinstance(node, Call):
            sizes[node] = 3
        else:
            first, *rest = (sizes[argument] for argument in node.args)
            if node.function in (MULTIPLY, DIVIDE):
                sizes[node] = 2 * first * rest[0] + first
            else:
                joint = 2 if node.function in (ADD, SUBTRACT) else 1
                sizes[node] = first + sum(rest) + joint
    return sizes[expression]


def _is_number(node: Expression) -> bool:
    return rational(node) is not None


def _folded(function: Function, *args: Expression) -> Expression:
    """Return a call, or the number that it comes to."""
    node = call(function, *args)
    return folded(node) or node


@cache
def _tidying(name: str) -> list[Rule]:
    """Return the tidying rows with this function on top of their left side.

    A row that does not have its sign is not read for that, which takes longer.
    """
    notation = NAMED[name].notation
    sign = notation.symbol if notation and notation.symbol else name
    tops = [(pattern(rule.before), rule) for rule in TIDYING if sign in rule.before]
    return [
        rule
        for top, rule in tops
        if isinstance(top, Call) and top.function.name == name
    ]


def _fits(letter: str, node: Expression) -> bool:
    """Tell whether a letter of a tidying row may stand for a node."""
    if letter in "uv":
        return True
    value = rational(node)
    return value is not None and (letter != "m" or value < 0)
