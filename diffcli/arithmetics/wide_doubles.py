"""What a program in doubles would compute if only its numerals were doubles.

0.1 is the double that it is read as, and everything after that is computed as exactly
as mp.dps says: so two runs a tiny step apart differ in nothing but the step.
"""

from functools import partial

from mpmath import mp

from diffcli.arithmetics import Primitives, multiprecision
from diffcli.arithmetics.multiprecision import Real
from diffcli.calculus.functions import CONSTANTS

TITLE = "doubles, computed on with more digits"
PRIMITIVES: Primitives = {
    **multiprecision.PRIMITIVES,
    **{name: partial(mp.mpf, row.value) for name, row in CONSTANTS.items()},
}


def number(text: str, value: float) -> Real:
    """Return the double that a numeral is read as, exactly."""
    return mp.mpf(value)
