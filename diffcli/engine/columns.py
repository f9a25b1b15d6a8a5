"""Gradients at many points at once: the tape's two passes over columns of doubles.

Every operation is done for thousands of points before the next one begins, so that
what a Program costs to walk is paid once for all of them. The functions and their
partials are the tape's, in the tape's order: the numbers have the same bits. What is
not an ordinary number at an ordinary place is left to who takes one point at a time.
"""

import math
from collections.abc import Mapping, Sequence
from itertools import compress, count

from diffcli.arithmetics import columns
from diffcli.arithmetics.columns import Column, local, product, total
from diffcli.engine.fold import evaluate
from diffcli.engine.tape import Edge, Program
from diffcli.language.expression import Call
from diffcli.records import Record

BLOCK = 1024
"""Points that are taken at once: more gain no time and take more memory."""
_FEWEST = 32  # points of a block that is not halved again to find out what is bad


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
    """
    size = min(map(len, points.values()))
    found = Gradients([], tuple([] for _ in names), set())
    todo = [(0, size)]
    while todo:
        start, stop = todo.pop()
        block: dict[str, Column] = {**(shared or {})}
        block |= {name: list(column[start:stop]) for name, column in points.items()}
        try:
            value, partials, bad = _block(program, block, stop - start, names)
        except (ValueError, ArithmeticError):
            if stop - start > _FEWEST:
                half = (start + stop) // 2
                todo += ((half, stop), (start, half))
                continue
            nothing = [math.nan] * (stop - start)
            value, partials = nothing, (nothing,) * len(names)
            bad = set(range(stop - start))
        if stop - start == size:
            return Gradients(value, partials, bad)
        found.value.extend(value)
        for column, part in zip(found.partials, partials, strict=True):
            column.extend(part)
        found.bad.update(start + place for place in bad)
    return found


def _block(
    program: Program,
    points: Mapping[str, Column],
    count: int,
    names: Sequence[str],
) -> Gradients:
    """Return the gradients at some points.

    Raises ValueError or ArithmeticError if a function refuses one of them.
    """
    values = list(evaluate(program.nodes, columns, points))
    adjoints = _adjoints(program, values) if names else []
    value, *partials = (
        column if isinstance(column, list) else [column] * count
        for column in (
            values[program.outputs[0]],
            *(_partial(program, adjoints, name) for name in names),
        )
    )
    bad = _not_finite([*values, *partials])
    if names:
        bad |= _rough(program, values)
    return Gradients(value, tuple(partials), bad)


def _adjoints(program: Program, values: list[Column]) -> list[Column | None]:
    """Return the backward pass from the first output; None: nothing was added."""

    def added(
        adjoint: Column | None, upstream: Column | None, edge: Edge
    ) -> Column | None:
        row, _, partial, a, b = edge
        if upstream is None:
            return adjoint
        args = [values[a]] if b < 0 else [values[a], values[b]]
        term = product(upstream, local(partial, values[row], *args))
        return term if adjoint is None else total(adjoint, term)

    return program.adjoints(0, None, 1.0, added)


def _partial(program: Program, adjoints: list[Column | None], name: str) -> Column:
    """Return an adjoint as the tape has it, which begins with 0.0: never -0.0."""
    row = program.inputs.get(name)
    adjoint = None if row is None else adjoints[row]
    return 0.0 if adjoint is None else total(0.0, adjoint)


def _not_finite(found: list[Column]) -> set[int]:
    """Return the places where a column has no finite number.

    A sum tells it of a whole column; if it is not finite, each number is looked at.
    """
    bad: set[int] = set()
    for column in found:
        if not isinstance(column, list):
            if not math.isfinite(column):
                raise OverflowError
        elif not math.isfinite(sum(column)):
            bad.update(i for i, x in enumerate(column) if not math.isfinite(x))
    return bad


def _rough(program: Program, values: list[Column]) -> set[int]:
    """Return the places where a function is not smooth at its arguments."""
    bad: set[int] = set()
    for row in program.calls:
        node = program.nodes[row]
        assert isinstance(node, Call)
        if node.function.rough is not None:
            args = [values[argument] for argument in program.arguments(row)]
            at = columns.spread(node.function.rough.at, *args)
            if isinstance(at, list):
                bad.update(compress(count(), at))
            elif at:  # its arguments are the same at all points
                raise ValueError
    return bad
