"""The tree on the screen, as data, and for other programs."""

import json
import re
import shutil
import subprocess

import pytest

from diffcli.calculus.functions import CONDITIONS, NAMED
from diffcli.language.expression import call
from diffcli.language.parser import parse
from diffcli.output.views.tree import _latex_label
from tests.conftest import Run

LECTURE = ("tree", "(2*x1+3*x2)**2+3")


def test_the_lectures_tree(run: Run) -> None:
    out = run(*LECTURE, "--at", "1,3").out
    for line in (
        "+  124 | 1",
        "├── e: ^  121 | 1",
        "│   ├── c: +  11 | 22",
        "x₂  3 | 66",
    ):
        assert line in out


def test_as_typed_and_shared(run: Run) -> None:
    formula = "z = w*x; z**2 + sin(z)"
    typed, shared = (run("tree", formula, *more).out for more in ((), ("--graph",)))
    assert typed.count("w\n") == 2
    assert shared.count("w\n") == 1
    assert "z: ·  (drawn above)" in shared


@pytest.mark.parametrize("graph", [(), ("--graph",)])
def test_graphviz_reads_it(graph: tuple[str, ...], run: Run) -> None:
    ran = run("tree", "max(x, 2)*x", "--at", "3", "-f", "dot", *graph)
    nodes = re.findall(r"^  (n\d+) \[label=", ran.out, re.MULTILINE)
    edges = re.findall(r"^  (n\d+) -> (n\d+);", ran.out, re.MULTILINE)
    assert len(nodes) == (4 if graph else 5)
    assert len(edges) == 4
    assert {end for edge in edges for end in edge} == set(nodes)
    if shutil.which("dot"):
        drawn = subprocess.run(
            ["dot", "-Tsvg"], input=ran.out, capture_output=True, text=True, check=True
        )
        assert drawn.stdout.count('class="node"') == len(nodes)


def test_mermaid_labels_are_safe(run: Run) -> None:
    out = run("tree", "x**2*3", "-f", "mermaid").out
    assert out.startswith("flowchart BT\n")
    assert "*" not in out
    assert '["#42;#42;"]' in out


def test_a_large_tree_is_cut_and_says_so(run: Run) -> None:
    formula = "+".join(f"x{place}" for place in range(500))
    out = run("tree", formula).out
    assert "cut at 14 levels; -f json has the whole tree" in out
    nodes = json.loads(run("tree", formula, "-f", "json").out)["nodes"]
    assert len(nodes) == 999


def test_a_bushy_tree_is_cut_and_says_so(run: Run) -> None:
    formula = "x1"
    for place in range(9):
        formula = f"({formula})*x{place}+({formula})"
    out = run("tree", formula).out
    assert "… more below; -f json has the whole tree" in out
    assert len(out.splitlines()) < 220


def test_deep(run: Run) -> None:
    formula = "sin(" * 20_000 + "x" + ")" * 20_000
    assert run("tree", formula, "-f", "dot").out.count("->") == 20_000


def test_a_deep_tree_is_cut_and_says_so(run: Run) -> None:
    formula = "sin(" * 300 + "x" + ")" * 300
    out = run("tree", formula).out
    assert max(map(len, out.splitlines())) <= 120  # the formula is shown first
    assert "cut at 14 levels; -f json has the whole tree" in out
    assert run("tree", formula, "-f", "latex").out.count("[{") < 40


@pytest.mark.parametrize(
    ("formula", "sign"),
    [
        ("x+y", "+"), ("x-y", "-"), ("-x", "-"), ("x*y", r"\cdot"), ("x/y", "/"),
        ("x^y", r"\uparrow"), ("x mod y", r"\bmod"), ("leakyrelu(x)", ""),
        ("where(x < y, x, y)", "<"), ("where(x <= y, x, y)", r"\le"),
        ("where(x > y, x, y)", ">"), ("where(x >= y, x, y)", r"\ge"),
        ("where(x == y, x, y)", "="), ("where(x != y, x, y)", r"\ne"),
        ("where(x < 1 and y < 1, x, y)", r"\land"),
        ("where(not x < 1, x, y)", r"\lnot"),
        ("where(x < 1 or y < 1, x, y)", r"\lor"),
    ],
)  # fmt: skip
def test_latex_has_the_sign_that_a_book_has(formula: str, sign: str, run: Run) -> None:
    """A percent sign begins a remark, which would swallow the rest of the label."""
    out = run("tree", formula, "-f", "latex").out
    labels = re.findall(r"^  \[\{\$(.*)\$\}$", out, re.MULTILINE)
    assert sign in labels or not sign
    assert not [label for label in labels if re.search(r"(?<!\\)[%#&_~^<>=]=?", label)
                and label not in ("<", ">", "=")]  # fmt: skip


def test_every_row_has_a_label_in_latex(run: Run) -> None:
    for row in (*NAMED.values(), *CONDITIONS):
        label = _latex_label(call(row, *[parse("x").expression] * row.arity))
        assert label == label.strip() != ""
        assert "{u}" not in label
        assert not re.search(r"(?<!\\)[%#&_]", label)


@pytest.mark.parametrize("formula", ["(2*x+3*y)**2+3", "z = x*y; sin(z)+z**2"])
def test_the_letters_are_those_of_trace(formula: str, run: Run) -> None:
    tree = run("tree", formula, "--at", "1,3").out
    record = json.loads(run("trace", formula, "--at", "1,3", "-f", "json").out)
    for node in record["forward"]:
        if node["formula"]:
            assert f"{node['name']}: " in tree
    colored = run("tree", formula, "--at", "1,3", "--color", "always").out
    assert "\x1b[32m" in colored
    assert "\x1b[36m" in colored


def test_a_choice_says_what_it_asks_and_whether_it_is_made(run: Run) -> None:
    words = ("tree", "where(x > 0 and x < 3, x^2, 1)")
    out = run(*words, "--at", "5").out
    assert "if x > 0 and x < 3  0 | 1  not chosen" in out
    assert "if not (x > 0 and x < 3)  1 | 1  chosen" in out
    assert "chosen" not in run(*words).out
