"""``diffcli sweep``: the error of the finite difference against h."""

from typing import Any

import click

from diffcli.api.sweeps import Schemes, sweep
from diffcli.cli import options
from diffcli.cli.command import Answer, Command, refuse
from diffcli.cli.request import Request
from diffcli.errors import UsageError
from diffcli.output import formats
from diffcli.output.document import Document
from diffcli.output.views.sweep import Exhibit, document, header
from diffcli.problem import Problem

SECTION, PLACE = "Explore", 2
HAS = ("blocks", "record", "sheet")
EPILOG = """\
\b
Examples:
  diffcli sweep "sin(x)*exp(x)" --at 1
  diffcli sweep "(2*x1+3*x2)**2+3" --at 1,3 --wrt x2 --theory
  diffcli sweep "exp(x)" --at 1 --from 1e-12 --to 1e-2 -f csv
  diffcli sweep "sin(x)" --at 1 --float single --prove
"""
_STEP = click.FloatRange(1e-300, 1e300)


@click.command(cls=Command, epilog=EPILOG)
@options.formula
@options.at
@options.wrt("The variable (default: the first).")
@click.option(
    "--from",
    "first",
    type=_STEP,
    metavar="H",
    help="The smallest h (default: 1e-15; with --float 1e-8, 1e-4 or 1e-3).",
)
@click.option(
    "--to",
    "last",
    type=_STEP,
    default=1.0,
    show_default=True,
    metavar="H",
    help="The largest h.",
)
@click.option(
    "--per-decade",
    type=click.IntRange(1, 1000),
    default=4,
    show_default=True,
    metavar="N",
    help="Step widths from one power of ten to the next.",
)
@click.option(
    "--scheme",
    type=click.Choice(["both", "symmetric", "forward", "central"]),
    default="both",
    show_default=True,
    help="Which differences to try.",
)
@click.option("--theory", is_flag=True, help="Draw the error that theory predicts too.")
@click.option(
    "--prove", is_flag=True,
    help="A bound of each error too, its truncation proved (extra proof).",
)  # fmt: skip
@options.float_format
@options.height
@options.output(*HAS)
def command(
    expr: str,
    wrt: str,
    first: float | None,
    last: float,
    per_decade: int,
    scheme: Schemes,
    theory: bool,
    prove: bool,
    float_name: str | None,
    height: int | None,
    **shared: Any,
) -> Answer:
    """Error of the finite difference against h, and the best h.

    On the right h is too coarse, on the left the digits cancel. The derivative that the
    differences are compared with is known to 30 digits.
    """
    request = Request(expr, **shared)
    parsed = request.parsed()
    name, *others = request.variables_for(parsed, wrt)
    if wrt and others:
        raise UsageError(
            "sweep is about one variable, but --wrt names more", hint=f"--wrt {name}"
        )

    def at(problem: Problem) -> Document:
        found = sweep(
            problem, variable=name, scheme=scheme,
            smallest=first, largest=last, per_decade=per_decade, prove=prove,
            format=float_name or "",
        )  # fmt: skip
        return document(Exhibit(found, theory, height, prove))

    form, own = request.form(HAS), header(theory=theory, prove=prove)
    if formats.part(form) == "record":
        refuse(f"-f {form} has the predicted errors anyway", "theory")
    return request.at_points(form, parsed, name, at, own)
