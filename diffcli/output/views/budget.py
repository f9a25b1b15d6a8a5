"""An error budget: the value with its error, and each input's share in it."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from diffcli.analysis.budget import Budget
from diffcli.errors import listing
from diffcli.language.notation import Notation
from diffcli.output.document import (
    Block,
    Column,
    Document,
    Facts,
    Line,
    Prose,
    Run,
    Sheet,
    Table,
)
from diffcli.output.numbers import plain_number, short_number
from diffcli.output.views import formulas, function_name, heading, sentences
from diffcli.problem import point_text

SCHEMA = "diffcli/budget/1"
HEADER = (
    "var", "value", "error", "partial", "contribution", "share", "f", "f_error",
    "f_error_2", "shift", "status",
)  # fmt: skip
_ALIKE = 1e-9  # how far shares may be apart that are the same
_ERROR = 3  # significant digits of an error that are shown to people


def document(budget: Budget) -> Document:
    """Return an error budget as a document."""
    return Document(
        blocks=partial(_blocks, budget),
        record=partial(_record, budget),
        sheet=partial(_sheet, budget),
        brief=partial(_brief, budget),
        warnings=budget.warnings,
    )


def _blocks(budget: Budget, notation: Notation) -> Iterator[Block]:
    problem = budget.problem
    digits = problem.settings.digits
    called = function_name(problem.parsed)
    yield from formulas(problem.parsed, notation, called=called)
    value = short_number(budget.value.value, digits)
    result = f"{value} ± {short_number(budget.error, _ERROR)}"
    order = "first order"
    yield Facts(
        (
            (Run(f"at {point_text(problem.point, notation)}"),),
            (Run(f"{notation.variable(called)} = "), Run(result, "value")),
            (Run(order, "muted"),),
        )
    )
    titles = ("value", "±", "partial", "moves f by", "share")
    columns = (Column("", "left"), *map(Column, titles))
    rows: list[tuple[Line, ...]] = [
        (
            (Run(notation.variable(each.name), "name"),),
            (Run(short_number(each.value, digits)),),
            (Run(short_number(each.error, digits) if each.error else "exact"),),
            (Run(short_number(each.partial, digits), "gradient"),),
            (Run(short_number(each.contribution, _ERROR)),),
            (Run(f"{100 * each.share:.1f} %"),),
        )
        for each in budget.shares
    ]
    yield Table(columns, tuple(rows))
    yield Prose(_summary(budget, notation))


def _summary(budget: Budget, notation: Notation) -> str:
    """Return what to read first."""
    first = budget.shares[0]
    said = []
    if first.share:
        most = [s for s in budget.shares if s.share >= (1 - _ALIKE) * first.share]
        names = listing(notation.variable(share.name) for share in most)
        share = f"{100 * first.share:.0f}"
        if share == "100" and first.share < 1:
            share = "more than 99"
        each = " each" if most[1:] else ""
        said.append(f"Most to blame: {names}, with {share} % of s²{each}.")
    if budget.second is not None and budget.matters:
        shifted = short_number(float(budget.value.number) + budget.second.shift, 6)
        error = short_number(budget.second.error, _ERROR)
        said.append(f"Second order matters here: the mean is {shifted} ± {error}.")
    elif budget.second is not None and not budget.unlike:
        said.append("Second order changes nothing of note.")
    said.append("The inputs are taken as independent: correlations are 0.")
    return " ".join(said)


def _record(budget: Budget) -> dict[str, Any]:
    problem, second = budget.problem, budget.second
    return {
        **heading(SCHEMA, problem.parsed),
        "point": problem.point,
        "errors": {each.name: each.error for each in budget.shares},
        "value": budget.value.value,
        "error": budget.error,
        "second_order": second._asdict() if second is not None else None,
        "second_order_matters": budget.matters,
        "correlations": "taken as 0",
        "shares": [each._asdict() for each in budget.shares],
        "status": "ok",
        "warnings": sentences(budget.warnings),
    }


def _sheet(budget: Budget) -> Sheet:
    second = budget.second
    of_all = (
        budget.value.value,
        budget.error,
        second.error if second else None,
        second.shift if second else None,
    )
    rows = [
        (each.name, *map(plain_number, (*each[1:], *of_all)), "ok")
        for each in budget.shares
    ]
    return Sheet(HEADER, rows)


def _brief(budget: Budget) -> str:
    """Return the value and its error."""
    return f"{plain_number(budget.value.value)} {plain_number(budget.error)}"
