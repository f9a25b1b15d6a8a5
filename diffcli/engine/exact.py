"""What sympy knows; it is asked through ``waiting``, as it may take for ever."""

from collections.abc import Mapping
from typing import Any

import sympy

from diffcli.arithmetics import symbols
from diffcli.arithmetics.symbols import Symbolic
from diffcli.engine.fold import evaluate
from diffcli.errors import ParseError
from diffcli.language.expression import Expression, Variable, postorder
from diffcli.language.parser import parse

_LARGEST = 2_000  # nodes of an expression that sympy gets
_LONGEST = 60  # characters of a value that is worth showing


def to_sympy(expression: Expression, letters: Mapping[str, Symbolic]) -> Symbolic:
    """Return an expression in sympy; names not in ``letters`` are real symbols."""
    nodes = postorder([expression])
    names = [node.name for node in nodes if isinstance(node, Variable)]
    free = {name: sympy.Symbol(name, real=True) for name in names}
    *_, last = evaluate(nodes, symbols, {**free, **letters})
    return last


def exact_value(
    expression: Expression, point: Mapping[str, Expression]
) -> tuple[str, float]:
    """Return the exact value of an expression at a point of constant formulas.

    As text, which is empty where none is short, and as the number that it is.
    """
    if len(postorder([expression])) > _LARGEST:
        return "", 0.0
    letters = {name: to_sympy(value, {}) for name, value in point.items()}
    value = to_sympy(expression, letters)
    if value.is_real is False or value.has(sympy.nan, sympy.zoo, sympy.oo):
        return "", 0.0
    if value.count_ops() < _LONGEST:
        value = sympy.radsimp(sympy.simplify(value))
    text = str(value)
    return (text, float(value)) if len(text) <= _LONGEST else ("", 0.0)


def same(one: Expression, other: Expression) -> bool:
    """Tell whether sympy proves that two formulas are the same function."""
    difference = to_sympy(one, {}) - to_sympy(other, {})
    return bool(sympy.expand(difference) == 0 or sympy.simplify(difference) == 0)


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
        parsed = parse(written, names=names)
    except ParseError:
        return None
    shorter = len(postorder([parsed.expression])) < len(nodes)
    return (
        parsed.expression if shorter and set(parsed.variables) <= set(names) else None
    )
