"""The demo: a test of the whole lecture, and of lessons that others write."""

import json
import re
import shlex
from pathlib import Path

import pytest

import diffcli
from diffcli.cli import lesson
from tests.conftest import Run

LECTURE = Path(diffcli.__file__).parent / "cli" / "lecture.md"
STATIONS = lesson.read(LECTURE.read_text("utf-8").splitlines(), LECTURE.name)
NUMBERS = range(1, len(STATIONS) + 1)
OWN = """\
# Two slopes

Words before
a command.

## One

- a point
- another

```console
$ diffcli grad "x^2" --at 3 -f plain
$ cat nothing
diffcli grad "log(x)" --at=-1   # exit 4
```

### Below

Words after.

## Nothing under it

## Two
~~~
diffcli check "x^2" --at 3 --claim 5
~~~
"""


@pytest.fixture
def own(tmp_path: Path) -> str:
    """Return a lesson of somebody else's."""
    file = tmp_path / "own.md"
    file.write_text(OWN, encoding="utf-8")
    return str(file)


@pytest.mark.parametrize("number", NUMBERS)
def test_a_station_fits_the_screen_and_shows_what_its_command_prints(
    number: int, run: Run
) -> None:
    shown = run("demo", str(number))
    assert (shown.code, shown.err) == (0, "")
    lines = shown.out.splitlines()
    assert len(lines) <= 23  # and a line for the prompt
    assert max(map(len, lines)) <= 80
    (call,) = STATIONS[number - 1].calls
    assert lines[0] == f"[{number}/{len(STATIONS)}] {STATIONS[number - 1].title}"
    assert lines[1].startswith(f"$ {call.text}"[:76])
    own = run(*shlex.split(call.text)[1:])
    assert own.out in shown.out
    assert run("demo", str(number), "--ascii").out.isascii()


def test_without_a_terminal_it_is_one_long_page(run: Run) -> None:
    ran = run("demo")
    assert ran.code == 0
    titles = re.findall(r"^\[(\d+)/\d+\]", ran.out, re.MULTILINE)
    assert titles == [str(number) for number in NUMBERS]
    # The lecture's numbers, and the arithmetic of the slide.
    slide = "(124.4404 - 123.5604)/0.02 = 0.88/0.02 = 44.0000000000"
    for number in ("1 · 22 · 1 · 2 = 44", slide, "121", "0.225"):
        assert number in ran.out


def test_the_list(run: Run) -> None:
    out = run("demo", "--list").out
    assert [line.split(maxsplit=1)[1] for line in out.splitlines()] == [
        station.title for station in STATIONS
    ]


def test_no_such_station(run: Run) -> None:
    for words in (["13"], ["0"], ["1", "2"], ["a.md", "b.md"], ["nowhere.md"]):
        ran = run("demo", *words)
        assert (ran.code, ran.out) == (2, "")


def test_every_command_of_the_lecture_holds(run: Run) -> None:
    ran = run("demo", "--check")
    assert ran.code == 0
    assert f"{len(STATIONS)} of {len(STATIONS)} commands hold." in ran.out


def test_a_lesson_of_ones_own(own: str, run: Run) -> None:
    out = run("demo", own).out
    assert "[1/3] Two slopes\nWords before a command.\n" in out
    assert "- a point\n\n- another\n" in out
    assert '$ diffcli grad "x^2" --at 3 -f plain\n\n6\n\n$ cat nothing\n' in out
    assert "Error: log is not defined for -1" in out
    assert "\nBelow\n" in out
    assert "Nothing under it" not in out
    assert "1 of 1 failed." in run("demo", own, "3").out
    assert run("demo", own, "--list").out.count("\n") == 3
    assert run("demo", "--check", own).code == 0


def test_an_output_that_was_pasted_gives_way_to_the_new_one(
    tmp_path: Path, run: Run
) -> None:
    """The lesson may be this project's README: no table is shown twice."""
    old = "7\n\nError: of an older version\n  diff\n"
    call = 'diffcli grad "x^2" --at 3 -f plain'
    for prompt, kept in {"$ ": False, "": True}.items():
        file = tmp_path / "pasted.md"
        block = f"{prompt}{call}\n{old}$ cat nothing\nnothing\n{prompt}{call}\n{old}"
        file.write_text(f"# A\n```console\n{block}```\nWords.\n", "utf-8")
        out = run("demo", str(file)).out
        assert ("older version" in out) is kept
        assert out.count("\n6\n") == 2
        assert "$ cat nothing\nnothing\n" in out
        assert out.endswith("Words.\n")
        assert "2 of 2 commands hold." in run("demo", "--check", str(file)).out


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("diffcli grad 'sinn(x)' --at 1", "unknown function 'sinn'"),
        ("diffcli grad 'x' --att 1", "No such option"),
        ("diffcli grad 'x --at 1", "no closing quotation"),
        ("diffcli grad x --at 1 | head", "a lesson runs without one"),
        ("diffcli grid x --at 1", "no command of a lesson: 'grid'"),
        ("diffcli", "no command of a lesson"),
        ("diffcli demo", "no command of a lesson: 'demo'"),
        ("diffcli grad 'log(x)' --at=-1", "log is not defined for -1"),
        ("diffcli grad x --at 1  # exit 4", "and not 4"),
        ("diffcli check x --at 1 --claim 2  # exit 0", "it ends with 1, and not 0"),
    ],
)
def test_a_broken_command_is_found(
    line: str, says: str, tmp_path: Path, run: Run
) -> None:
    file = tmp_path / "broken.md"
    file.write_text(f"# A\n```\ndiffcli grad x --at 2\n{line}\n```\n", encoding="utf-8")
    ran = run("demo", str(file), "--check", columns=200)
    assert ran.code == 1
    assert f"{file}:4: FAIL" in ran.out
    assert says in ran.out
    assert "1 of 2 commands hold." in ran.out
    assert run("demo", str(file)).code == 0  # it is shown as it is


@pytest.mark.parametrize(
    "option", ["-o x.csv", "--program ./x", "--module os:getcwd", "-fcsv --output=x"]
)
def test_a_lesson_is_not_trusted(
    option: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    monkeypatch.chdir(tmp_path)
    formula = "" if "--program" in option or "--module" in option else "x"
    text = f"# A\n```\ndiffcli grad {formula} --at 1 {option}\n```\n"
    (tmp_path / "a.md").write_text(text, encoding="utf-8")
    for words in (["a.md"], ["a.md", "--check"], ["a.md", "1", "-f", "md"]):
        ran = run("demo", *words)
        assert ran.code == 2
        assert "--trust allows it" in ran.err
    assert [path.name for path in tmp_path.iterdir()] == ["a.md"]


def test_a_trusted_lesson_may_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    monkeypatch.chdir(tmp_path)
    text = "# A\n```\ndiffcli grad x --at 1 -o x.csv\n```\n"
    (tmp_path / "a.md").write_text(text, encoding="utf-8")
    assert run("demo", "a.md", "--trust").code == 0
    assert (tmp_path / "x.csv").read_text("utf-8").startswith("var,")


@pytest.mark.parametrize(
    "text", ["", "\n\n", "# Title alone\n", "## A\n```\ndiffcli\n"]
)
def test_what_is_no_lesson(text: str, tmp_path: Path, run: Run) -> None:
    file = tmp_path / "a.md"
    file.write_text(text, encoding="utf-8")
    ran = run("demo", str(file))
    assert (ran.code, ran.out) == (2, "")
    assert "a.md" in ran.err


def test_a_recording_plays_every_line(own: str, tmp_path: Path, run: Run) -> None:
    file = tmp_path / "lecture.cast"
    assert run("demo", own, "-o", str(file)).code == 0
    head, *events = map(json.loads, file.read_text("utf-8").splitlines())
    assert (head["version"], head["width"], head["height"]) == (2, 80, 24)
    times = [seconds for seconds, _, _ in events]
    assert times == sorted(times)
    played = "".join(text for _, kind, text in events if kind == "o")
    assert re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", played).count("[2/3] One\r\n") == 1
    assert file.read_text("utf-8") == run("demo", own, "-f", "cast").out
