"""A function and its gradient as columns of a polars frame.

The tape's two passes, with expressions of polars in place of numbers. What is used
more than once becomes a column of its own, stage by stage: an expression that held it
twice would compute it twice.
"""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from diffcli.arithmetics import frames
from diffcli.engine.fold import operation
from diffcli.engine.tape import Program
from diffcli.language.expression import Call, Number
from diffcli.records import Record

if TYPE_CHECKING:
    import polars

Frame = Any
"""An expression of polars, which need not be installed."""


class _Term(Record):
    """A number, and the stage in which all it is made of is there."""

    #: An expression of polars, or a float that all points share.
    frame: Frame
    stage: int
    #: It is a column already.
    shared: bool = False


class Stages:
    """Columns that are added to a frame one stage after the other."""

    def __init__(self) -> None:
        self.stages: list[list[Frame]] = []
        self._count = 0

    def shared(self, term: _Term) -> _Term:
        """Return a term as a column of its own."""
        if term.shared:
            return term
        import polars

        name = f"diffcli {self._count}"
        self._count += 1
        while len(self.stages) <= term.stage:
            self.stages.append([])
        self.stages[term.stage].append(term.frame.alias(name))
        return _Term(polars.col(name), term.stage + 1, shared=True)

    def added(self, frame: "polars.LazyFrame") -> "polars.LazyFrame":
        """Return a frame with all columns."""
        for stage in self.stages:
            frame = frame.with_columns(stage)
        return frame


class Columns(Record):
    """What a frame has to be given, and what is there then."""

    stages: Stages
    value: Frame
    partials: list[Frame]
    #: True where the numbers stand; elsewhere a closer look is needed.
    good: Frame


def gradient(
    program: Program, inputs: dict[str, Frame], names: Sequence[str]
) -> Columns:
    """Return value and partials, from a column for each variable.

    A closer look is needed where a function is not defined or not smooth, or a number
    not finite, as in ``engine/columns``.

    Raises Unavailable for a function that polars has not.
    """
    stages = Stages()
    pairs = zip(program.first, program.second, strict=True)
    users = Counter(row for a, b in pairs for row in {a, b})
    users.update(row for edge in program.edges for row in edge[:1] + edge[3:])
    values: list[_Term] = []
    doubtful: list[Frame] = []
    for row, node in enumerate(program.nodes):
        if not isinstance(node, Call):
            values.append(_leaf(node, inputs))
            continue
        args = [values[place] for place in program.arguments(row)]
        apply = operation(frames, node.function.name)
        stage = max(term.stage for term in args)
        term = _Term(apply(*[arg.frame for arg in args]), stage)
        values.append(stages.shared(term) if users[row] > 1 else term)
        given = [arg.frame for arg in args]
        found = [frames.outside(node.function, *given)]
        if program.active[row]:
            found.append(frames.rough(node.function, *given))
        doubtful += [where for where in found if where is not None]
    adjoints = _adjoints(program, values, stages)
    value = stages.shared(values[program.outputs[0]])
    partials = [
        stages.shared(_partial(adjoints, program.inputs.get(name))) for name in names
    ]
    import polars

    computed = [values[row].frame for row in range(len(program.leaves), len(values))]
    finite = polars.sum_horizontal(
        [value.frame, *(p.frame for p in partials), *computed], ignore_nulls=False
    ).is_finite()
    good = polars.all_horizontal(
        finite.fill_null(value=False), *(~frame for frame in doubtful)
    )
    return Columns(stages, value.frame, [p.frame for p in partials], good)


def _leaf(node: object, inputs: dict[str, Frame]) -> _Term:
    from diffcli.calculus.functions import CONSTANTS

    if isinstance(node, Number):
        if node.text in CONSTANTS:
            return _Term(operation(frames, node.text)(), 0)
        return _Term(frames.number(node.text, node.value), 0)
    return _Term(inputs[node.name], 0, shared=True)  # type: ignore[attr-defined]


def _adjoints(
    program: Program, values: list[_Term], stages: Stages
) -> list[_Term | None]:
    """Return the backward pass from the first output; None: nothing was added."""
    adjoints: list[_Term | None] = [None] * len(values)
    adjoints[program.outputs[0]] = _Term(1.0, 0)
    edges = iter(program.edges)
    for row in program.calls:
        upstream = adjoints[row]
        args = program.arguments(row)
        active = [place for place in (0, 1)[: len(args)] if program.active[args[place]]]
        for place in active:
            next(edges)
            assert upstream is not None  # its users came before it
            term = _product(program, row, place, upstream, values)
            before = adjoints[args[place]]
            if before is not None:
                stage = max(before.stage, term.stage)
                term = _Term(before.frame + term.frame, stage)
            adjoints[args[place]] = term
        for place in active:
            found = adjoints[args[place]]
            is_call = isinstance(program.nodes[args[place]], Call)
            if found is not None and is_call and not isinstance(found.frame, float):
                adjoints[args[place]] = stages.shared(found)
    return adjoints


def _product(
    program: Program, row: int, place: int, upstream: _Term, values: list[_Term]
) -> _Term:
    """Return upstream times local."""
    given = [values[row], *(values[a] for a in program.arguments(row))]
    factor = frames.local(program.function(row), place, *[term.frame for term in given])
    stage = upstream.stage
    if not isinstance(factor, float):
        stage = max(stage, *(term.stage for term in given))
    return _Term(frames.product(upstream.frame, factor), stage)


def _partial(adjoints: list[_Term | None], row: int | None) -> _Term:
    """Return a partial; 0 where the variable does not occur, and never -0."""
    found = None if row is None else adjoints[row]
    if found is None:
        return _Term(frames.number("0", 0.0), 0)
    return _Term(frames.without_minus_zero(found.frame), found.stage)
