"""The bare installation: the wheel and what it requires, and no extra."""

import importlib.metadata
import re
import subprocess
import sys
import venv
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from diffcli import plugins
from diffcli.cli import commands
from tests.conftest import Ran, Run

pytestmark = pytest.mark.slow
TABLE = "x,y\n1,2\n0,1\n2.5,-3\n"
FORMULA = "log(x)*y+cbrt(y)"


def required(name: str) -> Iterator[str]:
    """Yield what a distribution requires where no extra is asked for."""
    for line in importlib.metadata.requires(name) or []:
        if "extra ==" not in line and "python_version <" not in line:
            needed = re.split(r"[^\w.-]", line, maxsplit=1)[0]
            yield needed
            yield from required(needed)


@pytest.fixture(scope="module")
def bare(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Ran]:
    """Return a function that runs a call in an environment with nothing else.

    There may be no network: what is required is linked from the environment of the
    tests, file by file, so that what is only an extra's cannot be imported.
    """
    home = tmp_path_factory.mktemp("bare")
    venv.create(home, symlinks=True)
    (library,) = home.glob("lib/python*/site-packages")
    for name in {*required("diffcli")}:
        distribution = importlib.metadata.distribution(name)
        for top in {file.parts[0] for file in distribution.files or ()} - {".."}:
            if not (library / top).exists():
                (library / top).symlink_to(str(distribution.locate_file(top)))
    words = ("install", "-q", "--no-deps", "--no-index", wheel)
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", home / "bin" / "python", *words],
        check=True,
    )

    def call(*words: str) -> Ran:
        done = subprocess.run(
            [home / "bin" / "diffcli", *words],
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            env={"COLUMNS": "80", "PYTHONUTF8": "1"},
            cwd=home,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    return call


@pytest.fixture
def points(tmp_path: Path) -> Path:
    path = tmp_path / "points.csv"
    path.write_text(TABLE)
    return path


@pytest.mark.parametrize("name", plugins.names(commands))
def test_every_command_is_there(name: str, bare: Callable[..., Ran]) -> None:
    ran = bare(name, "--help")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("Usage: diffcli")


@pytest.mark.parametrize(
    "words",
    [
        ("grad", "(2*x1+3*x2)**2+3", "--at", "1,3"),
        ("grad", "sin(x)/x", "--at", "0"),
        ("grad", "sqrt(x)*sin(y)", "--at", "2,pi/6", "--exact"),
        ("grad", "exp(x)-exp(-x)", "--at", "1e-9", "--digits", "30"),
        ("steps", "x*sin(x)", "--at", "2", "--simplify"),
        ("trace", "tanh(w*x)", "--at", "w=1,x=2", "-f", "md"),
        ("check", "x^2", "--at", "2", "--claim", "2*x"),
        ("plot", "sigmoid(x)", "--height", "10"),
    ],
)
def test_it_says_what_it_says_with_all_extras(
    words: tuple[str, ...], bare: Callable[..., Ran], run: Run
) -> None:
    assert bare(*words) == run(*words)


def test_a_table_is_answered_with_the_same_bits(
    points: Path, bare: Callable[..., Ran], run: Run
) -> None:
    words = ("grad", FORMULA, "--points", str(points), "-f", "csv", "--keep-going")
    assert bare(*words) == run(*words)
    assert bare(*words, "--jobs", "2") == run(*words)


@pytest.mark.parametrize(
    ("extra", "words"),
    [
        ("fast", ("--points", "{points}", "--engine", "polars")),
        ("fast", ("--points", "{points}", "-o", "out.parquet")),
        ("fast", ("--points", "{folder}/in.parquet")),
        ("fast", ("--points", "{folder}/in.arrow", "-f", "csv")),
        ("dask", ("--points", "{points}", "-o", "out/", "--jobs", "dask")),
    ],
)
def test_what_needs_an_extra_says_which(
    extra: str, words: tuple[str, ...], points: Path, bare: Callable[..., Ran]
) -> None:
    for name in ("in.parquet", "in.arrow"):
        points.with_name(name).touch()
    given = {"points": points, "folder": points.parent}
    ran = bare("grad", FORMULA, *(word.format(**given) for word in words))
    assert (ran.code, ran.out) == (2, "")
    assert f"pip install 'diffcli[{extra}]'" in ran.err
