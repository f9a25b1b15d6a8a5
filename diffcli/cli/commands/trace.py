"""``diffcli trace``: forward and backward pass, node by node."""

from typing import Any

import click

from diffcli.api.passes import trace
from diffcli.cli import options, terminal
from diffcli.cli.command import Answer, Command, refuse
from diffcli.cli.request import Request
from diffcli.output import formats
from diffcli.output.document import Document
from diffcli.output.views.trace import HEADER, document
from diffcli.problem import Problem

SECTION, PLACE = "Differentiate", 4
ALSO = {"backprop": "", "backward": "", "forward": ""}
HAS = ("blocks", "record", "sheet", "graph", "maths")
PASSES = {"both": ("forward", "backward")}
EPILOG = """\
\b
Examples:
  diffcli trace "(2*x1+3*x2)**2+3" --at 1,3
  diffcli trace "sigmoid(sigmoid(w*x))" --at 2,1 --float half
  diffcli trace "z = w*x+b; a = sigmoid(z); (a-t)^2" --at w=2,x=1,b=0,t=1
"""


@click.command(cls=Command, epilog=EPILOG)
@options.formula
@options.at
@click.option(
    "--pass", "passes", type=click.Choice(["forward", "backward", "both"]),
    default="both", show_default=True, help="Which pass to show.",
)  # fmt: skip
@click.option(
    "--pause", is_flag=True,
    help="Wait for a key after each line, for the class; only in a terminal.",
)  # fmt: skip
@options.float_format
@options.output(*HAS)
def command(
    expr: str, passes: str, pause: bool, float_name: str | None, **shared: Any
) -> Answer:
    """Forward and backward pass, node by node.

    The forward pass names nodes by the lecture's letters, or as the formula does. The
    backward pass is upstream times local, each local by its name; below it stands, for
    each variable, the product of the partials along its path. Where that product
    vanishes or explodes, the factors to blame are named.
    """
    request = Request(expr, **shared)
    parsed, form = request.parsed(several=True), request.form(HAS)
    if formats.part(form) in ("sheet", "record", "graph"):
        refuse(f"-f {form} has both passes", "passes")
    request.refuse_pause(form)
    shown = PASSES.get(passes, (passes,))

    def at(problem: Problem) -> Document:
        return document(trace(problem, format=float_name or ""), shown)

    answer = request.at_points(form, parsed, "", at, HEADER)
    if pause:
        answer = answer._replace(lines=terminal.line_by_line(answer.lines))
    return answer
