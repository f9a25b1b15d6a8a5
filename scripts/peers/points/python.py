"""A loop by hand: split, functions of math, repr."""

import sys
from math import cos, exp, log, sin

with open(sys.argv[1]) as lines, open(sys.argv[2], "w") as out:
    out.write(next(lines).rstrip("\n") + ",f,df/dx1,df/dx2,df/dx3,status\n")
    for line in lines:
        text = line.rstrip("\n")
        a, b, c = text.split(",")
        x1, x2, x3 = float(a), float(b), float(c)
        d = x1 - x2
        e = exp(-(d**2))
        s, t = sin(x1 * x3), 1 + x3**2
        q = e * cos(x1 * x3)
        g = -2 * d * e * s
        out.write(
            f"{text},{e * s + log(t)!r},{g + q * x3!r},{-g!r}"
            f",{q * x1 + 2 * x3 / t!r},ok\n"
        )
