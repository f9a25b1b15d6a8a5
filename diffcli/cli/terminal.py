"""The terminal and the streams: what is read, how wide it is, what is pressed."""

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
from stat import S_ISREG
from time import monotonic
from typing import Any, Self, TextIO, cast

import click

from diffcli.cli import files, patience
from diffcli.errors import UsageError, visible
from diffcli.tables import COMPRESSED

_NARROWEST = 20  # columns below which words do not fit anyway
_LARGEST = 1000  # columns or lines: what is drawn for more, nobody looks at
_DIGITS = 20  # of a size that is meant
_NO_TEXT = "it is not a text in UTF-8"
_SHEETS = (".xlsx", ".xls", ".ods", ".numbers")
_NO_GZIP = "it is no whole file of gzip"
_STDIN = "stdin"  # what errors call it


def say(text: str, end: str = "\n") -> None:
    """Write a line to stderr; one that takes nothing changes nothing."""
    patience.hide()
    try:
        sys.stderr.write(f"{visible(text)}{end}")
        sys.stderr.flush()
    except OSError:
        files.forsake(sys.stderr)


def note(text: str) -> None:
    """Write a sentence to stderr; on a terminal, a long one is broken between words."""
    width = size("COLUMNS", 0, True) if sys.stderr.isatty() else 0
    if len(text) <= width or width < _NARROWEST:
        say(text)
        return
    from textwrap import wrap

    for line in wrap(
        visible(text), width, subsequent_indent="  ", break_long_words=False,
        break_on_hyphens=False,
    ):  # fmt: skip
        say(line)


def opened(path: str, output: str = "-") -> tuple[Iterator[str], str]:
    """Return the lines of a file, or of standard input for -, and a name for errors.

    How far they have been read is shown, if that takes long and does not disturb the
    output. The lines raise UsageError where they cannot be read.
    """
    if path != "-":
        lines, name = _lines(path), path
    else:
        if sys.stdin.isatty():
            patience.end()
            say("Reading from the keyboard; end with Ctrl-D.")
        lines, name = _stdin(newline=""), _STDIN
    if sys.stderr.isatty() and (output != "-" or not sys.stdout.isatty()):
        lines = _counted(lines, path)
    return lines, name


def _counted(lines: Iterator[str], path: str) -> Iterator[str]:
    """Yield lines, with a bar that counts characters, as a file's size does."""
    known = os.path.isfile(path) and not path.endswith(COMPRESSED)
    size = os.path.getsize(path) if known else 0
    with Progress(size or None, "points") as progress:
        for line in lines:
            yield line
            progress(len(line))


def is_interactive(paths: Sequence[str]) -> bool:
    """Tell whether lines come from somebody who waits for the answer to each."""
    return "-" in paths and not S_ISREG(os.fstat(sys.stdin.fileno()).st_mode)


def _lines(path: str, newline: str | None = "") -> Iterator[str]:
    with _reading(path), _open(path, newline) as file:
        yield from file


def _open(path: str, newline: str | None) -> TextIO:
    """Open a file of text, which gzip may have compressed."""
    if not path.endswith(COMPRESSED):
        return open(path, encoding="utf-8", newline=newline)
    import gzip

    return cast("TextIO", gzip.open(path, "rt", encoding="utf-8", newline=newline))


def _stdin(newline: str | None = None) -> Iterator[str]:
    """Yield standard input as text in UTF-8, whatever the locale is."""
    if isinstance(sys.stdin, TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8", errors="strict", newline=newline)
    with _reading(_STDIN):
        yield from sys.stdin


@contextmanager
def _reading(name: str) -> Iterator[None]:
    try:
        yield
    # UnicodeDecodeError is a ValueError, what is no gzip an OSError without words.
    except (OSError, ValueError, EOFError) as error:
        broken = name.endswith(COMPRESSED) and not isinstance(error, ValueError)
        reason = getattr(error, "strerror", None) or (_NO_GZIP if broken else _NO_TEXT)
        hint = ""
        if reason == _NO_TEXT and name != _STDIN:
            sheet = name.lower().endswith(_SHEETS)
            hint = "save the sheet as CSV" if sheet else "save it in UTF-8"
        raise UsageError(f"cannot read '{name}': {reason}", hint=hint) from None


def read(expr: str) -> str:
    """Return the formula's text, from standard input for - and a file for @FILE.

    Raises UsageError if it cannot be read.
    """
    if expr == "-":
        if sys.stdin.isatty():
            patience.end()
            say("Reading the formula from the keyboard; end with Ctrl-D.")
        return "".join(_stdin())
    if expr.startswith("@"):
        return "".join(_lines(expr[1:], newline=None))
    return expr


def prompt(text: str) -> str | None:
    """Return the line that the user types after a prompt on stderr; None: Ctrl-D."""
    patience.end()
    sys.stdout.flush()
    say(text, end="")
    if sys.stdin.isatty() and sys.platform != "win32":
        from diffcli.cli.keyboard import wait

        wait(sys.stdin.fileno())
    line = sys.stdin.readline()
    if not line:
        say("")
    return line.strip() if line else None


def ask(text: str) -> str:
    """Return the word that the user types after a prompt; "q" at the end."""
    line = prompt(text)
    return "q" if line is None else line.lower()


def clear() -> None:
    """Empty the terminal, if it can be emptied."""
    if os.environ.get("TERM", "dumb") != "dumb":
        sys.stdout.flush()
        click.clear()


def line_by_line(lines: Iterable[str]) -> Iterator[str]:
    """Yield lines, each after a key has been pressed; an empty line needs none.

    Any key will do but q, which ends it. Without a terminal none is waited for.
    """
    if not somebody_is_there():
        yield from lines
        return
    patience.end()
    for line in lines:
        yield line
        try:
            if line and click.getchar() in ("q", "Q"):
                return
        except EOFError:  # Ctrl-D
            return


def somebody_is_there() -> bool:
    """Tell whether a person reads the output and can answer."""
    return sys.stdin.isatty() and sys.stdout.isatty()


class Progress:
    """A bar on stderr: on a terminal only, and only for what takes over a second."""

    def __init__(self, total: int | None, what: str) -> None:
        self.total, self.what, self.done = total, what, 0
        self.next = monotonic() + 1
        self.bar: Any = None

    def __call__(self, more: int = 1) -> None:
        """Count one more, or several; drawing is dear, and done ten times a second."""
        self.done += more
        now = monotonic()
        if now < self.next or not sys.stderr.isatty():
            return
        self.next = now + 0.1
        if self.bar is None:
            patience.pause()
            from rich.console import Console
            from rich.progress import Progress as Bar

            self.bar = Bar(console=Console(stderr=True), transient=True)
            self.bar.add_task(self.what, total=self.total)
            self.bar.start()
            _bars.append(self)
        self.bar.update(0, completed=self.done)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Take the bar away."""
        if self.bar is not None:
            self.bar.stop()
            self.bar = None
            patience.resume()


_bars: list[Progress] = []


def close() -> None:
    """Take away what a call that failed has left on the screen."""
    patience.end()
    while _bars:
        _bars.pop().close()


# ---- the screen -------------------------------------------------------------------


def size(name: str, side: int, terminal: bool) -> int:
    """Return the columns or lines of the screen: as set, or as the terminal says."""
    setting = os.environ.get(name, "")
    setting = setting if len(setting) < _DIGITS else ""
    if setting.isdecimal() and int(setting) > 0:
        return min(int(setting), _LARGEST)
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
