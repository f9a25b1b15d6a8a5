"""Mark a claim, as a teacher does: right, wrong and why, or not to be understood."""

from collections.abc import Mapping

from diffcli.analysis.check import check
from diffcli.analysis.equality import equal
from diffcli.analysis.slips import Slip, either, explain
from diffcli.analysis.verdicts import ESTIMATES, Tolerance
from diffcli.engine.derivation import Derivation, derivations
from diffcli.engine.paper import chain, too_long
from diffcli.engine.tape import Undefined
from diffcli.errors import DiffcliError
from diffcli.language.expression import Expression
from diffcli.language.parser import Parsed
from diffcli.problem import pose
from diffcli.records import Record

RIGHT, WRONG, UNCLEAR = "right", "wrong", "unclear"
"""What is said of a claim; or it is the kind of error that was met."""


class Mark(Record):
    """What is said of somebody's claim."""

    #: RIGHT, WRONG, UNCLEAR where no point tells, or an error's kind.
    status: str
    #: The derivative by variable, as it should be.
    right: Mapping[str, Expression] = {}
    #: What was claimed, by variable.
    claimed: Mapping[str, Expression] = {}
    #: What explains the first claim that is wrong.
    slips: tuple[Slip, ...] = ()
    #: Why it could not be marked.
    error: DiffcliError | None = None
    #: Why no point tells; empty: one does.
    reason: str = ""

    @property
    def slip(self) -> str:
        """The slips as one sentence, with formulas as code; empty: none was found."""
        return either(self.slips)


def mark(
    formula: Parsed,
    claims: Mapping[str, Parsed],
    point: Mapping[str, float] | None = None,
    tolerance: Tolerance = ESTIMATES,
) -> Mark:
    """Return what is said of claimed partials: they must be right near the point.

    Without a point they must be right everywhere; a number may be right at a point.
    """
    found = derivations(formula.expression, tuple(claims))
    right = {derivation.variable: _on_paper(derivation) for derivation in found}
    given = {name: claim.expression for name, claim in claims.items()}
    statuses: set[str] = set()
    for derivation in found:
        claim = claims[derivation.variable]
        try:
            status = _status(formula, derivation, claim, point, tolerance)
        except DiffcliError as error:
            return Mark(error.kind, right, given, error=error)
        if status == WRONG:
            slips = explain(derivation, claim.expression, point)
            return Mark(WRONG, right, given, slips)
        statuses.add(status)
    if UNCLEAR not in statuses:
        return Mark(RIGHT, right, given)
    return Mark(UNCLEAR, right, given, reason=_reason(formula, claims, point))


def _status(
    formula: Parsed,
    derivation: Derivation,
    claim: Parsed,
    point: Mapping[str, float] | None,
    tolerance: Tolerance,
) -> str:
    """Return the status of one claim. Raises DomainError and KinkError."""
    if point is not None:
        problem = pose(formula, point)
        try:
            made = check(problem, {derivation.variable: claim}, tolerance)
        except Undefined as undefined:  # the claim
            raise undefined.error() from None
        if made.error is not None:
            raise made.error
        if not made.passed:
            return WRONG if made.failed else UNCLEAR
        if not claim.variables or tolerance != ESTIMATES:
            return RIGHT
    same = equal(claim.expression, derivation.result, point, formula.expression)
    return UNCLEAR if same is None else RIGHT if same else WRONG


def _reason(
    formula: Parsed, claims: Mapping[str, Parsed], point: Mapping[str, float] | None
) -> str:
    """Return why no point tells whether claims are right."""
    of = formula.expression
    if equal(of, of, point) is None:
        who = "the formula has no value"
    elif any(equal(c.expression, of, point, of) is None for c in claims.values()):
        who = "where the formula has a value, the claim has none"
    else:
        return "a claim that is wrong by 1 % would look the same"
    if point is not None:
        return f"{who} near the point"
    return f"{who} at any point that was tried; at = ... names one"


def _on_paper(derivation: Derivation) -> Expression:
    """Return the derivative as the derivation on paper ends."""
    of = derivation.steps[-1].of
    if too_long(of):
        return derivation.result
    return chain(of, derivation.variable).result
