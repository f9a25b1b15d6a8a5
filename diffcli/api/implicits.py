"""The slope of a curve that an equation describes."""

from collections.abc import Iterable, Sequence

from diffcli import methods as _methods
from diffcli.analysis import implicit as _analysis
from diffcli.analysis.implicit import WAYS, Curve, Implicit
from diffcli.errors import UsageError
from diffcli.inputs import arguments, equations
from diffcli.inputs.arguments import Point, Scheme, StepWidth
from diffcli.language.parser import Parsed
from diffcli.problem import Problem

__all__ = ["WAYS", "Curve", "curve", "implicit", "ways"]


def implicit(
    equation: str | Problem,
    point: Point | None = None,
    name: str = "y",
    *,
    wrt: str | Iterable[str] = (),
    h: StepWidth | None = None,
    scheme: Scheme = "symmetric",
    methods: str | Iterable[str] = (),
) -> Implicit:
    """Return the slope of a variable on the curve of an equation, by each method.

    >>> found = implicit("x^2 + y^2 = 25", {"x": 3, "y": 4}, "y")
    >>> found.slope("x").value
    -0.75

    Raises UsageError, ParseError, PointError, DomainError where the point is not on
    the curve, and KinkError where the variable is no function of the others.
    """
    given = equation
    if not isinstance(given, Problem):
        given = equations.difference(arguments.text(given, "equation"))
    problem = arguments.problem(given, point, wrt, h=h, scheme=scheme)
    called = arguments.text(name, "name")
    return _analysis.implicit(
        problem, called, ways(arguments.words(methods, "methods"))
    )


def curve(parsed: Parsed, name: str, wrt: Sequence[str]) -> Curve:
    """Return how the slopes of a variable follow from the equation that was read.

    Raises UsageError if there is no such variable or no other one.
    """
    return _analysis.curve(parsed, name, wrt)


def ways(words: Iterable[str]) -> tuple[str, ...]:
    """Return the methods that words mean; all, and none: the three.

    Raises UsageError for one that gives no slope of a curve.
    """
    given = tuple(words)
    if not given or "all" in given:
        return WAYS
    names = tuple(_methods.select(given))
    for name in names:
        if name not in WAYS:
            raise UsageError(
                f"{name} gives no slope of a curve",
                hint=f"{', '.join(WAYS)} do",
                parameter="methods",
            )
    return names
