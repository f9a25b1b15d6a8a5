"""The verdicts of a gradient check."""

from collections.abc import Iterator
from functools import partial
from itertools import repeat
from typing import TYPE_CHECKING, Any

from diffcli import methods, version
from diffcli.analysis.check import Check
from diffcli.analysis.verdicts import Verdict, relative
from diffcli.inputs.equations import typed
from diffcli.language.notation import CODE, Notation
from diffcli.output.bulk import Bundle
from diffcli.output.document import (
    Block,
    Case,
    Column,
    Document,
    Facts,
    Line,
    Lines,
    Run,
    Sheet,
    Table,
)
from diffcli.output.numbers import number_style, plain_number, plain_numbers
from diffcli.output.verdict_sentences import (
    TYPEABLE,
    explained,
    explanation,
    is_measured,
    label_of,
)
from diffcli.output.views import (
    box_formula,
    data_cell,
    data_column,
    data_facts,
    data_record,
    formulas,
    heading,
    sentences,
    understood,
)
from diffcli.problem import DOUBLE, point_text

if TYPE_CHECKING:
    from diffcli.analysis.check_columns import Passed

SCHEMA = "diffcli/check/2"
#: The columns for csv and tsv.
HEADER = ("var", "claimed", "true", "relative_error", "verdict")
#: The same of second derivatives.
HEADER_OF_SECOND = ("var", "var2", *HEADER[1:])
_RIGHT_ORDER = 1.5  # 2 with a right gradient, 1 with a wrong one


def document(check: Check) -> Document:
    """Return a check as a document."""
    return Document(
        blocks=partial(_blocks, check),
        record=partial(_record, check),
        sheet=partial(_sheet, check),
        cases=partial(_cases, check),
    )


def _cases(check: Check) -> Iterator[Case]:
    """Yield a verdict as a test case; what cannot be told is an error."""
    subject = understood(check.parsed) if check.parsed else check.subject
    at = point_text(check.point) if check.point else ""
    for verdict in check.verdicts:
        outcome = "" if verdict.passed else "error" if verdict.doubt else "failure"
        numbers = [verdict.claimed.value, verdict.true.value]
        claimed, true = (plain_number(number) or "n/a" for number in numbers)
        why = explanation(check, verdict, CODE)
        said = f"claimed {claimed}, true {true}" + (f": {why}" if why else "")
        name = f"{label_of(check, verdict, CODE)} at {at}"
        yield Case(name, subject, outcome, said)


def _blocks(check: Check, notation: Notation) -> Iterator[Block]:
    if check.parsed is None:
        yield box_formula(check.subject, check.point, notation)
    else:
        yield from formulas(check.parsed, notation, called="F" if check.tied else "f")
    where = (Run(f"check at {point_text(check.point, notation)}"),)
    yield Facts((where, *data_facts(check.data)))
    of_methods = any(verdict.method for verdict in check.verdicts)
    if of_methods and check.data and all(v.passed for v in check.verdicts):
        yield _errors(check, notation)
        return
    columns = (
        Column("", "left"),
        Column("found" if of_methods else "claimed"),
        Column(
            "backprop" if of_methods else "measured" if is_measured(check) else "true"
        ),
        Column("rel. error"),
        Column("verdict", "left"),
    )
    yield Table(columns, tuple(_row(check, v, notation) for v in check.verdicts))
    failed = [v for v in check.verdicts if not v.passed and not v.doubt]
    if failed:
        yield Lines(((Run(f"{len(failed)} of {len(check.verdicts)} failed."),),))
    for verdict in check.verdicts:
        yield from explained(check, verdict, notation)
    if failed and check.parsed is not None:
        source = typed(check.parsed.source)
        if len(source) <= TYPEABLE and "\n" not in source:
            see = f'See: diffcli steps "{source}"'
            if check.tied:
                see += f" --implicit {check.tied}"
            if check.order > 1:
                see += f" --order {check.order}"
            yield Lines(((Run(see, "muted"),),))
    if check.remainders:
        yield from _remainders(check)


def _errors(check: Check, notation: Notation) -> Table:
    """Return a row for each weight: backprop, and how far each method is from it."""
    found = list(dict.fromkeys(verdict.method for verdict in check.verdicts))
    titles = (Column(f"{methods.load(name).TITLE} off by") for name in found)
    rows: dict[str, list[Line]] = {}
    partial_of = partial(notation.partial, several=check.several)
    for verdict in check.verdicts:
        row = _row(check, verdict, notation)
        name = (Run(partial_of([verdict.name]), "name"),)
        rows.setdefault(verdict.name, [name, row[2]]).append(row[3])
    columns = (
        Column("", "left"),
        Column("backprop"),
        *titles,
        Column("verdict", "left"),
    )
    return Table(columns, tuple((*row, (Run("ok", "name"),)) for row in rows.values()))


def _remainders(check: Check) -> Iterator[Block]:
    """Yield how f differs from its tangent as the claim has it, step by step."""
    columns = (Column("h", "left"), Column("|f(x+hd)-f(x)-h g.d|"), Column("order"))
    rows = tuple(
        (
            (Run(f"{remainder.h:.1e}"),),
            (Run(f"{remainder.size:.3e}"),),
            (Run("" if remainder.order is None else f"{remainder.order:.2f}"),),
        )
        for remainder in check.remainders
    )
    yield Table(columns, rows)
    orders = [r.order for r in check.remainders if r.order is not None]
    if orders:
        said = _conclusion(check, orders[-1])
        yield Lines(((Run(f"The remainder goes with h**{orders[-1]:.1f}: {said}."),),))


def _conclusion(check: Check, order: float) -> str:
    """Return what the last order says, if the verdicts do not know better."""
    if order > _RIGHT_ORDER and not check.failed:
        return "as with a right gradient"
    if order <= _RIGHT_ORDER and not check.passed:
        return "as with a wrong gradient"
    return "the steps that would tell are lost in rounding"


def _row(check: Check, verdict: Verdict, notation: Notation) -> tuple[Line, ...]:
    numbers = [verdict.claimed.value, verdict.true.value]
    style = number_style([n for n in numbers if n is not None], check.digits)
    claimed, true = ("n/a" if n is None else style(n) for n in numbers)
    label = label_of(check, verdict, notation)
    relative = "-" if verdict.relative is None else f"{verdict.relative:.1e}"
    return (
        (Run(label, "name"),),
        (Run(claimed),),
        (Run(true, "value"),),
        (Run(relative),),
        (Run(_word(verdict), "" if verdict.passed else "doubtful"),),
    )


def _word(verdict: Verdict) -> str:
    if verdict.doubt:
        return verdict.doubt
    if not verdict.passed:
        return "FAIL elsewhere" if verdict.elsewhere else "FAIL"
    if verdict.everywhere:
        return "ok, everywhere"
    return "ok" if verdict.method else "ok, here"


def _record(check: Check) -> dict[str, Any]:
    about: dict[str, Any] = {
        **version.record(SCHEMA),
        "expression": None,
        "variables": list(check.point),
        "subject": check.subject,
    }
    if check.parsed is not None:
        about = heading(SCHEMA, check.parsed)
    return {
        **about,
        **({"order": check.order} if check.order > 1 else {}),
        "point": dict(check.point),
        **({"implicit": check.tied} if check.tied else {}),
        "passed": check.passed,
        "verdicts": {_key(v): _verdict(v, check.digits) for v in check.verdicts},
        "remainders": [remainder._asdict() for remainder in check.remainders],
        **data_record(check.data),
        "warnings": sentences(check.warnings),
    }


def _key(verdict: Verdict) -> str:
    return ",".join(verdict.toward) + (f":{verdict.method}" if verdict.method else "")


def _number(value: Any, digits: int) -> Any:
    """Return a number as JSON has it: one with more digits than a double is a text."""
    return value if digits <= DOUBLE or value is None else plain_number(value, digits)


def _verdict(verdict: Verdict, digits: int) -> dict[str, Any]:
    return {
        "claimed": _number(verdict.claimed.value, digits),
        "true": _number(verdict.true.value, digits),
        "relative": verdict.relative,
        "passed": verdict.passed,
        "everywhere": verdict.everywhere,
        "slip": verdict.slip or None,
        "doubt": verdict.doubt or None,
        "advice": dict(verdict.advice),
        "elsewhere": verdict.elsewhere._asdict() if verdict.elsewhere else None,
        "one_sided": (
            dict(zip(("left", "right"), verdict.sides, strict=True))
            if verdict.sides
            else None
        ),
    }


def _sheet(check: Check) -> Sheet:
    rows = [
        (
            *_names(verdict),
            plain_number(verdict.claimed.value, max(check.digits, DOUBLE)),
            plain_number(verdict.true.value, max(check.digits, DOUBLE)),
            _ratio(verdict.relative),
            verdict.doubt or ("ok" if verdict.passed else "fail"),
            *data_cell(check.data),
        )
        for verdict in check.verdicts
    ]
    header = HEADER if check.order == 1 else HEADER_OF_SECOND
    return Sheet((*header, *data_column(check.data)), rows)


def _names(verdict: Verdict) -> tuple[str, ...]:
    """Return the cells that say what a verdict is about."""
    return (
        (verdict.name, _key(verdict).partition(",")[2])
        if verdict.second
        else (_key(verdict),)
    )


def bulk(passed: "Passed") -> Bundle:
    """Return rows at which every claim passes, as lines for csv and tsv."""
    here = slice(passed.start, passed.stop)
    cells = []
    for name, (claimed, true) in passed.numbers.items():
        claimed, true = claimed[here], true[here]
        texts = list(plain_numbers(true))
        # Most are the same to the last bit: their texts are written once.
        alike = [c == t != 0.0 for c, t in zip(claimed, true, strict=True)]
        rows = list(zip(alike, claimed, true, texts, strict=True))
        cells.append(
            (
                *map(repeat, name.split(",")),
                (text if same else plain_number(c) for same, c, _, text in rows),
                texts,
                ("0" if same else _ratio(relative(c, t)) for same, c, t, _ in rows),
                repeat("ok"),
            )
        )
    return Bundle(passed.block.texts[here], passed.block.separator, cells)


def _ratio(off: float | None) -> str:
    """Return how far a claim is off, as a cell."""
    return "" if off is None else f"{off:.2g}"
