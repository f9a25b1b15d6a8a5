"""What shells offer: by click's protocol, and in real shells where they are."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from shutil import which

import pytest
from click.shell_completion import (
    BashComplete,
    FishComplete,
    ShellComplete,
    ZshComplete,
)

from diffcli import methods
from diffcli.calculus.functions import BY_NAME
from diffcli.cli.shells import Bash, Fish, Zsh
from diffcli.output import formats
from tests.conftest import Run

LECTURE = '"(2*x1+3*x2)**2+3"'
BIN = Path(sys.executable).parent
#: The words typed so far, with their quotes, and what comes next.
OFFERS: list[tuple[tuple[str, ...], list[str]]] = [
    (("gr",), ["grad"]),
    (("grad", LECTURE, "--sch"), ["--scheme"]),
    (("grad", LECTURE, "--scheme", "f"), ["forward"]),
    (("grad", LECTURE, "--method", ""), [*methods.names(), "all"]),
    (("grad", LECTURE, "--method", "s"), ["symbolic"]),
    (("grad", LECTURE, "--h", ""), ["auto", "relative"]),
    (("grad", LECTURE, "-f", "js"), ["json", "jsonl"]),
    (("tree", LECTURE, "-f", "d"), ["dot"]),
    (("grad", "-x+b", "--at", ""), ["b=", "x="]),
    (("grad", LECTURE, "--at", ""), ["x1=", "x2="]),
    (("grad", LECTURE, "--at", "x2=1,"), ["x2=1,x1="]),
    (("grad", LECTURE, "--at", "1,"), []),
    (("grad", "--at", ""), []),
    (("grad", '"2*("', "--at", ""), []),
    (("grad", "-", "--at", ""), []),
    (("grad", "@nowhere", "--at", ""), []),
    (("grad", LECTURE, "--wrt", "x1,"), ["x1,x2"]),
    (("grad", LECTURE, "--vars", ""), ["x1", "x2"]),
    (("check", LECTURE, "--claim", ""), ["x1=", "x2="]),
    (("grad", "2*tan"), ["2*tan(", "2*tanh("]),
    (("grad", '"sin(x) + x*gel'), ["sin(x) + x*gelu("]),
    (("grad", ""), []),
    (("grad", "2*x1"), []),
    (("grad", LECTURE, "--at", "--method", ""), []),
    (("grad", LECTURE, "--json-schema", "--sch"), ["--scheme"]),
    (("functions", "relu"), ["relu"]),
    (("functions", ""), sorted(BY_NAME)),
]


Offered = Callable[..., list[str]]


@pytest.fixture
def offered(run: Run, monkeypatch: pytest.MonkeyPatch) -> Offered:
    """Return what tells what a shell is told for words, the last of them unfinished."""

    def call(*words: str, shell: str = "zsh") -> list[str]:
        place = words[-1] if shell == "fish" else str(len(words))
        monkeypatch.setenv("_DIFFCLI_COMPLETE", f"{shell}_complete")
        monkeypatch.setenv("COMP_WORDS", "\n".join(["diffcli", *words]))
        monkeypatch.setenv("COMP_CWORD", place)
        ran = run()
        assert (ran.code, ran.err) == (0, "")
        lines = ran.out.splitlines()
        if shell == "zsh":  # three lines for each: type, value, help
            return lines[1::3]
        return [line.partition(",")[2].partition("\t")[0] for line in lines if line]

    return call


@pytest.mark.parametrize(("words", "expected"), OFFERS, ids=str)
def test_what_could_come_next(
    words: tuple[str, ...], expected: list[str], offered: Offered
) -> None:
    assert offered(*words) == expected


def test_every_format_is_offered(offered: Offered) -> None:
    shown = {
        form
        for name in ("grad", "check", "tree", "demo", "export")
        for form in offered(name, "x", "--format", "")
    }
    assert shown == set(formats.names())


def test_bash_breaks_words_at_the_equals_sign(offered: Offered) -> None:
    start = ("grad", LECTURE, "--at", "x2", "=")
    assert offered(*start, "1,", shell="bash") == ["1,x1="]
    start = ("grad", LECTURE, "--at", "=", "x2")
    assert offered(*start[:-1], "x", shell="bash") == ["x1=", "x2="]
    assert offered(*start, "=", "1,", shell="bash") == ["1,x1="]
    assert offered("grad", "x", "--format", "=", shell="bash")[0] == "table"
    assert offered("grad", "x", "--format", "=", "js", shell="bash") == [
        "json",
        "jsonl",
    ]


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_want_the_whole_word(shell: str, offered: Offered) -> None:
    expected = ["--format=json", "--format=jsonl"]
    assert offered("grad", "x", "--format=js", shell=shell) == expected


def test_a_file_is_left_to_the_shell() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "diffcli"],
        env=os.environ
        | {
            "_DIFFCLI_COMPLETE": "bash_complete",
            "COMP_WORDS": "diffcli grad x -o f",
            "COMP_CWORD": "4",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "file,f\n"


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [(Bash, BashComplete), (Zsh, ZshComplete), (Fish, FishComplete)],
)
def test_the_scripts_are_repaired(
    ours: type[ShellComplete], theirs: type[ShellComplete]
) -> None:
    assert ours.source_template != theirs.source_template


BASH = """\
eval "$(_DIFFCLI_COMPLETE=bash_source diffcli)"
compopt() { echo compopt "$@"; }
COMP_WORDS=(diffcli "$@") COMP_CWORD=$#
_diffcli_completion diffcli
printf '%s\\n' "${COMPREPLY[@]}"
"""
FISH = """\
_DIFFCLI_COMPLETE=fish_source diffcli | source
complete -C "$argv" | string replace -r '\\t.*' ''
true
"""
ZSH = """\
compdef() { :; }
compadd() { print "compadd $*" }
_describe() { print -l $completions_with_descriptions }
eval "$(_DIFFCLI_COMPLETE=zsh_source diffcli)"
words=(diffcli "$@") CURRENT=$(($# + 1))
_diffcli_completion
"""


def in_shell(shell: str, script: str, *words: str) -> list[str]:
    """Return the lines that a script in a real shell prints."""
    call = [shell, "--no-config", "-c"] if shell == "fish" else [shell, "-f", "-c"]
    given = words if shell == "fish" else (shell, *words)
    done = subprocess.run(
        [*call, script, *given],
        env=os.environ | {"PATH": f"{BIN}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


#: Script, the words as that shell hands them over, and the lines that it prints.
REAL = [
    ("bash", BASH, ("gr",), ["grad"]),
    ("bash", BASH, ("grad", '"a*b"', "--at", "b"), ["compopt -o nospace", "b="]),
    ("bash", BASH, ("grad", "a*b", "--at", "b", "=", "1,"), [
        "compopt -o nospace", "1,a=",
    ]),
    ("fish", FISH, ("diffcli gr",), ["grad"]),
    ("fish", FISH, ("diffcli grad 'a*b' --at b=1,",), ["b=1,a="]),
    ("fish", FISH, ("diffcli grad x --scheme=f",), ["--scheme=forward"]),
    ("zsh", ZSH, ("functions", "gel"), ["compadd -U -V unsorted -a completions"]),
    ("zsh", ZSH, ("grad", "a*b", "--at", "b"), ["compadd -S  -U -V unsorted -- b="]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("shell", "script", "words", "expected"),
    [case for case in REAL if which(case[0])],
)
def test_in_a_real_shell(
    shell: str, script: str, words: tuple[str, ...], expected: list[str]
) -> None:
    assert in_shell(shell, script, *words) == expected
