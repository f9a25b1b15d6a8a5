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
        middle = closing.get(place, -1) + 1 if word.kind == "(" else 0
        follows = given[middle].kind if 0 < middle < len(given) else ""
        if follows not in _JOINED or given[middle + 1].kind != "(":
            found.append(word)
            place += 1
            continue
        end = closing.get(middle + 1, 0)
        left = arguments(given[place + 1 : middle - 1])
        right = arguments(given[middle + 2 : end])
        if len(left) < 2 or not end:
            found.append(word)
            place += 1
            continue
        if len(left) != len(right):
            message = f"{len(left)} values are compared with {len(right)}"
            raise draft.refuse(given[place : end + 1], message, "(x, y) != (0, 0)")
        joined: Words = []
        for one, other in zip(left, right, strict=True):
            between = [sign(_JOINED[follows], word)] if joined else []
            joined += [*between, *one, sign(follows, word), *other]
        found += grouped(joined, word, given[end])
        place = end + 1
    return found
