"""``diffcli check``: is a gradient right? Exit 0: yes, 1: no, 6: cannot tell."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import click

from diffcli.api.checks import Passed
from diffcli.api.claims import UNKNOWN, Check
from diffcli.api.tolerances import tolerance
from diffcli.cli import checks, completion, implicits, marking, options
from diffcli.cli.checks import Found, Question
from diffcli.cli.command import Answer, Command, refuse
from diffcli.cli.request import OUTPUT, Request
from diffcli.errors import CannotTell, CheckFailed, DiffcliError, KinkError, UsageError
from diffcli.inputs.rows import Row
from diffcli.output import formats
from diffcli.output.document import Result
from diffcli.output.views.check import HEADER, HEADER_OF_SECOND
from diffcli.problem import DOUBLE
from diffcli.remarks import Remark

SECTION, PLACE = "Differentiate", 2
ALSO = {
    "verify": "", "compare": "", "mark": "--claims FILE", "judge": "--work FILE",
    "measure": "--program CMD", "program": "--program CMD",
}  # fmt: skip
HAS = ("blocks", "record", "sheet", "maths", "cases")
#: Why second derivatives are not checked with some options.
_OF_FIRST = {
    "--order 2 is about a formula at a point": ("program", "module", "data_file"),
    "--order 2 takes claims from --claim": ("claims_file",),
    "a derivation has f'' in its lines: --work alone": ("work_file",),
    "it is about slopes of a curve: dy/dx": ("implicit",),
    "it is evidence for first derivatives": ("seed", "taylor"),
    "on a range first derivatives are proved": ("prove", "x_range"),
}
EPILOG = """\
\b
Examples:
  diffcli check "sin(x)*exp(x)" --at 1 --claim "exp(x)*(sin(x)+cos(x))"
  diffcli check "(2*x1+3*x2)**2+3" --at 1,3 --claim 44,66
  diffcli check "(2*x1+3*x2)**2+3" --at 1,3 --claim 44,67 --taylor
  diffcli check "x^2 + y^2 = 25" --at 3,4 --implicit y --claim "dy/dx=-x/y"
  diffcli check --module math:fsum --at 1,3 --claim 1,1
  diffcli check "x^3" --at 2 --claim "3*x^2" -f junit
  diffcli check "x^2*y" --at 1,2 --order 2 --claim "d2f/dx2=2y,d2f/dxdy=2x"
"""


@click.command(cls=Command, epilog=EPILOG)
@options.formula_or_none
@options.at
@options.data
@options.keep_going
@click.option(
    "--claim", "claims", metavar="G", multiple=True, shell_complete=completion.point,
    help="The partials: x1=4*(2*x1+3*x2) or df/dx1=..., a list 44,66, f'(x)=2x or 2x"
    " for one variable (default: all methods against each other).",
)  # fmt: skip
@click.option(
    "--claims", "claims_file", metavar="FILE", default="",
    shell_complete=completion.file,
    help="Mark a pile: CSV, TSV or JSON lines with columns name, formula, claim, and"
    " if wanted at and wrt; csv comes out. EXPR and --at stand for columns that are the"
    " same in all rows. - is stdin.",
)  # fmt: skip
@click.option(
    "--order", type=click.IntRange(1, 2), default=1, metavar="N",
    help="2: claims are about second derivatives: 6x or f''(x)=6x for one variable,"
    " d2f/dx2=..., d2f/dxdy=..., or the Hessian in rows [[2,3],[3,4]].",
)  # fmt: skip
@options.implicit
@click.option(
    "--work", "work_file", metavar="FILE", default="",
    shell_complete=completion.file,
    help="Judge a derivation line by line: f(x) = ..., f'(x) = ..., = ..., with"
    " d/dx[...], primes, df/du, names for parts, remarks; or in LaTeX. Behind ~= a"
    " number may be rounded; a heading (Exercise 2) begins the next. - is stdin.",
)  # fmt: skip
@options.black_box
@click.option("--rtol", type=float, help="Relative tolerance, in place of the bounds.")
@click.option("--atol", type=float, help="Absolute tolerance, in place of the bounds.")
@options.steps("auto")
@click.option(
    "--seed", type=int, metavar="N",
    help="Check along one random direction: as quick for a thousand variables.",
)  # fmt: skip
@click.option(
    "--taylor", is_flag=True,
    help="Show how the remainder shrinks: with h*h if the gradient is right, else h.",
)  # fmt: skip
@click.option(
    "--prove", is_flag=True,
    help="Prove that a claim is within 1e-12 of the truth on all of --x, or show where"
    " not (extra proof).",
)  # fmt: skip
@options.proved_range
@click.option("-q", "--quiet", is_flag=True, help="Print nothing; the code tells.")
@options.digits
@options.output(*HAS)
def command(
    expr: str | None,
    claims: tuple[str, ...],
    claims_file: str,
    order: int,
    implicit: str,
    work_file: str,
    rtol: float | None,
    atol: float | None,
    h: str,
    scheme: str,
    seed: int | None,
    taylor: bool,
    prove: bool,
    x_range: str,
    quiet: bool,
    keep_going: bool,
    **shared: Any,
) -> Answer:
    """Is this gradient right? Exit code 0: yes, 1: no, 6: cannot tell.

    A claim is a number, or a formula, which has to be right at other points too. The
    rounding of both sides decides, unless --rtol or --atol does. A slip that explains a
    wrong claim is named. Without --claim the methods check each other.

    A program to check reads one JSON line with a point and answers with one, again and
    again. Differences of its values judge the gradient that it gives, or that --claim
    does; their noise is measured as well. Such a verdict holds at that point only.

    Of many verdicts: 1 if any is wrong, else 6 if any cannot be told, else 0. In a
    script: diffcli check -q ...; case $? in 0) ... ;; 1) ... ;; 6) ... ;; esac

    In CI it is a gate of one line, which fails the build when formula and gradient part
    ways. @FILE reads the formula from the file that the program uses. With pre-commit
    it is a local hook: language: system, pass_filenames: false, entry: diffcli check
    "tanh(w*x)^2" --at w=1,x=2 --claim "w=2x*tanh(w*x)*sech(w*x)^2"
    """
    request = Request(expr or "", **shared)
    if order > 1:
        for why, names in _OF_FIRST.items():
            refuse(why, *names)
    if prove:
        from diffcli.cli import proofs

        return proofs.claim(request, HAS, x_range, claims)
    refuse("on a range something is proved: --prove", "x_range")
    limits = tolerance(rtol, atol)
    if work_file:
        refuse("--work has a derivation in its file", "claims_file")
        form = request.form(HAS)
        return marking.work(request, form, work_file, quiet=quiet)
    if claims_file:
        form = request.form(HAS, default="csv")
        return marking.claims(request, form, claims_file, limits, quiet=quiet)
    if expr is None and not request.is_box:
        raise click.UsageError("Missing argument 'EXPR'.")
    if request.digits > DOUBLE and (request.is_box or claims or seed is not None):
        raise UsageError(
            "--digits 18 and more are for methods that check each other: no claim, no"
            " program, no direction"
        )
    form = request.form(HAS)
    measured = seed is None and (request.is_box or not claims)
    _refuse_unused(request, form, h, quiet=quiet, measured=measured)
    settings = request.settings(h or "auto", scheme, subgradient=False)
    request = _of_equation(request, claims, implicit)
    question = Question(
        claims, settings, implicit, keep_going, rtol, atol, seed, taylor,
        not quiet, form, order,
    )  # fmt: skip
    return _answer(request, question, *_asked(request)(request, question))


def _answer(
    request: Request,
    question: Question,
    columns: Sequence[str],
    found: Iterator[tuple[Row, Check] | Passed],
) -> Answer:
    """Return what was found, and the error that gives the exit code."""
    notes: list[Remark] = request.sharing_notes()
    seen: set[str] = set()
    kinks: list[KinkError] = []

    def documents() -> Iterator[Result]:
        for each in found:
            if isinstance(each, Passed):
                yield from checks.passed(request, question, each)
                continue
            row, made = each
            notes.extend(() if request.points_file else made.warnings)
            seen.update(v.doubt for v in made.verdicts if not v.passed)
            kinks.extend(filter(None, [made.kink]))
            yield checks.of_row(request, row, made)

    if not question.prints:
        for _ in documents():
            pass
        return Answer((), error=_failure(seen, kinks), output=request.output)
    several = columns[:1] == OUTPUT
    header = HEADER if question.order == 1 else HEADER_OF_SECOND
    answer = request.answer(
        question.form, documents(), notes, columns=(columns, header), exprs=several
    )
    return answer._replace(ending=lambda: _failure(seen, kinks))


def _of_equation(request: Request, claims: Sequence[str], name: str) -> Request:
    """Return a request whose formula is 0 where the equation holds, if it is one."""
    if not name:
        return request
    if not claims:
        raise UsageError(
            "--implicit checks a claim",
            hint="--claim dy/dx=-x/y; grad shows the slope by all methods",
        )
    why = "--implicit checks slopes on a curve"
    refuse(why, "seed", "taylor", "program", "module", "data_file")
    return implicits.of_equation(request)


def _refuse_unused(
    request: Request, form: str, h: str, *, quiet: bool, measured: bool
) -> None:
    """Refuse options that this check and this format have no use for."""
    request.refuse_rounding(form)
    if quiet:
        refuse("-q prints nothing", "taylor", "digits", "output")
    if formats.part(form) in ("sheet", "cases"):
        refuse(f"-f {form} has the verdicts alone", "taylor")
    if not measured:
        refuse("nothing is measured with it", "h", "scheme")
    if h in ("", "auto"):
        refuse("--h auto takes what is best at each step", "scheme")


def _failure(doubts: set[str], kinks: Sequence[KinkError]) -> DiffcliError | None:
    """Return the error that gives the exit code: wrong, cannot tell, or near a kink.

    ``doubts`` are those of all verdicts that did not pass; "" is no doubt: it is wrong.
    """
    if "" in doubts:
        return CheckFailed("")
    if UNKNOWN in doubts:
        return CannotTell(UNKNOWN)
    return kinks[0] if kinks else None


def _asked(request: Request) -> Callable[[Request, Question], Found]:
    """Return who answers for what is checked."""
    if request.data_file:
        return checks.of_data
    request.refuse_data_options()
    refuse("a check of points ends at the first bad one", "keep_going")
    return checks.of_box if request.is_box else checks.of_formula
