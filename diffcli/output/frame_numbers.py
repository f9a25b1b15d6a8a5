"""Columns of a polars frame as the texts that we write of their numbers.

The digits are polars' own, which are the shortest. Its text differs from ours where a
number is whole, for it has a point, and where it is small: 1.5e-05 is 0.000015 there,
and 1.5e-07 is 1.5e-7.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars

    Frame = Any
    """An expression of polars, which need not be installed to check the types."""


def texts(columns: "list[polars.Series]") -> "list[polars.Series]":
    """Return a column of texts for each column of numbers, all of one length.

    A question takes as long about one number as about thousands: it is asked of all
    columns at once, and only what we write otherwise is written again.
    """
    import polars

    number, text = polars.col("number"), polars.col("text")
    size = number.abs()
    every = polars.concat(columns, rechunk=True).alias("number").to_frame()
    column = every.select(number.cast(polars.String)).to_series().alias("text")
    for where, ours in (
        (number == number.floor(), text.str.strip_suffix(".0")),
        ((size >= 1e-5) & (size < 1e-4), _with_exponent(text)),
        ((size >= 1e-9) & (size < 1e-5), text.str.replace("e-", "e-0", literal=True)),
    ):
        places = every.select(where.arg_true()).to_series()
        if len(places):
            theirs = column.gather(places).to_frame()
            column = column.scatter(places, theirs.select(ours).to_series())
    height = len(columns[0])
    return [
        column.slice(place * height, height).alias(numbers.name)
        for place, numbers in enumerate(columns)
    ]


def _with_exponent(text: "Frame") -> "Frame":
    """Return 1.5e-05 for 0.000015, and 1e-05 for 0.00001."""
    import polars

    digits = text.str.strip_prefix("-").str.strip_prefix("0.0000")
    sign = polars.when(text.str.starts_with("-")).then(polars.lit("-"))
    point = polars.when(digits.str.len_bytes() > 1).then(polars.lit("."))
    first, others = digits.str.head(1), digits.str.slice(1)
    exponent = polars.lit("e-05")
    return polars.concat_str(sign, first, point, others, exponent, ignore_nulls=True)
