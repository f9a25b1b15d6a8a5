"""The search for slips: the rows of the mistakes, tried at every step."""

import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import starmap

from diffcli.analysis.slip_trials import Trial
from diffcli.calculus.functions import D
from diffcli.calculus.mistakes import (
    ANYWHERE,
    NO_INNER,
    OF_INSIDE,
    TURNED,
    TWICE,
    Mistake,
    loses_a_minus,
)
from diffcli.calculus.mistakes_of_forms import SPECIAL, Special
from diffcli.calculus.rules import Rule
from diffcli.engine.derivation import Derivation, Step
from diffcli.engine.normal import normal
from diffcli.engine.numbers import rational
from diffcli.engine.paper import chain
from diffcli.engine.rewriting import Bindings, fill, match, pattern, template
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


def either(slips: Iterable[Slip], said: Callable[[Slip], str] = str) -> str:
    """Return slips of which each explains the claim as one sentence; empty: none."""
    return "; or ".join(map(said, slips))


class _Candidate(Record):
    """A slip, and what it does to signs."""

    slip: Slip
    #: A minus sign gets lost, which happens sooner than one too many.
    loses: bool
    #: Nothing but the sign is wrong, of the whole or of a term.
    turns: bool
    #: It tells already of the inside.
    inner: bool


class Search:
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
        signs = False
        late: list[Slip] = []
        for step in self.steps:
            inside = step.of in silent
            if inside and not signs:
                continue
            found = list(self.of_step(step))
            if inside:
                found = [f for f in found if f.loses and f.turns]
            yield from (f.slip for f in found if f.loses or not f.turns)
            late += [f.slip for f in found if f.turns and not f.loses]
            signs = signs or any(f.turns and not f.inner for f in found)
            simple = any(f.slip.faults == 1 for f in found)
            if simple and step.rule.name not in ("linearity", "product"):
                silent |= self.same_elsewhere(step.bindings["u"])
        yield from late

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

    def of_step(self, step: Step) -> Iterator[_Candidate]:
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
                        yield _Candidate(
                            self.slip(mistake, step.of, bindings),
                            loses_a_minus(mistake),
                            mistake.said is TURNED
                            or self.turns(mistake.written, step.of, bindings),
                            mistake.said is NO_INNER,
                        )
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
        known = self.numbers()
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

    def turns(self, written: str, of: Expression, bindings: Bindings) -> bool:
        """Tell whether a mistake only turns the sign of the derivative."""
        program = _program(written)
        return all(
            math.isclose(
                program.value(self.values(of, bindings, trial)),
                -trial.slopes[trial.tape.program.index[of]],
                rel_tol=1e-12,
            )
            for trial in self.trials
        )

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
