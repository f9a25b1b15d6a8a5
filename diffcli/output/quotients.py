"""The arithmetic of difference quotients, as on the slide."""

from collections.abc import Iterator
from decimal import Decimal

from diffcli.analysis.grad import Comparison
from diffcli.engine.stencils import Difference
from diffcli.output.document import Block, Line, Lines, Run
from diffcli.output.numbers import number_style
from diffcli.problem import Problem

_MOST_DIGITS = 60  # of a sample: no double near others has more
_MOST_NAMES = 6  # variables of a point that is written out
_PASSES = "backprop: two passes, for all variables at once"


def blocks(comparison: Comparison) -> Iterator[Block]:
    """Yield the samples, their difference, and its quotient by h, for each variable."""
    problem = comparison.problem
    for result in comparison.results:
        if result.method == "finite":
            for name, difference in result.differences.items():
                yield Lines(tuple(_quotient(problem, name, difference)))
            count = result.evaluations
            calls = f"{count} evaluation{'s' if count > 1 else ''} of f"
            yield Lines(((Run(f"{calls}; {_PASSES}", "muted"),),))


def _quotient(problem: Problem, name: str, difference: Difference) -> Iterator[Line]:
    (low, below), (high, above) = difference.samples
    style = number_style([difference.slope], problem.settings.digits)
    step = difference.h if _holds(high - low, difference.h) else high - low
    h = f"{step:.10g}" if step == difference.h else repr(step)
    quotient = style((above - below) / step)
    yield (Run(f"{difference.scheme}, h = {h}:"),)
    for digits in range(10, _MOST_DIGITS):  # the fewest that give this quotient
        one, other = (f"{value:.{digits}g}" for value in (above, below))
        apart = Decimal(one) - Decimal(other)
        if style(float(apart / Decimal(step))) == quotient:
            break
    for text, place in ((one, high), (other, low)):
        yield (Run(f"  {_sample(problem, name, place, step)} = "), Run(text, "value"))
    other = f"({other})" if other.startswith("-") else other
    yield (
        Run(f"  ({one} - {other})/{h} = {apart.normalize():g}/{h} = "),
        Run(quotient, "gradient"),
    )
    if quotient != style(difference.slope):
        yield (
            Run("  from this and other steps, extrapolated: "),
            Run(style(difference.slope), "gradient"),
        )


def _holds(distance: float, h: float) -> bool:
    """Tell whether two samples are h apart, but for rounding."""
    return abs(distance - h) <= 1e-9 * h


def _sample(problem: Problem, name: str, place: float, step: float) -> str:
    """Return the call that gives a sample: f(1 + 0.01, 3)."""
    x = problem.point[name]
    ahead = abs(place - x)
    ahead = next((h for h in (step, step / 2) if _holds(ahead, h)), ahead)
    sign = "+" if place > x else "-"
    moved = f"{x:.10g} {sign} {ahead:.10g}" if ahead else f"{x:.10g}"
    if len(problem.point) > _MOST_NAMES:
        return f"f(…, {name} = {moved}, …)"
    values = (
        moved if other == name else f"{problem.point[other]:.10g}"
        for other in problem.parsed.variables
    )
    return f"f({', '.join(values)})"
