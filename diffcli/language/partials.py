r"""How a derivative is written: df/dx of one variable, ∂²f/∂x∂y of several.

This file decides it for every view and format. ``several`` tells that f has more than
one variable; ``names`` are those that it is differentiated toward, one after another.
"""

from collections.abc import Callable, Sequence

from diffcli.language.latex_printer import latex_name
from diffcli.language.textbook import name_text, raised

Spell = Callable[[str], str]


def partial_text(
    names: Sequence[str], *, several: bool, of: str = "f", spell: Spell = name_text
) -> str:
    """Return the name of a derivative.

    >>> partial_text(["x"], several=False), partial_text(["x", "x"], several=False)
    ('df/dx', 'd²f/dx²')
    >>> partial_text(["x1"], several=True), partial_text(["x", "y"], several=True)
    ('∂f/∂x₁', '∂²f/∂x∂y')
    """
    d, order = _sign(several=several), raised(_order(names))
    return f"{d}{order}{spell(of)}/{_below(d, names, order, spell)}"


def operator_text(name: str, *, several: bool, spell: Spell = name_text) -> str:
    """Return what stands before something to be differentiated.

    >>> operator_text("x1", several=True), operator_text("x", several=False)
    ('∂/∂x₁', 'd/dx')
    """
    d = _sign(several=several)
    return f"{d}/{d}{spell(name)}"


def partial_latex(names: Sequence[str], *, several: bool, of: str = "f") -> str:
    r"""Return the name of a derivative in LaTeX.

    >>> print(partial_latex(["x1", "x1"], several=True))
    \frac{\partial^{2} f}{\partial x_{1}^{2}}
    >>> print(partial_latex(["x"], several=False))
    \frac{d f}{d x}
    """
    d, order = _latex_sign(several=several), _order(names)
    raised = f"^{{{order}}}" if order else ""
    below = _below(f"{d} ", names, raised, latex_name, r" \, ")
    return rf"\frac{{{d}{raised} {latex_name(of)}}}{{{below}}}"


def operator_latex(name: str, *, several: bool) -> str:
    """Return what stands before something to be differentiated, in LaTeX."""
    d = _latex_sign(several=several)
    return rf"\frac{{{d}}}{{{d} {latex_name(name)}}}"


def _sign(*, several: bool) -> str:
    return "∂" if several else "d"


def _latex_sign(*, several: bool) -> str:
    return r"\partial" if several else "d"


def _order(names: Sequence[str]) -> str:
    """Return the order of a derivative; empty: it is the first."""
    return str(len(names)) if len(names) > 1 else ""


def _below(
    d: str, names: Sequence[str], order: str, spell: Spell, gap: str = ""
) -> str:
    """Return what stands below the bar: ∂x∂y, or ∂x² if there is one variable."""
    if len(set(names)) == 1:
        return f"{d}{spell(names[0])}{order}"
    return gap.join(f"{d}{spell(name)}" for name in names)
