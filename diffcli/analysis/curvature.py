"""How much a loss is curved at a point: the eigenvalues of its Hessian."""

import math
from collections.abc import Mapping

from diffcli.engine.mean import Objective
from diffcli.engine.tape import Undefined

_MOST_CURVED = 40  # variables up to which the whole Hessian is made


def largest_curvature(objective: Objective, point: Mapping[str, float]) -> float | None:
    """Return the largest eigenvalue of the Hessian; None where there is none."""
    found = curvatures(objective, point)
    return max(found) if found else None


def curvatures(objective: Objective, point: Mapping[str, float]) -> list[float] | None:
    """Return the eigenvalues of the Hessian; None where there is none."""
    rows = hessian(objective, point)
    if rows is None:
        return None
    from mpmath import mp

    return [float(value) for value in mp.eigsy(mp.matrix(rows), eigvals_only=True)]


def hessian(
    objective: Objective, point: Mapping[str, float]
) -> list[list[float]] | None:
    """Return the second derivatives; None where there are none, or too many."""
    if len(objective.names) > _MOST_CURVED:
        return None
    try:
        matrix = objective.hessian(point)
    except (Undefined, ValueError, ArithmeticError):
        return None
    if matrix is None:
        return None
    known = all(math.isfinite(entry) for row in matrix for entry in row)
    return matrix if known else None
