"""A sheet of exercises, with the solutions if they are wanted."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from diffcli import version
from diffcli.analysis.practice import DERIVATIVE, NUMBER, RULE, RULES, Exercise, topics
from diffcli.language.notation import CODE, Notation
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
from diffcli.output.paper.values import working
from diffcli.output.views import formulas
from diffcli.problem import point_text
from diffcli.records import Record

SCHEMA = "diffcli/practice/1"
#: The columns for csv and tsv; the last is there with the solutions only.
HEADER = ("number", "kind", "formula", "at", "variable", "answer")


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
        usual = self.rules == topics(self.difficulty)
        rules = "" if usual else f" --rules {','.join(self.rules)}"
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


def question(exercise: Exercise, notation: Notation = CODE) -> str:
    """Return what is asked, in words."""
    name, fixed = notation.variable(exercise.variable), _fixed(exercise)
    if exercise.kind == DERIVATIVE:
        held = ", ".join(map(notation.variable, fixed))
        are = "is" if len(fixed) == 1 else "are"
        said = f"; {held} {are} held fixed" if fixed else ""
        return f"differentiate with respect to {name}{said}"
    if exercise.kind == NUMBER:
        where = point_text(exercise.point, notation)
        return f"what is {head(exercise, notation)} at {where}? (within 0.05 %)"
    return "which rule comes first?"


def _fixed(exercise: Exercise) -> list[str]:
    return [v for v in exercise.formula.variables if v != exercise.variable]


def head(exercise: Exercise, notation: Notation) -> str:
    """Return the name of the derivative: f'(x), or ∂f/∂w."""
    if _fixed(exercise):
        return notation.partial([exercise.variable], several=True)
    return f"f'({notation.variable(exercise.variable)})"


def task(exercise: Exercise, notation: Notation) -> Iterator[Formula]:
    """Yield the formula, and before it what the names in it stand for."""
    bare = bool(exercise.formula.definitions)
    for formula in formulas(exercise.formula, notation, bare=bare):
        yield Formula(f"   {formula.text}", formula.latex)


def solution(exercise: Exercise, notation: Notation, screen: Screen) -> Iterator[Line]:
    """Yield the derivation, and the number or the rule that is asked for."""
    asked = _asked(exercise)
    paper = Paper(notation, asked.variables, screen.width)
    if asked.definitions:
        yield from paper.derivation(asked)
    else:
        yield from paper.chain(head(exercise, notation), exercise.derivation)
    if exercise.kind == NUMBER:
        yield from paper.at(working(asked, exercise.point, exercise.value))
    elif exercise.kind == RULE:
        yield (Run(answer(exercise)),)


def _asked(exercise: Exercise) -> Question:
    parsed, names = exercise.formula, (exercise.variable,)
    return Question(names, parsed.expression, parsed.variables, parsed.definitions)


def answer(exercise: Exercise) -> str:
    """Return the answer of an exercise, as a program reads it."""
    if exercise.kind == DERIVATIVE:
        return CODE.text(exercise.derivation.result, taken=exercise.formula.variables)
    if exercise.kind == NUMBER:
        return f"{exercise.value:.10g}"
    return " or ".join(exercise.rules)


def _blocks(sheet: Exercises, notation: Notation) -> Iterator[Block]:
    title = "Solutions" if sheet.solutions else "Exercises"
    yield Prose(title, "title")
    for exercise in sheet.exercises:
        yield Lines(((),))
        asked = question(exercise, notation)
        yield Prose(f"{exercise.number}. {asked[0].upper()}{asked[1:]}")
        if exercise.kind == RULE:
            yield Prose(f"Choose from {', '.join(RULES)}.")
        yield from task(exercise, notation)
        if sheet.solutions:
            yield Picture(
                partial(solution, exercise, notation), partial(_typeset, exercise)
            )
    yield Lines(((),))
    yield Prose(f"This sheet again: {sheet.call}")


def _typeset(exercise: Exercise) -> Iterator[str]:
    at = None
    if exercise.kind == NUMBER:
        at = working(_asked(exercise), exercise.point, exercise.value)
    rows = list(typeset(_asked(exercise), at))
    if exercise.kind == RULE:
        rows[-2] += rf" \\ & \text{{{answer(exercise)}}}"
    yield from rows


def _records(sheet: Exercises) -> Iterator[Mapping[str, Any]]:
    for exercise in sheet.exercises:
        record: dict[str, Any] = {
            "number": exercise.number,
            "kind": exercise.kind,
            "question": question(exercise),
            "expression": source(exercise),
            "variable": exercise.variable,
            "point": exercise.point if exercise.kind == NUMBER else None,
        }
        if sheet.solutions:
            record |= {
                "answer": answer(exercise),
                "rule": exercise.rule.name,
                "chain": _chain(exercise),
            }
        yield record


def source(exercise: Exercise) -> str:
    """Return the formula as a program reads it, with its definitions."""
    parsed = exercise.formula
    if parsed.definitions:
        return parsed.source
    return CODE.text(parsed.expression)


def _chain(exercise: Exercise) -> list[str]:
    return [
        CODE.text(line.expression, taken=exercise.formula.variables)
        for line in exercise.derivation.lines
    ]


def _record(sheet: Exercises) -> dict[str, Any]:
    return {
        **version.record(SCHEMA),
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
            source(exercise),
            _place(exercise) if exercise.kind == NUMBER else "",
            exercise.variable,
            answer(exercise),
        )
        for exercise in sheet.exercises
    ]
    if sheet.solutions:
        return Sheet(HEADER, rows)
    return Sheet(HEADER[:-1], [row[:-1] for row in rows])


def _place(exercise: Exercise) -> str:
    """Return a point as --at takes it."""
    if not _fixed(exercise):
        return f"{exercise.point[exercise.variable]:g}"
    return ",".join(f"{name}={x:g}" for name, x in exercise.point.items())
