"""``diffcli steps``: the derivation, rule by rule."""

from typing import Any

import click

from diffcli.analysis.steps import steps, valued
from diffcli.cli import options
from diffcli.cli.call import Call
from diffcli.cli.command import Answer, Command, refuse
from diffcli.output.document import Document
from diffcli.output.views.steps import Steps, document
from diffcli.problem import Problem

SECTION, PLACE = "Differentiate", 3
FORMATS = ("table", "json", "jsonl", "md", "latex", "svg", "html")
EPILOG = """\
\b
Examples:
  diffcli steps "(2*x1+3*x2)**2+3" --wrt x1 --at 1,3
  diffcli steps "x*sin(2*x)" --level full
  diffcli steps "sin(x)**2*y" --order 2 --simplify
"""


@click.command(cls=Command, epilog=EPILOG)
@options.formula
@options.at
@options.wrt("Only these variables.")
@click.option(
    "--level", type=click.Choice(["brief", "full"]), default="brief",
    show_default=True, help="One line a step, or the rule and its letters too.",
)  # fmt: skip
@click.option(
    "--order", type=click.IntRange(1, 2), default=1, metavar="N",
    help="2: second derivatives too, each from the first.",
)  # fmt: skip
@click.option(
    "--simplify", is_flag=True, help="Let sympy shorten the result, as a last step."
)
@options.output(*FORMATS)
def command(
    expr: str, wrt: str, level: str, order: int, simplify: bool, **shared: Any
) -> Answer:
    """Derivation, rule by rule."""
    call = Call(expr, **shared)
    parsed = call.parsed()
    told = list(steps(parsed, call.wanted(parsed, wrt), order, simplify=simplify))
    form = call.form(FORMATS)
    if form in ("json", "jsonl"):
        refuse(f"-f {form} has every level", "level")
    if not call.has_points:
        return call.answer(form, [document(Steps(parsed, told, level, {}))])

    def at(problem: Problem) -> Document:
        return document(Steps(parsed, valued(told, problem), level, problem.point))

    return call.at_points(form, parsed, wrt, at, notes=call.order_note(parsed))
