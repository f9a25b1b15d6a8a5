"""The Hessian at the rows of a table, many rows at once.

Where the three ways have nothing to say but numbers, a block's columns give them: such
a row has the bits that it has alone. Every other row is left to ``hessian``.
"""

import operator
from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import compress, count
from typing import Any

from diffcli.analysis import together
from diffcli.analysis.certainty import far_off
from diffcli.analysis.grad import Agreement, agreement, judge
from diffcli.analysis.hessian import meetings, of_all_pairs
from diffcli.analysis.hessian_doubles import derivatives, program_of_part
from diffcli.analysis.together import Together, as_number
from diffcli.arithmetics.columns import Column
from diffcli.engine import column_bounds
from diffcli.engine.column_differences import Steps
from diffcli.engine.columns import (
    at_once,
    both_passes,
    filled,
    not_finite,
    rough_places,
)
from diffcli.engine.derivation import Derivation
from diffcli.engine.second_columns import Sweeps
from diffcli.engine.second_order import Pair
from diffcli.engine.sparsity import Sparsity, TooDense
from diffcli.engine.tape import Program
from diffcli.language.expression import Expression
from diffcli.language.parser import Parsed
from diffcli.problem import Estimate, Problems, Settings
from diffcli.records import Each

Entries = dict[Pair, tuple[list[float], list[float]]]
"""By pair the numbers, and how far each may be off; nothing, if nobody asks."""


class Asked(together.Asked):
    """What is asked at every row, and what has to be known for that once."""

    def __init__(
        self,
        parsed: Parsed,
        program: Program,
        variables: tuple[str, ...],
        settings: Settings,
        names: Sequence[str],
        *,
        alone: bool = False,
        wanted: tuple[Pair, ...] = (),
    ) -> None:
        """Take what is asked: numbers ``alone``, without errors; ``wanted`` pairs."""
        super().__init__(parsed, program, variables, settings, names)
        self.alone, self.wanted = alone, wanted

    @cached_property
    def at_once(self) -> int:
        """How many points are taken at once, so that memory stays small; 0: none."""
        searching = "finite" in self.names and self.settings.h == "auto"
        if self.settings.precise or searching:
            return 0
        try:
            pairs = self.where.pairs
        except TooDense:
            return 0
        firsts, _, said = self.derivatives
        if said:
            return 0
        rows = len(self.program.nodes) * (2 + len(firsts)) + len(self.formulas.nodes)
        return at_once(rows + len(pairs) * len(self.names))

    @cached_property
    def where(self) -> Sparsity:
        """Where the variables meet. Raises TooDense."""
        return meetings(self.parsed.expression, self.variables, self.wanted)

    @cached_property
    def derivatives(
        self,
    ) -> tuple[dict[str, Derivation], dict[Pair, Expression], str]:
        """First and second derivatives, and why some are missing."""
        return derivatives(self.parsed.expression, self.variables, self.where.pairs)

    @cached_property
    def formulas(self) -> Program:
        """The second derivatives' formulas, a pair after the other."""
        return Program([self.derivatives[1][pair] for pair in self.where.pairs])

    @cached_property
    def firsts(self) -> Program | None:
        """The first derivatives' formulas; None: they are smooth everywhere."""
        program = Program([first.result for first in self.derivatives[0].values()])
        return program if program.rough else None

    @cached_property
    def rows(self) -> dict[str, tuple[Program, list[str]]]:
        """By variable the program of its terms, and the variables that it meets."""
        found: dict[str, tuple[Program, list[str]]] = {}
        for name, other in self.where.pairs:
            if name not in found:
                found[name] = self._part(name, name), []
            found[name][1].append(other)
        return found

    @cached_property
    def lines(self) -> dict[tuple[Program, str], list[str]]:
        """By program and variable those whose partials are asked along its line."""
        found: dict[tuple[Program, str], list[str]] = {}
        for name, other in self.where.pairs:
            found.setdefault((self._part(name, other), other), []).append(name)
        return found

    def numbers(
        self, points: Mapping[str, Column]
    ) -> tuple[Problems, dict[str, Entries]]:
        """Return what each method finds at many points, and where that means nothing.

        Raises ValueError or ArithmeticError if a function refuses one of the points.
        """
        problems = Problems(
            self.parsed, self.program, self.variables, points, self.settings
        )
        if self.firsts is not None:
            values = problems.values(self.firsts, points)
            problems.bad |= rough_places(self.firsts, values)
        wanted = [*self.names] if self.alone else ["symbolic", "backprop", *self.names]
        found = {n: _WAYS[n](self, problems) for n in dict.fromkeys(wanted)}
        if not self.alone:
            problems.bad |= _doubtful(found["symbolic"], found["backprop"])
        return problems, found

    def at(self, points: Mapping[str, Column]) -> Together:
        """Return what ``hessian.hessian`` does, at many points.

        Raises ValueError or ArithmeticError if a function refuses one of the points.
        """
        problems, found = self.numbers(points)
        whole = of_all_pairs(
            problems.problem,
            as_number(filled(problems.passes.value, problems.size)),
            self.where,
            self.derivatives[1],
            {name: _with_each(entries) for name, entries in found.items()},
            self.names,
            (),
            _judged if "finite" in self.names and not self.alone else None,
        )
        return Together(whole, (), problems.bad)

    def _part(self, name: str, other: str) -> Program:
        return program_of_part(self.program, self.where, name, other)


def _by_sweeps(asked: Asked, problems: Problems) -> Entries:
    """Return the entries by reverse over forward."""
    sweeps: dict[Program, Sweeps] = {}
    found: dict[Pair, Column] = {}
    for name, (program, others) in asked.rows.items():
        if program not in sweeps:
            whole = program is problems.program
            part = problems if whole else problems.of(program)
            sweeps[program] = Sweeps(part.passes)
        found |= sweeps[program].row(name, others)
    for each in sweeps.values():
        problems.bad |= each.bad
    size = problems.size
    return {pair: (filled(found[pair], size), []) for pair in asked.where.pairs}


def _by_rules(asked: Asked, problems: Problems) -> Entries:
    """Return the values of the second derivatives' formulas."""
    program, size = asked.formulas, problems.size
    values = problems.values(program, problems.points)
    errors: list[Column] = []
    if not asked.alone:
        errors = column_bounds.value_errors(program, values)
    return {
        pair: (filled(values[row], size), filled(errors[row], size) if errors else [])
        for pair, row in zip(asked.where.pairs, program.outputs, strict=True)
    }


def _by_differences(asked: Asked, problems: Problems) -> Entries:
    """Return the entries by differences of the backprop gradient."""
    found: Entries = {}
    size, points, (h, scheme, *_) = problems.size, problems.points, problems.settings
    for (program, other), names in asked.lines.items():
        x = filled(points[other], size)
        steps = Steps(x, h, scheme, errors=not asked.alone)
        samples: list[list[list[float]]] = [[] for _ in names]
        for place in steps.places:
            passes = both_passes(program, {**points, other: place}, names)
            problems.bad |= passes.bad
            for name, values in zip(names, samples, strict=True):
                values.append(filled(passes.partial(name), size))
        for name, values in zip(names, samples, strict=True):
            found[name, other] = steps.quotients(values)
            problems.bad |= not_finite([*found[name, other]])
    return found


_WAYS = {"finite": _by_differences, "symbolic": _by_rules, "backprop": _by_sweeps}


def _doubtful(symbolic: Entries, swept: Entries) -> set[int]:
    """Give exact entries their errors, and return where there is something to warn of.

    It is what ``hessian`` does: rules have a bound, and the two may differ by more.
    """
    bad: set[int] = set()
    for pair, (values, bounds) in symbolic.items():
        others = swept[pair][0]
        apart = map(abs, map(operator.sub, values, others))
        errors = list(map(operator.add, bounds, apart))
        bad |= not_finite([errors])
        for column in (values, others):
            bad.update(compress(count(), map(far_off, column, errors)))
        symbolic[pair], swept[pair] = (values, errors), (others, errors)
    return bad


# ---- columns in the place of numbers ---------------------------------------------


def _with_each(entries: Entries) -> dict[Pair, Estimate]:
    return {
        pair: Estimate(*map(as_number, columns)) for pair, columns in entries.items()
    }


def _judged(measured: Estimate, known: Estimate) -> Agreement:
    """Return what ``judge`` does, at many points; zeros are the same at all."""
    given: tuple[Any, ...] = (*measured, *known)
    if not all(isinstance(each, Each) for each in given):
        return judge(measured, known)
    columns = (each.column for each in given)
    return Agreement(*map(as_number, zip(*map(agreement, *columns), strict=True)))
