"""Exported code gives the numbers of diffcli, in every language that is here."""

import math
import shlex
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib import import_module, util
from pathlib import Path

import pytest
from hypothesis import given, settings

import diffcli
from diffcli import plugins, targets
from diffcli.api.exports import export
from diffcli.calculus.functions import FUNCTIONS, NAMED, Function
from diffcli.errors import DiffcliError, UsageError
from diffcli.language.expression import Expression
from diffcli.language.lexer import is_name
from diffcli.language.printer import text
from tests.conftest import Run
from tests.strategies import smooth

LANGUAGES = plugins.names(targets)
Runner = Callable[[list[str], Path], list[str]]
"""Runs files of code; returns what is wrong with each, "" where nothing is."""


def in_python(files: list[str], folder: Path) -> list[str]:
    """Run modules one by one in this process."""

    def wrong(code: str) -> str:
        try:
            exec(compile(code, "exported", "exec"), {"__name__": "__main__"})
        except Exception as error:
            return f"{type(error).__name__}: {error}"
        return ""

    return [*map(wrong, files)]


def in_c(files: list[str], folder: Path) -> list[str]:
    """Compile each with every warning on, and run it."""

    def wrong(number: int, code: str) -> str:
        source, program = folder / f"{number}.c", folder / str(number)
        source.write_text(code, encoding="utf-8")
        flags = ["-std=c11", "-Wall", "-Werror", "-pedantic"]
        made = subprocess.run(
            ["cc", *flags, source, "-o", program, "-lm"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if made.returncode:
            return made.stderr
        ran = subprocess.run([program], capture_output=True, text=True, check=False)
        return ran.stdout + ran.stderr if ran.returncode else ""

    return [wrong(*each) for each in enumerate(files)]


def in_node(files: list[str], folder: Path) -> list[str]:
    """Run all in one process of Node, each in a block of its own."""
    script = folder / "all.js"
    blocks = [
        f"try {{ {code}\nconsole.log('') }} catch (e) {{ console.log(String(e)) }}"
        for code in files
    ]
    script.write_text("'use strict';\n" + "\n".join(blocks), encoding="utf-8")
    ran = subprocess.run(["node", script], capture_output=True, text=True, check=False)
    assert not ran.returncode, ran.stderr
    return ran.stdout.split("\n")[:-1]


def in_sqlite(files: list[str], folder: Path) -> list[str]:
    """Run the second query of each, which is its check."""
    connection = sqlite3.connect(":memory:")

    def wrong(code: str) -> str:
        ((answer,),) = connection.execute(code.split(";\n")[1]).fetchall()
        return "" if answer == "ok" else str(answer)

    found = [*map(wrong, files)]
    connection.close()
    return found


def in_duckdb(files: list[str], folder: Path) -> list[str]:
    """Run the second query of each, which is its check."""
    import duckdb

    def wrong(code: str) -> str:
        ((answer,),) = duckdb.execute(code.split(";\n")[1]).fetchall()
        return "" if answer == "ok" else str(answer)

    return [*map(wrong, files)]


def has_math(connection: sqlite3.Connection) -> bool:
    """Tell whether this build of SQLite has functions."""
    try:
        connection.execute("SELECT pow(2, 3)")
    except sqlite3.OperationalError:
        return False
    finally:
        connection.close()
    return True


def runners() -> Iterator[tuple[str, str, Runner]]:
    """Yield each language and dialect whose tool is on this machine."""
    yield "python", "", in_python
    for library in ("numpy", "torch"):
        if util.find_spec(library):
            yield library, "", in_python
    if shutil.which("cc"):
        yield "c", "", in_c
    if shutil.which("node"):
        yield "javascript", "", in_node
    if util.find_spec("duckdb"):
        yield "sql", "duckdb", in_duckdb
    if has_math(sqlite3.connect(":memory:")):
        yield "sql", "sqlite", in_sqlite


RUNNERS = [pytest.param(*each, id="-".join(each[:2])) for each in runners()]


def calls(function: Function) -> Iterator[str]:
    """Yield a function near points of its domain, each where x and y are 1/4.

    Every argument is a sum, so that a sign beside it would take it apart.
    """
    for part in (0.17, 0.62, 0.93):
        samples = function.domain.samples[: function.arity]
        arguments = [
            f"{name}+{low + part * (high - low) - 0.25!r}"
            for name, (low, high) in zip("xy", samples, strict=False)
        ]
        if function.name == "polygamma":
            arguments[0] = "2"
        yield f"{function.name}({', '.join(arguments)})"


def has(formula: str, language: str, dialect: str, order: int) -> bool:
    """Tell whether a language has all that a formula and its derivatives need.

    What is refused has to be a function that it lacks, and that has no definition.
    """
    try:
        export(formula, language, order=order, dialect=dialect)
    except UsageError as error:
        name = error.message.partition(" has no ")[2].partition(",")[0]
        target = import_module(f"diffcli.targets.{language}")
        assert name not in {**target.PRIMITIVES, **target.DIALECTS.get(dialect, {})}
        assert not NAMED[name].definition
        return False
    return True


@pytest.mark.slow
@pytest.mark.parametrize(("language", "dialect", "runner"), RUNNERS)
@pytest.mark.parametrize("order", [1, 2])
def test_every_function_has_its_numbers_or_is_refused_by_name(
    language: str, dialect: str, runner: Runner, order: int, tmp_path: Path
) -> None:
    asked: list[str] = []
    for function in FUNCTIONS:
        near = [*calls(function)]
        if has(near[0], language, dialect, order):
            asked += near
    assert len(asked) > 150
    place = {"x": 0.25, "y": 0.25}
    some = [f"({', '.join(asked[n : n + 30])})" for n in range(0, len(asked), 30)]
    files = [
        export(
            f"f(x, y) = {formula}", language, check=place, order=order, dialect=dialect
        )
        for formula in some
    ]
    assert runner(files, tmp_path) == [""] * len(files)


FORMULAS: list[tuple[str, dict[str, float]]] = [
    ("z = 2*x1 + 3*x2; z**2 + 3", {"x1": 1, "x2": 3}),
    ("z = w*x + b; a = sigmoid(z); (a - t)^2", {"w": 1, "x": 2, "b": -1, "t": 1}),
    ("exp(-(x1-x2)**2)*sin(x1*x3)+log(1+x3**2)", {"x1": 0.5, "x2": 0.2, "x3": 0.7}),
    ("-(a)**2 - -a + 2^3^2 - (-a)*(-a)/-a", {"a": 1.5}),
    ("1/2*x + 0.1*x - 4000000000**3*x", {"x": 3}),
    ("a - (b - c) - (a/(b/c)) - a/b/c", {"a": 1, "b": 2, "c": 5}),
    ("-(a + b) - -(a - b)*a + (-(a*b))^2 - (-(a - b))", {"a": 1, "b": 5}),
    ("where(x > 0, log(x), 3*x)", {"x": -2}),
    ("where(x > 0, log(x), 3*x)", {"x": 2}),
    ("u = where(x>1, sqrt(x-1), x^2); where(y>0, u*log(y), u*y)", {"x": 0, "y": -1}),
    ("where(x > 0 and y < 3 or not x > -1, x*y, sqrt(x+1))", {"x": -0.5, "y": 2}),
    ("lambda*for + class^int - math*np - sin_*None", dict.fromkeys(
        ("lambda", "for", "class", "int", "math", "np", "sin_", "None"), 1.5)),
    ("f + t1*df_dx + gradient*u*v + x", dict.fromkeys(
        ("f", "t1", "df_dx", "gradient", "u", "v", "x"), 0.5)),
    ("α*x₁ + Σ", {"α": 2, "x1": 3, "Σ": 4}),
    ("x % 3 + exp(2)*log(3)*tau", {"x": 7.5}),
    ("(x*y, sin(x)+y, 3)", {"x": 2, "y": 0.5}),
    ("3", {}),
    ("5 + 0*x", {"x": 1}),
    ("0.1", {}),
    ("max(x, 0.1) + relu(x - 0.3)*2", {"x": 0.05}),
    ("logsumexp(x, y, 3)", {"x": 800, "y": 801}),
    ("sigmoid(-800*x) + softplus(900*x) + tanh(400*x)", {"x": 1}),
    ("sum(i=1:5, x_i^i)", {f"x{n}": 0.3 * n for n in range(1, 6)}),
    ("+".join(f"sin(x*{n})*y" for n in range(1, 60)), {"x": 0.3, "y": 2}),
    ("sin(" * 60 + "x" + ")" * 60, {"x": 0.3}),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("language", "dialect", "runner"), RUNNERS)
@pytest.mark.parametrize("order", [0, 2])
def test_formulas_have_their_numbers(
    language: str, dialect: str, runner: Runner, order: int, tmp_path: Path
) -> None:
    files = [
        export(formula, language, check=point, order=order, dialect=dialect)
        for formula, point in FORMULAS
        if order < 2 or len(formula) < 200
    ]
    wrong = runner(files, tmp_path)
    assert [
        (formula, w) for (formula, _), w in zip(FORMULAS, wrong, strict=False) if w
    ] == []


@settings(max_examples=60, deadline=None)
@given(smooth())
def test_any_formula_in_python(expression: Expression) -> None:
    parsed = diffcli.parse(text(expression))
    try:
        code = export(parsed, "python", check=dict.fromkeys(parsed.variables, 0.7))
    except DiffcliError:  # not defined there, or without a name for a derivative
        return
    assert in_python([code], Path()) == [""]


def test_a_wrong_number_is_noticed(tmp_path: Path) -> None:
    for language, dialect, runner in runners():
        code = export("x^2*y", language, check={"x": 2, "y": 3}, dialect=dialect)
        files = [code, code.replace("2", "5", 1) if language == "?" else code]
        number = {"sql": "12e0", "c": "12.0", "numpy": "12.0"}.get(language, "12")
        files[1] = code.replace(number, number.replace("2", "3"))
        assert files[1] != code
        right, wrong = runner(files, tmp_path)
        assert not right
        assert wrong


@pytest.mark.parametrize("language", LANGUAGES)
def test_definitions_keep_their_names(language: str) -> None:
    code = export("speed = a*t; speed^2 + speed", language)
    assert code.count("a * t") + code.count('"a" * "t"') == 1
    assert "speed" in code


def test_numpy_takes_arrays_of_any_shape() -> None:
    import numpy

    space: dict[str, object] = {}
    exec(export("a*x + 2*b", "numpy"), space)
    f = space["f"]
    assert callable(f)
    value, (by_a, by_b, by_x) = f([[1], [2]], 5, numpy.array([1, 2, 3]))
    assert value.shape == by_a.shape == by_b.shape == by_x.shape == (2, 3)
    assert (by_b == 2).all()
    assert by_x.tolist() == [[1, 1, 1], [2, 2, 2]]


def test_sql_computes_a_table_of_whole_numbers() -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute('CREATE TABLE "my points" (x INTEGER, y INTEGER, id TEXT)')
    rows = [(1, 2, "a"), (3, 4, "b")]
    connection.executemany('INSERT INTO "my points" VALUES (?, ?, ?)', rows)
    code = export("x/y", "sql", table="my points", dialect="sqlite", name="ratio")
    cursor = connection.execute(code)
    names = [column[0] for column in cursor.description]
    assert names == ["x", "y", "ratio", "dratio_dx", "dratio_dy"]
    assert cursor.fetchall() == [(1, 2, 0.5, 0.5, -0.25), (3, 4, 0.75, 0.25, -3 / 16)]
    connection.close()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("x+X -f sql", "does not tell"),
        ("gamma(x) -f c", "has no polygamma, which the derivative needs"),
        ("erf(x) -f sql", "SQL has no erf"),
        ("x -f c --dialect sqlite", "--dialect has no effect here"),
        ("x -f sql --dialect oracle", "duckdb, sqlite"),
        ("x -f python --at 1", "--at has no effect here"),
        ("x -f python --check", "which point"),
        ("x -f python --check --at 1 --at 2", "point"),
        ("x -f python --name 2f", "cannot be a function's name"),
        ("x -f sql --table 'a\u2028b'", "cannot be a table's name"),
        ("x -f c --name double", "cannot be a function's name in C"),
        ("abs(x) -f python --check --at 0", "not differentiable"),
        ("log(x) -f python --check --at=-1", "not defined"),
        ("x/x -f python --check --at 4e-153", "doubles tell no digit"),
        ("acsch(x) -f c --check --at 1e-210", "doubles tell no digit"),
        ("x -f fortran", "is not one of"),
        ("x -o f.rs", "no known suffix"),
    ],
)
def test_what_cannot_be_is_refused(words: str, said: str, run: Run) -> None:
    ran = run("export", *shlex.split(words))
    assert ran.code in (2, 3, 4, 5)
    assert ran.out == ""
    assert said in ran.err


def test_the_suffix_picks_the_language(run: Run, tmp_path: Path) -> None:
    for end, sign in ((".c", "#include"), (".py", "import math"), (".sql", "SELECT")):
        to = tmp_path / f"f{end}"
        assert run("export", "x^2", "-o", str(to)).code == 0
        assert sign in to.read_text(encoding="utf-8")


def test_exported_python_is_well_formatted(tmp_path: Path) -> None:
    code = export("z = w*x+b; sigmoid(z)*gelu(z)", "python")
    (tmp_path / "f.py").write_text(code, encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--select=E,F,W,B", "--isolated",
         "--ignore=E501", tmp_path / "f.py"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout


def test_the_list_writes_every_part_once(run: Run) -> None:
    lines = run("export", "z = w*x+b; sigmoid(z)", "--notation", "code").out
    assert lines.splitlines()[1:5] == [
        "t1 = sigmoid(z)", "t2 = t1*sigmoid(-z)", "f = t1", "∂f/∂b = t2",
    ]  # fmt: skip


def test_a_query_of_very_many_steps_says_what_to_expect() -> None:
    for depth, told in ((20, False), (120, True)):
        chain = "; ".join(f"a{n} = sin(a{n - 1})" for n in range(1, depth))
        code = export(f"a0 = x; {chain}; a{depth - 1}", "sql", order=0)
        assert ("one on another" in code) is told


@pytest.mark.parametrize(("language", "dialect", "runner"), RUNNERS)
def test_every_word_of_a_language_can_be_a_variable(
    language: str, dialect: str, runner: Runner, tmp_path: Path
) -> None:
    words = import_module(f"diffcli.targets.{language}").RESERVED
    words |= {"select", "from", "table", "order", "group", "rowid", "printf", "console"}
    known = {w.casefold(): w for w in sorted(words) if is_name(w)}  # one of None, none
    names = sorted({*known.values()} - NAMED.keys())
    point = dict.fromkeys(names, 0.5)
    parsed = diffcli.parse(" + ".join(names), names)
    code = export(parsed, language, check=point, order=0, dialect=dialect)
    assert runner([code], tmp_path) == [""]


@pytest.mark.parametrize("table", ["diffcli 0", "Diffcli Point", "diffcli_ 1"])
def test_a_table_may_be_called_as_ours_are(table: str) -> None:
    code = export("sin(x*y)*exp(x*y)", "sql", check={"x": 1, "y": 2}, table=table)
    connection = sqlite3.connect(":memory:")
    connection.execute(f'CREATE TABLE "{table}" (x DOUBLE, y DOUBLE)')
    connection.execute(f'INSERT INTO "{table}" VALUES (1, 2)')
    answer, check = code.removesuffix(";").split(";\n\n")
    found = connection.execute(answer).fetchone()
    value = math.sin(2) * math.exp(2)
    assert found[2] == pytest.approx(value, rel=1e-12)
    assert connection.execute(check).fetchone() == ("ok",)
    connection.close()
