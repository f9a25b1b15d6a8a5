"""Programs run in arithmetic of any precision, by mpmath.

A function's value comes from mpmath under its own name, or from the row's
definition; its local partials from the row's derivative texts.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from mpmath import mp

from diffcli.calculus.functions import ARITHMETIC, CONSTANTS, ROWS, Function, psi
from diffcli.engine.tape import Program, Undefined
from diffcli.language.expression import Call, Expression, Number, Variable, postorder
from diffcli.language.parser import parse_template

Real = Any
"""An mpf; mpmath ships no types."""

_OTHER_NAMES = {"abs": "fabs"}
_SPECIAL: dict[str, Callable[..., Real]] = {
    **ARITHMETIC,
    "power": lambda u, v: mp.power(u, v),
    "max": max,
    "min": min,
    "cbrt": lambda u: mp.sign(u) * mp.cbrt(abs(u)),
    "acot": lambda u: mp.atan(1 / u),
    "polygamma": lambda u, v: _polygamma(u, v),
}
_LARGEST = 1e9  # the exponential of more than this is no use to anybody


def _polygamma(u: Real, v: Real) -> Real:
    """Return psi of order u; mpmath would take hours over a large order."""
    if not (0 <= u < 100 and u == int(u)):
        raise ValueError(u)
    return psi(int(u), v)


def real(value: Real) -> Real:
    """Return the value if it is a finite real number.

    Raises ValueError if it is not.
    """
    if not isinstance(value, mp.mpf) or not mp.isfinite(value):
        raise ValueError(value)
    return value


@cache
def operation(name: str) -> Callable[..., Real]:
    """Return a function of the table that takes and gives mpf."""
    row = next(row for row in ROWS if row.name == name)
    if name in _SPECIAL:
        return _SPECIAL[name]
    if not row.definition:
        function: Callable[..., Real] = getattr(mp, _OTHER_NAMES.get(name, name))
        return function
    return text_function(row.definition)


@cache
def text_function(text: str) -> Callable[..., Real]:
    """Return a text in the letters u and v as a function on mpf."""
    nodes = postorder([parse_template(text, {})])

    def evaluate(u: Real, v: Real = None) -> Real:
        found: dict[Expression, Real] = {}
        node: Expression
        for node in nodes:
            if isinstance(node, Call):
                args = [found[argument] for argument in node.args]
                found[node] = apply(node.function, *args)
            elif isinstance(node, Variable):
                found[node] = u if node.name == "u" else v
            else:
                found[node] = leaf(node)
        return found[node]

    return evaluate


def apply(function: Function, *args: Real) -> Real:
    """Return a function's value.

    Raises ValueError or ArithmeticError where it has none.
    """
    if function.name in ("exp", "sinh", "cosh", "exp2", "gamma") and args[0] > _LARGEST:
        raise OverflowError
    return real(operation(function.name)(*args))


def leaf(node: Expression, *, as_double: bool = False) -> Real:
    """Return a number or constant, exactly, or as the double nearest to it."""
    assert isinstance(node, Number)
    if as_double:
        return mp.mpf(node.value)
    return _constant(node.text) if node.text in CONSTANTS else mp.mpf(node.text)


def _constant(name: str) -> Real:
    """Return a constant at the present precision."""
    definition = CONSTANTS[name].definition
    return text_function(definition)(mp.zero) if definition else +getattr(mp, name)


def run(
    program: Program, point: Mapping[str, Real], *, as_double: bool = False
) -> list[Real]:
    """Return the value of every row at a point, at mpmath's present precision.

    Raises Undefined where a function is not defined.
    """
    values: list[Real] = []
    for row, node in enumerate(program.nodes):
        if isinstance(node, Variable):
            values.append(mp.mpf(point[node.name]))
        elif isinstance(node, Call):
            args = [values[program.index[argument]] for argument in node.args]
            try:
                values.append(apply(node.function, *args))
            except OverflowError:
                raise _undefined(program, values, row, overflow=True) from None
            except (ValueError, ArithmeticError, NotImplementedError):
                raise _undefined(program, values, row, overflow=False) from None
        else:
            values.append(leaf(node, as_double=as_double))
    return values


def _undefined(
    program: Program, values: list[Real], row: int, *, overflow: bool
) -> Undefined:
    return Undefined(program, [float(v) for v in values], row, overflow=overflow)
