"""Second derivatives at a point."""

from collections.abc import Callable, Iterable

from diffcli.analysis import hessian as _analysis
from diffcli.analysis.examples import Examples
from diffcli.analysis.hessian import Hessian, ways, with_exact_values
from diffcli.inputs import arguments
from diffcli.inputs.arguments import Formula, Point, Scheme, StepWidth
from diffcli.problem import Problem

__all__ = ["hessian", "ways", "with_exact_values"]


def hessian(
    formula: Formula | Problem | Examples,
    point: Point | None = None,
    *,
    wrt: str | Iterable[str] = (),
    h: StepWidth | None = None,
    scheme: Scheme = "symmetric",
    methods: str | Iterable[str] = (),
    exact: bool = False,
    progress: Callable[[], object] | None = None,
) -> Hessian:
    """Return all second derivatives at a point, by each of the three methods.

    ``methods`` asks some of them alone; ``exact`` adds values such as sqrt(2)/4.
    Of examples they are those of the mean; ``progress`` is called after each of them.

    >>> hessian("x**2*y**3", {"x": 1, "y": 2}).partial("x", "y").value
    24.0

    Raises UsageError, ParseError, PointError, DomainError, and KinkError where the
    formula is not twice differentiable.
    """
    names = ways(arguments.words(methods, "methods"))
    if isinstance(formula, Examples):
        from diffcli.analysis.hessian_data import hessian_of_mean

        tick = arguments.callback(progress)
        return hessian_of_mean(formula, names, tick)
    problem = arguments.problem(formula, point, wrt, h=h, scheme=scheme)
    found = _analysis.hessian(problem, names)
    if not exact:
        return found
    return with_exact_values(found, arguments.exact_point(point or problem.point))
