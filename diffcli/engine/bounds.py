"""How far rounding may have moved each partial of a backward pass.

A running error analysis beside the two passes: every row's value and adjoint is
taken as off by a little, and what that does to the next row is added up. The
change of a local partial is found by moving its arguments.

Source: Higham, "Accuracy and Stability of Numerical Algorithms", 2002, sec. 3.3.
"""

import math

from diffcli.calculus.functions import MINUS_ONE, ONE, ZERO, Number
from diffcli.engine.tape import ROUNDING, TINY, BackwardPass, Tape
from diffcli.language.expression import Call
from diffcli.language.expression import Number as NumberNode

_VALUE = 2.0  # roundings in a value: a library function is off by one or two units
_PARTIAL = 32.0  # in a local partial, which may square its argument, as in exp(-u*u)
#: The size of partials that are the same everywhere, and how far they move.
_CONSTANT = {ONE: (1.0, 0.0), MINUS_ONE: (1.0, 0.0), ZERO: (0.0, 0.0)}


def partial_bounds(backward: BackwardPass) -> dict[str, float]:
    """Return for each variable a bound on the error of its partial."""
    (program, values), adjoints = backward
    errors = value_errors(backward.tape)
    bounds = [0.0] * len(values)
    for row, argument, partial, a, b in program.edges:
        upstream, uncertain = adjoints[row], bounds[row]
        if (upstream == 0.0 and uncertain == 0.0) or values[row] != values[row]:
            continue
        local, moved = _CONSTANT.get(partial) or _moved(
            partial, (row, a) if b < 0 else (row, a, b), values, errors
        )
        bounds[argument] += (
            uncertain * local
            + abs(upstream) * (moved + _PARTIAL * ROUNDING * local)
            + TINY
        )
    return {
        name: bounds[row] + 2 * ROUNDING * abs(adjoints[row])
        for name, row in program.inputs.items()
    }


def value_bound(backward: BackwardPass) -> float:
    """Return about how far rounding may have moved f: that of its constants, too."""
    tape = backward.tape
    if any(_leaf_errors(tape)):  # a backward pass does not reach them
        return value_errors(tape)[tape.program.outputs[0]]
    return backward.value_bound()


def value_errors(tape: Tape) -> list[float]:
    """Return a bound on the error of every row's value.

    A row that is defined by others is taken as if its arguments were rounded once more.
    """
    program, values = tape
    errors = _leaf_errors(tape)
    row = len(errors)
    for node, (_, a, b) in zip(program.nodes[row:], program.forward, strict=True):
        value = abs(values[row])
        if value != value:  # a gap, which nobody uses
            errors.append(0.0)
            row += 1
            continue
        error = _VALUE * ROUNDING * value + (TINY if value < 1e-290 else 0.0)
        assert isinstance(node, Call)
        # What is composed of other functions may cancel inside: lgamma, logsumexp.
        inside = ROUNDING if node.function.definition else 0.0
        if inside or errors[a] or (b >= 0 and errors[b]):
            args = (a,) if b < 0 else (a, b)
            for argument, partial in zip(args, node.function.partials, strict=True):
                moved = errors[argument] + inside * abs(values[argument])
                if moved:
                    known = _CONSTANT.get(partial)
                    local = known[0] if known else _local(partial, row, args, values)
                    error += local * moved if local else 0.0
        errors.append(error)
        row += 1
    return errors


def _leaf_errors(tape: Tape) -> list[float]:
    """Return the rounding of numerals and constants; a point is exact."""
    program = tape.program
    return [
        ROUNDING * abs(node.value)
        if isinstance(node, NumberNode) and node.value != math.floor(node.value)
        else 0.0
        for node in program.nodes[: len(program.leaves)]
    ]


def _local(
    partial: Number, row: int, args: tuple[int, ...], values: list[float]
) -> float:
    """Return the size of a local partial; infinite where it cannot be computed."""
    try:
        return abs(partial(values[row], *[values[argument] for argument in args]))
    except (ValueError, ArithmeticError):
        return math.inf


def _moved(
    partial: Number, places: tuple[int, ...], values: list[float], errors: list[float]
) -> tuple[float, float]:
    """Return a local partial's size, and how far it moves with y and its arguments.

    Each is moved by its error, and by more, scaled down, for a step within one
    rounding shows nothing. Where it cannot be computed both are infinite.
    """
    given = [values[place] for place in places]
    moved = 0.0
    local = math.inf
    try:
        local = partial(*given)
        for index, place in enumerate(places):
            error = errors[place]
            if error == 0.0:
                continue
            here = given[index]
            step = max(abs(here) * 2.0**-26, error)
            given[index] = here + step
            change = abs(partial(*given) - local) * (error / step)
            if error > abs(here) * 2.0**-50:
                given[index] = here + error
                change = max(change, abs(partial(*given) - local))
            given[index] = here
            moved += change
    except (ValueError, ArithmeticError):
        return abs(local), math.inf
    return abs(local), moved
