"""Many points, or many formulas, one after the other and in little memory."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from diffcli.analysis import grad_columns, together
from diffcli.analysis.certainty import may_hide_kinks
from diffcli.analysis.grad import Comparison, compare
from diffcli.analysis.together import Stretch
from diffcli.engine.columns import gradients
from diffcli.engine.tape import Program, Undefined
from diffcli.errors import DiffcliError
from diffcli.inputs import points
from diffcli.inputs.files import read
from diffcli.inputs.rows import Chunk, Row, placed
from diffcli.language import expression
from diffcli.language.parser import Parsed, parse
from diffcli.problem import Settings, pose
from diffcli.records import Record

if TYPE_CHECKING:
    from diffcli.analysis.hessian import Hessian

_FORGET_AFTER = 10_000  # formulas after which the table of nodes is emptied


class Gradient(Record):
    """A value and its partials."""

    value: float
    partials: tuple[float, ...]


class Entry(Record):
    """What was found for one line of the input."""

    row: Row
    parsed: Parsed
    #: The variables whose partials are wanted.
    names: tuple[str, ...]
    methods: tuple[str, ...]
    #: 1: the gradient; 2: the second derivatives.
    order: int
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
    pieces: Iterable[Chunk | Row],
    names: tuple[str, ...],
    settings: Settings,
    methods: tuple[str, ...],
    order: int = 1,
    *,
    alone: bool,
    apart: bool,
) -> Iterator[Entry | Stretch]:
    """Yield the gradient, or the Hessian, at every row's point, or the row's error.

    ``alone`` tells that only the numbers of backprop are asked for, or without methods
    and names only the values: then they are computed without bounds for their errors,
    which takes a tenth of the time, and the rows of a chunk together, with the bits
    that they have one by one. So are comparisons, unless each is to stand ``apart``.
    """
    program = Program([parsed.expression])
    plain = methods in ((), ("backprop",)) and not settings.precise
    quick = alone and order < 2 and plain
    asked: together.Asked = grad_columns.Asked(
        parsed, program, names, settings, methods
    )
    if order == 2:
        from diffcli.analysis import hessian_columns

        asked = hessian_columns.Asked(
            parsed, program, names, settings, methods, alone=alone
        )
    for piece in pieces:
        for block in (piece,) if isinstance(piece, Row) else read(piece):
            found: Iterable[Row | Stretch]
            if isinstance(block, Row):
                found = (block,)
            elif quick and block.points:
                numbers = gradients(program, block.points, names)
                found = together.gradients(block, numbers)
            elif block.points and not apart and asked.at_once:
                found = together.stretches(block, asked)
            else:
                found = map(block.row, range(len(block.texts)))
            for each in found:
                if isinstance(each, Stretch):
                    yield each
                else:
                    start = Entry(each, parsed, names, methods, order)
                    yield _with_result(start, settings, program, quick=quick)


def _with_result(
    start: Entry, settings: Settings, program: Program, *, quick: bool
) -> Entry:
    """Return the entry with what was found for its row."""
    row = start.row
    if row.error is not None:
        return start._replace(error=row.error)
    gradient = _gradient(program, row.point, start.names) if quick else None
    if gradient is not None:
        return start._replace(gradient=gradient)
    answered = _compared if start.order < 2 else _second
    return answered(start, settings, program)


def of_formulas(
    lines: Iterable[str],
    name: str,
    at: str,
    settings: Settings,
    methods: tuple[str, ...],
    wrt: str,
    order: int,
) -> Iterator[Entry]:
    """Yield the gradient of the formula in every line that is not empty, at one point.

    With ``order`` 2 that is the Hessian, with 0 the value. A point by name may name
    more variables than a formula has.
    """
    for number, line in enumerate(lines, 1):
        text = line.rstrip("\r\n")
        if not text.partition("#")[0].strip():
            continue
        if number % _FORGET_AFTER == 0:
            expression.forget()
        row = Row(f"{name}:{number}", {"expression": text}, {})
        entry = Entry(row, _NOTHING, (), methods, order)
        try:
            parsed = parse(text, names=points.names(at))
            point = _fitting(at, parsed.variables)
            toward = points.select(wrt, parsed.variables)
        except DiffcliError as error:
            yield entry._replace(error=placed(error, row.where))
            continue
        entry = Entry(row._replace(point=point), parsed, toward, methods, order)
        answered = _compared if order < 2 else _second
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


def _gradient(
    program: Program, point: Mapping[str, float], names: Sequence[str]
) -> Gradient | None:
    """Return value and partials, or None where a closer look is needed."""
    try:
        tape = program.run(point)
    except Undefined:
        return None
    if not names:
        return Gradient(tape.values[program.outputs[0]], ())
    backward = tape.backward()
    partials = tuple(backward.partial(name) for name in names)
    rough = not all(map(math.isfinite, partials)) or tape.rough_rows()
    if rough or may_hide_kinks(tape):
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
        return entry._replace(hessian=hessian(problem, entry.methods))
    except DiffcliError as error:
        return entry._replace(error=placed(error, entry.row.where))
