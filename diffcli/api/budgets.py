"""What the errors of the inputs do to the value."""

from collections.abc import Mapping
from typing import SupportsFloat

from diffcli.analysis import budget as _analysis
from diffcli.analysis.budget import Budget
from diffcli.errors import PointError
from diffcli.inputs import arguments
from diffcli.inputs.arguments import Formula, Point
from diffcli.problem import Problem

__all__ = ["budget"]


def budget(
    formula: Formula | Problem,
    point: Point | None = None,
    errors: Mapping[str, SupportsFloat] = {},
) -> Budget:
    """Return the value with its error, and each input's share in it.

    ``errors`` are standard errors by variable; the others are exact. The inputs are
    taken as independent.

    >>> found = budget("x*y", {"x": 2, "y": 3}, {"x": 0.1, "y": 0.2})
    >>> found.error, [(each.name, round(each.share, 2)) for each in found.shares]
    (0.5, [('y', 0.64), ('x', 0.36)])

    Raises UsageError, ParseError, PointError, DomainError, and KinkError where there is
    no derivative.
    """
    problem = arguments.problem(formula, point)
    arguments.mapping(errors, "errors")
    spreads = {}
    for name, error in errors.items():
        if name not in problem.variables:
            raise PointError(f"'{name}' is not in the formula", parameter="errors")
        spreads[name] = arguments.not_negative(error, "errors")
    return _analysis.budget(problem, spreads)
