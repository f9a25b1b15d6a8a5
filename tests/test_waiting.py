"""Sympy is waited for two seconds at most, and what breaks it is no bug of ours."""

import pytest

from diffcli.engine import waiting
from diffcli.engine.waiting import NoAnswer, ask
from diffcli.language.parser import parse
from tests.conftest import Run, patience

ENDLESS = "x*9**9**9"
#: Sympy has no answer to these, or breaks.
HARD = {
    "check": ("leakyrelu(-x)/x", "--at", "-0.963", "--claim", "0"),
    "steps": ("x*9**9**9", "--simplify"),
}


def test_an_endless_question_is_given_up_and_the_next_is_answered() -> None:
    one, two = (parse(text).expression for text in ("sin(x)^2+cos(x)^2", "1"))
    assert ask("same", one, two)
    with patience(), pytest.raises(NoAnswer):
        ask("simplified", parse(ENDLESS).expression)
    assert ask("same", one, two)


def test_what_breaks_sympy_is_no_answer() -> None:
    with pytest.raises(NoAnswer):
        ask("simplified", None)


@pytest.mark.parametrize("command", HARD)
def test_a_command_goes_on_without_sympy(command: str, run: Run) -> None:
    ran = run(command, *HARD[command])
    assert ran.code == 0, ran.err
    assert ran.out


def test_it_is_said_that_there_is_no_answer(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "ask", _no_answer)
    assert "no answer within two seconds" in run("steps", "x+x", "--simplify").out
    grad = run("grad", "sqrt(x)", "--at", "2", "--exact")
    assert (grad.code, "sqrt(2)/4" in grad.out) == (0, False)


def test_a_quiet_check_does_not_ask(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("diffcli.analysis.check.ask", _no_answer)
    asked.clear()
    call = ("check", "sin(x)^3", "--at", "1", "--claim", "3*cos(x)*sin(x)^2")
    assert run(*call, "-q").code == 0
    assert not asked
    assert "ok, here" in run(*call).out
    assert asked


asked: list[object] = []


def _no_answer(*question: object) -> None:
    asked.append(question)
    raise NoAnswer
