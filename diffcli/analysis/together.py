"""What is known for many rows of a table at once, and the rows that stand between."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from diffcli.arithmetics.columns import Column
from diffcli.engine.columns import Gradients, part, parts
from diffcli.engine.tape import Program
from diffcli.inputs.blocks import Block
from diffcli.inputs.rows import Row
from diffcli.language.parser import Parsed
from diffcli.problem import Settings
from diffcli.records import Each, Record

if TYPE_CHECKING:
    from diffcli.analysis.grad import Comparison
    from diffcli.analysis.hessian import Hessian


class Stretch(Record):
    """What was found for neighbouring rows at which the function is smooth."""

    #: The rows as they stand in the file, and what parts their cells there.
    texts: Sequence[str]
    separator: str
    #: Columns: the value, and each partial that is wanted, by each method.
    numbers: tuple[Sequence[float], ...]
    #: If more than partials are asked for: what was found at a block's points, with
    #: Each for what differs among them, which of them these are, and their columns.
    whole: "Comparison | Hessian | None" = None
    places: slice = slice(None)
    header: Sequence[str] = ()


class Together(Record):
    """What was found at many points."""

    #: It has Each where that of one point has one number.
    whole: "Comparison | Hessian"
    #: Columns: the value, and each partial by each method; of second derivatives none.
    numbers: tuple[Sequence[float], ...]
    #: The places that need a closer look; the numbers there mean nothing.
    bad: set[int]


def as_number(column: Sequence[Any]) -> Any:
    """Return a column in the place of a number, whatever type that has."""
    return Each(column)


class Asked(ABC):
    """What is asked at every row, and who knows it for many at once."""

    def __init__(
        self,
        parsed: Parsed,
        program: Program,
        variables: tuple[str, ...],
        settings: Settings,
        names: Sequence[str],
    ) -> None:
        self.parsed, self.program, self.variables = parsed, program, variables
        self.settings, self.names = settings, names

    @property
    @abstractmethod
    def at_once(self) -> int:
        """How many points are taken at once; 0: each is looked at alone."""

    @abstractmethod
    def at(self, points: Mapping[str, Column]) -> Together:
        """Return what is found at many points.

        Raises ValueError or ArithmeticError if a function refuses one of them.
        """


def gradients(block: Block, found: Gradients) -> Iterator[Row | Stretch]:
    """Yield a block as the rows that need a closer look, and what is between them."""
    start = 0
    for place in (*sorted(found.bad), len(block.texts)):
        if start < place:
            here = slice(start, place)
            numbers = (found.value, *found.partials)
            cut = tuple(column[here] for column in numbers) if found.bad else numbers
            yield Stretch(block.texts[here], block.separator, cut)
        if place < len(block.texts):
            yield block.row(place)
        start = place + 1


def stretches(block: Block, asked: "Asked") -> Iterator[Row | Stretch]:
    """Yield the same of what is more than gradients."""

    def computed(start: int, stop: int) -> Together:
        return asked.at(part(block.points, start, stop))

    for first, last, found in parts(len(block.texts), computed, asked.at_once):
        start = first
        bad = range(last - first) if found is None else sorted(found.bad)
        for place in (*(first + place for place in bad), last):
            if found is not None and start < place:
                here = slice(start - first, place - first)
                yield Stretch(
                    block.texts[start:place],
                    block.separator,
                    tuple(column[here] for column in found.numbers),
                    found.whole,
                    here,
                    block.shape.header,
                )
            if place < last:
                yield block.row(place)
            start = place + 1
