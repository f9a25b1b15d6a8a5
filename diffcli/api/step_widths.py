"""The error of difference quotients against their step width."""

from typing import Literal, SupportsFloat

from diffcli.analysis import sweep as _analysis
from diffcli.analysis.sweep import SCHEMES, Sweep, widths
from diffcli.errors import PointError
from diffcli.inputs import arguments
from diffcli.inputs.arguments import Formula, Point, Scheme
from diffcli.problem import Problem

Schemes = Scheme | Literal["both"]
"""The samples of the differences that are tried."""

_SCHEMES = {"both": "both", **arguments.SCHEMES}


def sweep(
    formula: Formula | Problem,
    point: Point | None = None,
    variable: str = "",
    *,
    scheme: Schemes = "both",
    smallest: SupportsFloat = 1e-15,
    largest: SupportsFloat = 1.0,
    per_decade: int = 4,
    prove: bool = False,
) -> Sweep:
    """Return the error of difference quotients against their step width.

    ``variable`` is the first one if left out; the step widths go from ``largest`` down
    to ``smallest``, ``per_decade`` of them from one power of ten to the next. With
    ``prove`` each error has a bound, whose truncation is proved (extra ``proof``).

    >>> [series.best.h for series in sweep("exp(x)", {"x": 1}, scheme="central").series]
    [1e-05]

    Raises UsageError, ParseError, PointError, DomainError, and KinkError where there
    is no derivative.
    """
    chosen = arguments.among(scheme, _SCHEMES, "scheme")
    ends = [
        arguments.positive(end, name)
        for name, end in (("smallest", smallest), ("largest", largest))
    ]
    arguments.whole(per_decade, "per_decade", 1, 1000)
    problem = arguments.problem(formula, point)
    name, *_ = arguments.names(variable, problem.parsed.variables, "variable") or ("",)
    if not name:
        raise PointError("the formula has no variables, so it has no derivative")
    schemes = SCHEMES if chosen == "both" else (chosen,)
    steps = widths(ends[0], ends[1], per_decade)
    return _analysis.sweep(problem, name, steps, schemes, prove=bool(prove))
