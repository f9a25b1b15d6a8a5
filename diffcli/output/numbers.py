"""Numbers as they are written for people and for programs."""

from collections.abc import Callable, Iterable, Sequence
from math import floor, isfinite, log10
from typing import Any

from diffcli.problem import DOUBLE


def plain_number(value: Any, digits: int = DOUBLE) -> str:
    """Return a number with all its digits, whole ones without a point.

    >>> plain_number(44.0), plain_number(0.1), plain_number(None)
    ('44', '0.1', '')
    """
    if value is None:
        return ""
    text = repr(value) if isinstance(value, float) else many_digits(value, digits)
    return text[:-2] if text.endswith(".0") else text


def plain_numbers(column: Sequence[float]) -> Iterable[str]:
    """Return what ``plain_number`` says of each."""
    if any(map(float.is_integer, column)):
        return map(plain_number, column)
    return map(repr, column)


def many_digits(value: Any, digits: int, *, strip: bool = True) -> str:
    """Return a number of any precision with this many significant digits."""
    from mpmath import mp

    with mp.workdps(digits + 5):
        return str(mp.nstr(mp.mpf(value), digits, strip_zeros=strip))


def short_number(value: Any, digits: int) -> str:
    """Return a number with at most this many significant digits."""
    return f"{value:.{digits}g}" if digits <= DOUBLE else plain_number(value, digits)


def error_text(error: float) -> str:
    """Return how far a number may be off, with one digit; -: nobody knows."""
    return f"{float(error):.0e}" if isfinite(error) else "-"


def number_style(values: Sequence[Any], digits: int) -> Callable[[Any], str]:
    """Return how to write numbers that stand beside each other.

    At least ``digits`` significant digits of each; one style for all of them, so that
    they stand aligned: fixed, or with the same kind of exponent beyond 1e6 and below
    1e-4. A double has no more than 17 digits.

    >>> [number_style([44.0000399976, 44.0], 10)(x) for x in (44.0000399976, 44.0)]
    ['44.0000399976', '44.0000000000']
    """
    if digits > DOUBLE:
        return lambda value: many_digits(value, digits, strip=False)
    sizes = [abs(value) for value in values if value]
    largest = floor(log10(max(sizes))) if sizes else 0
    style = f".{min(digits, 16)}e"
    if -4 <= largest < 6:
        places = digits if largest >= 0 else digits - largest - 1
        style = f".{max(0, min(places, 16 - largest))}f"
    return lambda value: format(value, style)
