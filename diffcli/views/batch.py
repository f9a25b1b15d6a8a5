"""One point, or one formula, of many: a row for programs, a comparison for people."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from diffcli.batch import Entry
from diffcli.document import Block, Document, Facts, Run, Sheet, plain_number
from diffcli.errors import DiffcliError, UsageError
from diffcli.views import comparison, heading


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
        wide=sheet,
        brief=partial(_brief, entry),
    )


def columns(entry: Entry) -> list[str]:
    """Return the names of the columns that are added to those of the input."""
    only = len(entry.methods) == 1
    partials = [
        f"df/d{name}" + ("" if only or method == "backprop" else f":{method}")
        for method in entry.methods
        for name in entry.names
    ]
    return ["f", *partials, "status"]


def refuse_clash(entry: Entry) -> None:
    """Refuse an input that has a column of one of our names, with UsageError."""
    for column in columns(entry):
        if column in entry.row.carried:
            raise UsageError(
                f"the input has a column '{column}', and so has the output",
                hint="rename it",
            )


def _wide(entry: Entry) -> Sheet:
    header = [*entry.row.carried, *columns(entry)]
    cells = [*entry.row.carried.values()]
    if entry.gradient is not None:
        numbers: list[Any] = [entry.gradient.value, *entry.gradient.partials]
        return Sheet(tuple(header), [[*cells, *map(plain_number, numbers), "ok"]])
    if entry.comparison is not None:
        return Sheet(tuple(header), [[*cells, *_numbers(entry), "ok"]])
    empty = [""] * (len(columns(entry)) - 1)
    return Sheet(tuple(header), [[*cells, *empty, entry.status]])


def _numbers(entry: Entry) -> list[str]:
    found = entry.comparison
    assert found is not None
    digits = found.problem.settings.digits
    estimates = [found.value]
    estimates += [
        result.partials[name]
        for result in found.results
        for name in entry.names
        if result.partials
    ]
    shown = [plain_number(estimate.value, digits) for estimate in estimates]
    return shown + [""] * (len(columns(entry)) - 1 - len(shown))


def _long(entry: Entry) -> Sheet:
    text = entry.row.carried["expression"]
    header = ("expression", "var", "value", *entry.methods, "relative_error", "status")
    if entry.comparison is None:
        empty = [""] * (len(header) - 2)
        return Sheet(header, [[text, *empty, entry.status]])
    rows = comparison.document(entry.comparison).sheet().rows
    return Sheet(header, [[text, *row] for row in rows])


def _record(entry: Entry) -> dict[str, Any]:
    if entry.comparison is not None:
        found = dict(comparison.document(entry.comparison).record())
        return found | {"input": dict(entry.row.carried)}
    error = entry.error or DiffcliError("there is no result")
    return {
        **heading(comparison.SCHEMA, entry.parsed),
        "expression": entry.row.carried.get("expression")
        or heading(comparison.SCHEMA, entry.parsed)["expression"],
        "point": dict(entry.row.point),
        "value": None,
        "gradient": {},
        "error": error.record()["error"],
        "agreement": {},
        "status": entry.status,
        "warnings": [],
        "input": dict(entry.row.carried),
    }


def _brief(entry: Entry) -> str:
    """Return the gradient; of a bad point its status, so that lines are not shifted."""
    if entry.gradient is not None:
        return " ".join(map(plain_number, entry.gradient.partials))
    if entry.comparison is not None:
        return comparison.document(entry.comparison).brief()
    return entry.status


def _blocks(entry: Entry) -> Iterator[Block]:
    if entry.comparison is not None:
        yield from comparison.document(entry.comparison).blocks()
    elif entry.error is not None:
        yield Facts(((Run(f"{entry.status}: {entry.error.message}", "doubtful"),),))
