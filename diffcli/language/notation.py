"""How formulas are written: as on paper for people, as code for programs."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from diffcli.calculus.functions import Function
from diffcli.language import printer, textbook
from diffcli.language.expression import Call, Expression
from diffcli.language.partials import operator_text, partial_text
from diffcli.records import Record

_LONGEST_FACTOR = 60  # characters
_NO_NAMES: Mapping[Expression, str] = {}


class Write(Protocol):
    """Writes an expression."""

    def __call__(
        self,
        expression: Expression,
        *,
        limit: int = 0,
        names: Mapping[Expression, str] = _NO_NAMES,
        taken: Collection[str] = (),
        derivative: str = "d/dx",
    ) -> str:
        """Return the expression as text, cut at ``limit`` characters."""
        ...


class Notation(Record):
    """One way to write formulas and names."""

    #: What ``--notation`` calls it.
    name: str
    #: Writes an expression.
    text: Write
    #: What stands between two factors that are written apart.
    times: str
    #: Whether the last digits of a name are lowered: x1 is x₁.
    lowers: bool

    def variable(self, name: str) -> str:
        """Return a variable's name."""
        return textbook.name_text(name) if self.lowers else name

    def partial(self, names: Sequence[str], *, several: bool, of: str = "f") -> str:
        """Return the name of a derivative: df/dx, ∂f/∂x₁, ∂²f/∂x², ∂²f/∂x∂y.

        >>> PAPER.partial(["x1"], several=True), CODE.partial(["x1"], several=True)
        ('∂f/∂x₁', '∂f/∂x1')
        """
        return partial_text(names, several=several, of=of, spell=self.variable)

    def sign(self, function: Function) -> str:
        """Return an operator's sign."""
        assert function.notation is not None
        sign = function.notation.symbol
        return {"*": "·", "**": "^"}.get(sign, sign) if self.lowers else sign

    def factor(
        self, node: Expression, names: Mapping[Expression, str] = _NO_NAMES
    ) -> str:
        """Return a node beside a sign of multiplication: a sum is in brackets.

        >>> from diffcli.language.parser import parse
        >>> PAPER.factor(parse("1 - x1^2").expression)
        '(1 - x₁²)'
        """
        shown = self.text(node, limit=_LONGEST_FACTOR, names=names)
        notation = node.function.notation if isinstance(node, Call) else None
        loose = notation is not None and notation.left < printer.TIMES.left
        return f"({shown})" if loose else shown

    def derivative(self, name: str, *, several: bool) -> str:
        """Return what stands before something to be differentiated: ∂/∂x₁."""
        return operator_text(name, several=several, spell=self.variable)


def _code(
    expression: Expression,
    *,
    limit: int = 0,
    names: Mapping[Expression, str] = _NO_NAMES,
    taken: Collection[str] = (),
    derivative: str = "d/dx",
) -> str:
    del taken  # code spells every function out
    return printer.text(
        expression, spaced=False, limit=limit, names=names, derivative=derivative
    )


PAPER = Notation("paper", textbook.text, "·", lowers=True)
CODE = Notation("code", _code, "*", lowers=False)
BY_NAME = {notation.name: notation for notation in (PAPER, CODE)}
"""The notations by what ``--notation`` calls them."""
