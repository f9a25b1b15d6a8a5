"""Check a gradient that somebody claims of a mean over examples."""

from collections.abc import Callable, Iterator, Mapping

from diffcli.analysis.check import Check, check, evaluated, of_methods
from diffcli.analysis.examples import Examples, combined
from diffcli.analysis.verdicts import ESTIMATES, Elsewhere, Tolerance, Verdict, judged
from diffcli.errors import PointError
from diffcli.language.parser import Parsed
from diffcli.methods import THREE
from diffcli.problem import Estimate


def check_data(
    examples: Examples,
    claims: Mapping[str, Parsed],
    tolerance: Tolerance = ESTIMATES,
    tick: Callable[[], object] = lambda: None,
    *,
    prove: bool = True,
) -> Check:
    """Return a verdict for each claimed partial; without claims, for each method's.

    A claim in which a column stands is about one example, and has to be right for each
    of them; another is about the loss, their mean. Raises what ``Examples`` raises,
    DomainError where a claim has no value, and PointError for a claim toward a column.
    """
    _refuse_columns(examples, claims)
    comparison = examples.compare(("backprop",) if claims else THREE, tick)
    verdicts = (
        _of_claims(examples, claims, tolerance, comparison.partial, prove=prove)
        if claims
        else of_methods(comparison, tolerance)
    )
    return Check(
        comparison.problem.parsed, "", examples.weights, tuple(verdicts),
        examples.settings.digits, warnings=comparison.warnings, data=comparison.data,
    )  # fmt: skip


def claimed_means(
    examples: Examples, claims: Mapping[str, Parsed]
) -> dict[str, Estimate]:
    """Return the partials of the loss that are claimed, or all of backprop's.

    Raises DomainError where a claim has no value.
    """
    _refuse_columns(examples, claims)
    if claims:
        return {name: _mean(examples, name, claim) for name, claim in claims.items()}
    comparison = examples.compare(("backprop",), bounds=False)
    return {
        name: Estimate(comparison.partial(name).value, 0.0) for name in examples.names
    }


def _refuse_columns(examples: Examples, claims: Mapping[str, Parsed]) -> None:
    for name in claims:
        if name not in examples.weights:
            raise PointError(
                f"'{name}' is a column of {examples.data.name};"
                " partials are those toward weights"
            )


def _mean(examples: Examples, name: str, claim: Parsed) -> Estimate:
    """Return what is claimed of the loss; with columns it is of each example."""
    data = examples.data
    if not {*claim.variables} & {*data.columns}:
        return evaluated(name, claim, examples.weights)
    points = ({**examples.weights, **data.example(place)} for place in range(data.used))
    values = [evaluated(name, claim, point) for point in points]
    return combined(values, data.divisor, examples.settings)


def _of_claims(
    examples: Examples,
    claims: Mapping[str, Parsed],
    tolerance: Tolerance,
    partial: Callable[[str], Estimate],
    *,
    prove: bool,
) -> Iterator[Verdict]:
    for name, claim in claims.items():
        claimed = _mean(examples, name, claim)
        verdict = judged(name, claimed, partial(name), tolerance)
        if {*claim.variables} & {*examples.data.columns}:
            verdict = _of_each(examples, verdict, claim, tolerance, prove=prove)
        yield verdict


def _of_each(
    examples: Examples,
    verdict: Verdict,
    claim: Parsed,
    tolerance: Tolerance,
    *,
    prove: bool,
) -> Verdict:
    """Return the verdict on a claim about each example, with the first that it fails.

    What is right at one example and at points near it as a formula is proved once.
    """
    everywhere = False
    for place in range(examples.data.used):
        problem = examples.posed(place)
        (one,) = check(
            problem, {verdict.name: claim}, tolerance, prove=prove and not place
        ).verdicts
        everywhere = everywhere or one.everywhere
        if not one.passed and not one.doubt:
            elsewhere = one.elsewhere
            if verdict.passed and elsewhere is None:
                pair = one.claimed.number, one.true.number
                elsewhere = Elsewhere(problem.point, *pair)
            return verdict._replace(
                passed=False, doubt="", slips=one.slips, elsewhere=elsewhere,
                derivation=one.derivation,
            )  # fmt: skip
    return verdict._replace(everywhere=everywhere and verdict.passed)
