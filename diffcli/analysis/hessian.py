"""The Hessian three ways: all second derivatives at a point."""

import math
from collections.abc import Callable
from itertools import combinations_with_replacement
from typing import NamedTuple

from diffcli.analysis.grad import Agreement, judge
from diffcli.engine.bounds import value_errors
from diffcli.engine.derivation import TooLong, derive
from diffcli.engine.second_order import Pair, hessian_row
from diffcli.engine.stencils import (
    NoDifference,
    best_difference,
    difference,
    relative_step,
)
from diffcli.engine.tape import Program, Undefined
from diffcli.errors import KinkError, UsageError
from diffcli.language.expression import Expression
from diffcli.language.notation import CODE
from diffcli.problem import Estimate, Problem, point_text

Entries = dict[Pair, Estimate]


class Hessian(NamedTuple):
    """All second derivatives by each method."""

    problem: Problem
    #: By method, then by pair of variables; each pair once.
    columns: dict[str, Entries]
    #: The second derivatives' formulas.
    formulas: dict[Pair, Expression]
    #: How differences agree with the backward pass.
    agreements: dict[Pair, Agreement]
    #: What the user should know, a sentence each.
    warnings: tuple[str, ...]

    def partial(self, name: str, other: str) -> Estimate:
        """Return the most trustworthy second derivative, whatever the order of names.

        Sweeps before rules before differences.
        """
        for each in (name, other):
            if each not in self.problem.variables:
                raise UsageError(f"there is no partial with respect to '{each}' here")
        nothing = Estimate(None, math.inf)
        for column in ("backprop", "symbolic", "finite"):
            entries = self.columns[column]
            entry = entries.get((name, other)) or entries.get((other, name), nothing)
            if entry.value is not None:
                return entry
        return nothing


def hessian(problem: Problem) -> Hessian:
    """Return the Hessian by differences of the gradient, by rules, and by sweeps.

    Raises UsageError for more digits than a double has, and KinkError at a point where
    a function in the formula is not smooth: the second derivative is not decided there.
    """
    if problem.precise:
        raise UsageError(
            "second derivatives are computed in doubles, which have 17 digits",
            parameter="digits",
        )
    _refuse_kinks(problem)
    pairs = list(combinations_with_replacement(problem.variables, 2))
    warnings: list[str] = []
    swept = _by_sweeps(problem, pairs, warnings)
    formulas, symbolic = _by_rules(problem, pairs, warnings)
    measured = _by_differences(problem, pairs)
    # The two exact ways share no step, so their difference is an error of both.
    for pair in pairs:
        one, other = symbolic[pair], swept[pair]
        if one.value is not None and other.value is not None:
            error = max(one.error, abs(one.value - other.value))
            symbolic[pair] = one._replace(error=error)
            swept[pair] = other._replace(error=error)
    agreements = {pair: judge(measured[pair], swept[pair]) for pair in pairs}
    columns = {"finite": measured, "symbolic": symbolic, "backprop": swept}
    return Hessian(problem, columns, formulas, agreements, tuple(warnings))


def _refuse_kinks(problem: Problem) -> None:
    rough = problem.tape.rough_rows()
    if not rough:
        return
    row = rough[0]
    node = problem.program.nodes[row]
    name = problem.program.function(row).name
    raise KinkError(
        f"not twice differentiable at {point_text(problem.point)}:"
        f" {name} is not smooth there",
        source=problem.parsed.source,
        span=problem.parsed.spans().get(node),
    )


def _by_sweeps(problem: Problem, pairs: list[Pair], warnings: list[str]) -> Entries:
    """Return the entries by reverse over forward."""
    entries: dict[Pair, float] = {}
    for name in problem.variables:
        try:
            entries |= hessian_row(problem.tape, name, problem.variables)
        except (Undefined, ValueError, ArithmeticError) as reason:
            warnings.append(f"Note: no sweep for the second derivatives: {reason}")
            break
    return {pair: _estimate(entries.get(pair, math.nan)) for pair in pairs}


def _by_rules(
    problem: Problem, pairs: list[Pair], warnings: list[str]
) -> tuple[dict[Pair, Expression], Entries]:
    """Return the formulas of the second derivatives, and their values."""
    formulas: dict[Pair, Expression] = {}
    try:
        for first in derive(problem.parsed.expression, problem.variables):
            others = [other for name, other in pairs if name == first.variable]
            for second in derive(first.result, others):
                formulas[first.variable, second.variable] = second.result
    except TooLong as error:
        warnings.append(f"Note: {error.message}")
    entries = {pair: Estimate(None, math.inf) for pair in pairs}
    for pair, formula in formulas.items():
        program = Program([formula])
        try:
            tape = program.run(problem.point)
        except Undefined as reason:
            warnings.append(f"Note: the formula of {CODE.partial(pair)}: {reason}")
            continue
        row = program.outputs[0]
        entries[pair] = _estimate(tape.values[row], value_errors(tape)[row])
    return formulas, entries


def _by_differences(problem: Problem, pairs: list[Pair]) -> Entries:
    """Return the entries by differences of the backprop gradient."""
    entries: Entries = {}
    for pair in pairs:
        name, other = pair
        line, x = _gradient_line(problem, name, other), problem.point[other]
        h, scheme = problem.settings.h, problem.settings.scheme
        try:
            if h == "auto":
                quotient = best_difference(line, x)
            else:
                width = relative_step(x, scheme) if isinstance(h, str) else h
                quotient = difference(line, x, width, scheme)
        except NoDifference:
            entries[pair] = Estimate(None, math.inf)
        else:
            entries[pair] = Estimate(quotient.slope, quotient.error)
    return entries


def _gradient_line(problem: Problem, name: str, other: str) -> Callable[[float], float]:
    """Return the partial toward one variable along another."""
    point = problem.point.copy()

    def line(x: float) -> float:
        point[other] = x
        return problem.program.run(point).backward().partial(name)

    return line


def _estimate(value: float, error: float = 0.0) -> Estimate:
    return Estimate(value, error) if math.isfinite(value) else Estimate(None, math.inf)
