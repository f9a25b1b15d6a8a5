"""A marked pile of claims: a row for each, and how many are right."""

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from diffcli import version
from diffcli.analysis.marking import RIGHT, WRONG, Mark
from diffcli.inputs.claim_rows import Claimed
from diffcli.language.notation import CODE, Notation
from diffcli.output.document import (
    Block,
    Case,
    Column,
    Document,
    Lines,
    Prose,
    Run,
    Sheet,
    Table,
    header,
)
from diffcli.output.verdict_sentences import sentence

SCHEMA = "diffcli/claims/1"
#: Our columns, behind those of the input.
HEADER = ("verdict", "right", "remark")
_LONGEST = 200  # characters of a derivative

Marked = Sequence[tuple[Claimed, Mark]]


def document(columns: Sequence[str], marked: Marked) -> Document:
    """Return a marked pile as a document."""
    return Document(
        blocks=partial(_blocks, marked),
        record=partial(_record, marked),
        records=partial(_records, marked),
        sheet=partial(_sheet, columns, marked),
        cases=partial(_cases, marked),
    )


def _cases(marked: Marked) -> Iterator[Case]:
    """Yield a mark as a test case; what cannot be read or told is an error."""
    for number, (claimed, mark) in enumerate(marked, 1):
        outcome = {RIGHT: "", WRONG: "failure"}.get(mark.status, "error")
        claim = claimed.carried.get("claim", claimed.carried.get("answer", ""))
        remark = _remark(claimed, mark, CODE)
        message = f"{mark.status}: {remark}" if remark else mark.status
        name = f"{claimed.carried.get('name', number)}: {claim}"
        yield Case(name, str(claimed.carried.get("formula", "")), outcome, message)


def _blocks(marked: Marked, notation: Notation) -> Iterator[Block]:
    numbered = any("number" in claimed.carried for claimed, _ in marked)
    columns = (
        Column("", "left"),
        *((Column("", "left"),) * numbered),
        Column("formula", "left", wraps=True),
        Column("claim", "left", wraps=True),
        Column("verdict", "left"),
        Column("", "left", wraps=True),
    )
    rows = []
    for place, (claimed, mark) in enumerate(marked, 1):
        carried = claimed.carried
        keys = ("number",) * numbered + ("formula", "claim")
        texts = [str(carried.get(key, "")) for key in keys]
        verdict = Run(mark.status, "" if mark.status == RIGHT else "doubtful")
        rows.append((
            (Run(str(carried.get("name", place))),),
            *((Run(text),) for text in texts),
            (verdict,),
            (Run(_remark(claimed, mark, notation)),),
        ))  # fmt: skip
    yield Table(columns, tuple(rows))
    count = Counter(mark.status for _, mark in marked)
    said = ", ".join(f"{n} {status}" for status, n in count.most_common())
    claims = "1 claim" if len(marked) == 1 else f"{len(marked)} claims"
    yield Lines(((Run(f"{claims}: {said or 'none'}."),),))
    yield from _by_name(marked)


def _by_name(marked: Marked) -> Iterator[Block]:
    """Yield how many are right of each who claims more than one."""
    of = Counter(str(c.carried["name"]) for c, _ in marked if c.carried.get("name"))
    if len(of) < 2 or max(of.values()) < 2:
        return
    right = Counter(str(c.carried.get("name")) for c, m in marked if m.status == RIGHT)
    scores = ", ".join(f"{name} {right[name]} of {n}" for name, n in of.items())
    yield Prose(f"Right: {scores}.")


def _remark(claimed: Claimed, mark: Mark, notation: Notation) -> str:
    """Return what explains a mark: a slip, or why nothing can be said of the row."""
    if mark.error is not None:
        return mark.error.message
    if mark.reason:
        return mark.reason
    variables = claimed.formula.variables if claimed.formula else ()
    names = claimed.formula.shown_names() if claimed.formula else {}
    return sentence(mark.slips, notation, variables, names)


def _right(claimed: Claimed, mark: Mark) -> dict[str, str]:
    variables = claimed.formula.variables if claimed.formula else ()
    return {
        name: CODE.text(node, limit=_LONGEST, taken=variables)
        for name, node in mark.right.items()
    }


def _records(marked: Marked) -> Iterator[dict[str, Any]]:
    for claimed, mark in marked:
        yield {
            **version.record(SCHEMA),
            "input": dict(claimed.carried),
            "verdict": mark.status,
            "right": _right(claimed, mark),
            "slip": mark.slip or None,
            "reason": mark.reason or None,
            "error": mark.error.record()["error"] if mark.error else None,
        }


def _record(marked: Marked) -> dict[str, Any]:
    count = Counter(mark.status for _, mark in marked)
    return {
        **version.record(SCHEMA),
        "passed": count[RIGHT] == len(marked),
        "right": count[RIGHT],
        "wrong": count[WRONG],
        "claims": [
            {k: v for k, v in record.items() if k not in ("schema", "version")}
            for record in _records(marked)
        ],
    }


def _sheet(columns: Sequence[str], marked: Marked) -> Sheet:
    def rows() -> Iterator[Sequence[Any]]:
        for claimed, mark in marked:
            right = _right(claimed, mark)
            shown = ",".join(
                text if len(right) == 1 else f"{name}={text}"
                for name, text in right.items()
            )
            carried = (claimed.carried.get(column, "") for column in columns)
            yield (*carried, mark.status, shown, _remark(claimed, mark, CODE))

    return Sheet(header(columns, HEADER), rows())
