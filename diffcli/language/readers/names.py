"""Names of functions in another case, another country and other programs."""

from diffcli.calculus.functions import BY_NAME, BY_SIGN, CONSTANTS
from diffcli.language.elsewhere import ALIASES, TEMPLATES, WITH_MORE
from diffcli.language.lexer import Token
from diffcli.language.readers.draft import Draft
from diffcli.language.readers.words import (
    OPENING,
    Pieces,
    Rewrite,
    Words,
    by_call,
    call,
    has,
)

_GREEK = {"Γ": "gamma"}


def read(draft: Draft) -> Words:
    """Return the words with our names in place of others; only calls are touched."""
    found = list(draft.words)
    for place, word in enumerate(found[:-1]):
        if word.kind != "name" or found[place + 1].kind not in OPENING:
            continue
        if word.text in draft.names or word.text in draft.own or word.text in BY_NAME:
            continue
        if word.text.casefold() in CONSTANTS and found[place + 2].kind == ")":
            found[place] = word._replace(text=word.text.casefold())  # PI()
            found[place + 1 : place + 3] = []
            return read(draft._replace(words=found))
        ours = translated(word.text)
        if ours:
            found[place] = word._replace(text=ours)
    return found


def with_more(draft: Draft) -> Words:
    """Return the words with elu(x, alpha) as what it means.

    Raises ParseError for arctan(y, x): programs differ in which comes first.
    """
    if not has(draft.words, *_COUNTED):
        return draft.words

    def rewriter(word: Token) -> Rewrite | None:
        if word.text in draft.names or word.text in draft.own:
            return None
        return (
            (lambda pieces: _counted(draft, pieces)) if word.text in _COUNTED else None
        )

    return by_call(draft.words, rewriter, sealed=True)


def _counted(draft: Draft, pieces: Pieces) -> Words | None:
    like, given = pieces.name, pieces.arguments
    if like.text in _ANGLES and len(given) == 2:
        typed = draft.source[like.start : like.end]
        message = f"'{typed}' of two could be the angle of (x, y) or of (y, x)"
        hint = "atan2(y, x) is the angle of the point (x, y)"
        raise draft.refuse([like, pieces.closing], message, hint)
    text = WITH_MORE.get((like.text, len(given)))
    return call(like, *given, text=text) if text and all(given) else None


_ANGLES = ("atan", "arctan")
_COUNTED = frozenset((*_ANGLES, *(name for name, _ in WITH_MORE)))


def translated(word: str) -> str:
    """Return what we call a function; empty: it is not known under this name.

    >>> translated("ReLU"), translated("ctg"), translated("Leaky_ReLU"), translated("f")
    ('relu', 'cot', 'leakyrelu', '')
    """
    small = _GREEK.get(word, word.casefold())
    if word in ALIASES:
        return ALIASES[word]
    together = small if small.endswith("_") else small.replace("_", "")
    for spelled in (small, together):  # log_(2) wants an index
        if spelled in BY_NAME and spelled not in BY_SIGN:
            return spelled
        if spelled in ALIASES:
            return ALIASES[spelled]
        if spelled in TEMPLATES:
            return spelled
    return ""
