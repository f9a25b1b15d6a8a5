"""The screens: each file in golden/ has commands and what they print.

A command is a line ``$ COLUMNS=80 diffcli ...``. ``scripts/golden`` writes the files
anew after an intended change; then read the difference. Those in golden/pages/ have
many commands, and say what becomes of many formulas.
"""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Ran, Run
from tests.test_svg import rows

CASES = sorted((Path(__file__).parent / "golden").glob("*.txt"))
PAGES = sorted((Path(__file__).parent / "golden" / "pages").glob("*.txt"))


def screens(case: Path) -> Iterator[tuple[str, str]]:
    """Yield the commands of a file, each with what it prints."""
    text = case.read_text(encoding="utf-8")
    for screen in re.split(r"^(?=\$ COLUMNS=)", text, flags=re.MULTILINE)[1:]:
        first, _, expected = screen.partition("\n")
        yield first, expected


def screen(ran: Ran) -> str:
    """Return all that a call printed, and its exit code."""
    parts = [ran.out, ran.err and f"[stderr]\n{ran.err}", f"[exit {ran.code}]\n"]
    return "".join(part for part in parts if part)


def drawn(first: str, run: Run, *more: str) -> Ran:
    """Return what the first line of a golden file prints."""
    match = re.fullmatch(r"\$ COLUMNS=(\d+) diffcli (.*)", first)
    assert match, f"{first} is no command"
    columns, words = match.groups()
    return run(*shlex.split(words), *more, columns=int(columns))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_screen(case: Path, run: Run) -> None:
    """It is drawn twice: if there is a picture, the second time as that."""
    ((first, expected),) = screens(case)
    ran = drawn(first, run)
    assert screen(ran) == expected
    if ran.code or {"-f", "--color", "demo"} & {*first.split()}:
        assert drawn(first, run) == ran
        return
    again = drawn(first, run, "-f", "svg")
    assert (again.code, again.err) == (ran.code, ran.err)
    lines = ran.out.rstrip("\n").split("\n")
    assert rows(again.out) == [line.rstrip() for line in lines]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_page(page: Path, run: Run) -> None:
    for first, expected in screens(page):
        assert (first, screen(drawn(first, run))) == (first, expected)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_no_line_is_wider_than_the_screen_and_no_number_is_cut(case: Path) -> None:
    first, *lines = case.read_text(encoding="utf-8").split("\n")
    columns = int(first.split("COLUMNS=")[1].split()[0])
    if " -f " not in first:
        body = "\n".join(lines).partition("[stderr]")[0].split("\n")
        plain = [re.sub(r"\x1b\[[\d;]*m", "", line) for line in body]
        assert max(map(len, plain)) <= columns
    assert not re.search(r"\d(…|\.\.\.)", "\n".join(lines))
