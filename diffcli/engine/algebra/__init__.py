"""Products and sums as data: what a normal form is made of.

A product is a number and bases with rational exponents, a sum is a list of products in
the order in which they were typed. Both stand in tables beside the interned nodes, so
that nothing is taken apart twice and nothing recurses. An exponential is a base, too:
3**(2*x) is the base 3**x with the exponent 2, so that every exponent is a number.

Letters:
    c, r   rational numbers: a coefficient, an exponent
    u, v   expressions in normal form
    p      a product, t a term of a sum

Two bases that differ by a number only (1 - x, 2*x - 2) have one serial number, and the
ratio between them: so they are recognised without being the same node.
"""

from diffcli.engine.algebra.building import Algebra
from diffcli.engine.algebra.roots import decimal_number, power_of_number, root, spelled
from diffcli.engine.algebra.terms import (
    CBRT,
    EULER,
    EXP,
    HALF,
    LOG,
    ONE,
    OPEN,
    SQRT,
    ZERO,
    Factor,
    Key,
    Product,
    Terms,
    content,
    is_exponential,
    is_polynomial,
    is_sum,
    powers_of,
    rank,
)

__all__ = [
    "CBRT",
    "EULER",
    "EXP",
    "HALF",
    "LOG",
    "ONE",
    "OPEN",
    "SQRT",
    "ZERO",
    "Algebra",
    "Factor",
    "Key",
    "Product",
    "Terms",
    "content",
    "decimal_number",
    "is_exponential",
    "is_polynomial",
    "is_sum",
    "power_of_number",
    "powers_of",
    "rank",
    "root",
    "spelled",
]
