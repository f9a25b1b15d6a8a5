"""What differences say of a program that nobody can look into."""

import math
from collections.abc import Iterator
from functools import partial
from typing import Any

from diffcli import version
from diffcli.analysis.measure import Measurement
from diffcli.language.notation import Notation
from diffcli.methods import load
from diffcli.output.document import (
    Block,
    Column,
    Document,
    Facts,
    Line,
    Run,
    Sheet,
    Table,
)
from diffcli.output.numbers import error_text, number_style, plain_number, short_number
from diffcli.output.views import box_formula, sentences, step_fact
from diffcli.output.views.grad import SCHEMA, columns
from diffcli.problem import point_text


def document(measured: Measurement) -> Document:
    """Return the measured gradient as a document."""
    return Document(
        blocks=partial(_blocks, measured),
        record=partial(_record, measured),
        sheet=partial(_sheet, measured),
        wide=partial(_wide, measured),
        brief=partial(_brief, measured),
    )


def _status(measured: Measurement, name: str) -> str:
    if name in measured.kinks:
        return "kink"
    return "n/a" if measured.partials[name].value is None else "ok"


def _blocks(measured: Measurement, notation: Notation) -> Iterator[Block]:
    settings = measured.settings
    yield box_formula(measured.name, measured.point, notation)
    yield Facts((
        (Run(f"at {point_text(measured.point, notation)}"),),
        (Run("f = "), Run(short_number(measured.value, settings.digits), "value")),
        step_fact(settings),
        (Run(f"{measured.evaluations} evaluations", "muted"),),
    ))  # fmt: skip
    columns = (Column("", "left"), Column(load("finite").TITLE), Column("est. error"))
    yield Table(
        columns, tuple(_row(measured, name, notation) for name in measured.partials)
    )


def _row(measured: Measurement, name: str, notation: Notation) -> tuple[Line, ...]:
    value, error = measured.partials[name]
    number, estimate = "n/a", "-"
    if name in measured.kinks:
        left, right = measured.kinks[name]
        number, estimate = f"left {left:.6g}, right {right:.6g}", "kink"
    elif value is not None:
        number = number_style([value], measured.settings.digits)(value)
        estimate = error_text(error)
    label = notation.partial([name], several=len(measured.point) > 1)
    return (
        (Run(label, "name"),),
        (Run(number, "doubtful" if name in measured.kinks else "gradient"),),
        (Run(estimate),),
    )


def _record(measured: Measurement) -> dict[str, Any]:
    settings, error = measured.settings, measured.error()
    names = measured.partials
    return {
        **version.record(SCHEMA),
        "expression": None,
        "variables": list(measured.point),
        "subject": measured.name,
        "point": dict(measured.point),
        "value": measured.value,
        "gradient": {"finite": {name: names[name].value for name in names}},
        "estimates": {
            name: estimate.error if math.isfinite(estimate.error) else None
            for name, estimate in names.items()
        },
        "finite": {
            "scheme": settings.scheme,
            "h": settings.h,
            "evaluations": measured.evaluations,
        },
        "error": error.record()["error"] if error else None,
        "agreement": {},
        "one_sided": {
            name: {"left": left, "right": right}
            for name, (left, right) in measured.kinks.items()
        },
        "status": "kink" if measured.kinks else "ok",
        "warnings": sentences(measured.warnings),
    }


def _sheet(measured: Measurement) -> Sheet:
    header = ("var", "value", "finite", "est_error", "status")
    rows = [
        (
            name,
            plain_number(measured.value),
            plain_number(estimate.value),
            f"{estimate.error:.2g}" if math.isfinite(estimate.error) else "",
            _status(measured, name),
        )
        for name, estimate in measured.partials.items()
    ]
    return Sheet(header, rows)


def _wide(measured: Measurement) -> Sheet:
    header = columns(tuple(measured.partials), ("finite",))
    values = [measured.value, *(e.value for e in measured.partials.values())]
    status = "kink" if measured.kinks else "ok"
    return Sheet(header, [(*map(plain_number, values), status)])


def _brief(measured: Measurement) -> str:
    if any(estimate.value is None for estimate in measured.partials.values()):
        return ""
    return " ".join(plain_number(e.value) for e in measured.partials.values())
