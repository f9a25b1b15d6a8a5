"""How far a mark of differentiation reaches: behind d/dx, and in front of a prime."""

from collections.abc import Collection

ENDS = frozenset("+-*/·×,)]=−}")
"""What ends a factor."""
TERM_ENDS = ENDS - frozenset("*/·×")
"""What ends a product."""
_OPENING = "([{"
_CLOSING = ")]}"


def operand_end(text: str, start: int, ends: Collection[str] = ENDS) -> int:
    """Return where the factor behind d/dx ends; in square brackets it is all."""
    depth = 0
    for place in range(start, len(text)):
        character = text[place]
        power = text.startswith("**", place) or text[place - 1 : place + 1] == "**"
        raised = text[start:place].rstrip()[-1:] == "^" or text[:place].endswith("**")
        if depth == 0 and character in ends and place > start and not (power or raised):
            return place
        depth += (character in _OPENING) - (character in _CLOSING)
        if depth == 0 and text[start] == "[":
            return place + 1
    return len(text)


def is_bracketed(text: str) -> bool:
    """Tell whether a text is one bracket and nothing besides."""
    depth = 0
    for place, character in enumerate(text):
        depth += (character in _OPENING) - (character in _CLOSING)
        if depth == 0:
            return character in _CLOSING and place == len(text) - 1
    return False


def operand_start(text: str, end: int) -> int:
    """Return where the name or the bracket before a prime begins."""
    place = end
    while place and text[place - 1] == " ":
        place -= 1
    if place and text[place - 1] in _CLOSING:
        depth = 0
        while place:
            place -= 1
            depth += (text[place] in _CLOSING) - (text[place] in _OPENING)
            if depth == 0:
                break
    while place and (text[place - 1].isalnum() or text[place - 1] == "_"):
        place -= 1
    while place < end and text[place].isdecimal():
        place += 1  # the number of 2u' is a factor
    return place
