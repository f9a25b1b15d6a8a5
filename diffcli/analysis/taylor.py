"""Derivatives of higher order of one variable, three ways, and the Taylor polynomial.

By differences of higher order, by the rules again and again, and by power series, which
give all orders at once.
"""

import math
from collections.abc import Mapping, Sequence

from diffcli.analysis import taylor_by_method as by_method
from diffcli.analysis.grad import Agreement, exact_values, judge, smooth
from diffcli.errors import UsageError
from diffcli.language.expression import Expression
from diffcli.problem import NO_ESTIMATE, Estimate, Problem
from diffcli.records import Record
from diffcli.remarks import Remark

#: The methods, the most trustworthy last, and what heads their columns.
TITLES = {"finite": "finite diff", "symbolic": "symbolic", "taylor": "Taylor"}
WAYS = tuple(TITLES)
_SYNONYMS = {"numeric": "finite", "analytic": "symbolic", "series": "taylor"}
_MOST_WORK = 4_000_000  # products of coefficients that somebody waits for


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

        Series before rules before differences. Raises UsageError for an order that was
        not asked for.
        """
        if not 1 <= order <= self.order:
            raise UsageError(f"there is no derivative of order {order} here")
        found = [self.columns[n][order - 1] for n in WAYS if n in self.columns]
        known = [estimate for estimate in found if estimate.value is not None]
        return known[-1] if known else NO_ESTIMATE


def taylor(problem: Problem, order: int, names: Sequence[str] = WAYS) -> Expansion:
    """Return the derivatives of one variable up to an order.

    Raises UsageError for several variables, KinkError where one of the derivatives does
    not exist, and RangeError where one is too large for a double.
    """
    (name,) = one_variable(problem)
    _refuse_long(problem, order)
    smooth(problem)
    series = by_method.series(problem, name, order)
    swept = tuple(
        by_method.derivative(problem, name, k, c) for k, c in enumerate(series) if k
    )
    columns: dict[str, tuple[Estimate, ...]] = {}
    formulas: tuple[Expression, ...] = ()
    warnings: list[Remark] = []
    if "finite" in names:
        columns["finite"] = by_method.differences(problem, name, swept)
    if "symbolic" in names:
        formulas, columns["symbolic"] = by_method.rules(problem, name, swept, warnings)
    if "taylor" in names:
        columns["taylor"] = swept
    agreements: tuple[Agreement, ...] = ()
    if "finite" in columns and len(columns) > 1:
        most = problem.settings.compared_digits
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
    """Return the expansion with exact values, where there are: see ``exact_values``."""
    wanted = {n: (f, found.derivative(n)) for n, f in enumerate(found.formulas, 1)}
    exact = exact_values(wanted, point)
    orders = range(1, found.order + 1)
    return found._replace(exact=tuple(exact.get(n, "") for n in orders))


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
