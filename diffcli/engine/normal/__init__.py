"""The normal form of an expression: what a book prints at its back.

Every chain of + or * is gathered into one list, and a list is written in the shortest
of a fixed handful of forms (the rows of SUM_FORMS and PRODUCT_FORMS); the order in
which it was typed wins a tie. A form of a form is two deep at most, so the work is
bounded, and a pass is repeated only while what is written becomes shorter, a few times
at most: that is why it ends.

What is cancelled only ever widens the domain: x/x is 1, (√u)² is u, but √(u²) is not u.
"""

from collections.abc import Iterable

from diffcli.engine.normal.form import MOST_NODES, Normal
from diffcli.engine.normal.products import PRODUCT_FORMS
from diffcli.engine.normal.sums import SUM_FORMS
from diffcli.language.expression import Expression

__all__ = ["MOST_NODES", "PRODUCT_FORMS", "SUM_FORMS", "Normal", "normal"]


def normal(expression: Expression, typed: Iterable[Expression] = ()) -> Expression:
    """Return the normal form of an expression.

    Sums that stand in ``typed`` keep their spelling where they can.

    >>> from diffcli.language.parser import parse
    >>> from diffcli.language.printer import text
    >>> text(normal(parse("(1*(x+1)-x*1)/(x+1)^2").expression))
    '1/(x + 1)**2'
    """
    start = Normal()
    for formula in typed:
        start.keep(formula)
    return start.normal(expression)
