"""Parts in, parts out: finished ones are skipped, nothing is lost or doubled."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from diffcli.cli.parts import RECORD, FilePair, PartOutcome, _Record, done
from tests.conftest import Run

FORMULA = "log(x)*y"
NAMES = ["a", "b", "c", "d"]


@pytest.fixture
def parts(tmp_path: Path) -> str:
    folder = tmp_path / "parts"
    folder.mkdir()
    for place, name in enumerate(NAMES, 1):
        rows = "".join(f"{place + n},{n}\n" for n in range(1, 50))
        (folder / f"{name}.csv").write_text(f"x,y\n{rows}", "utf-8")
    return f"{folder}/*.csv"


def outputs(folder: Path) -> dict[str, str]:
    return {file.name: file.read_text("utf-8") for file in folder.glob("*.*v")}


def alone(run: Run, parts: str) -> dict[str, str]:
    """Return what the same call gives for each part by itself."""
    return {
        f"{name}.csv": run(
            "grad", FORMULA, "--points", parts.replace("*", name), "-f", "csv"
        ).out
        for name in NAMES
    }


def said(text: str) -> dict[str, str]:
    lines = map(json.loads, text.splitlines())
    return {os.path.basename(line["part"]): line["status"] for line in lines}


@pytest.fixture
def another_cluster() -> Iterator[None]:
    """Have the port taken at which dask shows a cluster, unless it is already."""
    with socket.socket() as taken:
        with suppress(OSError):
            taken.bind(("", 8787))
            taken.listen()
        yield


@pytest.mark.usefixtures("another_cluster")
@pytest.mark.parametrize("jobs", ["1", "2", "dask"])
def test_each_part_is_as_alone(jobs: str, run: Run, parts: str, tmp_path: Path) -> None:
    target = tmp_path / "out"
    words = ("grad", FORMULA, "--points", parts, "-o", f"{target}/", "--jobs", jobs)
    ran = run(*words, "--progress=json")
    assert (ran.code, ran.out) == (0, "")
    assert set(said(ran.err).values()) == {"done"}
    assert outputs(target) == alone(run, parts)
    record = json.loads((target / RECORD).read_text("utf-8"))
    assert list(record["parts"]) == sorted(f"{name}.csv" for name in NAMES)


def test_what_is_finished_is_not_done_again(
    run: Run, parts: str, tmp_path: Path
) -> None:
    target = tmp_path / "out"
    words = ("grad", FORMULA, "--points", parts, "-o", f"{target}/")
    assert run(*words).code == 0
    (target / "b.csv").unlink()
    changed = Path(parts.replace("*", "c"))
    changed.write_text("x,y\n7,8\n", "utf-8")
    again = said(run(*words, "--progress=json").err)
    assert again == {
        "a.csv": "skipped", "b.csv": "done", "c.csv": "done", "d.csv": "skipped"
    }  # fmt: skip
    assert outputs(target) == alone(run, parts)


def test_the_record_is_not_written_for_each_of_many_parts(
    run: Run, parts: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As long as its writing takes, so much longer nothing of it is written."""
    target = tmp_path / "out"
    written: list[int] = []
    clock = iter(range(0, 10**6, 10))  # ten seconds pass whenever one looks

    def write(record: _Record) -> None:
        made = len(list(target.glob("*.csv")))
        written.append(made)
        keep(record)

    keep = _Record.write
    monkeypatch.setattr(_Record, "write", write)
    monkeypatch.setattr("diffcli.cli.parts.monotonic", lambda: float(next(clock)))
    assert run("grad", FORMULA, "--points", parts, "-o", f"{target}/").code == 0
    assert written == [0, len(NAMES)]
    monkeypatch.setattr("diffcli.cli.parts._SHARE", 10.0)  # time enough for each
    other = tmp_path / "other"
    assert run("grad", FORMULA, "--points", parts, "-o", f"{other}/").code == 0
    assert len(written) == 2 + 2 + len(NAMES)


def test_what_was_done_before_an_interrupt_is_noted(
    run: Run, parts: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "out"
    words = ("grad", FORMULA, "--points", parts, "-o", f"{target}/")

    def interrupted(part: FilePair) -> PartOutcome:
        if part.source.endswith("c.csv"):
            raise KeyboardInterrupt
        return done(part)

    with monkeypatch.context() as patched:
        patched.setattr("diffcli.cli.parts.done", interrupted)
        patched.setattr("diffcli.cli.parts._SHARE", 1e-9)
        assert run(*words).code == 130
    again = said(run(*words, "--progress=json").err)
    assert again == {
        "a.csv": "skipped", "b.csv": "skipped", "c.csv": "done", "d.csv": "done"
    }  # fmt: skip
    assert outputs(target) == alone(run, parts)


def test_a_folder_is_of_one_call(run: Run, parts: str, tmp_path: Path) -> None:
    target = tmp_path / "out"
    words = ("--points", parts, "-o", f"{target}/")
    assert run("grad", FORMULA, *words).code == 0
    before = outputs(target)
    for other in (("x*y",), (FORMULA, "--wrt", "x"), (FORMULA, "--keep-going")):
        ran = run("grad", *other, *words)
        assert ran.code == 2
        assert "another call" in ran.err
    assert outputs(target) == before
    (target / RECORD).write_text("[]", "utf-8")
    assert run("grad", FORMULA, *words).code == 2


def test_a_bad_row_ends_the_run_at_its_part(
    run: Run, parts: str, tmp_path: Path
) -> None:
    bad = Path(parts.replace("*", "b"))
    bad.write_text("x,y\n1,2\n-1,2\n", "utf-8")
    target = tmp_path / "out"
    words = ("grad", FORMULA, "--points", parts)
    ran = run(*words, "-o", f"{target}/")
    assert (ran.code, ran.out) == (4, "")
    assert f"{bad}:3" in ran.err
    assert outputs(target).keys() == {"a.csv"}
    going = run(*words, "-o", f"{tmp_path}/going/", "--keep-going")
    assert going.code == 4
    assert outputs(tmp_path / "going").keys() == {f"{name}.csv" for name in NAMES}


@pytest.mark.parametrize(
    "words",
    [
        ("--points", "{none}/*.csv", "-o", "{out}/"),
        ("--points", "-", "-o", "{out}/"),
        ("--points", "{part}", "--jobs", "dask"),
        ("--points", "{part}", "--jobs", "0"),
        ("--points", "{part}", "--jobs", "many"),
        ("--points", "{part}", "--progress=json"),
    ],
)
def test_what_has_no_parts_is_refused(
    words: tuple[str, ...], run: Run, parts: str, tmp_path: Path
) -> None:
    names = {
        "none": str(tmp_path / "none"), "out": str(tmp_path / "out"),
        "part": parts.replace("*", "a"),
    }  # fmt: skip
    ran = run("grad", FORMULA, *(word.format(**names) for word in words))
    assert (ran.code, ran.out) == (2, "")


@pytest.mark.parametrize("way", ["out/", "out/deep/", "out/deep/er/"])
def test_a_folder_that_cannot_be_made_is_an_output_that_cannot_be_written(
    way: str, run: Run, parts: str, tmp_path: Path
) -> None:
    (tmp_path / "out").write_text("a file in the way", "utf-8")
    ran = run("grad", FORMULA, "--points", parts, "-o", f"{tmp_path}/{way}")
    assert (ran.code, ran.out) == (74, "")
    assert ran.err.startswith(f"Error: cannot write into '{tmp_path}/{way}': ")


def test_a_scheduler_that_is_not_there_is_named(parts: str, tmp_path: Path) -> None:
    """In a process of its own: a client that fails leaves its loop behind."""
    words = ["grad", FORMULA, "--points", parts, "-o", f"{tmp_path / 'out'}/"]
    done = subprocess.run(
        [sys.executable, "-m", "diffcli", *words, "--jobs", "dask:nowhere"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "no dask scheduler at 'nowhere'" in done.stderr


def test_dask_that_does_not_start_is_told(
    run: Run, parts: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def client(**_: object) -> None:
        raise RuntimeError("Cluster failed to start")

    monkeypatch.setattr("distributed.Client", client)
    words = ("--points", parts, "-o", f"{tmp_path / 'out'}/", "--jobs", "dask")
    ran = run("grad", FORMULA, *words)
    assert (ran.code, ran.out) == (2, "")
    assert "dask does not start: Cluster failed to start" in ran.err


class Once:
    """Work whose worker is killed the first time that it is asked."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __call__(self, part: FilePair) -> PartOutcome:
        if not self.mark.exists():
            self.mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return done(part)


@pytest.mark.slow
@pytest.mark.parametrize("jobs", ["2", "dask"])
def test_a_worker_killed_hard_loses_and_doubles_nothing(
    jobs: str, run: Run, parts: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("diffcli.cli.parts.done", Once(tmp_path / "mark"))
    target = tmp_path / "out"
    words = ("grad", FORMULA, "--points", parts, "-o", f"{target}/", "--jobs", jobs)
    ran = run(*words, "--progress=json")
    assert ran.code == 0
    assert (tmp_path / "mark").exists()
    assert outputs(target) == alone(run, parts)
    assert not list(target.glob("*.tmp"))
