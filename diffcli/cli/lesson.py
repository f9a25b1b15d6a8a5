"""A lesson: headings, words and commands in Markdown, run as a walk through stations.

    ## A heading begins a station
    Words, and a block with commands:

    ```
    diffcli grad "x^2" --at 3
    diffcli grad "log(x)" --at -1    # exit 4
    ```

A line of a block that begins with ``diffcli`` is a command. It is split as a shell
splits it, and run in this process, never by a shell. Where it has a prompt in front,
``$ diffcli``, the lines below it are an older output, and give way to the new one. A
command is broken if it has nothing but an error to show; where that is the lesson, its
line says so: ``# exit 4``.
"""

import re
import shlex
from collections.abc import Iterable, Iterator
from importlib import import_module

import click

from diffcli import plugins
from diffcli.cli import commands, files
from diffcli.cli.command import Answer
from diffcli.cli.help import Information
from diffcli.cli.main import in_our_words
from diffcli.errors import CheckFailed, DiffcliError, RowsFailed, UsageError
from diffcli.output.document import Block, Document, Lines, Prose, Run, Screen
from diffcli.records import Record

_FENCE = re.compile(r"\s*(```+|~~~+)")
_HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*#*$")
_EXPECTED = re.compile(r"#\s*exit\s+(\d+)\s*$")
_ITEM = re.compile(r"\s*([-*+]|\d+\.)\s")
_SHELL = ("|", "||", "&", "&&", ";", "<", ">", ">>")
_SCREEN = ("--ascii", "--color", "--notation")
_NOTHING_SHOWN = (2, 3, 4, 70, 74)  # exit codes of calls that show an error alone
_STATION = "station"  # the style of a heading that begins one
_BLANK = Lines(((),))


class LessonCall(Record):
    """A call in a lesson."""

    #: As one types it.
    text: str
    #: The file and line where it stands.
    place: str
    #: The exit code that the lesson expects; None: any that has something to show.
    code: int | None = None


Part = Prose | Lines | LessonCall


class Station(Record):
    """One stop: what stands under a heading."""

    title: str
    #: Words, lines of code and commands, in their order.
    parts: tuple[Part, ...]

    @property
    def calls(self) -> list[LessonCall]:
        """The commands."""
        return [part for part in self.parts if isinstance(part, LessonCall)]


class Outcome(Record):
    """What a command shows, and how it ended."""

    blocks: list[Block]
    code: int

    def holds(self, command: LessonCall) -> bool:
        """Tell whether the command ends as the lesson wants it to."""
        if command.code is not None:
            return self.code == command.code
        return self.code not in _NOTHING_SHOWN


# ---- reading ----------------------------------------------------------------------


def read(lines: Iterable[str], name: str) -> tuple[Station, ...]:
    """Return the stations of a lesson; a heading with nothing under it is none.

    Raises UsageError where a block is never closed, or there is no station.
    """
    stations = [Station("", ())]
    for piece in _pieces(lines, name):
        if isinstance(piece, Prose) and piece.style == _STATION:
            stations.append(Station(piece.text, ()))
        else:
            title, parts = stations.pop()
            stations.append(Station(title, (*parts, piece)))
    found = tuple(station for station in stations if station.parts)
    if not found:
        raise UsageError(f"'{name}' is no lesson: there is nothing in it to show")
    return found


def _pieces(lines: Iterable[str], name: str) -> Iterator[Part]:
    """Yield headings, paragraphs, and what stands in blocks."""
    numbered = enumerate(lines, 1)
    words: list[str] = []
    for number, line in numbered:
        heading, fence = _HEADING.match(line.rstrip()), _FENCE.match(line)
        begins = heading or fence or _ITEM.match(line) or not line.strip()
        if begins and words:
            yield Prose(" ".join(words))
            words = []
        if fence:
            yield from _block(numbered, fence[1], name, number)
        elif heading:
            yield Prose(heading[2], _STATION if len(heading[1]) <= 2 else "title")
        elif line.strip():
            words.append(line.strip())
    if words:
        yield Prose(" ".join(words))


def _block(
    numbered: Iterator[tuple[int, str]], fence: str, name: str, opened: int
) -> Iterator[Lines | LessonCall]:
    """Yield what stands in a block: commands, and other lines as they are.

    Below a command with a prompt stands what it has shown once: it is left out.
    """
    others: list[str] = []
    prompted = False
    for number, line in numbered:
        text = line.strip()
        call = text.removeprefix("$ ").strip()
        if text.startswith(fence) and not text.strip(fence[0]):
            if others:
                yield _listed(others)
            return
        if call == "diffcli" or call.startswith("diffcli "):
            if others:
                yield _listed(others)
                others = []
            expected = _EXPECTED.search(call)
            code = int(expected[1]) if expected else None
            call = _EXPECTED.sub("", call).rstrip()
            prompted = text.startswith("$ ")
            yield LessonCall(call, f"{name}:{number}", code)
        elif not prompted or text.startswith("$ "):
            prompted = False
            others.append(line.rstrip("\n"))
    raise UsageError(
        f"{name}:{opened}: this block is never closed", hint=f"end it with {fence}"
    )


def _listed(lines: list[str]) -> Lines:
    return Lines(tuple((Run(line),) for line in lines))


# ---- running ----------------------------------------------------------------------


def run(command: LessonCall, screen: Screen, *, trust: bool) -> Outcome:
    """Return what a command shows on a screen like this, and how it ends.

    Raises UsageError if it writes files or runs programs, and is not trusted to.
    """
    blocks: list[Block] = []
    try:
        for block in _answer(command, screen, trust=trust):
            blocks.append(block)  # one by one: they stay if the next one fails
    except _Distrusted as refused:
        raise UsageError(
            f"{command.place}: {refused} reaches beyond the screen",
            hint="--trust allows it, if you know who wrote the lesson",
        ) from None
    except (CheckFailed, RowsFailed) as error:  # the blocks have said it
        return Outcome(blocks, error.exit_code)
    except (DiffcliError, click.ClickException) as error:
        said = in_our_words(error)
        lines = tuple((Run(line, "doubtful"),) for line in said.lines(screen.width))
        return Outcome([*blocks, Lines(lines)], said.exit_code)
    return Outcome(blocks, 0)


class _Distrusted(Exception):
    """A command would do more than show something."""


def _answer(command: LessonCall, screen: Screen, *, trust: bool) -> Iterator[Block]:
    """Yield a command's blocks. Raises what it raises, after what it has shown."""
    _, *words = _split(command)
    name = words.pop(0) if words else ""
    if name not in plugins.names(commands) or name == "demo":
        raise UsageError(f"no command of a lesson: '{name}'")
    as_text = any(word.partition("=")[0] in _SCREEN for word in words)
    if screen.ascii:
        words.append("--ascii")
    called: click.Command = import_module(f"{commands.__name__}.{name}").command
    try:
        context = called.make_context(
            f"diffcli {name}", words, help_option_names=commands.HELP
        )  # click keeps what the first call says of help
        if not trust:
            _distrust(context)
        with context:
            answer = called.invoke(context)
    except Information as information:
        yield _listed(information.text.split("\n"))
        return
    yield from _blocks(answer, screen, as_text or bool(context.params.get("form_name")))
    error = answer.error or answer.ending()
    if error is not None:
        raise error


def _blocks(answer: Answer, screen: Screen, as_text: bool) -> Iterator[Block]:
    """Yield what an answer shows; what it wants in a file is written there."""
    if answer.output != "-":
        files.write(answer.lines, answer.output)
    elif answer.documents is None or as_text:
        yield _listed(list(answer.lines))
    else:
        for number, document in enumerate(answer.documents):
            if number:
                yield _BLANK
            yield from document.blocks(screen.notation)
    for note in answer.notes:
        yield Prose(str(note))


def _split(command: LessonCall) -> list[str]:
    """Return a command's words.

    Raises UsageError for an open quote, and for what only a shell understands.
    """
    try:
        words = shlex.split(command.text)
    except ValueError as error:
        raise UsageError(f"{str(error).lower()} in: {command.text}") from None
    for word in words:
        if word in _SHELL:
            raise UsageError(
                f"'{word}' is for a shell, and a lesson runs without one",
                hint="if it belongs to the formula, put that in quotes",
            )
    return words


def _distrust(context: click.Context) -> None:
    """Refuse a call that writes a file or runs what it names."""
    for option in ("output", "program", "module"):
        if context.params.get(option, "-") not in ("", "-"):
            raise _Distrusted(f"--{option}")


# ---- showing ----------------------------------------------------------------------


def document(
    stations: tuple[Station, ...], number: int, screen: Screen, *, trust: bool
) -> Document:
    """Return the station of a number, from 1, as a document."""
    station = stations[number - 1]

    def blocks(_: object) -> Iterator[Block]:
        title = f"[{number}/{len(stations)}] {station.title}".rstrip()
        yield Prose(title, "title")
        for place, part in enumerate(station.parts):
            if place:
                yield _BLANK
            if isinstance(part, LessonCall):
                yield Lines(((Run("$ ", "muted"), Run(part.text, "name")),))
                yield _BLANK
                yield from run(part, screen, trust=trust).blocks
            else:
                yield part

    return Document(blocks=blocks, record=lambda: {})


def judgement(
    stations: tuple[Station, ...], screen: Screen, *, trust: bool
) -> tuple[Document, bool]:
    """Return a line for each command of a lesson, and whether all of them hold."""
    lines: list[tuple[Run, ...]] = []
    broken = 0
    for command in (call for station in stations for call in station.calls):
        outcome = run(command, screen, trust=trust)
        holds = outcome.holds(command)
        broken += not holds
        verdict = Run("ok  ") if holds else Run("FAIL", "doubtful")
        lines.append((Run(f"{command.place}: "), verdict, Run(f"  {command.text}")))
        if not holds:
            wanted = "" if command.code is None else f", and not {command.code}"
            lines.append((Run(f"  it ends with {outcome.code}{wanted}"),))
            said = [b for b in outcome.blocks[-1:] if isinstance(b, Lines)]
            lines += [(Run("  "), *line) for block in said for line in block.lines]
    count = sum(len(station.calls) for station in stations)
    verdict_line = f"{count - broken} of {count} commands hold."
    shown = Document(
        blocks=lambda _: (Lines((*lines, (Run(verdict_line),))),), record=lambda: {}
    )
    return shown, not broken
