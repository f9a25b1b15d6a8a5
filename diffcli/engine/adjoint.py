"""The gradient as a formula: reverse mode over formulas in place of numbers.

The loop is that of the tape. There an adjoint is a number; here it is an expression,
and since equal expressions are one object, what two partials have in common is built
once. A function and its gradient become one list of operations: nobody has to write
it by hand, and whoever can run a list of operations (``engine/fold``) can run it.

    exp(-(x1-x2)**2)*sin(x1*x3) + log(1+x3**2)    16 operations and leaves
    the same with its three partials              27

Source: Griewank & Walther, "Evaluating Derivatives", 2008, sec. 3.2.
"""

from collections.abc import Sequence

from diffcli.calculus.functions import ADD, INFIX, MULTIPLY, PREFIX, WHEN
from diffcli.engine.rewriting import fill, tidy
from diffcli.engine.tape import Program
from diffcli.language.expression import Expression, call, number

Pair = tuple[str, str]
_Conditional = tuple[Expression, Expression | None]
"""An adjoint, and the condition under which it has a meaning; None: always."""


def partials(expression: Expression, names: Sequence[str]) -> list[Expression]:
    """Return the partial derivative with respect to each variable, sharing nodes.

    The adjoint of a node n is df/dn. That of f itself is 1, and every call c adds
    upstream times local, df/dc * dc/dn, to the adjoint of each of its arguments n.
    Calls come before their arguments, so an adjoint is complete when it is used.

    >>> from diffcli.language.parser import parse
    >>> from diffcli.language.printer import text
    >>> formula = parse("sin(x)*exp(y*sin(x))").expression
    >>> for partial in partials(formula, ["x", "y"]):
    ...     print(text(partial))
    (exp(y*sin(x)) + sin(x)*exp(y*sin(x))*y)*cos(x)
    sin(x)*exp(y*sin(x))*sin(x)
    """
    program = Program([expression])
    zero = number("0")
    adjoints: list[Expression] = [zero] * len(program.nodes)
    adjoints[program.outputs[0]] = number("1")
    # Where each of them has a meaning: 0 times a partial that does not exist is not 0.
    conditions: list[Expression | None] = [None] * len(program.nodes)
    for row in program.calls:
        upstream, node, condition = adjoints[row], program.nodes[row], conditions[row]
        if upstream is zero:
            continue
        letters = dict(zip("uv", node.args, strict=False))
        function = program.function(row)
        if function is WHEN:
            condition = _both(condition, node.args[0])
        for argument, text in zip(
            program.arguments(row), function.derivatives, strict=True
        ):
            if program.active[argument] and text != "0":
                local = number("1") if function is WHEN else fill(text, letters, tidy)
                adjoints[argument], conditions[argument] = _sum(
                    (adjoints[argument], conditions[argument]),
                    (_product(upstream, local), condition),
                )
    rows = [program.inputs.get(name) for name in names]
    return [
        zero if row is None else _chosen(adjoints[row], conditions[row]) for row in rows
    ]


def _both(one: Expression | None, other: Expression) -> Expression:
    """Return the condition that both hold; None always holds."""
    return other if one is None else call(INFIX["and"], one, other)


def _chosen(adjoint: Expression, condition: Expression | None) -> Expression:
    """Return an adjoint that is 0 where it has no meaning."""
    return adjoint if condition is None else call(WHEN, condition, adjoint)


def _product(upstream: Expression, local: Expression) -> Expression:
    """Return upstream times local; 1 is looked for first, as it is most frequent."""
    one = number("1")
    if local is one:
        return upstream
    return local if upstream is one else tidy(MULTIPLY, upstream, local)


def _sum(adjoint: _Conditional, term: _Conditional) -> _Conditional:
    """Return an adjoint with one more term; nearly every first one is added to 0."""
    (before, where), (more, there) = adjoint, term
    if before is number("0"):
        return term
    if where is there:
        return tidy(ADD, before, more), where
    total = tidy(ADD, _chosen(before, where), _chosen(more, there))
    if where is None or there is None or _opposite(where, there):
        return total, None
    return total, call(INFIX["or"], where, there)


def _opposite(one: Expression, other: Expression) -> bool:
    """Tell whether one of two conditions says that the other does not hold."""
    no = PREFIX["not"]
    return call(no, one) is other or call(no, other) is one


def second_partials(
    expression: Expression, names: Sequence[str]
) -> dict[Pair, Expression]:
    """Return the second derivatives with respect to each pair of variables.

    They are the partials of the partials. A pair is asked for in one order only: the
    matrix is symmetric, and the other half is the same objects.
    """
    seconds: dict[Pair, Expression] = {}
    for place, (name, slope) in enumerate(
        zip(names, partials(expression, names), strict=True)
    ):
        others = names[place:]
        for other, second in zip(others, partials(slope, others), strict=True):
            seconds[name, other] = seconds[other, name] = second
    return seconds
