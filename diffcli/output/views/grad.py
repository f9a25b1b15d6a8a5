"""A comparison: the partials by every method, side by side."""

import math
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from diffcli import methods
from diffcli.analysis.grad import Comparison
from diffcli.calculus.functions import BY_NAME, CONSTANTS
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
from diffcli.output.numbers import error_text, number_style, plain_number, short_number
from diffcli.output.views import (
    data_cell,
    data_column,
    data_facts,
    data_record,
    derivative_text,
    doubtful_tail,
    formulas,
    function_name,
    heading,
    json_number,
    sentences,
    step_fact,
)
from diffcli.problem import NO_ESTIMATE, Estimate, MethodResult, point_text

if TYPE_CHECKING:
    from diffcli.language.notation import Notation

SCHEMA = "diffcli/grad/2"


def document(comparison: Comparison, *, arithmetic: bool = False) -> Document:
    """Return a comparison as a document, with the arithmetic of differences too."""
    return Document(
        blocks=partial(_blocks, comparison, arithmetic),
        record=partial(_record, comparison),
        sheet=partial(_sheet, comparison),
        wide=partial(_wide, comparison),
        brief=partial(_brief, comparison),
    )


# ---- for people -------------------------------------------------------------------


def _blocks(
    comparison: Comparison, arithmetic: bool, notation: "Notation"
) -> Iterator[Block]:
    problem = comparison.problem
    called = function_name(problem.parsed)
    yield from formulas(problem.parsed, notation, called=called)
    settings = problem.settings
    place = f"at {point_text(problem.point, notation)}" if problem.point else ""
    facts: list[Line] = [
        *([(Run(place),)] if place else []),
        _value(comparison, notation),
        *data_facts(comparison.data),
    ]
    finite = _result(comparison, "finite")
    if finite is not None:
        plural = "" if finite.evaluations == 1 else "s"
        calls = f"{finite.evaluations} evaluation{plural}"
        facts.append(step_fact(settings, _widths(finite).values()))
        facts.append((Run(calls, "muted"),))
    hidden = [
        name for name in problem.parsed.variables if name in (CONSTANTS | BY_NAME)
    ]
    if hidden:
        verb = "is a variable" if len(hidden) == 1 else "are variables"
        facts.append((Run(f"{', '.join(hidden)} {verb} here"),))
    yield Facts(tuple(facts))
    if arithmetic:
        from diffcli.output.quotients import blocks

        yield from blocks(comparison)
    if comparison.results:
        yield _table(comparison, notation)


def _widths(finite: MethodResult) -> dict[str, float]:
    """Return the step width that was used, by variable."""
    return {name: found.h for name, found in finite.differences.items()}


def _value(comparison: Comparison, notation: "Notation") -> Line:
    digits = comparison.problem.settings.digits
    called = notation.variable(function_name(comparison.problem.parsed))
    line = (
        Run(f"{called} = "),
        Run(short_number(comparison.value.value, digits), "value"),
    )
    exact = comparison.exact.get("")
    says_more = exact and exact != line[1].text
    if not says_more:
        return line
    # Beyond a double's digits it shows that the value is of the nearest doubles.
    sign = "=" if not comparison.problem.precise else "≈"
    return (*line, Run(f" {sign} {exact}", "value"))


def _table(comparison: Comparison, notation: "Notation") -> Table:
    problem = comparison.problem
    judged = bool(comparison.agreements) or bool(comparison.kinks)
    judged = judged and len(comparison.results) > 1
    called = function_name(comparison.problem.parsed)
    columns = [Column("", "left")]
    columns += [
        Column(methods.load(result.method).TITLE) for result in comparison.results
    ]
    if _estimates(comparison):
        columns.append(Column("est. error"))
    if comparison.exact:
        columns.append(Column("exact"))
    if judged:
        columns += [Column("rel. error", essential=False), Column("digits")]
    rows = tuple(
        (
            (
                Run(
                    notation.partial([name], several=problem.several, of=called),
                    "name",
                ),
            ),
            *_cells(comparison, name, judged),
        )
        for name in problem.variables
    )
    return Table(tuple(columns), rows)


def _cells(comparison: Comparison, name: str, judged: bool) -> Sequence[Line]:
    estimates = [
        result.partials.get(name, NO_ESTIMATE) for result in comparison.results
    ]
    values = [e.value for e in estimates if e.value is not None]
    shown_as = number_style(values, comparison.problem.settings.digits)
    agreement = comparison.agreements.get(name)
    cells: list[Line] = []
    for result, estimate in zip(comparison.results, estimates, strict=True):
        if name in comparison.kinks:
            cells.append(_kink_cell(comparison, result, name))
        elif estimate.value is None:
            cells.append((Run("n/a", "muted"),))
        else:
            number = shown_as(estimate.value)
            measured = not methods.load(result.method).EXACT
            certain = agreement.digits if agreement and measured else None
            cells.append(doubtful_tail(number, certain))
    if _estimates(comparison):
        cells.append((Run(error_text(_estimates(comparison)[name].error)),))
    if comparison.exact:
        cells.append((Run(comparison.exact.get(name) or "-", "value"),))
    if judged:
        cells += _judgement(comparison, name)
    return cells


def _estimates(comparison: Comparison) -> dict[str, Estimate]:
    """Return what the search for the best step says of its own error."""
    finite = _result(comparison, "finite")
    settings = comparison.problem.settings
    useful = finite is not None and settings.h == "auto" and not comparison.kinks
    return finite.partials if finite is not None and useful else {}


def _kink_cell(comparison: Comparison, result: MethodResult, name: str) -> Line:
    if methods.load(result.method).EXACT:
        return (Run("kink", "doubtful"),)
    left, right = comparison.corners[name]
    return (Run(f"left {_side(left)}, right {_side(right)}"),)


def _side(slope: float | None) -> str:
    if slope is None:
        return "none"
    if math.isnan(slope):
        return "undecided"
    return f"{float(slope):.10g}".replace("inf", "infinite")


def _judgement(comparison: Comparison, name: str) -> list[Line]:
    agreement = comparison.agreements.get(name)
    if agreement is None:
        return [(), ()]
    if agreement.relative is None:
        return [(Run("-", "muted"),), (Run(agreement.verdict),)]
    digits = Run(str(agreement.digits), "doubtful" if agreement.digits == 0 else "")
    return [(Run(f"{agreement.relative:.1e}"),), (digits,)]


# ---- for programs -----------------------------------------------------------------


def _result(comparison: Comparison, name: str) -> MethodResult | None:
    return next((r for r in comparison.results if r.method == name), None)


def _record(comparison: Comparison) -> dict[str, Any]:
    problem = comparison.problem
    settings = problem.settings
    finite, symbolic = (_result(comparison, name) for name in ("finite", "symbolic"))
    error = comparison.error()
    record: dict[str, Any] = {
        **heading(SCHEMA, problem.parsed),
        "point": problem.point,
        "value": json_number(comparison.value.value, settings.digits),
        "gradient": {
            result.method: {
                name: None
                if name in comparison.kinks
                else json_number(estimate.value, settings.digits)
                for name, estimate in result.partials.items()
            }
            for result in comparison.results
        },
    }
    if symbolic is not None:
        record["derivatives"] = {
            name: derivative_text(derivation.result)
            for name, derivation in symbolic.derivations.items()
        }
    if comparison.exact:
        texts = {name: text or None for name, text in comparison.exact.items()}
        record["exact"] = {"value": texts.pop(""), "gradient": texts}
    if finite is not None:
        record["finite"] = {
            "scheme": settings.scheme,
            "h": settings.h,
            "evaluations": finite.evaluations,
            "steps": _widths(finite),
        }
    record |= data_record(comparison.data)
    record["error"] = error.record()["error"] if error else None
    record["agreement"] = {
        name: agreement._asdict() for name, agreement in comparison.agreements.items()
    }
    if comparison.kinks:
        record["one_sided"] = {
            name: {
                side: float(slope)
                if slope is not None and math.isfinite(slope)
                else None
                for side, slope in comparison.corners[name]._asdict().items()
            }
            for name in comparison.kinks
        }
    record["status"] = comparison.status
    record["warnings"] = sentences(comparison.warnings)
    return record


def _plain(comparison: Comparison) -> Callable[[Any], str]:
    """Return how a number is written for programs."""
    return partial(plain_number, digits=comparison.problem.settings.digits)


def _sheet(comparison: Comparison) -> Sheet:
    plain = _plain(comparison)
    exact = comparison.exact
    rows = []
    for name in comparison.problem.variables:
        kink = name in comparison.kinks
        values = [
            None if kink else result.partials[name].value if result.partials else None
            for result in comparison.results
        ]
        agreement = comparison.agreements.get(name)
        relative = agreement.relative if agreement else None
        rows.append(
            (
                name,
                plain(comparison.value.value),
                *map(plain, values),
                *([exact.get(name) or ""] if exact else []),
                "" if relative is None else f"{relative:.2g}",
                "kink" if kink else "ok" if None not in values else "n/a",
                *data_cell(comparison.data),
            )
        )
    names = [result.method for result in comparison.results]
    header = long_columns(names, exact=bool(exact))
    if not names:
        known = [exact[""]] if exact else []
        rows = [(plain(comparison.value.value), *known, comparison.status)]
    return Sheet((*header, *data_column(comparison.data)), rows)


def long_columns(methods: Sequence[str], *, exact: bool = False) -> tuple[str, ...]:
    """Return the columns of a result alone, which has a row for each partial.

    Without methods it is one row, with the value.
    """
    added = ("exact",) if exact else ()
    if not methods:
        return ("f", *added, "status")
    return ("var", "value", *methods, *added, "relative_error", "status")


@cache
def columns(
    names: tuple[str, ...], methods: tuple[str, ...], *, exact: bool = False
) -> tuple[str, ...]:
    """Return the columns of a wide row behind those of the point.

    Backprop's partials, or those of the only method, have plain names.
    """
    partials = [
        f"df/d{name}"
        + ("" if len(methods) == 1 or method == "backprop" else f":{method}")
        for method in methods
        for name in names
    ]
    added = [f"df/d{name}:exact" for name in names] if exact else []
    if exact and not methods:
        added = ["f:exact"]
    return ("f", *partials, *added, "status")


def _wide(comparison: Comparison) -> Sheet:
    names = tuple(result.method for result in comparison.results)
    exact = bool(comparison.exact)
    header = columns(comparison.problem.variables, names, exact=exact)
    return Sheet(header, [cells(comparison)])


def cells(comparison: Comparison) -> Sequence[str]:
    """Return what stands under ``columns``."""
    numbers: list[Any] = [comparison.value.value]
    for result in comparison.results:
        for name in comparison.problem.variables:
            estimate = result.partials.get(name)
            kink = name in comparison.kinks or estimate is None
            numbers.append(None if kink or estimate is None else estimate.value)
    exact = [
        comparison.exact.get(name) or ""
        for name in (comparison.problem.variables or [""] if comparison.exact else ())
    ]
    return (*map(_plain(comparison), numbers), *exact, comparison.status)


def _brief(comparison: Comparison) -> str:
    """Return the gradient with all digits; nothing where there is none.

    Of a value alone that.
    """
    if comparison.kinks:
        return ""
    if not comparison.results:
        return _plain(comparison)(comparison.value.value)
    return " ".join(
        _plain(comparison)(comparison.partial(name).value)
        for name in comparison.problem.variables
    )
