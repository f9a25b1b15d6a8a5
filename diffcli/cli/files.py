"""Where the output goes: standard output, a file, or what is no regular file.

What a writer cannot write is an OutputError; an OSError of whoever makes the lines
stays what it is.
"""

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from errno import EACCES
from stat import S_IMODE, S_ISREG
from typing import TextIO

from diffcli.errors import OutputError, ReaderGone

_DESCRIPTORS = ("/dev/fd", "/proc/self/fd")
_NAMED = {"/dev/stdout": 1, "/dev/stderr": 2}


def write(lines: Iterable[str], output: str = "-", *, flush: bool = False) -> None:
    """Write lines to a file that appears only when it is complete, or to stdout for -.

    Raises OutputError if they cannot be written, ReaderGone if nobody reads them.
    """
    if output == "-":
        _to_stdout(lines, flush=flush)
        return
    try:
        descriptor = _descriptor(output)
        if descriptor is not None:
            _fill(_opened(os.dup, descriptor), lines)
        elif _is_written_through(output):
            _fill(_opened(os.open, output, os.O_WRONLY), lines)
        else:
            with _writing():  # there may be no current directory any more
                path = os.path.realpath(output)
            _replace(path, lines)
    except _Unwritten as unwritten:
        raise _failure(unwritten.error, f"'{output}'") from None


def make_folder(path: str) -> None:
    """Make a folder, and those it is in, if it is not there.

    Raises OutputError if it cannot be made.
    """
    try:
        os.makedirs(path, exist_ok=True)
    except OSError as error:
        raise _failure(error, f"into '{path}'") from None


def complete_streams() -> None:
    """Open the standard streams that the caller closed, so that no file takes a place.

    A closed input is an empty one, a closed stderr takes everything, and a closed
    output is open for reading only: whoever writes to it gets an error.
    """
    for number, name, mode in (0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w"):
        if getattr(sys, name) is None:
            nothing = os.open(os.devnull, os.O_WRONLY if number == 2 else os.O_RDONLY)
            if nothing != number:
                os.dup2(nothing, number)
                os.close(nothing)
            stream = open(number, mode, encoding="utf-8")  # noqa: SIM115 (it stays)
            setattr(sys, name, stream)


class _Unwritten(Exception):
    """An OSError of the writer, and of nobody else."""

    def __init__(self, error: OSError) -> None:
        super().__init__(error)
        self.error = error


@contextmanager
def _writing() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _Unwritten(error) from None


def _failure(error: OSError, what: str) -> OutputError | ReaderGone:
    if isinstance(error, BrokenPipeError):
        return ReaderGone("the reader went away")
    return OutputError(f"cannot write {what}: {error.strerror or error}")


def _to_stdout(lines: Iterable[str], *, flush: bool) -> None:
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure:
        reconfigure(errors="backslashreplace")
    try:
        _put(sys.stdout, lines, flush=flush)
    except _Unwritten as unwritten:
        forsake(sys.stdout)
        raise _failure(unwritten.error, "the output") from None


def forsake(stream: TextIO) -> None:
    """Let what a stream still holds go nowhere, or Python complains at its end."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _put(file: TextIO, lines: Iterable[str], *, flush: bool = False) -> None:
    """Write lines; only what goes wrong in writing is Unwritten."""
    write = file.write
    for line in lines:
        try:
            write(f"{line}\n")
            if flush:
                file.flush()
        except OSError as error:
            raise _Unwritten(error) from None
    try:
        file.flush()
    except OSError as error:
        raise _Unwritten(error) from None


def _opened(opener: Callable[..., int], *arguments: str | int) -> int:
    """Return the descriptor that a function of os opens."""
    with _writing():
        return opener(*arguments)


def _fill(descriptor: int, lines: Iterable[str]) -> None:
    """Write lines to what is open, and close it."""
    # Not in a with: it is closed where what goes wrong then is the writer's error too.
    file = open(  # noqa: SIM115
        descriptor, "w", encoding="utf-8", errors="backslashreplace"
    )
    try:
        _put(file, lines)
    except _Unwritten:
        forsake(file)
        raise
    finally:
        with _writing():
            file.close()


def _descriptor(path: str) -> int | None:
    """Return the open descriptor that a path stands for, if it stands for one.

    Opening it by its name would begin at the start of the file that it writes to.
    """
    folder, name = os.path.split(path)
    if folder in _DESCRIPTORS and name.isdecimal():
        return int(name)
    return _NAMED.get(path)


def _is_written_through(path: str) -> bool:
    """Tell whether there is a device or a pipe, which a rename would destroy."""
    try:
        return not S_ISREG(os.stat(path).st_mode)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise _Unwritten(error) from None


def _replace(path: str, lines: Iterable[str]) -> None:
    """Write a file aside and rename it."""
    with aside(path) as (_, descriptor):
        _fill(descriptor, lines)


@contextmanager
def aside(path: str) -> Iterator[tuple[str, int]]:
    """Give a file to write, by name and open, that is renamed when it is complete.

    An older one's owner and permissions stay. The name cannot be foretold and is opened
    by nobody else, so that no link planted there is followed.
    """
    unfinished = os.path.join(os.path.dirname(path), f".{os.urandom(8).hex()}.tmp")
    try:
        yield unfinished, _opened(_created, unfinished, path)
        with _writing():
            os.replace(unfinished, path)
    except BaseException:
        with suppress(OSError):
            os.remove(unfinished)
        raise


def _created(unfinished: str, path: str) -> int:
    """Return the descriptor of a new file that has an older one's permissions."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    if not os.path.exists(path):
        return os.open(unfinished, flags, 0o666)
    if not os.access(path, os.W_OK):
        raise PermissionError(EACCES, os.strerror(EACCES))
    descriptor = os.open(unfinished, flags, 0o600)
    old = os.stat(path)
    with suppress(OSError):  # only root may give files away
        os.chown(unfinished, old.st_uid, old.st_gid)
    os.chmod(unfinished, S_IMODE(old.st_mode) & 0o777)
    return descriptor
