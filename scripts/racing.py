"""Contenders who do the same task in turns, and what each of them takes."""

import os
import resource
import statistics
import subprocess
import sys
import threading
import time
from typing import NamedTuple

SECONDS = 120
"""How long a contender may take; who takes longer is left out and named."""


class Cost(NamedTuple):
    """What a run takes."""

    cpu: float
    wall: float
    mib: float


class Row(NamedTuple):
    """A row of the table."""

    task: str
    name: str
    cost: Cost
    #: Processor time over that of the first who does the task.
    ratio: float


class Contender(NamedTuple):
    """Somebody who does a task."""

    name: str
    command: list[str]
    #: It prints its processor time itself, for starting up is no part of the task.
    prints: bool = False
    #: The exit codes with which the task is done.
    codes: tuple[int, ...] = (0,)


def race(task: str, contenders: list[Contender], rounds: int) -> list[Row]:
    """Let contenders take turns, and return their median times and ratios to the first.

    One that cannot do the task is left out and named.
    """
    times: dict[str, list[Cost]] = {}
    for _ in range(rounds):
        able = []
        for contender in contenders:
            cost = spent(contender)
            if cost is None:
                print(f"left out of {task}: {contender.name}", file=sys.stderr)
                times.pop(contender.name, None)  # what it did before, too
            else:
                times.setdefault(contender.name, []).append(cost)
                able.append(contender)
        contenders = able
    first = next(iter(times.values()), [])  # nobody could do it: there are no rows
    rows = []
    for name, costs in times.items():
        pairs = zip(costs, first, strict=True)
        ratio = statistics.median(mine.cpu / other.cpu for mine, other in pairs)
        columns = zip(*costs, strict=True)
        middle = Cost(*(statistics.median(column) for column in columns))
        rows.append(Row(task, name, middle, ratio))
    return rows


def spent(contender: Contender) -> Cost | None:
    """Return what one run costs; None: it cannot be run."""
    start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    process = subprocess.Popen(
        contender.command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None
    limit = threading.Timer(SECONDS, process.kill)
    limit.start()
    with process.stdout as stream:
        said = stream.read()
    limit.cancel()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    if process.returncode not in contender.codes:
        return None
    return Cost(float(said) if contender.prints else cpu, wall, used.ru_maxrss / 1024)
