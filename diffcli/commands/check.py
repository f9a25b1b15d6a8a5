"""``diffcli check``: is a claimed gradient right? Exit 0 if it is, 1 if not."""

from typing import Any

import click

from diffcli import completion, options, points
from diffcli.engine.tape import Undefined
from diffcli.errors import CheckFailed, UsageError
from diffcli.gradcheck import check
from diffcli.problem import Settings
from diffcli.views.check import document

SECTION, PLACE = "Differentiate", 2
FORMATS = ("table", "tsv", "csv", "json", "jsonl", "md", "latex", "svg", "html")
EPILOG = """\
\b
Examples:
  diffcli check "sin(x)*exp(x)" --at 1 --claim "exp(x)*(sin(x)+cos(x))"
  diffcli check "(2*x1+3*x2)**2+3" --at 1,3 --claim 44,66
  diffcli check "(2*x1+3*x2)**2+3" --at 1,3 --claim "x1=2*(2*x1+3*x2)"
"""


@click.command(cls=options.Command, epilog=EPILOG)
@options.formula
@options.at
@click.option(
    "--claim", "claims", metavar="G", multiple=True, required=True,
    shell_complete=completion.point,
    help="The partials: x1=4*(2*x1+3*x2), a list 44,66, or one for one variable.",
)  # fmt: skip
@click.option("--rtol", type=float, help="Relative tolerance, in place of the bounds.")
@click.option("--atol", type=float, help="Absolute tolerance, in place of the bounds.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing; the code tells.")
@options.output(*FORMATS)
def command(
    expr: str,
    claims: tuple[str, ...],
    rtol: float | None,
    atol: float | None,
    quiet: bool,
    **shared: Any,
) -> options.Answer:
    """Gradient check: exit 0 if a claimed gradient is right, 1 if not."""
    call = options.Call(expr, **shared)
    if call.digits > 17:
        raise UsageError("a check is made in doubles: --digits 17 at most")
    parsed = call.parsed()
    claimed = points.claims(claims, parsed.variables)
    checks = []
    for problem in call.problems(parsed, "", Settings(digits=call.digits)):
        try:
            checks.append(check(problem, claimed, rtol, atol))
        except Undefined as undefined:
            raise undefined.error() from None
        error = checks[-1].comparison.error()
        if error and error.facts.get("variable") in claimed:
            raise error
    failure = None if all(found.passed for found in checks) else CheckFailed("")
    form = call.form(FORMATS)
    return call.answer(form, () if quiet else map(document, checks), (), failure)
