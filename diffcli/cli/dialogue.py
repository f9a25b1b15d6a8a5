"""Practice in a terminal: a question, an answer, a hint, another try."""

from collections.abc import Generator, Iterator
from textwrap import wrap

from diffcli.api.exercises import (
    DERIVATIVE,
    RIGHT,
    RULE,
    RULES,
    USUAL,
    Exercise,
    Mark,
    answer,
)
from diffcli.cli import terminal
from diffcli.errors import DiffcliError
from diffcli.language.notation import Notation
from diffcli.output.breaking import broken_formula
from diffcli.output.document import Line, Screen
from diffcli.output.paper import Paper
from diffcli.output.verdict_sentences import sentence
from diffcli.output.views.practice import Exercises, head, question, solution, task

_TRIES = {1: "", 2: ", at the second try", 3: ", at the third try"}
_CLEARLY = 0.9  # a form is called shorter if it is no longer than this
_LEAVE = ("q", "quit", "exit")
_ROOM = 16  # columns for an answer
_KEYS = (
    "? is a hint, ?? the next line of the derivation, Enter alone shows it all, q ends"
)


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
        yield from wrap(_KEYS, self.screen.width)
        again: list[Exercise] = []
        count = len(self.sheet.exercises)
        for exercise in self.sheet.exercises:
            yield ""
            yield from self.titled(f"Exercise {exercise.number} of {count}", exercise)
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
            yield from self.titled(f"Once more, exercise {exercise.number}", exercise)
            yield from self.exercise(exercise)
            if self.ended:
                break
        yield ""
        yield from self.summary()

    def exercise(self, exercise: Exercise) -> Generator[str, None, int]:
        """Yield one exercise until it is right; return the tries, 0 if given up."""
        yield ""
        for formula in task(exercise, self.notation):
            yield from broken_formula(f" {formula.text}", self.screen.width)
        yield ""
        tries = hints = 0
        while True:
            text = terminal.prompt(self.prompt(exercise))
            if text is None or text in _LEAVE:
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
            yield from self.said(exercise, mark, tries)
            if mark.status == RIGHT:
                return tries

    def titled(self, title: str, exercise: Exercise) -> Iterator[str]:
        """Yield the heading of an exercise."""
        asked = question(exercise, self.notation)
        yield from wrap(f"{title}: {asked}", self.screen.width)

    def prompt(self, exercise: Exercise) -> str:
        """Return what an answer is asked for with."""
        if exercise.kind != RULE:
            return f"{head(exercise, self.notation)} = "
        choice = f"rule ({', '.join(RULES)}): "
        return choice if len(choice) < self.screen.width - _ROOM else "rule: "

    def said(self, exercise: Exercise, mark: Mark, tries: int) -> Iterator[str]:
        """Yield what is said of an answer."""
        if mark.status == RIGHT:
            right = f"Right{_TRIES.get(tries, f', at try {tries}')}."
            shorter = self.shorter(exercise, mark)
            yield from self.wrapped(f"{right} {shorter}".strip())
            return
        if mark.error is not None:
            yield from self.wrapped(f"Not yet: {mark.error.message}.")
            return
        nearly = any(
            slip.of not in (None, exercise.formula.expression) for slip in mark.slips
        )
        taken, names = exercise.formula.variables, exercise.formula.shown_names()
        said = sentence(mark.slips, self.notation, taken, names)
        said = f"{said[:1].upper()}{said[1:]}." if said else "? gives a hint."
        yield from self.wrapped(f"{'Nearly' if nearly else 'Not yet'}. {said}")

    def shorter(self, exercise: Exercise, mark: Mark) -> str:
        """Return the form of a book, if an answer is longer."""
        if exercise.kind != DERIVATIVE or exercise.formula.definitions:
            return ""
        (claimed,) = mark.claimed.values()
        right, written = (
            self.notation.text(node, taken=exercise.formula.variables)
            for node in (exercise.derivation.result, claimed)
        )
        return f"Shorter: {right}" if len(right) < _CLEARLY * len(written) else ""

    def hint(self, exercise: Exercise, keys: str, shown: int) -> Iterator[str]:
        """Yield the rule that comes first, or the next line of the derivation."""
        if keys == "??":
            yield from self.plain(self.next_line(exercise, shown))
        elif exercise.kind == RULE:
            yield from self.wrapped("What is done last when f is computed?")
        else:
            rule = exercise.rule
            yield from self.wrapped(
                f"The {rule.name} rule comes first: {rule.sentence}."
            )

    def next_line(self, exercise: Exercise, shown: int) -> Iterator[Line]:
        """Yield the line of the derivation behind those that were shown."""
        paper = Paper(self.notation, exercise.formula.variables, self.screen.width)
        chain = exercise.derivation
        if exercise.formula.definitions:
            rows = list(solution(exercise, self.notation, self.screen))
            starts = [n for n, row in enumerate(rows) if not _goes_on(row)]
            ends = [*starts[1:], len(rows)]
            place = min(shown, len(starts) - 1)
            yield from rows[starts[place] : ends[place]]
            return
        line = chain.lines[min(shown, len(chain.lines) - 1)]
        yield from paper.chain(
            head(exercise, self.notation), chain._replace(lines=(line,))
        )

    def summary(self) -> Iterator[str]:
        """Yield how many were right, and what to practise again."""
        rules = list(dict.fromkeys(exercise.topic for exercise in self.missed))
        said = f"{len(self.first)} of {len(self.asked)} right at the first try."
        if not rules:
            yield said
            return
        yield from wrap(f"{said} Once more: {', '.join(rules)}.", self.screen.width)
        level = self.sheet.difficulty
        hard = f" --difficulty {level}" if level != USUAL else ""
        again = f"--rules {','.join(rules)}{hard} --seed {self.sheet.seed + 1}"
        yield from wrap(
            f"diffcli practice {again}", self.screen.width, initial_indent="  ",
            subsequent_indent="  ", break_on_hyphens=False,
        )  # fmt: skip

    def wrapped(self, text: str) -> Iterator[str]:
        """Yield a sentence, moved in."""
        yield from wrap(
            text, self.screen.width - 2, initial_indent="  ", subsequent_indent="  "
        )

    def plain(self, lines: Iterator[Line]) -> Iterator[str]:
        """Yield lines of a derivation, moved in."""
        for line in lines:
            yield "  " + "".join(run.text for run in line).rstrip()


def _goes_on(row: Line) -> bool:
    """Tell whether a row belongs to the one above it: a rule that stands below."""
    return "".join(run.text for run in row).lstrip().startswith("(")
