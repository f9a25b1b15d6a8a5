"""Symbolic rules: a formula for each partial, step by step, then its value."""

from functools import lru_cache

from diffcli.engine.bounds import value_errors
from diffcli.engine.derivation import Derivation, TooLong, derivations
from diffcli.engine.tape import ROUNDING, TINY, Program, Undefined
from diffcli.language.expression import Expression
from diffcli.problem import (
    NO_ESTIMATE,
    Estimate,
    MethodResult,
    Problem,
    Problems,
    certain,
    many,
)
from diffcli.remarks import Remark

TITLE = "symbolic"
SUMMARY = "rules (constant, linearity, power, chain), step by step"
SYNONYMS = ("analytic",)
EXACT = True


def gradient(problem: Problem) -> MethodResult:
    """Return the values of the derivatives' formulas, with rounding bounds."""
    try:
        formulas, program = _formulas(problem.parsed.expression, problem.variables)
    except TooLong as error:
        return MethodResult("symbolic", {}, 0, {}, failure=error.message)
    partials, remarks = _evaluate(formulas, program, problem)
    return MethodResult("symbolic", partials, 0, formulas, tuple(remarks))


def gradients(problems: Problems) -> MethodResult:
    """Return the same at many points, where all formulas can be evaluated.

    Raises ValueError or ArithmeticError where one cannot, or if there are none.
    """
    try:
        formulas, program = _formulas(problems.parsed.expression, problems.variables)
    except TooLong:
        raise ArithmeticError from None  # what there is to say is said at each point
    from diffcli.engine import column_bounds

    values = problems.values(program, problems.points)
    errors = column_bounds.value_errors(program, values)
    rows = zip(formulas, program.outputs, strict=True)
    partials = {name: many(values[row], errors[row]) for name, row in rows}
    return MethodResult("symbolic", partials, 0, formulas)


@lru_cache(maxsize=8)
def _formulas(
    expression: Expression, variables: tuple[str, ...]
) -> tuple[dict[str, Derivation], Program]:
    """Return the derivations, and a program for their results, once for all points."""
    formulas = derivations(expression, variables)
    by_name = {derivation.variable: derivation for derivation in formulas}
    return by_name, Program([derivation.result for derivation in formulas])


def _evaluate(
    derivations: dict[str, Derivation], program: Program, problem: Problem
) -> tuple[dict[str, Estimate], list[Remark]]:
    """Return each formula's value; all at once if doubles will do."""
    if not problem.precise:
        try:
            tape = program.run(problem.point)
        except Undefined:
            pass  # one of them, perhaps only on the way: one by one, with more digits
        else:
            errors = value_errors(tape)
            rows = zip(derivations, program.outputs, strict=True)
            return {
                name: Estimate(tape.values[row], errors[row]) for name, row in rows
            }, []
    partials: dict[str, Estimate] = {}
    remarks: list[Remark] = []
    for name, derivation in derivations.items():
        partials[name], remark = _with_more_digits(name, derivation, problem)
        remarks += [Remark(remark)] if remark else []
    return partials, remarks


def _with_more_digits(
    name: str, derivation: Derivation, problem: Problem
) -> tuple[Estimate, str]:
    """Return one formula's value by mpmath, and what there is to say about it."""
    from diffcli.engine.adaptive import Unsettled, values

    program = Program([derivation.result])
    digits = problem.settings.known_digits
    try:
        (value,) = values(program, problem.point, digits)
    except (Undefined, Unsettled) as reason:
        remark = f"the formula of {problem.partial(name)} cannot be evaluated: {reason}"
        return NO_ESTIMATE, remark
    if problem.precise:
        return certain(value, digits), ""
    try:
        program.run(problem.point)
        remark = ""
    except Undefined as reason:
        remark = (
            f"the formula of {problem.partial(name)} was computed with more digits:"
            f" {reason}"
        )
    return Estimate(float(value), ROUNDING * abs(float(value)) + TINY), remark
