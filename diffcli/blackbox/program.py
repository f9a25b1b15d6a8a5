"""A program as a black box: one line in, one line out, again and again."""

import json
import queue
import shlex
import subprocess
import threading
from collections import deque
from collections.abc import Sequence
from contextlib import suppress

from diffcli.blackbox.protocol import Answer, understood
from diffcli.errors import UsageError

_SHOWN = 60  # characters of a bad answer that an error shows


class ProgramBox:
    """A program: one JSON line {"x": [1, 3]} in, one {"f": 124, "grad": [...]} out."""

    def __init__(self, command: str, timeout: float = 10.0) -> None:
        """Start the program; it is kept for all points, and no shell sees the words.

        Raises UsageError if it cannot be started.
        """
        self.name = f"'{command}'"
        self.timeout = timeout
        try:
            self.words = shlex.split(command)
        except ValueError as error:
            raise UsageError(f"--program {self.name}: {error}") from None
        if not self.words:
            raise UsageError("--program names no program")
        #: One that has answered and then ends has no value at the point it was asked.
        self.has_answered = False
        self._start()

    def _start(self) -> None:
        try:
            self.process = subprocess.Popen(
                self.words,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                errors="replace",
                bufsize=1,
            )
        except OSError as error:
            raise UsageError(f"cannot start {self.name}: {error.strerror}") from None
        self.lines: queue.Queue[str] = queue.Queue()
        self.complaints: deque[str] = deque(maxlen=20)
        for listen in (self._listen, self._hear_complaints):
            threading.Thread(target=listen, daemon=True).start()

    def _listen(self) -> None:
        lines, stream = self.lines, self.process.stdout
        assert stream is not None
        with stream:
            for line in stream:
                lines.put(line)
        lines.put("")  # it will say nothing more

    def _hear_complaints(self) -> None:
        complaints, stream = self.complaints, self.process.stderr
        assert stream is not None
        with stream:
            complaints.extend(line for line in stream if line.strip())

    def ask(self, x: Sequence[float]) -> Answer:
        """Return the answer at a point.

        Raises UsageError if the program died at once, is too slow or talks rubbish,
        and ArithmeticError where it has no value.
        """
        line = self._said(json.dumps({"x": list(x)}))
        try:
            given = json.loads(line)
        except ValueError:
            given = None
        if not isinstance(given, dict) or "f" not in given:
            shown = line.strip()
            shown = shown[:_SHOWN] + "…" if len(shown) > _SHOWN else shown
            raise UsageError(
                f"{self.name} answered '{shown}'",
                hint='an answer is a line such as {"f": 124, "grad": [44, 66]}',
            )
        self.has_answered = True
        return understood(self.name, given, x)

    def _said(self, question: str) -> str:
        """Return the line that the program says to a question."""
        assert self.process.stdin is not None
        if self.lines.qsize() and self.lines.queue[0]:
            raise UsageError(f"{self.name} answered one point with two lines")
        try:
            self.process.stdin.write(f"{question}\n")
            self.process.stdin.flush()
            line = self.lines.get(timeout=self.timeout)
        except queue.Empty:
            raise UsageError(
                f"{self.name} gave no answer within {self.timeout:g} s",
                hint="a program has to flush its output; --timeout waits longer",
            ) from None
        except OSError:
            line = ""
        if line:
            return line
        how = self._death()
        if self.has_answered:
            self.close()
            self._start()
            raise ArithmeticError(f"{self.name} ended {how} there")
        last = self.complaints[-1].strip() if self.complaints else ""
        hint = f"its last words: {last}" if last else ""
        raise UsageError(f"{self.name} ended {how} before it answered", hint=hint)

    def _death(self) -> str:
        try:
            code = self.process.wait(1)
        except subprocess.TimeoutExpired:
            return "its output"
        return f"with exit code {code}" if code >= 0 else f"by signal {-code}"

    def close(self) -> None:
        """Close the program's input, and end it if it does not end by itself."""
        assert self.process.stdin is not None
        with suppress(OSError):  # it may be gone already
            self.process.stdin.close()
        try:
            self.process.wait(1)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
