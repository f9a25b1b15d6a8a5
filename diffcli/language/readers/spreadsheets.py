"""Cells and functions of spreadsheets: =$A$1*LN(B1). Some mean other things there.

-A1^2 is the square of -A1, A1^2^3 the cube of a square, LOG has the base 10, and ATAN2
takes x first. It is a spreadsheet's formula if it begins with = and has cells.
"""

import re

from diffcli.language.lexer import Token
from diffcli.language.readers.draft import Draft
from diffcli.language.readers.words import (
    Pieces,
    Rewrite,
    Words,
    by_call,
    call,
    ends_operand,
    excerpt,
    has,
    operand_start,
    with_neighbours,
)

_CELL = re.compile(r"[A-Z]{1,3}[0-9]+")
_DOTTED = re.compile(r"NORM\.S\.DIST", re.IGNORECASE)


def read(draft: Draft) -> Words:
    """Return the words of a spreadsheet's formula as what they mean.

    Raises ParseError for what means something else there than everywhere else.
    """
    given = _cells(draft.words)
    if given[0].kind != "=" or not any(_is_cell(word) for word in given):
        return draft.words
    given = _without_dots(draft, _with_commas(given))
    _refuse_powers(draft, given)
    return by_call(given, lambda word: _rewriter(draft, word), sealed=True)


def _is_cell(word: Token) -> bool:
    return word.kind == "name" and bool(_CELL.fullmatch(word.text))


def _cells(given: Words) -> Words:
    """Return the words with A1 in place of $A$1, A$1 and $A1."""
    found: Words = []
    for before, word, after in with_neighbours(given):
        if word.kind == "$" and after.kind in ("name", "number"):
            continue
        pinned = before.kind == "$" and word.kind == "number"
        if pinned and found and found[-1].kind == "name":
            text = found[-1].text + word.text
            found[-1] = found[-1]._replace(text=text, end=word.end)
            continue
        found.append(word)
    return found


def _with_commas(given: Words) -> Words:
    """Return the words with commas in place of ';' between arguments."""
    if has(given, ","):
        return given
    return [w._replace(kind=",", text=",") if w.kind == ";" else w for w in given]


def _without_dots(draft: Draft, given: Words) -> Words:
    """Return the words with one word in place of NORM.S.DIST."""
    found: Words = []
    for word in given:
        if found and word.start < found[-1].end:  # S of NORM.S.DIST
            continue
        dotted = _DOTTED.match(draft.source, word.start)
        if word.kind == "name" and dotted:
            word = word._replace(text=_NORMAL, end=dotted.end())
        found.append(word)
    return found


_NORMAL = "norm.s.dist"


def _refuse_powers(draft: Draft, given: Words) -> None:
    """Refuse -A1^2 and A1^2^3."""
    for place, word in enumerate(given):
        if word.kind != "**" or not place:
            continue
        start = operand_start(given[:place])
        before = given[start - 1]
        base = excerpt(draft.source, given[start:place])
        power = excerpt(draft.source, given[place + 1 : place + 2])
        if before.kind == "-" and not ends_operand(given[start - 2]):
            message = f"'-{base}^' is the power of -{base} in a spreadsheet only"
            hint = f"write (-{base})^{power} or -({base}^{power})"
            raise draft.refuse([before, word], message, hint)
        if before.kind == "**":
            message = "powers go from left to right in a spreadsheet only"
            hint = "write (A1^2)^3 or A1^(2^3)"
            raise draft.refuse([before, word], message, hint)


def _rewriter(draft: Draft, word: Token) -> Rewrite | None:
    how = {"log": _log, "atan2": _angle, _NORMAL: _normal}.get(word.text.lower())
    return how and (lambda pieces: how(draft, pieces))


def _log(draft: Draft, pieces: Pieces) -> Words | None:
    """Refuse LOG(A1)."""
    if len(pieces.arguments) != 1:
        return None
    inside = excerpt(draft.source, pieces.arguments[0])
    message = "LOG has the base 10 in a spreadsheet, and e elsewhere"
    hint = f"write LOG10({inside}) or LN({inside})"
    raise draft.refuse([pieces.name, pieces.closing], message, hint)


def _angle(draft: Draft, pieces: Pieces) -> Words | None:
    """Return ATAN2(x, y) as atan2(y, x)."""
    if len(pieces.arguments) != 2:
        return None
    x, y = pieces.arguments
    return call(pieces.name, y, x, text="atan2")


def _normal(draft: Draft, pieces: Pieces) -> Words | None:
    """Return NORM.S.DIST(z, TRUE), and the density with FALSE."""
    z, *more = pieces.arguments
    said = [word.text.lower() for part in more for word in part]
    if said not in (["true"], ["false"]):
        hint = "NORM.S.DIST(z, TRUE), or FALSE for the density"
        message = "NORM.S.DIST takes a number, and TRUE or FALSE"
        raise draft.refuse([pieces.name, pieces.closing], message, hint)
    text = "pnorm" if said == ["true"] else "dnorm"
    return call(pieces.name, z, text=text)
