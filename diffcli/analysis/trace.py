"""Forward and backward pass, told node by node, under names a reader can follow."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from diffcli.analysis.judgement import judged_by_nodes
from diffcli.calculus.functions import WHEN
from diffcli.engine.rewriting import fill, tidy
from diffcli.engine.tape import BackwardPass, Tape, Undefined
from diffcli.language.expression import (
    Call,
    Expression,
    Number,
    Variable,
    call,
    numeral,
    variable,
)
from diffcli.language.printer import text
from diffcli.problem import Problem, located, pose
from diffcli.records import Record
from diffcli.remarks import Remark

_FEW_WAYS = 4  # ways to a variable that are told one by one
_LONGEST_WAY = 12  # nodes of such a way
_LETTERS = "abcegklmnopqrstuvwz"  # the lecture's; d and f mean something else


class Forward(Record):
    """One node of the forward pass."""

    #: Its name: a definition's, the lecture's letters, or v1, v2, ...
    name: str
    #: How it is made, with the names of its arguments; empty for a variable.
    formula: str
    #: The same with their values; None for a variable.
    numbers: Expression | None
    value: float
    node: Expression


class Contribution(Record):
    """What one user of a node passes on to it: upstream times local."""

    user: str
    upstream: float
    #: The local partial as a formula in names.
    formula: str
    local: float
    #: The user's function.
    function: str
    #: The local partial as an expression.
    partial: Expression
    #: What has a name in it: the user's own value, as in a*(1 - a).
    names: Mapping[Expression, str]
    #: For a choice what decides it here: x > 0 holds; empty: it is none.
    decided: str = ""


class Backward(Record):
    """One node of the backward pass."""

    name: str
    adjoint: float
    #: One share for each use; none for the output itself.
    shares: tuple[Contribution, ...]
    #: True for a variable of the formula.
    is_input: bool


class Path(Record):
    """The ways from the output to a variable."""

    name: str
    #: The local partials along it, from the output down; empty if there are more ways.
    locals: tuple[float, ...]
    #: How many ways there are.
    ways: int
    adjoint: float
    #: The functions whose partials they are.
    functions: tuple[str, ...] = ()
    #: Where there are a few ways: the local partials along each of them.
    several: tuple[tuple[float, ...], ...] = ()


class Level(Record):
    """All nodes that are equally far from the output."""

    #: How many nodes the longest way from the output meets.
    depth: int
    #: The largest adjoint in size.
    size: float
    #: The node that has it.
    name: str


class Trace(Record):
    """Forward and backward pass at a point, and the paths from input to output.

    Each is in the order in which it is told.
    """

    problem: Problem
    forward: tuple[Forward, ...]
    backward: tuple[Backward, ...]
    paths: tuple[Path, ...]
    #: From the output down.
    levels: tuple[Level, ...]
    #: The name of every node that depends on a variable.
    names: Mapping[Expression, str]
    #: What a reader of the numbers should know, a sentence each.
    warnings: tuple[Remark, ...]
    #: The format that everything is rounded to; empty: it is in doubles.
    format: str = ""

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the problem: all the rest is told of it."""
        parsed, program, names, point, settings, _ = self.problem
        return trace, (pose(parsed, point, names, settings, program), self.format)


def trace(problem: Problem, form: str = "") -> Trace:
    """Return both passes at the problem's point, in doubles or in another format.

    Raises RangeError where that format is too small for a number, DomainError where the
    function has no value in it, and KinkError where the nodes do not have the slopes of
    the whole function.
    """
    warnings = judged_by_nodes(problem)
    if form:
        from diffcli.engine.coarse import CoarseTape, forward

        try:
            rounded = forward(problem.program, form, problem.point)
        except Undefined as undefined:  # 1e-8 is 0 in half precision
            raise located(undefined, problem.parsed, problem.point) from None
        tape = CoarseTape(rounded, form)
        problem = problem._replace(tape=cast("Tape", tape))
    backward = problem.tape.backward()
    story = _Story(problem, backward)
    return Trace(
        problem,
        tuple(story.forward()),
        tuple(story.backward()),
        tuple(story.paths()),
        tuple(story.levels()),
        story.names,
        warnings,
        form,
    )


class _Story:
    """The names of all rows, and who uses whom."""

    def __init__(self, problem: Problem, backward: BackwardPass) -> None:
        self.problem = problem
        self.program = problem.program
        self.values = problem.tape.values
        self.adjoints = backward.adjoints
        self.names = node_names(problem)
        #: Rows that are told: all that depend on a variable, in order of their use.
        self.rows = [
            row
            for row, node in enumerate(self.program.nodes)
            if self.program.active[row]
        ]
        self.users: dict[int, list[int]] = {row: [] for row in self.rows}
        for row in self.rows:
            for argument in self.program.arguments(row):
                if argument in self.users:
                    self.users[argument].append(row)

    def forward(self) -> Iterator[Forward]:
        """Yield the nodes, leaves first."""
        for row in self.rows:
            node = self.program.nodes[row]
            formula, numbers = "", None
            if isinstance(node, Call):
                formula = text(node, spaced=False, limit=60, names=self.names)
                numbers = call(node.function, *map(self._number, node.args))
            yield Forward(self.names[node], formula, numbers, self.values[row], node)

    def _number(self, argument: Expression) -> Expression:
        value = self.values[self.program.index[argument]]
        # What is not chosen may have no value.
        return numeral(f"{value:.6g}") if value == value else variable("undefined")

    def backward(self) -> Iterator[Backward]:
        """Yield the nodes, root first."""
        for row in reversed(self.rows):
            node = self.program.nodes[row]
            shares = tuple(
                share for user in self._once(row) for share in self._shares(row, user)
            )
            is_input = isinstance(node, Variable)
            yield Backward(self.names[node], self.adjoints[row], shares, is_input)

    def paths(self) -> Iterator[Path]:
        """Yield for each variable the product of partials along its path."""
        counts = dict.fromkeys(self.rows, 0)
        output = self.program.outputs[0]
        for row in reversed(self.rows):
            counts[row] = (row == output) + sum(counts[u] for u in self.users[row])
        for name in self.problem.variables:
            start = self.program.inputs.get(name)
            if start is None:
                continue
            locals_: list[float] = []
            functions: list[str] = []
            row = start
            while counts[start] == 1 and row != output:
                (user,) = (u for u in self.users[row] if counts[u])
                locals_.append(self.problem.tape.locals(user)[row])
                functions.append(self.program.function(user).name)
                row = user
            yield Path(
                name, tuple(reversed(locals_)), counts[start], self.adjoints[start],
                tuple(reversed(functions)), tuple(self._several(start, counts)),
            )  # fmt: skip

    def _several(
        self, start: int, counts: dict[int, int]
    ) -> Iterator[tuple[float, ...]]:
        """Yield the local partials along each way to a row, if they are a few."""
        if not 1 < counts[start] <= _FEW_WAYS:
            return
        stack: list[tuple[int, tuple[float, ...]]] = [(start, ())]
        while stack:
            row, below = stack.pop()
            if len(below) > _LONGEST_WAY:
                return
            if row == self.program.outputs[0]:
                yield below
            for user in reversed(self._once(row)):
                for place in self._places(row, user):
                    local = self.problem.tape.local(user, place)
                    stack.append((user, (local, *below)))

    def _places(self, row: int, user: int) -> Iterator[int]:
        """Yield the places at which a row is an argument of its user."""
        for place, argument in enumerate(self.program.arguments(user)):
            if argument == row:
                yield place

    def levels(self) -> Iterator[Level]:
        """Yield for each distance from the output the largest adjoint there."""
        depths: dict[int, int] = {}
        largest: dict[int, int] = {}
        for row in reversed(self.rows):
            above = (depths[user] + 1 for user in self.users[row])
            depths[row] = depth = max(above, default=0)
            best = largest.get(depth)
            if best is None or abs(self.adjoints[row]) > abs(self.adjoints[best]):
                largest[depth] = row
        for depth, row in sorted(largest.items()):
            name = self.names[self.program.nodes[row]]
            yield Level(depth, abs(self.adjoints[row]), name)

    def _once(self, row: int) -> list[int]:
        return list(dict.fromkeys(self.users[row]))

    def _shares(self, row: int, user: int) -> Iterator[Contribution]:
        """Yield what a user passes on to a row, once for each argument that it is."""
        node = self.program.nodes[user]
        assert isinstance(node, Call)
        letters: dict[str, Expression] = {
            letter: argument
            if isinstance(argument, Number)
            else variable(self.names.get(argument) or text(argument, limit=30))
            for letter, argument in zip("uv", node.args, strict=False)
        }
        function = node.function
        own: dict[Expression, str] = {
            call(function, *letters.values()): self.names[node]
        }
        for place in self._places(row, user):
            formula = fill(function.taught[place], letters, tidy)
            yield Contribution(
                self.names[node],
                self.adjoints[user],
                text(formula, spaced=False, limit=60, names=own),
                self.problem.tape.local(user, place),
                function.name,
                formula,
                own,
                self._decided(node) if place else "",
            )

    def _decided(self, node: Call) -> str:
        """Return whether the condition of a choice holds: x > 0 does not hold."""
        if node.function is not WHEN:
            return ""
        condition, _ = asked(node)
        value = self.problem.tape.values[self.program.index[condition]]
        verb = "holds" if value else "does not hold"
        return f"{text(condition, limit=30)} {verb}"


def asked(choice: Call) -> tuple[Expression, bool]:
    """Return the condition that a choice asks, and whether it is to hold or not."""
    condition, holds = choice.args[0], True
    while isinstance(condition, Call) and condition.function.name == "not":
        condition, holds = condition.args[0], not holds
    return condition, holds


def node_names(problem: Problem) -> dict[Expression, str]:
    """Return a name for every node that depends on a variable."""
    program = problem.program
    names = problem.parsed.shown_names()
    taken = {*problem.point, *names.values()}
    nodes = [node for row, node in enumerate(program.nodes) if program.active[row]]
    unnamed = [node for node in nodes if isinstance(node, Call) and node not in names]
    free = [letter for letter in _LETTERS if letter not in taken]
    if len(unnamed) > len(free):
        numbers = (f"v{place}" for place in range(1, len(nodes) + len(taken)))
        free = [name for name in numbers if name not in taken]
    names |= dict(zip(unnamed, free, strict=False))
    leaves = {node: node.name for node in nodes if isinstance(node, Variable)}
    return names | leaves
