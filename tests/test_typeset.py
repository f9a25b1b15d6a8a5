"""LaTeX, DOT and Mermaid: well formed, and accepted by their own tools where found."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from diffcli.language.latex_printer import latex
from diffcli.language.parser import parse
from tests.conftest import Run

NEURON = ("z_1 = w*x+beta; a = sigmoid(z_1); (a-t)^2", "--at", "w=2,x=0.5,beta=-1,t=1")
LECTURE = ("(2*x1+3*x2)**2+3", "--at", "1,3")
NASTY = ("max(abs(x)/2,-x)**2*leakyrelu(x_y*1e-7)+atan2(x,2)", "--at", "3,4")
LONG = ("+".join(f"sin({n}*x)*x**{n}" for n in range(1, 40)), "--at", "1")
CALLS = [
    (command, *formula)
    for command in ("grad", "check", "steps", "trace", "tree")
    for formula in (NEURON, LECTURE, NASTY, LONG)
]
HALVES = ("steps", "sin(x)^2*exp(-x^2)/(1+x)", "--order", "2")
LEVELS = ("steps", "log(cos(exp(sin(sqrt(x)))))", "--at", "0.05")
CALLS += [HALVES, LEVELS]


def name(words: tuple[str, ...]) -> str:
    return f"{words[0]} {words[1][:12]}"


TOOLS = {name: path for name in ("pdflatex", "dot") if (path := shutil.which(name))}


@pytest.mark.slow
def test_latex_is_balanced_and_compiles(tmp_path: Path, run: Run) -> None:
    """The bodies of all calls that have the same preamble make one document."""
    bodies: dict[str, list[str]] = {}
    for words in CALLS:
        ran = run(*words, "-f", "latex")
        assert ran.code == 0, ran.err
        text = ran.out.replace(r"\{", "").replace(r"\}", "")
        assert text.count("{") == text.count("}"), words
        opened = re.findall(r"\\begin\{(\w+\*?)\}", text)
        assert sorted(opened) == sorted(re.findall(r"\\end\{(\w+\*?)\}", text)), words
        assert text.isascii()
        preamble, begun, rest = ran.out.partition("\\begin{document}\n")
        body, ended, after = rest.partition("\\end{document}\n")
        assert (bool(begun), bool(ended), after) == (True, True, ""), words
        bodies.setdefault(preamble, []).append(body)
    if "pdflatex" in TOOLS:
        for preamble, parts in bodies.items():
            body = "\\newpage\n".join(parts)
            text = f"{preamble}\\begin{{document}}\n{body}\\end{{document}}\n"
            compiles(text, tmp_path)


def compiles(text: str, folder: Path) -> None:
    (folder / "all.tex").write_text(text, "ascii")
    words = ["-draftmode", "-interaction=nonstopmode", "-halt-on-error", "all.tex"]
    done = subprocess.run(
        [TOOLS["pdflatex"], *words], cwd=folder, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:].decode(errors="replace")


@pytest.mark.slow
@pytest.mark.parametrize("tool", [tool for tool in TOOLS if tool == "pdflatex"])
def test_the_table_of_functions_stays_on_its_pages(
    tool: str, tmp_path: Path, run: Run
) -> None:
    assert run("functions", "-o", str(tmp_path / "table.tex")).code == 0
    subprocess.run(
        [TOOLS[tool], "-draftmode", "-interaction=nonstopmode", "table.tex"],
        cwd=tmp_path, capture_output=True, check=True,
    )  # fmt: skip
    log = (tmp_path / "table.log").read_text(encoding="latin-1")
    beyond = map(float, re.findall(r"Overfull \\[hv]box \(([\d.]+)pt", log))
    assert all(points < 28 for points in beyond)  # half of the margin


def test_a_long_table_breaks_between_pages_and_a_wide_one_its_words(run: Run) -> None:
    every, one = (run("functions", *w, "-f", "latex").out for w in ([], ["sin"]))
    assert r"\begin{longtable}{lp{" in every
    assert r"\usepackage{longtable}" in every
    assert r"\begin{tabular}{ll}" in one
    assert every.count("{") == every.count("}")


GRAPHS = [call for call in CALLS if call[0] in ("trace", "tree")]


@pytest.mark.parametrize("words", GRAPHS, ids=name)
def test_graphs_have_an_edge_for_every_use(words: tuple[str, ...], run: Run) -> None:
    dot = run(*words, "-f", "dot").out
    mermaid = run(*words, "-f", "mermaid").out
    assert dot.count(" -> ") == mermaid.count(" -->")
    assert dot.count('[label="{') == mermaid.count('["')
    assert mermaid.startswith("flowchart BT\n")
    assert mermaid.isascii()


@pytest.mark.parametrize("tool", [tool for tool in TOOLS if tool == "dot"])
@pytest.mark.parametrize("words", GRAPHS, ids=name)
def test_graphviz_accepts_it(tool: str, words: tuple[str, ...], run: Run) -> None:
    graph = run(*words, "-f", "dot").out
    done = subprocess.run(
        [TOOLS[tool], "-Tsvg"], input=graph, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_edges_say_the_local_partials(run: Run) -> None:
    assert '[label="2*c = 22"]' in run("trace", *LECTURE, "-f", "dot").out


#: Mazur's two-layer network, https://mattmazur.com/2015/03/17/a-step-by-step-
#: backpropagation-example/, whose partials are published.
MAZUR = """
h1 = sigmoid(w1*i1 + w2*i2 + b1); h2 = sigmoid(w3*i1 + w4*i2 + b1)
o1 = sigmoid(w5*h1 + w6*h2 + b2); o2 = sigmoid(w7*h1 + w8*h2 + b2)
(t1 - o1)**2/2 + (t2 - o2)**2/2
"""
WEIGHTS = (
    "w1=.15,w2=.20,w3=.25,w4=.30,w5=.40,w6=.45,w7=.50,w8=.55,"
    "i1=.05,i2=.10,b1=.35,b2=.60,t1=.01,t2=.99"
)


def test_a_published_network(run: Run) -> None:
    ran = run("trace", MAZUR, "--at", WEIGHTS, "-f", "json")
    record = json.loads(ran.out)
    assert record["value"] == pytest.approx(0.298371109, abs=5e-10)
    adjoint = {node["name"]: node["adjoint"] for node in record["backward"]}
    assert adjoint["w5"] == pytest.approx(0.082167041, abs=5e-10)
    assert adjoint["w1"] == pytest.approx(0.000438568, abs=5e-10)
    values = {node["name"]: node["value"] for node in record["forward"]}
    assert values["o1"] == pytest.approx(0.75136507, abs=5e-9)
    shown = run("trace", MAZUR, "--at", WEIGHTS).out
    assert "∂f/∂o₁" in shown
    assert "0.08216704" in shown


def test_definitions_keep_their_names_in_the_answer(run: Run) -> None:
    out = run("steps", *NEURON, "--wrt", "w").out
    assert "= 2(a - t) · a·(1 - a) · x" in out
    latex = run("steps", *NEURON, "--wrt", "w", "-f", "latex").out
    assert r"&= 2 \left(a - t\right) \cdot a \cdot \left(1 - a\right) \cdot x" in latex


def test_simplify_is_equal_and_a_line_of_its_own(run: Run) -> None:
    words = ("steps", "sin(2*x)-2*sin(x)*cos(x)+x", "--simplify", "--at", "2")
    record = json.loads(run(*words, "-f", "json").out)["derivations"]["x"]
    assert record["simplified"] == "1"
    assert "simplify, by sympy:\ndf/dx = 1\n" in run(*words).out


@pytest.mark.parametrize("formula", ["x**2", "abs(x)*E*x", "max(x,2)*x", "exp(x)*e*x"])
def test_what_sympy_shortens_keeps_its_value(formula: str, run: Run) -> None:
    words = ("steps", formula, "--vars", "E,x" if "E" in formula else "x", "--simplify")
    for derivation in json.loads(run(*words, "-f", "json").out)["derivations"].values():
        simple = derivation["simplified"]
        if simple is not None and simple not in ("0", "1"):
            at = ("--vars", "E,x", "--at", "3,1.5", "-f", "json")
            found = [
                json.loads(run("grad", f"({text})+0*x*E", *at).out)["value"]
                for text in (simple, derivation["result"])
            ]
            assert found[0] == pytest.approx(found[1], rel=1e-12)


def test_second_derivatives_step_by_step(run: Run) -> None:
    record = json.loads(
        run("steps", "x**2*y", "--order", "2", "--at", "3,5", "-f", "json").out
    )
    assert record["values"] == {"x": 30, "x,x": 10, "x,y": 6, "y": 9, "y,y": 0}


def test_health_is_shown_only_where_it_is_bad(run: Run) -> None:
    assert "Gradient health" not in run("trace", *LECTURE).out
    deep = "sigmoid(" * 12 + "x" + ")" * 12
    out = run("trace", deep, "--at", "1").out
    assert "Gradient health" in out
    assert "vanishes: 12 of 12 factors are below 0.5 (12 of sigmoid" in " ".join(
        out.split()
    )
    assert "explodes" in run("trace", "(((((x*9)*9)*9)*9)*9)*9", "--at", "1").out


@pytest.mark.parametrize("form", ["latex", "md"])
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (HALVES, ["f &= \\frac{u}{v}", "u' &= ", "v' &= 1", "u'v - uv'"]),
        (LEVELS, ["a &= \\sqrt{x}", "f &= \\ln g", "\\frac{d f}{d g} = ", "approx"]),
        (
            (
                "steps",
                "z = w*x+b; a = sigmoid(z); (a-t)^2",
                "--wrt",
                "w",
                "--at",
                "w=2,x=0.5,b=-1,t=1",
            ),
            ["z = 0", "2 \\left(0.5 - 1\\right)", "= -0.125"],
        ),
    ],
    ids=["halves", "levels", "network"],
)
def test_derivations_are_typeset_in_the_same_parts(
    words: tuple[str, ...], said: list[str], form: str, run: Run
) -> None:
    out = run(*words, "-f", form).out
    for part in said:
        assert part in out, part


@pytest.mark.parametrize(
    ("formula", "typeset"),
    [
        ("-1/x", r"-\frac{1}{x}"),
        ("-2*x/(x+1)", r"-\frac{2 x}{x + 1}"),
        ("y-(-x/2)", r"y - \left(-\frac{x}{2}\right)"),
        ("x^(-1/2)", r"x^{-\frac{1}{2}}"),
        ("y*(-x/2)", r"y \cdot \left(-\frac{x}{2}\right)"),
        ("-x/y/z", r"-\frac{\frac{x}{y}}{z}"),
        ("(-x+1)/y", r"\frac{-x + 1}{y}"),
    ],
)
def test_a_sign_stands_before_the_bar(formula: str, typeset: str) -> None:
    assert latex(parse(formula).expression) == typeset
