"""A formula as the loss of one example, over many of them."""

from collections.abc import Iterable, Iterator
from typing import Literal

from diffcli.analysis.examples import Examples
from diffcli.errors import PointError, UsageError
from diffcli.inputs import arguments, points
from diffcli.inputs.arguments import Formula, Point, Scheme, StepWidth
from diffcli.inputs.data import collected
from diffcli.inputs.rows import Row, placed

__all__ = ["Examples", "examples"]


def examples(
    formula: Formula,
    rows: Iterable[Point],
    weights: Point,
    *,
    wrt: str | Iterable[str] = (),
    reduce: Literal["mean", "sum"] = "mean",
    h: StepWidth | None = None,
    scheme: Scheme = "symmetric",
    digits: int = 10,
    keep_going: bool = False,
) -> Examples:
    """Return the loss over examples, for ``compare``, ``check`` and ``descend``.

    ``weights`` gives a value to each variable that stays the same, each row to the
    others. The loss is the mean of the formula over the rows, or their sum.
    ``keep_going`` leaves out rows without a value.

    >>> from diffcli import compare
    >>> loss = examples("(w*x - y)**2", [{"x": 1, "y": 1}, {"x": 2, "y": 4}], {"w": 1})
    >>> compare(loss).partial("w").value
    -4.0

    Raises ParseError, UsageError, and PointError and DomainError with the row.
    """
    arguments.mapping(weights, "weights")
    arguments.among(reduce, {"mean": "mean", "sum": "sum"}, "reduce")
    settings = arguments.settings(h, scheme, digits)
    given = list(arguments.several(rows, "rows"))
    if not given:
        raise PointError("there are no rows", parameter="rows")
    for row in given:
        arguments.mapping(row, "rows")
    parsed = arguments.formula(formula, (*weights, *given[0]))
    moving = [name for name in parsed.variables if name in weights]
    columns = [name for name in parsed.variables if name not in weights]
    if not moving or not columns:
        raise UsageError(
            f"of the variables ({', '.join(parsed.variables)}) the rows give some, the"
            " weights the others",
            parameter="weights",
        )
    values = {n: arguments.number(value, f"'{n}'") for n, value in weights.items()}
    data = collected(
        _read(given, columns), "rows", columns, reduce, keep_going=keep_going
    )
    return Examples(
        parsed, data, points.fitted(values, moving),
        arguments.names(wrt, moving), settings, keep_going=keep_going,
    )  # fmt: skip


def _read(given: Iterable[Point], columns: list[str]) -> Iterator[Row]:
    for place, point in enumerate(given, 1):
        row = Row(f"row {place}", {}, {})
        try:
            values = {n: arguments.number(v, f"'{n}'") for n, v in point.items()}
            yield row._replace(point=points.fitted(values, columns))
        except PointError as error:
            yield row._replace(error=placed(error, row.where))
