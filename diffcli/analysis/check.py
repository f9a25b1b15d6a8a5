"""Check a gradient that somebody claims, and say which slip explains a wrong one."""

import math
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import lru_cache

import diffcli
from diffcli.analysis.certainty import measured_kink
from diffcli.analysis.counterexample import counterexample, program_of
from diffcli.analysis.equality import equal
from diffcli.analysis.grad import Comparison, compare
from diffcli.analysis.slips import explain
from diffcli.analysis.verdicts import ESTIMATES, Tolerance, Verdict, judged
from diffcli.engine.bounds import partial_bounds, value_errors
from diffcli.engine.derivation import Derivation, derivations
from diffcli.engine.tape import ROUNDING, Program, Undefined
from diffcli.engine.waiting import NoAnswer, ask
from diffcli.errors import DiffcliError, KinkError
from diffcli.language.expression import Expression, postorder
from diffcli.language.parser import Parsed
from diffcli.methods import THREE
from diffcli.problem import DOUBLE, NO_ESTIMATE, Estimate, Problem, located
from diffcli.records import Record
from diffcli.remarks import Remark

POOR = 1e-9  # a relative error of doubles beyond which mpmath decides
_NEARBY = (0.75, 1.25)  # times the point: places that tell how large slopes are
_PROVABLE = 100  # nodes of formulas that sympy is asked to prove equal


class Remainder(Record):
    """How far the claimed gradient misses f, a step of length h away."""

    h: float
    #: abs(f(x + h*d) - f(x) - h*(gradient along d))
    size: float
    #: The power of h that it shrank with since the last step: 2 if the claim is right.
    order: float | None


class Check(Record):
    """A verdict for each claimed partial, and what they rest on."""

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
    warnings: tuple[Remark, ...] = ()
    #: The examples whose mean was checked; None: it is one point.
    data: "diffcli.Data | None" = None
    #: The variable whose slope on a curve was checked; empty: it is no curve.
    tied: str = ""
    #: Of the derivatives that were checked: first or second ones.
    order: int = 1

    @property
    def several(self) -> bool:
        """Tell whether more than one variable can move."""
        return len(self.point) - bool(self.tied) > 1

    @property
    def passed(self) -> bool:
        """Tell whether every claim is right."""
        return all(verdict.passed for verdict in self.verdicts)

    @property
    def kink(self) -> KinkError | None:
        """What differences take for a kink; None: nothing."""
        sides = {v.name: v.sides for v in self.verdicts if v.sides}
        return measured_kink(self.point, sides)

    @property
    def failed(self) -> bool:
        """Tell whether a claim is wrong; what cannot be told is neither."""
        return any(not v.passed and not v.doubt for v in self.verdicts)


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
    Where doubles are poor, mpmath is asked; what would hide a claim that is wrong by
    half a percent passes nothing. A claim that is a formula has to be the derivative
    at points near this one, too. ``prove`` asks sympy whether it is one everywhere.

    Raises DomainError where a claimed formula has no value at the point.
    """
    verdicts = _plainly(problem, claims, tolerance) if claims else None
    error = None
    if verdicts is None:
        comparison = compare(problem, ("backprop",) if claims else THREE)
        verdicts = (
            [
                _of_claim(comparison, name, claim, tolerance)
                for name, claim in claims.items()
            ]
            if claims
            else list(of_methods(comparison, tolerance))
        )
        error = comparison.error()
        if error and error.facts.get("variable") not in (claims or problem.variables):
            error = None
    if claims:
        found = derivations(problem.parsed.expression, tuple(claims))
        verdicts = [
            explained(verdict, derivation, claim.expression, problem, tolerance, prove)
            for verdict, derivation, claim in zip(
                verdicts, found, claims.values(), strict=True
            )
        ]
    return Check(
        problem.parsed, "", problem.point, tuple(verdicts), problem.settings.digits,
        error,
    )  # fmt: skip


def _plainly(
    problem: Problem, claims: Mapping[str, Parsed], tolerance: Tolerance
) -> list[Verdict] | None:
    """Return verdicts where doubles are good and all claims pass; else None.

    That takes a third of what it takes to look closer, as ``compare`` does.
    """
    if problem.tape.rough_rows():
        return None
    backward = problem.tape.backward()
    bounds = partial_bounds(backward)
    try:
        tape = _claimed(*(c.expression for c in claims.values())).run(problem.point)
    except Undefined:
        return None
    errors = value_errors(tape)
    verdicts = []
    for name, row in zip(claims, tape.program.outputs, strict=True):
        true = Estimate(backward.partial(name), bounds.get(name, 0.0))
        claimed = Estimate(tape.values[row], errors[row])
        if not true.error + claimed.error <= POOR * abs(backward.partial(name)):
            return None
        verdict = judged(name, claimed, true, tolerance)
        if not verdict.passed:
            return None
        verdicts.append(verdict)
    return verdicts


@lru_cache(maxsize=64)
def _claimed(*claims: Expression) -> Program:
    """Return the program of claims, compiled once for all points."""
    return Program(claims)


def _of_claim(
    comparison: Comparison, name: str, claim: Parsed, tolerance: Tolerance
) -> Verdict:
    """Return the verdict on a claim at the point itself."""
    problem = comparison.problem
    claimed, true = evaluated(name, claim, problem.point), comparison.partial(name)
    verdict = judged(name, claimed, true, tolerance)
    poor = claimed.error + true.error > POOR * abs(true.value or 0.0)
    if not poor and verdict.passed:
        return verdict
    exact = true if name in comparison.corners else _referee(problem, name)
    value = precisely(claim.expression, problem.point)
    wide = _slope_nearby(problem, name) if exact and value else 0.0
    return judged(name, value or claimed, exact or true, tolerance, wide)


def explained(
    verdict: Verdict,
    derivation: Derivation,
    claim: Expression,
    problem: Problem,
    tolerance: Tolerance,
    prove: bool,
) -> Verdict:
    """Return a verdict with what other points say, and what explains a wrong claim."""
    if verdict.passed:
        elsewhere = counterexample(claim, derivation, problem, tolerance)
        verdict = verdict._replace(
            passed=elsewhere is None,
            elsewhere=elsewhere,
            everywhere=prove
            and elsewhere is None
            and equal_everywhere(claim, derivation.result),
        )
    if not verdict.passed and not verdict.doubt:
        slips = explain(derivation, claim, problem.point, second=bool(verdict.second))
        verdict = verdict._replace(slips=slips, derivation=derivation)
    return verdict


def of_methods(comparison: Comparison, tolerance: Tolerance) -> Iterator[Verdict]:
    """Yield verdicts on the other methods, which backprop's partials judge."""
    problem = comparison.problem
    others = [result for result in comparison.results if result.method != "backprop"]
    for name in problem.variables:
        for result in others:
            found = result.partials.get(name, NO_ESTIMATE)
            true = comparison.partial(name)
            wide = abs(float(comparison.value.number) / (problem.point[name] or 1.0))
            verdict = of_method(problem, name, found, true, tolerance, wide)
            yield verdict._replace(method=result.method)


def of_method(
    problem: Problem,
    name: str,
    found: Estimate,
    true: Estimate,
    tolerance: Tolerance,
    wide: float,
) -> Verdict:
    """Return the verdict on a method's number; in doubt more digits are advised."""
    rounding = 10.0**-problem.settings.digits if problem.precise else ROUNDING
    verdict = judged(name, found, true, tolerance, wide, rounding)
    if verdict.doubt and not problem.precise:
        verdict = verdict._replace(advice={"digits": 30})
    return verdict


def _slope_nearby(problem: Problem, name: str) -> float:
    """Return the size of slopes over a wide distance, next to which others are 0."""
    sizes = [abs(float(problem.value) / (problem.point[name] or 1.0))]
    for place in nearby(problem.point, name):
        with suppress(Undefined):
            sizes.append(abs(problem.program.run(place).backward().partial(name)))
    return largest(sizes)


def nearby(point: Mapping[str, float], name: str) -> Iterator[dict[str, float]]:
    """Yield points on both sides of one, which tell how large derivatives are."""
    x = point[name]
    for factor in _NEARBY:
        yield {**point, name: factor * x if x else factor - 1.0}


def largest(sizes: Iterable[float]) -> float:
    """Return the largest finite size; 0 if there is none."""
    return max(filter(math.isfinite, sizes), default=0.0)


def rounded_up(point: Mapping[str, float]) -> dict[str, float]:
    """Return a point as far away as rounding may have moved it."""
    return {name: x * (1 + 2 * ROUNDING) for name, x in point.items()}


def _referee(problem: Problem, name: str) -> Estimate | None:
    """Return the partial by mpmath; None if that fails.

    All its digits are right; it is off by what a rounding of the point would do.
    """
    from diffcli.engine.adaptive import Unsettled, gradient

    try:
        found, moved = (
            gradient(problem.program, point, DOUBLE).partials.get(name, 0.0)
            for point in (problem.point, rounded_up(problem.point))
        )
    except (Undefined, Unsettled):
        return None
    return Estimate(float(found), float(abs(found - moved)))


def precisely(expression: Expression, point: Mapping[str, float]) -> Estimate | None:
    """Return a formula's value by mpmath; None if that fails."""
    from diffcli.engine.adaptive import Unsettled, values

    try:
        (value,) = values(program_of(expression), point, DOUBLE)
    except (Undefined, Unsettled):
        return None
    return Estimate(float(value), 0.0)


def evaluated(name: str, claim: Parsed, point: Mapping[str, float]) -> Estimate:
    """Return what is claimed at the point toward a variable, with its rounding bound.

    Raises DomainError, with the place in the claim, where it has no value.
    """
    try:
        tape = program_of(claim.expression).run(point)
    except Undefined as undefined:
        error = located(undefined, claim, point)
        error.message = f"the claim for {name}: {error.message}"
        raise error from None
    row = tape.program.outputs[0]
    return Estimate(tape.values[row], value_errors(tape)[row])


@lru_cache(maxsize=64)
def equal_everywhere(claim: Expression, derivative: Expression) -> bool:
    """Tell whether sympy proves that two formulas are the same function.

    Sympy may take long over what is not equal, so that is sorted out by trying; and it
    takes half a second to load, for which what is written alike need not wait.
    """
    if claim is derivative:
        return True
    if len(postorder([claim, derivative])) > _PROVABLE:
        return False
    if equal(claim, derivative) is False:
        return False
    try:
        return bool(ask("same", claim, derivative))
    except NoAnswer:
        return False
