"""Options: each changes what the call gives, or is refused; none is ignored."""

from importlib import import_module

import click
import pytest

from diffcli import plugins
from diffcli.cli import commands
from diffcli.output import formats
from tests.conftest import Ran, Run

#: Options that are allowed everywhere, because scripts give them to every call, and
#: one that changes nothing but the time that a call takes.
ALWAYS = {
    "engine", "progress",
    "color", "only_ascii", "height", "debug", "jobs", "timeout", "notation",
    "form_name", "output", "json_schema", "help", "version",
}  # fmt: skip
#: For every other option words that change something wherever it is of use.
WORDS = {
    "points": ("--at", "x=0.5,y=2"),
    "point_files": ("--points", "{points}"),
    "separator": ("--separator", ";"),
    "comment": ("--comment", "1"),
    "headless": ("--no-header",),
    "data_file": ("--data", "{data}"),
    "init": ("--init", "uniform:2"),
    "reduction": ("--reduce", "sum"),
    "variables": ("--vars", "y,x"),
    "syntax": ("--syntax", "latex"),
    "wrt": ("--wrt", "y"),
    "wanted": ("--method", "finite"),
    "h": ("--h", "0.01"),
    "scheme": ("--scheme", "forward"),
    "subgradient": ("--subgradient",),
    "order": ("--order", "2"),
    "exact": ("--exact",),
    "implicit": ("--implicit", "y"),
    "arithmetic": ("--arithmetic",),
    "prove": ("--prove",),
    "program": ("--program", "{program}"),
    "module": ("--module", "math:fsum"),
    "exprs": ("--exprs", "{exprs}"),
    "keep_going": ("--keep-going",),
    "digits": ("--digits", "4"),
    "claims": ("--claim", "x=1"),
    "claims_file": ("--claims", "{claims}"),
    "work_file": ("--work", "{work}"),
    "rtol": ("--rtol", "5"),
    "atol": ("--atol", "90"),
    "seed": ("--seed", "1"),
    "taylor": ("--taylor",),
    "quiet": ("-q",),
    "passes": ("--pass", "forward"),
    "pause": ("--pause",),
    "name": ("--name", "g"),
    "table": ("--table", "measured"),
    "dialect": ("--dialect", "sqlite"),
    "level": ("--level", "full"),
    "simplify": ("--simplify",),
    "graph": ("--graph",),
    "x_range": ("--x", "0:1"),
    "y_range": ("--y", "0:1"),
    "z_range": ("--z", "0:1"),
    "vary": ("--vary", "y"),
    "no_derivative": ("--no-derivative",),
    "samples": ("--samples", "9"),
    "rates": ("--rate", "0.001"),
    "steps": ("--steps", "2"),
    "tol": ("--tol", "0.9"),
    "float_name": ("--float", "half"),
    "batch": ("--batch", "2"),
    "plot": ("--plot",),
    "first": ("--from", "1e-5"),
    "last": ("--to", "1e-2"),
    "per_decade": ("--per-decade", "1"),
    "theory": ("--theory",),
    "layers": ("--layers", "3"),
    "weight": ("--weight", "2"),
    "start": ("--at", "2"),
    "listed": ("--list",),
    "check": ("--check",),
    "trust": ("--trust",),
    "auto": ("--auto", "0"),
    "rules": ("--rules", "power"),
    "difficulty": ("--difficulty", "5"),
    "count": ("--count", "3"),
    "solutions": ("--solutions",),
    "answers_file": ("--answers", "{answers}"),
}  # fmt: skip
#: Where each command is asked. The formulas meet a kink, or a point out of the domain,
#: where only that shows what an option does.
CALLS = {
    "grad": [
        "{f} --at 1,2",
        "{f} --at 1,2 --at 2,3",
        "{f} --points {points}",
        "relu(x)+y --at 0,2",
        "{f} --at 1,2 --method backprop",
        "{f} --at 1,2 --h auto",
        "{f} --at 1,2 --digits 20",
        "{f} --at 1,2 --order 2",
        "{f} --points {points} --order 2",
        "--exprs {exprs} --at x=1,y=2",
        "--program {program} --at x=1,y=2",
        "{f}*w --data {data} --at 3",
        "{f}*w*v --data {data} --at v=2 --init uniform",
    ],
    "check": [
        "{f} --at 1,2",
        "{f} --at 1,2 --h 0.1",
        "{f} --at 1,2 --order 2",
        "{f} --at 1,2 --claim 1,2",
        "{f} --at 1,2 --order 2 --claim 1,2,3,4",
        "{f} --at 1,2 --claim 1,2 --seed 2",
        "{f} --points {points} --claim 1,2",
        "--program {program} --at 1,2 --claim 1,2",
        "--claims {claims}",
        "--work {work}",
        "{f}*w --data {data} --at 3 --claim 9",
    ],
    "export": ["{f}", "cbrt(x)*y", "{f} --at 1,2 --check"],
    "steps": [
        "sin(2x)*y-2sin(x)*cos(x)*y+x*y",
        "sin(2x)*y-2sin(x)*cos(x)*y+x*y --at 3,2",
    ],
    "trace": ["(x+y)^2*x --at 1,2"],
    "tree": ["(x+y)*(x+y)^2", "(x+y)*(x+y)^2 --at 1,2"],
    "sweep": ["sin(x)*exp(y) --at 1,2"],
    "plot": ["x+y^3 --vary x --at 1,2", "sin(x)", "x^2 exp(x)", "x^2+y^3"],
    "descend": [
        "x^2+3*y^2+x*y --at 1,2",
        "(sin(w*x)-y)^2 --data {data} --at 3",
        "(sin(w*x)-y)^2 --data {data} --at 3 --batch 1",
    ],
    "depth": ["sigmoid"],
    "functions": ["", "relu"],
    "demo": ["2", "--list"],
    "practice": ["--seed 2"],
    "explore": [
        "sin(x)*exp(y) --at 1,2 --scheme symmetric",
        "sin(x)*exp(y) --at 1,2 --x 0:1 --y 0:1 --scheme symmetric",
        "sin(x) --at 1 --scheme symmetric",
    ],
}
#: Options whose effect is seen at some points alone: calls with such a point.
SEEN_AT = {
    "implicit": [call for call in CALLS["grad"] if "relu" not in call],
    "dialect": ["cbrt(x)*y"],
    "comment": ["{f} --points {points}"],
    "headless": ["{f} --points {points}"],
    "order": [call for call in (*CALLS["grad"], *CALLS["check"]) if "relu" not in call],
    # Both ways to more digits than a double has give the same ones.
    "prove": [
        call
        for call in CALLS["grad"]
        if not {"--digits", "relu(x)+y"} & {*call.split()}
    ],
    "wanted": [
        "{f} --at 1,2",
        "{f} --at 1,2 --at 2,3",
        "{f} --points {points}",
        "{f} --at 1,2 --order 2",
        "--exprs {exprs} --at x=1,y=2",
    ],
    "rtol": [
        "{f} --at 1,2 --claim 1,2",
        "{f} --at 1,2 --order 2 --claim 10,12,12,14",
        "{f} --points {points} --claim 1,2",
        "--program {program} --at 1,2 --claim 1,2",
    ],
    "atol": [
        "{f} --at 1,2 --claim 1,2",
        "{f} --at 1,2 --order 2 --claim 10,12,12,14",
        "{f} --at 1,2 --claim 1,2 --seed 2",
        "--program {program} --at 1,2 --claim 1,2",
    ],
    "subgradient": [
        "relu(x)+y --at 0,2",
        "relu(x-1)+y --points {points}",
        "--exprs {kinks} --at x=0,y=2",
        "relu(x)+y --at 0,2 --order 2",
        "relu(x)+y --at 0,2 --digits 20",
        "--program {program} --at 1,2",
    ],
    "syntax": [
        "x^12+y --at 1,2",
        "x^12+y --points {points}",
        "x^12+y --at 1,2 --claim 1,2",
        "--exprs {exprs} --at x=1,y=2",
        "--program {program} --at 1,2",
        "--claims {claims}",
        "--work {work}",
    ],
    "float_name": ["tanh(x)*x --at 0.3", "tanh(x)*x --points {points}"],
    "keep_going": [
        "log(x) --at=-1",
        "log(x) --at=-1 --at 1",
        "log(x-1)+y --points {points}",
        "--exprs {kinks} --at x=0,y=2",
        "log(x) --at=-1 --order 2",
        "log(x-1)*w --data {data} --at 3",
        "--program {program} --at 1,2",
    ],
}
FORMATS = (
    "table",
    "plain",
    "csv",
    "json",
    "dot",
    "sql",
    "junit",
)  # md and latex show the table


def added(command: str) -> dict[str, list[tuple[str, str]]]:
    """Return the options that are added to each call of a command, with a format."""
    module = import_module(f"diffcli.cli.commands.{command}")
    calls: dict[str, list[tuple[str, str]]] = {}
    for option in module.command.params:
        if not isinstance(option, click.Option) or option.name in ALWAYS:
            continue
        for call in SEEN_AT.get(option.name or "", CALLS[command]):
            if WORDS[option.name][0] not in call.split():
                calls.setdefault(call, []).extend(
                    (option.name, form)
                    for form in FORMATS
                    if formats.fits(form, module.HAS)
                    # Seen in a terminal alone, where tests/test_terminal.py looks.
                    if (option.name, form) != ("pause", "table")
                )
    return calls


ADDED = [
    (command, call, pairs)
    for command in plugins.names(commands)
    for call, pairs in added(command).items()
]


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return files that the calls name."""
    folder = tmp_path_factory.mktemp("options")
    (folder / "points.csv").write_text("x,y\n1,2\n0.5,2\n", encoding="utf-8")
    (folder / "data.csv").write_text("x,y\n1,2\n0.5,2\n2,3\n", encoding="utf-8")
    (folder / "exprs.txt").write_text("x^2*y\nsin(x)+y\n", encoding="utf-8")
    program = (
        "import json,sys\n"
        "for line in sys.stdin:\n"
        " x, y = json.loads(line)['x']\n"
        " print(json.dumps({'f': x**3*y+y**3}), flush=True)\n"
    )
    (folder / "kinks.txt").write_text("relu(x)+y\nx\n", encoding="utf-8")
    (folder / "box.py").write_text(program, encoding="utf-8")
    claims = "formula,claim,at\nx^2,5,3\n"
    (folder / "claims.csv").write_text(claims, encoding="utf-8")
    work = "f(x) = x^2\nf'(x) = 2\n"
    (folder / "work.txt").write_text(work, encoding="utf-8")
    (folder / "answers.txt").write_text("x\n", encoding="utf-8")
    return {
        "answers": str(folder / "answers.txt"),
        "work": str(folder / "work.txt"),
        "claims": str(folder / "claims.csv"),
        "data": str(folder / "data.csv"),
        "points": str(folder / "points.csv"),
        "exprs": str(folder / "exprs.txt"),
        "kinks": str(folder / "kinks.txt"),
        "f": "(sin(x)+y)^2+x*y^3",
        "program": f"python3,{folder / 'box.py'}",
    }


@pytest.mark.parametrize(
    ("command", "call", "pairs"),
    ADDED,
    ids=lambda of: of if isinstance(of, str) else "",
)
def test_an_option_has_an_effect_or_is_refused(
    command: str,
    call: str,
    pairs: list[tuple[str, str]],
    files: dict[str, str],
    run: Run,
) -> None:
    plain: dict[tuple[str, ...], Ran] = {}  # what calls without the option give
    for option, form in pairs:
        base = [word.format(**files).replace(",/", " /") for word in call.split()]
        words = [word.format(**files).replace(",/", " /") for word in WORDS[option]]
        if option == "exprs":
            base = [word for word in base if word != files["f"]]
        asked = (command, *base, "-f", form)
        before = (
            plain[asked] if asked in plain else plain.setdefault(asked, run(*asked))
        )
        after = run(command, *base, *words, "-f", form)
        assert after.code != 70, (option, form, after.err)
        assert after.code == 2 or after != before, (option, form)
        assert after.code != 2 or not after.out, (option, form)


@pytest.mark.parametrize(
    "words",
    [
        "grad x^2 --at 3 --h 1e-3 -f plain",
        "grad x^2 --at 3 --digits 5 -f csv",
        "grad x^2 --at 3 --order 2 --method dual",
        "tree x^2 --points nonexistent",
        "plot x^2 --points nonexistent",
        "plot x^2 --at 3",
        "trace x^2 --at 3 --digits 5",
        "tree x^2 --at 3 --digits 5",
        "check x^2 --at 3 --claim 6 --scheme forward",
        "check x^2 --at 3 --claim 6 -q --taylor",
        "demo 3 --list",
    ],
)
def test_what_was_taken_in_silence_is_refused(words: str, run: Run) -> None:
    ran = run(*words.split())
    assert (ran.code, ran.out) == (2, "")


@pytest.mark.parametrize(
    "words",
    ["grad x --at --json", "grad x --at --h 1", "check x --at 1 --claim --quit"],
)
def test_an_option_is_no_value_of_another(words: str, run: Run) -> None:
    ran = run(*words.split())
    assert (ran.code, ran.out) == (2, "")
    assert "needs a value, but '--" in ran.err


@pytest.mark.parametrize("command", plugins.names(commands))
def test_what_scripts_give_to_every_call_is_allowed(command: str, run: Run) -> None:
    options = import_module(f"diffcli.cli.commands.{command}").command.params
    words = {
        "color": ("--color", "never"),
        "only_ascii": ("--ascii",),
        "height": ("--height", "9"),
        "debug": ("--debug",),
        "jobs": ("--jobs", "2"),
        "timeout": ("--timeout", "9"),
    }
    added = [w for option in options for w in words.get(option.name, ())]
    base = CALLS[command][0].format(f="x^2*y").split()
    assert run(command, *base, *added).code == run(command, *base).code
