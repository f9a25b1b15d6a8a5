"""Derivatives of higher order by every method, and the Taylor polynomial."""

import math
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from diffcli.analysis.taylor import TITLES, Expansion
from diffcli.analysis.taylor_polynomial import polynomial
from diffcli.language.notation import Notation
from diffcli.language.textbook import lowered, raised
from diffcli.output.document import (
    Block,
    Column,
    Document,
    Facts,
    Formula,
    Line,
    Run,
    Sheet,
    Table,
)
from diffcli.output.numbers import error_text, plain_number
from diffcli.output.views import (
    derivative_text,
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

SCHEMA = "diffcli/taylor/1"


def document(found: Expansion) -> Document:
    """Return an expansion as a document."""
    return Document(
        blocks=partial(_blocks, found),
        record=partial(_record, found),
        sheet=partial(_sheet, found),
        brief=partial(_brief, found),
        warnings=found.warnings,
    )


# ---- for people -------------------------------------------------------------------


def _blocks(found: Expansion, notation: Notation) -> Iterator[Block]:
    problem = found.problem
    called = function_name(problem.parsed)
    yield from formulas(problem.parsed, notation, called=called)
    facts = place_and_value(problem, notation, called, found.coefficients[0])
    if "finite" in found.columns:
        facts.append(step_fact(problem.settings))
    yield Facts(tuple(facts))
    columns = [Column("", "left"), *(Column(TITLES[name]) for name in found.columns)]
    columns += [Column("est. error")] if "finite" in found.columns else []
    columns += [Column("exact")] if found.exact else []
    columns += [Column("digits")] if found.agreements else []
    rows = tuple(_row(found, order, notation) for order in _orders(found))
    yield Table(tuple(columns), rows)
    yield _polynomial(found, notation)


def _orders(found: Expansion) -> range:
    return range(1, found.order + 1)


def _name(found: Expansion, order: int, notation: Notation) -> str:
    """Return f', f'', f''', f⁽⁴⁾; of several variables ∂⁴f/∂x⁴."""
    called = function_name(found.problem.parsed)
    if len(found.problem.parsed.variables) > 1:
        several = found.problem.several
        order_of = [found.variable] * order
        return notation.partial(order_of, several=several, of=called)
    called = notation.variable(called)
    if order < 4:
        return f"{called}{chr(39) * order}"
    return called + (f"⁽{raised(str(order))}⁾" if notation.lowers else f"^({order})")


def _row(found: Expansion, order: int, notation: Notation) -> tuple[Line, ...]:
    estimates = {name: column[order - 1] for name, column in found.columns.items()}
    agreement = found.agreements[order - 1] if found.agreements else None
    certain = agreement.digits if agreement else None
    cells: list[Line] = [(Run(_name(found, order, notation), "name"),)]
    cells += estimate_cells(estimates, found.problem.settings.digits, certain)
    if "finite" in estimates:
        cells.append((Run(error_text(estimates["finite"].error)),))
    if found.exact:
        cells.append((Run(found.exact[order - 1] or "-", "value"),))
    if agreement is not None:
        word = "-" if agreement.digits is None else str(agreement.digits)
        cells.append((Run(word),))
    return tuple(cells)


def _polynomial(found: Expansion, notation: Notation) -> Formula:
    """Return the Taylor polynomial as a formula on lines of its own."""
    from diffcli.language.latex_printer import latex, latex_name

    formula = polynomial(found, found.problem.settings.digits)
    name = notation.variable(found.variable)
    index = str(found.order)
    low = lowered(index) if notation.lowers else index
    return Formula(
        f"T{low}({name}) = {notation.text(formula, taken=[found.variable])}",
        f"T_{{{index}}}({latex_name(found.variable)}) &= {latex(formula)}",
    )


# ---- for programs -----------------------------------------------------------------


def _record(found: Expansion) -> dict[str, Any]:
    problem = found.problem
    number = partial(json_number, digits=problem.settings.digits)
    texts: Sequence[str | None] = [derivative_text(text) for text in found.formulas]
    return {
        **heading(SCHEMA, problem.parsed),
        "point": problem.point,
        "variable": found.variable,
        "order": found.order,
        "value": number(found.coefficients[0]),
        "derivatives": {
            name: [number(estimate.value) for estimate in column]
            for name, column in found.columns.items()
        },
        "errors": {
            name: [_error(estimate) for estimate in column]
            for name, column in found.columns.items()
        },
        "formulas": [*texts, *[None] * (found.order - len(texts))],
        "taylor": {
            "coefficients": [number(c) for c in found.coefficients],
            "polynomial": derivative_text(
                polynomial(found, found.problem.settings.known_digits)
            ),
        },
        **({"exact": [text or None for text in found.exact]} if found.exact else {}),
        "agreement": [agreement._asdict() for agreement in found.agreements],
        "status": "ok",
        "warnings": sentences(found.warnings),
    }


def _error(estimate: Estimate) -> float | None:
    error = float(estimate.error)
    return error if math.isfinite(error) and estimate.value is not None else None


def _sheet(found: Expansion) -> Sheet:
    plain = partial(plain_number, digits=found.problem.settings.digits)
    rows = []
    for order in _orders(found):
        estimates = [column[order - 1] for column in found.columns.values()]
        exact = [found.exact[order - 1]] if found.exact else []
        numbers = [estimate.value for estimate in estimates]
        rows.append(
            (
                str(order),
                *map(plain, numbers),
                plain(found.coefficients[order]),
                *exact,
                "n/a" if None in numbers else "ok",
            )
        )
    return Sheet(header(tuple(found.columns), exact=bool(found.exact)), rows)


def header(methods: Sequence[str], *, exact: bool = False) -> tuple[str, ...]:
    """Return the columns for csv and tsv: a row for each order."""
    return ("order", *methods, "coefficient", *(["exact"] if exact else []), "status")


def _brief(found: Expansion) -> str:
    """Return the derivatives from the first on, one line."""
    plain = partial(plain_number, digits=found.problem.settings.digits)
    return " ".join(plain(found.derivative(k).value) for k in _orders(found))
