"""check --work: a student's own lines, each judged against the one before."""

import json
from pathlib import Path

import pytest

import diffcli
from tests.conftest import Run

MINE = """\
f(x) = (3*x+1)^4
f'(x) = 4*(3*x+1)^3 * d/dx[3*x+1]
      = 4*(3*x+1)^3
      = 4*(27*x^3+27*x^2+9*x+1)
"""
SCREEN = """\
1  f(x)  = (3x + 1)⁴
2  f'(x) = 4(3x + 1)³ · d/dx (3x + 1)    right: power and chain
3        = 4(3x + 1)³                    WRONG after line 2
4        = 4(27x³ + 27x² + 9x + 1)       follows from line 3
Line 2 to 3: the inner derivative 3 of 3x + 1 was lost.
Right is 12(3x + 1)³.
"""


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    file = tmp_path / "mine.txt"
    file.write_text(MINE, encoding="utf-8")
    return file


def test_the_first_line_that_does_not_follow(mine: Path, run: Run) -> None:
    assert run("check", "--work", str(mine)) == (1, SCREEN, "")
    assert run("check", "--work", str(mine), "-q") == (1, "", "")


def test_a_verdict_for_each_line(mine: Path, run: Run) -> None:
    made = json.loads(run("check", "--work", str(mine), "-f", "json").out)
    assert [line["verdict"] for line in made["lines"]] == [
        "given", "right", "wrong", "follows",
    ]  # fmt: skip
    assert made["lines"][2]["after"] == 2
    assert (made["passed"], made["right"]) == (False, "12*(3*x+1)**3")


RIGHT = [
    "f(x) = x^2*sin(x)\nu = x^2\nv = sin(x)\nu' = 2x\nv' = cos(x)\n"
    "f'(x) = u'v + u*v' = 2x sin(x) + x^2 cos(x)\n= x*(2sin(x) + x*cos(x))",
    "z = x^2+1\nf = sin(z)\ndf/dx = df/dz * dz/dx = cos(z)*2x",
    "f(w, x) = (w*x-1)^2\n∂f/∂w = 2(w*x-1) · ∂/∂w (w*x-1) = 2(w*x-1)*x",
    "(x+1)^2\n2(x+1)\n2x+2",
    "y = x^3\ny' = (x^3)' = 3x^2  # the power rule",
    "d/dx[3*x+1] = 3",
    "f(x) = (x+1)^2 = x^2+2x+1\nf'(x) = 2x+2",
    "f(x₁, x₂) = (2x₁ + 3x₂)²\n∂f/∂x₁ = 2(2x₁ + 3x₂) · ∂/∂x₁ (2x₁ + 3x₂)\n"
    "= 2(2x₁ + 3x₂) · 2\n= 4(2x₁ + 3x₂)",
]


@pytest.mark.parametrize("lines", RIGHT)
def test_right(lines: str) -> None:
    assert diffcli.judge(lines).passed


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("f(x) = (x+1)^2\nf' = 2(x+1)\n= 2x+1", "the factor 2 goes to every term"),
        ("y = x^2*e^x\ndy/dx = 2x*e^x", "the derivatives of the factors were mult"),
        ("f(x) = sin(5x)\nf'(x) = cos(5x)", "the inside 5*x was not differentiated"),
        ("f(x) = x^3-x\nf' = 3x^2 - 1\n= 3x^2 + 1", "the minus sign before 1 was lost"),
        ("f(x) = (x+3)^2 = x^2 + 9", "the power of the sum x + 3 was taken term by"),
        ("f(x) = x*e^x\nf' = e^x + x*e^x\n= x*e^x", "the term exp(x) was lost"),
    ],
)
def test_what_was_done_is_said(lines: str, said: str) -> None:
    judgement = diffcli.judge(lines)
    assert not judgement.passed
    assert said in str(judgement.slips[0])


@pytest.mark.parametrize(
    ("lines", "code", "said"),
    [
        ("", 2, "is empty"),
        ("= 3", 3, ":1: there is nothing on one side"),
        ("f(x) = x^2\nf'(x) = 2**", 3, ":2: "),
        ("f(x) = x^2\ng' = 2x", 3, ":2: nothing says what 'g' is"),
        ("u = x^2\nu' = 2t", 3, ":2: nothing says what 't' is"),
        ("f = x*y\nf' = y", 2, "which variable"),
    ],
)
def test_refused(lines: str, code: int, said: str, mine: Path, run: Run) -> None:
    mine.write_text(lines, encoding="utf-8")
    ran = run("check", "--work", str(mine))
    assert (ran.code, ran.out) == (code, "")
    assert said in ran.err


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ("f(x) = x^2\nf'(x) = 2x", 0),
        ("f(x) = x^2\nf'(x) = 2x\n= log(log(-x^2))", 6),
        ("f(x) = x^2\nf'(x) = x\n= log(log(-x^2))", 1),
    ],
)
def test_wrong_goes_before_what_cannot_be_told(
    lines: str, code: int, mine: Path, run: Run
) -> None:
    mine.write_text(lines, encoding="utf-8")
    assert run("check", "--work", str(mine)).code == code
    assert run("check", "--work", str(mine), "-q") == (code, "", "")


@pytest.mark.parametrize(
    "form", ["table", "csv", "tsv", "jsonl", "md", "latex", "html"]
)
def test_every_format(form: str, mine: Path, run: Run) -> None:
    ran = run("check", "--work", str(mine), "-f", form)
    assert ran.code == 1
    assert "27" in ran.out


def test_forty_columns_and_ascii(mine: Path, run: Run) -> None:
    ran = run("check", "--work", str(mine), columns=40)
    assert max(map(len, ran.out.splitlines())) <= 40
    assert run("check", "--work", str(mine), "--ascii").out.isascii()
