"""SQL by hand."""

import sys

import duckdb

duckdb.sql(
    f"""
    COPY (SELECT x1, x2, x3, e*sin(p) + ln(1+x3*x3), g + e*cos(p)*x3, -g,
                 e*cos(p)*x1 + 2*x3/(1+x3*x3), 'ok'
          FROM (SELECT *, -2*(x1-x2)*e*sin(p) AS g
                FROM (SELECT *, exp(-((x1-x2)*(x1-x2))) AS e, x1*x3 AS p
                      FROM '{sys.argv[1]}')))
    TO '{sys.argv[2]}' (HEADER)
    """
)
