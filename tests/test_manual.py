"""The manual's pages: complete, well formed, reproducible, and in the wheel."""

import inspect
import os
import re
import subprocess
import sys
from pathlib import Path
from shutil import which
from zipfile import ZipFile

import pytest

import diffcli
from diffcli import plugins
from diffcli.cli import commands
from diffcli.cli.help import NOTATIONS, STATUS
from diffcli.language.parser import parse
from tests import schemas
from tests.conftest import Run

ROOT = Path(__file__).parent.parent
LIBRARY = "diffcli.3"
PAGES = ["diffcli", *(f"diffcli-{name}" for name in plugins.names(commands))]
DAY = {"SOURCE_DATE_EPOCH": "86400"}


def write(folder: Path, **environment: str) -> dict[str, str]:
    """Return the pages as scripts/man writes them, by name."""
    subprocess.run(
        [sys.executable, ROOT / "scripts" / "manual.py", folder],
        env={**os.environ, **environment},
        check=True,
    )
    return {path.name: path.read_text("utf-8") for path in folder.glob("man?/*")}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return write(tmp_path_factory.mktemp("man1"), **DAY)


def shown(page: str) -> str:
    """Return a page's text without roff."""
    page = re.sub(r"\\f[BIR]", "", page)
    page = re.sub(r"\\\[u([0-9A-F]+)\]", lambda code: chr(int(code[1], 16)), page)
    return page.replace(r"\-", "-").replace(r"\(aq", "'").replace(r"\e", "\\")


def test_every_command_has_its_page(pages: dict[str, str]) -> None:
    assert sorted(pages) == sorted([LIBRARY, *(f"{name}.1" for name in PAGES)])


def test_the_reference_of_the_library_is_complete(pages: dict[str, str]) -> None:
    """Each public name has what is said of it, and no type is left unexplained."""
    page = shown(pages[LIBRARY])
    heads = set(re.findall(r"^\.SS (.+)$", page, re.MULTILINE))
    assert heads == {name for name in dir(diffcli) if name[0] != "_"}
    for name in heads:
        said = (inspect.getdoc(getattr(diffcli, name)) or "").split("\n")[0]
        assert said in page
    for line in (diffcli.__doc__ or "").splitlines()[1:]:
        assert f"{line.strip()}\n" in page  # in its columns
    types = set(re.findall(r"^\.TP\n([A-Z]\w+) = ", page, re.MULTILINE))
    for name in ("Formula", "Point", "Claim", "StepWidth", "Scheme", "BlackBox"):
        assert name in types


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_its_sections(name: str, pages: dict[str, str]) -> None:
    page = pages[f"{name}.1"]
    heads = re.findall(r"^\.SH (.+)$", page, re.MULTILINE)
    assert heads == [
        head
        for head in (
            "NAME", "SYNOPSIS", "DESCRIPTION", "ARGUMENTS", "OPTIONS", "NOTATIONS",
            "INPUT AND OUTPUT", "EXIT STATUS", "ENVIRONMENT", "EXAMPLES", "SEE ALSO",
        )
        if (head not in ("NOTATIONS", "INPUT AND OUTPUT") or name == "diffcli")
        and (head != "ARGUMENTS" or name not in ("diffcli", "diffcli-practice"))
    ]  # fmt: skip
    first, _, rest = page.partition("\n")
    assert shown(first).startswith(f'.TH {name.upper()} 1 "1970-01-02" "diffcli ')
    requests = set(re.findall(r"^[.'](\S*)", rest, re.MULTILINE))
    assert requests <= {"SH", "SS", "PP", "TP", "B", "BR", "nf", "fi", "nh", "ad"}
    assert not re.search(r"[ \t]$", page, re.MULTILINE)


@pytest.mark.parametrize("name", PAGES[1:])
def test_a_page_says_what_help_says(name: str, pages: dict[str, str], run: Run) -> None:
    help_ = run(name.removeprefix("diffcli-"), "--help", columns=1000).out
    text = " ".join(shown(pages[f"{name}.1"]).split())
    for line in help_.splitlines()[2:]:
        if line.startswith("  ") and line.strip() != "Examples:":
            for part in re.split(r" {2,}", line.strip()):
                assert " ".join(part.split()) in text


def test_exit_codes_are_those_of_the_readme() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    for code, meaning in STATUS:
        assert f"| {code} | {meaning} |\n" in readme


def test_the_same_source_gives_the_same_pages(tmp_path: Path) -> None:
    first = write(tmp_path / "first")
    assert write(tmp_path / "second") == first
    dated = write(tmp_path / "third", **DAY)
    assert dated != first
    assert re.sub("1970-01-02", "", dated["diffcli.1"]) in [
        re.sub(r"\d{4}-\d\d-\d\d", "", first["diffcli.1"])
    ]


CHECKERS = [["mandoc", "-T", "lint", "-W", "warning"], ["groff", "-man", "-ww", "-z"]]


@pytest.mark.parametrize(
    "checker", [call for call in CHECKERS if which(call[0])], ids=lambda call: call[0]
)
def test_who_formats_it_does_not_complain(checker: list[str], tmp_path: Path) -> None:
    write(tmp_path, **DAY)
    for page in tmp_path.glob("man?/*"):
        done = subprocess.run(
            [*checker, page], capture_output=True, text=True, check=True
        )
        assert done.stdout + done.stderr == ""


@pytest.mark.slow
def test_the_wheel_contains_manual_and_schemas(wheel: Path) -> None:
    inside = set(ZipFile(wheel).namelist())
    assert {f"diffcli/cli/schemas/{name}.json" for name in schemas.NAMES} <= inside
    (data,) = {name.partition("/")[0] for name in inside if ".data/" in name}
    assert {f"{data}/data/share/man/man1/{page}.1" for page in PAGES} <= inside
    assert f"{data}/data/share/man/man3/{LIBRARY}" in inside


@pytest.mark.parametrize("example", [e for _, each in NOTATIONS for e in each])
def test_every_notation_in_the_help_is_read(example: str) -> None:
    parsed = parse(example, several=True)
    assert parsed.variables or example == "30°"
