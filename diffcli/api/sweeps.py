"""The error of difference quotients against their step width."""

from typing import Literal, SupportsFloat

from diffcli.analysis import sweep as _analysis
from diffcli.analysis.sweep import SCHEMES, Sweep, widths
from diffcli.calculus.floats import FORMATS
from diffcli.errors import PointError
from diffcli.inputs import arguments
from diffcli.inputs.arguments import Formula, Point, Scheme
from diffcli.problem import Problem

Schemes = Scheme | Literal["both"]
"""The samples of the differences that are tried."""

_SMALLEST = {"": 1e-15, "single": 1e-8, "half": 1e-4, "bfloat16": 1e-3}
"""Step widths at which rounding has all the say at 1, in doubles and in formats."""
_SCHEMES = {"both": "both", **arguments.SCHEMES}


def sweep(
    formula: Formula | Problem,
    point: Point | None = None,
    variable: str = "",
    *,
    scheme: Schemes = "both",
    smallest: SupportsFloat | None = None,
    largest: SupportsFloat = 1.0,
    per_decade: int = 4,
    prove: bool = False,
    format: str = "",
) -> Sweep:
    """Return the error of difference quotients against their step width.

    ``variable`` is the first one if left out; the step widths go from ``largest`` down
    to ``smallest`` (1e-15 for doubles), ``per_decade`` of them from one power of ten
    to the next. With ``prove`` each error has a bound, whose truncation is proved
    (extra ``proof``). With a ``format``, half, bfloat16 or single, the point and every
    operation are rounded to it, and the bound's rounding is proved too.

    >>> [series.best.h for series in sweep("exp(x)", {"x": 1}, scheme="central").series]
    [1e-05]

    Raises UsageError, ParseError, PointError, DomainError, and KinkError where there
    is no derivative, RangeError where the point is too large for the format.
    """
    if format != "":
        arguments.among(format, {name: name for name in FORMATS}, "format")
    if smallest is None:
        smallest = _SMALLEST[format]
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
    return _analysis.sweep(
        problem, name, steps, schemes, prove=bool(prove), format=format
    )
