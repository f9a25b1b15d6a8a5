"""A program as a black box: one line in, one line out, again and again."""

import atexit
import itertools
import json
import os
import queue
import shlex
import subprocess
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from signal import SIGKILL

from diffcli.blackbox.protocol import Reply, understood
from diffcli.errors import UsageError, visible

_SHOWN = 60  # characters of a bad answer that an error shows
_LONGEST = 1 << 24  # characters of an answer: partials for half a million variables
_COMPLAINT = 1000  # characters of a line on stderr that are kept
_ASKED = 'a point is a line such as {"x": [1, 3]}'
_ANSWERED = 'an answer is a line such as {"f": 124, "grad": [44, 66]}'


_MARK = "_DIFFCLI_PROGRAM"  # in the environment of what we start: by whom, and which
_count = itertools.count()
#: Process groups that run, each with its mark; none outlives us.
_groups: dict[int, str] = {}


def _end(group: int, mark: str) -> None:
    """End a group, and what has left it (setsid) but still has its environment.

    What has left both is not found; nor is it where the system has no /proc.
    """
    with suppress(OSError):  # there may be nobody left
        os.killpg(group, SIGKILL)
    for _ in range(100):  # while one looks, another may be started
        found = [*_marked(mark)]
        if not found:
            return
        for process in found:
            with suppress(OSError):
                os.kill(process, SIGKILL)


def _marked(mark: str) -> Iterator[int]:
    """Yield the processes whose environment has a mark."""
    wanted = f"{_MARK}={mark}\0".encode()
    for name in os.listdir("/proc") if os.path.isdir("/proc/self") else ():
        with suppress(OSError):  # it is no process, not ours, or gone
            if (
                name.isdecimal()
                and wanted in Path(f"/proc/{name}/environ").read_bytes()
            ):
                yield int(name)


@atexit.register
def _end_all() -> None:
    for group, mark in [*_groups.items()]:
        _end(group, mark)


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
            raise UsageError(f"{self.name}: {error}", parameter="command") from None
        if not self.words:
            raise UsageError("there is no program in it", parameter="command")
        #: One that has answered and then ends is started again.
        self.has_answered = False
        self.deaths: list[str] = []
        self._start()

    def _start(self) -> None:
        """Start the program as the first of a group, which ends as a whole."""
        # In a thread, where no signal interrupts: nobody starts without being noted.
        # Not joined: a join that a signal interrupts takes the thread for ended, and
        # Python's end, which waits for all others, would not wait for it.
        failures: list[OSError | ValueError] = []
        launched = threading.Event()
        threading.Thread(target=self._launch, args=(failures, launched)).start()
        launched.wait()
        for error in failures:
            reason = getattr(error, "strerror", None) or error
            raise UsageError(f"cannot start {self.name}: {reason}") from None
        self.questions: queue.Queue[str] = queue.Queue()
        # One line is an answer, a second one is one too many: there is no third.
        self.lines: queue.Queue[str] = queue.Queue(2)
        self.complaints: deque[str] = deque(maxlen=20)
        self.heard = threading.Event()  # all complaints
        for work in (self._speak, self._listen, self._hear_complaints):
            threading.Thread(target=work, daemon=True).start()

    def _launch(
        self, failures: list[OSError | ValueError], launched: threading.Event
    ) -> None:
        self.mark = f"{os.getpid()}-{next(_count)}"
        try:
            self.process = subprocess.Popen(
                self.words,
                env={**os.environ, _MARK: self.mark},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                errors="replace",
                bufsize=1,
                start_new_session=True,
            )
            _groups[self.process.pid] = self.mark
        except (OSError, ValueError) as error:  # ValueError: a NUL among the words
            failures.append(error)
        finally:
            launched.set()

    def _speak(self) -> None:
        """Pass questions on; who does not read them is timed all the same."""
        questions, stream = self.questions, self.process.stdin
        assert stream is not None
        with suppress(OSError), stream:  # it may be gone already
            while question := questions.get():
                stream.write(question)
                stream.flush()

    def _listen(self) -> None:
        lines, stream = self.lines, self.process.stdout
        assert stream is not None
        with stream:
            while line := stream.readline(_LONGEST):
                lines.put(line)
        lines.put("")  # it will say nothing more

    def _hear_complaints(self) -> None:
        complaints, stream, heard = self.complaints, self.process.stderr, self.heard
        assert stream is not None
        with stream:
            while line := stream.readline(_COMPLAINT):
                if line.strip():
                    complaints.append(line)
        heard.set()

    def ask(self, x: Sequence[float]) -> Reply:
        """Return the answer at a point.

        Raises UsageError if the program died at once, is too slow or talks rubbish,
        and ArithmeticError where it has no value.
        """
        question = json.dumps({"x": list(x)})
        # One that ends twice at a point has no value there.
        line = self._said(question) or self._said(question)
        if not line:
            raise ArithmeticError(self.deaths[-1])
        try:
            given = json.loads(line)
        except (ValueError, RecursionError):
            given = None
        if not isinstance(given, dict) or "f" not in given:
            excerpt = line[: _SHOWN + 1].strip()
            excerpt = excerpt[:_SHOWN] + "…" if len(excerpt) > _SHOWN else excerpt
            raise UsageError(f"{self.name} answered '{excerpt}'", hint=_ANSWERED)
        self.has_answered = True
        return understood(self.name, given, x)

    def _said(self, question: str) -> str:
        """Return the line that the program says to a question; empty: it ended."""
        if self.lines.qsize() and self.lines.queue[0]:
            message = f"{self.name} answered one point with two lines"
            raise UsageError(message, hint=_ANSWERED)
        self.questions.put(f"{question}\n")
        try:
            line = self.lines.get(timeout=self.timeout)
        except queue.Empty:
            raise UsageError(
                f"{self.name} gave no answer within {self.timeout:g} s",
                hint="timeout waits longer; a program has to flush its output",
                parameter="timeout",
            ) from None
        if len(line) == _LONGEST and not line.endswith("\n"):
            raise UsageError(
                f"{self.name} answered with a line of over {_LONGEST} characters"
            )
        if line:
            return line
        how = self._death()
        self.heard.wait(1)
        last = self.complaints[-1].strip() if self.complaints else ""
        if not self.has_answered:
            hint = f"its last words: {last}; {_ASKED}" if last else _ASKED
            raise UsageError(f"{self.name} ended {how} before it answered", hint=hint)
        where = json.loads(question)["x"]
        said = f": {visible(last)}" if last else ""
        self.deaths.append(f"{self.name} ended {how} at {where}{said}")
        self.close()
        self._start()
        return ""

    def _death(self) -> str:
        try:
            code = self.process.wait(1)
        except subprocess.TimeoutExpired:
            return "its output"
        return f"with exit code {code}" if code >= 0 else f"by signal {-code}"

    def close(self) -> None:
        """Close the program's input, and end what does not end by itself.

        What the program has started, and left, ends too.
        """
        self.questions.put("")
        try:
            self.process.wait(1)
        except subprocess.TimeoutExpired:
            pass
        finally:  # also if a signal ends the waiting
            _end(self.process.pid, self.mark)
            self.process.wait()
            _groups.pop(self.process.pid, None)
