"""Judge a student's lines, each against the one before it."""

import re
from collections.abc import Iterator

from diffcli.analysis.equality import equal
from diffcli.analysis.slips import Slip, explain
from diffcli.calculus.functions import D
from diffcli.calculus.mistakes_of_forms import ALGEBRA, Move
from diffcli.calculus.rules import Rule
from diffcli.engine.derivation import derivations
from diffcli.engine.normal import normal
from diffcli.engine.paper import chain, light, resolved, too_long
from diffcli.engine.rewriting import Bindings, fill, match
from diffcli.inputs.rounded import is_one_number, rounded_as, rounding
from diffcli.inputs.work import Item, Work
from diffcli.language.expression import Call, Expression, call, postorder, variables
from diffcli.records import Record

GIVEN, RIGHT, FOLLOWS, WRONG = "given", "right", "follows", "wrong"
"""Said of a line: it defines; it is right; it follows from a wrong one; it does not."""
UNCLEAR = "unclear"
"""Nowhere do it and the line before both have a value."""
_MOST_NODES = 200  # of a line in which a slip is looked for


class LineVerdict(Record):
    """What is said of one formula in somebody's derivation."""

    item: Item
    status: str
    #: The line that it has to follow from; 0: it begins.
    after: int = 0
    #: The rule by which the first line of a derivative is right.
    rule: str = ""
    #: What was done there, if that can be told of the first wrong one of an exercise.
    slips: tuple[Slip, ...] = ()
    #: What would have been right there.
    right: Expression | None = None


class Judgement(Record):
    """What is said of all lines, and why the first wrong one is wrong."""

    work: Work
    verdicts: tuple[LineVerdict, ...]

    @property
    def first_wrong(self) -> LineVerdict | None:
        """The first line that does not follow."""
        return next(iter(self.first_of_each), None)

    @property
    def first_of_each(self) -> list[LineVerdict]:
        """The first line of each exercise that does not follow."""
        found: dict[int, LineVerdict] = {}
        for verdict in self.verdicts:
            if verdict.status == WRONG:
                found.setdefault(verdict.item.exercise, verdict)
        return list(found.values())

    @property
    def slips(self) -> tuple[Slip, ...]:
        """What was done in the first wrong line, if that can be told."""
        return self.first_wrong.slips if self.first_wrong else ()

    @property
    def right(self) -> Expression | None:
        """What would have been right there."""
        return self.first_wrong.right if self.first_wrong else None

    @property
    def passed(self) -> bool:
        """Tell whether every line follows and none could not be judged."""
        return all(v.status in (GIVEN, RIGHT) for v in self.verdicts)


def judge(work: Work) -> Judgement:
    """Return what is said of a student's lines."""
    verdicts: list[LineVerdict] = []
    wrong: set[int] = set()
    shown: dict[Expression, Expression] = {}  # the last right line for each left side
    before: Item | None = None
    root: Expression | None = None
    off = 0.0
    for item in work.items:
        if item.given or item.root is not None:
            before, root = None, item.expression if item.given else item.root
            off = 0.0
        off += item.off
        verdict = LineVerdict(item, GIVEN)
        if not item.given:
            assert root is not None
            previous = before.expression if before else root
            verdict = _verdict(item, before, previous, root, off)
            if verdict.status == WRONG and item.exercise not in wrong:
                wrong.add(item.exercise)
                verdict = _explained(verdict, previous, root, shown.get(root))
            if verdict.status == RIGHT:
                shown[root] = item.expression
        verdicts.append(verdict)
        before = item
    return Judgement(work, tuple(verdicts))


def _verdict(
    item: Item, before: Item | None, previous: Expression, root: Expression, off: float
) -> LineVerdict:
    """Return what is said of a line; ``off`` is what was rounded away in its chain."""
    here, last, first = (
        resolved(part, item.variable) for part in (item.expression, previous, root)
    )
    after = before.line if before else 0
    near = item.off + (before.off if before else 0.0)
    follows, right = equal(last, here, off=near), equal(first, here, off=off)
    if follows is None:
        return LineVerdict(item, UNCLEAR, after)
    if not follows:
        return LineVerdict(item, WRONG, after)
    rule = _rule(root, item.variable) if before is None else ""
    return LineVerdict(item, RIGHT if right else FOLLOWS, after, rule)


def _rule(root: Expression, name: str) -> str:
    """Return the first rule of a derivative, in a word or two."""
    of = _differentiated(root, name)
    if of is None or too_long(of):
        return ""
    first = chain(of, name).lines[0]
    words = [reason[0] for reason in first.reasons if isinstance(reason[0], str)]
    word = words[0].partition(":")[0] if words else ""
    return "" if "/" in word else word  # d/dz √z = 1/(2√z) has no name


def _explained(
    verdict: LineVerdict,
    previous: Expression,
    root: Expression,
    shown: Expression | None,
) -> LineVerdict:
    """Return why a line does not follow, and what would have been right."""
    item = verdict.item
    name = item.variable
    here = resolved(item.expression, name)
    right = normal(resolved(previous, name), [previous])
    of = _differentiated(previous, name)
    if of is not None:
        right = chain(of, name).result
    if not variables(here) and not variables(right):
        return _misrounded(verdict, here, right)
    found = list(_moves(previous, here, name))
    if not found and shown is not None:
        found = list(_moves(shown, here, name))
    of = _differentiated(root, name)
    if not found and of is not None:
        (derivation,) = derivations(of, (name,))
        found = list(explain(derivation, here))
    return verdict._replace(slips=tuple(found[:1]), right=right)


def _misrounded(
    verdict: LineVerdict, here: Expression, right: Expression
) -> LineVerdict:
    """Return what is said of a number that is wrong, or that was only rounded."""
    if verdict.item.off and is_one_number(here):
        return verdict._replace(right=rounded_as(right, here))
    if equal(here, right, off=rounding(here)):
        said = (here, " is rounded: write ≈ before it, not =")
        return verdict._replace(slips=(Slip(None, said),), right=right)
    return verdict._replace(right=right)


def _differentiated(node: Expression, name: str) -> Expression | None:
    """Return what is differentiated as a whole; None: it is no derivative."""
    if isinstance(node, Call) and node.function is D:
        return resolved(node.args[0], name)
    return None


def _moves(previous: Expression, here: Expression, name: str) -> Iterator[Slip]:
    """Yield moves of algebra that lead from one line to the next."""
    nodes = postorder([previous])
    if len(nodes) > _MOST_NODES or (
        isinstance(previous, Call) and previous.function is D
    ):
        return
    for move in ALGEBRA:
        for node in reversed(nodes):
            bindings = match(Rule("", move.before, "", ""), node, lambda *_: True)
            if bindings is None:
                continue
            wrong = fill(move.after, bindings, light)
            replaced = resolved(_with(previous, node, wrong), name)
            if equal(replaced, here):
                yield Slip(node, tuple(_said(move, bindings, name)))
                return


def _said(move: Move, bindings: Bindings, name: str) -> Iterator[str | Expression]:
    for place, part in enumerate(re.split(r"\{(.*?)\}", move.said)):
        if place % 2:
            node = fill(part, bindings, call)
            yield normal(resolved(node, name), [node]) if "D(" in part else node
        elif part:
            yield part


def _with(whole: Expression, part: Expression, other: Expression) -> Expression:
    """Return an expression with one part replaced."""
    built: dict[Expression, Expression] = {}
    for node in postorder([whole]):
        if node is part:
            built[node] = other
        elif isinstance(node, Call):
            built[node] = call(node.function, *(built[a] for a in node.args))
        else:
            built[node] = node
    return built[whole]
