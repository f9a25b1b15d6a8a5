"""Exact values: sqrt(2)/4 and not 0.3535533906, by sympy.

A sympy expression is built node by node from ours. No text of the user's ever reaches
sympy, whose parser would run it.
"""

from collections.abc import Callable, Mapping
from typing import Any

import sympy

from diffcli.calculus.functions import ARITHMETIC, CONSTANTS, ROWS
from diffcli.errors import ParseError
from diffcli.language.expression import Call, Expression, Number, Variable, postorder
from diffcli.language.parser import parse, parse_template

Symbolic = Any
"""A sympy expression; sympy ships no types."""

_LARGEST = 2_000  # nodes of an expression that sympy gets
_LONGEST = 60  # characters of a value that is worth showing

_CONSTANTS = {"pi": sympy.pi, "e": sympy.E}
_NAMES: dict[str, Callable[..., Symbolic]] = {
    **ARITHMETIC,
    "power": lambda u, v: u**v,
    "abs": sympy.Abs,
    "max": sympy.Max,
    "min": sympy.Min,
    "ceil": sympy.ceiling,
    "cbrt": lambda u: sympy.sign(u) * sympy.Abs(u) ** sympy.Rational(1, 3),
}


def to_sympy(expression: Expression, letters: Mapping[str, Symbolic]) -> Symbolic:
    """Return an expression in sympy; names not in ``letters`` are real symbols."""
    found: dict[Expression, Symbolic] = {}
    node: Expression
    for node in postorder([expression]):
        if isinstance(node, Number):
            found[node] = _number(node.text)
        elif isinstance(node, Variable):
            known = letters.get(node.name)
            symbol = sympy.Symbol(node.name, real=True)
            found[node] = symbol if known is None else known
        else:
            assert isinstance(node, Call)
            args = [found[argument] for argument in node.args]
            found[node] = _applied(node.function.name, args)
    return found[node]


def _number(text: str) -> Symbolic:
    """Return a numeral exactly, or a constant: sympy's own, or the row's definition."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text in CONSTANTS:
        return to_sympy(parse_template(CONSTANTS[text].definition, {}), {})
    return sympy.Rational(text)


def _applied(name: str, args: list[Symbolic]) -> Symbolic:
    """Return a function of the table: sympy's own, or the row's definition."""
    if name in _NAMES:
        return _NAMES[name](*args)
    row = next(row for row in ROWS if row.name == name)
    if row.definition:
        letters = dict(zip("uv", args, strict=False))
        return to_sympy(parse_template(row.definition, {}), letters)
    return getattr(sympy, name)(*args)


def exact_value(expression: Expression, point: Mapping[str, Expression]) -> str:
    """Return the exact value of an expression at a point of constant formulas.

    Empty where there is none that is short: the value is then best read as a number.
    """
    if len(postorder([expression])) > _LARGEST:
        return ""
    letters = {name: to_sympy(value, {}) for name, value in point.items()}
    value = to_sympy(expression, letters)
    if value.is_real is False or value.has(sympy.nan, sympy.zoo, sympy.oo):
        return ""
    if value.count_ops() < _LONGEST:
        value = sympy.radsimp(sympy.simplify(value))
    text = str(value)
    return text if len(text) <= _LONGEST else ""


_OURS = {"Abs": "abs", "Max": "max", "Min": "min", "ceiling": "ceil"}
_READABLE = 100  # nodes of an expression that sympy may take time to shorten


def simplified(expression: Expression) -> Expression | None:
    """Return a shorter form of an expression, found by sympy; None: there is none.

    Sympy's answer is read by our own parser, and only names that are ours get through.
    """
    from sympy.printing.str import StrPrinter

    nodes = postorder([expression])
    if len(nodes) > _READABLE:
        return None

    class Printer(StrPrinter):  # type: ignore[misc]
        """Print functions under our names."""

        def _print_Function(self, node: Any) -> str:  # noqa: N802
            name = node.func.__name__
            return f"{_OURS.get(name, name)}({self.stringify(node.args, ', ')})"

        _print_Abs = _print_Max = _print_Min = _print_Function  # noqa: N815

        def _print_Exp1(self, _: Any) -> str:  # noqa: N802
            return "e"

    written = Printer().doprint(sympy.simplify(to_sympy(expression, {})))
    names = [node.name for node in nodes if isinstance(node, Variable)]
    try:
        found = parse(written, names=names)
    except ParseError:
        return None
    shorter = len(postorder([found.expression])) < len(nodes)
    return found.expression if shorter and set(found.variables) <= set(names) else None
