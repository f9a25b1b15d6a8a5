"""Parts in, parts out: the same call for each of many files, here or on many machines.

A part's output is written beside its place and renamed when it is complete, so that
what stands in the folder is finished and need not be done again. A record there says
which call that was and what each part was made from.
"""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from importlib import import_module
from time import monotonic
from typing import Any

import click

from diffcli import tables, version
from diffcli.cli import files, terminal
from diffcli.cli.command import Answer, words
from diffcli.cli.request import Request
from diffcli.cli.sources import found_files
from diffcli.errors import DiffcliError, RowsFailed, UsageError
from diffcli.records import Record

RECORD = ".diffcli.json"
_TWICE = 2  # how often a part is tried again whose worker was lost
_SHARE = 0.05  # of the time may go into writing the record again
_WITHOUT_EFFECT = {
    "point_files", "output", "jobs", "progress", "color", "debug", "only_ascii",
    "notation", "timeout", "height", "json_schema", "help",
}  # fmt: skip


class FilePair(Record):
    """One file in and one file out."""

    source: str
    target: str
    #: The call for it.
    words: tuple[str, ...]

    @property
    def stamp(self) -> list[int]:
        """What tells a source from a changed one: its size, its time."""
        found = os.stat(self.source)
        return [found.st_size, found.st_mtime_ns]


class PartOutcome(Record):
    """What has become of a part."""

    part: FilePair
    seconds: float
    #: The first row that had no gradient.
    error: DiffcliError | None
    #: That ended the part, and there is no file.
    failed: bool = False


def done(part: FilePair) -> PartOutcome:
    """Do a part; an error is told and not raised, for it is of no use to try again."""
    from diffcli.cli.main import run

    start = monotonic()
    error: DiffcliError | None = None
    try:
        run(part.words)
    except DiffcliError as failure:
        error = failure
    failed = error is not None and not isinstance(error, RowsFailed)
    return PartOutcome(part, monotonic() - start, error, failed)


def answer(request: Request, progress: str) -> Answer:
    """Return an answer that writes nothing but files, while it is asked for lines.

    Raises UsageError if there are no parts, or another call's are in the folder.
    """
    if "-" in (request.expr, *request.point_files):
        raise UsageError("parts are read from files, and so is the formula: @FILE")
    folder = request.output
    parts = _parts(request, folder)
    files.make_folder(folder)
    record = _Record(folder, _call(request))
    errors: list[DiffcliError] = []
    return Answer(_outcomes(request, parts, record, errors, progress),
                  ending=lambda: errors[0] if errors else None)  # fmt: skip


def _parts(request: Request, folder: str) -> list[FilePair]:
    """Return the parts in the order of their names."""
    sources = found_files(request.point_files)
    flags, operands = words("--progress", "--points")
    found: dict[str, FilePair] = {}
    for source in sources:
        stem, _, suffix = (
            os.path.basename(source).removesuffix(tables.COMPRESSED).rpartition(".")
        )
        own = (
            suffix
            if tables.frame_kind(source)
            else ("tsv" if suffix == "tsv" else "csv")
        )
        name = f"{stem or suffix}.{request.form_name or own}"
        target = os.path.join(folder, name)
        if target in found:
            other = found[target].source
            raise UsageError(f"'{other}' and '{source}' would both be '{target}'")
        again = ("--points", source, "--output", target, "--jobs", "1")
        call = ("grad", *flags, *again, "--", *operands)
        found[target] = FilePair(source, target, call)
    return list(found.values())


def _call(request: Request) -> dict[str, Any]:
    """Return what has an effect on the numbers."""
    context = click.get_current_context()
    given = {
        name: value
        for name, value in context.params.items()
        if name not in _WITHOUT_EFFECT
    }
    given["expr"] = terminal.read(request.expr)
    given["version"] = version.__version__
    called: dict[str, Any] = json.loads(json.dumps(given))  # as the record has it
    return called


class _Record:
    """The file that says what a folder holds."""

    def __init__(self, folder: str, call: dict[str, Any]) -> None:
        self._path = os.path.join(folder, RECORD)
        self._call = call
        self._stamps: dict[str, list[int]] = {}
        self._due = 0.0  # when it is worth while to write it again
        with suppress(FileNotFoundError), open(self._path, encoding="utf-8") as file:
            self._take(file.read(), folder)

    def _take(self, text: str, folder: str) -> None:
        try:
            before = json.loads(text)
            call, self._stamps = before["call"], before["parts"]
        except (ValueError, KeyError, TypeError):
            raise UsageError(f"'{self._path}' is no record of a call") from None
        for name in sorted(call.keys() | self._call.keys()):
            if call.get(name) != self._call.get(name):
                raise UsageError(
                    f"'{folder}' has the parts of another call: {name} was"
                    f" {call.get(name)!r}, and is {self._call.get(name)!r}",
                    hint="name another folder after -o",
                )

    def has(self, part: FilePair) -> bool:
        """Tell whether a part was made from what its source is now."""
        name = os.path.basename(part.target)
        return self._stamps.get(name) == part.stamp and os.path.isfile(part.target)

    def add(self, part: FilePair, stamp: list[int]) -> None:
        """Note a part that is complete.

        With many parts the record is long, and is not written again for each of them:
        what is killed hard does a part or two once more.
        """
        self._stamps[os.path.basename(part.target)] = stamp
        if monotonic() > self._due:
            self.write()

    def write(self) -> None:
        """Write the record."""
        start = monotonic()
        parts = dict(sorted(self._stamps.items()))  # whichever was finished first
        text = json.dumps({"call": self._call, "parts": parts}, indent=1)
        files.write([text], self._path)
        end = monotonic()
        self._due = end + (end - start) / _SHARE


def _outcomes(
    request: Request,
    parts: Sequence[FilePair],
    record: _Record,
    errors: list[DiffcliError],
    progress: str,
) -> Iterator[str]:
    """Do what is not done yet, and say how far it is; there are no lines to write."""
    todo = [part for part in parts if not record.has(part)]
    stamps = {part.target: part.stamp for part in todo}
    record.write()
    say = _as_json if progress == "json" else _as_line(len(parts))
    for part in parts:
        if part.target not in stamps:
            say(PartOutcome(part, 0.0, None), skipped=True)
    try:
        for outcome in _engine(request.jobs)(todo):
            if outcome.failed and outcome.error is not None:
                raise outcome.error
            record.add(outcome.part, stamps[outcome.part.target])
            if outcome.error is not None:
                errors.append(outcome.error)
            say(outcome, skipped=False)
    finally:  # Ctrl-C too ends with a record of all that is done
        record.write()
    yield from ()


def _as_json(outcome: PartOutcome, *, skipped: bool) -> None:
    part, seconds, error, _ = outcome
    said = {
        "part": part.source,
        "output": part.target,
        "status": "skipped" if skipped else "done",
        "seconds": round(seconds, 3),
        "error": None if error is None else error.kind,
    }
    terminal.say(json.dumps(said))


def _as_line(count: int) -> Callable[..., None]:
    bar = terminal.Progress(count, "parts")

    def say(outcome: PartOutcome, *, skipped: bool) -> None:
        bar()
        if bar.done == count:
            bar.close()

    return say


# ---- where parts are done ---------------------------------------------------------


def _engine(jobs: int | str) -> Callable[[Sequence[FilePair]], Iterator[PartOutcome]]:
    if isinstance(jobs, str):
        return lambda parts: _by_dask(parts, jobs.partition(":")[2])
    return lambda parts: _here(parts, jobs)


def _here(parts: Sequence[FilePair], jobs: int) -> Iterator[PartOutcome]:
    if jobs == 1:
        yield from map(done, parts)
        return
    from diffcli.cli.workers import Workers

    with Workers(done, min(jobs, len(parts))) as workers:
        yield from workers.answers(parts)


def _by_dask(parts: Sequence[FilePair], address: str) -> Iterator[PartOutcome]:
    """Do the parts on a cluster, or with two workers here; what is lost is tried again.

    Raises UsageError if dask is not installed or the cluster does not answer.
    """
    try:
        distributed: Any = import_module("distributed")
    except ImportError:
        raise UsageError(
            "--jobs dask needs dask's scheduler", hint="pip install 'diffcli[dask]'"
        ) from None
    try:
        client = (
            distributed.Client(address, timeout=10)
            if address
            else distributed.Client(
                n_workers=2,
                threads_per_worker=1,
                dashboard_address="127.0.0.1:0",  # two runs at once do not meet
                silence_logs=50,
            )
        )
    except (OSError, ValueError, RuntimeError) as error:
        what = f"no dask scheduler at '{address}'" if address else "dask does not start"
        raise UsageError(f"{what}: {error}") from None
    with client:
        futures = client.map(done, parts, retries=_TWICE, pure=False)
        for future in distributed.as_completed(futures):
            yield future.result()
