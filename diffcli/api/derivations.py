"""The derivative as a formula, and the steps that lead to it."""

from collections.abc import Iterable

from diffcli.analysis import steps as _analysis
from diffcli.analysis.steps import Derivative, Valued
from diffcli.engine.derivation import Derivation
from diffcli.inputs import arguments
from diffcli.inputs.arguments import Formula, Point
from diffcli.problem import Problem


def derive(formula: Formula, variable: str) -> Derivation:
    """Return the derivative with respect to a variable, and the steps that lead to it.

    >>> print(derive("(2*x1+3*x2)**2+3", "x1"))
    4*(2*x1 + 3*x2)

    Raises ParseError, and UsageError for a variable that the formula has not.
    """
    parsed = arguments.formula(formula, (variable,))
    (name,) = arguments.names((variable,), parsed.variables, "variable")
    (found,) = steps(parsed, wrt=name)
    return found.derivation


def steps(
    formula: Formula,
    point: Point | None = None,
    *,
    wrt: str | Iterable[str] = (),
    order: int = 1,
    simplify: bool = False,
) -> tuple[Derivative, ...]:
    """Return the derivatives of a formula, rule by rule; at a point their values too.

    ``order`` 2 adds the second derivatives, each from a first, and so on to 20 toward
    one variable; ``simplify`` lets sympy look for a shorter form of each.

    >>> [str(found) for found in steps("x**2*y", order=2)]
    ['2*x*y', 'x**2', '2*y', '2*x', '0']

    Raises ParseError, PointError, UsageError, and DomainError where one has no value.
    """
    arguments.whole(order, "order", 1, arguments.MOST_ORDER)
    problem = None if point is None else arguments.problem(formula, point)
    parsed = problem.parsed if problem else arguments.formula(formula)
    names = arguments.names(wrt, parsed.variables)
    found = _analysis.steps(parsed, names, order, simplify=simplify)
    return _analysis.valued(found, problem).derivatives if problem else tuple(found)


def valued(derivatives: Iterable[Derivative], problem: Problem) -> Valued:
    """Return derivatives that ``steps`` found, with their values at a problem's point.

    Raises DomainError where one has no value, KinkError where the rules do not hold.
    """
    return _analysis.valued(derivatives, problem)
