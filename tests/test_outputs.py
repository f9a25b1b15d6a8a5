"""Several outputs: a gradient for each, in every command that takes them."""

import json
import pickle
from pathlib import Path

import pytest
import sympy

import diffcli
from diffcli.language import expression
from diffcli.language.parser import parse
from tests.conftest import Run

BOTH = "(x*y, sin(x)+y^2)"


def test_the_jacobian_is_sympys() -> None:
    x, y = sympy.symbols("x y")
    exact = sympy.Matrix([x * y, sympy.sin(x) + y**2]).jacobian([x, y])
    numbers = exact.subs({x: sympy.Rational(1, 2), y: 3})
    found = diffcli.jacobian(BOTH, {"x": 0.5, "y": 3})
    rows = [[row["x"], row["y"]] for row in found]
    assert rows == [pytest.approx(list(map(float, r))) for r in numbers.tolist()]
    assert diffcli.jacobian("x*y", {"x": 2, "y": 3}, wrt="y") == [{"y": 2.0}]


def test_a_part_is_read_again_and_pickled_as_itself() -> None:
    _, second = parse(BOTH, several=True).parts()
    expression.forget()
    again = diffcli.gradient(second, {"x": 0, "y": 3})
    assert again == {"x": 1, "y": 6}
    back = pickle.loads(pickle.dumps(second))
    assert (back.output, str(back.variables)) == (2, str(second.variables))
    assert diffcli.gradient(back, {"x": 0, "y": 3}) == again


def test_each_output_has_its_name(run: Run) -> None:
    out = run("grad", BOTH, "--at", "1,2").out
    assert "f₁(x, y) = x·y" in out
    assert "f₂ = " in out
    assert "∂f₂/∂y" in out
    records = json.loads(run("grad", BOTH, "--at", "1,2", "-f", "json").out)
    assert [record["output"] for record in records] == [1, 2]


def test_many_points_have_a_row_for_each_output(run: Run, tmp_path: Path) -> None:
    table = tmp_path / "p.csv"
    table.write_text("id,x,y\na,1,2\nb,0,3\n", encoding="utf-8")
    ran = run("grad", BOTH, "--points", str(table), "-f", "csv")
    header, *rows = ran.out.splitlines()
    assert header == "output,id,x,y,f,df/dx,df/dy,status"
    assert [row.split(",")[:2] for row in rows] == [
        *(["1", "a"], ["2", "a"], ["1", "b"], ["2", "b"]),
    ]
    assert rows[-1] == "2,b,0,3,9,1,6,ok"
    plain = run("grad", BOTH, "--points", str(table), "-f", "plain").out
    assert plain.splitlines()[-1] == "1 6"
    values = run("grad", BOTH, "--points", str(table), "--order", "0", "-f", "plain")
    assert values.out.splitlines()[2:] == ["0", "9"]
    bad = ("grad", "(log(x), x)", "--points", str(table), "-f", "csv", "--keep-going")
    ran = run(*bad, "--vars", "x")
    assert [row.rpartition(",")[2] for row in ran.out.splitlines()[1:]] == [
        *("ok", "ok", "domain", "ok"),
    ]
    assert ran.code == 4


def test_higher_orders_are_stacked(run: Run) -> None:
    ran = run("grad", BOTH, "--at", "1,2", "--order", "2", "-f", "csv")
    header, *rows = ran.out.splitlines()
    assert header.startswith("output,x,y,var,var2,")
    assert [row[0] for row in rows] == ["1"] * 3 + ["2"] * 3
    ran = run("grad", "(x^3, x^4)", "--at", "1", "--order", "3", "-f", "plain")
    assert ran.out == "3 6 6\n4 12 24\n"
    exact = run("grad", "(sqrt(x), x^3)", *["--at", "2", "--order", "3", "--exact"])
    assert "3*sqrt(2)/64" in exact.out


def test_steps_and_trace_take_each(run: Run) -> None:
    out = run("steps", BOTH, "--wrt", "x").out
    assert "f(x, y) = x·y" in out
    assert "f(x, y) = sin(x) + y²" in out
    records = json.loads(run("steps", BOTH, "--at", "1,2", "-f", "json").out)
    assert [record["output"] for record in records] == [1, 2]
    assert run("trace", BOTH, "--at", "1,2").code == 0


@pytest.mark.parametrize(
    ("claim", "code"),
    [("y,x; cos(x),2y", 0), ("y,x; cos(x),y", 1), ("x=y; x=cos(x)", 0)],
)
def test_a_claimed_jacobian_is_checked(claim: str, code: int, run: Run) -> None:
    words = ("check", BOTH, "--at", "1,2", "--claim", claim)
    assert run(*words).code == code
    rows = run(*words, "-f", "csv").out.splitlines()
    assert rows[0].startswith("output,x,y,")
    assert run("check", BOTH, "--at", "1,2").code == 0


def test_a_claim_for_too_few_outputs_is_refused(run: Run) -> None:
    ran = run("check", BOTH, "--at", "1,2", "--claim", "y,x")
    assert (ran.code, ran.out) == (2, "")
    assert "';'" in ran.err


@pytest.mark.parametrize("command", ["sweep", "descend", "plot", "tree", "explore"])
def test_who_takes_one_says_who_takes_several(command: str, run: Run) -> None:
    ran = run(command, BOTH, *(() if command == "plot" else ("--at", "1,2")))
    assert (ran.code, ran.out) == (3, "")
    assert "take one of them; grad, check, steps, trace and export" in ran.err
