"""How many digits are right: scripts/accuracy [bounds] [CASES [SEED]].

Random formulas at random points, from 1e-8 to 1e8, against mpmath at 400 digits. For
each method the share of partials within 1e-12, 1e-9 and 1e-6 of the truth; how many of
those beyond 1e-6 (for exact methods 1e-12) were not covered by the method's own error
estimate; and how often the estimate covers the true error. scipy, numdifftools and
jacobi are compared in the same run if they are installed, by pip in ``.venv``.
Balls (python-flint) are the second referee: both have to agree on every truth. With
``bounds`` every number that is shown with a bound is held against its ball: before a
release ``scripts/accuracy bounds 100000``.
"""

import math
import random
import statistics
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parent.parent))

from mpmath import mp

from diffcli import methods
from diffcli.analysis.grad import compare
from diffcli.engine.adaptive import run
from diffcli.engine.tape import Program, Undefined
from diffcli.errors import DiffcliError
from diffcli.language.parser import Parsed, parse
from diffcli.language.printer import text
from diffcli.problem import Problem, Settings, pose
from tests.enclosing import enclosed, formula, missed

#: Formulas of one variable that people differentiate, at any scale of x.
FORMULAS = """
x**2 x**3-2*x 1/x 1/(1+x**2) sqrt(x) x**(1/3) x**0.1 x**-2.5 exp(x) exp(-x) exp(-x**2)
x*exp(-x) log(x) log(1+x**2) x*log(x) log(1+exp(-x)) sin(x) cos(x) sin(x)/x cos(x**2)
sin(1/x) tan(x) x*sin(10*x) exp(sin(x)) atan(x) asinh(x) tanh(x) sigmoid(x) softplus(x)
gelu(x) silu(x) mish(x) erf(x) gamma(x) lgamma(x) sqrt(1+x**2) sqrt(x**2+1e-6) x**x
x/(1+abs(x)) (x-1)**7 (x+1)/(x-2) 1e-9*sin(x) 1e9*x**2 exp(-1/x**2) cosh(x)/x 3*x+1e6
""".split()
NUMBERS = "1 2 3 0.5 10 pi 1/3".split()


class Case(NamedTuple):
    """A formula, a point, and the true partial toward x."""

    parsed: Parsed
    point: dict[str, float]
    truth: float


class Score:
    """What one method has found so far."""

    def __init__(self, limit: float) -> None:
        self.limit = limit
        self.errors: list[float] = []
        self.covered: list[bool] = []
        self.unflagged = 0
        self.refused = 0

    def add(self, value: float | None, error: float, truth: float) -> None:
        """Count one partial."""
        if value is None or not math.isfinite(value):
            self.refused += 1
            return
        off = abs(value - truth)
        relative = off / abs(truth) if truth else (0.0 if off == 0 else math.inf)
        # A double cannot be nearer to the truth than this.
        covered = off <= error + 2**-52 * abs(truth) + 5e-324
        self.errors.append(relative)
        self.covered.append(covered)
        self.unflagged += relative > self.limit and not covered

    def line(self, name: str) -> str:
        """Return the score as one line of the table."""
        count = len(self.errors) or 1
        shares = [
            100 * sum(error <= limit for error in self.errors) / count
            for limit in (1e-12, 1e-9, 1e-6)
        ]
        covered = 100 * sum(self.covered) / count
        median = statistics.median(self.errors) if self.errors else math.nan
        return (
            f"{name:14}{shares[0]:9.2f}%{shares[1]:9.2f}%{shares[2]:9.2f}%"
            f"{median:10.0e}{covered:9.2f}%{self.unflagged:10}{self.refused:9}"
        )


def place(dice: random.Random) -> float:
    """Return a coordinate of any size and sign."""
    size = 10 ** dice.uniform(-8, 8) if dice.random() < 0.5 else dice.uniform(0.1, 3)
    return size if dice.random() < 0.6 else -size


def true_slope(parsed: Parsed, point: dict[str, float]) -> float | None:
    """Return the partial toward x by a difference in 400 digits."""
    program = Program([parsed.expression])
    with mp.workdps(400):
        step = mp.mpf(10) ** -120
        try:
            high, low = (
                run(program, {**point, "x": mp.mpf(point["x"]) + side * step})
                for side in (1, -1)
            )
        except (Undefined, ValueError, ArithmeticError, MemoryError):
            return None
        row = program.outputs[0]
        return float((high[row] - low[row]) / (2 * step))


def cases(count: int, seed: int) -> Iterator[Case]:
    """Yield formulas with a finite slope in doubles' range."""
    dice = random.Random(seed)
    made = 0
    while made < count:
        written = dice.choice(FORMULAS) if made % 2 else text(formula(dice, NUMBERS))
        parsed = parse(written)
        if "x" not in parsed.variables or len(written) > 200:
            continue
        point = {name: place(dice) for name in parsed.variables}
        try:
            problem = pose(parsed, point)
        except DiffcliError:
            continue
        if problem.tape.rough_rows():
            continue
        truth = true_slope(parsed, point)
        if truth is None or not (truth == 0 or 1e-280 < abs(truth) < 1e280):
            continue
        if not balls_agree(problem, truth):
            raise SystemExit(f"the referees differ: {written} at {point}: {truth}")
        made += 1
        yield Case(parsed, point, truth)


def balls_agree(problem: Problem, truth: float) -> bool:
    """Tell whether the ball of the slope holds the truth, but for its last bit."""
    ball = enclosed(problem).get("x")
    return ball is None or bool(abs(ball - truth) <= 2**-52 * abs(truth) + 5e-324)


def bounds(count: int, seed: int) -> None:
    """Print every number whose bound does not cover the truth, and how many."""
    dice, found = random.Random(seed), 0
    for _ in range(count):
        for miss in missed(dice):
            found += 1
            print(miss)
    print(f"{count} formulas, seed {seed}: {found} bounds do not cover the truth")


def along_x(problem: Problem) -> Callable[[float], float]:
    """Return the function of x alone, as the peers want it."""

    def function(x: float) -> float:
        try:
            return problem.program.value({**problem.point, "x": float(x)})
        except ArithmeticError:
            return math.nan

    return function


def peers() -> dict[
    str, Callable[[Callable[[float], float], float], tuple[float, float]]
]:
    """Return the packages that are installed, each as (derivative, its error)."""
    found: dict[
        str, Callable[[Callable[[float], float], float], tuple[float, float]]
    ] = {}
    try:
        import numpy
        from scipy.differentiate import derivative

        def scipy_peer(f: Callable[[float], float], x: float) -> tuple[float, float]:
            result = derivative(numpy.vectorize(f, otypes=[float]), x)
            return float(result.df), float(result.error)

        found["scipy"] = scipy_peer
    except ImportError:
        pass
    try:
        import numdifftools
        import numpy

        def numdifftools_peer(
            f: Callable[[float], float], x: float
        ) -> tuple[float, float]:
            many = numpy.vectorize(f, otypes=[float])
            found = numdifftools.Derivative(many, full_output=True)(x)
            return float(found.estimate), float(found.error_estimate)

        found["numdifftools"] = numdifftools_peer
    except ImportError:
        pass
    try:
        import jacobi

        def jacobi_peer(f: Callable[[float], float], x: float) -> tuple[float, float]:
            value, error = jacobi.jacobi(f, x)
            return float(value), float(error)

        found["jacobi"] = jacobi_peer
    except ImportError:
        pass
    return found


def main() -> None:
    """Print the table."""
    if sys.argv[1:2] == ["bounds"]:
        words = sys.argv[2:]
        bounds(*map(int, (words + ["100000", "1"][len(words) :])[:2]))
        return
    count = int(sys.argv[1]) if sys.argv[1:] else 2000
    seed = int(sys.argv[2]) if sys.argv[2:] else 1
    exact = [name for name in methods.names() if methods.load(name).EXACT]
    scores = {name: Score(1e-12) for name in exact}
    steps: dict[str, float | str] = {"h auto": "auto", "h relative": "relative"}
    steps["h 1e-5"] = 1e-5
    scores |= {name: Score(1e-6) for name in steps}
    others = peers()
    scores |= {name: Score(1e-6) for name in others}
    evaluations: list[int] = []
    for case in cases(count, seed):
        problem = pose(case.parsed, case.point, ["x"])
        for result in compare(problem, exact).results:
            estimate = result.partials.get("x")
            value = estimate.value if estimate else None
            error = estimate.error if estimate else 0.0
            scores[result.method].add(value, error, case.truth)
        for name, h in steps.items():
            settings = Settings(h)
            found = methods.load("finite").gradient(problem._replace(settings=settings))
            estimate = found.partials["x"]
            scores[name].add(estimate.value, estimate.error, case.truth)
            if h == "auto" and estimate.value is not None:
                evaluations.append(found.evaluations)
        for name, peer in others.items():
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                try:
                    value, error = peer(along_x(problem), case.point["x"])
                except (ValueError, ArithmeticError, IndexError):
                    value, error = None, 0.0
            scores[name].add(value, error, case.truth)
    print(f"{count} partials, seed {seed}; evaluations of h auto: {max(evaluations)}")
    print(f"{'':14}{'<= 1e-12':>10}{'<= 1e-9':>10}{'<= 1e-6':>10}{'median':>10}"
          f"{'covered':>10}{'unflagged':>10}{'refused':>9}")  # fmt: skip
    for name, score in scores.items():
        print(score.line(name))


if __name__ == "__main__":
    main()
