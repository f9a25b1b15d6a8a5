"""The two passes in a format with fewer bits than a double: what a GPU sees.

Every value, every local partial, every product and every sum is rounded to the format.
"""

from collections.abc import Mapping
from importlib import import_module

from diffcli.calculus.floats import FORMATS
from diffcli.engine.fold import run
from diffcli.engine.tape import BackwardPass, Edge, Program, Tape, Undefined
from diffcli.errors import DiffcliError, KinkError, RangeError
from diffcli.language.expression import Call, Expression, Number


def forward(program: Program, name: str, point: Mapping[str, float]) -> Tape:
    """Return the forward pass in a format; the point is rounded to it first.

    Raises RangeError where a value is too large for it, Undefined where there is none.
    """
    arithmetic = import_module(f"diffcli.arithmetics.{name}")
    rounded = nearest(name, point)
    try:
        return Tape(program, run(program, arithmetic, rounded))
    except Undefined as undefined:
        if undefined.overflow:
            raise too_large(_value_of(program.nodes[undefined.row]), name) from None
        raise


def nearest(name: str, point: Mapping[str, float]) -> dict[str, float]:
    """Return a point in numbers of a format. Raises RangeError."""
    rounding = FORMATS[name].round
    try:
        return {variable: rounding(value) for variable, value in point.items()}
    except OverflowError:
        raise too_large("a number of the point", name) from None


def backward(tape: Tape, name: str, output: int = 0) -> BackwardPass:
    """Return the backward pass in a format.

    A local partial is computed in double and then rounded, as every function is.
    Raises RangeError where an adjoint is too large for it, KinkError where a function
    has no slope at a rounded value.
    """
    rounding = FORMATS[name].round
    program, values = tape.program, tape.values

    def added(adjoint: float, upstream: float, edge: Edge) -> float:
        row, _, partial, a, b = edge
        if upstream == 0.0:
            return adjoint
        y, u = values[row], values[a]
        local = rounding(partial(y, u) if b < 0 else partial(y, u, values[b]))
        return rounding(adjoint + rounding(upstream * local))

    try:
        return BackwardPass(tape, program.adjoints(output, 0.0, 1.0, added))
    except OverflowError:
        raise too_large("an adjoint", name) from None
    except (ValueError, ZeroDivisionError):
        message = f"not differentiable where the point is in {name}"
        raise KinkError(message) from None


class CoarseTape:
    """A forward pass in a format, to be read as a Tape is: all from it is rounded."""

    def __init__(self, tape: Tape, name: str) -> None:
        self.program, self.values = tape.program, tape.values
        self._tape, self._name = tape, name

    def backward(self, output: int = 0) -> BackwardPass:
        """Return the backward pass in the format. Raises RangeError."""
        return backward(self._tape, self._name, output)

    def local(self, row: int, place: int) -> float:
        """Return the local partial of a row toward one argument; nan: there is none."""
        local = self._tape.local(row, place)
        return FORMATS[self._name].round(local) if local == local else local

    def locals(self, row: int) -> dict[int, float]:
        """Return the local partials of a row toward its active arguments."""
        found = self._tape.locals(row).items()
        return {a: FORMATS[self._name].round(x) if x == x else x for a, x in found}


def quotient(
    program: Program, name: str, point: Mapping[str, float], toward: str, h: float
) -> float:
    """Return (f(x + h/2) - f(x - h/2))/h, every operation rounded to a format.

    Raises RangeError, Undefined.
    """
    rounding = FORMATS[name].round
    x = rounding(point[toward])
    above, below = (
        forward(program, name, {**point, toward: x + side * h / 2}) for side in (1, -1)
    )
    row = program.outputs[0]
    try:
        return rounding(rounding(above.values[row] - below.values[row]) / rounding(h))
    except OverflowError:
        raise too_large("the difference quotient", name) from None


def suitable(name: str, x: float) -> float:
    """Return a step width that suits a format: the cube root of its rounding.

    A power of two, so that x + h/2 is a number of the format where x is a short one.

    >>> suitable("half", 1.0), suitable("single", 1.0)
    (0.0625, 0.00390625)

    Source: Press et al., "Numerical Recipes", 2007, sec. 5.7.
    """
    power = -(FORMATS[name].bits // 3) - (FORMATS[name].bits % 3 > 0)
    scale = 1.0
    while scale < abs(x):
        scale *= 2.0
    return scale * 2.0**power


def _value_of(node: Expression) -> str:
    if isinstance(node, Call):
        return f"the value of {node.function.name}"
    assert isinstance(node, Number)  # the point was rounded before
    return f"the number {node.text}"


def too_large(what: str, name: str) -> DiffcliError:
    """Return the error for what a format has no number for."""
    form = FORMATS[name]
    return RangeError(
        f"overflow: {what} is beyond {form.largest}, the largest number of {name}"
    )
