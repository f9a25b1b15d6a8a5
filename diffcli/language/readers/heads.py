"""Heads of functions in books: f(x; a, b) = ..., f(x | a) = ...: signs for a comma."""

from diffcli.calculus.functions import BY_NAME
from diffcli.language.readers.draft import Draft
from diffcli.language.readers.words import Words, has, outside, partners

_STROKES = (";", "|")


def read(draft: Draft) -> Words:
    r"""Return the words with commas in the heads of functions.

    Raises ParseError for \ln P = ..., which says what a logarithm of P is.
    """
    given = draft.words
    if not has(given, "="):
        return given
    found = list(given)
    closing = partners(given)
    start = 0
    for place, (word, out) in enumerate(outside(given)):
        if out and word.kind in (";", "newline"):
            start = place + 1
        end = closing.get(start + 1)
        if word.kind != "=" or given[start].kind != "name" or end != place - 1:
            continue
        for inside in range(start + 2, end):
            if found[inside].kind in _STROKES:
                found[inside] = found[inside]._replace(kind=",", text=",")
        _refuse_function(draft, given[start : place + 1])
    return found


def _refuse_function(draft: Draft, head: Words) -> None:
    """Refuse a function of ours on the left of '='."""
    typed = draft.source[head[0].start : head[-2].end]
    if (
        "\\" in typed
        and typed[-1] not in ")}"
        and head[0].text.partition("_")[0] in BY_NAME
    ):
        message = f"'{typed}' is a formula and no name"
        hint = "write the right side alone, or y = ... with what y is"
        raise draft.refuse(head[:-1], message, hint)
