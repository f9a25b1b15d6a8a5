"""What a teacher says of an answer, or of a derivation line by line."""

from collections.abc import Iterable, Mapping
from typing import SupportsFloat

from diffcli.analysis import marking as _marking
from diffcli.analysis import work as _work
from diffcli.analysis.marking import UNCLEAR, WRONG, Mark
from diffcli.analysis.work import Judgement
from diffcli.api.tolerances import tolerance
from diffcli.inputs import arguments
from diffcli.inputs.arguments import Claim, Formula, Point
from diffcli.inputs.work import Work, read

__all__ = ["UNCLEAR", "WRONG", "Mark", "judge", "mark"]


def mark(
    formula: Formula,
    claims: Mapping[str, Claim],
    point: Point | None = None,
    *,
    rtol: SupportsFloat | None = None,
    atol: SupportsFloat | None = None,
) -> Mark:
    """Return what a teacher says of claimed partials: right, or wrong and why.

    A claim has to be right near the point, or everywhere if there is none; a number
    only at the point, no further off than ``rtol`` and ``atol`` if these are given.

    >>> found = mark("sin(2*x)", {"x": "cos(2*x)"})
    >>> found.status, found.slip
    ('wrong', 'the inside 2*x was not differentiated: its derivative 2 is missing')

    Raises UsageError, ParseError, PointError. Where the formula is undefined at the
    point, the mark has the error.
    """
    parsed = arguments.formula(formula, () if point is None else point)
    values = None if point is None else arguments.point(point, parsed)
    claimed = arguments.claims(claims, parsed.variables)
    return _marking.mark(parsed, claimed, values, tolerance(rtol, atol))


def judge(lines: str | Iterable[str] | Work) -> Judgement:
    r"""Return what is said of somebody's derivation, each line against the one before.

    A line says what a name stands for (f(x) = ...), what its derivative is
    (f'(x) = ..., df/dx = ...), or goes on (= ...), with d/dx[...] for what is pending.

    >>> found = judge("f(x) = sin(3*x)\nf'(x) = cos(3*x)*d/dx[3*x]\n= cos(3*x)")
    >>> [verdict.status for verdict in found.verdicts], str(found.slips[0])
    (['given', 'right', 'wrong'], 'the inner derivative 3 of 3*x was lost')

    Raises ParseError and UsageError, with the line, where it cannot be understood.
    """
    if isinstance(lines, Work):
        return _work.judge(lines)
    texts = lines.splitlines() if isinstance(lines, str) else lines
    return _work.judge(read(arguments.words(texts, "lines"), "line"))
