"""Value and gradient of a formula as columns of a polars frame."""

from collections.abc import Sequence

from diffcli.arithmetics import Unavailable
from diffcli.engine import frames as _engine
from diffcli.engine.frames import Columns, Frame
from diffcli.engine.tape import Program
from diffcli.language.parser import Parsed

__all__ = ["Columns", "gradient"]


def gradient(
    parsed: Parsed, inputs: dict[str, Frame], names: Sequence[str]
) -> Columns | None:
    """Return value and partials, from a column for each variable.

    None: polars has not every function that stands in the formula.
    """
    try:
        return _engine.gradient(Program([parsed.expression]), inputs, names)
    except Unavailable:
        return None
