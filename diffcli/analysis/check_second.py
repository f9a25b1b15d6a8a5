"""Check second derivatives that somebody claims: each is a partial of a partial."""

import math
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from functools import partial
from itertools import chain, combinations_with_replacement, islice

from diffcli.analysis.check import (
    POOR,
    Check,
    evaluated,
    explained,
    largest,
    nearby,
    of_method,
    precisely,
    rounded_up,
)
from diffcli.analysis.counterexample import program_of
from diffcli.analysis.equality import equal
from diffcli.analysis.hessian import WAYS, Hessian, hessian
from diffcli.analysis.hessian_doubles import twice
from diffcli.analysis.slip_trials import EXACT
from diffcli.analysis.slips import MOST_SAID, Slip
from diffcli.analysis.verdicts import ESTIMATES, Tolerance, Verdict, judged
from diffcli.engine.derivation import derivations
from diffcli.engine.second_order import Pair, hessian_row
from diffcli.engine.tape import Undefined
from diffcli.language.expression import Expression
from diffcli.language.parser import Parsed
from diffcli.problem import NO_ESTIMATE, Estimate, Problem

_MOST_OTHERS = 8  # variables whose derivatives may be claimed in another's place


def check_second(
    problem: Problem,
    claims: Mapping[Pair, Parsed],
    tolerance: Tolerance = ESTIMATES,
    *,
    prove: bool = True,
) -> Check:
    """Return a verdict for each claimed second derivative; without claims, for methods.

    ``check`` says how a claim is judged; here the Hessian by rules and by sweeps judges
    it. The claim for d²f/dxdy is one for the y-partial of df/dx: its slips are those
    made on the way from there.

    Raises DomainError where a claim has no value, KinkError where the function is not
    twice differentiable toward the variables in question, and TooLong for derivatives
    that nobody would wait for.
    """
    if claims:
        asked, pairs = asked_of(claims)
        problem = problem._replace(variables=asked)
        found = hessian(problem, WAYS[1:], pairs)
        verdicts = [
            _of_claim(found, pair, claim, tolerance, prove=prove)
            for pair, claim in claims.items()
        ]
    else:
        found = hessian(problem)
        verdicts = list(_of_methods(found, tolerance))
    return Check(
        problem.parsed, "", problem.point, tuple(verdicts), problem.settings.digits,
        warnings=() if claims else found.warnings, order=2,
    )  # fmt: skip


def asked_of(claims: Collection[Pair]) -> tuple[tuple[str, ...], tuple[Pair, ...]]:
    """Return the variables in question, and the pairs of them in one order."""
    names = tuple(dict.fromkeys(name for pair in claims for name in pair))
    pairs = combinations_with_replacement(names, 2)
    return names, tuple(p for p in pairs if p in claims or p[::-1] in claims)


def _of_claim(
    found: Hessian, pair: Pair, claim: Parsed, tolerance: Tolerance, *, prove: bool
) -> Verdict:
    """Return the verdict on a claim, with what other points say and what explains it.

    Where doubles are poor, mpmath is asked.
    """
    problem, (name, other) = found.problem, pair
    derivation = twice(problem.parsed.expression, name, other)
    claimed = evaluated(problem.partial(*pair), claim, problem.point)
    true = _truth(found, pair, derivation.result)
    verdict = judged(name, claimed, true, tolerance)
    poor = claimed.error + true.error > POOR * abs(true.value or 0.0)
    if poor or not verdict.passed:
        value = precisely(claim.expression, problem.point)
        wide = _size_nearby(problem, pair) if value else 0.0
        verdict = judged(name, value or claimed, true, tolerance, wide)
    verdict = verdict._replace(second=other)
    verdict = explained(
        verdict, derivation, claim.expression, problem, tolerance, prove
    )
    if verdict.passed or verdict.doubt:
        return verdict
    taken = chain(
        _taken_for(problem, pair, claim.expression, verdict.claimed.number),
        verdict.slips,
    )
    return verdict._replace(slips=tuple(islice(taken, MOST_SAID)))


def _taken_for(
    problem: Problem, pair: Pair, claim: Expression, claimed: float
) -> Iterator[Slip]:
    """Yield which other derivative was claimed in this one's place, if one was.

    Numbers by sweeps tell which formulas are worth the time.
    """
    whole, names = problem.parsed.expression, problem.parsed.variables[:_MOST_OTHERS]
    close = partial(math.isclose, claimed, rel_tol=POOR)
    slopes = problem.tape.backward()
    for name in names:
        if not close(slopes.partial(name)):
            continue
        (first,) = derivations(whole, (name,))
        if _is_claimed(claim, first.result, problem):
            said = f"this is the first derivative, {problem.partial(name)} = "
            yield Slip(None, (said, first.result))
    for place, name in enumerate(names):
        with suppress(Undefined, ValueError, ArithmeticError):
            row = hessian_row(problem.tape, name, names[place:])
            for other, value in row.items():
                if {*other} == {*pair} or not close(value):
                    continue
                if _is_claimed(claim, twice(whole, *other).result, problem):
                    one, wanted = problem.partial(*other), problem.partial(*pair)
                    yield Slip(None, (f"this is {one}, not {wanted}",))


def _is_claimed(claim: Expression, formula: Expression, problem: Problem) -> bool:
    """Tell whether a claim is this formula, or a number its value if that is not 0."""
    if program_of(claim).inputs:
        whole = problem.parsed.expression
        return equal(claim, formula, problem.point, whole) is True
    one, other = (precisely(each, problem.point) for each in (claim, formula))
    if one is None or other is None or not one.number:
        return False
    return math.isclose(one.number, other.number, rel_tol=EXACT)


def _truth(found: Hessian, pair: Pair, formula: Expression) -> Estimate:
    """Return a second derivative; the rules' formula by mpmath, where that is better.

    Of what mpmath finds all digits are right; it is off by what a rounding of the point
    would do. Where rules have no value, nothing tells how far off a sweep is.
    """
    true = found.partial(*pair)
    rules = found.columns["symbolic"]
    entry = rules.get(pair) or rules.get((pair[1], pair[0])) or true
    lost = entry.value is None
    if true.value is not None and not lost and true.error <= POOR * abs(true.value):
        return true
    point = found.problem.point
    here, there = precisely(formula, point), precisely(formula, rounded_up(point))
    if here is None or there is None:
        return NO_ESTIMATE if lost else true
    return Estimate(here.value, abs(here.number - there.number))


def _of_methods(found: Hessian, tolerance: Tolerance) -> Iterator[Verdict]:
    """Yield verdicts on the other methods, which sweeps judge."""
    problem = found.problem
    for pair in found.columns["backprop"]:
        name, other = pair
        true = found.partial(*pair)
        scale = (problem.point[name] or 1.0) * (problem.point[other] or 1.0)
        wide = abs(float(found.value) / scale) if scale else math.inf
        for method in WAYS[:-1]:
            entry = found.columns[method][pair]
            verdict = of_method(problem, name, entry, true, tolerance, wide)
            yield verdict._replace(method=method, second=other)


def _size_nearby(problem: Problem, pair: Pair) -> float:
    """Return the size of such derivatives over a wide distance: others are 0 beside it.

    It is that of f over the distances squared, and of the derivative at places nearby.
    """
    name, other = pair
    x, y = problem.point[name], problem.point[other]
    sizes = [abs(float(problem.value)) / abs(x or 1.0) / abs(y or 1.0)]
    for place in nearby(problem.point, name):
        with suppress(Undefined, ValueError, ArithmeticError):
            tape = problem.program.run(place)
            sizes.extend(map(abs, hessian_row(tape, name, [other]).values()))
    return largest(sizes)
