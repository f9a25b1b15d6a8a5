"""How far rounding may have moved the value and each partial of a backward pass.

A running error analysis beside the two passes: every row's value and adjoint is taken
as off by a little, and what that does to the next row (``roundings``) is added up.

Source: Higham, "Accuracy and Stability of Numerical Algorithms", 2002, sec. 3.3.
"""

import math
from itertools import islice
from operator import attrgetter

from diffcli.calculus.functions import ARITHMETIC, NAMED
from diffcli.engine.roundings import VALUE, add_value_errors, roundings, through
from diffcli.engine.tape import ROUNDING, BackwardPass, Program, Tape
from diffcli.language.expression import Number as NumberNode

_CIRCULAR = ("sin", "cos", "tan", "asin", "acos", "atan")
_ROUNDED_WELL = ("power", "sqrt", "exp", "log", "abs", *_CIRCULAR)
#: Those that are as good as rounded once.
_WELL = frozenset(ARITHMETIC.values()) | {
    row.value for row in NAMED.values() if row.name in _ROUNDED_WELL
}
_WHOLE = 2.0**53  # up to here every whole number is a double
_ROUNDED_ONCE = frozenset(ARITHMETIC.values())


def partial_bounds(backward: BackwardPass) -> dict[str, float]:
    """Return for each variable a bound on the error of its partial."""
    tape, adjoints = backward
    program, values, errors = tape.program, tape.values, value_errors(tape)
    bounds = [0.0] * len(values)
    for row, a, b, slopes, toward_a, toward_b in tape.edges():
        upstream, uncertain = abs(adjoints[row]), bounds[row]
        if (upstream == 0.0 and uncertain == 0.0) or values[row] != values[row]:
            continue
        if toward_a is not None:
            bounds[a] += through(
                slopes[0], toward_a, upstream, uncertain, values, errors, row, a, b
            )
        if toward_b is not None:
            bounds[b] += through(
                slopes[1], toward_b, upstream, uncertain, values, errors, row, a, b
            )
    return {
        name: bounds[row] + 2 * ROUNDING * abs(adjoints[row])
        for name, row in program.inputs.items()
    }


def value_bound(backward: BackwardPass) -> float:
    """Return about how far rounding may have moved f: that of its constants, too."""
    tape = backward.tape
    if not rounds_once(tape.program):
        return value_errors(tape)[tape.program.outputs[0]]
    bound = backward.value_bound()
    return bound if bound == bound else math.inf  # a partial that there is not


def rounds_once(program: Program) -> bool:
    """Tell whether a backward pass sees all that rounding does.

    It reaches no constant and does not see a jump, and it takes every row as rounded
    once: that is so of sums, products and quotients.
    """
    active = program.active[len(program.leaves) :]
    once = _ROUNDED_ONCE.issuperset(program.functions) and all(active)
    return once and not any(leaf_errors(program))


def value_errors(tape: Tape) -> list[float]:
    """Return a bound on the error of every row's value."""
    if tape.errors is None:
        program, values = tape.program, tape.values
        tape.errors = errors = leaf_errors(program)
        start = len(errors)
        functions = map(attrgetter("function"), islice(program.nodes, start, None))
        computed = islice(values, start, None)
        rows = zip(
            computed,
            functions,
            program.first,
            program.second,
            *tape.toward,
            strict=True,
        )
        add_value_errors(errors, values, rows)
    return tape.errors


def expected_error(backward: BackwardPass) -> float:
    """Return how far rounding moves f, where every function errs as it usually does.

    That is ``BackwardPass.value_bound``, but for functions that are not rounded to the
    nearest double: their values are off by so many roundings more. Source: Innocente
    and Zimmermann, "Accuracy of Mathematical Functions", 2024, of which we know that
    arithmetic, powers, exp, log and the circular functions stay within one.
    """
    program, values = backward.tape.program, backward.tape.values
    more = 0.0
    for row in program.calls:
        function = program.function(row)
        if function.value not in _WELL:
            units = roundings(function)[0] / ROUNDING / VALUE
            more += (max(units, 2.0) - 1.0) * abs(values[row] * backward.adjoints[row])
    return backward.value_bound() + more * ROUNDING


def leaf_errors(program: Program) -> list[float]:
    """Return the rounding of numerals and constants; a point is exact.

    So are whole numbers, but for large ones: 2.8845e34 is no double.
    """
    return [
        ROUNDING * abs(node.value)
        if isinstance(node, NumberNode)
        and (node.value != math.floor(node.value) or abs(node.value) > _WHOLE)
        else 0.0
        for node in program.nodes[: len(program.leaves)]
    ]
