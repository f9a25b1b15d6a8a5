"""Second derivatives in doubles by each method: rules, sweeps, differences."""

import math
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from diffcli.analysis import judgement
from diffcli.analysis.certainty import AT_A_CORNER, slopes_or_kink
from diffcli.engine.best_steps import difference_with
from diffcli.engine.bounds import value_errors
from diffcli.engine.derivation import Derivation, TooLong, derivations, derive
from diffcli.engine.second_order import Pair, hessian_row
from diffcli.engine.sparsity import Sparsity
from diffcli.engine.stencils import NoDifference, along
from diffcli.engine.tape import Program, Undefined
from diffcli.language.expression import Expression
from diffcli.problem import NO_ESTIMATE, Estimate, Problem, certain
from diffcli.remarks import Remark

Entries = dict[Pair, Estimate]
_SPARE = 60  # digits of a first derivative at a corner
_READ = 200  # formulas that somebody may read: of more, none is shortened
_FEW = 6  # formulas whose derivations are kept, for who asks how they were found


@lru_cache(maxsize=64)
def _compiled(expression: Expression) -> Program:
    """Return the program of a part or a derivative, once for all points."""
    return Program([expression])


def by_sweeps(problem: Problem, where: Sparsity, warnings: list[Remark]) -> Entries:
    """Return the entries by reverse over forward."""
    others: dict[str, list[str]] = {}
    for name, other in where.pairs:
        others.setdefault(name, []).append(other)
    entries: dict[Pair, float] = {}
    for name, along_with in others.items():
        try:
            program = program_of_part(problem.program, where, name, name)
            whole = program is problem.program
            tape = problem.tape if whole else program.run(problem.point)
            entries |= hessian_row(tape, name, along_with)
        except (Undefined, ValueError, ArithmeticError) as reason:
            warnings.append(Remark(f"no sweep for the second derivatives: {reason}"))
            break
    return {pair: _estimate(entries.get(pair, math.nan)) for pair in where.pairs}


def program_of_part(
    program: Program, where: Sparsity, name: str, other: str
) -> Program:
    """Return the program of the terms of a formula in which two variables stand."""
    part = where.part(name, other)
    return program if part is program.expressions[0] else _compiled(part)


def formulas(
    problem: Problem, pairs: Sequence[Pair], warnings: list[Remark]
) -> tuple[dict[Pair, Expression], Entries]:
    """Return the formulas of the second derivatives, and the values at corners.

    Raises KinkError where there is no first or no second derivative.
    """
    digits = problem.settings.known_digits
    at_corners = slopes_or_kink(problem, max(digits, _SPARE))
    firsts, formulas, said = derivatives(
        problem.parsed.expression, problem.variables, tuple(pairs)
    )
    corners: Entries = {}
    met: dict[str, list[str]] = {}
    for name, other in pairs:
        met.setdefault(name, []).append(other)
    for name, first in firsts.items():
        others = met.get(name, ())
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


def by_rules(
    problem: Problem, formulas: Mapping[Pair, Expression], warnings: list[Remark]
) -> Entries:
    """Return the values of the second derivatives' formulas."""
    entries: Entries = {}
    for pair, formula in formulas.items():
        program = _compiled(formula)
        try:
            tape = program.run(problem.point)
        except Undefined as reason:
            warnings.append(
                Remark(f"the formula of {problem.partial(*pair)}: {reason}")
            )
            entries[pair] = NO_ESTIMATE
            continue
        row = program.outputs[0]
        entries[pair] = _estimate(tape.values[row], value_errors(tape)[row])
    return entries


@lru_cache(maxsize=64)
def twice(expression: Expression, name: str, other: str) -> Derivation:
    """Return how the partial toward one variable is differentiated toward another.

    It is found once for all points. Raises TooLong after a million steps.
    """
    (first,) = derivations(expression, (name,))
    (second,) = derivations(first.result, (other,))
    return second


@lru_cache(maxsize=1)
def derivatives(
    expression: Expression, names: tuple[str, ...], pairs: tuple[Pair, ...]
) -> tuple[dict[str, Derivation], dict[Pair, Expression], str]:
    """Return first and second derivatives, once for all points of a formula.

    The sentence says why some are missing, if they are.
    """
    firsts: dict[str, Derivation] = {}
    formulas: dict[Pair, Expression] = {}
    short = len(pairs) <= _READ
    others: dict[str, list[str]] = {name: [] for name in names}
    for name, other in pairs:
        others[name].append(other)
    try:
        if len(pairs) <= _FEW:
            for name in names:
                (firsts[name],) = derivations(expression, (name,))
            formulas = {pair: twice(expression, *pair).result for pair in pairs}
            return firsts, formulas, ""
        for first in derive(expression, names, short=short):
            firsts[first.variable] = first
            for second in derive(first.result, others[first.variable], short=short):
                formulas[first.variable, second.variable] = second.result
    except TooLong as error:
        return firsts, formulas, error.message
    return firsts, formulas, ""


def by_differences(problem: Problem, where: Sparsity) -> Entries:
    """Return the entries by differences of the backprop gradient."""
    entries: Entries = {}
    for pair in where.pairs:
        name, other = pair
        program = program_of_part(problem.program, where, name, other)
        line = along(_partial(program, name), problem.point, other)
        try:
            quotient = difference_with(
                line, problem.point[other], problem.settings.h, problem.settings.scheme
            )
        except NoDifference:
            entries[pair] = NO_ESTIMATE
        else:
            entries[pair] = Estimate(quotient.slope, quotient.error)
    return entries


def _partial(program: Program, name: str) -> Callable[[Mapping[str, float]], float]:
    """Return the partial toward a variable, by backprop, as a function."""
    return lambda point: program.run(point).backward().partial(name)


def _estimate(value: float, error: float = 0.0) -> Estimate:
    return Estimate(value, error) if math.isfinite(value) else NO_ESTIMATE
