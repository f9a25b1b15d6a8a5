"""A derivation along names: which paths there are, and what stands on each."""

from pathlib import Path

import pytest

from diffcli.engine.chain_of_names import has_parts, in_names, network
from diffcli.engine.paper import Reason
from diffcli.language.expression import Expression
from diffcli.language.parser import parse
from diffcli.language.textbook import text

CASES = Path(__file__).parent / "cases" / "networks.tsv"
ROWS = [
    line.split("\t")
    for line in CASES.read_text("utf-8").splitlines()
    if not line.startswith("#")
]


def said(reasons: tuple[Reason, ...]) -> str:
    return "; ".join(
        "".join(text(part) if isinstance(part, Expression) else part for part in reason)
        for reason in reasons
    )


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]} by {row[1]}")
def test_paths_and_what_stands_on_them(row: list[str]) -> None:
    """Their product is the derivative, by tests/test_paper.py; here is how it reads."""
    source, name, paths, route, symbolic, product, result, factors = row
    parsed = parse(source)
    found = network(parsed.definitions, parsed.expression, name)
    assert (found.paths, " ".join(found.route)) == (int(paths), route)
    assert [text(found.symbolic), text(found.product)] == [symbolic, product]
    assert text(found.result) == result
    assert factors == " | ".join(
        f"{f.of[0]} {f.of[1]}: {text(f.formula)} ({said(f.reasons)})"
        for f in found.factors
    )
    parts = " ".join(factor.of[1] for factor in found.factors) != name
    assert has_parts(parsed.definitions, parsed.expression, name) == parts
    whole, meant = in_names(parsed.definitions, parsed.expression)
    definitions = dict(found.definitions)
    assert definitions == {**meant, next(reversed(definitions)): whole}
    alone = network(parsed.definitions, parsed.expression, name, several=False)
    assert text(alone.symbolic) == symbolic.replace("∂", "d")
