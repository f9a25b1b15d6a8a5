"""Gradients at many points at once: the tape's two passes over columns of doubles.

Every operation is done for thousands of points before the next one begins, so that
what a Program costs to walk is paid once for all of them. The functions and their
partials are the tape's, in the tape's order: the numbers have the same bits. What is
not an ordinary number at an ordinary place is left to who takes one point at a time.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, reduce
from itertools import compress, count
from typing import TypeVar

from diffcli.arithmetics import columns
from diffcli.arithmetics.columns import Column, local, product, total
from diffcli.calculus.functions import Number, Rough
from diffcli.engine.block_bounds import value_errors
from diffcli.engine.fold import evaluate
from diffcli.engine.passes import Passes
from diffcli.engine.tape import Edge, Program
from diffcli.records import Record

BLOCK = 1024
"""Points that are taken at once: more gain no time and take more memory."""
NUMBERS = 2**19
"""Numbers that stand in all columns of a block, so that memory stays small."""
_FEWEST = 32  # points for which columns pay: a block is not halved below


class Gradients(Record):
    """Values and partials at many points, as columns."""

    value: list[float]
    partials: tuple[list[float], ...]
    #: The places that need a closer look; the numbers there mean nothing.
    bad: set[int]


def gradients(
    program: Program,
    points: Mapping[str, Sequence[float]],
    names: Sequence[str],
    shared: Mapping[str, float] | None = None,
) -> Gradients:
    """Return value and partials at each point, of which there is a column a variable.

    A variable that all points share has a number instead.

    A closer look is needed where a function is not defined, or for partials not smooth,
    or its value or a partial is not finite; and at a few of the points around, for a
    block in which a function refuses an argument is halved until the rest is small.
    All points do if the formula is so large that few of them are a block.
    """
    size = min(map(len, points.values()))
    most = at_once(2 * len(program.nodes))
    if not most:
        nothing = [math.nan] * size
        return Gradients(nothing, (nothing,) * len(names), {*range(size)})

    def computed(start: int, stop: int) -> Found:
        passes = both_passes(program, part(points, start, stop, shared), names)
        wanted = [passes.value, *(passes.partial(name) for name in names)]
        return [filled(column, stop - start) for column in wanted], passes.bad

    (value, *partials), bad = in_parts(size, 1 + len(names), computed, most)
    return Gradients(value, tuple(partials), bad)


Found = tuple[Sequence[list[float]], set[int]]
"""Columns, and the places at which their numbers mean nothing."""
Whole = TypeVar("Whole")


def at_once(rows: int) -> int:
    """Return how many points are taken at once, of so many columns; 0: none.

    The longer the formula the fewer, until columns do not pay.
    """
    points = NUMBERS // rows
    return points if points >= _FEWEST else 0


def in_parts(
    size: int, columns: int, computed: Callable[[int, int], Found], most: int = 0
) -> Found:
    """Return the columns that are computed from start to stop, put together.

    A part that cannot be computed is bad as a whole. With ``most`` no part is larger.
    """
    whole: list[list[float]] = [[] for _ in range(columns)]
    bad: set[int] = set()
    for start, stop, found in parts(size, computed, most):
        if found is None:
            found = [[math.nan] * (stop - start)] * columns, {*range(stop - start)}
        elif stop - start == size:
            return found
        for column, piece in zip(whole, found[0], strict=True):
            column.extend(piece)
        bad.update(start + place for place in found[1])
    return whole, bad


def parts(
    size: int, computed: Callable[[int, int], Whole], most: int = 0
) -> Iterator[tuple[int, int, Whole | None]]:
    """Yield what is computed from start to stop, as far as possible for all at once.

    A part whose computation raises ValueError or ArithmeticError is halved, until it is
    small: then there is None. With ``most`` no part is larger.
    """
    step = most or size
    todo = [(start, min(start + step, size)) for start in range(0, size, step)]
    todo.reverse()
    while todo:
        start, stop = todo.pop()
        try:
            found = computed(start, stop)
        except (ValueError, ArithmeticError):
            if stop - start > _FEWEST:
                half = (start + stop) // 2
                todo += ((half, stop), (start, half))
            else:
                yield start, stop, None
        else:
            yield start, stop, found


def part(
    points: Mapping[str, Sequence[float]],
    start: int,
    stop: int,
    shared: Mapping[str, float] | None = None,
) -> dict[str, Column]:
    """Return some of the points, with the numbers that all share."""
    cut = {name: list(column[start:stop]) for name, column in points.items()}
    return {**(shared or {}), **cut}


def filled(column: Column, count: int) -> list[float]:
    """Return a column as a list: what all points share stands in it so many times."""
    return column if isinstance(column, list) else [column] * count


def both_passes(
    program: Program, points: Mapping[str, Column], names: Sequence[str]
) -> Passes:
    """Return the passes at some points; the second only if there are names.

    A place is bad where a row's value or the partial toward a name is not finite, or
    for partials not smooth.

    Raises ValueError or ArithmeticError if a function refuses one of the points.
    """
    values = values_at(program, points)
    locals_: dict[tuple[int, Number], Column] = {}
    adjoints = _adjoints(program, values, locals_) if names else []
    passes = Passes(program, values, adjoints, locals_, set())
    bad = not_finite([*values, *map(passes.partial, names)])
    if names:
        bad |= rough_places(program, values, locals_)
    return passes._replace(bad=bad)


def values_at(program: Program, points: Mapping[str, Column]) -> list[Column]:
    """Return the value of every row.

    Raises ValueError or ArithmeticError if a function refuses one of the points.
    """
    return list(evaluate(program.nodes, columns, points))


def _adjoints(
    program: Program, values: list[Column], locals_: dict[tuple[int, Number], Column]
) -> list[Column | None]:
    """Return the backward pass from the first output; None: nothing was added."""

    def added(
        adjoint: Column | None, upstream: Column | None, edge: Edge
    ) -> Column | None:
        row, _, slope, a, b = edge
        if upstream is None:
            return adjoint
        args = [values[a]] if b < 0 else [values[a], values[b]]
        locals_[row, slope] = factor = local(slope, values[row], *args)
        term = product(upstream, factor)
        return term if adjoint is None else total(adjoint, term)

    return program.adjoints(0, None, 1.0, added)


def slopes(passes: Passes, name: str) -> list[Column]:
    """Return what ``Tape.slopes`` does, as columns, but for the sign of zeros."""
    program, values = passes.program, passes.values
    slopes: list[Column] = [0.0] * len(values)
    start = program.inputs.get(name)
    if start is None:
        return slopes
    slopes[start] = 1.0
    for row in reversed(program.calls):
        places = program.arguments(row)
        given = [values[place] for place in places]
        locals_: dict[int, Column] = {}
        for place, slope in zip(places, program.function(row).partials, strict=False):
            if program.active[place] and slopes[place] != 0.0:
                factor = passes.locals.get((row, slope))
                if factor is None:
                    factor = local(slope, values[row], *given)
                before = locals_.get(place)
                locals_[place] = factor if before is None else total(before, factor)
        terms = (product(factor, slopes[place]) for place, factor in locals_.items())
        if locals_:
            slopes[row] = reduce(total, terms)
    return slopes


def not_finite(found: list[Column]) -> set[int]:
    """Return the places where a column has no finite number.

    A sum tells it of a whole column; if it is not finite, each number is looked at.
    Raises OverflowError for a number that all points share.
    """
    bad: set[int] = set()
    for column in found:
        if not isinstance(column, list):
            if not math.isfinite(column):
                raise OverflowError
        elif not math.isfinite(sum(column)):
            bad.update(i for i, x in enumerate(column) if not math.isfinite(x))
    return bad


def rough_places(
    program: Program,
    values: list[Column],
    locals_: dict[tuple[int, Number], Column] | None = None,
) -> set[int]:
    """Return the places where a function may not be smooth at its arguments.

    It is not, or rounding may hide that, as in abs(0.3 - 0.1*x) at 3. ``locals_`` are
    partials that are known already, by row and function.

    Raises ValueError where it is so at all places, which share the arguments.
    """
    bad: set[int] = set()
    for row in program.rough:
        rough, args = _rough(program, row), _arguments(program, values, row)
        if rough.edge == "u" and isinstance(args[0], list) and 0.0 not in args[0]:
            continue  # which is quickly seen, and mostly so
        bad |= _where(columns.spread(rough.at, *args))

    def errors() -> list[Column]:
        return value_errors(program, values, {**(locals_ or {})})

    return bad | hidden_places(program, values, errors)


def hidden_places(
    program: Program, values: list[Column], errors: Callable[[], Sequence[Column]]
) -> set[int]:
    """Return the places where rounding may hide that a row is not smooth.

    ``errors`` returns bounds on those of the values, if they are needed. A block of
    which they are infinite is left out: in it, they say nothing.

    Raises ValueError where it is so at all places, which share the arguments.
    """
    bad: set[int] = set()
    computed = len(program.leaves)
    rows = [row for row in program.rough if max(program.arguments(row)) >= computed]
    bounds = errors() if rows else ()
    for row in rows:
        off = reduce(total, (bounds[place] for place in program.arguments(row)))
        args = dict(zip("uv", _arguments(program, values, row), strict=False))
        if off != 0.0 and (off != math.inf or not _is_block(args.values())):
            edge = _edge(_rough(program, row).edge)
            distance = values_at(edge, args)[edge.outputs[0]]
            bad |= _where(columns.spread(_is_within, distance, off))
    return bad


def _is_block(args: Iterable[Column]) -> bool:
    return any(isinstance(each, list) for each in args)


def _rough(program: Program, row: int) -> Rough:
    rough = program.function(row).rough
    assert rough is not None
    return rough


def _arguments(program: Program, values: list[Column], row: int) -> list[Column]:
    return [values[place] for place in program.arguments(row)]


@cache
def _edge(text: str) -> Program:
    """Return the function of u and v that is 0 where a row is rough."""
    from diffcli.language.parser import parse_template

    return Program([parse_template(text, {})])


def _is_within(distance: float, error: float) -> bool:
    """Tell whether a place is as near as its arguments may be off.

    No edge in the table moves more than four times as fast as they do.
    """
    return abs(distance) <= 4 * error


def _where(found: Column | bool | list[bool]) -> set[int]:
    """Return the places where something holds.

    Raises ValueError where it does at all of them, which share the arguments.
    """
    if isinstance(found, list):
        return {*compress(count(), found)}
    if found:
        raise ValueError
    return set()
