"""The table of functions, and one row of it."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from diffcli.calculus.functions import NO_DERIVATIVE, SECTIONS, Function
from diffcli.language.expression import call, variable
from diffcli.language.notation import CODE, Notation
from diffcli.language.parser import parse
from diffcli.language.printer import text
from diffcli.output.document import Block, Column, Document, Line, Run, Sheet, Table

SCHEMA = "diffcli/functions/1"


def document(rows: Sequence[Function]) -> Document:
    """Return rows of the table as a document; a single one with all that it says."""
    return Document(
        blocks=partial(_one if len(rows) == 1 else _all, rows),
        record=lambda: {"schema": SCHEMA, "functions": [*map(_record, rows)]},
        sheet=partial(_sheet, rows),
    )


def _all(rows: Sequence[Function], notation: Notation) -> Iterator[Block]:
    columns = (
        Column("function", "left"),
        Column("derivative", "left", wraps=True),
        Column("defined for", "left", wraps=True),
    )
    lines: list[tuple[Line, ...]] = []
    for title, members in SECTIONS.items():
        some = [row for row in members if row in rows]
        if some:
            lines.append(((Run(title, "title"),), (), ()))
        lines += (_line(row, notation) for row in some)
    yield Table(columns, tuple(lines))


def _line(row: Function, notation: Notation) -> tuple[Line, ...]:
    return (
        (Run(f"  {_spelling(row)}", "name"),),
        (Run(", ".join(_derivatives(row, notation))),),
        (Run(row.domain.sentence or "all numbers", "muted"),),
    )


def _one(rows: Sequence[Function], notation: Notation) -> Iterator[Block]:
    (row,) = rows
    facts = {
        "meaning": _tidy(row.definition, notation) if row.definition else "",
        "derivative": ", ".join(_derivatives(row, notation)),
        "defined for": row.domain.sentence or "all numbers",
        "not smooth": _rough(row),
        "also written": ", ".join(row.aliases),
        "arguments": "any number" if row.many else "",
        "remark": row.remark,
    }
    columns = (Column("", "left"), Column(_spelling(row), "left", wraps=True))
    yield Table(
        columns,
        tuple(((Run(name),), (Run(fact),)) for name, fact in facts.items() if fact),
    )


def _rough(row: Function) -> str:
    """Return what happens where a function is not smooth."""
    if row.rough is None:
        return ""
    tried = (-3, -1, 0, 1, 3)
    places = [f"{u:g}" for u in tried if row.arity == 1 and row.rough.at(u)]
    if len(places) == len(tried):  # floor and ceil, which do not end there
        places = ["every whole number"]
    where = f" at {', '.join(places)}" if places else ""
    convention = row.rough.convention
    used = "" if convention is None else f"; --subgradient uses {convention:g}"
    return f"{row.rough.kind}{where}{used}"


def _section(row: Function) -> str:
    return next(title for title, rows in SECTIONS.items() if row in rows)


def _spelling(row: Function) -> str:
    """Return a row applied to its letters: sin(u), u + v."""
    return text(call(row, *map(variable, "uv"[: row.arity])))


def _derivatives(row: Function, notation: Notation) -> list[str]:
    """Return the partials as text; "none" toward an argument that has none."""
    return [
        "none" if derivative == NO_DERIVATIVE else _tidy(derivative, notation)
        for derivative in row.derivatives
    ]


def _tidy(written: str, notation: Notation) -> str:
    return notation.text(parse(written).expression)


def _record(row: Function) -> dict[str, Any]:
    return {
        "name": row.name,
        "section": _section(row),
        "spelling": _spelling(row),
        "arity": "many" if row.many else row.arity,
        "derivatives": [d if d != "none" else None for d in _derivatives(row, CODE)],
        "domain": row.domain.sentence,
        "definition": row.definition,
        "rough": row.rough.kind if row.rough else None,
        "convention": row.rough.convention if row.rough else None,
        "aliases": list(row.aliases),
        "remark": row.remark,
    }


def _sheet(rows: Sequence[Function]) -> Sheet:
    header = (
        "name", "function", "derivative", "domain", "aliases", "remark", "section",
    )  # fmt: skip
    return Sheet(
        header,
        [
            (
                row.name,
                _spelling(row),
                "; ".join(_derivatives(row, CODE)),
                row.domain.sentence,
                " ".join(row.aliases),
                row.remark,
                _section(row),
            )
            for row in rows
        ],
    )
