"""Differentiate by the rules; every move is a Step and the answer is the last one.

The steps are not a log beside the computation, they are the computation: a list
in which each step names the earlier steps whose results it uses.
"""

from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import Any

from diffcli.calculus import mistakes_of_functions
from diffcli.calculus.functions import ADD, CONDITIONS, MULTIPLY, NAMED, Function
from diffcli.calculus.rules import DIFFERENTIATION, Rule
from diffcli.engine.dependence import Dependence, Spine
from diffcli.engine.rewriting import Bindings, fill, match, pattern, tidy
from diffcli.errors import DiffcliError
from diffcli.language.expression import (
    Call,
    Expression,
    Variable,
    call,
    number,
    written_size,
)
from diffcli.records import Record

MOST_STEPS = 1_000_000
"""Steps after which a derivation is given up rather than waited for."""
_READABLE = 1_000  # nodes up to which a derivative is shortened for a reader
_READABLE_TEXT = 4_000  # the same as it is written, where shared parts stand often


class Step(Record):
    """One move: the derivative of one node by one rule."""

    #: The row that was used.
    rule: Rule
    #: The node that was differentiated.
    of: Expression
    #: Its derivative, in short form.
    becomes: Expression
    #: Which earlier steps gave the D(...) in it.
    uses: tuple[int, ...]
    #: What the rule's letters stand for; empty for a long sum or product.
    bindings: Bindings


class Derivation(Record):
    """How the derivative toward one variable was found."""

    variable: str
    steps: tuple[Step, ...]

    @property
    def result(self) -> Expression:
        """The derivative: the last step."""
        return self.steps[-1].becomes

    def filled(self, place: int) -> Expression | None:
        """Return a step's right side as the rule gives it, before tidying.

        None for a long sum or product, which nobody wants to see written out.
        """
        step = self.steps[place]
        if not step.bindings:
            return None
        derivatives = {self.steps[use].of: self.steps[use].becomes for use in step.uses}
        return fill(step.rule.after, step.bindings, call, derivatives.__getitem__)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle what was differentiated: by the rules it gives the same steps."""
        return _derived_again, (self.steps[-1].of, self.variable)

    def __str__(self) -> str:
        """Return the derivative as text."""
        from diffcli.language.printer import text

        return text(self.result)


def _derived_again(expression: Expression, variable: str) -> Derivation:
    """Return what was pickled."""
    return next(derive(expression, (variable,)))


class TooLong(DiffcliError):
    """The derivation has more steps than anybody would wait for."""


def derive(
    expression: Expression, variables: Iterable[str], *, short: bool = True
) -> Iterator[Derivation]:
    """Yield the derivation of an expression toward each variable.

    Without ``short`` the answers stay as the rules leave them, for nobody reads them.

    >>> from diffcli.language.parser import parse
    >>> formula = parse("(2*x1+3*x2)**2+3").expression
    >>> [str(derivation) for derivation in derive(formula, ["x1", "x2"])]
    ['4*(2*x1 + 3*x2)', '6*(2*x1 + 3*x2)']

    Raises TooLong after a million steps.
    """
    graph = Dependence(expression)
    taken = 0
    for name in variables:
        derivation = _derive(graph, name, MOST_STEPS - taken, short=short)
        taken += len(derivation.steps)
        yield derivation


@lru_cache(maxsize=8)
def derivations(
    expression: Expression, variables: tuple[str, ...]
) -> tuple[Derivation, ...]:
    """Return what ``derive`` yields, once for all points of a formula.

    Raises TooLong after a million steps.
    """
    return tuple(derive(expression, variables))


def _derive(graph: Dependence, name: str, most: int, *, short: bool) -> Derivation:
    """Differentiate all nodes that depend on a variable, in order."""
    leaf = graph.leaves.get(name)
    rows = [len(graph.order) - 1] if leaf is None else graph.above(leaf)
    if len(rows) > most:
        raise TooLong(f"the derivation would take more than {MOST_STEPS:,} steps")
    depends = frozenset(graph.order[row] for row in rows if leaf is not None)
    work = _Work(name, depends)
    for row in rows:
        if row in graph.spines:
            work.take_spine(graph.order[row], graph.spines[row])
        else:
            work.take(graph.order[row])
    if short and len(graph.order) < _READABLE:
        work.shorten(graph)
    return Derivation(name, tuple(work.steps))


class _Work:
    """The steps so far."""

    def __init__(self, name: str, depends: frozenset[Expression]) -> None:
        self.name = name
        self.depends = depends
        self.steps: list[Step] = []
        self.step_of: dict[Expression, int] = {}

    def fits(self, letter: str, node: Expression) -> bool:
        """Tell whether a letter of a rule may stand for a node."""
        if letter == "x":
            return isinstance(node, Variable) and node.name == self.name
        return letter not in "cn" or node not in self.depends

    def take(self, node: Expression) -> None:
        """Add the step that differentiates a node."""
        rule, bindings = self.first(node)
        uses: list[int] = []

        def derivative(part: Expression) -> Expression:
            if part not in self.step_of:
                self.take(part)  # a constant: one step, and no deeper
            uses.append(self.step_of[part])
            return self.steps[uses[-1]].becomes

        becomes = fill(rule.after, bindings, tidy, derivative)
        self.add(Step(rule, node, becomes, (), bindings), uses)

    def take_spine(self, node: Expression, spine: Spine) -> None:
        """Add the step that differentiates a long sum or product at once.

        Only the terms that depend on the variable are met, so that the derivatives
        toward all n variables of a sum of n terms cost n and not n squared.
        """
        product = spine.function is MULTIPLY
        rule = _LONG_PRODUCT if product else _LONG_SUM
        uses: list[int] = []
        becomes: Expression = number("0")
        for position in spine.positions(self.depends):
            uses.append(self.step_of[spine.terms[position]])
            slope = self.steps[uses[-1]].becomes
            if product:
                slope = spine.times_the_others(position, slope)
            becomes = tidy(ADD, becomes, slope)
        self.add(Step(rule, node, becomes, (), {}), uses)

    def add(self, step: Step, uses: list[int]) -> None:
        """Put a step at the end."""
        self.step_of[step.of] = len(self.steps)
        self.steps.append(step._replace(uses=tuple(uses)))

    def shorten(self, graph: Dependence) -> None:
        """Add a last step if the result is not in normal form yet."""
        last = self.steps[-1]
        if not readable(last.becomes):
            return
        form = graph.reading.normal(last.becomes)
        if form is not last.becomes:
            step = Step(_SHORTEN, last.of, form, (), {"u": last.of})
            self.steps.append(step._replace(uses=(len(self.steps) - 1,)))

    def first(self, node: Expression) -> tuple[Rule, Bindings]:
        """Return the first row that fits a node, and what its letters stand for."""
        for rule in rules_for(node.function if isinstance(node, Call) else None):
            bindings = match(rule, node, self.fits)
            if bindings is not None:
                return rule, bindings
        raise AssertionError(f"no rule for {node!r}")


def readable(expression: Expression) -> bool:
    """Tell whether somebody could read an expression as it is written."""
    return written_size(expression, _READABLE_TEXT) < _READABLE_TEXT


_SHORTEN = Rule(
    "shorten", "u", "D(u)", "like terms are collected and fractions cancelled"
)
_LONG_SUM = Rule(
    "linearity", "u + v + ...", "D(u) + D(v) + ...",
    "a sum changes by the sum of the changes",
)  # fmt: skip
_LONG_PRODUCT = Rule(
    "product", "u*v*...", "D(u)*v*... + u*D(v)*... + ...",
    "each factor changes once while the others are held",
)  # fmt: skip


@cache
def _by_function() -> dict[str, list[Rule]]:
    """Return the rows by the operator on top; rows for anything are in every list."""
    tops = [(pattern(rule.before), rule) for rule in DIFFERENTIATION]
    names = {top.function.name for top, _ in tops if isinstance(top, Call)}
    return {
        name: [
            rule
            for top, rule in tops
            if not isinstance(top, Call) or top.function.name == name
        ]
        for name in (*names, "")
    }


def rules_for(function: Function | None) -> list[Rule]:
    """Return the rows that may fit a node with this function on top, in order."""
    table = _by_function()
    if function is None:
        return table[""]
    return table.get(function.name) or _chain(function.name)


@cache
def _chain(name: str) -> list[Rule]:
    """Return the chain rule for a function, from its row in the table."""
    row = NAMED[name]
    letters = "uv"[: row.arity]
    before = f"{name}({', '.join(letters)})"
    if row.notation and row not in CONDITIONS:  # an operator that no rule speaks of
        before = f"{letters[:-1]}{row.notation.symbol}{letters[-1]}"
    terms = [
        f"({text})*D({letter})"
        for text, letter in zip(row.derivatives, letters, strict=True)
    ]
    rule = Rule(
        "chain",
        before,
        " + ".join(terms),
        f"the derivative of {name}, times the inner derivative",
        mistakes_of_functions.of_chain(name, row.derivatives),
    )
    return [*_by_function()[""], rule]
