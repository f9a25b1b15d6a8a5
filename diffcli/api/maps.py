"""A function of two variables over a rectangle."""

from diffcli.analysis.maps import Field
from diffcli.engine.tape import Program
from diffcli.errors import PointError, UsageError
from diffcli.inputs import arguments
from diffcli.inputs.arguments import Formula, Point, Value

__all__ = ["Field", "field"]


def field(
    formula: Formula,
    x: tuple[Value, Value] = (-6, 6),
    y: tuple[Value, Value] = (-6, 6),
    *,
    variables: tuple[str, str] | None = None,
    others: Point | None = None,
) -> Field:
    """Return a function of two variables over a rectangle, which gives samples.

    ``variables`` are those on the axes, ``others`` the values of the rest.

    >>> rows = field("x*y", (0, 2), (0, 1)).samples(3, 2)
    >>> [sample.value for sample in rows[-1]]
    [0.0, 1.0, 2.0]

    Raises UsageError, ParseError, PointError.
    """
    others = {} if others is None else others
    arguments.mapping(others, "others")
    sides = _side(x, "x"), _side(y, "y")
    chosen = arguments.words(variables or (), "variables")
    parsed = arguments.formula(formula, (*others, *chosen))
    free = [name for name in parsed.variables if name not in others]
    names = arguments.names(chosen or free, parsed.variables, "variables")
    if len(names) != 2:
        raise PointError(
            f"a map has two variables on its axes, not {len(names)}",
            parameter="variables",
        )
    ends = {**others, **dict.fromkeys(names, 0.0)}
    rest = arguments.point(ends, parsed)
    values = {name: value for name, value in rest.items() if name not in names}
    program = Program([parsed.expression])
    return Field(parsed, program, (names[0], names[1]), values, sides[0], sides[1])


def _side(given: tuple[Value, Value], parameter: str) -> tuple[float, float]:
    ends = tuple(arguments.several(given, parameter))
    if len(ends) != 2:
        raise UsageError(
            f"{arguments.excerpt(given)} has not two ends", parameter=parameter
        )
    return arguments.interval(*ends, parameter)
