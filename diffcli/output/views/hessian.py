"""A Hessian: the second derivatives by every method, side by side."""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from diffcli import methods
from diffcli.analysis.hessian import Hessian
from diffcli.language.notation import Notation
from diffcli.output.document import (
    Block,
    Column,
    Document,
    Facts,
    Line,
    Run,
    Sheet,
    Table,
    number_style,
    plain_number,
    short_number,
)
from diffcli.output.views import (
    derivative_text,
    doubtful_tail,
    formulas,
    heading,
    sentences,
    step_fact,
)
from diffcli.problem import point_text

SCHEMA = "diffcli/hessian/2"


def document(hessian: Hessian) -> Document:
    """Return a Hessian as a document."""
    return Document(
        blocks=partial(_blocks, hessian),
        record=partial(_record, hessian),
        sheet=partial(_sheet, hessian),
        brief=partial(_brief, hessian),
        warnings=hessian.warnings,
    )


def _blocks(hessian: Hessian, notation: Notation) -> Iterator[Block]:
    problem = hessian.problem
    yield from formulas(problem.parsed, notation)
    value = short_number(problem.value, problem.settings.digits)
    yield Facts(
        (
            (Run(f"at {point_text(problem.point, notation)}"),),
            (Run("f = "), Run(value, "value")),
            step_fact(problem.settings),
        )
    )
    titles = [methods.load(name).TITLE for name in hessian.columns]
    columns = (Column("", "left"), *map(Column, titles), Column("digits"))
    rows = []
    for pair, agreement in hessian.agreements.items():
        estimates = [entries[pair] for entries in hessian.columns.values()]
        values = [e.value for e in estimates if e.value is not None]
        style = number_style(values, problem.settings.digits)
        cells: list[Line] = [(Run(notation.partial(pair), "name"),)]
        for name, estimate in zip(hessian.columns, estimates, strict=True):
            if estimate.value is None:
                cells.append((Run("n/a", "muted"),))
                continue
            certain = None if methods.load(name).EXACT else agreement.digits
            cells.append(doubtful_tail(style(estimate.value), certain))
        digits = agreement.verdict if agreement.digits is None else agreement.digits
        rows.append((*cells, (Run(str(digits)),)))
    yield Table(columns, tuple(rows))


def _record(hessian: Hessian) -> dict[str, Any]:
    problem = hessian.problem
    return {
        **heading(SCHEMA, problem.parsed),
        "point": problem.point,
        "value": problem.value,
        "hessian": {
            method: _nested({pair: e.value for pair, e in entries.items()})
            for method, entries in hessian.columns.items()
        },
        "derivatives": _nested(
            {pair: derivative_text(text) for pair, text in hessian.formulas.items()}
        ),
        "agreement": _nested(
            {pair: a._asdict() for pair, a in hessian.agreements.items()}
        ),
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


def _sheet(hessian: Hessian) -> Sheet:
    rows = []
    for pair in hessian.agreements:
        values = (entries[pair].value for entries in hessian.columns.values())
        rows.append((*pair, *map(plain_number, values)))
    return Sheet(header(hessian.columns), rows)


def header(methods: Iterable[str]) -> tuple[str, ...]:
    """Return the columns for csv and tsv."""
    return ("var", "var2", *methods)


def _brief(hessian: Hessian) -> str:
    """Return the matrix row by row, one line."""
    entries = hessian.columns["backprop"]
    names = hessian.problem.variables
    cells = (
        entries.get((name, other)) or entries[other, name]
        for name in names
        for other in names
    )
    return " ".join(plain_number(cell.value) for cell in cells)
