"""What is proved on a range: where the slope has which sign, or where a claim holds."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from diffcli.analysis.proof_range import (
    LIMIT,
    Bounds,
    ClaimProof,
    Ends,
    Part,
    RangeProof,
)
from diffcli.language.expression import Expression
from diffcli.language.notation import Notation
from diffcli.output.document import (
    Block,
    Case,
    Column,
    Document,
    Facts,
    Line,
    Prose,
    Run,
    Sheet,
    Table,
)
from diffcli.output.views import formulas, heading, understood
from diffcli.output.views.proof import exact_point
from diffcli.remarks import Remark

SCHEMA, CLAIM_SCHEMA = "diffcli/range/1", "diffcli/check-range/1"
HEADER = ("low", "high", "slope", "remark")
CLAIM_HEADER = ("low", "high", "verdict", "place", "claimed", "slope")
_MOST_OPEN = 5  # parts that are not decided in a sentence
_SIGNS = {">": "> 0", "<": "< 0", "=": "= 0", "zero": "= 0 once", "?": "not decided"}


def document(proof: RangeProof) -> Document:
    """Return what is proved on a range as a document."""
    return Document(
        blocks=partial(_blocks, proof),
        record=partial(_record, proof),
        sheet=partial(_sheet, proof),
        brief=partial(_brief, proof),
        warnings=tuple(map(Remark, reasons(proof))),
    )


def reasons(proof: RangeProof) -> Iterator[str]:
    """Yield for every part that is not decided where it is, and why."""
    for part in proof.open:
        yield f"not decided on [{part.low}, {part.high}]: {part.remark}"


def _where(
    name: str, ends: Ends, point: Mapping[str, Expression], notation: Notation
) -> Line:
    low, high = (notation.text(end, limit=40) for end in ends)
    others = f", {exact_point(point, notation)}" if point else ""
    return (Run(f"on {low} ≤ {notation.variable(name)} ≤ {high}{others}"),)


def _label(proof: RangeProof | ClaimProof, notation: Notation) -> str:
    several = len(proof.parsed.variables) > 1
    return notation.partial([proof.variable], several=several, of="f")


def _blocks(proof: RangeProof, notation: Notation) -> Iterator[Block]:
    yield from formulas(proof.parsed, notation)
    where = _where(proof.variable, proof.ends, proof.point, notation)
    pieces = "1 piece" if proof.pieces == 1 else f"{proof.pieces:,} pieces"
    yield Facts((where, (Run(pieces, "muted"),)))
    label = _label(proof, notation)
    columns = (Column("", "left"), Column("from"), Column("to"), Column("", "left"))
    rows = tuple(_row(part, label) for part in proof.parts)
    yield Table(columns, rows)
    said = [
        f"{low} ≤ {name} ≤ {high}"
        for name, bounds in (("f", proof.value), (label, proof.slope))
        if bounds is not None
        for low, high in [bounds]
    ]
    bounded = f" Everywhere {' and '.join(said)}." if said else ""
    yield Prose(f"{_conclusion(proof, label)}{bounded}")


def _row(part: Part, label: str) -> tuple[Line, ...]:
    style = "doubtful" if part.sign == "?" else "value"
    return (
        (Run(f"{label} {_SIGNS[part.sign]}", style),),
        (Run(part.low),),
        (Run(part.high),),
        (Run(part.remark, "muted"),),
    )


def _conclusion(proof: RangeProof, label: str) -> str:
    """Return the sentence for the whole range."""
    if proof.open:
        return "All but what is not decided is proved."
    if len(proof.parts) == 1:
        return f"{label} {_SIGNS[proof.parts[0].sign]} on the whole range, proved."
    return "All of it is proved."


def _record(proof: RangeProof) -> dict[str, Any]:
    return {
        **heading(SCHEMA, proof.parsed),
        **_range(proof.variable, proof.ends, proof.point),
        "value": _bounds(proof.value),
        "slope": _bounds(proof.slope),
        "parts": [part._asdict() for part in proof.parts],
        "pieces": proof.pieces,
        "status": "open" if proof.open else "proved",
        "warnings": list(reasons(proof)),
    }


def _range(name: str, ends: Ends, point: Mapping[str, Expression]) -> dict[str, Any]:
    from diffcli.language.printer import text

    return {
        "variable": name,
        "low": text(ends[0]),
        "high": text(ends[1]),
        "point": {other: text(value) for other, value in point.items()},
    }


def _bounds(bounds: Bounds | None) -> list[str] | None:
    return None if bounds is None else list(bounds)


def _sheet(proof: RangeProof) -> Sheet:
    rows = [(part.low, part.high, part.sign, part.remark) for part in proof.parts]
    return Sheet(HEADER, rows)


def _brief(proof: RangeProof) -> str:
    """Return each part's ends and sign, on one line."""
    return "; ".join(f"{part.low} {part.high} {part.sign}" for part in proof.parts)


# ---- claims ------------------------------------------------------------------------


def claim_document(proof: ClaimProof) -> Document:
    """Return whether a claim holds on a range as a document."""
    return Document(
        blocks=partial(_claim_blocks, proof),
        record=partial(_claim_record, proof),
        sheet=partial(_claim_sheet, proof),
        cases=partial(_claim_cases, proof),
    )


def _claim_blocks(proof: ClaimProof, notation: Notation) -> Iterator[Block]:
    yield from formulas(proof.parsed, notation)
    where = _where(proof.variable, proof.ends, proof.point, notation)
    claim = notation.text(proof.claim.expression, limit=200)
    yield Facts(((Run(f"claim: {_label(proof, notation)} = {claim}"),), where))
    yield Prose(verdict_sentence(proof))


def verdict_sentence(proof: ClaimProof) -> str:
    """Return the verdict as a sentence."""
    if proof.verdict == "proved":
        return f"Proved: everywhere on the range it is within {LIMIT:g} of the truth."
    if proof.verdict == "wrong":
        return (
            f"Wrong: at {proof.variable} = {proof.place} the claim is {proof.claimed},"
            f" the truth {proof.slope}."
        )
    parts = [f"[{part.low}, {part.high}]" for part in proof.parts]
    if len(parts) > _MOST_OPEN:
        shown = _MOST_OPEN - 1
        parts[shown:] = [f"and {len(parts) - shown} more parts (-f csv has them)"]
    return f"Proved but on {', '.join(parts)}, where it is not decided."


def _claim_record(proof: ClaimProof) -> dict[str, Any]:
    return {
        **heading(CLAIM_SCHEMA, proof.parsed),
        **_range(proof.variable, proof.ends, proof.point),
        "claim": understood(proof.claim),
        "tolerance": LIMIT,
        "verdict": proof.verdict,
        "open": [[part.low, part.high] for part in proof.parts],
        "place": proof.place or None,
        "claimed": proof.claimed or None,
        "slope": proof.slope or None,
    }


def _claim_sheet(proof: ClaimProof) -> Sheet:
    ends = _range(proof.variable, proof.ends, {})
    rows: list[tuple[str, ...]] = [
        (part.low, part.high, "open", "", "", "") for part in proof.parts
    ]
    whole = (proof.place, proof.claimed, proof.slope)
    rows = rows or [(ends["low"], ends["high"], proof.verdict, *whole)]
    return Sheet(CLAIM_HEADER, rows)


def _claim_cases(proof: ClaimProof) -> Iterator[Case]:
    outcome = {"proved": "", "wrong": "failure", "open": "error"}[proof.verdict]
    message = "" if proof.verdict == "proved" else verdict_sentence(proof)
    yield Case(proof.variable, understood(proof.parsed), outcome, message)
