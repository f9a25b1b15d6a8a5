"""``diffcli explore``: a formula live in the terminal, changed key by key."""

from typing import Any

import click

from diffcli.api.exploration import State, press, start
from diffcli.cli import keyboard, options
from diffcli.cli.command import Answer, Command
from diffcli.cli.request import Request
from diffcli.errors import UsageError
from diffcli.inputs.rows import poser
from diffcli.language.parser import Parsed
from diffcli.output import formats
from diffcli.output.document import Documents
from diffcli.output.views.explore import call, document

SECTION, PLACE = "Explore", 1
HAS = ("blocks",)
EPILOG = """\
\b
Examples:
  diffcli explore "sin(x)*exp(-x/3)" --at 2
  diffcli explore "(2*x1+3*x2)**2+3" --at 1,3 --h 0.1 --scheme symmetric
  diffcli explore "x^2+3*y^2" --at 1,1 --vary y -f md
"""


@click.command(cls=Command, epilog=EPILOG)
@options.formula
@options.at_only
@options.steps("1", "forward")
@click.option(
    "--vary", default="", metavar="NAME",
    help="Show the curve along this variable, not the map that two variables have.",
)  # fmt: skip
@options.output(*HAS)
def command(expr: str, h: str, scheme: str, vary: str, **shared: Any) -> Answer:
    """Curve, tangent and secant, live: change any number key by key.

    The arrow keys choose a number (the point, h, any constant) and change it; Tab shows
    the graph with values and adjoints, ? all keys, q leaves. Without a terminal, or
    with -f or -o, one screen is printed.
    """
    request = Request(expr, **shared)
    parsed, form = request.parsed(), request.form(HAS)
    notes = request.reading_notes(parsed)
    state = _start(request, parsed, h or "1", scheme, vary)
    asked = request.form_name or request.output != "-"
    if asked or not keyboard.is_possible():
        return request.answer(form, [document(state)], notes)
    return Answer([call(_explored(state, request))])


def _start(request: Request, parsed: Parsed, h: str, scheme: str, vary: str) -> State:
    """Return the first state.

    Raises UsageError for no variable of that name and for several points, PointError,
    DomainError.
    """
    names = request.wanted(parsed, "")
    if vary and vary not in names:
        raise UsageError(
            f"--vary names '{vary}', which is not in the formula ({', '.join(names)})"
        )
    rows = list(request.rows(parsed.variables, "table").rows)
    if len(rows) != 1:
        raise UsageError("one point at a time is explored", hint="give --at once")
    settings = request.settings(h, scheme, False)
    problem = poser(parsed, names, settings)(rows[0])
    return start(problem, vary)


def _explored(state: State, request: Request) -> State:
    """Return the state in which the user left."""
    table = formats.load("table")
    with keyboard.taken() as terminal:
        while not state.left:
            screen = request.screen()
            shown = Documents([document(state, live=True)])
            terminal.show(list(table.lines(shown, screen))[: screen.height])
            for key in terminal.pressed():
                state = press(state, key)
    return state
