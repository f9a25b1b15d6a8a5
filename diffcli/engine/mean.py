"""The mean over examples, one more node on top of an example's loss, and its gradient.

    L(w) = 1/n * sum over i of f(w, x_i)

Sums are rounded once (math.fsum), so that no order of addition and no way of sharing
out the rows changes a bit. Source of the exact sum: Shewchuk, "Adaptive Precision
Floating-Point Arithmetic", 1997.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from random import Random

from diffcli.engine.columns import gradients
from diffcli.engine.second_order import hessian_row
from diffcli.engine.tape import BackwardPass, Program, Undefined
from diffcli.records import Record

Matrix = list[list[float]]

_MOST_BENDS = 4000  # examples times variables up to which the Hessian is made


class UndefinedExample(Undefined):
    """The loss of an example has no value."""

    def __init__(self, place: int, reason: Undefined) -> None:
        super().__init__(
            reason.program, reason.values, reason.row, overflow=reason.overflow
        )
        #: The example, from 0 on.
        self.place = place

    def __str__(self) -> str:
        """Return what is wrong as a sentence, with the example's number."""
        return f"example {self.place + 1}: {super().__str__()}"


class Slope(Record):
    """A loss, and the partials toward the variables that move; nan: there is none."""

    loss: float
    gradient: list[float]


class Single:
    """The loss is a formula's value."""

    size = 1

    def __init__(self, program: Program, names: Sequence[str]) -> None:
        """Take the formula, and the variables that move."""
        self.program, self.names = program, names

    def slope(self, point: Mapping[str, float]) -> Slope:
        """Return loss and gradient. Raises Undefined."""
        tape = self.program.run(point)
        backward = tape.backward()
        loss = tape.values[self.program.outputs[0]]
        return Slope(loss, [backward.partial(name) for name in self.names])

    def loss(self, point: Mapping[str, float]) -> float:
        """Return the loss alone. Raises Undefined."""
        return self.program.value(point)

    def hessian(self, point: Mapping[str, float]) -> Matrix | None:
        """Return the second derivatives; None where there are none.

        Raises Undefined.
        """
        tape = self.program.run(point)
        if tape.rough_rows():
            return None
        rows = [hessian_row(tape, name, self.names) for name in self.names]
        return [
            [float(row[name, other]) for other in self.names]
            for name, row in zip(self.names, rows, strict=True)
        ]


class Mean:
    """The loss is the mean of a formula's values over examples, or their sum."""

    def __init__(
        self,
        program: Program,
        names: Sequence[str],
        columns: Mapping[str, Sequence[float]],
        divisor: int | None = None,
    ) -> None:
        """Take the examples' columns; without a divisor it is their number."""
        self.program, self.names, self.columns = program, names, columns
        self.size = min(map(len, columns.values()))
        self.divisor = divisor or self.size

    def slope(self, point: Mapping[str, float]) -> Slope:
        """Return loss and gradient. Raises UndefinedExample."""
        value, *partials = self.examples(point)
        return Slope(self.total(value), [self.total(column) for column in partials])

    def loss(self, point: Mapping[str, float]) -> float:
        """Return the loss alone. Raises UndefinedExample."""
        return Mean(self.program, (), self.columns, self.divisor).slope(point).loss

    def total(self, column: Sequence[float]) -> float:
        """Return the mean or the sum, rounded once, then divided."""
        try:
            return math.fsum(column) / self.divisor
        except (OverflowError, ValueError):
            return math.nan

    def examples(self, point: Mapping[str, float]) -> list[list[float]]:
        """Return the losses of the examples, and their partials, as columns.

        Raises UndefinedExample.
        """
        columns, bad = self.smooth(point)
        for place in sorted(bad):  # where a function is not smooth, mostly
            backward = self.backward(point, place)
            columns[0][place] = backward.tape.values[self.program.outputs[0]]
            for column, name in zip(columns[1:], self.names, strict=True):
                column[place] = backward.partial(name)
        return columns

    def smooth(self, point: Mapping[str, float]) -> tuple[list[list[float]], set[int]]:
        """Return the columns of ``examples``, and the places to look at more closely.

        There the formula is undefined, or not smooth, or there is no telling.
        """
        shared = {n: x for n, x in point.items() if n not in self.columns}
        found = gradients(self.program, self.columns, self.names, shared)
        columns = [found.value, *found.partials]
        return ([[*column] for column in columns] if found.bad else columns), found.bad

    def undefined(self, point: Mapping[str, float]) -> list[UndefinedExample]:
        """Return the examples whose loss has no value."""
        found: list[UndefinedExample] = []
        for place in sorted(self.smooth(point)[1]):
            try:
                self.backward(point, place)
            except UndefinedExample as bad:
                found.append(bad)
        return found

    def backward(self, point: Mapping[str, float], place: int) -> BackwardPass:
        """Return the two passes of one example. Raises UndefinedExample."""
        row = {name: column[place] for name, column in self.columns.items()}
        try:
            return self.program.run({**point, **row}).backward()
        except Undefined as reason:
            raise UndefinedExample(place, reason) from None

    def passes(self, point: Mapping[str, float]) -> Iterator[BackwardPass]:
        """Yield the two passes of every example. Raises UndefinedExample."""
        return (self.backward(point, place) for place in range(self.size))

    def hessian(self, point: Mapping[str, float]) -> Matrix | None:
        """Return the second derivatives; None where there are none, or too many.

        Raises Undefined.
        """
        if self.size * len(self.names) > _MOST_BENDS:
            return None
        sums: Matrix = [[0.0] * len(self.names) for _ in self.names]
        for place in range(self.size):
            row = {name: column[place] for name, column in self.columns.items()}
            one = Single(self.program, self.names).hessian({**point, **row})
            if one is None:
                return None
            for total, added in zip(sums, one, strict=True):
                total[:] = map(float.__add__, total, added)
        return [[entry / self.divisor for entry in row] for row in sums]

    def part(self, places: Sequence[int]) -> "Mean":
        """Return the mean over some of the examples."""
        columns = {n: [c[place] for place in places] for n, c in self.columns.items()}
        divisor = len(places) if self.divisor == self.size else self.divisor
        return Mean(self.program, self.names, columns, divisor)


Objective = Single | Mean
"""What descent walks down."""


class Batches(Record):
    """Examples in an order that a seed draws anew for every pass over them."""

    #: How many make a batch; the last of a pass may be smaller.
    size: int
    seed: int

    def places(self, count: int) -> Iterator[list[int]]:
        """Yield the examples of each batch, for ever.

        >>> batches = Batches(2, seed=1).places(3)
        >>> [next(batches) for _ in range(4)]
        [[0, 2], [1], [0, 2], [1]]
        """
        dice = Random(self.seed)
        while True:
            order = sorted(range(count), key=lambda _: dice.random())
            for start in range(0, count, self.size):
                yield order[start : start + self.size]
