"""Many points, or many formulas, one after the other and in little memory."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import repeat
from typing import TYPE_CHECKING, NamedTuple

from diffcli.analysis.grad import Comparison, compare
from diffcli.engine.columns import Gradient, gradients
from diffcli.engine.tape import Program, Undefined
from diffcli.errors import DiffcliError
from diffcli.inputs import points
from diffcli.inputs.rows import Row, placed
from diffcli.language import expression
from diffcli.language.parser import Parsed, parse
from diffcli.problem import DOUBLE, Settings, pose

if TYPE_CHECKING:
    from diffcli.analysis.hessian import Hessian

_FORGET_AFTER = 10_000  # formulas after which the table of nodes is emptied


class Entry(NamedTuple):
    """What was found for one line of the input."""

    row: Row
    parsed: Parsed
    #: The variables whose partials are wanted.
    names: tuple[str, ...]
    methods: tuple[str, ...]
    #: Exactly one of these four is there.
    gradient: Gradient | None = None
    comparison: Comparison | None = None
    hessian: "Hessian | None" = None
    error: DiffcliError | None = None

    @property
    def status(self) -> str:
        """What a program reads first: "ok", "kink", "domain", "overflow", "parse"."""
        if self.error is not None:
            return "parse" if self.error.kind == "point" else self.error.kind
        return self.comparison.status if self.comparison else "ok"


def at_points(
    parsed: Parsed,
    rows: Iterable[Row],
    names: tuple[str, ...],
    settings: Settings,
    methods: tuple[str, ...],
    *,
    alone: bool,
    block: int = 1,
) -> Iterator[Entry]:
    """Yield the gradient at every row's point, or the row's error.

    ``alone`` tells that only the numbers of backprop are asked for: then they are
    computed without bounds for their errors, which takes a tenth of the time, and for
    ``block`` rows at once; rows that somebody waits for are a block each.
    """
    program = Program([parsed.expression])
    quick = alone and methods == ("backprop",) and settings.digits <= DOUBLE
    pairs: Iterable[tuple[Row, Gradient | None]] = ((row, None) for row in rows)
    if quick:
        pairs = gradients_in_blocks(program, rows, names, block)
    for row, gradient in pairs:
        start = Entry(row, parsed, names, methods, gradient)
        if gradient is not None:
            yield start
        elif row.error is not None:
            yield start._replace(error=row.error)
        else:
            yield _compared(start, settings, program)


def of_formulas(
    lines: Iterable[str],
    name: str,
    at: str,
    settings: Settings,
    methods: tuple[str, ...],
    wrt: str = "",
    order: int = 1,
) -> Iterator[Entry]:
    """Yield the gradient of the formula in every line that is not empty, at one point.

    With ``order`` 2 that is the Hessian. A point by name may name more variables than
    a formula has.
    """
    for number, line in enumerate(lines, 1):
        text = line.rstrip("\r\n")
        if not text.partition("#")[0].strip():
            continue
        if number % _FORGET_AFTER == 0:
            expression.forget()
        row = Row(f"{name}:{number}", {"expression": text}, {})
        entry = Entry(row, _NOTHING, (), methods)
        try:
            parsed = parse(text, names=points.names(at))
            point = _fitting(at, parsed.variables)
            toward = points.chosen(wrt, parsed.variables)
        except DiffcliError as error:
            yield entry._replace(error=placed(error, row.where))
            continue
        entry = Entry(row._replace(point=point), parsed, toward, methods)
        answered = _compared if order == 1 else _second
        yield answered(entry, settings, Program([parsed.expression]))


_NOTHING = parse("0")


def _fitting(at: str, variables: Sequence[str]) -> dict[str, float]:
    """Return the part of a point that a formula has variables for."""
    if not points.names(at):
        return points.point(at, variables)
    given = points.listed(at)
    pairs = zip(points.names(at), given, strict=True)
    named = [part for name, part in pairs if name in variables]
    return points.point(",".join(named), variables) if variables else {}


def gradients_in_blocks(
    program: Program, rows: Iterable[Row], names: Sequence[str], size: int
) -> Iterator[tuple[Row, Gradient | None]]:
    """Yield each row and its gradient; None: a closer look is needed, or an error said.

    The numbers have the bits that they have one point at a time.
    """
    for block in _blocks(rows, size):
        points = [row.point for row in block if row.point]
        found = iter(gradients(program, points, names) if size > 1 else repeat(None))
        for row in block:
            if row.point:
                yield row, next(found) or _gradient(program, row.point, names)
            else:
                yield row, None


def _blocks(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    """Yield rows in blocks; what was read before an error comes before the error."""
    block: list[Row] = []
    try:
        for row in rows:
            block.append(row)
            if len(block) == size:
                yield block
                block = []
    except DiffcliError:
        yield block
        raise
    yield block


def _gradient(
    program: Program, point: Mapping[str, float], names: Sequence[str]
) -> Gradient | None:
    """Return value and partials, or None where a closer look is needed."""
    try:
        tape = program.run(point)
    except Undefined:
        return None
    backward = tape.backward()
    partials = tuple(backward.partial(name) for name in names)
    if not all(map(math.isfinite, partials)) or tape.rough_rows():
        return None
    return Gradient(tape.values[program.outputs[0]], partials)


def _compared(entry: Entry, settings: Settings, program: Program) -> Entry:
    """Return the entry with a comparison, or with the error that there is."""
    try:
        problem = pose(entry.parsed, entry.row.point, entry.names, settings, program)
        comparison = compare(problem, entry.methods)
    except DiffcliError as error:
        return entry._replace(error=placed(error, entry.row.where))
    kink = comparison.error()
    if kink is not None:
        return entry._replace(error=placed(kink, entry.row.where))
    return entry._replace(comparison=comparison)


def _second(entry: Entry, settings: Settings, program: Program) -> Entry:
    """Return the entry with second derivatives, or with the error that there is."""
    from diffcli.analysis.hessian import hessian

    try:
        problem = pose(entry.parsed, entry.row.point, entry.names, settings, program)
        return entry._replace(hessian=hessian(problem))
    except DiffcliError as error:
        return entry._replace(error=placed(error, entry.row.where))
