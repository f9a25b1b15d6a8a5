"""The verdicts of a gradient check."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import diffcli
from diffcli import methods
from diffcli.analysis.check import Check, Verdict
from diffcli.analysis.slips import Slip, line_left
from diffcli.engine.paper import Chain
from diffcli.language.notation import Notation
from diffcli.output.document import (
    Block,
    Column,
    Document,
    Facts,
    Formula,
    Line,
    Lines,
    Picture,
    Run,
    Screen,
    Sheet,
    Table,
    number_style,
    plain_number,
)
from diffcli.output.paper import Paper
from diffcli.output.views import formulas, heading
from diffcli.problem import point_text

SCHEMA = "diffcli/check/2"
#: The columns for csv and tsv.
HEADER = ("var", "claimed", "true", "relative_error", "verdict")
_TYPEABLE = 50  # characters of a formula that one would type again


def document(check: Check) -> Document:
    """Return a check as a document."""
    return Document(
        blocks=partial(_blocks, check),
        record=partial(_record, check),
        sheet=partial(_sheet, check),
    )


def _blocks(check: Check, notation: Notation) -> Iterator[Block]:
    if check.parsed is None:
        yield Formula(
            f"f({', '.join(map(notation.variable, check.point))}) = {check.subject}"
        )
    else:
        yield from formulas(check.parsed, notation)
    yield Facts(((Run(f"check at {point_text(check.point, notation)}"),),))
    of_methods = any(verdict.method for verdict in check.verdicts)
    columns = (
        Column("", "left"),
        Column("found" if of_methods else "claimed"),
        Column(
            "backprop" if of_methods else "measured" if _is_measured(check) else "true"
        ),
        Column("rel. error"),
        Column("verdict", "left"),
    )
    yield Table(columns, tuple(_row(check, v, notation) for v in check.verdicts))
    failed = [verdict for verdict in check.verdicts if not verdict.passed]
    if failed:
        yield Lines(((Run(f"{len(failed)} of {len(check.verdicts)} failed."),),))
    for verdict in failed:
        yield from _explained(check, verdict, notation)
    if failed and check.parsed is not None:
        source = check.parsed.source
        if len(source) <= _TYPEABLE and "\n" not in source:
            see = f'See: diffcli steps "{source}"'
            yield Lines(((Run(see, "muted"),),))
    if check.remainders:
        yield from _remainders(check)


def _explained(check: Check, verdict: Verdict, notation: Notation) -> Iterator[Block]:
    """Yield what explains a wrong claim, and the line that it spoils."""
    taken = tuple(check.point)
    said = "; or ".join(sentence(slip, notation, taken) for slip in verdict.slips)
    if not said and verdict.factor:
        said = f"claimed is {verdict.factor} of it"
    if not said:
        return
    label = _label(verdict, notation)
    if verdict.derivation:
        label = notation.partial([verdict.name], several=len(taken) > 1)
    yield Picture(partial(wrapped, f"{label}: {said}.", "doubtful"))
    if verdict.slips and verdict.derivation:
        several = len(taken) > 1
        left = line_left(verdict.slips[0], verdict.derivation, several=several)
        if left is not None:
            yield Lines(((Run("Here the claim leaves the derivation:"),),))
            yield Picture(partial(_line_left, f"  {label}", left, notation, taken))


def sentence(slip: Slip, notation: Notation, taken: Sequence[str]) -> str:
    """Return what is said about a slip."""
    return "".join(
        piece
        if isinstance(piece, str)
        else notation.text(piece, limit=_TYPEABLE, taken=taken)
        for piece in slip.said
    )


def wrapped(said: str, style: str, screen: Screen) -> Iterator[Line]:
    """Yield a sentence on as many lines as it takes."""
    from textwrap import wrap

    for row in wrap(said, screen.width):
        yield (Run(row, style),)


def _line_left(
    head: str, left: Chain, notation: Notation, taken: Sequence[str], screen: Screen
) -> Iterator[Line]:
    yield from Paper(notation, taken, screen.width).chain(head, left)


def _is_measured(check: Check) -> bool:
    return check.parsed is None or any(map(_is_direction, check.verdicts))


def _is_direction(verdict: Verdict) -> bool:
    return " " in verdict.name  # no variable's name has a blank


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
        said = (
            "as with a right gradient" if orders[-1] > 1.5 else "the gradient is wrong"
        )
        yield Lines(((Run(f"The remainder goes with h**{orders[-1]:.1f}: {said}."),),))


def _label(verdict: Verdict, notation: Notation) -> str:
    if _is_direction(verdict):
        return verdict.name
    title = f" {methods.load(verdict.method).TITLE}" if verdict.method else ""
    return f"{notation.partial([verdict.name])}{title}"


def _row(check: Check, verdict: Verdict, notation: Notation) -> tuple[Line, ...]:
    numbers = [verdict.claimed.value, verdict.true.value]
    style = number_style([n for n in numbers if n is not None], check.digits)
    claimed, true = ("n/a" if n is None else style(n) for n in numbers)
    relative = "-" if verdict.relative is None else f"{verdict.relative:.1e}"
    return (
        (Run(_label(verdict, notation), "name"),),
        (Run(claimed),),
        (Run(true, "value"),),
        (Run(relative),),
        (Run(_word(verdict), "" if verdict.passed else "doubtful"),),
    )


def _word(verdict: Verdict) -> str:
    if verdict.doubt:
        return verdict.doubt
    if not verdict.passed:
        return "FAIL"
    if verdict.everywhere:
        return "ok, everywhere"
    return "ok" if verdict.method else "ok, here"


def _record(check: Check) -> dict[str, Any]:
    about: dict[str, Any] = {
        "schema": SCHEMA,
        "version": diffcli.__version__,
        "expression": None,
        "variables": list(check.point),
        "subject": check.subject,
    }
    if check.parsed is not None:
        about = heading(SCHEMA, check.parsed)
    return {
        **about,
        "point": dict(check.point),
        "passed": check.passed,
        "verdicts": {_key(verdict): _verdict(verdict) for verdict in check.verdicts},
        "remainders": [remainder._asdict() for remainder in check.remainders],
        "warnings": [warning.partition(": ")[2] for warning in check.warnings],
    }


def _key(verdict: Verdict) -> str:
    return verdict.name + (f":{verdict.method}" if verdict.method else "")


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "claimed": verdict.claimed.value,
        "true": verdict.true.value,
        "relative": verdict.relative,
        "passed": verdict.passed,
        "everywhere": verdict.everywhere,
        "slip": verdict.slip or None,
        "doubt": verdict.doubt or None,
    }


def _sheet(check: Check) -> Sheet:
    rows = [
        (
            _key(verdict),
            plain_number(verdict.claimed.value),
            plain_number(verdict.true.value),
            "" if verdict.relative is None else f"{verdict.relative:.2g}",
            verdict.doubt or ("ok" if verdict.passed else "fail"),
        )
        for verdict in check.verdicts
    ]
    return Sheet(HEADER, rows)
