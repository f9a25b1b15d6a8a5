"""Choices as calls: cases(c, a, b), Piecewise((a, c), (b, True)), and x<-1 in them."""

from itertools import pairwise

from diffcli.language.lexer import Token
from diffcli.language.readers.draft import Draft
from diffcli.language.readers.words import (
    OPENING,
    Pieces,
    Rewrite,
    Words,
    arguments,
    by_call,
    ends_operand,
    has,
    name,
    outside,
    sign,
)


def read(draft: Draft) -> Words:
    """Return the words with nested ``where`` in place of cases and of Piecewise.

    Raises ParseError where a value stands without a condition.
    """
    if _CASES.keys().isdisjoint(word.text.lower() for word in draft.words):
        return draft.words

    between = {
        word.start
        for before, word in pairwise(draft.words)
        if word.text.lower() == "if" and ends_operand(before)
    }

    def rewriter(word: Token) -> Rewrite | None:
        if word.text in draft.names or word.text in draft.own or word.start in between:
            return None  # a if (x, y) != (0, 0) else b is no call
        how = _CASES.get(word.text.lower())
        return how and (lambda pieces: how(draft, pieces))

    return by_call(draft.words, rewriter, sealed=True)


def below_minus(draft: Draft) -> Words:
    """Return the words with x < -1 in place of x<-1.

    Where a statement begins with ``y <-`` that may be R's assignment: it stays, and is
    refused with both. R has no ``c ? a : b``.
    """
    if not has(draft.words, "<-"):
        return draft.words
    is_r = not has(draft.words, "?")
    found: Words = []
    first = 0
    for word, out in outside(draft.words):
        starts = out and len(found) == first + 1
        if word.kind == "<-" and not (is_r and starts and found[-1].kind == "name"):
            middle = word.start + 1
            found.append(word._replace(kind="<", text="<", end=middle))
            found.append(word._replace(kind="-", text="-", start=middle))
            continue
        found.append(word)
        if word.kind in (";", "newline"):
            first = len(found)
    return found


def _from_list(draft: Draft, pieces: Pieces) -> Words:
    """Return cases(c1, a1, c2, a2, otherwise) as nested choices."""
    given = pieces.arguments
    if len(given) % 2 == 0 or len(given) < 3 or not all(given):
        hint = "cases(x < 0, -x, x) gives -x where x < 0, else x"
        message = "cases takes conditions with their values, and a value otherwise"
        raise draft.refuse([pieces.name, pieces.closing], message, hint)
    return _nested(
        pieces.name, list(zip(given[::2], given[1::2], strict=False)), given[-1]
    )


def _from_pairs(draft: Draft, pieces: Pieces) -> Words | None:
    """Return Piecewise((a1, c1), (a2, c2), (a3, True)) as nested choices.

    Mathematica has the pairs in a list, and what holds else behind it.
    """
    given, otherwise = pieces.arguments, []
    if len(given) < 3 and _is_list_of_pairs(given[0]):
        given, otherwise = _items(given[0]), given[1:]
    pairs = [_items(pair) for pair in given]
    if any(len(pair) != 2 for pair in pairs):
        return _from_list(draft, pieces)
    if not otherwise:
        *pairs, (value, last) = pairs
        if [word.text for word in last] != ["True"]:
            hint = "end with (value, True)"
            message = "it is not said what holds in all other cases"
            raise draft.refuse([pieces.name, pieces.closing], message, hint)
        otherwise = [value]
    return _nested(pieces.name, [(condition, a) for a, condition in pairs], *otherwise)


def _items(words: Words) -> list[Words]:
    """Return what a bracket holds, part by part; empty: this is no bracket."""
    return arguments(words[1:-1]) if words and words[0].kind in OPENING else []


def _is_list_of_pairs(words: Words) -> bool:
    items = _items(words)
    return bool(items) and all(len(_items(item)) == 2 for item in items)


def _nested(word: Token, pairs: list[tuple[Words, Words]], otherwise: Words) -> Words:
    found: Words = []
    for condition, value in pairs:
        comma = sign(",", word)
        found += [
            name("where", word),
            sign("(", word),
            *condition,
            comma,
            *value,
            comma,
        ]
    return [*found, *otherwise, *[sign(")", word)] * len(pairs)]


_CASES = {
    "cases": _from_list, "ifelse": _from_list, "if": _from_list, "if_else": _from_list,
    "iif": _from_list, "piecewise": _from_pairs, "select": _from_list,
}  # fmt: skip
