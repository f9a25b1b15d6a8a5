"""First derivatives at a point: by backprop, or by each method."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, overload

import diffcli
from diffcli import methods as _methods
from diffcli.analysis import grad as _analysis
from diffcli.analysis.grad import Comparison, with_exact_values
from diffcli.errors import DiffcliError, UsageError
from diffcli.inputs import arguments
from diffcli.inputs.arguments import Formula, Point, Scheme, StepWidth
from diffcli.language.parser import Parsed
from diffcli.problem import Problem, Settings

__all__ = [
    "compare",
    "evaluate",
    "gradient",
    "gradients",
    "jacobian",
    "value",
    "with_exact_values",
]


def gradient(
    formula: Formula,
    point: Point,
    *,
    wrt: str | Iterable[str] = (),
    subgradient: bool = False,
) -> dict[str, float]:
    """Return the partial derivative with respect to each variable, by backprop.

    ``wrt`` chooses variables; ``subgradient`` takes at a kink the convention of
    deep-learning libraries, relu'(0) = 0.

    >>> gradient("x**2 + y", {"x": 3, "y": 1})
    {'x': 6.0, 'y': 1.0}

    Raises ParseError, PointError, DomainError where the formula is undefined, and
    KinkError where it is not differentiable.
    """
    result = compare(
        formula, point, methods="backprop", wrt=wrt, subgradient=subgradient
    )
    error = result.error()
    if error:
        raise error
    return _numbers(result)


def jacobian(
    formula: Formula, point: Point, *, wrt: str | Iterable[str] = ()
) -> list[dict[str, float]]:
    """Return for each output its partial derivatives by variable, by backprop.

    The outputs are the last part's: (x*y, x+y). A formula with one output has one row.

    >>> jacobian("(x*y, x+y)", {"x": 2, "y": 3})
    [{'x': 3.0, 'y': 2.0}, {'x': 1.0, 'y': 1.0}]

    Raises what ``gradient`` raises.
    """
    arguments.mapping(point, "point")
    parsed = arguments.formula(formula, point, several=True)
    return [gradient(part, point, wrt=wrt) for part in parsed.parts()]


def value(formula: Formula | Problem, point: Point | None = None) -> float:
    """Return the value of a formula at a point, also where it has no derivative.

    >>> value("abs(x) + y", {"x": 0, "y": 2})
    2.0

    Raises UsageError, ParseError, PointError, and DomainError where it is undefined.
    """
    return float(evaluate(arguments.problem(formula, point)).value.number)


def evaluate(problem: Problem) -> Comparison:
    """Return a comparison that has the value alone, with its error."""
    return _analysis.compare(problem, ())


def _numbers(result: Comparison) -> dict[str, float]:
    return {
        name: float(value)
        for name in result.problem.variables
        if (value := result.partial(name).value) is not None
    }


@overload
def gradients(
    formula: Formula,
    points: Iterable[Point],
    *,
    wrt: str | Iterable[str] = ...,
    subgradient: bool = ...,
    keep_going: Literal[False] = ...,
) -> Iterator[dict[str, float]]: ...
@overload
def gradients(
    formula: Formula,
    points: Iterable[Point],
    *,
    wrt: str | Iterable[str] = ...,
    subgradient: bool = ...,
    keep_going: bool,
) -> Iterator[dict[str, float] | DiffcliError]: ...
def gradients(
    formula: Formula,
    points: Iterable[Point],
    *,
    wrt: str | Iterable[str] = (),
    subgradient: bool = False,
    keep_going: bool = False,
) -> Iterator[dict[str, float] | DiffcliError]:
    """Yield the gradient at each point as it comes; the formula is read once.

    ``points`` may be endless. The first point without a gradient raises the error
    that ``gradient`` raises; with ``keep_going`` its error is yielded in its place.

    >>> list(gradients("x*y", [{"x": 1, "y": 2}, {"x": 3, "y": 4}]))
    [{'x': 2.0, 'y': 1.0}, {'x': 4.0, 'y': 3.0}]

    Raises ParseError and UsageError before the first point is taken.
    """
    parsed = arguments.formula(formula)
    names = arguments.names(wrt, parsed.variables)
    settings = arguments.settings(subgradient=subgradient)
    points = arguments.several(points, "points")
    return _gradients(parsed, points, names, settings, keep_going=keep_going)


def _gradients(
    parsed: Parsed,
    points: Iterable[Point],
    names: tuple[str, ...],
    settings: Settings,
    *,
    keep_going: bool,
) -> Iterator[dict[str, float] | DiffcliError]:
    from diffcli.analysis.batch import Entry, at_points
    from diffcli.inputs.rows import Row

    def rows() -> Iterator[Row]:
        for number, point in enumerate(points, 1):
            row = Row(f"point {number}", {}, {})
            try:
                yield row._replace(point=arguments.point(point, parsed))
            except DiffcliError as error:
                yield row._replace(error=error)

    given = (parsed, rows(), names, settings, ("backprop",))
    for entry in at_points(*given, alone=True, apart=True):
        assert isinstance(entry, Entry)  # a row by itself is none of a stretch
        if entry.error is not None and not keep_going:
            raise entry.error
        if entry.error is not None:
            yield entry.error
        elif entry.comparison is not None:
            yield _numbers(entry.comparison)
        elif entry.gradient is not None:
            yield dict(zip(names, entry.gradient.partials, strict=True))


def compare(
    formula: "Formula | Problem | diffcli.Examples",
    point: Point | None = None,
    *,
    methods: str | Iterable[str] = _methods.THREE,
    wrt: str | Iterable[str] = (),
    h: StepWidth | None = None,
    scheme: Scheme = "symmetric",
    digits: int = 10,
    exact: bool = False,
    subgradient: bool = False,
) -> Comparison:
    """Return the partials by each method, and how they agree.

    ``methods`` are names or synonyms (see ``diffcli.methods``), or "all". ``h`` is the
    step width of differences: a number, "relative" or "auto" (1e-5 if left out).
    Above 17 ``digits`` mpmath computes; ``exact`` adds values such as sqrt(2)/4. What
    ``examples`` returned has point and settings already: compared are its partials.

    >>> result = compare("(2*x1+3*x2)**2+3", {"x1": 1, "x2": 3})
    >>> [result.partial(name).value for name in result.problem.variables]
    [44.0, 66.0]
    >>> result.agreements["x1"].verdict
    'agree'

    Raises UsageError for a choice that there is not, ParseError, PointError, and
    DomainError where the formula is undefined. A kink is in the result's ``kinks``.
    """
    names = _methods.select(arguments.words(methods, "methods")) or _methods.THREE
    if not isinstance(formula, str | Parsed | Problem):
        return _of_examples(formula, names, point, exact=exact)
    problem = arguments.problem(
        formula, point, wrt,
        h=h, scheme=scheme, digits=digits, subgradient=subgradient,
    )  # fmt: skip
    result = _analysis.compare(problem, names)
    if exact:
        result = with_exact_values(
            result, arguments.exact_point(point or problem.point)
        )
    return result


def _of_examples(
    examples: "diffcli.Examples",
    names: Sequence[str],
    point: Point | None,
    *,
    exact: bool,
) -> Comparison:
    from diffcli.api.losses import Examples

    if not isinstance(examples, Examples):
        raise UsageError(
            f"{arguments.excerpt(examples)} is no formula", parameter="formula"
        )
    if point is not None:
        raise UsageError("examples have their weights already", parameter="point")
    if exact:
        raise UsageError("a mean has no exact value", parameter="exact")
    return examples.compare(names)
