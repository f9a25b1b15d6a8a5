"""Exercises drawn from the rules, and what is said of an answer.

The same seed gives the same sheet on every machine and in every version of Python: what
is drawn comes from ``random.Random(seed).random()`` alone.
"""

import re
from collections.abc import Sequence
from random import Random
from typing import TypeVar

from diffcli.analysis.marking import RIGHT, WRONG, Mark, mark
from diffcli.analysis.slips import Slip
from diffcli.analysis.verdicts import Tolerance
from diffcli.calculus.rules import DIFFERENTIATION, Rule
from diffcli.engine.derivation import derive
from diffcli.engine.normal import normal
from diffcli.engine.paper import Chain, chain
from diffcli.engine.tape import Program, Undefined
from diffcli.errors import UsageError
from diffcli.language.expression import Variable, postorder
from diffcli.language.parser import Parsed, parse
from diffcli.records import Record

DERIVATIVE, NUMBER, RULE = "derivative", "number", "rule"
"""What an exercise asks for."""
RULES = ("linearity", "power", "product", "quotient", "exponential", "chain")
"""Rules that are practised; the words of an answer too."""
HARDEST = 5
_VARIABLE = "x"
_KINDS = (DERIVATIVE, DERIVATIVE, DERIVATIVE, DERIVATIVE, NUMBER, RULE)
_PLACES = (1.0, 2.0, 3.0)  # where numbers are asked for
_ROUNDED = Tolerance(5e-4)  # how well a number has to be given
_MOST_DRAWS = 400  # until an exercise is found that nobody has seen yet
_CHAIN_RULE = Rule("chain", "chain", "", "the outer derivative, times the inner one")
#: What stands for u and v, by difficulty; a and b are numbers.
_PARTS = (
    ("x", "a*x", "x**a"),
    ("a*x + b", "sin(x)", "cos(x)", "exp(x)"),
    ("x**2 + b", "log(x)", "sqrt(x)", "x**3 - a*x"),
    ("sin(a*x)", "exp(-a*x)", "tan(x)", "(a*x + b)**2"),
    ("sin(x**2)", "exp(-x**2)", "sqrt(x**2 + b)", "tanh(a*x)"),
    ("x*exp(x)", "x*log(x)", "sin(x)**2", "x/(x + b)"),
)
#: The outer functions of the chain rule, by difficulty.
_OUTER = (
    ("sin", "cos", "exp"), ("sin", "cos", "exp", "log"), ("sqrt", "log", "cos"),
    ("tan", "sqrt", "tanh", "sin"), ("atan", "sigmoid", "tanh", "log"),
)  # fmt: skip

T = TypeVar("T")


class Exercise(Record):
    """One question."""

    number: int
    #: DERIVATIVE, NUMBER or RULE.
    kind: str
    #: The rule that comes first.
    rule: Rule
    formula: Parsed
    #: Where the number is asked for.
    point: dict[str, float]

    @property
    def derivation(self) -> Chain:
        """The solution."""
        return chain(self.formula.expression, _VARIABLE)

    @property
    def value(self) -> float:
        """The derivative at the point."""
        return Program([self.derivation.result]).value(self.point)

    @property
    def rules(self) -> tuple[str, ...]:
        """The names that are right for the rule that comes first."""
        inside = self.rule.name in ("power", "exponential")
        plain = isinstance(self.formula.expression.args[0], Variable)
        return (self.rule.name, *(["chain"] if inside and not plain else []))


def exercises(
    rules: Sequence[str] = RULES, difficulty: int = 2, seed: int = 1, count: int = 10
) -> tuple[Exercise, ...]:
    """Return a sheet of exercises, none of them twice, the rules in turn.

    Raises UsageError where there are not so many of them.
    """
    dice = Random(seed)
    found: list[Exercise] = []
    seen: set[str] = set()
    for number in range(1, count + 1):
        name = rules[(number - 1) % len(rules)]
        kind = _pick(dice, _KINDS) if number > 1 else DERIVATIVE
        for _ in range(_MOST_DRAWS):
            text, rule = _draw(dice, name, difficulty)
            if text not in seen and _is_good(text, rule):
                break
        else:
            raise UsageError(
                f"there are not {count} exercises of this kind",
                hint="take fewer, more rules or a higher difficulty",
            )
        seen.add(text)
        point = {_VARIABLE: _pick(dice, _PLACES)}
        found.append(Exercise(number, kind, rule, parse(text), point))
    return tuple(found)


def answer(exercise: Exercise, text: str) -> Mark:
    """Return what is said of an answer.

    Raises ParseError for one that is no formula, UsageError for no rule's name, and
    PointError for another variable.
    """
    if exercise.kind == RULE:
        return _mark_of_rule(exercise, text.strip().lower())
    from diffcli.inputs.points import claims

    claimed = claims([text], exercise.formula.variables)
    if exercise.kind == NUMBER:
        return mark(exercise.formula, claimed, exercise.point, _ROUNDED)
    return mark(exercise.formula, claimed)


def _mark_of_rule(exercise: Exercise, word: str) -> Mark:
    if word not in RULES:
        raise UsageError(f"'{word}' is no rule", hint=", ".join(RULES))
    if word in exercise.rules:
        return Mark(RIGHT)
    return Mark(WRONG, slips=(Slip(None, (_seen(exercise, word),)),))


def _seen(exercise: Exercise, word: str) -> str:
    """Return why a rule is not the first."""
    (derivation,) = derive(exercise.formula.expression, [_VARIABLE])
    used = {step.rule.name for step in derivation.steps}
    if word in used:
        return f"{word} comes later: look at what is done last in the formula"
    return f"there is nothing for {word} here: look at what is done last in the formula"


def _pick(dice: Random, among: Sequence[T]) -> T:
    return among[int(dice.random() * len(among))]


def _draw(dice: Random, name: str, difficulty: int) -> tuple[str, Rule]:
    """Return a formula whose first rule has this name."""
    if name == "chain":
        function = _pick(dice, _OUTER[difficulty - 1])
        return f"{function}({_part(dice, difficulty)})", _CHAIN_RULE
    rows = [
        rule
        for rule in DIFFERENTIATION
        if rule.name == name
        and set("uv") & set(rule.before)
        and not rule.before.endswith("*c")  # a number stands in front
    ]
    if difficulty < HARDEST - 1:
        rows = [rule for rule in rows if rule.before != "u**v"]
    rule = _pick(dice, rows)

    def letter(found: re.Match[str]) -> str:
        if found[0] in "cn":
            return str(2 + int(4 * dice.random()))
        return f"({_part(dice, difficulty)})"

    return re.sub(r"\b[uvcn]\b", letter, rule.before), rule


def _part(dice: Random, difficulty: int) -> str:
    """Return what stands for u or v."""
    text = _pick(dice, _PARTS[difficulty - 1] + _PARTS[difficulty])
    return re.sub(r"\b[ab]\b", lambda _: str(2 + int(4 * dice.random())), text)


def _is_good(text: str, rule: Rule) -> bool:
    """Tell whether a formula is an exercise for the rule, and has values."""
    expression = parse(text).expression
    (derivation,) = derive(expression, [_VARIABLE])
    *_, first = (s for s in derivation.steps if s.rule.name != "shorten")
    if rule.name == "chain":
        fits = first.rule.name == "chain" and not isinstance(
            expression.args[0], Variable
        )
    else:
        fits = first.rule == rule and len({*expression.args}) == len(expression.args)
    plain = normal(expression, [expression])
    if not fits or len(postorder([plain])) < len(postorder([expression])):
        return False
    program = Program([expression, chain(expression, _VARIABLE).result])
    return all(_has_values(program, {_VARIABLE: x}) for x in _PLACES)


def _has_values(program: Program, point: dict[str, float]) -> bool:
    try:
        tape = program.run(point)
    except Undefined:
        return False
    return all(1e-4 < abs(tape.values[row]) < 1e6 for row in program.outputs)
