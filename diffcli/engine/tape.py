"""Forward and backward pass over a straight list of operations.

A Program is compiled once from expressions; a Tape is one forward pass at a
point; a BackwardPass is one backward pass over it. All three are lists in one order:
leaves first, then every call after its arguments, so each pass is one loop.

Source: Linnainmaa 1970; Griewank & Walther, "Evaluating Derivatives", 2008, ch. 3.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import compress, count, islice
from typing import Any, TypeVar

from diffcli.calculus.functions import NAMED, ONE, POWER, WHEN, Function, Number
from diffcli.errors import DiffcliError, DomainError, RangeError
from diffcli.language.expression import Call, Expression, Variable
from diffcli.language.expression import Number as NumberNode
from diffcli.records import Record

DOUBLE = 17
"""Significant digits that a double can hold; more are computed by mpmath."""
ROUNDING = 2.0**-53
"""How far one rounding can move a double, relative to its size."""
TINY = 5e-324
"""How far it can move one that is next to zero."""

#: The values of functions that are not smooth everywhere.
_ROUGH = frozenset(row.value for row in NAMED.values() if row.rough is not None)

_Partials = tuple[Number | None, ...]
_Toward = tuple[list[float | None], list[float | None]]
"""What the partials toward first and second arguments are; None: there is none."""
_Edges = tuple[int, int, int, tuple[Number, ...], float | None, float | None]
"""A call's row, its arguments' rows, the partials toward them, and what these are."""
Edge = tuple[int, int, Number, int, int]
"""A call's row, an argument's, the partial toward it, and all arguments' rows."""
Adjoint = TypeVar("Adjoint")
_Row = TypeVar("_Row")


class Program:
    """Expressions as a list of operations, ready to be run at any point.

    What is long stands in lists side by side, a number in each for a row: a tuple for
    every row would take three times the memory, and longer to walk.
    """

    __slots__ = (
        "_all_active", "_index", "_rough", "active", "chooses", "expressions", "first",
        "functions", "inputs", "leaves", "nodes", "outputs", "partials", "second",
    )  # fmt: skip

    def __init__(self, expressions: Sequence[Expression]) -> None:
        """Compile: one row per distinct node, leaves first, arguments before users."""
        self.expressions = tuple(expressions)
        leaves, calls, self.first, self.second, self.outputs = _listed(expressions)
        #: The node of each row.
        self.nodes = leaves
        #: The row of each variable.
        self.inputs: dict[str, int] = {}
        #: The values of numbers, and 0 for each variable until a point is given.
        self.leaves: list[float] = []
        #: Which rows depend on a variable.
        self.active = bytearray(len(leaves))
        for row, node in enumerate(leaves):
            if isinstance(node, Variable):
                self.inputs[node.name] = row
                self.active[row] = 1
                self.leaves.append(0.0)
            else:
                assert isinstance(node, NumberNode)
                self.leaves.append(node.value)
        #: The function of each call's value, and the rows of its arguments (-1: none).
        self.functions: list[Number] = []
        #: For each call the partials toward its arguments (None: it is inactive).
        self.partials: list[_Partials] = []
        self._add_calls(calls)
        self.nodes += calls
        self._index: dict[Expression, int] | None = None
        self._rough: list[int] | None = None
        self._all_active = all(islice(self.active, len(self.leaves), None))
        #: Whether one of the calls is a choice, beside which others may be undefined.
        self.chooses = WHEN.value in self.functions

    def __reduce__(self) -> tuple[type["Program"], tuple[tuple[Expression, ...]]]:
        """Pickle the expressions: a list of them is compiled again."""
        return Program, (self.expressions,)

    @property
    def index(self) -> dict[Expression, int]:
        """The row of each node; made when it is asked for, for it is large."""
        if self._index is None:
            self._index = {node: row for row, node in enumerate(self.nodes)}
        return self._index

    @property
    def rough(self) -> list[int]:
        """The active rows whose function is not smooth everywhere, found once."""
        if self._rough is None:
            some = not _ROUGH.isdisjoint(self.functions)
            rows = reversed(self.calls) if some else ()
            self._rough = [
                row
                for row in rows
                if self.function(row).rough is not None and not self._is_monomial(row)
            ]
        return self._rough

    def __repr__(self) -> str:
        """Return its length, not its rows."""
        return f"<Program of {len(self.nodes)} rows>"

    def _is_monomial(self, row: int) -> bool:
        """Tell whether a row is a power such as u**2, which is smooth everywhere."""
        exponent = self.nodes[row].args[-1]
        if self.function(row) is not POWER or not isinstance(exponent, NumberNode):
            return False
        return exponent.value >= 1.0 and exponent.value.is_integer()

    def _add_calls(self, calls: list[Call]) -> None:
        """Add for each call its function, its partials, and whether it is active."""
        functions = [node.function for node in calls]
        self.functions = [function.value for function in functions]
        self.partials = [function.partials for function in functions]
        if all(self.active):  # no number is in it: each call depends on a variable
            self.active += b"\1" * len(calls)
            return
        active, append, rows = self.active, self.active.append, count()
        for row, a, b in zip(rows, self.first, self.second, strict=False):
            if b < 0 or active[a] == active[b]:
                append(active[a])
            else:
                append(1)
                self.partials[row] = _only(self.partials[row], active[b])

    @property
    def calls(self) -> list[int]:
        """The rows of the active calls, last first."""
        rows = range(len(self.nodes) - 1, len(self.leaves) - 1, -1)
        return list(self._active(rows))

    def backward(self, *columns: Sequence[Any]) -> Iterator[Any]:
        """Return for each active call, last first, what a backward pass asks for.

        Its row, the rows of its arguments (-1: none), the partials toward them (None:
        the argument is inactive), and what more columns say of it.
        """
        rows = range(len(self.nodes) - 1, len(self.leaves) - 1, -1)
        every: tuple[Sequence[Any], ...] = (self.first, self.second, self.partials)
        backwards = map(reversed, (*every, *columns))
        return self._active(zip(rows, *backwards, strict=True))

    def _active(self, calls: Iterable[_Row]) -> Iterator[_Row]:
        """Return what belongs to active calls, of what there is for all, last first."""
        if self._all_active:
            return iter(calls)
        return compress(calls, reversed(self.active))

    @property
    def edges(self) -> Iterator[Edge]:
        """For each active call, last first, and each of its active arguments.

        The row, the argument's row, the partial toward it, and the rows of all
        arguments (-1: none).
        """
        for row, a, b, partials in self.backward():
            for argument, partial in zip((a, b), partials, strict=False):
                if partial is not None:
                    yield row, argument, partial, a, b

    def adjoints(
        self,
        output: int,
        zero: Adjoint,
        one: Adjoint,
        added: Callable[[Adjoint, Adjoint, Edge], Adjoint],
    ) -> list[Adjoint]:
        """Return the adjoint of every row in any arithmetic: reverse mode.

        That of the output is ``one``, all others begin with ``zero``. For each edge,
        ``added(adjoint, upstream, edge)`` returns the argument's adjoint with upstream
        times local added; calls come before their arguments, so upstream is complete.
        ``Tape.backward`` is the same loop for doubles, written out.
        """
        adjoints = [zero] * len(self.nodes)
        adjoints[self.outputs[output]] = one
        for edge in self.edges:
            row, argument, *_ = edge
            adjoints[argument] = added(adjoints[argument], adjoints[row], edge)
        return adjoints

    def arguments(self, row: int) -> tuple[int, ...]:
        """Return the rows of the arguments of a row."""
        place = row - len(self.leaves)
        if place < 0:
            return ()
        a, b = self.first[place], self.second[place]
        return (a,) if b < 0 else (a, b)

    def function(self, row: int) -> Function:
        """Return the function of a call's row."""
        node = self.nodes[row]
        assert isinstance(node, Call)
        return node.function

    def run(self, point: Mapping[str, float]) -> "Tape":
        """Return the forward pass at a point.

        Raises Undefined where a function is not defined or overflows.
        """
        values = self.leaves.copy()
        for name, row in self.inputs.items():
            values[row] = point[name]
        if self.chooses:
            return self._run_with_gaps(values)
        append = values.append
        try:
            rows = zip(self.functions, self.first, self.second, strict=True)
            for function, a, b in rows:
                append(function(values[a]) if b < 0 else function(values[a], values[b]))
        except (ValueError, ArithmeticError) as error:
            overflow = isinstance(error, OverflowError)
            raise self._undefined(values, overflow=overflow) from None
        if not all(map(math.isfinite, values)):
            raise self._undefined(values, overflow=True)
        return Tape(self, values)

    def _undefined(self, values: list[float], *, overflow: bool) -> "Undefined":
        """Return why a pass ended: at its first number that is none, else at its end.

        What a function says of an infinite argument is no reason: sin(1e300*x).
        """
        for row, value in enumerate(values):
            if not math.isfinite(value):
                return Undefined(self, values, row, overflow=True)
        return Undefined(self, values, len(values), overflow=overflow)

    def _run_with_gaps(self, values: list[float]) -> "Tape":
        """Return a forward pass in which what is not chosen may be undefined.

        Such rows are not a number; no backward pass comes to them.

        Raises Undefined where an output is undefined.
        """
        causes: dict[int, bool] = {}  # rows that refused; whether they overflowed
        rows = zip(self.functions, self.first, self.second, strict=True)
        for row, (function, a, b) in enumerate(rows, len(values)):
            u, v = values[a], values[b] if b >= 0 else 0.0
            if u != u or (v != v and (u or function is not WHEN.value)):
                values.append(math.nan)
                continue
            try:
                value = function(u) if b < 0 else function(u, v)
            except (ValueError, ArithmeticError) as error:
                causes[row] = isinstance(error, OverflowError)
                value = math.nan
            else:
                if not math.isfinite(value):
                    causes[row], value = True, math.nan
            values.append(value)
        todo = [row for row in self.outputs if values[row] != values[row]]
        while todo:
            row = todo.pop()
            if row in causes:
                before = values[:row]
                raise Undefined(self, before, row, overflow=causes[row])
            todo += [a for a in self.arguments(row) if values[a] != values[a]]
        return Tape(self, values)

    def value(self, point: Mapping[str, float]) -> float:
        """Return the value of the only expression at a point."""
        return self.run(point).values[self.outputs[0]]


def _listed(
    expressions: Sequence[Expression],
) -> tuple[list[Expression], list[Call], list[int], list[int], list[int]]:
    """Return all leaves and calls, rows of the calls' arguments and of the expressions.

    It is the order of ``postorder``, leaves first. One walk finds all: how many leaves
    there are is not known before its end, so that until then a call counts from 0 on,
    and a leaf from -2 downwards.
    """
    places: dict[Expression, int] = {}
    leaves: list[Expression] = []
    calls: list[Call] = []
    first: list[int] = []
    second: list[int] = []
    waiting: list[Call | None] = []  # for their arguments; None: one of the halves
    halves: list[tuple[Call, int]] = []  # they wait for the second; where the first is
    get = places.get
    for node in expressions:
        while True:
            place = get(node)
            if place is None:
                if args := node.args:  # down to the first argument
                    waiting.append(node)  # type: ignore[arg-type]
                    node = args[0]
                    continue
                place = places[node] = -2 - len(leaves)
                leaves.append(node)
            while waiting:  # and up again
                a, b = place, -1
                if (call := waiting.pop()) is None:
                    call, a = halves.pop()
                    b = place
                elif len(args := call.args) == 2:
                    if (found := get(args[1])) is None:  # down to the second
                        waiting.append(None)
                        halves.append((call, a))
                        node = args[1]
                        break
                    b = found
                place = places[call] = len(calls)
                calls.append(call)
                first.append(a)
                second.append(b)
            else:
                break
    start = len(leaves)
    roots = [places[expression] for expression in expressions]
    places.clear()
    first, second, roots = (_counted(part, start) for part in (first, second, roots))
    return leaves, calls, first, second, roots


def _counted(places: list[int], start: int) -> list[int]:
    """Return rows for what ``_listed`` has counted; -1 remains, which is no row."""
    return [start + p if p >= 0 else -2 - p if p < -1 else p for p in places]


@cache
def _only(partials: tuple[Number, ...], place: int) -> _Partials:
    """Return the partials toward one of two arguments."""
    return (None, partials[1]) if place else (partials[0], None)


class Undefined(ArithmeticError):
    """A row of a program has no value at a point."""

    def __init__(
        self, program: Program, values: list[float], row: int, *, overflow: bool
    ) -> None:
        super().__init__()
        self.program = program
        #: The values of the rows before it.
        self.values = values
        self.row = row
        self.overflow = overflow

    def __str__(self) -> str:
        """Return what is wrong as a sentence."""
        return self.error().message

    def error(self) -> DiffcliError:
        """Return the error to show, without its place in a text."""
        function = self.program.function(self.row)
        args = [self.values[row] for row in self.program.arguments(self.row)]
        values = ", ".join(f"{value:.10g}" for value in args)
        if self.overflow:
            call = f"{function.name}({values})"
            if function.notation is not None and len(args) == 2:
                sign = function.notation.symbol
                call = f"{args[0]:.10g}{sign}{args[1]:.10g}"
            return RangeError(f"overflow: {call} is beyond 1.8e308")
        if function.refusal:
            sentence, _, hint = function.refusal(*args)
            return DomainError(sentence, hint=hint)
        return DomainError(f"{function.name} is not defined for {values}")

    def culprit(self) -> int:
        """Return the row of the argument to point at."""
        function = self.program.function(self.row)
        args = self.program.arguments(self.row)
        if self.overflow:
            return self.row
        if function.refusal:
            return args[function.refusal(*(self.values[row] for row in args))[1]]
        return args[0]


def at(slope: Number, *given: float) -> float:
    """Return a local partial for a value and its arguments; nan: there is none."""
    try:
        return slope(*given)
    except (ValueError, ArithmeticError):
        return math.nan


class Tape:
    """One forward pass: the value of every row."""

    __slots__ = ("_toward", "errors", "hidden", "program", "values")

    def __init__(self, program: Program, values: list[float]) -> None:
        self.program = program
        self.values = values
        #: A bound on the rounding of every value, once somebody has asked for it.
        self.errors: list[float] | None = None
        #: Rows that are not smooth there, once more digits have shown it.
        self.hidden: frozenset[int] = frozenset()
        self._toward: _Toward | None = None

    def __repr__(self) -> str:
        """Return its length, not its numbers."""
        return f"<Tape of {len(self.values)} rows>"

    @property
    def toward(self) -> _Toward:
        """The local partials of every call toward its first and second argument.

        Computed when the bounds on rounding ask, which need each twice. None: there is
        no such argument, or it is inactive. Not a number: there is no partial.
        """
        if self._toward is None:
            self._toward = self._locals()
        return self._toward

    def _locals(self) -> _Toward:
        program, values = self.program, self.values
        toward: _Toward = [], []
        add_first, add_second = toward[0].append, toward[1].append
        computed = islice(values, len(program.leaves), None)
        for y, slopes, a, b in zip(
            computed, program.partials, program.first, program.second, strict=True
        ):
            second = None
            try:
                if b < 0:
                    first = slopes[0](y, values[a])  # type: ignore[misc]
                else:
                    one, other = slopes
                    u, v = values[a], values[b]
                    first = 1.0 if one is ONE else one and one(y, u, v)
                    second = 1.0 if other is ONE else other and other(y, u, v)
            except (ValueError, ArithmeticError):
                given = [values[a]] if b < 0 else [values[a], values[b]]
                found = [slope and at(slope, y, *given) for slope in slopes]
                first, second = found if b >= 0 else (*found, None)
            add_first(first)
            add_second(second)
        return toward

    def edges(self) -> Iterator[_Edges]:
        """Return for each active call, last first, what a backward pass asks for.

        To what ``Program.backward`` has it adds the numbers that the partials are.
        """
        return self.program.backward(*self.toward)

    def backward(self, output: int = 0, *, bounded: bool = False) -> "BackwardPass":
        """Return the backward pass from one output.

        The adjoint of a row is the derivative of the output toward it: that of the
        output is 1, and every user of a row adds upstream times local to it. Rows
        that depend on no variable keep 0. Where a local partial does not exist, the
        adjoints below it are not a number. Where it is to be ``bounded``, the local
        partials are computed once for both.
        """
        values, program = self.values, self.program
        adjoints = [0.0] * len(values)
        adjoints[program.outputs[output]] = 1.0
        if bounded:
            self._add_known(adjoints)
            return BackwardPass(self, adjoints)
        for row, a, b, partials in program.backward():
            upstream = adjoints[row]
            if upstream == 0.0:
                continue
            first = partials[0]
            try:
                if b < 0:
                    adjoints[a] += upstream * first(values[row], values[a])
                    continue
                second = partials[1]
                if first is ONE:
                    adjoints[a] += upstream
                elif first is not None:
                    adjoints[a] += upstream * first(values[row], values[a], values[b])
                if second is not None:
                    adjoints[b] += upstream * second(values[row], values[a], values[b])
            except (ValueError, ArithmeticError):
                self._add_where_there_is_none(adjoints, row, partials)
        return BackwardPass(self, adjoints)

    def _add_known(self, adjoints: list[float]) -> None:
        """Do a backward pass with local partials that are kept."""
        for row, a, b, _, toward_a, toward_b in self.edges():
            upstream = adjoints[row]
            if upstream == 0.0:
                continue
            if toward_a is not None:
                adjoints[a] += upstream * toward_a
            if toward_b is not None:
                adjoints[b] += upstream * toward_b

    def _add_where_there_is_none(
        self, adjoints: list[float], row: int, partials: _Partials
    ) -> None:
        """Go on at the first local partial of a row that does not exist."""
        missing = False
        for place, argument in enumerate(self.program.arguments(row)):
            if partials[place] is not None:
                local = self.local(row, place)
                missing = missing or local != local
                if missing:
                    adjoints[argument] += adjoints[row] * local

    def locals(self, row: int) -> dict[int, float]:
        """Return the local partials of a row toward its active arguments."""
        partials: dict[int, float] = {}
        for place, argument in enumerate(self.program.arguments(row)):
            if self.program.active[argument]:
                partials[argument] = partials.get(argument, 0.0) + self.local(
                    row, place
                )
        return partials

    def local(self, row: int, place: int) -> float:
        """Return the partial of a row toward one argument; nan: there is none."""
        given = [self.values[argument] for argument in self.program.arguments(row)]
        return at(self.program.function(row).partials[place], self.values[row], *given)

    def slopes(self, name: str) -> list[float]:
        """Return the slope of every row when one variable moves with slope 1.

        This is forward mode: a row's slope is the sum of its local partials times its
        arguments' slopes.
        """
        slopes = [0.0] * len(self.values)
        start = self.program.inputs.get(name)
        if start is None:
            return slopes
        slopes[start] = 1.0
        for row in reversed(self.program.calls):
            if any(slopes[argument] for argument in self.program.arguments(row)):
                locals_ = self.locals(row).items()
                # 0 times the slope of what is not chosen is 0, even if it has none.
                slopes[row] = sum(
                    (x * slopes[a] for a, x in locals_ if x and slopes[a]), 0.0
                )
        return slopes

    def rough_rows(self) -> list[int]:
        """Return the active rows whose function is not smooth at its arguments."""
        values, program = self.values, self.program
        return [
            row
            for row in program.rough
            if values[row] == values[row]  # a gap is not chosen
            and (rough := program.function(row).rough)
            and (
                row in self.hidden
                or rough.at(*(values[a] for a in program.arguments(row)))
            )
        ]


class BackwardPass(Record):
    """One backward pass: the adjoint of every row."""

    tape: Tape
    adjoints: list[float]

    def partial(self, name: str) -> float:
        """Return the partial derivative toward a variable; 0 if it does not occur."""
        row = self.tape.program.inputs.get(name)
        return 0.0 if row is None else self.adjoints[row]

    def value_bound(self) -> float:
        """Return about how far rounding may have moved the output.

        The running bound eps * sum |value * adjoint| over all rows that were
        computed, and the smallest double where a result was next to zero.
        """
        program, values = self.tape.program, self.tape.values
        first = len(program.leaves)
        products = zip(values[first:], self.adjoints[first:], strict=True)
        return sum(
            abs(adjoint) * (abs(value) * ROUNDING + TINY) for value, adjoint in products
        )
