"""Where two runs of a program are on different sides of a kink or jump."""

from diffcli.calculus.functions import Function
from diffcli.engine.tape import Program, Tape
from diffcli.language.expression import Call

_LEAP = 1e-3  # a change between two runs that no slope explains


def has_rough_rows(program: Program) -> bool:
    """Tell whether a function with kinks or jumps occurs."""
    return any(
        isinstance(node, Call) and node.function.rough is not None
        for node in program.nodes
    )


def switched(low: Tape, high: Tape) -> Function | None:
    """Return a function that is on other branches in one run than in the other."""
    program = low.program
    for row in program.calls:
        function = program.function(row)
        rough = function.rough
        if rough is None or rough.kind == "vertical tangent":
            continue
        leap = abs(low.values[row] - high.values[row])
        if rough.kind == "jump" and leap > _LEAP:
            return function
        before, after = low.locals(row), high.locals(row)
        if any(abs(after[argument] - before[argument]) > _LEAP for argument in before):
            return function
    return None
