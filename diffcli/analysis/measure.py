"""The gradient of a black box, measured by differences of its values."""

import math
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from diffcli.blackbox.boxes import Boxes
from diffcli.engine.stencils import (
    Difference,
    NoDifference,
    best_difference,
    difference,
    quotient_at,
    relative_step,
)
from diffcli.problem import Estimate, Settings

_WIDE, _NARROW = 2.0**-14, 2.0**-18  # steps whose one-sided slopes tell a kink
_NEXT_TO_ZERO = 1e-6  # the error of a slope beside the slopes over a wide distance


class Measurement(NamedTuple):
    """What differences say of a black box at one point."""

    name: str
    point: Mapping[str, float]
    settings: Settings
    value: float
    #: By variable; without a value where no quotient can be made.
    partials: dict[str, Estimate]
    #: The variables toward which the two sides disagree, with both slopes.
    kinks: dict[str, tuple[float, float]]
    #: How often the box was asked.
    evaluations: int
    #: What a reader should know, a sentence each.
    warnings: tuple[str, ...]


def measure(
    boxes: Boxes,
    point: Mapping[str, float],
    names: Sequence[str],
    settings: Settings,
    tick: Callable[[], object] = lambda: None,
) -> Measurement:
    """Return the partials of a black box by differences, and how far they may be off.

    Raises UsageError where it breaks down, DomainError where it has no value.
    """
    before = boxes.asked
    value = boxes.at(point).value

    def one(name: str) -> tuple[Estimate, tuple[float, float] | None, str]:
        along = _line(boxes, point, name)
        try:
            quotient = _difference(along, point[name], settings)
            kink = _kink(along, point[name])
        except NoDifference as reason:
            return Estimate(None, math.inf), None, f"Note: ∂f/∂{name}: {reason}"
        finally:
            tick()
        return Estimate(quotient.slope, quotient.error), kink, ""

    if len(boxes.all) > 1:
        with ThreadPoolExecutor(len(boxes.all)) as threads:
            slopes = list(threads.map(one, names))
    else:
        slopes = [one(name) for name in names]
    results = dict(zip(names, slopes, strict=True))
    kinks = {name: kink for name, (_, kink, _) in results.items() if kink}
    warnings = [note for _, _, note in slopes if note]
    warnings += [
        f"Warning: a kink lies at or near {name} = {point[name]:.10g}: slope"
        f" {left:.6g} on the left, {right:.6g} on the right"
        for name, (left, right) in kinks.items()
    ]
    partials = {name: estimate for name, (estimate, _, _) in results.items()}
    asked = boxes.asked - before
    return Measurement(
        boxes.name, point, settings, value, partials, kinks, asked, tuple(warnings)
    )


def _line(
    boxes: Boxes, point: Mapping[str, float], name: str
) -> Callable[[float], float]:
    """Return the box along one variable."""

    def line(x: float) -> float:
        return boxes.ask(tuple({**point, name: x}.values())).value

    return line


def _difference(
    line: Callable[[float], float], x: float, settings: Settings
) -> Difference:
    h = settings.h
    if h == "auto":
        try:
            return best_difference(line, x)
        except NoDifference:
            return _small_difference(line, x)
    width = relative_step(x, settings.scheme) if isinstance(h, str) else h
    return difference(line, x, width, settings.scheme)


def _small_difference(line: Callable[[float], float], x: float) -> Difference:
    """Return a quotient of which no digit is certain because it is next to 0.

    Next to 0 means: its error is small beside the slopes over a wide distance.

    Raises NoDifference if it is not: then f is noise, and any number would do.
    """
    wide = quotient_at(line, x, (abs(x) or 1.0) / 4, "symmetric")
    quotient = difference(line, x, relative_step(x, "symmetric"), "symmetric")
    if wide is None or quotient.error > _NEXT_TO_ZERO * (
        (abs(wide.above) + abs(wide.below)) / wide.width
    ):
        raise NoDifference("differences cannot see it: no digit is certain at any step")
    return quotient


def _kink(line: Callable[[float], float], x: float) -> tuple[float, float] | None:
    """Return the slopes on both sides, if they stay apart however small the step.

    Where f is smooth their distance shrinks with the step; at a kink it does not.
    """
    size = abs(x) or 1.0
    gaps = []
    for h in (_WIDE * size, _NARROW * size):
        right = quotient_at(line, x, h, "forward")
        left = quotient_at(line, x, h, "backward")
        if left is None or right is None:
            return None
        gaps.append(abs(right.slope - left.slope))
        noise = 8 * (left.noise(0.0) + right.noise(0.0))
        slopes = left.slope, right.slope
    wide, narrow = gaps
    return slopes if narrow > noise and narrow > 0.5 * wide > 0 else None
