"""Nothing runs long in silence: a line, a bar, or a limit that is announced."""

import os
import pty
import sys
from collections.abc import Iterator
from time import monotonic

import pytest

from diffcli.cli import patience
from tests.conftest import Run
from tests.conftest import patience as limited


class Screen:
    """A terminal in the place of stderr."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.end, self.inner = pty.openpty()
        self.monkeypatch = monkeypatch

    def begin(self, *times: float) -> None:
        """Begin to wait; pytest puts its own stderr there before each test."""
        self.monkeypatch.setattr(sys, "stderr", self)
        patience.begin(*times)

    def isatty(self) -> bool:
        return True

    def fileno(self) -> int:
        return self.inner

    def shown(self) -> str:
        os.write(self.inner, b"|")
        seen = b""
        while not seen.endswith(b"|"):
            seen += os.read(self.end, 4096)
        return seen.decode()


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Iterator[Screen]:
    monkeypatch.setenv("TERM", "xterm")
    there = Screen(monkeypatch)
    yield there
    patience.end()
    os.close(there.end)
    os.close(there.inner)


def compute(seconds: float = 0.1) -> None:
    """Compute for as long as the timer needs to come."""
    end = monotonic() + seconds
    while monotonic() < end:
        pass


def test_a_long_computation_shows_that_it_goes_on(screen: Screen) -> None:
    screen.begin(0.01, 0.01)
    compute()
    assert "\rworking, 0 s" in screen.shown()
    patience.end()
    assert screen.shown().endswith("\r\x1b[K|")
    compute()
    assert screen.shown() == "|"


def test_it_is_never_beside_what_is_written(screen: Screen) -> None:
    def lines() -> Iterator[str]:
        for word in "ab":
            compute()
            yield word

    screen.begin(0.01, 0.01)
    for _ in patience.during(lines()):
        assert screen.shown().endswith("\r\x1b[K|")
        compute()  # whoever writes may take long: a pager waits for a key
        assert screen.shown() == "|"


def test_what_is_quick_shows_nothing(screen: Screen) -> None:
    screen.begin()
    assert list(patience.during(["a"])) == ["a"]
    patience.end()
    assert screen.shown() == "|"


def test_without_a_terminal_there_is_none(screen: Screen) -> None:
    screen.monkeypatch.setenv("TERM", "dumb")
    screen.begin(0.01, 0.01)
    compute()
    assert screen.shown() == "|"


#: Formulas that are short to write, and long to write out.
NESTED = "; ".join(
    ["a0 = x/2", *(f"a{n + 1} = sin(a{n})*a{n}" for n in range(41)), "a41"]
)
GROWING = "; ".join(
    ["a0 = x+1", *(f"a{n + 1} = a{n}*a{n}+a{n}" for n in range(41)), "a41"]
)
DOUBLED = "; ".join(["a0 = x", *(f"a{n + 1} = a{n}+a{n}" for n in range(199)), "a199"])
LONG = f"x*0.{'1' * 1_000_000}"
MANY = "+".join(f"x{n}^2" for n in range(501))
#: What took minutes, or all memory; a regression here is seen by who waits for it.
HOSTILE = {
    "nested": ["grad", NESTED, "--at", "0.1", "--exact", "-f", "csv"],
    "growing": ["grad", GROWING, "--at", "0.1", "--exact"],
    "steps of it": ["steps", NESTED],
    "doubled": ["check", DOUBLED, "--at", "0.5", "--claim", "1"],
    "long numeral": ["grad", LONG, "--at", "1", "--digits", "30", "-f", "plain"],
    "many": ["grad", MANY, "--at", ",".join(["1"] * 501), "--order", "2"],
    "tower": ["steps", "x*9**9**9", "--simplify"],
    "layers": ["depth", "sigmoid", "--layers", "100000"],
    "poles": ["plot", "tan(x)", "--x", "0:10000"],
    "widths": ["sweep", "exp(x)", "--at", "1", "--from", "1e-300", "--to", "1e300"],
    "claim": ["check", "x/log(10)", "--at", "1", "--claim", "0.4342944819032518"],
}


@pytest.mark.slow
@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE)
def test_what_takes_long_has_an_end(words: list[str], run: Run) -> None:
    ran = run(*words)
    assert ran.code != 70
    assert ran.code in (0, 1) or (not ran.out and ran.err.startswith("Error: "))


def test_digits_of_a_long_numeral_are_all_right(run: Run) -> None:
    ran = run("grad", LONG, "--at", "1", "--digits", "30", "-f", "plain")
    assert ran.out == f"0.{'1' * 30}\n"
    zeros = "0" * 5000
    for text, found in {
        f"x*1{zeros}.5e-5000": "1",
        f"x*0.{zeros}25e5001": "2.5",
        f"x*00{zeros}7.{zeros}1": "7",
    }.items():
        ran = run("grad", text, "--at", "1", "--digits", "30", "-f", "plain")
        assert (ran.out, ran.code) == (f"{found}\n".replace("e+", "e"), 0)


def shared(part: str, times: int = 199) -> str:
    """Return a formula that shares its parts: each is used twice by the next."""
    parts = [f"a{n + 1} = {part.format(f'a{n}')}" for n in range(times)]
    return "; ".join(["a0 = x", *parts, f"a{times}"])


#: What everybody asks of a formula, and 2^199 nodes are no reason to be slow.
OF_SHARED = (
    "grad --order 2", "grad --digits 30", "steps", "steps --order 2",
    "steps --order 2 -f json", "steps --level full -f latex", "trace", "trace -f json",
    "trace -f dot", "tree", "tree -f json", "tree --graph -f mermaid", "sweep",
    "check --claim 2^199", "check --claim 7", "check --taylor", "descend --rate 0.1",
)  # fmt: skip


@pytest.mark.parametrize("words", OF_SHARED)
def test_nothing_walks_over_a_tree_as_it_is_written(words: str, run: Run) -> None:
    command, *options = words.split()
    with limited(30):  # the whole tree has no end at all
        ran = run(command, shared("{0} + {0}"), "--at", "0.5", *options)
    assert ran.code == (1 if "7" in options else 0), ran.err
    assert "slip" not in ran.out


@pytest.mark.parametrize("part", ["{0} + {0}", "sin({0}) + {0}", "{0}*cos({0})"])
@pytest.mark.parametrize("options", ["--order 2", "-f json", "--level full"])
def test_steps_of_what_is_shared(part: str, options: str, run: Run) -> None:
    with limited(30):
        assert run("steps", shared(part, 60), *options.split()).code == 0


def test_a_tree_that_nobody_could_see_is_refused(run: Run) -> None:
    for words in (["-f", "dot"], ["-f", "mermaid", "--at", "1"]):
        ran = run("tree", shared("{0} + {0}"), *words)
        assert (ran.code, ran.out) == (2, "")
        assert "--graph draws a node that is used twice only once" in ran.err
