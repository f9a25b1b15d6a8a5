"""README tells the truth: its console blocks are run and compared."""

import doctest
import os
import re
import shlex
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from diffcli.cli.commands import check
from tests.conftest import Run
from tests.test_process import environment

README = Path(__file__).parent.parent / "README.md"


def blocks() -> list[tuple[str, str]]:
    """Return the calls of diffcli in console blocks, each with its output."""
    text = README.read_text(encoding="utf-8")
    found = []
    for block in re.findall(r"^```console\n(.*?)^```$", text, re.DOTALL | re.MULTILINE):
        for call in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            line, _, shown = call.partition("\n")
            found.append((line, shown.rstrip("\n")))
    return found


def test_readme_has_examples() -> None:
    assert blocks()


def test_readme_is_read_in_ten_minutes() -> None:
    assert len(README.read_text(encoding="utf-8").splitlines()) <= 350


@pytest.mark.parametrize(("line", "shown"), blocks(), ids=lambda part: part[:40])
def test_readme_block(line: str, shown: str, run: Run) -> None:
    program, *words = shlex.split(line)
    if program == "diffcli":
        ran = run(*words)
        assert (ran.out + ran.err).rstrip("\n") == shown
    else:
        assert through_a_shell(line) == shown


def through_a_shell(line: str) -> str:
    """Return what a line prints that is more than a call of diffcli."""
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    done = subprocess.run(
        ["/bin/sh", "-c", line],
        env=environment(PATH=path),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
        cwd=README.parent,
    )
    return (done.stdout + done.stderr).rstrip("\n")


def test_the_row_that_contributors_see_is_in_the_table() -> None:
    walk = (README.parent / ".github" / "CONTRIBUTING.md").read_text("utf-8")
    row = textwrap.dedent(walk.partition("   ```text\n")[2].partition("   ```")[0])
    table = README.parent / "diffcli" / "calculus" / "functions.py"
    assert row
    assert textwrap.indent(row, "    ") in table.read_text("utf-8")


def gates() -> list[str]:
    """Return the calls in the steps for CI, here and in the help."""
    text = README.read_text(encoding="utf-8")
    more = " ".join((check.command.help or "").split())
    return [
        *re.findall(r"^ *- run: diffcli (.+)$", text, re.MULTILINE),
        *re.findall(r"entry: diffcli (.+?\")$", more),
    ]


def test_readme_has_gates() -> None:
    assert len(gates()) == 2


@pytest.mark.parametrize("line", gates())
def test_readme_gate_opens_and_closes(line: str, run: Run) -> None:
    words = shlex.split(line)
    assert run(*words).code == 0
    wrong = [*words[:-1], f"{words[-1]} + 1"]
    assert words[-2] == "--claim"
    assert run(*wrong).code == 1


def test_readme_python() -> None:
    failed, tried = doctest.testfile(str(README), module_relative=False)
    assert tried > 3
    assert failed == 0
