"""What a chart is made of: axes, curves, marks, walls and a ground."""

import math
import sys
from collections.abc import Sequence

from diffcli.problem import DOUBLE
from diffcli.records import Record

Point = tuple[float, float]


_MOST_TICKS = 1000  # of them no range has more that is wider than its doubles
_FAR = 1e6  # heights of the picture at which it does not matter how far


class Axis(Record):
    """What an edge of the picture stands for."""

    low: float
    high: float
    #: True: equal factors are equally far apart.
    log: bool = False

    def share(self, value: float) -> float:
        """Return where a value lies: 0 at the low end, 1 at the high end.

        What no logarithm shows lies far below.
        """
        if self.log:
            low, high = math.log10(self.low), math.log10(self.high)
            width = high - low or 1.0
            return (math.log10(value) - low) / width if value > 0 else -9.0
        # In halves: the difference of two doubles may overflow.
        share = (value / 2 - self.low / 2) / (self.high / 2 - self.low / 2 or 1.0)
        return min(max(share, -_FAR), _FAR)

    def ticks(self, most: int) -> list[tuple[float, str]]:
        """Return at most so many round values with their labels."""
        return self._decades(most) if self.log else self._steps(most)

    def _decades(self, most: int) -> list[tuple[float, str]]:
        first = math.ceil(math.log10(self.low) - 1e-9)
        last = math.floor(math.log10(self.high) + 1e-9)
        stride = next(
            s for s in (1, 2, 3, 4, 5, 6, 10, 20, 50, 100, 300, 700)
            if (last - first) // s < most
        )  # fmt: skip
        powers = (p for p in range(first, last + 1) if p % stride == 0)
        ticks = [(10.0**p, f"1e{p:+03d}" if p else "1") for p in powers]
        return ticks or [(end, f"{end:.3g}") for end in sorted({self.low, self.high})]

    def _steps(self, most: int) -> list[tuple[float, str]]:
        half = self.high / 2 - self.low / 2
        size = 10.0 ** math.floor(math.log10(half / most) if half else -320.0)
        ticks: list[tuple[float, str]] = []
        for factor in (1, 2, 2.5, 5, 10, 20, 25, 50):
            before, ticks = ticks, self._multiples(size * factor or 5e-324)
            if len(ticks) <= most:
                break
        return ticks if len(ticks) > 1 else before or ticks

    def _multiples(self, step: float) -> list[tuple[float, str]]:
        """Return the multiples of a step, each once, with the digits that tell them."""
        first = math.ceil(self.low / step - 1e-9)
        last = math.floor(self.high / step + 1e-9)
        if last - first > _MOST_TICKS:
            return [(end, f"{end:.{DOUBLE}g}") for end in (self.low, self.high)]
        largest = max(abs(self.low), abs(self.high)) / step
        digits = min(DOUBLE, max(6, math.ceil(math.log10(largest + 1)) + 1))
        values = (n * step for n in range(first, last + 1))
        inside = (min(max(value, self.low), self.high) for value in values)
        return [(value, f"{value:.{digits}g}") for value in inside]


def decades(low: float, high: float) -> tuple[float, float]:
    """Return the powers of ten around numbers above 0, as far as doubles have them."""
    below = math.floor(math.log10(low) + 1e-9)
    above = max(below + 1, math.ceil(math.log10(high) - 1e-9))
    return (
        max(10.0**below, math.ulp(0.0)),
        10.0**above if above <= sys.float_info.max_10_exp else sys.float_info.max,
    )


class Polyline(Record):
    """A line through points, broken between its runs."""

    runs: Sequence[Sequence[Point]]
    #: Stands at its right end.
    label: str
    #: The style of its dots: "first", "second", ...
    style: str
    #: The letter that draws it in ASCII.
    letter: str
    #: Draw so many dots, then leave out as many; 0: none is left out.
    dash: int = 0


LETTERS = "*o+x#%"
"""What draws the first six curves in ASCII."""


class ChartMark(Record):
    """A sign at one place: a kink, an open end."""

    x: float
    y: float
    sign: str
    style: str = "title"


class Chart(Record):
    """What is drawn between two axes."""

    x: Axis
    y: Axis
    curves: Sequence[Polyline]
    marks: Sequence[ChartMark] = ()
    #: Places of vertical lines, such as poles.
    walls: Sequence[float] = ()
    #: Signs and their styles behind all this: rows from below, spread over it all.
    ground: Sequence[Sequence[tuple[str, str]]] = ()
