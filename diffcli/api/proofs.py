"""Numbers of which every digit is proved."""

from collections.abc import Iterable, Mapping

from diffcli.analysis import proof as _analysis
from diffcli.analysis.proof import Proof, need
from diffcli.inputs import arguments
from diffcli.inputs.arguments import Formula, Point
from diffcli.language.expression import Expression
from diffcli.problem import Problem

__all__ = ["at", "need", "prove"]

_MOST_ORDER, _MOST_DIGITS = 20, 1000


def prove(
    formula: Formula,
    point: Point,
    *,
    order: int = 1,
    wrt: str | Iterable[str] = (),
    digits: int = 17,
) -> Proof:
    """Return the value and the derivatives up to an order, with what is proved.

    Numbers are computed in balls (python-flint, the extra ``proof``), with more bits
    until so many digits are certain. A value of the point is meant exactly: 0.1 is
    1/10, and "pi/2" is no double.

    >>> found = prove("x*exp(x)", {"x": 1}, digits=12)
    >>> found.value.text, found.derivative("x").text
    ('2.71828182846', '5.43656365692')

    Raises UsageError, ParseError, PointError, DomainError where the formula is
    undefined, and KinkError where it is not differentiable.
    """
    need()
    arguments.mapping(point, "point")
    parsed = arguments.formula(formula, point)
    problem = arguments.problem(parsed, point, wrt)
    return at(problem, arguments.exact_point(point), order=order, digits=digits)


def at(
    problem: Problem,
    point: Mapping[str, Expression],
    *,
    order: int = 1,
    digits: int = 17,
) -> Proof:
    """Return the same for a problem, whose point is given as formulas. Raises alike."""
    order = arguments.whole(order, "order", 0, _MOST_ORDER)
    digits = arguments.whole(digits, "digits", 1, _MOST_DIGITS)
    return _analysis.prove(problem, point, order, digits)
