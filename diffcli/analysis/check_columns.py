"""Claims checked at the rows of a table, many rows at once.

Where doubles are good and every claim passes, a block's columns tell so: such a row has
the verdicts and the bits that it has alone. Every other row is left to ``check``.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial

from diffcli.analysis.check import POOR, Check, equal_everywhere
from diffcli.analysis.counterexample import FarPoints, Sides, program_of
from diffcli.analysis.verdicts import ESTIMATES, SLACK, Tolerance, Verdict, relative
from diffcli.arithmetics.columns import Column
from diffcli.engine import columns
from diffcli.engine.column_bounds import partial_bounds, value_errors
from diffcli.engine.columns import Found
from diffcli.engine.derivation import derivations
from diffcli.engine.tape import ROUNDING, Program
from diffcli.inputs.blocks import Block
from diffcli.inputs.files import read
from diffcli.inputs.rows import Chunk, Row
from diffcli.language.parser import Parsed
from diffcli.problem import Estimate
from diffcli.records import Record

_CLOSE = 0.5  # of an error that is poor: the bounds of columns may be a little small


class Claims:
    """What is asked at every row, and what has to be known for that once."""

    def __init__(
        self,
        parsed: Parsed,
        claims: Mapping[str, Parsed],
        tolerance: Tolerance,
        *,
        prove: bool,
        digits: int = 10,
    ) -> None:
        self.parsed = parsed
        self.names = tuple(claims)
        self.tolerance = tolerance
        self.digits = digits
        self.program = Program([parsed.expression])
        found = derivations(parsed.expression, self.names)
        self.pairs = [
            (claim.expression, derivation)
            for claim, derivation in zip(claims.values(), found, strict=True)
        ]
        self.claimed = Program([claim for claim, _ in self.pairs])
        self._prove = prove

    @cached_property
    def everywhere(self) -> list[bool]:
        """Whether each claim is proved to be right at every point."""
        return [
            self._prove and equal_everywhere(claim, derivation.result)
            for claim, derivation in self.pairs
        ]

    @cached_property
    def elsewhere(self) -> list[FarPoints]:
        """What other points say of the claims that are no numbers."""
        return [FarPoints(*pair) for pair in self.pairs if program_of(pair[0]).inputs]

    def fit(self, sides: Sides, names: tuple[str, ...]) -> bool:
        """Tell whether all of them fit at points on these sides of the edges."""
        return all(far.fits(sides, names) for far in self.elsewhere)


class Passed(Record):
    """Neighbouring rows at which every claim passes."""

    claims: Claims
    block: Block
    #: Their places in the block.
    start: int
    stop: int
    #: By variable, what is claimed, what is true, and how far both may be off.
    numbers: Mapping[str, Sequence[Sequence[float]]]

    def each(self) -> Iterator[tuple[Row, Check]]:
        """Yield every row with its check."""
        parsed, digits = self.claims.parsed, self.claims.digits
        everywhere = self.claims.everywhere
        for place in range(self.start, self.stop):
            row, verdicts = self.block.row(place), []
            for (name, numbers), proved in zip(
                self.numbers.items(), everywhere, strict=True
            ):
                c, t, c_error, t_error = (column[place] for column in numbers)
                claimed, true = Estimate(c, c_error), Estimate(t, t_error)
                off = relative(c, t)
                verdicts.append(Verdict(name, claimed, true, off, True, proved))
            yield row, Check(parsed, "", row.point, tuple(verdicts), digits)


def at_rows(claims: Claims, pieces: Iterable[Chunk | Row]) -> Iterator[Passed | Row]:
    """Yield the rows that need a closer look, and what is between them."""
    for piece in pieces:
        for block in (piece,) if isinstance(piece, Row) else read(piece):
            if isinstance(block, Row):
                yield block
            elif not block.points:
                yield from map(block.row, range(len(block.texts)))
            else:
                yield from _parts(claims, block)


def _parts(claims: Claims, block: Block) -> Iterator[Passed | Row]:
    names, size = claims.names, len(block.texts)

    def computed(start: int, stop: int) -> Found:
        points = columns.part(block.points, start, stop)
        return _judged(claims, points, stop - start)

    found, bad = columns.in_parts(size, 4 * len(names), computed)
    numbers = {name: found[4 * i : 4 * i + 4] for i, name in enumerate(names)}
    start = 0
    for place in (*sorted(bad), size):
        if start < place:
            yield Passed(claims, block, start, place, numbers)
        if place < size:
            yield block.row(place)
        start = place + 1


def _judged(claims: Claims, points: Mapping[str, Column], size: int) -> Found:
    """Return for each claim the four columns of ``Passed``, and where it may not pass.

    Raises ValueError or ArithmeticError if a function refuses one of the points.
    """
    passes = columns.both_passes(claims.program, points, claims.names)
    bounds = partial_bounds(passes)
    values = columns.values_at(claims.claimed, points)
    errors = value_errors(claims.claimed, values, {})
    bad = passes.bad | columns.not_finite(values) | _unlike(claims, points, size)
    found: list[list[float]] = []
    passing = partial(_passes, *claims.tolerance)
    for name, row in zip(claims.names, claims.claimed.outputs, strict=True):
        four = values[row], passes.partial(name), errors[row], bounds.get(name, 0.0)
        lists = [columns.filled(column, size) for column in four]
        bad.update(i for i, passed in enumerate(map(passing, *lists)) if not passed)
        found += lists
    return found, bad


def _passes(
    relative: float | None,
    absolute: float | None,
    claimed: float,
    true: float,
    claimed_error: float,
    true_error: float,
) -> bool:
    """Tell whether doubles are good and a claim passes: see ``verdicts.judged``."""
    error, size = claimed_error + true_error, abs(true)
    if not error <= _CLOSE * POOR * size:
        return False
    if relative is None and absolute is None:
        allowed = SLACK * (error + ROUNDING * (abs(claimed) + size))
    else:
        allowed = (absolute or 0.0) + (relative or 0.0) * max(abs(claimed), size)
    return abs(claimed - true) <= allowed


def _unlike(claims: Claims, points: Mapping[str, Column], size: int) -> set[int]:
    """Return where it has to be asked whether a formula fits at points nearby, too."""
    if not claims.elsewhere:
        return set()
    if claims.tolerance != ESTIMATES:
        return {*range(size)}
    program = claims.elsewhere[0].sides  # all claims are about one formula
    if program is None:
        return set() if claims.fit((), tuple(points)) else {*range(size)}
    values = columns.values_at(program, points)
    bad = columns.not_finite(values)
    on = [columns.filled(values[row], size) for row in program.outputs]
    sides = [tuple([x > 0 for x in row]) for row in zip(*on, strict=True)]
    unfit = {each for each in {*sides} if not claims.fit(each, tuple(points))}
    if unfit:
        bad.update(i for i, each in enumerate(sides) if each in unfit)
    return bad
