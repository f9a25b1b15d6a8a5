"""Every command: its help, and the examples in it."""

import platform
import re
import shlex
from collections import Counter
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import click
import pytest

import diffcli
from diffcli import plugins
from diffcli.cli import commands
from diffcli.cli.command import Command
from diffcli.engine.tape import Program, Tape
from diffcli.language.printer import text
from tests.conftest import Run

NAMES = plugins.names(commands)


@pytest.mark.parametrize("name", NAMES)
def test_command_has_what_commands_have(name: str) -> None:
    module = import_module(f"diffcli.cli.commands.{name}")
    assert module.SECTION
    assert isinstance(module.PLACE, int)
    assert isinstance(module.command, Command)


@pytest.mark.parametrize("name", NAMES)
def test_help(name: str, run: Run) -> None:
    for flag in ("--help", "-h"):
        ran = run(name, flag)
        assert ran.code == 0
        assert ran.out.startswith(f"Usage: diffcli {name}")
        assert ran.err == ""
        assert max(map(len, ran.out.splitlines())) <= 80


@pytest.mark.parametrize("columns", [36, 40, 44, 51, 52, 60, 79])
@pytest.mark.parametrize("name", ["", *NAMES])
def test_help_fits_a_narrow_terminal(name: str, columns: int, run: Run) -> None:
    """All but the examples, which stand on one line to be copied, and a long list."""
    words = [*filter(None, [name]), "--help"]
    shown, wide = run(*words, columns=columns).out, run(*words).out
    lines = [line for line in shown.splitlines() if not line.startswith("    diffcli ")]
    wider = [line for line in lines if len(line) > columns]
    assert all(re.fullmatch(r"  --scheme \S+", line) for line in wider)
    assert shown.split() == wide.split() or "_DIFFCLI" in shown


@pytest.mark.parametrize("name", NAMES)
def test_options_are_described(name: str) -> None:
    command = import_module(f"diffcli.cli.commands.{name}").command
    for parameter in command.params:
        if isinstance(parameter, click.Option) and not parameter.hidden:
            assert parameter.help, parameter.name
            short = [word for word in parameter.opts if len(word) == 2]
            assert set(short) <= {"-f", "-o", "-q", "-h"}


def examples() -> list[str]:
    """Return the example calls in the help of all commands."""
    found = []
    for name in NAMES:
        epilog = import_module(f"diffcli.cli.commands.{name}").command.epilog or ""
        found += re.findall(r"^ *diffcli (.+)$", epilog, re.MULTILINE)
    return found


@pytest.mark.parametrize("words", examples())
def test_examples_work(words: str, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    if "xor" in words:  # the files that it speaks of
        monkeypatch.chdir(Path(__file__).parent / "cases")
    ran = run(*shlex.split(words))
    assert ran.code in (0, 1), ran.err
    assert ran.out


def test_group_help_lists_every_command(run: Run) -> None:
    ran = run("--help")
    assert ran.code == 0
    for name in NAMES:
        assert re.search(rf"^  {name} +\w", ran.out, re.MULTILINE)
    assert "Exit status" in ran.out


def test_no_command_shows_help_and_fails(run: Run) -> None:
    ran = run()
    assert (ran.code, ran.out) == (2, "")
    assert "Usage: diffcli" in ran.err


def test_a_misspelt_command_is_refused(run: Run) -> None:
    ran = run("grda", "x")
    assert (ran.code, ran.out) == (2, "")
    assert "grda" in ran.err


@pytest.mark.parametrize("words", [["--version"], ["-V"], ["grad", "--version"]])
def test_the_version_says_what_runs_it(words: list[str], run: Run) -> None:
    shown = run(*words).out
    assert shown.startswith(f"diffcli, version {diffcli.__version__} (")
    assert f" {platform.python_version()}, {platform.platform()})" in shown


@pytest.mark.parametrize("command", ["grad", "trace", "tree", "steps"])
def test_a_note_names_an_option_that_there_is(command: str, run: Run) -> None:
    ran = run(command, "(1-cos(x))/x^2", "--at", "1e-5")
    options = import_module(f"diffcli.cli.commands.{command}").command.params
    has_digits = any("--digits" in option.opts for option in options)
    assert ("diffcli grad --digits 30 shows more" in ran.err) != has_digits
    assert ("30 digits show more" in ran.err) == has_digits


@pytest.mark.parametrize("order", ["0", "1", "2", "3"])
def test_plain_computes_no_more_than_it_prints(
    order: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One pass forward and one backward are the gradient, and no differences."""
    passes: Counter[str] = Counter()
    for owner, name in ((Program, "run"), (Tape, "backward")):
        whole = getattr(owner, name)

        def counted(
            self: Any, *given: Any, whole: Any = whole, name: str = name, **how: Any
        ) -> Any:
            program = self if isinstance(self, Program) else self.program
            passes[name] += text(program.expressions[0]) == "sin(x)*x + x**2"
            return whole(self, *given, **how)

        monkeypatch.setattr(owner, name, counted)
    for module in ("finite", "symbolic"):
        gradient = Mock(side_effect=AssertionError)
        monkeypatch.setattr(f"diffcli.methods.{module}.gradient", gradient)
    differences = Mock(side_effect=AssertionError)
    monkeypatch.setattr("diffcli.analysis.hessian_doubles.by_differences", differences)
    words = ("grad", "sin(x)*x+x^2", "--at", "1", "-f", "plain")
    assert run(*words, "--order", order).code == 0
    assert passes["run"] == 1
    assert passes["backward"] <= 1
