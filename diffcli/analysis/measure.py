"""The gradient of a black box, measured by differences of its values."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from diffcli.analysis.certainty import measured_kink
from diffcli.blackbox.boxes import Boxes
from diffcli.engine.noise import Remembering, Slope, best_slope, slope_with
from diffcli.engine.stencils import NoDifference, Univariate, along, step_width
from diffcli.errors import KinkError
from diffcli.problem import NO_ESTIMATE, Estimate, Settings
from diffcli.records import Record
from diffcli.remarks import WARNING, Remark

_NEXT_TO_ZERO = 1e-6  # the error of a slope beside the slopes over a wide distance
_HIDDEN = "the noise of f hides it: no digit is certain"


class Measurement(Record):
    """The gradient of a black box at one point, by differences of its values."""

    name: str
    point: Mapping[str, float]
    settings: Settings
    value: float
    #: By variable; without a value at a kink, or where no digit is certain.
    partials: dict[str, Estimate]
    #: What they rest on, by variable; none where no quotient can be made.
    slopes: dict[str, Slope]
    #: The variables toward which the two sides disagree, with both slopes.
    kinks: dict[str, tuple[float, float]]
    #: How often the box was asked.
    evaluations: int
    #: What a reader should know, a sentence each.
    warnings: tuple[Remark, ...]

    def error(self) -> KinkError | None:
        """Return the error of a point without a gradient; None: there is one."""
        return measured_kink(self.point, self.kinks)


def measure(
    boxes: Boxes,
    point: Mapping[str, float],
    names: Sequence[str],
    settings: Settings,
    tick: Callable[[], object] = lambda: None,
) -> Measurement:
    """Return the partials of a black box by differences, and how far they may be off.

    How far the box's values are off is measured, not assumed.

    Raises UsageError where it breaks down, DomainError where it has no value.
    """
    before, deaths = boxes.asked, len(boxes.deaths())
    value = boxes.at(point).value

    def one(name: str) -> Slope | NoDifference:
        try:
            line = along(lambda x: boxes.ask(tuple(x.values())).value, point, name)
            return _slope(line, point[name], settings)
        except NoDifference as reason:
            return reason
        finally:
            tick()

    if len(boxes.all) > 1:
        with ThreadPoolExecutor(len(boxes.all)) as threads:
            found = list(threads.map(one, names))
    else:
        found = [one(name) for name in names]
    results = dict(zip(names, found, strict=True))
    slopes = {n: slope for n, slope in results.items() if isinstance(slope, Slope)}
    kinks = {name: slope.sides for name, slope in slopes.items() if slope.sides}
    partials = {name: _estimate(slopes.get(name)) for name in names}
    from diffcli.language.partials import partial_text

    warnings = [
        Remark(
            f"{partial_text([name], several=len(point) > 1, spell=str)}:"
            f" {results[name] if name not in slopes else _HIDDEN}"
        )
        for name in names
        if partials[name].value is None and name not in kinks
    ]
    warnings += _deaths(boxes.deaths()[deaths:])
    return Measurement(
        boxes.name, point, settings, value, partials, slopes, kinks,
        boxes.asked - before, tuple(warnings),
    )  # fmt: skip


def _slope(line: Univariate, x: float, settings: Settings) -> Slope:
    """Return the slope along a line.

    Raises NoDifference where no quotient can be made, or none has a certain digit.
    """
    line = Remembering(line)
    h = settings.h
    if h == "auto":
        return best_slope(line, x)
    return slope_with(line, x, step_width(h, x, settings.scheme), settings.scheme)


def _estimate(slope: Slope | None) -> Estimate:
    """Return the number to show; none at a kink, or where it could be anything."""
    if slope is None or slope.sides:
        return NO_ESTIMATE
    found = slope.difference
    if found.error > max(abs(found.slope), _NEXT_TO_ZERO * slope.wide) > 0:
        return NO_ESTIMATE
    return Estimate(found.slope, found.error)


def _deaths(deaths: Sequence[str]) -> list[Remark]:
    """Say how a program ended on the way."""
    if not deaths:
        return []
    often = "" if len(deaths) == 1 else f" ({len(deaths)} times)"
    return [Remark(f"{deaths[-1]}{often}; it was started again", WARNING)]
