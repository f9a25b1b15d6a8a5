"""What is read off a state of ``explore``: the three numbers, and how they part."""

from diffcli.analysis.certainty import kink_error
from diffcli.analysis.explore import State
from diffcli.analysis.grad import Comparison, compare
from diffcli.engine.stencils import Difference, Quotient
from diffcli.errors import DiffcliError
from diffcli.language.expression import Expression
from diffcli.language.parser import Parsed
from diffcli.problem import Problem, Settings, pose
from diffcli.records import Record


class Reading(Record):
    """What the numbers of a state give."""

    parsed: Parsed
    #: None: f has no value at the point, and ``error`` says why.
    problem: Problem | None = None
    error: DiffcliError | None = None
    #: The three numbers; None: there are none.
    comparison: Comparison | None = None
    #: The difference quotient; None: there is none, and ``missing`` says why.
    difference: Difference | None = None
    missing: str = ""
    #: The derivative as a formula; None: it would be too long.
    formula: Expression | None = None

    @property
    def nothing(self) -> str:
        """Why there are no numbers at all, as a sentence; "" if there are some."""
        if self.comparison is not None or self.error is None:
            return ""
        what = "value" if self.problem is None else "slope"
        return f"f has no {what} here: {self.error.message}"

    def estimate(self, method: str, name: str) -> float | None:
        """Return a method's number, if it found one."""
        results = self.comparison.results if self.comparison else ()
        for result in results:
            if result.method == method and name in result.partials:
                return result.partials[name].value
        return None

    def agreed(self, name: str) -> int | None:
        """Return how many digits of the quotient are those of the slope."""
        agreement = self.comparison and self.comparison.agreements.get(name)
        return agreement.digits if agreement else None

    def cause(self, name: str) -> str:
        """Return what parts the quotient from the slope; "" where nothing does.

        It is "rounding" as long as the rounding of two values explains all of it,
        else "truncation".
        """
        true = self.estimate("backprop", name)
        if self.difference is None or true is None or self.problem is None:
            return ""
        error = abs(self.difference.slope - true)
        if not error:
            return ""
        (low, below), (high, above) = self.difference.samples
        quotient = Quotient(low, high, below, above, self.difference.h)
        bound = quotient.noise(self.problem.tape.backward().value_bound())
        return "truncation" if error > bound else "rounding"


def reading(state: State) -> Reading:
    """Return the numbers toward the variable along which the curve goes.

    The gradient of a map needs both partials, and the same pass gives them.
    """
    parsed = state.parsed()
    settings = Settings(state.h, state.scheme)
    try:
        problem = pose(parsed, state.point, parsed.variables, settings)
    except DiffcliError as error:
        return Reading(parsed, error=error)
    try:
        comparison = compare(problem)
    except DiffcliError as error:  # a slope that no double holds
        return Reading(parsed, problem, error)
    by_method = {result.method: result for result in comparison.results}
    finite, symbolic = by_method["finite"], by_method["symbolic"]
    derivation = symbolic.derivations.get(state.along)
    return Reading(
        parsed,
        problem,
        _kink(comparison, state.along),
        comparison,
        finite.differences.get(state.along),
        finite.missing.get(state.along, ""),
        derivation.result if derivation else None,
    )


def _kink(comparison: Comparison, name: str) -> DiffcliError | None:
    """Return why there is no derivative toward a variable; None: there is one."""
    if name not in comparison.kinks:
        return None
    return kink_error(comparison.problem, name, comparison.corners[name])
