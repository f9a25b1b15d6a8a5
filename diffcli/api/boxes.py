"""The gradient of a callable or a program, by differences of its values."""

from collections.abc import Callable, Iterable
from typing import SupportsFloat

from diffcli.analysis import measure as _analysis
from diffcli.analysis.measure import Measurement
from diffcli.blackbox.boxes import Boxes
from diffcli.blackbox.callable import BlackBox, CallableBox, ModuleBox
from diffcli.blackbox.program import ProgramBox
from diffcli.errors import PointError, UsageError
from diffcli.inputs import arguments
from diffcli.inputs.arguments import Point, Scheme, StepWidth


def measure(
    function: BlackBox | Boxes,
    point: Point,
    *,
    wrt: str | Iterable[str] = (),
    h: StepWidth = "auto",
    scheme: Scheme = "symmetric",
    digits: int = 10,
    progress: Callable[[], object] | None = None,
) -> Measurement:
    """Return the partials of a callable or program by differences of its values.

    A callable takes a list, the point's values in their order, and returns f, or f and
    a gradient; see ``program`` for the other kind. ``progress`` is called after each
    partial.

    >>> found = measure(lambda x: x[0]**2 + x[1], {"x": 3, "y": 1})
    >>> round(found.partials["x"].value, 9)
    6.0

    Raises UsageError where it breaks down, PointError, and DomainError where it has
    no value.
    """
    at = values_of(point)
    names = arguments.names(wrt, tuple(at))
    settings = arguments.settings(h, scheme, digits)
    tick = arguments.callback(progress)
    return _analysis.measure(boxes_of(function), at, names, settings, tick)


def program(command: str, *, timeout: SupportsFloat = 10.0, jobs: int = 1) -> Boxes:
    r"""Return a program as a function, for ``measure`` and ``check``.

    It reads a line ``{"x": [1, 3]}`` and answers with a line ``{"f": 124}``, with
    ``"grad": [44, 66]`` in it if it knows its gradient. ``jobs`` copies work side by
    side. No shell sees the command. In a ``with`` statement it ends with the block.

    Raises UsageError if it cannot be started.
    """
    arguments.text(command, "command")
    seconds = arguments.positive(timeout, "timeout")
    arguments.whole(jobs, "jobs", 1, arguments.MOST_JOBS)
    return Boxes(lambda: ProgramBox(command, seconds), jobs)


def module(path: str) -> Boxes:
    """Return the callable at ``module:name`` as a function of which the name is known.

    Raises UsageError if there is none.
    """
    return Boxes(lambda: ModuleBox(path))


def boxes_of(function: BlackBox | Boxes) -> Boxes:
    """Return a callable as a black box, or the program that is one.

    Raises UsageError for anything else.
    """
    if isinstance(function, Boxes):
        return function
    if not callable(function):
        raise UsageError(
            f"{arguments.excerpt(function)} is no formula and no callable",
            parameter="function",
        )
    box = CallableBox(function)
    return Boxes(lambda: box)


def values_of(point: Point | None) -> dict[str, float]:
    """Return the values of a point, which alone names the variables.

    Raises PointError where it has none, UsageError for one that is not finite.
    """
    arguments.mapping(point, "point")
    if not point:
        raise PointError("the point has no variables", parameter="point")
    return {
        name: arguments.finite(arguments.number(value, f"'{name}'"), "point")
        for name, value in point.items()
    }
