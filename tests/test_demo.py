"""The demo: a test of the whole lecture."""

import re
import shlex

import pytest

from diffcli.cli.commands.demo import STATIONS
from tests.conftest import Run


@pytest.mark.parametrize("number", range(1, len(STATIONS) + 1))
def test_a_station_fits_the_screen_and_shows_what_its_command_prints(
    number: int, run: Run
) -> None:
    shown = run("demo", str(number))
    assert (shown.code, shown.err) == (0, "")
    lines = shown.out.splitlines()
    assert len(lines) <= 23  # and a line for the prompt
    assert max(map(len, lines)) <= 80
    assert lines[1] == f"$ diffcli {STATIONS[number - 1].call}"
    own = run(*shlex.split(STATIONS[number - 1].call))
    assert own.out in shown.out
    ascii = run("demo", str(number), "--ascii").out
    assert ascii.isascii()


def test_without_a_terminal_it_is_one_long_page(run: Run) -> None:
    ran = run("demo")
    assert ran.code == 0
    assert re.findall(r"^\[(\d+)/10\]", ran.out, re.MULTILINE) == [
        str(number) for number in range(1, 11)
    ]
    # The lecture's numbers.
    for number in ("1 · 22 · 1 · 2 = 44", "44.0000000000", "121", "0.225"):
        assert number in ran.out


def test_the_list(run: Run) -> None:
    out = run("demo", "--list").out
    assert [line.split(maxsplit=1)[1] for line in out.splitlines()] == [
        station.title for station in STATIONS
    ]


def test_no_such_station(run: Run) -> None:
    assert run("demo", "11").code == 2
