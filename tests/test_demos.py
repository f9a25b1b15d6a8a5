"""The demos in scripts/ run in a plain shell and show what they promise."""

import csv
import math
import os
import subprocess
import sys
from pathlib import Path

import pytest

import diffcli

SCRIPTS = Path(__file__).parent.parent / "scripts"
DEMOS = sorted(path.name for path in SCRIPTS.glob("demo-*"))


def lines(name: str) -> list[str]:
    """Return what a demo prints, run as a user would run it."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        [SCRIPTS / name],
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


@pytest.mark.parametrize("name", DEMOS)
def test_a_demo_is_short_and_says_what_it_shows(name: str) -> None:
    text = (SCRIPTS / name).read_text("utf-8").splitlines()
    assert text[0] == "#!/bin/sh"
    assert text[1].startswith("# ")
    assert len(text) < 40
    assert max(map(len, text)) <= 88


def test_the_shell_walks_down_the_valley() -> None:
    walked = [line.replace("=", " ").split() for line in lines("demo-shell")]
    places = [(float(words[2]), float(words[4])) for words in walked]
    assert places[0] == (4.0, 1.0)
    assert [*places[-1]] == pytest.approx([1, -2], abs=0.01)
    heights = [(x - 1) ** 2 + 3 * (y + 2) ** 2 for x, y in places]
    assert heights == sorted(heights, reverse=True)


def test_the_batch_keeps_what_has_a_gradient() -> None:
    rows = list(csv.DictReader(lines("demo-batch")))
    assert [row["id"] for row in rows] == ["one", "two", "below", "edge"]
    assert [row["status"] for row in rows] == ["ok", "ok", "domain", "kink"]
    for row in rows[:2]:
        point = {"x": float(row["x"]), "y": math.e if row["y"] == "e" else 1.0}
        gradient = diffcli.gradient("sqrt(x)*log(y)", point)
        found = [float(row["df/dx"]), float(row["df/dy"])]
        assert found == pytest.approx([gradient["x"], gradient["y"]], rel=1e-15)


def test_the_gate_lets_the_right_program_through() -> None:
    shown = lines("demo-check")
    assert shown[0].startswith("the gradient is right")
    assert [line.split("\t")[-1] for line in shown[2:4]] == ["fail", "ok"]
    assert shown[-1] == "exit code 1: stop"
