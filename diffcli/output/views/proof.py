"""What is proved at a point: numbers with their digits, and why the others are open."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from diffcli.analysis.proof import Path, Proof, Proved
from diffcli.language.expression import Expression
from diffcli.language.notation import Notation
from diffcli.output.document import (
    Block,
    Column,
    Document,
    Facts,
    Line,
    Prose,
    Run,
    Sheet,
    Table,
)
from diffcli.output.views import formulas, function_name, heading, sentences
from diffcli.remarks import Remark

SCHEMA = "diffcli/proof/1"
HEADER = ("order", "var", "value", "digits", "status")
_MOST = 6  # values of a point that are shown


def document(proof: Proof) -> Document:
    """Return what is proved as a document."""
    return Document(
        blocks=partial(_blocks, proof),
        record=partial(_record, proof),
        sheet=partial(_sheet, proof),
        brief=partial(_brief, proof),
        warnings=tuple(Remark(reason) for reason in reasons(proof)),
    )


def reasons(proof: Proof) -> Iterator[str]:
    """Yield for every number that is not proved which it is, and why."""
    for number in proof.open:
        yield f"{_name(proof, number.path)} is not proved: {number.reason}"


def _name(proof: Proof, path: Path) -> str:
    name = function_name(proof.problem.parsed)
    return proof.problem.partial(*path) if path else name


def _blocks(proof: Proof, notation: Notation) -> Iterator[Block]:
    problem = proof.problem
    called = function_name(problem.parsed)
    yield from formulas(problem.parsed, notation, called=called)
    facts: list[Line] = []
    if proof.point:
        facts.append((Run(f"at {exact_point(proof.point, notation)}, exactly"),))
    facts.append((Run(f"balls of {proof.bits:,} bits", "muted"),))
    yield Facts(tuple(facts))
    columns = (Column("", "left"), Column("value", "left"), Column("", "left"))
    rows = tuple(_row(proof, number, notation, called) for number in proof.numbers)
    yield Table(columns, rows)
    yield Prose(_meaning(proof))


def exact_point(point: Mapping[str, Expression], notation: Notation) -> str:
    """Return the values of a point as they were given; of many the first."""
    parts = [
        f"{notation.variable(name)} = {notation.text(value, limit=40)}"
        for name, value in list(point.items())[:_MOST]
    ]
    more = f", … ({len(point)} variables)" if len(point) > _MOST else ""
    return f"{', '.join(parts)}{more}"


def _row(
    proof: Proof, number: Proved, notation: Notation, called: str
) -> tuple[Line, ...]:
    label = notation.variable(called)
    if number.path:
        several = proof.problem.several
        label = notation.partial(number.path, several=several, of=called)
    status = {
        "proved": f"{number.digits} digits proved",
        "exact": f"exact{', ' if number.reason else ''}{number.reason}",
        "sides": "not proved",
        "open": "not proved",
    }[number.status]
    style = "gradient" if number.path else "value"
    value = Run(number.text, style) if number.text else Run("open", "muted")
    return (Run(label, "name"),), (value,), (Run(status, "muted"),)


def _meaning(proof: Proof) -> str:
    """Return what the digits mean."""
    statuses = {number.status for number in proof.numbers}
    if "proved" in statuses:
        return "The true number, rounded, has every digit that is shown."
    if "exact" in statuses:
        return "What is exact has no other digits."
    return "Nothing is proved here."


def _record(proof: Proof) -> dict[str, Any]:
    from diffcli.language.printer import text

    return {
        **heading(SCHEMA, proof.problem.parsed),
        "point": {name: text(value) for name, value in proof.point.items()},
        "order": proof.order,
        "digits": proof.digits,
        "bits": proof.bits,
        "numbers": [
            {
                "wrt": list(number.path),
                "value": number.text or None,
                "digits": number.digits,
                "low": number.low or None,
                "high": number.high or None,
                "status": number.status,
                "reason": number.reason or None,
            }
            for number in proof.numbers
        ],
        "status": "open" if proof.open else "proved",
        "warnings": sentences(Remark(reason) for reason in reasons(proof)),
    }


def _sheet(proof: Proof) -> Sheet:
    rows = [
        (len(n.path), " ".join(n.path), n.text, n.digits, n.status)
        for n in proof.numbers
    ]
    return Sheet(HEADER, rows)


def _brief(proof: Proof) -> str:
    """Return the numbers of the order that was asked for, one line."""
    names = proof.problem.variables
    if proof.order == 2 and len(names) > 1:
        cells = [proof.derivative(name, other) for name in names for other in names]
    else:
        cells = [n for n in proof.numbers if len(n.path) == proof.order]
    return " ".join(cell.text or "open" for cell in cells)
