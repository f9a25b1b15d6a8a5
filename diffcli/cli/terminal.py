"""The terminal and the streams: what is read, how wide it is, what is pressed."""

import os
import sys
from collections.abc import Iterable, Iterator
from io import TextIOWrapper
from stat import S_ISREG
from time import monotonic
from typing import Any

import click

from diffcli.errors import UsageError

_NO_TEXT = "it is not a text in UTF-8"


def opened(path: str) -> tuple[Iterator[str], str]:
    """Return the lines of a file, or of standard input for -, and a name for errors.

    The lines raise UsageError where they cannot be read.
    """
    if path != "-":
        return _lines(path), path
    if sys.stdin.isatty():
        click.echo("Reading from the keyboard; end with Ctrl-D.", err=True)
    return _decoded(_stdin(newline=""), "stdin"), "stdin"


def is_interactive(path: str) -> bool:
    """Tell whether lines come from somebody who waits for the answer to each."""
    return path == "-" and not S_ISREG(os.fstat(sys.stdin.fileno()).st_mode)


def _lines(path: str) -> Iterator[str]:
    try:
        with open(path, encoding="utf-8", newline="") as file:
            yield from _decoded(file, path)
    except OSError as error:
        raise UsageError(f"cannot read '{path}': {error.strerror}") from None


def _stdin(newline: str | None = None) -> Iterable[str]:
    """Return standard input as text in UTF-8, whatever the locale is."""
    if isinstance(sys.stdin, TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8", errors="strict", newline=newline)
    return sys.stdin


def _decoded(file: Iterable[str], name: str) -> Iterator[str]:
    try:
        yield from file
    except UnicodeDecodeError:
        raise UsageError(f"cannot read '{name}': {_NO_TEXT}") from None


def read(expr: str) -> str:
    """Return the formula's text, from standard input for - and a file for @FILE.

    Raises UsageError if it cannot be read.
    """
    if expr == "-":
        if sys.stdin.isatty():
            click.echo(
                "Reading the formula from the keyboard; end with Ctrl-D.", err=True
            )
        return "".join(_decoded(_stdin(), "stdin"))
    if expr.startswith("@"):
        try:
            with open(expr[1:], encoding="utf-8") as file:
                return file.read()
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or _NO_TEXT
            raise UsageError(f"cannot read '{expr[1:]}': {reason}") from None
    return expr


def ask(prompt: str) -> str:
    """Return the line that the user types after a prompt on stderr; "q" at the end."""
    click.echo(prompt, err=True, nl=False)
    line = sys.stdin.readline()
    if not line:
        click.echo(err=True)
    return line.strip().lower() if line else "q"


def line_by_line(lines: Iterable[str]) -> Iterator[str]:
    """Yield lines, each after a key has been pressed; an empty line needs none.

    Any key will do but q, which ends it.
    """
    for line in lines:
        yield line
        if line and click.getchar() in ("q", "Q", "\x04"):
            return


def somebody_is_there() -> bool:
    """Tell whether a person reads the output and can answer."""
    return sys.stdin.isatty() and sys.stdout.isatty()


class Progress:
    """A bar on stderr: on a terminal only, and only for what takes over a second."""

    def __init__(self, total: int, what: str) -> None:
        self.total, self.what, self.done = total, what, 0
        self.start = monotonic()
        self.bar: Any = None

    def __call__(self) -> None:
        """Count one more."""
        self.done += 1
        if self.bar is not None:
            self.bar.update(0, completed=self.done)
        elif monotonic() - self.start > 1 and sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import Progress as Bar

            self.bar = Bar(console=Console(stderr=True), transient=True)
            self.bar.add_task(self.what, total=self.total, completed=self.done)
            self.bar.start()

    def close(self) -> None:
        """Take the bar away."""
        if self.bar is not None:
            self.bar.stop()


# ---- the screen -------------------------------------------------------------------


def size(name: str, side: int, terminal: bool) -> int:
    """Return the columns or lines of the screen: as set, or as the terminal says."""
    setting = os.environ.get(name, "")
    if setting.isdecimal() and int(setting) > 0:
        return int(setting)
    if not terminal:
        return 0
    try:
        return os.get_terminal_size(sys.stdout.fileno())[side]
    except (OSError, ValueError):
        return 0


def color(when: str, terminal: bool) -> bool:
    """Tell whether to use colours: by option, environment, stream, in this order."""
    environment = os.environ.get
    if when != "auto":
        return when == "always"
    if environment("NO_COLOR"):
        return False
    for name in ("FORCE_COLOR", "CLICOLOR_FORCE"):
        if environment(name, "0") not in ("", "0"):
            return True
    off = environment("TERM") == "dumb" or environment("CLICOLOR") == "0"
    return terminal and not off and environment("FORCE_COLOR") != "0"
