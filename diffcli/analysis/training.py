"""What a descent made of a network: how its units fare, and what it decides."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from diffcli.analysis.maps import Field
from diffcli.analysis.network_health import Health, health
from diffcli.engine.tape import Program, Undefined
from diffcli.inputs.data import Data
from diffcli.language.expression import Call, variables
from diffcli.records import Record

if TYPE_CHECKING:
    from diffcli.analysis.descend_courses import Course
    from diffcli.analysis.examples import Examples

_MARGIN = 0.25  # what a map shows around the examples, as a share of their range


class Decision(Record):
    """What a network with two inputs gives at every place."""

    #: The definition that is shown.
    output: str
    #: It, over ranges of the two inputs.
    field: Field
    data: Data
    #: The column that says what an example ought to give; empty: none does.
    target: str

    @property
    def ends(self) -> tuple[float, float] | None:
        """The least and the greatest of what it says; None: all examples are alike."""
        wanted = self.data.columns.get(self.target) or (0.0,)
        low, high = min(wanted), max(wanted)
        return (low, high) if low < high else None


class Training(Record):
    """A network, before and after its descent."""

    data: Data
    start: Health
    #: At the end of each course; None: the loss has no value there.
    ends: tuple[Health | None, ...]
    #: The course with the smallest loss at its end.
    best: int
    #: The weights there.
    weights: dict[str, float]
    #: Of the best course; None: the network has not two inputs.
    decision: Decision | None


def training(examples: "Examples", courses: Sequence["Course"]) -> Training:
    """Return how a network fares at the ends of courses of descent."""
    best = min(range(len(courses)), key=lambda place: courses[place].path[-1].loss)
    ends = [_end(examples, course) for course in courses]
    return Training(
        examples.data,
        health(examples.parsed, examples.mean, examples.weights),
        tuple(_health(examples, weights) for weights in ends),
        best,
        ends[best],
        _decision(examples, ends[best]),
    )


def _end(examples: "Examples", course: "Course") -> dict[str, float]:
    moved = dict(zip(examples.names, course.path[-1].point, strict=True))
    return examples.weights | moved


def _health(examples: "Examples", weights: dict[str, float]) -> Health | None:
    try:
        return health(examples.parsed, examples.mean, weights)
    except Undefined:
        return None


def _decision(examples: "Examples", weights: dict[str, float]) -> Decision | None:
    """Return the map of the last definition that depends on two columns alone."""
    columns = examples.data.columns
    for name, node in reversed(examples.parsed.definitions.items()):
        used = variables(node)
        inputs = [each for each in used if each in columns]
        if not isinstance(node, Call) or len(inputs) != 2 or len(used) == 2:
            continue
        rest = [each for each in columns if each not in inputs]
        first, second = inputs
        others = {each: weights[each] for each in used if each in weights}
        field = Field(
            examples.parsed, Program([node]), (first, second), others,
            _range(columns[first]), _range(columns[second]),
        )  # fmt: skip
        return Decision(name, field, examples.data, rest[0] if len(rest) == 1 else "")
    return None


def _range(column: Sequence[float]) -> tuple[float, float]:
    low, high = min(column), max(column)
    margin = _MARGIN * (high - low) or 1.0
    return low - margin, high + margin
