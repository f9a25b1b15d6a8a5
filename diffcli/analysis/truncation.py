"""How far a difference quotient can be off by truncation: proved.

By Taylor's theorem the symmetric quotient is off by at most h²/24 times the largest
third derivative between its two places, the forward one by h/2 times the largest
second. A power series of balls over all that lies between gives a bound for these.

Source: Press et al., "Numerical Recipes", 2007, sec. 5.7.
"""

from collections.abc import Sequence
from decimal import Decimal

from diffcli.analysis.proof import need
from diffcli.language.expression import numeral
from diffcli.problem import Problem

_ORDERS = {"forward": 2, "symmetric": 3}
_BITS = 106


def truncation_bounds(
    problem: Problem, name: str, scheme: str, steps: Sequence[float]
) -> list[float | None]:
    """Return for each step a bound of the truncation; None: nothing is proved.

    Raises UsageError without python-flint.
    """
    need()
    from flint import arb, ctx

    from diffcli.engine.ranges import Line, hull

    point = {each: numeral(str(Decimal(x))) for each, x in problem.point.items()}
    line, order = Line(problem.program, point, name), _ORDERS[scheme]
    bounds: list[float | None] = []
    with ctx.workprec(_BITS):
        x = arb(problem.point[name])
        for h in map(arb, steps):
            ends = (x, x + h) if scheme == "forward" else (x - h / 2, x + h / 2)
            last = abs(line.series(hull(*ends), order)[order])
            # The series has the derivative over 2 or 6: h*c2, and h**2*c3/4.
            bound = (last * h if scheme == "forward" else last * h * h / 4).upper()
            finite = bound.is_finite() and bound < 1e300
            bounds.append(float(bound) * (1 + 2**-50) if finite else None)
    return bounds
