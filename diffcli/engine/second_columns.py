"""Second derivatives at many points at once: reverse over forward, over columns.

It is ``second_order`` over columns of doubles, with its sums in its order: a number has
the bits that it has at one point. What ordinary numbers cannot tell is left to that.
"""

from collections.abc import Sequence

from diffcli.arithmetics import columns
from diffcli.arithmetics.columns import Column, product, total
from diffcli.engine.columns import not_finite, slopes
from diffcli.engine.fold import evaluate
from diffcli.engine.passes import Passes
from diffcli.engine.second_order import Pair, second_partials

Place = tuple[int, int, int]
"""A call's row, and which two of its arguments."""


class Sweeps:
    """What the sweeps toward all variables have in common.

    Raises ValueError or ArithmeticError if a second partial refuses one of the points.
    """

    def __init__(self, passes: Passes) -> None:
        self._passes = passes
        #: The places where a sweep meets what is no finite number.
        self.bad: set[int] = set()
        self._bends: dict[Place, Column] = {}
        program, values = passes.program, passes.values
        for row in program.calls:
            places = program.arguments(row)
            point = dict(zip("uv", (values[place] for place in places), strict=False))
            seconds = second_partials(program.function(row).name)
            for one, argument in enumerate(places):
                for other, toward in enumerate(places):
                    if program.active[argument] and program.active[toward]:
                        second = seconds[one][other]
                        found = list(evaluate(second.nodes, columns, point))
                        self.bad |= not_finite(found)
                        self._bends[row, one, other] = found[second.outputs[0]]

    def row(self, name: str, names: Sequence[str]) -> dict[Pair, Column]:
        """Return the second derivatives toward one variable and each of ``names``."""
        passes, program = self._passes, self._passes.program
        moved = slopes(passes, name)
        self.bad |= not_finite(moved)
        moving: list[Column | None] = [None] * len(moved)
        for row in program.calls:
            upstream = passes.adjoints[row]
            if upstream is None:
                continue
            partials = program.function(row).partials
            for place, argument in enumerate(program.arguments(row)):
                if not program.active[argument]:
                    continue
                term = self._bent(row, place, moved)
                term = None if term is None else product(upstream, term)
                carried = moving[row]
                if carried is not None:
                    first = product(carried, passes.locals[row, partials[place]])
                    term = first if term is None else total(first, term)
                moving[argument] = _sum(moving[argument], term)
        found = {
            (name, other): _positive_zero(moving[program.inputs[other]])
            if other in program.inputs
            else 0.0
            for other in names
        }
        self.bad |= not_finite([*found.values()])
        return found

    def _bent(self, row: int, place: int, moved: Sequence[Column]) -> Column | None:
        """Return how a local partial moves with the variable; None: it does not."""
        bend: Column | None = None
        for other, toward in enumerate(self._passes.program.arguments(row)):
            if not _is_zero(moved[toward]):  # so that it is active
                second = self._bends[row, place, other]
                if not _is_zero(second):
                    bend = _sum(bend, product(second, moved[toward]))
        return bend


def _sum(one: Column | None, other: Column | None) -> Column | None:
    """Return the sum of what is there."""
    if one is None or other is None:
        return other if one is None else one
    return total(one, other)


def _positive_zero(column: Column | None) -> Column:
    """Return a sum as one has it that begins with 0.0: never -0.0."""
    return 0.0 if column is None else total(0.0, column)


def _is_zero(column: Column) -> bool:
    return not isinstance(column, list) and column == 0.0
