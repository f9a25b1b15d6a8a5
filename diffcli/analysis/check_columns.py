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
from diffcli.arithmetics.columns import Column, product, total
from diffcli.engine import block_bounds, column_bounds, columns
from diffcli.engine.columns import Found
from diffcli.engine.derivation import derivations
from diffcli.engine.passes import Passes
from diffcli.engine.relative_bounds import Bounds
from diffcli.engine.tape import ROUNDING, Program
from diffcli.inputs.blocks import Block
from diffcli.inputs.files import read
from diffcli.inputs.rows import Chunk, Row
from diffcli.language.expression import Expression
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
        self.formula = Program([parsed.expression])
        claimed = [claim.expression for claim in claims.values()]
        #: The formula, and what is claimed: what they have in common is computed once.
        self.program = Program([parsed.expression, *claimed])
        #: What is claimed of second derivatives; nothing: they are first ones.
        self.second = Second(self, claimed) if order == 2 else None
        found = (
            self.second.derivations
            if self.second
            else derivations(parsed.expression, self.names)
        )
        self.pairs = list(zip(claimed, found, strict=True))
        #: How many points are taken at once; 0: each is looked at alone.
        self.at_once = columns.at_once(4 * len(self.program.nodes))
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
        return OtherPoints(self.formula, self.pairs, self.tolerance)


class Second:
    """What is asked of second derivatives at every row."""

    def __init__(self, claims: Claims, claimed: Sequence[Expression]) -> None:
        from diffcli.analysis.check_second import asked_of
        from diffcli.analysis.hessian import WAYS
        from diffcli.analysis.hessian_columns import Asked
        from diffcli.analysis.hessian_doubles import twice

        parsed, program = claims.parsed, claims.formula
        self.claimed = Program(claimed)
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
    bad = passes.bad | claims.elsewhere.unlike(points, size)
    _, *rows = claims.program.outputs
    pairs = [
        (passes.values[row], passes.partial(name))
        for name, row in zip(claims.names, rows, strict=True)
    ]
    found = [columns.filled(column, size) for pair in pairs for column in pair]
    # What is cheap is tried first: one bound for all, then one for each point.
    places = [*range(size)]
    there, numbers = passes, found
    for failing in (_unsure_of_all, _unsure, _failing):
        close = {places[i] for i in failing(claims, there, numbers)}
        places = sorted(close - bad)
        if not places:
            break
        there = _few(passes, places)
        numbers = [[column[i] for i in places] for column in found]
    return found, bad.union(places)


def _few(passes: Passes, places: Sequence[int]) -> Passes:
    """Return the passes at some of the points."""
    chosen = operator.itemgetter(*places, places[0])  # of one alone it were no tuple

    def at(column: Column) -> Column:
        return [*chosen(column)[:-1]] if isinstance(column, list) else column

    return Passes(
        passes.program,
        list(map(at, passes.values)),
        [None if column is None else at(column) for column in passes.adjoints],
        {key: at(column) for key, column in passes.locals.items()},
        set(),
    )


def _judged_second(claims: Claims, points: Mapping[str, Column], size: int) -> Found:
    """Return the same of second derivatives."""
    assert claims.second is not None
    problems, ways = claims.second.asked.numbers(points)
    claimed = claims.second.claimed
    values = problems.values(claimed, points)
    errors = column_bounds.value_errors(claimed, values)
    bad = problems.bad | claims.elsewhere.unlike(points, size)
    swept, nothing = ways["backprop"], ([0.0] * size, [0.0] * size)
    found: list[list[float]] = []
    passing = partial(_passes, *claims.tolerance)
    for pair, row in zip(claims.second.pairs, claimed.outputs, strict=True):
        true, off = swept.get(pair) or swept.get(pair[::-1]) or nothing
        value, error = (columns.filled(c[row], size) for c in (values, errors))
        passed = map(passing, value, true, error, off)
        bad.update(compress(count(), map(operator.not_, passed)))
        found += value, true
    return found, bad


def _unsure_of_all(
    claims: Claims, passes: Passes, found: Sequence[list[float]]
) -> set[int]:
    """Return where the bounds for all points do not tell that every claim passes.

    What is claimed differs by no more than a rounding or two there, or than the given
    tolerance, and the bounds are far below what would be poor.
    """
    try:
        bounds = Bounds(passes)
    except (ValueError, ArithmeticError):
        return _every(found)
    rows = zip(claims.names, claims.program.outputs[1:], strict=True)
    worst = max(bounds.values[row] + bounds.partials.get(n, 0.0) for n, row in rows)
    if not worst * FAR_BELOW <= POOR:
        return _every(found)
    return bounds.apart | _unlike(claims, found, [0.0] * len(claims.names))


def _every(found: Sequence[list[float]]) -> set[int]:
    """Return all places of columns."""
    return {*range(max(map(len, found)))}


def _unsure(claims: Claims, passes: Passes, found: Sequence[list[float]]) -> set[int]:
    """Return where a bound for each point does not tell it."""
    program, (_, values, _, locals_, _) = claims.program, passes
    try:
        errors = block_bounds.value_errors(program, values, locals_, block_bounds.each)
        bounds = block_bounds.partial_bounds(passes, errors)
    except (ValueError, ArithmeticError):
        return _every(found)
    rows = zip(claims.names, program.outputs[1:], strict=True)
    both = (total(errors[row], bounds.get(name, 0.0)) for name, row in rows)
    return _unlike(claims, found, [product(off, FAR_BELOW / POOR) for off in both])


def _unlike(
    claims: Claims, found: Sequence[list[float]], floors: Sequence[Column]
) -> set[int]:
    """Return where a claim is off by more than is surely allowed, or below a floor."""
    tolerance = claims.tolerance
    if tolerance == ESTIMATES:
        tolerance = Tolerance(_LEAST * SLACK * ROUNDING)
    places: set[int] = set()
    for i, floor in enumerate(floors):
        claimed, true = found[2 * i : 2 * i + 2]
        places.update(unsure(claimed, true, floor, tolerance))
    return places


def _failing(claims: Claims, passes: Passes, found: Sequence[list[float]]) -> set[int]:
    """Return where some claim may not pass, as the bounds at each point tell."""
    program, size = claims.program, max(map(len, found))
    errors = column_bounds.value_errors(program, passes.values)
    bounds = column_bounds.partial_bounds(passes, errors)
    failing: set[int] = set()
    passing = partial(_passes, *claims.tolerance)
    for i, (name, row) in enumerate(
        zip(claims.names, program.outputs[1:], strict=True)
    ):
        off = (errors[row], bounds.get(name, 0.0))
        lists = [columns.filled(column, size) for column in off]
        passed = map(passing, *found[2 * i : 2 * i + 2], *lists)
        failing.update(compress(count(), map(operator.not_, passed)))
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
