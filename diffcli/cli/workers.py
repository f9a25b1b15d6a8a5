"""Processes that share work out, and give the answers back in the order of the work.

A worker has one piece at a time and takes the next when its answer is fetched, so that
neither side ever waits for the other to empty a pipe. No worker outlives the run: it
ends when it is told to, or when the process that started it is gone.
"""

import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from multiprocessing import get_all_start_methods, get_context, parent_process
from multiprocessing.connection import Connection, wait
from typing import Any, Generic, Self, TypeVar

Piece = TypeVar("Piece")
Answer = TypeVar("Answer")

# A copy of this process starts at once; a new one has to import everything again.
_START = "fork" if "fork" in get_all_start_methods() else "spawn"


class Workers(Generic[Piece, Answer]):
    """So many processes that do one kind of work."""

    def __init__(self, work: Callable[[Piece], Answer], jobs: int) -> None:
        context = get_context(_START)
        self._work = work
        self._ends: list[Connection] = []
        self._processes: list[Any] = []
        for _ in range(jobs):
            here, there = context.Pipe()
            process = context.Process(  # type: ignore[attr-defined]
                target=_serve, args=(there, work), daemon=True
            )
            process.start()
            there.close()
            self._ends.append(here)
            self._processes.append(process)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.join()

    def answers(self, pieces: Iterable[Piece]) -> Iterator[Answer]:
        """Yield the answer to each piece, in their order.

        What a worker that was killed had to do is done here. Raises what the work
        raises, and what ``pieces`` do, behind the answers before.
        """
        rest = _Rest(pieces)
        idle = deque(self._ends)
        busy: deque[tuple[Connection | None, Piece]] = deque()
        while True:
            while idle or not busy:
                piece = rest.next()
                if piece is None:
                    break
                busy.append((_sent(idle, piece), piece))
            if not busy:
                break
            end, piece = busy.popleft()
            answer, wrong = _received(end) or _answer(self._work, piece)
            if end is not None:
                idle.append(end)
            if wrong is not None:
                raise wrong
            yield answer
        if rest.failure is not None:
            raise rest.failure


class _Rest(Generic[Piece]):
    """What is left of some pieces, and the error that they end with."""

    def __init__(self, pieces: Iterable[Piece]) -> None:
        self._pieces = iter(pieces)
        self.failure: Exception | None = None

    def next(self) -> Piece | None:
        """Return the next piece; None: there is none."""
        if self.failure is None:
            try:
                return next(self._pieces, None)
            except Exception as error:
                self.failure = error
        return None


def _received(end: Connection | None) -> tuple[Any, Exception | None] | None:
    """Return what a worker answers; None: it is gone."""
    if end is None:
        return None
    try:
        found: tuple[Any, Exception | None] = end.recv()
    except (EOFError, OSError):
        return None
    return found


def _sent(idle: deque[Connection], piece: Any) -> Connection | None:
    """Return the worker that a piece was sent to; None: there is no such worker."""
    while idle:
        end = idle.popleft()
        with suppress(OSError):
            end.send(piece)
            return end
    return None


def _answer(work: Callable[[Any], Any], piece: Any) -> tuple[Any, Exception | None]:
    """Return an answer, or what was raised instead."""
    try:
        return work(piece), None
    except Exception as error:
        return None, error


def _serve(end: Connection, work: Callable[[Any], Any]) -> None:
    """Answer piece after piece, until nobody is left to ask."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started it says when it ends
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_DFL)
    parent = parent_process()
    assert parent is not None
    while end in wait([end, parent.sentinel]):
        try:
            piece = end.recv()
        except EOFError:
            return
        end.send(_answer(work, piece))
