"""The expression as a tree and, at a point, what its nodes are worth."""

from typing import Any

from diffcli.analysis.judgement import judged_by_nodes
from diffcli.engine.tape import BackwardPass
from diffcli.errors import UsageError
from diffcli.language.expression import written_size
from diffcli.language.parser import Parsed
from diffcli.problem import Problem
from diffcli.records import Record
from diffcli.remarks import Remark

MOST_DRAWN = 100_000
"""Nodes of a tree that is drawn as it is written."""


class Tree(Record):
    """A formula as a tree of nodes, with their values and adjoints at a point."""

    parsed: Parsed
    problem: Problem | None
    #: Its tape has the values.
    backward: BackwardPass | None
    #: What a reader of the numbers should know, a sentence each.
    warnings: tuple[Remark, ...] = ()

    def require_few_nodes(self) -> None:
        """Refuse what is too large to be drawn with each node wherever it is used.

        Raises UsageError.
        """
        if written_size(self.parsed.expression, MOST_DRAWN + 1) > MOST_DRAWN:
            raise UsageError(
                f"the tree has more than {MOST_DRAWN:,} nodes",
                hint="graph draws a node that is used twice only once",
                parameter="graph",
            )

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the formula and the problem: the adjoints follow from them."""
        return tree, (self.parsed, self.problem)


def tree(parsed: Parsed, problem: Problem | None = None) -> Tree:
    """Return a formula as a tree; for a problem, with values and adjoints.

    Raises KinkError where the nodes have no adjoints.
    """
    if problem is None:
        return Tree(parsed, None, None)
    warnings = judged_by_nodes(problem)
    return Tree(parsed, problem, problem.tape.backward(), warnings)
