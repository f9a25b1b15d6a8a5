"""Functions that nobody can look into: a program that talks JSON, a Python callable."""

import json
import math
import os
import queue
import shlex
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from importlib import import_module
from typing import Any, NamedTuple, Protocol, Self

from diffcli.engine.stencils import (
    Difference,
    NoDifference,
    best_difference,
    difference,
    quotient_at,
    relative_step,
)
from diffcli.errors import DomainError, UsageError
from diffcli.problem import Estimate, Settings, point_text

_WIDE, _NARROW = 2.0**-14, 2.0**-18  # steps whose one-sided slopes tell a kink
_NEXT_TO_ZERO = 1e-6  # the error of a slope beside the slopes over a wide distance
_SHOWN = 60  # characters of a bad answer that an error shows


class Answer(NamedTuple):
    """What a black box says of one point."""

    value: float
    #: Its own gradient; None: it gives none.
    gradient: tuple[float, ...] | None = None


class Box(Protocol):
    """A function of which only the values are known."""

    #: How errors and headings call it.
    name: str

    def ask(self, x: Sequence[float]) -> Answer:
        """Return the answer at a point. Raises UsageError if it gives none."""
        ...

    def close(self) -> None:
        """End it."""
        ...


def _understood(name: str, given: Any, x: Sequence[float]) -> Answer:
    """Return an answer of which every part is right.

    Raises UsageError with what is wrong; a value that is no finite number is a
    place outside the domain, and raises ArithmeticError.
    """
    value, gradient = given.get("f"), given.get("grad")
    if value is None or isinstance(value, str):
        raise ArithmeticError(f"{name} gives no value there")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UsageError(f"{name} gave f = {value!r}, which is no number")
    if not math.isfinite(value):
        raise ArithmeticError(f"{name} gives no finite value there")
    if gradient is None:
        return Answer(float(value))
    numbers = isinstance(gradient, list) and all(
        isinstance(part, int | float) and not isinstance(part, bool)
        for part in gradient
    )
    if not numbers:
        raise UsageError(f"{name} gave a gradient that is no list of numbers")
    if len(gradient) != len(x):
        raise UsageError(
            f"{name} gave a gradient of {len(gradient)} numbers, but the point has"
            f" {len(x)}"
        )
    return Answer(float(value), tuple(map(float, gradient)))


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
        return _understood(self.name, given, x)

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


class ModuleBox:
    """A Python callable: takes a list, returns f or a pair of f and its gradient."""

    def __init__(self, name: str) -> None:
        """Import package.module:function; the current directory is searched first.

        Raises UsageError if there is no such callable.
        """
        self.name = name
        module, colon, function = name.partition(":")
        if not colon:
            raise UsageError(
                f"--module {name} names no function", hint="--module package.module:f"
            )
        sys.path.insert(0, os.getcwd())
        try:
            found: Any = import_module(module)
            for part in function.split("."):
                found = getattr(found, part)
        except (ImportError, AttributeError) as error:
            raise UsageError(f"--module {name}: {error}") from None
        finally:
            sys.path.pop(0)
        self.function: Callable[[list[float]], Any] = found

    def ask(self, x: Sequence[float]) -> Answer:
        """Return the answer at a point.

        Raises UsageError if it is none, ArithmeticError where there is no value.
        """
        try:
            found = self.function(list(x))
        except (ValueError, ArithmeticError) as error:
            raise ArithmeticError(str(error)) from None
        except Exception as error:  # somebody else's code may raise anything
            what = f"{type(error).__name__}: {error}"
            raise UsageError(f"{self.name} raised {what}") from None
        if isinstance(found, tuple) and len(found) == 2:
            value, gradient = found
            given = {"f": _number(value), "grad": [_number(part) for part in gradient]}
        else:
            given = {"f": _number(found)}
        return _understood(self.name, given, x)

    def close(self) -> None:
        """Do nothing: it ends with us."""


def _number(value: Any) -> Any:
    """Return numpy's and others' numbers as floats; anything else as it is."""
    return float(value) if hasattr(value, "__float__") else value


class Boxes:
    """One box, or several copies of it that work side by side."""

    def __init__(self, make: Callable[[], Box], jobs: int = 1) -> None:
        self.all = [make() for _ in range(jobs)]
        self.free: queue.Queue[Box] = queue.Queue()
        for box in self.all:
            self.free.put(box)
        self.name = self.all[0].name
        #: How often any of them was asked.
        self.asked = 0
        self.counting = threading.Lock()  # copies are asked side by side

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for box in self.all:
            box.close()

    def ask(self, x: Sequence[float]) -> Answer:
        """Return the answer of the first copy that is free."""
        box = self.free.get()
        with self.counting:
            self.asked += 1
        try:
            return box.ask(x)
        finally:
            self.free.put(box)

    def at(self, point: Mapping[str, float]) -> Answer:
        """Return the answer at the point itself, where there has to be one.

        Raises DomainError if there is none.
        """
        try:
            return self.ask(tuple(point.values()))
        except ArithmeticError as error:
            raise DomainError(f"{error}: {point_text(point)}") from None


class Measured(NamedTuple):
    """What differences say of a black box at one point."""

    name: str
    point: Mapping[str, float]
    settings: Settings
    value: float
    #: By variable; without a value where no quotient can be made.
    partials: dict[str, Estimate]
    #: The variables toward which the two sides disagree, with both slopes.
    kinks: dict[str, tuple[float, float]]
    #: How often the box was asked.
    evaluations: int
    #: What a reader should know, a sentence each.
    warnings: tuple[str, ...]


def measure(
    boxes: Boxes,
    point: Mapping[str, float],
    names: Sequence[str],
    settings: Settings,
    tick: Callable[[], object] = lambda: None,
) -> Measured:
    """Return the partials of a black box by differences, and how far they may be off.

    Raises UsageError where it breaks down, DomainError where it has no value.
    """
    before = boxes.asked
    value = boxes.at(point).value

    def one(name: str) -> tuple[Estimate, tuple[float, float] | None, str]:
        along = _line(boxes, point, name)
        try:
            found = _difference(along, point[name], settings)
            kink = _kink(along, point[name])
        except NoDifference as reason:
            return Estimate(None, math.inf), None, f"Note: ∂f/∂{name}: {reason}"
        finally:
            tick()
        return Estimate(found.slope, found.error), kink, ""

    if len(boxes.all) > 1:
        with ThreadPoolExecutor(len(boxes.all)) as threads:
            found = list(threads.map(one, names))
    else:
        found = [one(name) for name in names]
    results = dict(zip(names, found, strict=True))
    kinks = {name: kink for name, (_, kink, _) in results.items() if kink}
    warnings = [note for _, _, note in found if note]
    warnings += [
        f"Warning: a kink lies at or near {name} = {point[name]:.10g}: slope"
        f" {left:.6g} on the left, {right:.6g} on the right"
        for name, (left, right) in kinks.items()
    ]
    partials = {name: estimate for name, (estimate, _, _) in results.items()}
    asked = boxes.asked - before
    return Measured(
        boxes.name, point, settings, value, partials, kinks, asked, tuple(warnings)
    )


def _line(
    boxes: Boxes, point: Mapping[str, float], name: str
) -> Callable[[float], float]:
    """Return the box along one variable."""

    def line(x: float) -> float:
        return boxes.ask(tuple({**point, name: x}.values())).value

    return line


def _difference(
    line: Callable[[float], float], x: float, settings: Settings
) -> Difference:
    h = settings.h
    if h == "auto":
        try:
            return best_difference(line, x)
        except NoDifference:
            return _small_difference(line, x)
    width = relative_step(x, settings.scheme) if isinstance(h, str) else h
    return difference(line, x, width, settings.scheme)


def _small_difference(line: Callable[[float], float], x: float) -> Difference:
    """Return a quotient of which no digit is certain because it is next to 0.

    Next to 0 means: its error is small beside the slopes over a wide distance.

    Raises NoDifference if it is not: then f is noise, and any number would do.
    """
    wide = quotient_at(line, x, (abs(x) or 1.0) / 4, "symmetric")
    found = difference(line, x, relative_step(x, "symmetric"), "symmetric")
    if wide is None or found.error > _NEXT_TO_ZERO * (
        (abs(wide.above) + abs(wide.below)) / wide.width
    ):
        raise NoDifference("differences cannot see it: no digit is certain at any step")
    return found


def _kink(line: Callable[[float], float], x: float) -> tuple[float, float] | None:
    """Return the slopes on both sides, if they stay apart however small the step.

    Where f is smooth their distance shrinks with the step; at a kink it does not.
    """
    size = abs(x) or 1.0
    gaps = []
    for h in (_WIDE * size, _NARROW * size):
        right = quotient_at(line, x, h, "forward")
        left = quotient_at(line, x, h, "backward")
        if left is None or right is None:
            return None
        gaps.append(abs(right.slope - left.slope))
        noise = 8 * (left.noise(0.0) + right.noise(0.0))
        slopes = left.slope, right.slope
    wide, narrow = gaps
    return slopes if narrow > noise and narrow > 0.5 * wide > 0 else None
