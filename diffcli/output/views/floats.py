"""A gradient in a format with fewer bits, beside the truth."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from diffcli.analysis.floats import CoarseGradient
from diffcli.language.notation import Notation
from diffcli.output.document import (
    Block,
    Column,
    Document,
    Facts,
    Line,
    Lines,
    Run,
    Sheet,
    Table,
)
from diffcli.output.numbers import number_style, plain_number
from diffcli.output.views import doubtful_tail, formulas, heading
from diffcli.problem import point_text

SCHEMA = "diffcli/float/1"
_FIELDS = ("truth", "backprop", "finite", "h", "digits", "finite_digits")
HEADER = ("var", "value", *_FIELDS, "format")


def document(found: CoarseGradient) -> Document:
    """Return a gradient in a format as a document."""
    return Document(
        blocks=partial(_blocks, found),
        record=partial(_record, found),
        sheet=partial(_sheet, found),
        brief=partial(_brief, found),
    )


def _blocks(found: CoarseGradient, notation: Notation) -> Iterator[Block]:
    problem = found.problem
    yield from formulas(problem.parsed, notation)
    widths = dict.fromkeys(f"{one.h:.4g}" for one in found.partials)
    yield Facts(
        (
            (Run(f"at {point_text(problem.point, notation)}"),),
            (Run("f = "), Run(f"{problem.value:.10g}", "value")),
            (Run(f"in {found.format}: {found.value:.10g}", "name"),),
            (Run(f"h = {', '.join(widths)}, symmetric"),),
        )
    )
    columns = (
        Column("", "left"), Column("truth"), Column(f"backprop, {found.format}"),
        Column("digits"), Column(f"finite diff, {found.format}"), Column("digits"),
    )  # fmt: skip
    rows = []
    for one in found.partials:
        style = number_style([one.truth, one.backprop, one.finite], 7)
        rows.append(
            (
                (Run(notation.partial([one.name], several=problem.several), "name"),),
                (Run(style(one.truth), "value"),),
                doubtful_tail(style(one.backprop), one.digits),
                (Run(str(one.digits)),),
                doubtful_tail(style(one.finite), one.finite_digits),
                (Run(str(one.finite_digits)),),
            )
        )
    yield Table(columns, tuple(rows))
    lost = [one.name for one in found.partials if one.is_lost]
    if lost:
        partials = [notation.partial([n], several=problem.several) for n in lost]
        yield Lines((_said(partials, found.format),))


def _said(lost: list[str], form: str) -> Line:
    names = ", ".join(lost[:6])
    more = ", …" if len(lost) > 6 else ""
    return (
        Run(f"exactly 0 in {form}, though not in truth: {names}{more}", "doubtful"),
    )


def _record(found: CoarseGradient) -> dict[str, Any]:
    problem = found.problem
    return {
        **heading(SCHEMA, problem.parsed),
        "point": problem.point,
        "value": problem.value,
        "format": found.format,
        "rounded_value": found.value,
        "partials": {
            one.name: {**{f: getattr(one, f) for f in _FIELDS}, "lost": one.is_lost}
            for one in found.partials
        },
    }


def _sheet(found: CoarseGradient) -> Sheet:
    rows = [
        (
            one.name,
            *map(
                plain_number, (found.value, one.truth, one.backprop, one.finite, one.h)
            ),
            one.digits,
            one.finite_digits,
            found.format,
        )
        for one in found.partials
    ]
    return Sheet(HEADER, rows)


def _brief(found: CoarseGradient) -> str:
    """Return what backprop finds in the format."""
    return " ".join(plain_number(one.backprop) for one in found.partials)
