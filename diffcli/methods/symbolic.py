"""Symbolic rules: a formula for each partial, step by step, then its value."""

from diffcli.engine.bounds import value_errors
from diffcli.engine.derivation import Derivation, TooLong, derive
from diffcli.engine.tape import Program, Undefined
from diffcli.problem import Estimate, MethodResult, Problem

TITLE = "symbolic"
SUMMARY = "rules (constant, linearity, power, chain), step by step"
SYNONYMS = ("analytic",)
EXACT = True


def gradient(problem: Problem) -> MethodResult:
    """Return the values of the derivatives' formulas, with rounding bounds."""
    try:
        derivations = {
            derivation.variable: derivation
            for derivation in derive(problem.parsed.expression, problem.variables)
        }
    except TooLong as error:
        return MethodResult("symbolic", {}, 0, {}, failure=error.message)
    partials, remarks = _evaluate(derivations, problem)
    return MethodResult("symbolic", partials, 0, derivations, tuple(remarks))


def _evaluate(
    derivations: dict[str, Derivation], problem: Problem
) -> tuple[dict[str, Estimate], list[str]]:
    """Return each formula's value; all at once if all are defined."""
    names = list(derivations)
    program = Program([derivations[name].result for name in names])
    try:
        tape = program.run(problem.point)
    except Undefined as undefined:
        if len(names) == 1:
            remark = f"the formula of ∂f/∂{names[0]} cannot be evaluated: {undefined}"
            return {names[0]: Estimate(None, 0.0)}, [remark]
        found: dict[str, Estimate] = {}
        remarks: list[str] = []
        for name in names:
            partials, more = _evaluate({name: derivations[name]}, problem)
            found |= partials
            remarks += more
        return found, remarks
    errors = value_errors(tape)
    return {
        name: Estimate(tape.values[row], errors[row])
        for name, row in zip(names, program.outputs, strict=True)
    }, []
