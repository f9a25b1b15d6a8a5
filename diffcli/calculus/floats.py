"""Formats with fewer bits than a double: how a number is rounded to one.

    half        11 bits, 6.1e-5 to 65504, and down to 6.0e-8 with fewer bits
    bfloat16     8 bits, the range of single
    single      24 bits, 1.2e-38 to 3.4e38

Ties go to the even neighbour. Source: IEEE 754-2019; bfloat16: Intel, "BFLOAT16
Hardware Numerics Definition", 2018.
"""

from collections.abc import Callable
from struct import pack, unpack

from diffcli.calculus.functions import CONSTANTS, NAMED
from diffcli.records import Record

Rounding = Callable[[float], float]


def half(value: float) -> float:
    """Return the nearest number in half precision.

    >>> half(0.1), half(2e-8)
    (0.0999755859375, 0.0)

    Raises OverflowError beyond 65504.
    """
    return float(unpack("<e", pack("<e", value))[0])


def single(value: float) -> float:
    """Return the nearest number in single precision. Raises OverflowError."""
    return float(unpack("<f", pack("<f", value))[0])


def bfloat16(value: float) -> float:
    """Return the nearest number in bfloat16: the upper half of a single's bits.

    The single is rounded to odd first, so that no tie is rounded twice.

    >>> bfloat16(0.1), bfloat16(3.14159)
    (0.10009765625, 3.140625)

    Raises OverflowError.
    """
    near = single(value)
    bits: int = unpack("<I", pack("<f", near))[0]
    if near != value and not bits & 1:
        bits += 1 if abs(near) < abs(value) else -1
    bits = (bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000
    rounded = float(unpack("<f", pack("<I", bits))[0])
    if rounded - rounded != 0.0:
        raise OverflowError
    return rounded


class FloatFormat(Record):
    """A format and its limits."""

    name: str
    round: Rounding
    #: Bits of its numbers, the leading one counted.
    bits: int
    #: The largest number, as people write it.
    largest: str
    #: The smallest one above 0.
    smallest: float

    @property
    def rounding(self) -> float:
        """How far one rounding can move a number, relative to its size."""
        return 2.0**-self.bits


FORMATS = {
    row.name: row
    for row in (
        FloatFormat("half", half, 11, "65504", 2.0**-24),
        FloatFormat("bfloat16", bfloat16, 8, "3.4e38", 2.0**-133),
        FloatFormat("single", single, 24, "3.4e38", 2.0**-149),
    )
}
"""The formats by the names that users give them."""


def rounded(name: str) -> dict[str, Callable[..., float]]:
    """Return the functions and constants of the table, each rounded to a format.

    A function is computed in double and then rounded, as on a processor that has it
    as one operation.
    """
    rounding = FORMATS[name].round

    def in_format(value: Callable[..., float]) -> Callable[..., float]:
        return lambda *args: rounding(value(*args))

    functions = {row.name: in_format(row.value) for row in NAMED.values()}
    constants = {
        row.name: in_format(lambda value=row.value: value) for row in CONSTANTS.values()
    }
    return functions | constants
