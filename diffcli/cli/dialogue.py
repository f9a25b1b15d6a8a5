"""Practice in a terminal: a question, an answer, a hint, another try."""

from collections.abc import Generator, Iterator
from textwrap import wrap

from diffcli.api.exercises import (
    DERIVATIVE,
    NUMBER,
    RIGHT,
    RULE,
    RULES,
    Exercise,
    Mark,
    answer,
)
from diffcli.cli import terminal
from diffcli.errors import DiffcliError
from diffcli.language.notation import Notation
from diffcli.language.parser import parse
from diffcli.output.document import Line, Screen
from diffcli.output.paper import Paper
from diffcli.output.views.check import sentence
from diffcli.output.views.practice import Exercises, question, shown, solution

_PROMPTS = {
    DERIVATIVE: "f'(x) = ",
    NUMBER: "f' = ",
    RULE: f"rule ({', '.join(RULES)}): ",
}
_TRIES = {1: "", 2: ", at the second try", 3: ", at the third try"}
_CLEARLY = 0.9  # a form is called shorter if it is no longer than this
_KEYS = "? is a hint, ?? the next line of the derivation, Enter alone shows it all"


class Dialogue:
    """One round; what was given up comes back at its end."""

    def __init__(self, sheet: Exercises, screen: Screen) -> None:
        self.sheet = sheet
        self.screen = screen
        self.notation: Notation = screen.notation
        #: Exercises that have been asked, those right at the first try, and the others.
        self.asked: list[Exercise] = []
        self.first: list[Exercise] = []
        self.missed: list[Exercise] = []
        self.ended = False

    def lines(self) -> Iterator[str]:
        """Yield what is shown; the answers are read from the terminal."""
        yield _KEYS
        again: list[Exercise] = []
        count = len(self.sheet.exercises)
        for exercise in self.sheet.exercises:
            yield ""
            yield f"Exercise {exercise.number} of {count}: {question(exercise)}"
            self.asked.append(exercise)
            tries = yield from self.exercise(exercise)
            if tries == 1:
                self.first.append(exercise)
            elif not self.ended:
                self.missed.append(exercise)
            if not tries and not self.ended:
                again.append(exercise)
            if self.ended:
                break
        for exercise in again if not self.ended else ():
            yield ""
            yield f"Once more, exercise {exercise.number}: {question(exercise)}"
            yield from self.exercise(exercise)
            if self.ended:
                break
        yield ""
        yield from self.summary()

    def exercise(self, exercise: Exercise) -> Generator[str, None, int]:
        """Yield one exercise until it is right; return the tries, 0 if given up."""
        yield ""
        yield f"    {shown(exercise, self.notation)}"
        yield ""
        tries = hints = 0
        while True:
            text = terminal.prompt(_PROMPTS[exercise.kind])
            if text is None:
                self.ended = True
                return 0
            if text in ("?", "??"):
                yield from self.hint(exercise, text, hints)
                hints += text == "??"
                continue
            if not text:
                yield from self.plain(solution(exercise, self.notation, self.screen))
                return 0
            try:
                mark = answer(exercise, text)
            except DiffcliError as error:
                yield from error.lines()
                continue
            tries += 1
            yield from self.said(exercise, mark, tries, text)
            if mark.status == RIGHT:
                return tries

    def said(
        self, exercise: Exercise, mark: Mark, tries: int, text: str
    ) -> Iterator[str]:
        """Yield what is said of an answer."""
        if mark.status == RIGHT:
            right = f"Right{_TRIES.get(tries, f', at try {tries}')}."
            shorter = self.shorter(exercise, text)
            yield from self.wrapped(f"{right} {shorter}".strip())
            return
        if mark.error is not None:
            yield from self.wrapped(f"Not yet: {mark.error.message}.")
            return
        nearly = any(
            slip.of not in (None, exercise.formula.expression) for slip in mark.slips
        )
        said = "; or ".join(sentence(s, self.notation, ("x",)) for s in mark.slips)
        said = f"{said[:1].upper()}{said[1:]}." if said else "? gives a hint."
        yield from self.wrapped(f"{'Nearly' if nearly else 'Not yet'}. {said}")

    def shorter(self, exercise: Exercise, text: str) -> str:
        """Return the form of a book, if an answer is longer."""
        if exercise.kind != DERIVATIVE:
            return ""
        result = exercise.derivation.result
        right = self.notation.text(result, taken=("x",))
        given = self.notation.text(parse(text).expression, taken=("x",))
        if len(right) < _CLEARLY * len(given):
            return f"Shorter: {right}"
        return ""

    def hint(self, exercise: Exercise, keys: str, given: int) -> Iterator[str]:
        """Yield the rule that comes first, or the next line of the derivation."""
        paper = Paper(self.notation, ("x",), self.screen.width)
        chain = exercise.derivation
        if keys == "??":
            line = chain.lines[min(given, len(chain.lines) - 1)]
            yield from self.plain(paper.chain("f'(x)", chain._replace(lines=(line,))))
        elif exercise.kind == RULE:
            yield from self.wrapped("What is done last when f is computed?")
        else:
            rule = exercise.rule
            yield from self.wrapped(
                f"The {rule.name} rule comes first: {rule.sentence}."
            )

    def summary(self) -> Iterator[str]:
        """Yield how many were right, and what to practise again."""
        rules = list(dict.fromkeys(exercise.rule.name for exercise in self.missed))
        said = f"{len(self.first)} of {len(self.asked)} right at the first try."
        if not rules:
            yield said
            return
        yield f"{said} Once more: {', '.join(rules)}."
        again = f"--rules {','.join(rules)} --seed {self.sheet.seed + 1}"
        yield f"  diffcli practice {again}"

    def wrapped(self, text: str) -> Iterator[str]:
        """Yield a sentence, moved in."""
        yield from wrap(
            text, self.screen.width - 2, initial_indent="  ", subsequent_indent="  "
        )

    def plain(self, lines: Iterator[Line]) -> Iterator[str]:
        """Yield lines of a derivation, moved in."""
        for line in lines:
            yield "  " + "".join(run.text for run in line).rstrip()
