"""One point, or one formula, of many: a row for programs, a comparison for people."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import combinations_with_replacement, repeat
from typing import TYPE_CHECKING, Any

from diffcli.analysis.batch import Entry
from diffcli.analysis.grad import Comparison
from diffcli.analysis.together import Stretch
from diffcli.language.notation import Notation
from diffcli.output.bulk import Bulk, Cells
from diffcli.output.document import Block, Document, Facts, Run, Sheet
from diffcli.output.numbers import plain_number, plain_numbers
from diffcli.output.views import grad, heading, hessian
from diffcli.records import Each

if TYPE_CHECKING:  # seldom asked for, and long
    from diffcli.analysis.hessian import Hessian


def document(entry: Entry) -> Document:
    """Return an entry at one of many points: all columns of the input, then ours."""
    return Document(
        blocks=partial(_blocks, entry),
        record=partial(_record, entry),
        sheet=partial(_long, entry),
        wide=partial(_wide, entry),
        brief=partial(_brief, entry),
        carried=entry.row.carried,
    )


def bulk(stretch: Stretch) -> Bulk:
    """Return the results for neighbouring rows at which the function is smooth."""
    texts, separator, numbers, whole, places, _ = stretch
    cells: Callable[[], Cells] = partial(_cells, numbers)
    words: Callable[[], Iterable[Iterable[str]]] = partial(_words, numbers)
    if whole is not None and not isinstance(whole, Comparison):
        cells = partial(hessian.cells, whole, places)
        words = partial(hessian.words, whole, places)
    return Bulk(texts, separator, cells, words, partial(_records, stretch), places)


def _cells(numbers: Sequence[Sequence[float]]) -> Cells:
    """Return for the only line of a result its cells, as columns."""
    return [(*map(plain_numbers, numbers), repeat("ok"))]


def _words(numbers: Sequence[Sequence[float]]) -> Iterable[Iterable[str]]:
    """Return the partials alone, as columns; the values where there are none."""
    return map(plain_numbers, numbers[1:] or numbers)


def _records(stretch: Stretch) -> dict[str, Any]:
    """Return one record for all rows; what they bring along is of these rows alone."""
    assert stretch.whole is not None
    cells = zip(*(text.split(stretch.separator) for text in stretch.texts), strict=True)
    carried = dict(zip(stretch.header, map(Each, cells), strict=True))
    return {**_of_one(stretch.whole).record(), "input": carried}


def _of_one(found: "Comparison | Hessian") -> Document:
    """Return what is said of a point where it stands alone."""
    if isinstance(found, Comparison):
        return grad.document(found)
    return hessian.document(found)


def formula_document(entry: Entry) -> Document:
    """Return an entry of one of many formulas: a row for each partial."""
    return document(entry)._replace(wide=partial(_of_formula, entry), carried={})


def _wide(entry: Entry) -> Sheet:
    if entry.order == 2:
        return _long(entry)
    added = grad.columns(entry.names, entry.methods)
    if entry.gradient is not None:
        numbers = (entry.gradient.value, *entry.gradient.partials)
        cells: Sequence[str] = (*map(plain_number, numbers), entry.status)
    elif entry.comparison is not None:
        cells = grad.cells(entry.comparison)
    else:
        cells = (*[""] * (len(added) - 1), entry.status)
    return Sheet(added, [cells])


def long_header(methods: Sequence[str], order: int) -> tuple[str, ...]:
    """Return the columns of many formulas, which have a row for each partial."""
    if order == 2:
        return ("expression", *hessian.header(methods))
    return ("expression", *grad.long_columns(methods))


def _alone(entry: Entry) -> Document | None:
    """Return what is said of the entry's formula where it stands alone."""
    found = entry.hessian or entry.comparison
    return None if found is None else _of_one(found)


def _of_formula(entry: Entry) -> Sheet:
    text, alone = entry.row.carried["expression"], _long(entry)
    return Sheet(("expression", *alone.header), [[text, *row] for row in alone.rows])


def _long(entry: Entry) -> Sheet:
    inner = _alone(entry)
    if inner is not None:
        return inner.sheet()
    # Of the value alone there is one row, as of a formula without variables.
    names = entry.names if entry.methods and entry.names else ("",)
    header = long_header(entry.methods, entry.order)[1:]
    wanted = combinations_with_replacement(names, max(entry.order, 1))
    empty = [""] * (len(header) - max(entry.order, 1) - 1)
    return Sheet(header, [[*name, *empty, entry.status] for name in wanted])


def _record(entry: Entry) -> dict[str, Any]:
    carried = dict(entry.row.carried)
    inner = _alone(entry)
    if inner is not None:
        return {**inner.record(), "input": carried}
    assert entry.error is not None
    second = entry.order == 2
    record = heading(hessian.SCHEMA if second else grad.SCHEMA, entry.parsed)
    answers = ("hessian", "derivatives") if second else ("gradient",)
    if "expression" in carried:  # it may be one that nobody understands
        record["expression"] = carried["expression"]
    return record | {
        "point": dict(entry.row.point),
        "value": None,
        **{name: {} for name in answers},
        "error": entry.error.record()["error"],
        "agreement": {},
        "status": entry.status,
        "warnings": [],
        "input": carried,
    }


def _brief(entry: Entry) -> str:
    """Return the gradient; of a bad point its status, so that lines are not shifted."""
    if entry.gradient is not None:
        value, partials = entry.gradient
        return " ".join(map(plain_number, partials or (value,)))
    inner = _alone(entry)
    return entry.status if inner is None else inner.brief()


def _blocks(entry: Entry, notation: Notation) -> Iterator[Block]:
    inner = _alone(entry)
    if inner is not None:
        yield from inner.blocks(notation)
    elif entry.error is not None:
        yield Facts(((Run(f"{entry.status}: {entry.error.message}", "doubtful"),),))
