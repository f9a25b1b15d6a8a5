"""A derivative at a point, worked out as a person does: 4(2·1 + 3·3) = 4 · 11 = 44."""

from collections.abc import Mapping

from diffcli.calculus.functions import MULTIPLY
from diffcli.engine.algebra import is_sum
from diffcli.engine.paper import BESIDE
from diffcli.engine.tape import Program, Undefined
from diffcli.language.expression import (
    Call,
    Expression,
    Variable,
    call,
    numeral,
    postorder,
    variable,
)
from diffcli.output.paper.plan import Question
from diffcli.records import Record

_DIGITS = 6  # of a number that is too long to be put in
_SHORT = 12  # characters of a number that is put into a formula


class Working(Record):
    """How a value is worked out."""

    point: Mapping[str, float]
    #: The values of the named parts, where there are any.
    inner: Mapping[str, float]
    #: The formula with numbers put in, and with its parts worked out.
    equals: tuple[Expression, ...]
    value: float
    #: The numbers put in are rounded.
    rough: bool = False

    @property
    def is_rounded(self) -> bool:
        """Tell whether ten digits do not say all of the value."""
        return self.rough or _is_rounded(self.value)


def working(question: Question, point: Mapping[str, float], value: float) -> Working:
    """Return how a derivative's value comes out at a point."""
    if question.is_too_long():
        return Working(point, {}, (), value)
    if not question.has_parts():
        _, meant = question.in_names()
        inner = _inner(meant, point)
        return _put_in(question.chain().result, point, inner, value)
    network = question.network(question.definitions)
    inner = _inner(dict(network.definitions), point)
    top, _ = network.definitions[-1]
    if variable(top) not in postorder([network.product]):
        inner.pop(top)  # f's own value is put in only where a slope is made of it
    found = _put_in(network.product, point, inner, value)
    if not found.rough:
        return found
    values = {**point, **inner}
    numbers: dict[str, str] = {}
    for factor in network.factors:
        slope = Program([_plain(factor.formula)]).value(values)
        numbers[factor.name.name] = f"{slope:.{_DIGITS}g}"
    return found._replace(equals=(_with_numbers(network.symbolic, numbers),))


def _inner(
    meant: Mapping[str, Expression], point: Mapping[str, float]
) -> dict[str, float]:
    """Return the values of the named parts."""
    inner: dict[str, float] = {}
    for word, node in meant.items():
        inner[word] = Program([node]).value({**point, **inner})
    return inner


def _put_in(
    formula: Expression,
    point: Mapping[str, float],
    inner: Mapping[str, float],
    value: float,
) -> Working:
    used = {n.name for n in postorder([formula]) if isinstance(n, Variable)}
    values = {name: x for name, x in {**point, **inner}.items() if name in used}
    numbers = {name: _numeral(x) for name, x in values.items()}
    rough = not all(numbers.values())
    if rough:
        numbers = {name: f"{x:.{_DIGITS}g}" for name, x in values.items()}
    with_numbers = _with_numbers(formula, numbers)
    parts = None if rough else _parts(with_numbers)
    equals = (with_numbers,) if parts is None else (with_numbers, parts)
    return Working(point, inner, equals, value, rough)


def _parts(formula: Expression) -> Expression | None:
    """Return a product or sum of numbers with each part worked out; None: neither."""
    if not isinstance(formula, Call):
        return None
    product = formula.function in (MULTIPLY, BESIDE)
    if not (product or is_sum(formula)):
        return None
    top = formula.function
    parts: list[Expression] = []
    current: Expression = formula
    while isinstance(current, Call) and current.function is top:
        parts.append(current.args[1])
        current = current.args[0]
    parts.append(current)
    whole: Expression | None = None
    for part in reversed(parts):
        try:
            value = Program([_plain(part)]).value({})
        except Undefined:
            return None
        if _is_rounded(value):
            return None
        node = numeral(f"{value:.10g}")
        sign = BESIDE if product else top
        whole = node if whole is None else call(sign, whole, node)
    return whole


def _plain(expression: Expression) -> Expression:
    """Return an expression with dots as products."""
    built: dict[Expression, Expression] = {}
    for node in postorder([expression]):
        if isinstance(node, Call):
            row = MULTIPLY if node.function is BESIDE else node.function
            built[node] = call(row, *(built[a] for a in node.args))
        else:
            built[node] = node
    return built[expression]


def _is_rounded(value: float) -> bool:
    """Tell whether ten digits do not say all of a number."""
    return float(f"{value:.10g}") != value


def _numeral(value: float) -> str:
    """Return a number that is short enough to be put into a formula."""
    text = f"{value:.10g}"
    return text if float(text) == value and len(text) <= _SHORT else ""


def _with_numbers(expression: Expression, numbers: Mapping[str, str]) -> Expression:
    """Return an expression with numbers in the place of its variables."""
    built: dict[Expression, Expression] = {}
    for node in postorder([expression]):
        if isinstance(node, Variable) and node.name in numbers:
            built[node] = numeral(numbers[node.name])
        elif isinstance(node, Call):
            built[node] = call(node.function, *(built[a] for a in node.args))
        else:
            built[node] = node
    return built[expression]
