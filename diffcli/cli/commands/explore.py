"""``diffcli explore``: a formula live in the terminal, changed key by key."""

from typing import Any

import click

from diffcli.api.exploration import State, press, start
from diffcli.cli import keyboard, options
from diffcli.cli.command import Answer, Command, refuse
from diffcli.cli.request import Request
from diffcli.errors import UsageError
from diffcli.inputs import points, respelling
from diffcli.inputs.rows import poser
from diffcli.language.parser import Parsed
from diffcli.output import formats
from diffcli.output.document import Documents
from diffcli.output.views.explore import call, document
from diffcli.problem import Problem

SECTION, PLACE = "Explore", 1
HAS = ("blocks", "record")
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
@click.option(
    "--x", "x_range", metavar="LO:HI", default="",
    help="The range of the picture (default: around the point).",
)  # fmt: skip
@click.option(
    "--y", "y_range", metavar="LO:HI", default="",
    help="That of the second variable of a map; as long as that of --x, which is then"
    " widened until right angles look right.",
)  # fmt: skip
@options.output(*HAS)
def command(
    expr: str, h: str, scheme: str, vary: str, x_range: str, y_range: str, **shared: Any
) -> Answer:
    """Curve, tangent and secant, live: change any number key by key.

    The arrow keys choose a number (the point, h, any constant) and change it; Tab shows
    the graph with values and adjoints, ? all keys, q leaves. Without a terminal, or
    with -f or -o, one screen is printed.
    """
    request = Request(expr, **shared)
    parsed, form = request.parsed(), request.form(HAS)
    notes = request.reading_notes(parsed)
    problem = _problem(request, parsed, h or "1", scheme, vary)
    state = start(problem, vary, _ranges(problem, vary, x_range, y_range))
    asked = request.form_name or request.output != "-"
    if asked or not keyboard.is_possible():
        return request.answer(form, [document(state)], notes)
    return Answer([call(_explored(state, request))])


def _ranges(
    problem: Problem, vary: str, x_range: str, y_range: str
) -> list[tuple[float, float]]:
    """Return the ranges that were asked for, of a map both.

    Raises UsageError.
    """
    is_map = len(problem.variables) == 2 and not vary
    if not is_map:
        refuse("a curve shows the values that it has", "y_range")
    if is_map and bool(x_range) != bool(y_range):
        raise UsageError("a map has two ranges", hint="--x -3:3 --y -2:2")
    texts = (("--x", x_range), ("--y", y_range))
    return [points.interval(text, option) for option, text in texts if text]


def _problem(
    request: Request, parsed: Parsed, h: str, scheme: str, vary: str
) -> Problem:
    """Return the function at the point.

    Raises UsageError for no variable of that name and for several points, PointError,
    DomainError.
    """
    names = request.variables_for(parsed, "")
    if vary and vary not in names:
        raise respelling.unknown("--vary", vary, vary, names)
    rows = list(request.rows(parsed.variables, "table").rows)
    if len(rows) != 1:
        raise UsageError("one point at a time is explored", hint="give --at once")
    settings = request.settings(h, scheme, False)
    return poser(parsed, names, settings)(rows[0])


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
