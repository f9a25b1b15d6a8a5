"""The derivation on the screen and as data."""

import json

import pytest

from diffcli.engine.tape import Program
from diffcli.language.parser import parse
from tests import referee
from tests.conftest import Run

FORMULAS = [
    "(2*x+3*y)**2+3",
    "x*sin(2*x)/y",
    "exp(-x**2)*y",
    "x**y",
    "z = y*x; a = sigmoid(z); (a-1)^2",
]


@pytest.mark.parametrize("formula", FORMULAS)
def test_every_line_is_true(formula: str, run: Run) -> None:
    """Each step's three forms have one value: of, filled in, and tidied."""
    point = {"x": 1.3, "y": 0.7}
    ran = run("steps", formula, "--at", "x=1.3,y=0.7", "-f", "json")
    record = json.loads(ran.out)
    for variable, derivation in record["derivations"].items():
        for step in derivation["steps"]:
            of = parse(step["of"])
            exact = referee.slope(of.expression, variable, point)
            for form in ("filled", "becomes"):
                value = Program([parse(step[form]).expression]).value(point)
                assert value == pytest.approx(exact, rel=1e-12, abs=1e-15)
        assert derivation["result"] == derivation["steps"][-1]["becomes"]


@pytest.mark.parametrize("formula", FORMULAS)
def test_the_last_line_is_the_answer_of_grad(formula: str, run: Run) -> None:
    steps = json.loads(run("steps", formula, "-f", "json").out)
    grad = json.loads(run("grad", formula, "--at", "x=1.3,y=0.7", "-f", "json").out)
    results = {name: d["result"] for name, d in steps["derivations"].items()}
    assert results == grad["derivatives"]


def test_the_lectures_names(run: Run) -> None:
    out = run("steps", "(2*x1+3*x2)**2+3", "--wrt", "x1", "--at", "1,3").out
    for word in ("constant", "linearity", "power, chain"):
        assert word in out
    assert "∂f/∂x1 = 4*(2*x1 + 3*x2)" in out
    assert "= 44 at x1 = 1, x2 = 3" in out


def test_full_names_the_letters_and_what_is_held(run: Run) -> None:
    words = ("steps", "(2*x1+3*x2)**2+3", "--wrt", "x1", "--level", "full")
    out = run(*words).out
    assert "rule: D(u**n) = n*u**(n-1)*D(u)" in out
    assert "with n = 2, u = 2*x1+3*x2" in out
    assert "x2 held fixed" in out


def test_a_long_derivation_says_what_it_leaves_out(run: Run) -> None:
    out = run("steps", "sin(" * 100 + "x" + ")" * 100).out
    assert "more steps; -f json has all" in out


def test_refused(run: Run) -> None:
    assert run("steps", "3").code == 2
    assert run("steps", "log(x)", "--at", "-1").code == 4
