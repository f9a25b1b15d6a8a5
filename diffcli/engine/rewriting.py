"""Match one rule against one node, and fill one template.

Patterns are as deep as their text, so matching costs the rule's size, never the
expression's.
"""

from collections.abc import Callable, Container, Mapping, Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from diffcli.calculus.functions import INFIX, NAMED, PREFIX, Function
from diffcli.calculus.rules import TIDYING, Rule
from diffcli.engine.fold import fold
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

if TYPE_CHECKING:
    from fractions import Fraction

Bindings = dict[str, Expression]
Make = Callable[..., Expression]
Fits = Callable[[str, Expression], bool]
"""Tells whether a letter may stand for a node."""

D = Function("D", 1, lambda u: u, (), ())
"""In a rule's text D(u) is the derivative of u, already found."""
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
    >>> text(tidy(INFIX["*"], product, parse("3").expression))
    '6*x'
    """
    node = call(function, *args)
    folded = _fold(node)
    if folded is not None:
        return folded
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
    if not _has_numbers(rule) and not any(map(_is_number, bindings.values())):
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
            if node.function in (_MULTIPLY, _DIVIDE):
                sizes[node] = 2 * first * rest[0] + first
            else:
                joint = 2 if node.function in (_ADD, _SUBTRACT) else 1
                sizes[node] = first + sum(rest) + joint
    return sizes[expression]


@cache
def _has_numbers(rule: Rule) -> bool:
    """Tell whether a tidying row has letters for numbers."""
    nodes = postorder([pattern(rule.before)])
    return any(isinstance(n, Variable) and n.name in "cnm" for n in nodes)


def _is_number(node: Expression) -> bool:
    return rational(node) is not None


def _folded(function: Function, *args: Expression) -> Expression:
    """Return a call, or the number that it comes to."""
    node = call(function, *args)
    return _fold(node) or node


def without_brackets(expression: Expression, kept: Container[Expression]) -> Expression:
    """Return an expression with u*(v*w) as u*v*w; nodes in ``kept`` stay as they are.

    >>> from diffcli.language.parser import parse
    >>> from diffcli.language.printer import text
    >>> text(without_brackets(parse("2*(x*(y*cos(x)))").expression, ()))
    '2*x*y*cos(x)'
    """
    built: dict[Expression, Expression] = {}
    for node in postorder([expression]):
        if not isinstance(node, Call) or node in kept:
            built[node] = node
            continue
        first, *rest = (built[argument] for argument in node.args)
        if node.function is _MULTIPLY and rest[0] not in kept:
            factors: list[Expression] = []
            (right,) = rest
            while isinstance(right, Call) and right.function is _MULTIPLY:
                right, factor = right.args
                factors.append(factor)
            for factor in (right, *reversed(factors)):
                first = call(_MULTIPLY, first, factor)
            built[node] = first
        else:
            built[node] = call(node.function, first, *rest)
    return built[expression]


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


_ADD, _SUBTRACT = INFIX["+"], INFIX["-"]
_MULTIPLY, _DIVIDE, _POWER = INFIX["*"], INFIX["/"], INFIX["**"]
_NEGATE = PREFIX["-"]
_LONGEST = 15  # digits of a number that is still worth multiplying out


def rational(node: Expression) -> "Fraction | None":
    """Return the exact value of 2, 0.5, -3 or -1/2; None for anything else."""
    if isinstance(node, Number):
        return _of_numeral(node.text)
    if not isinstance(node, Call):
        return None
    if node.function is _NEGATE and isinstance(node.args[0], Number):
        value = rational(node.args[0])
        return None if value is None else -value
    if node.function is _DIVIDE:
        above, below = node.args
        if isinstance(below, Number) and _is_signed_number(above):
            numerator, divisor = rational(above), rational(below)
            if numerator is not None and divisor:
                return numerator / divisor
    return None


@lru_cache(maxsize=1_000)
def _of_numeral(text: str) -> "Fraction | None":
    from fractions import Fraction

    if text.isdigit() and len(text) <= _LONGEST:  # no pattern has to be matched
        return Fraction(int(text))
    exponent = text.partition("e")[2]
    if text[-1].isalpha() or len(text) > _LONGEST or len(exponent) > 2:
        return None  # pi, e, tau; or too long
    return Fraction(text)


def _is_signed_number(node: Expression) -> bool:
    if isinstance(node, Call) and node.function is _NEGATE:
        node = node.args[0]
    return isinstance(node, Number)


def _fold(node: Call) -> Expression | None:
    """Return the number that an operation on numbers comes to, if that is short."""
    if node.function.notation is None:
        return None
    values = [rational(argument) for argument in node.args]
    if any(value is None for value in values):
        return None
    result = _operate(node.function, [value for value in values if value is not None])
    if result is None or len(str(result.numerator)) > _LONGEST:
        return None
    return _spell(result, decimal=any(map(_is_decimal, node.args)))


def _operate(function: Function, values: "list[Fraction]") -> "Fraction | None":
    if function is _NEGATE:
        return -values[0]
    u, v = values
    if function is _ADD:
        return u + v
    if function is _SUBTRACT:
        return u - v
    if function is _MULTIPLY:
        return u * v
    if function is _DIVIDE:
        return u / v if v else None
    if function is _POWER and v.denominator == 1 and abs(v) <= 64 and (u or v > 0):
        return u ** int(v)
    return None


def _is_decimal(node: Expression) -> bool:
    """Tell whether a number was written with a point or an exponent."""
    return any(
        isinstance(part, Number) and not part.text.isdigit()
        for part in postorder([node])
    )


def _spell(value: "Fraction", *, decimal: bool) -> Expression | None:
    """Return a number as a node: digits, decimals if asked for, or a fraction."""
    size = abs(value)
    node: Expression
    if decimal and size.denominator > 1:
        text = repr(float(size))
        from fractions import Fraction

        if Fraction(text) != size:
            return None
        node = number(text)
        return call(_NEGATE, node) if value < 0 else node
    if len(str(size.denominator)) > _LONGEST:
        return None
    node = number(str(size.numerator))
    if value < 0:
        node = call(_NEGATE, node)
    if size.denominator > 1:
        node = call(_DIVIDE, node, number(str(size.denominator)))
    return node
