"""What is given in the place of a derivative as a whole: f itself, its integral, ..."""

import math
from collections.abc import Iterator, Sequence

from diffcli.analysis.slip_trials import EXACT, FEWEST, Trial
from diffcli.engine.derivation import Derivation
from diffcli.engine.tape import Program, Undefined
from diffcli.language.expression import Expression, variable

Said = tuple[str | Expression, ...]


def wholes(
    derivation: Derivation,
    claim: Expression,
    trials: Sequence[Trial],
    *,
    second: bool = False,
) -> Iterator[Said]:
    """Yield what the claim is at all points, in the derivative's place.

    What was differentiated may be a derivative already: ``second``.
    """
    if second:
        yield from _of_second(derivation, claim, trials)
        return
    name, of = derivation.variable, derivation.steps[-1].of
    here = variable(name)
    others = [n for n in trials[0].tape.program.inputs if n != name]
    if all(t.is_claimed(t.value, abs(t.value)) for t in trials):
        yield of, " itself was given, not its derivative"
    if _is_integral(derivation, claim, trials):
        yield of, " was integrated, not differentiated"
    for other in others:
        if all(t.is_claimed(_partial(t, other), 0.0) for t in trials):
            toward = variable(other)
            yield "this is the derivative toward ", toward, ", not toward ", here
    if _is_second(derivation, trials, name):
        yield ("this is the second derivative: it was differentiated twice",)
    for other in others:
        if _is_second(derivation, trials, other):
            also = variable(other)
            yield "this is the second derivative, toward ", here, " and ", also
    if len(trials) == 1:
        yield from _elsewhere(derivation, trials[0])


def _of_second(
    derivation: Derivation, claim: Expression, trials: Sequence[Trial]
) -> Iterator[Said]:
    """Yield what the claim is in the place of a second derivative."""
    if _is_integral(derivation, claim, trials):
        yield ("the function itself was given, not its second derivative",)
    if _is_second(derivation, trials, derivation.variable):
        yield ("this is the third derivative: it was differentiated once more",)
    if len(trials) == 1:
        yield from _elsewhere(derivation, trials[0], "second ")


def _partial(trial: Trial, name: str) -> float:
    return trial.adjoints[trial.tape.program.inputs[name]]


def _is_integral(
    derivation: Derivation, claim: Expression, trials: Sequence[Trial]
) -> bool:
    """Tell whether the claim's derivative is the formula."""
    if len(trials) < FEWEST:
        return False
    program = Program([claim])
    for trial in trials:
        slopes = program.run(trial.point).slopes(derivation.variable)
        slope = slopes[program.outputs[0]]
        if not math.isclose(slope, trial.value, rel_tol=EXACT):
            return False
    return True


def _is_second(derivation: Derivation, trials: Sequence[Trial], name: str) -> bool:
    """Tell whether the claim is the derivative's derivative toward a variable."""
    program = Program([derivation.result])
    if name not in program.inputs:
        return False
    for trial in trials:
        try:
            slope = program.run(trial.point).slopes(name)[program.outputs[0]]
        except Undefined:
            return False
        if not (slope and trial.is_claimed(slope, abs(slope))):
            return False
    return True


def _elsewhere(derivation: Derivation, trial: Trial, order: str = "") -> Iterator[Said]:
    """Yield the other point at which a number is the derivative."""
    program = Program([derivation.result])
    point = {name: trial.point[name] for name in trial.tape.program.inputs}
    places = [{**point, name: -value} for name, value in point.items() if value]
    if len(point) == 2:
        places.append(dict(zip(point, reversed(point.values()), strict=True)))
    for place in places:
        try:
            value = program.value({name: place[name] for name in program.inputs})
        except Undefined:
            continue
        if trial.is_claimed(value, abs(value)):
            where = ", ".join(f"{name} = {at:.10g}" for name, at in place.items())
            yield (f"this is the {order}derivative at {where}",)
            return
