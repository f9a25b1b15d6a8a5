"""One point, or one formula, of many: a row for programs, a comparison for people."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from diffcli.analysis.batch import Entry
from diffcli.errors import UsageError
from diffcli.output.document import Block, Document, Facts, Run, Sheet, plain_number
from diffcli.output.views import grad, heading


def document(entry: Entry) -> Document:
    """Return an entry at one of many points: all columns of the input, then ours."""
    return _document(entry, partial(_wide, entry))


def formula_document(entry: Entry) -> Document:
    """Return an entry of one of many formulas: a row for each partial."""
    return _document(entry, partial(_long, entry))


def _document(entry: Entry, sheet: Callable[[], Sheet]) -> Document:
    return Document(
        blocks=partial(_blocks, entry),
        record=partial(_record, entry),
        sheet=sheet,
        brief=partial(_brief, entry),
    )


def _columns(entry: Entry) -> tuple[str, ...]:
    """Return the names of the columns that are added to those of the input."""
    return grad.columns(entry.names, entry.methods)


def refuse_clash(entry: Entry) -> None:
    """Refuse an input that has a column of one of our names, with UsageError."""
    for column in _columns(entry):
        if column in entry.row.carried:
            raise UsageError(
                f"the input has a column '{column}', and so has the output",
                hint="rename it",
            )


def _wide(entry: Entry) -> Sheet:
    added = _columns(entry)
    if entry.gradient is not None:
        numbers = (entry.gradient.value, *entry.gradient.partials)
        found: Sequence[str] = (*map(plain_number, numbers), entry.status)
    elif entry.comparison is not None:
        found = grad.cells(entry.comparison)
    else:
        found = (*[""] * (len(added) - 1), entry.status)
    header = (*entry.row.carried, *added)
    return Sheet(header, [(*entry.row.carried.values(), *found)])


def _long(entry: Entry) -> Sheet:
    text = entry.row.carried["expression"]
    header = ("expression", "var", "value", *entry.methods, "relative_error", "status")
    if entry.comparison is None:
        empty = [""] * (len(header) - 2)
        return Sheet(header, [[text, *empty, entry.status]])
    rows = grad.document(entry.comparison).sheet().rows
    return Sheet(header, [[text, *row] for row in rows])


def _record(entry: Entry) -> dict[str, Any]:
    carried = dict(entry.row.carried)
    if entry.comparison is not None:
        found = grad.document(entry.comparison).record()
        return {**found, "input": carried}
    assert entry.error is not None
    record = heading(grad.SCHEMA, entry.parsed)
    if "expression" in carried:  # it may be one that nobody understands
        record["expression"] = carried["expression"]
    return record | {
        "point": dict(entry.row.point),
        "value": None,
        "gradient": {},
        "error": entry.error.record()["error"],
        "agreement": {},
        "status": entry.status,
        "warnings": [],
        "input": carried,
    }


def _brief(entry: Entry) -> str:
    """Return the gradient; of a bad point its status, so that lines are not shifted."""
    if entry.gradient is not None:
        return " ".join(map(plain_number, entry.gradient.partials))
    if entry.comparison is not None:
        return grad.document(entry.comparison).brief()
    return entry.status


def _blocks(entry: Entry) -> Iterator[Block]:
    if entry.comparison is not None:
        yield from grad.document(entry.comparison).blocks()
    elif entry.error is not None:
        yield Facts(((Run(f"{entry.status}: {entry.error.message}", "doubtful"),),))
