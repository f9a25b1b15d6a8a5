"""Forward and backward pass over a straight list of operations.

A Program is compiled once from expressions; a Tape is one forward pass at a
point; a BackwardPass is one backward pass over it. All three are lists in one order:
leaves first, then every call after its arguments, so each pass is one loop.

Source: Linnainmaa 1970; Griewank & Walther, "Evaluating Derivatives", 2008, ch. 3.
"""

import math
from collections.abc import Mapping, Sequence

from diffcli.calculus.functions import WHEN, Function, Number
from diffcli.errors import DiffcliError, DomainError, RangeError
from diffcli.language.expression import Call, Expression, Variable, postorder
from diffcli.language.expression import Number as NumberNode
from diffcli.records import Record

ROUNDING = 2.0**-53
"""How far one rounding can move a double, relative to its size."""
TINY = 5e-324
"""How far it can move one that is next to zero."""

_Forward = tuple[Number, int, int]
_Edge = tuple[int, int, Number, int, int]


class Program:
    """Expressions as a list of operations, ready to be run at any point."""

    __slots__ = (
        "active", "calls", "chooses", "edges", "expressions", "forward", "index",
        "inputs", "leaves", "nodes", "outputs",
    )  # fmt: skip

    def __init__(self, expressions: Sequence[Expression]) -> None:
        """Compile: one row per distinct node, leaves first, arguments before users."""
        order = postorder(expressions)
        self.expressions = tuple(expressions)
        #: The node of each row.
        self.nodes = [node for node in order if not node.args]
        self.nodes += [node for node in order if node.args]
        #: The row of each node.
        self.index = {node: row for row, node in enumerate(self.nodes)}
        #: The rows of the expressions.
        self.outputs = [self.index[expression] for expression in expressions]
        #: The row of each variable.
        self.inputs: dict[str, int] = {}
        #: The values of numbers, and 0 for each variable until a point is given.
        self.leaves: list[float] = []
        #: Which rows depend on a variable.
        self.active = bytearray(len(self.nodes))
        #: Whether one of the calls is a choice, beside which others may be undefined.
        self.chooses = any(
            isinstance(node, Call) and node.function is WHEN for node in self.nodes
        )
        #: For each call its value function and the rows of its arguments (-1: none).
        self.forward: list[_Forward] = []
        #: The rows of the active calls, last first.
        self.calls: list[int] = []
        #: For each of them, and each of its active arguments: the row, the argument's
        #: row, the partial toward it, and the rows of all arguments (-1: none).
        self.edges: list[_Edge] = []
        for row, node in enumerate(self.nodes):
            if isinstance(node, Call):
                self._add_call(row, node)
            elif isinstance(node, Variable):
                self.inputs[node.name] = row
                self.active[row] = 1
                self.leaves.append(0.0)
            else:
                assert isinstance(node, NumberNode)
                self.leaves.append(node.value)
        self.calls.reverse()
        self.edges.reverse()

    def __reduce__(self) -> tuple[type["Program"], tuple[tuple[Expression, ...]]]:
        """Pickle the expressions: a list of them is compiled again."""
        return Program, (self.expressions,)

    def _add_call(self, row: int, node: Call) -> None:
        function, index, active = node.function, self.index, self.active
        if len(node.args) == 1:
            a, b = index[node.args[0]], -1
            if active[a]:
                self.edges.append((row, a, function.partials[0], a, -1))
        else:
            a, b = index[node.args[0]], index[node.args[1]]
            first, second = function.partials
            if active[b]:  # the whole list is turned round at the end
                self.edges.append((row, b, second, a, b))
            if active[a]:
                self.edges.append((row, a, first, a, b))
        self.forward.append((function.value, a, b))
        if active[a] or (b >= 0 and active[b]):
            active[row] = 1
            self.calls.append(row)

    def arguments(self, row: int) -> tuple[int, ...]:
        """Return the rows of the arguments of a row."""
        return tuple(self.index[argument] for argument in self.nodes[row].args)

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
            for function, a, b in self.forward:
                append(function(values[a]) if b < 0 else function(values[a], values[b]))
        except (ValueError, ZeroDivisionError):
            raise Undefined(self, values, len(values), overflow=False) from None
        except OverflowError:
            raise Undefined(self, values, len(values), overflow=True) from None
        if not all(map(math.isfinite, values)):
            row = next(i for i, value in enumerate(values) if not math.isfinite(value))
            raise Undefined(self, values, row, overflow=True)
        return Tape(self, values)

    def _run_with_gaps(self, values: list[float]) -> "Tape":
        """Return a forward pass in which what is not chosen may be undefined.

        Such rows are not a number; no backward pass comes to them.

        Raises Undefined where an output is undefined.
        """
        causes: dict[int, bool] = {}  # rows that refused; whether they overflowed
        for row, (function, a, b) in enumerate(self.forward, len(values)):
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


class Tape(Record):
    """One forward pass: the value of every row."""

    program: Program
    values: list[float]

    def backward(self, output: int = 0) -> "BackwardPass":
        """Return the backward pass from one output.

        The adjoint of a row is the derivative of the output toward it: that of the
        output is 1, and every user of a row adds upstream times local to it. Rows
        that depend on no variable keep 0. Where a local partial does not exist, the
        adjoints below it are not a number.
        """
        values = self.values
        adjoints = [0.0] * len(values)
        adjoints[self.program.outputs[output]] = 1.0
        for row, argument, partial, a, b in self.program.edges:
            upstream = adjoints[row]
            if upstream == 0.0:
                continue
            try:
                y, u = values[row], values[a]
                local = partial(y, u) if b < 0 else partial(y, u, values[b])
            except (ValueError, ArithmeticError):
                local = math.nan
            adjoints[argument] += upstream * local
        return BackwardPass(self, adjoints)

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
        try:
            return self.program.function(row).partials[place](self.values[row], *given)
        except (ValueError, ArithmeticError):
            return math.nan

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
                slopes[row] = sum(x * slopes[a] for a, x in locals_ if x and slopes[a])
        return slopes

    def rough_rows(self) -> list[int]:
        """Return the active rows whose function is not smooth at its arguments."""
        values = self.values
        return [
            row
            for row in reversed(self.program.calls)
            if values[row] == values[row]  # a gap is not chosen
            and (rough := self.program.nodes[row].function.rough)  # type: ignore[attr-defined]
            and rough.at(*(values[a] for a in self.program.arguments(row)))
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
        program, values = self.tape
        first = len(program.leaves)
        products = zip(values[first:], self.adjoints[first:], strict=True)
        return sum(
            abs(adjoint) * (abs(value) * ROUNDING + TINY) for value, adjoint in products
        )
