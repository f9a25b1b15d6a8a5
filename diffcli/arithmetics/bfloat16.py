"""Numbers in bfloat16: every operation is rounded to it."""

from diffcli.arithmetics import Primitives
from diffcli.calculus.floats import FORMATS, rounded

TITLE = "numbers in bfloat16"
FORMAT = FORMATS["bfloat16"]
PRIMITIVES: Primitives = rounded(FORMAT.name)


def number(text: str, value: float) -> float:
    """Return the nearest number to a numeral. Raises OverflowError."""
    return FORMAT.round(value)
