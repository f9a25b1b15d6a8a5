"""The picture of error against h, and what it teaches."""

import math
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from diffcli.analysis.sweep import Series, Sweep, errors
from diffcli.calculus.floats import FORMATS
from diffcli.engine.tape import ROUNDING
from diffcli.language.notation import Notation
from diffcli.output.canvas import draw, height
from diffcli.output.charts import Axis, Chart, Polyline, decades
from diffcli.output.document import (
    Block,
    Document,
    Facts,
    Line,
    Picture,
    Run,
    Screen,
    Sheet,
)
from diffcli.output.numbers import plain_number
from diffcli.output.views import formulas, heading
from diffcli.problem import point_text
from diffcli.records import Record

SCHEMA = "diffcli/sweep/2"
_STYLES = {"forward": ("fourth", "*", 0), "symmetric": ("third", "o", 0)}
_STRAIGHT = {
    "forward": "f is a straight line",
    "symmetric": "what bends f cancels on both sides",
}
_LUCK = 64.0  # roundings, of which an error of 0 is no longer to be expected
_FLAT = 0.05  # the slope below which a curve does not rise
_LINES_AROUND = 13  # lines of the screen that are not the picture


class Exhibit(Record):
    """A sweep and how to show it."""

    sweep: Sweep
    #: Draw the predicted error too.
    theory: bool
    #: Lines of the picture; None: as many as fit.
    height: int | None
    #: Show the bounds too.
    prove: bool = False


def document(exhibit: Exhibit) -> Document:
    """Return a sweep as a document."""
    return Document(
        blocks=partial(_blocks, exhibit),
        record=partial(_record, exhibit.sweep),
        sheet=partial(_sheet, exhibit),
    )


def _blocks(exhibit: Exhibit, notation: Notation) -> Iterator[Block]:
    sweep = exhibit.sweep
    problem = sweep.problem
    yield from formulas(problem.parsed, notation)
    slope = notation.partial([sweep.name], several=problem.several)
    size = "relative" if sweep.true else "absolute"
    kind = ((Run(f"every operation rounded to {sweep.format}", "name"),),)
    yield Facts((
        (Run(f"at {point_text(problem.point, notation)}"),),
        (Run(f"{slope} = {sweep.true:.10g}", "gradient"),),
        *(kind if sweep.format else ()),
    ))  # fmt: skip
    names = ((Run(s.scheme, _STYLES[s.scheme][0]),) for s in sweep.series)
    yield Facts(((Run(f"{size} error of {slope} against h (log-log):"),), *names))
    yield Picture(partial(_picture, exhibit))
    for series in sweep.series:
        yield Facts(tuple(_best(series, sweep)))
    said = _proofs(sweep) if exhibit.prove else ()
    for sentence in (*_lessons(sweep.series), *said):
        yield Facts(((Run(f"  {sentence}", "muted"),),))


def _picture(exhibit: Exhibit, screen: Screen) -> Sequence[Line]:
    relative = bool(exhibit.sweep.true)
    curves = []
    for series in exhibit.sweep.series:
        style, letter, dash = _STYLES[series.scheme]
        points = list(errors(series, relative))[::-1]
        curves.append(Polyline([points], series.scheme, style, letter, dash))
        if exhibit.theory:
            curves.append(
                Polyline([_predicted(exhibit.sweep, series)], "", style, ".", 2)
            )
    drawn = [point for curve in curves for run in curve.runs for point in run]
    if not drawn:
        some = any(series.best for series in exhibit.sweep.series)
        text = "no error at any h: every quotient is exact" if some else "no quotient"
        return [(Run(f"  {text}", "title"),)]
    steps = [s.h for series in exhibit.sweep.series for s in series.samples]
    heights = [y for _, y in drawn]
    low, high = decades(min(heights), max(heights))
    picture = Chart(
        Axis(min(steps), max(steps), log=True),
        Axis(low, high, log=True),
        curves,
    )
    lines = height(exhibit.height, screen, _LINES_AROUND)
    return draw(picture, screen.width, lines, ascii=screen.ascii)


def _predicted(sweep: Sweep, series: Series) -> list[tuple[float, float]]:
    size = abs(sweep.true) or 1.0
    heights = ((s.h, (s.predicted or 0.0) / size) for s in series.samples[::-1])
    return [(h, y) for h, y in heights if 0 < y < math.inf]


def _best(series: Series, sweep: Sweep) -> Iterator[Line]:
    """Yield the smallest error of a scheme, and where theory expects it."""
    style = _STYLES[series.scheme][0]
    yield (Run(series.scheme.ljust(9), style),)
    best = series.best
    if best is None:
        yield (Run("no quotient: f has no value there, or x + h is x"),)
        return
    theory = series.predicted_best
    expected = f" (theory {theory:.1e})" if theory and theory >= 1e-100 else ""
    yield (Run(f"best h = {best.h:.1e}{expected}"),)
    scale = abs(sweep.true) or 1.0
    error, expected_error = (best.absolute or 0.0) / scale, best.predicted or 0.0
    unit, most = _precision(sweep.format)
    if not error and expected_error > _LUCK * unit * scale:
        yield (Run(f"error 0 by luck, not {expected_error / scale:.1e}"),)
        return
    yield (Run(f"error {error:.1e}" if error else "no error at all"),)
    if best.digits is not None:
        digits = min(best.digits, most)
        yield (Run(f"{digits} digit{'s' * (digits != 1)}"),)


def _precision(name: str) -> tuple[float, int]:
    """Return how far one rounding moves a number, and how many digits numbers have."""
    if not name:
        return ROUNDING, 16
    return FORMATS[name].rounding, int(FORMATS[name].bits * math.log10(2))


def _lessons(schemes: Sequence[Series]) -> Iterator[str]:
    """Yield what the slopes of the curves mean."""
    falls = [s.left for s in schemes if s.left is not None and -1.3 < s.left < -0.7]
    straight = dict(_STRAIGHT)
    if all(series.straight for series in schemes) and schemes[1:]:
        straight["symmetric"] = straight["forward"]
    for series in schemes:
        if series.right is not None and series.right > _FLAT:
            where = " right of the minimum" if series.predicted_best else ""
            yield (
                f"slope {series.right:.1f}{where}: {series.scheme}"
                f" error ~ {_power(series.right)} (truncation)"
            )
        elif series.straight and series.best:
            yield f"{series.scheme}: {straight[series.scheme]}: no truncation"
    if falls:
        yield f"slope {falls[0]:.1f} left of it: rounding, error ~ 1/h"


def _proofs(sweep: Sweep) -> Iterator[str]:
    """Yield how many of the errors are within their bounds."""
    what = "rounding and truncation have" if sweep.format else "truncation has"
    for series in sweep.series:
        bounded = [s for s in series.samples if s.bound is not None]
        within = sum((s.absolute or 0.0) <= (s.bound or 0.0) for s in bounded)
        yield (
            f"{series.scheme}: {what} a proved bound at {len(bounded)} of"
            f" {len(series.samples)} h; the error is within the bound at {within}"
        )


def _power(slope: float) -> str:
    """Return the power of h that a slope in the log-log picture shows."""
    power = f"{slope:.1f}".removesuffix(".0")
    return {"1": "h", "2": "h²"}.get(power, f"h^{power}")


def _record(sweep: Sweep) -> dict[str, Any]:
    problem = sweep.problem
    return {
        **heading(SCHEMA, problem.parsed),
        "point": problem.point,
        "value": problem.value,
        "variable": sweep.name,
        "derivative": sweep.true,
        **({"format": sweep.format} if sweep.format else {}),
        "schemes": {
            series.scheme: {
                "best_h": series.best.h if series.best else None,
                "predicted_best_h": series.predicted_best,
                "slope_left": series.left,
                "slope_right": series.right,
                "samples": [
                    {**s._asdict(), "digits": s.digits} for s in series.samples
                ],
            }
            for series in sweep.series
        },
    }


def _sheet(exhibit: Exhibit) -> Sheet:
    rows = [
        (
            plain_number(s.h),
            series.scheme,
            plain_number(s.value),
            plain_number(s.absolute),
            plain_number(s.relative),
            "" if s.digits is None else s.digits,
            *([plain_number(s.predicted)] if exhibit.theory else []),
            *([plain_number(s.bound)] if exhibit.prove else []),
        )
        for series in exhibit.sweep.series
        for s in series.samples
    ]
    return Sheet(header(theory=exhibit.theory, prove=exhibit.prove), rows)


def header(*, theory: bool, prove: bool = False) -> tuple[str, ...]:
    """Return the columns for csv and tsv."""
    names = ("h", "scheme", "value", "abs_error", "rel_error", "digits")
    return (*names, *(("predicted",) if theory else ()), *(("bound",) if prove else ()))
