"""How many digits rounding may cost at the points of a block: relative errors.

Through a product they pass as they are, and through a function f of u by its condition
number, the size of u*f'(u)/f(u). So a number for each row bounds all points, whatever
their sizes; a point where a number is next to 0, or a condition number is large because
terms cancel there, is left to bounds that are absolute.

Source: Higham, "Accuracy and Stability of Numerical Algorithms", 2002, sec. 1.6, 3.3.
"""

import operator
from collections.abc import Sequence
from itertools import compress, count

from diffcli.arithmetics.columns import Column, local, product, spread
from diffcli.calculus.functions import DIVIDE, FIRST, FIXED, SECOND, ZERO, Number
from diffcli.engine.block_bounds import largest
from diffcli.engine.bounds import OF_PARTIAL, leaf_errors, uses
from diffcli.engine.column_bounds import is_whole_power
from diffcli.engine.passes import Passes
from diffcli.engine.roundings import LEAPING, SHORT, SMALL, roundings
from diffcli.engine.tape import ROUNDING

_MOST = 2.0**7  # a condition number beyond that is left to others


class Bounds:
    """Relative errors of values and partials.

    Raises ValueError or ArithmeticError where nothing can be said of the block.
    """

    def __init__(self, passes: Passes) -> None:
        self._passes = passes
        #: The places of which nothing is said.
        self.apart: set[int] = set()
        #: How far the value of every row may be off, relative to it.
        self.values = self._values()
        #: The same of the partial toward each variable.
        self.partials = self._partials()

    def _values(self) -> list[float]:
        passes, program = self._passes, self._passes.program
        errors = [ROUNDING if error else 0.0 for error in leaf_errors(program)]
        for row in range(len(errors), len(passes.values)):
            function, places = program.function(row), program.arguments(row)
            error, inside = roundings(function)
            if function.value in LEAPING and any(errors[place] for place in places):
                raise ArithmeticError
            value = self._clear(passes.values[row])
            for slope, place in zip(function.partials, places, strict=False):
                moved = errors[place] + inside
                if moved and slope is not ZERO:
                    error += moved * self._condition(row, slope, place, value)
            errors.append(error)
        return errors

    def _condition(self, row: int, slope: Number, place: int, value: Column) -> float:
        """Return the largest condition number of a row, toward one argument."""
        passes, program = self._passes, self._passes.program
        function, places = program.function(row), program.arguments(row)
        given = [passes.values[each] for each in places]
        if function is DIVIDE or function.partials == (SECOND, FIRST):
            return 1.0
        if is_whole_power(function, given) and place == places[0]:
            return largest(given[1])
        top = passes.values[place]
        if slope not in FIXED:
            factor = passes.locals.get((row, slope))
            if factor is None:
                factor = local(slope, passes.values[row], *given)
                passes.locals[row, slope] = factor
            top = product(factor, top)
        elif len(places) == 1:
            return 1.0
        return self._largest(spread(operator.truediv, top, value))

    def _partials(self) -> dict[str, float]:
        passes, program = self._passes, self._passes.program
        errors = [0.0] * len(passes.values)
        #: For each row what is added to its adjoint: two factors, and the error.
        terms: dict[int, list[tuple[Column, Column, float]]] = {}
        for row, argument, slope, a, b in program.edges:
            upstream = passes.adjoints[row]
            if upstream is None or slope is ZERO:
                continue
            if row in terms:
                errors[row] = self._of_sum(row, terms.pop(row))
            factor = passes.locals[row, slope]
            places = (row, a) if b < 0 else (row, a, b)
            error = errors[row] + OF_PARTIAL + self._moved(row, slope, places, factor)
            terms.setdefault(argument, []).append((upstream, factor, error))
        return {
            name: self._of_sum(row, terms[row]) + 2 * ROUNDING
            for name, row in program.inputs.items()
            if row in terms
        }

    def _of_sum(self, row: int, terms: list[tuple[Column, Column, float]]) -> float:
        """Return the error of an adjoint, by what it is the sum of."""
        adjoint = self._passes.adjoints[row]
        assert adjoint is not None
        whole = self._clear(adjoint)
        if len(terms) == 1:
            return terms[0][2]
        return sum(
            error
            * self._largest(spread(operator.truediv, product(upstream, factor), whole))
            for upstream, factor, error in terms
        )

    def _moved(
        self, row: int, slope: Number, places: Sequence[int], factor: Column
    ) -> float:
        """Return how far a local partial is off, relative to it."""
        if slope in FIXED:
            return 0.0
        if slope is FIRST or slope is SECOND:
            return self.values[places[1 + (slope is SECOND)]]
        function = self._passes.program.function(row)
        given = [self._passes.values[place] for place in places]
        if is_whole_power(function, given):
            return abs(largest(given[2]) - 1.0) * self.values[places[1]]
        if function.rough is not None:
            raise ArithmeticError
        moved, factor = 0.0, self._clear(factor)
        for index, place in enumerate(places):
            error = self.values[place]
            if error and uses(slope, len(given) == 2, index):
                step = max(SHORT, error)
                beside = [*given]
                beside[index] = product(given[index], 1.0 + step)
                change = spread(operator.sub, spread(slope, *beside), factor)
                share = self._largest(spread(operator.truediv, change, factor), step)
                moved += share * error
        return moved

    def _largest(self, column: Column, unit: float = 1.0) -> float:
        """Return the largest size in units; of what is too large nothing is said."""
        size, most = largest(column), _MOST * unit
        if size <= most:
            return size / unit
        if not isinstance(column, list):
            raise ArithmeticError
        self.apart.update(i for i, x in enumerate(column) if not abs(x) <= most)
        return _MOST

    def _clear(self, column: Column) -> Column:
        """Return a column with 1 for what is next to 0: of that nothing is said."""
        if not isinstance(column, list):
            if abs(column) < SMALL:
                raise ArithmeticError
            return column
        if min(map(abs, column)) >= SMALL:
            return column
        self.apart.update(compress(count(), (abs(x) < SMALL for x in column)))
        return [x if abs(x) >= SMALL else 1.0 for x in column]
