"""An equation such as x^2 + y^2 = 25, as the function that is 0 on its curve."""

import re

from diffcli.errors import ParseError

_EQUALS = re.compile(r"(?<![<>=!:])=(?![=>])")


def difference(text: str) -> str:
    """Return a text whose last part, left = right, is left - right.

    A text without such a part is a function already. Definitions stay.

    >>> difference("r = 5; x^2 + y^2 = r^2")
    'r = 5;( x^2 + y^2 )-( r^2)'

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
    return f"{text[:start]}({left})-({right}){text[end:]}"


def _last_part(text: str) -> tuple[int, int]:
    """Return where the last part stands that has something in it."""
    end = len(text.rstrip(" \t\n;"))
    start = max(text.rfind(sign, 0, end) for sign in (";", "\n")) + 1
    return start, end
