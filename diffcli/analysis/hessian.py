"""The Hessian three ways: all second derivatives at a point."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from itertools import combinations_with_replacement
from typing import TYPE_CHECKING

from diffcli import methods
from diffcli.analysis import judgement
from diffcli.analysis.certainty import (
    AT_A_CORNER,
    certainty,
    measured_against,
    slopes_or_kink,
    uncertain,
)
from diffcli.analysis.grad import Agreement, judge, same_number, valued
from diffcli.engine.bounds import value_errors
from diffcli.engine.derivation import Derivation, TooLong, derive
from diffcli.engine.second_order import Pair, hessian_row
from diffcli.engine.stencils import NoDifference, along, difference
from diffcli.engine.tape import Program, Undefined
from diffcli.errors import UsageError
from diffcli.language.expression import Expression
from diffcli.problem import DOUBLE, Estimate, Problem, certain
from diffcli.records import Record
from diffcli.remarks import Remark

if TYPE_CHECKING:
    from diffcli.inputs.data import Data

Entries = dict[Pair, Estimate]
#: The methods that have second derivatives, the most trustworthy last.
WAYS = ("finite", "symbolic", "backprop")
_SPARE = 60  # digits of a first derivative at a corner
MOST = 5_000  # second derivatives that somebody may wait for


class Hessian(Record):
    """All second derivatives by each method."""

    problem: Problem
    #: f at the point, with as many digits as were asked for; of examples their loss.
    value: float
    #: By method, then by pair of variables; each pair once.
    columns: dict[str, Entries]
    #: The second derivatives' formulas.
    formulas: dict[Pair, Expression]
    #: How differences agree with an exact method; empty: not both were asked.
    agreements: dict[Pair, Agreement]
    #: What the user should know, a sentence each.
    warnings: tuple[Remark, ...]
    #: Exact values, if asked for; empty: there is none.
    exact: Mapping[Pair, str] = {}
    #: The examples; None: it is one point.
    data: "Data | None" = None

    def partial(self, name: str, other: str) -> Estimate:
        """Return the most trustworthy second derivative, whatever the order of names.

        Sweeps before rules before differences.
        """
        for each in (name, other):
            if each not in self.problem.variables:
                raise UsageError(f"there is no partial with respect to '{each}' here")
        nothing = Estimate(None, math.inf)
        for column in reversed(WAYS):
            entries = self.columns.get(column, {})
            entry = entries.get((name, other)) or entries.get((other, name), nothing)
            if entry.value is not None:
                return entry
        return nothing


def hessian(problem: Problem, names: Sequence[str] = WAYS) -> Hessian:
    """Return the Hessian by differences of the gradient, by rules, and by sweeps.

    Raises UsageError for a method that has no second derivatives and for too many
    variables, and KinkError where there is no first or no second derivative.
    """
    _refuse_others(names)
    pairs = list(combinations_with_replacement(problem.variables, 2))
    _refuse_many(problem, pairs)
    warnings: list[Remark] = []
    formulas, corners = _by_rules(problem, pairs, warnings)
    measured: Entries = {}
    if problem.precise:
        from diffcli.analysis import hessian_digits

        swept = hessian_digits.by_sweeps(problem, pairs, warnings)
        symbolic = hessian_digits.by_rules(problem, formulas, warnings)
        if "finite" in names:
            measured = hessian_digits.by_differences(problem, pairs, warnings)
    else:
        swept = _by_sweeps(problem, pairs, warnings)
        symbolic = _values(problem, formulas, warnings)
        measured = _by_differences(problem, pairs) if "finite" in names else {}
    symbolic = dict.fromkeys(pairs, Estimate(None, math.inf)) | symbolic
    # The two exact ways share no step, so their difference is an error of both.
    for pair in pairs:
        one, other = symbolic[pair], swept[pair]
        if pair in corners:
            symbolic[pair] = swept[pair] = corners[pair]
        elif one.value is not None and other.value is not None:
            error = max(one.error, float(abs(one.value - other.value)))
            symbolic[pair] = one._replace(error=error)
            swept[pair] = other._replace(error=error)
    if not problem.precise:
        warnings += _certify(problem, formulas, (symbolic, swept))
    found = {"finite": measured, "symbolic": symbolic, "backprop": swept}
    columns = {name: found[name] for name in names}
    agreements = {}
    if measured and len(columns) > 1:
        most = problem.settings.digits if problem.precise else 16
        agreements = {pair: judge(measured[pair], swept[pair], most) for pair in pairs}
    value = valued(problem).number
    return Hessian(problem, value, columns, formulas, agreements, tuple(warnings))


def ways(words: Sequence[str]) -> tuple[str, ...]:
    """Return the methods that words mean; all, and none: those that have a Hessian."""
    return tuple(methods.select(words)) if words and "all" not in words else WAYS


def with_exact_values(found: Hessian, point: Mapping[str, Expression]) -> Hessian:
    """Return the Hessian with exact values, where they exist.

    The point is given as formulas, so that pi/2 is pi/2 and no double near it.
    """
    from diffcli.engine.waiting import NoAnswer, ask

    exact = {pair: "" for entries in found.columns.values() for pair in entries}
    with suppress(NoAnswer):
        for pair, formula in found.formulas.items():
            answer = ask("exact_value", formula, point)
            exact[pair] = same_number(answer, found.partial(*pair))
    return found._replace(exact=exact)


def _refuse_others(names: Sequence[str]) -> None:
    for name in names:
        if name not in WAYS:
            raise UsageError(
                f"{name} has no second derivatives",
                hint=f"{', '.join(WAYS)} have them",
                parameter="methods",
            )


def _refuse_many(problem: Problem, pairs: list[Pair]) -> None:
    if len(pairs) > MOST:
        raise UsageError(
            f"{len(problem.variables)} variables have {len(pairs):,} second"
            f" derivatives, and {MOST:,} are computed at most",
            hint="choose some of the variables",
            parameter="wrt",
        )


def _certify(
    problem: Problem,
    formulas: Mapping[Pair, Expression],
    columns: tuple[Entries, Entries],
) -> Iterator[Remark]:
    """Give entries their true errors, where in doubt, and say which stay uncertain."""
    from diffcli.engine.adaptive import Unsettled, values

    for pair, formula in formulas.items():
        if not any(uncertain(entries[pair]) for entries in columns):
            continue
        with suppress(Undefined, Unsettled):
            (truth,) = values(Program([formula]), problem.point, DOUBLE)
            for entries in columns:
                if entries[pair].value is not None:
                    entries[pair] = measured_against(truth, entries[pair])
        worst = max((entries[pair] for entries in columns), key=lambda e: e.error)
        if uncertain(worst):
            yield Remark(certainty(problem.partial(*pair), worst))


def _by_sweeps(problem: Problem, pairs: list[Pair], warnings: list[Remark]) -> Entries:
    """Return the entries by reverse over forward."""
    entries: dict[Pair, float] = {}
    for name in problem.variables:
        try:
            entries |= hessian_row(problem.tape, name, problem.variables)
        except (Undefined, ValueError, ArithmeticError) as reason:
            warnings.append(Remark(f"no sweep for the second derivatives: {reason}"))
            break
    return {pair: _estimate(entries.get(pair, math.nan)) for pair in pairs}


def _by_rules(
    problem: Problem, pairs: list[Pair], warnings: list[Remark]
) -> tuple[dict[Pair, Expression], Entries]:
    """Return the formulas of the second derivatives, and the values at corners.

    Raises KinkError where there is no first or no second derivative.
    """
    digits = problem.settings.digits if problem.precise else DOUBLE
    at_corners = slopes_or_kink(problem, max(digits, _SPARE))
    firsts, formulas, said = _second(problem.parsed.expression, problem.variables)
    corners: Entries = {}
    for name, first in firsts.items():
        others = [other for one, other in pairs if one == name]
        sides = judgement.corners(
            problem, first.result, (name,), others, at_corners.get(name), digits
        )
        for other, found in sides.items():
            assert found.slope is not None
            known = AT_A_CORNER if type(found.slope) is float else digits
            corners[name, other] = certain(found.slope, known)
    if said:
        warnings.append(Remark(said))
    return formulas, corners


def _values(
    problem: Problem, formulas: Mapping[Pair, Expression], warnings: list[Remark]
) -> Entries:
    """Return the values of the second derivatives' formulas."""
    entries: Entries = {}
    for pair, formula in formulas.items():
        program = Program([formula])
        try:
            tape = program.run(problem.point)
        except Undefined as reason:
            warnings.append(
                Remark(f"the formula of {problem.partial(*pair)}: {reason}")
            )
            entries[pair] = Estimate(None, math.inf)
            continue
        row = program.outputs[0]
        entries[pair] = _estimate(tape.values[row], value_errors(tape)[row])
    return entries


@lru_cache(maxsize=1)
def _second(
    expression: Expression, names: tuple[str, ...]
) -> tuple[dict[str, Derivation], dict[Pair, Expression], str]:
    """Return first and second derivatives, once for all points of a formula.

    The sentence says why some are missing, if they are.
    """
    firsts: dict[str, Derivation] = {}
    formulas: dict[Pair, Expression] = {}
    try:
        for place, first in enumerate(derive(expression, names)):
            firsts[first.variable] = first
            for second in derive(first.result, names[place:]):
                formulas[first.variable, second.variable] = second.result
    except TooLong as error:
        return firsts, formulas, error.message
    return firsts, formulas, ""


def _by_differences(problem: Problem, pairs: list[Pair]) -> Entries:
    """Return the entries by differences of the backprop gradient."""
    entries: Entries = {}
    for pair in pairs:
        name, other = pair
        line = along(_partial(problem.program, name), problem.point, other)
        try:
            quotient = difference(
                line,
                problem.point[other],
                problem.settings.h,
                problem.settings.scheme,
            )
        except NoDifference:
            entries[pair] = Estimate(None, math.inf)
        else:
            entries[pair] = Estimate(quotient.slope, quotient.error)
    return entries


def _partial(program: Program, name: str) -> Callable[[Mapping[str, float]], float]:
    """Return the partial toward a variable, by backprop, as a function."""
    return lambda point: program.run(point).backward().partial(name)


def _estimate(value: float, error: float = 0.0) -> Estimate:
    return Estimate(value, error) if math.isfinite(value) else Estimate(None, math.inf)
