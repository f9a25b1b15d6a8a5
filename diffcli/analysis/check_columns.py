"""Claims checked at the rows of a table, many rows at once.

Where doubles are good and every claim passes, a block's columns tell so: such a row has
the verdicts and the bits that it has alone. Every other row is left to ``check``.
"""

import operator
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from itertools import compress, count

from diffcli.analysis.check import POOR, Check, equal_everywhere
from diffcli.analysis.counterexample_columns import FAR_BELOW, OtherPoints, unsure
from diffcli.analysis.verdicts import ESTIMATES, SLACK, Tolerance, Verdict, relative
from diffcli.arithmetics.columns import Column
from diffcli.engine import block_bounds, column_bounds, columns
from diffcli.engine.columns import Found, Passes
from diffcli.engine.derivation import derivations
from diffcli.engine.tape import ROUNDING, Program
from diffcli.inputs.blocks import Block
from diffcli.inputs.files import read
from diffcli.inputs.rows import Chunk, Row
from diffcli.language.parser import Parsed
from diffcli.problem import Estimate, Settings
from diffcli.records import Record

_CLOSE = 0.5  # of an error that is poor
_LEAST = 3.9  # roundings of a partial that are allowed at least: of both sizes, and 2


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
        order: int = 1,
    ) -> None:
        """Take the claims by variable, of ``order`` 2 by two of them: x,y.

        Raises TooLong for derivatives that nobody would wait for.
        """
        self.parsed = parsed
        self.names = tuple(claims)
        self.tolerance = tolerance
        self.digits = digits
        self.program = Program([parsed.expression])
        #: What is claimed of second derivatives; nothing: they are first ones.
        self.second = Second(self) if order == 2 else None
        found = (
            self.second.derivations
            if self.second
            else derivations(parsed.expression, self.names)
        )
        self.pairs = [
            (claim.expression, derivation)
            for claim, derivation in zip(claims.values(), found, strict=True)
        ]
        self.claimed = Program([claim for claim, _ in self.pairs])
        #: How many points are taken at once; 0: each is looked at alone.
        self.at_once = columns.at_once(
            4 * (len(self.program.nodes) + len(self.claimed.nodes))
        )
        if self.second:
            self.at_once = min(self.at_once, self.second.asked.at_once)
        self._prove = prove

    @cached_property
    def everywhere(self) -> list[bool]:
        """Whether each claim is proved to be right at every point."""
        return [
            self._prove and equal_everywhere(claim, derivation.result)
            for claim, derivation in self.pairs
        ]

    @cached_property
    def elsewhere(self) -> OtherPoints:
        """What other points say of the claims that are no numbers."""
        return OtherPoints(self.program, self.pairs, self.tolerance)


class Second:
    """What is asked of second derivatives at every row."""

    def __init__(self, claims: Claims) -> None:
        from diffcli.analysis.check_second import asked_of
        from diffcli.analysis.hessian import WAYS
        from diffcli.analysis.hessian_columns import Asked
        from diffcli.analysis.hessian_doubles import twice

        parsed, program = claims.parsed, claims.program
        #: The two variables of each claim.
        self.pairs = [(a, b) for a, b in (name.split(",") for name in claims.names)]
        self.derivations = [twice(parsed.expression, *pair) for pair in self.pairs]
        names, wanted = asked_of(self.pairs)
        settings = Settings(digits=claims.digits)
        self.asked = Asked(parsed, program, names, settings, WAYS[1:], wanted=wanted)


class Passed(Record):
    """Neighbouring rows at which every claim passes."""

    claims: Claims
    block: Block
    #: Their places in the block.
    start: int
    stop: int
    #: By variable, what is claimed and what is true.
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
                c, t = (column[place] for column in numbers)
                claimed, true = Estimate(c, 0.0), Estimate(t, 0.0)  # good enough
                off = relative(c, t)
                first, _, second = name.partition(",")
                verdict = Verdict(first, claimed, true, off, True, proved)
                verdicts.append(verdict._replace(second=second) if second else verdict)
            check = Check(parsed, "", row.point, tuple(verdicts), digits)
            yield row, check._replace(order=2) if self.claims.second else check


def at_rows(claims: Claims, pieces: Iterable[Chunk | Row]) -> Iterator[Passed | Row]:
    """Yield the rows that need a closer look, and what is between them."""
    for piece in pieces:
        for block in (piece,) if isinstance(piece, Row) else read(piece):
            if isinstance(block, Row):
                yield block
            elif not (block.points and claims.at_once):
                yield from map(block.row, range(len(block.texts)))
            else:
                yield from _parts(claims, block)


def _parts(claims: Claims, block: Block) -> Iterator[Passed | Row]:
    names, size = claims.names, len(block.texts)

    def computed(start: int, stop: int) -> Found:
        points = columns.part(block.points, start, stop)
        judged = _judged_second if claims.second else _judged
        return judged(claims, points, stop - start)

    found, bad = columns.in_parts(size, 2 * len(names), computed, claims.at_once)
    numbers = {name: found[2 * i : 2 * i + 2] for i, name in enumerate(names)}
    start = 0
    for place in (*sorted(bad), size):
        if start < place:
            yield Passed(claims, block, start, place, numbers)
        if place < size:
            yield block.row(place)
        start = place + 1


def _judged(claims: Claims, points: Mapping[str, Column], size: int) -> Found:
    """Return for each claim the two columns of ``Passed``, and where it may not pass.

    Raises ValueError or ArithmeticError if a function refuses one of the points.
    """
    passes = columns.both_passes(claims.program, points, claims.names)
    values = columns.values_at(claims.claimed, points)
    bad = passes.bad | columns.not_finite(values)
    bad |= claims.elsewhere.unlike(points, size)
    pairs = [
        (values[row], passes.partial(name))
        for name, row in zip(claims.names, claims.claimed.outputs, strict=True)
    ]
    found = [columns.filled(column, size) for pair in pairs for column in pair]
    close = _unsure(claims, passes, values, found) - bad
    if close:
        places = sorted(close)
        few = {
            name: column if isinstance(column, float) else [column[i] for i in places]
            for name, column in points.items()
        }
        failing = _failing(claims, few, len(places))
        bad.update(place for i, place in enumerate(places) if i in failing)
    return found, bad


def _judged_second(claims: Claims, points: Mapping[str, Column], size: int) -> Found:
    """Return the same of second derivatives."""
    assert claims.second is not None
    problems, ways = claims.second.asked.numbers(points)
    values = problems.values(claims.claimed, points)
    errors = column_bounds.value_errors(claims.claimed, values)
    bad = problems.bad | claims.elsewhere.unlike(points, size)
    swept, nothing = ways["backprop"], ([0.0] * size, [0.0] * size)
    found: list[list[float]] = []
    passing = partial(_passes, *claims.tolerance)
    for pair, row in zip(claims.second.pairs, claims.claimed.outputs, strict=True):
        true, off = swept.get(pair) or swept.get(pair[::-1]) or nothing
        claimed, error = (columns.filled(c[row], size) for c in (values, errors))
        passed = map(passing, claimed, true, error, off)
        bad.update(compress(count(), map(operator.not_, passed)))
        found += claimed, true
    return found, bad


def _unsure(
    claims: Claims, passes: Passes, values: list[Column], found: Sequence[list[float]]
) -> set[int]:
    """Return where the bounds for all points do not tell that every claim passes.

    What is claimed differs by no more than a rounding or two there, or than the given
    tolerance, and the bounds are far below what would be poor.
    """
    size = len(found[0])
    try:
        bounds = block_bounds.partial_bounds(passes)
        errors = block_bounds.value_errors(claims.claimed, values, {})
    except (ValueError, ArithmeticError):
        return {*range(size)}
    tolerance = claims.tolerance
    if tolerance == ESTIMATES:
        tolerance = Tolerance(_LEAST * SLACK * ROUNDING)
    places: set[int] = set()
    for i, (name, row) in enumerate(
        zip(claims.names, claims.claimed.outputs, strict=True)
    ):
        floor = FAR_BELOW * (errors[row] + bounds.get(name, 0.0)) / POOR
        claimed, true = found[2 * i : 2 * i + 2]
        places |= unsure(claimed, true, floor, tolerance)
    return places


def _failing(claims: Claims, points: Mapping[str, Column], size: int) -> set[int]:
    """Return where some claim may not pass, as the bounds at each point tell."""
    passes = columns.both_passes(claims.program, points, claims.names)
    errors = column_bounds.value_errors(claims.program, passes.values)
    bounds = column_bounds.partial_bounds(passes, errors)
    values = columns.values_at(claims.claimed, points)
    errors = column_bounds.value_errors(claims.claimed, values)
    failing: set[int] = set()
    passing = partial(_passes, *claims.tolerance)
    for name, row in zip(claims.names, claims.claimed.outputs, strict=True):
        four = values[row], passes.partial(name), errors[row], bounds.get(name, 0.0)
        lists = [columns.filled(column, size) for column in four]
        failing.update(i for i, passed in enumerate(map(passing, *lists)) if not passed)
    return failing


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
