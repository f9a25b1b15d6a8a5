"""Work shared out over processes: the same answers, in order, and no leftovers."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from diffcli.cli.batches import Batch, Text
from diffcli.cli.workers import Workers
from diffcli.inputs.rows import Chunk, Row
from tests.conftest import Run, patience

FORMULA = "log(x)*abs(y)+x*y"


def rows(count: int) -> list[str]:
    return ["x,y", *(f"{1 + n / 7},{1 + n % 11}" for n in range(1, count))]


def table(path: Path, lines: list[str]) -> str:
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return str(path)


@pytest.mark.parametrize("form", ["csv", "tsv", "plain", "jsonl"])
def test_jobs_change_nothing(form: str, run: Run, tmp_path: Path) -> None:
    lines = rows(300)
    lines[50] = "oops,1"
    lines[60] = "-1,2"
    lines[70] = '"2",3'
    points = table(tmp_path / "p.csv", lines)
    words = ("grad", FORMULA, "--points", points, "-f", form)
    for more in ((), ("--keep-going",), ("--keep-going", "--order", "2")):
        assert run(*words, *more, "--jobs", "2") == run(*words, *more)


@pytest.mark.parametrize("bad", [1, 2, 3])
def test_no_row_before_a_bad_one_is_lost(bad: int, run: Run, tmp_path: Path) -> None:
    lines = rows(6)
    lines[bad] = "-1,2"
    points = table(tmp_path / "p.csv", lines)
    for form in ("csv", "tsv", "plain", "jsonl"):
        words = ("grad", FORMULA, "--points", points, "-f", form)
        assert run(*words, "--jobs", "2") == run(*words)


@pytest.mark.parametrize("more", [(), ("--order", "2"), ("--keep-going",)])
def test_a_worker_killed_hard_loses_and_doubles_no_row(
    more: tuple[str, ...], run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("diffcli.cli.batches._TOGETHER", 4)
    points = table(tmp_path / "p.csv", rows(20))
    words = ("grad", FORMULA, "--points", points, "-f", "csv", *more)
    alone = run(*words)
    text, here, mark = Batch.text, os.getpid(), tmp_path / "mark"

    def killed(batch: Batch, pieces: list[Chunk | Row]) -> Text:
        if os.getpid() != here and not mark.exists():
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return text(batch, pieces)

    monkeypatch.setattr(Batch, "text", killed)
    assert run(*words, "--jobs", "2") == alone
    assert mark.exists()


def test_jobs_read_json_lines(run: Run, tmp_path: Path) -> None:
    lines = [f'{{"x": {n}, "y": 1, "id": "a{n}"}}' for n in range(1, 600)]
    points = table(tmp_path / "p.jsonl", lines)
    words = ("grad", FORMULA, "--points", points, "-f", "csv")
    assert run(*words, "--jobs", "2") == run(*words)


def slow(piece: int) -> tuple[int, int]:
    if piece == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return piece, os.getpid()


def test_what_a_killed_worker_had_to_do_is_done() -> None:
    def pieces() -> Iterator[int]:
        yield from range(3)

    with Workers(slow, 2) as workers:
        first = list(workers.answers(pieces()))
        assert [piece for piece, _ in first] == [0, 1, 2]
        assert len({process for _, process in first}) == 2
        for worker in workers._processes:
            worker.kill()
            worker.join()
        again = list(workers.answers(iter([5, 6, 7])))
        assert again == [(piece, os.getpid()) for piece in (5, 6, 7)]


def test_what_goes_wrong_comes_behind_what_was_right() -> None:
    def pieces() -> Iterator[int]:
        yield 1
        yield 2
        raise OSError("gone")

    with Workers(slow, 2) as workers:
        answers = workers.answers(pieces())
        seen = [next(answers)[0], next(answers)[0]]
        with pytest.raises(OSError, match="gone"):
            next(answers)
    assert seen == [1, 2]


def children(parent: int) -> set[str]:
    return set(Path(f"/proc/{parent}/task/{parent}/children").read_text().split())


@pytest.mark.parametrize("ending", ["INT", "TERM", "KILL", "pipe"])
def test_no_process_is_left_over(ending: str, tmp_path: Path) -> None:
    points = table(tmp_path / "p.csv", rows(60_000))
    command = [sys.executable, "-m", "diffcli", "grad", FORMULA, "--points", points]
    process = subprocess.Popen(
        [*command, "-f", "csv", "--jobs", "2"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline().startswith(b"x,y,f")
    workers = children(process.pid)
    assert len(workers) == 2
    if ending == "pipe":
        process.stdout.close()
    else:
        process.send_signal(getattr(signal, f"SIG{ending}"))
    with patience():
        code = process.wait()
        while any(Path(f"/proc/{worker}").exists() for worker in workers):
            time.sleep(0.01)
    assert code == {"INT": 130, "TERM": 143, "KILL": -9, "pipe": 141}[ending]
    process.stdout.close()
    process.stderr.close()
