"""README tells the truth: its console blocks are run and compared."""

import doctest
import re
import shlex
from pathlib import Path

import pytest

from tests.conftest import Run

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


@pytest.mark.parametrize(("line", "shown"), blocks(), ids=lambda part: part[:40])
def test_readme_block(line: str, shown: str, run: Run) -> None:
    program, *words = shlex.split(line)
    assert program == "diffcli"
    ran = run(*words)
    assert (ran.out + ran.err).rstrip("\n") == shown


def test_readme_python() -> None:
    failed, tried = doctest.testfile(str(README), module_relative=False)
    assert tried > 3
    assert failed == 0
