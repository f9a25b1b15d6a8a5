"""Numbers in half precision: every operation is rounded to it."""

from diffcli.arithmetics import Primitives
from diffcli.calculus.floats import FORMATS, rounded

TITLE = "numbers in half precision"
FORMAT = FORMATS["half"]
PRIMITIVES: Primitives = rounded(FORMAT.name)


def number(text: str, value: float) -> float:
    """Return the nearest number to a numeral. Raises OverflowError."""
    return FORMAT.round(value)
