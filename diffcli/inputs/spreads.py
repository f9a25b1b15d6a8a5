"""Values with their errors: x=2.0±0.1 or 2.0+/-0.1 in ``--at``, 2.0±0.1 in a cell."""

import math
import re
from collections.abc import Iterable, Iterator, Sequence

from diffcli.errors import DiffcliError, ParseError, PointError
from diffcli.inputs import points
from diffcli.inputs.rows import Row, placed
from diffcli.language.lexer import spelling
from diffcli.records import Record
from diffcli.remarks import Remark

_SIGN = re.compile(r"±|\+/[-−]")
_CONCISE = re.compile(r"(?<![\w.)])(([0-9]+\.([0-9]{1,15}))\(([0-9]{1,3})\))(?![\w(.])")


class Spread(Record):
    """A point without the errors of its values, and they."""

    #: The point as it would be typed without them.
    point: str
    #: The error of each value, by its place.
    errors: tuple[float, ...]

    def named(self, variables: Sequence[str]) -> dict[str, float]:
        """Return the errors by variable, for a point that fits them."""
        names = points.names(self.point) or variables
        return dict(zip(names, self.errors, strict=True))


def has_errors(text: str) -> bool:
    """Tell whether a point gives the error of a value.

    >>> has_errors("x=2.0±0.1"), has_errors("2.0+/-0.1"), has_errors("2+-0.1")
    (True, True, False)
    """
    return bool(_SIGN.search(text))


def misread(texts: Iterable[str]) -> Iterator[Remark]:
    """Yield what to tell of values that elsewhere have an error, and here are formulas.

    >>> [note.text for note in misread(["x=9.81(2)"])]
    ['9.81(2) is 9.81·2 here; a value with its error is 9.81±0.02.']
    """
    text = ",".join(texts)
    if "+-" in text.replace(" ", ""):
        yield Remark("2+-0.1 is 2 - 0.1 here; a value with its error is 2±0.1.")
    for whole, value, places, last in _CONCISE.findall(text)[:1]:
        error = f"{int(last) / 10 ** len(places):.{len(places)}f}"
        told = f"a value with its error is {value}±{error}"
        yield Remark(f"{whole} is {value}·{last} here; {told}.")


def split(text: str) -> Spread:
    """Return a point and the errors of its values; a value without one is exact.

    >>> split("x=2.0±0.1, y=3")
    Spread(point='x=2.0, y=3', errors=(0.1, 0.0))

    Raises ParseError or PointError for an error that is no number from 0 on.
    """
    values, errors = [], []
    for a, b in points.spans(text):
        part = text[a:b]
        signs = list(_SIGN.finditer(part))
        if not signs:
            values.append(part)
            errors.append(0.0)
            continue
        start, stop = signs[0].span()
        if len(signs) > 1 or not part[stop:].strip():
            raise ParseError(
                "a value has one error, and it is a number",
                source=text,
                span=(a + start, b),
                hint="x=2.0±0.1",
            )
        values.append(part[:start])
        errors.append(_error(text, part[stop:], (a + stop, b)))
    return Spread(",".join(values), tuple(errors))


def of_cells(row: Row, variables: Sequence[str]) -> tuple[Row, dict[str, float]]:
    """Return a row of a table with its point, and the errors of its values.

    A row that is wrong in another way stays as it is.
    """
    if not isinstance(row.error, points.GivenError):
        return row, {}
    cells = {spelling(column): str(cell) for column, cell in row.carried.items()}
    point, errors = {}, {}
    try:
        for name in variables:
            given = split(cells[name])
            point[name] = points.number(given.point)
            (errors[name],) = given.errors
    except DiffcliError as error:
        return row._replace(error=placed(error, row.where)), {}
    return row._replace(point=point, error=None), errors


def _error(text: str, given: str, span: tuple[int, int]) -> float:
    if "%" in given:
        raise ParseError(
            "an error in percent could be of the value or of 1",
            source=text,
            span=span,
            hint="write it in the value's own unit: x=2.0±0.1",
        )
    error = points.number(given.strip())
    if not (math.isfinite(error) and error >= 0):
        raise PointError(f"an error is a number from 0 on, not {error:.10g}")
    return error
