"""Run the chosen methods on one problem and judge how they agree."""

import math
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import TypeVar

import diffcli
from diffcli import methods
from diffcli.analysis import certainty
from diffcli.engine.bounds import value_bound
from diffcli.engine.tape import BackwardPass, Undefined
from diffcli.errors import KinkError, UsageError
from diffcli.language.expression import Expression
from diffcli.problem import NO_ESTIMATE, Estimate, MethodResult, Problem, certain
from diffcli.records import Record
from diffcli.remarks import WARNING, Remark

#: In which order methods are believed; those that are not named stand between.
_TRUST = {"finite": 0, "symbolic": 2, "backprop": 3}
_CLOSER = 30  # digits that show a kink which doubles miss
_ONE_DIGIT = 0.05  # the relative error up to which a digit of a difference is certain
_ROUNDED_POINT = 1e-6  # how far a value at the double next to pi may be from that at pi
Key = TypeVar("Key")


class Agreement(Record):
    """How a partial by differences agrees with the exact one: in how many digits."""

    #: abs(finite - exact) / abs(exact); None: there is no such ratio.
    relative: float | None
    #: The relative error that the estimates allow.
    expected: float | None
    #: How many significant digits agree, 0 to 16 (more if more were asked for).
    digits: int | None
    #: "agree", "noise" (the estimates are as large as the number), "differ" or
    #: "undecided" (one of them is missing).
    verdict: str


class Comparison(Record):
    """The partials at a point by each chosen method, and how far they agree."""

    problem: Problem
    results: tuple[MethodResult, ...]
    #: By variable, if finite differences and an exact method were both asked.
    agreements: dict[str, Agreement]
    #: One-sided slopes toward the variables that meet a rough place.
    corners: "dict[str, diffcli.Slopes]"
    #: The function's value.
    value: Estimate
    #: The variables toward which there is no derivative.
    kinks: tuple[str, ...]
    #: What the user should know, a sentence each.
    warnings: tuple[Remark, ...]
    #: Exact values by variable, and under "" that of the function, if asked for.
    exact: Mapping[str, str] = {}
    #: The examples whose mean it is; None: it is one point.
    data: "diffcli.Data | None" = None

    @property
    def status(self) -> str:
        """What a program reads first: "ok" or "kink"."""
        return "kink" if self.kinks else "ok"

    def partial(self, name: str) -> Estimate:
        """Return the most trustworthy partial: backprop, else symbolic, else finite.

        Raises UsageError for a name that was not asked for.
        """
        by_trust = sorted(self.results, key=lambda each: _TRUST.get(each.method, 1))
        for result in reversed(by_trust):
            estimate: Estimate | None = result.partials.get(name)
            if estimate and estimate.value is not None:
                return estimate
        if name not in self.problem.variables:
            raise UsageError(f"there is no partial with respect to '{name}' here")
        return NO_ESTIMATE

    def error(self) -> KinkError | None:
        """Return the error to report if there is no derivative, else None."""
        if not self.kinks:
            return None
        name = self.kinks[0]
        return certainty.kink_error(self.problem, name, self.corners[name])


def compare(problem: Problem, names: Sequence[str] = methods.THREE) -> Comparison:
    """Return the partials by each method, and how they agree.

    Without methods it is the value alone, wherever that is a kink.
    """
    problem = problem if names else problem._replace(variables=())
    digits = problem.settings.known_digits
    if problem.precise:
        certainty.look_closer(problem)
    corners = certainty.corners(problem, digits)
    results = [_finite_only(methods.load(name).gradient(problem)) for name in names]
    value = valued(problem, results)
    if names and not problem.precise and certainty.may_hide_kinks(problem.tape):
        certainty.look_closer(problem)
        corners |= {
            name: sides.rounded()
            for name, sides in certainty.corners(problem, _CLOSER).items()
            if name not in corners
        }
    unknown = _add_corners(problem, results, corners)
    kinks = tuple(name for name, sides in corners.items() if sides.slope is None)
    if problem.settings.subgradient:
        settled = _conventions(problem, results)
        kinks = tuple(name for name in kinks if name not in settled)
    else:
        results = [_settle(result, corners, digits) for result in results]
    value, results = certainty.certified(problem, value, results, corners)
    agreed = {} if kinks else agreements(problem, results)
    lacking = "cannot be computed with more digits"
    warnings = (
        # At a kink there is one thing to say, and the error says it.
        *(remark for result in results if not kinks for remark in result.remarks),
        *(Remark(result.failure) for result in results if result.failure),
        *(Remark(f"{problem.partial(name)} {lacking}") for name in unknown),
        *(
            certainty.near_kinks(problem, results, corners)
            or _differing(problem, agreed, corners)
            or _wrong_steps(problem, results, kinks)
        ),
        *certainty.doubts(problem, value, results),
    )
    return Comparison(problem, tuple(results), agreed, corners, value, kinks, warnings)


def smooth(problem: Problem) -> Comparison:
    """Return the partials by backprop. Raises KinkError where one of them is none."""
    comparison = compare(problem, ("backprop",))
    error = comparison.error()
    if error:
        raise error
    return comparison


def _add_corners(
    problem: Problem,
    results: Iterable[MethodResult],
    corners: "dict[str, diffcli.Slopes]",
) -> list[str]:
    """Add the slopes toward variables for which the exact methods found no number.

    Return those that have one in doubles, though more digits are too many.
    """
    unknown: list[str] = []
    for name in _without_value(problem, results):
        if name in corners:
            continue
        from diffcli.engine.one_sided import one_sided

        digits = problem.settings.known_digits
        sides = one_sided(problem.program, problem.point, name, digits=digits)
        if problem.precise and sides == (None, None) and _has_slope(problem, name):
            unknown.append(name)
        else:
            corners[name] = sides
    return unknown


def _differing(
    problem: Problem,
    agreements: Mapping[str, Agreement],
    corners: "Mapping[str, diffcli.Slopes]",
) -> list[Remark]:
    """Say where differences are off by more than they know of."""
    return [
        Remark(
            f"finite diff is off in {problem.partial(name)} by"
            " more than its error estimate; believe the exact methods",
            WARNING,
        )
        for name, agreement in agreements.items()
        if agreement.verdict == "differ" and name not in corners
    ]


def _wrong_steps(
    problem: Problem, results: Sequence[MethodResult], kinks: Sequence[str]
) -> list[Remark]:
    """Say where differences alone are by their own estimate no derivative."""
    if methods.exact(results) or problem.settings.h == "auto":
        return []
    return [
        Remark(
            f"no digit of the difference toward {name} is certain with this step;"
            " h = auto looks for a better one",
            WARNING,
        )
        for result in results
        for name, estimate in result.partials.items()
        if name not in kinks and without_digit(estimate)
    ]


def without_digit(difference: Estimate) -> bool:
    """Tell whether a difference is by its own estimate no derivative."""
    value = difference.value
    return bool(value and difference.error > _ONE_DIGIT * abs(value))


def valued(problem: Problem, results: Iterable[MethodResult] = ()) -> Estimate:
    """Return the function's value and how far it may be off."""
    if not problem.precise:
        passes = (r.evidence for r in results if isinstance(r.evidence, BackwardPass))
        backward = next(passes, None) or problem.tape.backward()
        return Estimate(problem.value, value_bound(backward))
    from diffcli.engine.adaptive import Unsettled, values

    digits = problem.settings.digits
    try:
        (value,) = values(problem.program, problem.point, digits)
    except (Undefined, Unsettled):
        return Estimate(problem.value, value_bound(problem.tape.backward()))
    return certain(value, digits)


def _without_value(problem: Problem, results: Iterable[MethodResult]) -> list[str]:
    """Return the variables for which the exact methods found no number."""
    exact = methods.exact(results)
    return [
        name
        for name in problem.variables
        if exact and all(result.partials[name].value is None for result in exact)
    ]


def _has_slope(problem: Problem, name: str) -> bool:
    """Tell whether doubles have a partial, though more digits are too many."""
    return math.isfinite(problem.tape.backward().partial(name))


def _finite_only(result: MethodResult) -> MethodResult:
    """Replace a value that is no number by none, and such an error by infinity."""
    partials = {
        name: estimate._replace(error=_number_or_infinity(estimate.error))
        if estimate.value is not None and math.isfinite(estimate.value)
        else NO_ESTIMATE
        for name, estimate in result.partials.items()
    }
    return result._replace(partials=partials)


def _number_or_infinity(error: float) -> float:
    return math.inf if math.isnan(error) else error


def _settle(
    result: MethodResult, corners: "dict[str, diffcli.Slopes]", digits: int
) -> MethodResult:
    """Put what the whole function says in place of what its nodes say."""
    if result not in methods.exact([result]):
        return result
    settled = {}
    for name, sides in corners.items():
        slope = sides.slope
        if slope is None:
            settled[name] = NO_ESTIMATE
        else:
            known = certainty.AT_A_CORNER if type(slope) is float else digits
            settled[name] = certain(slope, known)
    return result._replace(partials=result.partials | settled)


def _conventions(problem: Problem, results: Iterable[MethodResult]) -> set[str]:
    """Return the variables for which the rows' conventions give a number."""
    return {
        name
        for result in methods.exact(results)
        for name in problem.variables
        if result.partials[name].value is not None
    }


# ---- agreement ------------------------------------------------------------------


def agreements(
    problem: Problem, results: Sequence[MethodResult]
) -> dict[str, Agreement]:
    """Return how differences and the last exact result agree, by variable."""
    measured = [result for result in results if not methods.load(result.method).EXACT]
    exact = methods.exact(results)
    if not measured or not exact:
        return {}
    most = problem.settings.compared_digits
    return {
        name: judge(measured[0].partials[name], exact[-1].partials[name], most)
        for name in problem.variables
    }


def judge(measured: Estimate, exact: Estimate, most: int = 16) -> Agreement:
    """Return how a measured number agrees with an exact one, up to ``most`` digits.

    Both may be off by their own estimates, and only by these: there is no absolute
    tolerance, so that a small derivative is judged as strictly as a large one.
    """
    (value, error), (true, bound) = measured, exact
    if value is None or true is None:
        return Agreement(None, None, None, "undecided")
    return Agreement(*agreement(value, error, true, bound, most))


def agreement(
    measured: float, error: float, exact: float, exact_error: float, most: int = 16
) -> tuple[float | None, float | None, int | None, str]:
    """Return what an Agreement has, for numbers that there are."""
    difference = float(abs(measured - exact))
    allowed = float(error + exact_error)
    size = float(abs(exact))
    if not math.isfinite(allowed):
        verdict = "undecided"
    elif difference > allowed:
        verdict = "differ"
    else:
        verdict = "agree" if difference == 0 or allowed < size else "noise"
    expected = allowed / size if size and math.isfinite(allowed / size) else None
    if difference == 0:
        return 0.0, expected, most, verdict
    relative = difference / size if size else math.inf
    if not math.isfinite(relative):
        return None, expected, None, verdict
    digits = min(most, max(0, math.floor(-math.log10(relative))))
    return relative, expected, digits, verdict


def with_exact_values(
    comparison: Comparison, point: Mapping[str, Expression]
) -> Comparison:
    """Return the comparison with exact values of f and its partials, where they exist.

    The point is given as formulas: see ``exact_values``.
    """
    from diffcli.engine.derivation import derive

    problem = comparison.problem
    wanted = {"": (problem.parsed.expression, comparison.value)}
    for derivation in derive(problem.parsed.expression, problem.variables):
        name = derivation.variable
        if name not in comparison.kinks:
            wanted[name] = derivation.result, comparison.partial(name)
    none = dict.fromkeys(("", *problem.variables), "")
    return comparison._replace(exact=none | exact_values(wanted, point))


def exact_values(
    formulas: Mapping[Key, tuple[Expression, Estimate]], point: Mapping[str, Expression]
) -> dict[Key, str]:
    """Return the exact value of each formula as text; empty: sympy finds none.

    Beside each stands the number that is known. The point is given as formulas, so that
    pi/2 is pi/2 and no double near it.
    """
    from diffcli.engine.waiting import NoAnswer, ask

    exact = dict.fromkeys(formulas, "")
    with suppress(NoAnswer):
        for key, (formula, near) in formulas.items():
            exact[key] = same_number(ask("exact_value", formula, point), near)
    return exact


def same_number(exact: tuple[str, float], near: Estimate) -> str:
    """Return the text of an exact value, if the number beside it means the same.

    floor(100*x) at 0.29 is 29 for the fraction 29/100, and 28 for the double; and at a
    corner a formula says what its parts do, not what the whole does.
    """
    text, value = exact
    if near.value is None or not text:
        return ""
    apart = abs(float(near.value) - value)
    return text if apart <= _ROUNDED_POINT * max(1.0, abs(value)) else ""
