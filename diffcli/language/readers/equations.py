"""A formula with a name in front: y = x^2, =A1^2, z = 2x; y = z^2."""

from diffcli.language.readers.draft import Draft
from diffcli.language.readers.words import Words, has, last_part, outside


def read(draft: Draft) -> Words:
    """Return the words without the name of the last part, which is the value.

    A number behind it is a value for the variable and no formula: it stays.
    """
    given = draft.words
    start = last_part(given, ";", "newline")
    _refuse_chain(draft, given[start:])
    last = [word.kind for word in given[start : start + 2]]
    if last[:1] == ["="] and last != ["=", "end"]:
        if has(given[:start], "="):
            message = "this goes on with the '=' of the line above"
            raise draft.refuse(given[start : start + 1], message, "write one of them")
        return [*given[:start], *given[start + 1 :]]
    body = given[start + 2 :]
    target = given[start].text
    if last != ["name", "="] or not any(word.kind == "name" for word in body):
        return given
    texts = {word.text for word in body}
    if target in texts and texts & {",", "in"}:
        return given
    if target in texts:
        message = f"'{target}' stands on both sides of '='"
        hint = "write the right side alone, or another name in front"
        raise draft.refuse(given[start : start + 2], message, hint)
    return [*given[:start], *body]


def _refuse_chain(draft: Draft, last: Words) -> None:
    """Refuse a = b = c. Raises ParseError."""
    signs = [word for word, out in outside(last) if out and word.kind == "="]
    if second := signs[1:2]:
        message = "there are two '=' in one part"
        raise draft.refuse(second, message, "write one of them: y = x^2")
