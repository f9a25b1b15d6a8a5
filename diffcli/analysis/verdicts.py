"""What is said of a claimed number, and when nothing can be said."""

import math
from collections.abc import Mapping

from diffcli.analysis.slips import Slip, either
from diffcli.engine.derivation import Derivation
from diffcli.engine.tape import ROUNDING
from diffcli.problem import Estimate
from diffcli.records import Record

SLACK = 8.0  # how many error estimates a right claim may be off
_FINEST = 5e-3  # the error of a claim that has to show, relative to its size
_ROUNDED = range(2, 11)  # digits of a number that somebody has rounded
_NEXT_TO_ZERO = 1e-9  # beside the slopes over a wide distance


class Elsewhere(Record):
    """Another point, at which a claimed formula is not the derivative."""

    point: Mapping[str, float]
    claimed: float
    true: float


class Verdict(Record):
    """What a check says of one partial."""

    name: str
    claimed: Estimate
    #: By backprop, the slope of the whole function, mpmath, or differences.
    true: Estimate
    #: abs(claimed - true) / abs(true); None: there is no such ratio.
    relative: float | None
    passed: bool
    #: True: sympy proves that it is equal at every point.
    everywhere: bool = False
    #: The slips that would give exactly this claim, if there are any.
    slips: tuple[Slip, ...] = ()
    #: The method whose partial is checked; empty: it is somebody's claim.
    method: str = ""
    #: Why nothing can be said; empty: the verdict stands.
    doubt: str = ""
    #: By parameter, the values with which something could be said.
    advice: Mapping[str, float | str] = {}
    #: What proves that a formula is wrong which fits at the point.
    elsewhere: Elsewhere | None = None
    #: The slopes on the left and on the right, where differences see a kink.
    sides: tuple[float, float] | None = None
    #: How the partial is found, if somebody's formula is wrong.
    derivation: Derivation | None = None
    #: The variable of the second differentiation; empty: it is a first derivative.
    second: str = ""

    @property
    def toward(self) -> tuple[str, ...]:
        """The variables that the derivative is taken toward, one after another."""
        return (self.name, self.second) if self.second else (self.name,)

    @property
    def slip(self) -> str:
        """The slips as one sentence, with formulas as code; empty: none was found."""
        return either(self.slips)

    @property
    def factor(self) -> str:
        """The claim as a simple multiple of the true partial: 1/2, -3; empty: none."""
        if self.passed or self.doubt or self.derivation or self.elsewhere:
            return ""
        if not self.claimed.value or not self.true.value:
            return ""
        from fractions import Fraction

        ratio = float(self.claimed.value / self.true.value)
        if not 1 / 24 < abs(ratio) < 24:
            return ""
        simple = Fraction(ratio).limit_denominator(12)
        close = abs(ratio - simple) <= 1e-6 * abs(ratio)
        return str(simple) if close and simple != 1 else ""

    @property
    def rounded(self) -> int:
        """How many digits of the true partial the claim has, rounded; 0: it has not."""
        if self.passed or self.doubt or self.slips or self.elsewhere:
            return 0
        if not self.claimed.value or not self.true.value:
            return 0
        claimed, true = float(self.claimed.value), float(self.true.value)
        digits = next(n for n in range(1, 18) if float(f"{claimed:.{n}g}") == claimed)
        is_told = digits in _ROUNDED and float(f"{true:.{digits}g}") == claimed
        return digits if is_told else 0


class Tolerance(Record):
    """How far a right claim may be off; without numbers the estimates decide."""

    relative: float | None = None
    absolute: float | None = None


KINK = "kink within h"
"""The doubt about a black box whose slopes on both sides stay apart."""
UNKNOWN = "cannot tell"
"""The doubt where a wrong claim would look the same as a right one."""
ESTIMATES = Tolerance()
"""The error estimates decide."""


def judged(
    name: str,
    claimed: Estimate,
    true: Estimate,
    tolerance: Tolerance = ESTIMATES,
    wide: float = math.inf,
    rounding: float = ROUNDING,
) -> Verdict:
    """Return the verdict on one number, given the true one.

    It cannot be told if a claim that is wrong by half a percent would pass, but for
    what is next to 0 beside ``wide``, the slopes over a wide distance; if that is
    infinite, nothing but rounding moves the numbers.
    """
    if claimed.value is None or true.value is None:
        return Verdict(name, claimed, true, None, False, doubt=UNKNOWN)
    allowed = _allowed(claimed, true, tolerance, rounding)
    apart = float(abs(claimed.value - true.value))
    verdict = Verdict(name, claimed, true, _ratio(claimed, true), apart <= allowed)
    if not verdict.passed or tolerance != ESTIMATES or apart == 0:
        return verdict
    size = float(max(abs(claimed.value), abs(true.value)))
    nothing = _NEXT_TO_ZERO if claimed.value else _FINEST
    if allowed < math.inf and allowed <= max(_FINEST * size, nothing * wide):
        return verdict
    advice = {"rtol": _rounded_up(allowed / size)} if allowed < size else {}
    return verdict._replace(passed=False, doubt=UNKNOWN, advice=advice)


def _rounded_up(number: float) -> float:
    """Return a number with one digit that is no smaller."""
    power = 10.0 ** math.floor(math.log10(number))
    return float(f"{math.ceil(number / power) * power:.1g}")


def _ratio(claimed: Estimate, true: Estimate) -> float | None:
    return relative(claimed.number, true.value) if true.value else None


def relative(claimed: float, true: float) -> float | None:
    """Return how far a claim is off, beside what is true; None: no such ratio."""
    found = float(abs(claimed - true) / abs(true)) if true else math.inf
    return found if math.isfinite(found) else None


def _allowed(
    claimed: Estimate, true: Estimate, tolerance: Tolerance, rounding: float
) -> float:
    sizes = [abs(float(claimed.number)), abs(float(true.number))]
    relative, absolute = tolerance
    if relative is None and absolute is None:
        return float(SLACK * (claimed.error + true.error + rounding * sum(sizes)))
    return (absolute or 0.0) + (relative or 0.0) * max(sizes)
