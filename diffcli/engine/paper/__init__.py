"""A derivation as one writes it on paper: one chain of equals, from the outside in.

The chain starts with the whole, D(f). In each line every pending D(u) is replaced by
the right side of its rule; what is trivial (a constant, x itself, c*x) is put in at
once and shares the line. When nothing is pending, the normal form ends it.

A line is an expression like any other, but for two marks: D(u) is a derivative that is
still to be found, and a product that a rule made is a ``BESIDE``, written with a dot.
"""

from collections.abc import Sequence

from diffcli.engine.paper.equations import BESIDE, Calculation, Equation, Piece, Reason
from diffcli.engine.paper.parts import Split, named_levels, split
from diffcli.engine.paper.writer import Writer
from diffcli.engine.paper.writing import beside, light, replacement, resolved, written
from diffcli.language.expression import Expression, written_size

MOST_NODES = 600
"""Nodes of a formula that is derived on paper, shared ones wherever they stand."""


def chain(
    expression: Expression,
    name: str,
    *,
    several: bool = False,
    typed: Sequence[Expression] = (),
) -> Calculation:
    """Return the derivation of an expression toward a variable.

    ``several`` tells that there are other variables, which are held fixed. The result
    keeps the letters and sums of ``typed`` as they are spelled there, and those of the
    expression.

    >>> from diffcli.language.parser import parse
    >>> from diffcli.language.textbook import text
    >>> print(text(chain(parse("x/(x+1)").expression, "x").result))
    1/(x + 1)²
    """
    return Writer(expression, name, several=several, typed=typed).chain()


def too_long(expression: Expression) -> bool:
    """Tell whether nobody would derive a formula on paper, as it is written."""
    return written_size(expression, MOST_NODES + 1) > MOST_NODES


__all__ = [
    "BESIDE",
    "MOST_NODES",
    "Calculation",
    "Equation",
    "Piece",
    "Reason",
    "Split",
    "Writer",
    "beside",
    "chain",
    "light",
    "named_levels",
    "replacement",
    "resolved",
    "split",
    "too_long",
    "written",
]
