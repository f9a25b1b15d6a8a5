"""``diffcli demo``: the lecture, or a lesson of one's own, as a guided walk."""

import time
from collections.abc import Iterator, Sequence
from pkgutil import get_data
from typing import Any

import click

from diffcli.cli import completion, lesson, options, terminal
from diffcli.cli.command import Answer, Command, refuse
from diffcli.cli.lesson import Station
from diffcli.cli.request import Request
from diffcli.errors import CheckFailed, UsageError
from diffcli.output import formats
from diffcli.output.canvas import bar
from diffcli.output.document import Document, Documents, Screen

SECTION, PLACE = "Explore", 6
ALSO = {"lesson": "FILE", "lecture": ""}
HAS = ("blocks", "maths")
EPILOG = """\
\b
Examples:
  diffcli demo
  diffcli demo 3
  diffcli demo --check
"""
_LECTURE = "lecture.md"
_PROMPT = "Enter: next   b: back   q: quit"
_BAR = 16  # cells of the bar that shows how far the lecture is


@click.command(cls=Command, epilog=EPILOG)
@click.argument(
    "words",
    metavar="[FILE] [STATION]",
    nargs=-1,
    shell_complete=completion.file,
    help="A lesson in Markdown (default: the lecture), and the number of one station.",
)
@click.option("--list", "listed", is_flag=True, help="List the stations.")
@click.option(
    "--check", is_flag=True,
    help="Run every command of the lesson, and end with 1 if one is broken.",
)  # fmt: skip
@click.option(
    "--trust", is_flag=True,
    help="Let a lesson write files and run programs (-o, --program, --module).",
)  # fmt: skip
@click.option(
    "--auto",
    type=click.FloatRange(0, 3600),
    metavar="SECONDS",
    help="Go on by itself, after so many seconds.",
)
@options.output(*HAS)
def command(
    words: tuple[str, ...],
    listed: bool,
    check: bool,
    trust: bool,
    auto: float | None,
    **shared: Any,
) -> Answer:
    """The lecture as a guided walk, Enter by Enter.

    A FILE is a lesson of your own, in Markdown: a heading begins a station, and in a
    block of code a line that begins with diffcli is run and shown. No shell sees it.
    What stands below $ diffcli is an older output, and gives way to the new one. A line
    that shows nothing but an error says that it is meant: # exit 4.

    -o lecture.cast records what is shown (asciicast).
    """
    request = Request("", **shared)
    form, screen = request.form(HAS), request.screen()
    stations, number, name = _chosen(words)
    if listed or check or number is not None:
        refuse("there is nothing to go on to", "auto")
    if not name:
        refuse("the lecture writes nothing and runs no program", "trust")
    if number is not None:
        refuse(f"station {number} was asked for", "listed", "check")
    if check:
        refuse("all commands are run", "listed")
        judged, holds = lesson.judgement(stations, screen, trust=trust)
        answer = request.answer(form, [judged])
        return answer if holds else answer._replace(error=CheckFailed("broken"))
    if listed:
        refuse("no command is run", "trust")
        return Answer(_contents(stations), output=request.output)

    def station(number: int) -> Document:
        return lesson.document(stations, number, screen, trust=trust)

    everyone = [number] if number else range(1, len(stations) + 1)
    waits = auto is None and form == "table" and request.output == "-"
    if number is None and waits and terminal.somebody_is_there():
        return Answer(_walk(stations, screen, name, trust=trust))
    shown = map(station, everyone)
    return request.answer(form, _paced(shown, auto or 0.0), one_by_one=True)


def _chosen(words: Sequence[str]) -> tuple[tuple[Station, ...], int | None, str]:
    """Return the stations, the number of the one asked for, and the lesson's file.

    Raises UsageError for a station that there is not.
    """
    files = [word for word in words if not word.isdecimal()]
    numbers = [int(word) for word in words if word.isdecimal()]
    if len(files) > 1 or len(numbers) > 1:
        raise UsageError("one lesson, and one station of it, at a time")
    if files:
        lines, name = terminal.opened(files[0])
        stations = lesson.read(lines, name)
    else:
        text = get_data("diffcli.cli", _LECTURE)  # it reads in an archive too
        assert text is not None
        stations = lesson.read(text.decode().split("\n"), _LECTURE)
    number = numbers[0] if numbers else None
    if number is not None and not 1 <= number <= len(stations):
        raise UsageError(
            f"there is no station {number}: they go from 1 to {len(stations)}"
        )
    return stations, number, files[0] if files else ""


def _contents(stations: Sequence[Station]) -> Iterator[str]:
    for number, station in enumerate(stations, 1):
        yield f"{number:3}  {station.title}"


def _walk(
    stations: tuple[Station, ...], screen: Screen, name: str, *, trust: bool
) -> Iterator[str]:
    """Yield station after station, as the user asks for them."""
    number, last = 1, len(stations)
    while 1 <= number <= last:
        terminal.clear()
        document = lesson.document(stations, number, screen, trust=trust)
        yield from formats.load("table").lines(Documents([document]), screen)
        answer = terminal.ask(_prompt(number, last, name, screen))
        if answer.startswith("q"):
            return
        if answer.isdecimal() and 1 <= int(answer) <= last:
            number = int(answer)
        else:
            number += -1 if answer.startswith("b") and number > 1 else 1


def _prompt(number: int, last: int, name: str, screen: Screen) -> str:
    """Return the last line of a station: the keys, and how far the lecture is."""
    full = bar(1.0, _BAR, ascii=screen.ascii)
    done = bar(number / last, _BAR, ascii=screen.ascii).ljust(len(full), "-")
    again = " ".join(filter(None, ("diffcli demo", name, str(number))))
    line = f"{_PROMPT}   {done} "
    if len(line) + len(again) + 4 < screen.width:
        line += f"or: {again}".rjust(min(screen.width, 80) - 1 - len(line))
    return line


def _paced(documents: Iterator[Document], pause: float) -> Iterator[Document]:
    """Yield documents with a pause between two."""
    for place, document in enumerate(documents):
        if place:
            time.sleep(pause)
        yield document
