"""``diffcli steps``: the derivation, rule by rule."""

from collections.abc import Iterator, Sequence
from typing import Any

import click

from diffcli.cli import options
from diffcli.cli.call import Call
from diffcli.cli.command import Answer, Command
from diffcli.engine.derivation import derive
from diffcli.engine.tape import Program, Undefined
from diffcli.language.parser import Parsed
from diffcli.output.document import Document
from diffcli.output.views.steps import Steps, Told, document
from diffcli.problem import Problem, located

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
    told = list(_told(parsed, call.wanted(parsed, wrt), order))
    if simplify:
        from diffcli.arithmetics.symbols import simplified

        told = [t._replace(simplified=simplified(t.derivation.result)) for t in told]
    form = call.form(FORMATS)
    if not call.has_points:
        return call.answer(form, [document(Steps(parsed, told, level, {}))])

    def at(problem: Problem) -> Document:
        return document(Steps(parsed, _valued(told, problem), level, problem.point))

    return call.at_points(form, parsed, wrt, at, notes=call.order_note(parsed))


def _told(parsed: Parsed, names: Sequence[str], order: int) -> Iterator[Told]:
    """Yield the derivation toward each variable, and those of each result."""
    for place, first in enumerate(derive(parsed.expression, names)):
        yield Told((first.variable,), first)
        for second in derive(first.result, names[place:] if order > 1 else ()):
            yield Told((first.variable, second.variable), second)


def _valued(told: Sequence[Told], problem: Problem) -> list[Told]:
    """Return derivations with their values at a point.

    Raises DomainError where one has none.
    """
    try:
        return [
            t._replace(value=Program([t.derivation.result]).value(problem.point))
            for t in told
        ]
    except Undefined as undefined:
        raise located(undefined, problem.parsed, problem.point) from None
