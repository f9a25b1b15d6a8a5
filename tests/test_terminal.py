"""In a terminal: a pseudo one of a given size, with keys and with signals."""

import codecs
import fcntl
import os
import pty
import re
import select
import shlex
import struct
import subprocess
import sys
import termios
import threading
from contextlib import suppress
from itertools import takewhile
from pathlib import Path

import pytest

from tests.conftest import patience
from tests.test_process import COMMAND, environment

LECTURE = ("(2*x1+3*x2)**2+3", "--at", "1,3")


class Terminal:
    """A call of the command with a terminal of its own."""

    def __init__(self, *words: str, columns: int = 80, lines: int = 24) -> None:
        self.end, inner = pty.openpty()
        size = struct.pack("HHHH", lines, columns, 0, 0)
        fcntl.ioctl(inner, termios.TIOCSWINSZ, size)
        self.process = subprocess.Popen(
            [*COMMAND, *words],
            stdin=inner,
            stdout=inner,
            stderr=inner,
            env=environment(TERM="xterm-256color"),
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(inner)
        self.seen = ""
        self.decode = codecs.getincrementaldecoder("utf-8")().decode

    def until(self, text: str) -> str:
        """Return all that was shown, once it has ``text`` in it."""
        with patience():
            while text not in self.seen and self._read():
                pass
        assert text in self.seen, self.seen[-500:]
        return self.seen

    def _read(self, seconds: float = 1) -> bool:
        """Take what has come, or comes soon; False: nothing will come any more."""
        ready, _, _ = select.select([self.end], [], [], seconds)
        try:
            self.seen += self.decode(os.read(self.end, 65536)) if ready else ""
        except OSError:  # the other end has gone
            return False
        return True

    def waits_for_a_key(self) -> bool:
        """Tell whether a single key is read, as no line is; it waits until it knows."""
        with patience():
            while termios.tcgetattr(self.end)[3] & termios.ICANON:
                if not self._read(0.01):
                    return False
        return True

    def press_until_the_end(self, key: str) -> None:
        """Press a key again and again: keys typed ahead do not count."""
        with patience():
            while self.process.poll() is None:
                os.write(self.end, key.encode())
                self._read(0.05)

    def press(self, keys: str) -> None:
        """Press keys; forget what was shown before."""
        self.seen = ""
        os.write(self.end, keys.encode())

    def finish(self) -> int:
        """Return the exit code."""
        with patience():
            while self._read():
                pass
            os.close(self.end)
            return self.process.wait()


CALLS = [
    ("grad", *LECTURE),
    ("steps", *LECTURE),
    ("trace", *LECTURE),
    ("tree", *LECTURE),
    ("check", *LECTURE, "--claim", "22,66"),
    ("sweep", "sin(x)*exp(x)", "--at", "1"),
    ("plot", "sigmoid(x)"),
    ("descend", *LECTURE),
    ("depth", "sigmoid"),
    ("explore", "sin(x)", "--at", "1", "-f", "table"),
    ("functions", "sigmoid"),
]


@pytest.mark.parametrize("wide", [False, True])
@pytest.mark.parametrize("words", CALLS, ids=lambda words: words[0])
def test_every_command_fits_its_terminal(words: tuple[str, ...], wide: bool) -> None:
    columns = (80, 120)[CALLS.index(words) % 2] if wide else 40
    terminal = Terminal(*words, columns=columns)
    assert terminal.finish() == (1 if "--claim" in words else 0)
    shown = re.sub(r"\x1b\[[\d;]*m", "", terminal.seen)
    lines = shown.replace("\r\n", "\n").rstrip("\n").split("\n")
    assert max(map(len, lines)) <= columns
    assert not re.search(r"\d(…|\.\.\.)", shown)


def test_colors_in_a_terminal() -> None:
    terminal = Terminal("plot", "sigmoid(x)")
    terminal.finish()
    assert "\x1b[32m" in terminal.seen


def test_the_picture_fits_the_screen() -> None:
    for lines in (12, 24):
        terminal = Terminal("plot", "sigmoid(x)", lines=lines)
        terminal.finish()
        assert terminal.seen.count("\n") <= lines


def test_the_demo_goes_on_back_and_out() -> None:
    terminal = Terminal("demo")
    terminal.until("q: quit")
    assert "[1/12]" in terminal.seen
    terminal.press("\n")
    assert "[2/12]" in terminal.until("q: quit")
    terminal.press("b\n")
    assert "[1/12]" in terminal.until("q: quit")
    terminal.press("q\n")
    assert terminal.finish() == 0


def test_a_station_of_the_demo_fits_the_screen() -> None:
    terminal = Terminal("demo")
    for _ in range(12):
        terminal.until("q: quit")
        assert terminal.seen.lstrip("\r\n").count("\n") <= 24
        terminal.press("\n")
    assert terminal.finish() == 0


def test_interrupting_the_demo() -> None:
    terminal = Terminal("demo")
    terminal.until("q: quit")
    terminal.press("\x03")
    assert "Interrupted." in terminal.until("Interrupted.")
    assert terminal.finish() == 130


def test_the_passes_wait_for_keys() -> None:
    terminal = Terminal("trace", *LECTURE, "--pause", "--pass", "forward")
    terminal.until("f(x₁, x₂)")
    assert terminal.waits_for_a_key()
    assert "121" not in terminal.seen
    terminal.press_until_the_end(" ")
    assert terminal.finish() == 0
    assert "124" in terminal.seen


def test_the_keyboard_is_announced() -> None:
    terminal = Terminal("grad", "-", "--at", "1,3", "-f", "plain")
    terminal.until("Reading the formula from the keyboard; end with Ctrl-D.")
    terminal.press("(2*x1+3*x2)**2+3\n\x04")
    assert "44 66" in terminal.until("44 66")
    assert terminal.finish() == 0


def test_a_slow_program_shows_how_far_it_is() -> None:
    program = (
        "import json, sys, time\n"
        "for line in sys.stdin:\n"
        "    time.sleep(0.02)\n"
        "    print(json.dumps({'f': sum(json.loads(line)['x'])**2}), flush=True)\n"
    )
    command = shlex.join([sys.executable, "-c", program])
    terminal = Terminal("grad", "--program", command, "--at", "1,2,3,4", "-f", "plain")
    assert terminal.finish() == 0
    assert "partials" in terminal.seen
    assert terminal.seen.rstrip().split("\n")[-1].count(" ") == 3


def feed(pipe: Path) -> None:
    """Write points until nobody reads them."""
    with suppress(BrokenPipeError), open(pipe, "w", encoding="utf-8") as file:
        file.write("x\n")
        while True:
            file.write("1.5\n" * 1000)


def test_many_points_show_how_far_they_are(tmp_path: Path) -> None:
    endless = tmp_path / "points.csv"
    os.mkfifo(endless)
    terminal = Terminal(
        "grad", "x**2", "--points", str(endless), "-o", str(tmp_path / "out.csv")
    )
    threading.Thread(target=feed, args=(endless,)).start()
    assert "points" in terminal.until("points")
    terminal.press("\x03")
    assert "Interrupted." in terminal.until("Interrupted.")
    assert terminal.finish() == 130
    assert os.listdir(tmp_path) == ["points.csv"]


@pytest.mark.parametrize("columns", [40, 57])
def test_a_warning_is_broken_between_words(columns: int) -> None:
    words = ("grad", "abs(x)+x", "--at", "1e-6")
    terminal = Terminal(*words, columns=columns)
    assert terminal.finish() == 0
    lines = terminal.seen.replace("\r\n", "\n").split("\n")
    start = next(n for n, line in enumerate(lines) if line.startswith("Warning"))
    more = takewhile(lambda line: line.startswith("  "), lines[start + 1 :])
    warning = [lines[start], *more]
    assert max(map(len, warning)) <= columns
    said = " ".join(line.strip() for line in warning)
    assert "lies within h of the point; finite diff 1.2 is not a derivative" in said


def test_the_demo_clears_the_screen_between_stations() -> None:
    terminal = Terminal("demo")
    terminal.until("q: quit")
    terminal.press("\n")
    assert "\x1b[2J" in terminal.until("[2/")
    terminal.press("q\n")
    assert terminal.finish() == 0
