"""Check a slope that somebody claims for a curve: dy/dx where F = 0."""

from collections.abc import Iterator, Mapping
from contextlib import suppress

from diffcli.analysis.check import Check, evaluated
from diffcli.analysis.implicit import Implicit, implicit, solved
from diffcli.analysis.verdicts import Elsewhere, Tolerance, judged
from diffcli.engine.tape import Undefined
from diffcli.errors import DiffcliError
from diffcli.language.parser import Parsed
from diffcli.problem import Problem, pose

_BESIDE = (1.0625, 0.9375)  # times a variable: other points of the curve


def check_curve(
    problem: Problem, name: str, claims: Mapping[str, Parsed], tolerance: Tolerance
) -> Check:
    """Return a verdict for each claimed slope of a variable on the curve F = 0.

    A claim that is a formula has to be right at other points of the curve, too; beside
    the curve it need not be: -x/y and -x/sqrt(25 - x^2) are both right for a circle.

    Raises UsageError, DomainError where the point is not on the curve or a claim has no
    value, and KinkError where there is no slope.
    """
    free = problem._replace(variables=tuple(claims))
    found = implicit(free, name, ("backprop",))
    verdicts = []
    for each, claim in claims.items():
        claimed = evaluated(each, claim, problem.point)
        verdict = judged(each, claimed, found.slope(each), tolerance)
        if verdict.passed and claim.variables:
            elsewhere = _elsewhere(found, each, claim, tolerance)
            verdict = verdict._replace(passed=elsewhere is None, elsewhere=elsewhere)
        verdicts.append(verdict)
    return Check(
        problem.parsed, "", problem.point, tuple(verdicts), problem.settings.digits,
        warnings=found.warnings, tied=name,
    )  # fmt: skip


def _elsewhere(
    found: Implicit, free: str, claim: Parsed, tolerance: Tolerance
) -> Elsewhere | None:
    """Return another point of the curve where a claim is wrong, if there is one."""
    for there in _beside(found, free):
        with suppress(ArithmeticError, DiffcliError, Undefined):
            before = found.problem
            problem = pose(
                before.parsed, there, before.variables, before.settings, before.program
            )
            true = implicit(problem, found.name, ("backprop",)).slope(free)
            claimed = evaluated(free, claim, there)
            verdict = judged(free, claimed, true, tolerance)
            if not verdict.passed and not verdict.doubt:
                return Elsewhere(there, claimed.number, true.number)
    return None


def _beside(found: Implicit, free: str) -> Iterator[dict[str, float]]:
    """Yield points of the curve beside the one that was given."""
    point, name = found.problem.point, found.name
    for factor in _BESIDE:
        moved = {**point, free: point[free] * factor or factor - 1.0}
        with suppress(ArithmeticError, DiffcliError, Undefined):
            yield {**moved, name: solved(found.problem, name, moved)}
