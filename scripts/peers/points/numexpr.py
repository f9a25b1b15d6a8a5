"""Compiled expressions by hand; numpy reads and writes."""

import sys

import numexpr as ne
import numpy as np

x1, x2, x3 = np.loadtxt(sys.argv[1], delimiter=",", skiprows=1, unpack=True)
e, p = ne.evaluate("exp(-(x1-x2)**2)"), ne.evaluate("x1*x3")
g = ne.evaluate("-2*(x1-x2)*e*sin(p)")
found = [
    x1, x2, x3, ne.evaluate("e*sin(p)+log(1+x3**2)"), ne.evaluate("g+e*cos(p)*x3"),
    ne.evaluate("-g"), ne.evaluate("e*cos(p)*x1+2*x3/(1+x3**2)"),
]  # fmt: skip
np.savetxt(sys.argv[2], np.column_stack(found), fmt="%.17g", delimiter=",")
