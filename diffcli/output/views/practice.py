"""A sheet of exercises, with the solutions if they are wanted."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import diffcli
from diffcli.analysis.practice import DERIVATIVE, NUMBER, RULE, RULES, Exercise
from diffcli.language.notation import CODE, Notation
from diffcli.language.printer import latex
from diffcli.output.document import (
    Block,
    Document,
    Formula,
    Line,
    Lines,
    Picture,
    Prose,
    Run,
    Screen,
    Sheet,
)
from diffcli.output.paper import Paper, Question, typeset
from diffcli.problem import point_text
from diffcli.records import Record

SCHEMA = "diffcli/practice/1"
#: The columns for csv and tsv; the last is there with the solutions only.
HEADER = ("number", "kind", "formula", "at", "answer")
_VARIABLES = ("x",)


class Exercises(Record):
    """A sheet, and how it was asked for."""

    exercises: Sequence[Exercise]
    rules: Sequence[str]
    difficulty: int
    seed: int
    #: The solutions are shown too.
    solutions: bool = False

    @property
    def call(self) -> str:
        """What gives the same sheet again."""
        rules = "" if self.rules == RULES else f" --rules {','.join(self.rules)}"
        return (
            f"diffcli practice{rules} --difficulty {self.difficulty}"
            f" --count {len(self.exercises)} --seed {self.seed}"
        )


def document(sheet: Exercises) -> Document:
    """Return a sheet as a document."""
    return Document(
        blocks=partial(_blocks, sheet),
        record=partial(_record, sheet),
        records=partial(_records, sheet),
        sheet=partial(_sheet, sheet),
    )


def question(exercise: Exercise) -> str:
    """Return what is asked, in words."""
    if exercise.kind == DERIVATIVE:
        return "differentiate with respect to x"
    if exercise.kind == NUMBER:
        return f"what is f'(x) at {point_text(exercise.point)}?"
    return "which rule comes first?"


def shown(exercise: Exercise, notation: Notation) -> str:
    """Return the formula: f(x) = x² sin(x)."""
    return f"f(x) = {notation.text(exercise.formula.expression, taken=_VARIABLES)}"


def solution(exercise: Exercise, notation: Notation, screen: Screen) -> Iterator[Line]:
    """Yield the derivation, and the number or the rule that is asked for."""
    paper = Paper(notation, _VARIABLES, screen.width)
    yield from paper.chain("f'(x)", exercise.derivation)
    if exercise.kind != DERIVATIVE:
        yield (Run(answer(exercise)),)


def answer(exercise: Exercise) -> str:
    """Return the answer of an exercise, as a program reads it."""
    if exercise.kind == DERIVATIVE:
        return CODE.text(exercise.derivation.result, taken=_VARIABLES)
    if exercise.kind == NUMBER:
        return f"{exercise.value:.10g}"
    return " or ".join(exercise.rules)


def _blocks(sheet: Exercises, notation: Notation) -> Iterator[Block]:
    title = "Solutions" if sheet.solutions else "Exercises"
    yield Prose(title, "title")
    for exercise in sheet.exercises:
        yield Lines(((),))
        asked = question(exercise)
        yield Prose(f"{exercise.number}. {asked[0].upper()}{asked[1:]}")
        typeset = latex(exercise.formula.expression, 400)
        if exercise.kind == RULE:
            yield Prose(f"Choose from {', '.join(RULES)}.")
        yield Formula(f"   {shown(exercise, notation)}", f"f(x) &= {typeset}")
        if sheet.solutions:
            yield Picture(
                partial(solution, exercise, notation), partial(_typeset, exercise)
            )
    yield Lines(((),))
    yield Prose(f"This sheet again: {sheet.call}")


def _typeset(exercise: Exercise) -> Iterator[str]:
    rows = list(typeset(Question(_VARIABLES, exercise.formula.expression, _VARIABLES)))
    if exercise.kind != DERIVATIVE:
        rows[-2] += rf" \\ & \text{{{answer(exercise)}}}"
    yield from rows


def _records(sheet: Exercises) -> Iterator[Mapping[str, Any]]:
    for exercise in sheet.exercises:
        record: dict[str, Any] = {
            "number": exercise.number,
            "kind": exercise.kind,
            "question": question(exercise),
            "expression": CODE.text(exercise.formula.expression),
            "point": exercise.point if exercise.kind == NUMBER else None,
        }
        if sheet.solutions:
            record |= {
                "answer": answer(exercise),
                "rule": exercise.rule.name,
                "chain": _chain(exercise),
            }
        yield record


def _chain(exercise: Exercise) -> list[str]:
    return [
        CODE.text(line.expression, taken=_VARIABLES)
        for line in exercise.derivation.lines
    ]


def _record(sheet: Exercises) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "version": diffcli.__version__,
        "rules": list(sheet.rules),
        "difficulty": sheet.difficulty,
        "seed": sheet.seed,
        "exercises": list(_records(sheet)),
    }


def _sheet(sheet: Exercises) -> Sheet:
    rows = [
        (
            exercise.number,
            exercise.kind,
            CODE.text(exercise.formula.expression),
            f"{exercise.point['x']:g}" if exercise.kind == NUMBER else "",
            answer(exercise),
        )
        for exercise in sheet.exercises
    ]
    if sheet.solutions:
        return Sheet(HEADER, rows)
    return Sheet(HEADER[:-1], [row[:-1] for row in rows])
