"""How backprop works: the expression tree, forward and backward pass."""

from diffcli.analysis import trace as _trace
from diffcli.analysis import tree as _tree
from diffcli.analysis.trace import Trace
from diffcli.analysis.tree import Tree
from diffcli.inputs import arguments
from diffcli.inputs.arguments import Formula, Point
from diffcli.problem import Problem


def trace(
    formula: Formula | Problem, point: Point | None = None, *, format: str = ""
) -> Trace:
    """Return forward and backward pass, node by node.

    With a ``format``, half, bfloat16 or single, every operation is rounded to it.

    >>> [node.value for node in trace("(2*x+1)**2", {"x": 1}).forward]
    [1.0, 2.0, 3.0, 9.0]

    Raises ParseError, PointError, DomainError where the formula is undefined, and
    KinkError where its nodes have no slopes.
    """
    if format:
        from diffcli.calculus.floats import FORMATS

        arguments.among(format, {name: name for name in FORMATS}, "format")
    return _trace.trace(arguments.problem(formula, point), format)


def tree(formula: Formula | Problem, point: Point | None = None) -> Tree:
    """Return a formula as a tree; at a point, with each node's value and adjoint.

    >>> tree("x*y", {"x": 2, "y": 3}).backward.adjoints
    [3.0, 2.0, 1.0]

    Raises ParseError, PointError, DomainError where the formula is undefined, and
    KinkError where its nodes have no slopes.
    """
    if point is None and not isinstance(formula, Problem):
        return _tree.tree(arguments.formula(formula))
    problem = arguments.problem(formula, point)
    return _tree.tree(problem.parsed, problem)
