"""What a formula means, and the problem of differentiating it at a point."""

from collections.abc import Iterable

from diffcli.calculus.functions import TABLE, Function
from diffcli.inputs import arguments
from diffcli.inputs.arguments import Formula, Point, Scheme, StepWidth
from diffcli.language.parser import Parsed
from diffcli.problem import Problem


def parse(formula: Formula, names: Iterable[str] = ()) -> Parsed:
    """Return what a formula means.

    ``names`` are variables even if they are called like a constant.

    >>> parse("3*x10 + 2*x2").variables
    ('x2', 'x10')

    Raises ParseError with the place of the first thing that cannot be understood.
    """
    return arguments.formula(formula, names)


def pose(
    formula: Formula,
    point: Point,
    *,
    wrt: str | Iterable[str] = (),
    h: StepWidth | None = None,
    scheme: Scheme = "symmetric",
    digits: int = 10,
    subgradient: bool = False,
) -> Problem:
    """Return a formula at a point, which other questions take in place of both.

    >>> pose("x**2 + y", {"x": 3, "y": 1}).value
    10.0

    Raises UsageError, ParseError, PointError, and DomainError where the formula is
    undefined.
    """
    return arguments.problem(
        formula, point, wrt,
        h=h, scheme=scheme, digits=digits, subgradient=subgradient,
    )  # fmt: skip


def functions() -> tuple[Function, ...]:
    """Return the table: a row for every function and operator of the language.

    >>> [row.name for row in functions() if "ln" in row.aliases]
    ['log']
    """
    return TABLE
