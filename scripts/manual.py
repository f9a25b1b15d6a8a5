"""Write the manual: one page for each command, and diffcli(1) about all of them.

diffcli(3) is the reference of the library (``reference.py``).

The pages are made from what ``--help`` shows, so that nothing is said twice. Their date
is SOURCE_DATE_EPOCH, or none: the same source gives the same bytes, in a checkout and
in an archive.
"""

import os
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import click

import diffcli
from diffcli.cli import main as cli
from diffcli.cli.help import ENVIRONMENT, STATUS, STREAMS, listed, notations


def pages() -> dict[str, str]:
    """Return the text of every page by its file's name."""
    group = cli.group
    top = click.Context(group, info_name="diffcli", **group.context_settings)
    names = group.list_commands(top)
    found = {"diffcli.1": _page(top, [f"diffcli-{name}" for name in names])}
    for name in names:
        command = group.get_command(top, name)
        assert command is not None
        context = click.Context(command, info_name=name, parent=top)
        found[f"diffcli-{name}.1"] = _page(context, ["diffcli"])
    return found


def _page(ctx: click.Context, related: list[str]) -> str:
    return "\n".join(_lines(ctx, related)) + "\n"


def _lines(ctx: click.Context, related: list[str]) -> Iterator[str]:
    """Yield a page line by line, in the order in which manuals are read."""
    command = ctx.command
    name = ctx.command_path.replace(" ", "-")
    about = command.get_short_help_str(limit=1000)
    yield from heading(name.upper(), 1)
    yield from (".SH NAME", rf"{roff(name)} \- {roff(about.rstrip('.'))}")
    yield from (".SH SYNOPSIS", f".B {roff(ctx.command_path)}")
    yield _italic(" ".join(command.collect_usage_pieces(ctx)))
    yield from (".SH DESCRIPTION", roff(about))
    if not isinstance(command, cli.Lazy):
        for paragraph in (command.help or "").split("\n\n")[1:]:
            yield from (".PP", roff(paragraph))
    if isinstance(command, cli.Lazy):
        for section, rows in command.sections(ctx).items():
            yield f".SS {roff(section)}"
            for word, what in rows:
                yield from _entry(f"diffcli {word}", what)
    yield from _parameters("ARGUMENTS", ctx, click.Argument)
    yield from _parameters("OPTIONS", ctx, click.Option)
    for option in listed(command, ctx):
        yield f".SS {roff(option.title)}"
        for word, what in option.rows():
            yield from _entry(word, what)
    yield from _tables(command)
    yield from (".SH EXAMPLES", ".nf", *_examples(command), ".fi")
    pages = [f".BR {roff(page)} (1)" for page in related]
    yield from (".SH SEE ALSO", " ,\n".join(pages))


def heading(name: str, section: int) -> Iterator[str]:
    """Yield how a page begins; names are not hyphenated, lines not stretched."""
    version = f"diffcli {diffcli.__version__}"
    yield f'.TH {roff(name)} {section} "{_date()}" "{version}"'
    yield from (".nh", ".ad l")


def _tables(command: click.Command) -> Iterator[str]:
    """Yield what holds for every command; the page about all has the notations too."""
    tables = [("EXIT STATUS", STATUS), ("ENVIRONMENT", ENVIRONMENT)]
    if isinstance(command, cli.Lazy):
        tables[:0] = (("NOTATIONS", tuple(notations())), ("INPUT AND OUTPUT", STREAMS))
    for title, rows in tables:
        yield f".SH {title}"
        for word, what in rows:
            yield from _entry(word, what)


def _examples(command: click.Command) -> Iterator[str]:
    """Yield the calls in the help, and what is said of them behind the last."""
    shown = f"{command.help}\n{command.epilog}"
    calls = re.findall(r"^ +(diffcli .+)$", shown, re.MULTILINE)
    yield from map(roff, calls)
    behind = (command.epilog or "").partition(calls[-1])[2] if calls else ""
    yield from map(roff, filter(str.strip, behind.replace("\b", "").split("\n")))


def _parameters(
    title: str, ctx: click.Context, kind: type[click.Parameter]
) -> Iterator[str]:
    """Yield a section about the arguments or the options of a command."""
    records = [
        parameter.get_help_record(ctx)
        for parameter in ctx.command.get_params(ctx)
        if isinstance(parameter, kind)
    ]
    if any(records):
        yield f".SH {title}"
    for record in filter(None, records):
        yield from _entry(*record)


def _entry(term: str, meaning: str) -> Iterator[str]:
    """Yield a term and, indented below it, what it means."""
    yield from (".TP", _italic(term), roff(meaning))


def _italic(term: str) -> str:
    """Return a term with what is typed in bold and what is filled in in italics."""
    words = re.split(r"([ ,]+)", term)
    return "".join(
        rf"\f{'B' if re.match('[-a-z_0-9]', word) else 'I'}{roff(word)}\fR"
        if word.strip(" ,")
        else word
        for word in words
    )


def roff(text: str, *, filled: bool = True) -> str:
    """Return a text so that it is printed as it stands, on one line.

    If it is not filled, the blanks between its words stay: they make columns.
    """
    text = " ".join(text.split()) if filled else text.strip()
    text = text.replace("\\", r"\e").replace("-", r"\-").replace("'", r"\(aq")
    text = "".join(c if c.isascii() else rf"\[u{ord(c):04X}]" for c in text)
    return rf"\&{text}" if text.startswith(".") else text


def _date() -> str:
    """Return the day of the source; empty if nobody knows it."""
    seconds = os.environ.get("SOURCE_DATE_EPOCH")
    if not seconds:
        return ""
    return datetime.fromtimestamp(int(seconds), UTC).date().isoformat()


def main() -> None:
    """Write the pages into a folder: man1/ of the commands, man3/ of the library."""
    import reference

    folder = Path(sys.argv[1]) if sys.argv[1:] else ROOT / "build" / "man"
    written = {f"man1/{name}": text for name, text in pages().items()}
    written["man3/diffcli.3"] = reference.page()
    for name, text in written.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
