"""Several values that are compared at once: (x, y) != (0, 0)."""

from diffcli.language.readers.draft import Draft
from diffcli.language.readers.words import (
    Words,
    arguments,
    grouped,
    has,
    partners,
    sign,
)

_JOINED = {"==": "and", "!=": "or"}


def read(draft: Draft) -> Words:
    """Return the words with x != 0 or y != 0 in place of (x, y) != (0, 0).

    Raises ParseError for tuples of different lengths.
    """
    given = draft.words
    if not has(given, *_JOINED):
        return given
    closing = partners(given)
    found: Words = []
    place = 0
    while place < len(given):
        word = given[place]
        pair = _pair(given, place, closing) if word.kind == "(" else None
        if pair is None:
            found.append(word)
            place += 1
            continue
        comparison, left, right, end = pair
        if len(left) != len(right):
            message = f"{len(left)} values are compared with {len(right)}"
            raise draft.refuse(given[place : end + 1], message, "(x, y) != (0, 0)")
        joined: Words = []
        for one, other in zip(left, right, strict=True):
            between = [sign(_JOINED[comparison], word)] if joined else []
            joined += [*between, *one, sign(comparison, word), *other]
        found += grouped(joined, word, given[end])
        place = end + 1
    return found


def _pair(
    given: Words, place: int, closing: dict[int, int]
) -> tuple[str, list[Words], list[Words], int] | None:
    """Return a comparison of several values, both sides, and where it ends."""
    if place not in closing:
        return None
    middle = closing[place] + 1
    comparison, end = given[middle].kind, closing.get(middle + 1)
    if comparison not in _JOINED or given[middle + 1].kind != "(" or end is None:
        return None
    left = arguments(given[place + 1 : middle - 1])
    right = arguments(given[middle + 2 : end])
    return (comparison, left, right, end) if left[1:] else None
