"""A student's lines with what is said of each."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from diffcli import version
from diffcli.analysis.slips import either
from diffcli.analysis.work import FOLLOWS, RIGHT, UNCLEAR, WRONG, Judgement, LineVerdict
from diffcli.calculus.functions import MULTIPLY, D
from diffcli.engine.paper import BESIDE
from diffcli.inputs.work import Item
from diffcli.language.expression import Call, Expression, call, postorder, variables
from diffcli.language.notation import CODE, Notation
from diffcli.output.breaking import broken_formula
from diffcli.output.document import (
    Block,
    Case,
    Document,
    Line,
    Lines,
    Picture,
    Run,
    Screen,
    Sheet,
)
from diffcli.output.verdict_sentences import sentence, wrapped

SCHEMA = "diffcli/work/1"
#: The columns for csv and tsv.
HEADER = ("line", "left", "formula", "verdict", "after")
_GAP = 4  # blanks between a line and what is said of it
_LONGEST = 400  # characters of a formula


def document(judgement: Judgement) -> Document:
    """Return a judgement as a document."""
    return Document(
        blocks=partial(_blocks, judgement),
        record=partial(_record, judgement),
        sheet=partial(_sheet, judgement),
        cases=partial(_cases, judgement),
    )


def _cases(judgement: Judgement) -> Iterator[Case]:
    """Yield a line as a test case; where no point tells it is an error."""
    for verdict in judgement.verdicts:
        slips = either(verdict.slips)
        outcome = {WRONG: "failure", UNCLEAR: "error"}.get(verdict.status, "")
        said = _said(verdict)
        if slips:
            said += f": {slips}"
        name = f"line {verdict.item.line}: {verdict.item.left}"
        name += f" {verdict.item.sign} {_written(verdict.item, CODE)}"
        yield Case(name, "derivation", outcome, said)


def _blocks(judgement: Judgement, notation: Notation) -> Iterator[Block]:
    yield Picture(partial(_judged, judgement, notation))
    for wrong in judgement.first_of_each:
        yield from _explained(wrong, notation)


def _explained(wrong: LineVerdict, notation: Notation) -> Iterator[Block]:
    """Yield why a line is wrong, and what would have been right."""
    line = wrong.item.line
    where = f"Line {wrong.after} to {line}"
    if wrong.after in (0, line):
        where = f"Line {line}"
    names = _used(wrong.item)
    said = sentence(wrong.slips[:1], notation, _taken(wrong.item), names)
    why = f"{where}: {said or 'it does not follow'}."
    yield Picture(partial(wrapped, why, ""))
    if wrong.right is not None:
        right = _right(wrong, notation)
        yield Lines(((Run(f"Right is {right}."),),))


def _taken(item: Item) -> list[str]:
    return [v for node in item.names.values() for v in variables(node)]


def _right(wrong: LineVerdict, notation: Notation) -> str:
    """Return what would be right, with the names that the wrong line has."""
    assert wrong.right is not None
    return _formula(wrong.right, wrong.item, notation, _used(wrong.item, wrong.right))


def _used(item: Item, node: Expression | None = None) -> dict[Expression, str]:
    """Return the names that a line has, by what they stand for."""
    used = variables(item.display)
    return {
        part: name
        for name, part in item.names.items()
        if name in used and part is not node and isinstance(part, Call)
    }


def _written(item: Item, notation: Notation) -> str:
    """Return a formula of the student, with the names of its parts."""
    return _formula(item.display, item, notation, {})


def _formula(
    node: Expression, item: Item, notation: Notation, names: Mapping[Expression, str]
) -> str:
    """Return a formula, with dots before what is pending."""
    taken = _taken(item)
    sign = notation.derivative(item.variable, several=len(set(taken)) > 1)
    taken += variables(node)
    return notation.text(
        _dotted(node), limit=_LONGEST, names=names, taken=taken, derivative=sign
    )


def _dotted(expression: Expression) -> Expression:
    """Return products with something pending as they stand on paper: u · d/dx v."""
    built: dict[Expression, Expression] = {}
    for node in postorder([expression]):
        if not isinstance(node, Call):
            built[node] = node
            continue
        pending = any(isinstance(a, Call) and a.function is D for a in node.args)
        row = BESIDE if node.function is MULTIPLY and pending else node.function
        built[node] = call(row, *(built[argument] for argument in node.args))
    return built[expression]


def _judged(judgement: Judgement, notation: Notation, screen: Screen) -> Iterator[Line]:
    """Yield every line with its number, and what is said of it."""
    verdicts = judgement.verdicts
    texts = [_written(v.item, notation) for v in verdicts]
    left = max(len(v.item.left) for v in verdicts)
    number = len(str(verdicts[-1].item.line))
    widest = max(
        (len(text) for text in texts if len(text) < screen.width // 2), default=0
    )
    line = 0
    for verdict, text in zip(verdicts, texts, strict=True):
        item = verdict.item
        head = f"{item.line if item.line != line else '':>{number}}  "
        head = f"{head}{item.left:<{left}} {item.sign} "
        *before, row = broken_formula(text, screen.width - len(head))
        for part in before:
            yield (Run(head + part),)
            head = " " * len(head)
        said = Run(_said(verdict), "doubtful" if verdict.status == WRONG else "rule")
        line = item.line
        column = max(len(row) + 1, widest + _GAP) if said.text else 0
        if len(head) + column + len(said.text) <= screen.width:
            yield (Run(f"{head}{row:<{column}}"), said)
        else:
            yield (Run(head + row),)
            yield (Run(" " * len(head)), said)


def _said(verdict: LineVerdict) -> str:
    after = verdict.after if verdict.after != verdict.item.line else 0
    if verdict.status == RIGHT:
        return f"right: {verdict.rule}" if verdict.rule else "right"
    if verdict.status == WRONG:
        return f"WRONG after line {after}" if after else "WRONG"
    if verdict.status == FOLLOWS:
        return f"follows from line {verdict.after}"
    return "no point tells" if verdict.status == UNCLEAR else ""


def _rows(judgement: Judgement) -> Iterator[tuple[Any, ...]]:
    for verdict in judgement.verdicts:
        formula = _written(verdict.item, CODE)
        after = verdict.after or None
        yield verdict.item.line, verdict.item.left, formula, verdict.status, after


def _about(verdict: LineVerdict) -> dict[str, Any]:
    return {
        "sign": verdict.item.sign,
        "exercise": verdict.item.exercise,
        "slip": either(verdict.slips) or None,
        "right": None if verdict.right is None else _right(verdict, CODE),
    }


def _record(judgement: Judgement) -> dict[str, Any]:
    wrong = judgement.first_wrong
    return {
        **version.record(SCHEMA),
        "variable": judgement.work.variable,
        "passed": judgement.passed,
        "lines": [
            dict(zip(HEADER, row, strict=True)) | _about(verdict)
            for row, verdict in zip(_rows(judgement), judgement.verdicts, strict=True)
        ],
        "slip": either(judgement.slips) or None,
        "right": _right(wrong, CODE) if wrong and wrong.right else None,
    }


def _sheet(judgement: Judgement) -> Sheet:
    rows = [("" if c is None else c for c in row) for row in _rows(judgement)]
    return Sheet(HEADER, [tuple(row) for row in rows])
