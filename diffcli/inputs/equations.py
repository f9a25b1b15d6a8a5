"""An equation such as x^2 + y^2 = 25, as the function that is 0 on its curve."""

import re

from diffcli.errors import ParseError, Span

_MINUS = ")-  ("
"""What stands for the sign of equality; nobody types it so."""
_EQUALS = re.compile(r"(?<![<>=!:])=(?![=>])")


def difference(text: str) -> str:
    """Return a text whose last part, left = right, is left - right.

    A text without such a part is a function already. Definitions stay.

    >>> difference("r = 5; x^2 + y^2 = r^2")
    'r = 5;( x^2 + y^2 )-  ( r^2)'

    Raises ParseError for two signs of equality, and for an empty side.
    """
    start, end = _last_part(text)
    depth, signs = 0, []
    for place in range(start, end):
        depth += (text[place] in "([{") - (text[place] in ")]}")
        if depth == 0 and _EQUALS.match(text, place):
            signs.append(place)
    if not signs:
        return text
    left, right = text[start : signs[0]], text[signs[0] + 1 : end]
    if len(signs) > 1 or not left.strip() or not right.strip():
        raise ParseError(
            "an equation has one '=' and two sides",
            source=text,
            span=(signs[-1], signs[-1] + 1),
            hint="x^2 + y^2 = 25",
        )
    return f"{text[:start]}({left}{_MINUS}{right}){text[end:]}"


def is_difference(text: str) -> bool:
    """Tell whether a text was made of an equation."""
    return _MINUS in text and _pieces(text)[1] >= 0


def typed(text: str) -> str:
    """Return the equation that a difference was made of; another text as it is.

    >>> typed(difference("r = 5; x^2 + y^2 = r^2")), typed("x-y")
    ('r = 5; x^2 + y^2 = r^2', 'x-y')
    """
    return _pieces(text)[0]


def typed_span(text: str, span: Span) -> Span:
    """Return where something of a difference stands in the equation."""
    _, opening, minus = _pieces(text)

    def place(at: int) -> int:
        before = (at > opening) + (len(_MINUS) - 1) * (at > minus)
        return at - before if opening >= 0 else at

    length = len(typed(text))
    start, end = (min(place(at), length) for at in span)
    return start, max(end, start + 1)


def _pieces(text: str) -> tuple[str, int, int]:
    """Return the equation, and where the bracket and the minus were put in, or -1."""
    start, end = _last_part(text)
    minus = text.find(_MINUS, start, end)
    if minus < 0 or text[start] != "(" or text[end - 1] != ")":
        return text, -1, -1
    left, right = text[start + 1 : minus], text[minus + len(_MINUS) : end - 1]
    return f"{text[:start]}{left}={right}{text[end:]}", start, minus


def _last_part(text: str) -> tuple[int, int]:
    """Return where the last part stands that has something in it."""
    end = len(text.rstrip(" \t\n;"))
    start = max(text.rfind(sign, 0, end) for sign in (";", "\n")) + 1
    return start, end
