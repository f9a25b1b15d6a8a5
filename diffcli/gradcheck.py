"""Check a gradient that somebody claims, and say which slip explains a wrong one."""

from collections.abc import Iterator, Mapping
from math import isfinite
from typing import NamedTuple

from diffcli.comparison import Comparison, compare
from diffcli.engine.bounds import value_errors
from diffcli.engine.derivation import Derivation, derive
from diffcli.engine.rewriting import fill, tidy
from diffcli.engine.tape import ROUNDING, Program, Undefined
from diffcli.language.expression import Expression
from diffcli.language.parser import Parsed
from diffcli.language.printer import text
from diffcli.problem import Estimate, Problem

_SLACK = 8.0  # how many error estimates a right claim may be off
_MOST_STEPS = 200  # steps of a derivation in which a slip is looked for


class Verdict(NamedTuple):
    """What a check says of one partial."""

    name: str
    claimed: Estimate
    #: By backprop, or the slope of the whole function.
    true: Estimate
    #: abs(claimed - true) / abs(true); None: there is no such ratio.
    relative: float | None
    passed: bool
    #: True: sympy proves that it is equal at every point.
    everywhere: bool
    #: The slip that would give exactly this claim; empty: none was found.
    slip: str


class Check(NamedTuple):
    """All verdicts, and the comparison that they rest on."""

    comparison: Comparison
    verdicts: tuple[Verdict, ...]

    @property
    def passed(self) -> bool:
        """Tell whether every claim is right."""
        return all(verdict.passed for verdict in self.verdicts)


def check(
    problem: Problem,
    claims: Mapping[str, Parsed],
    rtol: float | None = None,
    atol: float | None = None,
) -> Check:
    """Return a verdict for each claimed partial.

    A claim passes if it differs from the partial by no more than the estimates of
    both allow: abs(claimed - true) <= 8*(error of both + rounding); given tolerances
    replace that by abs(claimed - true) <= atol + rtol*max(abs(claimed), abs(true)).

    Raises Undefined where a claimed formula has no value at the point.
    """
    comparison = compare(problem, ("symbolic", "backprop"))
    derivations = {
        derivation.variable: derivation
        for derivation in derive(problem.parsed.expression, tuple(claims))
    }
    verdicts = []
    for name, claim in claims.items():
        claimed = _evaluated(claim.expression, problem)
        true = comparison.partial(name)
        allowed = _allowed(claimed, true, rtol, atol)
        passed = true.value is not None and abs(claimed.value - true.value) <= allowed
        relative = _ratio(claimed, true)
        derivation = derivations[name]
        proved = passed and _equal_everywhere(claim.expression, derivation.result)
        slip = "" if passed else _slip(derivation, claimed, problem)
        verdicts.append(Verdict(name, claimed, true, relative, passed, proved, slip))
    return Check(comparison, tuple(verdicts))


def _ratio(claimed: Estimate, true: Estimate) -> float | None:
    if not true.value:
        return None
    relative = abs(claimed.value - true.value) / abs(true.value)
    return relative if isfinite(relative) else None


def _allowed(
    claimed: Estimate, true: Estimate, rtol: float | None, atol: float | None
) -> float:
    sizes = [abs(float(claimed.value)), abs(float(true.value or 0.0))]
    if rtol is None and atol is None:
        return _SLACK * (claimed.error + true.error + ROUNDING * sum(sizes))
    return (atol or 0.0) + (rtol or 0.0) * max(sizes)


def _evaluated(expression: Expression, problem: Problem) -> Estimate:
    """Return a formula's value at the point, with its rounding bound."""
    tape = Program([expression]).run(problem.point)
    row = tape.program.outputs[0]
    return Estimate(tape.values[row], value_errors(tape)[row])


def _equal_everywhere(claim: Expression, derivative: Expression) -> bool:
    """Tell whether sympy proves that two formulas are the same function."""
    import sympy

    from diffcli.engine.exact import to_sympy
    from diffcli.language.expression import postorder

    if len(postorder([claim, derivative])) > 150:
        return False
    difference = to_sympy(claim, {}) - to_sympy(derivative, {})
    return bool(sympy.simplify(difference) == 0)


# ---- slips ----------------------------------------------------------------------


def _slip(derivation: Derivation, claimed: Estimate, problem: Problem) -> str:
    """Return the one slip in the true derivation that gives exactly the claim."""
    if len(derivation.steps) > _MOST_STEPS:
        return ""
    for sentence, result in _variants(derivation):
        try:
            value = _evaluated(result, problem)
        except Undefined:
            continue
        if abs(value.value - claimed.value) <= _allowed(claimed, value, None, None):
            return sentence
    return ""


def _variants(derivation: Derivation) -> Iterator[tuple[str, Expression]]:
    """Yield wrong results, each with the slip that leads to it."""
    name = derivation.variable
    # The outermost step first: there the slip is named as one says it.
    for place, step in reversed(list(enumerate(derivation.steps))):
        if not step.bindings:
            continue
        of = text(step.of, spaced=False, limit=60)
        for after, what in _slips(step.rule.after):
            result = _with_slip(derivation, place, after)
            if result is not None:
                yield f"{what} in d/d{name}[{of}]", result
    negative = fill("-u", {"u": derivation.result}, tidy)
    yield "the sign is turned round", negative


def _slips(after: str) -> Iterator[tuple[str, str]]:
    """Yield the ways in which a rule's right side is commonly got wrong."""
    if after.endswith("*D(u)") and "+" not in after:
        yield after.removesuffix("*D(u)"), "the inner derivative D(u) is missing"
    if after == "D(u)*v + u*D(v)":
        yield "D(u)*v", "the second term u*D(v) of the product rule is missing"
        yield "u*D(v)", "the first term D(u)*v of the product rule is missing"
        yield "D(u)*D(v)", "the derivatives of the factors are multiplied"
    if "u**(n-1)" in after:
        yield after.replace("u**(n-1)", "u**n"), "the exponent did not go down by one"
        yield after.replace("n*", "", 1), "the exponent did not come down as a factor"
    if after.startswith("c*"):
        yield after.removeprefix("c*"), "the constant factor is missing"
    if "(D(u)*v - u*D(v))" in after:
        yield "(u*D(v) - D(u)*v)/v**2", "the quotient rule's difference is turned round"
    if after.startswith("-"):
        yield after.removeprefix("-"), "the minus sign is missing"
    if after.startswith("(-"):
        yield after.replace("(-", "(", 1), "the minus sign is missing"


def _with_slip(derivation: Derivation, place: int, after: str) -> Expression | None:
    """Return the result if one step used another right side."""
    found: list[Expression] = []
    for index, step in enumerate(derivation.steps):
        if not step.bindings:
            if index == place or step.uses:
                return None
            found.append(step.becomes)
            continue
        slopes = {derivation.steps[use].of: found[use] for use in step.uses}
        written = after if index == place else step.rule.after
        found.append(fill(written, step.bindings, tidy, slopes.__getitem__))
    return found[-1]
