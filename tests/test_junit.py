"""Verdicts as test runners read them."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.conftest import Run


def outcomes(text: str) -> list[str]:
    """Return what became of each case, after a look at what is counted."""
    root = ElementTree.fromstring(text)
    (suite,) = root
    tags = {"system-out": "passed"}
    found = [tags.get(case[0].tag, case[0].tag) for case in suite]
    for element in (root, suite):
        assert int(element.get("tests", "")) == len(found)
        assert int(element.get("failures", "")) == found.count("failure")
        assert int(element.get("errors", "")) == found.count("error")
    return found


@pytest.mark.parametrize(
    ("words", "code", "expected"),
    [
        ("x^3 --at 2 --claim 12", 0, ["passed"]),
        ("x^3*y --at 2,3 --claim 12,8", 1, ["failure", "passed"]),
        ("x^3*y --at 2,3 --at 1,1 --claim y*3*x^2,x^3", 0, ["passed"] * 4),
        ("(1-cos(x))/x^2 --at 1e-9 --claim 0.001", 1, ["failure"]),
    ],
)
def test_each_verdict_is_a_case(
    words: str, code: int, expected: list[str], run: Run
) -> None:
    ran = run("check", *words.split(), "-f", "junit")
    assert ran.code == code, ran.err
    assert outcomes(ran.out) == expected


def test_piles_and_derivations_are_suites(run: Run, tmp_path: Path) -> None:
    pile = tmp_path / "claims.csv"
    pile.write_text(
        'name,formula,claim\nA&b,x^2,2x\n"<z>",x^3,x^2\nd,y^^,2\n', encoding="utf-8"
    )
    ran = run("check", "--claims", str(pile), "-f", "junit")
    assert outcomes(ran.out) == ["passed", "failure", "error"]
    assert ran.code == 1
    work = tmp_path / "work.txt"
    work.write_text("f(x) = x^2*sin(x)\nf'(x) = 2*x*cos(x)\n", encoding="utf-8")
    ran = run("check", "--work", str(work), "-f", "junit")
    assert "failure" in outcomes(ran.out)
    assert ran.code == 1


def test_the_suffix_is_xml(run: Run, tmp_path: Path) -> None:
    to = tmp_path / "report.xml"
    assert run("check", "x^2", "--at=3", "--claim=6", "-o", str(to)).code == 0
    assert outcomes(to.read_text(encoding="utf-8")) == ["passed"]


def test_the_hook_fails_for_what_is_wrong_and_names_its_file(
    run: Run, tmp_path: Path
) -> None:
    """As pre-commit runs it: the entry, then the arguments, then the files."""
    root = Path(__file__).parent.parent
    hooks = (root / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    (entry,) = re.findall(r"entry: &each >-\n((?:    .*\n)+)", hooks)
    options = re.findall(r"args: \[(.*)\]", hooks)
    assert len(options) == hooks.count("- id:") == 2
    usage = run("check", "--help").out
    assert all(option in usage for option in options)
    for name, claim in (("right.csv", "2*x"), ("a wrong.csv", "3*x")):
        (tmp_path / name).write_text(f"formula,claim\nx^2,{claim}\n", encoding="utf-8")
    words = shlex.split(entry.replace("\n    ", " "))
    folder = str(Path(sys.executable).parent)
    ran = subprocess.run(
        [*words, "--claims", "right.csv", "a wrong.csv"],
        cwd=tmp_path, text=True, capture_output=True, check=False,
        env={**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"},
    )  # fmt: skip
    assert (ran.returncode, ran.stderr) == (1, "")
    assert ran.stdout.startswith("a wrong.csv\n")
    assert "1 claim: 1 wrong." in ran.stdout
    assert "right.csv" not in ran.stdout
