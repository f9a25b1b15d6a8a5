"""A function of two variables as a map."""

from collections.abc import Iterator, Sequence
from functools import cache, partial
from typing import Any

from diffcli import version
from diffcli.analysis.maps import Field, Map, MapSample, Range
from diffcli.language.notation import Notation
from diffcli.output.canvas import height
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
from diffcli.output.map_relief import relief
from diffcli.output.numbers import plain_number
from diffcli.output.views import understood
from diffcli.problem import point_text
from diffcli.records import Record

SCHEMA = "diffcli/plot-map/1"
_LINES_AROUND = 8  # lines of the screen that are not the picture


class Exhibit(Record):
    """A field, and how to show it."""

    field: Field
    #: The gradient is shown too.
    derivatives: bool
    #: The range of values that are told apart; None: what shows the field best.
    z: Range | None
    #: Lines of the picture; None: as many as fit.
    height: int | None
    #: Samples in each direction that the formats for programs get.
    samples: int


def document(exhibit: Exhibit) -> Document:
    """Return a map as a document."""
    chart = cache(lambda: Map(exhibit.field))
    return Document(
        blocks=lambda notation: _blocks(exhibit, chart(), notation),
        record=lambda: _record(exhibit, chart()),
        sheet=partial(_sheet, exhibit),
    )


def _blocks(exhibit: Exhibit, chart: Map, notation: Notation) -> Iterator[Block]:
    field = exhibit.field
    body = notation.text(
        field.parsed.expression, limit=200, taken=field.parsed.variables
    )
    names = ", ".join(map(notation.variable, field.names))
    facts: list[Line] = [(Run(f"f({names}) = {body}", "title"),)]
    if field.others:
        fixed = point_text(field.others, notation, len(field.others))
        facts.append((Run(f"with {fixed}", "muted"),))
    yield Facts(tuple(facts))
    if exhibit.derivatives:
        yield Facts((_steepest(chart, notation),))
    yield Picture(partial(_picture, exhibit, chart))


def _steepest(chart: Map, notation: Notation) -> Line:
    """Return where the gradient is longest, and that gradient."""
    if not any(value is not None for row in chart.values for value in row):
        return (Run("no value of f was found here", "doubtful"),)
    if chart.steepest is None:
        said = "no steepest place is certain: the gradient may grow without end"
        poles = [spot for spot in chart.spots if spot.kind != "kink"]
        if len(poles) == 1 == len(chart.kinds):
            at = _place(chart, poles[0].x, poles[0].y, notation)
            said = f"the gradient grows without end at {at} ({poles[0].kind})"
        return (Run(said, "muted"),)
    best, others = chart.steepest
    if not best.slope:
        return (Run("the gradient is 0 wherever it exists"),)
    where = f"steepest: length of the gradient {best.slope:.4g}"
    if others == sum(map(len, chart.rows)) - 1:
        return (Run(f"{where} everywhere"),)
    at = _place(chart, best.x, best.y, notation)
    more = f" (and {others} more)" if others else ""
    return (Run(f"{where} at {at}{more}"),)


def _place(chart: Map, x: float, y: float, notation: Notation) -> str:
    named = zip(chart.field.names, (x, y), strict=True)
    return ", ".join(f"{notation.variable(name)} = {v:.4g}" for name, v in named)


def _picture(exhibit: Exhibit, chart: Map, screen: Screen) -> Sequence[Line]:
    lines = height(exhibit.height, screen, _LINES_AROUND)
    return relief(chart, screen, lines, z=exhibit.z, arrows=exhibit.derivatives)


def _samples(exhibit: Exhibit) -> Iterator[MapSample]:
    for row in exhibit.field.samples(exhibit.samples, exhibit.samples):
        yield from row


def _record(exhibit: Exhibit, chart: Map) -> dict[str, Any]:
    field = exhibit.field
    return {
        **version.record(SCHEMA),
        "expression": understood(field.parsed),
        "variables": list(field.names),
        "fixed": dict(field.others),
        "samples": [_described(sample) for sample in _samples(exhibit)],
        "breaks": list(dict.fromkeys(line.kind for line in chart.breaks)),
        "spots": [spot._asdict() for spot in chart.spots],
        "steepest": _described(chart.steepest.sample) if chart.steepest else None,
    }


def _described(sample: MapSample) -> dict[str, Any]:
    gradient = sample.gradient
    return {
        "x": sample.x,
        "y": sample.y,
        "value": sample.value,
        "gradient": None if gradient is None else list(gradient),
        "status": sample.status,
    }


def _sheet(exhibit: Exhibit) -> Sheet:
    names = exhibit.field.names
    partials = [f"df/d{name}" for name in names] if exhibit.derivatives else []
    rows = (
        [
            *map(plain_number, (sample.x, sample.y, sample.value)),
            *map(plain_number, (sample.gradient or (None, None))[: len(partials)]),
            sample.status,
        ]
        for sample in _samples(exhibit)
    )
    return Sheet((*names, "f", *partials, "status"), rows)
