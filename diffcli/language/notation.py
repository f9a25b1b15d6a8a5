"""How formulas are written: as on paper for people, as code for programs."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple, Protocol

from diffcli.language import printer, textbook
from diffcli.language.expression import Expression

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


class Notation(NamedTuple):
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

    def partial(self, names: Sequence[str], *, several: bool = True) -> str:
        """Return the name of a derivative: df/dx, ∂f/∂x₁, ∂²f/∂x², ∂²f/∂x∂y.

        >>> PAPER.partial(["x1", "x1"]), CODE.partial(["x1", "y"])
        ('∂²f/∂x₁²', '∂^2f/∂x1∂y')
        """
        d = "∂" if several else "d"
        symbols = [self.variable(name) for name in names]
        count = len(names)
        order = str(count).translate(_RAISED) if self.lowers else f"^{count}"
        order = order if count > 1 else ""
        if len(set(names)) == 1:
            below = f"{d}{symbols[0]}{order}"
        else:
            below = "".join(f"{d}{name}" for name in symbols)
        return f"{d}{order}f/{below}"

    def derivative(self, name: str, *, several: bool = True) -> str:
        """Return what stands before something to be differentiated: ∂/∂x₁."""
        d = "∂" if several else "d"
        return f"{d}/{d}{self.variable(name)}"


_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


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
