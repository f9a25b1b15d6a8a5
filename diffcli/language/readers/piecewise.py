"""Choices between several formulas, each with its condition, as nested ``where``."""

from collections.abc import Sequence
from itertools import pairwise

from diffcli.errors import ParseError
from diffcli.language.lexer import Token
from diffcli.language.readers.words import Words, name, refuse, sign
from diffcli.records import Record

OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
#: What of < = > each sign allows.
_ALLOWED = {"<": "<", "<=": "<=", ">": ">", ">=": ">=", "==": "=", "!=": "<>"}
_Comparison = tuple[str, str, str]


class Row(Record):
    """One formula, and where it holds; no condition: everywhere else."""

    value: Words
    condition: Words


def choice(source: str, rows: Sequence[Row], like: Token) -> Words:
    """Return where(c1, a1, where(c2, a2, a3)).

    The last condition may be left out, or be what the ones before it leave.

    Raises ParseError where nothing is said for other values.
    """
    *before, last = rows
    for row in before:
        if not row.condition or row.condition[0].kind == "otherwise":
            raise refuse(source, row.value, "this case has no condition", "x > 0")
    condition = [word for word in last.condition if word.kind != "otherwise"]
    if condition and not _covers([*before, Row(last.value, condition)]):
        raise _gap(source, condition)
    found: Words = []
    for value, holds in before:
        comma = sign(",", like)
        found += [name("where", like), sign("(", like), *_equal(holds), comma]
        found += [*value, comma]
    return [*found, *last.value, *[sign(")", like)] * len(before)]


def _gap(source: str, condition: Words) -> ParseError:
    message = "it is not said what holds everywhere else"
    return refuse(source, condition, message, "let the last case be the one otherwise")


def _equal(condition: Words) -> Words:
    """Return a condition with == in place of =."""
    return [w._replace(kind="==", text="==") if w.kind == "=" else w for w in condition]


def _covers(rows: Sequence[Row]) -> bool:
    """Tell whether the last condition is what those before it leave.

    Neighbours share a border: where one ends the next begins. Or all compare the same
    two, and < = > are all there: x > 0, x < 0, x = 0.
    """
    found = [_comparisons(row.condition) for row in rows]
    if _compare_the_same_two(found):
        return True
    for before, row in pairwise(found):
        borders = {(a, OPPOSITE[s], b) for a, s, b in row}
        borders |= {(b, _TURNED[s], a) for a, s, b in borders}
        if not borders & {*before}:
            return False
    return all(found) and len(found[-1]) == 1 and len(found[0]) == 1


def _compare_the_same_two(found: Sequence[list[_Comparison]]) -> bool:
    """Tell whether each row compares the same two, and whichever is larger is there."""
    allowed = ""
    for row in found:
        if len(row) != 1:
            return False
        (first, _, second), *_ = found[0]
        left, comparison, right = row[0]
        if (left, right) == (second, first):
            comparison = _TURNED[comparison]
        elif (left, right) != (first, second):
            return False
        allowed += _ALLOWED[comparison]
    return set(allowed) == {*"<=>"}


def _comparisons(condition: Words) -> list[_Comparison]:
    """Return the comparisons of a chain: 0 <= x and x < 1."""
    sides: list[str] = [""]
    signs: list[str] = []
    for word in _equal(condition):
        if word.kind in OPPOSITE:
            signs.append(word.kind)
            sides.append("")
        else:
            sides[-1] += word.text
    return [(a, s, b) for (a, b), s in zip(pairwise(sides), signs, strict=True)]
