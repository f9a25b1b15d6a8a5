"""Every command at every nasty point, in every format that programs read.

Each call ends with an answer or with an error that is the user's: exit 70 is neither,
and what is no number is never written as one.
"""

import re
from collections.abc import Callable
from importlib import import_module

import click
import pytest

import diffcli
from diffcli import plugins
from diffcli.cli import commands
from diffcli.inputs.arguments import Point
from diffcli.output import formats
from tests.conftest import Run

#: What happens there: formula, point, and the exit code of a gradient.
NASTY = {
    "kink": ("abs(x)+x", "0", 5),
    "tie": ("max(x, y)", "1,1", 5),
    "jump": ("sign(x)", "0", 5),
    "vertical tangent": ("cbrt(x)", "0", 5),
    "pole": ("1/x", "0", 4),
    "hole": ("sin(x)/x", "0", 4),
    "end of the domain": ("sqrt(x)", "0", 5),
    "outside": ("log(x)", "-1", 4),
    "overflow": ("exp(exp(x))", "10", 4),
    "overflowing slope": ("exp(x)", "709.7", 0),
    "underflow": ("exp(-x^2)", "30", 0),
    "cancellation": ("(1-cos(x))/x^2", "1e-8", 0),
    "tiny": ("x^2", "1e-200", 0),
    "huge": ("x^2+y", "1e150,-1e150", 0),
    "subnormal": ("1e-320*x", "1", 0),
    "constant": ("0*x", "1", 0),
    "no partial": ("polygamma(x, 2)", "1", None),
}
BASE = {"-f", "--format"}
#: What the library calls the question of a command.
ASKED: dict[str, Callable[[str, Point], object]] = {
    "sweep": diffcli.sweep, "steps": diffcli.steps, "trace": diffcli.trace,
    "tree": diffcli.tree, "descend": diffcli.descend,
}  # fmt: skip


def takes_a_point(name: str) -> bool:
    command = import_module(f"diffcli.cli.commands.{name}").command
    words = {option for p in command.params for option in p.opts}
    positional = [p.name for p in command.params if isinstance(p, click.Argument)]
    return "--at" in words and positional == ["expr"]


COMMANDS = [name for name in plugins.names(commands) if takes_a_point(name)]


def formats_of(name: str) -> list[str]:
    offered = formats.offered(import_module(f"diffcli.cli.commands.{name}").HAS)
    known = ("plain", "tsv", "csv", "json", "jsonl", "dot", "mermaid")
    return [form for form in known if form in offered] + ["table"]


@pytest.mark.parametrize("nasty", NASTY)
@pytest.mark.parametrize("name", COMMANDS)
def test_what_is_no_number_is_never_written_as_one(
    name: str, nasty: str, run: Run
) -> None:
    formula, at, _ = NASTY[nasty]
    for form in formats_of(name):
        ran = run(name, formula, "--at", at, "-f", form)
        assert ran.code in (0, 1, 2, 4, 5), (form, ran.err)
        assert not re.search(r"(?<![a-z])(nan|NaN|Infinity)(?![a-z])", ran.out), form
        if ran.code not in (0, 1, 5):
            assert ran.out == "", form
            assert ran.err.startswith(("Error: ", '{"schema"', "Note: ")), form


@pytest.mark.parametrize("nasty", NASTY)
def test_a_gradient_says_what_happens(nasty: str, run: Run) -> None:
    formula, at, code = NASTY[nasty]
    ran = run("grad", formula, "--at", at)
    assert ran.code == (5 if code is None else code), ran.err


@pytest.mark.parametrize("nasty", NASTY)
def test_where_grad_has_no_value_no_command_has_one(nasty: str, run: Run) -> None:
    formula, at, code = NASTY[nasty]
    if code == 4:
        for name in COMMANDS:
            assert run(name, formula, "--at", at).code == 4, name


@pytest.mark.parametrize("nasty", NASTY)
@pytest.mark.parametrize("name", sorted(ASKED))
def test_the_library_refuses_what_the_command_refuses(
    name: str, nasty: str, run: Run
) -> None:
    formula, at, _ = NASTY[nasty]
    names = diffcli.parse(formula).variables
    code = 0
    try:
        ASKED[name](formula, dict(zip(names, at.split(","), strict=True)))
    except diffcli.DiffcliError as error:
        code = error.exit_code
    assert run(name, formula, "--at", at).code == code
