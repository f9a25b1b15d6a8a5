"""A formula explored: a state, and what a key makes of it."""

from collections.abc import Sequence

from diffcli.analysis import explore as _analysis
from diffcli.analysis.explore import State
from diffcli.analysis.explore_keys import press
from diffcli.methods import finite
from diffcli.problem import Problem

__all__ = ["State", "press", "start"]


def start(
    problem: Problem, variable: str = "", ranges: Sequence[tuple[float, float]] = ()
) -> State:
    """Return the first state: at the problem's point, with its step width and scheme.

    ``variable`` is along which the curve is drawn, if not the map of two variables;
    ``ranges`` are the ends of the picture, from the left and from below.
    """
    scheme = problem.settings.scheme
    width = _width(problem)
    around = [(low / 2 + high / 2, high / 2 - low / 2) for low, high in ranges]
    return _analysis.start(
        problem.parsed, problem.point, width, scheme, variable, around
    )


def _width(problem: Problem) -> float:
    """Return the step width as a number, also where it is to be looked for."""
    h = problem.settings.h
    if not isinstance(h, str):
        return h
    found = finite.gradient(problem).differences.get(problem.variables[0])
    return found.h if found else 1.0
