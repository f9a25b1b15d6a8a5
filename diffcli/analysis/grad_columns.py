"""The comparison of ``grad`` at the rows of a table, many rows at once.

Where the methods have nothing to say but numbers, a block's columns give them: such a
row has the bits that it has alone. Every other row is left to ``grad``.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import compress, count, pairwise
from typing import TYPE_CHECKING, cast

from diffcli import methods
from diffcli.analysis import together
from diffcli.analysis.certainty import apart, uncertain
from diffcli.analysis.grad import Agreement, Comparison, judge, without_digit
from diffcli.analysis.together import Together, as_number
from diffcli.arithmetics.columns import Column
from diffcli.engine.bounds import rounds_once
from diffcli.engine.columns import at_once, filled
from diffcli.problem import Estimate, MethodResult, Problems, many

if TYPE_CHECKING:
    from diffcli.problem import MethodOfMany


class Asked(together.Asked):
    """What is asked at every row."""

    @cached_property
    def at_once(self) -> int:
        """How many points all of the methods take at once; 0: only one."""
        if (
            self.settings.precise
            or not all(hasattr(methods.load(name), "gradients") for name in self.names)
            or ("finite" in self.names and self.settings.h == "auto")
        ):
            return 0
        return at_once(len(self.program.nodes) * (1 + len(self.variables)))

    def at(self, points: Mapping[str, Column]) -> Together:
        """Return what ``grad.compare`` does, at many points.

        Raises ValueError or ArithmeticError if a function refuses one of the points.
        """
        parsed, program, variables = self.parsed, self.program, self.variables
        settings, names = self.settings, self.names
        problems = Problems(parsed, program, variables, points, settings)
        size = problems.size
        results = [
            cast("MethodOfMany", methods.load(n)).gradients(problems) for n in names
        ]
        output = program.outputs[0]
        bound = (
            problems.value_bound if rounds_once(program) else problems.errors[output]
        )
        value = _estimates(many(problems.passes.value, bound), size)
        found = [
            {name: _estimates(e, size) for name, e in result.partials.items()}
            for result in results
        ]
        judged = _judged(results, found)
        bad = problems.bad | _uncertain(value) | _doubtful(results, found, judged)
        return Together(
            Comparison(
                problems.problem,
                tuple(
                    _result(*pair, size) for pair in zip(results, found, strict=True)
                ),
                {
                    name: Agreement(*map(as_number, zip(*column, strict=True)))
                    for name, column in judged.items()
                },
                {},
                _whole(value),
                (),
                (),
            ),
            tuple(
                [estimate.number for estimate in column]
                for column in (value, *(c for each in found for c in each.values()))
            ),
            bad,
        )


Estimates = list[Estimate]
"""One for each point."""


def _judged(
    results: Sequence[MethodResult], found: Sequence[Mapping[str, Estimates]]
) -> dict[str, list[Agreement]]:
    """Return what ``grad.agreements`` does, at many points."""
    exact = [methods.load(result.method).EXACT for result in results]
    if all(exact) or not any(exact):
        return {}
    measured = found[exact.index(False)]
    best = [each for each, is_exact in zip(found, exact, strict=True) if is_exact][-1]
    return {n: list(map(judge, column, best[n])) for n, column in measured.items()}


def _doubtful(
    results: Sequence[MethodResult],
    found: Sequence[Mapping[str, Estimates]],
    judged: Mapping[str, list[Agreement]],
) -> set[int]:
    """Return the places where there is something to warn of."""
    exact: list[Mapping[str, Estimates]] = []
    measured: list[Mapping[str, Estimates]] = []
    for result, by_name in zip(results, found, strict=True):
        (exact if methods.load(result.method).EXACT else measured).append(by_name)
    bad: set[int] = set()
    for verdicts in judged.values():
        bad.update(i for i, each in enumerate(verdicts) if each.verdict == "differ")
    for by_name in [] if exact else measured:
        for column in by_name.values():
            bad.update(compress(count(), map(without_digit, column)))
    for by_name in exact:
        for column in by_name.values():
            bad |= _uncertain(column)
    for one, other in pairwise(exact):
        for name, column in one.items():
            bad.update(compress(count(), map(apart, column, other[name])))
    return bad


def _uncertain(column: Estimates) -> set[int]:
    return {*compress(count(), map(uncertain, column))}


# ---- columns in the place of numbers ---------------------------------------------


def _estimates(columns: Estimate, size: int) -> Estimates:
    """Return an estimate for each point."""
    value, error = (filled(cast("Column", column), size) for column in columns)
    return list(map(Estimate, value, error))


def _whole(column: Estimates) -> Estimate:
    return Estimate(*map(as_number, zip(*column, strict=True)))


def _result(
    result: MethodResult, found: Mapping[str, Estimates], size: int
) -> MethodResult:
    evidence = {
        name: difference._replace(
            h=as_number(filled(cast("Column", difference.h), size))
        )
        for name, difference in result.differences.items()
    }
    return result._replace(
        partials={name: _whole(column) for name, column in found.items()},
        evidence=evidence or result.evidence,
    )
