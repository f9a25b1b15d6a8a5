"""Check a gradient that somebody claims, and say which slip explains a wrong one."""

import math
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from diffcli.analysis.equality import equal
from diffcli.analysis.grad import Comparison, compare
from diffcli.analysis.slips import Slip, explain
from diffcli.engine.bounds import value_errors
from diffcli.engine.derivation import Derivation, derivations
from diffcli.engine.tape import ROUNDING, Program, Undefined
from diffcli.engine.waiting import NoAnswer, ask
from diffcli.errors import DiffcliError
from diffcli.language.expression import Expression, postorder
from diffcli.language.parser import Parsed
from diffcli.methods import THREE
from diffcli.problem import DOUBLE, Estimate, Problem

_SLACK = 8.0  # how many error estimates a right claim may be off
_PROVABLE = 100  # nodes of formulas that sympy is asked to prove equal


class Verdict(NamedTuple):
    """What a check says of one partial."""

    name: str
    claimed: Estimate
    #: By backprop, the slope of the whole function, mpmath, or differences.
    true: Estimate
    #: abs(claimed - true) / abs(true); None: there is no such ratio.
    relative: float | None
    passed: bool
    #: True: sympy proves that it is equal at every point.
    everywhere: bool = False
    #: The slips that would give exactly this claim, if there are any.
    slips: tuple[Slip, ...] = ()
    #: The method whose partial is checked; empty: it is somebody's claim.
    method: str = ""
    #: Why nothing can be said; empty: the verdict stands.
    doubt: str = ""
    #: How the partial is found, if somebody's formula is wrong.
    derivation: Derivation | None = None

    @property
    def slip(self) -> str:
        """The slips as one sentence, with formulas as code; empty: none was found."""
        return "; or ".join(map(str, self.slips))

    @property
    def factor(self) -> str:
        """The claim as a simple multiple of the true partial: 1/2, -3; empty: none."""
        if self.passed or self.doubt or self.derivation:
            return ""
        if not self.claimed.value or not self.true.value:
            return ""
        from fractions import Fraction

        ratio = float(self.claimed.value / self.true.value)
        if not 1 / 24 < abs(ratio) < 24:
            return ""
        simple = Fraction(ratio).limit_denominator(12)
        close = abs(ratio - simple) <= 1e-6 * abs(ratio)
        return str(simple) if close and simple != 1 else ""


class Remainder(NamedTuple):
    """How far the claimed gradient misses f, a step of length h away."""

    h: float
    #: abs(f(x + h*d) - f(x) - h*(gradient along d))
    size: float
    #: The power of h that it shrank with since the last step: 2 if the claim is right.
    order: float | None


class Check(NamedTuple):
    """All verdicts, and what they rest on."""

    #: The formula; None: a black box was checked.
    parsed: Parsed | None
    #: How headings call what was checked.
    subject: str
    point: Mapping[str, float]
    verdicts: tuple[Verdict, ...]
    #: Significant digits shown to people.
    digits: int = 10
    #: Where there is no derivative; None: there is one.
    error: DiffcliError | None = None
    #: The evidence without a step width, if it was asked for.
    remainders: tuple[Remainder, ...] = ()
    #: What the user should know, a sentence each.
    warnings: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Tell whether every claim is right."""
        return all(verdict.passed for verdict in self.verdicts)


class Tolerance(NamedTuple):
    """How far a right claim may be off; without numbers the estimates decide."""

    relative: float | None = None
    absolute: float | None = None


KINK = "kink within h"
"""The doubt about a black box whose slopes on both sides stay apart."""
ESTIMATES = Tolerance()
"""The error estimates decide."""


def check(
    problem: Problem,
    claims: Mapping[str, Parsed],
    tolerance: Tolerance = ESTIMATES,
    *,
    prove: bool = True,
) -> Check:
    """Return a verdict for each claimed partial; without claims, for each method's.

    A claim passes if it differs from the partial by no more than the estimates of
    both allow: abs(claimed - true) <= 8*(error of both + rounding); given tolerances
    replace that by abs(claimed - true) <= atol + rtol*max(abs(claimed), abs(true)).
    Where one fails, mpmath is asked for the true partial before that is said; where
    one passes, sympy for a proof that it is right everywhere, if there is to be one.

    Raises Undefined where a claimed formula has no value at the point.
    """
    comparison = compare(problem, ("backprop",) if claims else THREE)
    verdicts = (
        _of_claims(comparison, claims, tolerance, prove=prove)
        if claims
        else _of_methods(comparison, tolerance)
    )
    error = comparison.error()
    wanted = claims or problem.variables
    if error and error.facts.get("variable") not in wanted:
        error = None
    return Check(
        problem.parsed, "", problem.point, tuple(verdicts), problem.settings.digits,
        error,
    )  # fmt: skip


def _of_claims(
    comparison: Comparison,
    claims: Mapping[str, Parsed],
    tolerance: Tolerance,
    *,
    prove: bool,
) -> Iterator[Verdict]:
    problem = comparison.problem
    for derivation in derivations(problem.parsed.expression, tuple(claims)):
        name, claim = derivation.variable, claims[derivation.variable]
        claimed = evaluated(claim.expression, problem.point)
        verdict = judged(name, claimed, comparison.partial(name), tolerance)
        if not verdict.passed and name not in comparison.corners:
            verdict = judged(name, claimed, _referee(problem, verdict), tolerance)
        if verdict.passed:
            proved = prove and _equal_everywhere(claim.expression, derivation.result)
            yield verdict._replace(everywhere=proved)
        else:
            slips = explain(derivation, claim.expression, problem.point)
            yield verdict._replace(slips=slips, derivation=derivation)


def _of_methods(comparison: Comparison, tolerance: Tolerance) -> Iterator[Verdict]:
    """Yield verdicts on the other methods, which backprop's partials judge."""
    others = [result for result in comparison.results if result.method != "backprop"]
    for name in comparison.problem.variables:
        for result in others:
            found = result.partials.get(name, Estimate(None, 0.0))
            verdict = judged(name, found, comparison.partial(name), tolerance)
            yield verdict._replace(method=result.method)


def judged(
    name: str, claimed: Estimate, true: Estimate, tolerance: Tolerance
) -> Verdict:
    """Return the verdict on one number, given the true one."""
    if claimed.value is None or true.value is None:
        return Verdict(name, claimed, true, None, False, doubt="there is no number")
    allowed = _allowed(claimed, true, tolerance)
    passed = abs(claimed.value - true.value) <= allowed
    return Verdict(name, claimed, true, _ratio(claimed, true), passed)


def _referee(problem: Problem, verdict: Verdict) -> Estimate:
    """Return the partial by mpmath, all digits right, or as it was if that fails."""
    from diffcli.engine.adaptive import Unsettled, gradient

    try:
        found = gradient(problem.program, problem.point, DOUBLE).partials
    except (Undefined, Unsettled):
        return verdict.true
    return Estimate(float(found.get(verdict.name, 0.0)), 0.0)


def _ratio(claimed: Estimate, true: Estimate) -> float | None:
    if not true.value:
        return None
    relative = abs(claimed.number - true.value) / abs(true.value)
    return relative if math.isfinite(relative) else None


def _allowed(claimed: Estimate, true: Estimate, tolerance: Tolerance) -> float:
    sizes = [abs(float(claimed.number)), abs(float(true.number))]
    relative, absolute = tolerance
    if relative is None and absolute is None:
        return float(_SLACK * (claimed.error + true.error + ROUNDING * sum(sizes)))
    return (absolute or 0.0) + (relative or 0.0) * max(sizes)


def evaluated(expression: Expression, point: Mapping[str, float]) -> Estimate:
    """Return a formula's value at the point, with its rounding bound."""
    tape = _program(expression).run(point)
    row = tape.program.outputs[0]
    return Estimate(tape.values[row], value_errors(tape)[row])


@lru_cache(maxsize=64)
def _program(expression: Expression) -> Program:
    """Return the program of a claim, or of a slip, once for all points."""
    return Program([expression])


@lru_cache(maxsize=64)
def _equal_everywhere(claim: Expression, derivative: Expression) -> bool:
    """Tell whether sympy proves that two formulas are the same function.

    Sympy may take long over what is not equal, so that is sorted out by trying.
    """
    if len(postorder([claim, derivative])) > _PROVABLE:
        return False
    if equal(claim, derivative) is False:
        return False
    try:
        return bool(ask("same", claim, derivative))
    except NoAnswer:
        return False
