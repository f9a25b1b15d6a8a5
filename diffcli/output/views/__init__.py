"""One file per kind of result: result to Document. Here is what several say alike."""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from diffcli.language.expression import Expression
from diffcli.language.parser import Parsed
from diffcli.output.document import Formula, Line, Run
from diffcli.output.numbers import number_style, plain_number, short_number
from diffcli.problem import Estimate, Problem, Settings, point_text
from diffcli.records import Each
from diffcli.remarks import Remark

if TYPE_CHECKING:
    from diffcli.analysis.grad import Agreement
    from diffcli.inputs.data import Data
    from diffcli.language.notation import Notation

_LONGEST_FORMULA = 400  # characters of a formula that are shown to people
_LONGEST_DERIVATIVE = 20_000  # characters of a derivative in a record


def heading(schema: str, parsed: Parsed) -> dict[str, Any]:
    """Return how every record begins."""
    from diffcli import version  # what is no record has no use for it

    return {
        **version.record(schema),
        "expression": understood(parsed),
        **({"output": parsed.output} if parsed.output else {}),
        "variables": list(parsed.variables),
    }


def function_name(parsed: Parsed) -> str:
    """Return what the function is called: f, or f2 for the second of several."""
    return f"f{parsed.output or ''}"


def json_number(value: Any, digits: int) -> Any:
    """Return a number as JSON has it: one with more digits than a double is a text."""
    if value is None or isinstance(value, float | Each):
        return value
    return plain_number(value, digits)


def data_facts(data: "Data | None") -> Iterator[Line]:
    """Yield what the loss is, if it is that of examples."""
    if data is not None:
        yield (Run(str(data), "name"),)


def data_column(data: "Data | None") -> tuple[str, ...]:
    """Return the column that says it in a sheet, if there has to be one."""
    return ("data",) if data is not None else ()


def data_cell(data: "Data | None") -> tuple[str, ...]:
    """Return what stands there."""
    return (str(data),) if data is not None else ()


def data_record(data: "Data | None") -> dict[str, Any]:
    """Return the same for a record."""
    if data is None:
        return {}
    used = {"text": str(data), "reduce": data.reduce, "columns": list(data.columns)}
    return {"data": used | {"rows": data.total, "used": data.used}}


def step_fact(settings: Settings, used: Iterable[float] = ()) -> Line:
    """Return step width and scheme, and the widths used if they were looked for."""
    h = settings.h if isinstance(settings.h, str) else f"{settings.h:g}"
    widths = sorted(used)
    if isinstance(settings.h, str) and widths:
        ends = dict.fromkeys(f"{width:.2g}" for width in (widths[0], widths[-1]))
        h += f": {' to '.join(ends)}"
    return (Run(f"h = {h}, {settings.scheme}"),)


def formulas(
    parsed: Parsed,
    notation: "Notation",
    limit: int = _LONGEST_FORMULA,
    *,
    bare: bool = False,
    called: str = "f",
) -> Iterator[Formula]:
    """Yield the definitions and the function as they were understood.

    A ``bare`` function is written without its variables: f = (a - t)².
    """
    from diffcli.language.latex_printer import latex, latex_name

    names = parsed.shown_names()
    taken = parsed.variables

    def body(node: Expression) -> str:
        return notation.text(node, limit=limit, names=names, taken=taken)

    parts = list(parsed.definitions.items())
    if parsed.labels:
        parts = [(names[node], node) for node in parsed.nodes() if node in names]
    for name, node in parts:
        yield Formula(
            f"{notation.variable(name)} = {body(node)}",
            f"{latex_name(name)} &= {latex(node, limit, names)}",
        )
    arguments = ", ".join(map(notation.variable, parsed.variables))
    if len(arguments) > limit:
        arguments = f"{arguments[:limit]}…"
    typeset = ", ".join(latex_name(name) for name in parsed.variables[:20])
    given, named = notation.variable(called), latex_name(called)
    if not bare and arguments:
        given, named = f"{given}({arguments})", f"{named}({typeset})"
    yield Formula(
        f"{given} = {body(parsed.expression)}",
        f"{named} &= {latex(parsed.expression, limit, names)}",
    )


def box_formula(name: str, inputs: Iterable[str], notation: "Notation") -> Formula:
    """Return what stands for the formula of a program or a callable."""
    return Formula(f"f({', '.join(map(notation.variable, inputs))}) = {name}")


def understood(parsed: Parsed) -> str:
    """Return the whole text as it was understood, on one line."""
    from diffcli.language.printer import text

    names = {node: name for name, node in parsed.definitions.items()}
    parts = [
        f"{name} = "
        + text(
            node, spaced=False, names={n: w for n, w in names.items() if n is not node}
        )
        for name, node in parsed.definitions.items()
    ]
    if not names:
        return _written(parsed.expression)
    return "; ".join([*parts, text(parsed.expression, spaced=False, names=names)])


@lru_cache(maxsize=8)
def _written(expression: Expression) -> str:
    """Return a formula without names, once for all rows."""
    from diffcli.language.printer import text

    return text(expression, spaced=False)


def sentences(remarks: Iterable[Remark]) -> list[str]:
    """Return remarks for programs: the sentences alone."""
    return [remark.text for remark in remarks]


@lru_cache(maxsize=64)  # the record of every row has the same ones
def derivative_text(
    expression: Expression, limit: int = _LONGEST_DERIVATIVE
) -> str | None:
    """Return a derivative as text, or None if nobody could use one so long."""
    from diffcli.language.printer import text

    written = text(expression, limit=limit)
    return written if len(written) < limit else None


def doubtful_tail(number: str, certain: int | None) -> Line:
    """Return a number with the digits after the certain ones marked.

    Counted are significant digits, not characters that differ from the other
    column: 43.9999999983 has ten good digits although 44 begins differently.
    """
    if certain is None:
        return (Run(number, "gradient"),)
    mantissa, e, exponent = number.partition("e")
    seen = 0
    for place, character in enumerate(mantissa):
        seen += character.isdecimal() and (seen > 0 or character != "0")
        if seen > certain:
            tail = Run(mantissa[place:], "doubtful")
            return (Run(mantissa[:place], "gradient"), tail, Run(e + exponent))
    return (Run(number, "gradient"),)


def place_and_value(
    problem: Problem, notation: "Notation", called: str, value: Any, behind: str = ""
) -> list[Line]:
    """Return two facts: the point, and what the function is there."""
    shown = short_number(value, problem.settings.digits)
    more = (Run(behind),) if behind else ()
    return [
        (Run(f"at {point_text(problem.point, notation)}"),),
        (Run(f"{notation.variable(called)} = "), Run(shown, "value"), *more),
    ]


def estimate_cells(
    estimates: Mapping[str, Estimate], digits: int, certain: int | None
) -> list[Line]:
    """Return a cell for each method, the doubtful digits of differences marked.

    ``certain`` counts their digits that agree with the other methods; None: nobody can
    tell.
    """
    known = [e.value for e in estimates.values() if e.value is not None]
    style = number_style(known, digits)
    return [
        (Run("n/a", "muted"),)
        if estimate.value is None
        else doubtful_tail(style(estimate.value), certain if name == "finite" else None)
        for name, estimate in estimates.items()
    ]


def digits_cell(agreement: "Agreement") -> Line:
    """Return how many digits agree, or in a word why nobody can tell."""
    none = agreement.digits is None
    return (Run(agreement.verdict if none else str(agreement.digits)),)
