"""Formulas that are too long for a line, broken as one breaks them on paper."""

import re

_INDENT = 3  # columns that what follows is moved in
_NO_BREAK, _INSIDE, _FACTOR, _TIMES, _PLUS, _COMMA = range(6)
"""How well a place is suited: after a bracket, between factors, before · or +, after a
comma."""
_DERIVATIVE = r"[d∂]/[d∂][^\W]+$"
_EXPONENT = r"\d[eE]$"


def broken_formula(text: str, width: int) -> list[str]:
    """Return a formula as lines no longer than ``width``, where that is possible.

    It is broken before + or - or · at the least depth of brackets, as far to the right
    as it goes, and what follows is moved in.

    >>> broken_formula("a + b·(c + d) + e", 14)
    ['a + b·(c + d)', '   + e']
    >>> broken_formula("6 sin(x)(1 - sin(x))", 16)
    ['6 sin(x)', '   (1 - sin(x))']
    >>> broken_formula("sin(2 sin(3 sin(x)))", 12)
    ['sin(2', '   sin(3', '   sin(x)))']
    """
    rows: list[str] = []
    indent = ""
    while len(indent) + len(text) > width:
        place = _best_break(text, width - len(indent))
        if place is None:
            break
        rows.append(indent + text[:place].rstrip())
        text = text[place:].lstrip()
        indent = " " * _INDENT
    return [*rows, indent + text]


def _best_break(text: str, width: int) -> int | None:
    """Return where the next line begins; None: there is no place for that."""
    depth, best = 0, None
    for place, character in enumerate(text):
        if place > width and best is not None:
            break
        strength = _strength(text, place) if place else _NO_BREAK
        key = (-depth, strength, place)
        if strength and (best is None or key >= best):
            best = key
        depth += (character == "(") - (character == ")")
    return None if best is None else best[2]


def _strength(text: str, place: int) -> int:
    """Return how good it is that a line ends before a place."""
    before, here = text[place - 1], text[place]
    if before == "(":
        return _INSIDE
    if (before == ")" and here == "(") or text[place : place + 2] == "·(":
        return _FACTOR
    if here in "+-*":
        return _before_unspaced_sign(text, place)
    if here != " " or before in " +-·*=≈←/":
        return _NO_BREAK
    if before in ",:;":
        return _COMMA
    sign, after = text[place + 1 : place + 2], text[place + 2 : place + 3]
    if after == " " and sign in "+-":
        return _PLUS
    if after == " " and sign in "·*←":
        return _TIMES
    if after == " " and sign in "=≈":
        return _FACTOR if before in ")⁰¹²³⁴⁵⁶⁷⁸⁹" else _NO_BREAK
    return _NO_BREAK if re.search(_DERIVATIVE, text[:place]) else _FACTOR


def _before_unspaced_sign(text: str, place: int) -> int:
    """Return how good it is to break code: 2*x+1 before + or *, but not 1e-05."""
    before, here = text[place - 1], text[place]
    operand = before.isalnum() or before in "_)"
    if not operand or re.search(_EXPONENT, text[:place]):
        return _NO_BREAK
    if here == "*":
        power = text[place + 1 : place + 2] == "*"
        return _NO_BREAK if power else _TIMES
    return _PLUS
