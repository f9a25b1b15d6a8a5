"""Every command at every nasty point, in every format that programs read.

Each call ends with an answer or with an error that is the user's: exit 70 is neither,
and what is no number is never written as one.
"""

import json
import math
import re
from collections.abc import Callable
from importlib import import_module

import click
import pytest

import diffcli
from diffcli import plugins
from diffcli.calculus.functions import FUNCTIONS, Function
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
    "undecided slope": ("(x^x)+(x)", "0", 5),
    "beside a jump": ("sign(x)*x", "1e-320", 0),
    "hardly curved": ("1e-310*x^2", "1", 0),
    "largest point": ("atan(x)", "1.7e308", 0),
}
#: What its reader should be told, where the numbers of a point are poor.
DOUBTFUL = {
    "cancellation": ("(1-cos(x))/x^2", "1e-5"),
    "cancelled size": ("x*1e17+1-x*1e17", "3"),
    "near a zero": ("1/(exp(x)-2)", "0.693147180"),
    "two variables": ("(x+y)^2-x^2-2*x*y", "1e8,1e-8"),
    "sure": ("sin(x)*y", "1,2"),
}
#: Commands that show the exact numbers of one point, and say so in JSON.
SHOWING = ("steps", "trace", "tree", "descend")
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
#: What a command needs besides a point to look at it.
BESIDES = {"export": ("--check", "-f", "python")}


def formats_of(name: str) -> list[str]:
    offered = formats.offered(import_module(f"diffcli.cli.commands.{name}").HAS)
    known = ("plain", "tsv", "csv", "json", "jsonl", "dot", "mermaid", "python")
    return [form for form in known if form in offered] + ["table"]


@pytest.mark.parametrize("nasty", NASTY)
@pytest.mark.parametrize("name", COMMANDS)
def test_what_is_no_number_is_never_written_as_one(
    name: str, nasty: str, run: Run
) -> None:
    formula, at, _ = NASTY[nasty]
    for form in formats_of(name):
        ran = run(name, formula, "--at", at, *BESIDES.get(name, ()), "-f", form)
        assert ran.code in (0, 1, 2, 4, 5, 6), (form, ran.err)
        assert not re.search(r"(?<![a-z])(nan|NaN|Infinity)(?![a-z])", ran.out), form
        if ran.code not in (0, 1, 5, 6):
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
            besides = BESIDES.get(name, ())
            assert run(name, formula, "--at", at, *besides).code == 4, name


@pytest.mark.parametrize("row", FUNCTIONS, ids=lambda row: row.name)
def test_what_overflows_before_a_function_is_the_overflow(
    row: Function, run: Run
) -> None:
    arguments = ", ".join(["1e300*x"] * row.arity)
    ran = run("grad", f"{row.name}({arguments})", "--at", "1e10")
    assert ran.code == 4
    assert ran.err.startswith("Error: overflow: 1e+300*1e+10 is beyond"), ran.err


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


@pytest.mark.parametrize("nasty", NASTY)
@pytest.mark.parametrize("name", [*SHOWING, "sweep"])
def test_where_grad_has_no_derivative_no_command_has_one(
    name: str, nasty: str, run: Run
) -> None:
    formula, at, _ = NASTY[nasty]
    refused = run("grad", formula, "--at", at)
    if refused.code != 5:
        return
    for form in formats_of(name):
        ran = run(name, formula, "--at", at, "-f", form)
        if ran.code == 2:  # a format that is not for one point
            continue
        assert (ran.code, ran.out) == (5, ""), form
        if form == "table":
            assert ran.err.splitlines()[0] in refused.err


@pytest.mark.parametrize("case", DOUBTFUL)
@pytest.mark.parametrize("name", SHOWING)
def test_every_command_says_how_certain_a_point_is(
    name: str, case: str, run: Run
) -> None:
    formula, at = DOUBTFUL[case]
    said = run("grad", formula, "--at", at, "--method", "backprop").err
    told = said.replace(
        "; 30 digits show more", "; diffcli grad --digits 30 shows more"
    )
    assert bool(said) == (case != "sure")
    for form in formats_of(name):
        ran = run(name, formula, "--at", at, "-f", form)
        assert ran.code == 0, (form, ran.err)
        assert ran.err == told, form
    record = json.loads(run(name, formula, "--at", at, "-f", "json").out)
    assert [f"Note: {each}" for each in record["warnings"]] == said.splitlines()


@pytest.mark.parametrize(
    "formula", ["x*abs(x)", "elu(x)", "softsign(x)", "relu(x)^2", "x^2*sign(x)"]
)
def test_no_command_has_a_second_derivative_where_there_is_none(
    formula: str, run: Run
) -> None:
    hessian = run("grad", formula, "--at", "0", "--order", "2")
    steps = run("steps", formula, "--at", "0", "--order", "2")
    assert hessian.code == steps.code == 5
    assert hessian.err == steps.err


@pytest.mark.parametrize(
    ("formula", "bend"),
    [("relu(x)-relu(-x)", 0.0), ("(relu(x)-relu(-x))^2", 2.0), ("abs(x)^2", 2.0),
     ("max(x,0)+min(x,0)+pi*x^2", 2 * math.pi), ("abs(x)^3", 0.0)],
)  # fmt: skip
def test_a_second_derivative_is_the_whole_functions(formula: str, bend: float) -> None:
    found = diffcli.hessian(formula, {"x": 0.0})
    for entries in found.columns.values():
        assert entries["x", "x"].value == pytest.approx(bend, rel=1e-6, abs=1e-4)


#: What goes into a chain of layers: weight and first value.
CHAINS = (
    ("1", "0.5", "-f csv"), ("-1", "0", "-f json"),
    ("2.5", "709", "--float half -f json"),
    ("1e100", "0", "-f csv"), ("1e6", "-2", "--float half -f csv"),
)  # fmt: skip


@pytest.mark.parametrize("row", FUNCTIONS, ids=lambda row: row.name)
def test_no_chain_of_layers_has_what_is_no_number(row: Function, run: Run) -> None:
    call = f"{row.name}({', '.join(('x', '1.7')[: row.arity])})"
    codes = set()
    for weight, start, form in CHAINS:
        chain = (call, "--weight", weight, "--at", start, "--layers", "4")
        ran = run("depth", *chain, *form.split())
        codes.add(ran.code)
        assert ran.code in (0, 4, 5), (weight, start, form, ran.err)
        assert not re.search(r"(?<![a-z])(nan|NaN|Infinity|inf)(?![a-z])", ran.out)
        assert not ran.code or (ran.out == "" and "rror" in ran.err)
    # No second layer where a function takes nothing that it gives, as acosh does.
    assert codes & {0} or row.domain.sentence


@pytest.mark.parametrize("name", ["half", "single"])
@pytest.mark.parametrize("nasty", NASTY)
def test_no_format_of_floats_has_what_is_no_number(
    nasty: str, name: str, run: Run
) -> None:
    """Where there is no gradient in doubles there is none in fewer bits."""
    formula, at, code = NASTY[nasty]
    for command in ("grad", "trace", "sweep"):
        for form in formats_of(command)[1:2]:
            ran = run(command, formula, "--at", at, "--float", name, "-f", form)
            assert ran.code in (0, 2, 4, 5), (command, form, ran.err)
            assert not re.search(r"(?<![a-z])(nan|NaN|Infinity)(?![a-z])", ran.out)
            if code in (4, 5) and command == "grad":
                assert ran.code in (2, code), (form, ran.err)
            if ran.code in (2, 4, 5):
                assert ran.out == "", (command, form)


@pytest.mark.parametrize("nasty", NASTY)
@pytest.mark.parametrize(
    "call",
    ["check --seed 1", "check --taylor", "check --order 2", "grad --order 3",
     "grad --h auto", "sweep --theory", "descend --plot --steps 3"],
)  # fmt: skip
def test_no_option_turns_a_nasty_point_into_a_bug(
    call: str, nasty: str, run: Run
) -> None:
    formula, at, code = NASTY[nasty]
    ran = run(*call.split(), formula, "--at", at)
    assert ran.code in (0, 2, 4, 5, 6), ran.err
    if code == 5 and "order" not in call:
        assert ran.code == 5


@pytest.mark.parametrize(
    "call",
    ["grad (1/x)/(1/x) --order 3 --at 1", "sweep abs(x)/(tanh(1e3*x)) --at 1e-8",
     "grad sqrt(abs(x)) --float single --at 1e-320", "check x^x --seed 1 --at -1",
     "sweep erf(x)/relu(x) --at 1e-320",
     "check relu(x)/(x%2) --claim 0 --at 1e-320",
     "descend 1e-310*x^2 --at 1 --rate 1 -f json",
     "sweep (1e-20*x)^1e308 --at 1e10 --theory", "check hypot(x,1e200) --at 1 --seed 3",
     "grad atan2(0.3*x,1e154) --at -1e308 --order 3"],
)  # fmt: skip
def test_what_was_a_bug_once(call: str, run: Run) -> None:
    assert run(*call.split()).code in (0, 1, 5, 6)


#: Whatever is asked of one point.
QUESTIONS = (
    "grad", "grad --order 2", "grad --order 3", "grad --h auto", "grad --h relative",
    "check", "check --seed 3", "check --taylor", "check --order 2", "steps", "trace",
    "tree",
    "sweep --theory", "descend --steps 3", "descend --plot --steps 3",
)  # fmt: skip


@pytest.mark.parametrize("outer", ["1e-320", "1e200", "1e308"])
@pytest.mark.parametrize("question", QUESTIONS)
def test_no_size_of_numbers_is_a_bug(question: str, outer: str, run: Run) -> None:
    for formula in ("{}*sin({}*x)", "hypot({}, {}*x)", "({}*x)^2+{}", "{}/(x+{})"):
        for inner in ("1e-310", "1e300"):
            text = formula.format(outer, inner)
            for at in ("1", "-1e300"):
                ran = run(*question.split(), text, "--at", at)
                assert ran.code in (0, 1, 4, 5, 6), (text, at, ran.err)
                said = ran.out.replace("inf, stopped", "")
                assert not re.search(r"(?<![a-z])(nan|inf)(?![a-z])", said), (text, at)
