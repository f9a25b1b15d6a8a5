"""What ``check`` and ``practice`` do with a file of somebody's answers."""

from collections.abc import Container, Sequence

from diffcli.api.exercises import Exercise, answer
from diffcli.api.marks import UNCLEAR, WRONG, Mark, judge, mark
from diffcli.api.tolerances import Tolerance
from diffcli.cli import terminal
from diffcli.cli.command import Answer, refuse
from diffcli.cli.request import DIALECT, Request
from diffcli.errors import CannotTell, CheckFailed, DiffcliError, RowsFailed, UsageError
from diffcli.inputs.claim_rows import Claimed, problem, table
from diffcli.inputs.claim_rows import answers as answer_table
from diffcli.inputs.work import read
from diffcli.output.views.marking import document
from diffcli.output.views.practice import source
from diffcli.output.views.work import document as work_document

_OF_ONE_FORMULA = (
    "data_file", "init", "reduction", "keep_going",
    "claims", "point_files", "variables", "program", "module", "timeout",
    "jobs", "h", "scheme", "seed", "taylor", "digits",
)  # fmt: skip


def claims(
    request: Request, form: str, path: str, tolerance: Tolerance, *, quiet: bool
) -> Answer:
    """Return the marked claims of a file; the exit code is that of the worst."""
    request.refuse_syntax()
    refuse("--claims has all that is checked in its file", *_OF_ONE_FORMULA)
    shared = _of_all_rows(request, path)
    lines, name = terminal.opened(path, request.output)
    columns, rows = table(lines, name, request.dialect(path), shared)
    marked = [(row, _marked(row, tolerance)) for row in rows]
    error = _failure([found for _, found in marked])
    if quiet:
        return Answer((), error=error)
    return request.answer(form, [document(columns, marked)], error=error)


def _of_all_rows(request: Request, path: str) -> dict[str, str]:
    """Return the formula and the point that the call gives, as columns.

    Raises what is wrong with them before any row is marked.
    """
    if len(request.points) > 1:
        raise UsageError("one --at for all rows", hint="others are a column 'at'")
    shared = {"at": request.points[0]} if request.points else {}
    if request.expr:
        request.refuse_one_stream(path, what="claims")
        shared["formula"] = terminal.read(request.expr)
        problem(shared)
    return shared


def work(request: Request, form: str, path: str, *, quiet: bool) -> Answer:
    """Return a student's lines, judged; the exit code is that of the worst."""
    request.refuse_syntax()
    if request.expr:
        raise UsageError(
            "EXPR and --work exclude each other",
            hint="the formula is the first line of the file: f(x) = ...",
        )
    refuse("--work has all that is checked in its file", "points", *_OF_ONE_FORMULA)
    refuse("lines are equal or not", "rtol", "atol")
    refuse("a derivation is no table", *DIALECT)
    judgement = judge(read(*terminal.opened(path, request.output)))
    error = _decision({verdict.status for verdict in judgement.verdicts})
    if quiet:
        return Answer((), error=error)
    return request.answer(form, [work_document(judgement)], error=error)


def answers(
    request: Request, form: str, path: str, sheet: Sequence[Exercise]
) -> Answer:
    """Return the marked answers to a sheet; the exit code is that of the worst."""
    formulas = [source(exercise) for exercise in sheet]
    columns, rows = answer_table(*terminal.opened(path, request.output), formulas)
    marked = [(row, _answered(row, sheet)) for row in rows]
    error = _failure([found for _, found in marked])
    return request.answer(form, [document(columns, marked)], error=error)


def _answered(row: Claimed, sheet: Sequence[Exercise]) -> Mark:
    if row.error is not None:
        return Mark(row.error.kind, error=row.error)
    exercise = sheet[int(row.carried["number"]) - 1]
    try:
        return answer(exercise, str(row.carried["answer"]))
    except DiffcliError as error:
        return Mark(error.kind, error=error)


def _marked(row: Claimed, tolerance: Tolerance) -> Mark:
    if row.error is not None:
        return Mark(row.error.kind, error=row.error)
    assert row.formula is not None
    rtol, atol = tolerance
    return mark(row.formula, row.claims, row.point, rtol=rtol, atol=atol)


def _failure(marks: Sequence[Mark]) -> DiffcliError | None:
    """Return the error that gives the exit code: a wrong claim before all others."""
    statuses = {mark.status for mark in marks}
    errors = [mark.error for mark in marks if mark.error is not None]
    if errors and WRONG not in statuses:
        return RowsFailed(errors[0])
    return _decision(statuses)


def _decision(statuses: Container[str]) -> DiffcliError | None:
    """Return the error that gives the exit code: wrong, or else cannot tell."""
    if WRONG in statuses:
        return CheckFailed(WRONG)
    return CannotTell(UNCLEAR) if UNCLEAR in statuses else None
