"""A terminal of one's own: keys one by one, a screen that is drawn over.

Whatever ends it, the terminal is as it was before: leaving, an error, Ctrl-C, a signal
that ends the process, or a window that is closed.
"""

import os
import re
import select
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from diffcli.cli import patience
from diffcli.records import Record

if sys.platform != "win32":
    import termios
    import tty

_ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l"  # the other screen, no cursor, no wrapping
_LEAVE = "\x1b[?7h\x1b[?25h\x1b[?1049l"
_NAMES = {
    "\x1b[A": "up", "\x1b[B": "down", "\x1b[C": "right", "\x1b[D": "left",
    "\x1bOA": "up", "\x1bOB": "down", "\x1bOC": "right", "\x1bOD": "left",
    "\t": "tab", "\r": "enter", "\n": "enter", "\x7f": "backspace", "\x08": "backspace",
    "\x1b": "escape", "\x04": "end",
}  # fmt: skip
_KEY = re.compile(r"\x1b[\[O][0-9;]*[~A-Za-z]|.", re.DOTALL)
_UNFINISHED = re.compile(r"\x1b([\[O][0-9;]*)?$")
_PATIENCE = 0.05  # seconds that the rest of a key may take
_ENDS = ("SIGTERM", "SIGHUP", "SIGQUIT")  # signals that end a process


class _Ended(BaseException):
    """A signal that ends the process has come."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


class Keyboard(Record):
    """The keys, and the screen that answers to them."""

    source: int
    target: int
    #: The end of a pipe from which something comes when the screen is to be drawn anew.
    wake: int

    def show(self, lines: Iterable[str]) -> None:
        """Draw a screen over the one before, all at once.

        A line is erased before it is written: behind a full one the cursor still
        stands on its last sign. A terminal that knows mode 2026 shows nothing between.
        """
        *above, last = list(lines) or [""]
        text = "".join(f"\x1b[K{line}\n" for line in above)
        _write(self.target, f"\x1b[?2026h\x1b[H{text}\x1b[J{last}\x1b[?2026l")

    def pressed(self) -> list[str]:
        """Return the keys that were pressed, once there are any; none: draw again.

        "end" stands for Ctrl-D, and for a terminal that has gone.
        """
        ready, _, _ = select.select([self.source, self.wake], [], [])
        if self.wake in ready:
            os.read(self.wake, 1024)
            return []
        text = self._read()
        while _UNFINISHED.search(text):
            if not select.select([self.source], [], [], _PATIENCE)[0]:
                break
            text += self._read()
        return [_NAMES.get(key, key) for key in _KEY.findall(text)] or ["end"]

    def _read(self) -> str:
        try:
            return os.read(self.source, 1024).decode("utf-8", "replace")
        except OSError:  # the window was closed
            return ""


def is_possible() -> bool:
    """Tell whether a screen can be drawn over here, and keys be read one by one."""
    there = sys.stdin.isatty() and sys.stdout.isatty()
    return (
        there and sys.platform != "win32" and os.environ.get("TERM", "dumb") != "dumb"
    )


@contextmanager
def awake() -> Iterator[int]:
    """Yield a descriptor that can be read as soon as a signal has come.

    One that comes just before we wait for a key would else wait for that key, too.
    """
    wake, waker = os.pipe()
    os.set_blocking(waker, False)
    before = signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
    try:
        yield wake
    finally:
        signal.set_wakeup_fd(before)
        os.close(wake)
        os.close(waker)


def wait(source: int) -> None:
    """Wait until there is something to read, or a signal's handler ends that."""
    with awake() as wake:
        select.select([source, wake], [], [])


@contextmanager
def taken() -> Iterator[Keyboard]:
    """Take the terminal, and give it back however this ends.

    A signal that ends the process does so after that.
    """
    patience.end()
    sys.stdout.flush()
    source, target = sys.stdin.fileno(), sys.stdout.fileno()
    settings = termios.tcgetattr(source)

    def enter() -> None:
        tty.setcbreak(source, termios.TCSANOW)  # what was typed ahead counts
        _write(target, _ENTER)

    def leave() -> None:
        _write(target, _LEAVE)
        with suppress(termios.error):
            termios.tcsetattr(source, termios.TCSANOW, settings)

    def draw_again(*_: Any) -> None:
        """Do nothing: what every signal writes to the pipe is enough."""

    def end(number: int, _: Any) -> None:
        raise _Ended(number)

    def pause(*_: Any) -> None:
        leave()
        os.kill(os.getpid(), signal.SIGSTOP)
        enter()

    handlers = {"SIGWINCH": draw_again, "SIGTSTP": pause, **dict.fromkeys(_ENDS, end)}
    ended = 0
    try:
        with awake() as wake, _handled(handlers):
            try:
                enter()
                yield Keyboard(source, target, wake)
            finally:
                leave()
    except _Ended as signalled:
        ended = signalled.number
    if ended:
        signal.signal(ended, signal.SIG_DFL)
        os.kill(os.getpid(), ended)


@contextmanager
def _handled(handlers: dict[str, Callable[..., None]]) -> Iterator[None]:
    """Handle signals, and leave them to who handled them before."""
    before = {
        number: signal.signal(number, handler)
        for name, handler in handlers.items()
        if (number := getattr(signal, name, None)) is not None
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _write(target: int, text: str) -> None:
    """Write a text whole; to a window that was closed nothing is written."""
    rest = text.encode("utf-8", "replace")
    with suppress(OSError):
        while rest:
            rest = rest[os.write(target, rest) :]
