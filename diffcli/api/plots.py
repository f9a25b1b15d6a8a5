"""A function and its derivative over a range."""

from diffcli.analysis import plot as _analysis
from diffcli.analysis.plot import Plot, finer_by
from diffcli.errors import PointError
from diffcli.inputs import arguments
from diffcli.inputs.arguments import Formula, Point, Value

__all__ = ["finer_by", "plot"]


def plot(
    formula: Formula,
    low: Value = -6,
    high: Value = 6,
    *,
    variable: str = "",
    others: Point | None = None,
    samples: int = 241,
) -> Plot:
    """Return samples of a function and its derivative, and where they break.

    ``others`` are the values of the variables but the one that varies.

    >>> [(kink.kind, kink.x) for kink in plot("abs(x)", -1, 1).features]
    [('kink', 0.0)]

    Raises UsageError, ParseError, PointError.
    """
    others = {} if others is None else others
    arguments.mapping(others, "others")
    arguments.text(variable, "variable")
    arguments.whole(samples, "samples", 2, 1_000_000)
    first, last = arguments.interval(low, high, "low")
    parsed = arguments.formula(formula, (*others, variable) if variable else others)
    free = [name for name in parsed.variables if name not in others]
    if not variable and len(free) > 1:
        raise PointError(
            f"which one varies: {', '.join(free)}? The others need values.",
            parameter="variable",
        )
    name = variable or (free[0] if free else "x")
    if parsed.variables:
        arguments.names((name,), parsed.variables, "variable")
    everything = arguments.point({**others, name: first}, parsed) if free else {}
    rest = {other: value for other, value in everything.items() if other != name}
    finer = finer_by([parsed], samples)
    found = _analysis.plot(parsed, name, rest, first, last, (samples - 1) * finer + 1)
    return found._replace(samples=found.samples[::finer])
