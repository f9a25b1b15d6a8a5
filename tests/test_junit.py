"""Verdicts as test runners read them."""

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


def test_the_hooks_for_pre_commit_run(run: Run) -> None:
    """Each entry names options that there are."""
    hooks = Path(__file__).parent.parent / ".pre-commit-hooks.yaml"
    entries = [
        line.partition("diffcli ")[2].split()
        for line in hooks.read_text(encoding="utf-8").splitlines()
        if line.lstrip().startswith("entry:")
    ]
    assert len(entries) == 2
    for entry in entries:
        options = [word for word in entry if word.startswith("-")]
        help_text = run(entry[0], "--help").out
        assert all(option in help_text for option in options if option != "--")
