"""A derivation, rule by rule."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from diffcli.document import Block, Document, Facts, Formula, Line, Lines, Run
from diffcli.engine.derivation import Derivation, Step
from diffcli.language.expression import Expression, Variable, variables
from diffcli.language.parser import Parsed
from diffcli.language.printer import latex, latex_name, text
from diffcli.problem import point_text
from diffcli.views import derivative_text, formulas, heading

SCHEMA = "diffcli/steps/1"
_MOST = 60  # steps that are shown to people
_WIDTH = 78  # columns that a step should fit in
_LONGEST = 200  # characters of a formula in a step


class Steps(NamedTuple):
    """Derivations with what is needed to tell about them."""

    parsed: Parsed
    derivations: Sequence[Derivation]
    #: "brief": one line a step; "full": the rule and its letters too.
    level: str
    #: The point, if one was given, and each partial's value there.
    point: Mapping[str, float]
    values: Mapping[str, float]


def document(steps: Steps) -> Document:
    """Return derivations as a document."""
    return Document(blocks=partial(_blocks, steps), record=partial(_record, steps))


def _blocks(steps: Steps) -> Iterator[Block]:
    yield from formulas(steps.parsed)
    for derivation in steps.derivations:
        yield Lines(((),))
        yield Lines(tuple(_lines(steps, derivation)))
        name = derivation.variable
        result = text(derivation.result, limit=_LONGEST)
        yield Formula(
            f"∂f/∂{name} = {result}",
            rf"\frac{{\partial f}}{{\partial {latex_name(name)}}} &="
            f" {latex(derivation.result, 400)}",
        )
        if name in steps.values:
            value = Run(f"= {steps.values[name]:.10g}", "value")
            yield Facts(((value, Run(f" at {point_text(steps.point)}")),))


def _lines(steps: Steps, derivation: Derivation) -> Iterator[Line]:
    """Yield the steps in the order in which they build on each other."""
    names = {node: name for name, node in steps.parsed.definitions.items()}
    shown = derivation.steps[:_MOST]
    rules = [_rule_name(step, derivation.variable) for step in shown]
    width = max(map(len, rules))
    indent = " " * (width + 7)
    for place, (rule, step) in enumerate(zip(rules, shown, strict=True)):
        head = (Run(f"{place + 1:3}  "), Run(rule.ljust(width), "name"), Run("  "))
        left, right = _equation(derivation, place, names)
        if right and len(indent) + len(left) + len(right) > _WIDTH:
            yield (*head, Run(left))
            yield (Run(indent), Run(right, "title"))
        else:
            yield (*head, Run(left), Run(right, "title"))
        if steps.level == "full":
            for sentence in _explained(step, derivation.variable, names):
                yield (Run(f"       {sentence}", "muted"),)
    if len(derivation.steps) > _MOST:
        left_out = len(derivation.steps) - _MOST
        yield (Run(f"     … and {left_out:,} more steps; -f json has all", "muted"),)


def _equation(
    derivation: Derivation, place: int, names: Mapping[Expression, str]
) -> tuple[str, str]:
    """Return d/dx[...] = ... as the rule gives it, and what tidying makes of it."""
    step = derivation.steps[place]
    others = {node: name for node, name in names.items() if node is not step.of}
    filled = derivation.filled(place)
    becomes = _short(step.becomes, names)
    raw = becomes if filled is None else _short(filled, names)
    left = f"d/d{derivation.variable}[{_short(step.of, others)}] = {raw}"
    return left, "" if raw == becomes else f" = {becomes}"


def _rule_name(step: Step, variable: str) -> str:
    """Return the lecture's name; a rule with something inside is a chain too."""
    inner = step.bindings.get("u")
    bare = inner is None or (isinstance(inner, Variable) and inner.name == variable)
    if step.rule.name in ("power", "exponential") and not bare:
        return f"{step.rule.name}, chain"
    return step.rule.name


def _explained(
    step: Step, variable: str, names: Mapping[Expression, str]
) -> Iterator[str]:
    """Yield the rule's general form, its letters, and what it says."""
    rule = step.rule
    if rule.before not in ("c", "x"):
        yield f"rule: D({rule.before}) = {rule.after}"
        letters = sorted(step.bindings.items())
        meant = ", ".join(
            f"{letter} = {_short(node, names)}" for letter, node in letters
        )
        yield f"with {meant}"
    sentence = re.sub(r"\bx\b", variable, rule.sentence)
    held = variables(step.of) if rule.before == "c" else []
    if held:
        sentence += f"; {', '.join(held)} held fixed"
    yield sentence
    if step.uses:
        yield f"uses {', '.join(f'step {use + 1}' for use in step.uses)}"


def _short(node: Expression, names: Mapping[Expression, str]) -> str:
    return text(node, spaced=False, limit=_LONGEST, names=names)


def _record(steps: Steps) -> dict[str, Any]:
    record: dict[str, Any] = {
        **heading(SCHEMA, steps.parsed),
        "derivations": {
            derivation.variable: {
                "steps": [
                    _step_record(derivation, place)
                    for place in range(len(derivation.steps))
                ],
                "result": derivative_text(derivation.result),
            }
            for derivation in steps.derivations
        },
    }
    if steps.point:
        record |= {"point": dict(steps.point), "values": dict(steps.values)}
    return record


def _step_record(derivation: Derivation, place: int) -> dict[str, Any]:
    step = derivation.steps[place]
    filled = derivation.filled(place)
    return {
        "rule": step.rule.name,
        "before": step.rule.before,
        "after": step.rule.after,
        "of": derivative_text(step.of),
        "filled": None if filled is None else derivative_text(filled),
        "becomes": derivative_text(step.becomes),
        "uses": list(step.uses),
    }
