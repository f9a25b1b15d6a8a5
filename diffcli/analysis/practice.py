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
from diffcli.engine.paper import Calculation, chain
from diffcli.engine.tape import Program, Undefined
from diffcli.errors import PointError, UsageError
from diffcli.language.expression import Call, Expression, Variable, postorder
from diffcli.language.parser import Parsed, parse
from diffcli.records import Record

DERIVATIVE, NUMBER, RULE = "derivative", "number", "rule"
"""What an exercise asks for."""
RULES = ("linearity", "power", "product", "quotient", "exponential", "chain")
"""Rules that are practised; the words of an answer too."""
PARTIAL, NETWORK = "partial", "network"
TOPICS = (*RULES, PARTIAL, NETWORK)
"""What can be practised: a rule, partial derivatives, weights of a network."""
HARDEST, USUAL = 5, 2
_VARIABLE = "x"
_KINDS = (DERIVATIVE, DERIVATIVE, DERIVATIVE, DERIVATIVE, NUMBER, RULE)
_PLACES = (1.0, 2.0, 3.0)  # where numbers are asked for
_WEIGHTS = (0.5, 1.0, 2.0)  # the same in networks, where 3 saturates
_ROUNDED = Tolerance(5e-4)  # how well a number has to be given
#: Other words for the rules.
_CALLED = {
    "sum": "linearity", "difference": "linearity", "factor": "linearity",
    "linear": "linearity", "reciprocal": "quotient", "exp": "exponential",
}  # fmt: skip
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

#: Formulas in several variables, by difficulty; a and b are numbers.
_SURFACES = (
    ("a*x**2*y", "x**2 + a*y", "a*x*y + b"),
    ("x**2*y**3", "x*y + y**a", "a*x/y", "x**a + b*x*y + y**2"),
    ("exp(a*x*y)", "x*sin(y)", "x**2*exp(y)", "log(a*x + y)"),
    ("(a*x + b*y)**3", "sqrt(x**2 + a*y**2)", "x*exp(a*y)", "sin(x*y + b)"),
    ("x*exp(-x*y)", "x/(x + a*y)", "log(x**2 + y**2 + b)", "tanh(a*x*y)"),
    ("exp(-x**2 - a*y**2)", "x*y*exp(a*x + z)", "sqrt(x**2 + y**2 + z**2)",
     "sin(a*x)*cos(y*z)"),
)  # fmt: skip
#: Losses, by difficulty, and what they are differentiated toward.
_NETWORKS = (
    (("z = w*x; (z - t)**2", "w"), ("z = w*x + b; z**a", "wb")),
    (("z = w*x + b; (z - t)**2", "wb"), ("z = w*x + b; (z - t)**2/2", "wb")),
    (("a = sigmoid(w*x); (a - t)**2", "w"), ("a = tanh(w*x); (a - t)**2", "wx")),
    (("z = w*x + b; a = sigmoid(z); (a - t)**2", "wbx"),
     ("z = w*x + b; a = tanh(z); (a - t)**2/2", "wbx")),
    (("z = w*x + b; a = softplus(z); (a - t)**2", "wbx"),
     ("h = tanh(w*x); y = v*h + b; (y - t)**2", "wv")),
    (("h = sigmoid(w*x + b); y = v*h; (y - t)**2", "wbv"),
     ("h = tanh(w*x + b); y = sigmoid(v*h); (y - t)**2", "wbv")),
)  # fmt: skip

T = TypeVar("T")


class Exercise(Record):
    """A function to differentiate, and what is right."""

    number: int
    #: DERIVATIVE, NUMBER or RULE.
    kind: str
    #: The rule that comes first.
    rule: Rule
    formula: Parsed
    #: Where the number is asked for.
    point: dict[str, float]
    #: What it is differentiated with respect to; the others are held fixed.
    variable: str = _VARIABLE
    #: The one of TOPICS that it was drawn for.
    topic: str = ""

    @property
    def derivation(self) -> Calculation:
        """The solution."""
        return chain(self.formula.expression, self.variable, several=True)

    @property
    def value(self) -> float:
        """The derivative at the point."""
        program = Program([self.derivation.result])
        return program.value({name: self.point[name] for name in program.inputs})

    @property
    def rules(self) -> tuple[str, ...]:
        """The names that are right for the rule that comes first."""
        inside = self.rule.name in ("power", "exponential")
        assert isinstance(self.formula.expression, Call)
        plain = isinstance(self.formula.expression.args[0], Variable)
        return (self.rule.name, *(["chain"] if inside and not plain else []))


def topics(difficulty: int) -> tuple[str, ...]:
    """Return what is practised if nothing is chosen."""
    left_out = {PARTIAL: HARDEST - 1, NETWORK: HARDEST}
    return tuple(t for t in TOPICS if difficulty >= left_out.get(t, 1))


def exercises(
    rules: Sequence[str] = RULES, difficulty: int = 2, seed: int = 1, count: int = 10
) -> tuple[Exercise, ...]:
    """Return a sheet of exercises, none of them twice, the topics in turn.

    Raises UsageError where there are not so many of them.
    """
    dice = Random(seed)
    found: list[Exercise] = []
    seen: set[tuple[str, str]] = set()
    for number in range(1, count + 1):
        name = rules[(number - 1) % len(rules)]
        kind = _pick(dice, _KINDS) if number > 1 else DERIVATIVE
        for _ in range(_MOST_DRAWS):
            drawn = _draw(dice, name, difficulty)
            if drawn[:2] not in seen and _is_good(*drawn):
                break
        else:
            raise UsageError(
                f"there are not {count} exercises of this kind",
                hint="take fewer, more rules or a higher difficulty",
            )
        text, variable, rule = drawn
        seen.add(drawn[:2])
        parsed = parse(text)
        if name in (PARTIAL, NETWORK) and kind == RULE:
            kind = DERIVATIVE
        places = _WEIGHTS if name == NETWORK else _PLACES
        point = {other: _pick(dice, places) for other in parsed.variables}
        rule = rule or _first(parsed.expression, variable)
        made = Exercise(number, kind, rule, parsed, point, variable, name)
        if kind == NUMBER and not _has_values(Program([made.derivation.result]), point):
            made = made._replace(kind=DERIVATIVE)  # it is 0 there: no exercise
        found.append(made)
    return tuple(found)


def _first(expression: Expression, name: str) -> Rule:
    """Return the rule that comes first."""
    (derivation,) = derive(expression, [name])
    *_, first = (s for s in derivation.steps if s.rule.name != "shorten")
    return _CHAIN_RULE if first.rule.name == "chain" else first.rule


def answer(exercise: Exercise, text: str) -> Mark:
    """Return what is said of an answer.

    Raises ParseError for one that is no formula, UsageError for no rule's name, and
    PointError for another variable.
    """
    if exercise.kind == RULE:
        return _mark_of_rule(exercise, text.strip().lower())
    from diffcli.inputs import claims, points

    formula = exercise.formula
    if formula.definitions:
        claimed = {exercise.variable: _in_names(exercise, text)}
    else:
        named = text if points.names(text) else f"{exercise.variable}={text}"
        claimed = claims.by_variable([named], formula.variables)
    if exercise.kind == NUMBER:
        value = parse(f"{exercise.value:.10g}").expression
        found = mark(formula, claimed, exercise.point, _ROUNDED)
        return found._replace(right={exercise.variable: value})
    return mark(formula, claimed)


def _in_names(exercise: Exercise, text: str) -> Parsed:
    """Return an answer that may have the names of a network's parts in it."""
    from diffcli.inputs import claims

    formula = exercise.formula
    left, _, right = text.rpartition("=")
    if left and claims.toward(left.strip(), formula.variables) != exercise.variable:
        raise PointError(f"asked for is the derivative toward {exercise.variable}")
    before = formula.source.rpartition(";")[0]
    parsed = parse(f"{before}; {right}", names=formula.variables)
    return claims.as_claim(parsed, formula.variables)


def _mark_of_rule(exercise: Exercise, word: str) -> Mark:
    word = word.removesuffix(" rule")
    word = _CALLED.get(word, word)
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


Drawn = tuple[str, str, Rule | None]
"""A formula, the variable, and the rule that has to come first; None: any rule."""


def _draw(dice: Random, name: str, difficulty: int) -> Drawn:
    """Return a formula for a topic."""
    if name == PARTIAL:
        surfaces = _SURFACES[difficulty - 1] + _SURFACES[difficulty]
        text = _numbered(dice, _pick(dice, surfaces), "ab")
        return text, _pick(dice, parse(text).variables), None
    if name == NETWORK:
        losses = _NETWORKS[difficulty - 1] + _NETWORKS[difficulty]
        text, among = _pick(dice, losses)
        text = text if "a =" in text else _numbered(dice, text, "a")
        return text, _pick(dice, among), None
    text, rule = _by_rule(dice, name, difficulty)
    return text, _VARIABLE, rule


def _by_rule(dice: Random, name: str, difficulty: int) -> tuple[str, Rule]:
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
    return _numbered(
        dice, _pick(dice, _PARTS[difficulty - 1] + _PARTS[difficulty]), "ab"
    )


def _numbered(dice: Random, text: str, letters: str) -> str:
    """Return a formula with numbers in the place of letters."""
    return re.sub(rf"\b[{letters}]\b", lambda _: str(2 + int(4 * dice.random())), text)


def _is_good(text: str, variable: str, rule: Rule | None) -> bool:
    """Tell whether a formula is an exercise for the rule, and has values."""
    parsed = parse(text)
    expression = parsed.expression
    if rule is not None and not _is_first(expression, rule):
        return False
    plain = normal(expression, [expression])
    if len(postorder([plain])) < len(postorder([expression])) and rule is not None:
        return False
    program = Program([expression, chain(expression, variable).result])
    places = _PLACES if rule is not None else _WEIGHTS
    points = [dict.fromkeys(parsed.variables, x) for x in places]
    return all(_has_values(program, point) for point in points)


def _is_first(expression: Expression, rule: Rule) -> bool:
    """Tell whether a rule comes first, and is needed."""
    (derivation,) = derive(expression, [_VARIABLE])
    *_, first = (s for s in derivation.steps if s.rule.name != "shorten")
    assert isinstance(expression, Call)
    if rule.name == "chain":
        return first.rule.name == "chain" and not isinstance(
            expression.args[0], Variable
        )
    return first.rule == rule and len({*expression.args}) == len(expression.args)


def _has_values(program: Program, point: dict[str, float]) -> bool:
    try:
        tape = program.run({name: point[name] for name in program.inputs})
    except Undefined:
        return False
    return all(1e-4 < abs(tape.values[row]) < 1e6 for row in program.outputs)
