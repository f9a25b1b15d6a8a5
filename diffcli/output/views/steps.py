"""A derivation, rule by rule."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any

from diffcli.analysis.implicit import Curve
from diffcli.analysis.steps import Derivative
from diffcli.engine.derivation import Derivation, Step
from diffcli.engine.paper import Calculation, chain, too_long
from diffcli.language.expression import (
    Expression,
    Variable,
    postorder,
    variables,
    written_size,
)
from diffcli.language.latex_printer import latex
from diffcli.language.notation import Notation
from diffcli.language.parser import Parsed
from diffcli.language.partials import operator_latex, partial_latex
from diffcli.language.printer import text
from diffcli.output.breaking import broken_formula
from diffcli.output.document import (
    Block,
    Document,
    Facts,
    Formula,
    Line,
    Lines,
    Picture,
    Run,
    Screen,
)
from diffcli.output.paper import Paper, Question, typeset
from diffcli.output.paper.values import working
from diffcli.output.views import derivative_text, formulas, heading, sentences
from diffcli.output.views.implicit import derived
from diffcli.problem import point_text
from diffcli.records import Record
from diffcli.remarks import Remark

SCHEMA = "diffcli/steps/2"
_MOST = 60  # steps that are shown to people
_WIDTH = 78  # columns that a step should fit in
_LONGEST = 200  # characters of a formula in a step
_MOST_WRITTEN = 20_000_000  # characters of all steps in a record
_MOST_CHARACTERS = 20_000  # of one line of a chain in a record
_TYPESET = 600  # characters of its LaTeX


class Steps(Record):
    """Derivations with what is needed to tell about them."""

    parsed: Parsed
    derivatives: Sequence[Derivative]
    #: "paper": a chain of equals; "rules": one line a rule; "full": its letters too.
    level: str
    #: The point, if one was given.
    point: Mapping[str, float]
    #: sympy was asked for a shorter form.
    simplify: bool = False
    #: What a reader of the values at the point should know.
    warnings: Sequence[Remark] = ()
    #: The formula is 0 on this curve, whose slope is told; None: it is no equation.
    curve: Curve | None = None

    @property
    def several(self) -> bool:
        """Tell whether f has several variables: then it is ∂f, else df."""
        return len(self.parsed.variables) > 1

    @property
    def names(self) -> dict[Expression, str]:
        """The names that the text defines, by what they stand for."""
        return self.parsed.shown_names()

    def question(self, told: Derivative) -> Question:
        """Return what is differentiated: f, or the last line of the derivation before.

        It may be written otherwise than what the rules gave.
        """
        names, variables = told.variables, self.parsed.variables
        of = typed = self.parsed.expression
        for name in names[:-1]:
            if too_long(of):
                of = told.of
                break
            of = _chain(of, name, typed, several=self.several).result
        return Question(names, of, variables, self.parsed.definitions, (typed,))

    @property
    def ordered(self) -> dict[str, float]:
        """The point, its variables in the order in which they stand in the text."""
        nodes = postorder([*self.parsed.definitions.values(), self.parsed.expression])
        seen = dict.fromkeys(n.name for n in nodes if isinstance(n, Variable))
        return {n: self.point[n] for n in {**seen, **self.point} if n in self.point}


@lru_cache(maxsize=64)
def _chain(
    of: Expression, name: str, typed: Expression, *, several: bool
) -> Calculation:
    return chain(of, name, several=several, typed=(typed,))


def document(steps: Steps) -> Document:
    """Return derivations as a document."""
    return Document(
        blocks=partial(_blocks, steps),
        record=partial(_record, steps),
        warnings=steps.warnings,
    )


def _blocks(steps: Steps, notation: Notation) -> Iterator[Block]:
    yield from formulas(steps.parsed, notation, bare=bool(steps.parsed.definitions))
    for told in steps.derivatives:
        yield Lines(((),))
        if steps.level == "paper":
            yield Picture(
                partial(_on_paper, steps, told, notation),
                partial(_typeset_paper, steps, told),
            )
        else:
            yield from _by_rules(steps, told, notation)
        if steps.simplify:
            yield from _simplified(steps, told, notation)
    if steps.curve:
        yield Lines(((), (Run("On the curve f = 0:"),)))
        yield from derived(steps.curve, notation)


def _simplified(steps: Steps, told: Derivative, notation: Notation) -> Iterator[Block]:
    """Yield what sympy made of the result."""
    said = "simplify, by sympy:"
    if told.simplified is None:
        found = "no answer within two seconds" if told.unanswered else "nothing shorter"
        yield Facts(((Run(f"{said} {found}", "name"),),))
        return
    yield Facts(((Run(said, "name"),),))
    shown = notation.text(told.simplified, limit=_LONGEST, names=steps.names)
    head = notation.partial(told.variables, several=steps.several)
    typeset = latex(told.simplified, 400, steps.names)
    yield Formula(
        f"{head} = {shown}",
        f"{partial_latex(told.variables, several=steps.several)} &= {typeset}",
    )


def _by_rules(steps: Steps, told: Derivative, notation: Notation) -> Iterator[Block]:
    lines = tuple(_lines(steps, told.derivation, notation))
    if len(told.variables) > 1:
        above = notation.partial(told.variables[:-1], several=steps.several)
        before = Run(f"and of {above} again:", "muted")
        lines = ((before,), *lines)
    yield Lines(lines, partial(_latex_steps, steps, told))
    yield _equals(steps, told, told.derivation.result, notation)
    if told.value is not None:
        value = Run(f"= {told.value:.10g}", "value")
        yield Facts(((value, Run(f" at {point_text(steps.point, notation)}")),))


def _on_paper(
    steps: Steps, told: Derivative, notation: Notation, screen: Screen
) -> Iterator[Line]:
    """Yield the derivation as one writes it down, and the value put in."""
    paper = Paper(notation, steps.parsed.variables, screen.width, steps.parsed.labels)
    question = steps.question(told)
    yield from paper.derivation(question)
    if told.value is not None:
        yield from paper.at(working(question, steps.ordered, told.value))


def _typeset_paper(steps: Steps, told: Derivative) -> Iterator[str]:
    question, at_point = steps.question(told), None
    if told.value is not None:
        at_point = working(question, steps.ordered, told.value)
    return typeset(question, at_point, steps.parsed.labels)


def _equals(
    steps: Steps, told: Derivative, result: Expression, notation: Notation
) -> Formula:
    shown = notation.text(result, limit=_LONGEST, names=steps.names)
    typeset = latex(result, 400, steps.names)
    return Formula(
        f"{notation.partial(told.variables, several=steps.several)} = {shown}",
        f"{partial_latex(told.variables, several=steps.several)} &= {typeset}",
    )


def _latex_steps(steps: Steps, told: Derivative) -> Iterator[str]:
    """Yield the steps as a list; a formula in the text breaks where it may."""
    derivation = told.derivation
    sign = operator_latex(derivation.variable, several=steps.several)
    yield r"\begin{enumerate}\raggedright"
    for place, step in enumerate(derivation.steps[:_MOST]):
        others = {n: name for n, name in steps.names.items() if n is not step.of}
        of = latex(step.of, _TYPESET, others)
        becomes = latex(step.becomes, _TYPESET, steps.names)
        parts = [rf"{sign}\bigl[{of}\bigr]"]
        filled = derivation.filled(place)
        raw = becomes if filled is None else latex(filled, _TYPESET, steps.names)
        parts += [raw] if raw == becomes else [raw, becomes]
        rule = _rule_name(step, derivation.variable)
        yield rf"  \item \textbf{{{rule}}} \quad ${' = '.join(parts)}$"
        if steps.level == "full":
            yield rf"  \\ \textit{{{_sentence(step, told.variables[-1])}}}"
    yield r"\end{enumerate}"


def _lines(steps: Steps, derivation: Derivation, notation: Notation) -> Iterator[Line]:
    """Yield the steps in the order in which they build on each other."""
    names = steps.names
    shown = derivation.steps[:_MOST]
    rules = [_rule_name(step, derivation.variable) for step in shown]
    width = max(map(len, rules))
    indent = " " * (width + 7)
    for place, (rule, step) in enumerate(zip(rules, shown, strict=True)):
        head = (Run(f"{place + 1:3}  "), Run(rule.ljust(width), "name"), Run("  "))
        left, right = _equation(steps, derivation, place, notation)
        if len(indent) + len(left) + len(right) <= _WIDTH:
            yield (*head, Run(left), Run(right, "title"))
        else:
            first, *others = broken_formula(left, _WIDTH - len(indent))
            yield (*head, Run(first))
            yield from ((Run(indent + row),) for row in others)
            rows = broken_formula(right.strip(), _WIDTH - len(indent)) if right else ()
            yield from ((Run(indent + " "), Run(row, "title")) for row in rows)
        if steps.level == "full":
            for sentence in _explained(step, derivation.variable, names, notation):
                yield (Run(f"       {sentence}", "muted"),)
    if len(derivation.steps) > _MOST:
        left_out = len(derivation.steps) - _MOST
        yield (Run(f"     … and {left_out:,} more steps; -f json has all", "muted"),)


def _equation(
    steps: Steps, derivation: Derivation, place: int, notation: Notation
) -> tuple[str, str]:
    """Return d/dx[...] = ... as the rule gives it, and what tidying makes of it."""
    step, names = derivation.steps[place], steps.names
    others = {node: name for node, name in names.items() if node is not step.of}
    filled = derivation.filled(place)
    becomes = _short(step.becomes, names, notation)
    raw = becomes if filled is None else _short(filled, names, notation)
    sign = notation.derivative(derivation.variable, several=steps.several)
    left = f"{sign}[{_short(step.of, others, notation)}] = {raw}"
    return left, "" if raw == becomes else f" = {becomes}"


def _rule_name(step: Step, variable: str) -> str:
    """Return the lecture's name; a rule with something inside is a chain too."""
    inner = step.bindings.get("u")
    bare = inner is None or (isinstance(inner, Variable) and inner.name == variable)
    if step.rule.name in ("power", "exponential") and not bare:
        return f"{step.rule.name}, chain"
    return step.rule.name


def _sentence(step: Step, variable: str) -> str:
    """Return what the rule says, of this variable."""
    return re.sub(r"\bx\b", variable, step.rule.sentence)


def _explained(
    step: Step, variable: str, names: Mapping[Expression, str], notation: Notation
) -> Iterator[str]:
    """Yield the rule's general form, its letters, and what it says."""
    rule = step.rule
    if rule.before not in ("c", "x"):
        yield f"rule: D({rule.before}) = {rule.after}"
        letters = sorted(step.bindings.items())
        meant = ", ".join(
            f"{letter} = {_short(node, names, notation)}" for letter, node in letters
        )
        yield f"with {meant}"
    sentence = _sentence(step, variable)
    held = variables(step.of) if rule.before == "c" else []
    if held:
        sentence += f"; {', '.join(map(notation.variable, held))} held fixed"
    yield sentence
    if step.uses:
        yield f"uses {', '.join(f'step {use + 1}' for use in step.uses)}"


def _short(
    node: Expression, names: Mapping[Expression, str], notation: Notation
) -> str:
    return notation.text(node, limit=_LONGEST, names=names)


def _record(steps: Steps) -> dict[str, Any]:
    record: dict[str, Any] = {
        **heading(SCHEMA, steps.parsed),
        "derivations": {
            ",".join(told.variables): {
                "steps": list(_step_records(told.derivation)),
                "chain": _chain_record(steps, told),
                "result": derivative_text(told.derivation.result),
                "simplified": None
                if told.simplified is None
                else derivative_text(told.simplified),
                "simplification": _simplification(steps, told),
            }
            for told in steps.derivatives
        },
    }
    if steps.curve:
        derivatives = steps.curve.formulas.items()
        record["implicit"] = steps.curve.name
        record["slopes"] = {name: derivative_text(f) for name, f in derivatives}
    if steps.point:
        values = {",".join(told.variables): told.value for told in steps.derivatives}
        record |= {"point": dict(steps.point), "values": values}
        record["warnings"] = sentences(steps.warnings)
    return record


def _simplification(steps: Steps, told: Derivative) -> str:
    """Return what became of the wish for a shorter form."""
    if not steps.simplify:
        return "not asked"
    if told.simplified is not None:
        return "shorter"
    return "no answer in time" if told.unanswered else "nothing shorter"


def _chain_record(steps: Steps, told: Derivative) -> list[dict[str, Any]] | None:
    """Return the derivation on paper, in code; None: it is too long for paper."""
    of, name = steps.question(told).of, told.variables[-1]
    if too_long(of):
        return None
    typed = steps.parsed.expression
    lines = _chain(of, name, typed, several=steps.several).lines
    sign = f"d/d{told.variables[-1]}"

    def code(node: Expression) -> str:
        return text(node, limit=_MOST_CHARACTERS, derivative=sign)

    return [
        {
            "line": code(line.expression),
            "rules": [
                "".join(p if isinstance(p, str) else code(p) for p in reason)
                for reason in line.reasons
            ],
        }
        for line in lines
    ]


def _step_records(derivation: Derivation) -> Iterator[dict[str, Any]]:
    """Yield all steps; a formula that is too long to be of use is None."""
    # All steps together stay readable: the more there are, the shorter each.
    limit = max(200, min(20_000, _MOST_WRITTEN // len(derivation.steps)))
    sizes: dict[Expression, int] = {}

    def plain(node: Expression | None) -> str | None:
        if node is None or written_size(node, limit, sizes) == limit:
            return None  # a node has at least a character
        return derivative_text(node, limit)

    for place, step in enumerate(derivation.steps):
        yield {
            "rule": step.rule.name,
            "before": step.rule.before,
            "after": step.rule.after,
            "of": plain(step.of),
            "filled": plain(derivation.filled(place)),
            "becomes": plain(step.becomes),
            "uses": list(step.uses),
        }
