"""Arrays by hand."""

import sys

import numpy as np

x1, x2, x3 = np.loadtxt(sys.argv[1], delimiter=",", skiprows=1, unpack=True)
d = x1 - x2
e = np.exp(-(d**2))
s, t = np.sin(x1 * x3), 1 + x3**2
q = e * np.cos(x1 * x3)
g = -2 * d * e * s
found = [x1, x2, x3, e * s + np.log(t), g + q * x3, -g, q * x1 + 2 * x3 / t]
np.savetxt(sys.argv[2], np.column_stack(found), fmt="%.17g", delimiter=",")
