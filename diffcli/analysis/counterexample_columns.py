"""Where claimed formulas are not the derivatives, though they fit: at many points.

It is what ``counterexample`` finds at each of them. Far points are the same for all;
those near are columns, and what these cannot tell is left to who takes one at a time.
"""

from collections.abc import Mapping, Sequence
from itertools import count, repeat

from diffcli.analysis.counterexample import NEAR, FarPoints, Sides, program_of
from diffcli.analysis.verdicts import ESTIMATES, Tolerance
from diffcli.arithmetics.columns import Column, product, total
from diffcli.engine import block_bounds, columns
from diffcli.engine.derivation import Derivation
from diffcli.engine.normal import normal
from diffcli.engine.tape import Program
from diffcli.language.expression import Expression, postorder

POOR = 1e-9  # a relative error of doubles beyond which mpmath decides
FAR_BELOW = 8.0  # times what is poor: the bound of a whole block has to be less
_SHORT = 100  # nodes of formulas whose normal forms are compared

Points = Mapping[str, Column]


class OtherPoints:
    """What points beside the given ones say of the claims that are no numbers."""

    def __init__(
        self,
        of: Program,
        pairs: Sequence[tuple[Expression, Derivation]],
        tolerance: Tolerance,
    ) -> None:
        """Take the program of the formula, and claims beside their derivations."""
        self._of = of
        self._tolerance = tolerance
        pairs = [
            pair for pair in pairs if program_of(pair[0]).inputs and not _alike(*pair)
        ]
        self._far = [FarPoints(*pair, of.expressions[0]) for pair in pairs]
        found = [derivation.result for _, derivation in pairs]
        self._compared = Program([*(claim for claim, _ in pairs), *found])
        #: What is positive on one side of the formula's edges; None: it has none.
        self._edges = self._far[0].sides if pairs else None

    def unlike(self, points: Points, size: int) -> set[int]:
        """Return where it has to be asked whether a formula fits elsewhere, too.

        Raises ValueError or ArithmeticError if a function refuses a point.
        """
        if not self._far:
            return set()
        sides, bad = self._sides(points, size)
        if self._tolerance == ESTIMATES:
            unfit = {each for each in {*sides} if not self._fit(each, tuple(points))}
            if unfit:
                bad.update(i for i, each in enumerate(sides) if each in unfit)
            return bad
        for share in NEAR:
            near = {
                name: _beside(column, share * (1 + 0.1 * order))
                for order, (name, column) in enumerate(points.items())
            }
            bad |= self._unlike_at(near, sides, size)
        return bad

    def _fit(self, sides: Sides, names: tuple[str, ...]) -> bool:
        """Tell whether all claims fit at far points on these sides of the edges."""
        return all(far.fits(sides, names) for far in self._far)

    def _sides(self, points: Points, size: int) -> tuple[list[Sides], set[int]]:
        """Return on which sides of the edges points lie, and where nobody knows."""
        if self._edges is None:
            return [()] * size, set()
        values = columns.values_at(self._edges, points)
        on = [columns.filled(values[row], size) for row in self._edges.outputs]
        sides = [tuple([x > 0 for x in row]) for row in zip(*on, strict=True)]
        return sides, columns.not_finite(values)

    def _unlike_at(self, near: Points, sides: list[Sides], size: int) -> set[int]:
        """Return where points near the given ones do not tell that all claims fit.

        They say nothing beyond an edge, or where the formula has no value.
        """
        beyond = columns.not_finite(columns.values_at(self._of, near))
        if self._edges is not None:
            there, unknown = self._sides(near, size)
            beyond |= unknown
            beyond.update(
                place
                for place, pair in enumerate(zip(sides, there, strict=True))
                if pair[0] != pair[1]
            )
        program = self._compared
        values = columns.values_at(program, near)
        bad = columns.not_finite(values)
        errors = block_bounds.value_errors(program, values, {})
        half = len(program.outputs) // 2
        for row, other in zip(
            program.outputs[:half], program.outputs[half:], strict=True
        ):
            claimed, true = (columns.filled(values[r], size) for r in (row, other))
            floor = product(total(errors[row], errors[other]), FAR_BELOW / POOR)
            bad.update(unsure(claimed, true, floor, self._tolerance))
        return bad - beyond


def unsure(
    claimed: Sequence[float],
    true: Sequence[float],
    floor: Column,
    tolerance: Tolerance,
) -> list[int]:
    """Return where numbers are below a floor, or differ by more than they may."""
    share, least = tolerance.relative or 0.0, tolerance.absolute or 0.0
    floors = floor if isinstance(floor, list) else repeat(floor)
    return [
        place
        for place, c, t, lowest in zip(count(), claimed, true, floors, strict=False)
        if not (abs(t) >= lowest and abs(c - t) <= least + share * abs(t))
    ]


def _beside(column: Column, share: float) -> Column:
    """Return points near those of a column, as ``counterexample`` takes them."""
    if isinstance(column, float):
        return column + share * (abs(column) or 1.0)
    return [x + share * (abs(x) or 1.0) for x in column]


def _alike(claim: Expression, derivation: Derivation) -> bool:
    """Tell whether a claim is the derivative by its form: then it is one everywhere."""
    if claim is derivation.result:
        return True
    if len(postorder([claim, derivation.result])) > _SHORT:
        return False
    return normal(claim) is normal(derivation.result)
