"""The gradient of a mean over examples: the mean of the examples' gradients.

Each example is compared by all methods as a point is, and the results are put
together: values and partials as sums that are rounded once, errors as sums, for they
may all lie on one side.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence

from diffcli.analysis import grad
from diffcli.analysis.grad import Comparison
from diffcli.engine.mean import Mean, UndefinedExample
from diffcli.engine.tape import ROUNDING, TINY, Program
from diffcli.errors import DiffcliError
from diffcli.inputs.data import Data
from diffcli.inputs.rows import placed
from diffcli.language.parser import Parsed
from diffcli.methods import THREE
from diffcli.problem import (
    NO_ESTIMATE,
    Estimate,
    Evidence,
    MethodResult,
    Problem,
    Settings,
    located,
    pose,
)
from diffcli.remarks import Remark

_MOST_WARNINGS = 3  # of the examples


class Examples:
    """A formula as the loss of one example, with data and weights."""

    def __init__(
        self,
        parsed: Parsed,
        data: Data,
        weights: Mapping[str, float],
        names: Sequence[str] = (),
        settings: Settings | None = None,
        *,
        keep_going: bool = False,
    ) -> None:
        """Look at every example with these weights.

        ``names`` are the weights whose partials are wanted. ``keep_going`` leaves out
        examples without a value; else their error is raised.
        """
        self.parsed = parsed
        self.weights = dict(weights)
        self.names = tuple(names) or tuple(weights)
        self.settings = settings or Settings()
        self.keep_going = keep_going
        self.program = Program([parsed.expression])
        self.data = data
        bad = self.mean.undefined(self.weights)
        errors = {found.place: self.error(found) for found in bad}
        if errors and not keep_going:
            raise next(iter(errors.values()))
        self.data = data.without(errors)

    def error(self, found: UndefinedExample) -> DiffcliError:
        """Return the error of an example that has no value, with its place."""
        point = {**self.weights, **self.data.example(found.place)}
        error = located(found, self.parsed, point)
        return placed(error, self.data.places[found.place])

    @property
    def mean(self) -> Mean:
        """The loss as a function of the weights."""
        data = self.data
        return Mean(self.program, self.names, data.columns, data.divisor)

    @property
    def problem(self) -> Problem:
        """The loss at the weights, as those see it who show it.

        The passes in it are those of the first example.
        """
        first = self.posed(0)
        parsed = self.parsed._replace(variables=tuple(self.weights))
        return first._replace(parsed=parsed, point=self.weights)

    def posed(self, place: int) -> Problem:
        """Return the loss of one example at the weights."""
        point = {**self.weights, **self.data.example(place)}
        ordered = {name: point[name] for name in self.parsed.variables}
        return pose(self.parsed, ordered, self.names, self.settings, self.program)

    def compare(
        self,
        names: Sequence[str] = THREE,
        tick: Callable[[], object] = lambda: None,
        *,
        bounds: bool = True,
    ) -> Comparison:
        """Return the partials of the loss by each method, and how they agree.

        Without ``bounds`` nothing is said of the error of backprop alone, which is
        many times quicker.

        Raises KinkError at the first example that has a kink there, unless those are
        left out.
        """
        alone = tuple(names) == ("backprop",) and not self.settings.precise
        quick = alone and not bounds
        columns, rough = self.mean.smooth(self.weights) if quick else ([], set())
        found: dict[int, Comparison] = {}
        kinks: dict[int, DiffcliError] = {}
        for place in sorted(rough) if quick else range(self.data.used):
            one = grad.compare(self.posed(place), names)
            error = one.error()
            if error is None:
                found[place] = one
            else:
                kinks[place] = placed(error, self.data.places[place])
                if not self.keep_going:
                    raise kinks[place]
            tick()
        smooth = [
            _known(numbers, self.problem, self.names)
            for place, numbers in enumerate(zip(*columns, strict=True))
            if place not in rough
        ]
        warnings = gathered(
            (self.data.places[place], one.warnings) for place, one in found.items()
        )
        self.data = self.data.without(kinks)
        return self._together([*smooth, *found.values()], warnings)

    def _together(
        self, found: Sequence[Comparison], warnings: tuple[Remark, ...]
    ) -> Comparison:
        problem, divisor = self.problem, self.data.divisor
        results = tuple(
            _result(parts, self.names, divisor, self.settings)
            for parts in zip(*(each.results for each in found), strict=True)
        )
        value = combined([each.value for each in found], divisor, self.settings)
        agreements = grad.agreements(problem, results)
        return Comparison(
            problem, results, agreements, {}, value, (), warnings, data=self.data
        )


def _known(
    numbers: Sequence[float], problem: Problem, names: Sequence[str]
) -> Comparison:
    """Return what backprop found for an example; how far it is off is not known."""
    value, *partials = (Estimate(number, math.inf) for number in numbers)
    result = MethodResult("backprop", dict(zip(names, partials, strict=True)), 1, None)
    return Comparison(problem, (result,), {}, {}, value, (), ())


def gathered(examples: Iterable[tuple[str, Iterable[Remark]]]) -> tuple[Remark, ...]:
    """Return what is said of examples, with their places."""
    said = dict.fromkeys(
        remark._replace(text=f"{where}: {remark.text}")
        for where, remarks in examples
        for remark in remarks
    )
    more = len(said) - _MOST_WARNINGS
    rest = (Remark(f"and {more} more of these"),) if more > 0 else ()
    return (*[*said][:_MOST_WARNINGS], *rest)


def _result(
    parts: Sequence[MethodResult],
    names: Sequence[str],
    divisor: int,
    settings: Settings,
) -> MethodResult:
    """Return what a method found for all examples together."""
    partials = {
        name: combined([part.partials[name] for part in parts], divisor, settings)
        for name in names
    }
    return parts[0]._replace(
        partials=partials,
        evaluations=sum(part.evaluations for part in parts),
        evidence=_evidence(parts),
        remarks=(),
        failure="",
    )


def _evidence(parts: Sequence[MethodResult]) -> Evidence:
    """Return derivations, which all share, or the widest differences."""
    widest = {
        name: max((part.differences[name] for part in parts), key=lambda one: one.h)
        for name in parts[0].differences
    }
    return widest or parts[0].evidence


def combined(parts: Sequence[Estimate], divisor: int, settings: Settings) -> Estimate:
    """Return the sum of numbers over a divisor, and how far it may be off."""
    numbers = [part.value for part in parts]
    if any(number is None for number in numbers):
        return NO_ESTIMATE
    error = sum(part.error for part in parts) / divisor
    if any(not isinstance(number, float) for number in numbers):
        from mpmath import mp

        with mp.workdps(settings.digits + 10):
            total = mp.fsum(numbers) / divisor
        return Estimate(total, error)
    value = math.fsum(numbers) / divisor  # type: ignore[arg-type]
    return Estimate(value, error + 2 * ROUNDING * abs(value) + TINY)
