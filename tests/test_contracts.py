"""The house: layers, and what every file of a kind has to offer."""

import ast
import inspect
import subprocess
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

import diffcli
from diffcli import methods, plugins
from diffcli.language.parser import parse
from diffcli.output import formats, views
from diffcli.output.document import (
    Case,
    Column,
    Document,
    Documents,
    Facts,
    Formula,
    Lines,
    Node,
    Picture,
    Run,
    Screen,
    Sheet,
    Table,
)
from diffcli.problem import MethodResult, pose

PACKAGE = Path(diffcli.__file__).parent
#: A file imports from rooms on floors before its own, and from its own floor.
LAYERS = (
    "errors plugins records remarks version",
    "calculus",
    "arithmetics targets",
    "language",
    "engine",
    "problem",
    "tables",
    "methods inputs blackbox",
    "analysis",
    "api",
    "output",
    "cli",
    "__main__",
)


@cache
def trees() -> dict[Path, ast.Module]:
    """Return every file of the package, read once for all laws."""
    return {
        path: ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(PACKAGE.rglob("*.py"))
    }


def module_of(path: Path) -> str:
    """Return the name of a file as a module."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(["diffcli", *parts]).removesuffix(".__init__")


def layer(module: str) -> int:
    """Return the number of a module's layer; the package's face is above them all."""
    parts = module.split(".")
    if len(parts) == 1:
        return len(LAYERS)
    (floor,) = (n for n, rooms in enumerate(LAYERS) if parts[1] in rooms.split())
    return floor


def imported_by(tree: ast.AST) -> set[str]:
    """Return the modules of this package that a tree imports, at any depth."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "diffcli":
            found |= {f"diffcli.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return {name for name in found if name.split(".")[0] == "diffcli"}


def test_imports_go_upward_only() -> None:
    """But for types, whose quoted names at the face load nothing before they are used.

    So ``typing.get_type_hints`` finds them, and start-up has no use for them.
    """
    for path, tree in trees().items():
        own = layer(name := module_of(path))
        used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        quoted = {"diffcli"} - used
        for other in imported_by(tree) - quoted:
            assert layer(other) <= own, f"{name} imports {other}"


def test_no_files_import_each_other_round_a_circle() -> None:
    """But for a reader, which may ask the parser for a part of what it reads."""
    needs = {module_of(path): imported_names(tree) for path, tree in trees().items()}
    del needs["diffcli"]  # the face offers everything
    asks = {name: others & needs.keys() for name, others in needs.items()}
    while free := {name for name, others in asks.items() if not others & asks.keys()}:
        asks = {name: others for name, others in asks.items() if name not in free}
    reading = {name for name in asks if name.startswith("diffcli.language.readers")}
    while used := {n for n in asks if all(n not in others for others in asks.values())}:
        asks = {name: others for name, others in asks.items() if name not in used}
    assert asks.keys() - reading <= {"diffcli.language.parser"}


def imported_names(tree: ast.AST) -> set[str]:
    """Return the modules that a file imports, also as names of their package."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{a.name}" for a in node.names)}
    return found


def test_only_a_remark_words_its_level() -> None:
    """What begins a line with its level cannot cut it off again."""
    for path, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                place = f"{path}:{node.lineno}"
                assert not node.value.startswith(("Note: ", "Warning: ")), place


#: A name is a noun for a thing and a verb for an act; these say neither.
NO_NAMES = {"found", "shown", "told", "made", "wanted"}
#: Words that other tools of the field gave two or three meanings, and ours.
ONE_MEANING = {"Sweep", "Step", "Sample", "Gradient", "Picture", "Line", "Call"}


def definitions() -> list[tuple[str, str]]:
    """Return what is defined where: functions, classes, and their fields."""
    return [
        (name, str(path.relative_to(PACKAGE)))
        for path, tree in trees().items()
        for node in ast.walk(tree)
        for name in defined_by(node)
    ]


def defined_by(node: ast.AST) -> list[str]:
    """Return the names that a definition gives: its own, and of a class the fields."""
    if isinstance(node, ast.FunctionDef):
        return [node.name]
    if not isinstance(node, ast.ClassDef):
        return []
    fields = (part.target for part in node.body if isinstance(part, ast.AnnAssign))
    return [node.name, *(f.id for f in fields if isinstance(f, ast.Name))]


def test_no_name_is_a_mere_participle() -> None:
    assert [d for d in definitions() if d[0].strip("_").lower() in NO_NAMES] == []


def test_a_word_of_the_library_has_one_meaning() -> None:
    """What a user may take from diffcli is called so nowhere else in the house."""
    meanings: dict[str, list[str]] = {}
    for name, place in definitions():
        if name.strip("_")[:1].isupper():
            meanings.setdefault(name.strip("_"), []).append(place)
    words = {*diffcli.__all__, *ONE_MEANING} & meanings.keys()
    assert {w: meanings[w] for w in words if len(meanings[w]) > 1} == {}


#: Rooms that compute; the command line asks the library, which asks them.
COMPUTING = {"arithmetics", "engine", "analysis", "blackbox"}


def test_the_command_line_asks_nobody_but_the_library() -> None:
    """One library, two doors: what is computed and checked is done behind both.

    What is for the type checker alone is not imported, and computes nothing.
    """
    for path in (PACKAGE / "cli").rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
                node.body = []
        rooms = {name.split(".")[1] for name in imported_by(tree) if "." in name}
        assert not rooms & COMPUTING, path
        used = {ast.unparse(n) for n in ast.walk(tree) if isinstance(n, ast.Attribute)}
        asked = {name for name in used if name.startswith("methods.")}
        # Who they are, not what they find.
        known = {f"methods.{of}" for of in ("THREE", "names", "select", "summary")}
        assert asked <= known, path


#: What lies at the top of the repository.
TOP = {
    ".ci", ".github", ".gitignore", ".pictures", ".pre-commit-hooks.yaml", "LICENSE",
    "README.md", "diffcli", "pyproject.toml", "scripts", "tests",
}  # fmt: skip


def test_nothing_else_lies_at_the_top() -> None:
    root = PACKAGE.parent
    if not (root / ".git").exists():
        pytest.skip("an archive has no history that could say what belongs to it")
    done = subprocess.run(
        ["git", "ls-files"], cwd=root, capture_output=True, text=True, check=True
    )
    assert {Path(name).parts[0] for name in done.stdout.splitlines()} == TOP


@pytest.mark.slow
def test_what_mutants_may_survive_is_still_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.syspath_prepend(str(PACKAGE.parent / "scripts"))
    assert import_module("mutable").explained()  # exits where a line's code has gone


def test_readme_has_a_map_of_the_rooms() -> None:
    """All of them, each below those that it may import from."""
    readme = (PACKAGE.parent / "README.md").read_text("utf-8")
    text = readme.partition("```text\ncalculus/")[2].partition("```")[0]
    rooms = [line.split()[0] for line in f"calculus/{text}".splitlines()]
    assert {room.strip("/").removesuffix(".py") for room in rooms} == {
        path.stem
        for path in PACKAGE.iterdir()
        if path.is_dir() or path.suffix == ".py"
        if path.stem[0] != "_" and path.stem not in LAYERS[0].split()
    }
    floors = [layer(f"diffcli.{room.strip('/').removesuffix('.py')}") for room in rooms]
    assert floors == sorted(floors)


def test_nothing_below_the_command_line_prints_or_exits() -> None:
    for path, tree in trees().items():
        if path in (PACKAGE / "cli" / "main.py", PACKAGE / "__main__.py"):
            continue
        calls = {
            ast.unparse(node.func)
            for node in ast.walk(tree)
            if isinstance(node, ast.Call)
        }
        ending = {"print", "exit", "sys.exit", "os._exit", "sys.stdout.write"}
        assert not calls & ending, path


def test_digits_are_what_int_reads() -> None:
    """³ is a digit for isdigit, and an error for int."""
    for path, tree in trees().items():
        used = {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute)}
        assert "isdigit" not in used, path


#: What would run a text as code, or make anything at all of some bytes.
RUNNING = {
    "eval", "exec", "compile", "__import__", "sympify", "parse_expr", "lambdify",
    "system", "popen", "getoutput", "getstatusoutput",
}  # fmt: skip
RUNNERS = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "runpy"}


def test_no_text_is_run_as_code() -> None:
    for path, tree in trees().items():
        assert not running(tree), path


def running(tree: ast.AST) -> set[str]:
    """Return what in a tree runs texts: calls, imports, shells."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {name.name.partition(".")[0] for name in node.names} & RUNNERS
        elif isinstance(node, ast.ImportFrom):
            names = {name.name for name in node.names} | {node.module or ""}
            found |= names & (RUNNERS | RUNNING | {"sympy.parsing"})
        elif isinstance(node, ast.Name):
            found |= {node.id} & RUNNING
        elif isinstance(node, ast.Attribute) and ast.unparse(node.value) != "re":
            found |= {node.attr} & RUNNING
        elif isinstance(node, ast.keyword) and node.arg == "shell":
            found.add("shell")
    return found


@pytest.mark.parametrize(
    "text",
    [
        "eval(text)", "f = exec", "builtins.compile(text)", "import pickle",
        "from marshal import loads", "from sympy import sympify", "sympy.sympify(t)",
        "run(words, shell=True)", "os.system(text)", "import shelve as s",
        "from os import popen", "__import__(name)", "import runpy.x",
    ],
)  # fmt: skip
def test_what_runs_a_text_is_seen(text: str) -> None:
    assert running(ast.parse(text))


def modules(package: ModuleType) -> list[str]:
    return plugins.names(package)


@pytest.mark.parametrize("name", modules(methods))
def test_method_has_what_methods_have(name: str) -> None:
    method = methods.load(name)
    assert method.TITLE
    assert method.SUMMARY
    assert isinstance(method.EXACT, bool)
    assert isinstance(method.SYNONYMS, tuple)
    problem = pose(parse("(2*x1+3*x2)**2+3"), {"x1": 1.0, "x2": 3.0})
    result = method.gradient(problem)
    assert isinstance(result, MethodResult)
    assert result.method == name
    values = [estimate.value for estimate in result.partials.values()]
    assert values == pytest.approx([44, 66], rel=1e-9)
    for estimate in result.partials.values():
        assert estimate.value is not None
        exact = 44 if estimate is result.partials["x1"] else 66
        assert abs(estimate.value - exact) <= estimate.error


@pytest.mark.parametrize("name", formats.names())
def test_format_draws_any_document(name: str) -> None:
    form = formats.load(name)
    assert form.SUMMARY
    assert isinstance(form.SUFFIXES, tuple)
    cell = (Run("[bold]|&_", "value"),)
    document = Document(
        blocks=lambda _: (
            Formula("f(x) = xmark", "f(x) &= xmark"),
            Facts((cell, cell)),
            Table((Column("", "left"), Column("n")), ((cell, cell),)),
            Lines((cell,)),
            Picture(lambda screen: ((Run("#" * screen.width),),)),
        ),
        record=lambda: {"a": "xmark"},
        sheet=lambda: Sheet(("a", "b"), (("xmark", '1,"2'),)),
        brief=lambda: "xmark",
        graph=lambda: (Node("xmark", ("1",), ()), Node('"{|<*', (), (0,))),
        cases=lambda: (Case("xmark", "a"), Case("b<", '"&', "failure", "\x1b>")),
        code=lambda language: ("xmark",),
    )
    for count in (0, 1, 3):
        for screen in (Screen(), Screen(20, color=True), Screen(200, ascii=True)):
            documents = Documents([document] * count, many=count > 1)
            drawn = list(form.lines(documents, screen))
            assert all(isinstance(line, str) for line in drawn)
            everything = "\n".join(drawn)
            assert everything.count("xmark") == count, everything
            assert screen.color or "\x1b" not in everything
            wide = count and "[bold]" in everything and name == "table"
            if wide and not screen.color:
                assert max(map(len, drawn)) <= screen.width
    written = "\n".join(form.lines(Documents([document]), Screen(200)))
    assert SPECIAL.get(name, "xmark") in written


#: What means something in a format is written so that it does not.
SPECIAL = {
    "csv": 'xmark,"1,""2"', "dot": r'"{\"\{\|\<*}"', "html": "[bold]|&amp;_",
    "json": '"a": "xmark"', "junit": 'message="\\x1b&gt;"',
    "jsonl": '{"a": "xmark"}', "latex": r"[bold]\textbar{}\&\_",
    "md": r"| \[bold\]\|\&\_ |", "mermaid": '"#34;#123;#124;#60;#42;"',
    "svg": "[bold]|&amp;_", "table": "[bold]|&_", "tsv": 'xmark\t1,"2',
}  # fmt: skip


def test_what_files_say_of_themselves_is_read_without_importing_them() -> None:
    for name in modules(formats):
        assert formats.summary(name) == formats.load(name).SUMMARY
        assert name in formats.offered((formats.part(name),))
    for name in modules(methods):
        assert methods.summary(name) == methods.load(name).SUMMARY


def test_suffixes_mean_one_format() -> None:
    suffixes = [
        suffix for name in modules(formats) for suffix in formats.load(name).SUFFIXES
    ]
    assert len(suffixes) == len(set(suffixes))


@pytest.mark.parametrize("name", modules(views))
def test_view_makes_documents(name: str) -> None:
    view = import_module(f"diffcli.output.views.{name}")
    makers = [
        function
        for _, function in inspect.getmembers(view, inspect.isfunction)
        if function.__module__ == view.__name__
        and function.__annotations__.get("return") in (Document, "Document")
    ]
    assert makers, f"views/{name}.py makes no Document"


def test_every_module_says_what_it_is() -> None:
    for path, tree in trees().items():
        assert ast.get_docstring(tree), path
