"""Columns of complex numbers, for the complex step at many points at once."""

from functools import partial

from diffcli.arithmetics import Primitives, complex_values
from diffcli.arithmetics.columns import spread
from diffcli.calculus.functions import CONSTANTS

TITLE = "columns of complex numbers"
CHOOSES = False  # a column may need both sides of a choice

number = complex_values.number

PRIMITIVES: Primitives = {
    name: function if name in CONSTANTS else partial(spread, function)
    for name, function in complex_values.PRIMITIVES.items()
}
