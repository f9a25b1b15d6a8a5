"""``diffcli demo``: the lecture as a guided walk, Enter by Enter."""

import shlex
import time
from collections.abc import Iterator
from importlib import import_module
from textwrap import wrap
from typing import Any, NamedTuple

import click

from diffcli.cli import commands, options, terminal
from diffcli.cli.command import Answer, Command, refuse
from diffcli.cli.request import Request
from diffcli.output.document import Screen

SECTION, PLACE = "Explore", 5
FORMATS = ("table",)
EPILOG = """\
\b
Examples:
  diffcli demo
  diffcli demo 3
  diffcli demo --list
"""


class Station(NamedTuple):
    """One stop of the walk."""

    title: str
    #: The words after ``diffcli``, as one would type them.
    call: str
    #: What to see in it.
    lesson: str


_F = '"(2*x1+3*x2)**2+3"'
STATIONS = (
    Station(
        "A function, and how steep it is",
        f"plot {_F} --vary x1 --at 1,3 --x -12:4 --height 9",
        "We hold x2 = 3 fixed and move x1. The derivative says how fast f grows there."
        " At x1 = 1 the dashed line is at 44: a small step in x1 changes f by 44 times"
        " as much.",
    ),
    Station(
        "Finite differences: try it out",
        f"grad {_F} --at 1,3 --h 2e-2 --method finite",
        "Go h/2 back and h/2 ahead, and divide the difference of f by h. That needs"
        " nothing but the values of f: (124.4404 - 123.5604)/0.02 = 44. So it works for"
        " any program, but takes two evaluations for each variable.",
    ),
    Station(
        "How small should h be?",
        f"sweep {_F} --at 1,3 --height 7",
        "Right of the best h forward is too coarse, left of it digits cancel. A"
        " parabola spares symmetric the right side; sin(x)*exp(x) does not. Take about"
        " 1e-5.",
    ),
    Station(
        "Rules: constant, linearity, power, chain",
        f"steps {_F} --wrt x1 --at 1,3",
        "Every line is one rule. The chain rule brings the inner derivative, 2: leave"
        " it out and you get 22.",
    ),
    Station(
        "The function is a tree",
        f"tree {_F} --at 1,3",
        "Every node knows its inputs and its output. The number after the bar is what"
        " we want to find: how much f changes when this node changes.",
    ),
    Station(
        "Forward pass: from the leaves to the root",
        f"trace {_F} --at 1,3 --pass forward",
        "a = 2, b = 9, c = 11, e = 121, g = 124: each node computes its value from the"
        " nodes before it, and keeps it.",
    ),
    Station(
        "Backward pass: from the root to the leaves",
        f"trace {_F} --at 1,3 --pass backward",
        "Each node multiplies what comes from above with its own partial."
        " Along the path to x1 that makes 44; one pass finds every partial.",
    ),
    Station(
        "Is my gradient right?",
        f'check {_F} --at 1,3 --claim "x1=2*(2*x1+3*x2)"',
        "One makes mistakes; this finds them. A script reads the exit code: 0 if the"
        " claim is right, 1 if not.",
    ),
    Station(
        "The learning rate is a feedback loop",
        f"descend {_F} --at 1,3 --steps 5",
        "Too small, and it crawls; well chosen, and it settles at once; above 2 over"
        " the curvature each step overshoots by more than it came from.",
    ),
    Station(
        "Many layers: the gradient vanishes",
        "depth sigmoid --layers 8",
        "The gradient is a product of one partial per layer, and a sigmoid's is never"
        ' above 1/4. See diffcli plot "sigmoid(x)" and "relu(x)" for why relu helps.',
    ),
)
_PROMPT = "Enter: next   b: back   q: quit"


@click.command(cls=Command, epilog=EPILOG)
@click.argument(
    "station",
    type=click.IntRange(1, len(STATIONS)),
    required=False,
    help="Show this station only.",
)
@click.option("--list", "listed", is_flag=True, help="List the stations.")
@click.option(
    "--auto",
    type=click.FloatRange(0, 3600),
    metavar="SECONDS",
    help="Go on by itself, after so many seconds.",
)
@options.output(*FORMATS)
def command(
    station: int | None, listed: bool, auto: float | None, **shared: Any
) -> Answer:
    """The lecture as a guided walk, Enter by Enter."""
    request = Request("", **shared)
    request.form(FORMATS)
    screen = request.screen()
    if listed or station is not None:
        refuse("there is nothing to go on to", "auto")
    if station is not None:
        refuse(f"station {station} was asked for", "listed")
    if listed:
        lines = _contents()
    elif station is not None:
        lines = _shown(station, screen)
    elif auto is None and request.output == "-" and terminal.somebody_is_there():
        lines = _walk(screen)
    else:
        lines = _page(screen, auto or 0.0)
    return Answer(lines, output=request.output)


def _contents() -> Iterator[str]:
    for number, station in enumerate(STATIONS, 1):
        yield f"{number:3}  {station.title}"


def _walk(screen: Screen) -> Iterator[str]:
    """Yield station after station, as the user asks for them."""
    number = 1
    while 1 <= number <= len(STATIONS):
        terminal.clear()
        yield from _shown(number, screen)
        again = f"or: diffcli demo {number}"
        answer = terminal.ask(f"{_PROMPT}{again:>{max(79 - len(_PROMPT), 0)}}")
        if answer.startswith("q"):
            return
        number += -1 if answer.startswith("b") and number > 1 else 1


def _page(screen: Screen, pause: float) -> Iterator[str]:
    """Yield all stations, one after the other."""
    for number in range(1, len(STATIONS) + 1):
        if number > 1:
            yield ""
            time.sleep(pause)
        yield from _shown(number, screen)


def _shown(number: int, screen: Screen) -> Iterator[str]:
    """Yield a station: its title, the command to type, its output, its lesson."""
    station = STATIONS[number - 1]
    yield f"[{number}/{len(STATIONS)}] {station.title}"
    yield f"$ diffcli {station.call}"
    yield ""
    yield from _output(station, screen)
    yield ""
    yield from wrap(station.lesson, min(screen.width, 80))


def _output(station: Station, screen: Screen) -> Iterator[str]:
    """Yield what the command prints, on a screen like this."""
    name, *words = shlex.split(station.call)
    words += ["--color", "always" if screen.color else "never"]
    words += ["--ascii"] if screen.ascii else []
    command: click.Command = import_module(f"diffcli.cli.commands.{name}").command
    answer = command.main(
        words,
        prog_name="diffcli",
        standalone_mode=False,
        help_option_names=commands.HELP,  # click keeps what the first call says
    )
    yield from answer.lines
