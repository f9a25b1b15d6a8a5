"""Programs run over complex numbers, for the complex step.

A function that is analytic near the real axis is its own extension: cmath has it, or
its definition is made of such functions. A function with two branches goes on with the
branch that the real part is on.
"""

import cmath
from collections.abc import Callable, Mapping
from functools import cache

from diffcli.calculus.functions import ARITHMETIC, BY_NAME, ROWS
from diffcli.engine.tape import Program
from diffcli.language.expression import Call, Expression, Number, Variable, postorder
from diffcli.language.parser import parse_template

Complex = Callable[..., complex]


class NotAnalytic(ArithmeticError):
    """A function has no extension to complex numbers here."""


_BRANCHES: dict[str, Complex] = {
    "abs": lambda u: u if u.real > 0 else -u,
    "max": lambda u, v: u if u.real > v.real else v,
    "min": lambda u, v: u if u.real < v.real else v,
    "relu": lambda u: u if u.real > 0 else 0 * u,
    "cbrt": lambda u: u ** (1 / 3) if u.real > 0 else -((-u) ** (1 / 3)),
}
_FLAT = ("sign", "step", "floor", "ceil")  # slope 0 wherever there is one
_OPERATORS: dict[str, Complex] = {
    **ARITHMETIC,
    "power": lambda u, v: _power(u, v),
}


def _power(u: complex, v: complex) -> complex:
    whole = not v.imag and v.real == int(v.real) and abs(v.real) <= 100
    if whole:
        return complex(u ** int(v.real))
    if u.real < 0:
        raise NotAnalytic("a negative base")
    return u**v


@cache
def operation(name: str) -> Complex:
    """Return a function of the table that takes and gives complex numbers.

    Raises NotAnalytic if there is none.
    """
    known = _OPERATORS.get(name) or _BRANCHES.get(name)
    if known is not None:
        return known
    if name in _FLAT:
        row = BY_NAME[name]
        return lambda u: complex(row.value(u.real))
    from_library: Complex | None = getattr(cmath, name, None)
    if from_library is not None:
        return from_library
    row = next(row for row in ROWS if row.name == name)
    if not row.definition:
        raise NotAnalytic(f"{name} is not known for complex numbers")
    nodes = postorder([parse_template(row.definition, {})])
    return lambda u, v=0j: _evaluate(nodes, {"u": u, "v": v})


def _evaluate(nodes: list[Expression], letters: Mapping[str, complex]) -> complex:
    """Return the value of the last of some nodes in order."""
    found: dict[Expression, complex] = {}
    node: Expression
    for node in nodes:
        if isinstance(node, Call):
            args = [found[argument] for argument in node.args]
            found[node] = operation(node.function.name)(*args)
        elif isinstance(node, Variable):
            found[node] = letters[node.name]
        else:
            assert isinstance(node, Number)
            found[node] = complex(node.value)
    return found[node]


def value(program: Program, point: Mapping[str, complex]) -> complex:
    """Return the value of a program's first output at a complex point.

    Raises NotAnalytic, and ValueError or ArithmeticError where it has none.
    """
    return _evaluate(postorder(program.expressions[:1]), point)
