"""Proofs, for ``diffcli grad --prove`` and ``diffcli check --prove``."""

from collections.abc import Iterator, Sequence

from diffcli.cli.command import Answer, refuse
from diffcli.cli.request import Request
from diffcli.errors import CannotTell, CheckFailed, DiffcliError, UsageError
from diffcli.inputs import points
from diffcli.inputs.claims import by_variable
from diffcli.language.expression import Expression
from diffcli.language.parser import Parsed
from diffcli.output import formats
from diffcli.output.document import Document
from diffcli.problem import DOUBLE, Problem, Settings, pose
from diffcli.remarks import Remark

_WHY = "--prove has one way, balls, and what they prove"


def answer(
    request: Request, parts: Sequence[str], wrt: str, order: int, span: str
) -> Answer:
    """Return what is proved at every --at, or on the range ``span`` of a variable.

    Raises UsageError for options of no use to it.
    """
    refuse(_WHY, "wanted", "h", "scheme", "subgradient", "exact", "arithmetic")
    refuse(_WHY, "exprs", "keep_going", "engine", "progress", "implicit")
    refuse(_WHY, "program", "module", "data_file", "init", "reduction", "float_name")
    refuse("--prove takes the points from --at, which it reads exactly", "point_files")
    if span:
        return _on_a_range(request, parts, span, order)
    if not order:
        refuse("--order 0 is the value alone", "wrt")
    from diffcli.api.proofs import at, need
    from diffcli.output.views import proof as view

    need()
    form = request.form(parts)
    request.refuse_rounding(form)
    rounds = formats.part(form) in ("blocks", "maths")
    digits = request.digits if rounds else max(DOUBLE, request.digits)
    parsed = request.parsed(several=True)
    exact = _points(request, parsed)
    still_open: list[str] = []

    def document(problem: Problem) -> Document:
        found = at(problem, next(exact), order=order, digits=digits)
        still_open.extend(view.reasons(found))
        return view.document(found)

    def ending() -> CannotTell | None:
        return CannotTell(f"not proved: {still_open[0]}") if still_open else None

    if not (order or parsed.variables or parsed.outputs or request.has_points):
        alone = document(pose(parsed, {}, settings=Settings(digits=digits)))
        made = request.answer(form, [alone], request.reading_notes(parsed, exact=True))
        return made._replace(ending=ending)
    made = request.at_points(
        form, parsed, wrt if order else "", document, view.HEADER,
        Settings(digits=digits), exact=True,
    )  # fmt: skip
    return made._replace(ending=ending)


def _points(request: Request, parsed: Parsed) -> Iterator[dict[str, Expression]]:
    """Yield each --at as it is written, once for each output."""
    for text in request.points or [""]:
        for part in parsed.parts():
            yield points.expressions(text, part.variables) if text else {}


def _on_a_range(
    request: Request, parts: Sequence[str], span: str, order: int
) -> Answer:
    """Return the sign of the slope on a range."""
    refuse("on a range it is the slope toward the variable of the range", "wrt")
    refuse("bounds on a range have eight digits", "digits")
    if order != 1:
        raise UsageError("on a range the slope is proved: --order 1")
    from diffcli.api.proofs import need, on_range
    from diffcli.output.views import proof_range as view

    need()
    form = request.form(parts)
    found = on_range(*_ranged(request, span))
    error = CannotTell("not decided") if found.open else None
    notes = [
        *request.reading_notes(found.parsed, exact=True),
        *map(Remark, view.reasons(found)),
    ]
    return request.answer(form, [view.document(found)], notes, error)


def _ranged(
    request: Request, span: str
) -> tuple[Parsed, tuple[Expression, Expression], dict[str, Expression], str]:
    """Return formula, range, the other values, and the variable of the range."""
    if len(request.points) > 1:
        raise UsageError("on a range --at gives the other variables one value each")
    parsed = request.parsed()
    (text,) = request.points or ("",)
    name, point = points.of_the_others(text, parsed.variables)
    return parsed, points.ends(span, "--x"), point, name


def claim(
    request: Request, parts: Sequence[str], span: str, claims: Sequence[str]
) -> Answer:
    """Return whether the claim is right everywhere on a range.

    Raises UsageError for options of no use to it.
    """
    why = "--prove holds one claim to the slope on a range, with balls"
    refuse(why, "claims_file", "work_file", "rtol", "atol", "h", "scheme", "seed")
    refuse(why, "taylor", "keep_going", "digits", "point_files", "program", "module")
    refuse(why, "data_file", "init", "reduction", "quiet")
    if not span or not claims:
        raise UsageError(
            "--prove needs a claim and a range", hint='--claim "2*x" --x 0:2 --prove'
        )
    from diffcli.api.proofs import claim_on_range, need
    from diffcli.output.views import proof_range as view

    need()
    form = request.form(parts)
    parsed, ends, point, name = _ranged(request, span)
    given = by_variable(claims, (name,), request.forced_syntax, tuple(point))
    found = claim_on_range(parsed, given[name], ends, point, name)
    error: DiffcliError | None = None
    if found.verdict == "wrong":
        error = CheckFailed("")
    elif found.verdict == "open":
        error = CannotTell("not decided")
    notes = request.reading_notes(parsed, exact=True)
    return request.answer(form, [view.claim_document(found)], notes, error)
