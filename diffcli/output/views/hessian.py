"""A Hessian: the second derivatives by every method, side by side."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import repeat
from typing import TYPE_CHECKING, Any

from diffcli import methods
from diffcli.language.notation import Notation
from diffcli.output.bulk import Cells
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
from diffcli.output.numbers import plain_number, plain_numbers
from diffcli.output.views import (
    data_cell,
    data_column,
    data_facts,
    data_record,
    derivative_text,
    digits_cell,
    estimate_cells,
    formulas,
    function_name,
    heading,
    json_number,
    place_and_value,
    sentences,
    step_fact,
)
from diffcli.problem import Estimate
from diffcli.records import Each

if TYPE_CHECKING:  # tables of first derivatives have these columns' names, and no more
    from diffcli.analysis.hessian import Hessian
    from diffcli.engine.second_order import Pair

SCHEMA = "diffcli/hessian/2"


def document(hessian: "Hessian") -> Document:
    """Return a Hessian as a document."""
    return Document(
        blocks=partial(_blocks, hessian),
        record=partial(_record, hessian),
        sheet=partial(_sheet, hessian),
        brief=partial(_brief, hessian),
        warnings=hessian.warnings,
    )


def _blocks(hessian: "Hessian", notation: Notation) -> Iterator[Block]:
    problem = hessian.problem
    called = function_name(problem.parsed)
    yield from formulas(problem.parsed, notation, called=called)
    facts = place_and_value(problem, notation, called, hessian.value)
    yield Facts((*facts, *data_facts(hessian.data), step_fact(problem.settings)))
    titles = [methods.load(name).TITLE for name in hessian.columns]
    exact = (Column("exact"),) if hessian.exact else ()
    judged = (Column("digits"),) if hessian.agreements else ()
    columns = (Column("", "left"), *map(Column, titles), *exact, *judged)
    rows = []
    for pair in _pairs(hessian):
        agreement = hessian.agreements.get(pair)
        certain = agreement.digits if agreement else None
        estimates = {way: entries[pair] for way, entries in hessian.columns.items()}
        label = notation.partial(pair, several=problem.several, of=called)
        cells: list[Line] = [(Run(label, "name"),)]
        cells += estimate_cells(estimates, problem.settings.digits, certain)
        if hessian.exact:
            cells.append((Run(hessian.exact[pair] or "-", "value"),))
        if agreement is not None:
            cells.append(digits_cell(agreement))
        rows.append(tuple(cells))
    yield Table(columns, tuple(rows))


def _pairs(hessian: "Hessian") -> Iterable["Pair"]:
    """Return the pairs of variables, in their order."""
    return next(iter(hessian.columns.values()))


def _record(hessian: "Hessian") -> dict[str, Any]:
    problem = hessian.problem
    digits = problem.settings.digits
    exact = {pair: text or None for pair, text in hessian.exact.items()}
    return {
        **heading(SCHEMA, problem.parsed),
        **data_record(hessian.data),
        "point": problem.point,
        "value": json_number(hessian.value, digits),
        "hessian": {
            method: _nested(
                {pair: json_number(e.value, digits) for pair, e in entries.items()}
            )
            for method, entries in hessian.columns.items()
        },
        "derivatives": _nested(
            {pair: derivative_text(text) for pair, text in hessian.formulas.items()}
        ),
        **({"exact": _nested(exact)} if exact else {}),
        "agreement": _nested(
            {pair: a._asdict() for pair, a in hessian.agreements.items()}
        ),
        "error": None,
        "status": "ok",
        "warnings": sentences(hessian.warnings),
    }


def _nested(entries: dict[tuple[str, str], Any]) -> dict[str, dict[str, Any]]:
    """Return a symmetric matrix by names: entry[x][y] is entry[y][x]."""
    matrix: dict[str, dict[str, Any]] = {}
    for (name, other), value in entries.items():
        matrix.setdefault(name, {})[other] = value
        matrix.setdefault(other, {})[name] = value
    return matrix


def _sheet(hessian: "Hessian") -> Sheet:
    rows = []
    for pair in _pairs(hessian):
        values = (entries[pair].value for entries in hessian.columns.values())
        cells = [*map(_plain(hessian), values)]
        exact = [hessian.exact[pair]] if hessian.exact else []
        status = "ok" if all(cells) else "n/a"
        rows.append((*pair, *cells, *exact, status, *data_cell(hessian.data)))
    columns = header(hessian.columns, exact=bool(hessian.exact))
    return Sheet((*columns, *data_column(hessian.data)), rows)


def header(methods: Iterable[str], *, exact: bool = False) -> tuple[str, ...]:
    """Return the columns for csv and tsv."""
    return ("var", "var2", *methods, *(("exact",) if exact else ()), "status")


def _brief(hessian: "Hessian") -> str:
    """Return the matrix row by row, one line."""
    names = hessian.problem.variables
    plain = _plain(hessian)
    known = {pair: plain(hessian.partial(*pair).value) for pair in _pairs(hessian)}
    known |= {(other, name): text for (name, other), text in known.items()}
    zero = plain(0.0)
    return " ".join(known.get((x, y), zero) for x in names for y in names)


# ---- many at once -----------------------------------------------------------------


def cells(hessian: "Hessian", places: slice) -> Cells:
    """Return what ``_sheet`` does at some of many points, as columns."""
    return [
        (
            *map(repeat, pair),
            *(_texts(e[pair], places) for e in hessian.columns.values()),
            repeat("ok"),
        )
        for pair in _pairs(hessian)
    ]


def words(hessian: "Hessian", places: slice) -> Iterator[Iterable[str]]:
    """Return what ``_brief`` does at some of many points, as columns."""
    names = hessian.problem.variables
    known = {p: _texts(hessian.partial(*p), places) for p in _pairs(hessian)}
    known |= {(other, name): texts for (name, other), texts in known.items()}
    zeros = _texts(Estimate(0.0, 0.0), places)
    return (known.get((x, y), zeros) for x in names for y in names)


def _texts(estimate: Estimate, places: slice) -> list[str]:
    """Return the numbers at some of many points; one that all share is no column."""
    value: Any = estimate.value
    if isinstance(value, Each):
        return list(plain_numbers(value.column[places]))
    return [plain_number(value)] * (places.stop - places.start)


def _plain(hessian: "Hessian") -> Callable[[Any], str]:
    """Return how a number is written for programs."""
    return partial(plain_number, digits=hessian.problem.settings.digits)
