"""Questions to sympy, which answers within two seconds of work or not at all.

Nobody can tell how long sympy takes, and nothing stops it from inside: so it works in
a process of its own, which is ended when it is late. It may also break there. Seconds
are the processor's, so that a busy machine gives the same answers.
"""

import atexit
import pickle
import select
import signal
import subprocess
import sys
from contextlib import suppress
from functools import cache
from typing import Any

PATIENCE = 2.0
"""Seconds of work that an answer may take."""
_BUSY = 15.0  # seconds that it may take where others work too
_LOADING = 60.0  # seconds that loading sympy may take
_COMMAND = "import sys; sys.path[:] = {path!r}; from {here} import serve; serve()"


class NoAnswer(ArithmeticError):
    """Sympy took too long, or broke."""


def ask(function: str, *args: Any) -> Any:
    """Return what a function of ``engine.exact`` returns.

    Raises NoAnswer after two seconds; better ask no more about the same formula then.
    """
    try:
        return _sympy().answer(function, *args)
    except (OSError, EOFError):
        _sympy().end()
        _sympy.cache_clear()
        raise NoAnswer("sympy gives no answer") from None


class _Sympy:
    """The process, kept from one question to the next."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", _COMMAND.format(path=sys.path, here=__name__)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is for us
        )
        atexit.register(self.end)
        self._received(_LOADING)

    def answer(self, function: str, *args: Any) -> Any:
        """Return an answer. Raises NoAnswer, EOFError, and OSError if it is late."""
        assert self.process.stdin is not None
        pickle.dump((function, args), self.process.stdin)
        self.process.stdin.flush()
        known, answer = self._received(_BUSY)
        if not known:
            raise NoAnswer(answer)
        return answer

    def _received(self, seconds: float) -> Any:
        assert self.process.stdout is not None
        if not select.select([self.process.stdout], [], [], seconds)[0]:
            raise TimeoutError
        return pickle.load(self.process.stdout)

    def end(self) -> None:
        """End the process."""
        atexit.unregister(self.end)
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            with suppress(OSError):
                stream.close()  # type: ignore[union-attr]


@cache
def _sympy() -> _Sympy:
    return _Sympy()


def serve() -> None:
    """Answer questions from stdin on stdout, until there are no more."""
    from diffcli.engine import exact

    reply: tuple[bool, object] = (True, "ready")
    while True:
        pickle.dump(reply, sys.stdout.buffer)
        sys.stdout.flush()
        try:
            function, args = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        # Not even a power in C, which listens to nobody, outlives this.
        signal.setitimer(signal.ITIMER_PROF, PATIENCE)
        try:
            reply = True, getattr(exact, function)(*args)
        except Exception as error:  # whatever sympy stumbles over is no answer
            reply = False, str(error)
        signal.setitimer(signal.ITIMER_PROF, 0)
