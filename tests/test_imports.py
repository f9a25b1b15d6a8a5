"""Start-up time is a feature: what a call imports."""

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {"rich", "sympy", "mpmath", "numpy"}
GRAD = ["grad", "(2*x1+3*x2)**2+3", "--at", "1,3"]


@pytest.fixture(autouse=True)
def unmeasured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let scripts/coverage, which imports more, leave these processes alone."""
    monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)


def imported(*words: str, parts: int = 1) -> set[str]:
    """Return the modules that one call imports, by the first parts of their names."""
    program = (
        "import sys\n"
        "from diffcli.cli.main import main\n"
        "main(sys.argv[1:])\n"
        f"print(*{{'.'.join(name.split('.')[:{parts}]) for name in sys.modules}})\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *words],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize("form", ["plain", "csv", "tsv", "json", "jsonl"])
def test_machine_formats_import_no_heavy_library(form: str) -> None:
    assert not imported(*GRAD, "-f", form) & HEAVY


def test_the_table_imports_rich_only() -> None:
    assert imported(*GRAD) & HEAVY == {"rich"}
    # Half of rich; only what has colours, or has to be broken, has a use for it.
    assert "rich.console" not in imported(*GRAD, parts=2)
    assert "rich.console" in imported(*GRAD, "--color", "always", parts=2)


def test_a_gradient_imports_no_more_than_it_needs() -> None:
    light = imported(*GRAD, "-f", "plain")
    heavy = {"fractions", "decimal", "json", "random", "unicodedata", "glob", "signal"}
    assert not light & heavy


def test_importing_the_package_imports_nothing_else() -> None:
    program = (
        "import sys; before = set(sys.modules); import diffcli;"
        "print(*(set(sys.modules) - before))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    new = {name for name in done.stdout.split() if name.startswith("diffcli")}
    assert new == {"diffcli"}


@pytest.mark.parametrize("name", ["grad", "tree", "demo"])
def test_help_lists_formats_and_imports_none_of_their_libraries(name: str) -> None:
    assert not imported(name, "--help") & HEAVY


#: Modules of ours that the shortest call has no use for.
UNUSED = {
    "diffcli.language.notation",
    "diffcli.language.printer",
    "diffcli.language.textbook",
    "diffcli.language.readers",
    "diffcli.calculus.rules",
    "diffcli.calculus.mistakes",
    "diffcli.calculus.mistakes_of_forms",
    "diffcli.calculus.mistakes_of_functions",
    "diffcli.engine.normal",
    "diffcli.engine.derivation",
    "diffcli.engine.one_sided",
    "diffcli.engine.stencils",
    "diffcli.engine.fold",
    "diffcli.cli.shells",
    "diffcli.cli.gradients.orders",
    "diffcli.cli.examples",
    "diffcli.cli.gradients.streams",
    "diffcli.inputs.claims",
    "diffcli.output.bulk",
    "diffcli.targets",
    "diffcli.version",
}


def built() -> tuple[set[str], list[str]]:
    """Return our modules that -f plain imports, and what else it builds for nothing.

    These are protocols, and patterns that are compiled before a text is looked at.
    """
    program = (
        "import re, sys, typing\n"
        "from diffcli.cli.main import main\n"
        "main(sys.argv[1:])\n"
        "ours = [m for n, m in sys.modules.items() if n.startswith('diffcli')]\n"
        "print(*(m.__name__ for m in ours))\n"
        "print(*(n for m in ours for n, c in vars(m).items() if isinstance(c, type)\n"
        "        and c.__module__ == m.__name__ and getattr(c, '_is_protocol', 0)\n"
        "        or isinstance(c, re.Pattern)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *GRAD, "-f", "plain"],
        capture_output=True,
        text=True,
        check=True,
    )
    *_, modules, others = done.stdout.split("\n")[:-1]
    return set(modules.split()), others.split()


def test_the_shortest_call_imports_and_builds_nothing_that_it_has_no_use_for() -> None:
    modules, others = built()
    assert not modules & UNUSED
    # A module costs a tenth of a millisecond, however short it is.
    assert len(modules) <= 49
    assert others == []


def test_a_table_of_gradients_imports_no_derivation(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("x1,x2\n1,3\n2,4\n")
    words = (*GRAD[:2], "--points", str(table), "-f", "csv")
    second = {"diffcli.analysis.hessian", "diffcli.engine.derivation"}
    assert not imported(*words, parts=3) & second
    assert second < imported(*words, "--order", "2", parts=3)


@pytest.mark.parametrize("formula", ["2*(x", "2*(\N{CJK UNIFIED IDEOGRAPH-6C34}"])
def test_an_error_imports_no_heavy_library(formula: str) -> None:
    assert not imported("grad", formula, "--at", "1", "-f", "plain") & HEAVY
