"""``diffcli steps``: the derivation, rule by rule."""

from typing import Any

import click

from diffcli import options
from diffcli.engine.derivation import derive
from diffcli.engine.tape import Program, Undefined
from diffcli.problem import Settings, located
from diffcli.views.steps import Steps, document

SECTION, PLACE = "Differentiate", 3
FORMATS = ("table", "json", "jsonl", "md", "latex", "svg", "html")
EPILOG = """\
\b
Examples:
  diffcli steps "(2*x1+3*x2)**2+3" --wrt x1 --at 1,3
  diffcli steps "x*sin(2*x)" --level full
"""


@click.command(cls=options.Command, epilog=EPILOG)
@options.formula
@options.at
@options.wrt("Only these variables.")
@click.option(
    "--level", type=click.Choice(["brief", "full"]), default="brief",
    show_default=True, help="One line a step, or the rule and its letters too.",
)  # fmt: skip
@options.output(*FORMATS)
def command(expr: str, wrt: str, level: str, **shared: Any) -> options.Answer:
    """Derivation, rule by rule."""
    call = options.Call(expr, **shared)
    parsed = call.parsed()
    derivations = tuple(derive(parsed.expression, call.wanted(parsed, wrt)))
    documents = []
    for problem in call.problems(parsed, wrt, Settings()) if call.points else [None]:
        point = problem.point if problem else {}
        values = {}
        for derivation in derivations if problem else ():
            try:
                value = Program([derivation.result]).value(point)
            except Undefined as undefined:
                raise located(undefined, parsed, point) from None
            values[derivation.variable] = value
        documents.append(document(Steps(parsed, derivations, level, point, values)))
    return call.answer(call.form(FORMATS), documents, call.order_note(parsed))
