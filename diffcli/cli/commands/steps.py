"""``diffcli steps``: the derivation, rule by rule."""

from typing import Any

import click

from diffcli.api.derivations import steps, valued
from diffcli.cli import implicits, options, terminal
from diffcli.cli.command import Answer, Command, refuse
from diffcli.cli.request import Request
from diffcli.inputs.arguments import MOST_ORDER
from diffcli.output import formats
from diffcli.output.document import Document
from diffcli.output.views.steps import Steps, document
from diffcli.problem import Problem

SECTION, PLACE = "Differentiate", 3
ALSO = {"derive": "", "explain": "", "rules": "", "symbolic": ""}
HAS = ("blocks", "record", "maths")
EPILOG = """\
\b
Examples:
  diffcli steps "(2*x1+3*x2)**2+3" --wrt x1 --at 1,3
  diffcli steps "z = w*x + b; a = sigmoid(z); (a - t)^2" --wrt w
  diffcli steps "x*sin(2*x)" --level full
  diffcli steps "sin(x)**2*y" --order 2 --simplify
  diffcli steps "x^2 + y^2 = 25" --implicit y
"""


@click.command(cls=Command, epilog=EPILOG)
@options.formula
@options.at
@options.wrt("Only these variables.")
@click.option(
    "--level", type=click.Choice(["paper", "rules", "full", "brief"]),
    default="paper", show_default=True,
    help="A chain of equals as on paper; one line a rule (brief: the same); each rule"
    " with its letters and in words too.",
)  # fmt: skip
@click.option(
    "--order", type=click.IntRange(1, MOST_ORDER), default=1, metavar="N",
    help="Higher derivatives too, each from the one before.",
)  # fmt: skip
@options.implicit
@click.option(
    "--pause", is_flag=True,
    help="Wait for a key after each line, for the class; only in a terminal.",
)  # fmt: skip
@click.option(
    "--simplify", is_flag=True, help="Let sympy shorten the result, as a last step."
)
@options.output(*HAS)
def command(
    expr: str,
    wrt: str,
    level: str,
    order: int,
    implicit: str,
    pause: bool,
    simplify: bool,
    **shared: Any,
) -> Answer:
    """Derivation, as on paper or rule by rule.

    A chain of equals from the outside in, the rule at the end of each line, named parts
    kept by name, and the point put in at the end. --level rules lists rule by rule how
    the machine does it.
    """
    request = Request(expr, **shared)
    level = "rules" if level == "brief" else level
    if implicit:
        request = implicits.of_equation(request)
        refuse("--implicit gives the slope of a curve", "order", "simplify")
    parsed = request.parsed(several=not implicit)
    toward = request.variables_for(parsed, wrt)
    found_curve = implicits.curve(parsed, implicit, toward) if implicit else None
    if found_curve:
        toward = tuple(n for n in parsed.variables if n in {*toward, implicit})
    derivatives = {
        part.output: steps(part, wrt=toward, order=order, simplify=simplify)
        for part in parsed.parts()
    }
    form = request.form(HAS)
    if formats.part(form) == "record":
        refuse(f"-f {form} has every level", "level")
    request.refuse_pause(form)

    def at(problem: Problem) -> Document:
        part = problem.parsed
        found, warnings = valued(derivatives[part.output], problem)
        here = found_curve and implicits.at_a_point(found_curve, problem)
        told = Steps(part, found, level, problem.point, simplify, warnings, here)
        return document(told)

    if request.has_points:
        answer = request.at_points(form, parsed, wrt, at)
    else:
        alone = (
            document(Steps(part, found, level, {}, simplify, curve=found_curve))
            for part, found in zip(parsed.parts(), derivatives.values(), strict=True)
        )
        answer = request.answer(form, alone, exprs=bool(parsed.outputs))
    if pause:
        answer = answer._replace(lines=terminal.line_by_line(answer.lines))
    return answer
