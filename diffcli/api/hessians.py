"""Second derivatives at a point."""

from collections.abc import Iterable

from diffcli.analysis import hessian as _analysis
from diffcli.analysis.hessian import Hessian
from diffcli.inputs import arguments
from diffcli.inputs.arguments import Formula, Point, Scheme, StepWidth
from diffcli.problem import Problem


def hessian(
    formula: Formula | Problem,
    point: Point | None = None,
    *,
    wrt: str | Iterable[str] = (),
    h: StepWidth | None = None,
    scheme: Scheme = "symmetric",
) -> Hessian:
    """Return all second derivatives at a point, by each of the three methods.

    >>> hessian("x**2*y**3", {"x": 1, "y": 2}).partial("x", "y").value
    24.0

    Raises UsageError, ParseError, PointError, DomainError, and KinkError where the
    formula is not twice differentiable.
    """
    problem = arguments.problem(formula, point, wrt, h=h, scheme=scheme)
    return _analysis.hessian(problem)
