"""explore in a terminal: key by key, and how the terminal is left."""

import fcntl
import os
import re
import signal
import struct
import termios
from pathlib import Path

import pytest

from tests.conftest import patience
from tests.screens import Screens

CURVE = ("sin(x)*exp(-x/3)", "--at", "2")
LECTURE = ("(2*x1+3*x2)**2+3", "--at", "1,3")
UP, DOWN, RIGHT, LEFT = ("\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D")


def explore(*words: str, columns: int = 80, lines: int = 24) -> Screens:
    return Screens("explore", *words, columns=columns, lines=lines)


def is_restored(terminal: Screens) -> bool:
    """Tell whether lines are read again, on the screen that was there before."""
    flags = termios.tcgetattr(terminal.end)[3]
    both = termios.ICANON | termios.ECHO
    left = terminal.seen.rpartition("\x1b[?1049l")[2]
    return (
        flags & both == both and "\x1b[?25h" in terminal.seen and "\x1b[H" not in left
    )


def ended(terminal: Screens) -> int:
    """Return how the process ended; its terminal stays open."""
    with patience():
        while terminal.process.poll() is None:
            terminal._read(0.05)
        while terminal._read(0.05):
            if "\x1b[?1049l" in terminal.seen:
                break
    return terminal.process.returncode


SESSIONS = {
    "curve": (CURVE, ["", DOWN, LEFT, LEFT * 10, DOWN + RIGHT, "s", UP * 2 + RIGHT]),
    "graph": (LECTURE, ["\t", " " * 7, " " * 3, RIGHT, "b", "\t", "?", "x"]),
    "map": (("x^2+3*y^2", "--at", "1,1"), ["", RIGHT * 5, "m", "z"]),
}


@pytest.mark.parametrize("name", SESSIONS)
def test_a_session(name: str) -> None:
    """The screens after some keys; DIFFCLI_WRITE=1 writes them anew."""
    words, steps = SESSIONS[name]
    terminal = explore(*words)
    terminal.screen()
    shown = []
    for keys in steps:
        screen = terminal.after(keys) if keys else terminal.screen()
        lines = "\n".join(line.rstrip() for line in screen.split("\n"))
        shown.append(f"> {keys!r}\n{lines}\n")
    terminal.press("q")
    assert terminal.finish() == 0
    path = Path(__file__).parent / "sessions" / f"explore-{name}.txt"
    if os.environ.get("DIFFCLI_WRITE"):
        path.write_text("".join(shown), encoding="utf-8")
    assert "".join(shown) == path.read_text(encoding="utf-8")


def test_leaving_says_what_shows_the_same() -> None:
    terminal = explore(*CURVE)
    terminal.screen()
    terminal.after(RIGHT)
    terminal.after(DOWN + LEFT)
    terminal.press("q")
    assert ended(terminal) == 0
    assert is_restored(terminal)
    last = terminal.seen.rpartition("\x1b[?1049l")[2].strip()
    assert last == (
        'diffcli explore "sin(x)*exp(-x/3)" --at x=2.1 --h 0.1 --scheme forward'
        " --x -1:5"
    )


def test_ctrl_c_leaves_the_terminal_as_it_was() -> None:
    terminal = explore(*CURVE)
    terminal.screen()
    terminal.press("\x03")
    assert ended(terminal) == 130
    assert is_restored(terminal)
    assert "Interrupted." in terminal.until("Interrupted.")


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGQUIT"])
def test_a_signal_leaves_the_terminal_as_it_was(name: str) -> None:
    terminal = explore(*CURVE)
    terminal.screen()
    terminal.seen = ""
    number = getattr(signal, name)
    terminal.process.send_signal(number)
    assert ended(terminal) == -number
    assert is_restored(terminal)


def test_a_pause_gives_the_terminal_back_and_takes_it_again() -> None:
    terminal = explore(*CURVE)
    terminal.screen()
    terminal.seen = ""
    terminal.process.send_signal(signal.SIGTSTP)
    terminal.until("\x1b[?1049l")
    with patience():
        os.waitid(os.P_PID, terminal.process.pid, os.WSTOPPED | os.WNOWAIT)
    assert is_restored(terminal)
    terminal.seen = ""
    terminal.process.send_signal(signal.SIGCONT)
    assert "secant" in terminal.screen()
    terminal.press("q")
    assert terminal.finish() == 0


def test_a_closed_window_ends_it() -> None:
    terminal = explore(*CURVE)
    terminal.screen()
    os.close(terminal.end)
    with patience():
        assert terminal.process.wait() in (0, -signal.SIGHUP, 74)


def test_a_crash_leaves_the_terminal_as_it_was(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = "from diffcli.analysis import explore_keys\nexplore_keys.press = None\n"
    (tmp_path / "sitecustomize.py").write_text(broken, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    terminal = explore(*CURVE)
    terminal.screen()
    terminal.press(RIGHT)
    assert ended(terminal) == 70
    assert is_restored(terminal)
    assert "internal error" in terminal.until("internal error")


def test_a_new_size_is_drawn_at_once() -> None:
    terminal = explore(*CURVE)
    terminal.screen()
    for columns, lines in ((40, 12), (120, 40)):
        terminal.seen = ""
        size = struct.pack("HHHH", lines, columns, 0, 0)
        fcntl.ioctl(terminal.end, termios.TIOCSWINSZ, size)
        terminal.process.send_signal(signal.SIGWINCH)
        shown = terminal.screen().split("\n")
        if len(shown) != lines:  # it was drawn twice at the size before
            terminal.seen = ""
            shown = terminal.screen().split("\n")
        assert len(shown) == lines
        assert max(map(len, shown)) <= columns
    terminal.press("q")
    assert terminal.finish() == 0


def test_where_no_screen_can_be_drawn_one_frame_is_printed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tests.test_terminal.environment", dumb)
    terminal = explore(*CURVE)
    assert terminal.finish() == 0
    assert "\x1b" not in terminal.seen
    assert "-0.3692731983" in terminal.seen


def dumb(**settings: str) -> dict[str, str]:
    from tests.test_process import environment

    return environment(**{**settings, "TERM": "dumb"})


def test_a_full_line_keeps_its_last_sign() -> None:
    """Behind one the cursor stands on its last sign: nothing is erased there."""
    terminal = explore(*CURVE)
    assert any(row.endswith(" tangent") for row in terminal.screen().split("\n"))
    terminal.press("q")
    assert ended(terminal) == 0
    assert not re.search(r"[^\nHh]\x1b\[[JK]", terminal.seen)
