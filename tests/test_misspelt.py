"""Laws of slips of the fingers on the command line: the hint names what was meant."""

from pathlib import Path

import click
import pytest

from diffcli import methods, plugins
from diffcli.cli import commands
from diffcli.cli.main import group
from diffcli.output import formats
from tests.conftest import Run
from tests.test_shell import CALLS

CONTEXT = click.Context(group)
COMMANDS = {name: group.get_command(CONTEXT, name) for name in plugins.names(commands)}
CHOICES = [
    (name, option.opts[0], str(value))
    for name, command in COMMANDS.items()
    if command is not None
    for option in command.params
    if isinstance(option.type, click.Choice)
    for value in option.type.choices
]


def slip(word: str) -> str:
    """Return a word with its first two letters the wrong way round."""
    return word[1] + word[0] + word[2:]


@pytest.mark.parametrize("name", COMMANDS)
def test_a_misspelt_command_is_named(name: str, run: Run) -> None:
    for written in (slip(name), name[:-1], name + "s"):
        ran = run(written, "x**2")
        assert (ran.code, ran.out) == (2, "")
        assert f"did you mean '{name}'?" in ran.err


@pytest.mark.parametrize("formula", ["x^2", "(-x)", "f(x) = x'", "2"])
def test_a_formula_without_a_command_is_told_where_it_goes(
    formula: str, run: Run
) -> None:
    ran = run("--", formula)
    assert (ran.code, ran.out) == (2, "")
    assert "Hint: a command comes first: diffcli grad FORMULA --at POINT" in ran.err


def takes_one(command: click.Command | None) -> bool:
    """Tell whether a command has arguments, and a number of them."""
    given = command.params if command is not None else []
    counts = [each.nargs for each in given if isinstance(each, click.Argument)]
    return bool(counts) and -1 not in counts


@pytest.mark.parametrize("name", [n for n, each in COMMANDS.items() if takes_one(each)])
def test_a_short_option_that_there_is_not_is_named(name: str, run: Run) -> None:
    """A minus sign may begin a formula, but then there is one too many."""
    command = COMMANDS[name]
    assert command is not None
    known = {option for each in command.params for option in each.opts}
    for option in {"-q", "-z", "-K"} - known:
        for words in ([option, "x^2"], ["x^2", option], [option, "-", "--ascii"]):
            ran = run(name, *words)
            assert (ran.code, ran.out) == (2, "")
            assert f"diffcli {name} has no option {option}" in ran.err


def takes_a_formula(command: click.Command | None) -> bool:
    """Tell whether a command has one formula, and a point beside it."""
    params = [] if command is None else command.params
    return {"expr", "--at"} <= {name for each in params for name in each.opts}


@pytest.mark.parametrize("name", [n for n, c in COMMANDS.items() if takes_a_formula(c)])
def test_what_belongs_behind_an_option_is_told_so(
    name: str, run: Run, tmp_path: Path
) -> None:
    command = COMMANDS[name]
    assert command is not None
    known = {option for each in command.params for option in each.opts}
    table = tmp_path / "a table.csv"
    table.write_text("x\n1\n", "utf-8")
    asks = [
        ("--at", "1"), ("--at", "-1.5, 2"), ("--at", "x=1,y=2*pi"),
        ("--points", str(table)), ("--claim", "(2*x)"),
    ]  # fmt: skip
    asks += [] if "--claim" in known else [("--wrt", "x"), ("--wrt", "x1,y")]
    for option, word in asks:
        ran = run(name, "x^2", word)
        assert (ran.code, ran.out) == (2, "")
        said = " ".join(ran.err.split())
        assert "put the formula in quotes" in said
        assert (f'did you mean {option} "{word}"?' in said) == (option in known)
        parts = run(name, "x", "+", word)
        assert "Hint: put the formula in quotes\n" in parts.err
    if "--claim" in known:  # with a point, what looks like one is a claim
        assert '--claim "x=2"?' in run(name, "x^2", "x=2", "--at", "1").err


@pytest.mark.parametrize("name", [n for n, c in COMMANDS.items() if c and n != "plot"])
def test_only_a_formula_is_said_to_need_quotes(name: str, run: Run) -> None:
    command = COMMANDS[name]
    assert command is not None
    if not {"expr", "acts"} & {each.name for each in command.params}:
        ran = run(name, "a", "b", "c", "d")
        assert ran.code == 2
        assert "quotes" not in ran.err


@pytest.mark.parametrize(("name", "option", "value"), CHOICES)
def test_a_misspelt_choice_is_named(
    name: str, option: str, value: str, run: Run
) -> None:
    ran = run(name, option, slip(value))
    assert ran.code == 2
    assert f"did you mean '{value}'?" in ran.err


def test_misspelt_methods_and_formats_are_named(run: Run) -> None:
    words = [("--method", name) for name in methods.names()]
    words += [("-f", name) for name in formats.offered(("gradients",)) if name[2:]]
    for option, value in words:
        ran = run("grad", "x**2", "--at", "1", option, slip(value))
        assert (ran.code, ran.out) == (2, "")
        assert f"did you mean '{value}'?" in ran.err


@pytest.mark.parametrize("name", CALLS)
def test_an_option_with_one_hyphen_is_named(name: str, run: Run) -> None:
    """A formula may begin with a minus sign; an option may not."""
    command = COMMANDS[name]
    assert command is not None
    if any(option.nargs == -1 for option in command.params):
        return  # all that is no option is a formula of it
    for option in command.get_params(CONTEXT):
        for spelling in option.opts:
            if spelling.startswith("--") and spelling != "--h":  # -h is the help
                ran = run(name, "x**2", "x", spelling[1:], "1")
                assert ran.code == 2
                assert f"the option is {spelling}" in ran.err
