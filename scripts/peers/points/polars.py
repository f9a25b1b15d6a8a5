"""Expressions of polars by hand."""

import sys

import polars as pl

x1, x2, x3, e, p = map(pl.col, ("x1", "x2", "x3", "e", "p"))
frame = pl.scan_csv(sys.argv[1]).with_columns(
    (-((x1 - x2) ** 2)).exp().alias("e"), (x1 * x3).alias("p")
)
frame = frame.with_columns((-2 * (x1 - x2) * e * p.sin()).alias("g"))
g = pl.col("g")
frame.select(
    x1, x2, x3,
    f=e * p.sin() + (1 + x3**2).log(), d1=g + e * p.cos() * x3, d2=-g,
    d3=e * p.cos() * x1 + 2 * x3 / (1 + x3**2), status=pl.lit("ok"),
).sink_csv(sys.argv[2])  # fmt: skip
