"""A function of two variables over a rectangle."""

from collections.abc import Mapping

from diffcli.analysis.maps import Field, Range
from diffcli.engine.tape import Program
from diffcli.language.parser import Parsed

__all__ = ["Field", "field"]


def field(
    parsed: Parsed,
    x: Range,
    y: Range,
    *,
    variables: tuple[str, str],
    others: Mapping[str, float],
) -> Field:
    """Return what gives samples of a formula along two of its variables.

    ``others`` are the values of the rest.
    """
    return Field(parsed, Program([parsed.expression]), variables, others, x, y)
