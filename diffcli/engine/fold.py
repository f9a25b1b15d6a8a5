"""One walk over a list of operations, in any arithmetic.

A formula is a list of nodes, arguments before users. To compute it is to give every
node a value: a variable the one that is put in, a numeral the one it spells, and a
call what its function makes of its arguments' values. What a "value" is, the walk does
not know: a number with fifty digits, a complex number, a formula of sympy's, another
formula of ours. A file in ``arithmetics/`` says how a numeral is read there and what
its functions are called; ``operation`` looks a function up.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from diffcli.calculus.functions import CONSTANTS, NAMED, WHEN, Function
from diffcli.engine.tape import Program, Undefined
from diffcli.language.expression import (
    Call,
    Expression,
    Number,
    Variable,
    postorder,
    variable,
)
from diffcli.language.parser import parse_template
from diffcli.records import Record

if TYPE_CHECKING:
    from diffcli.arithmetics import Arithmetic

Value = TypeVar("Value")


def fold(
    nodes: Iterable[Expression],
    number: Callable[[str, float], Value],
    apply: Callable[..., Value],
    inputs: Mapping[str, Value],
) -> Iterator[Value]:
    """Yield the value of every node, in the order of the nodes.

    ``number(text, value)`` reads a numeral, ``apply(function, *args)`` computes a call.
    """
    values: dict[Expression, Value] = {}
    for node in nodes:
        if isinstance(node, Call):
            args = [values[argument] for argument in node.args]
            values[node] = apply(node.function, *args)
        elif isinstance(node, Variable):
            values[node] = inputs[node.name]
        else:
            assert isinstance(node, Number)
            values[node] = number(node.text, node.value)
        yield values[node]


def evaluate(
    nodes: Iterable[Expression], arithmetic: "Arithmetic", inputs: Mapping[str, Any]
) -> Iterator[Any]:
    """Yield the value of every node in an arithmetic.

    Raises Unavailable, and what the arithmetic's functions raise.
    """

    def apply(function: Function, *args: Any) -> Any:
        return operation(arithmetic, function.name)(*args)

    def number(text: str, value: float) -> Any:
        if text in CONSTANTS:
            return operation(arithmetic, text)()
        return arithmetic.number(text, value)

    given = list(nodes)
    chooses = any(isinstance(node, Call) and node.function is WHEN for node in given)
    if chooses and getattr(arithmetic, "CHOOSES", True):
        return _with_gaps(given, number, apply, inputs)
    return fold(given, number, apply, inputs)


class _Gap(Record):
    """What a node has in place of a value where it is not defined."""

    reason: Exception


def _with_gaps(
    nodes: list[Expression],
    number: Callable[[str, float], Any],
    apply: Callable[..., Any],
    inputs: Mapping[str, Any],
) -> Iterator[Any]:
    """Yield values as ``fold`` does; not a number where an undefined one is not chosen.

    Raises what the last node's functions raise.
    """

    def attempt(function: Function, *args: Any) -> Any:
        if function is WHEN and not isinstance(args[0], _Gap) and not args[0]:
            return number("0", 0.0)
        for argument in args:
            if isinstance(argument, _Gap):
                return argument
        if function is WHEN:
            return args[1]
        try:
            return apply(function, *args)
        except (ValueError, ArithmeticError, NotImplementedError) as reason:
            return _Gap(reason)

    last: Any = None
    for last in fold(nodes, number, attempt, inputs):
        yield math.nan if isinstance(last, _Gap) else last
    if isinstance(last, _Gap):
        raise last.reason


@cache
def operation(arithmetic: "Arithmetic", name: str) -> Callable[..., Any]:
    """Return a function or constant in an arithmetic: its own, or by definition.

    >>> from diffcli.arithmetics import complex_values
    >>> operation(complex_values, "sigmoid")(0j)  # 1/(1+exp(-u))
    (0.5+0j)

    Raises Unavailable if it has neither.
    """
    primitive = arithmetic.PRIMITIVES.get(name)
    if primitive is not None:
        return primitive
    row = CONSTANTS[name] if name in CONSTANTS else NAMED[name]
    if not row.definition:
        from diffcli.arithmetics import Unavailable

        raise Unavailable(f"{name} is not known for {arithmetic.TITLE}")
    return compiled(arithmetic, row.definition)


@cache
def compiled(arithmetic: "Arithmetic", text: str) -> Callable[..., Any]:
    """Return a text in the letters u and v, or none, as a function in an arithmetic."""
    nodes = postorder([parse_template(text, {})])
    if any(isinstance(node, Call) and node.function is WHEN for node in nodes):

        def choosing(*args: Any) -> Any:
            *_, value = evaluate(nodes, arithmetic, dict(zip("uv", args, strict=False)))
            return value

        return choosing
    leaves = [node for node in nodes if not isinstance(node, Call)]
    calls = [node for node in nodes if isinstance(node, Call)]
    numbers = [
        _numeral(arithmetic, leaf) for leaf in leaves if isinstance(leaf, Number)
    ]
    places: dict[Expression, int] = {variable("u"): 0, variable("v"): 1}
    for node in [leaf for leaf in leaves if isinstance(leaf, Number)] + calls:
        places[node] = len(places)
    steps = [
        (operation(arithmetic, node.function.name), [places[a] for a in node.args])
        for node in calls
    ]
    last = places[nodes[-1]]

    def function(u: Any = None, v: Any = None) -> Any:
        values = [u, v, *[number() for number in numbers]]
        for apply, where in steps:
            values.append(apply(*[values[place] for place in where]))
        return values[last]

    return function


def _numeral(arithmetic: "Arithmetic", node: Number) -> Callable[[], Any]:
    """Return what makes a numeral at the present precision."""
    if node.text in CONSTANTS:
        return operation(arithmetic, node.text)
    return lambda: arithmetic.number(node.text, node.value)


def run(
    program: Program, arithmetic: "Arithmetic", point: Mapping[str, Any]
) -> list[Any]:
    """Return the value of every row of a program at a point, in real numbers.

    Raises Undefined where a function is not defined.
    """
    values: list[Any] = []
    try:
        for value in evaluate(program.nodes, arithmetic, point):
            values.append(value)
        if any(values[row] != values[row] for row in program.outputs):
            raise ValueError
    except (ValueError, ArithmeticError, NotImplementedError) as error:
        numbers, overflow = [float(v) for v in values], isinstance(error, OverflowError)
        row = refused(program, numbers)
        raise Undefined(program, numbers[:row], row, overflow=overflow) from None
    return values


def refused(program: Program, values: Sequence[float]) -> int:
    """Return the row whose function has no value, from those of all rows before it.

    Where all rows came, what is not defined is not a number; of these it is the one
    that an output comes from, as others are not chosen.
    """
    if len(values) < len(program.nodes):
        return len(values)
    gaps = {row for row, value in enumerate(values) if value != value}
    row = next(row for row in program.outputs if row in gaps)
    while found := [place for place in program.arguments(row) if place in gaps]:
        *_, row = found
    return row
