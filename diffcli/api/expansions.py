"""Derivatives of higher order at a point, and the Taylor polynomial."""

from collections.abc import Iterable

from diffcli.analysis import taylor as _analysis
from diffcli.analysis.taylor import Expansion, ways, with_exact_values
from diffcli.analysis.taylor_polynomial import polynomial
from diffcli.inputs import arguments
from diffcli.inputs.arguments import Formula, Point, Scheme, StepWidth
from diffcli.problem import Problem

__all__ = ["polynomial", "taylor", "ways", "with_exact_values"]


def taylor(
    formula: Formula | Problem,
    point: Point | None = None,
    *,
    order: int = 5,
    wrt: str | Iterable[str] = (),
    h: StepWidth | None = None,
    scheme: Scheme = "symmetric",
    digits: int = 10,
    methods: str | Iterable[str] = (),
    exact: bool = False,
) -> Expansion:
    """Return the derivatives of one variable up to an order, by three methods.

    The methods are "finite", "symbolic" and "taylor"; ``h`` is "auto" if left out.
    Above 17 ``digits`` mpmath computes; ``exact`` adds values such as sqrt(2)/4.

    >>> found = taylor("exp(2*x)", {"x": 0}, order=4)
    >>> [found.derivative(k).value for k in range(1, 5)]
    [2.0, 4.0, 8.0, 16.0]
    >>> found.coefficients
    (1.0, 2.0, 2.0, 1.3333333333333333, 0.6666666666666666)

    Raises UsageError, ParseError, PointError, DomainError, and KinkError where one of
    the derivatives does not exist.
    """
    arguments.whole(order, "order", 1, arguments.MOST_ORDER)
    problem = arguments.problem(
        formula, point, wrt, h=h, scheme=scheme, digits=digits, usual="auto"
    )
    names = ways(arguments.words(methods, "methods"))
    found = _analysis.taylor(problem, order, names)
    if not exact:
        return found
    return with_exact_values(found, arguments.exact_point(point or problem.point))
