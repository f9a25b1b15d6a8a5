"""The acceptance cases, through the command line: values, and inputs that are nasty.

``cases/values.jsonl`` has values and partials to 30 digits; ``cases/nasty.jsonl`` says
what may come out: a right number (or one that is said to be uncertain), or which error.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from mpmath import mp, mpf

from tests.conftest import Ran, Run

CASES = Path(__file__).parent / "cases"


def load(name: str) -> list[dict[str, Any]]:
    text = (CASES / name).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def relative(got: float, wanted: str) -> float:
    with mp.workdps(40):
        difference = abs(mpf(got) - mpf(wanted))
        return float(difference / abs(mpf(wanted)) if mpf(wanted) else difference)


@pytest.mark.parametrize("case", load("values.jsonl"), ids=lambda case: case["id"])
def test_value(case: dict[str, Any], run: Run) -> None:
    at = ",".join(f"{name}={value!r}" for name, value in case["point"].items())
    ran = run("grad", case["expr"], "--at", at, "-f", "json")
    assert ran.code == 0, ran.err
    record = json.loads(ran.out)
    allowed = 1e-9 if "ill-f64" in case["tags"] else 1e-13
    assert relative(record["value"], case["value"]) < allowed
    for name, wanted in case["grad"].items():
        for method in ("symbolic", "backprop"):
            assert relative(record["gradient"][method][name], wanted) < allowed


#: What a case calls an outcome, and the exit codes that are it.
CODES = {
    "parse-error": {3},
    "point-error": {2, 3},
    "name-error": {3},
    "unknown-name": {2, 3},
    "usage-error": {2},
    "too-complex": {3},
    "domain-error": {4},
    "overflow": {4},
    "non-differentiable": {5},
    "one-sided": {5},
    "value-flagged": {5},
}


def source(case: dict[str, Any]) -> str:
    parts: list[list[Any]] = case.get("rep", [])
    return str(case.get("expr", "".join(text * times for text, times in parts)))


@pytest.mark.parametrize("case", load("nasty.jsonl"), ids=lambda case: case["id"])
def test_nasty(case: dict[str, Any], run: Run) -> None:
    ran = run("grad", source(case), "--at", case["at"], "-f", "json")
    # CLI.md accepts 2x, x², |x|, and a value for e, whatever a case expects of them.
    outcomes = {case["expect"], *case.get("accept", ())}
    codes = {code for outcome in outcomes for code in CODES.get(outcome, ())}
    if "value" in outcomes or case["id"] in ("name-51", "syn-41"):
        codes.add(0)
    assert ran.code in codes, ran
    if ran.code not in (0, 5):
        assert ran.out == ""
    assert "NaN" not in ran.out
    assert "Infinity" not in ran.out
    for text in case.get("must_not_output", ()):
        assert text not in ran.out + ran.err
    for text in case.get("must_output", ()):
        assert text in ran.out + ran.err
    if ran.code == 0 and "grad" in case:
        holds(case, ran)
    if ran.code == 5 and "right" in case:
        one_sided(case, json.loads(ran.out))


def holds(case: dict[str, Any], ran: Ran) -> None:
    """Assert that the numbers are right, or are said to be uncertain."""
    record = json.loads(ran.out)
    flagged = "certain" in ran.err
    allowed = case.get("tol", 1e-12)
    pairs = [(record["value"], case["value"])] if "value" in case else []
    pairs += [
        (record["gradient"][method][name], wanted)
        for name, wanted in case["grad"].items()
        for method in ("symbolic", "backprop")
        if record["gradient"][method][name] is not None
    ]
    for got, wanted in pairs:
        tiny = abs(got - float(mpf(wanted))) <= case.get("tol_abs", 0)
        assert flagged or tiny or relative(got, wanted) < allowed, (
            got,
            wanted,
            ran.err,
        )


def one_sided(case: dict[str, Any], record: dict[str, Any]) -> None:
    """Assert that both slopes are right; JSON has no infinity, so it is null there."""
    for side in ("left", "right"):
        for name, wanted in case.get(side, {}).items():
            got = record["one_sided"][name][side]
            assert got is None if "inf" in wanted else got == float(wanted)
