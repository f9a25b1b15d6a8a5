"""What every command says of one point: it has no derivative, or few certain digits.

``compare`` judges a point; this hands its judgement to the commands that show other
things of the same point than grad does.
"""

from collections.abc import Sequence

from diffcli.analysis.certainty import require_nodes_hold
from diffcli.analysis.grad import smooth
from diffcli.engine.one_sided import Slopes, slopes
from diffcli.engine.tape import BackwardPass, Program, Undefined
from diffcli.errors import KinkError
from diffcli.language.expression import Expression
from diffcli.problem import DOUBLE, Problem, point_text
from diffcli.remarks import Remark

_TIMES = {2: "twice", 3: "three times"}


def judged(problem: Problem) -> tuple[Remark, ...]:
    """Return what a reader of the exact numbers at a point should know.

    Raises KinkError where there is no derivative.
    """
    return smooth(problem).warnings


def judged_by_nodes(problem: Problem) -> tuple[Remark, ...]:
    """Return the same for numbers that are told node by node.

    Raises KinkError where there is no derivative, or another than the nodes' product.
    """
    comparison = smooth(problem)
    (result,) = comparison.results
    assert isinstance(result.evidence, BackwardPass)
    require_nodes_hold(problem, comparison.corners, result.evidence)
    return comparison.warnings


def corners(
    problem: Problem,
    derivative: Expression,
    path: Sequence[str],
    names: Sequence[str],
    value: float | None = None,
    digits: int = DOUBLE,
) -> dict[str, Slopes]:
    """Return a derivative's slopes toward the variables that meet a rough place.

    The derivative is that of f toward each variable of ``path``, and ``value`` what it
    is at the point, where its text has a convention.

    Raises KinkError where its two sides differ: there is no further derivative then.
    """
    try:
        tape = Program([derivative]).run(problem.point)
    except Undefined:
        return {}
    found = slopes(tape, problem.point, value=value, digits=digits)
    for name in names:
        if name in found and found[name].slope is None:
            order = len(path) + 1
            raise KinkError(
                f"not {_TIMES.get(order, f'{order} times')} differentiable at"
                f" {point_text(problem.point)}: {problem.partial(*path)} has"
                f" {found[name]}",
                facts={"variable": name},
            )
    return {name: found[name] for name in names if name in found}
