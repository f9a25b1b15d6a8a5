"""How far rounding may have moved each partial of a backward pass.

A running error analysis beside the two passes: every row's value and adjoint is
taken as off by a little, and what that does to the next row is added up. The
change of a local partial is found by moving its arguments.

Source: Higham, "Accuracy and Stability of Numerical Algorithms", 2002, sec. 3.3.
"""

import math

from diffcli.calculus.functions import Number
from diffcli.engine.tape import ROUNDING, TINY, BackwardPass, Tape
from diffcli.language.expression import Number as NumberNode

_VALUE = 2.0  # roundings in a value: a library function is off by one or two units
_PARTIAL = 32.0  # in a local partial, which may square its argument, as in exp(-u*u)


def partial_bounds(backward: BackwardPass) -> dict[str, float]:
    """Return for each variable a bound on the error of its partial."""
    (program, values), adjoints = backward
    errors = value_errors(backward.tape)
    bounds = [0.0] * len(values)
    for row, argument, partial, a, b in program.edges:
        upstream, uncertain = adjoints[row], bounds[row]
        if upstream == 0.0 and uncertain == 0.0:
            continue
        args = (a,) if b < 0 else (a, b)
        local = _local(partial, row, args, values)
        moved = _moved(partial, row, args, values, errors)
        bounds[argument] += (
            uncertain * abs(local)
            + abs(upstream) * (moved + _PARTIAL * ROUNDING * abs(local))
            + TINY
        )
    return {
        name: bounds[row] + 2 * ROUNDING * abs(adjoints[row])
        for name, row in program.inputs.items()
    }


def value_errors(tape: Tape) -> list[float]:
    """Return a bound on the error of every row's value."""
    program, values = tape
    errors = [
        ROUNDING * abs(node.value)
        if isinstance(node, NumberNode) and node.value != math.floor(node.value)
        else 0.0
        for node in program.nodes[: len(program.leaves)]
    ]
    row = len(errors)
    for _, a, b in program.forward:
        value = abs(values[row])
        error = _VALUE * ROUNDING * value + (TINY if value < 1e-290 else 0.0)
        inherited = errors[a] if b < 0 else errors[a] + errors[b]
        if inherited:
            args = (a,) if b < 0 else (a, b)
            partials = program.function(row).partials
            for argument, partial in zip(args, partials, strict=True):
                if errors[argument]:
                    local = _local(partial, row, args, values)
                    error += abs(local) * errors[argument]
        errors.append(error)
        row += 1
    return errors


def _local(
    partial: Number, row: int, args: tuple[int, ...], values: list[float]
) -> float:
    """Return a local partial; infinite where it cannot be computed."""
    try:
        return partial(values[row], *(values[argument] for argument in args))
    except (ValueError, ArithmeticError):
        return math.inf


def _moved(
    partial: Number,
    row: int,
    args: tuple[int, ...],
    values: list[float],
    errors: list[float],
) -> float:
    """Return how much a local partial moves when y and its arguments move.

    Each is moved by its error, and by more, scaled down, for a step within one
    rounding shows nothing.
    """
    places = (row, *args)
    given = [values[place] for place in places]
    try:
        local = partial(*given)
        moved = 0.0
        for index, place in enumerate(places):
            error = errors[place]
            if error == 0.0:
                continue
            step = max(abs(given[index]) * 2.0**-26, error)
            there = given.copy()
            there[index] += step
            change = abs(partial(*there) - local) * (error / step)
            if error > abs(given[index]) * 2.0**-50:
                there[index] = given[index] + error
                change = max(change, abs(partial(*there) - local))
            moved += change
    except (ValueError, ArithmeticError):
        return math.inf
    return moved
