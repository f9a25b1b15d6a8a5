"""A line on the terminal while a call computes and has nothing to show yet.

It is drawn by a timer, so that no computation has to count its steps; where steps are
counted, a bar takes its place. Without a terminal, and in a dialogue, there is none.
"""

import os
import sys
from collections.abc import Iterable, Iterator
from time import monotonic

FIRST = 2.0
"""Seconds of silence after which the line appears."""
_EVERY = 0.5  # seconds between two of its states

_on = False
_since: float | None = None  # when the silence began; None: there is none
_shown = False


def begin(first: float = FIRST, every: float = _EVERY) -> None:
    """Draw the line from now on, where there is somebody to see it."""
    global _on
    if not sys.stderr.isatty() or os.environ.get("TERM", "dumb") == "dumb":
        return
    import signal  # a tenth of our start-up, and only a terminal needs it

    if not hasattr(signal, "setitimer"):
        return
    try:
        signal.signal(signal.SIGALRM, lambda *_: _draw(first))
    except ValueError:  # not in the main thread
        return
    signal.setitimer(signal.ITIMER_REAL, first, every)
    _on = True
    resume()


def end() -> None:
    """Draw it no more: the call is over, or it waits for somebody."""
    global _on
    if _on:
        import signal

        signal.setitimer(signal.ITIMER_REAL, 0)
        pause()
        _on = False


def pause() -> None:
    """Draw it no more until ``resume``: something else is written."""
    global _since
    _since = None
    hide()


def resume() -> None:
    """Draw it after so many seconds from now."""
    global _since
    if _on:
        _since = monotonic()


def hide() -> None:
    """Take the line away."""
    global _shown
    if _shown:
        _shown = False
        os.write(sys.stderr.fileno(), b"\r\x1b[K")


def during(lines: Iterable[str]) -> Iterable[str]:
    """Return lines; while one is made, the line may be there, and never beside it."""
    return _during(lines) if _on else lines


def _during(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        pause()
        yield line
        resume()
    pause()


def _draw(first: float) -> None:
    global _shown
    if _since is not None and monotonic() - _since >= first:
        _shown = True
        text = f"\rworking, {monotonic() - _since:.0f} s"
        os.write(sys.stderr.fileno(), text.encode())
