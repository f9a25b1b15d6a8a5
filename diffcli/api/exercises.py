"""Exercises drawn from the rules, and an answer judged."""

from collections.abc import Iterable

from diffcli.analysis import practice as _analysis
from diffcli.analysis.marking import RIGHT, Mark
from diffcli.analysis.practice import (
    DERIVATIVE,
    HARDEST,
    NUMBER,
    RULE,
    RULES,
    TOPICS,
    USUAL,
    Exercise,
    topics,
)
from diffcli.errors import UsageError
from diffcli.inputs import arguments

__all__ = [
    "DERIVATIVE", "HARDEST", "NUMBER", "RIGHT", "RULE", "RULES", "TOPICS", "USUAL",
    "Exercise",    "Mark", "answer", "practice", "topics",
]  # fmt: skip


def practice(
    rules: str | Iterable[str] = (),
    *,
    difficulty: int = USUAL,
    seed: int = 1,
    count: int = 5,
) -> tuple[Exercise, ...]:
    """Return exercises drawn from the rules; a seed gives the same ones everywhere.

    ``rules`` are linearity, power, product, quotient, exponential, chain, partial (of
    several variables), network (a loss with names for its parts); without them all
    rules, from difficulty 4 on partial derivatives and at 5 networks too.

    >>> sheet = practice("product", seed=7, count=2)
    >>> [exercise.rule.name for exercise in sheet]
    ['product', 'product']

    Raises UsageError for a rule that there is not, or more exercises than there are.
    """
    arguments.whole(difficulty, "difficulty", 1, HARDEST)
    arguments.whole(seed, "seed", 0, 2**63)
    arguments.whole(count, "count", 1, 100)
    known = {topic: topic for topic in TOPICS}
    chosen = [
        arguments.among(r, known, "rules") for r in arguments.words(rules, "rules")
    ]
    names = tuple(dict.fromkeys(chosen)) or topics(difficulty)
    return _analysis.exercises(names, difficulty, seed, count)


def answer(exercise: Exercise, text: str) -> Mark:
    """Return what is said of an answer to an exercise of ``practice``.

    >>> from diffcli import derive
    >>> exercise = practice("power", difficulty=1)[0]
    >>> answer(exercise, str(derive(exercise.formula, "x"))).status
    'right'

    Raises ParseError for one that is no formula, and UsageError for one that is none.
    """
    if not isinstance(exercise, Exercise):
        raise UsageError(
            f"{arguments.excerpt(exercise)} is no exercise", parameter="exercise"
        )
    return _analysis.answer(exercise, arguments.text(text, "text"))
