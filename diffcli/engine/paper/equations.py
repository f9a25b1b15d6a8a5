"""What a derivation on paper is: a calculation, equation by equation."""

from diffcli.calculus.functions import Function, Operator
from diffcli.language.expression import Expression
from diffcli.records import Record

BESIDE = Function(
    "beside",
    2,
    lambda u, v: u * v,
    (),
    (),
    latex=r"{u} \cdot {v}",
    notation=Operator("·", 20, 20, ""),
)
"""A product as a rule makes it: u'·v."""

Piece = str | Expression
Reason = tuple[Piece, ...]
"""A few words and formulas: why a line equals the one before."""


class Equation(Record):
    """One line of the chain."""

    expression: Expression
    #: Why it equals the line before; several where several rules were used at once.
    reasons: tuple[Reason, ...] = ()


class Calculation(Record):
    """A derivation toward one variable, from the outside in."""

    variable: str
    #: What is differentiated.
    of: Expression
    lines: tuple[Equation, ...]

    @property
    def result(self) -> Expression:
        """The derivative in normal form: the last line."""
        return self.lines[-1].expression
