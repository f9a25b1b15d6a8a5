"""Gradients in formats with fewer bits than a double."""

from collections.abc import Iterable
from typing import SupportsFloat

from diffcli.analysis import floats as _analysis
from diffcli.analysis.floats import CoarseGradient
from diffcli.calculus.floats import FORMATS
from diffcli.inputs import arguments
from diffcli.inputs.arguments import Formula, Point
from diffcli.problem import Problem


def coarse_gradient(
    formula: Formula | Problem,
    point: Point | None = None,
    *,
    format: str = "half",
    wrt: str | Iterable[str] = (),
    h: SupportsFloat | None = None,
) -> CoarseGradient:
    """Return the gradient with every operation rounded to a format, and the truth.

    Formats are half, bfloat16 and single. Without ``h`` the step width of differences
    suits the format.

    >>> found = coarse_gradient("x*y", {"x": 0.1, "y": 3})
    >>> found.partials[1].backprop
    0.0999755859375

    Raises UsageError, ParseError, PointError, KinkError, DomainError, and RangeError
    where a number is too large for the format.
    """
    arguments.among(format, {name: name for name in FORMATS}, "format")
    width = None if h is None else arguments.positive(h, "h")
    problem = arguments.problem(formula, point, wrt)
    return _analysis.coarse_gradient(problem, format, width)
