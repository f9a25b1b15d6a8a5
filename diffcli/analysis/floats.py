"""The gradient as a format with fewer bits sees it, beside the truth."""

import math

from diffcli.analysis.grad import agreement, smooth
from diffcli.calculus.floats import FORMATS
from diffcli.engine.coarse import backward, forward, quotient, suitable
from diffcli.engine.tape import Undefined
from diffcli.problem import Problem, located
from diffcli.records import Record


class Coarse(Record):
    """One partial three times: the truth, and two ways in a format."""

    name: str
    #: In doubles.
    truth: float
    backprop: float
    finite: float
    #: The step width of the differences.
    h: float
    #: Significant digits that agree with the truth.
    digits: int
    finite_digits: int

    @property
    def is_lost(self) -> bool:
        """Tell whether it is exactly 0 in the format, and not in truth."""
        return self.truth != 0.0 and self.backprop == 0.0


class CoarseGradient(Record):
    """A gradient in a format."""

    problem: Problem
    #: The format's name.
    format: str
    #: The function's value in it.
    value: float
    partials: tuple[Coarse, ...]


def coarse_gradient(
    problem: Problem, name: str, h: float | None = None
) -> CoarseGradient:
    """Return the gradient with every operation rounded to a format.

    Without ``h`` the cube root of the format's rounding is the step width. Raises
    KinkError where there is no gradient, RangeError where the format is too small.
    """
    comparison = smooth(problem)
    program = problem.program
    try:
        tape = forward(program, name, problem.point)
        found = backward(tape, name)
        partials = []
        for variable in problem.variables:
            truth = comparison.partial(variable).number
            width = h or suitable(name, problem.point[variable])
            finite = quotient(program, name, problem.point, variable, width)
            near = found.partial(variable)
            digits = _digits(near, truth), _digits(finite, truth)
            one = Coarse(variable, float(truth), near, finite, width, *digits)
            partials.append(one)
    except Undefined as undefined:
        raise located(undefined, problem.parsed, problem.point) from None
    value = tape.values[program.outputs[0]]
    return CoarseGradient(problem, FORMATS[name].name, value, tuple(partials))


def _digits(found: float, truth: float) -> int:
    *_, digits, _ = agreement(found, math.inf, truth, math.inf)
    return digits or 0
