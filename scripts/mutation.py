"""Change the code and see whether a test notices.

    scripts/mutants                                the lines changed since main
    scripts/mutants diffcli/engine --seconds 300   a room, or a file
    scripts/mutants diffcli/engine/fold.py --tests tests/test_derivation.py --seed 3
    scripts/mutants --sample 100 --seed 1          of the rooms that compute: the share

A mutant is a copy of the package in which one operator, comparison, constant or
condition, drawn by chance, is another; it is killed if a test fails. Which tests: the
doctests of its file and those that import it (or its room, if none does); --wide asks
those that try everything too, and so does --sample, which fails below 92 %. What lives
is printed, and asks for a better law, or for less code. What computes the same, or is
nothing to test, is a line of tests/mutants.txt with the reason.
"""

import argparse
import math
import os
import random
import re
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import closing
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

from mutable import ROOT, Mutant, changed, explained, mutants

PARTS = ("diffcli", "tests", "scripts", "pyproject.toml", "README.md", ".pictures")
LATE = "ignore::pytest.PytestAssertRewriteWarning"  # hypothesis is imported before
HANG = 30  # seconds of the processor for one test, before it counts as failed
WORK = 60  # seconds of the processor for a round of tests, before it has to end
ENOUGH = 0.92  # of the mutants of a sample are to be noticed
#: The rooms that compute, of which a sample is drawn.
ROOMS = ("calculus", "language", "engine", "arithmetics", "methods", "analysis")
#: What tries everything, for what the tests of a file let live: a minute each.
WIDE = ("test_cases", "test_golden", "test_nasty", "test_agreement")
#: Tests of processes, terminals and other programs: slow, and about other things.
APART = (
    "test_process", "test_bare", "test_packaging", "test_terminal", "test_demos",
    "test_imports", "test_explore_live", "test_waiting", "test_typeset", "test_export",
    "test_sizes", "test_depth", "test_fuzz", "test_contracts", "test_additions",
)  # fmt: skip
#: What scripts/coverage leaves: which test reaches which line.
REACHED = ROOT / "build" / "coverage" / "data"
#: The test that was begun last, in the folder of a process.
BEGUN = Path("begun.txt")
MOST = 40  # tests that are asked first of those that reach a line


def rounds_of(mutant: Mutant, *, wide: bool) -> list[list[str]]:
    """Return what to run for a mutant, one list after the other.

    If it is known which tests reach its line, some of those: of near files first, and
    of these first what reaches little else, which is quick; then all others of near
    files, for a test that goes through a whole table reaches much; then near files that
    were written since.
    """
    near = tests_of(mutant.path)
    lines = reached(mutant.path)
    names = next(filter(None, map(lines.get, range(mutant.line, 0, -1)[:5])), [])
    found: list[tuple[bool, int, str]] = []
    for name in names:
        folder, _, rest = name.partition(".")
        module, _, test = rest.partition(".")
        file = f"tests/{module}.py"
        known = folder == "tests" and module not in APART and (wide or file in near)
        if known and f"def {test.rpartition('.')[2]}(" in written(file):
            found.append((file not in near, sizes()[name], f"{file}::{test}"))
    if not found:
        return [near, *([f"tests/{name}.py"] for name in WIDE if wide)]
    first, more = sorted(found)[:MOST], sorted(found)[MOST:]
    others = [test for is_far, _, test in more if not is_far]
    mapped = REACHED.stat().st_mtime
    newer = [name for name in near[1:] if (ROOT / name).stat().st_mtime > mapped]
    rounds = [[mutant.path, *(test for *_, test in first)], others, newer]
    return [tests for tests in rounds if tests]


@cache
def written(file: str) -> str:
    """Return what is in a file of tests by now; empty: it is gone."""
    path = ROOT / file
    return path.read_text("utf-8") if path.exists() else ""


@cache
def reached(path: str) -> dict[int, list[str]]:
    """Return the tests that reach each line of a file, as far as that is known."""
    if not REACHED.exists():
        return {}
    from coverage import CoverageData

    data = CoverageData(str(REACHED))
    data.read()
    files = (file for file in data.measured_files() if file.endswith(f"/{path}"))
    return data.contexts_by_lineno(next(files, ""))


@cache
def sizes() -> dict[str, int]:
    """Return how much each test reaches."""
    words = (
        "select context, count(*) from arc join context on id = context_id group by 1"
    )
    with closing(sqlite3.connect(REACHED)) as data:
        return dict(data.execute(words))


@cache
def tests_of(path: str) -> list[str]:
    """Return what to run for a file: its doctests, and the tests that import it."""
    module = path.removesuffix(".py").replace("/", ".")
    room, _, name = module.rpartition(".")
    imports = re.compile(
        rf"from {re.escape(module)} import|import {re.escape(module)}\b"
        rf"|from {re.escape(room)} import [^#]*\b{name}\b"
    )
    named = (f"test_{name}", f"test_{room.rpartition('.')[2]}")
    near, wider = [path], []

    def nearest(test: Path) -> tuple[bool, int]:
        return test.stem not in named, test.stat().st_size

    for test in sorted(ROOT.glob("tests/test_*.py"), key=nearest):
        text = test.read_text("utf-8")
        if test.stem not in APART + WIDE:
            if imports.search(text) or test.stem in named:
                near.append(f"tests/{test.name}")
            elif f"{room}." in text or f"from {room} " in text:
                wider.append(f"tests/{test.name}")
    return near if len(near) > 1 else [*near, *wider]


class Trial(NamedTuple):
    """A mutant, and how to try it."""

    mutant: Mutant
    tests: list[str]
    wide: bool
    until: float


def noticed(trial: Trial) -> tuple[Mutant, list[str] | None]:
    """Return a mutant and the test that notices it, which fails or never ends.

    Empty: none does. None: there was no time left to try it. More than one: no test was
    begun, for that alone failed.
    """
    mutant, tests, wide, until = trial
    if time.monotonic() > until:
        return mutant, None
    rounds = [tests] if tests else rounds_of(mutant, wide=wide)
    place = Path(mutant.path)
    before, times = place.read_bytes(), place.stat()
    place.write_text(mutant.code(before), "utf-8")
    when = 9 * mutant.place + mutant.change
    os.utime(place, (when, when))  # or, a moment later, it is taken for the one before
    found: list[str] = next(filter(failed, rounds), [])
    place.write_bytes(before)
    os.utime(place, ns=(times.st_atime_ns, times.st_mtime_ns))
    return mutant, [BEGUN.read_text("utf-8")] if found and BEGUN.exists() else found


class Clock:
    """A plugin of pytest: a test that hangs has failed, and a long round ends."""

    def __init__(self) -> None:
        self.begun = BEGUN.absolute()

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """End the process where this test takes too long, or all those before did."""
        self.begun.write_text(nodeid, "utf-8")
        if time.process_time() > WORK:
            sys.modules["pytest"].exit("enough", returncode=0)
        signal.setitimer(signal.ITIMER_PROF, HANG)  # nobody catches SIGPROF


def complaint(tests: tuple[str, ...]) -> str:
    """Return what is said of tests that fail without any change; empty: none does."""
    said = Path("said.txt")
    return said.read_text("utf-8") if failed([*tests], str(said)) else ""


def failed(tests: list[str], said: str = os.devnull) -> bool:
    """Tell whether one of these tests fails, in a process that has all libraries."""
    BEGUN.unlink(missing_ok=True)
    if not (child := os.fork()):
        try:
            signal.setitimer(signal.ITIMER_PROF, HANG)  # collecting can hang as well
            silent = os.open(os.devnull, os.O_RDONLY)
            output = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            for stream, end in enumerate((silent, output, output)):
                os.dup2(end, stream)
            import pytest

            words = ["-qx", "-p", "no:cacheprovider", "-p", "no:xdist", "-W", LATE]
            words += ["--basetemp", f"{Path.cwd()}.temporary"]  # others clear theirs
            code = pytest.main([*words, *tests], plugins=[Clock()])
            os._exit(0 if code == 5 else int(code))  # 5: there was nothing to run
        finally:
            os._exit(99)
    _, status = os.waitpid(child, 0)
    return status != 0


def prepare(inside: str) -> None:
    """Copy what the tests need to a folder of this process, and go there."""
    folder = Path(tempfile.mkdtemp(dir=inside))
    for part in PARTS:
        copied = shutil.copytree if (ROOT / part).is_dir() else shutil.copy2
        copied(ROOT / part, folder / part)
    os.chdir(folder)
    os.environ |= {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    sys.dont_write_bytecode = True
    sys.path[:0] = [str(folder)]
    for name in ("pytest", "hypothesis", "mpmath", "sympy", "rich.text", "jsonschema"):
        __import__(name)  # which stays the same


def main() -> int:
    """Try mutants until it is time."""
    asked = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    asked.add_argument("rooms", nargs="*", type=Path)
    asked.add_argument("--seconds", type=float)
    asked.add_argument("--sample", type=int, metavar="COUNT")
    asked.add_argument("--tests", nargs="+")
    asked.add_argument("--wide", action="store_true")
    asked.add_argument("--seed", type=int, default=0)
    given = asked.parse_args()
    known = explained()
    sampled = given.sample is not None
    wide = given.wide or sampled
    rooms = given.rooms or [ROOT / "diffcli" / room for room in ROOMS if sampled]
    offered = [*changed()] if not rooms else [
        mutant
        for room in rooms
        for path in (sorted(room.rglob("*.py")) if room.is_dir() else [room])
        for mutant in mutants(path.resolve())
    ]  # fmt: skip
    random.Random(given.seed).shuffle(offered)
    new = [mutant for mutant in offered if mutant.key() not in known]
    seconds = given.seconds or (math.inf if sampled else 50)
    until, dead, tried = time.monotonic() + seconds, 0, 0
    trials = [
        Trial(each, given.tests or [], wide, until) for each in new[: given.sample]
    ]
    sound: set[tuple[str, ...]] = set()
    with (
        tempfile.TemporaryDirectory() as folder,
        # no Pool: of its processes --jobs, which tests ask for, could not start any
        ProcessPoolExecutor(None, get_context("fork"), prepare, (folder,)) as workers,
    ):
        for done in as_completed([workers.submit(noticed, each) for each in trials]):
            mutant, tests = done.result()
            if tests is None:
                continue
            tried, dead = tried + 1, dead + bool(tests)
            if tests:
                sound.add(tuple(tests))
            else:
                print(f"{mutant.line}: {mutant.key():.150}", flush=True)
            if tried % 10 == 0:
                print(f"{dead} of {tried}", flush=True)
        names = sorted(sound)
        for said in filter(None, workers.map(complaint, names)):
            print("these fail without any change:", said, sep="\n")
            return 2
    share = dead / tried if tried else 1.0
    print(f"{dead} of {tried} mutants killed, {share:.1%}", end="; ")
    print(f"{len(offered)} there are, {len(offered) - len(new)} explained")
    return int(share < (ENOUGH if sampled else 1))


if __name__ == "__main__":
    sys.exit(main())
