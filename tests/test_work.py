"""check --work: a student's own lines, each judged against the one before."""

import json
import re
from pathlib import Path

import pytest

import diffcli
from diffcli.calculus.mistakes_of_forms import ALGEBRA, Move
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
    "f(x)=x^2+1\n\nf'(x)=2x   (power rule)",
    "f(x)=x^2+1\nf'(x)=2x   [by the power rule]\n=2*x // done",
    "Exercise 1\n1) f(x)=x^2+1\nDerivative:\n=> f'(x) == 2x.   by the power rule",
    "f(x) = x^2\nf'(x)=2x\nso the slope at 3 is 6",
    "f(x) = e^(2x)\nf'(x) = e^(2x)·(2x)'\n= 2 e^(2x)",
    "f(x) = x e^x\ndf/dx = e^x + x e^x",
    "f(x) = x^3\nd/dx f(x) = 3x^2\nf''(x) = 3*2x = 6x\nd²f/dx² = 6x",
    "f(x) = x^3\nf'(x) = 3x^2\nf'(2) = 3*2^2 = 12\nf(2) = 8",
    "(x^2)' = 2x",
    "f(x,y)=x^2*y\nf_x = 2x*y\nf_y = x^2\ndf/dx = 2x*y\n∂f/∂y = x^2",
    "g(x) = sin(u), u = x^2\ng' = cos(u)*u' = cos(x^2)*2x",
    "f(x) = sin(u) with u = x^2\nf' = cos(u)*u' = cos(x^2)*2x",
    "f(x) = sin(x)\ng(x) = x^2\nh(x) = f(g(x))\nh'(x) = f'(g(x))·g'(x)\n= cos(x^2)·2x",
    "u = x^2\nv = sin(x)\nf = u*v\nf' = u'v + uv' = 2x sin(x) + x^2 cos(x)",
    "f = u*v\nu = x^2\nv = x^2+1\ndf/dx = df/du*du/dx + df/dv*dv/dx = v*2x + u*2x",
    "f(x) = (x^2+1)^3\nu = x^2+1\ndf/dx = df/du * du/dx = 3u^2 * 2x",
    "z = w*x + b; a = sigmoid(z); L = (a-t)^2\n∂L/∂w = ∂L/∂a · ∂a/∂z · ∂z/∂w\n"
    "= 2(a-t)*a*(1-a)*x\n∂L/∂b = 2(a-t)*a*(1-a)",
    "f(x) = 3x^2\nf'(x) = d/dx[3x^2] = 3 d/dx x^2 = 3·2x = 6x",
    "\\begin{align*}\nf(x) &= \\frac{x}{x+1} \\\\\n\\frac{df}{dx} &= "
    "\\frac{1\\cdot(x+1) - x}{(x+1)^2} \\\\\n&= \\frac{1}{(x+1)^2}\n\\end{align*}",
    "$f(x) = \\left(3x+1\\right)^4$\n$f^{\\prime}(x) = 4\\left(3x+1\\right)^3 "
    "\\cdot \\frac{d}{dx}\\left(3x+1\\right)$\n$= 12(3x+1)^3$",
    "y = (2x+1)^5\nlet u = 2x+1\ndy/du = 5u^4\ndu/dx = 2\ndy/dx = 10u^4",
    "f(x) = x^2/(x-1)\nu = x^2, v = x-1\nu' = 2x, v' = 1\nf'(x) = (u'v - uv')/v^2",
    "h(x) = f(g(x)) where f(u) = u^3, g(x) = 2x+1\nh'(x) = 3(2x+1)^2 * 2",
    "Let f(x) = x^2. Then f'(x) = 2x.",
    "f(x) = sin(x)/x; f'(x) = (x cos(x) - sin(x))/x^2",
    "z = x^2 y + y^3\ndz/dx = 2xy\ndz/dy = x^2 + 3y^2",
    "f(x) = |x|\nf'(x) = x/|x|",
    "f(x) = cos(x)\nf'(x) = -sin(x)\nf'(1) = -sin(1) ≈ -0.84",
    "f(x) = sqrt(x)\nf'(x) = 1/(2sqrt(x))\nf'(2) ≈ 1/(2·1.414) ≈ 0.354 ≈ 0.35",
    "f(x) = 22x\nf'(2) ≈ 22\nf'(2) ~= 2.2e1",
    "$f(x) = \\sin(x)$\n$f'(1) \\approx 0.54$",
    "f(x₁, x₂) = (2x₁ + 3x₂)²\n∂f/∂x₁ = 2(2x₁ + 3x₂) · ∂/∂x₁ (2x₁ + 3x₂)\n"
    "= 2(2x₁ + 3x₂) · 2\n= 4(2x₁ + 3x₂)",
]


@pytest.mark.parametrize("lines", RIGHT)
def test_right(lines: str) -> None:
    judgement = diffcli.judge(lines)
    assert judgement.passed
    assert judgement.right is None
    assert judgement.first_wrong is None
    assert judgement.slips == ()


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("f(x) = (x+1)^2\nf' = 2(x+1)\n= 2x+1", "the factor 2 goes to every term"),
        ("y = x^2*e^x\ndy/dx = 2x*e^x", "the derivatives of the factors were mult"),
        ("f(x) = sin(5x)\nf'(x) = cos(5x)", "the inside 5*x was not differentiated"),
        ("f(x) = x^3-x\nf' = 3x^2 - 1\n= 3x^2 + 1", "the minus sign before 1 was lost"),
        ("f(x) = e^(2x)\nf' = e^(2x)*(2x)'\n= 2x e^(2x)", "2*x was kept and not"),
        ("f(x) = x^3\nf'(x) = 3x^2\nf'(2) = 3*2^2 = 13", ""),
        (
            "f = u*v\nu = x^2\nv = x^3\ndf/dx = df/du*du/dx",
            "the second term of the product rule",
        ),
        ("f(x) = x^3\nf''(x) = 6", ""),
        ("f(x,y) = x^2*y\nf_x = x^2", "the derivative toward y"),
        ("f(x) = (x+3)^2 = x^2 + 9", "the power of the sum x + 3 was taken term by"),
        ("f(x) = cos(x)\nf'(1) = -0.84", "-0.84 is rounded: write ≈ before it"),
        ("f(x) = cos(x)\nf'(1) ≈ -0.85", ""),
        (
            "f(x) = cos(x^2)\nf' = -sin(x^2)*2x\nf' = -2x*sin(x)^2",
            "the power 2 stands inside",
        ),
        ("f(x) = x*e^x\nf' = e^x + x*e^x\n= x*e^x", "the term exp(x) was lost"),
    ],
)
def test_what_was_done_is_said(lines: str, said: str) -> None:
    judgement = diffcli.judge(lines)
    assert not judgement.passed
    assert said in "; ".join(map(str, judgement.slips))
    assert judgement.first_wrong is not None
    assert judgement.right is judgement.first_wrong.right is not None


LETTERS = {"u": "(2*x-3)", "v": "(x^2)", "c": "5", "n": "3"}
MOVES = [move for move in ALGEBRA if "D" not in move.before]


@pytest.mark.parametrize("move", MOVES, ids=lambda m: f"{m.before} to {m.after}")
def test_every_wrong_move_is_named(move: Move) -> None:
    before, after = (
        re.sub(r"\b[uvcn]\b", lambda letter: LETTERS[letter[0]], side)
        for side in (move.before, move.after)
    )
    judgement = diffcli.judge(f"f(x) = {before}\n= {after}")
    assert not judgement.passed
    assert judgement.slips


EXERCISES = """\
Exercise 1
f(x) = x^2
f'(x) = 2x

f(x) = x^3
f'(x) = 3x

Ex. 3: f(t) = e^(2t)
f'(t) = e^(2t)
f'(0) ≈ 2.0
"""


def test_every_exercise_has_its_own_names(mine: Path, run: Run) -> None:
    mine.write_text(EXERCISES, encoding="utf-8")
    ran = run("check", "--work", str(mine))
    assert "Line 6: " in ran.out
    assert "Right is 3x²." in ran.out
    assert "Line 9: the inside 2t was not differentiated" in ran.out
    made = json.loads(run("check", "--work", str(mine), "-f", "json").out)
    assert [line["exercise"] for line in made["lines"]] == [1, 1, 2, 2, 3, 3, 3]
    assert made["lines"][3]["right"] == made["right"] == "3*x**2"
    assert made["lines"][6]["sign"] == "≈"


def test_a_formula_rewritten_is_no_new_exercise() -> None:
    lines = ["f(x) = (x+1)^2", "", "f(x) = x^2+2x+2", "f'(x) = 2x+2"]
    statuses = [v.status for v in diffcli.judge(lines).verdicts]
    assert statuses == ["given", "wrong", "right"]


def test_a_line_is_shown_as_it_was_written(mine: Path, run: Run) -> None:
    """x^2 is not called u where the student wrote x^2, and u' is not written out."""
    lines = "u = x^2\nv = sin(x)\nf = u*v\nf' = u'v + u*v'\n= 2x*v + x^2 cos(x)"
    mine.write_text(lines, encoding="utf-8")
    out = run("check", "--work", str(mine)).out
    assert "f' = u'·v + u·v'" in out
    assert "= 2x·v + x² cos(x)" in out


@pytest.mark.parametrize("form", ["latex", "md", "json", "csv", "html"])
def test_marks_in_every_format(form: str, mine: Path, run: Run) -> None:
    lines = "f(x) = sin(u), u = x^2\ndf/dx = df/du * u'\n= cos(u)*(x^2)'"
    mine.write_text(lines, encoding="utf-8")
    ran = run("check", "--work", str(mine), "-f", form)
    assert (ran.code, ran.err) == (0, "")


@pytest.mark.parametrize(
    ("lines", "code", "said"),
    [
        ("f(x) = x^2\ndg/dx = 2x", 3, ":2: nothing says what 'g' is"),
        ("f(x) = x^2\nf'(x) ≈ 2x", 3, ":2: ≈ stands before a rounded number"),
        ("u = x^2\n' = 2x", 3, ":2: there is nothing before the prime"),
        ("d/dx = 2x", 3, ":1: there is nothing behind d/dx"),
        ("", 2, "is empty"),
        ("= 3", 3, ":1: there is nothing on one side"),
        ("f(x) = x^2\nf'(x) = 2**", 3, ":2: "),
        ("f(x) = x^2\ng' = 2x", 3, ":2: nothing says what 'g' is"),
        ("u = x^2\nu' = 2t", 3, ":2: nothing says what 't' is"),
        ("f = x*y\nf' = y", 2, "which variable"),
        ("f(x) = x^2\nf'(x) = lim h->0 (f(x+h)-f(x))/h", 3, "a limit is not read"),
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


@pytest.mark.parametrize(
    "line",
    [
        "d/dx x²·sin(x) = 2x·sin(x) + x²·cos(x)",
        "d/dx x**2*sin(x) = d/dx x**2*sin(x) + x**2*d/dx sin(x)",
        "d/dx x/(x+1) = 1/(x+1)^2",
        "d/dx (x+1)^2·x = 2*(x+1)*x + (x+1)^2",
        "d/dx 3·x^2 = 6x", "d/dx x^2/3 = 2x/3", "d/dx x**3 = 3*x**2",
        "d/dx x^-2 = -2x^-3", "d/dx [x^2]·x = 2x·x", "d/dx (x^2)·x = 2x·x",
        "d/dx [x^2] + x = 2x + x", "d/dx x^2 + 3 = 2x + 3",
        "d/dx x^2 + d/dx sin(x) = 2x + cos(x)",
    ],
)  # fmt: skip
def test_how_far_a_mark_reaches(line: str, run: Run, tmp_path: Path) -> None:
    """It is the product where d/dx is all there is, and a factor in a sum."""
    (tmp_path / "work").write_text(line, encoding="utf-8")
    ran = run("check", "--work", str(tmp_path / "work"))
    assert (ran.code, ran.err) == (0, "")
    assert "WRONG" not in ran.out


@pytest.mark.parametrize(
    ("left", "alone"),
    [("d/dx x^2 + sin(x)", "d/dx[x^2] + sin(x)"),
     ("d/dx x·sin(x) - x", "d/dx[x·sin(x)] - x")],
)  # fmt: skip
def test_a_sum_behind_a_mark_is_refused_with_both(
    left: str, alone: str, run: Run, tmp_path: Path
) -> None:
    (tmp_path / "work").write_text(f"{left} = 2x", encoding="utf-8")
    ran = run("check", "--work", str(tmp_path / "work"))
    assert (ran.code, ran.out) == (3, "")
    both = left.replace("d/dx ", "d/dx[") + "]"
    assert ran.err.endswith(f"Hint: write {both} or {alone}\n")
