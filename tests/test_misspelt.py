"""Laws of slips of the fingers on the command line: the hint names what was meant."""

from importlib import import_module
from pathlib import Path

import click
import pytest

import diffcli
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


#: By other words for commands: the command, and the option with which it is that.
OTHERWISE = {
    word: (name, option)
    for name in COMMANDS
    for word, option in getattr(
        import_module(f"diffcli.cli.commands.{name}"), "ALSO", {}
    ).items()
}


@pytest.mark.parametrize("word", OTHERWISE)
def test_a_command_is_found_under_other_words(word: str, run: Run) -> None:
    name, option = OTHERWISE[word]
    assert word not in COMMANDS
    ran = run(word, "x**2")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.splitlines()[-1] == f"Hint: it is diffcli {name} {option}".strip()
    command = COMMANDS[name]
    assert command is not None
    known = {spelled for each in command.params for spelled in each.opts}
    assert option[:2] != "--" or option.split()[0] in known


def test_what_the_library_calls_a_question_leads_to_a_command() -> None:
    asked = {name for name in diffcli.__all__ if name.islower()}
    others = {"gradient", "gradients", "examples", "pose", "prove_claim", "prove_range"}
    assert asked - others <= {*COMMANDS, *OTHERWISE}


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


def test_a_word_in_capitals_is_named(run: Run) -> None:
    call = ("grad", "x", "--at", "1")
    asked = [((*call, "--method"), methods.names()), ((), [*COMMANDS])]
    asked.append(((*call, "-f"), formats.offered(("gradients",))))
    for words, names in asked:
        for name in names:
            ran = run(*words, name.upper())
            assert (ran.code, ran.out) == (2, "")
            assert f"did you mean '{name}'?" in ran.err


@pytest.mark.parametrize("word", ["-help", "-version", "help", "version"])
def test_an_option_of_all_commands_is_named(word: str, run: Run) -> None:
    ran = run(word)
    if word.lstrip("-") == "help":
        assert ran == run("--help")
        assert run("grad", word.replace("help", "-help")) == run("grad", "--help")
    else:
        assert (ran.code, ran.out) == (2, "")
        assert f"the option is --{word.lstrip('-')}\n" in ran.err


NUMBERS = (click.types.FloatParamType, click.types.IntParamType)


@pytest.mark.parametrize("name", [name for name, each in COMMANDS.items() if each])
def test_what_is_no_number_is_told_in_plain_words(name: str, run: Run) -> None:
    command = COMMANDS[name]
    assert command is not None
    for option in command.params:
        if isinstance(option.type, NUMBERS):
            ran = run(name, option.opts[-1], "1e1e")
            kind = "number" if isinstance(option.type, NUMBERS[0]) else "whole number"
            assert (ran.code, ran.out) == (2, "")
            assert f"'1e1e' is not a {kind}.\n" in ran.err


def test_misspelt_methods_and_formats_are_named(run: Run) -> None:
    words = [("--method", name) for name in methods.names()]
    words += [("-f", name) for name in formats.offered(("gradients",)) if name[2:]]
    for option, value in words:
        ran = run("grad", "x**2", "--at", "1", option, slip(value))
        assert (ran.code, ran.out) == (2, "")
        assert f"did you mean '{value}'?" in ran.err


@pytest.mark.parametrize("name", CALLS)
def test_an_option_with_one_hyphen_is_named(name: str, run: Run) -> None:
    """A formula may begin with a minus sign; an option may not. -help is the help."""
    command = COMMANDS[name]
    assert command is not None
    if any(option.nargs == -1 for option in command.params):
        return  # all that is no option is a formula of it
    for option in command.get_params(CONTEXT):
        for spelling in option.opts:
            if spelling[:2] == "--" and spelling not in ("--h", "--help"):
                ran = run(name, "x**2", "x", spelling[1:], "1")
                assert ran.code == 2
                assert f"the option is {spelling}" in ran.err


@pytest.mark.parametrize("name", CALLS)
def test_an_option_too_short_for_a_guess_of_click_is_named(name: str, run: Run) -> None:
    """What begins with two hyphens was no formula, when there is one."""
    command = COMMANDS[name]
    assert command is not None
    if any(option.nargs == -1 for option in command.params):
        return
    known = {spelling for option in command.params for spelling in option.opts}
    slips = {"--ta": "--at", "-a-t": "--at", "--f": "-f", "---at": "--at"}
    slips |= {"--At": "--at", "q-at": "--at", "-qat": "--at", "--ta=1": "--at"}
    for written, meant in slips.items():
        ran = run(name, "x**2", "x", written, "1")
        assert (ran.code, ran.out) == (2, "")
        if meant in known:
            assert ran.err.endswith((f"the option is {meant}\n", f" {meant}?\n"))
        if written[:2] == "--" and written[2].isalpha():
            option = written.partition("=")[0]
            assert f"diffcli {name} has no option {option}, " in ran.err


POINTS = {
    "1 2": "1,2", "(1, 2)": "1, 2", "[1,2]": "1,2", "<1,2>": "1,2", "1;2": "1,2",
    "1 and 2": "1,2", "-1 -2": "-1,-2", "1|2": "1,2",
    "1,5;2,5": "1.5,2.5", "1,5 2,5": "1.5,2.5", "x:1,y:2": "x=1,y=2",
    "x=1 y=2": "x=1,y=2", '{"x": 1, "y": 2}': "x=1, y=2", "x=1; y=2": "x=1,y=2",
    "x->1, y->2": "x=1, y=2", "x := 1, y := 2": "x=1, y=2", "x=1,y=2,": "x=1,y=2",
    "(x=pi/2, y=sqrt(2))": "x=pi/2, y=sqrt(2)", "x=0,5 y=-2": "x=0.5,y=-2",
    "1,,2": "1,2", "1, , ,2": "1,2", "x=1,,y=2": "x=1,y=2", "X=1,Y=2": "x=1,y=2",
}  # fmt: skip
"""Ways in which people write two values, and how they are written here."""
NO_POINTS = ["1 2 3", "(1,2", "x 1 y 2", "x=z y=2", "1", "", "sqrt(-1) 2", "x=1 z=2"]


@pytest.mark.parametrize(("written", "meant"), POINTS.items())
def test_values_that_are_written_otherwise_are_told_how(
    written: str, meant: str, run: Run
) -> None:
    asked = {"--at": (), "--claim": ("--at", "1,2")}
    for option, before in asked.items():
        words = ("check", "x^2*y", *before, option)
        again = run(*words, meant)
        assert again.code in (0, 1)
        ran = run(*words, written)
        if ran.code in (0, 1) and option == "--claim":  # in brackets it is a claim
            assert ran.out == again.out
            continue
        assert ran.code in (2, 3)
        assert ran.out == ""
        assert f'Hint: did you mean {option} "{meant}"?\n' in ran.err


@pytest.mark.parametrize("written", NO_POINTS)
def test_what_nobody_can_have_meant_is_not_suggested(written: str, run: Run) -> None:
    ran = run("grad", "x^2*y", "--at", written)
    assert ran.code in (2, 3)
    assert "did you mean" not in ran.err
    if written not in ("", "1"):
        assert written not in ran.err.partition("Hint:")[2]


@pytest.mark.parametrize("name", ["grad", "descend", "trace", "check"])
def test_a_blank_in_a_point_is_named(name: str, run: Run) -> None:
    for words, meant in {("x=1", "y=2"): "x=1,y=2", ("1,", "2"): "1,2"}.items():
        if name != "check" or words[0].endswith(","):
            ran = run(name, "x^2*y", "--at", *words)
            assert (ran.code, ran.out) == (2, "")
            assert f'Hint: did you mean --at "{meant}"?\n' in ran.err


@pytest.mark.parametrize("written", ["x y", "[x, y]", "x;y", "X,Y", '"x", "y"', "x:y"])
def test_names_that_are_written_otherwise_are_told_how(written: str, run: Run) -> None:
    calls = [("grad", "x*y", "--at", "1,2", "--wrt"), ("plot", "x*y", "--vary")]
    if written != "X,Y":  # which are names, and not those of the formula
        calls.append(("grad", "x*y", "--at", "1,2", "--vars"))
    for *words, option in calls:
        ran = run(*words, option, written)
        assert (ran.code, ran.out) == (2, "")
        assert f'Hint: did you mean {option} "x,y"?\n' in ran.err
    both = run("grad", "x*X", "--at", "1,2", "--wrt", "x X")
    assert 'did you mean --wrt "x,X"?' in both.err
    assert "did you mean 'alpha'?" in run("grad", "alpha", "--wrt", "alhpa").err


@pytest.mark.parametrize(
    ("word", "meant"),
    [("markdown", "md"), ("TeX", "latex"), ("picture", "svg"), ("web", "html"),
     ("asciicast", "cast")],
)  # fmt: skip
def test_a_format_is_found_by_what_is_told_of_it(
    word: str, meant: str, run: Run
) -> None:
    ran = run("grad", "x**2", "--at", "1", "-f", word)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.endswith(f"Hint: did you mean '{meant}'?\n")
    assert "Hint" not in run("grad", "x**2", "--at", "1", "-f", "of").err
