"""Questions to sympy, which answers within two seconds of work or not at all.

Nobody can tell how long sympy takes, and nothing stops it from inside: so it works in
a process of its own, which is ended when it is late. It may also break there. Seconds
are the processor's, so that a busy machine gives the same answers.
"""

import atexit
import json
import select
import signal
import subprocess
import sys
from contextlib import suppress
from functools import cache
from typing import IO, Any

from diffcli.language.expression import Expression, flat, made_of

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
        _write([function, *args], self.process.stdin)
        known, answer = self._received(_BUSY)
        if not known:
            raise NoAnswer(answer)
        return answer

    def _received(self, seconds: float) -> Any:
        assert self.process.stdout is not None
        if not select.select([self.process.stdout], [], [], seconds)[0]:
            raise TimeoutError
        return _read(self.process.stdout)

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


# ---- what the two say to each other: a line of JSON each, which runs nothing -------

_NODES = ""  # the key of an expression's nodes; no variable is called so


def _write(said: object, stream: IO[bytes]) -> None:
    stream.write(f"{json.dumps(said, default=_plain)}\n".encode())
    stream.flush()


def _plain(said: object) -> dict[str, object]:
    if not isinstance(said, Expression):
        raise TypeError(f"{type(said).__name__} is not plain data")
    return {_NODES: flat([said])}


def _read(stream: IO[bytes]) -> Any:
    """Return what was said. Raises EOFError if nobody speaks any more."""
    line = stream.readline()
    if not line.endswith(b"\n"):
        raise EOFError
    return json.loads(line, object_hook=_heard)


def _heard(said: dict[str, Any]) -> object:
    return made_of(said[_NODES]) if _NODES in said else said


def serve() -> None:
    """Answer questions from stdin on stdout, until there are no more."""
    from diffcli.engine import exact

    reply: tuple[bool, object] = (True, "ready")
    while True:
        _write(reply, sys.stdout.buffer)
        try:
            function, *args = _read(sys.stdin.buffer)
        except EOFError:
            return
        # Not even a power in C, which listens to nobody, outlives this.
        signal.setitimer(signal.ITIMER_PROF, PATIENCE)
        try:
            reply = True, getattr(exact, function)(*args)
        except Exception as error:  # whatever sympy stumbles over is no answer
            reply = False, str(error)
        signal.setitimer(signal.ITIMER_PROF, 0)
