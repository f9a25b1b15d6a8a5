"""The two passes of backprop at many points, as columns."""

from diffcli.arithmetics.columns import Column, total
from diffcli.calculus.functions import Number
from diffcli.engine.tape import Program
from diffcli.records import Record


class Passes(Record):
    """Forward and backward pass at many points."""

    program: Program
    #: The value of every row.
    values: list[Column]
    #: The adjoint of every row; None: nothing was added to it.
    adjoints: list[Column | None]
    #: The local partials that were computed for them, by row and function.
    locals: dict[tuple[int, Number], Column]
    #: The places that need a closer look.
    bad: set[int]

    @property
    def value(self) -> Column:
        """The value of the first expression."""
        return self.values[self.program.outputs[0]]

    def partial(self, name: str) -> Column:
        """Return an adjoint as the tape has it, which begins with 0.0: never -0.0."""
        row = self.program.inputs.get(name)
        adjoint = None if row is None else self.adjoints[row]
        return 0.0 if adjoint is None else total(0.0, adjoint)
