"""Derivations on paper as they read: each line and why it follows.

That all lines have one value is a law of tests/test_paper.py; these are their words.
"""

from pathlib import Path

from diffcli.engine.paper import Reason, chain
from diffcli.engine.paper.degrees import Degrees
from diffcli.engine.paper.reasons import Reasons
from diffcli.engine.paper.writer import MOST_LINES, Writer
from diffcli.language.expression import Expression
from diffcli.language.parser import parse
from diffcli.language.textbook import text

CASES = Path(__file__).parent / "cases" / "lines.tsv"


def said(reason: Reason) -> str:
    return "".join(text(p) if isinstance(p, Expression) else p for p in reason)


def test_lines_and_reasons() -> None:
    for row in CASES.read_text("utf-8").splitlines():
        if row.startswith("#"):
            continue
        formula, sign, *lines = row.split("\t")
        found = chain(parse(formula).expression, "x", several=sign == "∂").lines
        shown = []
        for line in found:
            why = "; ".join(map(said, line.reasons))
            shown.append(f"{text(line.expression, derivative='D')} | {why}")
        assert shown == lines, formula


def test_a_writer_knows_reasons_and_degrees() -> None:
    writer = Writer(parse("sin(x)").expression, "x", several=False)
    assert isinstance(writer, Reasons)
    assert isinstance(writer, Degrees)
    long = parse("sin(" * (MOST_LINES + 5) + "x" + ")" * (MOST_LINES + 5)).expression
    assert len(chain(long, "x").lines) == MOST_LINES + 1
