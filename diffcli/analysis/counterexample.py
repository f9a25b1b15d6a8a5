"""Where a claimed formula is not the derivative, though it fits at the point."""

from collections.abc import Iterator, Mapping
from functools import lru_cache

from diffcli.analysis.features import edges
from diffcli.analysis.verdicts import ESTIMATES, Elsewhere, Tolerance, judged
from diffcli.engine.bounds import value_errors
from diffcli.engine.derivation import Derivation
from diffcli.engine.tape import Program, Undefined
from diffcli.language.expression import Expression
from diffcli.problem import DOUBLE, Estimate, Problem

_POOR = 1e-9  # a relative error of doubles beyond which mpmath decides
_TYPED = 1e-14  # how exact numbers in a formula are typed
NEAR = (0.093, -0.071, 0.31, -0.23)  # how far other points lie, in sizes of this one
_ENOUGH = 4  # far points that agree, so that none near has to be tried
_FAR = (0.37, 0.74, 1.48, 2.59, -0.81, -1.9, 13.7, -21.3, 157.0)
Sides = tuple[bool, ...]
"""On which side of each of its edges a formula is."""


@lru_cache(maxsize=64)
def program_of(expression: Expression) -> Program:
    """Return the program of a formula, compiled once for all points."""
    return Program([expression])


def counterexample(
    claim: Expression, derivation: Derivation, problem: Problem, tolerance: Tolerance
) -> Elsewhere | None:
    """Return one of a few points at which a claimed formula is not the derivative.

    They lie near the given point, and elsewhere unless tolerances are given: what fits
    with one may be meant for here alone. Between them and the given point no function
    of the formula meets an edge, so that the claim for x > 0 may fit abs(x) for x > 0.
    The claim may be about a derivative of its derivative, too: the formula's edges and
    its domain count.
    """
    if not program_of(claim).inputs:
        return None
    elsewhere = FarPoints(claim, derivation, problem.parsed.expression)
    names = tuple(problem.point)
    here = _sides(elsewhere.of, problem.point)
    given = tolerance != ESTIMATES
    if not given and elsewhere.fits(here, names):
        return None
    for point in _near(problem.point):
        if _sides(elsewhere.of, point) == here and _defined(
            program_of(elsewhere.of), point
        ):
            found = _at(elsewhere.compared, point, tolerance)
            if found is not None:
                return found
    return None if given else next(filter(None, elsewhere.beside(here, names)), None)


class FarPoints:
    """What points say that are the same for every given one."""

    def __init__(
        self, claim: Expression, derivation: Derivation, of: Expression
    ) -> None:
        #: The formula whose derivative is claimed, and both derivatives.
        self.of = of
        self.compared = _compared(claim, derivation.result)
        #: What is positive on one side of the formula's edges; None: it has none.
        self.sides = _edge_program(self.of)

    def beside(
        self, here: Sides | None, names: tuple[str, ...]
    ) -> list[Elsewhere | None]:
        """Return what is found at those that lie on the same sides of the edges."""
        tried = _far(self.of, self.compared, names)
        return [found for sides, found in tried if sides == here]

    def fits(self, here: Sides | None, names: tuple[str, ...]) -> bool:
        """Tell whether the claim fits at so many that none near has to be tried."""
        far = self.beside(here, names)
        return len(far) >= _ENOUGH and not any(far)


def _near(point: Mapping[str, float]) -> Iterator[dict[str, float]]:
    """Yield points near a given one."""
    for share in NEAR:
        yield {
            name: x + share * (1 + 0.1 * order) * (abs(x) or 1.0)
            for order, (name, x) in enumerate(point.items())
        }


@lru_cache(maxsize=64)
def _far(
    of: Expression, compared: Program, names: tuple[str, ...]
) -> list[tuple[Sides | None, Elsewhere | None]]:
    """Return on which sides of the edges a few points lie, and what is found there.

    They are the same for every given point. Where a formula has no value is none.
    """
    points = (
        {name: place + 0.11 * order for order, name in enumerate(names)}
        for place in _FAR
    )
    return [
        (_sides(of, point), _at(compared, point, ESTIMATES))
        for point in points
        if _defined(program_of(of), point) and _defined(compared, point)
    ]


def _at(
    compared: Program, point: Mapping[str, float], tolerance: Tolerance
) -> Elsewhere | None:
    """Return the values at a point if the two formulas of a program differ there."""
    from diffcli.engine.adaptive import Unsettled, values

    try:
        tape = compared.run(point)
    except Undefined:
        return None
    errors = value_errors(tape)
    one, other = (Estimate(tape.values[r], errors[r]) for r in compared.outputs)
    if judged("", one, other, tolerance).passed and not _is_poor(one, other):
        return None
    try:
        claimed, true = map(float, values(compared, point, DOUBLE))
    except (Undefined, Unsettled):
        return None
    exact = Estimate(claimed, 0.0), Estimate(true, 0.0)
    if judged("", *exact, tolerance, rounding=_TYPED).passed:
        return None
    return Elsewhere(point, claimed, true)


def _is_poor(one: Estimate, other: Estimate) -> bool:
    return one.error + other.error > _POOR * abs(other.number)


@lru_cache(maxsize=64)
def _compared(claim: Expression, derivative: Expression) -> Program:
    return Program([claim, derivative])


@lru_cache(maxsize=64)
def _edge_program(of: Expression) -> Program | None:
    program = Program([of])
    found = [edge for name in program.inputs for edge in edges(program, name)]
    return Program(list(dict.fromkeys(found))) if found else None


def _sides(of: Expression, point: Mapping[str, float]) -> Sides | None:
    """Return on which sides of its edges a formula is; None: somewhere undefined."""
    program = _edge_program(of)
    if program is None:
        return ()
    try:
        values = program.run(point).values
    except Undefined:
        return None
    return tuple(values[row] > 0 for row in program.outputs)


def _defined(program: Program, point: Mapping[str, float]) -> bool:
    try:
        program.run(point)
    except Undefined:
        return False
    return True
