"""A Python callable as a black box."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout, suppress
from importlib import import_module
from typing import Any, SupportsFloat

from diffcli.blackbox.protocol import Reply, understood
from diffcli.errors import UsageError

Partials = Iterable[SupportsFloat]
BlackBox = Callable[[list[float]], SupportsFloat | tuple[SupportsFloat, Partials]]
"""Takes the values of the variables; returns f, or f and its gradient."""
_ONE_LIST = "the values come in one list: def f(x): return x[0]*x[1]"


class CallableBox:
    """A Python callable: takes a list, returns f or a pair of f and its gradient."""

    def __init__(self, function: BlackBox, name: str = "") -> None:
        self.function = function
        self.name = name or getattr(function, "__name__", type(function).__name__)
        #: None: it would end with us.
        self.deaths: list[str] = []

    def ask(self, x: Sequence[float]) -> Reply:
        """Return the answer at a point.

        Raises UsageError if it is none, ArithmeticError where there is no value.
        """
        hint = _ONE_LIST
        try:
            result = self.function(list(x))
            hint = ""
            given = _given(result)
        except (ValueError, ArithmeticError) as error:
            raise ArithmeticError(str(error)) from None
        except (Exception, SystemExit) as error:  # it may raise anything
            said = f"{self.name} raised {_in_one_line(error)}"
            is_call = isinstance(error, TypeError)
            raise UsageError(said, hint=hint if is_call else "") from None
        return understood(self.name, given, x)

    def close(self) -> None:
        """Do nothing: it ends with us."""


class ModuleBox(CallableBox):
    """A callable by its name, package.module:function."""

    def __init__(self, name: str) -> None:
        """Import the callable; the current directory is searched first.

        Raises UsageError if there is no such callable.
        """
        module, colon, function = name.partition(":")
        if not colon:
            raise UsageError(
                f"--module {name} names no function", hint="--module package.module:f"
            )
        sys.path.insert(0, "")  # the current directory, if there still is one
        try:
            with _aside():
                target: Any = import_module(module)
                for part in function.split("."):
                    target = getattr(target, part)
        except (ImportError, AttributeError) as error:
            raise UsageError(f"--module {name}: {error}") from None
        except (Exception, SystemExit) as error:  # it may raise anything
            raise UsageError(f"--module {name}: {_in_one_line(error)}") from None
        finally:
            sys.path.pop(0)

        def called(x: list[float]) -> Any:
            with _aside():
                return target(x)

        super().__init__(called, name)


@contextmanager
def _aside() -> Iterator[None]:
    """Let what somebody's code prints go to stderr: it is no result of ours.

    Also what its C code, or a process that it starts, writes to the open file 1.
    """
    kept = -1
    with suppress(OSError):  # the streams of a test or a notebook may be no files
        kept = os.dup(1)
        sys.stdout.flush()
        os.dup2(2, 1)
    try:
        with redirect_stdout(sys.stderr):
            yield
    finally:
        if kept >= 0:
            os.dup2(kept, 1)
            os.close(kept)


def _given(result: Any) -> dict[str, Any]:
    """Return what a program would have answered in place of a callable's result."""
    if isinstance(result, tuple) and len(result) == 2:
        value, gradient = result
        return {"f": _number(value), "grad": [_number(part) for part in gradient]}
    return {"f": _number(result)}


def _number(value: Any) -> Any:
    """Return numpy's and others' numbers as floats; anything else as it is."""
    if isinstance(value, int | float) or not hasattr(value, "__float__"):
        return value
    return float(value)


def _in_one_line(error: BaseException) -> str:
    """Return an error of somebody else's code in one line."""
    return f"{type(error).__name__}: {error}".removesuffix(": ")
