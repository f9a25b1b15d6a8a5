"""Which slip in a derivation leads to a wrong claim.

A slip is one wrong right side in an otherwise right derivation. The derivative is
linear in every D(u) in it, so a wrong D(u) moves the result by

    adjoint of u * (wrong D(u) - right D(u))

and no derivation has to be made again: one forward and one backward pass at each point
tell what all slips lead to. A claim that is a formula is compared at several points, so
that a slip is named only if it explains the formula; a number can only fit.
"""

from collections.abc import Iterator, Mapping

from diffcli.analysis.slip_search import Search, Slip, either
from diffcli.analysis.slip_trials import trials
from diffcli.analysis.whole_slips import wholes
from diffcli.calculus.functions import D
from diffcli.engine.derivation import Derivation, readable
from diffcli.engine.paper import Calculation, chain, too_long
from diffcli.language.expression import Call, Expression, postorder

__all__ = ["MOST_SAID", "Slip", "either", "explain", "line_left"]

_MOST_STEPS = 1_000  # steps of a derivation in which a slip is looked for
MOST_SAID = 2  # of slips in the rules, and once more of what was given as a whole


def explain(
    derivation: Derivation,
    claim: Expression,
    point: Mapping[str, float] | None = None,
    *,
    second: bool = False,
) -> tuple[Slip, ...]:
    """Return the slips that give the claim, the outermost first; often there is none.

    They give it at the point and at others near it; a claim that is a number, and a
    derivative that is none, are compared at the point alone. What is differentiated may
    be a derivative already: ``second``.
    """
    if len(derivation.steps) > _MOST_STEPS or too_long(derivation.steps[-1].of):
        return ()
    found = list(trials(derivation, claim, point))
    if not found or all(t.is_claimed(t.true, abs(t.true)) for t in found):
        return ()
    search = Search(derivation, claim, found)
    slips = _simplest(search.by_rule())
    whole = _simplest(
        Slip(None, s) for s in wholes(derivation, claim, found, second=second)
    )
    slips = slips or (() if whole else _simplest(search.anywhere()))
    if slips and len(found) == 1:
        head = slips[0]._replace(said=("this number fits a slip: ", *slips[0].said))
        slips = (head, *slips[1:])
    said = [slip.said for slip in slips]
    whole = tuple(slip for slip in whole if slip.said not in said)
    slips = (*slips, *whole[: max(1, MOST_SAID - len(slips))])
    return slips or tuple(search.factor())


def _simplest(slips: Iterator[Slip]) -> tuple[Slip, ...]:
    """Return the first of the slips with the fewest faults, each sentence once."""
    said = {str(slip): slip for slip in slips}
    fewest = min((slip.faults for slip in said.values()), default=None)
    return tuple(s for s in said.values() if s.faults == fewest)[:MOST_SAID]


def line_left(
    slip: Slip, derivation: Derivation, *, several: bool
) -> Calculation | None:
    """Return the line of the derivation on paper that the slip has spoiled, if any.

    It is the one in which D(u) is replaced by its rule's right side, or the D(...)
    that u was a part of.
    """
    of = derivation.steps[-1].of
    if slip.of is None or not readable(of):
        return None
    found = chain(of, derivation.variable, several=several)
    pending = [of]
    spoiled, *_ = found.lines
    for line in found.lines:
        if any(slip.of in postorder([part]) for part in pending):
            spoiled = line
        pending = [
            node.args[0]
            for node in postorder([line.expression])
            if isinstance(node, Call) and node.function is D
        ]
    return found._replace(lines=(spoiled,))
