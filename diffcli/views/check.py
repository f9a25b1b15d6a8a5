"""The verdicts of a gradient check."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from diffcli.document import (
    Block,
    Column,
    Document,
    Facts,
    Line,
    Lines,
    Run,
    Sheet,
    Table,
    number_style,
    plain_number,
)
from diffcli.gradcheck import Check, Verdict
from diffcli.problem import point_text
from diffcli.views import formulas, heading

SCHEMA = "diffcli/check/1"


def document(check: Check) -> Document:
    """Return a check as a document."""
    return Document(
        blocks=partial(_blocks, check),
        record=partial(_record, check),
        sheet=partial(_sheet, check),
        wide=partial(_sheet, check),
    )


def _blocks(check: Check) -> Iterator[Block]:
    problem = check.comparison.problem
    yield from formulas(problem.parsed)
    yield Facts(((Run(f"check at {point_text(problem.point)}"),),))
    columns = (
        Column("", "left"),
        Column("claimed"),
        Column("true"),
        Column("rel. error"),
        Column("verdict", "left"),
    )
    yield Table(columns, tuple(_row(check, verdict) for verdict in check.verdicts))
    failed = [verdict for verdict in check.verdicts if not verdict.passed]
    if failed:
        yield Lines(((Run(f"{len(failed)} of {len(check.verdicts)} failed."),),))
    for verdict in failed:
        if verdict.slip:
            said = f"∂f/∂{verdict.name}: {verdict.slip}."
            yield Lines(((Run(said, "doubtful"),),))


def _row(check: Check, verdict: Verdict) -> tuple[Line, ...]:
    digits = check.comparison.problem.settings.digits
    known = [verdict.claimed.value]
    known += [] if verdict.true.value is None else [verdict.true.value]
    style = number_style(known, digits)
    true = "n/a" if verdict.true.value is None else style(verdict.true.value)
    relative = "-" if verdict.relative is None else f"{verdict.relative:.1e}"
    return (
        (Run(f"∂f/∂{verdict.name}", "name"),),
        (Run(style(verdict.claimed.value)),),
        (Run(true, "value"),),
        (Run(relative),),
        (Run(_word(verdict), "" if verdict.passed else "doubtful"),),
    )


def _word(verdict: Verdict) -> str:
    if not verdict.passed:
        return "FAIL"
    return "ok, everywhere" if verdict.everywhere else "ok, here"


def _record(check: Check) -> dict[str, Any]:
    problem = check.comparison.problem
    return {
        **heading(SCHEMA, problem.parsed),
        "point": problem.point,
        "passed": check.passed,
        "verdicts": {
            verdict.name: {
                "claimed": verdict.claimed.value,
                "true": verdict.true.value,
                "relative": verdict.relative,
                "passed": verdict.passed,
                "everywhere": verdict.everywhere,
                "slip": verdict.slip or None,
            }
            for verdict in check.verdicts
        },
    }


def _sheet(check: Check) -> Sheet:
    header = ("var", "claimed", "true", "relative_error", "verdict")
    rows = [
        (
            verdict.name,
            plain_number(verdict.claimed.value),
            plain_number(verdict.true.value),
            "" if verdict.relative is None else f"{verdict.relative:.2g}",
            "ok" if verdict.passed else "fail",
        )
        for verdict in check.verdicts
    ]
    return Sheet(header, rows)
