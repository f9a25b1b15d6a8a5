"""What a black box is asked and answers."""

import math
from collections.abc import Sequence
from typing import Any, Protocol

from diffcli.errors import UsageError
from diffcli.records import Record


class Reply(Record):
    """What a black box says of one point."""

    value: float
    #: Its own gradient; None: it gives none.
    gradient: tuple[float, ...] | None = None


class Box(Protocol):
    """A function of which only the values are known."""

    #: How errors and headings call it.
    name: str
    #: How it ended on the way, a sentence for each time.
    deaths: list[str]

    def ask(self, x: Sequence[float]) -> Reply:
        """Return the answer at a point. Raises UsageError if it gives none."""
        ...

    def close(self) -> None:
        """End it."""
        ...


def _is_quoted(text: str) -> bool:
    """Tell whether a text is a number that should not be one; "NaN" says: no value."""
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def understood(name: str, given: Any, x: Sequence[float]) -> Reply:
    """Return an answer of which every part is right.

    Raises UsageError with what is wrong; a value that is no finite number is a
    place outside the domain, and raises ArithmeticError.
    """
    value, gradient = given.get("f"), given.get("grad")
    if value is None or (isinstance(value, str) and not _is_quoted(value)):
        raise ArithmeticError(f"{name} gives no value there")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UsageError(f"{name} gave f = {value!r:.60}, which is no number")
    if not math.isfinite(_float(value)):
        raise ArithmeticError(f"{name} gives no finite value there")
    if gradient is None:
        return Reply(float(value))
    numbers = isinstance(gradient, list) and all(
        isinstance(part, int | float) and not isinstance(part, bool)
        for part in gradient
    )
    if not numbers:
        raise UsageError(f"{name} gave a gradient that is no list of numbers")
    if len(gradient) != len(x):
        raise UsageError(
            f"{name} gave a gradient of {len(gradient)} numbers, but the point has"
            f" {len(x)}"
        )
    partials = tuple(map(_float, gradient))
    for place, partial in enumerate(partials, 1):
        if not math.isfinite(partial):
            raise UsageError(
                f"{name} gave a gradient whose part {place} is {partial}, no number"
            )
    return Reply(float(value), partials)


def _float(number: float) -> float:
    """Return a number as a double; a whole one that is too large is infinite."""
    try:
        return float(number)
    except OverflowError:
        return math.inf
