"""The installed command in real processes: pipes, signals, streams."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import SCREEN

COMMAND = [sys.executable, "-m", "diffcli"]
GRAD = [*COMMAND, "grad", "(2*x1+3*x2)**2+3", "--at", "1,3"]


def environment(**more: str) -> dict[str, str]:
    others = {n: value for n, value in os.environ.items() if n not in SCREEN}
    return others | more


def run(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*GRAD, *words],
        capture_output=True,
        encoding="utf-8",
        check=False,
        env=environment(**more),
    )


def test_a_reader_that_goes_away_ends_it_quietly() -> None:
    points = [word for place in range(3000) for word in ("--at", f"{place},1")]
    writer = subprocess.Popen(
        [*GRAD, *points, "-f", "jsonl"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert writer.stdout is not None
    assert writer.stdout.readline().startswith(b'{"schema"')
    writer.stdout.close()
    assert writer.stderr is not None
    assert writer.stderr.read() == b""
    writer.stderr.close()
    assert writer.wait() in (-signal.SIGPIPE, 141)


def test_a_stream_that_takes_nothing_is_said() -> None:
    with open(os.devnull, encoding="utf-8") as only_for_reading:
        done = subprocess.run(
            GRAD,
            stdout=only_for_reading,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 74
    assert done.stderr.startswith("Error: cannot write the output: ")


def test_a_file_is_complete_or_not_there(tmp_path: Path) -> None:
    file = tmp_path / "gradient.csv"
    assert run("-o", str(file)).returncode == 0
    assert file.read_text(encoding="utf-8").startswith("var,value,")
    assert run("-o", str(tmp_path / "nowhere" / "gradient.csv")).returncode == 74
    assert os.listdir(tmp_path) == ["gradient.csv"]


def test_a_pipe_in_the_file_system_is_filled_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    # Opened for both, so that nothing waits even if the pipe was replaced.
    end = os.open(pipe, os.O_RDWR | os.O_NONBLOCK)
    try:
        assert run("-o", str(pipe), "-f", "plain").returncode == 0
        assert pipe.is_fifo()
        assert os.read(end, 100) == b"44 66\n"
    finally:
        os.close(end)


def test_a_link_and_permissions_stay(tmp_path: Path) -> None:
    file, link = tmp_path / "real.csv", tmp_path / "link.csv"
    file.write_text("old", encoding="utf-8")
    file.chmod(0o600)
    link.symlink_to(file)
    assert run("-o", str(link)).returncode == 0
    assert link.is_symlink()
    assert file.read_text(encoding="utf-8").startswith("var,value,")
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("variables", "colored"),
    [
        ({}, False),
        ({"FORCE_COLOR": "1"}, True),
        ({"CLICOLOR_FORCE": "1"}, True),
        ({"FORCE_COLOR": "0"}, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
    ],
)
def test_colors(variables: dict[str, str], colored: bool) -> None:
    assert ("\x1b[3" in run(**variables).stdout) == colored


def test_an_ascii_stream_gets_ascii() -> None:
    done = run(PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert done.stdout.isascii()
    assert "df/dx1" in done.stdout


@pytest.mark.parametrize("columns", [20, 40, 80, 120])
def test_no_line_is_wider_than_the_terminal(columns: int) -> None:
    done = run(COLUMNS=str(columns))
    assert max(map(len, done.stdout.splitlines())) <= columns
    assert "44.0000000000" in done.stdout


def test_the_formula_from_a_pipe() -> None:
    done = subprocess.run(
        [*COMMAND, "grad", "-", "--at", "1,3", "-f", "plain"],
        input="(2*x1 +\n 3*x2)^2 + 3  # the lecture's\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "44 66\n", "")


def test_completion_offers_commands_and_ends_well() -> None:
    done = subprocess.run(
        COMMAND,
        env=environment(
            _DIFFCLI_COMPLETE="bash_complete", COMP_WORDS="diffcli gr", COMP_CWORD="1"
        ),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "plain,grad\n")


@pytest.mark.parametrize("words", [("-", "--at", "1"), ("x", "--points", "-")])
def test_what_is_no_text_is_refused(words: tuple[str, ...]) -> None:
    done = subprocess.run(
        [*COMMAND, "grad", *words],
        input=b"x\n\xff\xfe\n",
        capture_output=True,
        check=False,
        env=environment(PYTHONIOENCODING="utf-8:strict"),
    )
    assert done.returncode == 2
    assert done.stderr == b"Error: cannot read 'stdin': it is not a text in UTF-8\n"
