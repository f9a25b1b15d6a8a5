"""In which parts a derivation is told: one chain of equals, two halves, or names."""

from collections.abc import Callable, Mapping, Sequence

from diffcli.calculus.functions import D
from diffcli.engine.chain_of_names import Network, has_parts, in_names, network
from diffcli.engine.derivation import derive
from diffcli.engine.paper import (
    Calculation,
    Equation,
    Split,
    chain,
    named_levels,
    split,
    too_long,
)
from diffcli.language.expression import Expression, call
from diffcli.records import Record

_MOST_PARTS = 60  # named parts of a formula that is derived on paper


class Question(Record):
    """What is differentiated, toward what."""

    #: The variables that f was differentiated toward before, and now.
    names: Sequence[str]
    #: f, or its derivative so far.
    of: Expression
    #: All variables of f.
    variables: Sequence[str]
    #: The names that the text defines.
    definitions: Mapping[str, Expression] = {}
    #: Formulas whose letters and sums keep their spelling.
    typed: Sequence[Expression] = ()

    @property
    def name(self) -> str:
        """The variable that counts now."""
        return self.names[-1]

    @property
    def several(self) -> bool:
        """Tell whether there are variables that are held fixed."""
        return len(self.variables) > 1

    def has_parts(self) -> bool:
        """Tell whether the way to the variable goes through named parts."""
        first = len(self.names) == 1
        return first and has_parts(self.definitions, self.of, self.name)

    def is_too_long(self) -> bool:
        """Tell whether nobody would derive it on paper, in the names that there are."""
        of, meant = self.in_names()
        if len(meant) > _MOST_PARTS or any(map(too_long, (of, *meant.values()))):
            return True
        return len(self.names) > 1 and too_long(self.of)

    def network(self, definitions: Mapping[str, Expression]) -> Network:
        """Return the derivation along names."""
        return network(definitions, self.of, self.name, several=self.several)

    def in_names(self) -> tuple[Expression, dict[str, Expression]]:
        """Return f in the names that the text defines, and what these stand for."""
        if len(self.names) > 1 or not self.definitions:
            return self.of, {}
        return in_names(self.definitions, self.of)

    def chain(self) -> Calculation:
        """Return the derivation as one chain of equals."""
        of, _ = self.in_names()
        found = chain(of, self.name, several=self.several, typed=self.typed)
        if len(self.names) > 1:
            found = found._replace(lines=(Equation(call(D, of)), *found.lines))
        return found


class TooLong(Record):
    """Nobody would derive it on paper."""

    result: Expression


class Along(Record):
    """A derivation along names."""

    network: Network
    #: The names are ours, so they are listed first.
    listed: bool


class Halves(Record):
    """A product or quotient, its two parts derived on their own."""

    split: Split
    result: Expression


Plan = TooLong | Along | Halves | Calculation


def lines_of(found: Calculation) -> int:
    """Return how many lines a chain has, the question not counted."""
    (first, *_) = found.lines
    return len(found.lines) - (not first.reasons and len(found.lines) > 1)


def plan(question: Question, is_crowded: Callable[[Calculation], bool]) -> Plan:
    """Return how a derivation is told; ``is_crowded`` asks for parts."""
    of, name = question.of, question.name
    if question.is_too_long():
        (found,) = derive(of, [name])
        return TooLong(found.result)
    if question.has_parts():
        return Along(question.network(question.definitions), False)
    whole = question.chain()
    if not is_crowded(whole):
        return whole
    if len(question.names) == 1:
        levels = named_levels(whole.of, name, question.variables)
        if levels:
            return Along(question.network(levels), True)
    halves = split(whole.of, name, several=question.several, typed=question.typed)
    return Halves(halves, whole.result) if halves else whole
