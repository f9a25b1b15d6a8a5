"""The slope of a curve, by every method, and how it follows from the equation."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from diffcli import methods
from diffcli.analysis.implicit import Curve, Implicit
from diffcli.language.notation import Notation
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
from diffcli.output.numbers import plain_number, short_number
from diffcli.output.views import (
    derivative_text,
    digits_cell,
    estimate_cells,
    formulas,
    heading,
    place_and_value,
    sentences,
    step_fact,
)

SCHEMA = "diffcli/implicit/1"


def document(found: Implicit) -> Document:
    """Return the slopes of a curve as a document."""
    return Document(
        blocks=partial(_blocks, found),
        record=partial(_record, found),
        sheet=partial(_sheet, found),
        brief=partial(_brief, found),
        warnings=found.warnings,
    )


def _blocks(found: Implicit, notation: Notation) -> Iterator[Block]:
    problem = found.problem
    yield from formulas(problem.parsed, notation, called="F")
    facts = place_and_value(
        problem, notation, "F", problem.value, ", on the curve F = 0"
    )
    if "finite" in found.columns:
        facts.append(step_fact(problem.settings))
    yield Facts(tuple(facts))
    titles = [Column(methods.load(name).TITLE) for name in found.columns]
    judged = (Column("digits"),) if found.agreements else ()
    rows = tuple(_row(found, name, notation) for name in found.free)
    yield Table((Column("", "left"), *titles, *judged), rows)
    yield from derived(found.curve, notation)


def _label(curve: Curve, name: str, notation: Notation) -> str:
    several = len(curve.variables) > 2
    return notation.partial([name], several=several, of=curve.name)


def _row(found: Implicit, name: str, notation: Notation) -> tuple[Line, ...]:
    estimates = {way: column[name] for way, column in found.columns.items()}
    agreement = found.agreements.get(name)
    certain = agreement.digits if agreement else None
    return (
        (Run(_label(found.curve, name, notation), "name"),),
        *estimate_cells(estimates, found.problem.settings.digits, certain),
        *([digits_cell(agreement)] if agreement else []),
    )


def derived(curve: Curve, notation: Notation) -> Iterator[Block]:
    """Yield dF/dx + dF/dy * y' = 0, and what it is solved for y'; for each variable."""
    from diffcli.language.latex_printer import latex

    factor = partial(notation.factor, names={})
    text = partial(notation.text, limit=200)
    for name, formula in curve.formulas.items():
        label = _label(curve, name, notation)
        above, below = curve.slopes[name], curve.slopes[curve.name]
        yield Formula(
            f"{text(above)} + {factor(below)} {notation.times} {label} = 0",
            f"{latex(above, 200)} + \\left({latex(below, 200)}\\right) y' &= 0",
        )
        number = ""
        if name in curve.values:
            number = f" = {short_number(curve.values[name], 10)}"
        yield Formula(
            f"{label} = {text(formula)}{number}", f"y' &= {latex(formula, 200)}{number}"
        )


def _record(found: Implicit) -> dict[str, Any]:
    problem = found.problem
    return {
        **heading(SCHEMA, problem.parsed),
        "point": problem.point,
        "implicit": found.name,
        "residual": problem.value,
        "slopes": {
            way: {name: estimate.value for name, estimate in column.items()}
            for way, column in found.columns.items()
        },
        "derivatives": {n: derivative_text(f) for n, f in found.formulas.items()},
        "agreement": {n: a._asdict() for n, a in found.agreements.items()},
        "status": "ok",
        "warnings": sentences(found.warnings),
    }


def header(ways: tuple[str, ...]) -> tuple[str, ...]:
    """Return the columns for csv and tsv: a row for each variable that moves."""
    return ("var", "value", *ways, "status")


def _sheet(found: Implicit) -> Sheet:
    value = plain_number(found.problem.point[found.name])
    rows = []
    for name in found.free:
        numbers = [column[name].value for column in found.columns.values()]
        status = "n/a" if None in numbers else "ok"
        rows.append((name, value, *map(plain_number, numbers), status))
    return Sheet(header(tuple(found.columns)), rows)


def _brief(found: Implicit) -> str:
    return " ".join(plain_number(found.slope(name).value) for name in found.free)
