"""Which slip in a derivation leads to a wrong claim.

A slip is one wrong right side in an otherwise right derivation. The derivative is
linear in every D(u) in it, so a wrong D(u) moves the result by

    adjoint of u * (wrong D(u) - right D(u))

and no derivation has to be made again: one forward and one backward pass at each point
tell what all slips lead to. A claim that is a formula is compared at several points, so
that a slip is named only if it explains the formula; a number can only fit.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import starmap

from diffcli.analysis.trials import Trial, trials
from diffcli.analysis.wholes import wholes
from diffcli.calculus.mistakes import ANYWHERE, OF_INSIDE, TWICE, Mistake
from diffcli.calculus.mistakes_of_forms import SPECIAL, Special
from diffcli.calculus.rules import Rule
from diffcli.engine.derivation import Derivation, Step, readable
from diffcli.engine.normal import normal
from diffcli.engine.paper import Calculation, chain, too_long
from diffcli.engine.rewriting import (
    Bindings,
    D,
    fill,
    match,
    pattern,
    rational,
    template,
)
from diffcli.engine.tape import Program, Undefined
from diffcli.language.expression import (
    Call,
    Expression,
    Number,
    Variable,
    call,
    postorder,
    variable,
)
from diffcli.language.printer import text
from diffcli.records import Record

_MOST_STEPS = 1_000  # steps of a derivation in which a slip is looked for
_MOST_SAID = 2  # of slips in the rules, and once more of what was given as a whole
_LONGEST = 60  # characters of a formula in a sentence

Piece = str | Expression


class Slip(Record):
    """What explains a wrong claim."""

    #: What was differentiated wrongly; None: the whole, not by a rule.
    of: Expression | None
    #: The sentence: words, and formulas between them.
    said: tuple[Piece, ...]
    #: How many things went wrong.
    faults: int = 1

    def __str__(self) -> str:
        """Return the sentence, with formulas as code."""
        return "".join(
            piece if isinstance(piece, str) else text(piece, limit=_LONGEST)
            for piece in self.said
        )


def explain(
    derivation: Derivation, claim: Expression, point: Mapping[str, float] | None = None
) -> tuple[Slip, ...]:
    """Return the slips that give the claim, the outermost first; often there is none.

    They give it at the point and at others near it; a claim that is a number, and a
    derivative that is none, are compared at the point alone.
    """
    if len(derivation.steps) > _MOST_STEPS or too_long(derivation.steps[-1].of):
        return ()
    found = list(trials(derivation, claim, point))
    if not found or all(t.is_claimed(t.true, abs(t.true)) for t in found):
        return ()
    search = _Search(derivation, claim, found)
    slips = _simplest(search.by_rule())
    whole = _simplest(Slip(None, s) for s in wholes(derivation, claim, found))
    slips = slips or (() if whole else _simplest(search.anywhere()))
    if slips and len(found) == 1:
        first = slips[0]._replace(said=("this number fits a slip: ", *slips[0].said))
        slips = (first, *slips[1:])
    said = [slip.said for slip in slips]
    whole = tuple(slip for slip in whole if slip.said not in said)
    slips = (*slips, *whole[: max(1, _MOST_SAID - len(slips))])
    return slips or tuple(search.factor())


def _simplest(slips: Iterator[Slip]) -> tuple[Slip, ...]:
    """Return the first of the slips with the fewest faults, each sentence once."""
    said = {str(slip): slip for slip in slips}
    fewest = min((slip.faults for slip in said.values()), default=0)
    return tuple(s for s in said.values() if s.faults == fewest)[:_MOST_SAID]


def line_left(
    slip: Slip, derivation: Derivation, *, several: bool
) -> Calculation | None:
    """Return the line of the derivation on paper that the slip has spoiled, if any.

    It is the one in which D(u) is replaced by its rule's right side, or the D(...)
    that u was a part of.
    """
    of = derivation.steps[-1].of
    if slip.of is None or not readable(of):
        return None
    found = chain(of, derivation.variable, several=several)
    pending = [of]
    spoiled = found.lines[0]
    for line in found.lines:
        if any(slip.of in postorder([part]) for part in pending):
            spoiled = line
        pending = [
            node.args[0]
            for node in postorder([line.expression])
            if isinstance(node, Call) and node.function is D
        ]
    return found._replace(lines=(spoiled,))


class _Search:
    """Slips that lead to the claim at all points."""

    def __init__(
        self, derivation: Derivation, claim: Expression, trials: Sequence[Trial]
    ) -> None:
        self.derivation = derivation
        self.claim = claim
        self.trials = trials
        self.of = derivation.steps[-1].of
        #: The steps that a rule's letters tell about, the outermost first.
        self.steps = [
            step
            for step in reversed(derivation.steps)
            if step.bindings and step.rule.name != "shorten"
        ]

    def by_rule(self) -> Iterator[Slip]:
        """Yield slips that stand in the rows of the rules."""
        silent: set[Expression] = set()
        for step in self.steps:
            found = list(self.of_step(step)) if step.of not in silent else []
            yield from found
            found = [slip for slip in found if slip.faults == 1]
            if found and step.rule.name not in ("linearity", "product"):
                silent |= self.same_elsewhere(step.bindings["u"])

    def same_elsewhere(self, inside: Expression) -> set[Expression]:
        """Return the parts whose slips only repeat what was said of an inside.

        They are all parts of a linear one, else those with the same slope.
        """
        slope = self.slope(inside)
        linear = len(set(slope)) == 1
        return {
            part for part in postorder([inside]) if linear or self.slope(part) == slope
        }

    def slope(self, node: Expression) -> tuple[float, ...]:
        """Return D(node) at all points."""
        return tuple(s.slopes[s.tape.program.index[node]] for s in self.trials)

    def of_step(self, step: Step) -> Iterator[Slip]:
        """Yield the mistakes of a step's rule that lead to the claim."""
        regular = [
            mistake
            for mistake in starmap(Mistake, step.rule.mistakes)  # a pair will do
            if self.makes_sense(mistake, step.bindings)
        ]
        rows: list[tuple[Bindings, Sequence[Mistake]]] = []
        for special in _special().get(_top(step.of), ()):
            bindings = match(Rule("", special.before, "", ""), step.of, self.fits)
            if bindings is not None:
                rows.append((bindings, special.mistakes))
        rows.append((step.bindings, regular))
        for bindings, mistakes in rows:
            shapes: set[float] = set()
            for mistake in mistakes:
                if self.leads(mistake.written, step.of, bindings):
                    shape = self.shape(mistake, bindings)
                    if shape not in shapes:
                        yield self.slip(mistake, step.of, bindings)
                    shapes.add(shape)

    def makes_sense(self, mistake: Mistake, bindings: Bindings) -> bool:
        """Tell whether there is something to do wrong in this way."""
        if mistake.said in OF_INSIDE:
            slope = set(self.slope(bindings["u"]))
            if slope == {1.0} or (mistake.said is TWICE and slope == {-1.0}):
                return False
        trial = self.trials[0]
        values = self.values(self.of, bindings, trial)
        return all(
            values[name] or any(self.slope(bindings[name[2]]))
            for name in _program(mistake.written).inputs
            if name[0] == "D" and name[2] in bindings
        )

    def shape(self, mistake: Mistake, bindings: Bindings) -> float:
        """Return a number that two mistakes share if no formula tells them apart.

        No formula of this shape, that is: where D(u) is 1 it is always 1.
        """
        program = _program(mistake.written)
        point = dict(_LETTERS)
        first: dict[Expression, str] = {}
        for letter, node in (
            *bindings.items(),
            ("x", variable(self.derivation.variable)),
        ):
            same = first.setdefault(node, letter)
            point[letter], point[f"D({letter})"] = (
                _LETTERS[same],
                _LETTERS[f"D({same})"],
            )
            (slope, *others) = set(self.slope(node))
            if slope in (0.0, 1.0) and not others:
                point[f"D({letter})"] = slope
        try:
            return round(program.value(point), 9)
        except Undefined:
            return math.nan  # it has the shape of no other

    def fits(self, letter: str, node: Expression) -> bool:
        """Tell whether a letter may stand for a node: c and n do not change.

        k is a number, so that it does not change with another variable either.
        """
        if letter not in "cnk" or any(self.slope(node)):
            return letter not in "cnk"
        trial = self.trials[0]
        return letter != "k" or not trial.others[trial.tape.program.index[node]]

    def anywhere(self) -> Iterator[Slip]:
        """Yield the outermost part of which the derivative went wrong as a whole."""
        for step in self.steps:
            for mistake in ANYWHERE:
                if self.leads(mistake.written, step.of, {}):
                    yield self.slip(mistake, step.of, {})
                    return

    def factor(self) -> Iterator[Slip]:
        """Yield the factor by which the claim is off, if the derivation has it."""
        from fractions import Fraction

        true = self.trials[0].true
        ratio = self.trials[0].claimed / true if true else 0.0
        if not 1e-3 < abs(ratio) < 1e3:
            return
        simple = Fraction(ratio).limit_denominator(1000)
        known = {1, *self.numbers()}
        if {abs(simple.numerator), simple.denominator} <= known and all(
            trial.is_claimed(float(simple) * trial.true, abs(trial.true))
            for trial in self.trials
        ):
            yield Slip(None, (f"the claim is {simple} of the derivative",))

    def numbers(self) -> set[int]:
        """Return the whole numbers that stand in the derivation."""
        nodes = postorder([self.of, *(step.becomes for step in self.derivation.steps)])
        found = {rational(node) for node in nodes if isinstance(node, Number)}
        return {int(c) for c in found if c is not None and c.denominator == 1}

    # ---- one mistake

    def leads(self, written: str, of: Expression, bindings: Bindings) -> bool:
        """Tell whether a mistake leads to the claim at all points."""
        program = _program(written)
        here = variable(self.derivation.variable)
        for trial in self.trials:
            if here not in trial.tape.program.index:
                return False  # it does not occur: no rule was applied to it
            row = trial.tape.program.index[of]
            try:
                wrong = program.value(self.values(of, bindings, trial))
            except Undefined:
                return False
            if not trial.leads_to(wrong, row):
                return False
        return True

    def values(
        self, of: Expression, bindings: Bindings, trial: Trial
    ) -> dict[str, float]:
        """Return what letters and their D(...) are at a point."""
        found: dict[str, float] = {}
        index, values = trial.tape.program.index, trial.tape.values
        here = variable(self.derivation.variable)
        for letter, node in (*bindings.items(), ("f", of), ("x", here)):
            row = index.get(node)
            if row is None:  # the variable does not occur in the formula
                name = self.derivation.variable
                found[letter], found[f"D({letter})"] = trial.point.get(name, 0.0), 1.0
                continue
            found[letter] = values[row]
            constant = letter in "cnk"
            found[f"D({letter})"] = (trial.others if constant else trial.slopes)[row]
        return found

    def slip(self, mistake: Mistake, of: Expression, bindings: Bindings) -> Slip:
        """Return a mistake with the formulas of this derivation in its sentence."""
        letters = {**bindings, "f": of, "x": variable(self.derivation.variable)}

        def formula(written: str) -> Expression:
            if written in letters:
                return letters[written]
            return normal(fill(written, letters, call, self.derivative), [of])

        pieces = [
            formula(part) if place % 2 else part
            for place, part in enumerate(re.split(r"\{(.*?)\}", mistake.said))
        ]
        said = tuple(piece for piece in pieces if piece != "")
        return Slip(of, said, mistake.faults)

    def derivative(self, node: Expression) -> Expression:
        """Return D(node) as one writes it on paper."""
        return chain(node, self.derivation.variable).result


@cache
def _program(written: str) -> Program:
    """Return what computes a mistake from values of the letters and of D(u)."""
    built: dict[Expression, Expression] = {}
    for node in template(written):
        args = [built[argument] for argument in node.args]
        if isinstance(node, Call) and node.function is D:
            (letter,) = node.args
            assert isinstance(letter, Variable)
            built[node] = variable(f"D({letter.name})")
        else:
            built[node] = call(node.function, *args) if isinstance(node, Call) else node
    return Program([list(built.values())[-1]])


@cache
def _special() -> dict[str, list[Special]]:
    """Return the forms by the function on top of them."""
    forms: dict[str, list[Special]] = {}
    for special in SPECIAL:
        forms.setdefault(_top(pattern(special.before)), []).append(special)
    return forms


def _top(node: Expression) -> str:
    return node.function.name if isinstance(node, Call) else ""


_LETTERS = {
    "u": 1.37, "v": 2.19, "w": 1.73, "c": 3.23, "k": 2.61, "n": 4.41, "f": 5.57,
    "e": math.e, "x": 1.91, "D(u)": 0.71, "D(v)": 0.83, "D(w)": 0.67, "D(c)": 0.97,
    "D(k)": 0.53, "D(n)": 0.59, "D(x)": 1.0,
}  # fmt: skip
"""Values of letters and of their D(...), with nothing in common."""
