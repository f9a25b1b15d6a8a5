"""Arguments with a name: torch.clamp(x, min=0), torch.sum(x, dim=0)."""

from diffcli.calculus.functions import BY_NAME
from diffcli.language.lexer import Token
from diffcli.language.readers.draft import Draft
from diffcli.language.readers.names import translated
from diffcli.language.readers.words import Pieces, Rewrite, Words, by_call, call

_LOW, _HIGH = ("min", "a_min", "lower"), ("max", "a_max", "upper")
_CUTS = ("clip", "clamp")
_SECOND = {
    ("log", "base"), ("leakyrelu", "negative_slope"), ("leakyrelu", "alpha"),
    ("elu", "alpha"), ("pow", "exponent"), ("pow", "exp"),
}  # fmt: skip
"""Names of second arguments."""
_OF_MANY = ("dim", "axis", "keepdim", "keepdims", "dtype", "out", "where", "reduction")


def read(draft: Draft) -> Words:
    """Return the words with max(x, 0) in place of clamp(x, min=0).

    Raises ParseError for a name that is none of a number, such as dim=0.
    """
    given = draft.words
    if not any(
        (one.kind, two.kind, three.kind) == (",", "name", "=")
        for one, two, three in zip(given, given[1:], given[2:], strict=False)
    ):
        return given

    def rewriter(word: Token) -> Rewrite | None:
        if word.text in draft.names or word.text in draft.own:
            return None
        known = word.text in BY_NAME or translated(word.text)
        return (lambda pieces: _read(draft, pieces)) if known else None

    return by_call(given, rewriter, sealed=True)


def _read(draft: Draft, pieces: Pieces) -> Words | None:
    first, *rest = pieces.arguments
    named = [p for p in rest if [word.kind for word in p[:2]] == ["name", "="]]
    if not named:
        return None
    like = pieces.name
    texts = {part[0].text: part[2:] for part in named}
    known = like.text.lower() in _CUTS and {*texts} <= {*_LOW, *_HIGH}
    ours = like.text if like.text in BY_NAME else translated(like.text)
    if len(rest) == 1 and (ours, named[0][0].text) in _SECOND and named[0][2:]:
        return call(like, first, named[0][2:])
    if not known or len(named) < len(rest) or not all(texts.values()):
        word = named[0][0]
        message = f"the argument '{word.text}=' is not known"
        hint = (
            "a formula is of single numbers: leave out what is for many of them"
            if word.text in _OF_MANY
            else "write what it changes as a formula"
        )
        raise draft.refuse(named[0], message, hint)
    found = first
    for name, limit in texts.items():
        found = call(like, found, limit, text="max" if name in _LOW else "min")
    return found
