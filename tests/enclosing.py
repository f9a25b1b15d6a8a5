"""Do the bounds that are shown cover the truth? Random formulas, held against balls."""

import math
import random
from collections.abc import Iterator, Mapping, Sequence

from flint import arb, ctx

from diffcli.analysis.grad import compare
from diffcli.calculus.functions import FUNCTIONS, OPERATORS
from diffcli.engine import by_balls
from diffcli.errors import DiffcliError
from diffcli.language.expression import Expression, call, variable
from diffcli.language.parser import parse
from diffcli.language.printer import text
from diffcli.problem import Estimate, Problem, pose

SHARE = 1.0
"""Of a bound that has to cover; less shows that the test can fail."""
EXACT = ("symbolic", "backprop", "dual")
ROWS = [row for row in FUNCTIONS if row.many != "average" and row.name != "polygamma"]
_LOOSE = 1e-12  # by which a bound, a double too, is rounded
_TINY = 5e-324  # the smallest double: all that is less is 0
_BITS = (200, 1000, 4000)
_NUMBERS = ["1", "2", "3", "0.1", "10", "pi", "1/3", "1e-5", "1e300"]


def formula(dice: random.Random, numbers: Sequence[str] = _NUMBERS) -> Expression:
    """Return a random expression in x and y."""
    pool = [parse(dice.choice(numbers)).expression]
    pool += [variable(dice.choice("xy")), variable("x")]
    for _ in range(dice.randint(1, 6)):
        row = dice.choice(OPERATORS if dice.random() < 0.6 else ROWS)
        pool.append(call(row, *(dice.choice(pool[-4:]) for _ in range(row.arity))))
    return pool[-1]


def place(dice: random.Random) -> float:
    """Return a coordinate of any size and sign."""
    size = dice.choice((
        dice.uniform(0.1, 3), dice.uniform(0.1, 3), 10 ** dice.uniform(-8, 8),
        dice.uniform(0, 40), dice.uniform(0, 750), float(dice.randint(0, 9)),
        1 + 10 ** dice.uniform(-16, -1), 10 ** dice.uniform(-300, 300),
    ))  # fmt: skip
    return size if dice.random() < 0.6 else -size


def missed(dice: random.Random) -> Iterator[str]:
    """Yield what is shown of one random formula with a bound that misses the truth."""
    made = formula(dice)
    yield from missed_at(made, {name: place(dice) for name in "xy"})


def missed_at(made: Expression, place: Mapping[str, float]) -> Iterator[str]:
    """Yield what is shown of a formula with a bound that misses the truth."""
    written = text(made)
    parsed = parse(written)
    point = {name: place[name] for name in parsed.variables}
    try:
        problem = pose(parsed, point)
        comparison = compare(problem, EXACT)
    except DiffcliError:
        return
    if comparison.kinks or comparison.corners or not point:
        return
    truths = enclosed(problem)
    shown = [("f", comparison.value)]
    for result in comparison.results:
        shown += [(n, result.partials[n]) for n in parsed.variables]
    for name, estimate in shown:
        truth = truths.get(name)
        if truth is not None and beyond(estimate, truth):
            yield f"{written} at {point}: {name} is {estimate}, the truth {truth}"


def enclosed(problem: Problem) -> dict[str, arb]:
    """Return narrow balls around the value and the partials, by name."""
    program = problem.program
    names = ("f", *program.inputs)
    for bits in _BITS:
        with ctx.workprec(bits):
            found = dict(
                zip(names, by_balls.run(program, problem.point, 0), strict=True)
            )
        if all(ball.rel_accuracy_bits() > 80 for ball in found.values()):
            break
    return {name: ball for name, ball in found.items() if ball.is_finite()}


def beyond(estimate: Estimate, truth: arb) -> bool:
    """Tell whether it is proved that a number is off by more than its bound."""
    if estimate.value is None or not math.isfinite(estimate.error):
        return False
    with ctx.workprec(_BITS[0]):
        allowed = SHARE * estimate.error * (1 + _LOOSE) + _TINY
        return bool(abs(arb(estimate.value) - truth) > allowed)
