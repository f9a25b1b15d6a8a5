"""Derivatives of higher order by each method: power series, rules, differences."""

import math
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from diffcli.analysis.certainty import certainty, measured, measured_against, uncertain
from diffcli.engine.derivation import TooLong, derive
from diffcli.engine.tape import Program, Undefined
from diffcli.errors import KinkError, RangeError
from diffcli.language.expression import Expression, postorder
from diffcli.problem import NO_ESTIMATE, Estimate, Problem, certain, located, point_text
from diffcli.remarks import Remark

_LONGEST = 2_000  # nodes of a derivative that is differentiated again
_SAME = 1e-14  # relative; one-sided numbers that are nearer are the same


def series(problem: Problem, name: str, order: int) -> list[Any]:
    """Return the Taylor coefficients, with all digits right.

    Raises KinkError where both sides do not agree on them, DomainError where there is
    no value, and RangeError where none of their digits is certain.
    """
    from diffcli.arithmetics._series import NoSeries
    from diffcli.engine.adaptive import Unsettled, values
    from diffcli.engine.taylor_series import coefficients

    given = (problem.program, problem.point, name, order, problem.settings.known_digits)
    try:
        right = coefficients(*given)
        if not _has_sides(problem):
            return right
        left = coefficients(*given, -1)
        (value,) = values(problem.program, problem.point, problem.settings.known_digits)
    except NoSeries as reason:
        raise KinkError(
            f"no derivatives of higher order are found at"
            f" {point_text(problem.point)}: {reason}",
            facts={"variable": name},
        ) from None
    except Undefined as undefined:
        raise located(undefined, problem.parsed, problem.point) from None
    except Unsettled:
        raise RangeError(
            f"the derivatives at {point_text(problem.point)} cancel in so many digits"
            " that none is certain"
        ) from None
    for k, sides in enumerate(zip(left, right, strict=True)):
        if not _same(*sides) or (k == 0 and not _same(right[0], value)):
            raise _corner(problem, name, k, sides)
    return right


def _has_sides(problem: Problem) -> bool:
    """Tell whether f may be another function on the left than on the right."""
    from diffcli.engine.taylor_series import is_analytic

    return bool(problem.tape.rough_rows()) or not is_analytic(problem.program)


def _same(one: Any, other: Any) -> bool:
    return bool(abs(one - other) <= _SAME * max(abs(one), abs(other)))


def _corner(
    problem: Problem, name: str, order: int, sides: tuple[Any, Any]
) -> KinkError:
    """Return the error for the first order in which both sides differ."""
    left, right = (float(side) * math.factorial(order) for side in sides)
    return KinkError(
        f"not {order} times differentiable at {point_text(problem.point)}:"
        f" {problem.partial(*[name] * order)} is {left:.10g} on the left,"
        f" {right:.10g} on the right",
        hint=f"there are derivatives up to order {order - 1}" if order > 1 else "",
        facts={"variable": name},
    )


def derivative(problem: Problem, name: str, order: int, coefficient: Any) -> Estimate:
    """Return a derivative from its Taylor coefficient.

    Raises RangeError where it is too large for a double.
    """
    from mpmath import mp

    with mp.workdps(problem.settings.known_digits + 10):
        value = coefficient * math.factorial(order)
    if problem.precise:
        return certain(value, problem.settings.digits)
    number = float(value)
    if math.isinf(number):
        raise RangeError(
            f"overflow: {problem.partial(*[name] * order)} is beyond 1.8e308",
            hint=f"there are derivatives up to order {order - 1}",
        )
    return measured_against(value, Estimate(number, 0.0))


def rules(
    problem: Problem, name: str, swept: Sequence[Estimate], warnings: list[Remark]
) -> tuple[tuple[Expression, ...], tuple[Estimate, ...]]:
    """Return the formulas of the derivatives, as far as they go, and their values."""
    formulas: list[Expression] = []
    estimates: list[Estimate] = []
    of, rough = problem.parsed.expression, _has_sides(problem)
    for exact in swept:
        order = len(formulas) + 1
        try:
            (derivation,) = derive(of, [name])
        except TooLong as error:
            warnings.append(Remark(error.message))
            break
        of = derivation.result
        formulas.append(of)
        # At a corner the rules have a convention, and the whole function knows.
        estimates.append(exact if rough else _value(problem, of, name, order, warnings))
        estimate = estimates[-1]
        if estimate.value is None:
            continue
        if abs(estimate.value - exact.number) > estimate.error + exact.error:
            estimates[-1] = measured_against(exact.number, estimate)
        if uncertain(estimates[-1]):
            what = certainty(problem.partial(*[name] * order), estimates[-1])
            warnings.append(Remark(f"by the rules {what}"))
        if len(postorder([of])) > _LONGEST:
            long = f"has over {_LONGEST:,} parts; the rules stop there"
            what = problem.partial(*[name] * order)
            warnings.append(Remark(f"the formula of {what} {long}"))
            break
    nothing = [NO_ESTIMATE] * (len(swept) - len(estimates))
    return tuple(formulas), (*estimates, *nothing)


def _value(
    problem: Problem, formula: Expression, name: str, order: int, warnings: list[Remark]
) -> Estimate:
    """Return the value of a derivative's formula; none where it cannot be computed."""
    from diffcli.engine.adaptive import Unsettled, values

    if not problem.precise:
        with suppress(Undefined):
            estimate = measured(formula, problem.point)
            return estimate._replace(value=estimate.number + 0.0)  # and not -0
    try:
        (value,) = values(
            Program([formula]), problem.point, problem.settings.known_digits
        )
    except (Undefined, Unsettled) as reason:
        what = problem.partial(*[name] * order)
        warnings.append(Remark(f"the formula of {what} cannot be evaluated: {reason}"))
        return NO_ESTIMATE
    if problem.precise:
        return certain(value, problem.settings.digits)
    return measured_against(value, Estimate(float(value), 0.0))


def differences(
    problem: Problem, name: str, swept: Sequence[Estimate]
) -> tuple[Estimate, ...]:
    """Return differences of each order; none where no digit is certain."""
    from diffcli.engine.stencils import NoDifference

    measure = _with_more_digits if problem.precise else _in_doubles
    found = []
    for order, exact in enumerate(swept, 1):
        try:
            found.append(measure(problem, name, order, exact))
        except NoDifference:
            found.append(NO_ESTIMATE)
    return tuple(found)


def _in_doubles(problem: Problem, name: str, order: int, exact: Estimate) -> Estimate:
    """Return a difference. Raises NoDifference."""
    from diffcli.engine.higher_differences import higher_difference
    from diffcli.engine.stencils import along

    x, (h, scheme, *_) = problem.point[name], problem.settings
    value_error = problem.tape.backward().value_bound()
    if math.isnan(value_error):  # at a kink, or of a side that has no value
        value_error = 0.0
    line, flat = along(problem.program.value, problem.point, name), exact.value == 0.0
    found = higher_difference(line, x, h, scheme, order, value_error, flat=flat)
    return Estimate(found.slope, found.error)


def _with_more_digits(
    problem: Problem, name: str, order: int, exact: Estimate
) -> Estimate:
    """Return a difference in as many digits as it needs. Raises NoDifference."""
    from mpmath import mpf

    from diffcli.engine.adaptive import Unsettled
    from diffcli.engine.precise_differences import higher_difference
    from diffcli.engine.stencils import NoDifference

    settings = problem.settings
    leading = 1 if settings.scheme == "forward" else 2
    h = settings.h
    if not isinstance(h, float):
        h = mpf(10) ** -(settings.digits // leading + 3)
    line = (problem.program, problem.point, name)
    try:
        found = higher_difference(
            *line, settings.scheme, mpf(h), order, settings.digits
        )
    except (Undefined, Unsettled) as reason:
        raise NoDifference(str(reason)) from None
    return Estimate(*found)
