"""A column of a polars frame as the texts that we write of its numbers.

The digits are polars' own, which are the shortest. Its text differs from ours where a
number is whole, for it has a point, and where it is small: 1.5e-05 is 0.000015 there,
and 1.5e-07 is 1.5e-7.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars

    Frame = Any
    """An expression of polars, which need not be installed to check the types."""


def texts(column: "polars.Series") -> "polars.Series":
    """Return the texts of a column of numbers; only what differs is written again."""
    import polars

    number, text = polars.col("number"), polars.col("text")
    size = number.abs()
    numbers = column.alias("number").to_frame()
    written = numbers.select(number.cast(polars.String)).to_series().alias("text")
    for where, ours in (
        (number == number.floor(), text.str.strip_suffix(".0")),
        ((size >= 1e-5) & (size < 1e-4), _with_exponent(text)),
        ((size >= 1e-9) & (size < 1e-5), text.str.replace("e-", "e-0", literal=True)),
    ):
        places = numbers.select(where.arg_true()).to_series()
        if len(places):
            theirs = written.gather(places).to_frame()
            written = written.scatter(places, theirs.select(ours).to_series())
    return written.alias(column.name)


def _with_exponent(text: "Frame") -> "Frame":
    """Return 1.5e-05 for 0.000015, and 1e-05 for 0.00001."""
    import polars

    digits = text.str.strip_prefix("-").str.strip_prefix("0.0000")
    sign = polars.when(text.str.starts_with("-")).then(polars.lit("-"))
    point = polars.when(digits.str.len_bytes() > 1).then(polars.lit("."))
    first, others = digits.str.head(1), digits.str.slice(1)
    exponent = polars.lit("e-05")
    return polars.concat_str(sign, first, point, others, exponent, ignore_nulls=True)
