"""Derivatives of higher order of one variable, three ways, and the Taylor polynomial.

By differences of higher order, by the rules again and again, and by power series, which
give all orders at once.
"""

import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from diffcli.analysis.certainty import (
    certainty,
    measured,
    measured_against,
    uncertain,
)
from diffcli.analysis.grad import Agreement, compare, judge, same_number
from diffcli.engine.derivation import TooLong, derive
from diffcli.engine.tape import Program, Undefined
from diffcli.errors import KinkError, RangeError, UsageError
from diffcli.language.expression import Expression, postorder
from diffcli.problem import DOUBLE, Estimate, Problem, certain, located, point_text
from diffcli.records import Record
from diffcli.remarks import Remark

#: The methods, the most trustworthy last, and what heads their columns.
TITLES = {"finite": "finite diff", "symbolic": "symbolic", "taylor": "Taylor"}
WAYS = tuple(TITLES)
MOST = 20
"""The highest order."""
_SYNONYMS = {"numeric": "finite", "analytic": "symbolic", "series": "taylor"}
_LONGEST = 2_000  # nodes of a derivative that is differentiated again
_MOST_WORK = 4_000_000  # products of coefficients that somebody waits for
_SAME = 1e-14  # relative; one-sided numbers that are nearer are the same


class Expansion(Record):
    """The derivatives of one variable at a point, from the first to the order asked."""

    problem: Problem
    #: By method, each from the first derivative on.
    columns: dict[str, tuple[Estimate, ...]]
    #: The derivatives' formulas, as far as the rules came.
    formulas: tuple[Expression, ...]
    #: How differences agree with an exact method; empty: not both were asked.
    agreements: tuple[Agreement, ...]
    #: The Taylor coefficients: the k-th derivative over k!, from the value on.
    coefficients: tuple[float, ...]
    #: What the user should know, a sentence each.
    warnings: tuple[Remark, ...]
    #: Exact values, if asked for; a text is empty where there is none.
    exact: tuple[str, ...] = ()

    @property
    def variable(self) -> str:
        """The variable."""
        return self.problem.variables[0]

    @property
    def order(self) -> int:
        """The highest order."""
        return len(self.coefficients) - 1

    def derivative(self, order: int) -> Estimate:
        """Return the most trustworthy derivative of an order, from 1 on.

        Series before rules before differences.
        """
        if not 1 <= order <= self.order:
            raise UsageError(f"there is no derivative of order {order} here")
        found = [self.columns[n][order - 1] for n in WAYS if n in self.columns]
        known = [estimate for estimate in found if estimate.value is not None]
        return known[-1] if known else Estimate(None, math.inf)


def taylor(problem: Problem, order: int, names: Sequence[str] = WAYS) -> Expansion:
    """Return the derivatives of one variable up to an order.

    Raises UsageError for several variables, KinkError where one of the derivatives does
    not exist, and RangeError where one is too large for a double.
    """
    (name,) = one_variable(problem)
    _refuse_long(problem, order)
    first = compare(problem, ("backprop",)).error()
    if first:
        raise first
    series = _by_series(problem, name, order)
    swept = tuple(_derivative(problem, name, k, c) for k, c in enumerate(series) if k)
    columns: dict[str, tuple[Estimate, ...]] = {}
    formulas: tuple[Expression, ...] = ()
    warnings: list[Remark] = []
    if "finite" in names:
        columns["finite"] = _by_differences(problem, name, swept)
    if "symbolic" in names:
        formulas, columns["symbolic"] = _by_rules(problem, name, swept, warnings)
    if "taylor" in names:
        columns["taylor"] = swept
    agreements: tuple[Agreement, ...] = ()
    if "finite" in columns and len(columns) > 1:
        most = problem.settings.digits if problem.precise else 16
        pairs = zip(columns["finite"], swept, strict=True)
        agreements = tuple(judge(*pair, most) for pair in pairs)
    numbers = tuple(series) if problem.precise else tuple(map(float, series))
    return Expansion(problem, columns, formulas, agreements, numbers, tuple(warnings))


def ways(words: Sequence[str]) -> tuple[str, ...]:
    """Return the methods that words mean; all, and none: every one.

    Raises UsageError for one that has no derivatives of higher order.
    """
    wanted = {_SYNONYMS.get(word, word) for word in words}
    for word in wanted - {"all", *WAYS}:
        raise UsageError(
            f"'{word}' gives no derivatives of order 3 and more",
            hint=f"{', '.join(WAYS)} do",
            parameter="methods",
        )
    return tuple(n for n in WAYS if n in wanted or not wanted or "all" in wanted)


def with_exact_values(found: Expansion, point: Mapping[str, Expression]) -> Expansion:
    """Return the expansion with exact values, where they exist.

    The point is given as formulas, so that pi/2 is pi/2 and no double near it.
    """
    from diffcli.engine.waiting import NoAnswer, ask

    exact = [""] * found.order
    with suppress(NoAnswer):
        for place, formula in enumerate(found.formulas):
            answer = ask("exact_value", formula, point)
            exact[place] = same_number(answer, found.derivative(place + 1))
    return found._replace(exact=tuple(exact))


def one_variable(problem: Problem) -> tuple[str, ...]:
    """Return the only variable. Raises UsageError if there are several."""
    if len(problem.variables) > 1:
        names = problem.variables
        raise UsageError(
            f"derivatives of order 3 and more are of one variable, not {len(names)}",
            hint=f"choose one, such as {names[0]}; order 2 takes all of them",
            parameter="wrt",
        )
    return problem.variables


def _refuse_long(problem: Problem, order: int) -> None:
    rows = len(problem.program.nodes)
    if rows * order**2 > _MOST_WORK:
        most = max(2, math.isqrt(_MOST_WORK // rows))
        raise UsageError(
            f"derivatives of order {order} of a formula with {rows:,} operations take"
            " too long",
            hint=f"order {most} is possible",
            parameter="order",
        )


# ---- by power series --------------------------------------------------------------


def _by_series(problem: Problem, name: str, order: int) -> list[Any]:
    """Return the Taylor coefficients, with all digits right.

    Raises KinkError where both sides do not agree on them.
    """
    from diffcli.arithmetics.power_series import NoSeries
    from diffcli.engine.adaptive import Unsettled, values
    from diffcli.engine.expansion import coefficients

    given = (problem.program, problem.point, name, order, _digits(problem))
    try:
        right = coefficients(*given)
        if not _has_sides(problem):
            return right
        left = coefficients(*given, -1)
        (value,) = values(problem.program, problem.point, _digits(problem))
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
    from diffcli.engine.expansion import is_analytic

    return bool(problem.tape.rough_rows()) or not is_analytic(problem.program)


def _digits(problem: Problem) -> int:
    return max(DOUBLE, problem.settings.digits)


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


def _derivative(problem: Problem, name: str, order: int, coefficient: Any) -> Estimate:
    """Return a derivative from its Taylor coefficient.

    Raises RangeError where it is too large for a double.
    """
    from mpmath import mp

    with mp.workdps(_digits(problem) + 10):
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


# ---- by rules, again and again ----------------------------------------------------


def _by_rules(
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
    nothing = [Estimate(None, math.inf)] * (len(swept) - len(estimates))
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
        (value,) = values(Program([formula]), problem.point, _digits(problem))
    except (Undefined, Unsettled) as reason:
        what = problem.partial(*[name] * order)
        warnings.append(Remark(f"the formula of {what} cannot be evaluated: {reason}"))
        return Estimate(None, math.inf)
    if problem.precise:
        return certain(value, problem.settings.digits)
    return measured_against(value, Estimate(float(value), 0.0))


# ---- by differences ---------------------------------------------------------------


def _by_differences(
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
            found.append(Estimate(None, math.inf))
    return tuple(found)


def _in_doubles(problem: Problem, name: str, order: int, exact: Estimate) -> Estimate:
    """Return a difference. Raises NoDifference."""
    from diffcli.engine.higher_differences import higher_difference
    from diffcli.engine.stencils import along

    x, (h, scheme, *_) = problem.point[name], problem.settings
    value_error = problem.tape.backward().value_bound()
    value_error = value_error if math.isfinite(value_error) else 0.0
    line, flat = along(problem.program.value, problem.point, name), exact.value == 0.0
    found = higher_difference(line, x, h, scheme, order, value_error, flat=flat)
    return Estimate(found.slope, found.error)


def _with_more_digits(
    problem: Problem, name: str, order: int, exact: Estimate
) -> Estimate:
    """Return a difference in as many digits as it needs. Raises NoDifference."""
    from mpmath import mpf

    from diffcli.engine.adaptive import Unsettled, higher_difference
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
