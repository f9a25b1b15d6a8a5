"""A new thing is one row or one file: each is added to a copy of the package and used.

Whoever finds that an addition needs a second place mends the design, not this test.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from mpmath import mp

import diffcli
from diffcli import methods, plugins, tables, targets
from diffcli.output import formats
from tests.conftest import Ran

pytestmark = pytest.mark.slow
Call = Callable[..., subprocess.CompletedProcess[str]]
Calls = Callable[..., list[Ran]]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a copy of the package that can be changed."""
    to = tmp_path / "diffcli"
    leave = shutil.ignore_patterns("__pycache__")
    shutil.copytree(diffcli.__path__[0], to, ignore=leave)
    return to


@pytest.fixture
def call(copy: Path) -> Call:
    """Return a way to run the copy's command line; it has to end well."""

    def run(*words: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "diffcli", *words],
            cwd=copy.parent,
            env=os.environ | {"PYTHONPATH": str(copy.parent), "COLUMNS": "100"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, (words, done.stdout, done.stderr)
        return done

    return run


#: Makes several calls in one process, and says how each ended.
DRIVER = """
import io, json, sys
from contextlib import redirect_stderr, redirect_stdout
from diffcli.cli.main import main
def ended(words):
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as err:
        code = main(words)
    return code, out.getvalue(), err.getvalue()
print(json.dumps([ended(words) for words in json.load(sys.stdin)]))
"""


@pytest.fixture
def calls(copy: Path) -> Calls:
    """Return a way to make several calls of the copy's command line."""

    def run(*calls: tuple[str, ...]) -> list[Ran]:
        done = subprocess.run(
            [sys.executable, "-c", DRIVER],
            cwd=copy.parent,
            env=os.environ | {"PYTHONPATH": str(copy.parent), "COLUMNS": "100"},
            input=json.dumps(calls),
            capture_output=True,
            text=True,
            check=True,
        )
        return [Ran(*ended) for ended in json.loads(done.stdout)]

    return run


def insert(path: Path, before: str, row: str) -> None:
    """Write a row before the first line that begins with a text."""
    lines = path.read_text("utf-8").splitlines(keepends=True)
    place = next(n for n, line in enumerate(lines) if line.startswith(before))
    path.write_text("".join([*lines[:place], row, *lines[place:]]), "utf-8")


def test_a_function_is_a_row(copy: Path, call: Call, calls: Calls) -> None:
    insert(
        copy / "calculus" / "functions.py",
        '    unary("erf"',
        '    unary("logit", lambda u: math.log(u / (1 - u)),'
        ' lambda y, u: 1 / (u * (1 - u)), "1/(u*(1-u))",'
        ' Domain("0 < u < 1", lambda u: 0 < u < 1, ((0.1, 0.9),)),'
        ' definition="log(u/(1-u))", latex=r"\\operatorname{logit} {u}"),\n',
    )
    used_everywhere(calls, "logit(x)", "1/4", 16 / 3, claim="1/(x*(1-x))")
    call("grad", "logit(x)", "--at", "2", code=4)
    assert "logit" in call("functions", "logit").stdout


def test_a_primitive_is_a_row_and_an_entry_where_an_arithmetic_has_it(
    copy: Path, call: Call, calls: Calls
) -> None:
    """Where an arithmetic has none, it says so by name, and the others go on."""
    insert(
        copy / "calculus" / "functions.py",
        '    unary("erf"',
        '    unary("sinpi", lambda u: math.sin(math.pi * u),'
        ' lambda y, u: math.pi * math.cos(math.pi * u), "pi*cos(pi*u)"),\n',
    )
    questions = [
        ("grad", "sinpi(x)", "--at=0.2", "--method=complex"),
        ("grad", "sinpi(x)", "--at=0.2", "--digits=30"),
        ("grad", "sinpi(x)", "--at=0.2", "--prove"),
        ("grad", "sinpi(x)", "--x=0:1", "--prove"),
        ("export", "sinpi(x)", "-f", "c"),
    ]
    for ran in calls(*questions):
        assert ran.code in (0, 2), ran
        assert "sinpi" in ran.err
    defined = "grad", "sinpi(x)", "--at=0.2"
    hole, corner, *others = calls(
        ("grad", "sinpi(x)/x", "--at=0"),
        ("grad", "sinpi(x)*abs(x)", "--at=0"),
        (*defined, "--exact"),
        (*defined, "--float=half"),
        ("sweep", "sinpi(x)", "--at=0.2"),
        ("check", "sinpi(x)", "--at=0.2", "--claim=pi*cos(pi*x)"),
    )
    assert (hole.code, corner.code) == (4, 5)
    assert [ran.code for ran in others] == [0] * len(others)
    insert(
        copy / "arithmetics" / "multiprecision.py",
        '        "erf": mp.erf',
        '        "sinpi": mp.sinpi,\n',
    )
    more = call(*defined, "--digits=30", "--method=backprop", "-f", "plain").stdout
    with mp.workdps(40):
        slope = mp.pi * mp.cospi(mp.mpf(0.2))
        assert mp.almosteq(mp.mpf(more), slope, mp.mpf(10) ** -29)


def test_an_operator_is_a_row(copy: Path, calls: Calls) -> None:
    insert(
        copy / "calculus" / "functions.py",
        '    Function("negate"',
        '    binary("beside", lambda u, v: u * v / (u + v),'
        " (lambda y, u, v: (v / (u + v)) ** 2, lambda y, u, v: (u / (u + v)) ** 2),"
        ' ("v**2/(u+v)**2", "u**2/(u+v)**2"),'
        ' Domain("u + v != 0", lambda u, v: u + v != 0, ((0.2, 2.0), (0.2, 2.0))),'
        ' definition="u*v/(u+v)", latex=r"{u} \\parallel {v}",'
        ' notation=Operator("@", 20, 21, "put beside")),\n',
    )
    used_everywhere(calls, "x@3", "1", 9 / 16, claim="9/(x+3)^2")


def test_a_constant_is_a_row(copy: Path, call: Call, calls: Calls) -> None:
    insert(
        copy / "calculus" / "functions.py",
        '    Constant("tau"',
        '    Constant("golden", (1 + math.sqrt(5)) / 2, latex=r"\\varphi",'
        ' definition="(1+sqrt(5))/2", remark="the golden ratio"),\n',
    )
    used_everywhere(calls, "golden*x^2", "1", 1 + 5**0.5, claim="2*golden*x")
    assert r"\varphi" in call("steps", "golden*x^2", "-f", "latex").stdout


def used_everywhere(
    calls: Calls, formula: str, at: str, slope: float, claim: str
) -> None:
    """Let every method and every command use a formula that has something new."""
    at = f"--at={at}"
    every, digits, wrong, *others = calls(
        ("grad", formula, at, "--method=all", "-f", "json"),
        ("grad", formula, at, "--digits=30", "-f", "plain"),
        ("check", formula, at, "--claim", f"2*({claim})"),
        ("check", formula, at, "--claim", claim),
        ("grad", formula, at, "--exact"),
        ("grad", formula, at, "--order=2"),
        ("steps", formula, at, "--simplify", "--level=full"),
        ("trace", formula, at),
        ("tree", formula, at, "-f", "dot"),
        ("sweep", formula, at, "-f", "csv"),
        ("plot", formula, "--x=0.1:0.9", "-f", "csv"),
        ("descend", formula, at, "--rate=0.001", "-f", "csv"),
    )
    record = json.loads(every.out)
    assert set(record["gradient"]) == set(methods.names())
    for name, gradient in record["gradient"].items():
        assert gradient["x"] == pytest.approx(slope, rel=1e-8), name
    assert float(digits.out) == pytest.approx(slope, rel=1e-14)
    assert wrong.code == 1
    for ran in (every, digits, *others):
        assert (ran.code, bool(ran.out)) == (0, True), ran


LANGUAGE = '''\
"""Julia."""

from diffcli.targets import as_typed, comment, nested, returned, short

TITLE = "Julia"
SUMMARY = "value and derivatives as a function in Julia"
SUFFIXES = (".jl",)
DIALECTS = {}
RESERVED = frozenset({"end", "begin"})
DEFINES, FOLDS_CASE, LIKE = True, False, ""
PRIMITIVES = {
    "add": "{u} + {v}", "multiply": "{u} * {v}", "negate": "-{u}",
    "power": "{u}^{v}", "divide": "{u} / {v}", "exp": "exp({u})",
    "min": "min({u}, {v})", "abs": "abs({u})",
}
number, name = short, as_typed


def lines(listing):
    """Yield a function."""
    yield from comment("#", listing.remarks)
    yield f"{listing.name}({', '.join(listing.inputs)}) = begin"
    for part in listing.statements:
        yield f"    {part.name} = {part.code}"
    code = {output.name: output.code for output in listing.outputs}
    yield from returned(nested(listing, code), "    ", "", "()", "()")
    yield "end"
'''


def test_a_language_of_code_is_a_file(copy: Path, call: Call) -> None:
    (copy / "targets" / "julia.py").write_text(LANGUAGE, encoding="utf-8")
    code = call("export", "z = end*x; z^2 + z", "-f", "julia").stdout
    assert "    z = end_ * x\n" in code
    assert "(z^2 + z, [" in code
    assert "julia" in call("export", "--help").stdout
    call("export", "sigmoid(x)", "-o", str(copy / "f.jl"))
    assert "sigmoid" in (copy / "f.jl").read_text(encoding="utf-8")
    assert "has no sin" in call("export", "sin(x)", "-f", "julia", code=2).stderr


def test_a_rule_is_a_row(copy: Path, call: Call) -> None:
    insert(
        copy / "calculus" / "rules.py",
        '    Rule("product", ',
        '    Rule("square",      "u*u",   "2*u*D(u)",  "a square changes twice",'
        ' mistakes=(Mistake("u*D(u)", "half of the square is missing"),)),\n',
    )
    shown = call("steps", "sin(x)*sin(x)", "-f", "json").stdout
    assert '"square"' in shown
    call("check", "sin(x)*sin(x)", "--at=1", "--claim=2*sin(x)*cos(x)")
    half = "--claim=sin(x)*cos(x)"
    found = call("check", "sin(x)*sin(x)", "--at=1", half, code=1)
    assert "half of the square is missing" in found.stdout


def test_a_tidying_row_is_a_row(copy: Path, call: Call) -> None:
    insert(
        copy / "calculus" / "rules.py",
        '    Rule("power one", ',
        '    Rule("two in one", "sinh(u)/cosh(u)", "tanh(u)", "one for two"),\n',
    )
    done = subprocess.run(
        [sys.executable, "-c", TIDIED],
        cwd=copy.parent,
        env=os.environ | {"PYTHONPATH": str(copy.parent)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "tanh(x)\n"
    call("grad", "sinh(x)/cosh(x)", "--at=1")


TIDIED = """
from diffcli.calculus.functions import INFIX
from diffcli.engine.rewriting import tidy
from diffcli.language.parser import parse
from diffcli.language.printer import text
above, below = (parse(part).expression for part in ("sinh(x)", "cosh(x)"))
print(text(tidy(INFIX["/"], above, below)))
"""


def test_a_mistake_is_a_row(copy: Path, call: Call) -> None:
    path = copy / "calculus" / "mistakes.py"
    first = path.read_text("utf-8").partition("\nPRODUCT = rows(\n")
    row = '    ("D(u) + D(v)*7", "seven was pulled out of a hat"),\n'
    path.write_text("".join([*first[:2], row, first[2]]), "utf-8")
    claim = "--claim=cos(x)+7*exp(x)"
    found = call("check", "sin(x)*exp(x)", "--at=1", claim, code=1)
    assert "seven was pulled out of a hat" in found.stdout


METHOD = '''\
"""The slope of a chord over a thousandth."""

from diffcli.problem import Estimate, MethodResult, Problem

TITLE = "chord"
SUMMARY = "the slope of a chord"
SYNONYMS = ("secant",)
EXACT = False


def gradient(problem: Problem) -> MethodResult:
    """Return the slopes."""
    found = {}
    for name in problem.variables:
        moved = problem.point | {name: problem.point[name] + 1e-3}
        slope = (problem.program.value(moved) - problem.value) * 1e3
        found[name] = Estimate(slope, 1e-2)
    return MethodResult("chord", found, 2, None)
'''


def test_a_method_is_a_file(copy: Path, call: Call) -> None:
    plain = call("grad", "x^2", "--at=3", "-f", "plain").stdout
    table = call("grad", "x^2", "--at=3").stdout
    (copy / "methods" / "chord.py").write_text(METHOD)
    assert call("grad", "x^2", "--at=3", "-f", "plain").stdout == plain
    assert call("grad", "x^2", "--at=3").stdout == table
    for word in ("chord", "secant", "all"):
        shown = call("grad", "x^2", "--at=3", "--method", word, "--method=backprop")
        assert "chord" in shown.stdout


VIEW = '''\
"""A number and its double."""

from diffcli.output.document import Document, Lines, Run


def document(number: float) -> Document:
    """Return a number as a document."""
    line = (Run(f"{number:g} twice is "), Run(f"{2 * number:g}", "value"))
    return Document(blocks=lambda _: (Lines((line,)),), record=lambda: {"n": number})
'''
COMMAND = '''\
"""``diffcli twice``: a number twice."""

from typing import Any

import click

from diffcli.cli import options
from diffcli.cli.request import Request
from diffcli.cli.command import Answer, Command
from diffcli.output.views.twice import document

SECTION, PLACE = "Explore", 9
HAS = ("blocks", "record")
EPILOG = ""


@click.command(cls=Command, epilog=EPILOG)
@click.argument("number", type=float, help="The number.")
@options.output(*HAS)
def command(number: float, **shared: Any) -> Answer:
    """A number twice."""
    request = Request("", **shared)
    return request.answer(request.form(HAS), [document(number)])
'''


def test_a_view_and_a_command_are_a_file_each(copy: Path, call: Call) -> None:
    (copy / "output" / "views" / "twice.py").write_text(VIEW)
    (copy / "cli" / "commands" / "twice.py").write_text(COMMAND)
    assert "21 twice is 42" in call("twice", "21").stdout
    assert "twice" in call("--help").stdout
    assert "A number twice." in call("twice", "--help").stdout
    call("twice", "21", "-o", "made.svg")
    assert "21" in (copy.parent / "made.svg").read_text("utf-8")


TABLE = '''\
"""Cells between bars."""

from diffcli.tables import PLAIN

SUMMARY = "cells between bars, with a header"
SUFFIXES, SEPARATOR, QUOTES = (".psv",), "|", False


def begins(line):
    """Tell whether there are bars."""
    return "|" in line


def read(lines, first=1, dialect=PLAIN):
    """Yield every row's line and cells."""
    for number, text in enumerate(lines, first):
        if text.strip():
            yield number, text.rstrip("\\n").split("|")


def line(cells):
    """Return a row."""
    return "|".join(map(str, cells))
'''


def test_a_table_format_is_a_file(copy: Path, call: Call) -> None:
    """It is read by its look, and a format for every command that has a sheet."""
    (copy / "tables" / "psv.py").write_text(TABLE)
    points = copy.parent / "points.psv"
    made = copy.parent / "made.psv"
    for what, count in (("two, 2", 1), ("two", 500)):  # one by one, and together
        points.write_text("x|what, exactly\n" + f"2|{what}\n" * count)
        call("grad", "x^2", "--points", str(points), "-o", str(made))
        head, *rows = made.read_text("utf-8").splitlines()
        assert head == "x|what, exactly|f|df/dx|status"
        assert rows == [f"2|{what}|4|4|ok"] * count
    made = copy.parent / "made.csv"
    call("grad", "x^2", "--points", str(points), "-o", str(made))
    head, *rows = made.read_text("utf-8").splitlines()
    assert head == 'x,"what, exactly",f,df/dx,status'
    assert rows == ["2,two,4,4,ok"] * 500
    assert "cells between bars, with a header" in call("sweep", "--help").stdout


READER = '''\
"""A percentage: 5 % of something."""

from diffcli.remarks import Remark


def read(draft):
    """Return the words with x/100 in place of x percent."""
    found = []
    signs = {"percent": [("/", "/"), ("100", "number")], "of": [("*", "*")]}
    for given in draft.words:
        parts = signs.get(given.text, [(given.text, given.kind)])
        found += [given._replace(text=text, kind=kind) for text, kind in parts]
    if len(found) > len(draft.words):
        draft.notes.append(Remark("5 percent is 5/100."))
    return found
'''


def test_a_reader_is_a_file_and_its_place_among_the_readers(
    copy: Path, call: Call
) -> None:
    readers = copy / "language" / "readers"
    (readers / "percentages.py").write_text(READER)
    insert(readers / "__init__.py", "    own,", "    percentages,\n")
    insert(readers / "__init__.py", "    names.read,", "    percentages.read,\n")
    done = call("grad", "50 percent of x^2", "--at=3", "-f", "plain")
    assert (done.stdout, done.stderr) == ("3\n", "Note: 5 percent is 5/100.\n")


FORMAT = '''\
"""The edges of a graph."""

from collections.abc import Iterable, Iterator

from diffcli.output.document import Document, Screen

SUMMARY = "the edges of a graph, a line each"
SUFFIXES = (".edges",)
NEEDS = "graph"


def lines(documents: Iterable[Document], screen: Screen) -> Iterator[str]:
    """Yield the places of both ends."""
    for document in documents:
        for place, node in enumerate(document.graph()):
            for argument, _ in node.ways:
                yield f"{argument} {place}"
'''


def test_a_format_is_a_file(copy: Path, call: Call) -> None:
    """The commands whose documents have what it needs offer it, and no others."""
    (copy / "output" / "formats" / "edges.py").write_text(FORMAT)
    edges = {"0 2", "1 2"}
    assert {*call("tree", "x*y", "-f", "edges").stdout.splitlines()} == edges
    call("trace", "x*y", "--at=x=2,y=3", "-o", "made.edges")
    assert {*(copy.parent / "made.edges").read_text("utf-8").splitlines()} == edges
    assert "the edges of a graph, a line each" in call("tree", "--help").stdout
    assert "edges" not in call("grad", "--help").stdout
    refused = call("grad", "x*y", "--at=x=2,y=3", "-f", "edges", code=2)
    assert "'edges' is not one of table, " in refused.stderr


def test_folders_are_what_is_listed() -> None:
    """What a copy gets by a file, the package has by its files."""
    assert set(methods.names()) == set(plugins.names(methods))
    files = {*plugins.names(formats), *tables.names(), *plugins.names(targets)}
    assert set(formats.names()) == files
